select /* jobs.clock */ clock_timestamp() as now
