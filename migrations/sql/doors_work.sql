-- Doors of what runs without a person: deliveries, turns, chats that end or move, agents, search, upkeep.

CREATE FUNCTION claim_deliveries(in_now timestamptz, in_until timestamptz, in_limit integer, in_lease interval)
RETURNS TABLE (
    id bigint, lease text, attempts integer, due_at timestamptz, body text, thread_id bigint, task_number integer,
    workspace_id bigint, member_id bigint, role text, person_id bigint, telegram_user_id bigint, display_name text,
    language text, timezone text, is_operator boolean, chat_id bigint, telegram_chat_id bigint, kind text
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    UPDATE reminder_deliveries SET state = 'pending', lease = NULL
    WHERE state = 'leased' AND lease_until < in_now;
    RETURN QUERY
    WITH due AS (
        SELECT d.id FROM reminder_deliveries d
        WHERE d.state = 'pending' AND d.due_at <= in_until AND (d.next_retry_at IS NULL OR d.next_retry_at <= in_now)
          AND EXISTS (SELECT FROM members m WHERE m.id = d.recipient_id AND m.removed_at IS NULL)
        ORDER BY d.due_at LIMIT in_limit FOR UPDATE SKIP LOCKED
    ), mine AS (
        UPDATE reminder_deliveries d
        SET state = 'leased', lease = gen_random_uuid()::text, attempts = d.attempts + 1,
            lease_until = greatest(in_now, d.due_at) + in_lease
        FROM due WHERE d.id = due.id RETURNING d.*
    )
    SELECT d.id, d.lease, d.attempts, d.due_at, r.text, CASE WHEN p.private_chat_id IS NULL THEN r.source_thread_id END,
           t.number, d.workspace_id, m.id, m.role, p.id, p.telegram_user_id, p.display_name, p.language, p.timezone,
           p.is_operator, c.id, coalesce(p.private_chat_id, c.telegram_chat_id),
           CASE WHEN p.private_chat_id IS NULL THEN c.kind ELSE 'private' END
    FROM mine d
    JOIN reminders r ON r.id = d.reminder_id
    JOIN members m ON m.id = d.recipient_id
    JOIN people p ON p.id = m.person_id
    LEFT JOIN chats c ON c.id = r.source_chat_id
    LEFT JOIN crm_tasks t ON t.id = r.task_id
    ORDER BY d.due_at;
END $$;

-- The oldest unfinished turn of each conversation, so that answers keep their order.
CREATE FUNCTION claim_turns(in_now timestamptz, in_limit integer, in_lease interval)
RETURNS TABLE (
    id bigint, conversation_id bigint, lease text, attempts bigint, agent_id bigint, thread_id bigint,
    message_id bigint, user_text text, asked_at timestamptz, answer text,
    workspace_id bigint, member_id bigint, role text, person_id bigint, telegram_user_id bigint, display_name text,
    language text, timezone text, is_operator boolean, chat_id bigint, telegram_chat_id bigint, kind text
)
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
    SELECT t.id, t.conversation_id, t.lease, t.attempts, v.agent_id, t.thread_id, t.message_id, t.user_text, t.asked_at,
           t.answer, t.workspace_id, m.id, m.role, p.id, p.telegram_user_id, p.display_name, p.language, p.timezone,
           p.is_operator, c.id, c.telegram_chat_id, c.kind
    FROM mine t
    JOIN conversations v ON v.id = t.conversation_id
    JOIN chats c ON c.id = v.chat_id
    JOIN members m ON m.id = t.member_id
    JOIN people p ON p.id = m.person_id
    ORDER BY t.id;
END $$;

-- A blocked user or a deleted chat: remembered, so that nobody writes there until it writes to us.
CREATE FUNCTION mark_unreachable(in_chat bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE chats SET unreachable_at = now() WHERE telegram_chat_id = in_chat;
    UPDATE people SET private_chat_id = NULL WHERE private_chat_id = in_chat;
$$;

-- A group became a supergroup: everything keeps its chat.
CREATE FUNCTION migrate_chat(in_old bigint, in_new bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE chats SET telegram_chat_id = in_new WHERE telegram_chat_id = in_old;
    UPDATE chat_links SET telegram_chat_id = in_new WHERE telegram_chat_id = in_old;
    UPDATE dialogs SET chat_id = in_new WHERE chat_id = in_old;
$$;

-- Global agents from a file; how many were new or changed. Each change is a version.
CREATE FUNCTION import_global_agents(in_specs jsonb, in_only_if_empty boolean) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    one jsonb; changed integer := 0; row agents;
BEGIN
    PERFORM pg_advisory_xact_lock(7742);
    IF in_only_if_empty AND EXISTS (SELECT FROM agents WHERE workspace_id IS NULL) THEN
        RETURN 0;
    END IF;
    FOR one IN SELECT * FROM jsonb_array_elements(in_specs) LOOP
        SELECT * INTO row FROM agents WHERE workspace_id IS NULL AND slug = one ->> 'slug';
        IF row.id IS NULL THEN
            INSERT INTO agents (slug, spec, is_default)
            VALUES (one ->> 'slug', one -> 'spec', (one ->> 'is_default')::boolean) RETURNING * INTO row;
        ELSIF row.spec <> one -> 'spec' OR row.is_default <> (one ->> 'is_default')::boolean OR NOT row.is_active THEN
            UPDATE agents SET spec = one -> 'spec', is_default = (one ->> 'is_default')::boolean, is_active = true,
                version = version + 1
            WHERE id = row.id RETURNING * INTO row;
        ELSE
            CONTINUE;
        END IF;
        INSERT INTO agent_versions (agent_id, version, spec) VALUES (row.id, row.version, row.spec);
        changed := changed + 1;
    END LOOP;
    RETURN changed;
END $$;

CREATE FUNCTION export_global_agents() RETURNS TABLE (slug text, spec jsonb, is_default boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT slug, spec, is_default FROM agents WHERE workspace_id IS NULL AND is_active ORDER BY id $$;

-- Contacts like a text, by trigram, in the entered workspace only; ids to be joined back under the policies.
CREATE FUNCTION find_contacts(in_text text, in_limit integer) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT id FROM crm_contacts
    WHERE workspace_id = nullif(current_setting('app.workspace_id', true), '')::bigint AND deleted_at IS NULL
      AND folded_name LIKE '%' || replace(replace(replace(translate(lower(in_text), 'ё', 'е'),
          '\', '\\'), '%', '\%'), '_', '\_') || '%'
    ORDER BY full_name LIMIT in_limit
$$;

-- What is kept for a while only.
CREATE FUNCTION purge(in_before timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM handled_updates WHERE begun_at < in_before;
    DELETE FROM dialogs WHERE expires_at < in_before;
    DELETE FROM invites WHERE expires_at < in_before;
$$;

-- How much is waiting: overdue deliveries, unfinished turns.
CREATE FUNCTION health(in_now timestamptz) RETURNS TABLE (overdue_deliveries bigint, unfinished_turns bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT (SELECT count(*) FROM reminder_deliveries WHERE state = 'pending' AND due_at < in_now),
           (SELECT count(*) FROM turns WHERE state IN ('queued', 'running', 'ready'))
$$;
