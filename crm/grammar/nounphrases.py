"""Noun phrases: whether a weekday or "weekly" says when, or belongs to "Monday report"."""

from crm.grammar import english
from crm.grammar.days import Day
from crm.grammar.pieces import Piece
from crm.grammar.tokens import Line

_DASHES = frozenset({"-", "–", "—", "|", "/"})
_BARE_REPEATS = frozenset(english.REPEATS)


def outside_titles(
    line: Line, pieces: list[Piece], by_first: dict[int, Piece]
) -> tuple[list[Piece], Piece | None]:
    """Without the days and repetitions that are part of a noun phrase; the one that may be, where it opens the line."""
    kept: list[Piece] = []
    maybe: Piece | None = None
    left_out = -1  # where the last one that stays in the title ends
    for at, piece in enumerate(pieces):
        verdict = _is_in_title(line, piece, pieces, at, by_first)
        if verdict == "title" or (piece.kind == "part" and piece.first == left_out):
            left_out = piece.end
            continue
        if verdict == "maybe" and maybe is None:
            maybe = piece
        kept.append(piece)
    return kept, maybe


def _is_in_title(line: Line, piece: Piece, pieces: list[Piece], at: int, by_first: dict[int, Piece]) -> str:
    word = line.lows[piece.first]
    day = piece.value
    is_day = piece.kind == "day" and isinstance(day, Day) and day.kind == "weekday" and not day.cue
    is_repeat = piece.kind == "repeat" and word in _BARE_REPEATS and piece.end == piece.first + 1
    if not is_day and not is_repeat:
        return "when"
    is_english = word.isascii()
    before = pieces[at - 1] if at else None
    touches = (
        before is not None and before.end == piece.first and before.kind not in ("remind", "make")
    ) or piece.end in by_first
    following = line.lows[piece.end]
    if touches and _is_named(line, piece.first):
        return "title"
    opens = (before is None and piece.first == 0) or (
        before is not None and before.kind in ("remind", "make") and before.end == piece.first
    )
    opens = opens or not any(low.isalnum() for low in line.lows[: piece.first])
    if not is_english:
        is_short = len(word) <= 3
        alone = piece.end == line.count and (opens or is_short)
        alone = alone or (line.lows[piece.first - 1] in _DASHES and (not following or following in _DASHES))
        return "when" if touches or alone or (is_short and opens) else "title"
    if word in english.SHY_WEEKDAYS and not touches and piece.end != line.count:
        return "title"
    if touches or not following or not following[0].isalpha() or following in english.LINKS:
        return "when"
    if following in english.VERBS and following not in english.NOUN_VERBS:
        return "when"
    if following in english.NOUN_VERBS and _takes_object(line, piece.end):
        return "when"
    if following >= "а":
        return "when"
    return "maybe" if opens else "title"


def _is_named(line: Line, at: int) -> bool:
    """Whether a weekday opens a name of three capitals at least: "Friday Night Lights"."""
    names = line.tokens[at : at + 3]
    return len(names) == 3 and all(name.text.istitle() for name in names) and names[1].low in english.PARTS


def _takes_object(line: Line, at: int) -> bool:
    """Whether the word at `at`, noun or verb, is followed by what a verb takes: a name or an article."""
    if at + 1 >= line.count:
        return False
    following = line.tokens[at + 1]
    return following.low in (
        "the",
        "a",
        "an",
        "my",
        "our",
        "his",
        "her",
        "their",
        "up",
        "back",
        "him",
        "them",
    ) or (following.text[0].isupper() and not following.text.isupper())
