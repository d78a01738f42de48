"""Versions: a button of a card as it was before, or pressed twice, changes nothing and shows the card as it is."""

import re
from typing import Any

import pytest

from crm.tasks import Priority, Status
from tests.handlers.buttons import data_of
from tests.handlers.desk import Desk
from tests.handlers.test_task_moving import a_card, the_task

SINCE = "Changed since, here it is now"


@pytest.mark.parametrize("label", ["Done", "Take back"])
async def test_a_press_on_an_older_card_changes_nothing(desk: Desk, label: str) -> None:
    card = await a_card(desk)
    await desk.presses(
        data_of(await desk.presses(data_of(await desk.presses(data_of(card, "More")), "Priority")), "High")
    )
    history = len(desk.storage.state.activity)
    stale = await desk.presses(data_of(card, label))
    assert stale.text.startswith(f"{SINCE}\n#1 send the offer")
    assert "high priority" in stale.text
    assert stale.edit
    assert the_task(desk).status is Status.NOT_STARTED
    assert len(desk.storage.state.activity) == history
    await desk.presses(data_of(stale, "Done"))
    assert the_task(desk).status is Status.COMPLETED


async def test_a_button_pressed_twice_has_one_effect(desk: Desk) -> None:
    card = await a_card(desk, "/task every day at 10:00 write the report")
    done = data_of(card, "Done")
    first, second = await desk.presses(done), await desk.presses(done)
    assert "Next: " in first.text
    assert second.text.startswith(SINCE)
    assert len(desk.titles) == 2
    assert [one.action for one in desk.storage.state.activity] == ["created", "completed", "created"]


async def test_each_kind_of_press_is_refused_when_stale(desk: Desk) -> None:
    await a_card(desk)
    task_id = the_task(desk).id
    await desk.presses(f"t:{task_id}.1:list")
    before = the_task(desk)
    for what in (
        "text", "time:09:00", "rep:day", "rem:60", "who:1", "contact:none", "prio:low", "status:canceled", "done",
        "undo", "snooze:week", "day:2027-01-01", "day:none", "watch:1", "tick:1", "drop:1",
    ):  # fmt: skip
        for version in (
            ".7",
            ".999999999",
            "",
        ):  # of another card, of none, of a card older than versions are
            desk.clock.move(seconds=2)  # nobody is too fast
            answer = await desk.presses(f"t:{task_id}{version}:{what}")
            assert answer.text.startswith(SINCE), what
    assert the_task(desk) == before
    assert len(desk.storage.state.activity) == 1


async def test_it_is_said_in_russian_too(desk: Desk) -> None:
    await desk.presses("language:ru")
    await a_card(desk)
    stale = await desk.presses(f"t:{the_task(desk).id}.9:prio:low")
    assert stale.text.startswith("Изменилось с тех пор, вот как сейчас\n#1 ")


@pytest.mark.parametrize(
    ("language", "said"), [("en", "no longer here"), ("ru", "больше нет|уже нет|нет на месте")]
)
async def test_a_button_on_a_deleted_task_says_so(desk: Desk, language: str, said: str) -> None:
    await desk.presses(f"language:{language}")
    await a_card(desk)
    task_id = the_task(desk).id
    await desk.presses(f"t:{task_id}.1:undo")
    for what in (
        "done",
        "more",
        "prio:low",
        "list",
        "talk",
        "watch",
        "files",
        "move",
        "snooze",
        "say",
        "undo",
    ):
        answer = await desk.presses(f"t:{task_id}.1:{what}")
        assert re.search(said, answer.toast), (what, answer.toast)


async def test_the_list_button_of_a_done_task_has_no_second_effect(desk: Desk) -> None:
    await a_card(desk, "/task every day at 10:00 write the report")
    task_id = the_task(desk).id
    for _ in range(2):
        assert (await desk.presses(f"done:{task_id}")).toast == "Done"
    assert len(desk.titles) == 2


async def test_every_status_is_set_from_the_card_and_undone(desk: Desk) -> None:
    card: Any = await a_card(desk)
    for label, status in (
        ("In progress", Status.IN_PROGRESS),
        ("Waiting", Status.DEFERRED),
        ("Canceled", Status.CANCELED),
    ):
        menu = await desk.presses(data_of(await desk.presses(data_of(card, "More")), "Status"))
        card = await desk.presses(data_of(menu, label))
        assert the_task(desk).status is status
    assert {row.state for row in desk.storage.state.reminders.values()} == {"skipped"}
    await desk.says("/undo")
    assert the_task(desk).status is Status.DEFERRED
    assert "pending" in {row.state for row in desk.storage.state.reminders.values()}


async def test_a_canceled_task_of_a_series_is_followed_by_the_next_and_undo_takes_that_along(
    desk: Desk,
) -> None:
    card = await a_card(desk, "/task every day at 10:00 write the report")
    menu = await desk.presses(data_of(await desk.presses(data_of(card, "More")), "Status"))
    canceled = await desk.presses(data_of(menu, "Canceled"))
    assert "canceled" in canceled.text
    assert "Next: " in canceled.text
    assert len(desk.titles) == 2
    await desk.says("/undo")
    assert len(desk.storage.state.deleted) == 1


async def test_open_again_takes_the_next_one_along(desk: Desk) -> None:
    done = await desk.presses(
        data_of(await a_card(desk, "/task every day at 10:00 write the report"), "Done")
    )
    await desk.presses(data_of(done, "Open again"))
    assert the_task(desk).status is Status.NOT_STARTED
    assert the_task(desk).completed_at is None
    assert len(desk.storage.state.deleted) == 1


async def test_the_chips_change_what_they_say(desk: Desk) -> None:
    card = await a_card(desk, "/task tomorrow 10:00 send the offer !!")
    more = await desk.presses(data_of(card, "More"))
    await desk.presses(data_of(more, "As text"))
    assert the_task(desk).title == "tomorrow 10:00 send the offer !!"
    assert the_task(desk).priority is Priority.NORMAL


async def test_what_takes_back_and_brings_back_has_one_effect_too(desk: Desk) -> None:
    saved = await desk.says("/task buy paper\nbuy ink")
    take_all = data_of(saved, "Take all back")
    taken = await desk.presses(take_all)
    assert "no longer here" in (await desk.presses(take_all)).toast
    assert [one.action for one in desk.storage.state.activity] == ["created"] * 2 + ["deleted"] * 2
    keep = data_of(taken, "Keep #2")
    for _ in range(2):
        assert (await desk.presses(keep)).text == "#2 buy ink"
    assert [one.action for one in desk.storage.state.activity][4:] == ["restored"]
    assert len(desk.storage.state.deleted) == 1


async def test_a_moment_that_was_confirmed_is_moved_to_once(desk: Desk) -> None:
    await a_card(desk)
    await desk.presses(f"t:{the_task(desk).id}.1:when")
    asked = await desk.says("yesterday 10:00")
    yes = data_of(asked, "Yes, save")
    await desk.presses(yes)
    moved = the_task(desk)
    assert "no longer open" in (await desk.presses(yes)).toast
    assert the_task(desk) == moved
