"""Edits of a message: its tasks follow its lines; what was taken back stays so and may be had again."""

from collections.abc import Sequence
from datetime import date, time, timedelta

import pytest

from crm.answers import Answer
from crm.errors import BadInput, NotFound
from crm.grammar.dates import Due
from crm.tasks import Task, Tasks
from crm.tasks.places import places
from crm.updates import Arrival
from tests.fakes import MONDAY, FakeStorage, an_actor, an_arrival

ANNA = an_actor()
LINES = "bread\nmilk tomorrow 10:00\ntea"


def say(tasks: Sequence[Task]) -> Answer:
    return Answer("\n".join(f"#{task.number} {task.title}" for task in tasks))


def say_one(task: Task) -> Answer:
    return say([task])


@pytest.fixture
def tasks(storage: FakeStorage) -> Tasks:
    return Tasks(storage)


def an_edit(update_id: int) -> Arrival:
    """Of the message that update 1 brought."""
    return an_arrival(update_id, message_id=1)


async def test_lines_are_reread_in_their_places_with_one_taken_back_and_one_added(
    tasks: Tasks, storage: FakeStorage
) -> None:
    await tasks.create(ANNA, an_arrival(1), LINES, say)
    await tasks.take_back(ANNA, an_arrival(2), storage.task_id(1), MONDAY, say)
    edited = "white bread\noat milk\ngreen tea\nsugar"
    answer = await tasks.reread(ANNA, an_edit(3), edited, say)
    assert answer == Answer("#2 oat milk\n#3 green tea\n#4 sugar")
    titles = [row.task.title for row in storage.state.tasks.values()]
    assert titles == ["bread", "oat milk", "green tea", "sugar"]
    assert storage.state.handled[42, 3] == answer


async def test_a_reread_line_moves_its_reminder_and_tells_history_what_changed(
    tasks: Tasks, storage: FakeStorage
) -> None:
    await tasks.create(ANNA, an_arrival(1), "milk tomorrow 10:00", say)
    await tasks.reread(ANNA, an_edit(2), "milk tomorrow 11:00", say)
    (row,) = storage.state.tasks.values()
    assert row.task.due == Due(date(2026, 3, 3), time(11), "Europe/Moscow")
    assert [one.state for one in storage.state.reminders.values()] == ["skipped", "pending"]
    assert storage.state.activity[-1].changes == {
        "due": ["2026-03-03 10:00 Europe/Moscow", "2026-03-03 11:00 Europe/Moscow"]
    }


async def test_a_line_that_is_gone_leaves_its_task_and_says_so(tasks: Tasks, storage: FakeStorage) -> None:
    await tasks.create(ANNA, an_arrival(1), LINES, say)
    told: list[str] = []

    def with_left(answer: Answer, left: Sequence[Task]) -> Answer:
        told.extend(task.title for task in left)
        return answer

    answer = await tasks.reread(ANNA, an_edit(2), "milk tomorrow 10:00\ngreen tea", say, with_left=with_left)
    assert answer == Answer("#2 milk\n#1 green tea")
    assert told == ["tea"]
    assert [row.task.title for row in storage.state.tasks.values()] == ["green tea", "milk", "tea"]
    assert len(storage.state.activity) == 4  # what stands as it stood has no history of the edit


@pytest.mark.parametrize(
    ("edited", "numbers"),
    [
        ("bread\nmilk tomorrow 10:00\ntea", [0, 1, 2]),
        ("tea\nbread\nmilk tomorrow 10:00", [2, 0, 1]),
        ("salt\nbread\nmilk tomorrow 10:00\ntea", [3, 0, 1, 2]),
        ("bread\ntea", [0, 2]),
        ("rye bread\ntea", [0, 2]),
        ("a\nb\nc\nd\ne", [0, 1, 2, 3, 4]),
        ("tea\ntea", [2, 0]),
    ],
)
async def test_a_line_keeps_its_task_wherever_it_moves_to(
    tasks: Tasks, storage: FakeStorage, edited: str, numbers: list[int]
) -> None:
    await tasks.create(ANNA, an_arrival(1), LINES, say)
    before = {row.arrival.line: row.task for row in storage.state.tasks.values()}
    assert places(before, edited.split("\n")) == numbers


async def test_an_edit_that_can_not_be_read_changes_nothing(tasks: Tasks, storage: FakeStorage) -> None:
    await tasks.create(ANNA, an_arrival(1), LINES, say)
    before = storage.state
    with pytest.raises(BadInput, match="Line 2"):
        await tasks.reread(ANNA, an_edit(2), f"rye bread\n{'x' * 501}\ntea", say)
    assert storage.state is before


async def test_a_message_that_made_no_task_or_whose_tasks_are_gone_is_left_alone(
    tasks: Tasks, storage: FakeStorage
) -> None:
    assert await tasks.reread(ANNA, an_edit(2), "bread", say) is None
    await tasks.create(ANNA, an_arrival(1), "bread", say)
    await tasks.take_back(ANNA, an_arrival(3), storage.task_id(1), MONDAY, say)
    assert await tasks.reread(ANNA, an_edit(4), "white bread", say) is None


async def test_all_of_a_message_is_taken_back_at_once(tasks: Tasks, storage: FakeStorage) -> None:
    await tasks.create(ANNA, an_arrival(1), LINES, say)
    await tasks.create(ANNA, an_arrival(2), "of another message", say)
    await tasks.take_back(ANNA, an_arrival(3), storage.task_id(1), MONDAY, say)
    answer = await tasks.take_message_back(ANNA, an_arrival(4), 1, MONDAY, say)
    assert answer == Answer("#2 milk\n#3 tea")
    assert [task.title for task in await tasks.list(ANNA)] == ["of another message"]
    assert [row.state for row in storage.state.reminders.values()] == ["skipped"]
    with pytest.raises(NotFound, match="no longer here"):
        await tasks.take_message_back(ANNA, an_arrival(5), 1, MONDAY, say)


async def test_a_message_of_another_chat_with_the_same_number_is_another(
    tasks: Tasks, storage: FakeStorage
) -> None:
    await tasks.create(ANNA, an_arrival(1), "bread", say)
    elsewhere = an_actor(chat_id=5, telegram_chat_id=-5)
    with pytest.raises(NotFound):
        await tasks.take_message_back(elsewhere, an_arrival(2, telegram_chat_id=-5), 1, MONDAY, say)


async def test_what_was_taken_back_comes_back_with_its_reminder_once(
    tasks: Tasks, storage: FakeStorage
) -> None:
    await tasks.create(ANNA, an_arrival(1), "milk tomorrow 10:00", say)
    task_id = storage.task_id(1)
    await tasks.take_back(ANNA, an_arrival(2), task_id, MONDAY, say)
    first = await tasks.bring_back(ANNA, an_arrival(3), task_id, MONDAY, say_one)
    again = await tasks.bring_back(ANNA, an_arrival(4), task_id, MONDAY, say_one)
    assert first == again == Answer("#1 milk")
    assert [row.state for row in storage.state.reminders.values()] == ["pending"]
    assert [line.action for line in storage.state.activity] == ["created", "deleted", "restored"]


async def test_a_reminder_whose_time_passed_meanwhile_does_not_come_back(
    tasks: Tasks, storage: FakeStorage
) -> None:
    await tasks.create(ANNA, an_arrival(1), "milk tomorrow 10:00", say)
    task_id = storage.task_id(1)
    await tasks.take_back(ANNA, an_arrival(2), task_id, MONDAY, say)
    await tasks.bring_back(ANNA, an_arrival(3), task_id, MONDAY + timedelta(days=2), say_one)
    assert [row.state for row in storage.state.reminders.values()] == ["skipped"]
