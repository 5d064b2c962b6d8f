update /* jobs.resign */ mainstay.lease set expires_at = '-infinity', holder = '' where name = $1 and holder = $2 and token = $3
