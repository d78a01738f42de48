"""Word forms: by which words a text is found, whatever case or tense they stand in."""

from functools import lru_cache

from crm.grammar.names import analyzer
from crm.grammar.tokens import tokenised

MOST = 200  # words of one text that it is found by
_FORMS = 3  # readings of one word: стали is both сталь and стать
_SERVANTS = frozenset({"PREP", "CONJ", "PRCL"})


def search_words(text: str) -> list[str]:
    """The forms by which a text is found: of each word its normal forms, numbers as they are."""
    found: dict[str, None] = {}
    for token in tokenised(text):
        if token.low[0].isalnum():
            found.update(dict.fromkeys(_normal(token.low)))
        if len(found) >= MOST:
            break
    return list(found)[:MOST]


def kept_words(text: str) -> str:
    """As they are kept with a text, each between spaces: what is looked for by « счет » is found among them."""
    found = search_words(text)
    return f" {' '.join(found)} " if found else ""


def wanted_words(text: str) -> list[str]:
    """For each word that is looked for, the forms it may stand for joined by |, as the door `find_tasks` takes them.

    Prepositions and the like don't count beside other words.
    """
    lows = [token.low for token in tokenised(text) if token.low[0].isalnum()]
    telling = [low for low in lows if not _is_servant(low)] or lows
    return ["|".join(_normal(low)) for low in dict.fromkeys(telling)]


@lru_cache(maxsize=16384)
def _normal(low: str) -> tuple[str, ...]:
    """The normal forms of a folded word, likeliest first, folded."""
    if not "а" <= low[0] <= "я":
        return (_singular(low),)
    forms = (str(parse.normal_form).replace("ё", "е") for parse in analyzer().parse(low))
    return tuple(dict.fromkeys(forms))[:_FORMS] or (low,)


def _singular(low: str) -> str:
    """An English word as one: invoices and invoice, and what ends alike on both sides, find each other."""
    low = low.removesuffix("'s")
    return low[:-1] if len(low) > 3 and low[-1] == "s" and low[-2] != "s" else low


def _is_servant(low: str) -> bool:
    return "а" <= low[0] <= "я" and analyzer().parse(low)[0].tag.POS in _SERVANTS
