"""Reminders in a line: "remind me", «напомни», and how long before: "за час", "remind 1h before"."""

from datetime import timedelta

from crm.grammar.lengths import length_at
from crm.grammar.letters import words
from crm.grammar.pieces import Piece
from crm.grammar.tokens import Line


def remind(line: Line, at: int, _: list[Piece]) -> Piece | None:
    lows = line.lows
    low, after = lows[at], at + 1
    if low in ("please", "pls", "plz", "пожалуйста", "can", "could"):
        step = at + 1 + (lows[at + 1] == ",") + (2 if lows[at + 1 : at + 3] == ["you", "please"] else 0)
        step += low in ("can", "could") and lows[step] == "you"
        found = remind(line, step, _) if lows[step] in ("remind", "напомни", "напомните") else None
        return found and found._replace(first=at)
    if low == "remind":
        return Piece("remind", at, after + 1, None) if lows[after] == "me" else None
    if low in ("напомни", "напомните"):
        after += 2 * (lows[after] == "-" and lows[after + 1] == "ка")
        after += lows[after] in ("мне", "нам")
        after += lows[after] == "," and lows[after + 1] == "пожалуйста"
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


REMINDING = frozenset({"напомнить", "напомни", "напоминание", "напоминанием", "напоминалка"})


_EVENT = words(
    "встречи начала этого срока звонка созвона дедлайна события него нее выезда вылета рейса приема"
)


def lead(line: Line, at: int, pieces: list[Piece]) -> Piece | None:
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
        if lows[start] not in REMINDING and lows[start] not in ("reminder", "remind", "за", "alert"):
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
    if lows[start] in REMINDING:
        is_said, start = True, start + 1
        start += lows[start] in ("мне", "об", "этом")
    if lows[start] != "за":
        return None
    found = length_at(line, start + 1)
    if found is None or (found[0].months and not is_said):
        return None
    after = found[1]
    after += lows[after] in REMINDING
    if lows[after] == "до":
        if lows[after + 1] in _EVENT:
            after += 1 + _is_named_before(line, start, pieces)
        elif not lows[after + 1]:
            after += 1
        elif not is_said:
            return None
    return Piece("lead", at, after, (found[0], is_said))


def read_lead(text: str) -> timedelta | None:
    """How long before, where nothing else is asked for: "2 hours before", «за час»; None for all else."""
    line = Line(text, [])
    start = int(line.lows[0] == "за")
    found = length_at(line, start)
    if found is None or found[0].months:
        return None
    after = found[1] + (line.lows[found[1]] in ("before", "до"))
    if after < line.count:
        return None
    return timedelta(days=found[0].days, seconds=found[0].seconds)


def _is_named_before(line: Line, at: int, pieces: list[Piece]) -> bool:
    """Whether words before say what it is: "встреча в 15, напомни за час до встречи"."""
    taken = {index for piece in pieces for index in range(piece.first, piece.end)}
    return any(
        line.tokens[index].is_word and index not in taken and line.lows[index] not in REMINDING
        for index in range(at)
    )
