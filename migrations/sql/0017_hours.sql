-- People's hours: digests once a day, being away, and a change of zone.

ALTER TABLE digests ENABLE ROW LEVEL SECURITY; -- reached by doors only
CREATE TRIGGER touch BEFORE UPDATE ON digests FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- The moment of a wall clock: a gap shifts it forward, of an hour that comes twice it is the first.
CREATE FUNCTION first_moment(in_clock timestamp, in_zone text) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN (m.at - interval '1 hour') AT TIME ZONE in_zone = in_clock THEN m.at - interval '1 hour'
        WHEN (m.at - interval '30 minutes') AT TIME ZONE in_zone = in_clock THEN m.at - interval '30 minutes'
        ELSE m.at END
    FROM (SELECT in_clock AT TIME ZONE in_zone AS at) m
$$;

-- The absence of one person is over: they are told what happened, whoever stood in for them that it is over, and what
-- waited goes.
CREATE FUNCTION end_absence(in_person bigint, in_now timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    who people;
BEGIN
    SELECT * INTO who FROM people WHERE id = in_person AND away_until IS NOT NULL FOR UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    UPDATE people SET away_until = NULL, away_since = NULL, substitute_id = NULL WHERE id = in_person;
    UPDATE reminder_deliveries d SET next_retry_at = NULL FROM members m
    WHERE d.state = 'pending' AND d.reason = 'away' AND m.id = d.recipient_id AND m.person_id = in_person;
    INSERT INTO digests (person_id, kind, local_date, due_at, since)
    VALUES (in_person, 'back', in_now::date, in_now, who.away_since);
    IF who.substitute_id IS NOT NULL THEN
        INSERT INTO digests (person_id, kind, local_date, due_at, since, about_id)
        VALUES (who.substitute_id, 'stand_in_over', in_now::date, in_now, who.away_since, in_person);
    END IF;
END $$;

-- From now on the entered person is away; the substitute is a member of the entered team, or null for nobody.
CREATE FUNCTION go_away(in_until timestamptz, in_substitute bigint, in_now timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    who people; heir bigint;
BEGIN
    SELECT * INTO STRICT who FROM people WHERE id = my_person() FOR UPDATE;
    SELECT m.person_id INTO heir FROM members m
    WHERE m.id = in_substitute AND m.workspace_id = my_workspace() AND m.removed_at IS NULL AND m.role <> 'guest'
      AND m.person_id <> who.id;
    UPDATE people SET away_until = in_until, away_since = coalesce(who.away_since, in_now), substitute_id = heir
    WHERE id = who.id;
    UPDATE reminder_deliveries d SET next_retry_at = in_until FROM members m
    WHERE d.state = 'pending' AND d.reason = 'away' AND m.id = d.recipient_id AND m.person_id = who.id;
    IF who.substitute_id IS NOT NULL AND who.substitute_id IS DISTINCT FROM heir THEN
        INSERT INTO digests (person_id, kind, local_date, due_at, since, about_id)
        VALUES (who.substitute_id, 'stand_in_over', in_now::date, in_now, who.away_since, who.id);
    END IF;
    IF heir IS NOT NULL AND (heir, in_until) IS DISTINCT FROM (who.substitute_id, who.away_until) THEN
        INSERT INTO digests (person_id, kind, local_date, due_at, until, about_id)
        VALUES (heir, 'stand_in', in_now::date, in_now, in_until, who.id);
    END IF;
END $$;

CREATE FUNCTION come_back(in_now timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT end_absence(my_person(), in_now) $$;

-- Who of the entered team is away, until when, and who of the same team stands in for them.
CREATE FUNCTION absences(in_now timestamptz) RETURNS TABLE (
    member_id bigint, name text, since timestamptz, until timestamptz, substitute_id bigint, substitute text
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT m.id, p.display_name, p.away_since, p.away_until, s.id, s.display_name
    FROM members m
    JOIN people p ON p.id = m.person_id
    LEFT JOIN LATERAL (
        SELECT o.id, q.display_name FROM members o JOIN people q ON q.id = o.person_id
        WHERE o.workspace_id = m.workspace_id AND o.person_id = p.substitute_id AND o.removed_at IS NULL
          AND o.role <> 'guest'
    ) s ON true
    WHERE m.workspace_id = my_workspace() AND m.removed_at IS NULL AND p.away_until > in_now
      AND (my_sight() <> 'chat' OR m.id = my_member())
$$;

-- Whoever stands in for the entered member, in the entered team, and can be written to; no row when nobody does.
CREATE FUNCTION stand_in(in_now timestamptz) RETURNS TABLE (
    member_id bigint, role text, person_id bigint, telegram_user_id bigint, private_chat_id bigint, display_name text,
    language text, timezone text, is_operator boolean, chat_id bigint, away_until timestamptz
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT o.id, o.role, q.id, q.telegram_user_id, q.private_chat_id, q.display_name, q.language, q.timezone,
           q.is_operator, c.id, q.away_until
    FROM people p
    JOIN people q ON q.id = p.substitute_id
    JOIN members o ON o.person_id = q.id AND o.workspace_id = my_workspace() AND o.removed_at IS NULL
    LEFT JOIN chats c ON c.workspace_id = o.workspace_id AND c.telegram_chat_id = q.private_chat_id
    WHERE p.id = my_person() AND p.away_until > in_now AND o.role <> 'guest' AND q.private_chat_id IS NOT NULL
$$;

-- What falls due of digests, leased; ids only. First, whoever is back is back, and a row is
-- made for each person and day of theirs; a clock that shows an hour twice, or none of it, makes one all the same.
CREATE FUNCTION claim_digests(in_now timestamptz, in_limit integer, in_lease interval)
RETURNS TABLE (id bigint, lease text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    tz text; here timestamp;
BEGIN
    PERFORM end_absence(p.id, in_now) FROM people p WHERE p.away_until <= in_now;
    FOR tz IN SELECT DISTINCT p.timezone FROM people p WHERE p.private_chat_id IS NOT NULL LOOP
        BEGIN
            here := in_now AT TIME ZONE tz;
        EXCEPTION WHEN invalid_parameter_value THEN
            CONTINUE; -- a zone that this server has never heard of must not keep the others from theirs
        END;
        INSERT INTO digests (person_id, kind, local_date, due_at)
        SELECT p.id, k.kind, k.day, first_moment(k.day + k.clock, tz)
        FROM people p
        CROSS JOIN LATERAL (VALUES
            ('morning', here::date, p.digest_at,
             here::date + greatest(p.workday_ends - p.digest_at, interval '4 hours') + p.digest_at),
            ('evening', here::date, p.evening_digest_at, here::date + interval '1 day'),
            ('weekly', date_trunc('week', here)::date, coalesce(p.digest_at, p.workday_starts),
             date_trunc('week', here) + interval '5 days')
        ) AS k (kind, day, clock, ends)
        WHERE p.timezone = tz AND p.private_chat_id IS NOT NULL AND k.clock IS NOT NULL
          AND here >= k.day + k.clock AND here < k.ends
          AND first_moment(k.day + k.clock, tz) >= p.digests_since
          AND (k.kind <> 'weekly' OR p.weekly_digest AND EXISTS (
              SELECT FROM members m WHERE m.person_id = p.id AND m.removed_at IS NULL
                AND m.role IN ('owner', 'manager') AND EXISTS (
                    SELECT FROM members o WHERE o.workspace_id = m.workspace_id AND o.id <> m.id
                      AND o.removed_at IS NULL AND o.role <> 'guest')))
          AND NOT EXISTS (
              SELECT FROM digests d WHERE d.person_id = p.id AND d.kind = k.kind AND d.local_date = k.day)
        ON CONFLICT DO NOTHING;
    END LOOP;
    UPDATE digests SET state = 'pending', lease = NULL WHERE state = 'leased' AND lease_until < in_now;
    RETURN QUERY
    WITH due AS (
        SELECT d.id FROM digests d
        WHERE d.state = 'pending' AND d.due_at <= in_now AND (d.next_retry_at IS NULL OR d.next_retry_at <= in_now)
          AND EXISTS (SELECT FROM people p WHERE p.id = d.person_id AND p.private_chat_id IS NOT NULL)
        ORDER BY d.due_at LIMIT in_limit FOR UPDATE SKIP LOCKED
    ), mine AS (
        UPDATE digests d
        SET state = 'leased', lease = gen_random_uuid()::text, attempts = d.attempts + 1,
            lease_until = in_now + in_lease
        FROM due WHERE d.id = due.id RETURNING d.*
    )
    SELECT d.id, d.lease FROM mine d ORDER BY d.due_at, d.id;
END $$;

-- What a digest is of and whose, as long as it is leased to whoever asks.
CREATE FUNCTION leased_digest(in_id bigint, in_lease text) RETURNS TABLE (
    attempts integer, kind text, local_date date, due_at timestamptz, since timestamptz, until timestamptz, about text,
    person_id bigint, telegram_user_id bigint, private_chat_id bigint, display_name text, language text, timezone text,
    is_operator boolean
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT d.attempts, d.kind, d.local_date, d.due_at, d.since, d.until, a.display_name, p.id, p.telegram_user_id,
           p.private_chat_id, p.display_name, p.language, p.timezone, p.is_operator
    FROM digests d
    JOIN people p ON p.id = d.person_id
    LEFT JOIN people a ON a.id = d.about_id
    WHERE d.id = in_id AND d.lease = in_lease AND d.state = 'leased'
$$;

-- What became of a leased digest; false when the lease was no longer the asker's.
CREATE FUNCTION mark_digest(
    in_id bigint, in_lease text, in_state text, in_message bigint, in_reason text, in_retry_at timestamptz,
    in_now timestamptz
) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH done AS (
        UPDATE digests SET state = in_state, lease = NULL, telegram_message_id = in_message, reason = in_reason,
            next_retry_at = in_retry_at, sent_at = CASE WHEN in_state = 'sent' THEN in_now END,
            late_seconds = CASE WHEN in_state = 'sent' THEN greatest(0, extract(epoch FROM in_now - due_at))::integer END
        WHERE id = in_id AND lease = in_lease AND state = 'leased' RETURNING id
    ) SELECT EXISTS (SELECT FROM done)
$$;

-- The teams of a person, the one they go on in first.
CREATE FUNCTION seats_of(in_person bigint) RETURNS TABLE (
    workspace_id bigint, team text, member_id bigint, role text, chat_id bigint, size bigint, is_current boolean
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT w.id, w.name, m.id, m.role, c.id,
           (SELECT count(*) FROM members o WHERE o.workspace_id = w.id AND o.removed_at IS NULL AND o.role <> 'guest'),
           w.id = p.current_workspace_id
    FROM members m
    JOIN people p ON p.id = m.person_id
    JOIN workspaces w ON w.id = m.workspace_id
    LEFT JOIN chats c ON c.workspace_id = w.id AND c.telegram_chat_id = p.private_chat_id
    WHERE m.person_id = in_person AND m.removed_at IS NULL AND m.role <> 'guest'
    ORDER BY w.id = p.current_workspace_id DESC, m.joined_at, w.id
$$;

CREATE FUNCTION purge_digests(in_before timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ DELETE FROM digests WHERE created_at < in_before AND state NOT IN ('pending', 'leased') $$;

-- What of the entered person's has a wall clock of a zone, in all their teams, and is still to come.
CREATE FUNCTION clocks_of(in_zone text, in_now timestamptz) RETURNS TABLE (
    kind text, id bigint, title text, local_date date, local_time time, rrule text, due_at timestamptz, team text,
    task_id bigint
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT 'task', t.id, t.title, t.due_date, t.due_time, t.rrule, t.due_at, w.name, t.id
    FROM crm_tasks t
    JOIN members m ON m.id = t.assignee_id
    JOIN workspaces w ON w.id = t.workspace_id
    WHERE m.person_id = my_person() AND m.removed_at IS NULL AND t.due_tz = in_zone AND t.due_date IS NOT NULL
      AND t.completed_at IS NULL AND t.deleted_at IS NULL AND t.status NOT IN ('completed', 'canceled')
      AND (t.due_time IS NULL AND t.due_date >= (in_now - interval '1 day')::date OR t.due_at > in_now)
    UNION ALL
    SELECT 'reminder', r.id, r.text, (d.due_at AT TIME ZONE 'UTC')::date, r.local_time, r.rrule, d.due_at, w.name, r.task_id
    FROM reminders r
    JOIN reminder_deliveries d ON d.reminder_id = r.id AND d.state = 'pending' AND d.due_at > in_now
      AND d.occurrence_at IS NULL -- what was put off, or is said again, stays at its moment
    JOIN members m ON m.id = r.recipient_id
    JOIN workspaces w ON w.id = r.workspace_id
    WHERE m.person_id = my_person() AND m.removed_at IS NULL AND r.timezone = in_zone AND r.deleted_at IS NULL
      AND r.notice IS NULL
    ORDER BY 7 NULLS LAST, 2
$$;

-- The clocks of the entered person's that are named go from one zone to another, each to the moment given for it.
CREATE FUNCTION move_clocks(
    in_from text, in_to text, in_tasks bigint[], in_task_dues timestamptz[], in_reminders bigint[],
    in_reminder_dues timestamptz[]
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE crm_tasks t SET due_tz = in_to, due_at = n.due, version = t.version + 1
    FROM unnest(in_tasks, in_task_dues) AS n (id, due), members m
    WHERE t.id = n.id AND t.due_tz = in_from AND m.id = t.assignee_id AND m.person_id = my_person()
      AND m.removed_at IS NULL;
    UPDATE reminder_deliveries d SET due_at = n.due
    FROM unnest(in_reminders, in_reminder_dues) AS n (id, due), reminders r, members m
    WHERE r.id = n.id AND r.timezone = in_from AND m.id = r.recipient_id AND m.person_id = my_person()
      AND m.removed_at IS NULL AND d.reminder_id = r.id AND d.state = 'pending' AND d.occurrence_at IS NULL
      AND NOT EXISTS (SELECT FROM reminder_deliveries o WHERE o.reminder_id = r.id AND o.due_at = n.due
                        AND o.recipient_id = d.recipient_id);
    UPDATE reminders r SET timezone = in_to FROM members m
    WHERE r.id = ANY (in_reminders) AND r.timezone = in_from AND m.id = r.recipient_id
      AND m.person_id = my_person() AND m.removed_at IS NULL;
END $$;
