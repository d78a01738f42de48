"""Writing of assistants in a transaction: who may, is a short name free, the version, its line of history."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from crm.activity import Activity
from crm.agents.checks import AGENTS
from crm.agents.differences import changed_fields
from crm.agents.entities import Agent
from crm.agents.roster import default_of, roster
from crm.errors import N_, BadInput, NotAllowed, NotFound, Stale
from crm.people import Actor, Role
from crm.storage import Unit

MANAGERS = (Role.OWNER, Role.MANAGER)


class Edited(Stale):
    """Somebody else was faster: the agent as it is now, who changed it last, and what differs since."""

    def __init__(self, agent: Agent, author: str | None, changed: tuple[str, ...]) -> None:
        super().__init__(N_("This assistant was changed meanwhile."))
        self.agent = agent
        self.author = author
        self.changed = changed


@dataclass(frozen=True, slots=True)
class Entry:
    """An assistant as one member finds it. `answers` says whether it answers in this team; `replaced_by` is the
    team's own in its place, `replaces` the bot's own in whose place it is."""

    agent: Agent
    answers: bool
    may_edit: bool
    is_hidden: bool = False
    is_default: bool = False
    replaced_by: Agent | None = None
    replaces: Agent | None = None
    manages: bool = False  # whoever looks may hide it, copy it, or put the team's own in its place
    conversations: int = 0


def as_it_was(now: Agent, old: Agent) -> Agent:
    """The old content under today's id, version and home."""
    return replace(old, id=now.id, version=now.version, workspace_id=now.workspace_id)


async def edited_since(unit: Unit, agent: Agent, version: int) -> Edited:
    old, last = (
        await unit.agents.version(agent.id, version),
        await unit.agents.version(agent.id, agent.version),
    )
    fields = changed_fields(old.agent, agent) if old is not None else ()
    return Edited(agent, last.author if last is not None else None, fields)


async def add_agent(unit: Unit, actor: Actor, agent: Agent, *, overrides: bool = False) -> Agent:
    """Raises BadInput for a slug that another has: of the same home, or of the bot unless it `overrides` that."""
    kept = await unit.agents.kept()
    if sum(one.workspace_id == agent.workspace_id for one in kept) >= AGENTS:
        raise BadInput(N_("There are {limit} assistants already. Delete one first."), limit=AGENTS)
    _free(agent, kept, overrides=overrides)
    added = await unit.agents.add(agent, actor.person_id)
    if added is None:
        raise taken(agent.slug)
    if added.is_default:
        await _one_default(unit, actor, added)
    await write_down(unit, actor, "created", added)
    return added


async def save_agent(unit: Unit, actor: Actor, before: Agent, after: Agent, *, told: bool = True) -> Agent:
    """The next version and its line of history, unless that is `told` otherwise; the same once more makes neither.
    Raises BadInput for a slug that is taken."""
    fields = changed_fields(before, after)
    if not fields:
        return before
    if "slug" in fields:
        _free(after, await unit.agents.kept(), overrides=False)
    saved = await unit.agents.save(after, actor.person_id)
    if saved is None:
        raise taken(after.slug)
    if saved.is_default and not before.is_default:
        await _one_default(unit, actor, saved)
    if told:
        await write_down(
            unit,
            actor,
            "changed",
            saved,
            {"edited": ", ".join(fields), "version": [before.version, saved.version]},
        )
    return saved


async def write_down(
    unit: Unit, actor: Actor, action: str, agent: Agent, changes: dict[str, object] | None = None
) -> None:
    """Into history; its texts stay in the versions."""
    told = {"assistant": agent.slug, **(changes or {})}
    await unit.activity.add(
        Activity(action, "agent", agent.id, actor_member_id=actor.member_id, changes=told)
    )


def taken(slug: str) -> BadInput:
    return BadInput(N_("There is an assistant “{slug}” already. Choose another name."), slug=slug)


def demand(entry: Entry) -> None:
    """Raises NotAllowed for one that is not the actor's to edit."""
    if entry.may_edit:
        return
    if entry.agent.workspace_id is None:
        raise NotAllowed(
            N_(
                "This assistant is the bot's own: whoever runs the bot edits it. Your team can hide or replace it."
            )
        )
    raise NotAllowed(N_("Assistants are edited by an owner or a manager of the team."))


def home_of(actor: Actor) -> int | None:
    """Where what the actor makes belongs: to their team, or to the bot where they only run that."""
    return None if actor.is_operator and actor.role not in MANAGERS else actor.workspace_id


def demand_home(actor: Actor, home: int | None) -> None:
    if home is None and not actor.is_operator:
        raise NotAllowed(N_("Only whoever runs the bot makes assistants for everyone."))
    if home is not None and actor.role not in MANAGERS:
        raise NotAllowed(N_("Assistants are edited by an owner or a manager of the team."))


def _free(agent: Agent, kept: Sequence[Agent], *, overrides: bool) -> None:
    for one in kept:
        is_in_the_way = one.workspace_id == agent.workspace_id or (one.workspace_id is None and not overrides)
        if one.slug == agent.slug and one.id != agent.id and is_in_the_way:
            raise taken(agent.slug)


async def _one_default(unit: Unit, actor: Actor, default: Agent) -> None:
    """The others of the same home are none any more, each by a version of its own."""
    for one in await unit.agents.kept():
        if one.is_default and one.workspace_id == default.workspace_id and one.id != default.id:
            held = await unit.agents.find(one.id, to_change=True)
            if held is not None:
                await save_agent(unit, actor, held, replace(held, is_default=False))


async def left_here(unit: Unit) -> Sequence[Agent]:
    """Who answers in this team now. Raises BadInput for nobody."""
    left = roster(await unit.agents.kept(), await unit.agents.hidden())
    if not left:
        raise BadInput(N_("Then nobody would answer in this team. Keep one assistant on."))
    return left


async def found_entry(unit: Unit, actor: Actor, agent_id: int, *, to_change: bool = False) -> Entry:
    """Raises NotFound; with `to_change` NotAllowed, and the row is held."""
    kept = await unit.agents.kept()
    agent = next((one for one in kept if one.id == agent_id), None)
    if agent is None:
        raise NotFound(N_("This assistant is no longer there. See the others: /agents"))
    entry = entry_of(agent, kept, await unit.agents.hidden(), actor)
    if to_change:
        demand(entry)
        held = await unit.agents.find(agent_id, to_change=True)
        if held is None:
            raise NotFound(N_("This assistant is no longer there. See the others: /agents"))
        entry = replace(entry, agent=held)
    return entry


async def triable(unit: Unit, actor: Actor, agent_id: int) -> Agent:
    entry = await found_entry(unit, actor, agent_id)
    if not entry.manages:
        demand(entry)
    return entry.agent


def entry_of(agent: Agent, kept: Sequence[Agent], hidden: frozenset[str], actor: Actor) -> Entry:
    here = roster(kept, hidden)
    is_global = agent.workspace_id is None
    same = [one for one in here if one.slug == agent.slug and one.id != agent.id]
    default = default_of(here)
    return Entry(
        agent=agent,
        answers=any(one.id == agent.id for one in here),
        may_edit=actor.is_operator if is_global else actor.role in MANAGERS,
        is_hidden=is_global and agent.slug in hidden,
        is_default=default is not None and default.id == agent.id,
        replaced_by=same[0] if is_global and same else None,
        replaces=None if is_global else _behind(agent, kept, hidden),
        manages=actor.role in MANAGERS,
    )


def _behind(own: Agent, kept: Sequence[Agent], hidden: frozenset[str]) -> Agent | None:
    """Who answers once the team's own is gone."""
    others = roster([one for one in kept if one.id != own.id], hidden)
    return next((one for one in others if one.slug == own.slug), None)
