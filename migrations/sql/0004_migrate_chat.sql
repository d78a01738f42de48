-- A group became a supergroup: everything keeps its chat, in every team that knows it. Where the new id is known
-- already (somebody spoke there first, or the upgrade is told twice), what is there joins what was.
CREATE FUNCTION migrate_chat(in_old bigint, in_new bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    kept chats; extra bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(7743, hashint8(least(in_old, in_new))),
            pg_advisory_xact_lock(7743, hashint8(greatest(in_old, in_new)));
    IF in_old = in_new OR NOT EXISTS (SELECT FROM chats WHERE telegram_chat_id = in_old) THEN
        RETURN;  -- told before
    END IF;
    -- a group's own team is the one it had; the one made for its new id keeps its rows, not the group
    DELETE FROM chat_links WHERE telegram_chat_id = in_new
        AND EXISTS (SELECT FROM chat_links WHERE telegram_chat_id = in_old);
    FOR kept IN SELECT * FROM chats WHERE telegram_chat_id = in_old LOOP
        -- a supergroup counts its messages anew: the old ids step aside, below zero
        UPDATE crm_tasks SET source_message_id = -source_message_id WHERE source_chat_id = kept.id;
        UPDATE crm_calls SET source_message_id = -source_message_id WHERE source_chat_id = kept.id;
        UPDATE turns t SET message_id = NULL FROM conversations v
        WHERE v.id = t.conversation_id AND v.chat_id = kept.id AND t.state IN ('queued', 'running', 'ready');
        SELECT id INTO extra FROM chats WHERE workspace_id = kept.workspace_id AND telegram_chat_id = in_new;
        IF extra IS NOT NULL THEN
            UPDATE crm_tasks SET source_chat_id = kept.id WHERE source_chat_id = extra;
            UPDATE crm_calls SET source_chat_id = kept.id WHERE source_chat_id = extra;
            UPDATE reminders SET source_chat_id = kept.id WHERE source_chat_id = extra;
            UPDATE turns t SET conversation_id = k.id FROM conversations e JOIN conversations k
                ON k.chat_id = kept.id AND k.agent_id = e.agent_id AND k.thread_id IS NOT DISTINCT FROM e.thread_id
            WHERE e.chat_id = extra AND t.conversation_id = e.id;
            UPDATE conversations e SET chat_id = kept.id WHERE e.chat_id = extra AND NOT EXISTS (
                SELECT FROM conversations k WHERE k.chat_id = kept.id AND k.agent_id = e.agent_id
                  AND k.thread_id IS NOT DISTINCT FROM e.thread_id);
            UPDATE chat_members e SET chat_id = kept.id WHERE e.chat_id = extra AND NOT EXISTS (
                SELECT FROM chat_members k WHERE k.chat_id = kept.id AND k.member_id = e.member_id);
            UPDATE chat_links SET chat_id = kept.id WHERE chat_id = extra;
            UPDATE chats SET watched_since = coalesce(watched_since, (SELECT watched_since FROM chats WHERE id = extra))
            WHERE id = kept.id;
            DELETE FROM chats WHERE id = extra;
        END IF;
        UPDATE chats SET telegram_chat_id = in_new, previous_telegram_chat_id = in_old, unreachable_at = NULL
        WHERE id = kept.id;
    END LOOP;
    UPDATE chat_links SET telegram_chat_id = in_new WHERE telegram_chat_id = in_old;
    DELETE FROM dialogs o USING dialogs n
    WHERE o.chat_id = in_old AND n.chat_id = in_new AND (n.bot_id, n.thread_id, n.user_id) = (o.bot_id, o.thread_id, o.user_id);
    UPDATE dialogs SET chat_id = in_new WHERE chat_id = in_old;
END $$;
