"""Quick adds: what says without doubt what it is is saved at once, all of it or nothing; the rest is left alone."""

from collections.abc import Sequence
from datetime import date, time

import pytest

from crm.answers import Answer
from crm.calls import Call, Outcome
from crm.errors import AlreadyHandled
from crm.grammar.dates import Due
from crm.quick_adds import QuickAdds, Saved
from crm.tasks import Task
from tests.fakes import FakeStorage, an_actor, an_arrival

ANNA = an_actor()


def kinds(saved: Sequence[Saved]) -> Answer:
    return Answer(" ".join(type(one).__name__ for one in saved))


@pytest.fixture
def quick_adds(storage: FakeStorage) -> QuickAdds:
    return QuickAdds(storage)


def nothing_is_saved(storage: FakeStorage) -> bool:
    state = storage.state
    return not (
        state.tasks or state.reminders or state.calls or state.contacts or state.activity or state.handled
    )


async def test_a_question_costs_no_transaction(
    quick_adds: QuickAdds, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_any: object, **_more: object) -> None:
        raise AssertionError

    monkeypatch.setattr(FakeStorage, "transaction", never)
    assert await quick_adds.save(ANNA, an_arrival(), "how do I handle the objection", kinds) is None
    with pytest.raises(AssertionError):
        await quick_adds.save(ANNA, an_arrival(), "tomorrow at 10 call Bob", kinds)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("завтра в 10 позвонить Анне", "позвонить Анне"),
        ("send the offer tomorrow 10:00", "send the offer"),
        ("every monday 9:00 report", "report"),
    ],
)
async def test_a_task_with_a_time_is_saved_at_once(
    quick_adds: QuickAdds, storage: FakeStorage, text: str, title: str
) -> None:
    assert await quick_adds.save(ANNA, an_arrival(7), text, kinds) == Answer("Task")
    (row,) = storage.state.tasks.values()
    assert (row.task.title, row.task.raw_input) == (title, text)
    assert [row.reminder.task_id for row in storage.state.reminders.values()] == [row.task.id]
    assert storage.state.handled == {(42, 7): Answer("Task")}


@pytest.mark.parametrize(
    "text",
    [
        "купить хлеб",  # nothing says that it is a task
        "send the offer at 5",  # in the morning or in the afternoon?
        "show tomorrow 10:00 tasks",
        "что у меня завтра в 10?",
        "today 10:00 send",  # has passed
        "2029-05-20 renew the passport",  # far away
        "call +7 999 123 tomorrow 10:00",  # no phone number
        "tomorrow 10:00 " + "x" * 501,
        "завтра в 10:00",
        "",
    ],
)
async def test_what_leaves_a_doubt_is_left_to_the_assistant(
    quick_adds: QuickAdds, storage: FakeStorage, text: str
) -> None:
    assert await quick_adds.save(ANNA, an_arrival(), text, kinds) is None
    assert nothing_is_saved(storage)


@pytest.mark.parametrize("doubtful", ["call Anna", "send the offer at 5", "today 10:00 send"])
@pytest.mark.parametrize("place", [0, 1, 2])
async def test_one_doubtful_line_among_several_and_none_is_saved(
    quick_adds: QuickAdds, storage: FakeStorage, doubtful: str, place: int
) -> None:
    lines = ["buy bread tomorrow", "remind me in 20 minutes tea"]
    lines.insert(place, doubtful)
    assert await quick_adds.save(ANNA, an_arrival(), "\n".join(lines), kinds) is None
    assert nothing_is_saved(storage)


async def test_lines_of_each_kind_are_saved_together(quick_adds: QuickAdds, storage: FakeStorage) -> None:
    text = "- send the offer tomorrow 10:00\n- remind me in 5 minutes tea\n- every friday water the plants"
    assert await quick_adds.save(ANNA, an_arrival(), text, kinds) == Answer("Task Reminder Task")
    assert [(row.task.title, row.arrival.line) for row in storage.state.tasks.values()] == [
        ("send the offer", 0),
        ("water the plants", 2),
    ]


async def test_a_failure_at_the_last_line_takes_the_first_along(storage: FakeStorage) -> None:
    def fail(_saved: Sequence[Saved]) -> Answer:
        raise RuntimeError("the texts are broken")

    with pytest.raises(RuntimeError):
        await QuickAdds(storage).save(ANNA, an_arrival(), "a tomorrow\nremind me in 5 minutes tea", fail)
    assert nothing_is_saved(storage)


@pytest.mark.parametrize("text", ["напомни через 20 минут чай", "remind me in 20 minutes чай"])
async def test_a_reminder_is_no_task(quick_adds: QuickAdds, storage: FakeStorage, text: str) -> None:
    assert await quick_adds.save(ANNA, an_arrival(), text, kinds) == Answer("Reminder")
    (row,) = storage.state.reminders.values()
    assert (row.reminder.text, row.reminder.task_id) == ("чай", None)
    assert row.reminder.due == Due(date(2026, 3, 2), time(12, 20), "Europe/Moscow")
    assert not storage.state.tasks


async def test_a_call_brings_its_contact_and_its_follow_up(storage: FakeStorage) -> None:
    saved: list[Saved] = []

    def keep(made: Sequence[Saved]) -> Answer:
        saved.extend(made)
        return Answer("ok")

    text = "звонок Петров +7 999 123-45-67 не дозвонился, перезвонить завтра в 10"
    await QuickAdds(storage).save(ANNA, an_arrival(), text, keep)
    (call,) = saved
    assert isinstance(call, Call)
    assert (call.outcome, call.contact.full_name, call.phone) == (Outcome.NO_ANSWER, "Петров", "+79991234567")
    follow_up = call.follow_up
    assert isinstance(follow_up, Task)
    assert (follow_up.title, follow_up.contact_id) == ("перезвонить", call.contact.id)
    assert follow_up.due == Due(date(2026, 3, 3), time(10), "Europe/Moscow")
    assert [row.reminder.task_id for row in storage.state.reminders.values()] == [follow_up.id]


async def test_the_same_message_saves_once(quick_adds: QuickAdds, storage: FakeStorage) -> None:
    await quick_adds.save(ANNA, an_arrival(7), "buy bread tomorrow", kinds)
    with pytest.raises(AlreadyHandled):
        await quick_adds.save(ANNA, an_arrival(7), "buy bread tomorrow", kinds)
    assert len(storage.state.tasks) == 1


async def test_what_comes_every_hour_is_a_reminder(quick_adds: QuickAdds, storage: FakeStorage) -> None:
    assert await quick_adds.save(ANNA, an_arrival(), "drink water every hour", kinds) == Answer("Reminder")
    assert not storage.state.tasks
    assert [rule for rule, _anchor in storage.state.rules.values()] == ["FREQ=HOURLY"]
