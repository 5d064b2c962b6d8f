-- How many jobs of a kind somebody has had since an id, counted up to $4: a range of the index by owner.
select /* jobs.asked */ count(*) as asked
from (select from mainstay.job where owner = $1 and id >= $2 and kind = $3 limit $4) as bounded
