-- Teams: whose name is seen, where one goes on, and how a membership ends. SQLSTATE SB037: not for this person.

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
