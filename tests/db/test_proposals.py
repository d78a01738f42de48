"""Proposals over rows: bound to who asked, written once by whichever replica is first, and signed in history."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from crm.activity import Line
from crm.agents import Choice, Reason
from crm.albums import SETTLING, Album
from crm.answers import Answer
from crm.attachments import Attachment
from crm.errors import NotAllowed
from crm.people import Actor
from crm.proposals import LIFETIME, Card, Kind, NewProposal, Proposal, Proposals, State
from crm.turns import ModelAnswer, Turn
from db.agents import SqlAgentDoors
from db.proposals import SqlProposalDoors
from db.storage import create_engine
from db.turns import SqlTurnDoors
from llm.registry import load
from tests.acting import NOW, an_arrival
from tests.databases import Database
from tests.db.team import Team

AGENTS = """agents: [{slug: analyst, is_default: true, names: {en: Analyst, ru: Аналитик},
descriptions: {en: x}, instructions: {en: x}}]"""
LATER = NOW + timedelta(minutes=1)


class Desk:
    """The team, an assistant, and its turns."""

    def __init__(
        self, engine: AsyncEngine, team: Team, proposals: Proposals, doors: SqlTurnDoors, agent: Any
    ) -> None:
        self.engine = engine
        self.team, self.proposals, self.doors, self.agent = team, proposals, doors, agent
        self.cards: list[Card] = []

    def reply(self, card: Card) -> Answer:
        self.cards.append(card)
        return Answer("card")

    async def turn(self, actor: Actor, *attachments: Attachment) -> Turn:
        """A question, taken up by this process."""
        async with self.team.storage.transaction(actor) as unit:
            choice = Choice(self.agent, next(iter(Reason)), "plan", None)
            arrival = an_arrival(actor.telegram_chat_id)
            await unit.conversations.add_turn(actor, arrival, choice, attachments)
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

    async def newest_turn(self) -> int:
        return int((await self.team.database.fetch("SELECT max(id) FROM turns"))[0][0])

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
    yield Desk(engine, team, proposals, SqlTurnDoors(engine), agent)
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


async def test_expired_cards_are_told_of_once_and_again_when_they_were_made_again(desk: Desk) -> None:
    boris, doors = desk.team.boris, SqlProposalDoors(desk.engine)
    first, second = await desk.answered(await desk.turn(boris), "tea tomorrow", "coffee tomorrow")
    await desk.confirm(boris, second)
    late = NOW + LIFETIME
    assert await doors.expired(late - timedelta(seconds=1), limit=5) == []
    (expired,) = await doors.expired(late, limit=5)
    assert (expired.proposal.id, expired.actor.member_id) == (first.id, boris.member_id)
    assert (expired.actor.telegram_chat_id, expired.thread_id) == (boris.telegram_chat_id, None)
    await desk.proposals.faded(expired, late)
    assert await doors.expired(late, limit=5) == []
    await desk.proposals.again(boris, an_arrival(boris.telegram_chat_id, late), first.id, late, desk.reply)
    assert await doors.expired(late, limit=5) == []
    (expired,) = await doors.expired(late + LIFETIME, limit=5)
    assert expired.proposal.version == 2


async def test_a_turn_that_goes_on_has_the_pictures_and_not_the_recordings(desk: Desk) -> None:
    boris = desk.team.boris
    shown = Attachment("photo", "p", "image/jpeg", size=10)
    turn = await desk.turn(boris, shown, Attachment("voice", "v", text="look at this"))
    (one,) = await desk.answered(turn, "tea tomorrow")
    await desk.confirm(boris, one)
    (resumed,) = await desk.doors.claim(LATER, limit=5, lease=timedelta(minutes=1))
    assert resumed.attachments == (shown,)


async def test_messages_of_a_group_that_moved_are_nobodys_any_more(desk: Desk) -> None:
    boris = desk.team.boris
    turn = await desk.turn(boris)
    (one,) = await desk.answered(turn, "tea tomorrow")
    async with desk.team.storage.transaction(boris) as unit:
        assert await unit.conversations.answered_by(boris.chat_id, 1) == turn.agent_id
    await desk.team.database.fetch("UPDATE chats SET telegram_chat_id = -100500 WHERE id = $1", boris.chat_id)
    async with desk.team.storage.transaction(boris) as unit:
        assert await unit.conversations.answered_by(boris.chat_id, 1) is None
        moved = await unit.proposals.by_id(one.id)
    assert moved is not None
    assert moved.telegram_message_id == 0  # it was shown, so it is not sent once more


async def test_the_parts_of_an_album_are_one_turn_until_it_is_taken_up(desk: Desk) -> None:
    boris = desk.team.boris
    arrival = an_arrival(boris.telegram_chat_id)
    album = Album("7", NOW + SETTLING)
    parts = [Attachment("photo", f"p{number}", size=10) for number in range(3)]
    async with desk.team.storage.transaction(boris) as unit:
        assert await unit.albums.joins(boris, arrival, album, "", parts[:1]) is None
        choice = Choice(desk.agent, next(iter(Reason)), "compare", None)
        await unit.conversations.add_turn(boris, arrival, choice, parts[:1])
    async with desk.team.storage.transaction(boris) as unit:
        await unit.albums.begin(await desk.newest_turn(), album)
        later = Album("7", NOW + 2 * SETTLING)
        assert await unit.albums.joins(boris, arrival, later, "and this", parts[1:2]) == tuple(parts[:2])
        assert await unit.albums.joins(desk.team.clara, arrival, later, "", parts[:1]) is None
    lease = timedelta(minutes=1)
    assert await desk.doors.claim(later.until, limit=5, lease=lease) == []  # the rest may still come
    taken_up = later.until + timedelta(milliseconds=1)
    (turn,) = await desk.doors.claim(taken_up, limit=5, lease=lease)
    assert (turn.text, turn.attachments) == ("compare\nand this", tuple(parts[:2]))
    async with desk.team.storage.transaction(boris) as unit:  # too late for it: a question of its own
        assert await unit.albums.joins(boris, arrival, later, "", parts[2:]) == tuple(parts[2:])
        await unit.conversations.keep_answer(turn, ModelAnswer("", [], "m"))
        await unit.conversations.mark_sent(turn, [1])
    (late,) = await desk.doors.claim(taken_up, limit=5, lease=lease)
    assert (late.text, late.attachments, late.conversation_id) == ("", tuple(parts[2:]), turn.conversation_id)


async def test_an_album_that_was_stopped_takes_no_more_parts(desk: Desk) -> None:
    boris = desk.team.boris
    arrival, album = an_arrival(boris.telegram_chat_id), Album("7", NOW + SETTLING)
    async with desk.team.storage.transaction(boris) as unit:
        choice = Choice(desk.agent, next(iter(Reason)), "compare", None)
        await unit.conversations.add_turn(boris, arrival, choice)
    async with desk.team.storage.transaction(boris) as unit:
        await unit.albums.begin(await desk.newest_turn(), album)
        await unit.conversations.stop(boris, None, None, NOW, everyones=True)
        assert await unit.albums.joins(boris, arrival, album, "", [Attachment("photo", "p")]) == ()
    assert await desk.count("turns") == 1
