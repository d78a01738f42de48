"""Repeats: a message that came more than once is excused by kills alone, one kill for each time too many."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TypeVar

Message = TypeVar("Message")

ON_ITS_WAY = (
    0.5  # seconds after a kill in which a busy Telegram of a test still takes up what had been sent before
)


def repeats_of_kills(taken_at: Mapping[Message, Sequence[float]], killed_at: Sequence[float]) -> int:
    """How many came again. Between Telegram taking a message and taking it again a process was killed, which had no
    time to write down that it was taken; moments are seconds of one clock, each message's in order."""
    for message, times in taken_at.items():
        for first, again in pairwise(times):
            assert any(first <= at + ON_ITS_WAY and at <= again for at in killed_at), (
                message,
                times,
                killed_at,
            )
    return sum(len(times) - 1 for times in taken_at.values())
