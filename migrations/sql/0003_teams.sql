-- Teams: how links are redeemed, who may see whose name, and how a membership begins, moves and ends.
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

-- Names and roles within the entered team, and who of them can be written to.
CREATE FUNCTION team_members() RETURNS TABLE (
    id bigint, name text, username text, role text, joined_at timestamptz, removed_at timestamptz,
    private_chat_id bigint, language text
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT m.id, p.display_name, p.username, m.role, m.joined_at, m.removed_at, p.private_chat_id, p.language
    FROM members m JOIN people p ON p.id = m.person_id
    WHERE m.workspace_id = nullif(current_setting('app.workspace_id', true), '')::bigint AND m.role <> 'guest'
      AND EXISTS (SELECT FROM members me
                  WHERE me.id = nullif(current_setting('app.member_id', true), '')::bigint AND me.role <> 'guest')
    ORDER BY role_rank(m.role) DESC, p.display_name, m.id
$$;

-- The teams of whoever is entered.
CREATE FUNCTION my_teams() RETURNS TABLE (workspace_id bigint, name text, role text, members bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT w.id, w.name, m.role,
           (SELECT count(*) FROM members o WHERE o.workspace_id = w.id AND o.removed_at IS NULL AND o.role <> 'guest')
    FROM members m JOIN workspaces w ON w.id = m.workspace_id
    WHERE m.person_id = nullif(current_setting('app.person_id', true), '')::bigint
      AND m.removed_at IS NULL AND m.role <> 'guest'
    ORDER BY m.joined_at, w.id
$$;

-- A new team of whoever is entered, who goes on in it; its history begins with its making.
CREATE FUNCTION found_team(in_name text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    me people; team bigint; seat bigint;
BEGIN
    SELECT * INTO STRICT me FROM people
    WHERE id = nullif(current_setting('app.person_id', true), '')::bigint FOR UPDATE;
    INSERT INTO workspaces (name, language, timezone) VALUES (in_name, me.language, me.timezone)
    RETURNING id INTO team;
    INSERT INTO members (workspace_id, person_id, role) VALUES (team, me.id, 'owner') RETURNING id INTO seat;
    UPDATE people SET current_workspace_id = team WHERE id = me.id;
    INSERT INTO activity_logs (workspace_id, actor_kind, actor_member_id, action, entity, entity_id, changes)
    VALUES (team, 'member', seat, 'created', 'workspace', team, jsonb_build_object('name', in_name));
    RETURN team;
END $$;

-- Go on in another of one's teams; false when it isn't one's own.
CREATE FUNCTION switch_team(in_workspace bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE people p SET current_workspace_id = in_workspace
    WHERE p.id = nullif(current_setting('app.person_id', true), '')::bigint AND EXISTS (
        SELECT FROM members m WHERE m.workspace_id = in_workspace AND m.person_id = p.id
           AND m.removed_at IS NULL AND m.role <> 'guest');
    RETURN FOUND;
END $$;

-- Give all that a member holds in the entered team to another; for oneself, or by a manager. Calls and history
-- stay with whoever did them. A reminder's private chat of origin is left behind, so that nothing is sent there.
CREATE FUNCTION hand_over(in_member bigint, in_heir bigint)
RETURNS TABLE (tasks bigint, series bigint, contacts bigint, reminders bigint, watched bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    team bigint := may_end(in_member); heir_chat bigint; moved bigint[];
BEGIN
    PERFORM FROM members WHERE id = in_heir AND workspace_id = team AND removed_at IS NULL AND role <> 'guest'
        AND in_heir <> in_member;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the heir is not of the team' USING ERRCODE = 'SB037';
    END IF;
    WITH given AS (
        UPDATE crm_tasks SET assignee_id = in_heir, version = version + 1
        WHERE workspace_id = team AND assignee_id = in_member AND completed_at IS NULL AND deleted_at IS NULL
          AND status IN ('not_started', 'in_progress', 'deferred')
        RETURNING rrule
    ) SELECT count(*) FILTER (WHERE rrule IS NULL), count(*) FILTER (WHERE rrule IS NOT NULL) INTO tasks, series
      FROM given;
    UPDATE crm_contacts SET owner_id = in_heir
    WHERE workspace_id = team AND owner_id = in_member AND deleted_at IS NULL;
    GET DIAGNOSTICS contacts = ROW_COUNT;
    INSERT INTO crm_task_watchers (workspace_id, task_id, member_id)
    SELECT workspace_id, task_id, in_heir FROM crm_task_watchers WHERE workspace_id = team AND member_id = in_member
    ON CONFLICT (workspace_id, task_id, member_id) DO NOTHING;
    DELETE FROM crm_task_watchers WHERE workspace_id = team AND member_id = in_member;
    GET DIAGNOSTICS watched = ROW_COUNT;
    SELECT array_agg(r.id) INTO moved FROM reminders r
    WHERE r.workspace_id = team AND r.recipient_id = in_member AND r.deleted_at IS NULL AND (
        r.rrule IS NOT NULL OR EXISTS (SELECT FROM reminder_deliveries d
            WHERE d.reminder_id = r.id AND d.recipient_id = in_member AND d.state IN ('pending', 'leased', 'snoozed')));
    reminders := coalesce(cardinality(moved), 0);
    IF reminders > 0 THEN
        INSERT INTO chats (workspace_id, telegram_chat_id, kind)
        SELECT team, p.telegram_user_id, 'private' FROM members m JOIN people p ON p.id = m.person_id WHERE m.id = in_heir
        ON CONFLICT (workspace_id, telegram_chat_id) DO UPDATE SET kind = EXCLUDED.kind RETURNING id INTO heir_chat;
        UPDATE reminders r SET recipient_id = in_heir,
            source_chat_id = CASE WHEN c.kind = 'group' THEN r.source_chat_id ELSE heir_chat END,
            source_thread_id = CASE WHEN c.kind = 'group' THEN r.source_thread_id END
        FROM (SELECT m.id, k.kind FROM reminders m LEFT JOIN chats k ON k.id = m.source_chat_id) c
        WHERE r.id = ANY (moved) AND c.id = r.id;
    END IF;
    UPDATE reminder_deliveries d SET state = 'skipped', reason = 'handed over', lease = NULL
    WHERE d.workspace_id = team AND d.recipient_id = in_member AND d.state IN ('pending', 'leased')
      AND EXISTS (SELECT FROM reminder_deliveries o WHERE o.reminder_id = d.reminder_id AND o.due_at = d.due_at
                  AND o.recipient_id = in_heir);
    UPDATE reminder_deliveries SET recipient_id = in_heir, state = 'pending', lease = NULL, lease_until = NULL
    WHERE workspace_id = team AND recipient_id = in_member AND state IN ('pending', 'leased');
    RETURN NEXT;
END $$;

-- End a membership of the entered team: for oneself, or by a manager. Their links stop working, what is still to
-- be sent to them is not sent, and they go on in a team of their own.
CREATE FUNCTION end_membership(in_member bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    team bigint := may_end(in_member); who bigint;
BEGIN
    UPDATE members SET removed_at = clock_timestamp() WHERE id = in_member RETURNING person_id INTO who;
    UPDATE invites SET revoked_at = now()
    WHERE workspace_id = team AND in_member IN (created_by, takes_over) AND revoked_at IS NULL;
    UPDATE reminder_deliveries SET state = 'skipped', reason = 'no longer of the team', lease = NULL
    WHERE workspace_id = team AND recipient_id = in_member AND state IN ('pending', 'leased');
    UPDATE people SET current_workspace_id = own_team(who) WHERE id = who AND current_workspace_id = team;
END $$;

-- The entered team, when whoever is entered may end that membership: their own, or as its manager (owners: by
-- owners only). For doors only.
CREATE FUNCTION may_end(in_member bigint) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    team bigint := nullif(current_setting('app.workspace_id', true), '')::bigint;
    me bigint := nullif(current_setting('app.member_id', true), '')::bigint;
BEGIN
    PERFORM FROM members mine JOIN members theirs ON theirs.workspace_id = mine.workspace_id
    WHERE mine.id = me AND mine.workspace_id = team AND mine.removed_at IS NULL
      AND theirs.id = in_member AND theirs.removed_at IS NULL
      AND (mine.id = theirs.id OR mine.role = 'owner'
           OR (mine.role = 'manager' AND role_rank(theirs.role) < role_rank('manager')));
    IF NOT FOUND THEN
        RAISE EXCEPTION 'member % may not be removed by %', in_member, me USING ERRCODE = 'SB037';
    END IF;
    RETURN team;
END $$;

-- Whom to ask about a new account, told to that account only: the owners who can be written to.
CREATE FUNCTION owners_to_ask(in_invite bigint)
RETURNS TABLE (private_chat_id bigint, language text, team text, member text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT p.private_chat_id, p.language, w.name, was.display_name
    FROM invites i
    JOIN workspaces w ON w.id = i.workspace_id
    JOIN members seat ON seat.id = i.takes_over
    JOIN people was ON was.id = seat.person_id
    JOIN members o ON o.workspace_id = i.workspace_id AND o.role = 'owner' AND o.removed_at IS NULL
    JOIN people p ON p.id = o.person_id
    WHERE i.id = in_invite AND i.taken_by = nullif(current_setting('app.person_id', true), '')::bigint
      AND p.private_chat_id IS NOT NULL
$$;

-- An owner's word on a new account. On yes the membership moves to it, with its history; the old account is left
-- with one that has ended, so that it can't come back as a guest. Nothing is returned when there is nothing to say.
CREATE FUNCTION take_over(in_invite bigint, in_yes boolean) RETURNS TABLE (
    team text, member text, new_name text, new_chat bigint, new_language text, old_chat bigint, old_language text
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    me bigint := nullif(current_setting('app.person_id', true), '')::bigint;
    link invites; decider bigint; seat members; their members; stand_in bigint;
BEGIN
    SELECT * INTO link FROM invites WHERE id = in_invite AND takes_over IS NOT NULL FOR UPDATE;
    SELECT id INTO decider FROM members
    WHERE workspace_id = link.workspace_id AND person_id = me AND role = 'owner' AND removed_at IS NULL;
    IF decider IS NULL THEN
        RAISE EXCEPTION 'only an owner decides' USING ERRCODE = 'SB037';
    END IF;
    PERFORM pg_advisory_xact_lock(7743, (link.workspace_id % 2147483647)::int);
    SELECT * INTO seat FROM members WHERE id = link.takes_over AND removed_at IS NULL FOR UPDATE;
    SELECT * INTO their FROM members
    WHERE workspace_id = link.workspace_id AND person_id = link.taken_by FOR UPDATE;
    IF link.taken_by IS NULL OR link.revoked_at IS NOT NULL OR seat.id IS NULL
       OR (their.removed_at IS NULL AND their.role <> 'guest') THEN
        RETURN;
    END IF;
    RETURN QUERY SELECT w.name, o.display_name, n.display_name, n.private_chat_id, n.language,
                        o.private_chat_id, o.language
        FROM workspaces w, people o, people n
        WHERE w.id = link.workspace_id AND o.id = seat.person_id AND n.id = link.taken_by;
    UPDATE invites SET revoked_at = now() WHERE id = link.id;
    INSERT INTO activity_logs (workspace_id, actor_kind, actor_member_id, action, entity, entity_id, changes)
    VALUES (link.workspace_id, 'member', decider, CASE WHEN in_yes THEN 'taken_over' ELSE 'takeover_refused' END,
            'member', seat.id, jsonb_build_object('person', jsonb_build_array(seat.person_id, link.taken_by)));
    IF NOT in_yes THEN
        RETURN;
    END IF;
    IF their.id IS NOT NULL THEN -- they were a guest or left: the two memberships change hands
        INSERT INTO people (telegram_user_id, display_name) VALUES (-seat.id, '—') RETURNING id INTO stand_in;
        UPDATE members SET person_id = stand_in WHERE id = their.id;
    END IF;
    UPDATE members SET person_id = link.taken_by, welcomed_at = now() WHERE id = seat.id;
    IF their.id IS NOT NULL THEN
        UPDATE members SET person_id = seat.person_id, role = 'guest', removed_at = clock_timestamp() WHERE id = their.id;
        DELETE FROM people WHERE id = stand_in;
    ELSE
        INSERT INTO members (workspace_id, person_id, role, removed_at)
        VALUES (link.workspace_id, seat.person_id, 'guest', clock_timestamp());
    END IF;
    UPDATE people SET current_workspace_id = link.workspace_id WHERE id = link.taken_by;
    UPDATE people SET current_workspace_id = own_team(id)
    WHERE id = seat.person_id AND current_workspace_id = link.workspace_id;
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
