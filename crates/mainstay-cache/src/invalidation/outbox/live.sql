insert into /* cache.live */ mainstay.cache_incarnation default values on conflict do nothing
