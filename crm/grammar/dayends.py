"""Ends and parts of longer times as days: "end of week", "на выходных", "by the 15th"."""

from crm.grammar import english, russian
from crm.grammar.days import Day
from crm.grammar.tokens import Line
from crm.grammar.writtendates import ordinal

Found = tuple[Day, int]


def end_of(line: Line, at: int) -> Found | None:
    """ "end of the week", "конца недели", "EOD": `day` counts days on from this one."""
    lows = line.lows
    low = lows[at]
    if low in ("eod", "cob"):
        return Day("end of day"), at + 1
    if low == "eow":
        return Day("end of week"), at + 1
    if low == "eom":
        return Day("end of month"), at + 1
    if low == "the" and lows[at + 1] == "end":
        at, low = at + 1, "end"
    if low == "end" and lows[at + 1] == "of":
        start = at + 2
        start += lows[start] in ("the", "this")
        if lows[start] == "next":
            return {
                "week": (Day("end of week", day=7), start + 2),
                "month": (Day("end of month", day=1), start + 2),
            }.get(lows[start + 1])
        return _ended(lows[start], start + 1)
    if low in ("конца", "концу", "конце", "конец"):
        start = at + 1
        start += lows[start] in ("этой", "этого", "рабочего", "текущей", "текущего")
        if lows[start] in ("следующей", "следующего", "будущей"):
            return {
                "недели": (Day("end of week", day=7), start + 2),
                "месяца": (Day("end of month", day=1), start + 2),
            }.get(lows[start + 1])
        return _ended(lows[start], start + 1)
    return None


def _ended(low: str, after: int) -> Found | None:
    if low in ("week", "недели"):
        return Day("end of week"), after
    if low in ("day", "дня"):
        return Day("end of day"), after
    if low in ("month", "месяца"):
        return Day("end of month"), after
    month = english.MONTHS.get(low) or russian.MONTHS.get(low)
    if month:
        return Day("end of month", month=month), after
    if low in ("year", "года"):
        return Day("date", month=12, day=31), after
    return None


def period(line: Line, at: int) -> Found | None:
    """ "on the weekend", "на выходных", "в следующие выходные"."""
    lows = line.lows
    if lows[at] in ("выходные", "выходных") and lows[at - 1] in ("в", "на"):
        return Day("weekend"), at + 1
    if lows[at] in ("этих", "эти", "следующих", "следующие", "ближайшие") and lows[at + 1] in (
        "выходные",
        "выходных",
    ):
        return Day("weekend", day=7 if lows[at].startswith("след") else 0), at + 2
    if lows[at] == "the" and lows[at + 1] == "weekend":
        return Day("weekend"), at + 2
    return None


def numbered(line: Line, at: int, cue: str) -> Found | None:
    """ "on the 15th", "к 15-му", "до 15 числа": a day of this month or the next."""
    lows = line.lows
    start = at + (lows[at] == "the")
    number = ordinal(line, start)
    if number is None or not 1 <= number[0] <= 31:
        return None
    value, after = number
    if lows[after] in ("числа", "число", "числу"):
        return Day("day of month", day=value, is_monthly=True), after + 1
    if after == start + 1 and lows[start].isdecimal():
        return None  # a bare number
    if start == at and cue in ("on", "by", "until", "till"):
        return (
            None
            if lows[start] in english.NUMBERS or not lows[start].isdecimal()
            else _if_last(line, value, after)
        )
    if cue in ("в", "на") or lows[start] in english.ORDINALS:
        return None if lows[start] not in english.ORDINALS or start == at else _if_last(line, value, after)
    return _if_last(line, value, after)


def _if_last(line: Line, value: int, after: int) -> Found | None:
    """The day, unless a noun follows that the ordinal could belong to."""
    low = line.lows[after]
    follows_word = low[:1].isalpha()
    if follows_word and not (
        low in english.LINKS or low in english.VERBS or russian.is_verb(low) or low in ("в", "во")
    ):
        return None
    if low == "of" and line.lows[after + 1] not in ("this", "next", "each", "every"):
        return None
    if low[:1].isdecimal() and not line.glued(after + 1):
        return None
    return Day("day of month", day=value, is_monthly=True), after


def numbered_alone(line: Line, at: int) -> Found | None:
    """ "15 числа", "15-го позвонить": a day of the month with no preposition."""
    lows = line.lows
    if not lows[at].isdecimal() and lows[at] not in russian.ORDINALS:
        return None
    number = ordinal(line, at)
    if number is None or not 1 <= number[0] <= 31:
        return None
    if lows[number[1]] == "числа":
        return Day("day of month", day=number[0], is_monthly=True), number[1] + 1
    if number[1] == at + 3 and lows[at + 2] == "го":
        low = lows[number[1]]
        if not low[:1].isalpha() or russian.is_verb(low) or low in ("в", "во"):
            return Day("day of month", day=number[0], is_monthly=True), number[1]
    return None


def last_day_of_month(line: Line, at: int) -> Found | None:
    """ "on the last day of the month", "в последний день месяца"; those of every month are repetitions."""
    lows = line.lows
    start = at + (lows[at] in ("on", "by", "в", "до", "к"))
    start += lows[start] == "the"
    if lows[start : start + 3] == ["последний", "день", "месяца"]:
        return Day("last of month"), start + 3
    if (
        lows[start : start + 3] == ["last", "day", "of"]
        and lows[start + 3] in ("the", "this")
        and lows[start + 4] == "month"
    ):
        return Day("last of month"), start + 5
    return None
