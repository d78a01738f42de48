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
    await desk.presses("away:ask")
    assert "until 20 Mar" in (await desk.says("20 March")).text
    assert "Welcome back" in (await desk.says("/back")).text
    assert "not away" in (await desk.says("я вернулся")).text


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


async def test_a_change_of_zone_asks_once_and_moves_what_it_is_told_to(desk: Desk) -> None:
    await seated(desk)
    assert "Berlin" in (await desk.presses("set:1001:zone:Europe/Berlin")).text  # nothing is planned yet
    await desk.says("/task tomorrow 10:00 call the bank")
    asked = await desk.presses("set:1001:zone:Asia/Tokyo")
    zone = next(row.task.due.tz for row in desk.storage.state.tasks.values() if row.task.due)
    assert "call the bank" in asked.text
    assert buttons(asked) == [f"tz:clock:{zone}", "tz:moment"]
    kept = await desk.presses(f"tz:clock:{zone}")
    assert "Moved" in kept.text
    assert {row.task.due.tz for row in desk.storage.state.tasks.values() if row.task.due} == {"Asia/Tokyo"}
    assert "nothing left" in (await desk.presses(f"tz:clock:{zone}")).text.lower()


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
