"""Asides: errors and lists that one person of a group asked for are theirs alone, where Telegram lets the bot do it."""

from typing import Any

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.methods import EditEphemeralMessageText, SendMessage, TelegramMethod
from aiogram.types import Update

from crm.answers import Answer, Button
from handlers.answers import send_answer
from tests.handlers.desk import TOKEN, Desk, Recorder

ASIDE = Answer("psst", aside=True, buttons=((Button("More", data="more"),),))


class Strict(Recorder):
    """A Telegram that lets the bot be no admin."""

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:
        result = await super().make_request(bot, method, timeout)
        wanted = getattr(method, "ephemeral_message_parameters", None)
        if wanted is not None and wanted.callback_query_id is None:
            raise TelegramBadRequest(method, "Bad Request: MESSAGE_NOT_COMMAND")
        return _Sent if isinstance(method, SendMessage) else result


class _Sent:
    message_id = 1


def a_message(chat: int, **more: Any) -> dict[str, Any]:
    user = {"id": 1001, "is_bot": False, "first_name": "Anna"}
    where = {"id": chat, "type": "group" if chat < 0 else "private"}
    return {"message_id": 5, "date": 1, "chat": where, "from": user, "text": "/tasks", **more}


def an_update(kind: str, body: dict[str, Any]) -> Update:
    return Update.model_validate({"update_id": 1, kind: body})


def a_press(chat: int, **more: Any) -> Update:
    user = {"id": 1001, "is_bot": False, "first_name": "Anna"}
    press = {"id": "77", "from": user, "chat_instance": "1", "data": "x", "message": a_message(chat, **more)}
    return an_update("callback_query", press)


async def sent(update: Update, answer: Answer, session: Recorder | None = None) -> list[Any]:
    session = session or Permissive()
    await send_answer(Bot(TOKEN, session=session), update, answer)
    return [call for call in session.calls if isinstance(call, SendMessage | EditEphemeralMessageText)]


class Permissive(Recorder):
    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:
        result = await super().make_request(bot, method, timeout)
        return _Sent if isinstance(method, SendMessage) else result


async def test_in_a_group_it_is_sent_to_one() -> None:
    (call,) = await sent(an_update("message", a_message(-11)), ASIDE)
    assert call.ephemeral_message_parameters.receiver_user_id == 1001
    assert call.reply_markup is not None


@pytest.mark.parametrize(
    ("answer", "chat"), [(ASIDE, 1001), (Answer("for all"), -12)], ids=["in private", "meant for all"]
)
async def test_otherwise_it_is_an_ordinary_message(answer: Answer, chat: int) -> None:
    (call,) = await sent(an_update("message", a_message(chat)), answer)
    assert call.ephemeral_message_parameters is None


async def test_a_group_that_refuses_gets_an_ordinary_message_and_is_not_asked_again() -> None:
    session = Strict()
    calls = await sent(an_update("message", a_message(-13)), ASIDE, session)
    assert [bool(call.ephemeral_message_parameters) for call in calls] == [True, False]
    calls = await sent(an_update("message", a_message(-13)), ASIDE, session)
    assert [bool(call.ephemeral_message_parameters) for call in calls] == [True, False, False]


async def test_a_press_says_which_it_answers_so_that_no_admin_is_needed() -> None:
    (call,) = await sent(a_press(-14), ASIDE, Strict())
    assert call.ephemeral_message_parameters.callback_query_id == "77"


async def test_what_nobody_else_saw_is_answered_so_too() -> None:
    hidden = a_message(-15) | {"message_id": 0, "ephemeral_message_id": 9}
    (call,) = await sent(an_update("message", hidden), Answer("for all?"))
    assert call.reply_parameters.ephemeral_message_id == 9
    assert call.ephemeral_message_parameters.receiver_user_id == 1001


async def test_a_page_of_it_is_turned_in_place() -> None:
    press = a_press(-16, ephemeral_message_id=9)
    (call,) = await sent(press, Answer("page 2", edit=True))
    assert isinstance(call, EditEphemeralMessageText)
    assert (call.receiver_user_id, call.ephemeral_message_id) == (1001, 9)


@pytest.mark.parametrize("text", ["/tasks", "/calls", "/history", "/history 99", "/task", "/team", "/undo"])
async def test_lists_and_errors_of_a_group_are_asides(desk: Desk, text: str) -> None:
    answer = await desk.says(text, chat=-5)
    assert answer.aside is (text != "/task")  # a question that somebody else may read


async def test_what_came_unseen_is_heard_and_makes_a_task_each_time(desk: Desk) -> None:
    for number in (7, 8):
        await desk.says(f"/task job {number}", chat=-5, message_id=0, ephemeral_message_id=number)
    assert desk.titles == ["job 7", "job 8"]
