"""Attending: what is said instead of an answer, what is said before the first, and what is heard, shown and saved."""

from dataclasses import replace

import pytest

from crm.budgets import BudgetSpent, Period, Scope
from crm.memory import context_of
from crm.turns import ModelAnswer
from crm.usage import Estimate, counted
from tests.bot.rooms import PHOTO, VOICE, Room
from tests.fakes import (
    FakeListener,
)


@pytest.fixture
def room() -> Room:
    return Room()


async def test_what_leaves_is_said_once_and_before_the_model_is_asked(room: Room) -> None:
    room.models.leaves_for = ["OpenAI"]
    room.models.fault = RuntimeError("down")
    turn = await room.turn()
    with pytest.raises(RuntimeError):
        await room.attending.answer(turn, FakeListener())
    [notice] = room.said
    assert "goes to OpenAI" in notice
    await room.attending.answer(turn, FakeListener())
    assert room.said == [notice]


async def test_the_notice_and_the_transcript_stay_in_the_questions_topic(room: Room) -> None:
    room.ears.provider = "speech.example.org"
    turn = replace(await room.turn("", VOICE), thread_id=5)
    await room.attending.answer(turn, FakeListener())
    assert len(room.said) == 2
    assert room.telegram.topics == {5}


async def test_another_provider_is_said_again_and_to_everybody_for_themselves(room: Room) -> None:
    room.models.leaves_for = ["OpenAI"]
    turn = await room.turn()
    await room.attending.answer(turn, FakeListener())
    room.models.leaves_for = ["OpenAI", "llm.example.org"]
    await room.attending.answer(turn, FakeListener())
    boris = replace(turn, actor=replace(turn.actor, person_id=2, telegram_chat_id=1002))
    await room.attending.answer(boris, FakeListener())
    assert [("OpenAI" in text, "llm.example.org" in text) for text in room.said] == [
        (True, False),
        (False, True),
        (True, True),
    ]


async def test_nothing_is_said_of_what_stays_here(room: Room) -> None:
    assert await room.answer() == "echo hello"
    assert room.said == []


async def test_a_team_without_assistants_asks_no_model(room: Room) -> None:
    turn = await room.turn()
    async with room.storage.transaction(turn.actor) as unit:
        await unit.privacy.set_off(off=True)
    answer = await room.attending.answer(turn, FakeListener())
    assert "switched off in this team" in answer.text
    assert room.models.asked == []


async def test_a_spent_budget_is_said_to_the_person_and_once_a_day_to_the_operators(room: Room) -> None:
    turn = await room.turn(language="en")
    room.storage.state.budgets[turn.actor.workspace_id, Scope.MEMBER, None, Period.DAY] = 1_000_000
    for _ in range(2):
        with pytest.raises(BudgetSpent) as spent:
            await room.usage.reserve(turn.actor, Estimate("m", 1, 2_000_000))
        room.models.fault = spent.value
        answer = await room.attending.answer(turn, FakeListener())
        assert answer.text.startswith("Your own budget for assistants is used up for today")
    [(chat, text, _buttons)] = room.telegram.said
    assert chat == 900
    assert "«Участник, в день», $1.00" in text
    assert not room.storage.state.postponed  # said, and nothing is owed


async def test_a_spent_budget_that_nobody_was_told_of_is_told_from_its_row(room: Room) -> None:
    turn = await room.turn()
    with pytest.raises(BudgetSpent):  # for a summary or a trial, or the process ends here
        await room.usage.reserve(turn.actor, Estimate("m", 1, 6_000_000))
    [(owed, _until)] = room.storage.state.postponed.values()
    assert owed.address["message"]["chat"]["id"] == 900
    assert "$5.00" in owed.answer.text


async def test_what_found_no_room_is_summed_up_beside_the_answer(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context_of, "__kwdefaults__", {"budget": 60})
    turn = await room.turn()
    said = [
        {"kind": "request", "parts": [{"part_kind": "user-prompt", "content": "q" * 90}]},
        {"kind": "response", "parts": [{"part_kind": "text", "content": "a" * 60}]},
    ]
    for _ in range(2):
        row = room.storage.state.turns[turn.id]
        room.storage.state.turns[turn.id] = replace(row, state="sent", answer=ModelAnswer("", said, "m"))
        turn = await room.turn()
    room.models.made = "They talked."
    await room.attending.answer(turn, FakeListener())
    await room.attending.settle()
    assert "q" * 90 in room.models.summed[0]
    assert (await room.memory.context(turn)).summary == "They talked."
    await room.attending.answer(turn, FakeListener())
    assert "They talked." in str(room.models.asked[-1][1][0])


async def test_what_goes_on_from_something_erased_says_nothing_and_asks_no_model(room: Room) -> None:
    turn = await room.turn()
    answer = await room.attending.answer(replace(turn, resumes_turn_id=turn.id - 1), FakeListener())
    assert (answer.text, room.models.asked) == ("", [])


async def test_a_picture_goes_to_a_model_that_reads_it(room: Room) -> None:
    assert "No model that reads pictures" in await room.answer("what is it?", PHOTO)
    assert room.models.asked == []
    room.models.sees = True
    assert await room.answer("what is it?", PHOTO) == "echo what is it?"


def test_a_free_refusal_costs_nothing() -> None:
    assert counted("m", 0, 0, 0.0).micros == 0
