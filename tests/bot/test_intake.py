"""Intake: an effect once, the answer that is owed, and what happens to an update that ends its process."""

import asyncio
from typing import Any, ClassVar, cast

import pytest
from aiogram import Bot
from aiogram.types import Update

from bot.intake import ATTEMPTS
from bot.retries import EFFECT
from crm.answers import Answer
from crm.errors import StorageAway
from tests.bot.intakes import SAVED, Handlers, House, Telegram, said
from tests.fakes import FakeJournal, FakeStorage


@pytest.fixture
def house() -> House:
    storage = FakeStorage()
    return House(storage, FakeJournal(storage), Telegram(), Handlers(storage), [])


async def test_an_update_has_its_effect_and_its_answer(house: House) -> None:
    await house.process().handle(said())
    assert (house.handlers.effects, house.telegram.said) == ([1], ["saved"])


async def test_a_redelivery_of_what_was_answered_says_nothing(house: House) -> None:
    await house.process().handle(said())
    await house.process().handle(said())
    assert (house.handlers.effects, house.telegram.said) == ([1], ["saved"])


async def test_five_ended_processes_and_the_update_is_recorded_and_passed(house: House) -> None:
    await house.journal.begin(42, 1)  # and the process ends
    for _ in range(ATTEMPTS - 1):
        await house.journal.count_attempt(42, 1)  # and again
    await house.process().handle(said())
    assert (house.handlers.effects, house.telegram.said) == ([], [])
    assert (await house.journal.begin(42, 1)).handled


async def test_one_ended_process_less_and_it_is_tried(house: House) -> None:
    await house.journal.begin(42, 1)
    for _ in range(ATTEMPTS - 2):
        await house.journal.count_attempt(42, 1)
    await house.process().handle(said())
    assert house.telegram.said == ["saved"]


async def test_what_only_waited_while_another_ended_the_process_is_not_passed_with_it(house: House) -> None:
    effects: list[int] = []

    async def feed_update(bot: Telegram, update: Update) -> Answer:
        if update.update_id == 1:
            await asyncio.Event().wait()  # until the process ends
        effects.append(update.update_id)
        house.storage.state.handled[bot.id, update.update_id] = SAVED
        return SAVED

    house.handlers.feed_update = feed_update  # type: ignore[method-assign]  # one that ends processes
    for number in (1, 2, 3):
        await house.journal.begin(42, number)  # all were under way as it ended the process first
    for _ in range(ATTEMPTS):
        intake = house.process()
        tasks = [asyncio.create_task(intake.handle(said(number, chat_id=number))) for number in (1, 2, 3)]
        for _turn in range(30):
            await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    assert sorted(effects) == [2, 3]
    assert (await house.journal.begin(42, 1)).handled  # passed


async def test_a_second_attempt_runs_alone(house: House) -> None:
    running: set[int] = set()
    together: list[set[int]] = []
    gates = {number: asyncio.Event() for number in (1, 2, 3)}

    async def feed_update(_bot: Telegram, update: Update) -> None:
        running.add(update.update_id)
        together.append(set(running))
        await gates[update.update_id].wait()
        running.discard(update.update_id)

    house.handlers.feed_update = feed_update  # type: ignore[assignment, method-assign]  # one that can be held
    await house.journal.begin(42, 2)  # ended its process once
    intake = house.process()
    tasks = [asyncio.create_task(intake.handle(said(number, chat_id=number))) for number in (1, 2, 3)]
    for number in (1, 2, 3):
        for _ in range(20):
            await asyncio.sleep(0)
        gates[number].set()
    await asyncio.gather(*tasks)
    assert {2} in together
    assert all(group == {2} for group in together if 2 in group)


async def test_first_attempts_run_side_by_side(house: House) -> None:
    both = asyncio.Barrier(2)

    async def feed_update(_bot: Telegram, _update: Update) -> None:
        await both.wait()

    house.handlers.feed_update = feed_update  # type: ignore[assignment, method-assign]  # ends only with company
    intake = house.process()
    async with asyncio.timeout(5):
        await asyncio.gather(intake.handle(said(1)), intake.handle(said(2, chat_id=8)))


async def test_while_postgresql_is_away_an_update_waits_and_is_handled_once(house: House) -> None:
    house.storage.away = True
    await house.process().handle(said())
    assert house.slept[:6] == [0.5, 1, 2, 4, 8, 10]
    assert (house.handlers.effects, house.telegram.said) == ([1], ["saved"])


async def test_postgresql_gone_again_and_again_in_one_process_loses_no_update(house: House) -> None:
    """What is counted are ends of the process, not the times a database went away under an update."""
    house.handlers.before = [StorageAway() for _ in range(ATTEMPTS + 2)]
    await house.process().handle(said())
    assert (house.handlers.effects, house.telegram.said) == ([1], ["saved"])


async def test_a_commit_whose_reply_was_lost_is_answered_and_not_repeated(house: House) -> None:
    house.handlers.after = [StorageAway()]
    await house.process().handle(said())
    assert (house.handlers.effects, house.telegram.said) == ([1], ["saved"])


async def test_a_fault_that_nobody_answers_is_tried_a_few_times_and_then_passed(house: House) -> None:
    house.handlers.before = [ValueError() for _ in range(EFFECT.tries or 0)]
    await house.process().handle(said())
    assert house.handlers.effects == []
    assert (await house.journal.begin(42, 1)).handled


async def test_an_update_of_a_kind_that_is_not_known_is_passed_like_any_other(house: House) -> None:
    update = Update.model_validate({"update_id": 1, "something_new": {"id": 1}})
    await house.process().handle(update)
    assert house.handlers.effects == [1]


async def test_whoever_writes_while_postgresql_is_away_is_told_and_its_return_is_noticed(
    house: House,
) -> None:
    class Outage:
        told: ClassVar[list[int]] = []
        over = 0

        async def tell(self, _bot: Bot, update: Update) -> None:
            self.told.append(update.update_id)

        def is_over(self) -> None:
            self.over += 1

    house.storage.away = True
    process, outage = house.process(), Outage()
    process._outage = cast("Any", outage)
    await process.handle(said(1))
    assert set(outage.told) == {1}  # at each try: whom was told is the outage's to know
    assert outage.over == 1
    assert house.telegram.said == ["saved"]
