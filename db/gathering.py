"""Gathering: who asks while others are being answered is asked about together with all who came meanwhile."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Generic, TypeVar

MOST = 16  # asked about at once; the first of a crowd should not wait for its last
One = TypeVar("One")
Found = TypeVar("Found")


class Gathered(Generic[One, Found]):
    """`ask` answers about several at once, by their ids."""

    def __init__(self, ask: Callable[[Sequence[One]], Awaitable[Mapping[int, Found]]]) -> None:
        self._ask = ask
        self._waiting: deque[tuple[Sequence[One], asyncio.Future[Mapping[int, Found]]]] = deque()
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
            about: list[One] = []
            answers = []
            while self._waiting and (not about or len(about) + len(self._waiting[0][0]) <= MOST):
                asked, answer = self._waiting.popleft()
                about += asked
                answers.append(answer)
            try:
                found = await self._ask(about)
            except asyncio.CancelledError:
                for answer in answers:
                    answer.cancel()
                raise
            except Exception as fault:  # theirs who asked
                for answer in answers:
                    if not answer.done():
                        answer.set_exception(fault)
            else:
                for answer in answers:
                    if not answer.done():
                        answer.set_result(found)
