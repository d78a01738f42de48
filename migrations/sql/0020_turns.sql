-- Turns: what waits in a conversation is answered at once, and a process tells in one go that it is alive.

-- The oldest unfinished turn of each conversation. One that nobody has begun takes along what waits behind it, up to the
-- first message of somebody with another role, under whose rights this one may not run. A turn without words is one
-- of the bot's own and stays alone, and so does one that carries a file, for which no other turn has a place.
CREATE OR REPLACE FUNCTION claim_turns(in_now timestamptz, in_limit integer, in_lease interval)
RETURNS TABLE (id bigint, lease text, workspace_id bigint, member_id bigint, chat_id bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH next AS (
        SELECT t.id, t.conversation_id, t.state = 'queued' AND t.user_text <> '' AND t.attachments = '[]' AS takes_along, m.role
        FROM turns t JOIN members m ON m.id = t.member_id AND m.removed_at IS NULL
        WHERE t.state IN ('queued', 'running', 'ready') AND (t.lease_until IS NULL OR t.lease_until < in_now)
          AND NOT EXISTS (
              SELECT FROM turns earlier WHERE earlier.conversation_id = t.conversation_id AND earlier.id < t.id
                AND earlier.state IN ('queued', 'running', 'ready'))
        ORDER BY t.id LIMIT in_limit FOR UPDATE OF t SKIP LOCKED
    ), mine AS (
        UPDATE turns t
        SET state = CASE t.state WHEN 'ready' THEN 'ready' ELSE 'running' END, lease = gen_random_uuid()::text,
            lease_until = in_now + in_lease, attempts = t.attempts + 1
        FROM next WHERE t.id = next.id RETURNING t.*
    ), along AS (
        UPDATE turns t SET state = 'joined', joins_turn_id = n.id
        FROM next n
        WHERE n.takes_along AND t.conversation_id = n.conversation_id AND t.id > n.id AND t.state = 'queued'
          AND NOT EXISTS (
              SELECT FROM turns g JOIN members m ON m.id = g.member_id
              WHERE g.conversation_id = n.conversation_id AND g.id > n.id AND g.id <= t.id AND g.state = 'queued'
                AND (g.user_text = '' OR g.attachments <> '[]' OR m.role <> n.role OR m.removed_at IS NOT NULL))
    )
    SELECT t.id, t.lease, t.workspace_id, t.member_id, v.chat_id
    FROM mine t JOIN conversations v ON v.id = t.conversation_id
    ORDER BY t.id;
END $$;

-- Those of the turns that are still held under these leases, and whether a person asked to stop them.
CREATE FUNCTION renew_turns(in_ids bigint[], in_leases text[], in_until timestamptz)
RETURNS TABLE (id bigint, is_stopped boolean)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH ours AS (
        SELECT t.id, t.lease, t.lease_until, t.stopped_at IS NOT NULL AS is_stopped
        FROM turns t JOIN unnest(in_ids, in_leases) AS o(id, lease) ON t.id = o.id AND t.lease = o.lease
        WHERE t.state IN ('queued', 'running', 'ready')
    ), renewed AS ( -- asked every second, written less often
        UPDATE turns t SET lease_until = in_until FROM ours o
        WHERE t.id = o.id AND t.lease = o.lease AND o.lease_until < in_until - interval '5 seconds'
    )
    SELECT o.id, o.is_stopped FROM ours o;
$$;
