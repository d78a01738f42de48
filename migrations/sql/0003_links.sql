-- Links into a team: counted when guessed, redeemed as whoever opens one arrives, and told of once.
-- SQLSTATEs of a link: SB003 unknown, SB004 too many wrong ones, SB031 expired, SB032 used up, SB033 revoked,
-- SB034 a claim link that was used, SB035 older than the removal of whoever opens it, SB036 a second account
-- that is in the team already, SB037 not for this person to decide.

ALTER TABLE link_guesses ENABLE ROW LEVEL SECURITY; -- reached by doors only

-- owner 4, manager 3, member 2, guest 1
CREATE FUNCTION role_rank(in_role text) RETURNS integer LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT array_position(ARRAY['guest', 'member', 'manager', 'owner'], in_role) $$;

-- One of the person's own teams, the oldest first; made when there is none. For doors only.
CREATE FUNCTION own_team(in_person bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    team bigint; who people;
BEGIN
    SELECT * INTO who FROM people WHERE id = in_person;
    SELECT workspace_id INTO team FROM members
    WHERE person_id = in_person AND removed_at IS NULL AND role <> 'guest'
    ORDER BY role <> 'owner', id LIMIT 1;
    IF team IS NULL THEN
        INSERT INTO workspaces (name, language, timezone)
        VALUES (CASE who.language WHEN 'ru' THEN 'Личное' ELSE 'Personal' END, who.language, who.timezone)
        RETURNING id INTO team;
        INSERT INTO members (workspace_id, person_id, role) VALUES (team, in_person, 'owner');
    END IF;
    RETURN team;
END $$;

-- Counted before the link is looked at, in a transaction of its own, so that a refusal does not undo the count.
CREATE FUNCTION count_guess(in_user bigint, in_limit integer, in_window interval) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    counted integer;
BEGIN
    INSERT INTO link_guesses AS g (telegram_user_id, tries, since) VALUES (in_user, 1, now())
    ON CONFLICT (telegram_user_id) DO UPDATE SET
        tries = CASE WHEN g.since < now() - in_window THEN 1 ELSE g.tries + 1 END,
        since = CASE WHEN g.since < now() - in_window THEN now() ELSE g.since END
    RETURNING tries INTO counted;
    IF counted > in_limit THEN
        RAISE EXCEPTION 'too many wrong links' USING ERRCODE = 'SB004';
    END IF;
END $$;

-- Redeem a link for a known person. The team they are in by it, NULL for a claim link (which makes an operator)
-- and for a link by which a new account asks to take over a membership. Opening it again changes nothing.
CREATE FUNCTION redeem_link(in_code bytea, in_person bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    link invites; seat members;
BEGIN
    SELECT * INTO link FROM invites WHERE code_hash = in_code FOR UPDATE;
    IF link.id IS NULL THEN
        RAISE EXCEPTION 'unknown link' USING ERRCODE = 'SB003';
    END IF;
    UPDATE link_guesses g SET tries = g.tries - 1 FROM people p
    WHERE p.id = in_person AND g.telegram_user_id = p.telegram_user_id AND g.tries > 0;
    SELECT * INTO seat FROM members WHERE workspace_id = link.workspace_id AND person_id = in_person FOR UPDATE;
    IF link.taken_by = in_person THEN
        RETURN NULL;
    END IF;
    IF link.takes_over IS NULL AND seat.removed_at IS NULL AND role_rank(seat.role) >= role_rank(link.role) THEN
        UPDATE people SET current_workspace_id = link.workspace_id WHERE id = in_person;
        RETURN link.workspace_id;
    END IF;
    PERFORM check_link(link, seat);
    UPDATE invites SET uses_left = uses_left - 1,
        taken_by = CASE WHEN link.workspace_id IS NULL OR link.takes_over IS NOT NULL THEN in_person END
    WHERE id = link.id;
    IF link.workspace_id IS NULL THEN
        UPDATE people SET is_operator = true WHERE id = in_person;
    ELSIF link.takes_over IS NULL THEN
        INSERT INTO members (workspace_id, person_id, role, welcomed_at)
        VALUES (link.workspace_id, in_person, link.role, NULL)
        ON CONFLICT (person_id, workspace_id) DO UPDATE
            SET role = EXCLUDED.role, joined_at = now(), removed_at = NULL, welcomed_at = NULL;
        UPDATE people SET current_workspace_id = link.workspace_id WHERE id = in_person;
        RETURN link.workspace_id;
    END IF;
    RETURN NULL;
END $$;

-- Why a link can't be redeemed by whoever sits in `seat` (all NULL for nobody). For doors only.
CREATE FUNCTION check_link(link invites, seat members) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF link.revoked_at IS NOT NULL THEN
        RAISE EXCEPTION 'revoked link' USING ERRCODE = 'SB033';
    ELSIF link.uses_left <= 0 AND link.workspace_id IS NULL THEN
        RAISE EXCEPTION 'claim link was used' USING ERRCODE = 'SB034';
    ELSIF link.uses_left <= 0 THEN
        RAISE EXCEPTION 'used-up link' USING ERRCODE = 'SB032';
    ELSIF link.expires_at <= now() THEN
        RAISE EXCEPTION 'expired link' USING ERRCODE = 'SB031';
    ELSIF link.takes_over IS NOT NULL AND seat.removed_at IS NULL AND seat.role <> 'guest' THEN
        RAISE EXCEPTION 'second account is a member already' USING ERRCODE = 'SB036';
    ELSIF link.takes_over IS NULL AND seat.removed_at >= link.created_at THEN
        RAISE EXCEPTION 'removed after the link was made' USING ERRCODE = 'SB035';
    END IF;
END $$;

-- What the link just opened did, told once as news: claim, joined, already, asked (a new account waits).
CREATE FUNCTION welcome(in_code bytea) RETURNS TABLE (kind text, team text, role text, invite_id bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    me bigint := nullif(current_setting('app.person_id', true), '')::bigint;
    link invites; seat members; news boolean;
BEGIN
    SELECT * INTO link FROM invites WHERE code_hash = in_code;
    IF link.taken_by = me THEN
        RETURN QUERY SELECT CASE WHEN link.workspace_id IS NULL THEN 'claim' ELSE 'asked' END, w.name, link.role, link.id
            FROM (SELECT) one LEFT JOIN workspaces w ON w.id = link.workspace_id;
        RETURN;
    END IF;
    SELECT * INTO seat FROM members m
    WHERE m.workspace_id = link.workspace_id AND m.person_id = me AND m.removed_at IS NULL FOR UPDATE;
    IF seat.id IS NULL THEN
        RETURN;
    END IF;
    UPDATE members SET welcomed_at = now() WHERE id = seat.id AND welcomed_at IS NULL;
    news := FOUND;
    RETURN QUERY SELECT CASE WHEN news THEN 'joined' ELSE 'already' END, w.name, seat.role, link.id
        FROM workspaces w WHERE w.id = link.workspace_id;
END $$;

-- The actor for whoever an update comes from; registers what is new. One person at a time (advisory lock).
-- SQLSTATE SB001: removed; SB002: a stranger, by invitation only; redeem_link's own for a bad link.
CREATE OR REPLACE FUNCTION arrive(
    in_user bigint, in_name text, in_username text, in_language text, in_timezone text,
    in_chat bigint, in_kind text, in_title text, in_code bytea, in_operator boolean, in_started boolean,
    in_open boolean
) RETURNS TABLE (
    person_id bigint, language text, timezone text, workspace_id bigint, member_id bigint, role text,
    chat_id bigint, is_operator boolean, is_new boolean
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    who people; team bigint; linked bigint; place bigint; seat members; fresh boolean := false;
BEGIN
    SELECT * INTO who FROM people WHERE telegram_user_id = in_user;
    IF in_code IS NOT NULL OR who.id IS NULL THEN
        PERFORM pg_advisory_xact_lock(7741, (in_user % 2147483647)::int);
        SELECT * INTO who FROM people WHERE telegram_user_id = in_user;
    END IF;
    IF in_kind <> 'private' THEN
        SELECT l.workspace_id INTO linked FROM chat_links l WHERE l.telegram_chat_id = in_chat;
    END IF;
    IF who.id IS NULL THEN
        IF NOT (in_open OR in_operator OR in_code IS NOT NULL OR linked IS NOT NULL) THEN
            RAISE EXCEPTION 'by invitation' USING ERRCODE = 'SB002';
        END IF;
        fresh := true;
        INSERT INTO people (telegram_user_id, display_name, username, language, timezone)
        VALUES (in_user, in_name, in_username, in_language, in_timezone) RETURNING * INTO who;
    ELSIF (who.display_name, who.username) IS DISTINCT FROM (in_name, in_username) THEN
        UPDATE people SET display_name = in_name, username = in_username WHERE id = who.id;
    END IF;
    IF in_operator AND NOT who.is_operator THEN
        UPDATE people SET is_operator = true WHERE id = who.id RETURNING * INTO who;
    END IF;
    IF in_started AND who.private_chat_id IS DISTINCT FROM in_chat THEN
        UPDATE people SET private_chat_id = in_chat WHERE id = who.id RETURNING * INTO who;
    END IF;
    IF in_code IS NOT NULL THEN -- a bad link undoes the registration too
        PERFORM redeem_link(in_code, who.id);
        SELECT * INTO who FROM people WHERE id = who.id;
    END IF;
    IF who.current_workspace_id IS NULL AND linked IS NULL THEN
        IF NOT (fresh OR in_open OR in_operator OR in_code IS NOT NULL OR who.is_operator) THEN
            RAISE EXCEPTION 'by invitation' USING ERRCODE = 'SB002';
        END IF;
        INSERT INTO workspaces (name, language, timezone)
        VALUES (CASE who.language WHEN 'ru' THEN 'Личное' ELSE 'Personal' END, who.language, who.timezone)
        RETURNING id INTO team;
        INSERT INTO members (workspace_id, person_id, role) VALUES (team, who.id, 'owner');
        UPDATE people SET current_workspace_id = team WHERE id = who.id RETURNING * INTO who;
    END IF;
    team := coalesce(linked, who.current_workspace_id);
    INSERT INTO members (workspace_id, person_id, role) VALUES (team, who.id, 'guest')
    ON CONFLICT (person_id, workspace_id) DO NOTHING;
    SELECT * INTO seat FROM members m WHERE m.workspace_id = team AND m.person_id = who.id;
    IF seat.removed_at IS NOT NULL THEN
        RAISE EXCEPTION 'removed' USING ERRCODE = 'SB001';
    END IF;
    SELECT c.id INTO place FROM chats c WHERE c.workspace_id = team AND c.telegram_chat_id = in_chat;
    IF place IS NULL THEN
        INSERT INTO chats (workspace_id, telegram_chat_id, kind, title) VALUES (team, in_chat, in_kind, in_title)
        ON CONFLICT (workspace_id, telegram_chat_id) DO UPDATE SET title = EXCLUDED.title RETURNING id INTO place;
    END IF;
    IF in_kind <> 'private' AND linked IS NULL THEN
        INSERT INTO chat_links (telegram_chat_id, workspace_id, chat_id) VALUES (in_chat, team, place)
        ON CONFLICT (telegram_chat_id) DO NOTHING;
    END IF;
    RETURN QUERY SELECT who.id, who.language, who.timezone, team, seat.id, seat.role, place, who.is_operator, fresh;
END $$;

-- What is kept for a while only.
CREATE OR REPLACE FUNCTION purge(in_before timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM handled_updates WHERE begun_at < in_before;
    DELETE FROM dialogs WHERE expires_at < in_before;
    DELETE FROM invites WHERE expires_at < in_before;
    DELETE FROM link_guesses WHERE since < in_before;
$$;
