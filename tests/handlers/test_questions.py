"""Questions: the next message is the answer, a command ends the question, and nothing else is taken for one."""

import pytest

from tests.handlers.desk import Desk

GROUP = -5001


async def test_a_bare_command_asks_and_the_next_message_is_the_answer(desk: Desk) -> None:
    asked = await desk.says("/task")
    assert asked.question
    saved = await desk.says("water the plants")
    assert "water the plants" in saved.text
    assert desk.titles == ["water the plants"]


@pytest.mark.parametrize("name", ["Europe/Moscow", "Singapore", "UTC"])
async def test_a_zones_name_that_answers_a_question_is_the_answer(desk: Desk, name: str) -> None:
    await desk.says("/task")
    await desk.says(name)
    assert desk.titles == [name]
    assert desk.storage.state.timezones == {}


async def test_a_zones_name_is_a_zone_when_nothing_is_asked(desk: Desk) -> None:
    told = await desk.says("Asia/Tokyo")
    assert list(desk.storage.state.timezones.values()) == ["Asia/Tokyo"]
    assert "18:00" in told.text  # nine in the morning, UTC


async def test_a_zones_name_is_a_zone_when_the_zone_is_asked(desk: Desk) -> None:
    await desk.says("/start")
    await desk.presses("language:en")
    await desk.says(" Asia/Tokyo ")
    assert list(desk.storage.state.timezones.values()) == ["Asia/Tokyo"]


@pytest.mark.parametrize("said", ["new york", "Boston", "UTC-5"])
async def test_a_city_or_an_offset_answers_the_question_about_the_zone(desk: Desk, said: str) -> None:
    await desk.says("/start")
    asked = await desk.presses("language:en")
    assert "type your city" in asked.text
    told = await desk.says(said)
    assert "It is 04:00 for you" in told.text  # nine in the morning, UTC
    await desk.says(said)
    assert len(desk.questions) == 1  # nobody asks any more


async def test_the_zone_is_asked_with_cities_and_a_city_answers_it(desk: Desk) -> None:
    await desk.says("/start")
    asked = await desk.presses("language:ru")
    buttons = [button for row in asked.buttons for button in row]
    assert any(button.text.endswith(" Екатеринбург") for button in buttons)
    assert not any("/" in button.text for button in buttons)
    await desk.says("Екб")
    assert list(desk.storage.state.timezones.values()) == ["Asia/Yekaterinburg"]


async def test_a_city_is_no_zone_when_none_is_asked(desk: Desk) -> None:
    assert await desk.says("Москва") is None
    assert desk.questions == ["Москва"]


async def test_the_question_about_the_zone_blocks_no_other_text(desk: Desk) -> None:
    await desk.says("/start")
    await desk.presses("language:en")
    assert await desk.says("what can you do") is None
    assert desk.questions == ["what can you do"]
    await desk.says("/task")
    await desk.says("Asia/Tokyo")
    assert desk.titles == ["Asia/Tokyo"]


async def test_an_answered_question_is_closed(desk: Desk) -> None:
    await desk.says("/task")
    await desk.says("water the plants")
    await desk.says("and how are you")
    assert desk.titles == ["water the plants"]
    assert desk.questions == ["and how are you"]


@pytest.mark.parametrize(
    "command", ["/help", "/tasks", "/calls", "/start", "/nonsense", "/call", "/remind", "задачи"]
)
async def test_any_command_ends_the_question(desk: Desk, command: str) -> None:
    await desk.says("/task")
    await desk.says(command)
    await desk.says("and how are you")
    assert desk.titles == []


async def test_a_later_question_replaces_the_earlier(desk: Desk) -> None:
    await desk.says("/task")
    await desk.says("/contact")
    await desk.says("Anna Petrova +7 999 123-45-67")
    assert desk.titles == []
    assert len(desk.storage.state.contacts) == 1


async def test_a_question_is_put_to_one_person_in_one_chat(desk: Desk) -> None:
    await desk.says("/task", chat=GROUP)
    await desk.says("@switchboard_bot not mine to answer", chat=GROUP, user=1002)
    await desk.says("nor here")
    assert desk.titles == []
    await desk.says("@switchboard_bot", chat=GROUP, user=1003)
    replied = {
        "message_id": 1,
        "date": 0,
        "chat": {"id": GROUP, "type": "group"},
        "text": "What is to be done?",
    }
    replied["from"] = {"id": 42, "is_bot": True, "first_name": "Switchboard"}
    await desk.says("water the plants", chat=GROUP, reply_to_message=replied)
    assert desk.titles == ["water the plants"]


async def test_a_question_nobody_answered_is_forgotten_after_a_day(desk: Desk) -> None:
    await desk.says("/task")
    desk.clock.move(hours=24, minutes=1)
    await desk.says("water the plants")
    assert desk.titles == []


@pytest.mark.parametrize("word", ["отмена", "Отмена.", "cancel", "/cancel", "не надо"])
async def test_cancel_ends_the_question_and_takes_nothing_back(desk: Desk, word: str) -> None:
    await desk.says("/task water the plants")
    await desk.says("/task")
    told = await desk.says(word)
    assert "stays as it is" in told.text
    assert desk.titles == ["water the plants"]
    await desk.says("what can you do")
    assert desk.titles == ["water the plants"]


async def test_the_word_without_a_question_still_takes_the_last_change_back(desk: Desk) -> None:
    await desk.says("/task water the plants")
    told = await desk.says("отмена")
    assert "Taken back" in told.text


async def test_cancel_with_nothing_asked_shows_the_way_to_undo(desk: Desk) -> None:
    assert "/undo" in (await desk.says("/cancel")).text


async def test_an_answer_that_can_not_be_taken_leaves_the_question_and_its_line(desk: Desk) -> None:
    await desk.says("/task")
    await desk.says("tomorrow 10:00")  # says when and not what
    refused = await desk.says("call +7 999 123 45")
    assert "doesn't look like a phone number" in refused.text
    saved = await desk.says("call the bank")
    assert desk.titles == ["call the bank"]
    assert "10:00" in saved.text
    await desk.says("and how are you")
    assert desk.questions == ["and how are you"]


async def test_an_answer_that_cant_be_taken_is_told_how_to_leave(desk: Desk) -> None:
    await desk.says("/settings")
    await desk.presses("set:1001:quiet")
    told = await desk.says("buy milk")
    assert "two times" in told.text
    assert "“cancel”" in told.text
    assert "stays as it is" in (await desk.says("cancel")).text
    assert "“cancel”" not in (await desk.says("/remind nothing")).text  # nothing is asked: nothing to leave


async def test_no_setting_is_a_question_and_one_is_answered(desk: Desk) -> None:
    await desk.presses("set:1001:quiet")
    assert await desk.says("what is due tomorrow?") is None
    assert desk.questions == ["what is due tomorrow?"]
    assert "22:00" in (await desk.says("22-8")).text
