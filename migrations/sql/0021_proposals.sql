-- Proposals: those of a chat are there to be told apart, but only whoever asked may decide about one.
CALL guard('proposals',
    look => 'member_id = {me} OR chat_id = {chat}',
    add => 'member_id = {me} AND EXISTS (SELECT FROM turns t WHERE t.id = turn_id)',
    change => 'member_id = {me}',
    remove => 'member_id = {me} OR {manages} AND chat_id = {chat}');
CREATE TRIGGER touch BEFORE UPDATE ON proposals FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- Cards that expired since they were last drawn, whoever's they are; ids only.
CREATE FUNCTION expired_proposals(in_now timestamptz, in_limit integer)
RETURNS TABLE (id bigint, workspace_id bigint, member_id bigint, chat_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT p.id, p.workspace_id, p.member_id, p.chat_id
    FROM proposals p JOIN members m ON m.id = p.member_id AND m.removed_at IS NULL
    WHERE p.state = 'open' AND p.faded_at IS NULL AND p.expires_at <= in_now
    ORDER BY p.expires_at LIMIT in_limit
$$;

-- A supergroup counts its messages anew, so what was sent to the group before can be named no more: a reply there would
-- find somebody else's answer. Of an answer half sent, how many pieces are there still counts.
CREATE FUNCTION forget_message_ids() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE turns t SET shown_message_id = NULL, telegram_message_id = NULL,
        message_ids = CASE WHEN t.state IN ('queued', 'running', 'ready') THEN t.message_ids ELSE '{}' END
    FROM conversations v WHERE v.id = t.conversation_id AND v.chat_id = NEW.id
      AND (t.message_ids <> '{}' OR t.shown_message_id IS NOT NULL OR t.telegram_message_id IS NOT NULL);
    UPDATE proposals SET telegram_message_id = 0 WHERE chat_id = NEW.id AND telegram_message_id IS NOT NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER forget_message_ids AFTER UPDATE OF telegram_chat_id ON chats FOR EACH ROW
    WHEN (OLD.telegram_chat_id <> NEW.telegram_chat_id) EXECUTE FUNCTION forget_message_ids();
