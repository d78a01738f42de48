"""The agenda and the stats in Telegram: the day by the hour, everything overdue at once, the week in words."""

from datetime import timedelta

import pytest

from crm.calls import Outcome
from crm.stats import MemberWork, Work
from handlers.task_lines import late_words
from handlers.texts import speaking
from tests.fakes import an_actor
from tests.handlers.buttons import data_of, labels
from tests.handlers.desk import Desk
from tests.handlers.test_task_lists import BORIS

KEYS = ["Move all overdue", "Hand all over"]


@pytest.fixture
async def busy(desk: Desk) -> Desk:
    """A Monday at noon, with something of everything; shared with Boris."""
    desk.storage.seat(an_actor(), BORIS)
    desk.storage.state.chats |= {1001: (1, 1), 1002: (2, 1)}
    desk.clock.move(days=-1)
    await desk.says("/task today old")
    await desk.says("/task tomorrow 8:00 missed")
    desk.clock.move(days=1)
    for line in ("today 18:30 tea", "today 18:00 cake", "today 21:00 walk", "today any", "tomorrow later"):
        await desk.says(f"/task {line}")
    return desk


async def test_the_day_is_told_by_the_hour(busy: Desk) -> None:
    agenda = await busy.says("/agenda")
    assert agenda.text == (
        "Today, Mon, 2 Mar\n\nOverdue\n#1 old · 1 day late\n08:00 #2 missed · 1 hour late\n\n"
        "Any time\n#6 any\n\n18:00\n18:00 #4 cake\n18:30 #3 tea\n\n21:00\n21:00 #5 walk"
    )
    assert labels(agenda)[:4] == ["✓ 1", "#1", "✓ 2", "#2"]
    assert labels(agenda)[-2:] == KEYS
    for words in ("план", "/план", "сегодня", "Today"):
        assert (await busy.says(words)).text == agenda.text


async def test_an_empty_day_is_friendly_in_both_languages(desk: Desk) -> None:
    assert "The day is yours." in (await desk.says("/agenda")).text
    await desk.presses("language:ru")
    assert "День ваш." in (await desk.says("/agenda")).text


async def test_done_draws_the_day_again(busy: Desk) -> None:
    agenda = await busy.says("/agenda")
    after = await busy.presses(data_of(agenda, "✓ 1"))
    assert (after.edit, after.toast) == (True, "Done")
    assert "#1 old" not in after.text
    again = await busy.presses(data_of(agenda, "✓ 1"))
    assert again.text == f"Changed since, here it is now\n\n{after.text}"
    assert again.toast is None
    assert "no longer here" in (await busy.presses("ag:done:999.1")).toast
    assert (await busy.presses(data_of(agenda, "#3"))).text.startswith("#3 tea")


@pytest.mark.parametrize(
    ("day", "said"), [("Today", "Mon, 2 Mar"), ("Tomorrow", "Tue, 3 Mar"), ("Mon, 9 Mar", "Mon, 9 Mar")]
)
async def test_everything_overdue_is_moved_by_two_presses(busy: Desk, day: str, said: str) -> None:
    menu = await busy.presses(data_of(await busy.says("/agenda"), KEYS[0]))
    assert labels(menu) == ["Today", "Tomorrow", "Mon, 9 Mar", "‹ Back"]
    moved = await busy.presses(data_of(menu, day))
    assert moved.text == f"2 tasks moved to {said}\n/undo takes all of it back."
    assert "Overdue" not in (await busy.presses(data_of(moved, "‹ Back"))).text
    assert (await busy.presses(data_of(menu, day))).text == "Nothing was changed."
    assert "and 1 other" in (await busy.says("/undo")).text
    assert "#1 old · 1 day late" in (await busy.says("/agenda")).text


async def test_everything_overdue_is_handed_over_by_two_presses(busy: Desk) -> None:
    menu = await busy.presses(data_of(await busy.says("/tasks overdue"), KEYS[1]))
    assert labels(menu) == ["Boris", "‹ Back"]
    handed = await busy.presses(data_of(menu, "Boris"))
    assert handed.text == "2 tasks handed to Boris\n/undo takes all of it back."
    assert "#1 old · Sun, 1 Mar · Boris · overdue" in (await busy.presses(data_of(handed, "‹ Back"))).text


async def test_nobody_to_hand_to_is_said(desk: Desk) -> None:
    assert "/team" in (await desk.presses("oa:m.o:who")).text


@pytest.mark.parametrize(
    ("late", "english", "russian"),
    [
        (timedelta(seconds=5), "1 minute late", "опоздание 1 минута"),
        (timedelta(minutes=59), "59 minutes late", "опоздание 59 минут"),
        (timedelta(hours=23), "23 hours late", "опоздание 23 часа"),
        (timedelta(days=5), "5 days late", "опоздание 5 дней"),
    ],
)
def test_lateness_is_told_in_its_largest_unit(late: timedelta, english: str, russian: str) -> None:
    assert late_words(late) == english
    with speaking("ru"):
        assert late_words(late) == russian


async def test_the_week_and_the_month_are_told_in_words(busy: Desk) -> None:
    busy.storage.state.work = [
        MemberWork(2, "Boris", Work(calls={Outcome.CONNECTED: 2, Outcome.NO_ANSWER: 3})),
        MemberWork(1, "Anna", Work(created=5, done=3, overdue=2)),
    ]
    week = await busy.says("/stats")
    assert week.text == (
        "This week, Mon, 2 Mar – Sun, 8 Mar\n\nTeam\ntasks: created 5, done 3, overdue now 2\n"
        "5 calls: talked 2, no answer 3\n\nYou\ntasks: created 5, done 3, overdue now 2\n\n"
        "Boris\ntasks: created 0, done 0, overdue now 0\n5 calls: talked 2, no answer 3"
    )
    month = await busy.presses(data_of(week, "Month"))
    assert month.text.startswith("This month, Sun, 1 Mar – Tue, 31 Mar")
    assert labels(month) == ["Week"]
    assert (await busy.says("/итоги месяц")).text == month.text
    await busy.presses("language:ru")
    russian = (await busy.says("итоги")).text
    assert "задачи: создано 5, выполнено 3, сейчас просрочено 2\n5 звонков: поговорили 2" in russian


async def test_stats_are_for_a_private_chat(busy: Desk) -> None:
    busy.storage.state.chats[-5] = (5, 1)
    assert "private chat" in (await busy.says("/stats", chat=-5)).text
