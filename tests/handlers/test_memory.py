"""Memory in Telegram: what is to be remembered, what is forgotten, and what erasing asks first."""

import pytest

from tests.handlers.desk import Desk


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("Remember that I prefer calls after ten", "I prefer calls after ten"),
        ("запомни, что мне звонить после десяти", "мне звонить после десяти"),
        ("remember: the code is blue", "the code is blue"),
    ],
)
async def test_what_is_to_be_remembered_is_kept_without_a_model(desk: Desk, text: str, fact: str) -> None:
    answer = await desk.says(text)
    assert fact in answer.text
    card = await desk.says("/memory")
    assert f"1. {fact}" in card.text
    assert desk.questions == []


@pytest.mark.parametrize("text", ["Do you remember that?", "remember to smile", "запомни, что это?"])
async def test_what_only_sounds_so_goes_on_to_the_assistant(desk: Desk, text: str) -> None:
    await desk.says(text)
    assert desk.questions == [text]


async def test_a_fact_is_changed_and_forgotten_by_its_buttons(desk: Desk) -> None:
    await desk.says("remember that I prefer tea")
    card = await desk.says("/memory")
    edit, drop = card.buttons[0]
    assert "instead" in (await desk.presses(edit.data)).text
    assert "coffee" in (await desk.says("I prefer coffee")).text
    assert "coffee" not in (await desk.presses(drop.data)).text


async def test_erasing_asks_first(desk: Desk) -> None:
    await desk.says("what is new?")
    card = await desk.says("/forget")
    sure = await desk.presses(card.buttons[0][0].data)
    assert "can't be brought back" in sure.text
    assert desk.questions == ["what is new?"]
    done = await desk.presses(sure.buttons[0][0].data)
    assert done.text.startswith("Erased: 1 message.")
    assert desk.questions == [""]


async def test_nobody_erases_by_a_button_of_somebody_else(desk: Desk) -> None:
    await desk.says("what is new?")
    answer = await desk.presses("mem:1001:erase:all", user=1002)
    assert "somebody else" in answer.toast
    assert desk.questions == ["what is new?"]
