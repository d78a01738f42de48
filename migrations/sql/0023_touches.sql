-- Touches: whoever changes a row that processes remember says so in a notice, which the transaction's own process tells
-- to all once it has committed (db/touches.py). INFO always reaches the client and never the server's log.

-- For one row, as JSON; the tag of a member's row is the person's, of a chat's settings the chat's.
CREATE FUNCTION say_touched_row(in_table text, in_row jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    tag text;
BEGIN
    tag := CASE in_table
        WHEN 'agents' THEN 'agents'
        WHEN 'workspaces' THEN 'team:' || (in_row ->> 'id')
        WHEN 'people' THEN 'user:' || (in_row ->> 'telegram_user_id')
        WHEN 'members' THEN 'user:' || (SELECT telegram_user_id FROM people WHERE id = (in_row ->> 'person_id')::bigint)
        WHEN 'chat_members' THEN 'chat:' || (SELECT telegram_chat_id FROM chats WHERE id = (in_row ->> 'chat_id')::bigint)
        WHEN 'agent_bindings' THEN 'place:' || (in_row ->> 'chat_id')
        ELSE 'chat:' || (in_row ->> 'telegram_chat_id')
    END;
    IF tag IS NOT NULL THEN
        RAISE INFO 'switchboard touched %', tag;
    END IF;
    IF in_table = 'chats' THEN
        RAISE INFO 'switchboard touched %', 'place:' || (in_row ->> 'id');
    END IF;
END $$;

CREATE FUNCTION say_touched() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM say_touched_row(coalesce(TG_ARGV[0], TG_TABLE_NAME), to_jsonb(OLD));
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM say_touched_row(coalesce(TG_ARGV[0], TG_TABLE_NAME), to_jsonb(NEW));
    END IF;
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION say_touched() FROM PUBLIC;

-- A new person, member, chat or link is remembered by nobody yet.
CREATE TRIGGER say_touched AFTER INSERT OR UPDATE OR DELETE ON agents
    FOR EACH ROW EXECUTE FUNCTION say_touched();
CREATE TRIGGER say_touched AFTER INSERT OR UPDATE OR DELETE ON agent_bindings
    FOR EACH ROW EXECUTE FUNCTION say_touched();
CREATE TRIGGER say_touched AFTER DELETE OR UPDATE ON people
    FOR EACH ROW EXECUTE FUNCTION say_touched();
CREATE TRIGGER say_touched AFTER DELETE OR UPDATE ON members
    FOR EACH ROW EXECUTE FUNCTION say_touched();
CREATE TRIGGER say_touched AFTER DELETE OR UPDATE ON chats
    FOR EACH ROW EXECUTE FUNCTION say_touched();
CREATE TRIGGER say_touched AFTER DELETE OR UPDATE OF default_region, assistants_off ON workspaces
    FOR EACH ROW EXECUTE FUNCTION say_touched();
-- Which of the bot's assistants a team has hidden is kept with the assistants.
CREATE TRIGGER say_touched_agents AFTER UPDATE OF hidden_agents ON workspaces
    FOR EACH ROW EXECUTE FUNCTION say_touched('agents');
CREATE TRIGGER say_touched AFTER DELETE OR UPDATE ON chat_links
    FOR EACH ROW EXECUTE FUNCTION say_touched();
CREATE TRIGGER say_touched AFTER DELETE OR UPDATE OF left_at, request ON chat_members
    FOR EACH ROW EXECUTE FUNCTION say_touched();
