"""One pass over a line: at each word the recognisers that may begin there, the first that fits takes its words."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from crm.grammar import english, russian
from crm.grammar.clocks import PREPOSITIONS as CLOCK_PREPOSITIONS
from crm.grammar.clocks import STRONG, clock_at
from crm.grammar.countedwords import after_at, counted_at
from crm.grammar.dayends import numbered_alone
from crm.grammar.days import Day
from crm.grammar.daywords import PREPOSITIONS as DAY_PREPOSITIONS
from crm.grammar.daywords import day_at
from crm.grammar.dials import Clock, Dial
from crm.grammar.everywords import STARTS as REPEAT_STARTS
from crm.grammar.everywords import left_out, repeat_at
from crm.grammar.letters import words
from crm.grammar.limits import completion, duration, starting, times, until
from crm.grammar.making import VERBS, make
from crm.grammar.numbers import NUMBERS
from crm.grammar.pieces import Piece
from crm.grammar.ranges import clock_range, day_range
from crm.grammar.reminding import REMINDING, lead, remind
from crm.grammar.tokens import Line
from crm.grammar.zones import STARTS as ZONE_STARTS
from crm.grammar.zones import zone_at

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


def _roughly(line: Line, at: int, pieces: list[Piece]) -> Piece | None:
    """ "примерно в 15", "ровно через час": the time, with the word that goes with it."""
    step = 3 if line.lows[at + 1] == "-" else 1
    found = _after(line, at + step, pieces) or (
        _clock(line, at + step, pieces) if line.lows[at + step] in STRONG else None
    )
    return found and found._replace(first=at)


def _counted(line: Line, at: int, pieces: list[Piece]) -> Piece | None:
    if pieces and pieces[-1].kind == "remind":
        return None  # how long before to remind
    found = counted_at(line, at)
    return found and Piece("day", at, found[1], found[0])


def _repeat(line: Line, at: int, _: list[Piece]) -> Piece | None:
    found = repeat_at(line, at)
    return found and Piece("repeat", at, found[1], found[0])


def _day(line: Line, at: int, pieces: list[Piece]) -> Piece | None:
    if line.lows[at] == "due" and line.lows[at - 1] in ("is", "are", "was"):
        return None  # "rent is due tomorrow": the day is read, the verb stays whole
    found = day_at(line, at, is_after_word=bool(pieces) and pieces[-1][:3:2] == ("lead", at))
    if found is None and line.lows[at] not in DAY_PREPOSITIONS:
        found = numbered_alone(line, at)
    if found is None:
        return None
    day, after = found
    if line.lows[after] in ("or", "или") and (other := day_at(line, after + 1)) is not None:
        day, after = replace(day, other=other[0]), other[1]
    return Piece("end of day" if day.kind == "end of day" else "day", at, after, day)


_PART_AFTER = {
    ("с", "утра"): "morning", ("к", "утру"): "morning", ("под", "вечер"): "evening", ("к", "вечеру"): "evening",
    ("до", "вечера"): "evening",
}  # fmt: skip
_MIDDLES = {
    "noon": Clock(12), "midday": Clock(12), "полдень": Clock(12),
    "midnight": Clock(0, dial=Dial.MIDNIGHT), "полночь": Clock(0, dial=Dial.MIDNIGHT),
}  # fmt: skip
# A time after these is asked about, or belongs to a noun: "whether 3pm works", "the 4pm meeting".
_NO_TIME_AFTER = words("whether if ли the our my their this")
ROUGHLY = words("примерно ровно где exactly around about approximately roughly ориентировочно")


def _part(line: Line, at: int, pieces: list[Piece]) -> Piece | None:
    lows = line.lows
    low = lows[at]
    if low in ("с", "к", "до", "под"):
        part = _PART_AFTER.get((low, lows[at + 1]))
        is_range = (low == "с" and lows[at + 2] == "до") or lows[at - 1] == "утра"
        return None if part is None or is_range else Piece("part", at, at + 2, part)
    if low == "ночью":  # no hour of its own: a part only beside one
        follows_clock = bool(pieces) and pieces[-1].end == at and pieces[-1].kind == "clock"
        is_timed = follows_clock or clock_at(line, at + 1) is not None
        return Piece("part", at, at + 1, "night") if is_timed else None
    if low in russian.PARTS:
        return Piece("part", at, at + 1, russian.PARTS[low])
    if low in ("tonight", "tonite", "2nite"):
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
    if low in _MIDDLES and (follows_day or day_at(line, at + 1) is not None):
        return Piece("clock", at, at + 1, _MIDDLES[low])
    return None


def _clock(line: Line, at: int, _: list[Piece]) -> Piece | None:
    if line.lows[at] in ("noon", "midnight") or line.lows[at - 1] in _NO_TIME_AFTER:
        return None
    is_about = line.lows[at] in ("часов", "часа", "часу") and line.lows[at + 1] in STRONG  # "часов в 9"
    found = clock_at(line, at + is_about)
    return None if found is None else Piece("clock", at, found[1], found[0])


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

    def begin(read: Recogniser, at: Iterable[str]) -> None:
        for word in at:
            if read not in (readers := starts.setdefault(word, [])):
                readers.append(read)

    spoken = [*NUMBERS, "half", "quarter", "a", "без", "половине", "пол", "четверть", "час"]
    spoken += ["пол" + word for word in russian.HOUR_GENITIVE]
    begin(_counted, words("a an one two three four five six за неделю") | NUMBERS.keys())
    begin(lead, words("remind reminder alert notify за with and и с") | REMINDING)
    begin(
        remind,
        words(
            "remind please pls plz пожалуйста can could напомни напомните напомнить set поставь создай сделай"
        ),
    )
    begin(remind, ("reminder", "напоминание"))
    begin(make, VERBS)
    begin(_roughly, ROUGHLY)
    begin(completion, ("после", "от", "с", "from", "after", "upon"))
    begin(times, ("for", "всего", "только", *NUMBERS))
    begin(clock_range, {"с", "со", "from", "between", "между", "noon", *STRONG, *NUMBERS})
    begin(
        day_range,
        ("с", "со", "from", "between", "между", "for", "on", "на", *english.MONTHS, *english.WEEKDAYS),
    )
    begin(_repeat, REPEAT_STARTS)
    begin(_day, ("at", "over"))
    begin(_after, words("in в через within спустя минут минуты часа часов часика дня дней недели месяца"))
    begin(_after, words("a an one two three half four five ten"))
    begin(until, ("until", "till", "til", "untill", "до", "through", "thru", "по"))
    begin(left_out, ("except", "кроме"))
    begin(starting, ("starting", "beginning", "from", "начиная", "с", "со", "start"))
    begin(_clock, STRONG)
    begin(
        _part,
        words("tonight tonite 2nite in this с к до под ночью")
        | _MIDDLES.keys()
        | {*russian.PARTS, *english.PARTS},
    )
    begin(
        _day,
        DAY_PREPOSITIONS
        | words("the day a end eod eow eom cob next this last coming upcoming конец завтрашний"),
    )
    begin(_day, words("twenty thirty двадцать тридцать не no последний"))
    for table in (english.DAYS, english.WEEKDAYS, english.MONTHS, english.ORDINALS):
        begin(_day, table)
    for table in (russian.DAYS, russian.WEEKDAYS, russian.ORDINALS):
        begin(_day, table)
    begin(_day, russian.NEXT | russian.THIS | russian.NEAREST | russian.LAST)
    begin(duration, ("for", "на", "в"))
    begin(_clock, (*CLOCK_PREPOSITIONS, *spoken, "часов", "часа", "часу"))
    begin(_zone, ZONE_STARTS)
    return {word: tuple(readers) for word, readers in starts.items()}


_STARTS = _registered()
_AT_NUMBER: tuple[Recogniser, ...] = (times, _counted, clock_range, day_range, _day, _after, _repeat, _clock)
