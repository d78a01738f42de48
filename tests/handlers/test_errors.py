"""Errors: what a fault tells the person, before the effect and after it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest

from crm.errors import AlreadyHandled
from crm.storage import Unit
from tests.handlers.desk import Desk

Transaction = Callable[..., AbstractAsyncContextManager[Unit]]


def breaking(real: Transaction, *, after_the_commit: bool) -> Transaction:
    @asynccontextmanager
    async def transaction(*given: Any, **named: Any) -> AsyncIterator[Unit]:
        async with real(*given, **named) as unit:
            yield unit
            if not after_the_commit:
                raise RuntimeError
        raise RuntimeError

    return transaction


@pytest.fixture
async def desk() -> Desk:
    one = Desk()
    await one.says("/start")
    return one


async def test_a_fault_before_the_commit_says_that_nothing_was_changed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        desk.storage, "transaction", breaking(desk.storage.transaction, after_the_commit=False)
    )
    assert "nothing was changed" in (await desk.says("/task buy bread")).text
    assert not desk.storage.state.tasks


async def test_after_the_commit_the_answer_that_is_owed_is_left_to_the_intake(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        desk.storage, "transaction", breaking(desk.storage.transaction, after_the_commit=True)
    )
    with pytest.raises(AlreadyHandled):
        await desk.says("/task buy bread")
    assert [row.task.title for row in desk.storage.state.tasks.values()] == ["buy bread"]
    (owed,) = [answer for answer in desk.storage.state.handled.values() if answer is not None]
    assert "buy bread" in owed.text
