"""Lists over real rows: each page is one SELECT, filters mean what they say, and everybody sees what is theirs."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from crm.people import Role
from crm.stats import Period, Stats
from crm.tasks import ListPage, Task, TaskLists
from crm.tasks.agenda import Agenda
from crm.tasks.filters import Filter, When
from crm.tasks.lists import Picked, Step
from crm.tasks.talk import TaskTalk
from crm.visibility import Sight
from tests.acting import NOW, a_visitor, an_arrival
from tests.databases import Database
from tests.db.counting import counted
from tests.db.team import Team, said


def titles(page: ListPage | Sequence[Task]) -> list[str]:
    return [task.title for task in (page.tasks if isinstance(page, ListPage) else page)]


async def write(team: Team, *lines: str) -> None:
    for line in lines:
        await team.tasks.create(team.anna, an_arrival(), line, said, confirmed=True)


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("", ["late", "missed", "tea", "any", "report", "next month", "some day"]),
        ("overdue", ["late", "missed"]),
        ("today", ["missed", "tea", "any"]),
        ("this week", ["late", "missed", "tea", "any", "report"]),
        ("no date", ["some day"]),
        ("#b2b", ["tea", "some day"]),
        ("mine #b2b", ["tea"]),
        ("@Борис", ["some day"]),
        ("Анне Петровой", ["next month"]),
        ("done", ["done one"]),
        ("done this week", ["done one"]),
        ("done mine today", ["done one"]),
        ("done #b2b", []),
        ("done #x", ["done one"]),
    ],
)
async def test_filters_choose_what_they_say(team: Team, words: str, wanted: list[str]) -> None:
    await team.contacts.save(team.anna, an_arrival(), "Анна Петрова", said)
    await write(
        team,
        "done one #x",
        "yesterday late",
        "today 08:00 missed",
        "today 18:00 tea #b2b",
        "today any",
        'some day #b2b @"Борис"',
        "thursday report",
        '25.12.2026 next month c:"Анна Петрова"',
    )
    await team.database.fetch(
        "UPDATE crm_tasks SET assignee_id = $1 WHERE title LIKE 'some day%'", team.boris.member_id
    )
    await team.database.fetch("UPDATE crm_tasks SET title = 'some day' WHERE title LIKE 'some day%'")
    lists = TaskLists(team.storage)
    await lists.finish(team.anna, an_arrival(), "1", NOW, said)
    found = await lists.read(team.anna, NOW, words)
    assert isinstance(found, ListPage)
    assert titles(found) == wanted


async def test_a_page_is_one_select_whatever_it_shows(team: Team, engine: AsyncEngine) -> None:
    await team.contacts.save(team.anna, an_arrival(), "Zoe", said)
    await write(team, *(f'today 18:00 job {number} #b2b c:"Zoe"' for number in range(12)))
    lists, agenda, stats = TaskLists(team.storage), Agenda(team.storage), Stats(team.storage)
    first = await lists.show(team.anna, NOW, Filter())
    contact = first.tasks[0].contact_id
    step = Step(first.tasks[-1].id)
    filters = [
        *(Filter(when=when) for when in When if when is not When.OVERDUE),
        Filter(mine=True),
        Filter(contact_id=contact),
        Filter(label="b2b"),
        Filter(done=True),
    ]
    for one in filters:
        with counted(engine) as sent:
            await lists.show(team.anna, NOW, one)
        assert len(sent) == 1, one
    for where in (step, replace(step, back=True)):
        with counted(engine) as sent:
            page = await lists.show(team.anna, NOW, Filter(), where)
        assert (len(sent), bool(page.tasks)) == (1, True)
    for read in (
        agenda.show(team.anna, NOW),
        lists.find(team.anna, "job"),
        stats.show(team.anna, Period.WEEK, NOW),
    ):
        with counted(engine) as sent:
            await read
        assert len(sent) == 1
    with counted(engine) as sent:
        picker = await lists.pick(team.anna, Picked.LABEL, Filter())
    assert (len(sent), [one.text for one in picker.names]) == (1, ["#b2b"])


@pytest.mark.parametrize(
    "filter_",
    [Filter(), Filter(mine=True), Filter(label="b2b"), Filter(done=True), Filter(label="b2b", done=True)],
)
async def test_pages_are_turned_there_and_back_without_a_gap(team: Team, filter_: Filter) -> None:
    lines = ["today 10:00", "today", "tomorrow 9:00", ""]  # several share a due, so that the number decides
    await write(team, *(f"{lines[number % 4]} job {number} #b2b" for number in range(25)))
    lists = TaskLists(team.storage)
    if filter_.done:
        for number in range(1, 26):
            await lists.finish(
                team.anna, an_arrival(), str(number), NOW + timedelta(seconds=number // 3), said
            )
    pages = [await lists.show(team.anna, NOW, filter_)]
    while pages[-1].has_after:
        pages.append(await lists.show(team.anna, NOW, filter_, Step(pages[-1].tasks[-1].id)))
    seen = [task.id for page in pages for task in page.tasks]
    assert (len(pages), len(seen), len(set(seen))) == (3, 25, 25)
    back = [pages[-1]]
    while back[-1].has_before:
        back.append(await lists.show(team.anna, NOW, filter_, Step(back[-1].tasks[0].id, back=True)))
    assert [titles(page) for page in back[::-1]] == [titles(page) for page in pages]


async def test_a_cursor_that_was_done_since_still_leads_on(team: Team) -> None:
    await write(team, *(f"job {number}" for number in range(1, 13)))
    lists = TaskLists(team.storage)
    first = await lists.show(team.anna, NOW, Filter())
    await lists.finish(team.anna, an_arrival(), "10", NOW, said)
    second = await lists.show(team.anna, NOW, Filter(), Step(first.tasks[-1].id))
    assert titles(second) == ["job 11", "job 12"]
    gone = await lists.show(team.anna, NOW, Filter(), Step(10**9))
    assert (titles(gone)[0], gone.has_before) == ("job 1", False)


async def test_a_label_follows_its_task_through_the_list(team: Team) -> None:
    await write(team, "tomorrow a #b2b", "today b #b2b")
    lists, label = TaskLists(team.storage), Filter(label="b2b")
    assert titles(await lists.show(team.anna, NOW, label)) == ["b", "a"]
    await team.database.fetch("UPDATE crm_tasks SET due_date = '2026-11-23' WHERE title = 'a'")
    assert titles(await lists.show(team.anna, NOW, label)) == ["a", "b"]
    await lists.finish(team.anna, an_arrival(), "1", NOW, said)
    assert titles(await lists.show(team.anna, NOW, label)) == ["b"]
    assert titles(await lists.show(team.anna, NOW, Filter(label="b2b", done=True))) == ["a"]
    await team.undo(team.anna)
    await team.database.fetch("UPDATE crm_tasks SET deleted_at = now() WHERE title = 'b'")
    assert titles(await lists.show(team.anna, NOW, label)) == ["a"]
    assert titles(await lists.show(team.anna, NOW, Filter(label="b", label_begins=True))) == ["a"]


async def test_tasks_are_found_by_word_forms_by_parts_and_by_comments(team: Team) -> None:
    await write(team, "отправить счёт Анне", "купить бумагу", "проверить счета", "50% discount_list")
    await team.database.fetch("UPDATE crm_tasks SET description = 'для склада' WHERE number = 2")
    await team.database.fetch(
        "INSERT INTO crm_task_comments (workspace_id, task_id, member_id, body)"
        " SELECT workspace_id, id, created_by, 'Ждём Ёлкина' FROM crm_tasks WHERE number = 2"
    )
    lists = TaskLists(team.storage)
    wanted = {
        "счетов": ["проверить счета", "отправить счёт Анне"],
        "СЧЁТ анна": ["отправить счёт Анне"],
        "бума": ["купить бумагу"],
        "для склада": ["купить бумагу"],
        "елкин": ["купить бумагу"],
        "50%": ["50% discount_list"],
        "discount_l": ["50% discount_list"],
        "5_%": [],
        "'; DROP TABLE crm_tasks; --": [],
        "зебра": [],
    }
    for text, found in wanted.items():
        assert titles(await lists.find(team.anna, text)) == found, text
    (ink,) = await team.database.fetch("SELECT id FROM crm_tasks WHERE number = 3")
    talk = TaskTalk(team.storage)
    await talk.comment(team.anna, an_arrival(), ink["id"], "Получены новые картриджи", said)
    for text in ("новый картридж", "картриджей", "НОВЫМИ КАРТРИДЖАМИ", "картр"):
        assert titles(await lists.find(team.anna, text)) == ["проверить счета"], text
    await lists.finish(team.anna, an_arrival(), "3", NOW, said)
    assert "проверить счета" in titles(await lists.find(team.anna, "счета"))


async def test_nobody_finds_or_lists_what_is_not_theirs(team: Team, database: Database) -> None:
    await write(team, "secret invoice")
    lists = TaskLists(team.storage)
    stranger = await team.doors.arrive(a_visitor(901), open_to_all=True)
    guest = replace(team.boris, role=Role.GUEST)
    await database.fetch("UPDATE members SET role = 'guest' WHERE id = $1", team.boris.member_id)
    await team.visibility.choose(team.anna, an_arrival(), team.anna.workspace_id, Sight.OWN, said)
    for who in (stranger, guest, team.clara):
        assert titles(await lists.find(who, "invoice")) == []
        assert titles(await lists.show(who, NOW, Filter())) == []
        assert (await Agenda(team.storage).show(who, NOW)).today == []


async def test_everything_overdue_is_handed_over_and_taken_back(team: Team) -> None:
    await write(team, "yesterday a", "yesterday 9:00 b", "today 18:00 tea")
    await team.visibility.choose(team.anna, an_arrival(), team.anna.workspace_id, Sight.OWN, said)
    agenda = Agenda(team.storage)
    overdue = Filter(mine=True, when=When.OVERDUE)
    await agenda.hand_over(team.anna, an_arrival(), overdue, team.boris.member_id, NOW, said)
    assert titles((await agenda.show(team.boris, NOW)).overdue) == ["b", "a"]
    await agenda.hand_over(team.boris, an_arrival(), overdue, team.clara.member_id, NOW, said)
    assert titles((await agenda.show(team.clara, NOW)).overdue) == ["b", "a"]
    assert titles(await TaskLists(team.storage).show(team.boris, NOW, Filter())) == [
        "b",
        "a",
    ]  # he watches them
    line = await team.undo(team.boris)
    assert (line.others, line.left) == (1, 0)
    assert titles((await agenda.show(team.boris, NOW)).overdue) == ["b", "a"]


async def test_everything_overdue_is_moved_with_its_reminders(team: Team) -> None:
    await write(team, "yesterday 18:00 a", "yesterday b")
    overdue = Filter(mine=True, when=When.OVERDUE)
    await Agenda(team.storage).move(team.anna, an_arrival(), overdue, NOW.date(), NOW, said)
    rows = await team.database.fetch(
        "SELECT d.due_at FROM reminder_deliveries d WHERE state = 'pending' ORDER BY 1"
    )
    assert [f"{row[0]:%Y-%m-%d %H:%M}" for row in rows] == ["2026-11-24 17:00"]
    await team.undo(team.anna)
    assert len((await Agenda(team.storage).show(team.anna, NOW)).overdue) == 2


async def test_stats_count_by_member_and_a_member_sees_their_own(team: Team) -> None:
    await write(team, "yesterday a", "b", "c")
    await team.tasks.create(team.boris, an_arrival(), "d", said)
    await team.calls.log(team.boris, an_arrival(), "Zoe no answer", said)
    await team.calls.log(team.boris, an_arrival(), "Zoe 5 min", said)
    await TaskLists(team.storage).finish(team.anna, an_arrival(), "2 3", NOW, said)
    await team.database.fetch("UPDATE crm_tasks SET created_at = $1", NOW)
    stats = Stats(team.storage)
    summary = await stats.show(team.anna, Period.WEEK, NOW)
    told = {one.name: (one.work.created, one.work.done, one.work.overdue) for one in summary.members}
    assert told == {"Анна": (3, 2, 1), "Борис": (1, 0, 0)}
    assert summary.team is not None
    assert {outcome.value: count for outcome, count in summary.team.calls.items()} == {
        "no_answer": 1,
        "connected": 1,
    }
    later = await stats.show(team.anna, Period.WEEK, NOW + timedelta(days=7))
    assert later.team is not None
    assert (later.team.created, later.team.done, later.team.overdue) == (0, 0, 1)
    assert (await stats.show(team.anna, Period.MONTH, NOW)).team == summary.team
    await team.visibility.choose(team.anna, an_arrival(), team.anna.workspace_id, Sight.OWN, said)
    own = await stats.show(team.boris, Period.WEEK, NOW)
    assert (own.team, [one.name for one in own.members]) == (None, ["Борис"])
    assert (await stats.show(team.anna, Period.WEEK, NOW)).team is not None
