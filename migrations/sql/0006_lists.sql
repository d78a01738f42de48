-- Tasks by their words, in the entered team only; ids to be joined back under the policies. A door, since array and
-- trigram operators are not leakproof and would not use their indexes under a policy.
--
-- in_words: for each word of the text the forms it may stand for, joined by |; in_text: the whole text, folded.
-- Every word must be there, or the text as a part of the title, the description or a comment. Newest first. The
-- condition is written out with its values, so that each search is planned for how common its own words are.
CREATE FUNCTION find_tasks(in_words text[], in_text text, in_limit integer) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    worded text; part text := '%' || replace(replace(replace(in_text, '\', '\\'), '%', '\%'), '_', '\_') || '%';
    team bigint := my_workspace(); found bigint[] := '{}';
BEGIN
    SELECT string_agg(format('words && %L::text[]', string_to_array(one, '|')), ' AND ') INTO worded
    FROM unnest(in_words) one;
    IF worded IS NOT NULL THEN
        EXECUTE format(
            'SELECT array(SELECT id FROM crm_tasks WHERE workspace_id = %s AND deleted_at IS NULL AND %s '
            'ORDER BY id DESC LIMIT %s)', team, worded, in_limit) INTO found;
    END IF;
    IF cardinality(found) < in_limit AND length(in_text) > 2 THEN
        EXECUTE format(
            'SELECT %L::bigint[] || array(SELECT id FROM crm_tasks WHERE workspace_id = %s AND deleted_at IS NULL '
            'AND folded LIKE %L AND id <> ALL (%L::bigint[]) ORDER BY id DESC LIMIT %s)',
            found, team, part, found, in_limit - cardinality(found)) INTO found;
    END IF;
    IF cardinality(found) < in_limit AND length(in_text) > 2 THEN
        EXECUTE format(
            'SELECT %L::bigint[] || array(SELECT DISTINCT c.task_id FROM crm_task_comments c JOIN crm_tasks t '
            'ON t.workspace_id = c.workspace_id AND t.id = c.task_id AND t.deleted_at IS NULL '
            'WHERE c.workspace_id = %s AND c.deleted_at IS NULL AND c.folded LIKE %L AND c.task_id <> ALL (%L::bigint[]) '
            'ORDER BY c.task_id DESC LIMIT %s)',
            found, team, part, found, in_limit - cardinality(found)) INTO found;
    END IF;
    RETURN QUERY SELECT unnest(found);
END $$;

-- Contacts whose name is nearest to a text that is none of them; a door for the same reason.
CREATE FUNCTION nearest_contacts(in_text text, in_limit integer) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT id FROM crm_contacts
    WHERE workspace_id = my_workspace() AND deleted_at IS NULL AND folded_name % in_text
    ORDER BY similarity(folded_name, in_text) DESC, id LIMIT in_limit
$$;
