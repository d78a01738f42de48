"""Assistants over real rows: versions, who may write, hiding, deleting, and what undo brings back."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from crm.agents import Agent, AgentSpec
from crm.agents.checks import Offer
from crm.agents.departures import Departures
from crm.agents.edits import typed
from crm.agents.files import AgentFiles, ReadSpec
from crm.agents.registry import NewAgent, Registry
from crm.agents.writing import Edited, Entry
from crm.answers import Answer
from crm.conversations import Conversations
from crm.errors import BadInput, NotAllowed, NotFound, Outdated, Removed
from crm.people import Actor, Role
from crm.picking import Picking
from db.agent_cache import CachedAgents
from db.agents import SqlAgentDoors
from db.rosters import SqlRosters
from db.turns import SqlTurnDoors
from tests.acting import NOW, a_visitor, an_arrival
from tests.db.counting import counted
from tests.db.team import Team, said

LAWYER = NewAgent("Lawyer", "reads contracts", "Read.", ("my_tasks",))


async def usable(_name: str) -> bool:
    return True


class House:
    """Anna's team with the bot's assistant, and what keeps assistants."""

    def __init__(self, team: Team, doors: SqlAgentDoors, directory: CachedAgents) -> None:
        self.team, self.doors, self.directory = team, doors, directory
        offer = Offer(("my_tasks",), (), usable)
        self.registry = Registry(team.storage, offer, directory.invalidate)
        self.files = AgentFiles(team.storage, offer, directory.invalidate)
        self.found: list[Entry] = []

    def keep(self, entry: Entry) -> Answer:
        self.found.append(entry)
        return Answer("ok")

    async def make(self, actor: Actor, new: NewAgent = LAWYER) -> Entry:
        await self.registry.create(actor, an_arrival(), new, self.keep)
        return self.found[-1]

    async def rename(self, actor: Actor, entry: Entry, name: str) -> Entry:
        await self.registry.change(
            actor, an_arrival(), entry.agent.id, entry.agent.version, typed("names", "en", name), self.keep
        )
        return self.found[-1]

    async def slugs(self, actor: Actor) -> list[str]:
        return [one.slug for one in await self.directory.roster(actor)]

    async def operator(self) -> Actor:
        """Somebody of another team who runs the bot."""
        return await self.team.doors.arrive(
            replace(a_visitor(900, display_name="Olga"), is_operator=True), open_to_all=True
        )


@pytest_asyncio.fixture
async def house(team: Team, engine: AsyncEngine) -> House:
    doors = SqlAgentDoors(engine)
    spec = AgentSpec("assistant", {"en": "Assistant"}, {"en": "all"}, {"en": "Be brief."}, is_default=True)
    await doors.import_global([spec], only_if_empty=True)
    return House(team, doors, CachedAgents(SqlRosters(engine)))


async def test_each_edit_is_a_version_with_its_author(house: House) -> None:
    made = await house.make(house.team.anna)
    renamed = await house.rename(house.team.anna, made, "Barrister")
    assert renamed.agent.version == 2
    _entry, versions, has_more = await house.registry.versions(house.team.anna, made.agent.id, 0)
    assert [(one.number, one.author) for one in versions] == [(2, "Анна"), (1, "Анна")]
    assert versions[0].agent.names["en"] == "Barrister"
    assert versions[1].agent.names == made.agent.names
    assert not has_more


async def test_two_edits_at_once_make_one_version_and_one_refusal(house: House) -> None:
    made = await house.make(house.team.anna)
    done = await asyncio.gather(
        *(house.rename(house.team.anna, made, name) for name in ("One", "Two")), return_exceptions=True
    )
    refused = [one for one in done if isinstance(one, Edited)]
    assert len(refused) == 1
    assert refused[0].changed == ("names",)
    assert refused[0].author == "Анна"
    assert (await house.registry.show(house.team.anna, made.agent.id)).agent.version == 2


async def test_two_of_the_same_name_at_once_make_one(house: House) -> None:
    done = await asyncio.gather(*(house.make(house.team.anna) for _ in range(2)), return_exceptions=True)
    assert [type(one) for one in done if isinstance(one, Exception)] == [BadInput]
    assert (await house.slugs(house.team.anna)).count("lawyer") == 1


async def test_a_member_writes_nothing_even_past_the_rules(house: House) -> None:
    made = await house.make(house.team.anna)
    with pytest.raises(NotAllowed):
        await house.make(house.team.boris)
    pretending = replace(house.team.boris, role=Role.OWNER)  # PostgreSQL knows better
    with pytest.raises((NotAllowed, NotFound)):
        await house.rename(pretending, made, "Mine")
    with pytest.raises(NotAllowed):
        await house.make(pretending, replace(LAWYER, name="Mine"))
    with pytest.raises(NotAllowed):
        await house.registry.hide(pretending, an_arrival(), made.agent.id, house.keep, hidden=True)


async def test_nobody_but_operators_writes_what_is_everyones(house: House) -> None:
    shared = (await house.registry.entries(house.team.anna))[0]
    with pytest.raises(NotAllowed):
        await house.rename(house.team.anna, shared, "Ours")
    pretending = replace(house.team.anna, is_operator=True)  # PostgreSQL knows better
    with pytest.raises((NotAllowed, NotFound)):
        await house.rename(pretending, shared, "Ours")
    with pytest.raises(NotAllowed):
        await house.registry.copy(pretending, an_arrival(), shared.agent.id, house.keep, everyone=True)
    renamed = await house.rename(await house.operator(), shared, "Everyone's")
    assert renamed.agent.workspace_id is None
    assert (await house.directory.roster(house.team.anna))[0].name("en") == "Everyone's"


async def test_a_teams_own_are_no_other_teams(house: House) -> None:
    made = await house.make(house.team.anna)
    olga = await house.operator()
    assert await house.slugs(olga) == ["assistant"]
    for look in (house.registry.show, house.registry.edited):
        with pytest.raises(NotFound):
            await look(olga, made.agent.id)
    async with house.team.storage.transaction(olga) as unit:
        assert await unit.agents.version(made.agent.id, 1) is None
        assert await unit.agents.was(made.agent.id) is None
    await house.make(olga)  # the same name, in another team
    assert await house.slugs(house.team.anna) == ["lawyer", "assistant"]


async def test_a_team_hides_and_replaces_and_no_other_team_sees_it(house: House) -> None:
    await house.make(house.team.anna)
    shared = next(
        one for one in await house.registry.entries(house.team.anna) if one.agent.slug == "assistant"
    )
    await house.registry.hide(house.team.anna, an_arrival(), shared.agent.id, house.keep, hidden=True)
    assert await house.slugs(house.team.boris) == ["lawyer"]
    olga = await house.operator()
    assert await house.slugs(olga) == ["assistant"]
    await house.registry.override(house.team.anna, an_arrival(), shared.agent.id, house.keep)
    own = [one for one in await house.directory.roster(house.team.boris) if one.slug == "assistant"]
    assert [one.workspace_id for one in own] == [house.team.anna.workspace_id]
    assert own[0].is_default


async def test_a_deleted_one_frees_its_name_and_comes_back_while_that_is_free(house: House) -> None:
    made = await house.make(house.team.anna)
    await house.registry.delete(house.team.anna, an_arrival(), made.agent.id, NOW, said)
    assert await house.slugs(house.team.anna) == ["assistant"]
    await house.team.undo(house.team.anna)
    await house.directory.invalidate()
    assert await house.slugs(house.team.anna) == ["lawyer", "assistant"]
    await house.registry.delete(house.team.anna, an_arrival(), made.agent.id, NOW, said)
    again = await house.make(house.team.anna)
    assert again.agent.slug == "lawyer"
    assert again.agent.id != made.agent.id


async def test_an_edit_is_undone_as_a_new_version(house: House) -> None:
    made = await house.make(house.team.anna)
    await house.rename(house.team.anna, made, "Barrister")
    line = await house.team.undo(house.team.anna)
    assert (line.entity, line.action) == ("agent", "changed")
    now = (await house.registry.show(house.team.anna, made.agent.id)).agent
    assert (now.names, now.version) == (made.agent.names, 3)


async def test_a_file_is_taken_whole_or_not_at_all(house: House) -> None:
    made = await house.make(house.team.anna)
    spec = AgentSpec("lawyer", {"en": "L"}, {"en": "l"}, {"en": "l"})
    other = replace(spec, slug="accountant")
    read = [ReadSpec(other, 1), ReadSpec(spec, 2)]
    plan = await house.files.look(house.team.anna, read, everyone=False)
    await house.rename(house.team.anna, made, "Barrister")
    with pytest.raises(Edited):
        await house.files.take(house.team.anna, an_arrival(), read, plan.seen, said, everyone=False)
    assert await house.slugs(house.team.anna) == ["lawyer", "assistant"]
    plan = await house.files.look(house.team.anna, read, everyone=False)
    await house.files.take(house.team.anna, an_arrival(), read, plan.seen, said, everyone=False)
    assert await house.slugs(house.team.anna) == ["lawyer", "accountant", "assistant"]


async def test_a_deleted_assistants_talk_goes_to_the_default_and_that_is_said_once(house: House) -> None:
    anna = house.team.anna
    made = await house.make(anna)
    turns = await asked(house, anna, "@lawyer what is a risk?")
    departures = Departures(house.team.storage, house.directory)
    assert await departures.gone(anna, *turns[-1]) is None
    await house.registry.delete(anna, an_arrival(), made.agent.id, NOW, said)
    gone = await departures.gone(anna, *turns[-1])  # asked before, answered after
    assert gone is not None
    turns = await asked(house, anna, "and now?")
    gone = await departures.gone(anna, *turns[-1])
    assert gone is not None
    assert gone.slug == "lawyer"
    turns = await asked(house, anna, "and now?")
    assert await departures.gone(anna, *turns[-1]) is None


async def asked(house: House, actor: Actor, text: str) -> list[tuple[int, Agent | None]]:
    """Every turn there is: its agent, and who spoke before it."""
    doors = SqlTurnDoors(house.team.engine)
    conversations = Conversations(
        house.team.storage, doors, house.directory, wake=lambda: None, cancel=lambda _turn: None
    )
    await conversations.ask(actor, an_arrival(), text)
    rows = await house.team.database.fetch(
        "SELECT t.id, c.agent_id FROM turns t JOIN conversations c ON c.id = t.conversation_id ORDER BY t.id"
    )
    async with house.team.storage.transaction(actor) as unit:
        return [(row[1], await unit.agents.before(row[0])) for row in rows]


async def test_a_deleted_one_of_the_bots_is_not_exported(house: House) -> None:
    olga = await house.operator()
    shared = (await house.registry.entries(olga))[0]
    await house.registry.copy(olga, an_arrival(), shared.agent.id, house.keep, everyone=True)
    await house.registry.delete(olga, an_arrival(), house.found[-1].agent.id, NOW, said)
    assert [one.slug for one in await house.doors.export_global()] == ["assistant"]


async def test_many_simultaneous_misses_are_one_statement(house: House, engine: AsyncEngine) -> None:
    with counted(engine, entering=True) as sent:
        found = await asyncio.gather(*(house.directory.roster(house.team.boris) for _ in range(1000)))
    assert [statement.partition("(")[0] for statement in sent] == ["SELECT * FROM enter_and_look"]
    assert {tuple(one.slug for one in roster) for roster in found} == {("assistant",)}


async def test_a_reload_brings_only_what_was_written_since(house: House, engine: AsyncEngine) -> None:
    made = await house.make(house.team.anna)
    before = {one.slug: one for one in await house.directory.roster(house.team.anna)}
    await house.rename(house.team.anna, made, "Barrister")
    after = {one.slug: one for one in await house.directory.roster(house.team.anna)}
    assert after["lawyer"].name("en") == "Barrister"
    assert after["assistant"] is before["assistant"]


async def test_whoever_was_removed_is_shown_no_assistants(house: House) -> None:
    boris = house.team.boris
    await house.team.database.fetch("UPDATE members SET removed_at = now() WHERE id = $1", boris.member_id)
    with pytest.raises(Removed):
        await house.directory.roster(boris)
    with pytest.raises(Outdated):
        await house.directory.roster(replace(boris, is_remembered=True))


async def test_a_remembered_role_that_has_changed_is_outdated(house: House) -> None:
    boris = replace(house.team.boris, is_remembered=True)
    assert await house.slugs(boris) == ["assistant"]
    await house.team.database.fetch("UPDATE members SET role = 'guest' WHERE id = $1", boris.member_id)
    await house.directory.invalidate()
    with pytest.raises(Outdated):
        await house.directory.roster(boris)


async def test_a_teams_own_takes_over_what_was_bound_and_gives_it_back(house: House) -> None:
    anna = house.team.anna
    (shared,) = await house.directory.roster(anna)
    await house.make(anna)
    picking = Picking(house.team.storage, house.directory, wake=lambda: None)
    await picking.bind(anna, an_arrival(), shared.id, said)
    await house.registry.override(anna, an_arrival(), shared.id, house.keep)
    own = house.found[-1].agent
    assert (await asked(house, anna, "hello"))[-1][0] == own.id
    await picking.bind(anna, an_arrival(), own.id, said)
    await house.registry.delete(anna, an_arrival(), own.id, NOW, said)
    assert (await asked(house, anna, "hello"))[-1][0] == shared.id


async def test_what_was_deleted_long_ago_is_gone_but_for_the_name_of_whom_one_spoke_with(
    house: House,
) -> None:
    anna = house.team.anna
    spoken_with, other, kept = [
        await house.make(anna, replace(LAWYER, name=name)) for name in ("Lawyer", "Other", "Kept")
    ]
    await asked(house, anna, "@lawyer hello")
    for one in (spoken_with, other):
        await house.registry.delete(anna, an_arrival(), one.agent.id, NOW, said)
    await house.doors.purge(NOW)
    assert await house.team.database.count("agents") == 4
    await house.doors.purge(NOW + timedelta(seconds=1))
    rows = await house.team.database.fetch(
        "SELECT a.id, spec -> 'names' ->> 'en', spec ->> 'instructions',"
        " (SELECT count(*) FROM agent_versions v WHERE v.agent_id = a.id) FROM agents a"
        " WHERE workspace_id IS NOT NULL ORDER BY a.id"
    )
    assert [tuple(row) for row in rows] == [
        (spoken_with.agent.id, "Lawyer", "{}", 0),
        (kept.agent.id, "Kept", '{"en": "Read."}', 1),
    ]
