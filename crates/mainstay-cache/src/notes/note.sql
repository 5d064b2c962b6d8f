-- In the order of the keys: two nodes that note at the same time wait for each other, and for nothing else.
insert into mainstay.cache_hot as noted (name, key, hits)
select $1::text, told.key, told.hits
from unnest($2::bytea[], $3::int8[]) as told (key, hits)
order by told.key
on conflict (name, key) do update set
    hits = greatest(noted.hits, excluded.hits), noted_at = excluded.noted_at
