-- Row-level security: each workspace sees only itself, and only after enter(). Times: updated_at by trigger.
CREATE FUNCTION touch_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := clock_timestamp();
    RETURN NEW;
END $$;

DO $$
DECLARE
    t text;
BEGIN
    FOR t IN
        SELECT table_name FROM information_schema.columns
        WHERE table_schema = 'public' AND column_name = 'updated_at'
    LOOP
        EXECUTE format('CREATE TRIGGER touch BEFORE UPDATE ON %I FOR EACH ROW EXECUTE FUNCTION touch_updated_at()', t);
    END LOOP;
    -- tenant tables; agents, whose global rows are read by all, and the three reached by doors come below
    FOR t IN
        SELECT c.table_name FROM information_schema.columns c
        WHERE c.table_schema = 'public' AND c.column_name = 'workspace_id'
          AND c.table_name NOT IN ('agents', 'agent_versions', 'chat_links', 'invites')
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format(
            'CREATE POLICY own_workspace ON %I '
            'USING (workspace_id = nullif(current_setting(''app.workspace_id'', true), '''')::bigint)', t);
    END LOOP;
END $$;

ALTER TABLE agents ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_global_and_own ON agents FOR SELECT USING (
    nullif(current_setting('app.workspace_id', true), '') IS NOT NULL
    AND (workspace_id IS NULL OR workspace_id = nullif(current_setting('app.workspace_id', true), '')::bigint));
CREATE POLICY write_own ON agents
    USING (workspace_id = nullif(current_setting('app.workspace_id', true), '')::bigint);
ALTER TABLE agent_versions ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON agent_versions
    USING (workspace_id = nullif(current_setting('app.workspace_id', true), '')::bigint);

ALTER TABLE workspaces ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON workspaces
    USING (id = nullif(current_setting('app.workspace_id', true), '')::bigint);
ALTER TABLE chat_links ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON chat_links
    USING (workspace_id = nullif(current_setting('app.workspace_id', true), '')::bigint);
ALTER TABLE people ENABLE ROW LEVEL SECURITY;
CREATE POLICY oneself ON people
    USING (id = nullif(current_setting('app.person_id', true), '')::bigint);
ALTER TABLE invites ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON invites
    USING (workspace_id = nullif(current_setting('app.workspace_id', true), '')::bigint);
ALTER TABLE installation ENABLE ROW LEVEL SECURITY;
