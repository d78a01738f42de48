"""The gate's reserve: drafts leave places to answers, and models' answers leave some to those of typed commands."""

import asyncio
from typing import Any, cast

import pytest
from aiogram import Bot
from aiogram.methods import SendMessageDraft

from bot.gate import Gate, Priority, sending
from bot.gate.admission import RESERVED
from crm.sends import PER_SECOND, SECOND
from tests.bot.test_gate_order import BOT, House, Method, said


def draft(chat_id: int) -> SendMessageDraft:
    return SendMessageDraft(chat_id=chat_id, draft_id=1, text="draft")


@pytest.fixture
def house() -> House:
    return House()


async def test_drafts_stop_where_the_places_of_answers_begin(house: House) -> None:
    for chat in range(PER_SECOND):
        house.comes(draft(100 + chat))
    await house.all_done()
    assert len(house.sent) == PER_SECOND - RESERVED
    assert house.gate.dropped == RESERVED
    for chat in range(RESERVED):
        house.comes(said("answer", 500 + chat))
    await house.all_done()
    assert house.sent[-RESERVED:] == [("answer", 0.0)] * RESERVED


async def test_models_answers_leave_places_to_those_of_commands(house: House) -> None:
    for chat in range(PER_SECOND):
        house.comes(said("turn", 100 + chat), Priority.TURN)
    await house.time.settle()
    kept = RESERVED // 2
    assert house.order == ["turn"] * (PER_SECOND - kept)
    for chat in range(kept):
        house.comes(said("command", 500 + chat))
    await house.time.settle()
    assert house.sent[-kept:] == [("command", 0.0)] * kept
    await house.all_done()
    assert house.sent[-kept:] == [("turn", SECOND)] * kept


async def test_models_answers_wait_for_their_places_and_none_is_dropped(house: House) -> None:
    """Two hundred that end at once go out as the bot's own limit lets them."""
    for chat in range(200):
        house.comes(said("turn", 100 + chat), Priority.TURN)
    await house.all_done()
    a_second = PER_SECOND - RESERVED // 2
    assert [at for _text, at in house.sent] == pytest.approx(
        [number // a_second * SECOND for number in range(200)]
    )


async def test_a_command_is_answered_at_once_while_hundreds_of_models_answers_wait(house: House) -> None:
    for chat in range(200):
        house.comes(said("turn", 100 + chat), Priority.TURN)
    await house.time.settle()
    house.comes(said("command", 7))
    await house.time.pass_until(lambda: "command" in house.order)
    assert ("command", 0.0) in house.sent
    await house.all_done()


async def test_who_keeps_no_limit_of_its_own_has_a_reserve_all_the_same() -> None:
    """Without a priority said, what is sent is an answer, and takes the last place too."""
    sent: list[Method] = []

    async def telegram(_bot: Bot, method: Method) -> Any:
        sent.append(method)
        return True

    gate = Gate(clock=lambda: 0.0, sleep=lambda _seconds: asyncio.Future())
    with sending(Priority.DRAFT):
        for chat in range(PER_SECOND):
            await gate(cast(Any, telegram), BOT, draft(100 + chat))
    for chat in range(RESERVED):
        await gate(cast(Any, telegram), BOT, said("answer", 500 + chat))
    assert len(sent) == PER_SECOND
