"""Leases given back: whoever stops leaves nothing to wait for."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from crm.agents import AgentSpec, Choice, Reason
from crm.answers import Answer
from crm.conversations import LEASE
from crm.deliveries import Deliveries
from crm.people import Actor
from crm.reminders import Reminders
from db.agents import SqlAgentDoors
from db.deliveries import SqlDeliveryDoors
from db.storage import SqlStorage
from db.turns import SqlTurnDoors
from tests.acting import NOW, an_arrival
from tests.fakes import is_ready


async def test_a_delivery_is_claimed_at_once_and_not_counted(engine: AsyncEngine, anna: Actor) -> None:
    storage = SqlStorage(engine)
    reminders, deliveries = Reminders(storage), Deliveries(storage, SqlDeliveryDoors(engine))
    await reminders.create(anna, an_arrival(), "in 5 minutes tea", lambda reminder: Answer(reminder.text))
    due = NOW + timedelta(minutes=5)
    (first,) = await deliveries.claim(due)
    await deliveries.release(first)
    (second,) = await deliveries.claim(due)
    assert (second.id, second.attempts) == (first.id, 1)
    await deliveries.release(first)  # whose lease it no longer is
    assert await is_ready(deliveries, second)


async def test_a_turn_is_claimed_at_once_and_not_counted(engine: AsyncEngine, anna: Actor) -> None:
    spec = AgentSpec("assistant", {"en": "A"}, {"en": "a"}, {"en": "be brief"}, is_default=True)
    await SqlAgentDoors(engine).import_global([spec], only_if_empty=True)
    storage, doors = SqlStorage(engine), SqlTurnDoors(engine)
    async with storage.transaction(anna) as unit:
        (agent,) = await unit.agents.active()
        await unit.conversations.add_turn(anna, an_arrival(), Choice(agent, Reason.DEFAULT, "one"))
    (first,) = await doors.claim(NOW, limit=5, lease=LEASE)
    assert await doors.claim(NOW, limit=5, lease=LEASE) == []
    async with storage.transaction(anna) as unit:
        await unit.conversations.release(first, None)
    (second,) = await doors.claim(NOW, limit=5, lease=LEASE)
    assert (second.id, second.attempts) == (first.id, 1)
    async with storage.transaction(anna) as unit:
        await unit.conversations.release(first, None)
    assert await doors.renew([first, second], NOW + LEASE) == {second.id: False}
