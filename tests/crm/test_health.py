"""Health: whose business it is, and what makes a bot ready."""

from dataclasses import replace
from datetime import timedelta

import pytest

from crm.errors import NotAllowed
from crm.health import SILENCE, Health, Queue, Redis, Vitals, Waiting
from tests.fakes import an_actor

NOTHING = Queue(0, timedelta(0))
WELL = Vitals(Waiting(NOTHING, NOTHING, NOTHING), True, timedelta(0), Redis.WELL)


async def look() -> Vitals:
    return WELL


async def test_an_operator_sees_it_and_nobody_else() -> None:
    assert await Health(look).show(replace(an_actor(), is_operator=True)) is WELL
    with pytest.raises(NotAllowed):
        await Health(look).show(replace(an_actor(), is_operator=False))


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
