select /* cache.own */ xid, incarnation, tags from mainstay.cache_own()
