"""What is under way: messages that Telegram has, or may have, and that are not yet written down as sent."""

import asyncio
from collections import deque

LEAST = 1  # at once
MOST = 12
ANSWERED = 1.0  # seconds; a call that takes longer no longer keeps the others waiting
LATELY = 20  # answers of Telegram's, of which the quickest says how far away it is; what is slow may be this machine


class Underway:
    """As many at once as the pace needs, and no more: a process that is killed leaves them to be sent again.

    While Telegram answers twice as quickly as the next message may go, that is one; with `per_second` 30 and 50 ms to
    Telegram and back it is four. However slowly PostgreSQL writes down what was sent, it does not become more.
    """

    def __init__(self, per_second: int) -> None:
        self._per_second = per_second
        self._took: deque[float] = deque(maxlen=LATELY)  # seconds
        self._count = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def most(self) -> int:
        return min(MOST, LEAST + int(2 * min(self._took, default=0.0) * self._per_second))

    async def begin(self) -> None:
        """In the order of asking; `end` it in any case."""
        if self._count < self.most and not self._waiting:
            self._count += 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.end()
            raise

    def end(self) -> None:
        self._count -= 1
        self._go_on()

    def answered(self, seconds: float) -> None:
        """How long Telegram took over a message."""
        self._took.append(seconds)
        self._go_on()

    def _go_on(self) -> None:
        while self._waiting and self._count < self.most:
            turn = self._waiting.popleft()
            if not turn.done():
                self._count += 1
                turn.set_result(None)


class Slip:
    """One message's part of it, from when it may go until it is written down."""

    def __init__(self) -> None:
        self._underway: Underway | None = None

    @property
    def begun(self) -> bool:
        return self._underway is not None

    async def begin(self, underway: Underway) -> None:
        if self._underway is None:
            await underway.begin()
            self._underway = underway

    def end(self) -> None:
        if self._underway is not None:
            self._underway.end()
            self._underway = None
