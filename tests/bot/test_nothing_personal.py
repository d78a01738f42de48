"""Nothing personal leaves: not by faults deep inside real handlers, with people's words all around, nor by the log."""

import asyncio
import gc
import io
import json
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
import sentry_sdk
from aiogram import Bot
from aiogram.types import Update

from bot.faults import new_reference, report
from bot.intake import Intake
from bot.release import RELEASE
from tests.bot.listening import Memory
from tests.fakes import FakeJournal
from tests.handlers.desk import Desk
from tests.telegram import TOKEN as TELEGRAM_TOKEN
from tests.telegram import Session, a_user

USER = 918273645
PHONE, LAST = "+79997654321", "7654321"
NAME, TITLE, TEXT, PROMPT = "Незабудкин", "ледоход", "скидку на ледоход", "прочти мои мысли"
TOKEN = f"987654321:{'C' * 35}"
PERSONAL = (PHONE, LAST, NAME, TITLE, TEXT, PROMPT, "C" * 35, "Person", str(USER))


class WholeDesk(Desk):
    """The desk behind the intake, as in a process; `break_down` makes whatever comes next a fault."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = Session()
        self.bot = Bot(TELEGRAM_TOKEN, session=self.calls)
        self.dispatcher["new_reference"], self.dispatcher["report"] = new_reference, report
        self.intake = Intake(self.bot, self.dispatcher, FakeJournal(self.storage))

    async def fed(self, kind: str, body: dict[str, Any]) -> None:
        self._update_id += 1
        await self.intake.handle(Update.model_validate({"update_id": self._update_id, kind: body}))

    def break_down(self) -> None:
        self.storage.transaction = transaction  # type: ignore[method-assign, assignment]  # what breaks

    @property
    def said(self) -> str:
        return str(self.calls.calls)


def transaction(actor: Any) -> Any:
    """Breaks with personal data in locals, messages, notes, breadcrumbs and the scope."""
    secret = {"name": NAME, "phone": PHONE, "prompt": PROMPT, "token": TOKEN, "who": actor}
    sentry_sdk.add_breadcrumb(message=f"{NAME} {PHONE}", data=secret)
    sentry_sdk.set_user({"id": actor.telegram_user_id, "username": NAME})
    sentry_sdk.set_extra("prompt", PROMPT)
    sentry_sdk.set_context("dialog", {"text": TEXT})
    try:
        return int(f"{NAME} {PHONE} {TEXT} {TOKEN}")
    except ValueError as cause:
        cause.add_note(PROMPT)
        raise RuntimeError(f"{secret}") from cause


def is_quoted(text: str) -> list[str]:
    """What of people's is in it, as it is or as JSON writes it."""
    return [one for one in PERSONAL if one in text or json.dumps(one)[1:-1] in text]


Act = Callable[[Desk], Coroutine[Any, Any, Any]]
ENTRIES: list[tuple[str, str, Act]] = [
    ("tasks", "private", lambda desk: desk.says(f"/task tomorrow call {NAME} {PHONE} {TITLE}", user=USER)),
    ("calls", "private", lambda desk: desk.says(f"/call {NAME} {PHONE}: {TEXT}", user=USER)),
    ("contacts", "group", lambda desk: desk.says(f"/contact {NAME} {PHONE}", user=USER, chat=-5)),
    ("tasks", "private", lambda desk: desk.presses("done:1", user=USER)),
    ("quick_adds", "private", lambda desk: desk.says(f"tomorrow at 10 call {NAME} {PHONE}", user=USER)),
    ("conversations", "private", lambda desk: desk.says(PROMPT, user=USER)),
]


@pytest.mark.parametrize(("feature", "chat", "act"), ENTRIES)
async def test_an_event_says_which_release_chat_and_feature_and_nothing_of_anybody(
    sentry: Memory, logs: io.StringIO, feature: str, chat: str, act: Act
) -> None:
    desk = WholeDesk()
    await desk.says("/start", user=USER)
    desk.break_down()
    await act(desk)
    [event] = sentry.events
    tags = event["tags"]
    assert (event["release"], tags["chat"], tags["feature"]) == (RELEASE, chat, feature)
    assert tags["reference"] in logs.getvalue()
    assert tags["reference"] in desk.said  # the person was told the same
    assert [one["type"] for one in event["exception"]["values"]] == ["ValueError", "RuntimeError"]
    assert is_quoted(sentry.sent[0]) == []
    assert is_quoted(logs.getvalue()) == []
    assert is_quoted(f"{NAME} said {json.dumps(TEXT)}") == [NAME, TITLE, TEXT]  # it would have been seen


async def test_a_fault_of_an_inline_query_is_told_in_place_of_results(
    sentry: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = WholeDesk()
    await desk.says("/start", user=USER)

    async def put(*_all: Any) -> None:
        raise RuntimeError(PHONE)

    monkeypatch.setattr(desk.dialogs, "put", put)
    await desk.fed(
        "inline_query", {"id": "1", "from": a_user(USER), "query": f"task {TITLE} завтра", "offset": ""}
    )
    [event] = sentry.events
    [told] = desk.calls.calls[-1].results  # type: ignore[attr-defined]  # an AnswerInlineQuery
    assert (event["tags"]["feature"], event["tags"]["chat"]) == ("inline", "none")
    assert event["tags"]["reference"] in told.title
    assert is_quoted(sentry.sent[0]) == []


async def test_a_task_that_nobody_waited_for_is_logged_by_its_type(logs: io.StringIO) -> None:
    async def fail() -> None:
        raise ValueError(f"{NAME} {PHONE}")

    async with asyncio.timeout(1):
        await asyncio.wait([asyncio.create_task(fail())])
    gc.collect()  # as it goes, the loop says so
    assert "Task exception was never retrieved" in logs.getvalue()
    assert "builtins.ValueError" in logs.getvalue()
    assert is_quoted(logs.getvalue()) == []


async def test_a_message_without_an_exception_is_not_sent_at_all(sentry: Memory) -> None:
    sentry_sdk.capture_message(f"{NAME} {PHONE}")
    assert sentry.sent == []


async def test_each_update_is_one_line_with_its_reference_kind_time_and_outcome(
    logs: io.StringIO, request: pytest.FixtureRequest
) -> None:
    desk = WholeDesk()
    await desk.says("/start", user=USER)
    await desk.says(f"/task tomorrow call {NAME} {PHONE} {TITLE}", user=USER)
    await desk.says(f"/call {NAME} {PHONE}: {TEXT}", user=USER)
    await desk.says(f"/contact {NAME} {PHONE}", user=USER)
    await desk.says(f"what about {NAME} {PROMPT}?", user=USER)
    await desk.presses("nobody:1", user=USER)
    await desk.fed("inline_query", {"id": "1", "from": a_user(USER), "query": f"task {TITLE}", "offset": ""})
    lines = logs.getvalue().splitlines()
    assert len(lines) == 7
    assert is_quoted(logs.getvalue()) == []
    if request.node.callspec.params["logs"] == "json":
        told = [json.loads(line) for line in lines]
        assert [line["kind"] for line in told] == ["message"] * 5 + ["callback_query", "inline_query"]
        assert all(line["event"] == "update" and line["seconds"] >= 0 for line in told)
        assert len({line["reference"] for line in told}) == 7
        assert told[0]["outcome"] == "answered"
        assert told[0]["chat"] == "private"


async def test_a_repeated_update_says_that_it_was_one(logs: io.StringIO) -> None:
    desk = WholeDesk()
    await desk.says("/start", user=USER)
    desk._update_id -= 1
    await desk.says("/start", user=USER)
    assert "repeated" in logs.getvalue()
