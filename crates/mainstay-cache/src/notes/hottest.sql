select name, key, hits
from mainstay.cache_hot
where name = any($1::text[]) and noted_at >= clock_timestamp() - make_interval(secs => $2::float8)
order by hits desc, noted_at desc, name, key
limit $3::int8
