"""Reminders by the hour: the next one is an hour on, even when one was sent a hair before its time."""

from datetime import timedelta

import pytest

from crm.answers import Answer
from crm.deliveries import Deliveries
from crm.reminders import Reminders
from tests.fakes import MONDAY, FakeDeliveryDoors, FakeStorage, an_actor, an_arrival


@pytest.mark.parametrize("early", [timedelta(0), timedelta(milliseconds=1)])
async def test_none_is_its_own_next_one(early: timedelta) -> None:
    storage = FakeStorage()
    reminders, deliveries = Reminders(storage), Deliveries(storage, FakeDeliveryDoors(storage))
    await reminders.create(an_actor(), an_arrival(), "every hour drink water", lambda _saved: Answer("ok"))
    sent = []
    for hour in (1, 2, 3):
        (delivery,) = await deliveries.claim(MONDAY + timedelta(hours=hour))
        assert await deliveries.sent(delivery, hour, delivery.due_at - early)
        sent.append(delivery.due_at - MONDAY)
    assert sent == [timedelta(hours=hour) for hour in (1, 2, 3)]
