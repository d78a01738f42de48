"""Exports of real rows: all that one may see and nothing else, batch by batch."""

from crm.answers import Answer
from crm.exports import CallRow, ContactRow, Exports, Kind, Row, TaskRow
from crm.people import Actor
from tests.acting import NOW, an_arrival
from tests.db.team import Team


async def taken(team: Team, actor: Actor, kind: Kind) -> list[Row]:
    return [row async for batch in Exports(team.storage).batches(actor, kind, size=2) for row in batch]


async def fill(team: Team) -> None:
    for actor, name, phone in ((team.anna, "Zoe", "+79991234567"), (team.boris, "Ivan", "+79997654321")):
        await team.calls.log(actor, an_arrival(), f"{name} {phone} 5m: price", lambda _call: Answer("ok"))
        await team.tasks.create(
            actor, an_arrival(), f"tomorrow 10:00 tea for {name} #vip", lambda _t: Answer("ok")
        )
    await team.tasks.create(team.anna, an_arrival(), "third", lambda _made: Answer("ok"))


async def test_each_kind_comes_with_its_neighbours_by_name(team: Team) -> None:
    await fill(team)
    tasks = [row for row in await taken(team, team.anna, Kind.TASKS) if isinstance(row, TaskRow)]
    assert [(row.number, row.assignee) for row in tasks] == [(1, "Анна"), (2, "Борис"), (3, "Анна")]
    assert tasks[0].labels == ("vip",)
    contacts = [row for row in await taken(team, team.anna, Kind.CONTACTS) if isinstance(row, ContactRow)]
    assert [(row.name, row.phones, row.owner) for row in contacts] == [
        ("Zoe", ("+79991234567",), "Анна"),
        ("Ivan", ("+79997654321",), "Борис"),
    ]
    calls = [row for row in await taken(team, team.anna, Kind.CALLS) if isinstance(row, CallRow)]
    assert [(row.contact, row.duration_seconds, row.notes) for row in calls] == [
        ("Zoe", 300, "price"),
        ("Ivan", 300, "price"),
    ]


async def test_a_member_takes_out_only_what_they_see_and_nothing_taken_back(team: Team) -> None:
    await fill(team)
    await team.database.fetch("UPDATE workspaces SET visibility = 'own'")
    for kind, count in ((Kind.TASKS, 1), (Kind.CONTACTS, 1), (Kind.CALLS, 1)):
        assert len(await taken(team, team.boris, kind)) == count
    assert await taken(team, team.clara, Kind.TASKS) == []
    (task,) = await taken(team, team.boris, Kind.TASKS)
    await team.tasks.take_back(team.boris, an_arrival(), task.id, NOW, lambda _gone: Answer("ok"))
    assert await taken(team, team.boris, Kind.TASKS) == []
