-- Whom a chat or topic is bound to: everybody there may know, managers decide; in a private chat, whoever lives in it.
CALL guard('agent_bindings',
    look => 'NOT {guest} OR chat_id = {chat}',
    add => $$ {manages} OR NOT {guest} AND chat_id = {chat}
        AND EXISTS (SELECT FROM chats c WHERE c.id = chat_id AND c.kind = 'private') $$,
    change => $$ {manages} OR NOT {guest} AND chat_id = {chat}
        AND EXISTS (SELECT FROM chats c WHERE c.id = chat_id AND c.kind = 'private') $$,
    remove => $$ {manages} OR NOT {guest} AND chat_id = {chat}
        AND EXISTS (SELECT FROM chats c WHERE c.id = chat_id AND c.kind = 'private') $$);
CREATE TRIGGER touch BEFORE UPDATE ON agent_bindings FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- Whom a member picked for themselves: nobody's business but theirs. A guest picks where they speak.
CALL guard('agent_picks',
    look => 'member_id = {me}',
    add => 'member_id = {me} AND EXISTS (SELECT FROM chats c WHERE c.id = chat_id)',
    change => 'member_id = {me}',
    remove => 'member_id = {me}');
CREATE TRIGGER touch BEFORE UPDATE ON agent_picks FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- Messages that wait for their author to say whom they are for.
CALL guard('held_questions',
    look => 'member_id = {me}',
    add => 'member_id = {me} AND EXISTS (SELECT FROM chats c WHERE c.id = chat_id)',
    remove => 'member_id = {me}');

CREATE OR REPLACE FUNCTION purge(in_before timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM handled_updates WHERE begun_at < in_before;
    DELETE FROM dialogs WHERE expires_at < in_before;
    DELETE FROM invites WHERE expires_at < in_before;
    DELETE FROM link_guesses WHERE since < in_before;
    DELETE FROM held_questions WHERE expires_at < in_before;
$$;
