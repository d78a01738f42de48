"""Proposals over rows: bound to who asked, written once by whichever replica is first, and signed in history."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from crm.activity import Line
from crm.agents import Choice, Reason
from crm.answers import Answer
from crm.errors import NotAllowed
from crm.people import Actor
from crm.proposals import Card, Kind, NewProposal, Proposal, Proposals, State
from crm.turns import ModelAnswer, Turn
from db.agents import SqlAgentDoors
from db.conversations import SqlTurnDoors
from db.storage import create_engine
from llm.registry import load
from tests.acting import NOW, an_arrival
from tests.databases import Database
from tests.db.team import Team

AGENTS = """agents: [{slug: analyst, is_default: true, names: {en: Analyst, ru: Аналитик},
descriptions: {en: x}, instructions: {en: x}}]"""
LATER = NOW + timedelta(minutes=1)


class Desk:
    """The team, an assistant, and its turns."""

    def __init__(self, team: Team, proposals: Proposals, doors: SqlTurnDoors, agent: Any) -> None:
        self.team, self.proposals, self.doors, self.agent = team, proposals, doors, agent
        self.cards: list[Card] = []

    def reply(self, card: Card) -> Answer:
        self.cards.append(card)
        return Answer("card")

    async def turn(self, actor: Actor) -> Turn:
        """A question, taken up by this process."""
        async with self.team.storage.transaction(actor) as unit:
            choice = Choice(self.agent, next(iter(Reason)), "plan", None)
            await unit.conversations.add_turn(actor, an_arrival(actor.telegram_chat_id), choice)
        (turn,) = await self.doors.claim(NOW, limit=1, lease=timedelta(minutes=1))
        return turn

    async def answered(self, turn: Turn, *lines: str) -> list[Proposal]:
        """The model asks for tasks, and the cards are sent."""
        wanted = [NewProposal(at, f"call-{at}", Kind.TASK, {"line": line}) for at, line in enumerate(lines)]
        async with self.team.storage.transaction(turn.actor) as unit:
            assert await unit.conversations.keep_answer(turn, ModelAnswer("", [], "m"))
            await unit.proposals.add(turn, wanted)
            await unit.proposals.add(turn, wanted)  # resumed by another replica
            await unit.conversations.mark_sent(turn, [1])
        made = list(await self.proposals.unshown(turn))
        assert [one.ordinal for one in made] == list(range(len(lines)))
        for one in made:
            await self.proposals.shown(turn.actor, one, 50 + one.ordinal, NOW)
        assert await self.proposals.unshown(turn) == []
        return made

    async def confirm(self, actor: Actor, proposal: Proposal) -> Card:
        arrival = an_arrival(actor.telegram_chat_id, LATER)
        await self.proposals.confirm(actor, arrival, proposal.id, proposal.version, LATER, self.reply)
        return self.cards[-1]

    async def count(self, table: str) -> int:
        return int((await self.team.database.fetch(f"SELECT count(*) FROM {table}"))[0][0])  # noqa: S608 - names of ours


@pytest_asyncio.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    engine = create_engine(database.application)
    team = Team(engine, database)
    await team.gather()
    await SqlAgentDoors(engine).import_global(load(AGENTS), only_if_empty=True)
    async with team.storage.transaction(team.boris) as unit:
        (agent,) = await unit.agents.active()
    proposals = Proposals(team.storage, resumes=True, wake=lambda: None)
    yield Desk(team, proposals, SqlTurnDoors(engine), agent)
    await engine.dispose()


async def test_a_card_is_made_once_and_rehearsing_it_leaves_no_trace(desk: Desk) -> None:
    (one,) = await desk.answered(await desk.turn(desk.team.boris), "tea tomorrow 15:00")
    card = await desk.proposals.card(desk.team.boris, one, NOW, None)
    assert card.effect is not None
    assert await desk.count("proposals") == 1
    for table in ("crm_tasks", "reminders", "activity_logs WHERE entity = 'task'"):
        assert await desk.count(table) == 0


async def test_two_replicas_and_a_double_press_write_one_task(desk: Desk) -> None:
    boris = desk.team.boris
    (one,) = await desk.answered(await desk.turn(boris), "tea tomorrow 15:00")
    await asyncio.gather(*(desk.confirm(boris, one) for _ in range(5)))
    assert await desk.count("crm_tasks") == 1
    assert {card.proposal.state for card in desk.cards} == {State.CONFIRMED}


async def test_nobody_else_of_the_team_decides_not_even_its_owner(desk: Desk) -> None:
    (one,) = await desk.answered(await desk.turn(desk.team.boris), "tea tomorrow")
    for other in (desk.team.anna, desk.team.clara):
        with pytest.raises(NotAllowed):
            await desk.confirm(other, one)
        assert await desk.proposals.waiting(other, LATER) == []
    assert await desk.count("crm_tasks") == 0
    assert len(await desk.proposals.waiting(desk.team.boris, LATER)) == 1


async def test_history_says_which_assistant_did_it_for_whom_and_undo_takes_it_back(desk: Desk) -> None:
    boris = desk.team.boris
    (one,) = await desk.answered(await desk.turn(boris), "tea tomorrow")
    await desk.confirm(boris, one)
    page = await desk.team.history.show(boris, "1")
    (line,) = page.lines
    assert (line.actor_kind, line.who, line.assistant["ru"]) == ("agent", "Борис", "Аналитик")
    undone: Line = await desk.team.undo(boris, LATER)
    assert undone.entity == "task"
    assert await desk.count("crm_tasks WHERE deleted_at IS NULL") == 0


async def test_the_model_goes_on_once_when_all_is_decided(desk: Desk) -> None:
    boris = desk.team.boris
    turn = await desk.turn(boris)
    first, second = await desk.answered(turn, "tea tomorrow", "coffee tomorrow")
    await desk.confirm(boris, first)
    assert await desk.doors.claim(LATER, limit=5, lease=timedelta(minutes=1)) == []
    await asyncio.gather(*(desk.confirm(boris, second) for _ in range(3)))
    (resumed,) = await desk.doors.claim(LATER, limit=5, lease=timedelta(minutes=1))
    assert (resumed.resumes_turn_id, resumed.text, resumed.conversation_id) == (
        turn.id, "", turn.conversation_id,
    )  # fmt: skip
    told = await desk.proposals.outcomes(boris, turn.conversation_id)
    assert set(told) == {"call-0", "call-1"}
    assert all("pressed Confirm" in outcome for outcome in told.values())


async def test_the_model_does_not_go_on_over_what_was_asked_since(desk: Desk) -> None:
    boris = desk.team.boris
    (one,) = await desk.answered(await desk.turn(boris), "tea tomorrow")
    later = await desk.turn(boris)
    await desk.confirm(boris, one)
    assert await desk.doors.claim(LATER, limit=5, lease=timedelta(minutes=1)) == []
    assert (await desk.count("turns")) == 2
    assert later.resumes_turn_id is None


async def test_erasing_a_turn_takes_its_proposals_along(desk: Desk) -> None:
    await desk.answered(await desk.turn(desk.team.boris), "tea tomorrow")
    await desk.team.database.fetch("DELETE FROM turns")
    assert await desk.count("proposals") == 0


async def test_who_reads_along_sees_what_arose_in_that_chat_and_no_contact(desk: Desk) -> None:
    boris, team = desk.team.boris, desk.team
    await team.tasks.create(team.anna, an_arrival(), "annas own plan", lambda _saved: Answer())
    await team.tasks.create(boris, an_arrival(boris.telegram_chat_id), "boris plan", lambda _saved: Answer())
    await team.contacts.save(team.anna, an_arrival(), "Dora +79991234567", lambda _saved: Answer())
    narrow = replace(boris, reads_along=True)
    assert {task.title for task in await team.tasks.list(boris)} == {"annas own plan", "boris plan"}
    assert [task.title for task in await team.tasks.list(narrow)] == ["boris plan"]
    assert (await team.contacts.find(narrow, "Dora")).contacts == []
