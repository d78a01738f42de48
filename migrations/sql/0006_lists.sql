-- Tasks by their words, in the entered team only; ids to be joined back under the policies. A door, since trigram
-- operators are not leakproof and would not use their index under a policy.
--
-- in_words: for each word of the text the normal forms it may stand for, joined by |; in_text: the whole text, folded.
-- Found is what has every word in some form, then what has the text as a part of its title or description, then what
-- has it in a comment; newest first. The conditions are written out with their values, so that each search is planned
-- for how common its own words are: rare ones by the index, common ones from the newest task on.
CREATE FUNCTION find_tasks(in_words text[], in_text text, in_limit integer) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    team bigint := my_workspace(); found bigint[] := '{}'; worded text;
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
    IF cardinality(found) < in_limit AND length(in_text) > 2 THEN
        EXECUTE format(
            'SELECT %1$L::bigint[] || array(SELECT DISTINCT c.task_id FROM crm_task_comments c JOIN crm_tasks t '
            'ON t.workspace_id = c.workspace_id AND t.id = c.task_id AND t.deleted_at IS NULL '
            'WHERE c.workspace_id = %2$s AND c.deleted_at IS NULL AND c.folded LIKE %3$L '
            'AND c.task_id <> ALL (%1$L::bigint[]) ORDER BY c.task_id DESC LIMIT %4$s)',
            found, team, part, in_limit - cardinality(found)) INTO found;
    END IF;
    RETURN QUERY SELECT unnest(found);
END $$;

-- A label knows where its task stands in a list, so that the list of a label is read by an index alone, however many
-- tasks have it and however few of them are open: task_at is the due of an open task and the moment a done one was
-- done (UTC), and nothing for others.
CREATE FUNCTION place_label() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT t.status = 'completed',
           CASE WHEN t.deleted_at IS NOT NULL OR t.status = 'canceled' THEN NULL
                WHEN t.status = 'completed' THEN t.completed_at AT TIME ZONE 'UTC' ELSE t.due_sort END
    INTO NEW.task_done, NEW.task_at
    FROM crm_tasks t WHERE t.workspace_id = NEW.workspace_id AND t.id = NEW.task_id;
    RETURN NEW;
END $$;
CREATE TRIGGER place BEFORE INSERT OR UPDATE OF task_id ON crm_labels
    FOR EACH ROW WHEN (NEW.task_id IS NOT NULL) EXECUTE FUNCTION place_label();

-- A trigger's door: whoever changes a task changes no label of it, but moves all of them.
CREATE FUNCTION place_labels() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE crm_labels SET task_id = task_id WHERE workspace_id = NEW.workspace_id AND task_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER place_labels AFTER UPDATE ON crm_tasks FOR EACH ROW
    WHEN ((OLD.due_sort, OLD.status, OLD.completed_at, OLD.deleted_at)
        IS DISTINCT FROM (NEW.due_sort, NEW.status, NEW.completed_at, NEW.deleted_at))
    EXECUTE FUNCTION place_labels();
UPDATE crm_labels SET task_id = task_id WHERE task_id IS NOT NULL;

-- Contacts whose name is nearest to a text that is none of them; a door for the same reason.
CREATE FUNCTION nearest_contacts(in_text text, in_limit integer) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT id FROM crm_contacts
    WHERE workspace_id = my_workspace() AND deleted_at IS NULL AND folded_name % in_text
    ORDER BY similarity(folded_name, in_text) DESC, id LIMIT in_limit
$$;
