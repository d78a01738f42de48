-- Contacts found by whatever is known of them, and merged. Operators of search are not leakproof: under a policy they
-- would not use their indexes, so search is a door that gives ids, to be joined back under the policies.

-- Contacts of the entered team that a text means, likeliest first: digits of a phone (the last four, or any usual
-- writing of it), an e-mail, a @name, words of a name or company in any stored case form, a part of either. Each way
-- stops at the limit, so that a common name costs no more than a rare one.
CREATE OR REPLACE FUNCTION find_contacts(in_text text, in_limit integer) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    team bigint := my_workspace();
    folded text := btrim(regexp_replace(translate(lower(in_text), 'ё', 'е'), '\s+', ' ', 'g'));
    digits text := regexp_replace(in_text, '\D', '', 'g');
    liked text;
    words text[];
BEGIN
    IF in_text ~ '^[-+() .0-9]+$' THEN
        RETURN QUERY
        SELECT DISTINCT p.contact_id FROM crm_contact_phones p
        JOIN crm_contacts c ON c.workspace_id = team AND c.id = p.contact_id AND c.deleted_at IS NULL
        WHERE p.workspace_id = team AND length(digits) >= 4 AND p.last_four = right(digits, 4)
          AND right(p.e164, least(length(digits), 10)) = right(digits, 10)
        LIMIT in_limit;
        RETURN;
    ELSIF folded LIKE '_%@_%' THEN
        RETURN QUERY
        SELECT c.id FROM crm_contacts c
        WHERE c.workspace_id = team AND c.folded_email = lower(btrim(in_text)) AND c.deleted_at IS NULL LIMIT in_limit;
        RETURN;
    ELSIF folded LIKE '@_%' THEN
        RETURN QUERY
        SELECT c.id FROM crm_contacts c
        WHERE c.workspace_id = team AND c.telegram = lower(substr(btrim(in_text), 2)) AND c.deleted_at IS NULL
        LIMIT in_limit;
        RETURN;
    END IF;
    -- the longest word first: surnames are longer than first names, and rarer
    words := ARRAY(
        SELECT w FROM regexp_split_to_table(folded, '[^[:alnum:]]+') w
        WHERE w <> '' AND w NOT IN ('ооо', 'оао', 'зао', 'пао', 'ао', 'ип', 'llc', 'ltd', 'inc', 'gmbh')
        GROUP BY w ORDER BY length(w) DESC, w);
    RETURN QUERY
    SELECT hit.id FROM (
        SELECT c.id, c.folded_name = folded AS whole, c.folded_name AS name
        FROM crm_contact_words w
        JOIN crm_contacts c ON c.workspace_id = team AND c.id = w.contact_id AND c.deleted_at IS NULL
        WHERE w.workspace_id = team AND w.word IN (words[1], initcap(words[1]))
          AND NOT EXISTS (
              SELECT FROM unnest(words[2:]) another WHERE NOT EXISTS (
                  SELECT FROM crm_contact_words too
                  WHERE too.workspace_id = team AND too.contact_id = w.contact_id
                    AND too.word IN (another, initcap(another))))
        LIMIT in_limit
    ) hit GROUP BY hit.id, hit.whole, hit.name ORDER BY NOT hit.whole, hit.name, hit.id;
    IF FOUND THEN
        RETURN;
    END IF;
    IF length(folded) < 3 THEN  -- too short for trigrams: how a name begins
        RETURN QUERY
        SELECT c.id FROM crm_contacts c
        WHERE c.workspace_id = team AND c.folded_name >= folded AND c.folded_name < folded || chr(1114111)
          AND c.deleted_at IS NULL
        ORDER BY c.folded_name, c.id LIMIT in_limit;
        RETURN;
    END IF;
    liked := '%' || replace(replace(replace(folded, '\', '\\'), '%', '\%'), '_', '\_') || '%';
    RETURN QUERY
    SELECT hit.id FROM (
        (SELECT c.id, 0 AS rank, c.folded_name AS name FROM crm_contacts c
         WHERE c.workspace_id = team AND c.folded_name LIKE liked AND c.deleted_at IS NULL LIMIT in_limit)
        UNION ALL
        (SELECT c.id, 1, c.folded_name FROM crm_contacts c
         WHERE c.workspace_id = team AND c.folded_company LIKE liked AND c.deleted_at IS NULL LIMIT in_limit)
    ) hit GROUP BY hit.id, hit.name ORDER BY min(hit.rank), hit.name, hit.id LIMIT in_limit;
END $$;

-- Contacts of the entered team that may be the same: the same e-mail or @name, or a name so alike that one may be
-- the other mistyped; likeliest first.
CREATE FUNCTION near_contacts(in_name text, in_email text, in_telegram text, in_limit integer)
RETURNS TABLE (id bigint, likeness real)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT near.id, max(near.likeness) FROM (
        SELECT c.id, 1::real AS likeness FROM crm_contacts c
        WHERE c.workspace_id = my_workspace() AND c.folded_email = lower(in_email) AND c.deleted_at IS NULL
        UNION ALL
        SELECT c.id, 1::real FROM crm_contacts c
        WHERE c.workspace_id = my_workspace() AND c.telegram = lower(in_telegram) AND c.deleted_at IS NULL
        UNION ALL
        SELECT c.id, similarity(c.folded_name, translate(lower(in_name), 'ё', 'е')) FROM crm_contacts c
        WHERE c.workspace_id = my_workspace() AND c.folded_name % translate(lower(in_name), 'ё', 'е')
          AND c.deleted_at IS NULL
    ) near GROUP BY near.id ORDER BY 2 DESC, near.id LIMIT in_limit
$$;

-- Whether the entered member may merge a contact: it is in their sight, as the policies of crm_contacts say.
CREATE FUNCTION may_merge(in_contact bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM crm_contacts c WHERE c.workspace_id = my_workspace() AND c.id = in_contact AND (
            my_sight() = 'all' OR my_sight() = 'own' AND (c.owner_id = my_member() OR EXISTS (
                SELECT FROM crm_tasks t WHERE t.workspace_id = my_workspace() AND t.contact_id = c.id
                  AND my_member() IN (t.created_by, t.assignee_id)))))
$$;

-- All that hangs on one contact goes to another, what is out of the member's sight too, or it would hang on nobody;
-- what was moved, to be taken back.
CREATE FUNCTION merge_contacts(in_gone bigint, in_kept bigint) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    team bigint := my_workspace(); moved jsonb := '{}'; ids jsonb;
BEGIN
    IF in_gone = in_kept OR NOT may_merge(in_gone) OR NOT may_merge(in_kept) THEN
        RAISE insufficient_privilege;
    END IF;
    WITH changed AS (
        UPDATE crm_contact_phones SET contact_id = in_kept WHERE workspace_id = team AND contact_id = in_gone
        RETURNING id)
    SELECT coalesce(jsonb_agg(changed.id), '[]') INTO ids FROM changed;
    moved := moved || jsonb_build_object('phones', ids);
    WITH changed AS (
        UPDATE crm_notes SET contact_id = in_kept WHERE workspace_id = team AND contact_id = in_gone RETURNING id)
    SELECT coalesce(jsonb_agg(changed.id), '[]') INTO ids FROM changed;
    moved := moved || jsonb_build_object('notes', ids);
    WITH changed AS (
        UPDATE crm_tasks SET contact_id = in_kept, version = version + 1
        WHERE workspace_id = team AND contact_id = in_gone RETURNING id)
    SELECT coalesce(jsonb_agg(changed.id), '[]') INTO ids FROM changed;
    moved := moved || jsonb_build_object('tasks', ids);
    WITH changed AS (
        UPDATE crm_calls SET contact_id = in_kept WHERE workspace_id = team AND contact_id = in_gone RETURNING id)
    SELECT coalesce(jsonb_agg(changed.id), '[]') INTO ids FROM changed;
    moved := moved || jsonb_build_object('calls', ids);
    INSERT INTO crm_contact_words (workspace_id, contact_id, word)
    SELECT team, in_kept, word FROM crm_contact_words WHERE workspace_id = team AND contact_id = in_gone
    ON CONFLICT DO NOTHING;
    UPDATE crm_contacts SET deleted_at = now(), version = version + 1 WHERE workspace_id = team AND id = in_gone;
    RETURN moved;
END $$;

-- The opposite: what was moved and is still there goes back; False when either contact is out of reach by now.
CREATE FUNCTION unmerge_contacts(in_gone bigint, in_kept bigint, in_moved jsonb) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    team bigint := my_workspace();
BEGIN
    IF NOT may_merge(in_gone) OR NOT may_merge(in_kept) THEN
        RETURN false;
    END IF;
    UPDATE crm_contacts SET deleted_at = NULL, version = version + 1 WHERE workspace_id = team AND id = in_gone;
    UPDATE crm_contact_phones SET contact_id = in_gone WHERE workspace_id = team AND contact_id = in_kept
      AND id IN (SELECT value::bigint FROM jsonb_array_elements_text(in_moved -> 'phones'));
    UPDATE crm_notes SET contact_id = in_gone WHERE workspace_id = team AND contact_id = in_kept
      AND id IN (SELECT value::bigint FROM jsonb_array_elements_text(in_moved -> 'notes'));
    UPDATE crm_tasks SET contact_id = in_gone, version = version + 1 WHERE workspace_id = team AND contact_id = in_kept
      AND id IN (SELECT value::bigint FROM jsonb_array_elements_text(in_moved -> 'tasks'));
    UPDATE crm_calls SET contact_id = in_gone WHERE workspace_id = team AND contact_id = in_kept
      AND id IN (SELECT value::bigint FROM jsonb_array_elements_text(in_moved -> 'calls'));
    RETURN true;
END $$;
