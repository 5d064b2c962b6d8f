-- The end of a life: nobody hears of it any more.
delete /* jobs.leave */ from mainstay.job_worker where id = $1
