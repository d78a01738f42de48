"""Typed: whether somebody waits at this moment for what they typed or pressed."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

LATELY = 0.25  # seconds: what takes longer waits for others and no longer for this process


class Typed:
    """Updates under way. `clock` counts seconds, monotonic."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._numbers = count()
        self._begun: dict[int, float] = {}  # the latest is the last

    @contextmanager
    def noted(self) -> Iterator[None]:
        number = next(self._numbers)
        self._begun[number] = self._clock()
        try:
            yield
        finally:
            del self._begun[number]

    def is_waited_for(self) -> bool:
        """Whether one that began lately is not finished."""
        latest = next(reversed(self._begun.values()), None)
        return latest is not None and latest > self._clock() - LATELY
