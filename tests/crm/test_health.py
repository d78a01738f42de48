"""Health: whose business it is, and what makes a bot ready."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from crm.answers import Answer
from crm.deliveries import Deliveries
from crm.errors import NotAllowed, StorageAway
from crm.health import SILENCE, Condition, DeliveryHealth, Health, Queue, Redis, Vitals, Waiting
from crm.reminders import Reminders
from tests.fakes import MONDAY, FakeDeliveryDoors, FakeStorage, an_actor, an_arrival

NOTHING = Queue(0, timedelta(0))
WELL = Vitals(Waiting(NOTHING, NOTHING, NOTHING), True, timedelta(0), Redis.WELL)


async def look() -> Vitals:
    return WELL


QUIET = DeliveryHealth(0, 0, 0, None, None)
OPERATOR = replace(an_actor(), is_operator=True)


class Doors:
    away = False

    async def deliveries(self, now: datetime, since: datetime) -> DeliveryHealth:
        if self.away:
            raise StorageAway
        return QUIET


async def test_an_operator_sees_it_and_nobody_else() -> None:
    health = Health(look, Doors(), FakeStorage())
    assert await health.show(OPERATOR, MONDAY) == Condition(WELL, QUIET)
    with pytest.raises(NotAllowed):
        await health.show(replace(an_actor(), is_operator=False), MONDAY)


async def test_while_postgresql_is_away_the_rest_is_shown() -> None:
    doors = Doors()
    doors.away = True
    assert await Health(look, doors, FakeStorage()).show(OPERATOR, MONDAY) == Condition(WELL, None)


async def test_what_failed_for_one_reason_is_tried_again_together() -> None:
    storage = FakeStorage()
    health, deliveries = Health(look, Doors(), storage), Deliveries(storage, FakeDeliveryDoors(storage))
    for number in (1, 2, 3):
        await Reminders(storage).create(
            OPERATOR, an_arrival(number), "in 1 minute tea", lambda _saved: Answer("ok")
        )
    later = MONDAY + timedelta(minutes=1)
    for one, reason in zip(await deliveries.claim(later), ("blocked", "blocked", "odd"), strict=True):
        await deliveries.failed(one, reason, later, for_good=True)
    first = min(storage.state.reminders)

    def say(count: int) -> Answer:
        return Answer(toast=str(count))

    assert (await health.retry(OPERATOR, an_arrival(4), first, say)).toast == "2"
    assert (await health.retry(OPERATOR, an_arrival(5), first, say)).toast == "0"
    assert sorted(row.state for row in storage.state.reminders.values()) == ["failed", "pending", "pending"]
    with pytest.raises(NotAllowed):
        await health.retry(replace(OPERATOR, is_operator=False), an_arrival(6), first, say)


@pytest.mark.parametrize(
    ("vitals", "ready"),
    [
        (WELL, True),
        (replace(WELL, redis=Redis.AWAY), True),
        (replace(WELL, waiting=None), False),
        (replace(WELL, schema_fits=False), False),
        (replace(WELL, telegram_silence=SILENCE + timedelta(seconds=1)), False),
        (replace(WELL, waiting=Waiting(Queue(9, timedelta(days=1)), NOTHING, NOTHING)), True),
    ],
)
def test_ready_is_whoever_can_work(vitals: Vitals, ready: bool) -> None:
    assert vitals.is_ready is ready
