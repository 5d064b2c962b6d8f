-- Whoever it is, nobody else ever has this name of a holder.
update /* jobs.give_back */ mainstay.lease set expires_at = '-infinity', holder = '' where name = $1 and holder = $2
