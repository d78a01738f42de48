"""Words: what a message is compared by: its words without their endings, their meanings, and pieces of words."""

import re
from functools import cache, lru_cache
from itertools import combinations, pairwise

from crm.routing.meanings import MEANINGS

WORDS = 60  # of a message that are looked at: what somebody wants, they say first
PIECE = 4  # letters of a piece; with one letter mistyped, most pieces of a word still fit
_LEAST = 3  # letters of a stem or of a beginning
_TOKEN = re.compile(r"[a-zа-я]+(?:'[a-z]+)?|\d+|[?%]")
_REFLEXIVE = re.compile(r"(?:ся|сь)$")
_RUSSIAN = re.compile(
    r"(?:иями|ями|ами|иях|ием|ией|ого|его|ому|ему|ыми|ими|ать|ить|еть|ять|уть|ешь|ишь|ете|ите|ают|яют|уют|ает|яет|ует"
    r"|ала|ило|или|али|ила|ела|ули|ов|ев|ей|ий|ый|ой|ая|яя|ое|ее|ые|ие|ую|юю|ах|ях|ам|ям|ом|ем|им|ым|их|ых|ут|ют|ат|ят"
    r"|ит|ет|ал|ил|ел|ть|а|я|о|е|ы|и|у|ю|ь|й|л)$"
)
_ENGLISH = re.compile(r"(?:ations?|ings?|edly|ies|ied|ly|ed|es|er|s|e|y)$")


def features(text: str) -> frozenset[str]:
    """What a message consists of. The letter before the colon tells the kind: w a word, k a meaning, b two words in a
    row, p two meanings anywhere, c a piece of a word. A message without letters or digits has none."""
    words = ["#" if word[0].isdigit() else word for word in _tokens(text)]
    chain, found, said = ["^"], set[str](), set[str]()
    for word in words:
        stem, meanings = _stem(word), meanings_of(word)
        found.add(f"w:{stem}")
        said.update(meanings)
        chain.append(meanings[0] if meanings else stem)
        if len(word) >= PIECE:
            found.update(_pieces(word))
    found.update(f"k:{meaning}" for meaning in said)
    found.update(f"b:{one} {two}" for one, two in pairwise(chain))
    found.update(f"p:{one}&{two}" for one, two in combinations(sorted(said), 2))
    return frozenset(found)


@lru_cache(maxsize=16384)
def meanings_of(word: str) -> tuple[str, ...]:
    """Those of a folded word; the whole word counts before any beginning."""
    whole, beginnings = _thesaurus()
    if word in whole:
        return whole[word]
    for length in range(len(word), 1, -1):
        if (length >= _LEAST or length == len(word)) and word[:length] in beginnings:
            return beginnings[word[:length]]
    return ()


def _tokens(text: str) -> list[str]:
    folded = text.lower().replace("ё", "е").replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    found = []
    for match in _TOKEN.finditer(folded):
        found.append(match.group())
        if len(found) == WORDS:
            break
    return found


@lru_cache(maxsize=16384)
def _stem(word: str) -> str:
    """A folded word without its ending; coarse, since pieces and meanings are compared as well."""
    if "а" <= word[0] <= "я":
        if len(word) <= PIECE:
            return word
        word = _REFLEXIVE.sub("", word)
        ending = _RUSSIAN.search(word)
    else:
        ending = _ENGLISH.search(word) if len(word) >= PIECE else None
    return word[: ending.start()] if ending and ending.start() >= _LEAST else word


@lru_cache(maxsize=16384)
def _pieces(word: str) -> tuple[str, ...]:
    padded = f"<{word}>"
    return tuple(f"c:{padded[at : at + PIECE]}" for at in range(len(padded) - PIECE + 1))


@cache
def _thesaurus() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """Whole words and beginnings of words, each with its meanings."""
    whole: dict[str, tuple[str, ...]] = {}
    beginnings: dict[str, tuple[str, ...]] = {}
    for meaning, listed in MEANINGS.items():
        for entry in listed.split():
            place = whole if entry.startswith("=") else beginnings
            word = entry.removeprefix("=")
            place[word] = (*place.get(word, ()), meaning)
    return whole, beginnings
