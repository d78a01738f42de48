"""How well and how fast lines are read: ours beside dateparser, recurrent and parsedatetime, on the same cases.

The others only find dates, so only dates are compared with them: right is the due (and for recurrent the repetition
too), silently wrong is another one, declined is none where there is one. Asking counts as right when the default is.
GRAMMAR_ROUNDS=3 measures less.
"""

import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from statistics import median, quantiles
from time import perf_counter_ns
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.cases import Case, cases_of, differences
from bot.parsing import known, reader_of, shown
from crm.grammar.drafts import parse
from crm.grammar.readers import Reader

FILES = ("shared", "en", "ru", "more")
ROUNDS = int(os.environ.get("GRAMMAR_ROUNDS", "30"))
LENGTHS = (64, 512, 4096)
Read = Callable[[Case], object]
say = sys.stdout.write


def main() -> None:
    cases = [case for name in FILES for case in cases_of(name)]
    _score(cases)
    _compare(cases)
    _lengths()
    _imports()


def _score(cases: list[Case]) -> None:
    """Every field, not only dates."""
    for name in FILES:
        own = cases_of(name)
        right = sum(not differences(case, shown(_ours(case))) for case in own)
        if own:
            say(f"{name}: {right} of {len(own)} in every field\n")
    say("\n")


def _compare(cases: list[Case]) -> None:
    dated = [case for case in cases if case["expect"].get("object") != "call"]
    say(f"dates alone, {len(dated)} lines\n")
    say(f"{'':14} {'lang':4} {'right':>6} {'wrong':>6} {'declined':>9} {'median µs':>10} {'p99 µs':>8}\n")
    for name, read in {"ours": _ours_due, **_others()}.items():
        for language in ("en", "ru"):
            spoken = [case for case in dated if case["lang"] == language]
            right, wrong, declined = _verdicts(read, spoken)
            middle, slow = _microseconds(read, spoken)
            say(f"{name:14} {language:4} {right:6} {wrong:6} {declined:9} {middle:10.0f} {slow:8.0f}\n")
    say("\n")


def _verdicts(read: Read, cases: list[Case]) -> tuple[int, int, int]:
    right = wrong = declined = 0
    for case in cases:
        expected, answered = _expected(case), _quietly(read, case)
        if _same(expected, answered):
            right += 1
        elif answered is None:
            declined += 1
        else:
            wrong += 1
    return right, wrong, declined


def _expected(case: Case) -> object:
    due, day = case["expect"].get("due"), case["expect"].get("due_date")
    return datetime.fromisoformat(due) if due else date.fromisoformat(day) if day else None


def _same(expected: object, answered: object) -> bool:
    """A library that knows no dates without a time is right with any time of the day."""
    if isinstance(expected, datetime) or expected is None:
        return expected == answered
    return isinstance(answered, date) and str(expected) == answered.isoformat()[:10]


def _quietly(read: Read, case: Case) -> object:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return read(case)
    except Exception:
        return None


def _reader(case: Case) -> Reader:
    return reader_of(ZoneInfo(case["tz"]), case["lang"], case.get("settings") or {})


def _ours(case: Case) -> Any:
    contacts = known(tuple(case.get("known_contacts") or ()))
    return parse(
        case["text"], now=datetime.fromisoformat(case["now"]), reader=_reader(case), contacts=contacts
    )


def _ours_due(case: Case) -> object:
    due = _ours(case).due
    return None if due is None else due.at or due.date


def _others() -> dict[str, Read]:
    import parsedatetime
    from dateparser.search import search_dates
    from recurrent.event_parser import RecurringEvent

    calendar = parsedatetime.Calendar()

    def by_dateparser(case: Case) -> object:
        now = datetime.fromisoformat(case["now"])
        settings = {
            "RELATIVE_BASE": now.replace(tzinfo=None),
            "PREFER_DATES_FROM": "future",
            "TIMEZONE": case["tz"],
            "RETURN_AS_TIMEZONE_AWARE": True,
        }
        found = search_dates(case["text"], languages=["en", "ru"], settings=settings)
        return found[0][1] if found else None

    def by_recurrent(case: Case) -> object:
        now = datetime.fromisoformat(case["now"])
        found = RecurringEvent(now_date=now.replace(tzinfo=None)).parse(case["text"])
        if isinstance(found, str):
            from dateutil.rrule import rrulestr

            found = rrulestr(found, dtstart=now.replace(tzinfo=None)).after(now.replace(tzinfo=None))
        return found.replace(tzinfo=ZoneInfo(case["tz"])) if isinstance(found, datetime) else None

    def by_parsedatetime(case: Case) -> object:
        zone = ZoneInfo(case["tz"])
        now = datetime.fromisoformat(case["now"]).astimezone(zone)
        found, status = calendar.parseDT(case["text"], now.replace(tzinfo=None))
        return found.replace(tzinfo=zone, microsecond=0) if status else None

    return {"dateparser": by_dateparser, "recurrent": by_recurrent, "parsedatetime": by_parsedatetime}


def _microseconds(read: Read, cases: list[Case]) -> tuple[float, float]:
    """The median and the 99th percentile over the lines, each the middle of several readings."""
    taken = [_one(partial(_quietly, read, case)) for case in cases]
    return (median(taken), quantiles(taken, n=100)[98]) if len(taken) > 1 else (0, 0)


def _one(work: Callable[[], object]) -> float:
    work()
    rounds = []
    for _ in range(ROUNDS):
        began = perf_counter_ns()
        work()
        rounds.append(perf_counter_ns() - began)
        if sum(rounds) > 100_000_000:
            break  # a tenth of a second is enough of one line
    return median(rounds) / 1000


def _lengths() -> None:
    line = "завтра в 9 позвонить Анне +7 999 123-45-67, then send the invoice every other Friday "
    case = {"lang": "ru", "now": "2026-11-23T14:20:00+03:00", "tz": "Europe/Moscow"}
    for length in LENGTHS:
        text = (line * (length // len(line) + 1))[:length]
        say(f"{length:5} characters: {_one(partial(_ours, case | {'text': text})) / 1000:7.2f} ms\n")


def _imports() -> None:
    """A fresh interpreter each, for nothing is loaded twice."""
    for what in ("crm.grammar.drafts", "crm.grammar.names; crm.grammar.names.load()"):
        name, _, then = what.partition("; ")
        code = f"import time; a = time.perf_counter(); import {name}; {then}\nprint(1000 * (time.perf_counter() - a))"
        command = [sys.executable, "-c", code]
        taken = []
        for _ in range(5):
            ran = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own words
            taken.append(float(ran.stdout))
        say(f"import {what}: {min(taken):.0f} ms\n")


if __name__ == "__main__":
    main()
