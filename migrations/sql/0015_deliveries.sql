-- Deliveries: claimed in batches with all that one person missed, read as whoever they are for, counted for the
-- operator; and when the bot last heard from Telegram.

-- Ids only. A lease runs on this server's clock, which all replicas share; `in_held` and `in_leases` are what the
-- caller still holds and would keep. A delivery to somebody who is no longer of the team ends here. Its moment is that
-- of its next try, where it has one; what waits for it is not walked over. What is due before `in_from` is passed by: whoever takes batch after batch need not walk over what it took, until vacuum clears it.
DROP FUNCTION claim_deliveries(timestamptz, timestamptz, integer, interval);
CREATE FUNCTION claim_deliveries(
    in_now timestamptz, in_until timestamptz, in_limit integer, in_lease interval,
    in_held bigint[] DEFAULT '{}', in_leases text[] DEFAULT '{}', in_from timestamptz DEFAULT '-infinity'
)
RETURNS TABLE (id bigint, lease text, workspace_id bigint, member_id bigint, chat_id bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
-- its plans are kept for any limit, and for the largest the planner would read and sort the whole table
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
    late constant timestamptz := in_now - interval '60 seconds';
    here constant timestamptz := clock_timestamp();  -- a constant, or no index would be of use for it
    taken bigint[]; beside bigint[]; is_late boolean;
BEGIN
    IF cardinality(in_held) > 0 THEN
        UPDATE reminder_deliveries SET lease_until = here + in_lease
        WHERE id = ANY (in_held) AND state = 'leased' AND lease = ANY (in_leases)
          AND lease_until < here + in_lease / 2;
    END IF;
    UPDATE reminder_deliveries SET state = 'pending', lease = NULL
    WHERE id = ANY (ARRAY(  -- whoever held them is gone
        SELECT d.id FROM reminder_deliveries d
        WHERE d.state = 'leased' AND d.lease_until < here
        ORDER BY d.lease_until LIMIT 1000 FOR UPDATE SKIP LOCKED));
    -- an array keeps the plan of what follows to look-ups by id, whatever the table's size
    taken := ARRAY(
        SELECT d.id FROM reminder_deliveries d
        WHERE d.state = 'pending' AND greatest(d.due_at, d.next_retry_at) >= in_from
          AND greatest(d.due_at, d.next_retry_at) <= in_until  -- as it is indexed
        ORDER BY greatest(d.due_at, d.next_retry_at) LIMIT in_limit FOR UPDATE SKIP LOCKED);
    IF cardinality(taken) = 0 THEN
        RETURN;
    END IF;
    SELECT bool_or(d.due_at < late) INTO is_late FROM reminder_deliveries d WHERE d.id = ANY (taken);
    IF is_late THEN  -- what else these people missed goes into the same message
        beside := ARRAY(
            SELECT more.id
            FROM (SELECT DISTINCT other.workspace_id, other.id AS member_id
                  FROM reminder_deliveries d JOIN members m ON m.id = d.recipient_id
                  JOIN members other ON other.person_id = m.person_id AND other.removed_at IS NULL
                  WHERE d.id = ANY (taken) AND d.due_at < late) who,
            LATERAL (
                SELECT d.id FROM reminders r
                JOIN reminder_deliveries d ON d.workspace_id = r.workspace_id AND d.reminder_id = r.id
                WHERE r.workspace_id = who.workspace_id AND r.recipient_id = who.member_id AND r.notice IS NULL
                  AND d.recipient_id = who.member_id AND d.state = 'pending' AND d.due_at < late
                  AND (d.next_retry_at IS NULL OR d.next_retry_at <= in_now)
                ORDER BY d.due_at LIMIT 20 FOR UPDATE OF d SKIP LOCKED) more);
        taken := taken || beside;
    END IF;
    RETURN QUERY
    WITH mine AS (
        UPDATE reminder_deliveries d
        SET state = CASE WHEN m.removed_at IS NULL THEN 'leased' ELSE 'skipped' END,
            reason = CASE WHEN m.removed_at IS NULL THEN d.reason ELSE 'no longer of the team' END,
            lease = CASE WHEN m.removed_at IS NULL THEN gen_random_uuid()::text END,
            attempts = d.attempts + 1, lease_until = here + in_lease
        FROM members m
        WHERE d.id = ANY (taken) AND m.id = d.recipient_id
        RETURNING d.id, d.lease, d.workspace_id, d.recipient_id, d.reminder_id, d.due_at
    )
    SELECT d.id, d.lease, d.workspace_id, d.recipient_id, r.source_chat_id
    FROM mine d JOIN reminders r ON r.id = d.reminder_id
    WHERE d.lease IS NOT NULL
    ORDER BY d.due_at;
END $$;

-- What claimed deliveries say and to whom, each as far as the member it is for may see it: no door, the caller's own
-- rights under the walls, entered anew for each member. A reminder whose group belongs to another team by now has
-- nowhere but in private to go.
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

-- How deliveries are, in all teams: lateness in seconds of those sent since then, not counting what waited for a
-- person's own quiet hours.
CREATE FUNCTION delivery_health(in_now timestamptz, in_since timestamptz)
RETURNS TABLE (due bigint, leased bigint, sent bigint, median double precision, worst double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT (SELECT count(*) FROM reminder_deliveries WHERE state = 'pending' AND greatest(due_at, next_retry_at) <= in_now),
           (SELECT count(*) FROM reminder_deliveries WHERE state = 'leased'),
           count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY late), percentile_cont(0.99) WITHIN GROUP (ORDER BY late)
    FROM (SELECT greatest(extract(epoch FROM sent_at - due_at), 0)::double precision AS late
          FROM reminder_deliveries
          WHERE due_at >= in_since AND sent_at >= in_since
            AND (reason IS NULL OR reason NOT IN ('quiet_hours', 'away', 'day_off', 'passed_on'))) lately
$$;

-- Deliveries that failed for good, by reason, with the youngest of each.
CREATE FUNCTION failed_deliveries()
RETURNS TABLE (reason text, times bigint, latest_id bigint, latest_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(reason, ''), count(*), max(id), max(due_at) FROM reminder_deliveries
    WHERE state = 'failed' GROUP BY 1 ORDER BY 4 DESC LIMIT 8
$$;

-- The operator has a failed delivery tried again, and with it all that failed for the same reason; how many.
CREATE FUNCTION retry_deliveries(in_id bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    again bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM people WHERE is_operator
                   AND id = nullif(current_setting('app.person_id', true), '')::bigint) THEN
        RETURN 0;
    END IF;
    UPDATE reminder_deliveries d SET state = 'pending', next_retry_at = NULL, attempts = 0
    WHERE d.state = 'failed' AND d.reason IS NOT DISTINCT FROM (
        SELECT o.reason FROM reminder_deliveries o WHERE o.id = in_id AND o.state = 'failed')
      AND EXISTS (SELECT FROM reminder_deliveries o WHERE o.id = in_id AND o.state = 'failed');
    GET DIAGNOSTICS again = ROW_COUNT;
    RETURN again;
END $$;

-- The bot is running; when it last said so, null on the first time. Written once a minute at most.
CREATE FUNCTION alive(in_now timestamptz) RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    before timestamptz;
BEGIN
    SELECT alive_at INTO before FROM installation;
    IF before IS NULL OR before < in_now - interval '50 seconds' THEN
        UPDATE installation SET alive_at = in_now WHERE one;
    END IF;
    RETURN before;
END $$;

-- Telegram gave the bot its updates. It keeps those that nobody fetches for `in_kept` only: after a longer silence each
-- chat that is used is told once, by messages owed in this very transaction, that older ones may not have arrived.
CREATE FUNCTION heard(in_now timestamptz, in_kept interval) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    before timestamptz; told bigint;
BEGIN
    SELECT heard_at INTO before FROM installation FOR UPDATE;  -- replicas wait for each other
    IF before > in_now - interval '50 seconds' THEN
        RETURN 0;
    END IF;
    UPDATE installation SET heard_at = in_now WHERE one;
    IF before IS NULL OR before >= in_now - in_kept THEN
        RETURN 0;
    END IF;
    WITH places AS (
        SELECT m.workspace_id, m.id AS member_id, NULL::bigint AS chat_id
        FROM people p JOIN members m ON m.person_id = p.id AND m.workspace_id = p.current_workspace_id
        WHERE p.private_chat_id IS NOT NULL AND m.removed_at IS NULL AND EXISTS (
            SELECT FROM activity_logs a WHERE a.workspace_id = m.workspace_id AND a.actor_member_id = m.id
              AND a.created_at > before - interval '30 days')
        UNION ALL
        SELECT c.workspace_id, (
                   SELECT m.id FROM members m WHERE m.workspace_id = c.workspace_id AND m.removed_at IS NULL
                   ORDER BY m.role <> 'owner', m.id LIMIT 1),
               c.id
        FROM chat_links l JOIN chats c ON c.id = l.chat_id AND c.workspace_id = l.workspace_id
        WHERE c.kind = 'group' AND c.unreachable_at IS NULL AND EXISTS (
            SELECT FROM chat_members s WHERE s.workspace_id = c.workspace_id AND s.chat_id = c.id
              AND s.left_at IS NULL AND s.updated_at > before - interval '30 days')
    ), owed AS (
        INSERT INTO reminders (workspace_id, kind, recipient_id, text, notice, source_chat_id)
        SELECT workspace_id, 'standalone', member_id, to_char((in_now - in_kept) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'),
               CASE WHEN chat_id IS NULL THEN 'gap' ELSE 'gap_here' END, chat_id
        FROM places WHERE member_id IS NOT NULL
        RETURNING id, workspace_id, recipient_id
    )
    INSERT INTO reminder_deliveries (workspace_id, reminder_id, recipient_id, due_at)
    SELECT workspace_id, id, recipient_id, in_now FROM owed;
    GET DIAGNOSTICS told = ROW_COUNT;
    RETURN told;
END $$;
