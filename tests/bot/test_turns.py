"""Turns: each is answered once, an error has one form, and the worker outlives what goes wrong around it."""

import asyncio
from typing import Any

import pytest

from crm.agents import Choice, Reason
from crm.conversations import ATTEMPTS, ModelAnswer
from crm.errors import BadInput, StorageAway
from crm.turns import OWN, ModelAway
from tests.bot.turns import House
from tests.fakes import (
    an_actor,
    an_agent,
    an_arrival,
)


@pytest.fixture
def house() -> House:
    return House()


async def test_a_question_is_answered_and_the_row_says_with_which_message(house: House) -> None:
    turn = await house.ask("how are you")
    await house.run(lambda: house.row(turn).state == "sent")
    assert house.telegram.said == ["echo how are you"]
    assert house.row(turn).telegram_message_id == 77


async def test_questions_that_come_while_it_answers_are_answered_next_and_together(house: House) -> None:
    first = await house.ask("question 0")
    house.model.hold = asyncio.Event()
    asked: list[int] = []

    async def ask_more() -> None:
        while not house.model.asked:  # noqa: ASYNC110 - until the model thinks
            await asyncio.sleep(0)
        asked.extend([await house.ask("question 1"), await house.ask("question 2")])
        assert house.model.hold is not None
        house.model.hold.set()

    asking = asyncio.create_task(ask_more())
    await house.run(lambda: asking.done() and house.row(asked[0]).state == "sent")
    assert house.telegram.said == ["echo question 0", "echo question 1\nquestion 2"]
    assert (house.row(first).state, house.row(asked[1]).state) == ("sent", "joined")


async def test_a_fault_of_the_model_is_a_sentence_with_the_reference_that_is_reported(house: House) -> None:
    house.model.faults = [ValueError("the prompt was +7 999 123-45-67")]
    turn = await house.ask("привет", language="ru")
    await house.run(lambda: house.row(turn).state == "failed" and bool(house.telegram.said))
    assert house.row(turn).reference == "REF00001"
    assert house.reported == [("ValueError", "REF00001")]
    [sentence] = house.telegram.said
    assert "REF00001" in sentence
    assert "02.03 12:00" in sentence
    assert "999" not in sentence
    assert "Помощник" in sentence


async def test_a_rule_met_on_the_way_is_no_fault_to_report(house: House) -> None:
    house.model.faults = [BadInput("Too long.")]
    turn = await house.ask("x")
    await house.run(lambda: house.row(turn).state == "failed")
    assert house.reported == []


async def test_an_answer_bears_the_assistants_name_and_a_sentence_of_our_own_none(house: House) -> None:
    house.storage.state.agents.append(an_agent("coach"))
    said = await house.ask("how are you")
    await house.run(lambda: house.row(said).state == "sent")
    house.model.name = OWN
    ours = await house.ask("and now")
    await house.run(lambda: house.row(ours).state == "sent")
    kept = await house.ask("once more")
    [claimed] = await house.conversations.claim(house.clock())
    await house.conversations.keep_answer(claimed, ModelAnswer("ours", [], OWN))
    house.clock.move(minutes=1)  # the process ended, its lease ran out
    await house.run(lambda: house.row(kept).state == "sent")
    named, *plain = house.telegram.said
    assert named.startswith("echo how are you\n\n— ")
    assert plain == ["echo and now", "ours"]


async def stopped_while_it_thinks(house: House) -> int:
    """A turn whose model is stopped by a person; its id."""
    house.model.hold = asyncio.Event()
    turn = await house.ask("a long story")

    async def stop() -> None:
        while not house.model.asked:  # noqa: ASYNC110 - until the model thinks
            await asyncio.sleep(0)
        await house.conversations.stop(an_actor(), an_arrival(99), lambda _any: None, turn_id=turn)

    stopping = asyncio.create_task(stop())
    await house.run(lambda: stopping.done() and house.row(turn).state in ("canceled", "stopped"))
    house.model.hold = None
    return turn


async def test_a_turn_stopped_before_the_first_word_says_nothing_and_the_next_goes_on(house: House) -> None:
    turn = await stopped_while_it_thinks(house)
    assert house.row(turn).state == "canceled"
    after = await house.ask("a short one")
    await house.run(lambda: house.row(after).state == "sent")
    assert house.telegram.said == ["echo a short one"]


async def test_what_a_stopped_turn_had_said_is_kept_as_a_message_with_its_cost(house: House) -> None:
    house.model.says = "Once upon a"
    turn = await stopped_while_it_thinks(house)
    assert (house.row(turn).state, house.telegram.said) == ("stopped", ["Once upon a"])
    answer = house.row(turn).answer
    assert answer is not None
    assert (answer.input_tokens, answer.output_tokens, answer.cost_micros) == (3, 4, 5)


async def test_a_provider_that_is_away_is_asked_again_from_the_last_step_on(house: House) -> None:
    house.model.faults = [ModelAway("busy"), ModelAway("broke off")]
    turn = await house.ask("how are you")
    await house.run(lambda: house.row(turn).state == "sent")
    assert house.telegram.said == ["echo how are you"]
    assert house.slept == [1, 2]


async def test_a_provider_that_stays_away_is_given_up_after_three_tries(house: House) -> None:
    house.model.faults = [ModelAway("busy")] * 3
    turn = await house.ask("how are you")
    await house.run(lambda: house.row(turn).state == "failed")
    assert len(house.model.asked) == 3
    assert len(house.telegram.said) == 1


async def test_a_turn_that_ended_its_process_too_often_gets_an_apology(house: House) -> None:
    turn = await house.ask("how are you")
    for _ in range(ATTEMPTS):
        await house.conversations.claim(house.clock())
        house.clock.move(minutes=1)
    await house.run(lambda: house.row(turn).state == "failed" and bool(house.telegram.said))
    assert house.model.asked == []
    assert "REF00001" in house.telegram.said[0]


@pytest.mark.parametrize("fault", [StorageAway(), LookupError("no such column")])
async def test_the_worker_outlives_what_goes_wrong_with_a_claim(house: House, fault: Exception) -> None:
    claim, faults = house.doors.claim, [fault]

    async def flaky(*given: Any, **more: Any) -> Any:
        if faults:
            raise faults.pop()
        return await claim(*given, **more)

    house.doors.claim = flaky  # type: ignore[method-assign]  # a database that fails once
    turn = await house.ask("how are you")

    def answered() -> bool:
        house.wake()  # as the next second would
        return house.row(turn).state == "sent"

    await house.run(answered)
    assert len(house.reported) == (0 if isinstance(fault, StorageAway) else 1)


async def test_a_stop_gives_a_turn_back_so_that_another_process_takes_it_at_once(house: House) -> None:
    house.model.hold = asyncio.Event()
    turn = await house.ask("how are you")
    working = asyncio.create_task(house.worker.run())
    async with asyncio.timeout(5):
        while not house.model.asked:  # noqa: ASYNC110 - until the model thinks
            await asyncio.sleep(0)
        await house.worker.stop()
        await working
    row = house.row(turn)
    assert (row.state, row.held_until, row.turn.attempts) == ("queued", None, 0)
    [claimed] = await house.conversations.claim(house.clock())
    assert claimed.id == turn


async def working(house: House) -> "asyncio.Task[None]":
    """The worker at its work, which has looked for turns once."""
    task = asyncio.create_task(house.worker.run())
    while house.worker.lease() is None:  # noqa: ASYNC110 - it has no event
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    return task


async def test_a_question_begins_as_it_is_committed_and_what_comes_meanwhile_joins_the_next() -> None:
    house = House(at_once=True)
    assert house.worker.lease() is None  # before it works
    task = await working(house)
    house.model.hold = asyncio.Event()
    first = await house.ask("question 0")
    assert house.row(first).turn.attempts == 1
    assert house.row(first).turn.lease
    later = [await house.ask("question 1"), await house.ask("question 2")]
    assert [house.row(turn).turn.lease for turn in later] == ["", ""]
    house.model.hold.set()
    async with asyncio.timeout(5):
        while house.row(later[0]).state != "sent":  # noqa: ASYNC110 - it has no event
            await asyncio.sleep(0)
    assert house.telegram.said == ["echo question 0", "echo question 1\nquestion 2"]
    assert [turn.prepared is not None for turn in house.model.turns] == [True, False]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_one_that_was_committed_while_the_process_stops_is_given_back() -> None:
    house = House(at_once=True)
    task = await working(house)
    lease = house.worker.lease()
    stopping = asyncio.create_task(house.worker.stop())
    await asyncio.sleep(0)
    assert house.worker.lease() is None
    async with house.storage.transaction(an_actor()) as unit:
        agent = house.storage.state.agents[0]
        turn = await unit.conversations.add_turn(
            an_actor(), an_arrival(1), Choice(agent, Reason.DEFAULT, "late"), until=lease
        )
    house.worker.take(turn)
    await asyncio.gather(stopping, task)
    await asyncio.sleep(0)
    assert (house.model.asked, house.row(turn.id).held_until) == ([], None)
    [claimed] = await house.conversations.claim(house.clock())
    assert (claimed.id, claimed.attempts) == (turn.id, 1)


async def test_who_asks_again_after_the_model_was_away_reads_what_is_true_by_then() -> None:
    house = House(at_once=True)
    task = await working(house)
    house.model.faults = [ModelAway("429")]
    turn = await house.ask("how are you")
    async with asyncio.timeout(5):
        while house.row(turn).state != "sent":  # noqa: ASYNC110 - it has no event
            await asyncio.sleep(0)
    assert [turn.prepared is not None for turn in house.model.turns] == [True, False]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_turn_that_was_lost_and_claimed_anew_by_the_same_process_is_worked_on_once(
    house: House,
) -> None:
    house.model.hold = asyncio.Event()
    turn = await house.ask("how are you")

    async def lose() -> None:
        while not house.model.asked:  # noqa: ASYNC110 - until the model thinks
            await asyncio.sleep(0)
        [stale] = house.worker._running.values()
        house.clock.move(minutes=1)  # PostgreSQL was away for longer than a lease
        house.worker.wake()
        while len(house.model.asked) < 2:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0)
        await asyncio.wait({stale}, timeout=1)
        assert stale.cancelled()
        assert len(house.worker._ours) == len(house.worker._running) == 1
        assert house.model.hold is not None
        house.model.hold.set()

    losing = asyncio.create_task(lose())
    await house.run(lambda: house.row(turn).state == "sent")
    await losing
    assert (house.telegram.said, house.reported) == (["echo how are you"], [])
