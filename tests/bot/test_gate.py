"""The gate: limits of a chat and of the bot, what waits and what is dropped, what is tried again and what is not."""

import math
from collections.abc import Callable
from typing import Any, cast

import pytest
from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import (
    AnswerCallbackQuery,
    EditMessageText,
    GetMe,
    GetUpdates,
    SendChatAction,
    SendMessage,
    SendMessageDraft,
    TelegramMethod,
)
from aiohttp import ClientConnectorError, ServerDisconnectedError
from aiohttp.client_reqrep import ConnectionKey

from bot.gate import PATIENCE, Gate
from bot.gate import rooms as rooms_module
from bot.gate.rooms import Rooms
from bot.retries import CALL
from crm.sends import BURST, GROUP, SECOND

BOT = cast(Bot, None)  # the gate only passes it on
Method = TelegramMethod[Any]


class Time:
    """Seconds that pass only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class Telegram:
    """What is behind the gate: `faults` are raised one by one, then all goes well."""

    def __init__(self, time: Time, *faults: Callable[[Method], Exception]) -> None:
        self.time = time
        self.faults = list(faults)
        self.calls: list[tuple[float, str]] = []

    async def __call__(self, _bot: Bot, method: Method) -> Any:
        self.calls.append((self.time.now, method.__api_method__))
        if self.faults:
            raise self.faults.pop(0)(method)
        return "sent"

    @property
    def moments(self) -> list[float]:
        return [at for at, _method in self.calls]


def refused(method: Method) -> Exception:
    fault = TelegramNetworkError(method, "ClientConnectorError")
    key = ConnectionKey("api.telegram.org", 443, True, True, None, None, None)
    fault.__cause__ = ClientConnectorError(key, ConnectionRefusedError(111, "refused"))
    return fault


def lost(method: Method) -> Exception:
    fault = TelegramNetworkError(method, "ServerDisconnectedError")
    fault.__cause__ = ServerDisconnectedError()
    return fault


def broken(method: Method) -> Exception:
    return TelegramServerError(method, "Bad Gateway")


def told_to_wait(seconds: int) -> Callable[[Method], Exception]:
    return lambda method: TelegramRetryAfter(method, "Too Many Requests", seconds)


def a_message(chat_id: int = 7) -> SendMessage:
    return SendMessage(chat_id=chat_id, text="x")


def a_draft(chat_id: int = 7) -> SendMessageDraft:
    return SendMessageDraft(chat_id=chat_id, draft_id=1, text="x")


def a_house(*faults: Callable[[Method], Exception]) -> tuple[Gate, Telegram, Time]:
    time = Time()
    return Gate(clock=time, sleep=time.sleep), Telegram(time, *faults), time


async def test_a_person_gets_eight_messages_at_once_and_then_one_a_second() -> None:
    gate, telegram, time = a_house()
    for _ in range(BURST + 2):
        await gate(telegram, BOT, a_message())
    assert telegram.moments == [*[0] * BURST, 1, 2]
    time.now = 7  # five seconds later there is room for five at once
    for _ in range(6):
        await gate(telegram, BOT, a_message())
    assert telegram.moments[-6:] == [*[7] * 5, 8]


async def test_a_group_gets_twenty_messages_a_minute_and_a_late_one_is_left_to_its_sender() -> None:
    gate, telegram, time = a_house()
    for _ in range(20):
        await gate(telegram, BOT, a_message(-7))
    with pytest.raises(TelegramRetryAfter) as told:
        await gate(telegram, BOT, a_message(-7))
    assert (told.value.retry_after, time.slept) == (math.ceil(GROUP[0]), [])
    time.now = 20
    await gate(telegram, BOT, a_message(-7))
    assert telegram.moments[-1] == pytest.approx(GROUP[0])


async def test_all_chats_together_get_thirty_messages_a_second() -> None:
    gate, telegram, _time = a_house()
    for chat in range(1, 32):
        await gate(telegram, BOT, a_message(chat))
    assert telegram.moments == [0] * 30 + [SECOND]


async def test_how_much_all_chats_get_can_be_set() -> None:
    time = Time()
    gate, telegram = Gate(clock=time, sleep=time.sleep, rooms=Rooms(per_second=5)), Telegram(time)
    for chat in range(1, 7):
        await gate(telegram, BOT, a_message(chat))
    assert telegram.moments == [0] * 5 + [SECOND]


async def test_one_chat_that_is_full_does_not_hold_another() -> None:
    gate, telegram, time = a_house()
    for _ in range(BURST):
        await gate(telegram, BOT, a_message(7))
    await gate(telegram, BOT, a_message(8))
    assert time.slept == []


@pytest.mark.parametrize("optional", [a_draft(), SendChatAction(chat_id=7, action="typing")])
async def test_drafts_and_typing_are_dropped_where_answers_wait(optional: Method) -> None:
    gate, telegram, time = a_house()
    for _ in range(BURST):
        await gate(telegram, BOT, a_message())
    assert await gate(telegram, BOT, optional) is True
    assert (gate.dropped, len(telegram.calls), time.slept) == (1, BURST, [])
    await gate(telegram, BOT, a_message())
    assert time.slept == [1]


async def test_drafts_take_no_room_from_answers() -> None:
    gate, telegram, time = a_house()
    for _ in range(10):
        await gate(telegram, BOT, a_draft())
    await gate(telegram, BOT, a_message())
    assert (len(telegram.calls), time.slept, gate.dropped) == (11, [], 0)


async def test_edits_share_the_room_of_their_chat() -> None:
    gate, telegram, _time = a_house()
    for _ in range(BURST):
        await gate(telegram, BOT, EditMessageText(chat_id=7, message_id=1, text="x"))
    await gate(telegram, BOT, a_message())
    assert telegram.moments[-1] == 1


async def test_what_posts_nothing_has_no_limit() -> None:
    gate, telegram, time = a_house()
    for _ in range(100):
        await gate(telegram, BOT, AnswerCallbackQuery(callback_query_id="1"))
    assert time.slept == []


async def test_retry_after_is_honoured_and_holds_the_whole_chat() -> None:
    gate, telegram, time = a_house(told_to_wait(17))
    await gate(telegram, BOT, a_message())
    assert telegram.moments == [0, 17]
    time.now = 5
    assert await gate(telegram, BOT, a_draft()) is True  # nothing is sent there before the pause ends
    assert gate.dropped == 1


async def test_a_long_retry_after_is_left_to_the_sender_and_remembered() -> None:
    gate, telegram, time = a_house(told_to_wait(600))
    for _ in range(2):
        with pytest.raises(TelegramRetryAfter) as told:
            await gate(telegram, BOT, a_message())
        assert told.value.retry_after == 600
    assert (len(telegram.calls), time.slept) == (1, [])  # the second was not even tried
    time.now = 600
    await gate(telegram, BOT, a_message())
    assert telegram.moments == [0, 600]


async def test_retry_after_again_and_again_ends_in_time() -> None:
    gate, telegram, time = a_house(*[told_to_wait(20)] * 9)
    with pytest.raises(TelegramRetryAfter):
        await gate(telegram, BOT, a_message())
    assert sum(time.slept) <= PATIENCE


@pytest.mark.parametrize(
    ("fault", "method"),
    [
        (broken, GetMe()),
        (lost, GetMe()),
        (lost, EditMessageText(chat_id=7, message_id=1, text="x")),
        (broken, a_message()),
        (refused, a_message()),
    ],
)
async def test_what_may_be_repeated_is_with_growing_pauses(
    fault: Callable[[Method], Exception], method: Method
) -> None:
    gate, telegram, time = a_house(fault, fault)
    assert await gate(telegram, BOT, method) == "sent"
    assert time.slept == [1, 2]


async def test_repeating_ends() -> None:
    gate, telegram, _time = a_house(*[broken] * 9)
    with pytest.raises(TelegramServerError):
        await gate(telegram, BOT, GetMe())
    assert len(telegram.calls) == CALL.tries


async def test_a_message_whose_answer_was_lost_is_not_repeated_here() -> None:
    gate, telegram, time = a_house(lost)
    with pytest.raises(TelegramNetworkError):
        await gate(telegram, BOT, a_message())
    assert (len(telegram.calls), time.slept) == (1, [])


async def test_a_draft_is_never_repeated() -> None:
    gate, telegram, time = a_house(broken)
    with pytest.raises(TelegramServerError):
        await gate(telegram, BOT, a_draft())
    assert time.slept == []


async def test_long_polling_passes_untouched() -> None:
    gate, telegram, time = a_house(broken)
    with pytest.raises(TelegramServerError):
        await gate(telegram, BOT, GetUpdates())
    assert (len(telegram.calls), time.slept) == (1, [])


async def test_a_page_in_telegrams_place_is_a_network_error() -> None:
    gate, telegram, _time = a_house(lambda _method: ClientDecodeError("no JSON", ValueError(), "<html>"))
    with pytest.raises(TelegramNetworkError, match="not Telegram's"):
        await gate(telegram, BOT, a_message())


async def test_an_update_that_cant_be_read_is_told_as_such() -> None:
    gate, telegram, _time = a_house(lambda _method: ClientDecodeError("no update", ValueError(), {}))
    with pytest.raises(ClientDecodeError):
        await gate(telegram, BOT, GetUpdates())


async def test_the_chat_written_to_longest_ago_is_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms_module, "KEPT_CHATS", 2)
    gate, telegram, time = a_house()
    for chat in (*[1] * BURST, *[2] * BURST):
        await gate(telegram, BOT, a_message(chat))
    assert await gate(telegram, BOT, a_draft(1)) is True  # known, full, and now the one used last
    await gate(telegram, BOT, a_message(3))  # makes room by forgetting chat 2
    await gate(telegram, BOT, a_message(2))  # hence no wait, and chat 1 is forgotten
    assert (time.slept, gate.dropped) == ([], 1)
