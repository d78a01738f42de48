"""Pacing: many answers stream in one process, and none of them keeps the others, or a typed command, waiting."""

import asyncio
import time
from collections import deque
from collections.abc import Callable

SLICE = 0.002  # seconds one stream may work before it lets the loop go round


class Pacer:
    """Lets one stream work at a time, each for a slice, in the order in which they ask; between two of them the event
    loop goes round once, so that whatever else is ready waits for one slice and not for all streams.

    A provider that answers at once has hundreds of events ready in each stream: without this, two hundred of them hold
    the loop for seconds. `clock` counts seconds, monotonic.
    """

    def __init__(
        self,
        slice_seconds: float = SLICE,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._slice = slice_seconds
        self._clock = clock
        self._waiting: deque[tuple[object, asyncio.Future[None]]] = deque()
        self._holder: object = None
        self._until = 0.0
        self._is_going_round = False

    async def turn(self, who: object) -> None:
        """Before each event: at once while the slice lasts, or when nobody else is at work."""
        now = self._clock()
        if now < self._until:
            if self._holder is who:
                return
        elif not self._waiting and self._holder is not who:
            self._give(who, now)
            return
        place = (who, asyncio.get_running_loop().create_future())
        self._waiting.append(place)
        self._go_round()
        try:
            await place[1]
        except asyncio.CancelledError:
            if place in self._waiting:
                self._waiting.remove(place)
            raise

    def _give(self, who: object, now: float) -> None:
        self._holder, self._until = who, now + self._slice

    def _go_round(self) -> None:
        if not self._is_going_round:
            self._is_going_round = True
            asyncio.get_running_loop().call_soon(self._next)

    def _next(self) -> None:
        self._is_going_round = False
        if not self._waiting:
            return
        who, future = self._waiting.popleft()
        if not future.done():
            self._give(who, self._clock())
            future.set_result(None)
        if self._waiting:
            self._go_round()
