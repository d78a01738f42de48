"""Help: one screen, and a page for each topic."""

import pytest

from bot.menu import COMMANDS
from handlers.help import TOPICS
from tests.handlers.desk import Desk

SCREEN = 1100  # characters that a phone shows at once, more or less


async def test_help_is_one_screen_with_a_button_for_each_topic(desk: Desk) -> None:
    told = await desk.says("/help")
    assert len(told.text) < SCREEN
    assert [button.data for row in told.buttons for button in row] == [f"help:{key}" for key in TOPICS]


@pytest.mark.parametrize("key", TOPICS)
async def test_each_topic_has_a_page_and_a_way_back(desk: Desk, key: str) -> None:
    page = await desk.presses(f"help:{key}")
    assert page.edit
    assert len(page.text) < SCREEN
    [[back]] = page.buttons
    assert (await desk.presses(back.data)).text == (await desk.says("/help")).text


async def test_every_command_of_the_menu_is_told_of_somewhere(desk: Desk) -> None:
    pages = [(await desk.presses(f"help:{key}")).text for key in TOPICS]
    for command in set(COMMANDS["en"]) - {"help"}:
        assert any(f"/{command}" in page for page in pages), command


async def test_no_line_is_left_with_an_empty_place(desk: Desk) -> None:
    for key in TOPICS:
        assert "{" not in (await desk.presses(f"help:{key}")).text


async def test_in_a_group_help_says_what_privacy_mode_hides_and_how_to_change_that(desk: Desk) -> None:
    told = (await desk.says("/help", chat=-55)).text
    assert "privacy mode hides the rest" in told
    assert "/setprivacy" in told
    assert "privacy mode" not in (await desk.says("/help")).text  # in private nothing is hidden
    desk.storage.state.watched[-55] = True
    told = (await desk.says("/help", chat=-55)).text
    assert "I see every message here" in told
    assert "privacy mode" not in told


async def test_a_command_that_is_none_is_named_above_the_help(desk: Desk) -> None:
    told = (await desk.says("/reminnd in an hour tea")).text
    assert told.startswith("There is no command /reminnd.\n\n")
    assert told.endswith((await desk.says("/help")).text)
