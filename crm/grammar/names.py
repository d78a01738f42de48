"""The forms of a contact's name: every case of its words, by Russian morphology, loaded when first needed.

Forms are stored when a contact is saved, and lines are matched by them: the grammar itself never loads morphology.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from crm.grammar.letters import words
from crm.grammar.shortnames import FIRST_NAMES
from crm.grammar.tokens import folded, tokenised

_CASES = ("nomn", "gent", "datv", "accs", "ablt", "loct")
_NAMES = frozenset({"Name", "Surn", "Patr"})
_LEGAL = words("ооо оао зао пао ао ип нко llc ltd inc gmbh co corp plc sa ag llp the и and of")
# First names that are common nouns as well: in a line they need their capital.
_ALSO_NOUNS = words(
    "вера надежда любовь роман лев слава роза лилия мир майя злата рада тихон герман марс эра"
)
# English names need none, but for words that ordinary English lines are full of.
_ALSO_WORDS = words(
    "will may bill art hope june april august summer guy chase grant rich skip miles page price law young "
    "long short best day"
)


def load() -> None:
    """Load the morphology (about 0.2 s) now rather than with the first contact."""
    analyzer()


@lru_cache(maxsize=1)
def analyzer() -> Any:
    """Russian morphology, one for the process."""
    import pymorphy3

    return pymorphy3.MorphAnalyzer(lang="ru")


@lru_cache(maxsize=4096)
def forms_of(full_name: str) -> frozenset[str]:
    """All the forms the words of a name take in a line, folded.

    A word that is also a common noun is kept with its capital: only so does it match. A company's whole name is
    kept in «…» too, for a quotation.
    """
    words = [token for token in tokenised(full_name) if token.is_word and token.low not in _LEGAL]
    if not words:
        words = [token for token in tokenised(full_name) if token.is_word]
    gender = _gender([token.low for token in words])
    forms: set[str] = set()
    is_person = False
    for token in words:
        if "а" <= token.low[0] <= "я":
            is_name, found = _russian(token.low, gender)
        else:
            is_name, found = token.low in FIRST_NAMES, [token.low]
            if token.low in _ALSO_WORDS:
                found = [token.low.capitalize()]
        is_person = is_person or is_name
        forms.update(found)
    if not is_person and words:
        forms.update(_whole(words))
    return frozenset(forms)


def _whole(words: list[Any]) -> Iterable[str]:
    plain = " ".join(token.low for token in words)
    yield f"«{plain}»"
    if len(words) == 1 and "а" <= plain[0] <= "я":
        yield from (f"«{folded(form)}»" for form in _russian(plain, None)[1])


@lru_cache(maxsize=8192)
def _parsed(low: str) -> tuple[Any, ...]:
    return tuple(analyzer().parse(low))


def _gender(lows: list[str]) -> str | None:
    """The gender of a person's name, by its patronymic or first name; None when nothing tells."""
    for kind in ("Patr", "Name"):
        for low in lows:
            if not "а" <= low[0] <= "я":
                continue
            genders = {
                str(parse.tag.gender)
                for parse in _parsed(low)
                if kind in parse.tag and "nomn" in parse.tag and "sing" in parse.tag
            } & {"masc", "femn"}
            if len(genders) == 1:
                return genders.pop()
    return None


@lru_cache(maxsize=8192)  # an import has the same first names again and again
def _russian(low: str, gender: str | None) -> tuple[bool, list[str]]:
    """Whether a word is a person's, and its forms."""
    parses = [parse for parse in _parsed(low) if "nomn" in parse.tag and "plur" not in parse.tag]
    of_name = [parse for parse in parses if _NAMES & parse.tag.grammemes]
    if gender is not None:
        of_name = [parse for parse in of_name if gender in parse.tag] or of_name
    chosen = (of_name or parses)[:2] if gender is None else (of_name or parses)[:1]
    if not chosen:
        return False, [low]
    forms = {low}
    for parse in chosen:
        for case in _CASES:
            inflected = parse.inflect({"sing", case} if "sing" in parse.tag or not of_name else {case})
            if inflected is not None:
                forms.add(folded(inflected.word))
                forms.update(_variants(parse, case))
    if _is_common(low, of_name):
        forms = {form.capitalize() for form in forms}
    return bool(of_name), sorted(forms)


def _variants(parse: Any, case: str) -> Iterable[str]:
    """ "Анною" beside "Анной"; a lexeme holds both."""
    if case != "ablt":
        return
    for form in parse.lexeme:
        if case in form.tag and "sing" in form.tag and form.tag.gender == parse.tag.gender:
            yield folded(form.word)


def _is_common(low: str, of_name: list[Any]) -> bool:
    if low in _ALSO_NOUNS:
        return True
    if any("Name" in parse.tag or "Patr" in parse.tag for parse in of_name):
        return False
    own = frozenset({"Name", "Surn", "Patr", "Orgn", "Geox", "Abbr", "Trad"})
    kinds = ("NOUN",) if of_name else ("NOUN", "ADJF", "INFN", "ADVB", "VERB")
    return any(
        parse.is_known
        and not own & parse.tag.grammemes
        and parse.tag.POS in kinds
        and folded(parse.normal_form) == low
        for parse in _parsed(low)
    )
