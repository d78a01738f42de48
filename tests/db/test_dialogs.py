"""Dialogs in PostgreSQL: a question ends with the effect of its answer, and stays when that is taken back."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from crm.answers import Answer
from crm.dialogs import Dialog, DialogKey
from crm.people import Actor
from crm.tasks import Tasks
from db.dialogs import SqlDialogs
from db.storage import SqlStorage
from tests.acting import an_arrival

HERE, ELSEWHERE = DialogKey(1, 101, None, 101), DialogKey(1, 101, 7, 101)
ASKED = Dialog("ask:task")


async def test_a_question_ends_with_the_effect_of_its_answer(
    engine: AsyncEngine, storage: SqlStorage, anna: Actor
) -> None:
    dialogs, now = SqlDialogs(engine), datetime.now(UTC)
    for place in (HERE, ELSEWHERE):
        await dialogs.put(place, ASKED, now)
    answer = replace(an_arrival(), closes=HERE)
    await Tasks(storage).create(anna, answer, "water the roses", lambda _saved: Answer("ok"))
    assert [await dialogs.get(place, now) for place in (HERE, ELSEWHERE)] == [Dialog(), ASKED]


async def test_a_question_whose_answer_came_to_nothing_stays(
    engine: AsyncEngine, storage: SqlStorage, anna: Actor
) -> None:
    dialogs, now = SqlDialogs(engine), datetime.now(UTC)
    await dialogs.put(HERE, ASKED, now)

    async def die() -> None:
        async with storage.transaction(anna) as unit:
            await unit.updates.finish(replace(an_arrival(), closes=HERE), None)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await die()
    assert await dialogs.get(HERE, now) == ASKED
