-- Back to one wall around the team, as guards.sql made it.
DO $$
DECLARE
    old record; t text;
BEGIN
    FOR old IN SELECT policyname, tablename FROM pg_policies WHERE schemaname = 'public' LOOP
        EXECUTE format('DROP POLICY %I ON %I', old.policyname, old.tablename);
    END LOOP;
    FOR t IN
        SELECT c.table_name FROM information_schema.columns c
        WHERE c.table_schema = 'public' AND c.column_name = 'workspace_id' AND c.table_name <> 'agents'
    LOOP
        EXECUTE format(
            'CREATE POLICY own_workspace ON %I '
            'USING (workspace_id = nullif(current_setting(''app.workspace_id'', true), '''')::bigint)', t);
    END LOOP;
END $$;
CREATE POLICY read_global_and_own ON agents FOR SELECT USING (
    nullif(current_setting('app.workspace_id', true), '') IS NOT NULL
    AND (workspace_id IS NULL OR workspace_id = nullif(current_setting('app.workspace_id', true), '')::bigint));
CREATE POLICY write_own ON agents
    USING (workspace_id = nullif(current_setting('app.workspace_id', true), '')::bigint);
CREATE POLICY own_workspace ON workspaces
    USING (id = nullif(current_setting('app.workspace_id', true), '')::bigint);
CREATE POLICY oneself ON people
    USING (id = nullif(current_setting('app.person_id', true), '')::bigint);

DROP TRIGGER ask_at_the_eleventh ON members;
DROP PROCEDURE guard(text, text, text, text, text, text, text);
DROP FUNCTION ask_at_the_eleventh(), next_task_number(), member_names(), watched_tasks(),
    claim_deliveries(timestamptz, timestamptz, integer, interval), claim_turns(timestamptz, integer, interval),
    enter(bigint, bigint, bigint),
    my_workspace(), my_member(), my_person(), my_chat(), my_role(), my_sight();
