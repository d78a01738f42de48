"""Late: whether an open task's time has passed, and for how long."""

from datetime import datetime, time, timedelta

from crm.tasks.entities import Status, Task


def is_overdue(task: Task, now: datetime) -> bool:
    """Whether an open task's time has passed; a date-only one is overdue from the next day on."""
    if task.due is None or task.status in (Status.COMPLETED, Status.CANCELED):
        return False
    if task.due.at is not None:
        return task.due.at < now
    return task.due.date < now.astimezone(task.due.zone).date()


def overdue_by(task: Task, now: datetime) -> timedelta:
    """How long ago the due was; whole days of the calendar for a date only, nothing for what is not overdue."""
    if not is_overdue(task, now) or task.due is None:
        return timedelta(0)
    if task.due.at is not None:
        return now - task.due.at
    return datetime.combine(now.astimezone(task.due.zone).date(), time()) - datetime.combine(
        task.due.date, time()
    )
