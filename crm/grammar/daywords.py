"""Days in words, with their prepositions: "by next Friday", "до конца недели", "через три дня", "on the 5th"."""

from crm.grammar import english, russian
from crm.grammar.dayends import end_of, last_day_of_month, numbered, period
from crm.grammar.days import Day, offset
from crm.grammar.lengths import UNITS
from crm.grammar.letters import words
from crm.grammar.tokens import Line
from crm.grammar.writtendates import NTH, month_day, ordinal, written_date

Found = tuple[Day, int]
_ENGLISH_PREPOSITIONS = frozenset({"on", "by", "until", "till", "til", "for", "due"})
_RUSSIAN_PREPOSITIONS = frozenset({"в", "во", "к", "ко", "до", "на", "с", "со"})
PREPOSITIONS = _ENGLISH_PREPOSITIONS | _RUSSIAN_PREPOSITIONS
# After these a day is what something is about, not when.
ABOUT = words(
    "about of since than like after before про о об за после перед от around regarding вместо кроме except "
    "через whether if ли"
)
_TURNS = {"next": "next", "this": "this", "coming": "nearest", "upcoming": "nearest", "last": "last"} | {
    word: kind
    for words, kind in (
        (russian.NEXT, "next"), (russian.THIS, "this"), (russian.NEAREST, "nearest"), (russian.LAST, "last"),
    )
    for word in words
}  # fmt: skip


def day_at(line: Line, at: int, *, is_after_word: bool = False) -> Found | None:
    """The day that begins at `at`, its preposition included, and the place after it.

    `is_after_word`: the "before" in front counts from that day, "remind 2h before Thursday".
    """
    low = line.lows[at]
    if at and line.lows[at - 1] in ABOUT and not is_after_word:
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
    if low in ("до", "к", "by", "until", "till", "til", "в", "на", "for", "on"):
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


# Before a weekday these make a name of it: "Black Friday", «в чистый понедельник»; «в ту пятницу» is past or to come.
_OF_A_NAME = words(
    "black good cyber ash palm easter holy черная черную черной чистый чистый великий великую страстную "
    "пасхальное вербное прощеное ту тот"
)


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
    turned = _TURNS.get(low)
    if turned is not None:
        return _turned(line, at, turned, cue)
    if not cue and (lows[at - 1] in NTH or (lows[at - 1] in ("nd", "rd", "th") and line.glued(at - 1))):
        return None  # the "Friday" of "second Friday"
    if not cue and (lows[at - 1] in _OF_A_NAME or lows[at - 2 : at] in (["ли", "в"], ["ли", "во"])):
        return None
    if low in english.WEEKDAYS:
        return _english_weekday(line, at, cue)
    if low in russian.WEEKDAYS:
        return _russian_weekday(line, at, cue)
    if low in ("end", "eod", "eow", "eom", "eoy", "cob", "конец"):
        return end_of(line, at)
    found = month_day(line, at) or written_date(line, at)
    if found is not None and not cue and lows[at - 1] == "the" and _is_noun(lows[found[1]]):
        return None  # "the Dec 5 event"
    if found is None or (cue == "for" and found[0].kind != "date"):
        return found
    return _with_weekday(line, found)


def _is_noun(low: str) -> bool:
    """Whether an English word may be one, for all that is known of it."""
    return low[:1].isalpha() and low.isascii() and low not in english.LINKS and low not in english.VERBS


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
    if lows[at] == "this" and lows[start] in ("coming", "upcoming"):
        start, turned = start + 1, "nearest"
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
        return None if cue == "for" else (Day("next week"), start + 1)
    if low == "неделе" and cue == "на":
        return _within_week(line, start + 1)
    return None


def _within_week(line: Line, at: int) -> Found:
    """ "на следующей неделе в пятницу"."""
    lows = line.lows
    if lows[at] in ("в", "во", "on") and lows[at + 1] in russian.WEEKDAYS:
        return Day("week", day=7, weekday=russian.WEEKDAYS[lows[at + 1]]), at + 2
    return Day("next week"), at


def _english_weekday(line: Line, at: int, cue: str) -> Found | None:
    lows = line.lows
    after = at + 1
    if lows[after] == "." and line.glued(after) and len(lows[at]) <= 5 and after + 1 < line.count:
        after += 1
    weekday = english.WEEKDAYS[lows[at]]
    if lows[after] == "next" and lows[after + 1] == "week":
        return Day("week", day=7, weekday=weekday), after + 2
    if lows[after : after + 2] == ["after", "next"] or (
        lows[after] == "week" and lows[after + 1] not in UNITS
    ):
        return None  # "Friday week", "the Friday after next": which one, nobody agrees
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
    if lows[after : after + 2] == ["через", "неделю"]:
        return Day("week", day=7, weekday=weekday), after + 2
    if lows[after] == "на" and lows[after + 1] in russian.NEXT and lows[after + 2] == "неделе":
        return Day("week", day=7, weekday=weekday), after + 3
    if lows[after] in russian.NEXT and lows[after + 1] == "недели":
        return Day("week", day=7, weekday=weekday), after + 2
    if lows[after] == "на" and lows[after + 1] in russian.THIS and lows[after + 2] == "неделе":
        return Day("this", weekday=weekday), after + 3
    return Day("weekday", weekday=weekday, cue=table is not None or low in russian.CUED), after


def _then_date(line: Line, at: int) -> Found | None:
    """The date after a weekday: "Friday, Dec 5", "Friday (05.12)"; the date decides."""
    if line.lows[at] == "(":
        found = month_day(line, at + 1) or written_date(line, at + 1)
        return (found[0], found[1] + 1) if found and line.lows[found[1]] == ")" else None
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
