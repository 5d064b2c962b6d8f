select /* jobs.notify */ pg_notify('mainstay_jobs', word) from unnest($1::text[]) as word
