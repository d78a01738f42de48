"""Forwards and replies: a message from elsewhere becomes a task with a way back to it, and nothing is made unasked."""

from typing import Any

import pytest
from aiogram.types import Chat

from crm.limits import TURN_COST
from crm.tasks import Task
from handlers.sources import link_to
from tests.handlers.buttons import data_of
from tests.handlers.desk import ME, Desk
from tests.handlers.test_task_moving import the_task

GROUP = -1001234567890
FROM_ZOE: dict[str, Any] = {
    "forward_origin": {"type": "hidden_user", "date": 1772441000, "sender_user_name": "Zoe"}
}


def a_said(text: str, chat: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A message of Zoe's that is replied to."""
    zoe = {"id": 5, "is_bot": False, "first_name": "Zoe"}
    said = {"message_id": 77, "date": 1772441000, "chat": chat, "from": zoe, "text": text}
    return {"reply_to_message": said | more}


def in_supergroup(**more: Any) -> dict[str, Any]:
    return {"id": GROUP, "type": "supergroup", "title": "Sales"} | more


async def test_a_forward_that_is_a_task_without_doubt_is_saved_with_its_author(desk: Desk) -> None:
    await desk.says("send the offer tomorrow 10:00", **FROM_ZOE)
    task = the_task(desk)
    assert (task.title, task.description) == ("send the offer", "Zoe: send the offer tomorrow 10:00")


async def test_tomorrow_of_a_forward_is_counted_from_when_it_was_written(desk: Desk) -> None:
    desk.clock.move(hours=-12)
    sunday: dict[str, Any] = {
        "forward_origin": FROM_ZOE["forward_origin"] | {"date": int(desk.clock().timestamp())}
    }
    desk.clock.move(hours=12)
    await desk.says("send the offer tomorrow 18:00", **sunday)  # written on Sunday: tomorrow is today
    due = the_task(desk).due
    assert due is not None
    assert due.date == desk.clock().date()


async def test_a_forward_whose_time_has_passed_is_not_saved_unasked(desk: Desk) -> None:
    old: dict[str, Any] = {"forward_origin": FROM_ZOE["forward_origin"] | {"date": 1700000000}}
    asked = await desk.says("send the offer tomorrow 10:00", **old)
    assert "Make a task of this?" in asked.text
    assert desk.titles == []


@pytest.mark.parametrize("language", ["en", "ru"])
async def test_any_other_forward_is_asked_about_and_becomes_a_task(desk: Desk, language: str) -> None:
    await desk.presses(f"language:{language}")
    asked = await desk.says("Could you look at\nthe contract?", **FROM_ZOE)
    assert asked.text.startswith("«Could you look at the contract?»\n")
    assert desk.titles == desk.questions == []
    press = data_of(asked, "Make a task" if language == "en" else "Сделать задачей")
    card = await desk.presses(press)
    assert card.edit
    assert the_task(desk).title == "Could you look at the contract?"
    assert "Zoe: Could you look at\nthe contract?" in card.text
    assert ("no longer open" if language == "en" else "закрыт") in (await desk.presses(press)).toast
    assert len(desk.titles) == 1


async def test_a_forward_may_go_to_the_assistant_instead(desk: Desk) -> None:
    asked = await desk.says("What is a retainer?", **FROM_ZOE)
    await desk.presses(data_of(asked, "Ask the assistant"))
    assert desk.questions == ["What is a retainer?"]
    assert desk.titles == []
    [row] = desk.storage.state.turns.values()
    [words] = row.turn.attachments
    assert (words.kind, words.text, words.of_others) == ("words", "What is a retainer?", True)


async def test_several_forwards_are_decided_about_each_for_itself(desk: Desk) -> None:
    asked = [await desk.says(f"thing {number}", **FROM_ZOE) for number in range(3)]
    for one in (asked[2], asked[0]):
        await desk.presses(data_of(one, "Make a task"))
    assert desk.titles == ["thing 2", "thing 0"]


async def test_a_forwarded_post_keeps_the_link_to_it(desk: Desk) -> None:
    channel = {"id": -1009876543210, "type": "channel", "title": "News", "username": "news"}
    origin = {"type": "channel", "date": 1772441000, "chat": channel, "message_id": 12}
    asked = await desk.says("A new price list", forward_origin=origin)
    card = await desk.presses(data_of(asked, "Make a task"))
    assert the_task(desk).source_url == "https://t.me/news/12"
    assert [one.url for one in card.entities if one.url] == ["https://t.me/news/12"]
    assert the_task(desk).description == ""


async def test_a_photo_alone_asks_what_is_to_be_done(desk: Desk) -> None:
    photo = [{"file_id": "p", "file_unique_id": "u", "width": 1, "height": 1}]
    asked = await desk.says(None, photo=photo)
    question = await desk.presses(data_of(asked, "Make a task"))
    assert question.question
    assert "📎 1" in (await desk.says("check the meter")).text


async def test_a_caption_is_read_as_the_line(desk: Desk) -> None:
    photo = [{"file_id": "p", "file_unique_id": "u", "width": 1, "height": 1}]
    card = await desk.says(None, photo=photo, caption="check the meter tomorrow 10:00")
    assert desk.titles == ["check the meter"]
    assert "📎 1" in card.text


async def test_a_bare_task_in_reply_takes_the_words_and_the_link(desk: Desk) -> None:
    await desk.says("/task", chat=GROUP, **a_said("send the offer tomorrow 10:00", in_supergroup()))
    task = the_task(desk)
    assert task.title == "send the offer"
    assert task.source_url == "https://t.me/c/1234567890/77"
    assert task.description == ""


async def test_task_with_words_in_reply_keeps_the_link_and_the_words(desk: Desk) -> None:
    await desk.says("/task call Zoe", chat=GROUP, **a_said("hello there", in_supergroup(username="sales")))
    assert (the_task(desk).title, the_task(desk).source_url) == ("call Zoe", "https://t.me/sales/77")


async def test_task_with_only_a_time_in_reply_takes_the_title_from_the_message(desk: Desk) -> None:
    card = await desk.says("/task tomorrow 11:00", chat=GROUP, **a_said("send the offer", in_supergroup()))
    assert the_task(desk).title == "send the offer"
    assert "11:00" in card.text


async def test_only_a_time_in_reply_to_our_own_card_asks_what_to_do(desk: Desk) -> None:
    ours = a_said("#1 a card", {"id": 1001, "type": "private"})["reply_to_message"]
    ours["from"] = ME.model_dump(exclude_none=True)
    asked = await desk.says("/task tomorrow 11:00", reply_to_message=ours)
    assert asked.question
    assert desk.titles == []


async def test_where_telegram_has_no_link_author_and_words_are_kept(desk: Desk) -> None:
    basic = {"id": -55, "type": "group", "title": "Sales"}
    card = await desk.says("/task call Zoe", chat=-55, **a_said("it is urgent", basic))
    task = the_task(desk)
    assert (task.source_url, task.description) == (None, "Zoe: it is urgent")
    assert "it is urgent" not in card.text  # a group reads no description
    assert data_of(card, "More")


async def test_task_in_reply_to_our_own_card_takes_none_of_its_words(desk: Desk) -> None:
    ours = a_said("#1 a card", {"id": 1001, "type": "private"})["reply_to_message"]
    ours["from"] = ME.model_dump(exclude_none=True)
    asked = await desk.says("/task", reply_to_message=ours)
    assert asked.question
    assert desk.titles == []


async def test_a_long_message_is_cut_for_the_title_and_kept_whole(desk: Desk) -> None:
    words = "please look " * 60
    await desk.says("/task", chat=GROUP, **a_said(words, in_supergroup()))
    task: Task = the_task(desk)
    assert task.title.endswith("…")
    assert len(task.title) <= 300
    assert task.description == f"Zoe: {words}"


@pytest.mark.parametrize("language", ["en", "ru"])
async def test_five_hundred_lines_are_too_many_and_nothing_is_saved(desk: Desk, language: str) -> None:
    await desk.presses(f"language:{language}")
    refused = await desk.says("/task " + "\n".join(f"step {number}" for number in range(500)))
    assert "500" in refused.text
    assert "50" in refused.text.replace("500", "")
    assert desk.titles == []


def test_links_are_made_where_telegram_has_them() -> None:
    assert link_to(Chat(id=GROUP, type="supergroup"), 7) == "https://t.me/c/1234567890/7"
    assert link_to(Chat(id=GROUP, type="supergroup", username="sales"), 7) == "https://t.me/sales/7"
    assert link_to(Chat(id=-5, type="group"), 7) is None
    assert [link_to(Chat(id=GROUP, type="supergroup"), number) for number in (0, -7)] == [None, None]
    assert link_to(Chat(id=5, type="private", username="zoe"), 7) is None


async def test_task_in_reply_to_a_forward_goes_back_to_where_it_came_from(desk: Desk) -> None:
    channel = {"id": -1009876543210, "type": "channel", "title": "News"}
    origin = {"type": "channel", "date": 1772441000, "chat": channel, "message_id": 12}
    private = {"id": 1001, "type": "private", "first_name": "Anna"}
    await desk.says("/task read it", **a_said("A new price list", private, forward_origin=origin))
    assert the_task(desk).source_url == "https://t.me/c/9876543210/12"


async def test_who_asks_too_fast_is_told_so_and_may_press_again(desk: Desk) -> None:
    asked = await desk.says("What is a retainer?", **FROM_ZOE)
    for _ in range(7):  # seven questions at once are all that one may ask
        desk.dispatcher["limits"].spend(1001, TURN_COST, desk.clock())
    press = data_of(asked, "Ask the assistant")
    assert "more questions than I can answer" in (await desk.presses(press)).toast
    assert desk.questions == []
    desk.clock.move(minutes=1)
    assert (await desk.presses(press)).text == "The assistant is asked."
    assert len(desk.questions) == 1
