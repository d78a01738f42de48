-- Faults as operators hear of them, and how much is waiting and for how long.

ALTER TABLE faults ENABLE ROW LEVEL SECURITY; -- reached by doors only

-- One more of a fault; the times to tell the operators now, or no row. A new one is told at once.
CREATE FUNCTION note_fault(in_summary text, in_reference text, in_now timestamptz, in_every interval)
RETURNS TABLE (times integer)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH noted AS (
        INSERT INTO faults AS f (summary, reference, last_at, told_at, told_times)
        VALUES (in_summary, in_reference, in_now, in_now, 1)
        ON CONFLICT (summary) DO UPDATE SET
            reference = in_reference, last_at = in_now,
            told_times = CASE WHEN f.told_at <= in_now - in_every THEN f.since_told + 1 ELSE f.told_times END,
            since_told = CASE WHEN f.told_at <= in_now - in_every THEN 0 ELSE f.since_told + 1 END,
            told_at = CASE WHEN f.told_at <= in_now - in_every THEN in_now ELSE f.told_at END
        RETURNING f.told_times, f.since_told
    )
    SELECT told_times FROM noted WHERE since_told = 0;
$$;

-- Faults that went on after they were told, once the hour is over; they count as told, by one replica.
CREATE FUNCTION repeated_faults(in_now timestamptz, in_every interval)
RETURNS TABLE (summary text, reference text, times integer)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM faults WHERE last_at < in_now - interval '30 days';
    UPDATE faults SET told_times = since_told, since_told = 0, told_at = in_now
    WHERE since_told > 0 AND told_at <= in_now - in_every
    RETURNING summary, reference, told_times;
$$;

-- Whom to tell, and how.
CREATE FUNCTION operators() RETURNS TABLE (chat_id bigint, language text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT private_chat_id, language FROM people WHERE is_operator AND private_chat_id IS NOT NULL ORDER BY id;
$$;

DROP FUNCTION health(timestamptz);
CREATE FUNCTION health(in_now timestamptz) RETURNS TABLE (
    overdue_deliveries bigint, oldest_delivery double precision,
    unfinished_turns bigint, oldest_turn double precision,
    owed_answers bigint, oldest_answer double precision, revision text
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT d.waiting, d.age, t.waiting, t.age, a.waiting, a.age, (SELECT version_num FROM alembic_version)
    FROM (SELECT count(*) AS waiting, coalesce(extract(epoch FROM in_now - min(due_at)), 0)::double precision AS age
          FROM reminder_deliveries WHERE state = 'pending' AND due_at < in_now AND (next_retry_at IS NULL OR next_retry_at < in_now)) d,
         (SELECT count(*) AS waiting, coalesce(extract(epoch FROM in_now - min(asked_at)), 0)::double precision AS age
          FROM turns WHERE state IN ('queued', 'running', 'ready')) t,
         (SELECT count(*) AS waiting, coalesce(extract(epoch FROM in_now - min(handled_at)), 0)::double precision AS age
          FROM handled_updates WHERE answered_at IS NULL AND jsonb_typeof(answer) = 'object') a;
$$;
