-- no-transaction
-- The same for sessions.
create index concurrently if not exists login_session_expires_idx on login_session (expires_at);
