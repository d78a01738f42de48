"""Lists of calls: what the words after /calls narrow them to, and their pages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from crm.calls.entities import PAGE, Call
from crm.calls.filters import CallFilter, Span, Turn
from crm.calls.outcomes import Direction, Outcome
from crm.calls.people import NEAREST, Named, Unclear, likeness, nearest_contacts, several
from crm.contacts import Contact
from crm.errors import N_
from crm.grammar.contacts import words_of
from crm.grammar.letters import words as words_in
from crm.grammar.outcomes import DIRECTIONS, OUTCOMES
from crm.grammar.people import mentioned
from crm.grammar.tokens import Line, folded
from crm.people import Actor
from crm.storage import Storage, Unit
from crm.teams import Member

_MINE = words_in("mine my мои мой я")
_TEAM = words_in("team all everyone команда команды все всех")
_SPANS = {
    **dict.fromkeys(words_in("today сегодня сегодняшние"), Span.TODAY),
    **dict.fromkeys(words_in("week неделя неделю неделе"), Span.WEEK),
}
_WAYS = {
    **DIRECTIONS,
    **dict.fromkeys(words_in("входящие"), "inbound"),
    **dict.fromkeys(words_in("исходящие"), "outbound"),
}
_ENDINGS = {"talked": "connected", "поговорили": "connected", "other": "other", "другое": "other"}
_FILLERS = words_in("this for with by эта эту этой за на с со от по calls звонки")
RECENT = 8  # contacts that the list's menu offers


@dataclass(frozen=True, slots=True)
class CallPage:
    """One page, newest first, and whether there are more on either side."""

    calls: Sequence[Call]
    wanted: CallFilter
    has_newer: bool
    has_older: bool


@dataclass(frozen=True, slots=True)
class People:
    """Whom a list can be narrowed to."""

    contacts: Sequence[Contact]
    members: Sequence[Member]


class CallLists:
    """The rules of lists. In a group it tells only of what was logged there: the group reads along."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def page(self, actor: Actor, wanted: CallFilter, turn: Turn, now: datetime) -> CallPage:
        """A page, one query for all of it. One that has become empty on its way back is the first page."""
        async with self._storage.transaction(actor) as unit:
            return await _page(unit, actor, wanted, turn, now)

    async def named(self, actor: Actor, text: str, now: datetime) -> CallPage:
        """The first page of what the words say: mine, today, this week, incoming, a result, a contact, a member.

        Raises Unclear for a name that several have, or nobody.
        """
        wanted, rest = read_filter(text, actor)
        async with self._storage.transaction(actor) as unit:
            if rest:
                wanted = await _narrowed(unit, wanted, rest)
            return await _page(unit, actor, wanted, Turn(), now)

    async def people(self, actor: Actor) -> People:
        """Whom the menus offer."""
        async with self._storage.transaction(actor) as unit:
            return People(await unit.contacts.recent(RECENT), await unit.teams.members())


def read_filter(text: str, actor: Actor) -> tuple[CallFilter, str]:
    """What the words narrow a list to, and those that are left for a name."""
    wanted, left = CallFilter(), []
    words = text.split()
    at = 0
    while at < len(words):
        low = folded(words[at].strip(",.;"))
        phrase = _outcome_at(words, at)
        if phrase is not None:
            wanted = replace(wanted, outcome=Outcome(phrase[0]))
            at += phrase[1]
            continue
        if low in _MINE:
            wanted = replace(wanted, member_id=actor.member_id)
        elif low in _TEAM:
            wanted = replace(wanted, member_id=None)
        elif low in _SPANS:
            wanted = replace(wanted, span=_SPANS[low])
        elif low in _WAYS:
            wanted = replace(wanted, direction=Direction(_WAYS[low]))
        elif low not in _FILLERS:
            left.append(words[at])
        at += 1
    return wanted, " ".join(left)


def _outcome_at(words: Sequence[str], at: int) -> tuple[str, int] | None:
    """The result that is named at this word, and how many words name it."""
    lows = [folded(word.strip(",.;")) for word in words[at : at + 4]]
    for phrase, outcome in OUTCOMES.get(lows[0], ()):
        if tuple(lows[: len(phrase)]) == phrase:
            return outcome, len(phrase)
    return (_ENDINGS[lows[0]], 1) if lows[0] in _ENDINGS else None


async def _narrowed(unit: Unit, wanted: CallFilter, name: str) -> CallFilter:
    """The filter with whom a name means: a contact, or a member of the team. Raises Unclear."""
    known = await unit.contacts.called(words_of(name))
    line = Line(name)
    meant = [] if name.startswith("@") else mentioned(line, known, (), [False] * line.count).contacts
    members = await unit.activity.called(name.removeprefix("@"))
    found = [Named(one.name, contact_id=one.id) for one in meant]
    found += [Named(one.name, member_id=one.member_id) for one in members]
    if len(found) > 1:
        raise several(found)
    if not found:
        raise await _nobody(unit, name)
    (one,) = found
    if one.contact_id is not None:
        return replace(wanted, contact_id=one.contact_id)
    return replace(wanted, member_id=one.member_id)


async def _nobody(unit: Unit, name: str) -> Unclear:
    """The nearest three of the contacts and the team."""
    plain = name.removeprefix("@")
    near = [Named(one.name, member_id=one.id) for one in await unit.teams.members()]
    if not name.startswith("@"):
        near += [Named(one.full_name, contact_id=one.id) for one in await nearest_contacts(unit, plain)]
    near.sort(key=lambda one: -likeness(plain, one.name))
    return Unclear(
        N_("I know no contact or member called {name}. Was it one of these?")
        if near
        else N_("I know no contact or member called {name}."),
        near[:NEAREST],
        name=plain[:50],
    )


async def _page(unit: Unit, actor: Actor, wanted: CallFilter, turn: Turn, now: datetime) -> CallPage:
    since = wanted.since(now, actor.zone)
    calls = await unit.calls.page(wanted, turn, actor, since)
    if not calls and turn.edge is not None:
        return await _page(unit, actor, wanted, Turn(), now)
    shown, has_more = list(calls[:PAGE]), len(calls) > PAGE
    if turn.back:
        return CallPage(shown[::-1], wanted, has_newer=has_more, has_older=True)
    return CallPage(shown, wanted, has_newer=turn.edge is not None, has_older=has_more)
