select /* cache.live */ mainstay.cache_live()
