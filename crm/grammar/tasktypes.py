"""Kinds of tasks: which lines are calls to make."""

from crm.grammar import english, russian
from crm.grammar.tokens import MASKED, Line


def task_type(line: Line, taken: list[bool]) -> str | None:
    """ "call" where a verb of calling is used; English ones at the beginning of what is to be done only."""
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
        if opens and low in english.CALLING and (low != "phone" or _names_someone(line, index + 1)):
            following = line.lows[index + 1]
            return (
                None
                if following in english.CALL_NOUNS
                or (following == "for" and line.lows[index + 2] == "papers")
                else "call"
            )
        if opens and low == "give" and "call" in line.lows[index : index + 6]:
            return "call"
        opens = not low[0].isalnum() or low in (
            "please",
            "пожалуйста",
            "to",
            "and",
            "then",
            "will",
            "should",
            "must",
            "i'll",
            "urgent",
            "urgently",
            "asap",
            "надо",
            "нужно",
        )
    return None


def _names_someone(line: Line, index: int) -> bool:
    """Whether a person follows "phone": a name, or a word for one."""
    if index >= line.count:
        return False
    token = line.tokens[index]
    return token.text[0].isupper() or token.low in (
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
