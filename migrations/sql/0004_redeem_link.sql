-- The first schema's redeeming of a link, taken out of arrive: the team joined, null for a claim link.
-- SQLSTATE SB003: spent or unknown.
CREATE FUNCTION redeem_link(in_code bytea, in_person bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    link invites;
BEGIN
    UPDATE invites SET uses_left = uses_left - 1
    WHERE code_hash = in_code AND uses_left > 0 AND expires_at > now() RETURNING * INTO link;
    IF link.id IS NULL THEN
        RAISE EXCEPTION 'spent or unknown link' USING ERRCODE = 'SB003';
    END IF;
    IF link.workspace_id IS NULL THEN
        UPDATE people SET is_operator = true WHERE id = in_person;
        RETURN NULL;
    END IF;
    INSERT INTO members (workspace_id, person_id, role) VALUES (link.workspace_id, in_person, link.role)
    ON CONFLICT (person_id, workspace_id) DO UPDATE
        SET removed_at = NULL, role = EXCLUDED.role WHERE members.removed_at IS NOT NULL OR members.role = 'guest';
    RETURN link.workspace_id;
END $$;
