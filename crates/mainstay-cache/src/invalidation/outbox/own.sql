select /* cache.own unasked */ xid, incarnation, tags from mainstay.cache_own()
