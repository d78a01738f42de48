"""Days in words, with their prepositions: "by next Friday", "до конца недели", "через три дня", "on the 5th"."""

from crm.grammar import english, russian
from crm.grammar.dayends import end_of, last_day_of_month, numbered, period
from crm.grammar.days import Day, month_day, offset, ordinal, written_date
from crm.grammar.lengths import UNITS, Length, length_at
from crm.grammar.letters import words
from crm.grammar.numbers import whole
from crm.grammar.tokens import Line

Found = tuple[Day, int]
_ENGLISH_PREPOSITIONS = frozenset({"on", "by", "until", "till", "for", "due"})
_RUSSIAN_PREPOSITIONS = frozenset({"в", "во", "к", "ко", "до", "на", "с", "со"})
PREPOSITIONS = _ENGLISH_PREPOSITIONS | _RUSSIAN_PREPOSITIONS
# After these a day is what something is about, not when.
ABOUT = words(
    "about of since than like after before про о об за после перед от around regarding вместо кроме except"
)
_TURNS = {"next": "next", "this": "this", "coming": "nearest", "upcoming": "nearest", "last": "last"} | {
    word: kind
    for words, kind in (
        (russian.NEXT, "next"), (russian.THIS, "this"), (russian.NEAREST, "nearest"), (russian.LAST, "last"),
    )
    for word in words
}  # fmt: skip


def day_at(line: Line, at: int) -> Found | None:
    """The day that begins at `at`, its preposition included, and the place after it."""
    low = line.lows[at]
    if line.lows[at - 1] in ABOUT and at:
        return None
    if low in ("не", "no"):
        is_limit = line.lows[at + 1] in ("позднее", "позже") or line.lows[at + 1 : at + 3] == [
            "later",
            "than",
        ]
        return _day(line, at + (2 if low == "не" else 3), cue="до") if is_limit else None
    if low in ("at", "over"):
        return period(line, at + 1)
    last = last_day_of_month(line, at)
    if last is not None:
        return last
    if low not in PREPOSITIONS:
        return _day(line, at, cue="")
    start = at + 1
    if line.lows[start] in ABOUT:
        return None
    if low in ("до", "к", "by", "until", "till", "в", "на", "for", "on"):
        found = end_of(line, start)
        if found is not None:
            return found
    if low in ("в", "во", "на", "on", "for"):
        found = period(line, start)
        if found is not None:
            return found
    if low in ("on", "by", "until", "till", "до", "к", "с", "на"):
        found = numbered(line, start, low)
        if found is not None:
            return found
    return _day(line, start, cue=low)


def after_at(line: Line, at: int) -> tuple[Length, int] | None:
    """ "in two hours", "через 20 минут", "3 days from now", "минут через 20": the length from now."""
    lows = line.lows
    if lows[at : at + 2] == ["в", "течение"]:
        if lows[at + 2] in ("часа", "минуты", "недели", "месяца"):
            return {"часа": Length(3600), "минуты": Length(60), "недели": Length(0, 7)}.get(
                lows[at + 2], Length(0, 0, 1)
            ), at + 3
        return length_at(line, at + 2) if lows[at + 2] != "дня" else None
    if lows[at] in ("in", "через", "within", "спустя"):
        start = at + 1 + (lows[at + 1] in ("about", "примерно", "around", "где-то"))
        found = length_at(line, start)
        if found is None or (lows[at] == "in" and line.lows[found[1]] in ("advance", "total", "row")):
            return None
        if lows[at] == "через" and lows[at + 1] == "раз":
            return None
        return found
    if (
        lows[at] in ("минут", "минуты", "часа", "часов", "часика", "дня", "дней", "недели", "месяца")
        and lows[at + 1] == "через"
    ):
        number = whole(line, at + 2, digits=3)
        if number is None or number[0] == 0 or lows[number[1]] in UNITS:
            return None
        unit = UNITS[lows[at]]
        seconds = {"m": 60, "h": 3600}.get(unit, 0) * number[0]
        days = {"d": 1, "w": 7}.get(unit, 0) * number[0]
        return Length(seconds, days, number[0] if unit == "mo" else 0), number[1]
    if lows[at].isdecimal() or lows[at] in ("a", "an", "one", "two", "three", "half", "four", "five", "ten"):
        found = length_at(line, at)
        if found and lows[found[1]] in ("спустя", "later"):
            return found[0], found[1] + 1
        if found and lows[found[1]] == "from" and lows[found[1] + 1] in ("now", "today"):
            return found[0], found[1] + 2
    return None


def _day(line: Line, at: int, cue: str) -> Found | None:
    lows = line.lows
    low = lows[at]
    if low in english.DAYS or low in russian.DAYS:
        return _named(line, at, low)
    if low == "the" and lows[at + 1 : at + 4] == ["day", "after", "tomorrow"]:
        return offset(2), at + 4
    if low == "day" and lows[at + 1 : at + 3] == ["after", "tomorrow"]:
        return offset(2), at + 3
    if low in ("завтрашний", "завтрашнему", "завтрашнего") and lows[at + 1] in ("день", "дню", "дня"):
        return offset(1), at + 2
    if low in ("сегодняшнего", "сегодняшнему") and lows[at + 1] in ("дня", "дню"):
        return offset(0), at + 2
    if low == "a" and lows[at + 1 : at + 3] == ["week", "from"] and lows[at + 3] != "a":
        found = _day(line, at + 3, cue="on")
        if found and found[0].kind == "weekday":
            return Day("week after", weekday=found[0].weekday), found[1]
        if found and found[0].kind == "after" and found[0].length is not None:
            return offset(7 + found[0].length.days), found[1]
        return None
    turned = _TURNS.get(low)
    if turned is not None:
        return _turned(line, at, turned, cue)
    if low in english.WEEKDAYS:
        return _english_weekday(line, at, cue)
    if low in russian.WEEKDAYS:
        return _russian_weekday(line, at, cue)
    if low in ("end", "eod", "eow", "eom", "eoy", "cob", "конец"):
        return end_of(line, at)
    found = month_day(line, at) or written_date(line, at)
    if found is None or (cue == "for" and found[0].kind != "date"):
        return found
    return _with_weekday(line, found)


def _named(line: Line, at: int, low: str) -> Found | None:
    if line.lows[at + 1] == "-" and line.glued(at + 1) and line.glued(at + 2):
        return None  # "сегодня-завтра"
    if line.lows[at - 1] == "-" and line.glued(at):
        return None
    days = english.DAYS.get(low, russian.DAYS.get(low))
    return None if days is None else (offset(days), at + 1)


def _turned(line: Line, at: int, turned: str, cue: str) -> Found | None:
    """ "next Friday", "this week", "в эту пятницу", "next month"."""
    lows = line.lows
    start = at + 1 + (lows[at] == "след" and lows[at + 1] == "." and line.glued(at + 1))
    low = lows[start]
    weekday = english.WEEKDAYS.get(low)
    if weekday is None and (cue or low in russian.CUED or (lows[at] not in ("это", "этой", "этом"))):
        weekday = russian.WEEKDAYS.get(low)
    if weekday is not None:
        return Day(turned, weekday=weekday), start + 1
    if low == "weekend" and turned in ("this", "next", "nearest"):
        return Day("weekend", day=7 if turned == "next" else 0), start + 1
    if turned != "next" or lows[at - 1] == "for":
        return None
    if low == "week":
        if lows[start + 1] in english.WEEKDAYS:
            return Day("week", day=7, weekday=english.WEEKDAYS[lows[start + 1]]), start + 2
        return None if cue == "for" else (Day("week", day=7), start + 1)
    if low == "month":
        return None if cue == "for" else (Day("next month"), start + 1)
    if low == "неделе" and cue == "на":
        return _within_week(line, start + 1)
    if low == "месяце" and cue == "в":
        return Day("next month"), start + 1
    return None


def _within_week(line: Line, at: int) -> Found:
    """ "на следующей неделе в пятницу"."""
    lows = line.lows
    if lows[at] in ("в", "во", "on") and lows[at + 1] in russian.WEEKDAYS:
        return Day("week", day=7, weekday=russian.WEEKDAYS[lows[at + 1]]), at + 2
    return Day("week", day=7), at


def _english_weekday(line: Line, at: int, cue: str) -> Found | None:
    lows = line.lows
    after = at + 1
    if lows[after] == "." and line.glued(after) and len(lows[at]) <= 5 and after + 1 < line.count:
        after += 1
    weekday = english.WEEKDAYS[lows[at]]
    if lows[after] == "next" and lows[after + 1] == "week":
        return Day("week", day=7, weekday=weekday), after + 2
    if lows[after] == "of" and lows[after + 1] == "next" and lows[after + 2] == "week":
        return Day("week", day=7, weekday=weekday), after + 3
    if lows[after] == "this" and lows[after + 1] == "week":
        return Day("this", weekday=weekday), after + 2
    dated = _then_date(line, after)
    if dated is not None:
        return dated
    if lows[after] == "the" and (number := ordinal(line, after + 1)) and number[1] > after + 2:
        return Day("day of month", day=number[0], is_monthly=True), number[1]
    if line.glued(after) and lows[after] in ("-", "–", "'", "/") and not cue:
        return None
    return Day("weekday", weekday=weekday, cue=bool(cue)), after


def _russian_weekday(line: Line, at: int, cue: str) -> Found | None:
    lows = line.lows
    low = lows[at]
    table = {
        "в": russian.ACCUSATIVE, "во": russian.ACCUSATIVE, "на": russian.ACCUSATIVE, "к": russian.DATIVE,
        "ко": russian.DATIVE, "до": russian.GENITIVE, "с": russian.GENITIVE, "со": russian.GENITIVE,
    }.get(cue)  # fmt: skip
    if table is not None and low not in table and low not in russian.SHORT:
        return None
    after = at + 1
    if low in russian.SHORT and lows[after] == "." and line.glued(after) and after + 1 < line.count:
        after += 1
    weekday = russian.WEEKDAYS[low]
    dated = _then_date(line, after)
    if dated is not None:
        return dated
    if lows[after] == "на" and lows[after + 1] in russian.NEXT and lows[after + 2] == "неделе":
        return Day("week", day=7, weekday=weekday), after + 3
    if lows[after] in russian.NEXT and lows[after + 1] == "недели":
        return Day("week", day=7, weekday=weekday), after + 2
    if lows[after] == "на" and lows[after + 1] in russian.THIS and lows[after + 2] == "неделе":
        return Day("this", weekday=weekday), after + 3
    return Day("weekday", weekday=weekday, cue=table is not None or low in russian.CUED), after


def _then_date(line: Line, at: int) -> Found | None:
    """The date after a weekday: "Friday, Dec 5"; the date decides."""
    start = at + (line.lows[at] == ",")
    start += line.lows[start] == "the"
    return month_day(line, start) or written_date(line, start)


def _with_weekday(line: Line, found: Found) -> Found:
    """A weekday after the date, in brackets or after a comma, goes with it."""
    lows, after = line.lows, found[1]
    start = after + (lows[after] == ",")
    if lows[start] in russian.NOMINATIVE or (lows[start] in english.WEEKDAYS and start > after):
        return found[0], start + 1
    if (
        lows[after] == "("
        and lows[after + 2] == ")"
        and (lows[after + 1] in english.WEEKDAYS or lows[after + 1] in russian.WEEKDAYS)
    ):
        return found[0], after + 3
    return found
