"""One pass over a line: at each word the recognisers that may begin there, the first that fits takes its words."""

from collections.abc import Callable
from typing import NamedTuple

from crm.grammar import english, russian
from crm.grammar.clocks import PREPOSITIONS as CLOCK_PREPOSITIONS
from crm.grammar.clocks import STRONG, Clock, Dial, clock_at
from crm.grammar.days import Day, month_day, offset, ordinal
from crm.grammar.daywords import ABOUT, after_at, day_at, numbered_alone
from crm.grammar.daywords import PREPOSITIONS as DAY_PREPOSITIONS
from crm.grammar.everywords import STARTS as REPEAT_STARTS
from crm.grammar.everywords import repeat_at
from crm.grammar.lengths import UNITS, Length, length_at
from crm.grammar.numbers import NUMBERS, whole
from crm.grammar.tokens import Line
from crm.grammar.zones import zone_at


class Piece(NamedTuple):
    """What the tokens from `first` up to, not including, `end` say."""

    kind: str
    first: int
    end: int
    value: object


Recogniser = Callable[[Line, int, list[Piece]], Piece | None]


def scan(line: Line) -> list[Piece]:
    """The pieces of a line in their order; none overlaps another."""
    pieces: list[Piece] = []
    at = 0
    while at < line.count:
        low = line.lows[at]
        found = None
        is_inside = _is_inside(line, at) and not (pieces and pieces[-1].end == at)
        readers = None if is_inside else _STARTS.get(low)
        if readers is None and not is_inside and line.number(at) is not None:
            readers = _AT_NUMBER
        for read in readers or ():
            found = read(line, at, pieces)
            if found is not None:
                break
        if found is None:
            at += 1
        else:
            pieces.append(found)
            at = found.end
    return pieces


def _is_inside(line: Line, at: int) -> bool:
    """Whether the token is a part of a longer word: the "С" of "1С", the "за" of "из-за", the "4" of "A4"."""
    if not line.glued(at):
        return False
    before = line.lows[at - 1]
    return before[-1].isalnum() or before in "-–_/'" or (before == "." and line.glued(at - 1))


def _remind(line: Line, at: int, _: list[Piece]) -> Piece | None:
    lows = line.lows
    low, after = lows[at], at + 1
    if low in ("please", "пожалуйста", "can", "could"):
        step = at + 1 + (lows[at + 1] == ",") + (2 if lows[at + 1 : at + 3] == ["you", "please"] else 0)
        step += low in ("can", "could") and lows[step] == "you"
        found = _remind(line, step, _) if lows[step] in ("remind", "напомни", "напомните") else None
        return found and found._replace(first=at)
    if low == "remind":
        return Piece("remind", at, after + 1, None) if lows[after] == "me" else None
    if low in ("напомни", "напомните"):
        after += 2 * (lows[after] == "-" and lows[after + 1] == "ка")
        after += lows[after] in ("мне", "нам")
        after += lows[after] == "пожалуйста"
        return Piece("remind", at, after, None)
    if low == "напомнить" and lows[after] == "мне":
        return Piece("remind", at, after + 1, None)
    if low == "set" and lows[after : after + 2] == ["a", "reminder"]:
        return Piece("remind", at, after + 2, None)
    if low in ("поставь", "создай", "сделай") and lows[after] in ("напоминание", "напоминалку"):
        return Piece("remind", at, after + 1, None)
    if low in ("reminder", "напоминание") and at == 0 and lows[after] == ":":
        return Piece("remind", at, after + 1, None)
    return None


_REMINDING = frozenset({"напомнить", "напомни", "напоминание", "напоминанием", "напоминалка"})
_EVENT = frozenset(
    [
        "встречи",
        "начала",
        "этого",
        "срока",
        "звонка",
        "созвона",
        "дедлайна",
        "события",
        "него",
        "нее",
        "выезда",
        "вылета",
        "рейса",
        "приема",
    ]
)


def _lead(line: Line, at: int, pieces: list[Piece]) -> Piece | None:
    """ "remind 1h before", "за час", "с напоминанием за 30 минут": how long before, to be reminded."""
    lows = line.lows
    start = at
    if pieces and pieces[-1].kind == "lead" and pieces[-1].end == at:
        start += lows[at] in ("and", "и", ",", "&")
        found = length_at(line, start)
        if found is not None and lows[found[1]] == "before":
            return Piece("lead", at, found[1] + 1, (found[0], True))
        start = at
    if lows[start] in ("with", "and", "и", "с"):
        start += 1
        start += lows[start] == "a"
        if lows[start] not in _REMINDING and lows[start] not in ("reminder", "remind", "за", "alert"):
            return None
    if lows[start] in ("remind", "reminder", "alert", "notify", "notification"):
        start += 1
        start += lows[start] == "me"
        start += lows[start] == "at"
        start += lows[start] == ":"
        found = length_at(line, start)
        if found is None or lows[found[1]] not in (
            "before",
            "prior",
            "earlier",
            "ahead",
            "beforehand",
            "early",
        ):
            return None
        return Piece("lead", at, found[1] + 1, (found[0], True))
    is_said = False
    if lows[start] in _REMINDING:
        is_said, start = True, start + 1
        start += lows[start] in ("мне", "об", "этом")
    if lows[start] != "за":
        return None
    found = length_at(line, start + 1)
    if found is None or (found[0].months and not is_said):
        return None
    after = found[1]
    after += lows[after] in _REMINDING
    if lows[after] == "до":
        if lows[after + 1] in _EVENT:
            after += 2
        elif not lows[after + 1]:
            after += 1
        elif not is_said:
            return None
    elif not is_said and lows[after][:1].isalpha() and lows[after] not in _STARTS:
        return None
    return Piece("lead", at, after, (found[0], is_said))


_JOINS = frozenset({"до", "to", "till", "until", "-", "–", "—", "and", "и", "по", "through", "thru"})


def _range(line: Line, at: int, _: list[Piece]) -> Piece | None:
    """ "с 10 до 12", "from 9 to 5", "10:00–11:30", "between 2 and 4pm"."""
    lows = line.lows
    opening = lows[at] in ("с", "со", "from", "between", "между")
    is_strong = opening or lows[at] in STRONG
    start = at + 1 if is_strong else at
    if _JOINS.isdisjoint(lows[start + 1 : start + 7]):
        return None
    if not (lows[start].isdecimal() or lows[start] in NUMBERS or lows[start] in ("половины", "noon")):
        return None
    first = _end_clock(line, start, is_open=is_strong)
    if first is None:
        return None
    middle = lows[first[1]]
    joins = (
        ("до", "to", "till", "until", "-", "–", "—", "and", "и", "по")
        if opening
        else ("-", "–", "—", "to", "до")
    )
    if middle not in joins or (middle in ("and", "и") and lows[at] not in ("between", "между")):
        return None
    second = _end_clock(line, first[1] + 1, is_open=True)
    if second is None or (not is_strong and not _shows_time(line, start, first[1], second[1])):
        return None
    begin, end = first[0], second[0]
    if (
        begin.dial is not Dial.EXACT
        and end.dial is Dial.EXACT
        and end.hour
        and lows[second[1] - 1] in ("am", "pm", "m", "дня", "вечера", "утра")
    ):
        shifted = begin.hour + (12 if end.hour >= 12 else 0)
        begin = Clock(shifted if shifted < end.hour or end.hour < 12 else begin.hour, begin.minute)
    if lows[second[1]] in UNITS and lows[second[1]] not in ("час", "часа", "часов", "м", "с"):
        return None
    return Piece("range", at, second[1], (begin, end))


def _shows_time(line: Line, start: int, middle: int, end: int) -> bool:
    """Whether a range without a preposition has a colon or am/pm on it."""
    shown = line.lows[start:end]
    return (
        ":" in shown or "am" in shown or "pm" in shown or any(h in shown for h in ("утра", "вечера", "дня"))
    )


def _end_clock(line: Line, at: int, *, is_open: bool) -> tuple[Clock, int] | None:
    """A time within a range: any form, and a bare hour."""
    number = whole(line, at, digits=2)
    is_joined = number is not None and line.lows[number[1]] in ("to", "till", "until")
    found = None if is_joined else clock_at(line, at)
    if found is not None:
        return found
    if (
        number is None
        or number[0] > 24
        or (line.lows[number[1]] in (":", "/", ".") and line.glued(number[1] + 1))
    ):
        return None
    if line.lows[number[1]] in ("%", "€", "$", "₽") or (not is_open and not line.lows[at].isdecimal()):
        return None
    hour, after = number
    after += line.lows[after] in ("часов", "часа", "ч")
    if (
        line.lows[after] in russian.MONTHS
        or line.lows[after] in english.MONTHS
        or line.lows[after] in russian.HOUR_GENITIVE
    ):
        return None
    dial = Dial.EITHER if 1 <= hour <= 7 else Dial.MORNING if 8 <= hour <= 11 else Dial.EXACT
    return Clock(hour % 24, 0, dial, hour // 24), after


def _day_range(line: Line, at: int, _: list[Piece]) -> Piece | None:
    """ "с 12 по 30 апреля", "from Monday to Friday", "April 12–30"."""
    lows = line.lows
    opening = lows[at] in ("с", "со", "from", "between", "между")
    start = at + 1 if opening else at
    if _JOINS.isdisjoint(lows[start + 1 : start + 8]):
        return None
    joins = ("по", "до", "to", "till", "until", "through", "thru", "-", "–", "—", "and", "и")
    first = day_at(line, at) if lows[at] in ("с", "со") else day_at(line, start)
    if first is not None and first[0].kind in ("date", "weekday", "after", "slashed", "day of month"):
        begin, after = first
        if lows[after] in joins and (opening or lows[after] in ("-", "–", "—")):
            second = _range_end(line, after + 1)
            if second is not None and (opening or second[0].kind == "date" == begin.kind):
                return Piece("day range", at, second[1], (begin, second[0]))
            number = ordinal(line, after + 1)
            if begin.kind == "date" and number is not None and 1 <= number[0] <= 31 and begin.day < number[0]:
                return Piece(
                    "day range",
                    at,
                    number[1],
                    (begin, Day("date", year=begin.year, month=begin.month, day=number[0])),
                )
        if not opening:
            return None
    number = ordinal(line, start)
    if number is None or not 1 <= number[0] <= 31 or lows[number[1]] not in joins:
        return None
    if not opening and lows[number[1]] not in ("-", "–", "—"):
        return None
    second = month_day(line, number[1] + 1)
    if second is None:
        return None
    end = second[0]
    return Piece(
        "day range", at, second[1], (Day("date", year=end.year, month=end.month, day=number[0]), end)
    )


def _range_end(line: Line, at: int) -> tuple[Day, int] | None:
    found = day_at(line, at)
    if found is None and line.lows[at] in russian.WEEKDAYS:
        return Day("weekday", weekday=russian.WEEKDAYS[line.lows[at]]), at + 1
    return found


def _completion(line: Line, at: int, _: list[Piece]) -> Piece | None:
    lows = line.lows
    if lows[at] in ("после", "от", "с", "from", "after", "upon") and lows[at + 1] in (
        "выполнения", "завершения", "completion", "finishing", "completing", "момента",
    ):  # fmt: skip
        after = at + 2 + (lows[at + 1] == "момента" and lows[at + 2] in ("выполнения", "завершения"))
        return Piece("completion", at, after, None) if after > at + 2 or lows[at + 1] != "момента" else None
    if lows[at] in ("after", "from") and lows[at + 1 : at + 3] in (
        ["it's", "done"],
        ["i", "finish"],
        ["last", "completion"],
    ):
        return Piece("completion", at, at + 3, None)
    return None


def _starting(line: Line, at: int, _: list[Piece]) -> Piece | None:
    lows = line.lows
    start = at + 1
    if lows[at] in ("starting", "beginning", "начиная", "start"):
        start += lows[start] in ("on", "from", "с", "со")
    found = day_at(line, start) or (day_at(line, at) if lows[at] in ("с", "со") else None)
    if found is None and lows[start - 1] in ("с", "со"):
        found = day_at(line, start - 1)
    if found is None:
        return None
    return Piece("from" if lows[at] in ("с", "со", "from") else "starting", at, found[1], found[0])


def _until(line: Line, at: int, _: list[Piece]) -> Piece | None:
    found = day_at(line, at) if line.lows[at] in ("до", "until", "till") else None
    if found is None:
        found = (
            day_at(line, at + 1)
            if line.lows[at] in ("through", "thru", "по", "until", "till", "untill")
            else None
        )
    return found and Piece("until", at, found[1], found[0])


def _times(line: Line, at: int, _: list[Piece]) -> Piece | None:
    start = at + (line.lows[at] in ("for", "всего", "только"))
    number = whole(line, start, digits=3)
    if number is None or line.lows[number[1]] not in ("times", "раз", "раза", "occurrences", "повторений"):
        return None
    if line.lows[number[1] + 1] in ("в", "a", "per") or not number[0]:
        return None
    return Piece("times", at, number[1] + 1, number[0])


def _after(line: Line, at: int, pieces: list[Piece]) -> Piece | None:
    found = after_at(line, at)
    if found is None or (
        line.lows[at] == "в" and found[0].days and any(each.kind == "repeat" for each in pieces)
    ):
        return None
    length, after = found
    lows = line.lows
    if length.is_clock:
        return Piece("elapsed", at, after, length)
    if lows[after] in ("в", "во", "on") and length.days and length.days % 7 == 0 and not length.months:
        weekday = russian.ACCUSATIVE.get(lows[after + 1], english.WEEKDAYS.get(lows[after + 1]))
        if weekday is not None:
            return Piece("day", at, after + 2, Day("week", day=length.days, weekday=weekday))
    is_one_day = lows[at : at + 2] == ["через", "день"]
    return Piece("day", at, after, Day("every other" if is_one_day else "after", length=length))


def _repeat(line: Line, at: int, _: list[Piece]) -> Piece | None:
    found = repeat_at(line, at)
    return found and Piece("repeat", at, found[1], found[0])


def _day(line: Line, at: int, _: list[Piece]) -> Piece | None:
    found = day_at(line, at)
    if found is None and line.lows[at] not in DAY_PREPOSITIONS:
        found = numbered_alone(line, at)
    return found and Piece("day", at, found[1], found[0])


def _part(line: Line, at: int, pieces: list[Piece]) -> Piece | None:
    lows = line.lows
    low = lows[at]
    if low in russian.PARTS:
        return Piece("part", at, at + 1, russian.PARTS[low])
    if low in ("tonight", "tonite"):
        return Piece("tonight", at, at + 1, None)
    if low == "в" and lows[at + 1] in ("первой", "второй") and lows[at + 2] == "половине":
        return None
    if (
        low in ("in", "this")
        and lows[at + 1 : at + 2] == ["the"]
        and lows[at + 2] in english.PARTS
        and low == "in"
    ):
        return Piece("part", at, at + 3, english.PARTS[lows[at + 2]])
    if low == "this" and lows[at + 1] in english.PARTS:
        return Piece("this part", at, at + 2, english.PARTS[lows[at + 1]])
    follows_day = (
        bool(pieces) and pieces[-1].end == at and pieces[-1].kind in ("day", "starting", "from", "repeat")
    )
    if low in english.PARTS and follows_day and lows[at + 1] not in ("'s",):
        return Piece("part", at, at + 1, english.PARTS[low])
    if low in ("noon", "midnight") and follows_day:
        return Piece("clock", at, at + 1, Clock(12) if low == "noon" else Clock(0, dial=Dial.MIDNIGHT))
    return None


def _clock(line: Line, at: int, _: list[Piece]) -> Piece | None:
    if line.lows[at] in ("noon", "midnight"):
        return None
    is_about = line.lows[at] in ("часов", "часа", "часу") and line.lows[at + 1] in STRONG  # "часов в 9"
    found = clock_at(line, at + is_about)
    return None if found is None else Piece("clock", at, found[1], found[0])


def _length(line: Line, at: int, _: list[Piece]) -> Piece | None:
    """ "for 1 hour", "на полчаса": how long it takes."""
    lows = line.lows
    if (lows[at - 1] in _MOVING and at) or (lows[at] == "в" and lows[at + 1] != "течение"):
        return None
    start = at + 2 if lows[at : at + 2] == ["в", "течение"] else at + 1
    found = length_at(line, start)
    if found is None or found[0].seconds % 60:
        return None
    if found[0].days or found[0].months:
        return Piece("span", at, found[1], found[0])
    if start == at + 2 or not found[0].seconds:
        return None
    return Piece("length", at, found[1], found[0].seconds // 60)


_MOVING = frozenset(
    [
        "перенести",
        "перенеси",
        "сдвинуть",
        "сдвинь",
        "отложить",
        "отложи",
        "задержаться",
        "опоздать",
        "опаздываю",
        "задержусь",
    ]
)


def _zone(line: Line, at: int, pieces: list[Piece]) -> Piece | None:
    """A zone right after a time; one that says "time" stands anywhere."""
    found = zone_at(line, at)
    if found is None:
        return None
    is_plain = line.lows[found[1] - 1] in ("time", "времени") or line.lows[at] in ("мск", "time")
    touching = bool(pieces) and pieces[-1].end == at and any(each.kind in _TIMED for each in pieces[-3:])
    return Piece("zone", at, found[1], found[0]) if is_plain or touching else None


_TIMED = frozenset({"clock", "range", "part"})


def _registered() -> dict[str, tuple[Recogniser, ...]]:
    """Each word with the recognisers that may begin at it, in the order they are tried."""
    starts: dict[str, list[Recogniser]] = {}

    def begin(read: Recogniser, words: object) -> None:
        for word in words:  # type: ignore[attr-defined]  # frozensets, dicts and lists of words alike
            if read not in (readers := starts.setdefault(word, [])):
                readers.append(read)

    spoken = [*NUMBERS, "half", "quarter", "a", "без", "половине", "пол", "четверть", "час"]
    spoken += ["пол" + word for word in russian.HOUR_GENITIVE]
    begin(_lead, {"remind", "reminder", "alert", "notify", "за", "with", "and", "и", "с", *_REMINDING})
    begin(_remind, {"remind", "please", "пожалуйста", "can", "could", "напомни", "напомните", "напомнить", "set", "поставь",
                    "создай", "сделай", "reminder", "напоминание"})  # fmt: skip
    begin(_completion, {"после", "от", "с", "from", "after", "upon"})
    begin(_times, {"for", "всего", "только", *NUMBERS})
    begin(_range, {"с", "со", "from", "between", "между", *STRONG, *NUMBERS})
    begin(_day_range, {"с", "со", "from", "between", "между", *english.MONTHS, *english.WEEKDAYS})
    begin(_repeat, REPEAT_STARTS)
    begin(_after, {"in", "в", "через", "within", "спустя", "минут", "минуты", "часа", "часов", "часика", "дня", "дней", "недели",
                   "месяца", "a", "an", "one", "two", "three", "half", "four", "five", "ten"})  # fmt: skip
    begin(_until, {"until", "till", "untill", "до", "through", "thru", "по"})
    begin(_starting, {"starting", "beginning", "from", "начиная", "с", "со", "start"})
    begin(_clock, STRONG)
    begin(_part, {*russian.PARTS, *english.PARTS, "tonight", "tonite", "in", "this", "noon", "midnight"})
    begin(_day, DAY_PREPOSITIONS | {"the", "day", "a", "end", "eod", "eow", "eom", "cob", "next", "this", "last", "coming",
                                    "upcoming", "конец", "завтрашний"}
          | english.DAYS.keys() | russian.DAYS.keys() | english.WEEKDAYS.keys() | russian.WEEKDAYS.keys()
          | {"twenty", "thirty", "двадцать", "тридцать"} | english.MONTHS.keys() | english.ORDINALS.keys() | russian.ORDINALS.keys()
          | russian.NEXT | russian.THIS | russian.NEAREST | russian.LAST)  # fmt: skip
    begin(_length, {"for", "на", "в"})
    begin(_clock, [*CLOCK_PREPOSITIONS, *spoken, "часов", "часа", "часу"])
    begin(_zone, {"(", "по", "time", "мск", "msk", "utc", "gmt", "cet", "cest", "est", "edt", "et", "cst", "cdt", "pst", "pdt",
                  "pt", "ist", "jst", "bst", "eet", "mst", "sgt", "екб"})  # fmt: skip
    from crm.grammar.zones import NAMES

    begin(_zone, NAMES)
    return {word: tuple(readers) for word, readers in starts.items()}


_STARTS = _registered()
_AT_NUMBER: tuple[Recogniser, ...] = (_times, _range, _day_range, _day, _after, _repeat, _clock)
__all__ = ["ABOUT", "Length", "Piece", "offset", "scan"]
