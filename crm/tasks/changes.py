"""Changes: what one press on a card changes of a task. Each is a pure function from a task to a task."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from crm.grammar.dates import Due, elapsed
from crm.tasks.changed import as_read
from crm.tasks.entities import Priority, Reading, RepeatFrom, Task

Change = Callable[[Task], Task]
LONGEST = timedelta(days=366)


def set_date(day: date | None, tz: str) -> Change:
    """Another day at the same clock; None takes the due away, and what hangs on it."""

    def change(task: Task) -> Task:
        if day is None:
            return replace(task, due=None, start_date=None, rrule=None, reminders=())
        clock, zone = (task.due.time, task.due.tz) if task.due else (None, tz)
        return replace(task, due=Due(day, clock, zone))

    return change


def set_time(clock: time | None, tz: str, now: datetime) -> Change:
    """Another clock on the same day, on today or tomorrow when there was none; None leaves the day alone."""

    def change(task: Task) -> Task:
        if task.due is not None:
            at = Due(task.due.date, clock, task.due.tz)
            return replace(task, due=at, slot_time=clock if task.slot_date else None)
        if clock is None:
            return task
        today = Due(now.date(), clock, tz)
        late = today.at is not None and today.at <= now
        return replace(task, due=Due(today.date + timedelta(days=1), clock, tz) if late else today)

    return change


def snooze(how: str, now: datetime, evening: time) -> Change:
    """Put off: by a quarter of an hour or an hour from `now` (aware, in the person's zone), to the evening, to tomorrow
    or to next Monday, at the same clock. Raises KeyError for another `how`."""

    def change(task: Task) -> Task:
        due = snoozed(task.due, how, now, evening)
        start = task.start_date if task.start_date and task.start_date <= due.date else None
        return replace(task, due=due, start_date=start)

    return change


def snoozed(due: Due | None, how: str, now: datetime, evening: time) -> Due:
    """When that is; an evening that has begun is tomorrow's."""
    tz, clock = (due.tz, due.time) if due else (str(now.tzinfo), None)
    if how in ("quarter", "hour"):
        passing = timedelta(minutes=15) if how == "quarter" else timedelta(hours=1)
        return elapsed(passing, now.replace(second=0, microsecond=0), ZoneInfo(str(now.tzinfo)))
    if how == "evening":
        later = timedelta(days=int(now.time() >= evening))
        return Due(now.date() + later, evening, str(now.tzinfo))
    ahead = {"tomorrow": 1, "week": 7 - now.weekday()}[how]
    return Due(now.date() + timedelta(days=ahead), clock, tz)


def set_due(due: Due | None, readings: tuple[Reading, ...] = ()) -> Change:
    """Another moment, as it was typed, with the other ways to read it."""
    return lambda task: replace(task, due=due, start_date=None, readings=readings)


def set_title(title: str) -> Change:
    return lambda task: replace(task, title=title)


def set_description(description: str) -> Change:
    return lambda task: replace(task, description=description)


def set_result(result: str) -> Change:
    return lambda task: replace(task, result=result)


def set_priority(priority: Priority) -> Change:
    return lambda task: replace(task, priority=priority)


def set_assignee(member_id: int) -> Change:
    return lambda task: replace(task, assignee_id=member_id)


def set_contact(contact_id: int | None) -> Change:
    return lambda task: replace(task, contact_id=contact_id)


def set_repeat(rrule: str | None, tz: str, now: datetime) -> Change:
    """A rule, drawn from the task's due or from today; None ends the series with this task."""

    def change(task: Task) -> Task:
        due = task.due or (Due(now.date(), None, tz) if rrule else None)
        return replace(task, rrule=rrule, repeat_from=RepeatFrom.SCHEDULE, due=due)

    return change


def set_reminders_to(leads: Collection[timedelta]) -> Change:
    """Remind so long before the due, and at no other time; none of them reminds of nothing."""
    return lambda task: replace(task, reminders=tuple(sorted(leads)), chosen_reminders=True)


def switch_reminder(before: timedelta) -> Change:
    """Remind so long before the due as well, or no longer, where it did. From here on they are chosen one by one."""

    def change(task: Task) -> Task:
        return set_reminders_to({*asked(task)} ^ {before})(task)

    return change


def asked(task: Task) -> tuple[timedelta, ...]:
    """The reminders of a task, as how long before: those chosen, or those there are by the assignee's settings."""
    return task.reminders if task.chosen_reminders else tuple(sorted({*task.rings, *task.reminders}))


def set_nag(minutes: int | None) -> Change:
    """Remind again every so many minutes until it is seen; None says it once."""
    return lambda task: replace(task, nag_minutes=minutes)


def take_reading(number: int) -> Change:
    """The other reading with this number (from 0) instead of the default; the same task when there is none."""

    def change(task: Task) -> Task:
        return as_read(task, task.readings[number]) if 0 <= number < len(task.readings) else task

    return change


def as_text(title: str) -> Change:
    """Everything that was typed is the title, and nothing of it was meant as more."""
    return lambda task: replace(
        task,
        title=title,
        due=None,
        chosen_reminders=False,
        nag_minutes=None,
        priority=Priority.NORMAL,
        task_type="todo",
        contact_id=None,
        phone=None,
        labels=(),
        rrule=None,
        start_date=None,
        duration_minutes=None,
        reminders=(),
    )
