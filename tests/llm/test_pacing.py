"""Pacing: streams take turns of a slice each, and whatever else is ready goes in between."""

import asyncio
from collections.abc import Callable
from itertools import pairwise

import pytest

from llm.pacing import Pacer

SLICE = 0.002


class Loop:
    """Streams whose every event takes `cost` seconds, and what else ran between them, in order."""

    def __init__(self) -> None:
        self.now = 0.0
        self.order: list[str] = []
        self.pacer = Pacer(SLICE, lambda: self.now)

    async def stream(self, name: str, events: int, cost: float = SLICE / 2) -> None:
        for _ in range(events):
            await self.pacer.turn(name)
            self.order.append(name)
            self.now += cost

    async def command(self, name: str, steps: int = 1) -> None:
        """Something typed: each step is ready when the one before it has run."""
        for _ in range(steps):
            self.order.append(name)
            await asyncio.sleep(0)


@pytest.fixture
def loop() -> Loop:
    return Loop()


async def all_of(*steps: "asyncio.Future[None]") -> None:
    async with asyncio.timeout(5):
        await asyncio.gather(*steps)


async def test_a_lone_stream_goes_on_within_its_slice_without_going_round(loop: Loop) -> None:
    command = asyncio.create_task(loop.command("command"))
    await loop.stream("a", 2)
    assert loop.order == ["a", "a"]
    await command


async def test_a_lone_stream_lets_others_go_when_its_slice_is_over(loop: Loop) -> None:
    command = asyncio.create_task(loop.command("command", 2))
    await loop.stream("a", 6)
    assert loop.order[:3] == ["a", "a", "command"]
    assert loop.order.count("a") == 6
    await command


async def test_streams_take_turns_of_a_slice_each_in_the_order_they_came(loop: Loop) -> None:
    await all_of(*(asyncio.ensure_future(loop.stream(name, 4)) for name in "abc"))
    assert "".join(loop.order) == "aaaabbccbbcc"  # the others came in the second slice of the first


async def test_a_command_waits_for_one_slice_and_not_for_all_streams(loop: Loop) -> None:
    """Two hundred streams, hundreds of events ready in each: between two steps of a command goes one of them."""
    streams = [asyncio.create_task(loop.stream(f"s{number}", 10)) for number in range(200)]
    await asyncio.sleep(0)
    command = asyncio.create_task(loop.command("command", 5))
    await all_of(command)
    at = [place for place, name in enumerate(loop.order) if name == "command"]
    assert [after - before for before, after in pairwise(at)] == [3, 3, 3, 3]
    assert not any(task.done() for task in streams)
    await all_of(*streams)
    assert loop.order.count("s199") == 10


async def test_one_that_ended_within_its_slice_keeps_nobody(loop: Loop) -> None:
    await loop.stream("a", 1, cost=0.0)
    await all_of(asyncio.ensure_future(loop.stream("b", 1)))
    assert loop.order == ["a", "b"]


async def test_one_that_is_stopped_while_it_waits_leaves_the_line(loop: Loop) -> None:
    await loop.stream("a", 1, cost=0.0)
    waiting = [asyncio.create_task(loop.stream(name, 1)) for name in "bcd"]
    await asyncio.sleep(0)
    waiting[1].cancel()
    await all_of(waiting[0], waiting[2])
    assert loop.order == ["a", "b", "d"]
    assert waiting[1].cancelled()


async def test_one_that_is_stopped_as_its_turn_comes_keeps_nobody(loop: Loop) -> None:
    await loop.stream("a", 1, cost=0.0)
    first, second = (asyncio.create_task(loop.stream(name, 1)) for name in "bc")
    await until(lambda: loop.pacer._holder == "b")
    first.cancel()
    loop.now += SLICE
    await all_of(second)
    assert loop.order == ["a", "c"]


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not done():  # noqa: ASYNC110 - what is looked at has no event
            await asyncio.sleep(0)
