"""Digests as they are read: the day by the hour, what is left with its buttons, each team under its name."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramForbiddenError, TelegramNetworkError
from aiogram.methods import SendMessage

from crm.calls import Outcome
from crm.digests import Digest, Digests, Kind, Seat, TeamDay, TeamReport, TeamWeek
from crm.grammar.dates import Due
from crm.stats import MemberWork, Work
from crm.tasks import Status, Task
from crm.tasks.filters import week_of
from handlers.digests import back_of, evening_of, morning_of, send_digest, stand_in_of
from handlers.digests import week_of as told_week
from handlers.texts import speaking
from tests.fakes import MONDAY, FakeClock, FakeDigestDoors, FakeStorage, an_actor
from tests.handlers.desk import TOKEN, Desk, Recorder

ANNA = an_actor()
HERE = MONDAY.astimezone(ANNA.zone)
SEAT = Seat(ANNA, "Sales", 2, is_current=True)


def a_task(number: int, title: str, due: Due | None = None, **more: Any) -> Task:
    return Task(
        id=number * 10, number=number, title=title, due=due, status=Status.NOT_STARTED, created_at=MONDAY,
        assignee_id=1, **more,
    )  # fmt: skip


def today(clock: str | None) -> Due:
    time = None if clock is None else datetime.fromisoformat(f"2026-03-02 {clock}").time()
    return Due(date(2026, 3, 2), time, "Europe/Moscow")


LATE = a_task(1, "send the offer", Due(date(2026, 2, 27), None, "Europe/Moscow"))
CALL, PAPER = a_task(2, "call the bank", today("15:00")), a_task(3, "buy paper", today(None))
DAY = TeamDay("Sales", ANNA, True, HERE, [LATE], [CALL, PAPER], [a_task(4, "hear from Ivanov")])


def data(answer: Any) -> list[str]:
    return [button.data for row in answer.buttons for button in row]


def a_digest(kind: Kind = Kind.MORNING, **more: Any) -> Digest:
    return replace(Digest(1, "", 1, kind, date(2026, 3, 2), MONDAY, "en", 1001, [SEAT]), **more)


def test_the_morning_has_overdue_then_the_hours_then_what_waits() -> None:
    answer = morning_of([DAY])
    places = [answer.text.index(part) for part in ("Overdue", "Any time", "15:00 #2", "Waiting")]
    assert places == sorted(places)
    assert data(answer) == ["ag:show"]


def test_each_team_stands_under_its_name_and_another_one_opens_there() -> None:
    there = replace(DAY, team="Chess", actor=an_actor(workspace_id=9), is_current=False)
    answer = morning_of([DAY, there])
    assert answer.text.index("— Sales —") < answer.text.index("— Chess —")
    assert data(answer) == ["ag:show", "team:1:go:9"]


def test_the_evening_has_what_was_done_and_a_button_for_each_that_is_left() -> None:
    answer = evening_of([replace(DAY, done=[a_task(5, "water the plants")], calls=2)])
    assert "✓ #5 water the plants" in answer.text
    assert "2 calls" in answer.text
    assert data(answer) == ["dg:10", "dg:30", "dg:20", "dg:all"]
    clear = evening_of([replace(DAY, overdue=[], today=[], done=[CALL])])
    assert "Nothing is left" in clear.text
    assert data(clear) == []


def test_the_week_names_the_days_the_team_and_each_member() -> None:
    days = week_of(MONDAY - timedelta(days=7), ANNA.zone)
    boris = MemberWork(2, "Boris", Work(done=3, calls={Outcome.CONNECTED: 2}))
    answer = told_week([TeamWeek("Sales", days, boris.work, [boris], 4)])
    for part in ("Last week", "Sales", "Boris", "done 3", "2 calls", "4 new contacts"):
        assert part in answer.text


def test_whoever_is_back_reads_what_waited_and_what_was_done() -> None:
    report = TeamReport("Sales", ["water the plants"], ["call the bank"], [("Boris", "call the bank")])
    for part in ("water the plants", "call the bank (Boris)"):
        assert part in back_of([report]).text
    assert "nothing waited" in back_of([]).text


def test_whoever_stands_in_reads_from_when_and_to_when() -> None:
    begins = a_digest(Kind.STAND_IN, about="Boris", until=MONDAY + timedelta(days=7))
    assert "Boris is away until 9 Mar" in stand_in_of(begins).text
    with speaking("ru"):
        assert "больше не замещаете" in stand_in_of(replace(begins, kind=Kind.STAND_IN_OVER)).text


class Refusing(Recorder):
    """Telegram that takes no message; anything else as ever."""

    def __init__(self, refusal: type[Exception]) -> None:
        super().__init__()
        self.refusal = refusal

    async def make_request(self, bot: Bot, method: Any, timeout: int | None = None) -> Any:
        if isinstance(method, SendMessage):
            raise self.refusal(method, "refused")
        return await super().make_request(bot, method, timeout)


@pytest.mark.parametrize(
    ("refusal", "state"), [(TelegramForbiddenError, "skipped"), (TelegramNetworkError, "pending")]
)
async def test_a_refusal_is_marked_and_what_may_pass_is_tried_again(
    refusal: type[Exception], state: str
) -> None:
    doors, clock = FakeDigestDoors(a_digest(Kind.BACK, since=MONDAY)), FakeClock()
    digests = Digests(FakeStorage(), doors)
    (digest,) = await digests.claim(clock())
    await send_digest(Bot(TOKEN, session=Refusing(refusal)), digest, digests=digests, clock=clock)
    assert doors.outcomes[1][0] == state


async def test_one_whose_lease_went_to_another_is_not_sent() -> None:
    doors, clock, session = FakeDigestDoors(a_digest(Kind.BACK, since=MONDAY)), FakeClock(), Recorder()
    digests = Digests(FakeStorage(), doors)
    (digest,) = await digests.claim(clock())
    doors.leased.clear()
    await send_digest(Bot(TOKEN, session=session), digest, digests=digests, clock=clock)
    assert not [call for call in session.calls if isinstance(call, SendMessage)]
    assert not doors.outcomes


async def test_what_is_left_goes_to_tomorrow_one_by_one_or_all_at_once() -> None:
    desk = Desk()
    await desk.says("/task today call the bank")
    await desk.says("/task today buy paper")
    first = desk.storage.task_id(1)
    answer = await desk.presses(f"dg:{first}")
    assert answer.toast == "Moved to tomorrow"
    assert "call the bank" not in answer.text
    assert "buy paper" in answer.text
    assert "Nothing is left" in (await desk.presses("dg:all")).text
    assert {row.task.due.date for row in desk.storage.state.tasks.values() if row.task.due} == {
        date(2026, 3, 3)
    }
