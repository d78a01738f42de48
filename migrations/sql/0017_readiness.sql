-- Deliveries on their way out, each question one trip: asked for just before they are sent, and written down after. No
-- doors: the caller's own rights under the walls, entered anew for each member.

-- What decides whether each of these may go now, as the member it is for sees it; none of those whose lease is no longer
-- the caller's, or that concern nobody any more. Nothing is locked or written, so that no disk is waited for: a lease
-- has a while to go, or is renewed first, for which its row is waited for.
CREATE FUNCTION look_at_deliveries(in_claims jsonb, in_lease interval)
RETURNS TABLE (
    delivery_id bigint, is_member boolean, recipient_id bigint, occurrence_at timestamptz, kind text, urgent boolean,
    notice text, task_id bigint, asked_at timestamptz, priority text, due_date date, due_time time, task_rule text,
    created_by bigint, default_region text, language text, timezone text, date_order text, quiet_from time,
    quiet_until time, workdays smallint[], workday_starts time, workday_ends time, digest_at time,
    evening_digest_at time, timed_leads integer[], meeting_leads integer[], day_leads integer[], morning_starts time,
    afternoon_starts time, evening_starts time, holidays boolean, holiday_country text, digests_on_days_off boolean,
    weekly_digest boolean, away_since timestamptz, away_until timestamptz, moment timestamptz, nag integer,
    before interval, source_chat_id bigint
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
        EXCEPTION WHEN SQLSTATE 'SB001' THEN
            FOREACH delivery_id IN ARRAY one.ids LOOP
                is_member := false;
                RETURN NEXT;
            END LOOP;
            CONTINUE;
        END;
        UPDATE reminder_deliveries d SET lease_until = clock_timestamp() + in_lease
        WHERE d.id = ANY (one.ids) AND d.lease = ANY (one.leases) AND d.state = 'leased'
          AND d.lease_until < clock_timestamp() + in_lease / 4;
        RETURN QUERY
        SELECT d.id, true, d.recipient_id, d.occurrence_at, r.kind, r.urgent,
               r.notice, r.task_id, r.created_at, t.priority, t.due_date, t.due_time, t.rrule,
               t.created_by, w.default_region, p.language, p.timezone, p.date_order, p.quiet_from,
               p.quiet_until, p.workdays, p.workday_starts, p.workday_ends, p.digest_at,
               p.evening_digest_at, p.timed_leads, p.meeting_leads, p.day_leads, p.morning_starts,
               p.afternoon_starts, p.evening_starts, p.holidays, p.holiday_country, p.digests_on_days_off,
               p.weekly_digest, p.away_since, p.away_until, d.due_at, d.nag, r.before, r.source_chat_id
        FROM reminder_deliveries d
        JOIN reminders r ON r.id = d.reminder_id
        JOIN members m ON m.id = d.recipient_id
        JOIN people p ON p.id = m.person_id
        JOIN workspaces w ON w.id = d.workspace_id
        LEFT JOIN crm_tasks t ON t.id = r.task_id
        WHERE d.id = ANY (one.ids) AND d.lease = ANY (one.leases) AND d.state = 'leased' AND r.deleted_at IS NULL
          AND (t.completed_at IS NULL OR r.notice IS NOT NULL) AND t.deleted_at IS NULL
          AND (r.task_id IS NULL OR t.id IS NOT NULL); -- a task that is out of the recipient's sight is not told of
    END LOOP;
END $$;

-- What one message told of is sent, and those that nag are said again later; which of them were the caller's still.
-- Somebody who is no longer of the team in this very moment keeps nobody else's from being written down.
CREATE FUNCTION mark_sent(in_claims jsonb, in_message bigint, in_now timestamptz, in_nags integer)
RETURNS SETOF bigint
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    one record; marked bigint[];
BEGIN
    FOR one IN
        SELECT c.w, c.m, c.c, array_agg(c.id) AS ids, array_agg(c.lease) AS leases
        FROM jsonb_to_recordset(in_claims) AS c(id bigint, lease text, w bigint, m bigint, c bigint)
        GROUP BY c.w, c.m, c.c
    LOOP
        BEGIN
            PERFORM enter(one.w, one.m, one.c);
        EXCEPTION WHEN SQLSTATE 'SB001' THEN
            CONTINUE;
        END;
        WITH done AS (
            UPDATE reminder_deliveries d
            SET state = 'sent', lease = NULL, telegram_message_id = in_message, sent_at = now(),
                late_seconds = greatest(0, floor(extract(epoch FROM in_now - d.due_at)))
            WHERE d.id = ANY (one.ids) AND d.lease = ANY (one.leases) AND d.state = 'leased'
            RETURNING d.id
        ) SELECT array_agg(done.id) INTO marked FROM done;
        INSERT INTO reminder_deliveries (workspace_id, reminder_id, recipient_id, due_at, occurrence_at, nag)
        SELECT d.workspace_id, d.reminder_id, d.recipient_id, in_now + r.nag_minutes * interval '1 minute',
               coalesce(d.occurrence_at, d.due_at), d.nag + 1
        FROM reminder_deliveries d JOIN reminders r ON r.id = d.reminder_id
        WHERE d.id = ANY (marked) AND r.deleted_at IS NULL AND r.paused_at IS NULL
          AND r.nag_minutes IS NOT NULL AND d.nag < coalesce(r.nag_limit, in_nags)
        ON CONFLICT DO NOTHING;
        RETURN QUERY SELECT unnest(marked);
    END LOOP;
END $$;
