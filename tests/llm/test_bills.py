"""Bills: room in the budgets before a call, and the ledger told after it, however it ended."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from crm.budgets import BudgetSpent, Period, Scope
from tests.fakes import an_actor
from tests.llm.houses import House
from tests.model_server import ModelServer, Reply, ToolCall


async def test_each_step_of_a_turn_is_in_the_ledger_by_the_providers_count(
    model: ModelServer, make: Callable[..., House]
) -> None:
    house = make()
    model.replies += [Reply("", [ToolCall("my_tasks")]), Reply("Nothing.")]
    await house.ask()
    assert house.ledger == [("first", 11, 7, 18), ("first", 11, 7, 18)]  # no price is known: its tokens count


async def test_a_known_price_is_counted_in_dollars(model: ModelServer, make: Callable[..., House]) -> None:
    house = make(model="openai:gpt-4o-mini", fallback_models=())
    model.replies.append(
        Reply(
            "Nothing.", usage={"prompt_tokens": 1_000_000, "completion_tokens": 0, "total_tokens": 1_000_000}
        )
    )
    await house.ask()
    assert house.ledger == [("gpt-4o-mini", 1_000_000, 0, 150_000)]


async def test_what_broke_off_is_counted_by_what_was_asked_and_heard(
    model: ModelServer, make: Callable[..., House]
) -> None:
    house = make()
    model.replies += [Reply("One two three.", cut_after=2), Reply("All is well.")]
    await house.ask()
    broken, whole = house.ledger
    assert broken[0] == "first"
    assert broken[1] > 10
    assert broken[2] == 3  # eight letters
    assert whole == ("second", 11, 7, 18)


async def test_a_stopped_turn_is_settled_too(model: ModelServer, make: Callable[..., House]) -> None:
    house = make()
    model.hold()
    asking = asyncio.create_task(house.ask())
    while not house.shown:  # noqa: ASYNC110 - until it streams
        await asyncio.sleep(0.01)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    [(name, into, out, micros)] = house.ledger
    assert name == "first"
    assert into > 10
    assert 0 < out < 20
    assert micros == into + out


async def test_a_budget_without_room_stops_before_the_call(
    model: ModelServer, make: Callable[..., House]
) -> None:
    house = make()
    house.storage.state.budgets[1, Scope.MEMBER, None, Period.DAY] = 100
    actor = an_actor()
    house.storage.state.budgets[actor.workspace_id, Scope.MEMBER, None, Period.DAY] = 100
    with pytest.raises(BudgetSpent) as spent:
        await house.ask()
    assert model.asked == []
    assert (spent.value.refusal.scope, spent.value.refusal.is_news) == (Scope.MEMBER, True)


async def test_offline_costs_nothing(model: ModelServer, make: Callable[..., House]) -> None:
    house = make()
    house.assistants._config = replace(house.assistants._config, model=None)
    await house.ask()
    assert (house.ledger, model.asked) == ([], [])
