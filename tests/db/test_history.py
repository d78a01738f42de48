"""History over real rows: what may be read, by whom, and who is asked about it."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from crm.errors import BadInput, NotAllowed, NotFound
from crm.history import PAGE
from crm.people import ChatKind, Role
from crm.visibility import Sight
from tests.acting import NOW, a_visitor, an_arrival
from tests.db.team import Team, said


async def test_history_tells_who_did_what_newest_first(team: Team) -> None:
    await team.tasks.create(team.anna, an_arrival(), "tomorrow 10:00 send the invoice", said)
    await team.tasks.complete(team.boris, an_arrival(), await team.database.task_id(1), NOW, said)
    await team.calls.log(team.boris, an_arrival(), "Petrov +7 999 123-45-67 no answer", said)
    assert await team.told(team.anna) == [
        ("Борис", "call", "created"),
        ("Борис", "contact", "created"),
        ("Борис", "task", "completed"),
        ("Анна", "task", "created"),
    ]
    assert await team.told(team.anna, "#1") == [("Борис", "task", "completed"), ("Анна", "task", "created")]
    assert await team.told(team.anna, "анна") == [("Анна", "task", "created")]
    assert await team.told(team.clara, "petrov") == [("Борис", "contact", "created")]
    done = (await team.history.show(team.anna, "1")).lines[0]
    assert (done.changes, done.number, done.title) == (
        {"status": ["not_started", "completed"]},
        1,
        "send the invoice",
    )


async def test_a_name_of_nobody_and_a_name_of_several_are_said(team: Team) -> None:
    await team.join(104, "Clara Schmidt")
    with pytest.raises(NotFound):
        await team.history.show(team.anna, "Zoe")
    with pytest.raises(NotFound):
        await team.history.show(team.anna, "99")
    assert (await team.history.show(team.anna, "clara")).subject == "Clara"  # exactly so called
    with pytest.raises(BadInput, match="Clara Schmidt"):
        await team.history.show(team.anna, "cl")


async def test_history_comes_in_pages(team: Team) -> None:
    for _ in range(PAGE + 1):
        await team.tasks.create(team.anna, an_arrival(), "x", said)
    first = await team.history.show(team.anna, "")
    second = await team.history.turn(team.anna, first.scope, 1)
    assert (len(first.lines), first.has_more, len(second.lines), second.has_more) == (PAGE, True, 1, False)


async def test_where_members_see_their_own_history_does_too(team: Team) -> None:
    await team.visibility.choose(team.anna, an_arrival(), team.anna.workspace_id, Sight.OWN, said)
    await team.tasks.create(team.anna, an_arrival(), "between us managers", said)
    await team.tasks.create(team.boris, an_arrival(), "mine", said)
    assert await team.told(team.boris) == [("Борис", "task", "created")]
    assert await team.told(team.boris, "Анна") == []
    with pytest.raises(NotFound):
        await team.history.show(team.boris, "1")
    assert len(await team.told(team.anna)) == 3
    assert [task.title for task in await team.tasks.list(team.boris)] == ["mine"]
    with pytest.raises(NotFound):
        await team.tasks.complete(team.boris, an_arrival(), await team.database.task_id(1), NOW, said)


async def test_a_number_somebody_else_looks_after_is_said_not_shown(team: Team) -> None:
    await team.visibility.choose(team.anna, an_arrival(), team.anna.workspace_id, Sight.OWN, said)
    await team.contacts.save(team.anna, an_arrival(), "Petrov +7 999 123-45-67", said)
    with pytest.raises(NotAllowed, match="Somebody else"):
        await team.contacts.save(team.boris, an_arrival(), "Ivanov +7 999 123-45-67", said)
    assert await team.database.count("crm_contacts") == 1


async def test_a_group_reads_only_what_arose_in_it(team: Team) -> None:
    group = a_visitor(101, telegram_chat_id=-5, chat_kind=ChatKind.GROUP, chat_title="G", started=False)
    in_group = await team.doors.arrive(group, open_to_all=False)
    await team.tasks.create(team.anna, an_arrival(), "private", said)
    await team.tasks.create(in_group, an_arrival(-5), "said here", said)
    page = await team.history.show(in_group, "")
    assert [line.title for line in page.lines] == ["said here"]


async def test_a_guests_reminder_is_claimed_in_the_chat_where_it_arose(team: Team) -> None:
    group: dict[str, Any] = {"telegram_chat_id": -5, "chat_kind": ChatKind.GROUP, "started": False}
    await team.doors.arrive(a_visitor(101, **group), open_to_all=False)
    guest = await team.doors.arrive(a_visitor(109, **group), open_to_all=False)
    await team.reminders.create(guest, an_arrival(-5), "in 5 minutes tea", said)
    (delivery,) = await team.deliveries.claim(NOW + timedelta(minutes=5))
    assert (delivery.text, delivery.actor.role, delivery.actor.telegram_chat_id) == ("tea", Role.GUEST, -5)
    assert await team.deliveries.sent(delivery, 7, NOW)


async def test_the_owner_is_asked_once_at_the_eleventh_member(team: Team) -> None:
    later = NOW + timedelta(days=3650)
    for user in range(110, 117):
        await team.join(user, f"P{user}")  # ten with Anna, Boris and Clara
    group: dict[str, Any] = {"telegram_chat_id": -5, "chat_kind": ChatKind.GROUP, "started": False}
    await team.doors.arrive(a_visitor(101, **group), open_to_all=False)
    assert (await team.doors.arrive(a_visitor(150, **group), open_to_all=False)).role is Role.GUEST
    assert await team.deliveries.claim(later) == []
    await team.join(120, "The eleventh")
    await team.join(121, "The twelfth")
    (delivery,) = await team.deliveries.claim(later)
    assert (delivery.notice, delivery.actor.member_id) == ("visibility", team.anna.member_id)
    assert await team.deliveries.sent(delivery, 1, later)
    assert await team.deliveries.claim(later) == []
    async with team.storage.transaction(team.anna) as unit:
        assert await unit.visibility.get() is Sight.EVERYONE  # nothing changes unanswered
    await team.visibility.choose(team.anna, an_arrival(), team.anna.workspace_id, Sight.OWN, said)
    async with team.storage.transaction(team.anna) as unit:
        assert await unit.visibility.get() is Sight.OWN


async def test_two_who_join_at_once_make_one_question(team: Team) -> None:
    for user in range(110, 116):
        await team.join(user, f"P{user}")
    await asyncio.gather(*(team.join(user, f"P{user}") for user in range(130, 136)))
    assert (await team.database.fetch("SELECT count(*) FROM reminders WHERE notice = 'visibility'"))[0][
        0
    ] == 1


async def test_only_the_owner_decides_who_sees_what(team: Team) -> None:
    with pytest.raises(NotAllowed, match="owner"):
        await team.visibility.choose(team.boris, an_arrival(), team.boris.workspace_id, Sight.OWN, said)
    with pytest.raises(NotFound, match="another team"):
        await team.visibility.choose(team.anna, an_arrival(), team.anna.workspace_id + 1, Sight.OWN, said)
