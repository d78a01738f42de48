"""Picks, bindings and held questions, as rows: whose they are, where they hold, how long."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from crm.agents import Agent, AgentSpec, Choice, Doubt, Reason
from crm.conversations import LEASE, ModelAnswer
from crm.people import Actor
from db.agents import SqlAgentDoors
from db.storage import SqlStorage
from db.turns import SqlTurnDoors
from tests.db.counting import counted
from tests.fakes import MONDAY as NOW
from tests.fakes import an_arrival

pytestmark = pytest.mark.usefixtures("anna")


async def the_agents(engine: AsyncEngine, storage: SqlStorage, anna: Actor) -> dict[str, Agent]:
    specs = [
        AgentSpec(slug, {"en": slug}, {"en": slug}, {"en": "be brief"}, examples=("say it",))
        for slug in ("assistant", "coach", "writer")
    ]
    await SqlAgentDoors(engine).import_global(specs, only_if_empty=True)
    async with storage.transaction(anna) as unit:
        return {agent.slug: agent for agent in await unit.agents.active()}


async def test_examples_are_kept_with_the_agent(
    engine: AsyncEngine, storage: SqlStorage, anna: Actor
) -> None:
    agents = await the_agents(engine, storage, anna)
    assert agents["coach"].examples == ("say it",)
    assert (await SqlAgentDoors(engine).export_global())[0].examples == ("say it",)


async def test_what_routing_needs_is_a_query_of_the_place_and_one_of_the_person(
    engine: AsyncEngine, storage: SqlStorage, anna: Actor
) -> None:
    agents = await the_agents(engine, storage, anna)
    ids = {slug: agent.id for slug, agent in agents.items()}
    async with storage.transaction(anna) as unit:
        await unit.picking.bind(anna.chat_id, None, ids["assistant"])
        await unit.picking.bind(anna.chat_id, 7, ids["writer"])
        await unit.picking.set_default(anna.chat_id, ids["coach"])
        await unit.picking.pick(anna, 7, ids["writer"])
        await unit.picking.pick(anna, 7, ids["coach"], is_handed=True)
        await unit.conversations.add_turn(
            anna, an_arrival(1, thread_id=7), Choice(agents["writer"], Reason.RULE, "a")
        )
        await unit.conversations.add_turn(
            anna, an_arrival(2, thread_id=7), Choice(agents["coach"], Reason.ASKED, "b")
        )
    async with storage.transaction(anna) as unit:
        with counted(engine) as statements:
            topic = await unit.conversations.here(anna, 7, NOW - timedelta(minutes=15))
        assert len(statements) == 2
        chat = await unit.conversations.here(anna, None, NOW - timedelta(minutes=15))
        other = await unit.conversations.here(anna, 8, NOW - timedelta(minutes=15))
    assert (topic.bound_agent_id, topic.picked_agent_id, topic.handed_over) == (
        ids["writer"],
        ids["coach"],
        True,
    )
    assert (topic.recent_agent_id, topic.default_agent_id) == (ids["writer"], ids["coach"])
    assert (chat.bound_agent_id, chat.picked_agent_id, chat.recent_agent_id) == (
        ids["assistant"],
        None,
        None,
    )
    assert other.bound_agent_id == ids["assistant"]


async def test_dropping_a_pick_or_a_binding_leaves_nothing(
    engine: AsyncEngine, storage: SqlStorage, anna: Actor
) -> None:
    agents = await the_agents(engine, storage, anna)
    async with storage.transaction(anna) as unit:
        for agent_id in (agents["coach"].id, None):
            await unit.picking.bind(anna.chat_id, None, agent_id)
            await unit.picking.pick(anna, None, agent_id)
            await unit.picking.set_default(anna.chat_id, agent_id)
        here = await unit.conversations.here(anna, None, NOW)
    assert (here.bound_agent_id, here.picked_agent_id, here.default_agent_id) == (None, None, None)


async def test_a_held_question_is_given_out_once_and_not_too_late(
    engine: AsyncEngine, storage: SqlStorage, anna: Actor
) -> None:
    agents = await the_agents(engine, storage, anna)
    doubt = Doubt((agents["coach"], agents["writer"]), "say it", "coach 0.50, writer 0.40")
    until = NOW + timedelta(hours=24)
    async with storage.transaction(anna) as unit:
        one, two = [
            await unit.picking.hold(anna, an_arrival(number, thread_id=7), doubt, until) for number in (1, 2)
        ]
    async with storage.transaction(anna) as unit:
        assert await unit.picking.take(anna, two, until) is None
        taken = await unit.picking.take(anna, one, NOW)
        assert taken is not None
        assert (taken.question, taken.thread_id, taken.message_id, taken.asked_at) == ("say it", 7, 1, NOW)
        assert await unit.picking.take(anna, one, NOW) is None
        elsewhere = replace(anna, chat_id=anna.chat_id + 1)
        assert await unit.picking.take(elsewhere, two, NOW) is None


async def test_the_last_choice_and_whom_a_message_was_passed_to(
    engine: AsyncEngine, storage: SqlStorage, anna: Actor
) -> None:
    agents = await the_agents(engine, storage, anna)
    asked = an_arrival(1)
    async with storage.transaction(anna) as unit:
        assert await unit.picking.last_choice(anna, None) is None
        await unit.conversations.add_turn(anna, asked, Choice(agents["coach"], Reason.RULE, "a", "price*"))
        await unit.conversations.add_turn(anna, asked, Choice(agents["writer"], Reason.HANDED, "a", "a text"))
        last = await unit.picking.last_choice(anna, None)
        assert last is not None
        assert (last.agent_id, last.reason, last.detail) == (agents["writer"].id, "handed", "a text")
        passed = await unit.picking.passed_to(anna, None, asked.message_id, asked.sent_at)
        assert list(passed) == [agents["writer"].id]
        assert await unit.picking.passed_to(anna, None, 999, asked.sent_at) == []


async def test_an_answer_is_known_by_its_message(
    engine: AsyncEngine, storage: SqlStorage, anna: Actor
) -> None:
    agents, doors = await the_agents(engine, storage, anna), SqlTurnDoors(engine)
    async with storage.transaction(anna) as unit:
        await unit.conversations.add_turn(anna, an_arrival(1), Choice(agents["coach"], Reason.RULE, "a"))
    (turn,) = await doors.claim(NOW, limit=1, lease=LEASE)
    async with storage.transaction(anna) as unit:
        assert await unit.conversations.keep_answer(turn, ModelAnswer("b", [], "offline"))
        assert await unit.conversations.mark_sent(turn, [54, 55])
        assert await unit.conversations.answered_by(anna.chat_id, 55) == agents["coach"].id
        assert await unit.conversations.answered_by(anna.chat_id, 56) is None
        assert await unit.conversations.answered_by(anna.chat_id + 1, 55) is None
