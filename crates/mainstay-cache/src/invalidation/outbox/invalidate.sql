insert into /* cache.invalidate */ mainstay.cache_event (tags) values ($1)
