-- Tasks by their words: as before (0006), and comments by the forms of their words too. Found is what has every word in
-- some form, then what has the text as a part of its title or description, then what has either in a comment.
CREATE OR REPLACE FUNCTION find_tasks(in_words text[], in_text text, in_limit integer) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    team bigint := my_workspace(); found bigint[] := '{}'; worded text; said text;
    part text := '%' || replace(replace(replace(in_text, '\', '\\'), '%', '\%'), '_', '\_') || '%';
BEGIN
    SELECT string_agg('(' || (
        SELECT string_agg(format('folded LIKE %L', '% ' || form || ' %'), ' OR ')
        FROM unnest(string_to_array(one, '|')) form) || ')', ' AND ') INTO worded
    FROM unnest(in_words) one;
    IF worded IS NOT NULL THEN
        EXECUTE format(
            'SELECT array(SELECT id FROM crm_tasks WHERE workspace_id = %s AND deleted_at IS NULL AND %s '
            'ORDER BY id DESC LIMIT %s)', team, worded, in_limit) INTO found;
    END IF;
    IF cardinality(found) < in_limit AND length(in_text) > 2 THEN
        EXECUTE format(
            'SELECT %1$L::bigint[] || array(SELECT id FROM crm_tasks WHERE workspace_id = %2$s AND deleted_at IS NULL '
            'AND folded LIKE %3$L AND id <> ALL (%1$L::bigint[]) ORDER BY id DESC LIMIT %4$s)',
            found, team, part, in_limit - cardinality(found)) INTO found;
    END IF;
    IF cardinality(found) < in_limit THEN
        said := concat_ws(' OR ', worded, CASE WHEN length(in_text) > 2 THEN format('folded LIKE %L', part) END);
    END IF;
    IF said <> '' THEN
        EXECUTE format(
            'SELECT %1$L::bigint[] || array(SELECT DISTINCT c.task_id FROM (SELECT task_id FROM crm_task_comments '
            'WHERE workspace_id = %2$s AND deleted_at IS NULL AND (%3$s)) c '
            'JOIN crm_tasks t ON t.workspace_id = %2$s AND t.id = c.task_id AND t.deleted_at IS NULL '
            'WHERE c.task_id <> ALL (%1$L::bigint[]) ORDER BY c.task_id DESC LIMIT %4$s)',
            found, team, said, in_limit - cardinality(found)) INTO found;
    END IF;
    RETURN QUERY SELECT unnest(found);
END $$;
