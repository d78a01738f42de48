-- Walls within a team: who sees and changes which rows, decided by row-level security after enter().

-- What enter() has set, for the policies; each is read as (SELECT …), so once a query and not once a row.
CREATE FUNCTION my_workspace() RETURNS bigint LANGUAGE sql STABLE AS
$$ SELECT nullif(current_setting('app.workspace_id', true), '')::bigint $$;
CREATE FUNCTION my_member() RETURNS bigint LANGUAGE sql STABLE AS
$$ SELECT nullif(current_setting('app.member_id', true), '')::bigint $$;
CREATE FUNCTION my_person() RETURNS bigint LANGUAGE sql STABLE AS
$$ SELECT nullif(current_setting('app.person_id', true), '')::bigint $$;
CREATE FUNCTION my_chat() RETURNS bigint LANGUAGE sql STABLE AS
$$ SELECT nullif(current_setting('app.chat_id', true), '')::bigint $$;
CREATE FUNCTION my_role() RETURNS text LANGUAGE sql STABLE AS
$$ SELECT current_setting('app.role', true) $$;
-- all: the whole team's; own: what is one's own; chat: what arose in the chat one speaks in
CREATE FUNCTION my_sight() RETURNS text LANGUAGE sql STABLE AS
$$ SELECT current_setting('app.sees', true) $$;

-- Every transaction begins here. SQLSTATE SB001: no longer a member. A chat of another team counts as none.
DROP FUNCTION enter(bigint, bigint);
CREATE FUNCTION enter(in_workspace bigint, in_member bigint, in_chat bigint DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    seat record;
BEGIN
    SELECT m.person_id, m.role, w.visibility, c.id AS chat_id INTO seat
    FROM members m
    JOIN workspaces w ON w.id = m.workspace_id
    LEFT JOIN chats c ON c.id = in_chat AND c.workspace_id = m.workspace_id
    WHERE m.id = in_member AND m.workspace_id = in_workspace AND m.removed_at IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'member % is not of workspace %', in_member, in_workspace USING ERRCODE = 'SB001';
    END IF;
    PERFORM set_config('app.workspace_id', in_workspace::text, true),
            set_config('app.member_id', in_member::text, true),
            set_config('app.person_id', seat.person_id::text, true),
            set_config('app.chat_id', coalesce(seat.chat_id::text, ''), true),
            set_config('app.role', seat.role, true),
            set_config('app.sees', CASE
                WHEN seat.role IN ('owner', 'manager') THEN 'all'
                WHEN seat.role = 'guest' THEN 'chat'
                WHEN seat.visibility = 'own' THEN 'own'
                ELSE 'all' END, true);
END $$;

-- The tasks one watches. A door, so that the policies of tasks and watchers need not ask each other in a circle.
CREATE FUNCTION watched_tasks() RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT task_id FROM crm_task_watchers WHERE workspace_id = my_workspace() AND member_id = my_member()
$$;

-- The next number of a task, without holes; all other columns of the team's row are its managers' to change.
CREATE FUNCTION next_task_number() RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE workspaces SET last_task_number = last_task_number + 1 WHERE id = my_workspace() RETURNING last_task_number
$$;

-- Names of the entered team's members, removed ones too; a guest gets those who have tasks in the guest's chat.
CREATE FUNCTION member_names() RETURNS TABLE (member_id bigint, display_name text, username text, is_removed boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT m.id, p.display_name, p.username, m.removed_at IS NOT NULL
    FROM members m JOIN people p ON p.id = m.person_id
    WHERE m.workspace_id = my_workspace() AND (
        my_sight() <> 'chat' OR m.id = my_member() OR EXISTS (
            SELECT FROM crm_tasks t WHERE t.workspace_id = my_workspace() AND t.source_chat_id = my_chat()
              AND m.id IN (t.created_by, t.assignee_id)))
$$;

-- Claims: ids only. What they stand for is read after enter(), as that member, under the policies.
DROP FUNCTION claim_deliveries(timestamptz, timestamptz, integer, interval);
CREATE FUNCTION claim_deliveries(in_now timestamptz, in_until timestamptz, in_limit integer, in_lease interval)
RETURNS TABLE (id bigint, lease text, workspace_id bigint, member_id bigint, chat_id bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    UPDATE reminder_deliveries SET state = 'pending', lease = NULL
    WHERE state = 'leased' AND lease_until < in_now;
    RETURN QUERY
    WITH due AS (
        SELECT d.id FROM reminder_deliveries d
        WHERE d.state = 'pending' AND d.due_at <= in_until AND (d.next_retry_at IS NULL OR d.next_retry_at <= in_now)
          AND EXISTS (  -- still of the team, and somewhere to be written to
              SELECT FROM members m JOIN people p ON p.id = m.person_id JOIN reminders r ON r.id = d.reminder_id
              WHERE m.id = d.recipient_id AND m.removed_at IS NULL
                AND (p.private_chat_id IS NOT NULL OR r.source_chat_id IS NOT NULL))
        ORDER BY d.due_at LIMIT in_limit FOR UPDATE SKIP LOCKED
    ), mine AS (
        UPDATE reminder_deliveries d
        SET state = 'leased', lease = gen_random_uuid()::text, attempts = d.attempts + 1,
            lease_until = greatest(in_now, d.due_at) + in_lease
        FROM due WHERE d.id = due.id RETURNING d.*
    )
    SELECT d.id, d.lease, d.workspace_id, d.recipient_id, r.source_chat_id
    FROM mine d JOIN reminders r ON r.id = d.reminder_id
    ORDER BY d.due_at;
END $$;

-- The oldest unfinished turn of each conversation, so that answers keep their order.
DROP FUNCTION claim_turns(timestamptz, integer, interval);
CREATE FUNCTION claim_turns(in_now timestamptz, in_limit integer, in_lease interval)
RETURNS TABLE (id bigint, lease text, workspace_id bigint, member_id bigint, chat_id bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH next AS (
        SELECT t.id FROM turns t
        WHERE t.state IN ('queued', 'running', 'ready') AND (t.lease_until IS NULL OR t.lease_until < in_now)
          AND EXISTS (SELECT FROM members m WHERE m.id = t.member_id AND m.removed_at IS NULL)
          AND NOT EXISTS (
              SELECT FROM turns earlier WHERE earlier.conversation_id = t.conversation_id AND earlier.id < t.id
                AND earlier.state IN ('queued', 'running', 'ready'))
        ORDER BY t.id LIMIT in_limit FOR UPDATE SKIP LOCKED
    ), mine AS (
        UPDATE turns t
        SET state = CASE t.state WHEN 'ready' THEN 'ready' ELSE 'running' END, lease = gen_random_uuid()::text,
            lease_until = in_now + in_lease, attempts = t.attempts + 1
        FROM next WHERE t.id = next.id RETURNING t.*
    )
    SELECT t.id, t.lease, t.workspace_id, t.member_id, v.chat_id
    FROM mine t JOIN conversations v ON v.id = t.conversation_id
    ORDER BY t.id;
END $$;

-- At the eleventh member the owner is asked once who sees what, by a message owed like any reminder, written in the
-- transaction of the join. A trigger, so that no way of joining can forget it; joins of a team wait for each other.
CREATE FUNCTION ask_at_the_eleventh() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    asked timestamptz; who bigint; owed bigint;
BEGIN
    IF NEW.role = 'guest' OR NEW.removed_at IS NOT NULL THEN
        RETURN NULL;
    END IF;
    SELECT visibility_asked_at INTO asked FROM workspaces WHERE id = NEW.workspace_id FOR NO KEY UPDATE;
    IF asked IS NOT NULL
       OR (SELECT count(*) FROM members
           WHERE workspace_id = NEW.workspace_id AND removed_at IS NULL AND role <> 'guest') < 11 THEN
        RETURN NULL;
    END IF;
    SELECT id INTO who FROM members
    WHERE workspace_id = NEW.workspace_id AND role = 'owner' AND removed_at IS NULL ORDER BY id LIMIT 1;
    IF who IS NULL THEN
        RETURN NULL;
    END IF;
    UPDATE workspaces SET visibility_asked_at = now() WHERE id = NEW.workspace_id;
    INSERT INTO reminders (workspace_id, kind, recipient_id, text, notice)
    VALUES (NEW.workspace_id, 'standalone', who, '', 'visibility') RETURNING id INTO owed;
    INSERT INTO reminder_deliveries (workspace_id, reminder_id, recipient_id, due_at)
    VALUES (NEW.workspace_id, owed, who, now());
    RETURN NULL;
END $$;
CREATE TRIGGER ask_at_the_eleventh AFTER INSERT OR UPDATE OF role, removed_at ON members
    FOR EACH ROW EXECUTE FUNCTION ask_at_the_eleventh();

-- Put a wall around a table: who may look at, add, change (and into what) and remove its rows, within the team.
-- What is NULL nobody may. {words} stand for what enter() has set:
--   {all} sees all of the team's, {own} sees their own, {guest} sees their chat's; {manages} owner or manager.
CREATE PROCEDURE guard(
    in_table text, look text, add text DEFAULT NULL, change text DEFAULT NULL, becomes text DEFAULT NULL,
    remove text DEFAULT NULL, team text DEFAULT 'workspace_id = (SELECT my_workspace())'
)
LANGUAGE plpgsql AS $$
DECLARE
    command text; wanted text; checked text; word text[];
BEGIN
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', in_table);
    FOREACH command IN ARRAY ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE'] LOOP
        wanted := CASE command WHEN 'SELECT' THEN look WHEN 'INSERT' THEN add WHEN 'UPDATE' THEN change ELSE remove END;
        CONTINUE WHEN wanted IS NULL;
        checked := coalesce(becomes, wanted);
        FOREACH word SLICE 1 IN ARRAY ARRAY[
            ['{all}', '(SELECT my_sight()) = ''all'''],
            ['{own}', '(SELECT my_sight()) = ''own'''],
            ['{guest}', '(SELECT my_sight()) = ''chat'''],
            ['{owner}', '(SELECT my_role()) = ''owner'''],
            ['{manages}', '(SELECT my_role()) IN (''owner'', ''manager'')'],
            ['{role}', '(SELECT my_role())'],
            ['{me}', '(SELECT my_member())'],
            ['{person}', '(SELECT my_person())'],
            ['{chat}', '(SELECT my_chat())']
        ] LOOP
            wanted := replace(wanted, word[1], word[2]);
            checked := replace(checked, word[1], word[2]);
        END LOOP;
        EXECUTE format('CREATE POLICY %I ON %I FOR %s %s', lower(command), in_table, command, CASE command
            WHEN 'INSERT' THEN format('WITH CHECK (%s AND (%s))', team, wanted)
            WHEN 'UPDATE' THEN format('USING (%1$s AND (%2$s)) WITH CHECK (%1$s AND (%3$s))', team, wanted, checked)
            ELSE format('USING (%s AND (%s))', team, wanted) END);
    END LOOP;
END $$;

DO $$
DECLARE
    old record;
BEGIN
    FOR old IN SELECT policyname, tablename FROM pg_policies WHERE schemaname = 'public' LOOP
        EXECUTE format('DROP POLICY %I ON %I', old.policyname, old.tablename);
    END LOOP;
END $$;

-- The team itself
CALL guard('workspaces', look => 'true', change => '{manages}', team => 'id = (SELECT my_workspace())');
CALL guard('members',
    look => 'NOT {guest} OR id = {me}',
    add => $$ {owner} OR {manages} AND role IN ('member', 'guest') $$,
    change => $$ {owner} OR {manages} AND role IN ('member', 'guest') OR id = {me} $$,
    becomes => $$ {owner} OR {manages} AND role IN ('member', 'guest')
        OR id = {me} AND person_id = {person} AND role = {role} $$);
CALL guard('invites',
    look => '{manages}',
    add => $$ role <> 'owner' AND ({owner} OR {manages} AND role IN ('member', 'guest')) $$,
    change => '{manages}',
    becomes => $$ role <> 'owner' AND ({owner} OR {manages} AND role IN ('member', 'guest')) $$,
    remove => '{manages}');
CALL guard('chats',
    look => 'NOT {guest} OR id = {chat}', add => 'NOT {guest}', change => 'NOT {guest}', remove => '{manages}');
CALL guard('chat_links',
    look => 'NOT {guest} OR chat_id = {chat}', add => '{manages}', change => '{manages}', remove => '{manages}');
CREATE POLICY look ON people FOR SELECT USING (id = (SELECT my_person()));
CREATE POLICY change ON people FOR UPDATE USING (id = (SELECT my_person()));
CREATE POLICY look ON agents FOR SELECT USING (
    (SELECT my_workspace()) IS NOT NULL AND (workspace_id IS NULL OR workspace_id = (SELECT my_workspace())));
CALL guard('agents', look => NULL, add => '{manages}', change => '{manages}', remove => '{manages}');
CALL guard('agent_versions', look => 'NOT {guest}', add => '{manages}');

-- Tasks, and what hangs on them. A task handed to somebody else under 'own' stays in sight of whoever watches it.
CALL guard('crm_tasks',
    look => $$ {all} OR {own} AND ({me} IN (created_by, assignee_id) OR id IN (SELECT watched_tasks()))
        OR {guest} AND source_chat_id = {chat} $$,
    add => $$ {all} OR {own} AND {me} IN (created_by, assignee_id)
        OR {guest} AND source_chat_id = {chat} AND created_by = {me} $$,
    change => $$ {all} OR {own} AND ({me} IN (created_by, assignee_id) OR id IN (SELECT watched_tasks()))
        OR {guest} AND source_chat_id = {chat} AND created_by = {me} $$,
    remove => '{manages}');
CALL guard('crm_task_watchers',
    look => '{all} OR EXISTS (SELECT FROM crm_tasks t WHERE t.id = task_id)',
    add => $$ {all} OR EXISTS (
        SELECT FROM crm_tasks t WHERE t.id = task_id AND (NOT {guest} OR t.created_by = {me})) $$,
    remove => 'NOT {guest} AND ({all} OR EXISTS (SELECT FROM crm_tasks t WHERE t.id = task_id))');
CALL guard('crm_task_comments',
    look => '{all} OR EXISTS (SELECT FROM crm_tasks t WHERE t.id = task_id)',
    add => $$ NOT {guest} AND member_id = {me} AND EXISTS (SELECT FROM crm_tasks t WHERE t.id = task_id) $$,
    change => '{manages} OR NOT {guest} AND member_id = {me}',
    remove => '{manages}');

-- Contacts and calls. Under 'own' a contact is in sight of its owner and of whoever has a task about it.
CALL guard('crm_contacts',
    look => $$ {all} OR {own} AND (
        owner_id = {me} OR EXISTS (SELECT FROM crm_tasks t WHERE t.contact_id = crm_contacts.id)) $$,
    add => '{all} OR {own} AND owner_id = {me}',
    change => $$ {all} OR {own} AND (
        owner_id = {me} OR EXISTS (SELECT FROM crm_tasks t WHERE t.contact_id = crm_contacts.id)) $$,
    remove => '{manages}');
CALL guard('crm_contact_phones',
    look => '{all} OR EXISTS (SELECT FROM crm_contacts c WHERE c.id = contact_id)',
    add => '{all} OR EXISTS (SELECT FROM crm_contacts c WHERE c.id = contact_id)',
    change => '{all} OR EXISTS (SELECT FROM crm_contacts c WHERE c.id = contact_id)',
    remove => '{all} OR EXISTS (SELECT FROM crm_contacts c WHERE c.id = contact_id)');
CALL guard('crm_calls',
    look => $$ {all} OR {own} AND (member_id = {me}
            OR EXISTS (SELECT FROM crm_contacts c WHERE c.id = contact_id AND c.owner_id = {me}))
        OR {guest} AND source_chat_id = {chat} $$,
    add => '{manages} OR NOT {guest} AND member_id = {me}',
    change => $$ {all} OR {own} AND (member_id = {me}
        OR EXISTS (SELECT FROM crm_contacts c WHERE c.id = contact_id AND c.owner_id = {me})) $$,
    remove => '{manages}');
CALL guard('crm_labels',
    look => $$ {all} OR EXISTS (SELECT FROM crm_tasks t WHERE t.id = task_id)
        OR EXISTS (SELECT FROM crm_contacts c WHERE c.id = contact_id) $$,
    add => $$ {all} OR EXISTS (SELECT FROM crm_tasks t WHERE t.id = task_id AND (NOT {guest} OR t.created_by = {me}))
        OR EXISTS (SELECT FROM crm_contacts c WHERE c.id = contact_id) $$,
    remove => $$ NOT {guest} AND ({all} OR EXISTS (SELECT FROM crm_tasks t WHERE t.id = task_id)
        OR EXISTS (SELECT FROM crm_contacts c WHERE c.id = contact_id)) $$);
CALL guard('crm_notes',
    look => $$ {all} OR {own} AND member_id = {me} OR EXISTS (SELECT FROM crm_tasks t WHERE t.id = task_id)
        OR EXISTS (SELECT FROM crm_contacts c WHERE c.id = contact_id)
        OR EXISTS (SELECT FROM crm_calls c WHERE c.id = call_id) $$,
    add => $$ NOT {guest} AND member_id = {me} AND (
        {all} OR EXISTS (SELECT FROM crm_tasks t WHERE t.id = task_id)
        OR EXISTS (SELECT FROM crm_contacts c WHERE c.id = contact_id)
        OR EXISTS (SELECT FROM crm_calls c WHERE c.id = call_id)) $$,
    change => '{manages} OR NOT {guest} AND member_id = {me}',
    remove => '{manages}');

-- Reminders
CALL guard('reminders',
    look => $$ {all} OR {own} AND (recipient_id = {me} OR EXISTS (SELECT FROM crm_tasks t WHERE t.id = task_id))
        OR {guest} AND source_chat_id = {chat} $$,
    add => $$ {all} OR {own} AND (recipient_id = {me} OR EXISTS (SELECT FROM crm_tasks t WHERE t.id = task_id))
        OR {guest} AND source_chat_id = {chat} AND recipient_id = {me} $$,
    change => $$ {all} OR {own} AND (recipient_id = {me} OR EXISTS (SELECT FROM crm_tasks t WHERE t.id = task_id))
        OR {guest} AND source_chat_id = {chat} AND recipient_id = {me} $$,
    remove => '{manages}');
CALL guard('reminder_deliveries',
    look => '{all} OR {own} AND recipient_id = {me} OR EXISTS (SELECT FROM reminders r WHERE r.id = reminder_id)',
    add => $$ {all} OR EXISTS (
        SELECT FROM reminders r WHERE r.id = reminder_id AND (NOT {guest} OR r.recipient_id = {me})) $$,
    change => $$ {all} OR {own} AND recipient_id = {me} OR EXISTS (
        SELECT FROM reminders r WHERE r.id = reminder_id AND (NOT {guest} OR r.recipient_id = {me})) $$,
    remove => '{manages}');

-- Conversations with assistants: one's own, and those of the chat one speaks in, which all there have read
CALL guard('conversations',
    look => '{all} OR chat_id = {chat}', add => '{all} OR chat_id = {chat}', change => '{all} OR chat_id = {chat}',
    remove => '{manages}');
CALL guard('turns',
    look => $$ {all} OR {own} AND member_id = {me}
        OR EXISTS (SELECT FROM conversations v WHERE v.id = conversation_id AND v.chat_id = {chat}) $$,
    add => 'member_id = {me} AND EXISTS (SELECT FROM conversations v WHERE v.id = conversation_id)',
    change => $$ {all} OR {own} AND member_id = {me}
        OR EXISTS (SELECT FROM conversations v WHERE v.id = conversation_id AND v.chat_id = {chat}) $$,
    remove => '{manages}');

-- History: of what one may see, and of what one did; nobody writes in another's name, nobody rewrites
CALL guard('activity_logs',
    look => $$ {all} OR {own} AND actor_member_id = {me}
        OR entity = 'task' AND EXISTS (SELECT FROM crm_tasks t WHERE t.id = entity_id)
        OR entity = 'reminder' AND EXISTS (SELECT FROM reminders r WHERE r.id = entity_id)
        OR entity = 'contact' AND EXISTS (SELECT FROM crm_contacts c WHERE c.id = entity_id)
        OR entity = 'call' AND EXISTS (SELECT FROM crm_calls c WHERE c.id = entity_id) $$,
    add => $$ actor_member_id = {me} OR actor_member_id IS NULL AND actor_kind IN ('system', 'import') $$);
