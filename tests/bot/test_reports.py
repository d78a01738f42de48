"""Reports: an operator reads of a fault at once, of one that goes on once an hour with its count, from any replica."""

from datetime import timedelta
from typing import Any, cast

import pytest
import pytest_asyncio
from aiogram import Bot
from aiogram.exceptions import TelegramForbiddenError
from aiogram.methods import SendMessage
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.faults import feature_of, summary_of
from bot.metrics import Metrics
from bot.postponed import PostponedAnswers
from bot.reports import Reports, to_each
from crm.people import People
from db.faults import SqlFaultDoors
from db.people import SqlPeopleDoors
from db.storage import SqlStorage, create_engine
from db.updates import SqlUpdateJournal
from db.urls import connection
from handlers.notices import Notices
from tests.acting import a_visitor
from tests.databases import Database
from tests.fakes import MONDAY, FakeClock

OPERATOR = 501
PHONE = "+79991234567"


class Telegram:
    """A bot that notes whom it writes what; whoever is in `blocked` can't be written to."""

    id = 42

    def __init__(self) -> None:
        self.said: list[tuple[int, str]] = []
        self.blocked: set[int] = set()

    async def send_message(self, chat_id: int, text: str, **_more: Any) -> Any:
        if chat_id in self.blocked:
            raise TelegramForbiddenError(
                SendMessage(chat_id=chat_id, text=text), "bot was blocked by the user"
            )
        self.said.append((chat_id, text))
        return type("Sent", (), {"message_id": 1})


@pytest_asyncio.fixture
async def engine(database: Database) -> Any:
    one = create_engine(database.application)
    people = People(SqlStorage(one), SqlPeopleDoors(one), open_to_all=True)
    await people.arrive(a_visitor(OPERATOR, is_operator=True))
    await people.arrive(a_visitor(502))
    yield one
    await one.dispose()


@pytest.fixture
def telegram() -> Telegram:
    return Telegram()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def a_replica(engine: AsyncEngine, telegram: Telegram, clock: FakeClock) -> Reports:
    notices = Notices(cast(Bot, telegram), SqlUpdateJournal(engine), clock)
    return Reports(notices, SqlFaultDoors(engine), Metrics(), clock)


def a_fault() -> Exception:
    try:
        connection(f"mysql://{PHONE}")
    except ValueError as fault:
        return fault
    raise AssertionError


async def test_a_new_fault_is_told_at_once_to_operators_only_and_quotes_nobody(
    engine: AsyncEngine, telegram: Telegram, clock: FakeClock
) -> None:
    reports = a_replica(engine, telegram, clock)
    reports(a_fault(), "REF00001")
    await reports.settle()
    [(chat_id, text)] = telegram.said
    assert chat_id == OPERATOR
    assert "ValueError in db/urls.connection" in text
    assert "REF00001" in text
    assert PHONE not in text


async def test_one_that_goes_on_is_told_once_an_hour_by_all_replicas_together(
    engine: AsyncEngine, telegram: Telegram, clock: FakeClock
) -> None:
    replicas = [a_replica(engine, telegram, clock) for _ in range(2)]
    for number in range(10):
        replicas[number % 2](a_fault(), f"REF0000{number}")
        await replicas[number % 2].settle()
        clock.now += timedelta(minutes=1)
        await replicas[number % 2].sweep()
    assert len(telegram.said) == 1
    clock.now = MONDAY + timedelta(hours=1)
    for one in replicas:
        await one.sweep()
    assert len(telegram.said) == 2
    assert "9 times" in telegram.said[1][1]
    assert "REF00009" in telegram.said[1][1]
    clock.now += timedelta(hours=2)
    for one in replicas:
        await one.sweep()
    assert len(telegram.said) == 2  # it has ended


async def test_one_that_comes_again_after_an_hour_of_silence_is_told_at_once(
    engine: AsyncEngine, telegram: Telegram, clock: FakeClock
) -> None:
    reports = a_replica(engine, telegram, clock)
    for _ in range(2):
        reports(a_fault(), "REF00001")
        await reports.settle()
        clock.now += timedelta(hours=1)
    assert len(telegram.said) == 2


async def test_two_faults_are_two(engine: AsyncEngine, telegram: Telegram, clock: FakeClock) -> None:
    reports = a_replica(engine, telegram, clock)
    reports(a_fault(), "REF00001")
    reports(RuntimeError(PHONE), "REF00002")
    await reports.settle()
    assert len(telegram.said) == 2


async def test_what_the_end_of_the_process_cut_off_is_told_from_its_row(
    engine: AsyncEngine, telegram: Telegram, clock: FakeClock
) -> None:
    doors, bot, journal = SqlFaultDoors(engine), cast(Bot, telegram), SqlUpdateJournal(engine)
    news = Notices(bot, journal, clock).about(to_each)
    await doors.note("ValueError in handlers/tasks", "ABCD2345", clock(), news)  # and the process ends
    await doors.note("ValueError in handlers/tasks", "ABCD2346", clock(), news)
    postponed = PostponedAnswers(bot, journal, clock)
    await postponed.send_due()
    assert telegram.said == []  # whoever noted it may be about to
    clock.move(minutes=3)
    await postponed.send_due()
    assert [who for who, text in telegram.said if "ABCD2345" in text] == [OPERATOR]
    clock.move(hours=1)
    await doors.repeated(clock(), news)  # and this one too
    clock.move(minutes=3)
    await postponed.send_due()
    assert len(telegram.said) == 2
    assert "ABCD2346" in telegram.said[-1][1]


async def test_an_operator_who_blocked_the_bot_ends_nothing(
    engine: AsyncEngine, telegram: Telegram, clock: FakeClock
) -> None:
    telegram.blocked.add(OPERATOR)
    reports = a_replica(engine, telegram, clock)
    reports(a_fault(), "REF00001")
    await reports.settle()
    assert telegram.said == []


async def test_without_postgresql_a_report_is_still_no_fault_of_its_own(
    telegram: Telegram, clock: FakeClock
) -> None:
    away = create_engine(connection("postgresql://nobody@127.0.0.1:1/none"))
    reports = a_replica(away, telegram, clock)
    reports(a_fault(), "REF00001")
    await reports.settle()
    await away.dispose()
    assert telegram.said == []


def test_a_fault_is_named_by_its_types_and_places_and_feature() -> None:
    fault = a_fault()
    assert summary_of(fault) == "ValueError in db/urls.connection"
    assert feature_of(fault) == "urls"
    assert summary_of(RuntimeError("x")) == "RuntimeError"
