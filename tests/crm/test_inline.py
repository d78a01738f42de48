"""Inline: what was posted is saved once, also when both ways of saving it meet."""

from collections.abc import Mapping
from typing import Any

import pytest

from crm.answers import Answer
from crm.errors import AlreadyHandled
from crm.inline import Inline, Typed
from crm.people import Actor
from crm.tasks import Task
from tests.fakes import MONDAY, FakeStorage, FakeTasks, an_actor, an_arrival

ANNA = an_actor()
TYPED = Typed("buy paper tomorrow 10:00", MONDAY, ANNA.workspace_id)


def say(task: Task) -> Answer:
    return Answer(f"#{task.number} {task.title}")


async def test_whichever_way_was_quicker_in_another_process_the_other_answers_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    storage = FakeStorage()
    inline = Inline(storage)
    first = await inline.save(ANNA, an_arrival(1), TYPED, 0, "posted", say)
    look, looks = FakeTasks.by_message, 0

    async def not_there_yet(store: FakeTasks, actor: Actor, message_id: int) -> Mapping[int, Task | None]:
        nonlocal looks
        looks += 1
        return {} if looks == 1 else await look(store, actor, message_id)

    monkeypatch.setattr(FakeTasks, "by_message", not_there_yet)
    assert await inline.save(ANNA, an_arrival(2), TYPED, 0, "posted", say) == first
    assert looks == 2
    assert len(storage.state.tasks) == 1


async def test_an_update_that_comes_again_is_told_so() -> None:
    storage = FakeStorage()
    inline = Inline(storage)
    await inline.save(ANNA, an_arrival(1), TYPED, 0, "posted", say)
    with pytest.raises(AlreadyHandled):
        await inline.save(ANNA, an_arrival(1), TYPED, 0, "posted", say)


async def test_its_source_is_a_number_that_telegram_gives_no_message() -> None:
    storage = FakeStorage()
    for update_id, posted in enumerate(("a", "b" * 100), 1):
        await Inline(storage).save(ANNA, an_arrival(update_id), TYPED, 0, posted, say)
    numbers: list[Any] = [row.arrival.message_id for row in storage.state.tasks.values()]
    assert len(set(numbers)) == 2
    assert all(-(2**63) <= number < 0 for number in numbers)
