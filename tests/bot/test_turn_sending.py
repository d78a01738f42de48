"""Turns on their way out: what could not be sent is owed, each piece once, and a chat that is gone ends its turn."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
)
from aiogram.methods import SendMessage

from crm.conversations import ModelAnswer, Turn
from crm.errors import StorageAway
from crm.people import ChatKind
from tests.bot.turns import House, Sent


@pytest.fixture
def house() -> House:
    return House()


async def test_an_answer_that_is_ready_is_sent_without_asking_again(house: House) -> None:
    turn = await house.ask("how are you")
    [claimed] = await house.conversations.claim(house.clock())
    assert await house.conversations.keep_answer(claimed, ModelAnswer("kept", [], "stub"))
    house.clock.move(minutes=1)  # the process ended, its lease ran out
    await house.run(lambda: house.row(turn).state == "sent")
    assert (house.model.asked, house.telegram.said) == ([], ["kept"])


async def test_an_answer_that_could_not_be_sent_is_left_to_its_lease(house: House) -> None:
    house.telegram.faults = [TelegramNetworkError(SendMessage(chat_id=1, text="x"), "refused")]
    turn = await house.ask("how are you")
    await house.run(lambda: house.row(turn).state == "answered" and not house.telegram.faults)
    house.clock.move(minutes=1)
    await house.run(lambda: house.row(turn).state == "sent")
    assert (house.model.asked, house.telegram.said) == (["how are you"], ["echo how are you"])


async def test_a_chat_that_blocked_the_bot_ends_the_turn(house: House) -> None:
    house.telegram.faults = [TelegramForbiddenError(SendMessage(chat_id=1, text="x"), "blocked")]
    turn = await house.ask("how are you")
    await house.run(lambda: house.row(turn).state == "failed")
    assert house.row(turn).reference == "refused"


async def test_what_telegram_wants_later_waits_in_the_row(house: House) -> None:
    house.telegram.faults = [TelegramRetryAfter(SendMessage(chat_id=1, text="x"), "wait", 40)]
    turn = await house.ask("how are you")
    await house.run(lambda: house.row(turn).held_until == house.clock() + timedelta(seconds=40))
    assert house.row(turn).turn.attempts == 0
    house.clock.move(seconds=39)
    assert await house.conversations.claim(house.clock()) == []
    house.clock.move(seconds=1)
    await house.run(lambda: house.row(turn).state == "sent")
    assert (house.model.asked, house.telegram.said) == (["how are you"], ["echo how are you"])


async def test_an_apology_that_could_not_be_sent_is_owed_like_an_answer(house: House) -> None:
    house.model.faults = [ValueError("no")]
    house.telegram.faults = [TelegramNetworkError(SendMessage(chat_id=1, text="x"), "refused")]
    turn = await house.ask("how are you")
    await house.run(lambda: house.row(turn).state == "answered" and not house.telegram.faults)
    house.clock.move(minutes=1)
    await house.run(lambda: house.row(turn).state == "failed")
    assert len(house.telegram.said) == 1
    assert "REF00001" in house.telegram.said[0]


async def test_a_kill_between_pieces_sends_only_those_that_are_missing(house: House) -> None:
    turn = await house.ask("how are you")
    [claimed] = await house.conversations.claim(house.clock())
    long = "\n\n".join(letter * 3000 for letter in "abc")
    assert await house.conversations.keep_answer(claimed, ModelAnswer(long, [], "stub"))
    assert await house.conversations.keep_pieces(claimed, [70, 71])
    house.clock.move(minutes=1)  # the process ended, its lease ran out
    await house.run(lambda: house.row(turn).state == "sent")
    assert house.telegram.said == ["c" * 3000]
    assert house.row(turn).turn.pieces == (70, 71, 77)


async def test_each_piece_is_written_down_before_the_next_is_sent(house: House) -> None:
    turn = await house.ask("how are you")
    [claimed] = await house.conversations.claim(house.clock())
    long = "\n\n".join(letter * 3000 for letter in "abc")
    await house.conversations.keep_answer(claimed, ModelAnswer(long, [], "stub"))
    house.clock.move(minutes=1)
    written: list[int] = []
    send = house.telegram.send_message

    async def send_message(*given: Any, **more: Any) -> Sent:
        written.append(len(house.row(turn).turn.pieces))
        return await send(*given, **more)

    house.telegram.send_message = send_message  # type: ignore[method-assign]  # looks at the row first
    await house.run(lambda: house.row(turn).state == "sent")
    assert written == [0, 1, 2]


async def test_a_closed_topic_ends_the_turn_and_nothing_is_said_elsewhere(house: House) -> None:
    house.telegram.faults = [
        TelegramBadRequest(SendMessage(chat_id=1, text="x"), "Bad Request: TOPIC_CLOSED")
    ]
    turn = await house.ask("how are you", chat_kind=ChatKind.GROUP)
    await house.run(lambda: house.row(turn).state == "failed")
    assert (house.row(turn).reference, house.telegram.said) == ("topic gone", [])


async def test_a_stop_lets_an_answer_on_its_way_arrive(house: House) -> None:
    sending, go = asyncio.Event(), asyncio.Event()

    async def send_message(_chat_id: int, text: str, **_more: Any) -> Sent:
        sending.set()
        await go.wait()
        house.telegram.said.append(text)
        return Sent()

    house.telegram.send_message = send_message  # type: ignore[method-assign]  # a slow one
    turn = await house.ask("how are you")
    working = asyncio.create_task(house.worker.run())
    async with asyncio.timeout(5):
        await sending.wait()
        stopping = asyncio.create_task(house.worker.stop())
        await asyncio.sleep(0)
        go.set()
        await stopping
        await working
    assert (house.row(turn).state, house.telegram.said) == ("sent", ["echo how are you"])


async def test_what_telegram_took_while_postgresql_goes_away_is_written_down_and_not_sent_again(
    house: House,
) -> None:
    mark, tries = house.conversations.sent, list[int]()

    async def marked(turn: Turn, telegram_message_ids: Sequence[int]) -> bool:
        tries.append(turn.id)
        if len(tries) < 3:
            raise StorageAway("gone for a moment")
        return await mark(turn, telegram_message_ids)

    house.conversations.sent = marked  # type: ignore[method-assign]
    turn = await house.ask("how are you")
    await house.run(lambda: house.row(turn).state == "sent")
    assert (house.telegram.said, len(tries)) == (["echo how are you"], 3)


async def test_an_answer_on_its_way_goes_on_under_the_lease_that_was_claimed_anew(house: House) -> None:
    begun, go, send = asyncio.Event(), asyncio.Event(), house.telegram.send_message

    async def slowly(_chat_id: int, text: str, **_more: Any) -> Sent:
        begun.set()
        await go.wait()
        return await send(_chat_id, text, **_more)

    house.telegram.send_message = slowly  # type: ignore[method-assign]
    turn = await house.ask("how are you")

    async def lose() -> None:
        await begun.wait()
        old = house.row(turn).turn.lease
        house.clock.move(minutes=1)  # PostgreSQL was away for longer than a lease
        house.worker.wake()
        while house.row(turn).turn.lease == old:  # noqa: ASYNC110 - until it is claimed
            await asyncio.sleep(0)
        await asyncio.sleep(0.01)
        go.set()

    losing = asyncio.create_task(lose())
    await house.run(lambda: house.row(turn).state == "sent")
    await losing
    assert house.telegram.said == ["echo how are you"]
