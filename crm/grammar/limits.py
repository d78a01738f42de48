"""Limits: where a repetition begins and ends, how long something takes, what it is counted from."""

from crm.grammar.daywords import day_at
from crm.grammar.lengths import length_at
from crm.grammar.letters import words
from crm.grammar.numbers import whole
from crm.grammar.pieces import Piece
from crm.grammar.tokens import Line


def completion(line: Line, at: int, _: list[Piece]) -> Piece | None:
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


def starting(line: Line, at: int, _: list[Piece]) -> Piece | None:
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


def until(line: Line, at: int, _: list[Piece]) -> Piece | None:
    found = day_at(line, at) if line.lows[at] in ("до", "until", "till", "til") else None
    if found is None:
        found = (
            day_at(line, at + 1)
            if line.lows[at] in ("through", "thru", "по", "until", "till", "untill")
            else None
        )
    if found is None:
        return None
    after = found[1] + (line.lows[found[1]] in INCLUSIVE)
    return Piece("end of day" if found[0].kind == "end of day" else "until", at, after, found[0])


INCLUSIVE = frozenset({"включительно", "inclusive"})


def times(line: Line, at: int, _: list[Piece]) -> Piece | None:
    start = at + (line.lows[at] in ("for", "всего", "только"))
    number = whole(line, start, digits=3)
    if number is None or line.lows[number[1]] not in ("times", "раз", "раза", "occurrences", "повторений"):
        return None
    if line.lows[number[1] + 1] in ("в", "a", "per") or not number[0]:
        return None
    return Piece("times", at, number[1] + 1, number[0])


def duration(line: Line, at: int, _: list[Piece]) -> Piece | None:
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


_MOVING = words("перенести перенеси сдвинуть сдвинь отложить отложи задержаться опоздать опаздываю задержусь")
