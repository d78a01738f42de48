"""Titles: what is left of a line when all that was understood is taken out."""

from collections.abc import Iterable

from crm.grammar.letters import says_nothing
from crm.grammar.tokens import Span

_EDGES = " ,;:-–—"
_BEFORE = ",;:.!?…)"


def without(text: str, spans: Iterable[Span]) -> str:
    """The text without these spans, white space folded, separators left over dropped; "" when only marks are left."""
    rest = ""
    position = 0
    for start, end in (*sorted(spans), (len(text), len(text))):
        rest = _joined(rest, text[position:start], is_last=end == len(text) == start)
        position = max(position, end)
    rest = " ".join(rest.split()).strip(_EDGES)
    return "" if says_nothing(rest) else rest


def _joined(left: str, right: str, *, is_last: bool) -> str:
    left, right = left.rstrip(), right.strip() if is_last else right.lstrip()
    if not left:
        return right.lstrip(" ,;:.–—") if right.startswith((",", ";", ":", ". ", "–", "—")) else right
    if not right:
        return left
    if left[-1] + right[0] in ("()", "[]"):
        return (left[:-1].rstrip() + " " + right[1:].lstrip()).strip()
    if is_last and right in (".", "!", "?", "…") and left[-1].isalnum():
        return left if right == "." else left + right
    if is_last and right == "." == left[-1]:
        return left
    if right[0] in _BEFORE and not (right[0] == "!" and right[1:2].isalnum()):
        if right[0] in ",;:" and left[-1] in ",;:-–—":
            right = right[1:].lstrip()
        return f"{left} {right}" if right and right[0] not in _BEFORE else left + right
    return f"{left} {right}"
