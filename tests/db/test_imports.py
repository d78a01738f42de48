"""Imports over real rows: once, by sets, with history, and taken back whole."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import count

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from crm.activity import Activity
from crm.answers import Answer
from crm.contacts import find_or_add
from crm.errors import BadInput, NotAllowed, NotFound
from crm.exports import Kind
from crm.imports import Imported, Imports, NewImport, Plan, Table, TakenBack, guess, read_csv
from crm.people import Actor, Role
from tests.acting import NOW, an_arrival
from tests.db.team import Team

_messages = count(1)
CONTACTS = """Имя;Фамилия;Рабочий телефон;Рабочий e-mail;Компания;Теги;Комментарий
Анна;Петрова;+7 999 123-45-67;anna@example.com;Ромашка;vip, опт;звонить утром
Борис;Иванов;+7 999 765-43-21;;;;
"""


class Desk:
    """Imports of one team; each file is a message of its own unless it is said again."""

    def __init__(self, team: Team, engine: AsyncEngine) -> None:
        self.team, self.engine, self.imports = team, engine, Imports(team.storage)
        self.done: list[Imported] = []

    async def takes(
        self, text: str, kind: Kind = Kind.CONTACTS, actor: Actor | None = None, message_id: int | None = None
    ) -> Plan:
        table = read_csv(text.encode())
        actor = actor or self.team.anna
        new = NewImport(kind, "table.csv", actor.chat_id, message_id or next(_messages))

        def keep(done: Imported) -> Answer:
            self.done.append(done)
            return Answer("done")

        await self.imports.apply(actor, an_arrival(), table, guess(table.headers, kind), new, NOW, keep)
        return self.done[-1].plan

    async def looks(self, text: str, kind: Kind = Kind.CONTACTS) -> Plan:
        table = read_csv(text.encode())
        return await self.imports.preview(self.team.anna, table, kind, guess(table.headers, kind), NOW)

    async def takes_back(self, actor: Actor | None = None) -> tuple[int, int]:
        told: list[tuple[int, int]] = []

        def keep(back: TakenBack) -> Answer:
            told.append((back.gone, back.left))
            return Answer("back")

        await self.imports.take_back(actor or self.team.anna, an_arrival(), self.done[-1].id, NOW, keep)
        return told[0]


@pytest.fixture
def desk(team: Team, engine: AsyncEngine) -> Desk:
    return Desk(team, engine)


async def rows(desk: Desk, query: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in await desk.team.database.fetch(query)]


async def test_contacts_come_with_phones_labels_notes_and_history(desk: Desk) -> None:
    plan = await desk.takes(CONTACTS)
    assert len(plan.contacts.new) == 2
    assert await rows(desk, "SELECT full_name, email, company FROM crm_contacts ORDER BY id") == [
        ("Анна Петрова", "anna@example.com", "Ромашка"),
        ("Борис Иванов", None, None),
    ]
    assert await rows(desk, "SELECT e164 FROM crm_contact_phones ORDER BY id") == [
        ("+79991234567",),
        ("+79997654321",),
    ]
    assert await rows(desk, "SELECT name FROM crm_labels ORDER BY id") == [("vip",), ("опт",)]
    assert await rows(desk, "SELECT body FROM crm_notes") == [("звонить утром",)]
    told = await desk.team.told(desk.team.anna)
    assert ("Анна", "import", "created") in told
    assert told.count((None, "contact", "created")) == 2
    kinds = await rows(desk, "SELECT DISTINCT actor_kind FROM activity_logs WHERE entity = 'contact'")
    assert kinds == [("import",)]


async def test_the_same_file_again_changes_nothing(desk: Desk) -> None:
    await desk.takes(CONTACTS)
    plan = await desk.looks(CONTACTS)
    assert (len(plan.main), plan.same) == (0, 2)
    with pytest.raises(BadInput, match="Nothing in the file is new"):
        await desk.takes(CONTACTS)
    assert await desk.team.database.count("crm_contacts") == 2
    assert await desk.team.database.count("imports") == 1


async def test_a_document_is_taken_in_once(desk: Desk) -> None:
    await desk.takes(CONTACTS, message_id=900)
    with pytest.raises(BadInput, match="taken in already"):
        await desk.takes(CONTACTS + "Вера;Ли;;;;;\n", message_id=900)
    assert await desk.team.database.count("crm_contacts") == 2


async def test_a_row_completes_the_contact_with_its_phone(desk: Desk) -> None:
    team = desk.team
    async with team.storage.transaction(team.anna) as unit:
        await find_or_add(unit.contacts, "Аня", "+79991234567", team.anna)
    plan = await desk.takes(CONTACTS)
    assert [one.after.name for one in plan.contacts.changed] == ["Аня"]
    assert await rows(desk, "SELECT full_name, company FROM crm_contacts ORDER BY id") == [
        ("Аня", "Ромашка"),
        ("Борис Иванов", None),
    ]


async def test_what_is_new_is_found_by_its_name_in_any_case(desk: Desk) -> None:
    await desk.takes(CONTACTS)
    team = desk.team
    async with team.storage.transaction(team.anna) as unit:
        assert await unit.contacts.called({"анне"}) is not None
    words = await rows(desk, "SELECT word FROM crm_contact_words WHERE word = 'анне'")
    assert words == [("анне",)]


TASKS = """Название;Крайний срок;Приоритет;Контакт;Исполнитель;Теги;Статус
Отправить счёт;26.11.2026 10:00;высокий;Анна Петрова;Борис;деньги;
Старое дело;01.02.2026;;;;;завершена
"""


async def test_tasks_come_numbered_with_reminders_contacts_and_assignees(desk: Desk) -> None:
    team = desk.team
    plan = await desk.takes(TASKS, Kind.TASKS)
    assert (len(plan.tasks.new), len(plan.contacts.new)) == (2, 1)
    found = await rows(
        desk,
        "SELECT number, title, status, priority, assignee_id, contact_id IS NOT NULL, due_at"
        " FROM crm_tasks ORDER BY number",
    )
    assert found == [
        (
            1,
            "Отправить счёт",
            "not_started",
            "high",
            team.boris.member_id,
            True,
            datetime(2026, 11, 26, 9, tzinfo=UTC),
        ),
        (2, "Старое дело", "completed", "normal", team.anna.member_id, False, None),
    ]
    assert await rows(desk, "SELECT recipient_id, due_at FROM reminder_deliveries") == [
        (team.boris.member_id, datetime(2026, 11, 26, 9, tzinfo=UTC))
    ]
    again = await desk.looks(TASKS, Kind.TASKS)
    assert (len(again.main), again.same) == (0, 2)
    await team.tasks.create(team.anna, an_arrival(), "tea", lambda _made: Answer("ok"))
    assert (await rows(desk, "SELECT max(number) FROM crm_tasks"))[0] == (3,)


async def test_a_task_that_changed_in_the_file_changes_here(desk: Desk) -> None:
    await desk.takes(TASKS, Kind.TASKS)
    moved = TASKS.replace("завершена", "в работе").replace("высокий", "срочный")
    plan = await desk.takes(moved, Kind.TASKS)
    assert (len(plan.tasks.new), len(plan.tasks.changed)) == (0, 2)
    found = await rows(desk, "SELECT status, priority, completed_at, version FROM crm_tasks ORDER BY number")
    assert found == [("not_started", "urgent", None, 2), ("in_progress", "normal", None, 2)]
    assert await desk.takes_back() == (2, 0)
    found = await rows(desk, "SELECT status, priority FROM crm_tasks ORDER BY number")
    assert found == [("not_started", "high"), ("completed", "normal")]


CALLS = """ID звонка;Дата звонка;Тип звонка;Длительность;Номер телефона;Контакт;Комментарий
a-1;24.11.2026 08:30;Исходящий;00:05:10;+7 999 123-45-67;Анна Петрова;цена
a-2;24.11.2026 08:40;Входящий;0;+7 999 765-43-21;;
"""


async def test_calls_come_once_by_their_external_id(desk: Desk) -> None:
    plan = await desk.takes(CALLS, Kind.CALLS)
    assert (len(plan.calls.new), len(plan.contacts.new)) == (2, 2)
    assert await rows(
        desk, "SELECT external_id, direction, outcome, duration_seconds, notes FROM crm_calls ORDER BY id"
    ) == [("a-1", "outbound", "connected", 310, "цена"), ("a-2", "inbound", "no_answer", 0, "")]
    again = await desk.looks(CALLS.replace("08:30", "08:31"), Kind.CALLS)
    assert (len(again.calls.new), len(again.calls.changed), again.same) == (0, 1, 1)


async def test_calls_without_an_id_are_known_by_their_moment_and_phone(desk: Desk) -> None:
    bare = "\n".join(line.split(";", 1)[1] for line in CALLS.splitlines())
    await desk.takes(bare, Kind.CALLS)
    again = await desk.looks(bare, Kind.CALLS)
    assert (len(again.main), again.same) == (0, 2)


async def test_an_import_is_taken_back_whole_and_may_come_again(desk: Desk) -> None:
    await desk.takes(CALLS, Kind.CALLS)
    assert await desk.takes_back() == (4, 0)
    for table in ("crm_calls", "crm_contacts"):
        assert await rows(desk, f"SELECT count(*) FROM {table} WHERE deleted_at IS NULL") == [(0,)]  # noqa: S608
    with pytest.raises(NotFound):
        await desk.takes_back()
    plan = await desk.takes(CALLS, Kind.CALLS)
    assert len(plan.calls.new) == 2


async def test_what_people_touched_since_stays(desk: Desk) -> None:
    await desk.takes(CONTACTS)
    team = desk.team
    async with team.storage.transaction(team.boris) as unit:
        anna = await unit.contacts.by_phone("+79991234567")
        assert anna is not None
        await unit.contacts.rename(anna.id, "Анна П.")
        await unit.activity.add(Activity("updated", "contact", anna.id, actor_member_id=team.boris.member_id))
    assert await desk.takes_back() == (1, 1)
    assert await rows(desk, "SELECT full_name FROM crm_contacts WHERE deleted_at IS NULL") == [("Анна П.",)]


async def test_undo_takes_an_import_back_too(desk: Desk) -> None:
    await desk.takes(CONTACTS)
    line = await desk.team.undo(desk.team.anna)
    assert (line.entity, line.changes["made"]) == ("import", 2)
    assert await rows(desk, "SELECT count(*) FROM crm_contacts WHERE deleted_at IS NULL") == [(0,)]


async def test_a_changed_contact_becomes_as_it_was(desk: Desk) -> None:
    await desk.takes(CONTACTS)
    more = (
        CONTACTS.replace("Ромашка", "Лютик")
        .replace("vip, опт", "vip, новая")
        .replace("звонить утром", "ещё одна")
    )
    more = more.replace("+7 999 123-45-67", "+7 999 123-45-67, +7 999 123-45-68")
    await desk.takes(more)
    assert await rows(desk, "SELECT count(*) FROM crm_contact_phones") == [(3,)]
    assert await desk.takes_back() == (1, 0)
    assert await rows(desk, "SELECT company FROM crm_contacts ORDER BY id LIMIT 1") == [("Ромашка",)]
    assert await rows(desk, "SELECT count(*) FROM crm_contact_phones") == [(2,)]
    assert await rows(desk, "SELECT name FROM crm_labels ORDER BY name") == [("vip",), ("опт",)]
    assert await rows(desk, "SELECT body FROM crm_notes WHERE deleted_at IS NULL") == [("звонить утром",)]


async def test_only_whoever_took_it_in_or_a_manager_takes_it_back(desk: Desk) -> None:
    await desk.takes(CONTACTS, actor=desk.team.boris)
    with pytest.raises(NotFound):
        await desk.takes_back(desk.team.clara)
    assert await desk.takes_back(desk.team.anna) == (2, 0)


async def test_a_number_of_a_contact_out_of_sight_stops_the_import_whole(desk: Desk) -> None:
    team = desk.team
    await desk.takes(CONTACTS, actor=team.boris)
    await team.database.fetch("UPDATE workspaces SET visibility = 'own'")
    with pytest.raises(NotAllowed, match="looks after"):
        await desk.takes(CONTACTS + "Вера;Ли;;vera@example.com;;;\n", actor=team.clara)
    assert await team.database.count("crm_contacts") == 2
    assert await team.database.count("imports") == 1


async def test_a_call_of_somebody_out_of_sight_stops_the_import_whole(desk: Desk) -> None:
    team = desk.team
    await desk.takes(CALLS, Kind.CALLS, actor=team.boris)
    await team.database.fetch("UPDATE workspaces SET visibility = 'own'")
    with pytest.raises(NotAllowed, match="logged a call"):
        await desk.takes(CALLS.replace("+7 999", "+7 998"), Kind.CALLS, actor=team.clara)


async def test_a_plain_members_rows_are_their_own_whoever_is_named(desk: Desk) -> None:
    team = desk.team
    await desk.takes("Задача;Исполнитель\nпоздороваться;Анна\n", Kind.TASKS, actor=team.clara)
    assert await rows(desk, "SELECT assignee_id FROM crm_tasks") == [(team.clara.member_id,)]


async def test_a_guest_takes_nothing_in(desk: Desk) -> None:
    guest = replace(desk.team.anna, role=Role.GUEST)
    with pytest.raises(NotAllowed):
        await desk.takes(CONTACTS, actor=guest)


async def test_thousands_come_by_sets_and_say_how_far_they_are(desk: Desk) -> None:
    numbers = range(2500)
    lines = [f"Иван {n} Петров;+7 999 000-{n // 100:02}-{n % 100:02}" for n in numbers]
    table: Table = read_csv("\n".join(["Имя и фамилия;Телефон", *lines]).encode())
    steps: list[int] = []
    statements: list[str] = []
    new = NewImport(Kind.CONTACTS, "many.csv", desk.team.anna.chat_id, next(_messages))

    @event.listens_for(desk.engine.sync_engine, "before_cursor_execute")
    def note(_link: object, _cursor: object, statement: str, *_more: object) -> None:
        statements.append(statement)

    await desk.imports.apply(
        desk.team.anna, an_arrival(), table, guess(table.headers, Kind.CONTACTS), new, NOW,
        lambda done: Answer(str(len(done.plan.contacts.new))), step=steps.append,
    )  # fmt: skip
    assert await desk.team.database.count("crm_contacts") == 2500
    assert steps == [1000, 2000, 2500]
    assert len(statements) < 60
