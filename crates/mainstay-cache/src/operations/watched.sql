select /* cache.watched */ name, owner, key from mainstay.cache_watched order by name
