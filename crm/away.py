"""Being away: until when, and who stands in meanwhile."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from crm.activity import Activity
from crm.answers import Answer, Reply
from crm.errors import N_, BadInput
from crm.grammar.dates import UTC
from crm.grammar.drafts import parse
from crm.grammar.readers import Reader
from crm.hours import Absence
from crm.people import Actor
from crm.settings import reader_of
from crm.storage import Storage, Unit
from crm.tasks.naming import WhichMember, member_called
from crm.teams import Member
from crm.updates import Arrival

LONGEST = timedelta(days=400)
WHEN = N_("Until when? For example: /away until 15 August @boris, or /away for two weeks")
_COUNTS = {
    "": 1, "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "одну": 1, "один": 1, "две": 2, "два": 2,
    "три": 3, "четыре": 4,
}  # fmt: skip
_FOR = re.compile(
    r"(?:(?:for|на)\s+)?(?P<count>\d{1,3}|[a-zа-я]+)??\s*(?P<unit>weeks?|days?|months?|недел[юиь]|нед|день|дн[яей]+|месяц[аев]*)",
    re.IGNORECASE,
)
_DAYS = {"w": 7, "н": 7, "d": 1, "д": 1, "m": 30, "м": 30}


@dataclass(frozen=True, slots=True)
class AwayView:
    """Whether one is away, and the others of the team, who may stand in."""

    absence: Absence | None
    others: Sequence[Member]


class Away:
    """The rules of being away; it is a person's, whatever team they are in."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def show(self, actor: Actor, now: datetime) -> AwayView:
        async with self._storage.transaction(actor) as unit:
            return await _view(unit, actor, now)

    async def leave(
        self, actor: Actor, arrival: Arrival, words: str, now: datetime, reply: Reply[AwayView]
    ) -> Answer:
        """`words` as after /away: until when or for how long, and perhaps who stands in; who did so before goes on.
        Raises BadInput."""
        async with self._storage.transaction(actor) as unit:
            reader = await reader_of(unit, actor)
            until, name = read_absence(words, now, reader)
            before = await _absence(unit, actor, now)
            stand_in = before.substitute_id if before is not None else None
            if name is not None:
                stand_in = await _substitute(unit, actor, name)
            return await self._go(unit, actor, arrival, until, stand_in, now, reply)

    async def choose_substitute(
        self, actor: Actor, arrival: Arrival, member_id: int | None, now: datetime, reply: Reply[AwayView]
    ) -> Answer:
        """While one is away; None for nobody. Raises BadInput."""
        async with self._storage.transaction(actor) as unit:
            absence = await _absence(unit, actor, now)
            if absence is None:
                raise BadInput(WHEN)
            members = {one.id for one in await unit.teams.members()} - {actor.member_id}
            if member_id is not None and member_id not in members:
                raise BadInput(N_("That person is no longer in the team."))
            return await self._go(unit, actor, arrival, absence.until, member_id, now, reply)

    async def come_back(self, actor: Actor, arrival: Arrival, now: datetime, reply: Reply[bool]) -> Answer:
        """The reply is told whether one was away at all."""
        async with self._storage.transaction(actor) as unit:
            was_away = await unit.hours.away(actor.person_id) is not None
            if was_away:
                await unit.hours.come_back(now)
                await unit.activity.add(
                    Activity("back", "settings", actor.person_id, actor_member_id=actor.member_id)
                )
            answer = reply(was_away)
            await unit.updates.finish(arrival, answer)
        return answer

    async def _go(
        self,
        unit: Unit,
        actor: Actor,
        arrival: Arrival,
        until: datetime,
        stand_in: int | None,
        now: datetime,
        reply: Reply[AwayView],
    ) -> Answer:
        await unit.hours.go_away(until, stand_in, now)
        view = await _view(unit, actor, now)
        here = until.astimezone(actor.zone)
        changes: dict[str, object] = {"until": f"{here:%Y-%m-%d %H:%M}"}
        if view.absence is not None and view.absence.substitute is not None:
            changes["stand_in"] = view.absence.substitute
        await unit.activity.add(
            Activity("away", "settings", actor.person_id, actor_member_id=actor.member_id, changes=changes)
        )
        answer = reply(view)
        await unit.updates.finish(arrival, answer)
        return answer


def read_absence(words: str, now: datetime, reader: Reader) -> tuple[datetime, str | None]:
    """Until when (aware, UTC) and the name of who stands in. A day alone is the day one is back, from its first
    minute. Raises BadInput without a moment, and for one that has passed or is too far away."""
    draft = parse(words, now=now, reader=reader)
    rest = draft.title or ""
    if draft.due is not None:
        name = draft.assignee or rest or None
        until = draft.due.at or datetime.combine(draft.due.date, time(), reader.zone).astimezone(UTC)
    elif (found := _FOR.search(rest)) is not None and (days := _length(found)) is not None:
        day = now.astimezone(reader.zone).date() + timedelta(days=days)
        until = datetime.combine(day, time(), reader.zone).astimezone(UTC)
        name = draft.assignee or rest.replace(found[0], "").strip() or None
    else:
        raise BadInput(WHEN)
    if until <= now:
        raise BadInput(N_("That time has already passed. Until when are you away?"))
    if until - now > LONGEST:
        raise BadInput(N_("That is more than a year away. Until when are you away?"))
    return until, name


def _length(found: re.Match[str]) -> int | None:
    """In days; None for a count that is none."""
    said = (found["count"] or "").casefold()
    count = int(said) if said.isdigit() else _COUNTS.get(said)
    return None if not count else count * _DAYS[found["unit"][0].casefold()]


async def _substitute(unit: Unit, actor: Actor, name: str) -> int:
    try:
        member_id = await member_called(unit, name)
    except WhichMember as unknown:
        if unknown.fields.get("names"):
            raise
        raise BadInput(
            N_("There is no @{name} in this team. Send /away without a name and choose who stands in."),
            name=name,
        ) from None
    if member_id == actor.member_id:
        raise BadInput(N_("You can't stand in for yourself. Name a colleague, or nobody."))
    return member_id


async def _view(unit: Unit, actor: Actor, now: datetime) -> AwayView:
    others = [one for one in await unit.teams.members() if one.id != actor.member_id]
    return AwayView(await _absence(unit, actor, now), others)


async def _absence(unit: Unit, actor: Actor, now: datetime) -> Absence | None:
    return next((one for one in await unit.hours.absences(now) if one.member_id == actor.member_id), None)
