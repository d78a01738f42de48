"""Kinds of tasks: which lines are calls to make."""

from collections.abc import Iterable

from crm.grammar import english, russian
from crm.grammar.letters import words
from crm.grammar.tokens import MASKED, Line, Span

# What may stand before the verb of a task, in an English line or one that begins in Russian.
_BEFORE_VERBS = words(
    "please to and then also just will would should must may might can could i'll i'd so um uh ok okay "
    "well hey let's lets gotta maybe urgent urgently asap пожалуйста надо нужно"
)


def task_type(line: Line, taken: list[bool], names: Iterable[Span] = ()) -> str | None:
    """ "call" where a verb of calling is used; English ones at the beginning of what is to be done only.

    `names` are where contacts stand: "phone" calls one of these, or is a thing.
    """
    people = {start for start, _ in names}
    opens = True
    for index in range(line.count):
        low = line.lows[index]
        if taken[index]:
            continue
        if low == MASKED:
            opens = False
            continue
        if low in russian.CALLING and _is_calling(line, index):
            return "call"
        if opens and low in english.CALLING and (low != "phone" or _names_someone(line, index + 1, people)):
            following = line.lows[index + 1]
            return (
                None
                if following in english.CALL_NOUNS
                or (following == "for" and line.lows[index + 2] == "papers")
                else "call"
            )
        if opens and low == "give" and "call" in line.lows[index : index + 6]:
            return "call"
        opens = not low[0].isalnum() or low in _BEFORE_VERBS
    return None


def _names_someone(line: Line, index: int, people: set[int]) -> bool:
    """Whether a person follows "phone": a name, or a word for one."""
    if index >= line.count:
        return False
    token = line.tokens[index]
    return token.start in people or token.text[0].isupper() or token.low in (
        "the", "my", "him", "her", "them", "back", "mom", "mum", "dad", "clients", "client", "up", "our",
    )  # fmt: skip


def _is_calling(line: Line, index: int) -> bool:
    """«набрать» calls a person or a number, not a text."""
    low = line.lows[index]
    if low not in ("набрать", "набери"):
        return True
    after = line.tokens[index + 1].text if index + 1 < line.count else ""
    return after[:1].isupper() or after in (
        "номер",
        "клиента",
        "клиенту",
        "маму",
        "папу",
        "его",
        "ей",
        "ему",
        "",
    )
