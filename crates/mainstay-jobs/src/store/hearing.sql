select /* jobs.hearing */ pg_backend_pid() as pid, exists (select from pg_listening_channels()) as is_hearing
