-- Imports: one's own, and a manager sees all; what one did is never rewritten.
CALL guard('imports', look => '{manages} OR member_id = {me}', add => 'NOT {guest} AND member_id = {me}');
CREATE TRIGGER touch BEFORE UPDATE ON imports FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- Feeds: the hash of a secret address; nobody's but one's own, not even the owner's of the team.
CALL guard('calendar_feeds',
    look => 'member_id = {me}',
    add => 'NOT {guest} AND member_id = {me}',
    change => 'NOT {guest} AND member_id = {me}',
    remove => 'member_id = {me}');
CREATE TRIGGER touch BEFORE UPDATE ON calendar_feeds FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

-- Whose feed an address is of: a calendar program comes without a person. Ids only; the tasks are read after enter().
CREATE FUNCTION open_feed(in_hash bytea) RETURNS TABLE (workspace_id bigint, member_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT f.workspace_id, f.member_id
    FROM calendar_feeds f JOIN members m ON m.id = f.member_id
    WHERE f.secret_hash = in_hash AND m.removed_at IS NULL AND m.role <> 'guest'
$$;

-- An address ends with the membership, also when the person comes back one day. A trigger, so that no way of leaving
-- can forget it.
CREATE FUNCTION end_feed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM calendar_feeds WHERE member_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER end_feed AFTER UPDATE OF removed_at, person_id, role ON members FOR EACH ROW
    WHEN (NEW.removed_at IS NOT NULL OR NEW.role = 'guest' OR NEW.person_id <> OLD.person_id)
    EXECUTE FUNCTION end_feed();

-- Numbers for many tasks at once: the last of them, without holes. One by one, twenty thousand changes of one row in
-- one transaction would each walk past all those before.
CREATE FUNCTION next_task_numbers(in_count integer) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE workspaces SET last_task_number = last_task_number + in_count
    WHERE id = my_workspace() AND in_count BETWEEN 1 AND 20000 RETURNING last_task_number
$$;
