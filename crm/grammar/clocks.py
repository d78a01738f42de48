"""Times of day: "9am", "в 9 утра", "17:30", "half past five", "без пятнадцати десять", "вечером"."""

from crm.grammar import english, russian
from crm.grammar.dials import Clock, Dial, Found, dialled, half_of_day, halved
from crm.grammar.letters import words
from crm.grammar.numbers import whole
from crm.grammar.spokenclocks import spoken_at
from crm.grammar.tokens import Line

STRONG = frozenset({"at", "в", "во", "@"})
WEAK = words(
    "by from till til until before к ко с со до на after после around about около for ~"
)  # fmt: skip
PREPOSITIONS = STRONG | WEAK
_HOUR_WORDS = frozenset({"час", "часа", "часов", "ч", "часам", "часу", "часика"})


def clock_at(line: Line, at: int) -> Found | None:
    """The time that begins at `at`, its preposition included, and the place after it."""
    low = line.lows[at]
    if low in PREPOSITIONS:
        return _after_preposition(line, at)
    return _bare(line, at)


def _after_preposition(line: Line, at: int) -> Found | None:
    lows = line.lows
    start = at + 1
    if lows[start] in ("about", "around", "примерно", "ровно", "exactly", "около", "районе"):
        start += 1
    strong = lows[at] in STRONG
    found = (
        _named(line, start)
        or spoken_at(line, start)
        or _written(line, start, cued=True, russian_cue=_is_russian(lows[at]))
    )
    if found is not None:
        return (
            found
            if strong or lows[at] not in ("на", "for") or found[0].dial is Dial.EXACT or _ends(line, found[1])
            else None
        )
    found = _hour(line, start, cued=True)
    if found is None or (lows[at] in ("на", "for") and found[1] == start + 2 and lows[start + 1] == "ночи"):
        return None  # "на 3 ночи" are nights
    clock, after = found
    if clock.dial is not Dial.EXACT or line.number(after - 1) is not None:
        if lows[at] in ("на", "for", "about", "with"):
            return None  # "на 5" counts things, "на 5 утра" doesn't
        is_hour = lows[at] in ("к", "ко") and lows[after - 1] == "часам"
        if not strong and not is_hour and not _ends(line, after):
            return None
        if strong and _counts(line, after):
            return None
    return found


def _bare(line: Line, at: int) -> Found | None:
    """A time that needs no preposition: it shows by its form."""
    lows = line.lows
    if lows[at] in ("noon", "midnight"):
        return _named(line, at)
    found = spoken_at(line, at) or _written(line, at, cued=False, russian_cue=False)
    if found is not None:
        return found
    found = _hour(line, at, cued=False)
    if found is None:
        return None
    last = lows[found[1] - 1]
    is_clear = (
        found[0].dial is Dial.EXACT
        and line.number(found[1] - 1) is None
        and last not in ("hours", "дня", "ночи", *_HOUR_WORDS)
    )
    return found if is_clear or last == "o'clock" else None


def _is_russian(low: str) -> bool:
    return "а" <= low[0] <= "я"


def _named(line: Line, at: int) -> Found | None:
    low = line.lows[at]
    if low in ("midnight", "полночь", "полуночи"):
        return Clock(0, dial=Dial.MIDNIGHT), at + 1
    if low in ("noon", "midday", "полдень", "полудню", "полудня"):
        return Clock(12), at + 1
    if low in ("обед", "lunch", "lunchtime") and line.lows[at - 1] in ("в", "at"):
        return Clock(13, alternative=12), at + 1
    if low == "обеда" and line.lows[at - 1] == "после":
        return Clock(14, part="afternoon"), at + 1
    if low == "lunch" and line.lows[at - 1] == "after":
        return Clock(14, part="afternoon"), at + 1
    return None


def _written(line: Line, at: int, *, cued: bool, russian_cue: bool) -> Found | None:
    """ "17:30", "9.30", "9:30pm", "17ч30", "9h30"."""
    hour = line.number(at, 2)
    if hour is None or hour > 24 or not line.glued(at + 2):
        return None
    mark, minute = line.lows[at + 1], line.number(at + 2, 2)
    if minute is None or minute > 59 or len(line.lows[at + 2]) != 2 or not line.glued(at + 1):
        return None
    if mark not in (":", ".") and not (mark in ("-", "ч", "h") and cued):
        return None
    after = at + 3
    if (
        mark == line.lows[after] == ":"
        and len(line.lows[after + 1]) == 2
        and line.number(after + 1, 2) is not None
    ):
        after += 2 * (line.glued(after) and line.glued(after + 1))  # seconds, which nobody needs
    if _is_part_of_more(line, at, after, mark) or (hour == 24 and minute):
        return None
    if mark == "-" and (line.lows[at + 3] in russian.MONTHS or line.lows[at + 3] in english.MONTHS):
        return None  # "на 20-27 декабря"
    padded = len(line.lows[at]) == 2 and hour < 10
    maybe_date = None
    if mark == ".":
        is_date = 1 <= hour <= 31 and 1 <= minute <= 12
        if is_date and not cued:
            return None  # a day and a month
        if not cued and (_is_money(line, at + 3) or line.lows[at - 1] in _PRICED):
            return None
        maybe_date = (hour, minute) if is_date else None
    half = half_of_day(line, after)
    if half is not None:
        return halved(hour, minute, half[0], half[1])
    after += line.lows[after] in ("h", "ч") or (mark in ("h", "ч") and line.lows[after] in ("м", "m", "мин"))
    is_russian = russian_cue or (line.is_cyrillic and line.lows[at - 1] not in ("at", "by"))
    is_open = 1 <= hour <= 7 and not padded and not is_russian
    return (
        Clock(hour % 24, minute, Dial.EITHER if is_open else Dial.EXACT, hour // 24, maybe_date=maybe_date),
        after,
    )


def _is_part_of_more(line: Line, at: int, after: int, mark: str) -> bool:
    lows = line.lows
    if line.glued(after) and (lows[after].isdecimal() or (lows[after] in (".", ":", "/") and line.glued(after + 1)
                                                         and lows[after + 1].isdecimal())):  # fmt: skip
        return True
    if line.glued(at) and (
        lows[at - 1] in (".", ":", "/", "$", "€", "£", "₽", "№", "#", "+", ",")
        or (lows[at - 1].isalpha() and lows[at - 1] != "t")
    ):
        return True
    if line.glued(after) and lows[after] in ("%", "€", "₽", "$"):
        return True
    return mark == "." and lows[at - 1] in VERSIONS


VERSIONS = words("v version версия версии версию версией ver вер п пункт ст гл rev release релиз rc ip")


_PRICED = words(
    "pay paid owe owes cost costs price spend spent charge refund transfer add tip заплатить оплатить перевести "
    "стоит цена цену цены долг вернуть потратить доплатить скинуть"
)


def _is_money(line: Line, after: int) -> bool:
    low = line.lows[after]
    return low in english.MONEY or low in ("%", "€", "₽", "$") or low.startswith(russian.COUNTED_STEMS)


def _hour(line: Line, at: int, *, cued: bool) -> Found | None:
    """ "5", "5pm", "5 часов утра", "девять тридцать", "five o'clock"."""
    lows = line.lows
    if cued and lows[at] == "час":  # "в час", "в час дня"
        half = half_of_day(line, at + 1)
        if half is not None:
            return halved(1, 0, half[0], half[1])
        return None if _counts(line, at + 1) else (dialled(1), at + 1)
    found = whole(line, at, digits=2)
    if found is None or found[0] > 24:
        return None
    hour, after = found
    in_words = not lows[at].isdecimal()
    if hour == 20 and in_words and (russian.ORDINALS | english.ORDINALS).get(lows[after], 10) < 10:
        return None  # "до двадцать седьмого" is a day
    if in_words and hour == 20 and after == at + 1 and not cued:
        return None
    minute = 0
    if (
        lows[after] in _HOUR_WORDS
        or lows[after] in ("o'clock", "oclock", "hours")
        or _is_glued_h(line, after)
    ):
        after += 1
        minutes = whole(line, after, digits=2)
        if minutes and minutes[0] < 60 and lows[minutes[1]] in ("минут", "минуты", "минуту", "мин"):
            minute, after = minutes[0], minutes[1] + 1
    elif cued or in_words:
        minutes = _spoken_minutes(line, after)
        if minutes is not None and (in_words or minutes[1] == after + 1):
            minute, after = minutes
    half = half_of_day(line, after)
    if half is not None:
        return halved(hour, minute, half[0], half[1])
    if not _may_end_hour(line, after):
        return None
    if minute == 0 and after == at + 1 and in_words and not cued:
        return None
    after += lows[after] == "." and after + 1 == line.count and line.glued(after)
    return dialled(hour, minute), after


def _is_glued_h(line: Line, at: int) -> bool:
    """The "h" of "at 16h"."""
    return line.lows[at] == "h" and line.glued(at) and not line.glued(at + 1)


def _spoken_minutes(line: Line, at: int) -> tuple[int, int] | None:
    """ "тридцать", "thirty", "oh five", "ноль ноль", "00": the minutes that follow an hour without a colon."""
    lows = line.lows
    if lows[at] in ("ноль", "oh", "o", "zero"):
        if lows[at + 1] in ("ноль", "oh", "zero"):
            return 0, at + 2
        unit = whole(line, at + 1, digits=1)
        return (unit[0], unit[1]) if unit and unit[0] < 10 else None
    if lows[at].isdecimal():
        value = line.number(at, 2)
        is_time = value is not None and len(lows[at]) == 2 and value < 60 and not _counts(line, at + 1)
        return (value, at + 1) if value is not None and is_time and not line.glued(at) else None
    found = whole(line, at)
    if found is None or not 10 <= found[0] < 60 or lows[found[1]] in ("минут", "минуты"):
        return None
    return found


def _may_end_hour(line: Line, after: int) -> bool:
    """Whether a bare hour is not the beginning of something else: "5%", "5.5", "5-ый", "5th"."""
    low = line.lows[after]
    if not line.glued(after):
        return low not in ("%", "°", "€", "$", "₽", "№", "+") and not (low.isdecimal() and len(low) >= 3)
    if low in (".", ",", "-", "–"):
        return not (
            line.glued(after + 1)
            and (line.lows[after + 1].isdecimal() or low in "-–" or line.lows[after + 1].isalpha())
        )
    return low in (";", ")", "!", "?", "…") or (low == ":" and not line.glued(after + 1))


def _counts(line: Line, after: int) -> bool:
    """Whether what follows a bare hour makes it a number of things."""
    low = line.lows[after]
    if low in english.COUNTED or line.lows[after + 1] in (
        "street",
        "st",
        "avenue",
        "ave",
        "road",
        "rd",
        "lane",
    ):
        return True
    if low in ("дня", "день") or low.startswith("дог"):
        return False
    return low.startswith(russian.COUNTED_STEMS) and not russian.is_verb(low)


def _ends(line: Line, after: int) -> bool:
    """Whether nothing follows that a number could count: the end, a mark, a verb or a linking word."""
    low = line.lows[after]
    if not low or not (low[0].isalpha() or low[0].isdecimal() or low == "%"):
        return True
    if low[0].isdecimal():
        return False
    return (
        russian.is_verb(low)
        or low in russian.DAYS
        or low in english.DAYS
        or low in english.VERBS
        or low
        in ("on", "в", "во", "и", "с", "у", "by", "and", "next", "every", "каждый", "по", "мск", "remind")
    )
