"""Faults: one reference for the person, the log and Sentry, and nobody's words in the last two."""

import io
import json
import logging
import re
from types import SimpleNamespace
from typing import Any, cast

import pytest
import structlog
from aiogram import Bot
from aiogram.types import ErrorEvent, Update

from bot.faults import new_reference, report
from crm.answers import Answer
from crm.errors import N_, AlreadyHandled, BadInput, NotInvited, StorageAway
from handlers.errors import answer_error
from handlers.texts import speaking
from tests.bot.listening import Memory
from tests.fakes import FakeClock, FakeJournal, FakeStorage, an_actor

PHONE, TEXT, TOKEN = "+79991234567", "call the tax office", f"123456789:{'B' * 35}"
SECRETS = (PHONE, TEXT, "B" * 35)


def an_update(*, pressed: bool = False, chat: str = "private") -> Update:
    message = {"message_id": 1, "date": 0, "chat": {"id": 7, "type": chat}, "text": f"{TEXT} {PHONE}"}
    user = {"id": 7, "is_bot": False, "first_name": "A"}
    press = {"id": "1", "from": user, "chat_instance": "1", "data": "x", "message": message}
    return Update.model_validate(
        {"update_id": 1, **({"callback_query": press} if pressed else {"message": message})}
    )


def a_fault() -> Exception:
    """As code raises them: a cause, and messages that quote what was typed."""
    words = f"{TEXT} {PHONE} https://api.telegram.org/bot{TOKEN}/sendMessage"
    try:
        try:
            int(words)
        except ValueError as cause:
            raise RuntimeError(f"can't take {words}") from cause
    except RuntimeError as caught:
        fault = caught
    return fault


async def answered(error: Exception, update: Update, **more: Any) -> Any:
    event = ErrorEvent(update=update, exception=error)
    bot: Any = SimpleNamespace(id=42)
    journal = FakeJournal(FakeStorage())
    return await answer_error(event, cast(Bot, bot), FakeClock(), new_reference, report, journal, **more)


async def test_the_reference_is_the_same_in_the_sentence_the_log_and_sentry_and_nobody_is_quoted(
    sentry: Memory, logs: io.StringIO
) -> None:
    answer = await answered(a_fault(), an_update(), actor=an_actor())
    reference = re.search(r"Reference (\w{8}), 02\.03 12:00", answer.text)[1]  # type: ignore[index]  # noon in Moscow
    written = logs.getvalue()
    assert reference in written
    assert "RuntimeError" in written
    assert "ValueError" in written
    assert "a_fault" in written  # where it was raised
    [event] = sentry.events
    assert event["tags"]["reference"] == reference
    assert [one["type"] for one in event["exception"]["values"]] == ["ValueError", "RuntimeError"]
    for secret in SECRETS:
        assert secret not in written
        assert secret not in json.dumps(event, default=str)


async def test_a_pressed_button_shows_the_sentence_over_the_chat(sentry: Memory) -> None:
    with speaking("ru"):
        answer = await answered(a_fault(), an_update(pressed=True))
    assert not answer.text
    assert sentry.events[0]["tags"]["reference"] in answer.toast
    assert len(answer.toast) <= 200


async def test_a_rule_is_for_the_person_and_no_fault(sentry: Memory, logs: io.StringIO) -> None:
    with speaking("ru"):
        rule = BadInput(N_("That is {length} characters. Ask in up to {limit}."), length=9000, limit=8000)
        answer = await answered(rule, an_update())
    assert "9000" in answer.text
    assert "8000" in answer.text
    assert sentry.events == []
    assert logs.getvalue() == ""


async def test_a_stranger_is_answered_in_private_and_not_in_a_group() -> None:
    rule = NotInvited(N_("This bot is by invitation. Ask the person who runs it for a link."))
    assert isinstance(await answered(rule, an_update()), Answer)
    assert await answered(rule, an_update(chat="group")) is None


@pytest.mark.parametrize("error", [StorageAway(), AlreadyHandled()])
async def test_what_the_intake_deals_with_is_no_fault(error: Exception, sentry: Memory) -> None:
    assert not isinstance(await answered(error, an_update()), Answer)
    assert sentry.events == []


async def test_no_token_is_in_a_line_of_ours_or_of_a_library(logs: io.StringIO) -> None:
    structlog.get_logger().warning("unreachable", url=f"https://api.telegram.org/bot{TOKEN}/getMe")
    logging.getLogger("aiohttp.client").warning("https://api.telegram.org/bot%s/getMe", TOKEN)
    logging.getLogger("asyncio").error("Task exception was never retrieved", exc_info=a_fault())
    written = logs.getvalue()
    assert written.count("<token>") == 2
    assert "RuntimeError" in written
    for secret in SECRETS:
        assert secret not in written


def test_nothing_is_reported_while_sentry_is_off() -> None:
    report(a_fault(), "ABCD1234")  # no DSN: no event, no fault of its own


def test_references_are_easy_to_read_out() -> None:
    made = {new_reference() for _ in range(200)}
    assert len(made) == 200
    assert all(re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{8}", one) for one in made)
