"""Lists: /tasks in pages and by filters, /find, and several tasks done by one message."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Protocol

from crm.answers import Answer, Reply
from crm.contacts import Contact
from crm.errors import N_, BadInput
from crm.grammar.contacts import words_of
from crm.grammar.letters import storable
from crm.grammar.names import forms_of
from crm.grammar.tokens import folded
from crm.grammar.wordforms import wanted_words
from crm.people import Actor
from crm.storage import Storage, Unit
from crm.tasks.entities import Task
from crm.tasks.filters import Filter, read_filter
from crm.tasks.finishing import Finished, finish_numbers, numbers_in
from crm.updates import Arrival

PAGE = 10  # tasks on one page
FOUND = 20  # tasks that /find shows
CHOICES = 12  # names that a picker offers
NEAREST = 3  # names offered for one that is nobody's
ASKED = 100  # characters of what /find looks for
_ALIKE = 0.5  # how alike two names are to be offered one for the other (difflib's ratio)


@dataclass(frozen=True, slots=True)
class Step:
    """Where a page begins: after this task, or `back`wards before it."""

    task_id: int
    back: bool = False


@dataclass(frozen=True, slots=True)
class Name:
    """Somebody or something a list can be narrowed to, and the filter that does it."""

    text: str
    filter: Filter


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page, what is due first at the top; of done tasks the last one done. How many there are in all nobody
    counts: a page costs the same among a hundred tasks and a million."""

    tasks: Sequence[Task]
    filter: Filter
    has_before: bool = False
    has_after: bool = False


@dataclass(frozen=True, slots=True)
class WhichOne:
    """A name that several have, or nobody: who may be meant. `text` is an English sentence (a gettext msgid)."""

    text: str
    name: str
    names: Sequence[Name]


class Picked(StrEnum):
    """What a list can be narrowed to by a picker."""

    CONTACT = "contact"
    LABEL = "label"
    ASSIGNEE = "who"


@dataclass(frozen=True, slots=True)
class Picker:
    """The names to choose from, for a filter that stays otherwise as it is."""

    what: Picked
    filter: Filter
    names: Sequence[Name] = field(default=())


class TaskListStore(Protocol):
    """Each page is one SELECT, whatever it shows of the tasks' neighbours."""

    async def page(
        self, filter_: Filter, step: Step | None, *, limit: int, now: datetime | None = None
    ) -> Sequence[Task]:
        """The tasks of a filter whose `mine` is said by name. `now` is in the zone of the person's days, and needed
        for a filter of time only. Backwards they come in reverse."""

    async def day(self, assignee_id: int, now: datetime, *, limit: int) -> Sequence[Task]:
        """What of a member's is overdue and what is due today, up to `limit` of each; `now` is in the person's zone."""

    async def found(self, words: Sequence[str], text: str, *, limit: int) -> Sequence[Task]:
        """By words (see wanted_words) or by a part of the folded text, the best first."""

    async def labels(self, limit: int) -> Sequence[str]:
        """The labels that tasks have, by name."""

    async def nearest_contacts(self, name: str, limit: int) -> Sequence[Contact]:
        """Those whose name is most like it."""

    async def watch(self, task_id: int, member_id: int) -> None:
        """Keep a task in somebody's sight; doing it again changes nothing."""


class TaskLists:
    """The rules of lists. A person sees of a list what is theirs to see."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def show(self, actor: Actor, now: datetime, filter_: Filter, step: Step | None = None) -> ListPage:
        """A page; where a button's page has emptied, the first one."""
        async with self._storage.transaction(actor) as unit:
            return await _page(unit, actor, now, filter_, step)

    async def read(self, actor: Actor, now: datetime, words: str) -> ListPage | WhichOne:
        """What follows /tasks. Raises BadInput for words that mean nothing here."""
        wanted = read_filter(storable(words))
        async with self._storage.transaction(actor) as unit:
            found = wanted.filter
            if wanted.member is not None:
                names = await _members_called(unit, wanted.member, found)
                if len(names) != 1:
                    return await _which_member(unit, wanted.member, names, found)
                found = names[0].filter
            if wanted.name is not None:
                names = await _called(unit, wanted.name, found)
                if len(names) != 1:
                    return await _which(unit, wanted.name, names, found)
                found = names[0].filter
            return await _page(unit, actor, now, found, None)

    async def pick(self, actor: Actor, what: Picked, filter_: Filter) -> Picker:
        """The names that a filter can be narrowed to."""
        async with self._storage.transaction(actor) as unit:
            if what is Picked.CONTACT:
                names = [_by_contact(one, filter_) for one in await unit.contacts.recent(CHOICES)]
            elif what is Picked.LABEL:
                labels = await unit.task_lists.labels(CHOICES)
                names = [Name(f"#{one}", replace(filter_, label=one, label_begins=False)) for one in labels]
            else:
                members = await unit.teams.members()
                names = [Name(one.name, _given_to(one.id, filter_)) for one in members[:CHOICES]]
        return Picker(what, filter_, names)

    async def finish(
        self, actor: Actor, arrival: Arrival, text: str, now: datetime, reply: Reply[Finished]
    ) -> Answer:
        """Mark several done by their numbers, in one transaction; /undo takes all of them back at once.

        Raises BadInput for what are no numbers, and then nothing changes.
        """
        numbers = numbers_in(text)
        async with self._storage.transaction(actor) as unit:
            answer = reply(await finish_numbers(unit, actor, arrival, numbers, now))
            await unit.updates.finish(arrival, answer)
        return answer

    async def find(self, actor: Actor, text: str) -> Sequence[Task]:
        """Tasks that tell of it, done ones too. Raises BadInput for nothing to look for."""
        text = " ".join(storable(text).split())[:ASKED]
        words = wanted_words(text)
        if not words:
            raise BadInput(N_("What shall I look for? For example: /find invoice"))
        async with self._storage.transaction(actor) as unit:
            return await unit.task_lists.found(words, folded(text), limit=FOUND)


async def _page(unit: Unit, actor: Actor, now: datetime, filter_: Filter, step: Step | None) -> ListPage:
    wanted, here = filter_.of(actor.member_id), now.astimezone(actor.zone)
    tasks = await unit.task_lists.page(wanted, step, limit=PAGE + 1, now=here)
    if step is None or not tasks:  # the page emptied since its button was drawn
        if step is not None:
            tasks = await unit.task_lists.page(wanted, None, limit=PAGE + 1, now=here)
        return ListPage(tasks[:PAGE], filter_, has_after=len(tasks) > PAGE)
    more = len(tasks) > PAGE
    if step.back:
        return ListPage(tasks[:PAGE][::-1], filter_, has_before=more, has_after=True)
    return ListPage(tasks[:PAGE], filter_, has_before=True, has_after=more)


async def _called(unit: Unit, name: str, filter_: Filter) -> list[Name]:
    """The contacts and members that a name in any case may mean."""
    words = [words_of(word) | words_of(word.title()) for word in name.split()]
    known = await unit.contacts.called(frozenset().union(*words))
    meant = [{one.id: one.name for form in word for one in known.matching(form)} for word in words]
    ids = set(meant[0]).intersection(*meant[1:]) if meant else set()
    exact = [one for one in sorted(ids) if folded(meant[0][one]) == folded(name)]
    contacts = [
        Name(meant[0][one], replace(filter_, contact_id=one))
        for one in (exact if len(exact) == 1 else sorted(ids))
    ]
    members = [
        Name(f"@{member.name}", _given_to(member.id, filter_))
        for member in await unit.teams.members()
        if all(forms_of(member.name) & word for word in words)
    ]
    return [*contacts, *members][:CHOICES]


async def _members_called(unit: Unit, name: str, filter_: Filter) -> list[Name]:
    return [Name(one.name, _given_to(one.member_id, filter_)) for one in await unit.activity.called(name)]


async def _which(unit: Unit, name: str, names: Sequence[Name], filter_: Filter) -> WhichOne:
    if names:
        return WhichOne(N_("Who is meant by “{name}”?"), name, names)
    near = [_by_contact(one, filter_) for one in await unit.task_lists.nearest_contacts(name, NEAREST)]
    near += [
        Name(f"@{one.text}", one.filter) for one in await _members_like(unit, name, filter_, at_least=_ALIKE)
    ]
    if not near:
        raise BadInput(
            N_(
                "I know no “{name}” here. After /tasks may follow: mine, team, today, overdue, this week, no date,"
                " done, @member, #label, the name of a contact."
            ),
            name=name[:60],
        )
    return WhichOne(N_("There is no “{name}” here. Is it one of these?"), name, near[:NEAREST])


async def _which_member(unit: Unit, name: str, names: Sequence[Name], filter_: Filter) -> WhichOne:
    if names:
        return WhichOne(N_("Who is meant by “{name}”?"), f"@{name}", names[:CHOICES])
    near = await _members_like(unit, name, filter_, at_least=0)
    if not near:
        raise BadInput(N_("There is no @{name} in this team. See who is: /team"), name=name[:60])
    return WhichOne(N_("There is no “{name}” in the team. Is it one of these?"), f"@{name}", near)


async def _members_like(unit: Unit, name: str, filter_: Filter, *, at_least: float) -> list[Name]:
    """The members whose name or username is most like it, the likest first."""

    def likeness(known: str | None) -> float:
        return SequenceMatcher(None, folded(name), folded(known or "")).ratio()

    members = [
        (max(likeness(one.username), *map(likeness, (one.name, *one.name.split()))), one)
        for one in await unit.teams.members()
    ]
    likest = sorted(members, key=lambda scored: -scored[0])[:NEAREST]
    return [Name(one.name, _given_to(one.id, filter_)) for score, one in likest if score >= at_least]


def _by_contact(contact: Contact, filter_: Filter) -> Name:
    return Name(contact.full_name, replace(filter_, contact_id=contact.id))


def _given_to(member_id: int, filter_: Filter) -> Filter:
    return replace(filter_, mine=False, assignee_id=member_id)
