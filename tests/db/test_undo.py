"""Undo over real rows: each kind of change is taken back, once, by whoever may."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from crm.activity import Line
from crm.errors import BadInput, NotAllowed
from crm.people import ChatKind, Role
from crm.settings import Section, Settings
from crm.teams import Teams
from crm.undo import Standing
from crm.visibility import Sight
from tests.acting import NOW, a_visitor, an_arrival
from tests.db.team import Team, said
from tests.fakes import is_ready


async def test_each_kind_of_change_is_taken_back(team: Team) -> None:
    anna, count = team.anna, team.database.fetch
    await team.tasks.create(anna, an_arrival(), "tomorrow 10:00 send the invoice", said)
    await team.tasks.complete(anna, an_arrival(), await team.database.task_id(1), NOW, said)
    await team.calls.log(anna, an_arrival(), "Petrov +7 999 123-45-67 no answer", said)
    await team.contacts.save(anna, an_arrival(), "Petrov +7 999 123-45-68", said)
    await team.reminders.create(anna, an_arrival(), "in 5 minutes tea", said)
    await team.visibility.choose(anna, an_arrival(), anna.workspace_id, Sight.OWN, said)
    taken = [await team.undo(anna) for _ in range(7)]
    assert [(line.entity, line.action) for line in taken] == [
        ("workspace", "visibility"),
        ("reminder", "created"),
        ("contact", "updated"),
        ("call", "created"),
        ("contact", "created"),
        ("task", "completed"),
        ("task", "created"),
    ]
    with pytest.raises(BadInput, match="nothing of yours"):
        await team.undo(anna)
    assert (await count("SELECT visibility FROM workspaces WHERE id = $1", anna.workspace_id))[0][0] == (
        "everyone"
    )
    for table in ("crm_tasks", "crm_calls", "crm_contacts", "reminders WHERE task_id IS NULL AND true"):
        where = " AND" if "WHERE" in table else " WHERE"
        assert (await count(f"SELECT count(*) FROM {table}{where} deleted_at IS NULL"))[0][0] == 0  # noqa: S608
    assert await team.database.count("crm_contact_phones") == 0
    assert await team.deliveries.claim(NOW + timedelta(days=3)) == []
    await team.contacts.save(anna, an_arrival(), "Petrov +7 999 123-45-67", said)  # the number is free again


async def test_a_task_that_is_open_again_reminds_again(team: Team) -> None:
    await team.tasks.create(team.anna, an_arrival(), "tomorrow 10:00 send the invoice", said)
    await team.tasks.complete(team.anna, an_arrival(), await team.database.task_id(1), NOW, said)
    await team.undo(team.anna)
    assert len(await team.tasks.list(team.anna)) == 1
    (delivery,) = await team.deliveries.claim(NOW + timedelta(days=2))
    assert await is_ready(team.deliveries, delivery)


async def test_deletions_names_and_settings_are_taken_back(team: Team) -> None:
    anna, sooner = team.anna, NOW + timedelta(minutes=1)
    await team.tasks.create(anna, an_arrival(), "tomorrow 10:00 send the invoice", said)
    await team.tasks.take_back(anna, an_arrival(), await team.database.task_id(1), NOW, said)
    assert (await team.undo(anna)).action == "deleted"
    assert len(await team.tasks.list(anna)) == 1
    await team.reminders.create(anna, an_arrival(), "in 5 minutes tea", said)
    reminder_id = (await team.database.fetch("SELECT max(id) FROM reminders"))[0][0]
    await team.reminders.take_back(anna, an_arrival(), reminder_id, NOW, said)
    assert await team.deliveries.claim(NOW + timedelta(minutes=5)) == []
    await team.undo(anna, sooner)
    assert [one.text for one in await team.deliveries.claim(NOW + timedelta(minutes=5))] == ["tea"]
    await team.calls.log(anna, an_arrival(), "Petrov +7 999 123-45-67 no answer", said)
    (call,) = await team.calls.latest(anna)
    await team.calls.take_back(anna, an_arrival(), call.id, NOW, said)
    await team.undo(anna)
    assert [one.id for one in await team.calls.latest(anna)] == [call.id]
    teams, settings = Teams(team.storage), Settings(team.storage)
    before = (await teams.show(anna)).name
    await teams.rename(anna, an_arrival(), "Sales", said)
    await team.undo(anna)
    assert (await teams.show(anna)).name == before
    chosen = await settings.show(anna)
    for section, value in (
        (Section.QUIET, "22-8"),
        (Section.DAYS, "67"),
        (Section.MORNING, "8:30"),
        (Section.DATES, "MDY"),
    ):
        await settings.change(anna, an_arrival(), section, value, said)
    for _ in range(4):
        await team.undo(anna)
    assert await settings.show(anna) == chosen


async def test_whoever_manages_no_longer_takes_no_name_back(team: Team) -> None:
    await team.database.fetch("UPDATE members SET role = 'manager' WHERE id = $1", team.boris.member_id)
    await Teams(team.storage).rename(team.boris, an_arrival(), "Sales", said)
    await team.database.fetch("UPDATE members SET role = 'member' WHERE id = $1", team.boris.member_id)
    with pytest.raises(NotAllowed, match="out of your reach"):
        await team.undo(team.boris)
    assert (await Teams(team.storage).show(team.anna)).name == "Sales"


async def test_a_repeating_task_that_is_open_again_takes_its_next_one_back_and_makes_it_anew(
    team: Team,
) -> None:
    anna = team.anna
    await team.tasks.create(anna, an_arrival(), "tomorrow 10:00 water the plants every day", said)
    first = await team.database.task_id(1)
    for _ in range(2):
        await team.tasks.complete(anna, an_arrival(), first, NOW, said)
        assert [(task.id == first) for task in await team.tasks.list(anna)] == [False]
        await team.undo(anna)
        assert [(task.id == first) for task in await team.tasks.list(anna)] == [True]
        (delivery,) = await team.deliveries.claim(NOW + timedelta(days=1, hours=3))
        await team.deliveries.failed(delivery, "x", NOW, for_good=False)


async def test_what_newer_change_stands_on_it_is_said(team: Team) -> None:
    await team.tasks.create(team.anna, an_arrival(), "send the invoice", said)
    await team.tasks.complete(team.boris, an_arrival(), await team.database.task_id(1), NOW, said)
    with pytest.raises(Standing) as standing:
        await team.undo(team.anna)
    assert (standing.value.line.who, standing.value.line.action) == ("Борис", "completed")
    await team.undo(team.boris)
    await team.undo(team.anna)  # nothing stands on it now
    assert len(await team.tasks.list(team.anna)) == 0


async def test_at_once_it_is_taken_back_once(team: Team) -> None:
    await team.tasks.create(team.anna, an_arrival(), "one", said)
    await team.tasks.create(team.anna, an_arrival(), "two", said)
    results = await asyncio.gather(*(team.undo(team.anna) for _ in range(6)), return_exceptions=True)
    undone = [one.entity_id for one in results if isinstance(one, Line)]
    assert len(undone) == len(set(undone))
    assert all(isinstance(one, Line | BadInput) for one in results)
    assert (await team.database.fetch("SELECT count(*) FROM activity_logs WHERE action = 'undone'"))[0][
        0
    ] == len(undone)


async def test_a_guest_takes_back_their_own_task_and_touches_no_other(team: Team) -> None:
    group: dict[str, Any] = {"telegram_chat_id": -5, "chat_kind": ChatKind.GROUP, "started": False}
    in_group = await team.doors.arrive(a_visitor(101, display_name="Анна", **group), open_to_all=False)
    guest = await team.doors.arrive(a_visitor(109, display_name="Guest", **group), open_to_all=False)
    assert guest.role is Role.GUEST
    await team.tasks.create(in_group, an_arrival(-5), "the team's", said)
    await team.tasks.create(guest, an_arrival(-5), "in 5 minutes the guest's", said)
    with pytest.raises(NotAllowed, match="somebody else's"):
        await team.tasks.complete(guest, an_arrival(-5), await team.database.task_id(1), NOW, said)
    with pytest.raises(NotAllowed, match="Guests"):
        await team.contacts.save(guest, an_arrival(-5), "Petrov +7 999 123-45-67", said)
    with pytest.raises(NotAllowed, match="Guests"):
        await team.calls.log(guest, an_arrival(-5), "Petrov +7 999 123-45-67", said)
    assert await team.told(guest) == [("Guest", "task", "created"), ("Анна", "task", "created")]
    assert (await team.undo(guest)).title == "in 5 minutes the guest's".removeprefix("in 5 minutes ")
    assert [task.title for task in await team.tasks.list(guest)] == ["the team's"]
    elsewhere = replace(guest, chat_id=team.anna.chat_id)
    assert len(await team.tasks.list(elsewhere)) == 0
