"""Stopping: the word works however it is written, whatever the bot has asked, and however fast somebody was."""

import pytest

from crm.limits import ROOM
from tests.handlers.desk import Desk

STOPPED, NOTHING = "Stopped.", "There is nothing to stop."


@pytest.mark.parametrize(
    "words", ["/stop", "/стоп", "стоп", "Стоп!", "stop", "STOP.", "/stop@Switchboard_bot", "/stop now"]
)
async def test_the_word_stops_what_is_being_answered(desk: Desk, words: str) -> None:
    await desk.says("how are you?")
    assert (await desk.says(words)).text == STOPPED
    assert [row.state for row in desk.storage.state.turns.values()] == ["canceled"]
    assert (await desk.says(words)).text == NOTHING


@pytest.mark.parametrize("words", ["@Switchboard_bot стоп", "@switchboard_bot, stop.", "/stop"])
async def test_in_a_group_it_is_said_to_the_bot(desk: Desk, words: str) -> None:
    await desk.says("@Switchboard_bot how are you?", chat=-55)
    assert (await desk.says(words, chat=-55)).text == STOPPED
    assert await desk.says("stop", chat=-55) is None  # to others


@pytest.mark.parametrize("words", ["stop the presses", "стоп-лист на завтра", "non-stop", "не стоп"])
async def test_what_only_begins_so_stops_nothing(desk: Desk, words: str) -> None:
    await desk.says("how are you?")
    answer = await desk.says(words)
    assert answer is None or answer.text not in (STOPPED, NOTHING)
    assert "canceled" not in [row.state for row in desk.storage.state.turns.values()]


@pytest.mark.parametrize("words", ["/stop", "стоп", "stop"])
async def test_it_is_no_answer_to_a_question_of_the_bots(desk: Desk, words: str) -> None:
    await desk.says("/task")
    assert (await desk.says(words)).text == NOTHING
    assert desk.titles == []


@pytest.mark.parametrize("words", ["/stop", "стоп", "stop"])
async def test_whoever_was_too_fast_can_stop_what_they_set_going(desk: Desk, words: str) -> None:
    await desk.says("how are you?")
    for _ in range(int(ROOM)):
        refused = await desk.says("/tasks")
    assert refused is None or "faster than I can follow" in refused.text
    assert (await desk.says(words)).text == STOPPED
