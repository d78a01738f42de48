-- New accounts: an owner is asked, and a membership changes hands. SQLSTATE SB037: only an owner decides.

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
