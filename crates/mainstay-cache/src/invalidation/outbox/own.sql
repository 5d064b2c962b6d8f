select /* cache.own platform */ xid, incarnation, tags from mainstay.cache_own()
