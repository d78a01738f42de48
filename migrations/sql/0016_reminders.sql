-- When a task of somebody's reminds unless it says otherwise, and when their working day begins: whoever gives a task
-- writes its reminders, and people's own rows are theirs alone.
CREATE FUNCTION reminder_habits(in_member bigint)
RETURNS TABLE (timed_leads integer[], meeting_leads integer[], day_leads integer[], workday_starts time)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT p.timed_leads, p.meeting_leads, p.day_leads, p.workday_starts
    FROM members m JOIN people p ON p.id = m.person_id
    WHERE m.workspace_id = my_workspace() AND m.id = in_member
$$;

-- How long before its due a task reminds is the task's own from here on, whatever became of its reminders.
UPDATE crm_tasks t SET leads = (
    SELECT array_agg(DISTINCT r.before ORDER BY r.before) FROM reminders r
    WHERE r.task_id = t.id AND r.deleted_at IS NULL AND r.before > interval '0')
WHERE EXISTS (
    SELECT FROM reminders r WHERE r.task_id = t.id AND r.deleted_at IS NULL AND r.before > interval '0');
