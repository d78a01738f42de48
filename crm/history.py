"""History: who changed what, of the team, a task, a person or a contact."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from crm.activity import About, Line, Scope
from crm.errors import N_, BadInput, NotFound
from crm.people import Actor, ChatKind
from crm.storage import Storage, Unit

PAGE = 10  # lines on one page of /history


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """One page, newest first; `page` counts from 0. `subject` names whose history it is, None for the team's."""

    lines: Sequence[Line]
    scope: Scope
    page: int
    has_more: bool
    subject: str | None = None


class History:
    """The rules of history. In a group it tells only of what arose there: the group reads along."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def show(self, actor: Actor, wanted: str) -> HistoryPage:
        """`wanted` is '' for the team, a task's number, or the name of a person or contact.

        Raises NotFound, BadInput for a name that several have.
        """
        async with self._storage.transaction(actor) as unit:
            if not wanted:
                return await _page(unit, Scope(), 0, actor)
            if wanted.lstrip("#").isdecimal() and len(wanted) < 10:
                return await _of_task(unit, int(wanted.lstrip("#")), actor)
            return await _of_person(unit, wanted, actor)

    async def turn(self, actor: Actor, scope: Scope, page: int) -> HistoryPage:
        """Another page of what was shown."""
        async with self._storage.transaction(actor) as unit:
            return await _page(unit, scope, page, actor)


async def _of_task(unit: Unit, number: int, actor: Actor) -> HistoryPage:
    task = await unit.tasks.by_number(number)
    if task is None:
        raise NotFound(N_("There is no task {number} here. See the list: /tasks"), number=number)
    return await _page(unit, Scope(About.TASK, task.id), 0, actor, f"#{number}")


async def _of_person(unit: Unit, name: str, actor: Actor) -> HistoryPage:
    found = await unit.activity.called(name)
    if len(found) > 1:
        names = ", ".join(one.name for one in found[:5])
        raise BadInput(N_("Several people are called that: {names}. Type more of the name."), names=names)
    if found:
        return await _page(unit, Scope(About.PERSON, found[0].member_id), 0, actor, found[0].name)
    contact = await unit.contacts.by_name(name)
    if contact is None:
        raise NotFound(
            N_("I know no task, person or contact by that. For example: /history 12 or /history Anna")
        )
    return await _page(unit, Scope(About.CONTACT, contact.id), 0, actor, contact.full_name)


async def _page(unit: Unit, scope: Scope, page: int, actor: Actor, subject: str | None = None) -> HistoryPage:
    scope = replace(scope, only_chat_id=None if actor.chat_kind is ChatKind.PRIVATE else actor.chat_id)
    lines = await unit.activity.lines(scope, limit=PAGE + 1, offset=page * PAGE)
    return HistoryPage(lines[:PAGE], scope, page, has_more=len(lines) > PAGE, subject=subject)
