-- Memory and money. Amounts are millionths of a US dollar; days and months are UTC's.

-- The ledger: one's own, and a manager sees all; written by doors only.
CALL guard('spends', look => '{manages} OR member_id = {me}');
CREATE TRIGGER touch BEFORE UPDATE ON spends FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
ALTER TABLE spend_months ENABLE ROW LEVEL SECURITY; -- reached by doors only
ALTER TABLE budget_notices ENABLE ROW LEVEL SECURITY; -- reached by doors only
CALL guard('budgets', look => 'NOT {guest}', add => '{manages}', change => '{manages}', remove => '{manages}');
CREATE TRIGGER touch BEFORE UPDATE ON budgets FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- What assistants keep of somebody: theirs alone, not even the owner's of the team; what belongs to the conversation
-- of a group is for whoever speaks there.
CALL guard('memories',
    look => $$ member_id = {me} OR conversation_id IN (
        SELECT v.id FROM conversations v JOIN chats c ON c.id = v.chat_id
        WHERE v.chat_id = {chat} AND c.kind = 'group') $$,
    add => 'member_id = {me}',
    change => 'member_id = {me}',
    remove => $$ member_id = {me} OR {manages} AND conversation_id IN (
        SELECT v.id FROM conversations v JOIN chats c ON c.id = v.chat_id
        WHERE v.chat_id = {chat} AND c.kind = 'group') $$);
CREATE TRIGGER touch BEFORE UPDATE ON memories FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- Which providers a person was told of, in whatever team that was.
CALL guard('provider_notices', look => 'person_id = {person}', add => 'person_id = {person}', team => 'true');

-- Set aside what a call may cost at most, or say which budget has no room for it; `is_news` once a day for each budget.
-- The month's row is locked first, so that calls of all replicas are counted one after another: what is in flight
-- counts at its estimate, and no budget is passed by more than a call uses over its estimate.
CREATE FUNCTION reserve_spend(
    in_agent bigint, in_turn bigint, in_model text, in_micros bigint, in_tokens bigint, in_now timestamptz,
    in_bot_micros bigint
)
RETURNS TABLE (spend_id bigint, scope text, period text, budget_micros bigint, is_news boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    team bigint := my_workspace(); me bigint := my_member(); place bigint := my_chat();
    this_day timestamptz := date_trunc('day', in_now, 'UTC'); this_month timestamptz := date_trunc('month', in_now, 'UTC');
    month_day date := (date_trunc('month', in_now, 'UTC') AT TIME ZONE 'UTC')::date;
    spent bigint; full_one record; news boolean; made bigint;
BEGIN
    IF me IS NULL THEN
        RAISE EXCEPTION 'nobody has entered';
    END IF;
    INSERT INTO spend_months AS m (month) VALUES (month_day)
    ON CONFLICT (month) DO UPDATE SET micros = m.micros RETURNING m.micros INTO spent;
    SELECT * INTO full_one FROM (
        SELECT 'bot' AS scope, 'month' AS period, in_bot_micros AS micros, spent AS used, 'bot' AS key
        UNION ALL
        SELECT 'agent', 'month', a.budget_micros,
               (SELECT coalesce(sum(s.micros), 0) FROM spends s WHERE s.agent_id = a.id AND s.at >= this_month),
               'agent:' || a.id
        FROM agents a WHERE a.id = in_agent AND a.budget_micros IS NOT NULL
        UNION ALL
        SELECT b.scope, b.period, b.micros, CASE b.scope
            WHEN 'member' THEN (SELECT coalesce(sum(s.micros), 0) FROM spends s
                WHERE s.workspace_id = team AND s.member_id = me AND s.at >= b.since)
            WHEN 'chat' THEN (SELECT coalesce(sum(s.micros), 0) FROM spends s
                WHERE s.workspace_id = team AND s.chat_id = place AND s.at >= b.since)
            WHEN 'agent' THEN (SELECT coalesce(sum(s.micros), 0) FROM spends s
                WHERE s.agent_id = in_agent AND s.workspace_id = team AND s.at >= b.since)
            ELSE (SELECT coalesce(sum(s.micros), 0) FROM spends s WHERE s.workspace_id = team AND s.at >= b.since) END,
            format('team:%s:%s:%s:%s', team, b.scope, b.period,
                CASE b.scope WHEN 'member' THEN me WHEN 'chat' THEN place WHEN 'agent' THEN in_agent END)
        FROM ( -- a budget of one member, chat or agent goes before that of each of them
            SELECT DISTINCT ON (scope, period) scope, period, micros,
                   CASE period WHEN 'day' THEN this_day ELSE this_month END AS since
            FROM budgets
            WHERE workspace_id = team AND (target IS NULL
                OR target = CASE scope WHEN 'member' THEN me WHEN 'chat' THEN place WHEN 'agent' THEN in_agent END)
            ORDER BY scope, period, target NULLS LAST
        ) b
    ) limits WHERE used + in_micros > micros LIMIT 1;
    IF full_one.key IS NOT NULL THEN
        INSERT INTO budget_notices (budget, day) VALUES (full_one.key, (in_now AT TIME ZONE 'UTC')::date)
        ON CONFLICT DO NOTHING;
        news := FOUND;
        RETURN QUERY SELECT NULL::bigint, full_one.scope, full_one.period, full_one.micros::bigint, news;
        RETURN;
    END IF;
    UPDATE spend_months SET micros = micros + in_micros WHERE month = month_day;
    INSERT INTO spends (workspace_id, member_id, chat_id, agent_id, turn_id, at, model, micros, input_tokens)
    VALUES (team, me, place, (SELECT id FROM agents WHERE id = in_agent),
            (SELECT id FROM turns WHERE id = in_turn AND workspace_id = team), in_now, in_model, in_micros, in_tokens)
    RETURNING id INTO made;
    RETURN QUERY SELECT made, NULL::text, NULL::text, NULL::bigint, false;
END $$;

-- What a call used, in place of its estimate, and on its turn; once.
CREATE FUNCTION settle_spend(
    in_spend bigint, in_model text, in_input bigint, in_output bigint, in_micros bigint, in_is_priced boolean
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    old record;
BEGIN
    SELECT id, micros, at, turn_id INTO old FROM spends
    WHERE id = in_spend AND workspace_id = my_workspace() AND member_id = my_member() AND settled_at IS NULL
    FOR UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    UPDATE spends SET model = in_model, input_tokens = in_input, output_tokens = in_output, micros = in_micros,
        is_priced = in_is_priced, settled_at = now()
    WHERE id = old.id;
    UPDATE spend_months SET micros = micros + in_micros - old.micros
    WHERE month = (date_trunc('month', old.at, 'UTC') AT TIME ZONE 'UTC')::date;
    IF in_is_priced THEN
        UPDATE turns SET cost_micros = cost_micros + in_micros WHERE id = old.turn_id;
    END IF;
END $$;

-- What the whole bot spent today and this month; nothing for who isn't an operator, and nobody's names.
CREATE FUNCTION usage_in_all(in_day timestamptz, in_month timestamptz) RETURNS TABLE (
    day_micros bigint, day_tokens bigint, day_unpriced bigint, day_calls bigint,
    month_micros bigint, month_tokens bigint, month_unpriced bigint, month_calls bigint
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(sum(micros) FILTER (WHERE at >= in_day AND (is_priced OR settled_at IS NULL)), 0)::bigint,
           coalesce(sum(input_tokens + output_tokens) FILTER (WHERE at >= in_day), 0)::bigint,
           coalesce(sum(input_tokens + output_tokens) FILTER (WHERE at >= in_day AND NOT is_priced AND settled_at IS NOT NULL), 0)::bigint,
           count(*) FILTER (WHERE at >= in_day),
           coalesce(sum(micros) FILTER (WHERE is_priced OR settled_at IS NULL), 0)::bigint,
           coalesce(sum(input_tokens + output_tokens), 0)::bigint,
           coalesce(sum(input_tokens + output_tokens) FILTER (WHERE NOT is_priced AND settled_at IS NOT NULL), 0)::bigint,
           count(*)
    FROM spends
    WHERE at >= in_month AND EXISTS (SELECT FROM people p WHERE p.id = my_person() AND p.is_operator)
    HAVING EXISTS (SELECT FROM people p WHERE p.id = my_person() AND p.is_operator)
$$;

-- Whether somebody's question in a group came with that album: its other parts name nobody, and their sender is met only
-- if they belong to it.
CREATE FUNCTION asked_with_album(in_chat bigint, in_user bigint, in_album text, in_since timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM chat_links l
        JOIN conversations v ON v.workspace_id = l.workspace_id AND v.chat_id = l.chat_id
        JOIN turns t ON t.workspace_id = v.workspace_id AND t.conversation_id = v.id
        JOIN members m ON m.id = t.member_id
        JOIN people p ON p.id = m.person_id
        WHERE l.telegram_chat_id = present_id(in_chat) AND p.telegram_user_id = in_user
          AND t.album = in_album AND t.asked_at > in_since)
$$;

-- What chats keep for a while only (chats.settings, keep_days): words of old turns, and summaries made of them. Lines of
-- the ledger, which hold nobody's words, go after two years.
CREATE FUNCTION purge_talk(in_now timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    gone bigint;
BEGIN
    WITH old AS (
        SELECT t.id, t.conversation_id FROM chats c
        JOIN conversations v ON v.chat_id = c.id
        JOIN turns t ON t.conversation_id = v.id
        WHERE c.settings ? 'keep_days' AND t.asked_at < in_now - make_interval(days => (c.settings ->> 'keep_days')::integer)
          AND t.state NOT IN ('queued', 'running', 'ready')
          AND (t.user_text <> '' OR t.messages <> '[]' OR t.answer IS NOT NULL)
    ), scrubbed AS (
        UPDATE turns t SET user_text = '', messages = '[]', answer = NULL, attachments = '[]', reason_detail = NULL
        FROM old WHERE t.id = old.id RETURNING t.id, t.conversation_id
    ), unsaid AS (
        DELETE FROM proposals p USING scrubbed s WHERE p.turn_id = s.id
    ), forgotten AS (
        UPDATE conversations v SET summary = NULL
        FROM (SELECT conversation_id, max(id) AS last FROM scrubbed GROUP BY 1) s
        WHERE v.id = s.conversation_id AND v.summary_until <= s.last
    )
    SELECT count(*) INTO gone FROM scrubbed;
    DELETE FROM spends WHERE at < in_now - interval '2 years';
    DELETE FROM budget_notices WHERE day < (in_now AT TIME ZONE 'UTC')::date - 7;
    RETURN gone;
END $$;
