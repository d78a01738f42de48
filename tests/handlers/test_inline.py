"""Inline: «@bot task …» offers a task, its button saves it once, for its author only."""

from typing import Any

import pytest

from tests.handlers.desk import Desk


def button_of(result: Any) -> str:
    return str(result.reply_markup.inline_keyboard[0][0].callback_data)


@pytest.mark.parametrize(
    "query", ["task tomorrow 10:00 buy paper", "Задача tomorrow 10:00 buy paper", "tomorrow 10:00 buy paper"]
)
async def test_a_task_is_offered_with_its_title_and_due(desk: Desk, query: str) -> None:
    [offered] = await desk.asks_inline(query)
    assert offered.title == "Task: buy paper"
    assert offered.description == "Tue, 3 Mar, 10:00"
    assert offered.input_message_content.message_text == "buy paper\nTue, 3 Mar, 10:00"
    assert desk.titles == []  # offered, not saved


@pytest.mark.parametrize("query", ["", "task", "   ", "task tomorrow", "Задача", "task today 00:01 too late"])
async def test_what_is_no_task_offers_nothing_and_no_fault(desk: Desk, query: str) -> None:
    assert await desk.asks_inline(query) == []


async def test_its_button_saves_it_for_the_author(desk: Desk) -> None:
    [offered] = await desk.asks_inline("task tomorrow 10:00 buy paper")
    saved = await desk.presses(button_of(offered), inline_message_id="5:1")
    assert "buy paper" in saved.text
    assert desk.titles == ["buy paper"]


async def test_nobody_else_can_save_it(desk: Desk) -> None:
    [offered] = await desk.asks_inline("task buy paper")
    told = await desk.presses(button_of(offered), user=1002, inline_message_id="5:1")
    assert "Only whoever wrote it" in told.toast
    assert desk.titles == []


async def test_the_data_of_the_button_fits(desk: Desk) -> None:
    [offered] = await desk.asks_inline("task " + "я" * 240, user=2**52)
    assert len(button_of(offered).encode()) <= 64


async def test_one_that_is_too_old_says_how_to_write_it_again(desk: Desk) -> None:
    [first] = await desk.asks_inline("task buy paper")
    for number in range(10):
        await desk.asks_inline(f"task something else {number}")
    told = await desk.presses(button_of(first), inline_message_id="5:1")
    assert "too old" in told.toast
    assert desk.titles == []


async def test_typing_on_keeps_what_was_offered_last(desk: Desk) -> None:
    query = "task buy the paper for all"
    for length in range(6, len(query) + 1):
        offered = await desk.asks_inline(query[:length])
    await desk.presses(button_of(offered[0]), inline_message_id="5:1")
    assert desk.titles == ["buy the paper for all"]


async def test_an_open_question_is_not_touched_by_an_inline_query(desk: Desk) -> None:
    await desk.says("/task")
    await desk.asks_inline("task something else")
    await desk.says("water the plants")
    assert desk.titles == ["water the plants"]
