select /* cache.live unasked */ mainstay.cache_live()
