"""Updates: an answer is owed from the commit on until it was sent."""

from collections.abc import Sequence

from crm.answers import Answer
from crm.tasks import Task, Tasks
from crm.updates import UpdateJournal
from tests.fakes import FakeJournal, FakeStorage, an_actor, an_arrival


def say(tasks: Sequence[Task]) -> Answer:
    return Answer(f"#{tasks[0].number} {tasks[0].title}")


async def test_an_answer_is_owed_until_it_was_sent() -> None:
    storage = FakeStorage()
    journal: UpdateJournal = FakeJournal(storage)
    tasks = Tasks(storage)

    fresh = await journal.begin(42, 7)
    assert (fresh.attempts, fresh.handled, fresh.owed) == (1, False, None)

    answer = await tasks.create(an_actor(), an_arrival(7), "call Anna", say)
    killed = await journal.begin(42, 7)  # the process ended between the commit and the sending
    assert (killed.attempts, killed.handled, killed.owed) == (2, True, answer)

    await journal.answered(42, 7)
    redelivered = await journal.begin(42, 7)
    assert (redelivered.handled, redelivered.owed) == (True, None)


async def test_an_update_given_up_is_passed_with_nothing_owed() -> None:
    journal = FakeJournal(FakeStorage())
    await journal.give_up(42, 7)
    beginning = await journal.begin(42, 7)
    assert (beginning.handled, beginning.owed) == (True, None)
