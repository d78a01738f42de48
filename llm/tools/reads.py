"""Reads: what an assistant may look up unasked, with the person's own rights. Each answer is short, masked and marked
as material."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager

from pydantic_ai import ModelRetry, RunContext, Tool
from pydantic_ai.tools import ToolDefinition

from crm.calls import Call
from crm.contacts import Contact, ContactCard
from crm.errors import CrmError
from crm.grammar.tokens import folded
from crm.reminder_lists import Listed
from crm.reminder_lists import Turn as ReminderTurn
from crm.stats import Period
from crm.stats import Work as Done
from crm.tasks import Task, is_overdue
from llm.work import LINES, Work

PAGES = 25  # of reminders that are looked through for words


@contextmanager
def mended() -> Iterator[None]:
    """A rule that was not met is the model's to mend."""
    try:
        yield
    except CrmError as rule:
        raise ModelRetry(str(rule)) from None


async def my_tasks(context: RunContext[Work]) -> str:
    """The person's open tasks, what is due first at the top: number, title, due, overdue or not."""
    work = context.deps
    return work.told(_task(task, work) for task in await work.desk.tasks.list(work.reader))


async def search_tasks(context: RunContext[Work], words: str) -> str:
    """Tasks that tell of the words, done ones too.

    Args:
        words: What to look for: words of the title, or a number.
    """
    work = context.deps
    with mended():
        found = await work.desk.task_lists.find(work.reader, work.restored(words))
    return work.told(_task(task, work) for task in found)


async def my_reminders(context: RunContext[Work], words: str = "") -> str:
    """The person's reminders that are still to come, the next first: when, how often, of what, paused or not.

    Args:
        words: Only those that tell of these words; empty for all.
    """
    work = context.deps
    sought = folded(work.restored(words))
    coming: list[Listed] = []
    turn: ReminderTurn | None = None
    for _page in range(PAGES):
        page = await work.desk.reminder_lists.page(work.reader, turn)
        coming += [one for one in page.items if sought in folded(one.reminder.text)]
        turn = page.after
        if turn is None or len(coming) > LINES:
            break
    return work.told(_reminder(one, work) for one in coming)


async def agenda(context: RunContext[Work]) -> str:
    """What is overdue and what is due today, for the person who asks."""
    work = context.deps
    day = await work.desk.agenda.show(work.reader, work.clock())
    return work.told(_task(task, work) for task in (*day.overdue, *day.today))


async def latest_calls(context: RunContext[Work], about: str = "") -> str:
    """The last calls: when, with whom, direction, outcome, notes.

    Args:
        about: Narrows them down: today, week, incoming, no answer, the name of a contact or a member; empty for all.
    """
    work = context.deps
    if not about.strip():
        calls: Sequence[Call] = await work.desk.calls.latest(work.reader)
    else:
        with mended():
            page = await work.desk.call_lists.named(work.reader, work.restored(about), work.clock())
        calls = page.calls
    return work.told((_call(call, work) for call in calls), _private([call.contact for call in calls]))


async def find_contacts(context: RunContext[Work], words: str) -> str:
    """Contacts by name, company or digits of a phone; of the one that is meant, its notes, tasks and calls too.

    Args:
        words: A name, a company, or four digits of a phone and more.
    """
    work = context.deps
    with mended():
        found = await work.desk.contacts.find(work.reader, work.restored(words))
        if len(found.contacts) == 1:
            card = await work.desk.contacts.show(work.reader, found.contacts[0].id)
            return work.told(_card(card, work), _private([card.contact]))
    contacts = found.contacts or found.nearest
    return work.told((_contact(one) for one in contacts), _private(contacts))


async def stats(context: RunContext[Work], period: Period = Period.WEEK) -> str:
    """How much was done: tasks created, done and overdue, calls by how they ended, of the team and of each member.

    Args:
        period: The calendar week or month.
    """
    work = context.deps
    with mended():
        summary = await work.desk.stats.show(work.reader, period, work.clock())
    team = [f"the team · {_amounts(summary.team)}"] if summary.team is not None else []
    return work.told([*team, *(f"{one.name or 'nobody'} · {_amounts(one.work)}" for one in summary.members)])


async def time_now(context: RunContext[Work]) -> str:
    """The date and time where the person is."""
    now = context.deps.clock().astimezone(context.deps.actor.zone)
    return f"{now:%A %Y-%m-%d %H:%M} ({context.deps.actor.timezone})"


async def hand_over(context: RunContext[Work], assistant: str, why: str) -> str:
    """Pass the conversation on to another assistant who is better at what the person needs.

    Args:
        assistant: Its short name, such as coach.
        why: One short sentence.
    """
    work = context.deps
    if work.desk.hand_over is None:
        raise ModelRetry("There is nobody to pass this on to.")
    with mended():
        return await work.desk.hand_over(work.turn, assistant, work.restored(why))


def _task(task: Task, work: Work) -> str:
    due = f" · {task.due.date:%Y-%m-%d}" if task.due else ""
    due += f" {task.due.time:%H:%M}" if task.due and task.due.time else ""
    late = " · overdue" if is_overdue(task, work.clock()) else ""
    status = f" · {task.status.value}" if task.is_closed else ""
    return f"#{task.number} {task.title}{due}{late}{status}"


def _reminder(one: Listed, work: Work) -> str:
    when = "paused" if one.next_at is None else f"{one.next_at.astimezone(work.actor.zone):%Y-%m-%d %H:%M}"
    often = f" · {one.reminder.rrule}" if one.reminder.rrule else ""
    task = f" · task #{one.task_number}" if one.task_number is not None else ""
    return f"{when} {one.reminder.text}{often}{task}"


def _call(call: Call, work: Work) -> str:
    """A call's notes are told in private only (DESIGN §2.8)."""
    notes = f": {call.notes}" if call.notes and work.is_private else ""
    when = f"{call.started_at.astimezone(work.actor.zone):%Y-%m-%d %H:%M}"
    return f"{when} {call.contact.full_name} · {call.direction.value} · {call.outcome.value}{notes}"


def _contact(contact: Contact) -> str:
    said = [
        contact.full_name,
        *([contact.company] if contact.company else []),
        contact.stage.value,
        *(["asked not to be called"] if contact.do_not_call else []),
        *(phone for phone in contact.phones if phone != contact.full_name),
        *([contact.email] if contact.email else []),
    ]
    return " · ".join(said)


def _private(contacts: Sequence[Contact]) -> set[str]:
    """Their phones and e-mails; one who is known by a number alone has it as a name."""
    known = {one.full_name for one in contacts if one.full_name.startswith("+")}
    return known | {value for one in contacts for value in (*one.phones, one.email or "") if value}


def _card(card: ContactCard, work: Work) -> list[str]:
    zone = work.actor.zone
    return [
        _contact(card.contact),
        *(f"task #{task.number} {task.title}" for task in card.tasks),
        *(f"call {call.started_at.astimezone(zone):%Y-%m-%d} {call.outcome}" for call in card.calls),
        *(f"note {note.at.astimezone(zone):%Y-%m-%d}: {note.body}" for note in card.notes),
    ]


def _amounts(done: Done) -> str:
    calls = [f"{outcome.value} {count}" for outcome, count in done.calls.items()] or ["calls 0"]
    return " · ".join([f"created {done.created}", f"done {done.done}", f"overdue now {done.overdue}", *calls])


async def _in_private(context: RunContext[Work], tool: ToolDefinition) -> ToolDefinition | None:
    """Contacts are the team's: a group, which guests read too, is told of none."""
    return tool if context.deps.is_private else None


async def _where_wired(context: RunContext[Work], tool: ToolDefinition) -> ToolDefinition | None:
    return tool if context.deps.desk.hand_over is not None else None


_PLAIN: tuple[Callable[..., Awaitable[str]], ...] = (
    my_tasks, search_tasks, my_reminders, agenda, latest_calls, time_now,
)  # fmt: skip
READS: tuple[Tool[Work], ...] = (
    *(Tool(read) for read in _PLAIN),
    Tool(find_contacts, prepare=_in_private),
    Tool(stats, prepare=_in_private),
    Tool(hand_over, prepare=_where_wired),
)
