-- What hangs on a task is in sight of whoever sees the task; a guest adds only to a task of their own.
CALL guard('crm_task_items',
    look => '{all} OR EXISTS (SELECT FROM crm_tasks t WHERE t.id = task_id)',
    add => $$ {all} OR EXISTS (
        SELECT FROM crm_tasks t WHERE t.id = task_id AND (NOT {guest} OR t.created_by = {me})) $$,
    change => $$ {all} OR EXISTS (
        SELECT FROM crm_tasks t WHERE t.id = task_id AND (NOT {guest} OR t.created_by = {me})) $$,
    remove => '{manages}');
CREATE TRIGGER touch BEFORE UPDATE ON crm_task_items FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- Who was told in a group how to open a chat with the bot: known to whoever speaks there.
CALL guard('start_hints', look => 'NOT {guest} OR chat_id = {chat}', add => 'NOT {guest} OR chat_id = {chat}');
CREATE TRIGGER touch BEFORE UPDATE ON start_hints FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
