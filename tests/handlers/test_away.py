"""Being away as a person meets it: words, buttons, the card of a task given to somebody who is not there."""

import pytest

from crm.people import Role
from tests.fakes import an_actor
from tests.handlers.desk import Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def seated(desk: Desk) -> None:
    """Boris joins the team of whoever writes first."""
    await desk.says("/start")
    first = next(iter(desk.storage.state.members.values()))
    boris = an_actor(
        person_id=77, telegram_user_id=1002, member_id=78, display_name="Boris", role=Role.MEMBER,
        workspace_id=first.workspace_id, chat_id=79, telegram_chat_id=1002,
    )  # fmt: skip
    desk.storage.seat(boris)


def buttons(answer: object) -> list[str | None]:
    return [button.data for row in getattr(answer, "buttons") for button in row]  # noqa: B009  # of any answer


async def test_the_bare_command_asks_and_a_button_answers(desk: Desk) -> None:
    await seated(desk)
    asked = await desk.says("/away")
    assert buttons(asked) == ["away:for:week", "away:for:weeks", "away:ask"]
    away = await desk.presses("away:for:week")
    assert "You are away until 9 Mar, 00:00" in away.text
    offered = await desk.presses("away:who")
    assert buttons(offered) == ["away:in:78", "away:in:none"]
    assert "Boris stands in" in (await desk.presses("away:in:78")).text
    assert "Welcome back" in (await desk.says("I'm back")).text


async def test_words_say_until_when_and_who_and_a_typed_day_moves_it(desk: Desk) -> None:
    await seated(desk)
    assert "Boris stands in" in (await desk.says("/отпуск до 15 марта @boris")).text
    asked = await desk.presses("away:ask")
    assert {"away:day:2026-03-03", "away:day:2026-03-31"} <= set(buttons(asked))
    assert "away:day:2026-03-02" not in buttons(asked)  # that is today
    assert "until 20 Mar" in (await desk.says("20 March")).text
    assert "Welcome back" in (await desk.says("/back")).text
    assert "not away" in (await desk.says("я вернулся")).text


async def test_the_day_is_pressed_in_a_calendar_that_turns_and_leads_back(desk: Desk) -> None:
    await seated(desk)
    assert "Which day are you back?" in (await desk.presses("away:ask")).text
    assert "away:day:2026-04-30" in buttons(await desk.presses("away:move:2026-04"))
    assert "until 30 Apr, 00:00" in (await desk.presses("away:day:2026-04-30")).text
    await desk.presses("away:ask")
    assert "You are away until 30 Apr" in (await desk.presses("away:card")).text
    await desk.says("20 March")  # the question ended with that
    assert "You are away until 30 Apr" in (await desk.says("/away")).text


async def test_days_off_ahead_are_listed_with_what_is_not_known_of_them(desk: Desk) -> None:
    await seated(desk)
    assert "Days off ahead" in [
        one.text for row in (await desk.presses("set:1001:holidays")).buttons for one in row
    ]
    await desk.presses("set:1001:holidays:RU")
    card = await desk.presses("set:1001:holidays:ahead")
    assert "• Mon, 9 Mar 2026 – International Women's Day" in card.text
    assert "Fri, 1 Jan 2027 – Wed, 6 Jan 2027 – New Year Holidays" in card.text
    assert "worked instead: Sat, 20 Feb 2027" in card.text
    assert "Shortened days" in card.text
    await desk.presses("set:1001:holidays:off")
    assert "No holidays" in (await desk.presses("set:1001:holidays:ahead")).text


async def test_a_line_that_begins_with_the_word_is_a_task_and_no_absence(desk: Desk) -> None:
    await seated(desk)
    await desk.says("отпуск Анны оформить завтра")
    assert desk.titles == ["отпуск Анны оформить"]
    assert not desk.storage.state.absences


async def test_in_a_group_the_way_to_the_private_chat_is_shown(desk: Desk) -> None:
    assert "private chat" in (await desk.says("/away", chat=-5)).text


async def test_whoever_gives_a_task_to_somebody_away_reads_it_on_the_card(desk: Desk) -> None:
    await seated(desk)
    away = desk.clock.now.replace(day=20)
    desk.storage.state.absences[77] = (desk.clock.now, away, None)
    told = await desk.says("/task tomorrow 10:00 call the bank @boris")
    assert "Boris is away until 20 Mar" in told.text
    quick = await desk.says("tomorrow 11:00 buy paper @boris")
    assert "Boris is away until 20 Mar" in quick.text
    assert "is away" not in (await desk.says("tomorrow 12:00 water the plants")).text


async def test_a_change_of_zone_keeps_the_clock_and_asks_whether_that_is_right(desk: Desk) -> None:
    await seated(desk)
    assert "Berlin" in (await desk.presses("set:1001:zone:Europe/Berlin")).text  # nothing is planned yet
    await desk.says("/task tomorrow 10:00 call the bank")
    zone = due_zone(desk)
    asked = await desk.presses("set:1001:zone:Asia/Tokyo")
    assert "• call the bank: Tue, 3 Mar, 10:00 (otherwise 3 Mar, " in asked.text
    assert buttons(asked) == ["tz:clock", f"tz:moment:{zone}"]
    assert due_zone(desk) == "Asia/Tokyo"
    assert "same clock time" in (await desk.presses("tz:clock")).text
    assert due_zone(desk) == "Asia/Tokyo"
    assert "1 comes at the same moment" in (await desk.presses(f"tz:moment:{zone}")).text
    assert due_zone(desk) == zone
    assert "nothing left" in (await desk.presses(f"tz:moment:{zone}")).text.lower()


async def test_the_zone_chosen_at_start_asks_the_same(desk: Desk) -> None:
    await desk.says("/start")
    await desk.presses("language:en")
    assert "All set" in (await desk.presses("zone:Europe/Berlin")).text
    await desk.says("/task tomorrow 10:00 call the bank")
    zone = due_zone(desk)
    for asked in (await desk.presses("zone:Asia/Tokyo"), await desk.says("America/New_York")):
        assert "keeps its clock time" in asked.text
    assert buttons(asked) == ["tz:clock", "tz:moment:Asia/Tokyo"]
    assert zone != due_zone(desk) == "America/New_York"


async def test_holidays_and_the_teams_week_are_switched_by_buttons_and_typed(desk: Desk) -> None:
    await seated(desk)
    card = await desk.presses("set:1001:holidays")
    assert "working Saturdays" in card.text
    assert "Now: Kazakhstan" in (await desk.says("Казахстан")).text
    assert "Now: off" in (await desk.presses("set:1001:holidays:off")).text
    assert "Now: off" in (await desk.presses("set:1001:weekly:off")).text
    daily = await desk.presses("set:1001:morning:daily")
    assert any(
        text.startswith("✓ On days off") for row in daily.buttons for text in [row[0].text, row[-1].text]
    )


def due_zone(desk: Desk) -> str:
    """Of the only task that has a due."""
    (due,) = [row.task.due for row in desk.storage.state.tasks.values() if row.task.due]
    return due.tz
