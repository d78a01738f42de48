"""Writes: what an assistant may ask for. Each is rehearsed, so that what can't be done comes back to the model in
words, and then waits as a card for the person's own press."""

from collections.abc import Awaitable, Callable
from typing import Literal

from pydantic_ai import ApprovalRequired, ModelRetry, RunContext, Tool
from pydantic_ai.tools import ToolDefinition

from crm.calls import Unclear
from crm.errors import CrmError
from crm.proposals import Asked, Kind
from crm.tasks.naming import WhichMember
from llm.work import Work

AT_ONCE = 10  # cards of one run
DECIDED = "The person has decided about this one."


async def create_task(context: RunContext[Work], line: str) -> str:
    """Ask the person to confirm a new task. Nothing is saved before they press the button.

    Args:
        line: The task on one line, in the person's language, as after the command /task: what is to be done, then the
            date and time (tomorrow 15:00, 2026-12-01 10:00, every Monday), and only if said @member, #label, p1 to p4.
    """
    return await _ask(context, Kind.TASK, {"line": line})


async def create_reminder(context: RunContext[Work], line: str) -> str:
    """Ask the person to confirm a reminder to themselves. Nothing is saved before they press the button.

    Args:
        line: What to remind of and when, on one line, as after the command /remind: in 20 minutes call Anna.
    """
    return await _ask(context, Kind.REMINDER, {"line": line})


async def log_call(context: RunContext[Work], line: str) -> str:
    """Ask the person to confirm a call that has taken place. Nothing is saved before they press the button.

    Args:
        line: The call on one line, as after the command /call: the contact's name, the phone if one was given, the
            result (talked, no answer, busy, voicemail), how long, a colon and the notes. For example:
            Anna talked 5 min: wants a price
    """
    return await _ask(context, Kind.CALL, {"line": line})


async def add_contact(context: RunContext[Work], line: str) -> str:
    """Ask the person to confirm a new contact, or more of one that is there. Nothing is saved before they press.

    Args:
        line: The contact on one line, as after the command /contact: a name, the company, phones, an e-mail, such as
            Anna Petrova, Acme ⟦0⟧ ⟦1⟧
    """
    return await _ask(context, Kind.CONTACT, {"line": line})


async def change_task(
    context: RunContext[Work],
    number: int,
    when: str = "",
    title: str = "",
    priority: Literal["low", "normal", "high", "urgent", ""] = "",
) -> str:
    """Ask the person to confirm a change of a task. Nothing changes before they press the button.

    Args:
        number: The task's number.
        when: Another date or time, such as tomorrow 15:00; empty to leave it.
        title: Another title; empty to leave it.
        priority: Another priority; empty to leave it.
    """
    said = {"when": when, "title": title, "priority": priority}
    return await _ask(context, Kind.CHANGE, {name: word for name, word in said.items() if word}, number)


async def finish_task(context: RunContext[Work], number: int) -> str:
    """Ask the person to confirm that a task is done. Nothing changes before they press the button.

    Args:
        number: The task's number.
    """
    return await _ask(context, Kind.DONE, {}, number)


async def _ask(
    context: RunContext[Work], kind: Kind, said: dict[str, str], task_number: int | None = None
) -> str:
    """Raises ApprovalRequired with what the card is made of, or ModelRetry with what is to be mended."""
    work = context.deps
    if context.tool_call_approved:  # it was pressed, and written then
        return work.outcomes.get(context.tool_call_id or "", DECIDED)
    if len(work.asked) >= AT_ONCE:
        raise ModelRetry(f"At most {AT_ONCE} cards at once. Let the person decide about these first.")
    said = {name: work.restored(words) for name, words in said.items()}
    asked = Asked(kind, said, work.turn.asked_at, task_number)
    if task_number is not None and not work.is_private:
        await _must_be_seen(work, task_number)
    try:
        await work.desk.proposals.rehearse(work.actor, asked, work.clock(), work.turn.thread_id)
    except (Unclear, WhichMember) as unclear:
        raise ModelRetry(f"{unclear} {_names(unclear)}") from None
    except CrmError as rule:
        raise ModelRetry(work.mask.hide(str(rule))) from None
    work.asked.append(context.tool_call_id or "")
    raise ApprovalRequired(metadata={"kind": kind.value, "said": said, "task_number": task_number})


async def _must_be_seen(work: Work, number: int) -> None:
    """A card in a group shows a task only where every member of it may see that task."""
    found = await work.desk.task_lists.find(work.reader, str(number))
    if all(task.number != number for task in found):
        raise ModelRetry(f"There is no task {number} here.")


def _names(unclear: Unclear | WhichMember) -> str:
    who = unclear.choices if isinstance(unclear, Unclear) else unclear.offered
    names = ", ".join(one.name for one in who if not one.name.startswith("+"))
    return f"Ask the person which: {names}." if names else "Ask the person."


async def _of_members(context: RunContext[Work], tool: ToolDefinition) -> ToolDefinition | None:
    """Contacts are kept in private, where their phones may be said."""
    return tool if context.deps.is_private else None


_PLAIN: tuple[Callable[..., Awaitable[str]], ...] = (
    create_task, create_reminder, log_call, change_task, finish_task,
)  # fmt: skip
WRITES: tuple[Tool[Work], ...] = (*(Tool(write) for write in _PLAIN), Tool(add_contact, prepare=_of_members))
