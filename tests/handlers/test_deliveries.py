"""Deliveries in Telegram: who is written to when something refuses, and what the row then says."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest
from aiogram import Bot
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import SendMessage

from crm.answers import Answer
from crm.deliveries import RETRY_STEPS, Deliveries, Delivery, Group
from crm.lateness import Downtime, folded
from crm.people import ChatKind, People
from crm.reasons import Why
from crm.reminders import Reminders
from crm.tasks import Tasks
from handlers import deliveries as room
from handlers.deliveries import Post
from handlers.reminder_messages import late_words, reminder_message, reminders_message
from handlers.texts import speaking
from tests.fakes import (
    MONDAY,
    FakeClock,
    FakeDeliveryDoors,
    FakePeopleDoors,
    FakeStorage,
    ReminderRow,
    an_actor,
    an_arrival,
    everybody_stays,
)

ANNA, GROUP = an_actor(), -77
METHOD: Any = SendMessage(chat_id=1, text="x")


class Telegram:
    """Takes every message, but for those with a fault, which is raised as often as it is in the list."""

    id = 42

    def __init__(self) -> None:
        self.said: list[tuple[int, int | None, str]] = []
        self.faults: list[Exception] = []

    async def send_message(
        self, chat_id: int, text: str, *, message_thread_id: int | None = None, **_more: Any
    ) -> Any:
        if self.faults:
            raise self.faults.pop(0)
        self.said.append((chat_id, message_thread_id, text))
        return type("Sent", (), {"message_id": 500 + len(self.said)})


class House:
    def __init__(self) -> None:
        self.storage, self.clock, self.telegram = FakeStorage(), FakeClock(), Telegram()
        self.storage.seat(ANNA)
        people = People(self.storage, FakePeopleDoors(self.storage), open_to_all=True)
        self.deliveries = Deliveries(self.storage, FakeDeliveryDoors(self.storage))
        self.post = Post(
            cast(Bot, self.telegram),
            self.deliveries,
            everybody_stays(people, self.clock),
            self.clock,
            asyncio.Semaphore(2),
        )

    async def remind(self, *lines: str) -> None:
        for number, line in enumerate(lines, 1):
            await Reminders(self.storage).create(ANNA, an_arrival(number), line, lambda _saved: Answer("ok"))

    async def claim(self, **minutes: float) -> Sequence[Delivery]:
        return await self.deliveries.claim(self.clock.move(**minutes))

    def rows(self) -> list[ReminderRow]:
        return list(self.storage.state.reminders.values())


@pytest.fixture
def house() -> House:
    return House()


def in_group(delivery: Delivery, thread_id: int | None = None) -> Delivery:
    actor = replace(delivery.actor, telegram_chat_id=GROUP, chat_kind=ChatKind.GROUP)
    return replace(delivery, actor=actor, thread_id=thread_id)


async def test_what_one_person_missed_is_one_message_with_its_id_on_all_rows(house: House) -> None:
    await house.remind("in 5 minutes one", "in 65 minutes two")
    claimed = await house.claim(minutes=180)
    [together] = folded(claimed, house.clock())
    post = replace(house.post, downtime=Downtime(MONDAY, MONDAY + timedelta(minutes=30)))
    outcome = await post.deliver(together)
    assert len(outcome.sent) == 2
    [(_chat, _thread, text)] = house.telegram.said
    assert text == (
        "⏰ 2 reminders come late\n• one – 2 hours late: the bot was not running"
        "\n• two – 115 minutes late: there was much to send"
    )
    assert [(row.state, row.telegram_message_id) for row in house.rows()] == [("sent", 501)] * 2


async def test_each_task_of_several_has_its_button_and_the_list_is_a_press_away(house: House) -> None:
    for number in (1, 2):
        await Tasks(house.storage).create(
            ANNA, an_arrival(number), f"in {number} minutes job {number}", lambda _saved: Answer("ok")
        )
    claimed = await house.claim(minutes=90)
    message = reminders_message(claimed, house.clock())
    [dones, [list_]] = message.buttons
    ids = [house.storage.task_id(number) for number in (1, 2)]
    assert [(one.text, one.data) for one in dones] == [("✓ 1", f"done:{ids[0]}"), ("✓ 2", f"done:{ids[1]}")]
    assert list_.text == "Open my tasks"
    in_public = reminders_message([in_group(one) for one in claimed], house.clock())
    assert len(in_public.buttons) == 1
    assert in_public.text.startswith(f"⏰ {ANNA.display_name}, ")


@pytest.mark.parametrize(
    ("why", "words"),
    [
        (Why.NOT_RUNNING, "the bot was not running"),
        (Why.SILENT, "Telegram did not answer"),
        (Why.ASKED_TO_WAIT, "Telegram asked this chat to wait"),
        (Why.QUIET, "waited for the end of your quiet hours"),
        (Why.AWAY, "waited while you were away"),
    ],
)
def test_why_it_is_late_is_said(why: str, words: str) -> None:
    assert late_words(timedelta(hours=3), why) == f"3 hours late: {words}"
    with speaking("ru"):
        assert late_words(timedelta(hours=3), why).startswith("опоздание 3 часа: ")


async def test_one_that_is_late_says_so_and_why(house: House) -> None:
    await house.remind("in 5 minutes one")
    (delivery,) = await house.claim(minutes=65)
    message = reminder_message(replace(delivery, reason=Why.SILENT), house.clock())
    assert message.text == "⏰ one\n60 minutes late: Telegram did not answer"


@pytest.mark.parametrize(
    "fault",
    [
        TelegramForbiddenError(METHOD, "Forbidden: bot was blocked by the user"),
        TelegramBadRequest(METHOD, "Bad Request: chat not found"),
    ],
)
async def test_whom_the_bot_cannot_write_to_is_mentioned_where_it_was_asked_for(
    house: House, fault: Exception
) -> None:
    await house.remind("in 5 minutes one")
    (delivery,) = await house.claim(minutes=5)
    house.telegram.faults = [fault]
    outcome = await house.post.deliver([replace(delivery, group=Group(GROUP, 9))])
    assert len(outcome.sent) == 1
    assert house.telegram.said == [(GROUP, 9, f"⏰ {ANNA.display_name}, one")]
    [row] = house.rows()
    assert (row.state, row.telegram_message_id) == ("sent", 501)


async def test_when_that_fails_too_whoever_assigned_the_task_is_told(house: House) -> None:
    boss = an_actor(person_id=2, telegram_user_id=1002, member_id=2, display_name="Boss")
    house.storage.seat(boss)
    await Tasks(house.storage).create(ANNA, an_arrival(1), "in 5 minutes job", lambda _saved: Answer("ok"))
    (delivery,) = await house.claim(minutes=5)
    house.telegram.faults = [TelegramForbiddenError(METHOD, "Forbidden: blocked")] * 2
    outcome = await house.post.deliver(
        [replace(delivery, group=Group(GROUP, None), assigner_id=boss.member_id)]
    )
    assert not outcome.sent
    failed, told = house.rows()
    assert (failed.state, failed.reason) == ("failed", "blocked")
    (notice,) = await house.claim()
    assert notice.id == told.delivery.id
    assert "could not remind" in reminder_message(notice, house.clock()).text


async def test_where_the_topic_is_gone_the_group_is_told(house: House) -> None:
    await house.remind("in 5 minutes one")
    (delivery,) = await house.claim(minutes=5)
    house.telegram.faults = [TelegramBadRequest(METHOD, "Bad Request: message thread not found")]
    await house.post.deliver([in_group(delivery, thread_id=9)])
    assert house.telegram.said == [(GROUP, None, f"⏰ {ANNA.display_name}, one")]


@pytest.mark.parametrize(
    ("fault", "reason", "pause", "answered"),
    [
        (TelegramRetryAfter(METHOD, "Too Many Requests", 90), Why.ASKED_TO_WAIT, timedelta(seconds=90), True),
        (TelegramServerError(METHOD, "Bad Gateway"), Why.SILENT, RETRY_STEPS[0], False),
        (TelegramNetworkError(METHOD, "connection lost"), Why.SILENT, RETRY_STEPS[0], False),
        (TelegramBadRequest(METHOD, "Bad Request: odd"), Why.REFUSED, RETRY_STEPS[0], True),
    ],
)
async def test_any_other_refusal_is_tried_again_and_the_row_says_why(
    house: House, fault: Exception, reason: Why, pause: timedelta, answered: bool
) -> None:
    await house.remind("in 5 minutes one")
    claimed = await house.claim(minutes=5)
    house.telegram.faults = [fault]
    outcome = await house.post.deliver(claimed)
    assert (outcome.sent, outcome.answered) == ((), answered)
    [row] = house.rows()
    assert (row.state, row.reason, row.look_at) == ("pending", reason, house.clock() + pause)
    house.clock.move(seconds=pause.total_seconds())
    await house.post.deliver(await house.deliveries.claim(house.clock()))
    assert next(text for *_where, text in house.telegram.said).startswith("⏰ one")


async def test_what_telegram_took_is_written_down_once_postgresql_is_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "PAUSE", 0.01)
    await house.remind("in 5 minutes one")
    claimed = await house.claim(minutes=5)
    send = house.telegram.send_message

    async def goes_away(*said: Any, **more: Any) -> Any:
        sent = await send(*said, **more)
        house.storage.away = True
        return sent

    monkeypatch.setattr(house.telegram, "send_message", goes_away)
    delivering = asyncio.create_task(house.post.deliver(claimed))
    await asyncio.sleep(0.05)
    assert not delivering.done()
    house.storage.away = False
    assert (await delivering).sent
    [row] = house.rows()
    assert row.state == "sent"


async def test_what_is_done_meanwhile_is_not_sent_and_the_row_says_why(house: House) -> None:
    await Tasks(house.storage).create(ANNA, an_arrival(1), "in 5 minutes job", lambda _saved: Answer("ok"))
    claimed = await house.claim(minutes=5)
    await Tasks(house.storage).complete(
        ANNA, an_arrival(2), house.storage.task_id(1), house.clock(), lambda _done: Answer("ok")
    )
    assert not (await house.post.deliver(claimed)).sent
    assert house.telegram.said == []
    [row] = house.rows()
    assert (row.state, row.reason) == ("skipped", "task completed")
