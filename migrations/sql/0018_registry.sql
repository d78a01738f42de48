-- Assistants that belong to no team are written by whoever runs the bot, from whichever team they are in.

-- Whether that is who entered, by their own row, which is all of people that they see.
CREATE FUNCTION my_operator() RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT EXISTS (SELECT FROM people WHERE id = my_person() AND is_operator) $$;

CREATE POLICY operators_add ON agents FOR INSERT
    WITH CHECK (workspace_id IS NULL AND (SELECT my_operator()));
CREATE POLICY operators_change ON agents FOR UPDATE
    USING (workspace_id IS NULL AND (SELECT my_operator()))
    WITH CHECK (workspace_id IS NULL AND (SELECT my_operator()));
CREATE POLICY operators_look ON agent_versions FOR SELECT
    USING (workspace_id IS NULL AND (SELECT my_operator()));
CREATE POLICY operators_add ON agent_versions FOR INSERT
    WITH CHECK (workspace_id IS NULL AND (SELECT my_operator()));

-- As before, without those that were deleted.
CREATE OR REPLACE FUNCTION export_global_agents() RETURNS TABLE (slug text, spec jsonb, is_default boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT slug, spec, is_default FROM agents
    WHERE workspace_id IS NULL AND is_active AND deleted_at IS NULL ORDER BY id
$$;
