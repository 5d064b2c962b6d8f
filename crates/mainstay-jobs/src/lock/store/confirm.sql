-- Nobody else can take it until the transaction ends.
select /* jobs.confirm */ token
from mainstay.lease
where name = $1 and holder = $2 and token = $3 and expires_at > clock_timestamp()
for share
