"""Assignees: @name finds a member, who never opened a chat is told once how, a wrong name offers the nearest three."""

from dataclasses import replace
from typing import Any

import pytest

from crm.people import Role
from tests.fakes import an_actor
from tests.handlers.buttons import data_of
from tests.handlers.desk import Desk
from tests.handlers.test_task_moving import the_task

GROUP = -5001
NAMES = {2: "Boris", 3: "Clara Braun", 4: "Семён", 5: "Dora", 6: "Boris Zorin"}


async def a_team(desk: Desk, *members: int) -> None:
    """Whoever types first owns it; the members named have private chats."""
    await desk.says("/help", chat=GROUP)
    mine = next(iter(desk.storage.state.members.values()))
    for id_ in members:
        one = an_actor(
            person_id=id_,
            telegram_user_id=2000 + id_,
            display_name=NAMES[id_],
            member_id=id_,
            role=Role.MEMBER,
        )
        desk.storage.seat(replace(one, workspace_id=mine.workspace_id))


@pytest.mark.parametrize(("typed", "who"), [("@dora", 5), ("@Clara", 3), ("@braun", 3), ("@семен", 4)])
async def test_a_name_finds_the_member(desk: Desk, typed: str, who: int) -> None:
    await a_team(desk, 3, 4, 5)
    card = await desk.says(f"/task {typed} call the printer", chat=GROUP)
    assert the_task(desk).assignee_id == who
    assert f"👤 {NAMES[who]}" in card.text


@pytest.mark.parametrize("language", ["en", "ru"])
async def test_an_unknown_name_offers_the_nearest_three(desk: Desk, language: str) -> None:
    await a_team(desk, 2, 3, 4, 5)
    await desk.presses(f"language:{language}")
    asked = await desk.says("/task tomorrow @borsi call the printer", chat=GROUP)
    assert ("no @borsi in this team" if language == "en" else "@borsi") in asked.text
    assert len(asked.buttons) == 3
    assert asked.buttons[0][0].text == "Boris"
    assert desk.titles == []
    message: Any = {"message_id": 1, "date": 1, "chat": {"id": GROUP, "type": "group"}}
    press = str(asked.buttons[0][0].data)
    await desk.presses(press, message=message | {"from": {"id": 42, "is_bot": True, "first_name": "S"}})
    assert (the_task(desk).title, the_task(desk).assignee_id) == ("call the printer", 2)
    again = await desk.presses(
        press, message=message | {"from": {"id": 42, "is_bot": True, "first_name": "S"}}
    )
    assert ("no longer open" if language == "en" else "закрыт") in again.toast
    assert len(desk.titles) == 1


async def test_a_name_of_several_offers_them(desk: Desk) -> None:
    await a_team(desk, 2, 6, 3)
    asked = await desk.says("/task @bor call the printer", chat=GROUP)
    assert "Several people" in asked.text
    assert sorted(row[0].text for row in asked.buttons) == ["Boris", "Boris Zorin"]
    await desk.says("/task @Boris call the printer", chat=GROUP)  # the whole name is one person's
    assert the_task(desk).assignee_id == 2


async def test_who_never_opened_a_chat_is_told_how_once_in_the_group(desk: Desk) -> None:
    await a_team(desk, 2, 3)
    desk.storage.state.unreached = {2, 3}
    first = await desk.says("/task @boris call the printer", chat=GROUP)
    assert "Boris has not opened a chat with me yet" in first.text
    start = first.buttons[-1][0].start
    assert start == f"task_{next(iter(desk.storage.state.members))[0]}_1"
    second = await desk.says("/task @boris call the bank", chat=GROUP)
    assert "has not opened" not in second.text
    both = await desk.says("/task @clara one\n@clara two", chat=GROUP)
    assert both.text.count("Clara Braun has not opened") == 1
    assert "has not opened" not in (await desk.says("/task @clara three")).text


async def test_given_from_the_card_it_is_said_there(desk: Desk) -> None:
    await a_team(desk, 2)
    desk.storage.state.unreached = {2}
    await desk.says("/task call the printer", chat=GROUP)
    where: Any = {"message_id": 1, "date": 1, "chat": {"id": GROUP, "type": "group"}}
    where["from"] = {"id": 42, "is_bot": True, "first_name": "S"}
    task = the_task(desk)
    card = await desk.presses(f"t:{task.id}.{task.version}:who:2", message=where)
    assert "Boris has not opened a chat with me yet" in card.text


async def test_what_is_written_beside_a_task_stays_out_of_a_group(desk: Desk) -> None:
    await a_team(desk, 2)
    await desk.says("/task call the printer +7 999 123-45-67", chat=GROUP)
    where: Any = {"message_id": 1, "date": 1, "chat": {"id": GROUP, "type": "group"}}
    where["from"] = {"id": 42, "is_bot": True, "first_name": "S"}
    task = the_task(desk)
    more = await desk.presses(f"t:{task.id}.{task.version}:more", message=where)
    shown = [one.text for row in more.buttons for one in row]
    assert not {"Comments", "Description", "Files"} & set(shown)
    assert "4567" not in more.text.replace("-", "")
    opened = next(one for row in more.buttons for one in row if one.text == "Open in private")
    assert str(opened.start).startswith("task_")
    for what in ("talk", "files", "file:0"):
        refused = await desk.presses(f"t:{task.id}.{task.version}:{what}", message=where)
        assert "in private only" in refused.toast
    assert data_of(more, "‹ Back")
