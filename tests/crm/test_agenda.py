"""The day: what is overdue and what is to come, and everything overdue moved or handed over at once."""

from collections.abc import Sequence

import pytest

from crm.answers import Answer
from crm.errors import NotAllowed, NotFound
from crm.people import Role
from crm.tasks import Task
from crm.tasks.agenda import Agenda, Day, Swept
from crm.tasks.filters import Filter, When
from crm.undo import Undo
from crm.undo_ways import UNDOABLE
from tests.crm.tasking import ANNA, BORIS, of_two, ok, write
from tests.fakes import MONDAY, FakeStorage, an_actor, an_arrival

GUEST = an_actor(person_id=3, member_id=3, telegram_user_id=1003, display_name="Gus", role=Role.GUEST)


@pytest.fixture
def storage() -> FakeStorage:
    return of_two()


@pytest.fixture
def agenda(storage: FakeStorage) -> Agenda:
    return Agenda(storage)


def titles(tasks: Sequence[Task]) -> list[str]:
    return [task.title for task in tasks]


async def day_of(agenda: Agenda) -> tuple[list[str], list[str]]:
    day = await agenda.show(ANNA, MONDAY)
    return titles(day.overdue), titles(day.today)


async def test_the_day_is_what_is_overdue_and_what_is_still_to_come(
    agenda: Agenda, storage: FakeStorage
) -> None:
    await write(storage, "yesterday late", "today 9:00 missed", "today 18:00 tea", "today any", "tomorrow x")
    assert await day_of(agenda) == (["late", "missed"], ["tea", "any"])


async def test_a_button_of_another_version_changes_nothing_and_says_so(
    agenda: Agenda, storage: FakeStorage
) -> None:
    await write(storage, "today tea")
    days: list[Day] = []

    def keep(day: Day) -> Answer:
        days.append(day)
        return Answer("ok")

    task_id = storage.task_id(1)
    await agenda.finish(ANNA, an_arrival(1), task_id, 7, MONDAY, keep)
    assert (days[0].stale, titles(days[0].today)) == (True, ["tea"])
    await agenda.finish(ANNA, an_arrival(2), task_id, 1, MONDAY, keep)
    assert (days[1].stale, titles(days[1].today)) == (False, [])
    await agenda.finish(ANNA, an_arrival(3), task_id, 1, MONDAY, keep)  # pressed twice
    assert days[2].stale
    with pytest.raises(NotFound):
        await agenda.finish(ANNA, an_arrival(4), 999, 1, MONDAY, keep)


async def sweep(agenda: Agenda, what: str, update: int = 600) -> Swept:
    results: list[Swept] = []

    def keep(result: Swept) -> Answer:
        results.append(result)
        return Answer("ok")

    mine, today = Filter(mine=True, when=When.OVERDUE), MONDAY.date()
    if what == "move":
        await agenda.move(ANNA, an_arrival(update), mine, today, MONDAY, keep)
    else:
        await agenda.hand_over(ANNA, an_arrival(update), mine, 2, MONDAY, keep)
    return results[0]


async def test_everything_overdue_is_moved_at_once_and_taken_back_at_once(
    agenda: Agenda, storage: FakeStorage
) -> None:
    await write(
        storage, "yesterday a", "yesterday 9:00 b", "yesterday 18:00 c", "tomorrow x", "his yesterday @Boris"
    )
    before = await day_of(agenda)
    assert (await sweep(agenda, "move")).count == 3
    assert await day_of(agenda) == ([], ["c", "a", "b"])
    dues = {row.task.title: row.task.due for row in storage.state.tasks.values()}
    assert dues["b"] is not None
    assert dues["b"].time is None  # nine in the morning has passed
    assert dues["c"] is not None
    assert f"{dues['c'].date} {dues['c'].time}" == "2026-03-02 18:00:00"
    assert (await sweep(agenda, "move", 599)).count == 0
    await Undo(storage, UNDOABLE).last(ANNA, an_arrival(601), MONDAY, ok)
    assert await day_of(agenda) == before


async def test_everything_overdue_is_handed_over_at_once(agenda: Agenda, storage: FakeStorage) -> None:
    await write(storage, "yesterday a", "yesterday b", "today 18:00 tea")
    swept = await sweep(agenda, "give")
    assert (swept.count, swept.to, swept.more) == (2, "Boris", False)
    assert await day_of(agenda) == ([], ["tea"])
    assert titles((await agenda.show(BORIS, MONDAY)).overdue) == ["a", "b"]
    await Undo(storage, UNDOABLE).last(ANNA, an_arrival(601), MONDAY, ok)
    assert await day_of(agenda) == (["a", "b"], ["tea"])


async def test_a_guest_moves_nothing_and_nobody_hands_to_a_stranger(agenda: Agenda) -> None:
    with pytest.raises(NotAllowed):
        await agenda.move(GUEST, an_arrival(1), Filter(), MONDAY.date(), MONDAY, ok)
    with pytest.raises(NotFound, match="no longer in the team"):
        await agenda.hand_over(ANNA, an_arrival(1), Filter(), 77, MONDAY, ok)


async def test_what_goes_beyond_one_press_goes_by_the_next_in_a_whole_teams_list_too(
    agenda: Agenda, storage: FakeStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm.tasks.agenda.AT_ONCE", 2)
    await write(storage, *(f"yesterday {name}" for name in ("a", "b", "c", "d", "e")))
    results: list[Swept] = []

    def keep(result: Swept) -> Answer:
        results.append(result)
        return Answer("ok")

    for update in (700, 701, 702, 703):
        await agenda.hand_over(ANNA, an_arrival(update), Filter(when=When.OVERDUE), 2, MONDAY, keep)
    assert [(one.count, one.more) for one in results] == [(2, True), (2, True), (1, False), (0, False)]
