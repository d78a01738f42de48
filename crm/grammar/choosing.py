"""Choosing among the pieces of a line: which of them say when, and which belong to what is to be done."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from crm.grammar.days import Day, offset
from crm.grammar.dials import Clock
from crm.grammar.lengths import Length
from crm.grammar.nounphrases import outside_titles
from crm.grammar.pieces import Piece
from crm.grammar.repeats import Repeat
from crm.grammar.sayings import Said
from crm.grammar.tokens import Line, Span

_FIELDS = {
    "remind": "object", "lead": "reminders", "zone": "due_tz", "length": "duration_minutes", "repeat": "rrule",
    "until": "rrule", "times": "rrule", "span": "rrule", "except": "rrule", "completion": "repeat_from",
    "link": "object", "make": "object",
}  # fmt: skip
WHEN = frozenset({*_FIELDS.values(), "due"}) - {"object"}


@dataclass(frozen=True, slots=True)
class Choice:
    """The pieces that count. `is_maybe_title`: one of them may as well belong to the title ("Monday report")."""

    said: Said = field(default_factory=Said)
    pieces: tuple[Piece, ...] = ()
    zone: str | None = None
    reminders: tuple[str, ...] = ()
    minutes: int | None = None
    is_reminder: bool = False
    from_completion: bool = False
    maybe_title: Piece | None = None
    rivalled: Piece | None = None  # the one taken where a later piece says another day or time

    def spans(self, line: Line) -> Iterator[tuple[str, Span]]:
        for piece in self.pieces:
            yield _FIELDS.get(piece.kind, "due"), line.span(piece.first, piece.end)

    def without_time(self) -> "Choice":
        """When nothing said when: only that it is a reminder is left."""
        kept = tuple(piece for piece in self.pieces if piece.kind in ("remind", "make", "link"))
        return Choice(pieces=kept, is_reminder=self.is_reminder)


def choose(line: Line, pieces: list[Piece]) -> Choice:
    """The first piece of each kind that says when, the ones that go with it, and no more."""
    by_first = {piece.first: piece for piece in pieces}
    pieces, maybe_title = outside_titles(line, pieces, by_first)
    chosen: dict[str, Piece] = {}
    leads: list[Piece] = []
    also: list[Piece] = []
    rival: Piece | None = None
    for piece in pieces:
        if piece.kind == "lead":
            if _is_lead(line, piece, by_first):
                leads.append(piece)
        elif _fits(piece, chosen):
            chosen[piece.kind] = piece
        elif piece.kind == "repeat" and (joined := _joined(chosen["repeat"], piece)):
            chosen["repeat"] = chosen["repeat"]._replace(value=joined)
            also.append(piece)
        elif rival is None and _is_rival(line, piece):
            rival = piece
    if _ends_within_a_day(line, chosen):
        chosen.pop("clock", None)
        chosen.pop("range", None)
    said = _said(chosen)
    has_when = (
        said.day is not None or said.clock is not None or said.part is not None or said.elapsed is not None
    )
    has_when = has_when or said.is_tonight or said.is_end_of_day or said.repeat is not None
    if not has_when:
        leads = []
        for kind in ("zone", "length", "times", "completion"):
            chosen.pop(kind, None)
    if (
        said.clock is None
        and said.part is None
        and not said.is_tonight
        and (said.repeat is None or said.repeat.part is None)
    ):
        chosen.pop("zone", None)
    opening = next((piece for piece in pieces if piece.kind in ("remind", "lead")), None)
    is_reminder = "remind" in chosen
    if opening is not None and opening.kind == "lead" and not is_reminder:
        is_reminder = opening.first == 0 and line.lows[0] in ("напомни", "напомните")
    kept = sorted([*chosen.values(), *also, *leads], key=lambda piece: piece.first)
    for kind in ("remind", "make"):
        if kind in chosen:
            kept = sorted([*kept, *_links(line, chosen[kind], kept)], key=lambda piece: piece.first)
    length = chosen.get("length")
    return Choice(
        said=said,
        pieces=tuple(kept),
        zone=_zone(chosen),
        reminders=tuple(dict.fromkeys(f"-{_length(piece).iso()}" for piece in leads)),
        minutes=int(str(length.value)) if length else None,
        is_reminder=is_reminder,
        from_completion="completion" in chosen or (said.repeat is not None and said.repeat.from_completion),
        maybe_title=maybe_title if maybe_title in kept else None,
        rivalled=next((piece for piece in chosen.values() if rival and _group(piece) == _group(rival)), None),
    )


def _ends_within_a_day(line: Line, chosen: dict[str, Piece]) -> bool:
    """ "every 30 minutes until 6pm": a rule can't say that hour, and it is no beginning."""
    repeat = chosen["repeat"].value if "repeat" in chosen else None
    if not isinstance(repeat, Repeat) or repeat.freq not in ("MINUTELY", "HOURLY"):
        return False
    return "range" in chosen or (
        "clock" in chosen and line.lows[chosen["clock"].first] in ("until", "till", "до", "by", "before")
    )


def _joined(first: Piece, second: Piece) -> Repeat | None:
    one, other = first.value, second.value
    return one.joined(other) if isinstance(one, Repeat) and isinstance(other, Repeat) else None


def _is_lead(line: Line, piece: Piece, by_first: dict[int, Piece]) -> bool:
    """Whether "за час" is how long before: said with a word of reminding, or with no noun after it."""
    is_said = isinstance(piece.value, tuple) and piece.value[1]
    following = line.lows[piece.end]
    return bool(is_said) or not following[:1].isalpha() or piece.end in by_first


def _zone(chosen: dict[str, Piece]) -> str | None:
    return str(chosen["zone"].value) if "zone" in chosen else None


def _length(piece: Piece) -> Length:
    value = piece.value
    return value[0] if isinstance(value, tuple) and isinstance(value[0], Length) else Length()


_GROUPS = {
    "day": "day", "day range": "day", "elapsed": "day", "this part": "part", "tonight": "part", "part": "part",
    "clock": "clock", "range": "clock", "end of day": "clock",
}  # fmt: skip


def _is_rival(line: Line, piece: Piece) -> bool:
    """Whether a piece too many leaves the line in doubt: another day, or another time joined to the first."""
    if _group(piece) == "clock":
        return line.lows[piece.first - 1] in ("and", "or", "и", "или", "&", "/")
    return _group(piece) == "day"


def _group(piece: Piece) -> str:
    return "day" if piece.kind == "until" else _GROUPS.get(piece.kind, piece.kind)


def _fits(piece: Piece, chosen: dict[str, Piece]) -> bool:
    """Whether nothing of the same sort was said before."""
    group = _GROUPS.get(piece.kind, piece.kind)
    taken = {_GROUPS.get(kind, kind) for kind in chosen}
    if piece.kind == "elapsed" and taken & {"clock", "part", "repeat"}:
        return False
    if piece.kind in ("clock", "range", "part", "tonight", "this part", "day") and "elapsed" in chosen:
        return False
    if piece.kind == "until" and "repeat" not in chosen and "day" in taken:
        return False
    if piece.kind in ("this part", "tonight") and "day" in taken:
        return False
    return group not in taken


def _said(chosen: dict[str, Piece]) -> Said:
    """What the chosen pieces say together; drops from `chosen` what has nothing to go with."""
    said = Said()
    repeat = chosen["repeat"].value if "repeat" in chosen else None
    if isinstance(repeat, Repeat):
        said = replace(said, repeat=repeat)
    day = chosen.get("day") or chosen.get("day range")
    if day is not None:
        value = day.value
        if isinstance(value, Day):
            said = replace(said, day=value)
        elif isinstance(value, tuple) and said.repeat is not None:
            said = replace(said, anchor=value[0], until=value[1])
        elif isinstance(value, tuple):
            said = replace(said, day=value[0], day_end=value[1])
    said = _with_limits(chosen, said)
    for kind in ("clock", "range"):
        if kind in chosen:
            value = chosen[kind].value
            if isinstance(value, Clock):
                said = replace(said, clock=value)
            elif isinstance(value, tuple):
                said = replace(said, clock=value[0], clock_end=value[1])
    if "part" in chosen:
        said = replace(said, part=str(chosen["part"].value))
        if said.part == "night" and said.clock is None and said.day is not None:
            said = replace(said, part="evening")
    if "this part" in chosen:
        part = str(chosen["this part"].value)
        said = replace(said, part="evening" if part == "night" else part, day=offset(0))
    if "end of day" in chosen:
        said = replace(said, is_end_of_day=True)
    if "tonight" in chosen:
        said = replace(said, is_tonight=True)
    if "elapsed" in chosen and isinstance(value := chosen["elapsed"].value, Length):
        said = replace(said, elapsed=value)
    return said


def _with_limits(chosen: dict[str, Piece], said: Said) -> Said:
    """Where a repetition begins and ends. With no repetition, "until Friday" is when it is due."""
    for kind in ("starting", "from"):
        if kind in chosen and isinstance(value := chosen[kind].value, Day):
            if said.repeat is not None:
                said = replace(said, anchor=value)
            elif (said.day is None and kind == "starting") or (
                said.day is None and chosen[kind].value is not None
            ):
                said = replace(said, day=value)
            else:
                chosen.pop(kind)
    if "until" in chosen and isinstance(value := chosen["until"].value, Day):
        if said.repeat is not None:
            said = replace(said, until=value)
        elif said.day is None:
            said = replace(said, day=value)
        else:
            chosen.pop("until")
    if "except" in chosen:
        value = chosen["except"].value
        rest = said.repeat.without(value) if said.repeat is not None and isinstance(value, tuple) else None
        if rest is not None:
            said = replace(said, repeat=rest)
        else:
            chosen.pop("except")
    if "times" in chosen:
        if said.repeat is not None and isinstance(chosen["times"].value, int):
            said = replace(said, times=chosen["times"].value)
        else:
            chosen.pop("times")
    if "span" in chosen:
        if (
            said.repeat is not None
            and isinstance(value := chosen["span"].value, Length)
            and said.until is None
        ):
            said = replace(said, lasts=value)
        else:
            chosen.pop("span")
    if "completion" in chosen and said.repeat is None:
        chosen.pop("completion")
    return said


def _links(line: Line, opening: Piece, kept: list[Piece]) -> Iterator[Piece]:
    """The "to" of "remind me … to", the «что» of «напомни …, что»: they go with it."""
    at = opening.end
    ends = {piece.first: piece.end for piece in kept}
    while at in ends and ends[at] > at:
        at = ends[at]
    start = at + (line.lows[at] in (",", ":"))
    if line.lows[start] in ("to", "about", "that", "что", "чтобы", "чтоб"):
        yield Piece("link", at, start + 1, None)
    elif line.lows[start] == "о" and line.lows[start + 1 : start + 4] == ["том", ",", "что"]:
        yield Piece("link", at, start + 4, None)
