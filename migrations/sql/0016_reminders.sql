-- When a task of somebody's reminds unless it says otherwise, and when their working day begins: whoever gives a task
-- writes its reminders, and people's own rows are theirs alone.
CREATE FUNCTION reminder_habits(in_member bigint)
RETURNS TABLE (timed_leads integer[], meeting_leads integer[], day_leads integer[], workday_starts time)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT p.timed_leads, p.meeting_leads, p.day_leads, p.workday_starts
    FROM members m JOIN people p ON p.id = m.person_id
    WHERE m.workspace_id = my_workspace() AND m.id = in_member
$$;

-- How long before its due a task reminds is the task's own from here on, whatever became of its reminders.
UPDATE crm_tasks t SET leads = (
    SELECT array_agg(DISTINCT r.before ORDER BY r.before) FROM reminders r
    WHERE r.task_id = t.id AND r.deleted_at IS NULL AND r.before > interval '0')
WHERE EXISTS (
    SELECT FROM reminders r WHERE r.task_id = t.id AND r.deleted_at IS NULL AND r.before > interval '0');

-- As before, with whom a task of calling is about, and how often it was said before.
DROP FUNCTION read_deliveries(jsonb);
CREATE FUNCTION read_deliveries(in_claims jsonb)
RETURNS TABLE (
    delivery_id bigint, attempts integer, due_at timestamptz, look_at timestamptz, reason text, body text, notice text,
    repeats boolean, thread_id bigint, number integer, task_id bigint, assigner_id bigint,
    workspace_id bigint, member_id bigint, role text, from_group boolean, person_id bigint, telegram_user_id bigint,
    private_chat_id bigint, display_name text, language text, timezone text, is_operator boolean,
    chat_id bigint, telegram_chat_id bigint, kind text, is_linked boolean,
    contact_id bigint, nag integer
)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    one record;
BEGIN
    FOR one IN
        SELECT c.w, c.m, c.c, array_agg(c.id) AS ids, array_agg(c.lease) AS leases
        FROM jsonb_to_recordset(in_claims) AS c(id bigint, lease text, w bigint, m bigint, c bigint)
        GROUP BY c.w, c.m, c.c
    LOOP
        BEGIN
            PERFORM enter(one.w, one.m, one.c);
        EXCEPTION WHEN SQLSTATE 'SB001' THEN  -- in the moment since the claim; the next one ends it
            CONTINUE;
        END;
        RETURN QUERY
        SELECT d.id, d.attempts, d.due_at, coalesce(d.next_retry_at, d.due_at), d.reason, r.text, r.notice,
               r.rrule IS NOT NULL, r.source_thread_id, t.number, t.id,
               CASE WHEN t.created_by <> d.recipient_id THEN t.created_by END,
               m.workspace_id, m.id, m.role, m.from_group, p.id, p.telegram_user_id, p.private_chat_id,
               p.display_name, p.language, p.timezone, p.is_operator, h.id, h.telegram_chat_id, h.kind,
               h.kind = 'private' OR h.unreachable_at IS NULL AND EXISTS (
                   SELECT FROM chat_links l WHERE l.chat_id = h.id AND l.workspace_id = h.workspace_id),
               CASE WHEN t.task_type = 'call' THEN t.contact_id END, d.nag
        FROM reminder_deliveries d
        JOIN reminders r ON r.id = d.reminder_id
        JOIN members m ON m.id = d.recipient_id
        JOIN people p ON p.id = m.person_id
        LEFT JOIN chats h ON h.id = r.source_chat_id
        LEFT JOIN crm_tasks t ON t.id = r.task_id
        WHERE d.id = ANY (one.ids) AND d.lease = ANY (one.leases);
    END LOOP;
END $$;
