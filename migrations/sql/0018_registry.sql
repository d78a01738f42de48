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

-- Which assistants there are in a team, for whoever enters it: entering and looking in one question, under the policies
-- as always, so that it is no door. What an assistant says of itself is left out where the asker names the moment at
-- which the row was written last, and of a deleted one. There is a row with the team's own columns even when there are
-- no assistants.
CREATE FUNCTION enter_and_look(
    in_workspace bigint, in_member bigint, in_chat bigint, in_ids bigint[], in_moments timestamptz[]
) RETURNS TABLE (
    role text, hidden_agents text[], id bigint, workspace_id bigint, slug text, version integer, spec text,
    is_default boolean, is_active boolean, is_deleted boolean, updated_at timestamptz
)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    PERFORM enter(in_workspace, in_member, in_chat);
    RETURN QUERY
    SELECT current_setting('app.role', true), w.hidden_agents, a.id, a.workspace_id, split_part(a.slug, ':', 1),
           a.version, CASE WHEN k.id IS NULL AND a.deleted_at IS NULL THEN a.spec::text END, a.is_default, a.is_active,
           a.deleted_at IS NOT NULL, a.updated_at
    FROM workspaces w
    LEFT JOIN agents a ON true
    LEFT JOIN unnest(in_ids, in_moments) AS k (id, moment) ON k.id = a.id AND k.moment = a.updated_at
    WHERE w.id = in_workspace
    ORDER BY a.id;
END $$;

-- What was deleted before that moment can't be taken back any more. Who has been spoken with leaves a name behind, for
-- the list of conversations; all that it was told goes.
CREATE FUNCTION purge_agents(in_before timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM agents a
    WHERE a.deleted_at < in_before AND NOT EXISTS (SELECT FROM conversations c WHERE c.agent_id = a.id);
    DELETE FROM agent_versions v USING agents a WHERE a.id = v.agent_id AND a.deleted_at < in_before;
    UPDATE agents SET spec = spec || '{"descriptions": {}, "instructions": {}, "examples": [], "settings": {}}'
    WHERE deleted_at < in_before AND spec -> 'instructions' <> '{}';
$$;
REVOKE EXECUTE ON FUNCTION purge_agents(timestamptz) FROM PUBLIC;
