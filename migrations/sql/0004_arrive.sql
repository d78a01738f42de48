-- The door everybody comes in by, and its steps. The steps are plain functions: under row-level security they
-- do nothing for the application's role by themselves.

-- A group that became a supergroup is known by its new id, also to what was still on its way.
CREATE FUNCTION present_id(in_chat bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT telegram_chat_id FROM chats WHERE previous_telegram_chat_id = in_chat LIMIT 1), in_chat)
$$;

CREATE FUNCTION new_team(in_name text, in_owner people) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    team bigint;
BEGIN
    INSERT INTO workspaces (name, language, timezone) VALUES (in_name, in_owner.language, in_owner.timezone)
    RETURNING id INTO team;
    INSERT INTO members (workspace_id, person_id, role) VALUES (team, in_owner.id, 'owner');
    RETURN team;
END $$;

-- Whose a group nobody knows becomes: an owner's current team's, else its own. SQLSTATE SB002: a stranger's,
-- where the bot is by invitation.
CREATE FUNCTION team_of_group(in_who people, in_chat bigint, in_title text, in_open boolean) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    team bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(7743, hashint8(in_chat));
    SELECT workspace_id INTO team FROM chat_links WHERE telegram_chat_id = in_chat;
    IF team IS NULL THEN
        SELECT workspace_id INTO team FROM members
        WHERE person_id = in_who.id AND workspace_id = in_who.current_workspace_id AND role = 'owner'
          AND removed_at IS NULL;
    END IF;
    IF team IS NULL THEN
        IF NOT (in_open OR in_who.is_operator OR EXISTS (
            SELECT FROM members WHERE person_id = in_who.id AND role <> 'guest' AND removed_at IS NULL)) THEN
            RAISE EXCEPTION 'by invitation' USING ERRCODE = 'SB002';
        END IF;
        team := new_team(coalesce(in_title, 'Group'), in_who);
    END IF;
    RETURN team;
END $$;

-- Our row of a chat within a team, its title kept up to date.
CREATE FUNCTION place_of(in_team bigint, in_chat bigint, in_kind text, in_title text) RETURNS chats
LANGUAGE plpgsql AS $$
DECLARE
    place chats;
BEGIN
    SELECT * INTO place FROM chats WHERE workspace_id = in_team AND telegram_chat_id = in_chat;
    IF place.id IS NULL OR place.title IS DISTINCT FROM in_title THEN
        INSERT INTO chats (workspace_id, telegram_chat_id, kind, title) VALUES (in_team, in_chat, in_kind, in_title)
        ON CONFLICT (workspace_id, telegram_chat_id) DO UPDATE SET title = EXCLUDED.title RETURNING * INTO place;
    END IF;
    RETURN place;
END $$;

-- Somebody who had left a group is in it again: a guest once more, unless another group kept them in the team.
CREATE FUNCTION come_back(in_place bigint, in_member bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE members SET removed_at = NULL, role = 'guest'
    WHERE id = in_member AND from_group AND removed_at IS NOT NULL
      AND EXISTS (SELECT FROM chat_members WHERE chat_id = in_place AND member_id = in_member AND left_at IS NOT NULL);
    UPDATE chat_members s SET left_at = NULL, shown_at = NULL, seen_at = now(), request = CASE
        WHEN s.request = 'declined' THEN 'declined' WHEN m.role = 'guest' THEN 'open' ELSE 'none' END
    FROM members m
    WHERE s.chat_id = in_place AND s.member_id = in_member AND m.id = in_member AND s.left_at IS NOT NULL;
END $$;

-- Who speaks in a group is noted there; a guest thereby asks for access. A message shows that they are in it,
-- which counts where nobody tells the bot who comes and goes.
CREATE FUNCTION seat_in_group(in_place bigint, in_member bigint, in_wrote boolean) RETURNS chat_members
LANGUAGE plpgsql AS $$
DECLARE
    here chat_members;
BEGIN
    SELECT * INTO here FROM chat_members WHERE chat_id = in_place AND member_id = in_member;
    IF here.id IS NULL THEN
        INSERT INTO chat_members (workspace_id, chat_id, member_id, request)
        SELECT workspace_id, in_place, id, CASE role WHEN 'guest' THEN 'open' ELSE 'none' END
        FROM members WHERE id = in_member
        ON CONFLICT DO NOTHING;
    ELSIF here.left_at IS NOT NULL AND in_wrote
        AND EXISTS (SELECT FROM chats WHERE id = in_place AND watched_since IS NULL) THEN
        PERFORM come_back(in_place, in_member);
    END IF;
    SELECT * INTO here FROM chat_members WHERE chat_id = in_place AND member_id = in_member;
    RETURN here;
END $$;

-- The actor for whoever an update comes from; registers what is new. One person at a time (advisory lock).
-- in_started: they wrote here themselves. SQLSTATE SB001: removed, or left the group; SB002: a stranger, by
-- invitation only; SB003, SB004: see redeem_link.
CREATE FUNCTION arrive(
    in_user bigint, in_name text, in_username text, in_language text, in_timezone text,
    in_chat bigint, in_kind text, in_title text, in_code bytea, in_operator boolean, in_started boolean,
    in_open boolean
) RETURNS TABLE (
    person_id bigint, language text, timezone text, workspace_id bigint, member_id bigint, role text,
    chat_id bigint, is_operator boolean, is_new boolean, from_group boolean, is_asking boolean
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    who people; team bigint; linked bigint; joined bigint; place chats; seat members; here chat_members;
    fresh boolean := false; is_group boolean := in_kind <> 'private';
BEGIN
    IF is_group THEN
        in_chat := present_id(in_chat);
        SELECT l.workspace_id INTO linked FROM chat_links l WHERE l.telegram_chat_id = in_chat;
    END IF;
    SELECT * INTO who FROM people WHERE telegram_user_id = in_user;
    IF in_code IS NOT NULL OR who.id IS NULL THEN
        PERFORM pg_advisory_xact_lock(7741, (in_user % 2147483647)::int);
        SELECT * INTO who FROM people WHERE telegram_user_id = in_user;
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
    IF in_code IS NOT NULL THEN
        joined := redeem_link(in_code, who.id);  -- raises for a bad one, which takes a stranger's row back too
        UPDATE members m SET from_group = false WHERE m.workspace_id = joined AND m.person_id = who.id;
        UPDATE people SET current_workspace_id = joined WHERE id = who.id AND joined IS NOT NULL;
    END IF;
    UPDATE people SET is_operator = true WHERE id = who.id AND in_operator AND NOT is_operator;
    UPDATE people SET private_chat_id = in_chat
    WHERE id = who.id AND in_started AND NOT is_group AND private_chat_id IS DISTINCT FROM in_chat;
    SELECT * INTO who FROM people WHERE id = who.id;
    team := CASE WHEN is_group THEN linked ELSE who.current_workspace_id END;
    IF team IS NULL AND is_group THEN
        team := team_of_group(who, in_chat, in_title, in_open);
    ELSIF team IS NULL THEN
        IF NOT (in_open OR who.is_operator OR in_code IS NOT NULL) THEN
            RAISE EXCEPTION 'by invitation' USING ERRCODE = 'SB002';
        END IF;
        team := new_team(CASE who.language WHEN 'ru' THEN 'Личное' ELSE 'Personal' END, who);
        UPDATE people SET current_workspace_id = team WHERE id = who.id;
    END IF;
    INSERT INTO members (workspace_id, person_id, role, from_group) VALUES (team, who.id, 'guest', true)
    ON CONFLICT (person_id, workspace_id) DO NOTHING;
    SELECT * INTO seat FROM members m WHERE m.workspace_id = team AND m.person_id = who.id;
    place := place_of(team, in_chat, in_kind, in_title);
    IF is_group THEN
        INSERT INTO chat_links (telegram_chat_id, workspace_id, chat_id)
        SELECT in_chat, team, place.id WHERE linked IS NULL ON CONFLICT (telegram_chat_id) DO NOTHING;
        here := seat_in_group(place.id, seat.id, in_started);
        SELECT * INTO seat FROM members m WHERE m.id = seat.id;
    END IF;
    IF seat.removed_at IS NOT NULL OR (seat.from_group AND here.left_at IS NOT NULL) THEN
        RAISE EXCEPTION 'removed' USING ERRCODE = 'SB001';
    END IF;
    IF place.unreachable_at IS NOT NULL AND in_started THEN
        UPDATE chats SET unreachable_at = NULL WHERE telegram_chat_id = in_chat;
    END IF;
    RETURN QUERY SELECT who.id, who.language, who.timezone, team, seat.id, seat.role, place.id, who.is_operator,
        fresh, seat.from_group, coalesce(seat.role = 'guest' AND here.request = 'open' AND here.shown_at IS NULL, false);
END $$;
