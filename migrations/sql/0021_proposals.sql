-- Proposals: those of a chat are there to be told apart, but only whoever asked may decide about one.
CALL guard('proposals',
    look => 'member_id = {me} OR chat_id = {chat}',
    add => 'member_id = {me} AND EXISTS (SELECT FROM turns t WHERE t.id = turn_id)',
    change => 'member_id = {me}',
    remove => 'member_id = {me} OR {manages} AND chat_id = {chat}');
CREATE TRIGGER touch BEFORE UPDATE ON proposals FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
