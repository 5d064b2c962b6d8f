// Written by `npm run types` from openapi.json. Never edited.

export interface paths {
    "/v1/about": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What this installation is. */
        get: operations["about_show"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List activities, newest first.
         * @description Without `page` the answer is a keyset page: pass `next_cursor` on as `cursor`. With `page`, and in any order
         *     but the newest first, it carries `pagination`. Legs of a multisport event are found in the event.
         *     With `fields` each item has the named members alone, also where its schema calls others required.
         */
        get: operations["activities_list"];
        put?: never;
        /**
         * Enter an activity by hand.
         * @description A rated effort (`rpe`) gives it a load. It has no samples, so no efficiency and no best efforts.
         */
        post: operations["activities_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/deleted": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what can be restored, what was deleted last first.
         * @description Each says until when. A leg that was deleted with its event comes back with it and is not listed; one that was
         *     deleted before the event is listed once the event is back.
         */
        get: operations["activities_deleted"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Totals of the last days: running, everything else by sport, and both together. */
        get: operations["activities_summary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One activity with its analysis, sources and legs. */
        get: operations["activities_find"];
        put?: never;
        post?: never;
        /** Delete an activity; it can be restored for 30 days. */
        delete: operations["activities_delete"];
        options?: never;
        head?: never;
        /**
         * Change title, sport, notes, race flag or rated effort.
         * @description A JSON merge patch: absent fields stay, null empties notes and `rpe`. With another sport or rated effort the
         *     activity is analysed again before the answer, which shows the new figures.
         */
        patch: operations["activities_patch"];
        trace?: never;
    };
    "/v1/activities/{id}/best-efforts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The fastest stretch of each standard distance inside an activity. */
        get: operations["activities_best_efforts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{id}/file": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The file that an activity came from, byte for byte. */
        get: operations["activities_file"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Bring a deleted activity back. */
        post: operations["activities_restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{id}/splits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The splits of an activity. */
        get: operations["activities_splits"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{id}/streams": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The samples of an activity, thinned for a chart.
         * @description One set of samples serves all channels, chosen so that every line keeps its shape; a drawn value is always a
         *     recorded one, and null where the device recorded none. The answer stays below 60 KB. With `from_s` and `to_s` the
         *     samples of that window alone, thinned on their own: the way from the whole to every detail.
         */
        get: operations["activities_streams"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/analytics/efficiency-trends": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How efficiency developed: every steady run, rolling means, and a trend with its interval.
         * @description Too few runs are no error: `status` says `insufficient_data` and `missing` what it takes.
         */
        get: operations["analytics_efficiency_trends"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/athletes/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The athlete's own profile. */
        get: operations["athletes_me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change the profile.
         * @description A JSON merge patch: absent fields stay, null empties. Loads that were computed with other heart rates, paces or
         *     coefficients are computed again in the background.
         */
        patch: operations["athletes_patch_me"];
        trace?: never;
    };
    "/v1/athletes/me/personal-bests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The athlete's own fastest efforts by sport and distance. */
        get: operations["athletes_my_personal_bests"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/athletes/{id}/personal-bests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An athlete's fastest efforts by sport and distance. Only one's own are found. */
        get: operations["athletes_personal_bests"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/change-password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Change the password and end every other session. */
        post: operations["auth_change_password"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign in. */
        post: operations["auth_login"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End this session.
         * @description The session is the one that the access token or the refresh token names; either is enough, and neither needs to be
         *     valid still. Programs send `Authorization` or `refresh_token`, browsers their cookies, which are cleared. Where no
         *     session is left to end, the answer is the same.
         */
        post: operations["auth_logout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/logout-all": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End every session of the account. */
        post: operations["auth_logout_all"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show who is signed in. */
        get: operations["auth_me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Exchange a refresh token for a new pair.
         * @description Each refresh token works once. One that is used again later ends its session (`refresh_token_reused`).
         */
        post: operations["auth_refresh"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Create an account and sign in. */
        post: operations["auth_register"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/cache/clear": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ends every entry of every node, and of what nodes share: in the process that answers at once, elsewhere within the
         *     bound. Every answer is read again then.
         */
        post: operations["cache_clear"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/cache/invalidate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ends, on every node, the answers that were made from what is named, as if it had changed.
         * @description It is told by a transaction, as every change is: the process that answers has heard of it before it answers, others
         *     within the bound.
         */
        post: operations["cache_invalidate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/cache/key/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One entry of the process that answers. */
        get: operations["cache_key"];
        put?: never;
        post?: never;
        /**
         * Forgets one entry of the process that answers. Other processes keep theirs, and this one may take it over from them;
         *     `/v1/cache/invalidate` ends it everywhere.
         */
        delete: operations["cache_remove_key"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/cache/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Entries that the process that answers keeps, by hashes of what they are kept by, in no promised order. */
        get: operations["cache_keys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/cache/performance-report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the kept answers of the process that answers do, and what follows from that. */
        get: operations["cache_performance_report"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/cache/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the process that answers keeps, how often it helped since the process began, and how it hears of changes. */
        get: operations["cache_stats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/cache/tags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The tags whose changes the process that answers has heard of most often: what ends kept answers.
         * @description A tag is what answers are made from. Those of whole tables have their names; those of an owner or of a row are hashes,
         *     which say to nobody whose they are. Each may be written to `/v1/cache/invalidate`.
         */
        get: operations["cache_tags"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/cache/warm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Asks in this process for what was asked for most, as the nodes have noted it, so that whoever asks next finds it kept. A
         *     process does the same before it is ready (`answers.warm_within_ms`).
         */
        post: operations["cache_warm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/database/cache-hit-ratio": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How often the server found in its memory what it needed. */
        get: operations["database_cache_hit_ratio"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/database/index-recommendations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The indexes that the statements of this database lack, and those that serve nobody. The planner is asked, no statement
         *     runs.
         * @description It takes seconds where there are many statements and ends after `database.advisor.search_ms` with what it has. Without
         *     the extension `pg_stat_statements`, `available` is false; without HypoPG the advice follows from rules. `remedy` says
         *     what would bring either.
         */
        get: operations["database_index_recommendations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/database/index-usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The indexes that are read most, and those that are hardly read and keep no rule. */
        get: operations["database_index_usage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/database/performance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Size, sessions, the largest tables and the slowest statements, and what they advise. */
        get: operations["database_performance"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/database/pool-stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The connections of the process that answers. */
        get: operations["database_pool_stats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/database/slow-queries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The statements that take longer than 100 ms on average, of every process, as the server counts them.
         * @description Without the extension `pg_stat_statements`, `available` is false and `remedy` says what would bring it.
         */
        get: operations["database_slow_queries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/database/table-bloat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tables with dead rows, and the room that these take by estimate. */
        get: operations["database_table_bloat"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List jobs, those asked for last first: one's own; for administrators everybody's.
         * @description Pages are keyset pages: pass `next_cursor` on as `cursor`. Jobs that ended long ago are not known any more.
         */
        get: operations["jobs_list"];
        put?: never;
        /**
         * Ask for a job of one of the kinds that may be asked for over the API.
         * @description It is the caller's own: only administrators name somebody else in the payload. With `unique`, the job that has the key is
         *     answered with 200 and `deduplicated`, or refused with 409, as `on_conflict` says.
         */
        post: operations["jobs_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/dead": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List dead letters, what was given up last first. They stay until somebody decides, and are forgotten after `jobs.keep_dead_days`. */
        get: operations["jobs_dead"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/dead/purge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Forget dead letters: nobody can have them done again. */
        post: operations["jobs_purge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/dead/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Have dead letters be done again, each with all its attempts; what became of each. */
        post: operations["jobs_replay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/queues": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The queues that have jobs, or of which something is set. */
        get: operations["jobs_queues"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/queues/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change the limits of a queue, from now on. What runs goes on, and is counted. */
        patch: operations["jobs_limit"];
        trace?: never;
    };
    "/v1/jobs/queues/{name}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Have nothing of a queue begin, on any process. What runs goes on. */
        post: operations["jobs_pause"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/queues/{name}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Have the jobs of a queue begin again. */
        post: operations["jobs_resume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/schedule": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What begins by itself, and when it does next. */
        get: operations["jobs_schedules"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/schedule/{name}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Have a schedule rest until it is resumed, whatever processes start meanwhile. */
        post: operations["jobs_pause_schedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/schedule/{name}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Have a schedule go on with the first time that is to come. */
        post: operations["jobs_resume_schedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/schedule/{name}/run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask for the job of a schedule once more, now. Its times stay what they are. */
        post: operations["jobs_run_schedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/stats/queue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How many jobs there are, by where they are, and queue by queue. */
        get: operations["jobs_statistics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/workers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The processes that do jobs. */
        get: operations["jobs_workers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One job: where it is, how far, what came of it, and its attempts that did not succeed. */
        get: operations["jobs_find"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Have a job not be done. What waits ends at once; what runs is asked to stop. */
        post: operations["jobs_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow a job until it ends (Server-Sent Events).
         * @description An event `job` is the job as in lists, whenever its state or its progress is another. An event `end` is the job as
         *     `/v1/jobs/{id}` shows it, and the last; so is `gone`, where it is not known any more. Each has an `id`: a browser that
         *     comes back with `Last-Event-ID` is told what has changed since, and 204 where it has seen the end. The stream says
         *     something every 15 seconds, ends after a while, and is to be asked for again then.
         */
        get: operations["jobs_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Have a job that failed or was stopped be done again, with all its attempts. What is known of the former ones stays. */
        post: operations["jobs_retry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/performance/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What statements cost over time, as every process of this database wrote it down, restarts included; each beside what
         *     it cost in the equally long span before.
         */
        get: operations["database_history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/performance/queries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the process that answers has measured of its statements since it began. Times are in seconds. */
        get: operations["database_queries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/performance/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The same with the server's memory and with advice. */
        get: operations["database_summary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/scaling/replication/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The replicas of the database: which are read from, and how far they are behind. */
        get: operations["scaling_replication_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/training-load/current": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Fitness, fatigue and form today. */
        get: operations["analytics_current_load"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/training-load/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Fitness, fatigue and form of each of the last days. */
        get: operations["analytics_load_history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/uploads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List uploads, newest first, each with how far it is. */
        get: operations["uploads_list"];
        put?: never;
        /**
         * Hand in training files.
         * @description Send `multipart/form-data` with one or more parts named `file`, or one file as the raw body with its name in
         *     `?name=`. FIT, TCX, GPX, any of them gzipped, and `.zip` archives of them (Strava's and Garmin's exports too).
         *     Everything is stored before the answer leaves. 200 when every file is done, 202 when some are still pending:
         *     follow `Location`. Sending the same file again changes nothing and says `duplicate`.
         */
        post: operations["uploads_upload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/uploads/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show an upload: progress, and the first lines of its report. */
        get: operations["uploads_report"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/uploads/{id}/files": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the report lines of an upload. */
        get: operations["uploads_files"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/uploads/{id}/files/{position}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Try one file again.
         * @description Only where its line says `can_retry`: the importer failed on it, or its import was cancelled. 200 with the new outcome
         *     when that was quick, 202 when it waits.
         */
        post: operations["uploads_retry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description What the installation is. */
        About: {
            /** @description Whether somebody may register over the API. */
            registration: components["schemas"]["RegistrationState"];
            tiles?: components["schemas"]["MapTiles"] | null;
            /**
             * @description The version of Paceline.
             * @example 0.1.0
             */
            version: string;
        };
        /** @description An account as its owner sees it. */
        AccountView: {
            display_name: string;
            email: string;
            /** Format: uuid */
            id: string;
            /** @description `athlete`, `coach` or `admin`. */
            role: string;
            /** @description IANA zone of the athlete's civil days. */
            timezone: string;
        };
        /** @description What was computed from an activity. */
        ActivityAnalysis: {
            /**
             * Format: int32
             * @description The version that computed it; 0: what it was computed from has changed, and a recompute is due.
             */
            algorithm_version: number;
            /** Format: date-time */
            computed_at: string;
            decoupling: components["schemas"]["ActivityDecoupling"];
            efficiency: components["schemas"]["ActivityEfficiency"];
            /** @description What it was computed from; unchanged inputs give unchanged results. */
            inputs_hash: string;
            load: components["schemas"]["ActivityLoad"];
            /**
             * Format: double
             * @description Normalised graded speed.
             */
            ngp_m_s?: number | null;
        };
        /** @description How far efficiency fell from the first to the second half. */
        ActivityDecoupling: {
            /**
             * Format: double
             * @description Percent; below 5 is good. Null when not valid.
             * @example 3.2
             */
            decoupling_percent?: number | null;
            /** Format: double */
            first_half_ef?: number | null;
            /** @description Why it is not valid. */
            reasons: components["schemas"]["ActivityReason"][];
            /** Format: double */
            second_half_ef?: number | null;
            /** @description Whether the session was steady and long enough. */
            valid: boolean;
        };
        /** @description One activity. */
        ActivityDetail: components["schemas"]["ActivityItem"] & {
            analysis?: components["schemas"]["ActivityAnalysis"] | null;
            /** @description Totals that the primary source's device states and that differ by more than 3 % from what its samples give. */
            device_differences: components["schemas"]["DeviceDifference"][];
            /** @description Where ascent and descent come from: `device`, or `track` for a sum over the altitudes. */
            elevation_source?: string | null;
            /** @description The legs of a multisport event. */
            legs: components["schemas"]["ActivityLeg"][];
            legs_load?: components["schemas"]["ActivityLegsLoad"] | null;
            notes?: string | null;
            parent?: components["schemas"]["ActivityParent"] | null;
            /**
             * Format: uuid
             * @description The multisport event that it is a leg of.
             */
            parent_id?: string | null;
            /** @description The files that describe it; none for an entry by hand. */
            sources: components["schemas"]["ActivitySource"][];
            /**
             * Format: double
             * @description Time that the device's timer ran.
             */
            timer_s?: number | null;
            /** Format: date-time */
            updated_at: string;
        };
        /** @description Grade-adjusted metres per heartbeat. */
        ActivityEfficiency: {
            /**
             * Format: double
             * @description Metres per heartbeat, higher is better; null when not valid.
             * @example 1.4213
             */
            efficiency_factor?: number | null;
            /** @description Why it is not valid. */
            reasons: components["schemas"]["ActivityReason"][];
            /**
             * Format: double
             * @description How sure the factor is: one standard error, in the same unit. Null for sessions too short to tell.
             * @example 0.0087
             */
            standard_error?: number | null;
            /** @description Whether the session is one that efficiency may be read from. */
            valid: boolean;
        };
        /** @description An activity in the list. */
        ActivityItem: {
            /** Format: double */
            ascent_m?: number | null;
            /**
             * Format: double
             * @description Distance over moving time.
             * @example 3.333
             */
            average_speed_m_s?: number | null;
            /**
             * Format: double
             * @description Steps of both feet, or revolutions.
             */
            avg_cadence_per_min?: number | null;
            /** Format: double */
            avg_hr_bpm?: number | null;
            /** Format: double */
            avg_power_w?: number | null;
            /** Format: double */
            descent_m?: number | null;
            device?: string | null;
            /**
             * Format: double
             * @example 10000
             */
            distance_m?: number | null;
            /**
             * Format: double
             * @description Wall time from start to end.
             * @example 3125
             */
            elapsed_s?: number | null;
            /** Format: double */
            energy_kcal?: number | null;
            gear?: string | null;
            /** @description Whether the samples hold positions: without them, as on a treadmill, there is no way to draw. */
            has_positions: boolean;
            /** @description Whether there are samples. */
            has_track: boolean;
            /** Format: uuid */
            id: string;
            is_race: boolean;
            /**
             * Format: date
             * @description The athlete's civil day on which it began.
             */
            local_date: string;
            /** Format: double */
            max_hr_bpm?: number | null;
            /**
             * Format: double
             * @description Time in motion.
             * @example 3000
             */
            moving_time_s?: number | null;
            /**
             * @description Title.
             * @example Morning run
             */
            name: string;
            /**
             * Format: double
             * @description Moving time over distance.
             * @example 300
             */
            pace_s_per_km?: number | null;
            /**
             * Format: double
             * @description Rated perceived exertion, 0 to 10.
             */
            rpe?: number | null;
            /** @description `fit`, `tcx`, `gpx` or `manual`. */
            source_format: string;
            /** @example run */
            sport: string;
            /**
             * Format: date-time
             * @description When it began, in UTC.
             */
            start_time: string;
            /** @description The device's finer word, such as `trail` or `treadmill`. */
            sub_sport?: string | null;
        };
        /** @description A leg of a multisport event. */
        ActivityLeg: {
            /** Format: double */
            distance_m?: number | null;
            /** Format: double */
            elapsed_s?: number | null;
            /** Format: uuid */
            id: string;
            /**
             * Format: int32
             * @description From 0.
             */
            leg_index: number;
            /**
             * Format: double
             * @description Its load: 100 is an hour at threshold. Null when nothing gave one.
             * @example 62.5
             */
            load_points?: number | null;
            /** @description What its load was computed from: `power`, `pace`, `heart_rate` or `rpe`. */
            load_source?: string | null;
            /** Format: double */
            moving_time_s?: number | null;
            name: string;
            sport: string;
        };
        /** @description A leg, as its fellow legs show the way to it. */
        ActivityLegLink: {
            /** Format: uuid */
            id: string;
            /**
             * Format: int32
             * @description Its place in the event, from 0.
             */
            leg_index: number;
            name: string;
            sport: string;
        };
        /** @description The load of a multisport event: its legs' together. */
        ActivityLegsLoad: {
            /**
             * Format: double
             * @description The sum of the legs' points. Null when a leg has none, the changes between sports apart: part of a sum would
             *     pass for the whole.
             * @example 212.4
             */
            points?: number | null;
            /** @description Why there is no sum. */
            reasons: components["schemas"]["ActivityReason"][];
        };
        /** @description Training load. */
        ActivityLoad: {
            /**
             * Format: double
             * @description Points: 100 is an hour at threshold. Null when nothing gave one.
             * @example 62.5
             */
            points?: number | null;
            /**
             * @description Why there are no points: what each source that could have given some lacked; empty when there are points.
             *     `recompute_due` alone: what it is computed from has changed, and it is about to be computed again.
             */
            reasons: components["schemas"]["ActivityReason"][];
            /**
             * Format: double
             * @description Session-RPE: the rated effort times the minutes in motion, on its own scale. Null without a rating.
             * @example 270
             */
            session_rpe?: number | null;
            /** @description What it was computed from: `power`, `pace`, `heart_rate` or `rpe`. */
            source?: string | null;
            /**
             * Format: double
             * @description Banister's training impulse, on its own scale.
             */
            trimp?: number | null;
        };
        /** @description The multisport event that an activity is a leg of. */
        ActivityParent: {
            /** Format: uuid */
            id: string;
            /** @description In order, the activity itself included. */
            legs: components["schemas"]["ActivityLegLink"][];
            name: string;
        };
        /** @description Changes to an activity, as a JSON merge patch: absent fields stay, null empties where allowed. */
        ActivityPatch: {
            /** @description Whether it was a race. */
            is_race?: boolean;
            /**
             * @description Title, 1 to 200 characters.
             * @example Long run by the river
             */
            name?: string;
            /** @description Notes, up to 10,000 characters; null removes them. */
            notes?: string | null;
            /**
             * Format: double
             * @description Rated perceived exertion, 0 to 10; null removes it.
             * @example 6
             */
            rpe?: number | null;
            /**
             * @description Sport. `multisport` can neither be given nor taken away: it has legs.
             * @example run
             */
            sport?: string;
        };
        /** @description Why something is not valid. */
        ActivityReason: {
            /**
             * @description Stable.
             * @example not_steady
             */
            code: string;
            /** @description For a person. */
            message?: string;
        };
        /** @description A file that describes an activity. */
        ActivitySource: {
            device?: string | null;
            /** @description What its device states, in SI units; null is not stated. */
            device_totals: Record<string, never>;
            file_name: string;
            /** @description `fit`, `tcx` or `gpx`. */
            format: string;
            /** @description Whether the activity is computed from it. */
            is_primary: boolean;
            /**
             * Format: int32
             * @description Which session of the file: 0 when it holds only one, else counted from 1.
             */
            part: number;
            /** @description Names the file in `/file?source=`. */
            sha256: string;
            /** @description What was odd in the file and how it was read. */
            warnings: components["schemas"]["ActivityReason"][];
        };
        /** @description One split. */
        ActivitySplit: {
            /** Format: double */
            ascent_m?: number | null;
            /** Format: double */
            avg_cadence_per_min?: number | null;
            /** Format: double */
            avg_hr_bpm?: number | null;
            /**
             * Format: double
             * @description Mean power, zeros counted; null where power is known for less than 80 % of the time in motion. Computed from the
             *     samples when asked for; steps of more than 11 s between samples do not count.
             */
            avg_power_w?: number | null;
            /** Format: double */
            descent_m?: number | null;
            /** Format: double */
            distance_m?: number | null;
            /**
             * Format: double
             * @description Wall time.
             */
            elapsed_s?: number | null;
            /**
             * Format: double
             * @description Grade-adjusted pace: what the effort would have been worth on the flat.
             */
            gap_s_per_km?: number | null;
            /** @description Whether the activity ended inside it. */
            is_partial: boolean;
            /** Format: double */
            max_hr_bpm?: number | null;
            /** Format: double */
            moving_time_s?: number | null;
            /**
             * Format: double
             * @description Moving time over distance.
             */
            pace_s_per_km?: number | null;
            /**
             * Format: int32
             * @description From 1.
             */
            split_number: number;
            /**
             * Format: double
             * @description Seconds from the start of the activity.
             */
            start_s?: number | null;
        };
        /** @description The splits of one kind. */
        ActivitySplits: {
            /** @description The structure of an interval session; null: it is not recognised yet. */
            interval_summary?: Record<string, never> | null;
            kind: components["schemas"]["SplitKind"];
            /** @description In order; none without a track or, for laps, without laps. */
            splits: components["schemas"]["ActivitySplit"][];
        };
        /** @description The samples of an activity. */
        ActivityStreams: {
            /** Format: uuid */
            activity_id: string;
            /** @description The values of each channel that was asked for and recorded; null where the device recorded none. */
            channels: {
                [key: string]: (number | null)[];
            };
            /**
             * @description How many of them lie in the window that was asked for; all of them unless one was. As many as `points`: the
             *     answer holds every one.
             */
            in_window: number;
            /** @description How many the answer holds: as many values in `time_s` and in every channel. */
            points: number;
            /**
             * @description The channels that were recorded, asked for or not.
             * @example [
             *       "distance_m",
             *       "heart_rate_bpm"
             *     ]
             */
            recorded: string[];
            /** @description How many samples are stored. */
            samples: number;
            /** @description Seconds from the start of the activity. */
            time_s: number[];
        };
        /** @description Totals of a span of days. A multisport event counts by its legs. */
        ActivitySummary: {
            /** @description Activities by sport. */
            activities_by_sport: {
                [key: string]: number;
            };
            /** @description All sports together. */
            combined: components["schemas"]["ActivityTotals"];
            /**
             * Format: date
             * @description The last day.
             */
            end_date: string;
            /** @description Every other sport together. */
            other: components["schemas"]["ActivityTotals"];
            /** @description Every other sport by name. */
            other_by_sport: {
                [key: string]: components["schemas"]["ActivityTotals"];
            };
            /**
             * Format: int64
             * @description How many civil days, the last one included.
             */
            period_days: number;
            /** @description Running. */
            running: components["schemas"]["ActivityTotals"];
            /**
             * Format: date
             * @description The first day.
             */
            start_date: string;
        };
        /** @description Added up over activities. */
        ActivityTotals: {
            /**
             * Format: double
             * @description Total time over total distance, of the activities that have a distance; null without any.
             */
            avg_pace_s_per_km?: number | null;
            /** Format: int64 */
            race_count: number;
            /** Format: int64 */
            total_activities: number;
            /** Format: double */
            total_ascent_m: number;
            /** Format: double */
            total_distance_m: number;
            /**
             * Format: double
             * @description Moving time.
             */
            total_duration_s: number;
        };
        /**
         * @description How much it matters.
         * @enum {string}
         */
        AdviceSeverity: "info" | "warning";
        /**
         * @description Whether there was enough to answer with.
         * @enum {string}
         */
        AnalyticsStatus: "ok" | "insufficient_data";
        /** @description Changes to the profile, as a JSON merge patch: absent fields stay, null empties where allowed. */
        AthletePatch: {
            /**
             * Format: date
             * @description Not before 1900, not after today.
             * @example 1985-06-15
             */
            birthdate?: string | null;
            /**
             * @description Name to show, 1 to 100 characters.
             * @example Robin
             */
            display_name?: string;
            /**
             * Format: int32
             * @description Beats per minute, 80 to 250.
             * @example 188
             */
            max_hr_bpm?: number | null;
            /**
             * Format: int32
             * @description Beats per minute, 20 to 120, below threshold and maximum.
             * @example 48
             */
            resting_hr_bpm?: number | null;
            sex?: components["schemas"]["AthleteSex"] | null;
            /**
             * Format: int32
             * @description Beats per minute, 60 to 240, not above the maximum.
             * @example 168
             */
            threshold_hr_bpm?: number | null;
            /**
             * Format: double
             * @description Seconds per kilometre, 100 to 1200: the pace of an hour at threshold.
             * @example 255
             */
            threshold_pace_s_per_km?: number | null;
            /**
             * Format: int32
             * @description Watts, 30 to 700: the power of an hour at threshold, on a bicycle.
             * @example 240
             */
            threshold_power_w?: number | null;
            /**
             * @description IANA zone of the athlete's civil days.
             * @example Europe/Berlin
             */
            timezone?: string;
        };
        /** @description The athlete's own profile. Null is not stated. */
        AthleteProfile: {
            /** Format: date */
            birthdate?: string | null;
            /** Format: date-time */
            created_at: string;
            display_name: string;
            /** @example robin@example.org */
            email: string;
            /** Format: uuid */
            id: string;
            /** @description Whether the account shows sample data. */
            is_demo: boolean;
            /** Format: int32 */
            max_hr_bpm?: number | null;
            /** Format: int32 */
            resting_hr_bpm?: number | null;
            /** @description `athlete`, `coach` or `admin`. */
            role: string;
            /** @description `female` or `male`: which published tables and coefficients to use. */
            sex?: string | null;
            /** Format: int32 */
            threshold_hr_bpm?: number | null;
            /**
             * Format: double
             * @description The pace of an hour at threshold.
             */
            threshold_pace_s_per_km?: number | null;
            /**
             * Format: int32
             * @description The power of an hour at threshold, on a bicycle.
             */
            threshold_power_w?: number | null;
            /**
             * @description IANA zone of the athlete's civil days.
             * @example Europe/Berlin
             */
            timezone: string;
        };
        /**
         * @description Which published tables and coefficients to use.
         * @enum {string}
         */
        AthleteSex: "female" | "male";
        /** @description The fastest stretch of one distance. */
        BestEffort: {
            /**
             * Format: date-time
             * @description When the stretch began.
             */
            achieved_at: string;
            /** Format: double */
            distance_m?: number | null;
            /**
             * Format: double
             * @description Wall time, pauses included.
             */
            elapsed_s?: number | null;
            /**
             * @description Whether it is the athlete's personal best of this sport and distance as of now: the fastest of all activities
             *     that are not deleted. Of equally fast ones the earliest is, so that a best is one effort until it is beaten.
             */
            is_personal_best: boolean;
            /** Format: double */
            pace_s_per_km?: number | null;
            /**
             * Format: double
             * @description Seconds from the start of the activity to the start of the stretch.
             */
            start_s?: number | null;
        };
        /** @description The fastest stretches of an activity. */
        BestEfforts: {
            /** Format: uuid */
            activity_id: string;
            /** @description Shortest distance first. */
            best_efforts: components["schemas"]["BestEffort"][];
        };
        /** @description Something to do. */
        CacheAdvice: {
            /** @description What to do about it. */
            action: string;
            /** @description `tags`, `changes`, `memory`, `database`, `level2` or `answers`. */
            category: string;
            /** @description What was seen. */
            message: string;
            severity: components["schemas"]["CacheAdviceSeverity"];
        };
        /**
         * @description How much it matters, least first.
         * @enum {string}
         */
        CacheAdviceSeverity: "info" | "warning" | "error";
        /**
         * @description What the ratio means.
         * @enum {string}
         */
        CacheAssessment: "excellent" | "good" | "fair" | "poor";
        /**
         * @description Whether a server is asked.
         * @enum {string}
         */
        CacheBreaker: "closed" | "open";
        /** @description Everything was ended. */
        CacheCleared: {
            /**
             * Format: int64
             * @description Entries that this process had.
             */
            cleared_count: number;
            message: string;
        };
        /** @description What was ended. */
        CacheInvalidated: {
            invalidated_by: components["schemas"]["CacheInvalidatedBy"];
            /** @description Tags that every node is told of. How many entries that ends, no node knows. */
            invalidated_count: number;
            message: string;
        };
        /**
         * @description By what it was named.
         * @enum {string}
         */
        CacheInvalidatedBy: "tags" | "table";
        /** @description What is to be taken for changed; the first of `tags` and `table_name` counts. */
        CacheInvalidation: {
            /** @description Refused: answers are ended by what they were made from, and no list of their keys exists. */
            pattern?: string | null;
            /**
             * @description All rows of a table.
             * @example activity
             */
            table_name?: string | null;
            /**
             * @description `table:TABLE`, `owner:TABLE:ID`, `row:TABLE:OWNER:ID`, or tags that `/v1/cache/tags` lists; at most 100.
             * @example [
             *       "owner:activity:0197f3a0-0000-7000-8000-000000000000"
             *     ]
             */
            tags?: string[] | null;
        };
        /** @description An entry. What it was asked by and what it says may tell of persons, and is not told. */
        CacheKey: {
            /**
             * Format: int64
             * @description Since it was read.
             */
            age_ms: number;
            /**
             * Format: int64
             * @description What it takes in memory.
             */
            bytes: number;
            /** @description Whether it would be served now. */
            fresh: boolean;
            /**
             * @description The name, and a hash of what it is kept by, the same in every process.
             * @example activities.0123456789abcdef
             */
            key: string;
            /** @description It says that there is nothing. */
            negative: boolean;
            /** @description Why not: `expired`, `changed`, `unheard` or `flushed`; null where it would. */
            reason?: string | null;
            /**
             * Format: int64
             * @description Until its time is over, if nothing ends it before.
             */
            ttl_ms: number;
        };
        /** @description What became of an entry. */
        CacheKeyRemoved: {
            deleted: boolean;
        };
        /** @description Some entries of one process. */
        CacheKeys: {
            keys: components["schemas"]["CacheKey"][];
            /** @description Whether there are more that fit. */
            truncated: boolean;
        };
        /** @description The Redis by which nodes share entries. */
        CacheLevel2: {
            breaker?: components["schemas"]["CacheBreaker"] | null;
            /** @description Whether there is one. */
            configured: boolean;
            /** @description Whether it answered now; null where there is none. */
            reachable?: boolean | null;
        };
        /** @description What one name has done. */
        CacheNameStats: {
            /**
             * Format: int64
             * @description Reads that were not begun, because too many were under way.
             */
            busy: number;
            /**
             * Format: int64
             * @description Asked the database by their own wish.
             */
            bypassed: number;
            /**
             * Format: int64
             * @description Their memory now.
             */
            bytes: number;
            /**
             * Format: int64
             * @description Hits that were compared with what the database says.
             */
            checked: number;
            /**
             * Format: int64
             * @description Entries now.
             */
            entries: number;
            /**
             * Format: int64
             * @description Entries that had to make room.
             */
            evicted: number;
            /**
             * Format: int64
             * @description Reads that failed.
             */
            failed: number;
            /**
             * Format: double
             * @description Hits of all look-ups, 0 to 1; null before the first.
             */
            hit_ratio?: number | null;
            /**
             * Format: int64
             * @description Served from this process.
             */
            hits: number;
            /**
             * Format: int64
             * @description Taken over from another node.
             */
            imported: number;
            /**
             * Format: int64
             * @description Took what somebody else read at the same time.
             */
            joined: number;
            /**
             * Format: int64
             * @description Of these, answers that were wrong: a tag is missing.
             */
            mismatches: number;
            /**
             * @description Read from the database, by the reason why nothing kept was served.
             * @example {
             *       "absent": 12,
             *       "changed": 5
             *     }
             */
            misses: {
                [key: string]: number;
            };
            /** @example activities */
            name: string;
            /**
             * Format: int64
             * @description Served from this process, that there is nothing.
             */
            negative_hits: number;
            /**
             * @description Entries of other nodes that were looked for and not taken over, by reason.
             * @example {
             *       "absent": 3
             *     }
             */
            not_imported: {
                [key: string]: number;
            };
            /**
             * Format: int64
             * @description Answers that were read and not kept.
             */
            refused: number;
            /**
             * Format: int64
             * @description Served although perhaps outdated, as the reader allowed.
             */
            stale: number;
        };
        /** @description All names together, since the process began. */
        CachePerformanceMetrics: {
            /**
             * Format: int64
             * @description Reads that were not begun, because too many were under way.
             */
            busy: number;
            /** Format: int64 */
            evicted_keys: number;
            /**
             * Format: double
             * @description `total_hits` of all look-ups, 0 to 1; null before the first.
             */
            hit_ratio?: number | null;
            /**
             * Format: double
             * @description Hits for each read of the database; null before the first read.
             */
            hits_per_read?: number | null;
            /**
             * Format: int64
             * @description Their bytes.
             */
            memory_usage: number;
            /**
             * Format: int64
             * @description Kept answers that were found to be wrong.
             */
            mismatches: number;
            /** Format: int64 */
            total_hits: number;
            /**
             * Format: int64
             * @description Entries now.
             */
            total_keys: number;
            /** Format: int64 */
            total_misses: number;
            /**
             * Format: int64
             * @description How old the knowledge of changes is; null before the first poll.
             */
            watermark_age_ms?: number | null;
        };
        /** @description How kept answers do. */
        CachePerformanceReport: {
            performance_metrics: components["schemas"]["CachePerformanceMetrics"];
            /** @description What follows, errors first; empty where nothing is to be done. */
            recommendations: components["schemas"]["CacheAdvice"][];
        };
        /** @description What one process keeps and has done since it began. */
        CacheStats: {
            /**
             * Format: int64
             * @description How old a fresh answer may be at most.
             */
            bound_ms: number;
            /** @description Whether answers are kept at all: not with `cache.enabled = false`. */
            enabled: boolean;
            /**
             * Format: int64
             * @description Tags of changes that polls have brought.
             */
            events: number;
            /**
             * Format: int64
             * @description Entries that had to make room.
             */
            evicted_keys: number;
            /**
             * Format: int64
             * @description Times that the process began anew, its start included.
             */
            flushes: number;
            /**
             * Format: double
             * @description `total_hits` of all look-ups, 0 to 1; null before the first.
             * @example 0.93
             */
            hit_ratio?: number | null;
            /** @description What nodes share entries by. */
            level2: components["schemas"]["CacheLevel2"];
            /**
             * Format: int64
             * @description Bytes of the entries.
             */
            memory_usage: number;
            /** @description Each name by itself. */
            names: components["schemas"]["CacheNameStats"][];
            /**
             * Format: int64
             * @description Polls that failed, and connections for them.
             */
            poll_failures: number;
            /**
             * Format: int64
             * @description Times that the process has asked for changes.
             */
            polls: number;
            /**
             * Format: int64
             * @description Look-ups that were served from what is kept, here or by another node.
             */
            total_hits: number;
            /**
             * Format: int64
             * @description Entries.
             */
            total_keys: number;
            /**
             * Format: int64
             * @description Look-ups that were read, took what another one read, or were served something perhaps outdated.
             */
            total_misses: number;
            /**
             * Format: int64
             * @description How old the knowledge of changes is; null before the first poll. Above `bound_ms` nothing kept is served.
             */
            watermark_age_ms?: number | null;
        };
        /** @description What is known of a tag. Which entries were made from it is noted nowhere: each entry is judged by its own tags. */
        CacheTag: {
            /**
             * Format: int64
             * @description Changes that this process has heard of since it began; short by a thousandth of all changes at most.
             */
            changes: number;
        };
        /** @description Which tags change most. */
        CacheTags: {
            /** @description The busiest of them. A whole table is `table:TABLE`; other tags are told by their hashes. */
            tags: {
                [key: string]: components["schemas"]["CacheTag"];
            };
            /** @description Tags that are counted: the busiest ones. */
            total_tags: number;
        };
        /** @description What was asked for again. */
        CacheWarmed: {
            /** @description What was asked and not answered. */
            failed_count: number;
            /** @description Notes of what nobody may ask any more: of accounts that are gone, for example. */
            skipped_count: number;
            /** Format: int64 */
            took_ms: number;
            /** @description Answers that are kept now. */
            warmed_count: number;
        };
        /** @description A change of password. */
        ChangePasswordBody: {
            current_password: string;
            /** @description 10 to 128 characters, not a commonly used one. */
            new_password: string;
        };
        /** @description Fitness, fatigue and form as they stand. */
        CurrentLoad: {
            /**
             * Format: date
             * @description The athlete's today.
             */
            as_of: string;
            current?: components["schemas"]["LoadDay"] | null;
            /** @description What the loads of the last `source_days` days were computed from. */
            source_counts: components["schemas"]["LoadSourceCounts"];
            /** Format: int64 */
            source_days: number;
            status: components["schemas"]["AnalyticsStatus"];
        };
        /** @description Something to do. */
        DatabaseAdvice: {
            /** @description What to do about it. */
            action: string;
            /** @description `pool`, `cache`, `indexes`, `bloat` or `statements`. */
            category: string;
            /** @description What was seen. */
            message: string;
            severity: components["schemas"]["AdviceSeverity"];
        };
        /** @description How often the server found in its memory what it needed. */
        DatabaseCacheHitRatio: {
            /**
             * Format: double
             * @description Those of all, in percent; null before anything was read.
             * @example 98.5
             */
            cache_hit_ratio_percent?: number | null;
            /**
             * Format: int64
             * @description Blocks of tables that were.
             */
            heap_blocks_hit: number;
            /**
             * Format: int64
             * @description Blocks of tables that were not in memory.
             */
            heap_blocks_read: number;
            /**
             * Format: double
             * @description The same for indexes.
             */
            index_hit_ratio_percent?: number | null;
            performance_assessment?: components["schemas"]["CacheAssessment"] | null;
        };
        /** @description An index. */
        DatabaseIndex: {
            index: string;
            /** Format: int64 */
            scans: number;
            schema: string;
            /** @example 12.5 MB */
            size: string;
            /** Format: int64 */
            size_bytes: number;
            table: string;
            /**
             * Format: int64
             * @description Living rows that plain index scans have fetched.
             */
            tuples_fetched: number;
            /**
             * Format: int64
             * @description Its entries that scans have returned.
             */
            tuples_read: number;
        };
        /** @description A statement that would use a recommended index. */
        DatabaseIndexBeneficiary: {
            /** Format: int64 */
            calls: number;
            /**
             * Format: double
             * @description With all recommendations; null where the planner was not asked.
             */
            cost_after?: number | null;
            /**
             * Format: double
             * @description The planner's cost now.
             */
            cost_before: number;
            /**
             * @description Its name, else its beginning.
             * @example activities.list_activities
             */
            name: string;
            /** @description The routes that ran it in the process that answers. */
            routes: string[];
            /** Format: double */
            total_time_sec: number;
        };
        /** @description An index to build. */
        DatabaseIndexRecommendation: {
            /** @description Its first column. */
            column: string;
            /** @description All its columns. */
            columns: string[];
            /**
             * Format: int64
             * @description Of its first column, as the server estimates them; null where the table was never analysed.
             */
            distinct_values?: number | null;
            index: string;
            /** @description The same beside live traffic, as a migration without a transaction. */
            migration: string;
            /** @description The statement that builds it. */
            recommendation: string;
            /**
             * Format: double
             * @description The part of all statements' time that it saves beside the others; null where the planner was not asked.
             */
            saved_percent?: number | null;
            /**
             * @description By estimate, about two times too large.
             * @example 12.5 MB
             */
            size?: string | null;
            /** Format: int64 */
            size_bytes?: number | null;
            /** @description The statements that would use it. */
            statements: components["schemas"]["DatabaseIndexBeneficiary"][];
            /** @example activity */
            table: string;
        };
        /** @description The indexes that the database lacks, and those that it could do without. */
        DatabaseIndexRecommendations: {
            /** @description Whether the server keeps statistics of statements, which all of this is found from. */
            available: boolean;
            /**
             * Format: int64
             * @description How long the statements have been counted, in seconds.
             */
            counted_s?: number | null;
            /** @description Columns for which a GIN index may help; it is not judged. */
            hints: string[];
            /** @description Whether the planner judged each index; else they follow from rules, and nobody was asked. */
            judged_by_planner: boolean;
            /** @description What limits this advice. */
            notes: string[];
            /** @description The indexes to build, those that save most first; at most `database.advisor.recommendations`. */
            recommendations: components["schemas"]["DatabaseIndexRecommendation"][];
            /** @description What would bring the statistics, or have the planner judge. */
            remedy?: string | null;
            /** @description The indexes that may go. */
            surplus: components["schemas"]["DatabaseSurplusIndex"][];
        };
        /** @description How indexes are used since the server's statistics were last reset. */
        DatabaseIndexUsage: {
            /** @description The most scans first, at most 20. */
            most_used: components["schemas"]["DatabaseIndex"][];
            /** @description Fewer than 10 scans, the largest first, at most 20. Those that keep a rule are not among them. */
            potentially_unused: components["schemas"]["DatabaseUnusedIndex"][];
        };
        /** @description The database at a glance. */
        DatabasePerformance: {
            /**
             * Format: int64
             * @description Those of them that run a statement now.
             */
            active_connections: number;
            /**
             * Format: double
             * @description Blocks of tables that were in the server's memory when they were needed, in percent.
             */
            cache_hit_ratio_percent?: number | null;
            /**
             * Format: int64
             * @description Sessions of every process.
             */
            connections: number;
            /**
             * @description For people.
             * @example 12.5 MB
             */
            database_size: string;
            /** Format: int64 */
            database_size_bytes: number;
            /** @description At most 10. */
            largest_tables: components["schemas"]["DatabaseTableSize"][];
            /** @description What to do, if anything. */
            recommendations: components["schemas"]["DatabaseAdvice"][];
            /** @description At most 5, the slowest first; empty without statement statistics. */
            slow_queries: components["schemas"]["DatabaseSlowQuery"][];
        };
        /** @description The connections that many short reads share. */
        DatabasePipeline: {
            /** @description Reads under way. */
            in_flight: number;
            open_connections: number;
            /**
             * Format: int64
             * @description Reads that went to the pool instead since start.
             */
            overflowed: number;
            /**
             * Format: int64
             * @description Reads that it has answered since start.
             */
            served: number;
        };
        /** @description One pool. */
        DatabasePool: {
            checked_in_connections: number;
            checked_out_connections: number;
            /**
             * Format: int64
             * @description Callers who waited in vain since start.
             */
            exhausted: number;
            /** @description `read` or `write`. */
            lane: string;
            /** @description Connections that are open before they are needed. */
            pool_min: number;
            pool_size: number;
            waiting: number;
        };
        /** @description The connections of the process that answers. */
        DatabasePoolStats: {
            /** @description Open and free. */
            checked_in_connections: number;
            /** @description In use. */
            checked_out_connections: number;
            /** @description Each pool by itself. */
            lanes: components["schemas"]["DatabasePool"][];
            /** @description Always 0. */
            max_overflow: number;
            /** @description Beyond the pools: always 0, since they are a limit. */
            overflow_connections: number;
            pipeline: components["schemas"]["DatabasePipeline"];
            /** @description Connections of both pools that are open before they are needed. */
            pool_min: number;
            /**
             * Format: double
             * @description A connection that is older is not used again, in seconds.
             */
            pool_recycle: number;
            /** @description Most connections of both pools. */
            pool_size: number;
            /**
             * Format: double
             * @description Longest wait for a connection, in seconds.
             */
            pool_timeout: number;
            /** @description Open in both pools. */
            total_connections: number;
            /** @description Callers who wait for a connection now. */
            waiting: number;
        };
        /** @description The slow statements of every process, as the server counts them. */
        DatabaseSlowQueries: {
            /** @description Whether the server keeps statistics of statements. */
            available: boolean;
            /** @description The slowest first, at most 20. */
            queries: components["schemas"]["DatabaseSlowQuery"][];
            /** @description What would bring them, where there are none. */
            remedy?: string | null;
            /**
             * Format: double
             * @description A mean time above this is slow, in milliseconds.
             * @example 100
             */
            threshold_ms: number;
        };
        /** @description A slow statement. */
        DatabaseSlowQuery: {
            /**
             * Format: int64
             * @description How many times it ran to its end.
             */
            calls: number;
            /** Format: double */
            max_time_sec: number;
            /** Format: double */
            mean_time_sec: number;
            /**
             * @description Its name, if it is one of ours.
             * @example activities.list_activities
             */
            name?: string | null;
            /** @description The first 200 characters of its text; parameters are numbers behind a dollar sign. */
            query: string;
            /** @description The routes that ran it in the process that answers. */
            routes: string[];
            /**
             * Format: int64
             * @description Rows returned or changed.
             */
            rows: number;
            /** Format: double */
            total_time_sec: number;
        };
        /** @description An index that may go. */
        DatabaseSurplusIndex: {
            index: string;
            /** @description The one that does its work. */
            instead?: string | null;
            /** @description Whether the statistics are too young to act on, or a foreign key may need it. */
            is_doubtful: boolean;
            reason: components["schemas"]["SurplusReason"];
            /** @description What would remove it. */
            remedy: string;
            /** @example 12.5 MB */
            size: string;
            /** Format: int64 */
            size_bytes: number;
            table: string;
            why: string;
        };
        /** @description A table with rows that nobody can see any more. Rows are estimates of the server. */
        DatabaseTableBloat: {
            /**
             * Format: double
             * @description Dead rows of all, in percent.
             */
            dead_tuple_percent?: number | null;
            /** Format: int64 */
            dead_tuples: number;
            /**
             * Format: int64
             * @description If dead rows are as long as the others.
             */
            estimated_wasted_bytes: number;
            /**
             * Format: date-time
             * @description By hand or by itself.
             */
            last_analyze?: string | null;
            /**
             * Format: date-time
             * @description By hand or by itself.
             */
            last_vacuum?: string | null;
            /** Format: int64 */
            live_tuples: number;
            schema: string;
            table: string;
            /** @example 12.5 MB */
            table_size: string;
            /** Format: int64 */
            table_size_bytes: number;
        };
        /** @description Tables with dead rows. */
        DatabaseTableBloats: {
            /** @description Those that waste most first, at most 50. */
            tables: components["schemas"]["DatabaseTableBloat"][];
        };
        /** @description A table and its room on the disk. */
        DatabaseTableSize: {
            /**
             * Format: int64
             * @description As the server estimates them.
             */
            rows: number;
            schema: string;
            /**
             * @description With indexes.
             * @example 12.5 MB
             */
            size: string;
            /** Format: int64 */
            size_bytes: number;
            table: string;
        };
        /** @description An index that is hardly read. */
        DatabaseUnusedIndex: components["schemas"]["DatabaseIndex"] & {
            suggestion: string;
        };
        /** @description From one day to another, both included. */
        DateRange: {
            /** Format: date */
            end: string;
            /** Format: date */
            start: string;
        };
        /** @description Which dead letters are meant: by `ids`, or the last ones that `filter` finds. */
        DeadChoice: {
            /** @description Those that it finds; an empty one finds all. */
            filter?: {
                /** @description Those of this kind alone. */
                job_type?: string | null;
                /** @description Those of this queue alone. */
                queue?: string | null;
            } | null;
            /** @description These; 1 to 200. */
            ids?: string[] | null;
            /**
             * @description So many of what the filter finds, 1 to 200.
             * @default 200
             */
            limit: number | null;
        };
        /** @description A job that nobody tries again by itself. */
        DeadLetter: {
            /**
             * Format: uuid
             * @description Whose it was.
             */
            athlete_id?: string | null;
            /**
             * Format: int32
             * @description So many attempts began.
             */
            attempts: number;
            /**
             * Format: int32
             * @description So many of them ended with their process.
             */
            crashes: number;
            /**
             * Format: date-time
             * @description When it was asked for.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it was given up.
             */
            died_at: string;
            /** @description What its last attempt ended with. */
            error: string;
            /**
             * Format: uuid
             * @description The job's id.
             */
            id: string;
            /** @description The name of its kind. */
            job_type: string;
            /**
             * Format: int32
             * @description Of so many.
             */
            max_attempts: number;
            /** @description What was asked for, without what its kind hides; null where this process does not know the kind. */
            payload?: Record<string, never> | null;
            /** @description Who goes first there. */
            priority: components["schemas"]["JobPriority"];
            /** @description Where it waited. */
            queue: string;
            /** @description `attempts`: they are used up; `poison`: it takes its processes with it. */
            reason: string;
        };
        /** @description A page of dead letters, the last first. */
        DeadLetters: {
            /** @description How many this page has. */
            count: number;
            jobs: components["schemas"]["DeadLetter"][];
            /** @description Where the next page starts; null on the last one. */
            next_cursor?: string | null;
        };
        /**
         * @description Decoupling in words (Friel): below 5 % good, up to 10 % drift, above high drift.
         * @enum {string}
         */
        DecouplingStatus: "good" | "drift" | "high_drift";
        /** @description A deleted activity that can be restored. */
        DeletedActivity: {
            /**
             * Format: date-time
             * @description When it was deleted.
             */
            deleted_at: string;
            /**
             * Format: double
             * @example 10000
             */
            distance_m?: number | null;
            /** Format: uuid */
            id: string;
            /**
             * Format: date
             * @description The athlete's civil day on which it began.
             */
            local_date: string;
            /**
             * Format: double
             * @description Time in motion.
             * @example 3000
             */
            moving_time_s?: number | null;
            /**
             * @description Title.
             * @example Morning run
             */
            name: string;
            /**
             * Format: date-time
             * @description From this instant on it is gone for good.
             */
            restorable_until: string;
            /** @example run */
            sport: string;
            /**
             * Format: date-time
             * @description When it began, in UTC.
             */
            start_time: string;
        };
        /** @description A total on which the device and its samples differ. */
        DeviceDifference: {
            /**
             * Format: double
             * @description What the device states.
             * @example 10120
             */
            device?: number | null;
            /**
             * Format: double
             * @description Ours less the device's, in percent of the device's.
             * @example -3.7
             */
            difference_percent?: number | null;
            /**
             * @description The field of the activity.
             * @example distance_m
             */
            field: string;
            /**
             * Format: double
             * @description What the samples give; for totals that are not computed from samples, the activity's value.
             * @example 9750
             */
            ours?: number | null;
        };
        /**
         * @description A remark on a run.
         * @enum {string}
         */
        EfficiencyAnnotation: "race" | "best_of_period";
        /** @description How many runs a reason left out. */
        EfficiencyExcluded: {
            /** Format: int64 */
            activities: number;
            /**
             * @description Stable.
             * @example too_short
             */
            code: string;
        };
        /** @description What a trend needs and what there is. */
        EfficiencyMissing: {
            /** @description How many more it takes. */
            days_missing: number;
            /**
             * @description Days with a valid run that a trend needs.
             * @example 10
             */
            days_needed: number;
            /** @description Days with a valid run. */
            days_with_data: number;
            /** @description Runs without a valid efficiency by reason, the most frequent first. One run may have several reasons. */
            excluded: components["schemas"]["EfficiencyExcluded"][];
            /** @description Runs in the period. */
            runs: number;
            /** @description Runs in the period whose efficiency is valid. */
            valid_runs: number;
        };
        /**
         * @description A run. Rolling means count the athlete's civil days that end with this one; days without a run are missing, not
         *     zero.
         */
        EfficiencyPoint: {
            /** Format: uuid */
            activity_id: string;
            /** @description With `include_annotations`. */
            annotations?: components["schemas"]["EfficiencyAnnotation"][] | null;
            /**
             * Format: double
             * @description Beats per minute.
             */
            avg_hr?: number | null;
            /**
             * Format: date
             * @description The athlete's civil day.
             */
            date: string;
            /**
             * Format: double
             * @description How far efficiency fell from the first to the second half; null when not valid.
             */
            decoupling_percent?: number | null;
            decoupling_status?: components["schemas"]["DecouplingStatus"] | null;
            /** Format: double */
            distance_m?: number | null;
            /**
             * Format: double
             * @description Moving time.
             */
            duration_s?: number | null;
            /**
             * Format: double
             * @description Metres per heartbeat.
             * @example 1.4213
             */
            efficiency_factor?: number | null;
            /** Format: double */
            first_half_ef?: number | null;
            /** Format: double */
            pace_s_per_km?: number | null;
            /**
             * Format: double
             * @description Age-graded performance; null: it is not computed yet.
             */
            performance_percentage?: number | null;
            /** Format: double */
            rolling_120d_avg?: number | null;
            /** Format: double */
            rolling_30d_avg?: number | null;
            /** Format: double */
            rolling_60d_avg?: number | null;
            /** Format: double */
            rolling_7d_avg?: number | null;
            /** Format: double */
            rolling_90d_avg?: number | null;
            /** Format: double */
            second_half_ef?: number | null;
        };
        /** @description How much efficiency varies from run to run, and how hard the runs were. */
        EfficiencyStability: {
            /**
             * Format: double
             * @description 100 less the coefficient of variation in percent; null for fewer than two runs.
             * @example 94.2
             */
            consistency_score?: number | null;
            /** @description Mean heart rate below 90 % of threshold heart rate. */
            easy_runs: number;
            /** @description Threshold heart rate and above. */
            hard_runs: number;
            /** @description 90 to 100 % of threshold heart rate. */
            moderate_runs: number;
            sample_size: number;
            /** @description Threshold heart rate is not known. */
            unclassified_runs: number;
            /**
             * Format: double
             * @description Sample variance of the efficiency factor.
             */
            variance?: number | null;
        };
        /** @description The runs of the period in a few figures; null where there is none. */
        EfficiencySummary: {
            /** Format: double */
            average_efficiency?: number | null;
            /**
             * Format: double
             * @description The highest.
             */
            best_efficiency?: number | null;
            /**
             * Format: double
             * @description The mean of the seven days that end with the last run.
             */
            current_efficiency?: number | null;
            date_range?: components["schemas"]["DateRange"] | null;
            /**
             * Format: int64
             * @description Days until the best of the period is reached if an improving trend goes on as it is; null without such a trend,
             *     and beyond a year. A line drawn on, not a forecast.
             */
            days_to_pr_efficiency?: number | null;
            /**
             * Format: double
             * @description The part of the runs, in percent, that are not above `current_efficiency`.
             */
            efficiency_percentile?: number | null;
            /** @description Valid runs. */
            total_activities: number;
            trend_direction: components["schemas"]["TrendDirection"];
            /**
             * Format: double
             * @description The size of the change over the period, in percent.
             */
            trend_magnitude?: number | null;
            /**
             * Format: double
             * @description The lowest.
             */
            worst_efficiency?: number | null;
        };
        /** @description The trend of efficiency: grade-adjusted metres per heartbeat of steady runs, higher is better. */
        EfficiencyTrends: {
            /**
             * Format: int32
             * @description The version of the formulas. Activities that were computed by an earlier one are computed again in the background.
             * @example 3
             */
            algorithm_version: number;
            /** @description With `include_load_response`: weeks, oldest first. */
            load_response?: components["schemas"]["LoadWeek"][] | null;
            /** @description What a trend needs, what there is, and why runs were left out. */
            missing: components["schemas"]["EfficiencyMissing"];
            stability?: components["schemas"]["EfficiencyStability"] | null;
            status: components["schemas"]["AnalyticsStatus"];
            summary: components["schemas"]["EfficiencySummary"];
            /** @description Every valid run, oldest first. */
            time_series: components["schemas"]["EfficiencyPoint"][];
            trend_analysis: components["schemas"]["TrendAnalysis"];
        };
        /** @description One field of the request that was refused. */
        FieldError: {
            /** @description What: a stable word such as `missing`, `unknown`, `invalid_type`, `out_of_range`. */
            code: string;
            /** @description The same for a person. */
            message: string;
            /** @description Where: a JSON pointer (RFC 6901) into the body; for a query or path parameter `/` and its name. */
            pointer: string;
        };
        /**
         * @description What became of a file, or that nothing has yet.
         * @enum {string}
         */
        FileOutcome: "pending" | "imported" | "merged" | "duplicate" | "refused";
        /** @description One line of the report. */
        FileReport: {
            /**
             * Format: uuid
             * @description The activity that the file is a source of.
             */
            activity_id?: string | null;
            /** @description Whether it can be tried again: it was refused because we failed, or its import was cancelled. */
            can_retry: boolean;
            /** @description Its name, or its path in the archive. */
            file_name: string;
            /**
             * Format: date-time
             * @description When it was done.
             */
            finished_at?: string | null;
            /** @description The line for a person: "merged into Morning Run", "refused because the file has no times". */
            message?: string | null;
            /** @description `pending`, `imported`, `merged`, `duplicate` or `refused`. */
            outcome: string;
            /**
             * Format: int32
             * @description The file's number in the upload, from 1.
             */
            position: number;
            /** @description Why it was refused: a stable code. */
            reason?: string | null;
            /**
             * Format: int64
             * @description Its size as received.
             */
            size_bytes: number;
            /** @description What was odd in the file and how it was read. */
            warnings: Record<string, never>[];
        };
        /** @description A job, whole. */
        Job: components["schemas"]["JobItem"] & {
            /** @description Its attempts that did not succeed, the last first, a hundred at most. */
            errors: components["schemas"]["JobAttempt"][];
            /** @description What was asked for, without what its kind hides; null where this process does not know the kind. */
            payload?: Record<string, never> | null;
            /** @description What it left behind. */
            result?: Record<string, never> | null;
            /** @description The trace that it is a part of. */
            trace_id?: string | null;
        };
        /** @description A job that was asked for. */
        JobAsked: {
            /**
             * Format: date-time
             * @description When it was asked for.
             */
            created_at: string;
            /** @description Whether there was one with the same key, which this is. */
            deduplicated: boolean;
            /**
             * Format: uuid
             * @description The job's id.
             */
            id: string;
            /** @description The name of its kind. */
            job_type: string;
            /** @description What came of the wish, for a person. */
            message: string;
            /** @description Where it is. */
            status: components["schemas"]["JobStatus"];
        };
        /** @description An attempt that did not succeed. */
        JobAttempt: {
            /**
             * Format: int32
             * @description Which it was, from 1, since the job last began to wait anew.
             */
            attempt: number;
            /**
             * @description `error`, `panic`, `timeout`, `crash`, `cut` or `payload`.
             * @example error
             */
            cause: string;
            /**
             * Format: date-time
             * @description When it ended.
             */
            ended_at: string;
            /** @description The same in words. */
            message: string;
            /**
             * Format: date-time
             * @description When it began.
             */
            started_at: string;
        };
        /** @description A job that is to stop. */
        JobCancelled: {
            /**
             * Format: uuid
             * @description The job's id.
             */
            id: string;
            /** @description Whether it still runs: its process was told, and stops it soon. */
            is_cancelling: boolean;
            /** @description What came of the wish, for a person. */
            message: string;
        };
        /** @description A job, as lists and those who follow it see it. */
        JobItem: {
            /**
             * Format: uuid
             * @description Whose it is; null for the installation's own.
             */
            athlete_id?: string | null;
            /**
             * Format: int32
             * @description So many of its attempts have begun.
             */
            attempts: number;
            /**
             * Format: date-time
             * @description When it ended.
             */
            completed_at?: string | null;
            /**
             * Format: int32
             * @description So many of them ended with their process.
             */
            crashes: number;
            /**
             * Format: date-time
             * @description When it was asked for.
             */
            created_at: string;
            /** @description Why it did not succeed. */
            error?: string | null;
            /**
             * Format: uuid
             * @description The job's id.
             */
            id: string;
            /** @description Whether it runs and is asked to stop. */
            is_cancelling: boolean;
            /**
             * @description The name of its kind.
             * @example recompute.athlete
             */
            job_type: string;
            /**
             * Format: int32
             * @description Of so many.
             */
            max_attempts: number;
            /** @description Who goes first there. */
            priority: components["schemas"]["JobPriority"];
            /**
             * Format: double
             * @description How far it is, 0 to 100; null where it has told nothing.
             */
            progress?: number | null;
            /** @description How far it is, in words. */
            progress_message?: string | null;
            /** @description Where it waits, or waited. */
            queue: string;
            /**
             * Format: date-time
             * @description When it may begin; null when it runs or has ended.
             */
            run_at?: string | null;
            /**
             * Format: date-time
             * @description When its last attempt began.
             */
            started_at?: string | null;
            /** @description Where it is. */
            state: components["schemas"]["JobState"];
            /** @description Where it is, in few words. */
            status: components["schemas"]["JobStatus"];
        };
        /** @description A page of jobs, those asked for last first. */
        JobList: {
            /** @description How many jobs this page has. */
            count: number;
            jobs: components["schemas"]["JobItem"][];
            /** @description Where the next page starts; null on the last one. A page with fewer than the limit may have one. */
            next_cursor?: string | null;
        };
        /** @description Jobs by where they are. Each is counted up to 10,000: what has ended is counted among what is still known, the newest first. */
        JobNumbers: {
            /**
             * Format: int64
             * @description Stopped, or found to be needless.
             */
            cancelled: number;
            /**
             * Format: int64
             * @description Done, until 5,000 that were given up, that were stopped or that were needless have been passed over.
             */
            completed: number;
            /**
             * Format: int64
             * @description Given up.
             */
            failed: number;
            /** @description Whether there may be more of some than is said. */
            is_at_least: boolean;
            /**
             * Format: int64
             * @description They wait.
             */
            pending: number;
            /** @description Kinds of jobs that this process knows. */
            registered_handlers: number;
            /**
             * Format: int64
             * @description They are being done.
             */
            running: number;
            /**
             * Format: int64
             * @description All of them.
             */
            total_jobs: number;
        };
        /**
         * @description Who goes first in a queue.
         * @enum {string}
         */
        JobPriority: "high" | "normal" | "low";
        /** @description A queue. */
        JobQueue: {
            /**
             * Format: double
             * @description So many begin at once after a pause.
             */
            burst?: number | null;
            /**
             * Format: double
             * @description So many begin a second.
             */
            max_per_second?: number | null;
            /**
             * Format: int32
             * @description So many at a time, of all processes together.
             */
            max_running?: number | null;
            /**
             * Format: int32
             * @description So many at a time of one key.
             */
            max_running_per_key?: number | null;
            /** @description Its name. */
            name: string;
            /**
             * Format: double
             * @description For how long the first of those that could begin has waited; null where there is none.
             */
            oldest_s?: number | null;
            /**
             * Format: date-time
             * @description Since when nothing of it begins.
             */
            paused_at?: string | null;
            /**
             * Format: int64
             * @description Jobs that could begin.
             */
            queued: number;
            /**
             * Format: int64
             * @description Jobs that wait for their next attempt.
             */
            retrying: number;
            /**
             * Format: int64
             * @description Jobs that are being done.
             */
            running: number;
            /**
             * Format: int64
             * @description Jobs whose time has not come.
             */
            scheduled: number;
        };
        /** @description What a queue may do on all processes together, as a JSON merge patch: absent fields stay, null is no limit. */
        JobQueuePatch: {
            /**
             * Format: double
             * @description So many begin at once after a pause; what a second gives without it.
             */
            burst?: number | null;
            /**
             * Format: double
             * @description So many begin a second: from one a day to a million.
             * @example 10
             */
            max_per_second?: number | null;
            /**
             * Format: int32
             * @description So many at a time.
             * @example 4
             */
            max_running?: number | null;
            /**
             * Format: int32
             * @description So many at a time of one key.
             */
            max_running_per_key?: number | null;
        };
        /** @description All queues, by name. */
        JobQueues: {
            queues: components["schemas"]["JobQueue"][];
        };
        /** @description A job that is to be done again. */
        JobRetried: {
            /**
             * Format: uuid
             * @description The id under which it waits: its own, but for a dead letter of another day.
             */
            id: string;
            /** @description What came of the wish, for a person. */
            message: string;
            /**
             * Format: uuid
             * @description The id that was named.
             */
            retried: string;
        };
        /** @description What begins by itself. */
        JobSchedule: {
            /** @description The kind of its jobs. */
            job_type: string;
            /**
             * Format: date-time
             * @description The last time for which it began.
             */
            last_at?: string | null;
            /**
             * @description What becomes of times at which nobody was there: `skip`, `coalesce` (they count once) or `catch_up` (each counts).
             * @example coalesce
             */
            misfire: string;
            /** @description What it is called. */
            name: string;
            /** @description The next times; none while it rests. */
            next: string[];
            /**
             * Format: date-time
             * @description Since when it rests.
             */
            paused_at?: string | null;
            /** @description The queue of its jobs. */
            queue: string;
            /**
             * @description Its cron expression.
             * @example 30 2 * * *
             */
            spec: string;
            /**
             * @description The zone by whose clocks it goes.
             * @example Europe/Berlin
             */
            timezone: string;
        };
        /** @description A schedule that was changed. */
        JobScheduleChanged: {
            /** @description What came of the wish, for a person. */
            message: string;
            /** @description What it is called. */
            name: string;
        };
        /** @description A schedule whose job was asked for. */
        JobScheduleRun: {
            /**
             * Format: uuid
             * @description The job.
             */
            job_id: string;
            /** @description What came of the wish, for a person. */
            message: string;
            /** @description What it is called. */
            name: string;
        };
        /** @description What begins by itself, by name. */
        JobSchedules: {
            schedules: components["schemas"]["JobSchedule"][];
        };
        /**
         * @description Where a job is.
         * @enum {string}
         */
        JobState: "scheduled" | "queued" | "retrying" | "running" | "succeeded" | "failed" | "discarded" | "cancelled";
        /** @description How many jobs there are. */
        JobStatistics: {
            /** @description Queue by queue. */
            queues: components["schemas"]["JobQueue"][];
            /** @description By where they are. */
            statistics: components["schemas"]["JobNumbers"];
            /**
             * @description `running` where anything is being done, else `idle`.
             * @example running
             */
            status: string;
        };
        /**
         * @description Where a job is, in few words.
         * @enum {string}
         */
        JobStatus: "pending" | "running" | "completed" | "failed" | "cancelled";
        /** @description A process that does jobs. */
        JobWorker: {
            /** @description Where it is. */
            host: string;
            /**
             * Format: int64
             * @description The number of this life of it.
             */
            id: number;
            /** @description Whether it takes no more jobs. */
            is_draining: boolean;
            /** @description The kinds that it does. */
            job_types: string[];
            /**
             * Format: date-time
             * @description When it was last heard of.
             */
            last_seen: string;
            /**
             * Format: int32
             * @description Its process there.
             */
            pid: number;
            /** @description The queues that it takes jobs of. */
            queues: string[];
            /**
             * Format: int64
             * @description So many now.
             */
            running: number;
            /**
             * Format: int32
             * @description So many at a time.
             */
            slots: number;
            /**
             * Format: date-time
             * @description When it began.
             */
            started_at: string;
        };
        /** @description The processes that do jobs, the oldest first. */
        JobWorkers: {
            workers: components["schemas"]["JobWorker"][];
        };
        /** @description The answer of every list. */
        List_ActivityItem: {
            /** @description The items of this page, in the list's order. */
            items: {
                /** Format: double */
                ascent_m?: number | null;
                /**
                 * Format: double
                 * @description Distance over moving time.
                 * @example 3.333
                 */
                average_speed_m_s?: number | null;
                /**
                 * Format: double
                 * @description Steps of both feet, or revolutions.
                 */
                avg_cadence_per_min?: number | null;
                /** Format: double */
                avg_hr_bpm?: number | null;
                /** Format: double */
                avg_power_w?: number | null;
                /** Format: double */
                descent_m?: number | null;
                device?: string | null;
                /**
                 * Format: double
                 * @example 10000
                 */
                distance_m?: number | null;
                /**
                 * Format: double
                 * @description Wall time from start to end.
                 * @example 3125
                 */
                elapsed_s?: number | null;
                /** Format: double */
                energy_kcal?: number | null;
                gear?: string | null;
                /** @description Whether the samples hold positions: without them, as on a treadmill, there is no way to draw. */
                has_positions: boolean;
                /** @description Whether there are samples. */
                has_track: boolean;
                /** Format: uuid */
                id: string;
                is_race: boolean;
                /**
                 * Format: date
                 * @description The athlete's civil day on which it began.
                 */
                local_date: string;
                /** Format: double */
                max_hr_bpm?: number | null;
                /**
                 * Format: double
                 * @description Time in motion.
                 * @example 3000
                 */
                moving_time_s?: number | null;
                /**
                 * @description Title.
                 * @example Morning run
                 */
                name: string;
                /**
                 * Format: double
                 * @description Moving time over distance.
                 * @example 300
                 */
                pace_s_per_km?: number | null;
                /**
                 * Format: double
                 * @description Rated perceived exertion, 0 to 10.
                 */
                rpe?: number | null;
                /** @description `fit`, `tcx`, `gpx` or `manual`. */
                source_format: string;
                /** @example run */
                sport: string;
                /**
                 * Format: date-time
                 * @description When it began, in UTC.
                 */
                start_time: string;
                /** @description The device's finer word, such as `trail` or `treadmill`. */
                sub_sport?: string | null;
            }[];
            /** @description Where the next page starts; null on the last page and for page numbers. */
            next_cursor?: string | null;
            pagination?: components["schemas"]["Pagination"] | null;
        };
        /** @description The answer of every list. */
        List_DeletedActivity: {
            /** @description The items of this page, in the list's order. */
            items: {
                /**
                 * Format: date-time
                 * @description When it was deleted.
                 */
                deleted_at: string;
                /**
                 * Format: double
                 * @example 10000
                 */
                distance_m?: number | null;
                /** Format: uuid */
                id: string;
                /**
                 * Format: date
                 * @description The athlete's civil day on which it began.
                 */
                local_date: string;
                /**
                 * Format: double
                 * @description Time in motion.
                 * @example 3000
                 */
                moving_time_s?: number | null;
                /**
                 * @description Title.
                 * @example Morning run
                 */
                name: string;
                /**
                 * Format: date-time
                 * @description From this instant on it is gone for good.
                 */
                restorable_until: string;
                /** @example run */
                sport: string;
                /**
                 * Format: date-time
                 * @description When it began, in UTC.
                 */
                start_time: string;
            }[];
            /** @description Where the next page starts; null on the last page and for page numbers. */
            next_cursor?: string | null;
            pagination?: components["schemas"]["Pagination"] | null;
        };
        /** @description The answer of every list. */
        List_FileReport: {
            /** @description The items of this page, in the list's order. */
            items: {
                /**
                 * Format: uuid
                 * @description The activity that the file is a source of.
                 */
                activity_id?: string | null;
                /** @description Whether it can be tried again: it was refused because we failed, or its import was cancelled. */
                can_retry: boolean;
                /** @description Its name, or its path in the archive. */
                file_name: string;
                /**
                 * Format: date-time
                 * @description When it was done.
                 */
                finished_at?: string | null;
                /** @description The line for a person: "merged into Morning Run", "refused because the file has no times". */
                message?: string | null;
                /** @description `pending`, `imported`, `merged`, `duplicate` or `refused`. */
                outcome: string;
                /**
                 * Format: int32
                 * @description The file's number in the upload, from 1.
                 */
                position: number;
                /** @description Why it was refused: a stable code. */
                reason?: string | null;
                /**
                 * Format: int64
                 * @description Its size as received.
                 */
                size_bytes: number;
                /** @description What was odd in the file and how it was read. */
                warnings: Record<string, never>[];
            }[];
            /** @description Where the next page starts; null on the last page and for page numbers. */
            next_cursor?: string | null;
            pagination?: components["schemas"]["Pagination"] | null;
        };
        /** @description The answer of every list. */
        List_UploadItem: {
            /** @description The items of this page, in the list's order. */
            items: {
                /**
                 * Format: date-time
                 * @description When it was received.
                 */
                created_at: string;
                /**
                 * Format: date-time
                 * @description When the last file was done.
                 */
                finished_at?: string | null;
                /**
                 * Format: uuid
                 * @description The upload's id.
                 */
                id: string;
                /** @description Where it came from: `api`, `cli` or `demo`. */
                origin: string;
                /** @description How many files have which outcome. */
                progress: components["schemas"]["Progress"];
                /** @description `processing`, `finished` or `interrupted`, as in its report. */
                status: string;
            }[];
            /** @description Where the next page starts; null on the last page and for page numbers. */
            next_cursor?: string | null;
            pagination?: components["schemas"]["Pagination"] | null;
        };
        /** @description The state at the end of a civil day, in points a day: 100 points are an hour at threshold. */
        LoadDay: {
            /**
             * Format: double
             * @description Fatigue: average over a time constant of 7 days.
             * @example 61.4
             */
            atl?: number | null;
            /**
             * Format: double
             * @description Fitness: average over a time constant of 42 days.
             * @example 54.12
             */
            ctl?: number | null;
            /** Format: date */
            date: string;
            /**
             * Format: double
             * @description The day's load; a day without activities is 0.
             */
            load?: number | null;
            /**
             * Format: double
             * @description Form: yesterday's fitness less yesterday's fatigue.
             * @example -7.28
             */
            tsb?: number | null;
            /** @description Whether fewer than 42 days stand behind it: fitness is then too low. */
            warming_up: boolean;
        };
        /** @description Fitness, fatigue and form by day. */
        LoadHistory: {
            /**
             * Format: int32
             * @description The version of the formulas. Activities that were computed by an earlier one are computed again in the background.
             * @example 3
             */
            algorithm_version: number;
            /** @description One entry a civil day, from the first load on; none before it, because nothing is known of that time. */
            days: components["schemas"]["LoadDay"][];
            /** Format: date */
            end_date: string;
            /**
             * Format: int64
             * @description Civil days of the period.
             */
            period_days: number;
            /** @description What the loads of the period were computed from. */
            source_counts: components["schemas"]["LoadSourceCounts"];
            /** Format: date */
            start_date: string;
            status: components["schemas"]["AnalyticsStatus"];
        };
        /** @description Activities by what gave them a load. Sources mix well only as far as the athlete's thresholds agree. */
        LoadSourceCounts: {
            heart_rate: number;
            /** @description Nothing gave a load: they count as 0, and the figures are too low by as much. */
            none: number;
            pace: number;
            power: number;
            rpe: number;
        };
        /**
         * @description A week's load beside the median week.
         * @enum {string}
         */
        LoadType: "above_usual" | "usual" | "below_usual" | "unknown";
        /** @description A week, Monday to Sunday. Distance, time and count are of runs; load is of every sport. */
        LoadWeek: {
            /** @description Runs. */
            activity_count: number;
            /**
             * Format: double
             * @description Mean of the valid runs; null without any.
             */
            avg_efficiency?: number | null;
            /**
             * Format: double
             * @description Against the last week that had one.
             */
            efficiency_delta?: number | null;
            /** @description Whether the period cuts it. */
            is_partial: boolean;
            /** @description Against the median of the whole weeks. A comparison, not an effect. */
            load_type: components["schemas"]["LoadType"];
            /** Format: double */
            total_distance_km?: number | null;
            /** Format: double */
            total_distance_m?: number | null;
            /** Format: double */
            total_duration_hours?: number | null;
            /**
             * Format: double
             * @description Points: 100 is an hour at threshold.
             */
            total_load?: number | null;
            /**
             * Format: date
             * @description Its Monday.
             */
            week_start: string;
        };
        /** @description A sign-in. */
        LoginBody: {
            email: string;
            password: string;
            /** @description Where the tokens go. */
            transport?: components["schemas"]["Transport"];
        };
        /** @description An activity entered by hand. */
        ManualActivity: {
            /**
             * Format: double
             * @description Mean heart rate in beats per minute, 20 to 260. `avg_hr` is taken too.
             * @example 148
             */
            avg_hr_bpm?: number | null;
            /**
             * Format: double
             * @description Distance in metres.
             * @example 10000
             */
            distance_m?: number | null;
            /**
             * Format: double
             * @description How long it took, in seconds: above 0, at most 31 days. Counts as elapsed and as moving time.
             * @example 3000
             */
            duration_s: number;
            /** @description Whether it was a race. */
            is_race?: boolean;
            /**
             * Format: double
             * @description Highest heart rate in beats per minute, 20 to 260.
             */
            max_hr_bpm?: number | null;
            /** @description Title, 1 to 200 characters; by default the sport. */
            name?: string | null;
            /** @description Notes, up to 10,000 characters. */
            notes?: string | null;
            /**
             * Format: double
             * @description Rated perceived exertion, 0 to 10: gives the activity its load.
             * @example 6
             */
            rpe?: number | null;
            /**
             * @description Sport, except `multisport` and `transition`.
             * @example run
             */
            sport: string;
            /**
             * Format: date-time
             * @description When it began: RFC 3339 with an offset.
             * @example 2026-03-01T06:30:00+01:00
             */
            start_time: string;
        };
        /** @description Raster tiles in Web Mercator, 256 px wide, counted from the north-west. */
        MapTiles: {
            /**
             * @description Whose map it is, as text to show on it.
             * @example © OpenStreetMap contributors
             */
            attribution: string;
            /**
             * @description The template of their addresses, `https://…` or a path of ours, with `{z}`, `{x}` and `{y}` once each.
             * @example https://tiles.example.org/{z}/{x}/{y}.png
             */
            url: string;
        };
        /** @description A job that is asked for. */
        NewJob: {
            /**
             * Format: int32
             * @description Not before so many seconds from now, a day at most but for administrators; not together with `run_at`.
             */
            delay_s?: number | null;
            /**
             * @description The kind, also as `kind`: one that may be asked for over the API.
             * @example recompute.athlete
             */
            job_type: string;
            /**
             * Format: int32
             * @description Attempts until it is given up; as its kind says without it.
             */
            max_attempts?: number | null;
            /** @description What its kind needs to know. Whose it is need not be said: it is whoever asks. */
            payload?: {
                [key: string]: unknown;
            };
            /** @description Before or behind others of its queue; `high` is for administrators. */
            priority?: ("high" | "normal" | "low") | null;
            /** @description Where it waits; for administrators. */
            queue?: string | null;
            /**
             * Format: date-time
             * @description Not before this time, at most a day ahead; ten years for administrators.
             */
            run_at?: string | null;
            /** @description Only one with this key. */
            unique?: {
                /** @description What names it among the caller's jobs of its kind. */
                key: string;
                on_conflict?: ("return" | "reject") & Record<string, never>;
                /**
                 * Format: int32
                 * @description For so long the key is held, whatever becomes of the job, and no longer than jobs that have ended are known; without it
                 *     until the job has ended.
                 */
                ttl_s?: number | null;
            } | null;
        };
        /**
         * Format: binary
         * @description Bytes of a file.
         */
        OriginalBytes: string;
        /** @description Where a numbered page stands among the others. */
        Pagination: {
            /** @description Whether a page follows. */
            has_next: boolean;
            /** @description Whether a page with items precedes. */
            has_prev: boolean;
            /**
             * Format: int32
             * @description Items per page.
             */
            limit: number;
            /**
             * Format: int32
             * @description This page, from 1.
             */
            page: number;
            /**
             * Format: int64
             * @description Items of all pages.
             */
            total: number;
            /**
             * Format: int64
             * @description Pages; 0 when there are no items.
             */
            total_pages: number;
        };
        /** @description Blocks of tables that the server needed. */
        PerformanceCache: {
            /**
             * Format: double
             * @description Null before anything was read.
             */
            hit_rate_percent?: number | null;
            /**
             * Format: int64
             * @description They were in its memory.
             */
            hits: number;
            /**
             * Format: int64
             * @description They were not.
             */
            misses: number;
            /** Format: int64 */
            total_requests: number;
        };
        /** @description What statements cost in a span, as every process wrote it down. Times are in seconds. */
        PerformanceHistory: {
            /** @description The statement that was asked for, step by step; steps in which it did not run are left out. */
            curve: components["schemas"]["PerformancePastStep"][];
            /**
             * Format: double
             * @description Between two readings, in seconds; what has run since the last one is not here yet.
             */
            interval: number;
            /** @description Whether this process writes its part (`database.insight.history_interval_ms`). */
            recorded: boolean;
            /** Format: date-time */
            since: string;
            /** @description Those that took most time together first, at most 100. */
            statements: components["schemas"]["PerformancePastStatement"][];
            /** Format: date-time */
            until: string;
        };
        /** @description One statement in the span. */
        PerformancePastStatement: {
            /** Format: double */
            avg_time: number;
            /**
             * Format: double
             * @description In the equally long span before; null where it did not run.
             */
            avg_time_before?: number | null;
            /** Format: int64 */
            count: number;
            /**
             * Format: int64
             * @description Runs that failed or were given up.
             */
            errors: number;
            /** @example activities.list_activities */
            name: string;
            /** Format: int64 */
            rows: number;
            /**
             * Format: int64
             * @description Runs that were slow.
             */
            slow: number;
            /** Format: double */
            total_time: number;
        };
        /** @description One step of a statement's curve. */
        PerformancePastStep: {
            /** Format: double */
            avg_time: number;
            /** Format: int64 */
            count: number;
            /** Format: int64 */
            errors: number;
            /**
             * Format: date-time
             * @description When it began.
             */
            timestamp: string;
        };
        /** @description The statements of the process that answers, since it began. Times are in seconds, from asking to the last row. */
        PerformanceQueries: {
            /** Format: double */
            avg_time?: number | null;
            /**
             * Format: int64
             * @description Runs that failed or were given up.
             */
            failed_queries: number;
            /** Format: double */
            max_time?: number | null;
            /** Format: double */
            min_time?: number | null;
            /**
             * Format: double
             * @description Drawn between the bounds that times are counted by.
             */
            p95_time?: number | null;
            /**
             * Format: double
             * @description Drawn between the bounds that times are counted by.
             */
            p99_time?: number | null;
            /** @description Runs by table; one run counts for each table that its statement names. */
            queries_by_table: {
                [key: string]: number;
            };
            /**
             * Format: double
             * @description `database.slow_statement_ms`, in seconds.
             * @example 0.1
             */
            slow_above: number;
            /** @description The newest first, at most 10. */
            slow_queries: components["schemas"]["PerformanceSlowQuery"][];
            /**
             * Format: int64
             * @description Runs that took longer than `slow_above`.
             */
            slow_queries_count: number;
            /** @description Each statement, the one that took most time together first. */
            statements: components["schemas"]["PerformanceStatement"][];
            /** Format: int64 */
            total_queries: number;
        };
        /** @description A run that was slow. */
        PerformanceSlowQuery: {
            /** Format: double */
            duration: number;
            /** @description Whether it failed or was given up. */
            failed: boolean;
            /** @example activities.list_activities */
            name: string;
            /** @description How the server goes about it whatever the parameters; null until it was asked, which happens now and then. */
            plan?: string | null;
            /** @description Why there is no plan. */
            plan_refused?: string | null;
            /** @description The route that ran it; null for work beside the requests. */
            route?: string | null;
            /** Format: int64 */
            rows: number;
            /** @description The first 200 characters of its text, without parameters. */
            statement: string;
            /**
             * Format: date-time
             * @description When it ended.
             */
            timestamp?: string | null;
        };
        /** @description One statement. */
        PerformanceStatement: {
            /** Format: double */
            avg_time: number;
            /** Format: int64 */
            count: number;
            /** Format: int64 */
            errors: number;
            /** Format: double */
            max_time: number;
            /** @example activities.list_activities */
            name: string;
            /** Format: double */
            p95_time?: number | null;
            /** @description The routes that ran it, as many as are kept. */
            routes: string[];
            /** Format: int64 */
            rows: number;
            /** Format: double */
            total_time: number;
        };
        /** @description Statements, the server's memory and advice. */
        PerformanceSummary: {
            cache: components["schemas"]["PerformanceCache"];
            queries: components["schemas"]["PerformanceQueries"];
            /** @description What to do, if anything. */
            recommendations: components["schemas"]["DatabaseAdvice"][];
        };
        /** @description The fastest effort of one distance. */
        PersonalBest: {
            /**
             * Format: date-time
             * @description When the effort began.
             */
            achieved_at: string;
            /**
             * Format: uuid
             * @description The activity that holds it.
             */
            activity_id: string;
            activity_name: string;
            /** @example /v1/activities/0195c2a4-0000-7000-8000-000000000000 */
            activity_url: string;
            /**
             * Format: double
             * @example 5000
             */
            distance_m?: number | null;
            /** @example 5 km */
            distance_name: string;
            /**
             * Format: double
             * @description Wall time, pauses included.
             * @example 1230.4
             */
            elapsed_s?: number | null;
            /** @description Whether that activity was a race. */
            is_race: boolean;
            /**
             * Format: date
             * @description The athlete's civil day of it.
             */
            local_date: string;
            /**
             * Format: double
             * @example 246.1
             */
            pace_s_per_km?: number | null;
            /** @example run */
            sport: string;
            /**
             * Format: double
             * @description Seconds from the start of the activity to the start of the effort.
             */
            start_s?: number | null;
        };
        /** @description The fastest effort of each sport and distance. */
        PersonalBests: {
            /** @description By sport, then by distance. */
            personal_bests: components["schemas"]["PersonalBest"][];
        };
        /** @description The body on the wire. Its schema is called `Problem`. */
        Problem: {
            /**
             * @description Stable and machine-readable.
             * @example not_found
             */
            code: string;
            /** @description What happened this time. */
            detail?: string | null;
            /** @description The refused fields, when fields were the reason. */
            errors?: components["schemas"]["FieldError"][];
            /** @description The path of the request that failed. */
            instance?: string | null;
            /** @description The request's id, as in the `X-Request-Id` header and in the log. */
            request_id?: string | null;
            /**
             * Format: int32
             * @description The HTTP status again.
             * @example 404
             */
            status: number;
            /** @description The code's name for people; the same for every occurrence. */
            title: string;
            /**
             * @description Relative address of the page that explains the code.
             * @example /docs/problems#not_found
             */
            type: string;
        };
        /** @description Counts of outcomes. */
        Progress: {
            /**
             * Format: int64
             * @description Files whose bytes were there.
             */
            duplicates: number;
            /**
             * Format: int64
             * @description New activities.
             */
            imported: number;
            /**
             * Format: int64
             * @description Further sources of activities that were there.
             */
            merged: number;
            /**
             * Format: int64
             * @description Files without an outcome yet.
             */
            pending: number;
            /**
             * Format: int64
             * @description Files that hold nothing that can be imported.
             */
            refused: number;
            /**
             * Format: int64
             * @description All files.
             */
            total: number;
        };
        /** @description What was forgotten. */
        Purged: {
            /** @description Whether the filter finds more. */
            has_more: boolean;
            /**
             * Format: int64
             * @description How many dead letters.
             */
            purged: number;
        };
        /** @description A refresh token; browsers send an empty object and their cookie. */
        RefreshBody: {
            /** @description The token of the last sign-in or refresh. */
            refresh_token?: string | null;
        };
        /** @description A new account. */
        RegisterBody: {
            /** @description Name to show; the part before the `@` when absent. */
            display_name?: string | null;
            /**
             * @description Unique whatever its capitals.
             * @example runner@example.org
             */
            email: string;
            /**
             * @description 10 to 128 characters, not a commonly used one; no other rule.
             * @example testpassword123
             */
            password: string;
            /**
             * @description IANA zone of the athlete's civil days.
             * @example Europe/Berlin
             */
            timezone?: string | null;
            /** @description Where the tokens go. */
            transport?: components["schemas"]["Transport"];
        };
        /**
         * @description Whether somebody may register over the API.
         * @enum {string}
         */
        RegistrationState: "open" | "closed";
        /**
         * @description What became of one of many.
         * @enum {string}
         */
        ReplayOutcome: "queued" | "succeeded" | "not_ended" | "key_taken" | "too_old" | "unknown";
        /** @description What became of one. */
        ReplayResult: {
            /**
             * Format: uuid
             * @description The id that was named or found.
             */
            id: string;
            /**
             * Format: uuid
             * @description Under which id it waits; null where it does not.
             */
            job_id?: string | null;
            /** @description What became of it. */
            outcome: components["schemas"]["ReplayOutcome"];
        };
        /** @description What became of each. */
        Replayed: {
            /** @description Whether the filter finds more. */
            has_more: boolean;
            /** @description How many wait again. */
            queued: number;
            results: components["schemas"]["ReplayResult"][];
        };
        /** @description One replica. */
        Replica: {
            /** @description Whether it answers and is on the primary's history. */
            healthy: boolean;
            /**
             * @description Where it is, as `host:port`.
             * @example db2:5432
             */
            host: string;
            /** @description Reads that it is answering now. */
            in_flight: number;
            /**
             * Format: int64
             * @description Bytes of the log that it is behind; null while that is not known.
             */
            lag_bytes?: number | null;
            /**
             * Format: int64
             * @description Reads since start that it answered.
             */
            reads: number;
            /** @description Why not; null where it is. */
            reason?: string | null;
            /**
             * Format: int64
             * @description Answers since start that did not count: it was behind, in conflict, or went away.
             */
            rejected: number;
            /**
             * Format: int64
             * @description Everything older than this it has, in milliseconds; null while that is not known.
             */
            staleness_ms?: number | null;
        };
        /** @description The database's replicas at one moment. */
        Replication: {
            /**
             * Format: int64
             * @description Reads since start that went to the primary because no replica had what their session has seen.
             */
            fallbacks: number;
            /**
             * @description How far the primary's log reached when it was last asked, as PostgreSQL writes it.
             * @example 0/3A2F1B8
             */
            position?: string | null;
            /**
             * Format: int64
             * @description How long ago that was, in milliseconds.
             */
            position_age_ms?: number | null;
            /** @description Why they do not; null where they do. */
            reason?: string | null;
            /**
             * Format: int64
             * @description Reads since start that were refused because the primary had taken enough of them.
             */
            refused: number;
            /** @description Each replica, in the order of the configuration. */
            replicas: components["schemas"]["Replica"][];
            /** @description Whether reads go to replicas. */
            status: components["schemas"]["ReplicationState"];
            /**
             * Format: int32
             * @description The primary's timeline: it rises with each promotion. Null before its first answer.
             */
            timeline?: number | null;
        };
        /**
         * @description Whether reads go to replicas.
         * @enum {string}
         */
        ReplicationState: "healthy" | "degraded" | "off";
        /** @description How many sessions ended. */
        SessionsEnded: {
            /** Format: int64 */
            sessions_ended: number;
        };
        /** @description The answer to a sign-in. */
        SignInView: {
            /** @description For `Authorization: Bearer`; absent when it went into a cookie. */
            access_token?: string | null;
            /** @description Who signed in. */
            athlete: components["schemas"]["AccountView"];
            /**
             * Format: int64
             * @description Life of the access token in seconds.
             */
            expires_in: number;
            /** @description For one `POST /v1/auth/refresh`; absent when it went into a cookie. */
            refresh_token?: string | null;
            /** @description `bearer` or `cookie`. */
            token_type: string;
        };
        /**
         * @description A column to sort by.
         * @enum {string}
         */
        SortBy: "start_time" | "distance_m" | "duration_s";
        /**
         * @description A direction to sort in.
         * @enum {string}
         */
        SortOrder: "asc" | "desc";
        /**
         * @description A way to cut an activity into splits.
         * @enum {string}
         */
        SplitKind: "km" | "mile" | "lap";
        /**
         * @description Why an index may go.
         * @enum {string}
         */
        SurplusReason: "invalid" | "duplicate" | "prefix" | "unused";
        /**
         * @description Where the tokens go.
         * @enum {string}
         */
        Transport: "bearer" | "cookie";
        /** @description Theil–Sen slope and Mann–Kendall test, corrected for autocorrelation. Null figures: too few days. */
        TrendAnalysis: {
            /**
             * Format: double
             * @description Of neighbouring days, after the trend is taken out; 0 to 1.
             */
            autocorrelation?: number | null;
            /**
             * Format: double
             * @description From the first to the last run, in percent of the line's start.
             */
            change_percent?: number | null;
            confidence: components["schemas"]["TrendConfidence"];
            /** @description What the sign of the slope means. */
            direction: components["schemas"]["TrendDirection"];
            /**
             * Format: double
             * @description Independent days that they are worth.
             */
            effective_sample_size?: number | null;
            /**
             * @description The same in plain words.
             * @example There is no evidence of a change in efficiency over this period.
             */
            insight_text: string;
            /** @description Whether there is a trend and it is of at least 3 %. */
            is_actionable: boolean;
            /**
             * Format: double
             * @description Two-sided.
             */
            p_value?: number | null;
            /**
             * Format: int64
             * @description Civil days of the period.
             */
            period_days: number;
            /**
             * Format: double
             * @description The part of the variance that a straight line over days describes. Nothing depends on it.
             */
            r_squared?: number | null;
            /** @description Days with a valid run. */
            sample_size: number;
            slope_ci?: components["schemas"]["TrendInterval"] | null;
            /**
             * Format: double
             * @description Metres per heartbeat a week.
             * @example 0.0042
             */
            slope_per_week?: number | null;
        };
        /**
         * @description How sure a verdict is: a fixed ladder.
         * @enum {string}
         */
        TrendConfidence: "no_evidence" | "weak" | "consistent";
        /**
         * @description What a trend means to the athlete.
         * @enum {string}
         */
        TrendDirection: "improving" | "declining" | "stable" | "insufficient_data";
        /** @description An interval, in metres per heartbeat a week. */
        TrendInterval: {
            /** Format: double */
            high?: number | null;
            /**
             * Format: double
             * @description Its confidence level.
             * @example 0.95
             */
            level: number;
            /** Format: double */
            low?: number | null;
        };
        /** @description The form of an upload: one or more parts named `file`. */
        UploadForm: {
            /** @description A training file or an archive of them; repeatable. */
            file: string[];
        };
        /** @description An upload in the list of uploads. */
        UploadItem: {
            /**
             * Format: date-time
             * @description When it was received.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When the last file was done.
             */
            finished_at?: string | null;
            /**
             * Format: uuid
             * @description The upload's id.
             */
            id: string;
            /** @description Where it came from: `api`, `cli` or `demo`. */
            origin: string;
            /** @description How many files have which outcome. */
            progress: components["schemas"]["Progress"];
            /** @description `processing`, `finished` or `interrupted`, as in its report. */
            status: string;
        };
        /** @description One upload: how far it is and what became of each file. */
        UploadReport: {
            /**
             * Format: date-time
             * @description When it was received.
             */
            created_at: string;
            /** @description The report lines, a page of them; `/v1/uploads/{id}/files` has the rest. */
            files: components["schemas"]["List_FileReport"];
            /**
             * Format: date-time
             * @description When the last file was done.
             */
            finished_at?: string | null;
            /**
             * Format: uuid
             * @description The upload's id.
             */
            id: string;
            /** @description Where it came from: `api`, `cli` or `demo`. */
            origin: string;
            /** @description How many files have which outcome. */
            progress: components["schemas"]["Progress"];
            /**
             * @description `processing` until every file has its outcome, then `finished`. `interrupted`: the command line that imported it
             *     stopped before its end; what the report says is done, and importing the same again does the rest.
             */
            status: string;
        };
    };
    responses: {
        /** @description `another_account` */
        AnotherAccount: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `csrf_refused` */
        CrossSiteRefused: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `internal` */
        Internal: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `invalid_body` */
        InvalidBody: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `storage_full` */
        StorageFull: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `too_large` */
        TooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `unauthorized` or `token_expired` */
        Unauthorized: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `unavailable`, `starting`, `database_busy`, `database_unavailable`, `replicas_behind`, `write_conflict` or `timed_out` */
        Unavailable: {
            headers: {
                /** @description Seconds to wait before the request is repeated. */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `unsupported_media_type` */
        UnsupportedMediaType: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    about_show: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["About"];
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    activities_list: {
        parameters: {
            query?: {
                /**
                 * @description First civil day of the athlete (`2026-03-01`), or an instant (RFC 3339). Inclusive.
                 * @example 2026-03-01
                 */
                start_date?: string;
                /**
                 * @description Last civil day of the athlete, or an instant. Inclusive.
                 * @example 2026-03-31
                 */
                end_date?: string;
                /**
                 * @description One sport.
                 * @example run
                 */
                sport?: string;
                /** @description Races only, or everything but races. */
                is_race?: boolean;
                /** @description Shortest distance in metres. Activities without a distance are left out. */
                min_distance_m?: number;
                /** @description Longest distance in metres. Activities without a distance are left out. */
                max_distance_m?: number;
                /** @description Least ascent in metres. */
                elev_gain_min?: number;
                /** @description Most ascent in metres. */
                elev_gain_max?: number;
                /** @description What to sort by; `duration_s` is moving time. */
                sort_by?: components["schemas"]["SortBy"];
                /** @description Descending unless stated. */
                sort_order?: components["schemas"]["SortOrder"];
                /**
                 * @description Items per page, from 1.
                 * @example 50
                 */
                limit?: number;
                /** @description `next_cursor` of the page before; not together with `page`. */
                cursor?: string;
                /** @description Page number from 1, answered with `pagination`; not together with `cursor`. */
                page?: number;
                /**
                 * @description Comma-separated field paths to keep, for example `id,colour,splits.pace_s_per_km`. The other members are then
                 *     absent, also those that the schema calls required.
                 */
                fields?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List_ActivityItem"];
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_query`, `invalid_cursor` or `unknown_field` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    activities_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ManualActivity"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    /** @description The activity */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivityDetail"];
                };
            };
            /** @description `malformed_json` or `incomplete_body` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["CrossSiteRefused"];
            /** @description `same_session_exists`: a file or an entry of the same session; also `another_account` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `invalid_body` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageFull"];
        };
    };
    activities_deleted: {
        parameters: {
            query?: {
                /**
                 * @description Items per page, from 1.
                 * @example 50
                 */
                limit?: number;
                /** @description `next_cursor` of the page before; not together with `page`. */
                cursor?: string;
                /** @description Page number from 1, answered with `pagination`; not together with `cursor`. */
                page?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List_DeletedActivity"];
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_query` or `invalid_cursor` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    activities_summary: {
        parameters: {
            query?: {
                /** @description How many civil days of the athlete, today included. */
                days?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivitySummary"];
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_query` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    activities_find: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Activity */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivityDetail"];
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_path` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    activities_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Activity */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_path` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["CrossSiteRefused"];
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageFull"];
        };
    };
    activities_patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Activity */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ActivityPatch"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivityDetail"];
                };
            };
            /** @description `invalid_path`; also `malformed_json` or `incomplete_body` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["CrossSiteRefused"];
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `invalid_body` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageFull"];
        };
    };
    activities_best_efforts: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Activity */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BestEfforts"];
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_path` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    activities_file: {
        parameters: {
            query?: {
                /** @description SHA-256 of one of the activity's sources, 64 hexadecimal digits; the primary source unless stated. */
                source?: string;
            };
            header?: never;
            path: {
                /** @description Activity */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The original bytes, by what they are; a gzipped file stays so */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.ant.fit": components["schemas"]["OriginalBytes"];
                    "application/vnd.garmin.tcx+xml": components["schemas"]["OriginalBytes"];
                    "application/gpx+xml": components["schemas"]["OriginalBytes"];
                    "application/gzip": components["schemas"]["OriginalBytes"];
                };
            };
            /** @description `invalid_query`; also `invalid_path` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    activities_restore: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Activity */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivityDetail"];
                };
            };
            /** @description `invalid_path` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["CrossSiteRefused"];
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `same_session_exists`; also `another_account` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageFull"];
        };
    };
    activities_splits: {
        parameters: {
            query?: {
                /** @description Kilometres unless stated. */
                kind?: components["schemas"]["SplitKind"];
            };
            header?: never;
            path: {
                /** @description Activity */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivitySplits"];
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_query`; also `invalid_path` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    activities_streams: {
        parameters: {
            query?: {
                /**
                 * @description Comma-separated channels; all that were recorded unless stated.
                 * @example heart_rate_bpm,altitude_m
                 */
                channels?: string;
                /** @description The most samples to answer with. */
                points?: number;
                /**
                 * @description Seconds from the start of the activity: samples from there on, that instant included.
                 * @example 600
                 */
                from_s?: number;
                /**
                 * @description Seconds from the start of the activity, after `from_s`: samples up to there, that instant included.
                 * @example 900
                 */
                to_s?: number;
            };
            header?: never;
            path: {
                /** @description Activity */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActivityStreams"];
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_query`; also `invalid_path` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    analytics_efficiency_trends: {
        parameters: {
            query?: {
                /** @description How many civil days of the athlete, today included. */
                days?: number;
                /** @description Add `stability`. */
                include_stability?: boolean;
                /** @description Add `load_response`. */
                include_load_response?: boolean;
                /** @description Add `annotations` to every run. */
                include_annotations?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EfficiencyTrends"];
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_query` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    athletes_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AthleteProfile"];
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthorized"];
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    athletes_patch_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AthletePatch"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AthleteProfile"];
                };
            };
            /** @description `malformed_json` or `incomplete_body` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["CrossSiteRefused"];
            409: components["responses"]["AnotherAccount"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `invalid_body` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageFull"];
        };
    };
    athletes_my_personal_bests: {
        parameters: {
            query?: {
                /**
                 * @description One sport; every sport unless stated.
                 * @example run
                 */
                sport?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PersonalBests"];
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_query` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    athletes_personal_bests: {
        parameters: {
            query?: {
                /**
                 * @description One sport; every sport unless stated.
                 * @example run
                 */
                sport?: string;
            };
            header?: never;
            path: {
                /** @description Athlete */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PersonalBests"];
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_query`; also `invalid_path` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    auth_change_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangePasswordBody"];
            };
        };
        responses: {
            /** @description Changed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_json` or `incomplete_body` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `wrong_credentials`; also `unauthorized` or `token_expired` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: components["responses"]["CrossSiteRefused"];
            409: components["responses"]["AnotherAccount"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `weak_password`; also `invalid_body` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageFull"];
        };
    };
    auth_login: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LoginBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInView"];
                };
            };
            /** @description `malformed_json` or `incomplete_body` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `wrong_credentials` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `csrf_refused` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidBody"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageFull"];
        };
    };
    auth_logout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RefreshBody"] | null;
            };
        };
        responses: {
            /** @description The session has ended, or had before */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `malformed_json` or `incomplete_body` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `csrf_refused` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `another_account` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidBody"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageFull"];
        };
    };
    auth_logout_all: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionsEnded"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["CrossSiteRefused"];
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageFull"];
        };
    };
    auth_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountView"];
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthorized"];
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    auth_refresh: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RefreshBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInView"];
                };
            };
            /** @description `malformed_json` or `incomplete_body` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid_refresh_token` or `refresh_token_reused` */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `csrf_refused` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `refresh_in_progress` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidBody"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageFull"];
        };
    };
    auth_register: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RegisterBody"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInView"];
                };
            };
            /** @description `malformed_json` or `incomplete_body` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `registration_closed` or `csrf_refused` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `email_taken` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `invalid_body` or `weak_password` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageFull"];
        };
    };
    cache_clear: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CacheCleared"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description `admin_only`; also `csrf_refused` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            /** @description `write_conflict`: a dump of the database is under way, for example; also `unavailable`, `starting`, `database_busy`, `database_unavailable`, `replicas_behind` or `timed_out` */
            503: {
                headers: {
                    /** @description Seconds to wait before the request is repeated. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            507: components["responses"]["StorageFull"];
        };
    };
    cache_invalidate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CacheInvalidation"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CacheInvalidated"];
                };
            };
            /** @description `nothing_to_invalidate`, `pattern_not_supported`, `malformed_json`; also `incomplete_body` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description `admin_only`; also `csrf_refused` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `invalid_body`: a table of which nothing is kept, or no tag */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageFull"];
        };
    };
    cache_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description As `/v1/cache/keys` lists it
                 * @example activities.0123456789abcdef
                 */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CacheKey"];
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_path` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description `admin_only` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: this process keeps none */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    cache_remove_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description As `/v1/cache/keys` lists it
                 * @example activities.0123456789abcdef
                 */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CacheKeyRemoved"];
                };
            };
            /** @description `invalid_path` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description `admin_only`; also `csrf_refused` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found`: this process keeps none */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageFull"];
        };
    };
    cache_keys: {
        parameters: {
            query?: {
                /**
                 * @description What their names are like; `*` stands for any characters. At most 200 characters.
                 * @example activities.*
                 */
                pattern?: string;
                /** @description How many entries. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CacheKeys"];
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_query` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description `admin_only` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    cache_performance_report: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CachePerformanceReport"];
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthorized"];
            /** @description `admin_only` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    cache_stats: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CacheStats"];
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthorized"];
            /** @description `admin_only` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    cache_tags: {
        parameters: {
            query?: {
                /** @description How many tags. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CacheTags"];
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_query` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description `admin_only` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    cache_warm: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CacheWarmed"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description `admin_only`; also `csrf_refused` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageFull"];
        };
    };
    database_cache_hit_ratio: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DatabaseCacheHitRatio"];
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthorized"];
            /** @description `admin_only` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    database_index_recommendations: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DatabaseIndexRecommendations"];
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthorized"];
            /** @description `admin_only` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `advice_underway`: somebody else asked and still waits; also `another_account` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    database_index_usage: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DatabaseIndexUsage"];
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthorized"];
            /** @description `admin_only` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    database_performance: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DatabasePerformance"];
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthorized"];
            /** @description `admin_only` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    database_pool_stats: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DatabasePoolStats"];
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthorized"];
            /** @description `admin_only` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    database_slow_queries: {
        parameters: {
            query?: {
                /** @description What the slowest is: by one run on average, or by all runs together. */
                order?: "mean" | "total";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DatabaseSlowQueries"];
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_query` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description `admin_only` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    database_table_bloat: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DatabaseTableBloats"];
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthorized"];
            /** @description `admin_only` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    jobs_list: {
        parameters: {
            query?: {
                /** @description Jobs with this status alone. */
                status?: components["schemas"]["JobStatus"];
                /** @description Jobs in this state alone. */
                state?: components["schemas"]["JobState"];
                /** @description Jobs of this queue alone. */
                queue?: string;
                /** @description Jobs of this kind alone. */
                job_type?: string;
                /** @description An athlete's jobs alone; for administrators, others have their own in any case. */
                athlete_id?: string;
                /**
                 * @description Items per page, from 1.
                 * @example 50
                 */
                limit?: number;
                /** @description `next_cursor` of the page before; not together with `page`. */
                cursor?: string;
                /** @description Page number from 1, answered with `pagination`; not together with `cursor`. */
                page?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobList"];
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_query` or `invalid_cursor` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    jobs_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewJob"];
            };
        };
        responses: {
            /** @description There is one with the key */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobAsked"];
                };
            };
            /** @description It will be done */
            201: {
                headers: {
                    /** @description Where it is seen */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobAsked"];
                };
            };
            /** @description `malformed_json` or `incomplete_body` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["CrossSiteRefused"];
            /** @description `job_exists`: there is one with the key, and `on_conflict` is `reject` or it is not the caller's to see; also `another_account` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description `invalid_body`: also kinds that are unknown or not to be asked for, and payloads that are none of the kind */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_jobs`: the account has as many of this kind as an hour allows */
            429: {
                headers: {
                    /** @description Seconds to wait before the request is repeated. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageFull"];
        };
    };
    jobs_dead: {
        parameters: {
            query?: {
                /** @description Those of this queue alone. */
                queue?: string;
                /** @description Those of this kind alone. */
                job_type?: string;
                /**
                 * @description Items per page, from 1.
                 * @example 50
                 */
                limit?: number;
                /** @description `next_cursor` of the page before; not together with `page`. */
                cursor?: string;
                /** @description Page number from 1, answered with `pagination`; not together with `cursor`. */
                page?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLetters"];
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_query` or `invalid_cursor` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description `admin_only` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    jobs_purge: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeadChoice"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Purged"];
                };
            };
            /** @description `malformed_json` or `incomplete_body` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description `admin_only`; also `csrf_refused` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidBody"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageFull"];
        };
    };
    jobs_replay: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeadChoice"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Replayed"];
                };
            };
            /** @description `malformed_json` or `incomplete_body` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description `admin_only`; also `csrf_refused` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidBody"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageFull"];
        };
    };
    jobs_queues: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobQueues"];
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthorized"];
            /** @description `admin_only` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    jobs_limit: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Queue
                 * @example default
                 */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["JobQueuePatch"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobQueue"];
                };
            };
            /** @description `invalid_path`, `malformed_json` or `incomplete_body` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description `admin_only`; also `csrf_refused` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidBody"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageFull"];
        };
    };
    jobs_pause: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Queue
                 * @example default
                 */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobQueue"];
                };
            };
            /** @description `invalid_path` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description `admin_only`; also `csrf_refused` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageFull"];
        };
    };
    jobs_resume: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Queue
                 * @example default
                 */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobQueue"];
                };
            };
            /** @description `invalid_path` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description `admin_only`; also `csrf_refused` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageFull"];
        };
    };
    jobs_schedules: {
        parameters: {
            query?: {
                /** @description How many of the next times. */
                fires?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobSchedules"];
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_query` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description `admin_only` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    jobs_pause_schedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Schedule */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobScheduleChanged"];
                };
            };
            /** @description `invalid_path` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description `admin_only`; also `csrf_refused` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageFull"];
        };
    };
    jobs_resume_schedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Schedule */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobScheduleChanged"];
                };
            };
            /** @description `invalid_path` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description `admin_only`; also `csrf_refused` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageFull"];
        };
    };
    jobs_run_schedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Schedule */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobScheduleRun"];
                };
            };
            /** @description `invalid_path` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description `admin_only`; also `csrf_refused` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageFull"];
        };
    };
    jobs_statistics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobStatistics"];
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthorized"];
            /** @description `admin_only` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    jobs_workers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobWorkers"];
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthorized"];
            /** @description `admin_only` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    jobs_find: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Job */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_path` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description `not_found`: also somebody else's */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    jobs_cancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Job */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobCancelled"];
                };
            };
            /** @description `invalid_path` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["CrossSiteRefused"];
            /** @description `not_found`: also somebody else's */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `job_ended`; also `another_account` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageFull"];
        };
    };
    jobs_events: {
        parameters: {
            query?: never;
            header?: {
                /** @description The last event that was read */
                "Last-Event-ID"?: string | null;
            };
            path: {
                /** @description Job */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["JobItem"];
                };
            };
            /** @description Its end was the last event that was read */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_path` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description `not_found`: also somebody else's */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            /** @description `too_many_followers`: of this account, or in this process */
            429: {
                headers: {
                    /** @description Seconds to wait before the request is repeated. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    jobs_retry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Job */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    /** @description Where it is seen */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobRetried"];
                };
            };
            /** @description `invalid_path` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["CrossSiteRefused"];
            /** @description `not_found`: also somebody else's */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `job_succeeded`, `job_not_ended`, `job_key_taken` or `job_too_old`; also `another_account` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_jobs`: the account has had as many jobs and files done again as an hour allows */
            429: {
                headers: {
                    /** @description Seconds to wait before the request is repeated. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageFull"];
        };
    };
    database_history: {
        parameters: {
            query?: {
                /** @description How far back, 1 to 8784 hours. */
                hours?: number;
                /** @description The statement whose curve is wanted. */
                statement?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PerformanceHistory"];
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_query` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description `admin_only` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    database_queries: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PerformanceQueries"];
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthorized"];
            /** @description `admin_only` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    database_summary: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PerformanceSummary"];
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthorized"];
            /** @description `admin_only` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    scaling_replication_status: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Replication"];
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthorized"];
            /** @description `admin_only` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    analytics_current_load: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CurrentLoad"];
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthorized"];
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    analytics_load_history: {
        parameters: {
            query?: {
                /** @description How many civil days of the athlete, today included. */
                days?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoadHistory"];
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_query` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    uploads_list: {
        parameters: {
            query?: {
                /**
                 * @description Items per page, from 1.
                 * @example 50
                 */
                limit?: number;
                /** @description `next_cursor` of the page before; not together with `page`. */
                cursor?: string;
                /** @description Page number from 1, answered with `pagination`; not together with `cursor`. */
                page?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List_UploadItem"];
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_query` or `invalid_cursor` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    uploads_upload: {
        parameters: {
            query?: {
                /** @description Name of the file in a raw body */
                name?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": components["schemas"]["UploadForm"];
            };
        };
        responses: {
            /** @description Every file has its outcome */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadReport"];
                };
            };
            /** @description Stored; some files are still pending */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadReport"];
                };
            };
            /** @description `no_file`, `no_training_file`, `malformed_form` or `incomplete_body` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["CrossSiteRefused"];
            409: components["responses"]["AnotherAccount"];
            /** @description `too_large`: more bytes or files than an upload may have */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_uploads`: some of the athlete's are still on their way */
            429: {
                headers: {
                    /** @description Seconds to wait before the request is repeated. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageFull"];
        };
    };
    uploads_report: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadReport"];
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_path` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    uploads_files: {
        parameters: {
            query?: {
                /** @description Files with this outcome alone. */
                outcome?: components["schemas"]["FileOutcome"];
                /**
                 * @description Items per page, from 1.
                 * @example 50
                 */
                limit?: number;
                /** @description `next_cursor` of the page before; not together with `page`. */
                cursor?: string;
                /** @description Page number from 1, answered with `pagination`; not together with `cursor`. */
                page?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["List_FileReport"];
                };
            };
            /** @description What `If-None-Match` names is still so */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid_query` or `invalid_cursor`; also `invalid_path` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            409: components["responses"]["AnotherAccount"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    uploads_retry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                position: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file has its outcome */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FileReport"];
                };
            };
            /** @description It waits */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FileReport"];
                };
            };
            /** @description `invalid_path` */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["CrossSiteRefused"];
            /** @description `not_found` */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not_retryable`; also `another_account` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too_many_jobs`: the account has had as many jobs and files done again as an hour allows */
            429: {
                headers: {
                    /** @description Seconds to wait before the request is repeated. */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["StorageFull"];
        };
    };
}
