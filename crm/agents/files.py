"""Files of assistants: what is wrong with one, what it would change, and taking it in."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from crm.agents.checks import Offer, Place, check_models, checks
from crm.agents.differences import changed_fields
from crm.agents.entities import Agent, AgentSpec
from crm.agents.writing import MANAGERS, add_agent, edited_since, save_agent
from crm.answers import Answer, Reply
from crm.errors import N_, BadInput, NotAllowed
from crm.people import Actor
from crm.storage import Storage, Unit
from crm.updates import Arrival

FILE_LIMIT = 512_000  # bytes


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong on which line, from 1. `text` is an English sentence (a gettext msgid) with {fields}; `place` is
    where in the file, as agents.0.slug."""

    line: int
    text: str
    fields: Mapping[str, object] = field(default_factory=dict)
    place: str = ""

    def __str__(self) -> str:
        place = f"{self.place}: " if self.place else ""
        return f"line {self.line}: {place}{self.text.format(**self.fields)}"


class BrokenRegistry(BadInput):
    """A file that can't be taken in, with every fault in it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(N_("This file can't be taken in."))
        self.faults = faults

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


@dataclass(frozen=True, slots=True)
class ReadSpec:
    """An agent of a file, the line it begins on, and where `line_of` a place within it is."""

    spec: AgentSpec
    line: int
    line_of: Callable[[Place], int] | None = None

    def fault(self, place: Place, found: BadInput) -> Fault:
        line = self.line if self.line_of is None else self.line_of(place)
        where = ".".join(str(part) for part in (self.spec.slug, *place))
        return Fault(line, found.text, found.fields, where)


@dataclass(frozen=True, slots=True)
class Change:
    """What a file would do to one agent: `fields` differ from what is there, none for a new one."""

    spec: AgentSpec
    fields: tuple[str, ...] = ()
    before: Agent | None = None
    replaces: bool = False  # a global one of the same slug, in this team


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a file would change, for everyone or in the team."""

    changes: Sequence[Change]
    same: int
    everyone: bool

    @property
    def seen(self) -> dict[str, int]:
        """By slug, the version that was looked at; 0 for none."""
        return {one.spec.slug: one.before.version if one.before else 0 for one in self.changes}


class AgentFiles:
    """The rules of files."""

    def __init__(self, storage: Storage, offer: Offer, changed: Callable[[], Awaitable[object]]) -> None:
        self._storage = storage
        self._offer = offer
        self._changed = changed

    async def specs(self, actor: Actor, *, everyone: bool) -> tuple[Sequence[Agent], bool]:
        """What an export holds: the team's own, or the bot's for operators and where the team has none of its own;
        and whether they are the bot's. Raises NotAllowed."""
        demand(actor, everyone=everyone)
        async with self._storage.transaction(actor) as unit:
            kept = await unit.agents.kept()
        own = [one for one in kept if one.workspace_id is not None and one.is_active]
        shared = [one for one in kept if one.workspace_id is None and one.is_active]
        return (shared, True) if everyone or not own else (own, False)

    async def look(self, actor: Actor, read: Sequence[ReadSpec], *, everyone: bool) -> Plan:
        """Raises NotAllowed, BrokenRegistry with the line of each fault."""
        demand(actor, everyone=everyone)
        await check_all(read, self._offer)
        async with self._storage.transaction(actor) as unit:
            return await _plan(unit, actor, read, everyone=everyone)

    async def take(
        self,
        actor: Actor,
        arrival: Arrival,
        read: Sequence[ReadSpec],
        seen: Mapping[str, int],
        reply: Reply[Plan],
        *,
        everyone: bool,
    ) -> Answer:
        """All of it or nothing. Raises Edited when something was changed since it was looked at, and as `look`."""
        demand(actor, everyone=everyone)
        await check_all(read, self._offer)
        async with self._storage.transaction(actor) as unit:
            plan = await _plan(unit, actor, read, everyone=everyone)
            for change in sorted(
                plan.changes, key=lambda one: one.spec.is_default
            ):  # who is none any more, first
                if change.before is not None and change.before.version != seen.get(change.spec.slug, 0):
                    raise await edited_since(unit, change.before, seen.get(change.spec.slug, 0))
                await _take_one(unit, actor, change, everyone=everyone)
            answer = reply(plan)
            await unit.updates.finish(arrival, answer)
        await self._changed()
        return answer


async def check_all(read: Sequence[ReadSpec], offer: Offer) -> None:
    """Raises BrokenRegistry with the line of each thing that can't be kept here."""
    faults = []
    for one in read:
        for place, check_it in checks(one.spec, offer):
            try:
                check_it()
            except BadInput as fault:
                faults.append(one.fault(place, fault))
        models: list[tuple[Place, str | None]] = [(("model",), one.spec.model)]
        models += [(("fallback_models", at), name) for at, name in enumerate(one.spec.fallback_models)]
        for place, name in models:
            try:
                await check_models(offer, name)
            except BadInput as fault:
                faults.append(one.fault(place, fault))
    if faults:
        raise BrokenRegistry(faults)


def has_both(actor: Actor) -> bool:
    """Whether an actor keeps the team's own and everyone's, and so is asked which are meant."""
    return actor.is_operator and actor.role in MANAGERS


def has_everyones_only(actor: Actor) -> bool:
    return actor.is_operator and actor.role not in MANAGERS


def demand(actor: Actor, *, everyone: bool) -> None:
    if everyone and not actor.is_operator:
        raise NotAllowed(N_("Only whoever runs the bot makes assistants for everyone."))
    if not everyone and actor.role not in MANAGERS:
        raise NotAllowed(N_("Assistants are edited by an owner or a manager of the team."))


async def _plan(unit: Unit, actor: Actor, read: Sequence[ReadSpec], *, everyone: bool) -> Plan:
    kept = await unit.agents.kept()
    home = None if everyone else actor.workspace_id
    there = {one.slug: one for one in kept if one.workspace_id == home}
    shared = {one.slug for one in kept if one.workspace_id is None}
    changes = []
    for one in read:
        before = there.get(one.spec.slug)
        fields = changed_fields(before, one.spec) if before is not None else ()
        if before is None or fields:
            replaces = not everyone and before is None and one.spec.slug in shared
            changes.append(Change(one.spec, fields, before, replaces))
    return Plan(changes, len(read) - len(changes), everyone)


async def _take_one(unit: Unit, actor: Actor, change: Change, *, everyone: bool) -> None:
    spec = change.spec
    wanted = Agent(
        id=change.before.id if change.before else 0,
        slug=spec.slug,
        version=change.before.version if change.before else 1,
        names=spec.names,
        descriptions=spec.descriptions,
        instructions=spec.instructions,
        model=spec.model,
        fallback_models=spec.fallback_models,
        settings=spec.settings,
        tools=spec.tools,
        rules=spec.rules,
        is_default=spec.is_default,
        budget_micros=spec.budget_micros,
        workspace_id=None if everyone else actor.workspace_id,
    )
    if change.before is None:
        await add_agent(unit, actor, wanted, overrides=change.replaces)
        return
    held = await unit.agents.find(change.before.id, to_change=True)
    if held is None or held.version != change.before.version:
        raise await edited_since(unit, held or change.before, change.before.version)
    await save_agent(unit, actor, held, replace(wanted, version=held.version))
