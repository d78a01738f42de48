"""Lists: pages that follow their edges, names that are looked up, several tasks done at once and taken back."""

from collections.abc import Sequence

import pytest

from crm.activity import Line
from crm.answers import Answer
from crm.errors import BadInput
from crm.tasks import Finished, ListPage, Status, Task, TaskLists, Tasks
from crm.tasks.filters import Filter, When
from crm.tasks.lists import PAGE, Picked, Step, WhichOne
from crm.undo import Standing, Undo
from crm.undo_ways import UNDOABLE
from tests.crm.tasking import ANNA, BORIS, of_two, ok, write
from tests.fakes import MONDAY, FakeStorage, an_arrival


@pytest.fixture
def storage() -> FakeStorage:
    return of_two()


@pytest.fixture
def lists(storage: FakeStorage) -> TaskLists:
    return TaskLists(storage)


def titles(page: ListPage | WhichOne | Sequence[Task]) -> list[str]:
    tasks = page.tasks if isinstance(page, ListPage) else page
    assert not isinstance(tasks, WhichOne)
    return [task.title for task in tasks]


async def test_pages_follow_one_another_in_both_directions(lists: TaskLists, storage: FakeStorage) -> None:
    await write(storage, *(f"job {number}" for number in range(1, 2 * PAGE + 2)))
    first = await lists.show(ANNA, MONDAY, Filter())
    second = await lists.show(ANNA, MONDAY, Filter(), Step(first.tasks[-1].id))
    third = await lists.show(ANNA, MONDAY, Filter(), Step(second.tasks[-1].id))
    assert [(page.has_before, page.has_after) for page in (first, second, third)] == [
        (False, True),
        (True, True),
        (True, False),
    ]
    assert titles(third) == [f"job {2 * PAGE + 1}"]
    assert titles(await lists.show(ANNA, MONDAY, Filter(), Step(third.tasks[0].id, back=True))) == titles(
        second
    )
    back = await lists.show(ANNA, MONDAY, Filter(), Step(second.tasks[0].id, back=True))
    assert (titles(back), back.has_before, back.has_after) == (titles(first), False, True)


async def test_a_page_that_emptied_shows_the_first_one(lists: TaskLists, storage: FakeStorage) -> None:
    await write(storage, *(f"job {number}" for number in range(1, PAGE + 2)))
    edge = (await lists.show(ANNA, MONDAY, Filter())).tasks[-1]
    await lists.finish(ANNA, an_arrival(1), str(PAGE + 1), MONDAY, ok)
    page = await lists.show(ANNA, MONDAY, Filter(), Step(edge.id))
    assert (len(page.tasks), page.has_before) == (PAGE, False)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", ["late", "tea", "next", "some day"]),
        ("overdue", ["late"]),
        ("today", ["tea"]),
        ("this week", ["tea", "next"]),
        ("no date", ["some day"]),
        ("#home", ["next"]),
        ("done", []),
    ],
)
async def test_words_choose(lists: TaskLists, storage: FakeStorage, words: str, found: list[str]) -> None:
    await write(storage, "yesterday late", "today 18:00 tea", "thursday next #home", "some day")
    assert titles(await lists.read(ANNA, MONDAY, words)) == found


async def test_somebodys_tasks_are_found_by_their_name_in_any_case(
    lists: TaskLists, storage: FakeStorage
) -> None:
    await write(storage, "hers", "his @Boris")
    for words in ("@boris", "Boris", "mine"):
        actor = BORIS if words == "mine" else ANNA
        assert titles(await lists.read(actor, MONDAY, words)) == ["his"]


async def test_a_contacts_tasks_are_found_by_any_form_of_the_name(
    lists: TaskLists, storage: FakeStorage
) -> None:
    async with storage.transaction(ANNA) as unit:
        await unit.contacts.add("Анна Петрова", None, ANNA)
    await write(storage, "завтра позвонить Анне Петровой", "tea")
    for words in ("Анна", "анне петровой", "с Анной"):
        assert titles(await lists.read(ANNA, MONDAY, words)) == ["позвонить Анне Петровой"]


async def test_a_name_that_several_have_is_asked_about(lists: TaskLists, storage: FakeStorage) -> None:
    async with storage.transaction(ANNA) as unit:
        for name in ("Анна Петрова", "Анна Иванова"):
            await unit.contacts.add(name, None, ANNA)
    asked = await lists.read(ANNA, MONDAY, "Анна просроченные")
    assert isinstance(asked, WhichOne)
    assert [(one.text, one.filter.when) for one in asked.names] == [
        ("Анна Петрова", When.OVERDUE),
        ("Анна Иванова", When.OVERDUE),
    ]
    exact = await lists.read(ANNA, MONDAY, "Анна Петрова")
    assert isinstance(exact, ListPage)


async def test_a_name_that_is_nobodys_is_met_with_the_nearest_three(
    lists: TaskLists, storage: FakeStorage
) -> None:
    async with storage.transaction(ANNA) as unit:
        for name in ("Petrov", "Petrova", "Petrovich", "Petrosyan", "Zoe"):
            await unit.contacts.add(name, None, ANNA)
    asked = await lists.read(ANNA, MONDAY, "Petrof")
    assert isinstance(asked, WhichOne)
    assert [one.text for one in asked.names] == ["Petrov", "Petrova", "Petrovich"]


async def test_a_member_who_is_not_there_is_met_with_those_who_are(
    lists: TaskLists, storage: FakeStorage
) -> None:
    asked = await lists.read(ANNA, MONDAY, "@borys")
    assert isinstance(asked, WhichOne)
    assert asked.names[0].text == "Boris"
    assert asked.names[0].filter == Filter(assignee_id=2)


async def test_a_word_that_means_nothing_is_told_what_may_follow(lists: TaskLists) -> None:
    with pytest.raises(BadInput, match="mine, team, today, overdue") as refused:
        await lists.read(ANNA, MONDAY, "qwertyuiop")
    assert refused.value.fields == {"name": "qwertyuiop"}


async def test_pickers_offer_contacts_labels_and_members(lists: TaskLists, storage: FakeStorage) -> None:
    async with storage.transaction(ANNA) as unit:
        await unit.contacts.add("Zoe", None, ANNA)
    await write(storage, "a #b2b", "b #home")
    wanted = {Picked.CONTACT: ["Zoe"], Picked.LABEL: ["#b2b", "#home"], Picked.ASSIGNEE: ["Anna", "Boris"]}
    for what, names in wanted.items():
        picker = await lists.pick(ANNA, what, Filter(mine=True, when=When.TODAY))
        assert [one.text for one in picker.names] == names
        assert all(one.filter.when is When.TODAY for one in picker.names)


async def finish(lists: TaskLists, numbers: str) -> Finished:
    results: list[Finished] = []

    def keep(result: Finished) -> Answer:
        results.append(result)
        return Answer("ok")

    await lists.finish(ANNA, an_arrival(500), numbers, MONDAY, keep)
    return results[0]


@pytest.mark.parametrize("numbers", ["1 2 9", "#1, #2, #9", "1,2 и 9", "№1 2; 9 9"])
async def test_several_are_done_at_once_and_unknown_numbers_are_named(
    lists: TaskLists, storage: FakeStorage, numbers: str
) -> None:
    await write(storage, "a", "b", "c")
    result = await finish(lists, numbers)
    assert [one.task.title for one in result.done] == ["a", "b"]
    assert (result.unknown, result.before, result.refused) == ([9], [], [])
    statuses = [row.task.status for row in storage.state.tasks.values()]
    assert statuses == [Status.COMPLETED, Status.COMPLETED, Status.NOT_STARTED]


async def test_what_was_done_before_stays_done_once(lists: TaskLists, storage: FakeStorage) -> None:
    await write(storage, "a")
    await lists.finish(ANNA, an_arrival(1), "1", MONDAY, ok)
    result = await finish(lists, "1")
    assert (result.done, [task.title for task in result.before]) == ([], ["a"])
    assert [line.action for line in storage.state.activity] == ["created", "completed"]


async def test_a_series_that_is_done_makes_its_next(lists: TaskLists, storage: FakeStorage) -> None:
    await write(storage, "every friday report", "tea")
    result = await finish(lists, "1 2")
    assert [one.next_one.title if one.next_one else None for one in result.done] == ["report", None]


@pytest.mark.parametrize("text", ["all", "42 and forty", "12345678901", "1-3"])
async def test_what_is_no_number_changes_nothing(lists: TaskLists, storage: FakeStorage, text: str) -> None:
    await write(storage, "a")
    with pytest.raises(BadInput, match="/done 42 43"):
        await lists.finish(ANNA, an_arrival(1), text, MONDAY, ok)


async def test_too_many_at_once_are_refused_with_both_numbers(lists: TaskLists) -> None:
    with pytest.raises(BadInput) as refused:
        await lists.finish(ANNA, an_arrival(1), " ".join(map(str, range(1, 52))), MONDAY, ok)
    assert refused.value.fields == {"count": 51, "limit": 50}


async def test_undo_takes_all_of_it_back_at_once(lists: TaskLists, storage: FakeStorage) -> None:
    await write(storage, "a", "b", "every friday report")
    await finish(lists, "1 2 3")
    await Undo(storage, UNDOABLE).last(ANNA, an_arrival(501), MONDAY, ok)
    open_ones = await lists.read(ANNA, MONDAY, "")
    assert titles(open_ones) == ["report", "a", "b"]


async def test_undo_leaves_what_changed_since(lists: TaskLists, storage: FakeStorage) -> None:
    await write(storage, "a", "b")
    await finish(lists, "1 2")
    await Tasks(storage).take_back(BORIS, an_arrival(501), storage.task_id(2), MONDAY, ok)
    told: list[Line] = []

    def keep(line: Line) -> Answer:
        told.append(line)
        return Answer("ok")

    await Undo(storage, UNDOABLE).last(ANNA, an_arrival(502), MONDAY, keep)
    assert [(line.number, line.others, line.left) for line in told] == [(1, 0, 1)]
    with pytest.raises(Standing):
        await Undo(storage, UNDOABLE).last(ANNA, an_arrival(503), MONDAY, ok)


async def test_tasks_are_found_by_any_form_of_a_word(lists: TaskLists, storage: FakeStorage) -> None:
    await write(storage, "отправить счёт Анне", "tea", "проверить счета")
    assert titles(await lists.find(ANNA, "счетов")) == ["проверить счета", "отправить счёт Анне"]
    assert titles(await lists.find(ANNA, "отправ")) == ["отправить счёт Анне"]
    assert titles(await lists.find(ANNA, "кофе")) == []
    with pytest.raises(BadInput, match="look for"):
        await lists.find(ANNA, "?!")
