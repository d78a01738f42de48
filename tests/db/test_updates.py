"""Updates over real rows: one transaction with their effect, the answer owed with it, nothing twice."""

from dataclasses import replace

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from crm.answers import Answer
from crm.calls import Calls
from crm.errors import AlreadyHandled
from crm.people import Actor
from crm.tasks import Tasks
from db.storage import SqlStorage
from db.updates import SqlUpdateJournal
from tests.acting import an_arrival
from tests.databases import Database


def said(text: str) -> Answer:
    return Answer(text=text)


async def test_a_task_its_reminder_and_the_answer_owed_are_one_transaction(
    engine: AsyncEngine, anna: Actor, database: Database
) -> None:
    tasks, journal = Tasks(SqlStorage(engine)), SqlUpdateJournal(engine)
    arrival = an_arrival()
    await journal.begin(1, arrival.update_id)
    await tasks.create(
        anna, arrival, "in 2 hours call Anna", lambda saved: said(f"#{saved[0].number} {saved[0].title}")
    )
    again = await journal.begin(1, arrival.update_id)
    assert (again.attempts, again.handled, again.owed) == (2, True, said("#1 call Anna"))
    with pytest.raises(AlreadyHandled):
        await tasks.create(
            anna, replace(arrival, message_id=999), "in 2 hours call Anna", lambda _task: said("")
        )
    assert [await database.count(name) for name in ("crm_tasks", "reminders", "reminder_deliveries")] == [
        1,
        1,
        1,
    ]
    await journal.answered(1, arrival.update_id)
    assert (await journal.begin(1, arrival.update_id)).owed is None


async def test_a_fault_in_the_middle_leaves_nothing(
    engine: AsyncEngine, anna: Actor, database: Database
) -> None:
    def fail(_task: object) -> Answer:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await Tasks(SqlStorage(engine)).create(anna, an_arrival(), "tomorrow 10:00 x", fail)
    assert [await database.count(name) for name in ("crm_tasks", "reminders", "activity_logs")] == [0, 0, 0]


async def test_an_update_without_an_answer_owes_none(
    engine: AsyncEngine, database: Database, anna: Actor
) -> None:
    async with SqlStorage(engine).transaction(anna) as unit:
        await unit.updates.finish(an_arrival(), None)
    assert await database.count("handled_updates WHERE answer IS NOT NULL") == 0


async def test_a_message_that_made_its_task_or_call_makes_no_second_one(
    engine: AsyncEngine, anna: Actor, database: Database
) -> None:
    tasks, calls, first = Tasks(SqlStorage(engine)), Calls(SqlStorage(engine)), an_arrival()
    await tasks.create(anna, first, "x", lambda saved: said(saved[0].title))
    another = replace(an_arrival(), message_id=first.message_id)
    again = replace(an_arrival(), message_id=first.message_id)
    await calls.log(anna, another, "Petrov +7 999 123-45-67", lambda call: said(""))
    with pytest.raises(AlreadyHandled):
        await tasks.create(anna, again, "x", lambda saved: said(saved[0].title))
    with pytest.raises(AlreadyHandled):
        await calls.log(anna, again, "Petrov +7 999 123-45-67", lambda call: said(""))
    assert [await database.count(name) for name in ("crm_tasks", "crm_calls")] == [1, 1]


async def test_an_answer_that_is_given_up_is_forgotten(
    anna: Actor, engine: AsyncEngine, database: Database
) -> None:
    journal, arrival = SqlUpdateJournal(engine), an_arrival()
    await Tasks(SqlStorage(engine)).create(
        anna, arrival, "call Zoe +79991234567", lambda _saved: said("kept")
    )
    assert (await journal.begin(arrival.bot_id, arrival.update_id)).owed == said("kept")
    await journal.give_up(arrival.bot_id, arrival.update_id)
    assert await database.count("handled_updates WHERE answer IS NOT NULL AND answer <> 'null'") == 0
