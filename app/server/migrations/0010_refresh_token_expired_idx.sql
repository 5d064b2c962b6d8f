-- no-transaction
-- The hourly removal of expired tokens finds them without reading those that are not.
create index concurrently if not exists refresh_token_expires_idx on refresh_token (expires_at);
