"""Inline: a task offered in any chat and saved once, and what is looked up to be posted there."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from hashlib import blake2b
from typing import Generic, TypeVar

from crm.answers import Answer, Reply
from crm.contacts import members_only
from crm.errors import N_, AlreadyHandled, BadInput, NotFound
from crm.grammar.fields import Draft
from crm.lookups import FoundContact, FoundTask
from crm.people import Actor
from crm.storage import Storage, Unit
from crm.tasks import Read, Status, Task, checked_title, read_lines, save_task
from crm.tasks.entities import NewTask
from crm.tasks.saving import new_task
from crm.updates import Arrival

PAGE = 20  # results of one answer (at most 50, Bot API)
READINGS = 4  # ways to read a line that are offered
_TOO_OLD = N_("This one is too old to save. Write it again: /task tomorrow 10:00 send the invoice")
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Offered:
    """A way to read the line, as the task it would make (its id and number are 0). `confirm` is "past" or
    "far_future" when a person should see that before saving."""

    task: Task
    confirm: str | None = None


@dataclass(frozen=True, slots=True)
class Typed:
    """A line as it was typed: when, aware, and in which team it is to be saved."""

    words: str
    at: datetime
    workspace_id: int


@dataclass(frozen=True, slots=True)
class Page(Generic[Found]):
    """`following` is where the next page begins, None after the last."""

    found: Sequence[Found]
    following: int | None = None


class Inline:
    """The rules of inline results."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def read(self, actor: Actor, arrival: Arrival, words: str) -> Sequence[Offered]:
        """The task a line would make, the default reading first. Nothing is saved.

        Raises BadInput and NoTitle as saving would.
        """
        async with self._storage.transaction(actor) as unit:
            line = await _line(unit, actor, arrival, words)
            offered = []
            for draft in _drafts(line)[:READINGS]:
                new = await new_task(unit, actor, draft, line.text)
                offered.append(Offered(_unsaved(new, draft, arrival), draft.confirm))
        return offered

    async def save(
        self, actor: Actor, arrival: Arrival, typed: Typed, reading: int, posted: str, reply: Reply[Task]
    ) -> Answer:
        """Save a posted line as the reading with that number. `posted` is Telegram's id of the message it became:
        whichever way it is saved, by its button, by Telegram's word that it was chosen or by both, is one task.

        Raises BadInput, NotFound when that task was taken back.
        """
        if typed.workspace_id != actor.workspace_id:
            raise NotFound(N_("That is about another team of yours. Switch to it first: /team"))
        said = replace(arrival, sent_at=typed.at, message_id=_number(posted), line=0)
        try:
            return await self._save(actor, said, typed.words, reading, reply)
        except AlreadyHandled:
            # the other way was quicker, in another process; a repeated update raises again
            return await self._save(actor, said, typed.words, reading, reply)

    async def _save(
        self, actor: Actor, said: Arrival, words: str, reading: int, reply: Reply[Task]
    ) -> Answer:
        async with self._storage.transaction(actor) as unit:
            made = await unit.tasks.by_message(actor, said.message_id or 0)
            if 0 in made:
                task = made[0]
                if task is None:
                    raise NotFound(
                        N_("This task was saved and then taken back. Write it again if it is needed.")
                    )
            else:
                line = await _line(unit, actor, said, words)
                drafts = _drafts(line)
                if reading >= len(drafts):
                    raise BadInput(_TOO_OLD)
                draft = replace(drafts[reading], alternatives=()) if len(drafts) > 1 else drafts[reading]
                task = await save_task(unit, actor, said, draft, line.text)
            answer = reply(task)
            await unit.updates.finish(said, answer)
        return answer

    async def tasks(self, actor: Actor, words: str, start: int) -> Page[FoundTask]:
        """Open tasks the actor may see: without words their own, with words all."""
        mine = None if words else actor.member_id
        async with self._storage.transaction(actor) as unit:
            found = await unit.lookups.tasks(words, assignee_id=mine, offset=start, limit=PAGE + 1)
        return _page(found, start)

    async def contacts(self, actor: Actor, words: str, start: int) -> Page[FoundContact]:
        """Contacts the actor may see. Raises NotAllowed for a guest."""
        members_only(actor)
        async with self._storage.transaction(actor) as unit:
            found = await unit.lookups.contacts(words, offset=start, limit=PAGE + 1)
        return _page(found, start)


def too_old() -> BadInput:
    """For a line that is no longer remembered."""
    return BadInput(_TOO_OLD)


async def _line(unit: Unit, actor: Actor, arrival: Arrival, words: str) -> Read:
    """Read as one line, as /task reads it. Raises BadInput, NoTitle."""
    lines = await read_lines(unit, actor, arrival, " ".join(words.split()))
    line = lines[0] if lines else Read("", Draft())
    checked_title(line.draft)
    return line


def _drafts(line: Read) -> list[Draft]:
    return [line.draft, *(other.of(line.draft) for other in line.draft.alternatives)]


def _unsaved(new: NewTask, draft: Draft, arrival: Arrival) -> Task:
    said = {one.name: getattr(new, one.name) for one in fields(NewTask)}
    return Task(
        **said,
        id=0,
        number=0,
        status=Status.NOT_STARTED,
        created_at=arrival.sent_at,
        contact_name=draft.contact.name if draft.contact else None,
        assignee_name=f"@{draft.assignee}" if draft.assignee else None,
    )


def _number(posted: str) -> int:
    """A message's number from its inline id. Below zero, since Telegram's own are above."""
    return -1 - int.from_bytes(blake2b(posted.encode(), digest_size=8).digest()) // 4


def _page(found: Sequence[Found], start: int) -> Page[Found]:
    return Page(found[:PAGE], start + PAGE if len(found) > PAGE else None)
