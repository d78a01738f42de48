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
