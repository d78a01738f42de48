"""How long reading a line takes, beside splitting it at white space by a regex."""

import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from statistics import median
from time import perf_counter_ns
from zoneinfo import ZoneInfo

from crm.grammar.drafts import parse

LINES = {
    "a title": "купить бумагу для принтера",
    "a day": "завтра отправить счёт",
    "a clock": "send the invoice tomorrow at 10:00 !!",
    "a length": "через 20 минут позвонить Анне",
    "a phone": "call Anna +7 999 123-45-67 tomorrow at 9",
    "500 letters": "word " * 100,
}
ROUNDS = 2_000
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MOSCOW = ZoneInfo("Europe/Moscow")
SPACES = re.compile(r"\s+")


def microseconds(work: Callable[[], object]) -> float:
    """The median of ROUNDS runs: a busy machine moves the mean, hardly the middle."""
    taken = []
    for _ in range(ROUNDS):
        began = perf_counter_ns()
        work()
        taken.append(perf_counter_ns() - began)
    return median(taken) / 1000


def main() -> None:
    say = sys.stdout.write
    say(f"{'line':12} {'parse, µs':>10} {'split, µs':>10} {'ratio':>7}\n")
    for name, line in LINES.items():
        parsed = microseconds(partial(parse, line, now=NOW, zone=MOSCOW))
        split = microseconds(partial(SPACES.split, line))
        say(f"{name:12} {parsed:10.1f} {split:10.2f} {parsed / split:7.0f}\n")


if __name__ == "__main__":
    main()
