"""Gathering: who asks while others are being answered is asked about together with all who came meanwhile."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Generic, TypeVar

from crm.errors import StorageAway

MOST = 16  # asked about at once; the first of a crowd should not wait for its last
One = TypeVar("One")
Found = TypeVar("Found")
_Asked = tuple[Sequence[One], asyncio.Future[Mapping[int, Found]]]


class Gathered(Generic[One, Found]):
    """`ask` answers about several at once, by their ids."""

    def __init__(self, ask: Callable[[Sequence[One]], Awaitable[Mapping[int, Found]]]) -> None:
        self._ask = ask
        self._waiting: deque[_Asked[One, Found]] = deque()
        self._asking: asyncio.Task[None] | None = None

    async def __call__(self, about: Sequence[One]) -> Mapping[int, Found]:
        """What is known about these, and perhaps about others. Raises what `ask` raises."""
        answer: asyncio.Future[Mapping[int, Found]] = asyncio.get_running_loop().create_future()
        self._waiting.append((about, answer))
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._answer())
        return await answer

    async def _answer(self) -> None:
        while self._waiting:
            asked = [self._waiting.popleft()]
            room = MOST - len(asked[0][0])
            while self._waiting and len(self._waiting[0][0]) <= room:
                room -= len(self._waiting[0][0])
                asked.append(self._waiting.popleft())
            try:
                await self._settle(asked)
            except StorageAway as away:
                _refuse(asked, away)
            except Exception:  # one of them must not be the fault of all who came with it, each time anew
                for one in asked:
                    try:
                        await self._settle([one])
                    except Exception as fault:  # theirs who asked
                        _refuse([one], fault)
            except asyncio.CancelledError:
                for _about, answer in asked:
                    answer.cancel()
                raise

    async def _settle(self, asked: Sequence[_Asked[One, Found]]) -> None:
        found = await self._ask([one for about, _answer in asked for one in about])
        for _about, answer in asked:
            if not answer.done():
                answer.set_result(found)


def _refuse(asked: Sequence[_Asked[One, Found]], fault: Exception) -> None:
    for _about, answer in asked:
        if not answer.done():
            answer.set_exception(fault)
