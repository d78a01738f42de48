-- Doors: the only ways to look across workspaces. Each is SECURITY DEFINER with its search_path pinned.

-- Every transaction begins here. SQLSTATE SB001: no longer a member.
CREATE FUNCTION enter(in_workspace bigint, in_member bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    who bigint;
BEGIN
    SELECT person_id INTO who FROM members
    WHERE id = in_member AND workspace_id = in_workspace AND removed_at IS NULL;
    IF who IS NULL THEN
        RAISE EXCEPTION 'member % is not of workspace %', in_member, in_workspace USING ERRCODE = 'SB001';
    END IF;
    PERFORM set_config('app.workspace_id', in_workspace::text, true),
            set_config('app.member_id', in_member::text, true),
            set_config('app.person_id', who::text, true);
END $$;

-- The actor for whoever an update comes from; registers what is new. One person at a time (advisory lock).
-- SQLSTATE SB001: removed; SB002: a stranger, by invitation only; SB003: a spent or unknown link.
CREATE FUNCTION arrive(
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
    who people; link invites; team bigint; linked bigint; place bigint; seat members; fresh boolean := false;
BEGIN
    SELECT * INTO who FROM people WHERE telegram_user_id = in_user;
    IF in_code IS NOT NULL OR who.id IS NULL THEN
        PERFORM pg_advisory_xact_lock(7741, (in_user % 2147483647)::int);
        SELECT * INTO who FROM people WHERE telegram_user_id = in_user;
    END IF;
    IF in_code IS NOT NULL THEN
        UPDATE invites SET uses_left = uses_left - 1
        WHERE code_hash = in_code AND uses_left > 0 AND expires_at > now() RETURNING * INTO link;
        IF link.id IS NULL AND who.id IS NULL THEN
            RAISE EXCEPTION 'spent or unknown link' USING ERRCODE = 'SB003';
        END IF;
    END IF;
    IF in_kind <> 'private' THEN
        SELECT l.workspace_id INTO linked FROM chat_links l WHERE l.telegram_chat_id = in_chat;
    END IF;
    IF who.id IS NULL THEN
        IF NOT (in_open OR in_operator OR link.id IS NOT NULL OR linked IS NOT NULL) THEN
            RAISE EXCEPTION 'by invitation' USING ERRCODE = 'SB002';
        END IF;
        fresh := true;
        INSERT INTO people (telegram_user_id, display_name, username, language, timezone)
        VALUES (in_user, in_name, in_username, in_language, in_timezone) RETURNING * INTO who;
    ELSIF (who.display_name, who.username) IS DISTINCT FROM (in_name, in_username) THEN
        UPDATE people SET display_name = in_name, username = in_username WHERE id = who.id;
    END IF;
    IF (in_operator OR (link.id IS NOT NULL AND link.workspace_id IS NULL)) AND NOT who.is_operator THEN
        UPDATE people SET is_operator = true WHERE id = who.id RETURNING * INTO who;
    END IF;
    IF in_started AND who.private_chat_id IS DISTINCT FROM in_chat THEN
        UPDATE people SET private_chat_id = in_chat WHERE id = who.id RETURNING * INTO who;
    END IF;
    IF link.workspace_id IS NOT NULL THEN
        INSERT INTO members (workspace_id, person_id, role) VALUES (link.workspace_id, who.id, link.role)
        ON CONFLICT (person_id, workspace_id) DO UPDATE
            SET removed_at = NULL, role = EXCLUDED.role WHERE members.removed_at IS NOT NULL;
        UPDATE people SET current_workspace_id = link.workspace_id WHERE id = who.id RETURNING * INTO who;
    ELSIF who.current_workspace_id IS NULL AND linked IS NULL THEN
        IF NOT (fresh OR in_open OR in_operator OR link.id IS NOT NULL OR who.is_operator) THEN
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

CREATE FUNCTION has_operator() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT EXISTS (SELECT FROM people WHERE is_operator) $$;

-- Only the newest claim link works.
CREATE FUNCTION issue_claim(in_hash bytea, in_seconds integer) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM invites WHERE workspace_id IS NULL;
    INSERT INTO invites (code_hash, role, expires_at)
    VALUES (in_hash, 'owner', now() + make_interval(secs => in_seconds));
$$;

-- A database belongs to one bot; the id that owns it.
CREATE FUNCTION claim_database(in_bot bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    whose bigint;
BEGIN
    INSERT INTO installation (bot_id) VALUES (in_bot) ON CONFLICT (one) DO NOTHING;
    UPDATE installation SET bot_id = in_bot WHERE bot_id IS NULL;
    SELECT bot_id INTO whose FROM installation;
    RETURN whose;
END $$;
