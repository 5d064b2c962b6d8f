-- The power that an hour at threshold takes, in watts, and how sure an efficiency factor is.
alter table athlete
    add column threshold_power_w smallint,
    add constraint athlete_threshold_power_range check (threshold_power_w between 30 and 700);

alter table activity_analysis add column efficiency_variance double precision;
