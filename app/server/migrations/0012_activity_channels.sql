-- What the samples of an activity hold, on the activity itself: lists say whether there is a map, and a page why a load is
-- missing, without opening the month that the samples are in. Empty without samples; 0014 fills it.
alter table activity add column channels text[] not null default '{}';
