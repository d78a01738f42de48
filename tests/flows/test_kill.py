"""Nothing acknowledged is lost, nothing is done twice: with kill -9 and with PostgreSQL away."""

import asyncio

from tests.databases import Database
from tests.flows.stage import Stage, StoppableDatabase


async def test_kill_between_the_effect_and_the_acknowledgement_leaves_one_task_and_an_answer(
    own_stage: Stage, own_database: Database
) -> None:
    anna = await own_stage.person("Anna")
    await anna.asks("/start", "language")
    await own_stage.post("/sim/faults", {"method": "sendMessage", "delay": 30, "error_code": 500, "count": 1})
    await anna.say("/task survive the power cut")
    await own_stage.until(lambda: own_database.count("crm_tasks"), 1)
    await own_stage.held()
    own_stage.kill()
    await own_stage.start()
    await anna.hears("survive the power cut", patience=60)
    assert await own_database.count("crm_tasks") == 1
    assert await asyncio.to_thread(own_stage.stop) == 0  # a graceful stop ends within its time


async def test_updates_that_come_while_postgresql_is_away_are_handled_once_it_is_back(
    stage_with_stoppable_database: Stage, stoppable: StoppableDatabase
) -> None:
    stage = stage_with_stoppable_database
    people = [await stage.person(name) for name in ("Anna", "Boris", "Clara")]
    for person in people:
        await person.asks("/start", "language")
    stoppable.stop()
    for number in range(5):
        for person in people:
            await person.say(f"/task job {number}")
    await asyncio.sleep(1)  # the bot meets the absence
    stoppable.start()
    for person in people:
        for number in range(5):
            await person.hears(f"job {number}", patience=60)
    assert await stoppable.database.count("crm_tasks") == 15
