"""Words that work as commands: with the slash everywhere, in Russian and bare in private chats."""

from typing import Any

import pytest

from tests.handlers.desk import Desk

GROUP = -5001


@pytest.mark.parametrize(
    "text",
    [
        "/task buy paper", "/task@switchboard_bot buy paper", "/TASK buy paper", "/Task@SWITCHBOARD_BOT buy paper",
        "/задача buy paper", "задача buy paper", "Задача buy paper", "/task\nbuy paper", "  /task   buy paper  ",
    ],
)  # fmt: skip
async def test_these_make_a_task(desk: Desk, text: str) -> None:
    await desk.says(text)
    assert desk.titles == ["buy paper"]


@pytest.mark.parametrize(
    "text", ["task buy paper", "задачка buy paper", "моя задача buy paper", "Задача: buy paper"]
)
async def test_these_are_for_the_assistant(desk: Desk, text: str) -> None:
    await desk.says(text)
    assert (desk.titles, len(desk.questions)) == ([], 1)


@pytest.mark.parametrize("text", ["buy paper tomorrow 10:00", "завтра в 10:00 купить бумагу"])
async def test_a_plain_text_without_doubt_is_saved_and_reaches_no_assistant(desk: Desk, text: str) -> None:
    saved = await desk.says(text)
    assert "#1" in saved.text
    assert (len(desk.titles), desk.questions) == (1, [])


async def test_in_a_group_a_plain_text_goes_to_the_assistant(desk: Desk) -> None:
    await desk.says("@switchboard_bot buy paper tomorrow 10:00", chat=GROUP)
    assert (desk.titles, len(desk.questions)) == ([], 1)


@pytest.mark.parametrize("text", ["/tasky buy paper", "/task_buy paper", "/", "/задачка x"])
async def test_an_unknown_command_is_named_and_gets_the_help(desk: Desk, text: str) -> None:
    told = await desk.says(text)
    assert told.text.startswith(f"I have no command {text.split(maxsplit=1)[0]}. What there is:\n\n/task")
    assert "/remind" in told.text
    assert (desk.titles, desk.questions) == ([], [])


async def test_another_bots_command_in_a_group_is_left_alone(desk: Desk) -> None:
    assert await desk.says("/task@other_bot buy paper", chat=GROUP) is None
    assert (desk.titles, desk.questions) == ([], [])


async def test_in_a_group_a_bare_word_is_talk(desk: Desk) -> None:
    assert await desk.says("задача buy paper", chat=GROUP) is None
    await desk.says("/задача buy paper", chat=GROUP)
    assert desk.titles == ["buy paper"]


@pytest.mark.parametrize(("label", "said"), [("Task", "to be done"), ("Call", "Who was it with")])
async def test_a_key_of_the_small_keyboard_asks(desk: Desk, label: str, said: str) -> None:
    assert said in (await desk.says(label)).text


async def test_the_key_of_contacts_lists_them(desk: Desk) -> None:
    assert "No contacts here" in (await desk.says("Contacts")).text
    await desk.says("/contact Anna +7 999 123-45-67")
    assert (await desk.says("Контакты")).text == "Contacts\nAnna"


@pytest.mark.parametrize("label", ["Today", "Сегодня", "сегодня"])
async def test_the_key_today_shows_the_agenda(desk: Desk, label: str) -> None:
    assert "Nothing is due today" in (await desk.says(label)).text


async def test_an_edit_of_a_command_makes_no_second_task(desk: Desk) -> None:
    await desk.says("/task buy paper")
    message = {"message_id": 1, "date": 0, "edit_date": 1, "chat": {"id": 1001, "type": "private"}}
    person = {"id": 1001, "is_bot": False, "first_name": "Person"}
    await desk.fed("edited_message", message | {"from": person, "text": "/task buy pens"})
    assert desk.titles == ["buy pens"]


@pytest.mark.parametrize(
    "file",
    [
        {"location": {"latitude": 1.0, "longitude": 1.0}},
        {"sticker": {"file_id": "f", "file_unique_id": "u", "type": "regular", "width": 1, "height": 1,
                     "is_animated": False, "is_video": False}},
    ],
)  # fmt: skip
async def test_what_is_no_text_gets_its_sentence_in_private_and_none_in_a_group(
    desk: Desk, file: dict[str, Any]
) -> None:
    assert "messages of this kind" in (await desk.says(None, **file)).text
    assert await desk.says(None, chat=GROUP, **file) is None
