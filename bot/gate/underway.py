"""What is under way: messages that Telegram has, or may have, and that are not yet written down as sent."""

import asyncio
from collections import deque

LEAST = 1  # at once
MOST = 6
ANSWERED = 1.0  # seconds; a call that takes longer no longer keeps the others waiting
LATELY = 50  # answers of Telegram's, of which the quickest says how far away it is; what is slow may be this machine


class Underway:
    """As many at once as the pace needs, and no more: a process that is killed leaves them to be sent again.

    While Telegram answers well before the next message may go, that is one; with `per_second` 30 and 50 ms to Telegram
    and back it is three. While one that Telegram took is being written down, none begins, however long that takes.
    """

    def __init__(self, per_second: int) -> None:
        self._per_second = per_second
        self._took: deque[float] = deque(maxlen=LATELY)  # seconds
        self._count = 0
        self._taken = 0  # of them, by Telegram
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def most(self) -> int:
        if len(self._took) < LATELY:  # a young process is slow itself
            return LEAST
        return min(MOST, LEAST + int(1.5 * min(self._took) * self._per_second))

    async def begin(self) -> None:
        """In the order of asking; `end` it in any case."""
        if self._may_begin() and not self._waiting:
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

    def end(self, *, taken: bool = False) -> None:
        """`taken`: it had been `answered`."""
        self._count -= 1
        self._taken -= taken
        self._go_on()

    def answered(self, seconds: float) -> None:
        """Telegram took one, after so long."""
        self._took.append(seconds)
        self._taken += 1

    def _may_begin(self) -> bool:
        return self._count < self.most and not self._taken

    def _go_on(self) -> None:
        while self._waiting and self._may_begin():
            turn = self._waiting.popleft()
            if not turn.done():
                self._count += 1
                turn.set_result(None)


class Slip:
    """One message's part of it, from when it may go until it is written down."""

    def __init__(self) -> None:
        self._underway: Underway | None = None
        self._taken = False

    @property
    def begun(self) -> bool:
        return self._underway is not None

    async def begin(self, underway: Underway) -> None:
        if self._underway is None:
            await underway.begin()
            self._underway = underway

    def answered(self, seconds: float) -> None:
        """Telegram took it; one that took too long keeps nobody any more."""
        if self._underway is not None:
            self._underway.answered(seconds)
            self._taken = True

    def end(self) -> None:
        if self._underway is not None:
            self._underway.end(taken=self._taken)
            self._underway, self._taken = None, False
