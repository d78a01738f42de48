"""Quick adds over real rows: contacts found by any form of their names, and all that a line says kept."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from crm.grammar.contacts import words_of
from crm.grammar.dates import Due
from crm.tasks import NewTask, Priority, RepeatFrom, set_reminders
from db.migrate import migrate_to
from db.urls import connection
from tests.acting import an_arrival
from tests.db.team import Team, said


async def found(team: Team, line: str) -> set[str]:
    async with team.storage.transaction(team.anna) as unit:
        words = words_of(line)
        known = await unit.contacts.called(words)
    return {contact.name for word in words for contact in known.matching(word)}


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("позвонить Анне Петровой завтра", {"Анна Петрова"}),
        ("встреча с Петровым", {"Иван Петров"}),
        ("написать анне", {"Анна Петрова"}),
        ("счёт для Ивана и Анны", {"Анна Петрова", "Иван Петров"}),
        ("купить хлеб", set()),
    ],
)
async def test_contacts_are_found_by_the_case_forms_of_their_names(
    team: Team, line: str, names: set[str]
) -> None:
    await team.contacts.save(team.anna, an_arrival(), "Анна Петрова +7 999 123-45-67", said)
    await team.contacts.save(team.anna, an_arrival(), "Иван Петров +7 999 123-45-68", said)
    assert await found(team, line) == names


async def test_words_follow_a_new_name_and_go_with_the_contact(team: Team) -> None:
    async with team.storage.transaction(team.anna) as unit:
        contact = await unit.contacts.add("Анна", None, team.anna)
    async with team.storage.transaction(team.anna) as unit:
        await unit.contacts.rename(contact.id, "Борис")
    assert await found(team, "позвонить Анне") == set()
    assert await found(team, "позвонить Борису") == {"Борис"}
    async with team.storage.transaction(team.anna) as unit:
        await unit.contacts.delete(contact.id, an_arrival().sent_at)
    assert await found(team, "позвонить Борису") == set()


async def test_all_that_a_line_says_survives_a_round_trip(team: Team) -> None:
    arrival = an_arrival()
    new = NewTask(
        title="call Peter",
        due=Due(date(2026, 12, 1), time(10), "Europe/Berlin"),
        start_date=date(2026, 11, 30),
        duration_minutes=30,
        priority=Priority.HIGH,
        task_type="call",
        assignee_id=team.boris.member_id,
        phone="+79991234567",
        labels=("spring", "sales"),
        rrule="FREQ=WEEKLY",
        repeat_from=RepeatFrom.COMPLETION,
        reminders=(timedelta(minutes=15), timedelta(hours=1)),
        readings=({"due": "2026-12-01 22:00 Europe/Berlin", "contact": None}, {"title": "Пётр"}),
        raw_input="call Peter",
    )
    async with team.storage.transaction(team.anna) as unit:
        made = await set_reminders(unit, await unit.tasks.add(new, arrival, team.anna), team.anna, arrival)
    read = await team.tasks.show(team.anna, made.id)
    assert read == made
    assert {name: getattr(read, name) for name in NewTask.__dataclass_fields__ if name != "series_id"} == {
        name: getattr(new, name) for name in NewTask.__dataclass_fields__ if name != "series_id"
    }
    assert (read.series_id, read.assignee_name) == (read.id, "Борис")


async def test_lines_of_a_message_are_known_by_their_places(team: Team) -> None:
    arrival = an_arrival()
    await team.tasks.create(team.anna, arrival, "a\nb\nc", said)
    await team.tasks.take_back(team.anna, an_arrival(), await team.database.task_id(2), arrival.sent_at, said)
    async with team.storage.transaction(team.anna) as unit:
        made = await unit.tasks.by_message(team.anna, arrival.message_id or 0)
    assert {line: task.title if task else None for line, task in made.items()} == {0: "a", 1: None, 2: "c"}


async def test_the_fifth_migration_gives_words_to_contacts_that_were_there_before(
    empty_database: str,
) -> None:
    engine = create_async_engine(connection(empty_database).url)
    async with engine.begin() as link:
        await link.run_sync(migrate_to, "0004")
        workspace = await link.scalar(text("INSERT INTO workspaces (name) VALUES ('A') RETURNING id"))
        await link.execute(
            text(
                "INSERT INTO crm_contacts (workspace_id, full_name, company) VALUES (:id, 'Анна Петрова', 'Ромашка')"
            ),
            {"id": workspace},
        )
        await link.run_sync(migrate_to, "0005")
        rows = (await link.execute(text("SELECT workspace_id, word FROM crm_contact_words"))).all()
    await engine.dispose()
    assert {row.workspace_id for row in rows} == {workspace}
    assert {"анна", "анне", "анной", "петровой"} <= {row.word for row in rows}
