"""Repetitions in words: "every other Friday", "по будням", "раз в две недели", "в последний день каждого месяца"."""

from dataclasses import replace

from crm.grammar import english, russian
from crm.grammar.lengths import UNITS
from crm.grammar.letters import words
from crm.grammar.monthwords import day_number, month_follows, nth_weekday, of_month
from crm.grammar.numbers import whole
from crm.grammar.pieces import Piece
from crm.grammar.repeats import WEEKEND, WORKDAYS, Repeat
from crm.grammar.tokens import Line
from crm.grammar.weekdaylists import listed, weekdays_at
from crm.grammar.writtendates import NTH, month_day, ordinal

Found = tuple[Repeat, int]
_FREQUENCIES = {
    "m": ("MINUTELY", 1), "h": ("HOURLY", 1), "d": ("DAILY", 1), "w": ("WEEKLY", 1), "fortnight": ("WEEKLY", 2),
    "mo": ("MONTHLY", 1), "q": ("MONTHLY", 3), "y": ("YEARLY", 1),
}  # fmt: skip
_TURNS = {"other": 2, "second": 2, "third": 3, "fourth": 4} | russian.TURNS
_PARTS = {
    "утро": "morning",
    "вечер": "evening",
    "утром": "morning",
    "вечером": "evening",
    "ночь": "night",
} | english.PARTS
STARTS = (
    words(
    "every each раз once через по on в во the first last weekdays будни будням after после twice последний "
    "на weekday второй третий"
)
    | russian.EVERY | english.REPEATS.keys() | russian.REPEATS.keys() | english.MANY_WEEKDAYS.keys() | NTH.keys()
)  # fmt: skip


_SPANS = {short: day for short, day in english.WEEKDAYS.items() if len(short) <= 5} | russian.SHORT
STARTS |= _SPANS.keys() | english.WEEKDAYS.keys()
_MANY_DATIVE = russian.MANY_DATIVE | russian.SHORT
_IN_ROWS = _SPANS | english.WEEKDAYS
_IN_LISTS = (russian.ACCUSATIVE | russian.SHORT, english.WEEKDAYS)


def repeat_at(line: Line, at: int) -> Found | None:
    """The repetition that begins at `at`, and the place after it."""
    found = _repeat_at(line, at)
    if found is None or line.lows[found[1]] not in ("except", "кроме"):
        return found
    left_out = _left_out(line, found[1] + 1)
    rest = left_out and found[0].without(left_out[0])
    return (rest, left_out[1]) if rest and left_out else None


def left_out(line: Line, at: int, pieces: list[Piece]) -> Piece | None:
    """ "except weekends" that stands apart from its repetition: "every day at 9 except weekends"."""
    found = _left_out(line, at + 1) if any(each.kind == "repeat" for each in pieces) else None
    return Piece("except", at, found[1], found[0]) if found else None


def _left_out(line: Line, at: int) -> tuple[tuple[int, ...], int] | None:
    """The days after "except"."""
    at += line.lows[at] in ("on", "for")
    if line.lows[at] in ("weekends", "выходных"):
        return WEEKEND, at + 1
    return listed(line, at, english.WEEKDAYS | english.MANY_WEEKDAYS | russian.GENITIVE | russian.SHORT)


def _repeat_at(line: Line, at: int) -> Found | None:
    lows = line.lows
    low = lows[at]
    if low in ("every", "each") or low in russian.EVERY:
        return _every(line, at)
    if low == "через" and lows[at + 1] in russian.EVERY:
        return _every(line, at + 1)
    if low in english.REPEATS or low in russian.REPEATS:
        freq, interval = (english.REPEATS | russian.REPEATS)[low]
        return _dated(line, Repeat(freq, interval), at + 1)
    if low in ("раз", "once", "один"):
        return _once(line, at)
    if low == "по":
        return _many(line, at + 1)
    if low in ("в", "во", "on"):
        days = listed(line, at + 1, _IN_LISTS[low == "on"], spaced=True)
        if days and len(days[0]) > 1:
            return Repeat("WEEKLY", weekdays=days[0], maybe_once="list"), days[1]
    if low in ("в", "во") and lows[at + 1] in russian.MANY_ACCUSATIVE:
        days = listed(line, at + 1, russian.MANY_ACCUSATIVE)
        return days and (Repeat("WEEKLY", weekdays=days[0]), days[1])
    if low in ("on", "in") and lows[at + 1] in english.MANY_WEEKDAYS:
        return _english_many(line, at + 1)
    if low in ("on", "в") and lows[at + 1] in ("weekdays", "workdays", "будни", "рабочие"):
        return Repeat("WEEKLY", weekdays=WORKDAYS), at + 2 + (lows[at + 1] == "рабочие")
    if low == "on" and lows[at + 1] == "weekends":
        return Repeat("WEEKLY", weekdays=WEEKEND), at + 2
    if low in english.MANY_WEEKDAYS:
        return _english_many(line, at)
    if low in _SPANS and lows[at + 1] in ("-", "–") and lows[at + 2] in _SPANS:
        days = listed(line, at, _SPANS)  # "mon-fri", «пн–пт»
        return (
            (Repeat("WEEKLY", weekdays=days[0], maybe_once="span"), days[1])
            if days and len(days[0]) > 2
            else None
        )
    if low in _SPANS or low in english.WEEKDAYS:
        days = listed(line, at, _IN_ROWS, spaced=True)
        if days and len(days[0]) > 1 and (low not in english.SHY_WEEKDAYS or len(days[0]) > 2):
            return Repeat("WEEKLY", weekdays=days[0], maybe_once="list"), days[1]
    if low == "weekdays":
        return Repeat("WEEKLY", weekdays=WORKDAYS), at + 1
    return of_month(line, at)


def _every(line: Line, at: int) -> Found | None:
    lows = line.lows
    completion = lows[at + 1] == "!" and line.glued(at + 1)
    start = at + 1 + completion
    found = _every_what(line, start)
    if found is None:
        return None
    return replace(found[0], from_completion=completion), found[1]


def _every_what(line: Line, at: int) -> Found | None:
    lows = line.lows
    low = lows[at]
    if low == "single" and lows[at + 1] != "single":
        return _every_what(line, at + 1)
    if low in ("first", "last", "1st") or low in (
        "первый",
        "первую",
        "первое",
        "последний",
        "последнюю",
        "последнее",
    ):
        return nth_weekday(line, at, named_month=True)
    turn = _TURNS.get(low)
    nth_digits = ordinal(line, at) if lows[at].isdecimal() and not lows[at + 1].isdecimal() else None
    if turn is None and nth_digits and nth_digits[1] > at + 1:
        turn = nth_digits[0]
    if turn is not None:
        after = nth_digits[1] if nth_digits else at + 1
        return _turn(line, at, turn, after)
    dated = month_day(line, at)
    if dated is not None and dated[0].year is None:
        return Repeat("YEARLY", month=dated[0].month, month_day=dated[0].day), dated[1]
    number = whole(line, at, digits=3)
    if number is not None:
        if number[0] == 0:
            return None
        after = number[1]
        if lows[after] in ("число", "числа") or (lows[after] == "-" and lows[after + 1] in ("е", "го")):
            return day_number(line, at)
        return _of_unit(line, number[0], after)
    if low in ("weekday", "workday", "будни") or (low in ("будний", "рабочий") and lows[at + 1] == "день"):
        return Repeat("WEEKLY", weekdays=WORKDAYS), at + 1 + (low in ("будний", "рабочий"))
    if low in ("business", "working") and lows[at + 1] == "day":
        return Repeat("WEEKLY", weekdays=WORKDAYS), at + 2
    if low in ("weekend", "выходные"):
        return Repeat("WEEKLY", weekdays=WEEKEND), at + 1
    if low in _PARTS:
        return Repeat("DAILY", part=_PARTS[low]), at + 1
    days = weekdays_at(line, at)
    if days is not None:
        return Repeat("WEEKLY", weekdays=days[0]), days[1]
    if low in ("полгода", "полчаса"):
        return (Repeat("MONTHLY", 6) if low == "полгода" else Repeat("MINUTELY", 30)), at + 1
    if low == "half" and lows[at + 1] == "year":
        return Repeat("MONTHLY", 6), at + 2
    if low in ("пару",):
        return None
    return _of_unit(line, 1, at)


def _turn(line: Line, at: int, turn: int, after: int) -> Found | None:
    """ "every other Friday", "каждую вторую пятницу", "every 3rd day", "every 15th"."""
    lows = line.lows
    days = weekdays_at(line, after)
    if days is not None:
        if month_follows(line, days[1], named=True) is not None:
            return nth_weekday(line, at, named_month=True)
        maybe = None if lows[at] == "other" or turn > 5 else turn
        return Repeat("WEEKLY", turn, days[0], maybe_nth=maybe), days[1]
    if lows[at].isdecimal() or lows[after] in ("число", "числа"):
        number = day_number(line, at)
        if number is not None:
            return number
    return _of_unit(line, turn, after)


def _of_unit(line: Line, count: int, at: int) -> Found | None:
    """So many of the unit at `at`, with what fixes the day: "every month on the 15th"."""
    lows = line.lows
    unit = UNITS.get(lows[at])
    if unit not in _FREQUENCIES or (len(lows[at]) == 1 and not line.glued(at)):
        return None
    freq, times = _FREQUENCIES[unit]
    if freq == "YEARLY" and _in_some_month(line, at + 1):
        return None  # "every year in May": no rule says that
    return _dated(line, Repeat(freq, times * count), at + 1)


def _in_some_month(line: Line, at: int) -> bool:
    low = line.lows[at + 1 + (line.lows[at + 1] == "the")]
    if line.lows[at] not in ("on", "in", "в", "во"):
        return False
    return low in NTH or low in _IN_MONTH or (line.lows[at] == "in" and low in english.MONTHS)


_IN_MONTH = words("январе феврале марте апреле мае июне июле августе сентябре октябре ноябре декабре")


def _dated(line: Line, repeat: Repeat, at: int) -> Found:
    """The repetition with the day that follows it, where one does: "каждый месяц в последний день"."""
    lows = line.lows
    if repeat.freq == "MONTHLY":
        start = at + (lows[at] in ("on", "в", "по", "во", "на"))
        start += lows[start] == "the"
        if lows[start : start + 2] in (["last", "day"], ["последний", "день"]):
            after = start + 2 + (lows[start + 2] in ("месяца",))
            return replace(repeat, month_day=-1), after
        weekday = nth_weekday(line, start, named_month=True)
        if weekday is not None and weekday[0].nths:
            return replace(repeat, nths=weekday[0].nths, weekdays=weekday[0].weekdays), weekday[1]
        number = ordinal(line, start)
        if number is not None and 1 <= number[0] <= 31:
            is_number = lows[number[1]] in ("числа", "число")
            if is_number or (start > at and number[1] > start + 1 and not is_number):
                return replace(repeat, month_day=number[0]), number[1] + is_number
    if repeat.freq == "WEEKLY":
        start = at + (lows[at] in ("on", "в", "во", "по"))
        days = weekdays_at(line, start) if start > at else None
        if days is not None:
            return replace(repeat, weekdays=days[0]), days[1]
    if repeat.freq == "YEARLY":
        start = at + (lows[at] in ("on", "в"))
        start += lows[start] == "the"
        dated = month_day(line, start)
        if dated is not None and dated[0].year is None:
            return replace(repeat, month=dated[0].month, month_day=dated[0].day), dated[1]
    return repeat, at


def _once(line: Line, at: int) -> Found | None:
    """ "раз в неделю", "раз в две недели по пятницам", "once a month", "once every 3 days"."""
    lows = line.lows
    if lows[at] == "один":
        if lows[at + 1] != "раз":
            return None
        at += 1
    if at and (
        lows[at - 1].isdecimal() or lows[at - 1] in ("два", "три", "четыре", "пять", "несколько", "пару")
    ):
        return None  # several times within one can't be said in an RRULE
    if lows[at] == "once":
        if lows[at + 1] in ("a", "per", "an"):
            return _of_unit(line, 1, at + 2)
        return _every_what(line, at + 2) if lows[at + 1] == "every" else None
    if lows[at + 1] not in ("в", "во"):
        return None
    if lows[at + 2] == "полгода":
        return Repeat("MONTHLY", 6), at + 3
    number = whole(line, at + 2, digits=3)
    return _of_unit(line, number[0], number[1]) if number and number[0] else _of_unit(line, 1, at + 2)


def _many(line: Line, at: int) -> Found | None:
    """After «по»: "понедельникам и средам", "будням", "утрам", "выходным"."""
    lows = line.lows
    if lows[at] in ("будням", "будним"):
        return Repeat("WEEKLY", weekdays=WORKDAYS), at + 1 + (lows[at + 1] == "дням" and lows[at] == "будним")
    if lows[at] == "рабочим" and lows[at + 1] == "дням":
        return Repeat("WEEKLY", weekdays=WORKDAYS), at + 2
    if lows[at] == "выходным":
        return Repeat("WEEKLY", weekdays=WEEKEND), at + 1 + (lows[at + 1] == "дням")
    if lows[at] in ("утрам", "вечерам"):
        return Repeat("DAILY", part="morning" if lows[at] == "утрам" else "evening"), at + 1
    number = ordinal(line, at)
    if number is not None and 1 <= number[0] <= 31 and lows[number[1]] == "числам":
        return Repeat("MONTHLY", month_day=number[0]), number[1] + 1
    days = listed(line, at, _MANY_DATIVE)
    return days and (Repeat("WEEKLY", weekdays=days[0]), days[1])


def _english_many(line: Line, at: int) -> Found | None:
    days = listed(line, at, english.MANY_WEEKDAYS)
    return days and (Repeat("WEEKLY", weekdays=days[0]), days[1])
