"""Tasks: one line in, one transaction, one answer."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import pytest

from crm.answers import Answer
from crm.errors import AlreadyHandled, BadInput, NotFound, Removed, StorageAway, ToConfirm
from crm.grammar.dates import Due
from crm.people import Role
from crm.storage import Storage
from crm.tasks import TITLE_LIMIT, Completed, Priority, Status, Task, Tasks, is_overdue
from tests.fakes import MONDAY, FakeStorage, an_actor, an_arrival

ANNA = an_actor()


def say(tasks: Sequence[Task]) -> Answer:
    return Answer("\n".join(f"#{task.number} {task.title}" for task in tasks))


def say_done(done: Completed) -> Answer:
    return say([done.task])


@pytest.fixture
def tasks(storage: FakeStorage) -> Tasks:
    port: Storage = storage
    return Tasks(port)


async def test_a_line_becomes_a_task_with_its_reminder_and_its_history(
    tasks: Tasks, storage: FakeStorage
) -> None:
    answer = await tasks.create(ANNA, an_arrival(7), "завтра в 10:00 позвонить Анне !!", say)

    (row,) = storage.state.tasks.values()
    assert (row.task.number, row.task.title, row.task.priority) == (1, "позвонить Анне", Priority.URGENT)
    assert row.task.due == Due(date(2026, 3, 3), time(10), "Europe/Moscow")
    assert row.new.task_type == "call"
    (reminder,) = storage.state.reminders.values()
    assert reminder.delivery.due_at == datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
    assert reminder.delivery.task_number == 1
    assert [(line.action, line.entity) for line in storage.state.activity] == [("created", "task")]
    assert answer == Answer("#1 позвонить Анне")
    assert storage.state.handled == {(42, 7): answer}


async def test_a_task_for_a_whole_day_reminds_as_the_working_day_begins(
    tasks: Tasks, storage: FakeStorage
) -> None:
    await tasks.create(ANNA, an_arrival(), "tomorrow water the plants", say)
    (row,) = storage.state.reminders.values()
    assert row.reminder.due == Due(date(2026, 3, 3), time(9), "Europe/Moscow")


async def test_a_failure_in_the_middle_leaves_nothing(tasks: Tasks, storage: FakeStorage) -> None:
    def fail(tasks: Sequence[Task]) -> Answer:
        raise RuntimeError("the texts are broken")

    with pytest.raises(RuntimeError):
        await tasks.create(ANNA, an_arrival(), "tomorrow 10:00 call", fail)
    assert not storage.state.tasks
    assert not storage.state.reminders
    assert not storage.state.activity
    assert not storage.state.handled


async def test_the_same_update_has_its_effect_once(tasks: Tasks, storage: FakeStorage) -> None:
    answer = await tasks.create(ANNA, an_arrival(7), "call Anna", say)
    with pytest.raises(AlreadyHandled):
        await tasks.create(ANNA, an_arrival(7, message_id=8), "call Anna", say)
    assert len(storage.state.tasks) == 1
    assert storage.state.handled == {(42, 7): answer}


async def test_one_message_makes_a_task_once_but_each_of_its_lines_may(
    tasks: Tasks, storage: FakeStorage
) -> None:
    await tasks.create(ANNA, an_arrival(1, message_id=5), "- bread\n- milk", say)
    with pytest.raises(AlreadyHandled):
        await tasks.create(ANNA, an_arrival(3, message_id=5), "milk", say)
    assert [row.task.title for row in storage.state.tasks.values()] == ["bread", "milk"]


async def test_a_task_for_every_hour_is_refused_with_what_does_it(tasks: Tasks, storage: FakeStorage) -> None:
    with pytest.raises(BadInput, match="/remind every hour"):
        await tasks.create(ANNA, an_arrival(), "drink water every hour", say)
    assert not storage.state.tasks


@pytest.mark.parametrize("line", ["", "   ", "\n", "tomorrow 10:00", "!!", "?", "«»", "\0", "\u200d"])
async def test_an_empty_task_is_refused_politely(tasks: Tasks, storage: FakeStorage, line: str) -> None:
    with pytest.raises(BadInput, match="What is to be done"):
        await tasks.create(ANNA, an_arrival(), line, say)
    assert not storage.state.handled


async def test_ten_thousand_characters_are_refused_with_both_numbers(tasks: Tasks) -> None:
    with pytest.raises(BadInput) as refused:
        await tasks.create(ANNA, an_arrival(), "x" * 10_000, say)
    assert refused.value.fields == {"length": 10_000, "limit": TITLE_LIMIT}


async def test_a_title_of_exactly_the_limit_fits(tasks: Tasks, storage: FakeStorage) -> None:
    await tasks.create(ANNA, an_arrival(), "🙂" * TITLE_LIMIT, say)
    (row,) = storage.state.tasks.values()
    assert len(row.task.title) == TITLE_LIMIT


async def test_a_time_already_past_is_asked_about_not_rolled_over(tasks: Tasks, storage: FakeStorage) -> None:
    with pytest.raises(ToConfirm, match="already passed"):
        await tasks.create(ANNA, an_arrival(), "today 10:00 send the invoice", say)
    assert not storage.state.tasks
    await tasks.create(ANNA, an_arrival(), "today 10:00 send the invoice", say, confirmed=True)
    (row,) = storage.state.tasks.values()
    assert row.task.due == Due(date(2026, 3, 2), time(10), "Europe/Moscow")


async def test_a_phone_that_is_none_is_named_in_the_refusal(tasks: Tasks) -> None:
    with pytest.raises(BadInput) as refused:
        await tasks.create(ANNA, an_arrival(), "call Anna +7 999 123", say)
    assert refused.value.fields == {"phone": "+7 999 123"}


@pytest.mark.parametrize(
    "title",
    [
        "<b>bold</b> & <script>alert(1)</script>",
        "🎂 торт 👨‍👩‍👧 заказать",
        "اتصل بالعميل",
        "התקשר לאנה",
        "می‌خواهم",  # a zero-width non-joiner inside the word
        "100% {name} %s $1",
    ],
)
async def test_any_script_and_any_markup_is_just_text(tasks: Tasks, storage: FakeStorage, title: str) -> None:
    await tasks.create(ANNA, an_arrival(), f"{title} завтра", say)
    (row,) = storage.state.tasks.values()
    assert row.task.title == title


async def test_nothing_that_postgresql_cannot_hold_reaches_it(tasks: Tasks, storage: FakeStorage) -> None:
    await tasks.create(ANNA, an_arrival(), "call\0Anna \ud800now", say)
    (row,) = storage.state.tasks.values()
    assert row.task.title == "call Anna now"
    assert row.new.raw_input == "call Anna  now"


async def test_done_is_done_once_and_takes_its_reminder_along(tasks: Tasks, storage: FakeStorage) -> None:
    await tasks.create(ANNA, an_arrival(1), "tomorrow 10:00 call", say)
    first = await tasks.complete(ANNA, an_arrival(2), storage.task_id(1), MONDAY, say_done)
    again = await tasks.complete(
        ANNA, an_arrival(3), storage.task_id(1), MONDAY + timedelta(hours=1), say_done
    )

    assert first == again
    task = await tasks.show(ANNA, storage.task_id(1))
    assert (task.status, task.completed_at) == (Status.COMPLETED, MONDAY)
    assert [row.state for row in storage.state.reminders.values()] == ["skipped"]
    assert [line.action for line in storage.state.activity] == ["created", "completed"]


async def test_a_task_that_is_nobodys_is_not_found(tasks: Tasks, storage: FakeStorage) -> None:
    with pytest.raises(NotFound, match="no longer here"):
        await tasks.complete(ANNA, an_arrival(), 9, MONDAY, say_done)
    with pytest.raises(NotFound):
        await tasks.show(ANNA, 9)
    assert not storage.state.handled


async def test_a_team_sees_and_numbers_only_its_own(tasks: Tasks) -> None:
    boris = an_actor(workspace_id=2, member_id=2, chat_id=2, telegram_chat_id=1002)
    await tasks.create(ANNA, an_arrival(1), "ours", say)
    assert await tasks.create(boris, an_arrival(2, telegram_chat_id=1002), "theirs", say) == Answer(
        "#1 theirs"
    )
    assert [task.title for task in await tasks.list(boris)] == ["theirs"]


async def test_a_guest_sees_the_tasks_of_this_chat_only(tasks: Tasks) -> None:
    await tasks.create(ANNA, an_arrival(1), "private", say)
    await tasks.create(
        an_actor(chat_id=5, telegram_chat_id=-5), an_arrival(2, telegram_chat_id=-5), "shared", say
    )
    guest = an_actor(person_id=3, member_id=3, role=Role.GUEST, chat_id=5, telegram_chat_id=-5)
    assert [task.title for task in await tasks.list(guest)] == ["shared"]
    with pytest.raises(NotFound):
        await tasks.show(guest, 1)


async def test_the_list_begins_with_what_is_due_first(tasks: Tasks) -> None:
    for number, line in enumerate(["some day", "tomorrow 10:00 b", "tomorrow c", "in 5 minutes a"], start=1):
        await tasks.create(ANNA, an_arrival(number), line, say)
    assert [task.title for task in await tasks.list(ANNA)] == ["a", "b", "c", "some day"]


async def test_whoever_was_removed_is_let_in_nowhere(tasks: Tasks, storage: FakeStorage) -> None:
    storage.remove_member(ANNA)
    with pytest.raises(Removed):
        await tasks.create(ANNA, an_arrival(), "call Anna", say)


async def test_with_the_database_away_the_update_stays_unfinished(tasks: Tasks, storage: FakeStorage) -> None:
    storage.away = True
    with pytest.raises(StorageAway):
        await tasks.create(ANNA, an_arrival(), "call Anna", say)
    storage.away = False
    await tasks.create(ANNA, an_arrival(), "call Anna", say)
    assert len(storage.state.tasks) == 1


def a_task(due: Due | None, status: Status = Status.NOT_STARTED) -> Task:
    return Task(
        id=1,
        number=1,
        title="call",
        status=status,
        priority=Priority.NORMAL,
        due=due,
        assignee_id=1,
        created_at=MONDAY,
    )


def test_a_timed_task_is_overdue_from_its_minute_on() -> None:
    noon = a_task(Due(date(2026, 3, 2), time(12, 0), "Europe/Moscow"))
    assert not is_overdue(noon, MONDAY)
    assert is_overdue(noon, MONDAY + timedelta(seconds=1))


def test_a_task_for_a_day_is_overdue_when_that_day_is_over_where_it_was_set() -> None:
    today = a_task(Due(date(2026, 3, 2), None, "Europe/Moscow"))
    assert not is_overdue(today, datetime(2026, 3, 2, 20, 59, tzinfo=UTC))
    assert is_overdue(today, datetime(2026, 3, 2, 21, 0, tzinfo=UTC))  # midnight in Moscow


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.CANCELED])
def test_what_is_closed_or_has_no_due_is_never_overdue(status: Status) -> None:
    long_ago = Due(date(2020, 1, 1), time(12), "UTC")
    assert not is_overdue(a_task(long_ago, status), MONDAY)
    assert not is_overdue(a_task(None), MONDAY)
    assert is_overdue(a_task(long_ago, Status.DEFERRED), MONDAY)
