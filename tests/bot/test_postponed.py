"""Postponed answers: they wait in their rows, outlive the process, and are sent once by whoever comes first."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
import pytest_asyncio
from aiogram import Bot, Dispatcher
from aiogram.exceptions import TelegramForbiddenError, TelegramNetworkError, TelegramRetryAfter
from aiogram.methods import SendMessage
from aiogram.types import Update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.intake import Intake
from bot.postponed import LEASE, PostponedAnswers, address_of
from bot.retries import ANSWER
from bot.webhook import Webhook
from bot.webhook_secrets import Secrets
from crm.answers import Answer
from crm.errors import StorageAway
from crm.updates import Postponed
from db.lanes import SqlLanes
from db.storage import create_engine
from db.transactions import plain_transaction
from db.updates import SqlUpdateJournal, SqlUpdates
from db.webhooks import SqlWebhooks
from tests.acting import an_arrival
from tests.databases import Database
from tests.telegram import a_group, a_message, a_press

BOT_ID = 42
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
METHOD = SendMessage(chat_id=7, text="x")


class Telegram:
    id = BOT_ID

    def __init__(self, *faults: Exception) -> None:
        self.faults = list(faults)
        self.said: list[tuple[int, str]] = []

    async def send_message(self, chat_id: int, text: str, **_more: Any) -> Any:
        if self.faults:
            raise self.faults.pop(0)
        self.said.append((chat_id, text))
        return type("Sent", (), {"message_id": 1})


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest_asyncio.fixture
async def engine(database: Database) -> Any:
    one = create_engine(database.application)
    yield one
    await one.dispose()


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def postpone(engine: AsyncEngine, *update_ids: int, seconds: float = 600) -> SqlUpdateJournal:
    journal = SqlUpdateJournal(engine)
    for update_id in update_ids:
        await journal.begin(BOT_ID, update_id)
        address = {"update_id": update_id, "message": a_message(7)}
        owed = Postponed(update_id, address, Answer(f"answer {update_id}"))
        await journal.postpone(BOT_ID, owed, NOW + timedelta(seconds=seconds))
    return journal


async def test_they_are_sent_when_their_time_has_come_in_order_and_once(
    engine: AsyncEngine, clock: Clock
) -> None:
    journal, telegram = await postpone(engine, 2, 1, 3), Telegram()
    replicas = [PostponedAnswers(cast(Bot, telegram), journal, clock) for _ in range(2)]
    await replicas[0].send_due()
    assert telegram.said == []
    clock.now += timedelta(minutes=10)
    for _ in range(2):
        for one in replicas:
            await one.send_due()
    assert telegram.said == [(7, "answer 1"), (7, "answer 2"), (7, "answer 3")]


async def test_a_redelivered_update_leaves_it_to_its_row(engine: AsyncEngine) -> None:
    journal = await postpone(engine, 1)
    begun = await journal.begin(BOT_ID, 1)
    assert (begun.handled, begun.owed) == (True, None)


async def test_behind_a_webhook_it_is_sent_once_and_its_chat_goes_on(
    engine: AsyncEngine, clock: Clock
) -> None:
    """Telegram brings the update again and again, as it does after a 200 that got lost, to one replica or another."""
    telegram = Telegram(TelegramRetryAfter(METHOD, "Too Many Requests", 3600))
    journal, effects = SqlUpdateJournal(engine), Effects(engine)
    replicas = [webhook(engine, journal, telegram, effects, clock) for _ in range(2)]
    for update_id in (1, 1, 1, 2, 1):
        for one in replicas:
            update = Update.model_validate({"update_id": update_id, "message": a_message(7)})
            await one._finish(update)
    assert effects.had == [1, 2]
    assert telegram.said == [(7, "answer 2")]
    clock.now += timedelta(hours=1)
    for _ in range(2):
        await PostponedAnswers(cast(Bot, telegram), journal, clock).send_due()
        for one in replicas:
            await one._finish(Update.model_validate({"update_id": 1, "message": a_message(7)}))
    assert telegram.said == [(7, "answer 2"), (7, "answer 1")]


class Effects:
    """A dispatcher: each update has its effect in a transaction, with its answer."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self.had: list[int] = []

    async def feed_update(self, bot: Telegram, update: Update) -> Answer:
        answer = Answer(f"answer {update.update_id}")
        async with plain_transaction(self._engine) as link:
            arrival = replace(an_arrival(), bot_id=bot.id, update_id=update.update_id)
            await SqlUpdates(link).finish(arrival, answer)
        self.had.append(update.update_id)
        return answer


def webhook(
    engine: AsyncEngine, journal: SqlUpdateJournal, telegram: Telegram, effects: Effects, clock: Clock
) -> Webhook:
    bot, secrets = cast(Bot, telegram), Secrets(SqlWebhooks(engine), "1:token", "a-word")
    intake = Intake(bot, cast(Dispatcher, effects), journal, waits=False, clock=clock)
    return Webhook(bot, intake, SqlLanes(engine), secrets)


async def test_one_whose_process_ended_is_sent_after_its_lease(engine: AsyncEngine, clock: Clock) -> None:
    journal, telegram = await postpone(engine, 1, seconds=0), Telegram()
    [taken] = await journal.due(BOT_ID, NOW, lease=LEASE)  # and the process ends
    assert taken.answer == Answer("answer 1")
    await PostponedAnswers(cast(Bot, telegram), journal, clock).send_due()
    assert telegram.said == []
    clock.now += LEASE
    await PostponedAnswers(cast(Bot, telegram), journal, clock).send_due()
    assert telegram.said == [(7, "answer 1")]


async def test_a_slow_one_does_not_outlast_the_leases_of_those_behind_it(
    engine: AsyncEngine, clock: Clock
) -> None:
    journal, others = await postpone(engine, 1, 2, 3, seconds=0), Telegram()

    class Slow(Telegram):
        async def send_message(self, chat_id: int, text: str, **more: Any) -> Any:
            clock.now += timedelta(seconds=50)
            if text == "answer 3":
                await PostponedAnswers(cast(Bot, others), journal, clock).send_due()
            return await super().send_message(chat_id, text, **more)

    telegram = Slow()
    await PostponedAnswers(cast(Bot, telegram), journal, clock).send_due()
    assert (len(telegram.said), others.said) == (3, [])


async def test_a_longer_silence_is_kept_however_often_it_is_told(engine: AsyncEngine, clock: Clock) -> None:
    told = [TelegramRetryAfter(METHOD, "Too Many Requests", 3600) for _ in range(9)]
    journal, telegram = await postpone(engine, 1, seconds=0), Telegram(*told)
    answers = PostponedAnswers(cast(Bot, telegram), journal, clock)
    for _ in range(9):
        await answers.send_due()
        clock.now += timedelta(minutes=59)
        await answers.send_due()  # too early
        clock.now += timedelta(minutes=1)
    await answers.send_due()
    assert telegram.said == [(7, "answer 1")]


async def test_one_that_may_have_arrived_is_tried_a_few_times_only(
    engine: AsyncEngine, clock: Clock, database: Database
) -> None:
    faults = [TelegramNetworkError(METHOD, "lost") for _ in range((ANSWER.tries or 0) + 3)]
    journal, telegram = await postpone(engine, 1, seconds=0), Telegram(*faults)
    for _ in range(20):
        await PostponedAnswers(cast(Bot, telegram), journal, clock).send_due()
        clock.now += timedelta(minutes=5)
    assert len(telegram.faults) == 3
    assert await database.count("handled_updates WHERE answered_at IS NOT NULL AND answer IS NULL") == 1


async def test_one_to_a_chat_that_is_gone_is_forgotten(engine: AsyncEngine, clock: Clock) -> None:
    journal = await postpone(engine, 1, seconds=0)
    telegram = Telegram(TelegramForbiddenError(METHOD, "bot was blocked by the user"))
    for _ in range(2):
        await PostponedAnswers(cast(Bot, telegram), journal, clock).send_due()
        clock.now += timedelta(minutes=5)
    assert (telegram.said, telegram.faults) == ([], [])


@pytest.mark.parametrize(
    "what",
    [
        {
            "message": a_message(
                7, text="secret words", chat=a_group(-5), message_thread_id=9, is_topic_message=True
            )
        },
        {"edited_message": a_message(7, text="secret words") | {"edit_date": 1}},
        {"callback_query": a_press(7, "secret words")},
    ],
)
def test_an_address_says_where_to_answer_and_keeps_nobodys_words(what: dict[str, Any]) -> None:
    update = Update.model_validate({"update_id": 1, **what})
    address = address_of(update)
    again = Update.model_validate(address)
    assert "secret" not in str(address)
    assert again.event_type == update.event_type
    for kind in ("message", "edited_message"):
        before, after = getattr(update, kind), getattr(again, kind)
        if before is not None:
            assert (after.chat, after.message_id) == (before.chat, before.message_id)
            assert (after.message_thread_id, after.is_topic_message) == (
                before.message_thread_id, before.is_topic_message,
            )  # fmt: skip
    if update.callback_query is not None and again.callback_query is not None:
        assert again.callback_query.id == update.callback_query.id
        assert again.callback_query.message is not None


async def test_what_telegram_took_while_postgresql_goes_away_is_not_sent_again(
    engine: AsyncEngine, clock: Clock
) -> None:
    journal, telegram = await postpone(engine, 1), Telegram()
    answered, tries = journal.answered, list[int]()

    async def away(bot_id: int, update_id: int) -> None:
        tries.append(update_id)
        if len(tries) < 3:
            raise StorageAway("gone for a moment")
        await answered(bot_id, update_id)

    journal.answered = away  # type: ignore[method-assign]
    clock.now += timedelta(minutes=10)
    one = PostponedAnswers(cast(Bot, telegram), journal, clock)
    await one.send_due()
    clock.now += LEASE
    await one.send_due()
    assert telegram.said == [(7, "answer 1")]
