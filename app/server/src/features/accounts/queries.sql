-- Sign-in: accounts, sessions, refresh tokens. Every statement names the athlete but find_refresh_token, look_around,
-- remove_expired_*, find_those_who_asked and what is found by an address.

--: Account(password_hash?)
-- tidy: upsert, an address has one account among all athletes
-- Inserts nothing where the address has an account, whatever its capitals.
--! insert_account (password_hash?)
insert into athlete (id, email, password_hash, display_name, role, timezone, is_demo, created_at, updated_at)
values (:id, :email, :password_hash, :display_name, :role, :timezone, :is_demo, :now, :now)
on conflict (lower(email)) do nothing;

-- tidy: all athletes, who signs in is known by an address alone
-- lane: pipelined
--! find_account_by_email : Account
select id, email, display_name, role, timezone, password_hash
from athlete
where lower(email) = lower(:email);

-- lane: pipelined
--! find_account : Account
select id, email, display_name, role, timezone, password_hash
from athlete
where id = :athlete_id;

-- What a first start finds: of all accounts, as nobody's yet.
-- tidy: all athletes, a first start asks whether there is anybody
-- tidy: join, three questions that have nothing to do with each other
--! look_around : (demo_id?)
select
    exists (select from athlete where role = 'admin') as has_admin,
    exists (select from athlete where not is_demo) as has_people,
    (select id from athlete where lower(email) = lower(:demo_email) and is_demo) as demo_id;

-- Who is asking: the account and the session that the access token names, unless it was ended. Whether its time is over
-- is for the reader to see, who may keep the answer.
-- lane: pipelined
--! find_principal
select athlete.email, athlete.display_name, athlete.role, athlete.timezone, login_session.expires_at
from login_session
join athlete on athlete.id = login_session.athlete_id
where login_session.athlete_id = :athlete_id
    and login_session.id = :session_id
    and login_session.revoked_at is null;

-- Those of them who still have an account, for a process that asks again what they have asked it often.
-- tidy: all athletes, nobody is signed in before a process is ready
--! find_those_who_asked
select id, email, display_name, role, timezone
from athlete
where id = any(:athlete_ids);

-- Opens a session while the password hash is still the one that was verified, and inserts nothing afterwards. The lock
-- is the one that a change of password waits for, and makes wait: whichever is later sees the earlier one.
--! insert_session (user_agent?)
insert into login_session (athlete_id, id, created_at, last_used_at, expires_at, user_agent)
select id, :id, :now, :now, :expires_at, :user_agent
from athlete
where id = :athlete_id and password_hash = :verified_hash
for key share;

--! insert_refresh_token
insert into refresh_token (athlete_id, token_hash, session_id, issued_at, expires_at)
values (:athlete_id, :token_hash, :session_id, :now, :expires_at);

-- The row stays locked until the caller's transaction ends: two at once are one after the other.
-- tidy: all athletes, the bearer of a refresh token says nothing else
--! find_refresh_token : (used_at?, revoked_at?)
select
    refresh_token.athlete_id, refresh_token.session_id, refresh_token.expires_at, refresh_token.used_at,
    login_session.revoked_at
from refresh_token
join login_session
    on login_session.athlete_id = refresh_token.athlete_id and login_session.id = refresh_token.session_id
where refresh_token.token_hash = :token_hash
for update of refresh_token;

--! use_refresh_token
update refresh_token
set used_at = :now
where athlete_id = :athlete_id and token_hash = :token_hash;

--! touch_session
update login_session
set last_used_at = :now, expires_at = :expires_at
where athlete_id = :athlete_id and id = :id;

--! revoke_session
update login_session
set revoked_at = :now, revoked_reason = :reason
where athlete_id = :athlete_id and id = :id and revoked_at is null;

-- All sessions but one; name a session that does not exist to end them all.
--! revoke_other_sessions
update login_session
set revoked_at = :now, revoked_reason = :reason
where athlete_id = :athlete_id and id <> :keep_id and revoked_at is null;

-- Until the caller's transaction ends nobody signs in: see insert_session. (Storing a new hash would not keep them out:
-- no key changes.)
--! lock_sign_ins : (password_hash?)
select password_hash
from athlete
where id = :athlete_id
for update;

--! set_password_hash
update athlete
set password_hash = :password_hash, updated_at = :now
where id = :athlete_id;

-- The same password at another cost: nothing that the athlete changed. Nothing is stored where the hash is no longer the
-- one that was verified.
--! renew_password_hash
update athlete
set password_hash = :password_hash
where id = :athlete_id and password_hash = :verified_hash;

-- Of all athletes. Rows that somebody else holds are left for the next time. The order is that of an index, and the rows
-- that were found and locked are deleted where they are: whatever the planner believes of their number, it has no reason
-- to read the table.
-- tidy: all athletes, housekeeping
-- tidy: join, the rows are those that the inner select has just locked
--! remove_expired_refresh_tokens
delete from refresh_token
where ctid = any(array(
    select ctid
    from refresh_token
    where expires_at <= :now
    order by expires_at
    limit :max_rows
    for update skip locked
));

-- Sessions that still have tokens wait until those are removed: the foreign key would remove any number of them. `offset`
-- has each session looked up by itself, as many as the limit lets pass, instead of reading all tokens first.
-- tidy: all athletes, housekeeping
-- tidy: offset, it skips nothing; it keeps the look-up by itself
--! remove_expired_sessions
delete from login_session
where ctid = any(array(
    select ctid
    from login_session
    where expires_at <= :now
        and not exists (
            select from refresh_token
            where refresh_token.athlete_id = login_session.athlete_id and refresh_token.session_id = login_session.id
            offset 0
        )
    order by expires_at
    limit :max_rows
    for update of login_session skip locked
));
