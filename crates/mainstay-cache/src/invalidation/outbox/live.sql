select /* cache.live platform */ mainstay.cache_live()
