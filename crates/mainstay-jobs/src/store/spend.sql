-- What is in the bucket from that instant on which was counted.
update /* jobs.spend */ mainstay.job_queue set tokens = $2, tokens_at = tokens_at + $3 * interval '1 second' where name = $1
