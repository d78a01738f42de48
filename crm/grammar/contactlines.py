"""Contact lines: who, with which phones, company, e-mail, Telegram name, labels and stage, in any order."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from crm.grammar.gathering import blanked
from crm.grammar.letters import on_one_line, says_nothing
from crm.grammar.phones import find_phone
from crm.grammar.readers import Reader
from crm.grammar.titles import without
from crm.grammar.tokens import Span, quoted

_EMAIL = re.compile(r"[^\s@<>(),;:\"«»]{1,64}@[^\s@<>(),;:\"«»]{0,190}[^\s@<>(),;:\"«».]")
_GOOD_EMAIL = re.compile(r"[^\s@]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,24}")
_TELEGRAM = re.compile(r"(?:(?<![\w@.])@|(?:https?://)?t\.me/)([A-Za-z]\w{3,31})(?![\w@.]*@)", re.ASCII)
_LABEL = re.compile(r"(?<!\S)#(?=[\w-]*[^\W\d_])([\w-]{1,50})")
_FORM = r"(?:ООО|ОАО|ЗАО|ПАО|АО|ИП|ТОО|НКО)"
_WESTERN = r"(?:LLC|L\.L\.C\.|Ltd\.?|Limited|Inc\.?|GmbH|Corp\.?|AG|PLC|B\.?V\.?|S\.A\.|LLP|Oy|AB)"
_QUOTE = r"(?:«[^»]{1,100}»|“[^”]{1,100}”|\"[^\"]{1,100}\")"
_NAMED = re.compile(rf"(?<!\w){_FORM}\s*{_QUOTE}|{_QUOTE}\s*,?\s*{_WESTERN}(?!\w)")
_FORM_FIRST = re.compile(rf"(?<!\w){_FORM}(?!\w)((?:\s+[^\W\d_][\w&'’.-]{{0,60}}){{1,8}})")
_FORM_LAST = re.compile(rf"((?<![\w&'’.-])(?:[^\W\d_][\w&'’.-]{{0,60}}\s+){{1,8}}){_WESTERN}(?!\w)")
_QUOTED = re.compile(_QUOTE)
_STAGES = {
    "lead": "lead", "лид": "lead", "новый": "lead", "новая": "lead", "active": "active", "won": "won",
    "клиент": "won", "клиентка": "won", "lost": "lost", "отказ": "lost", "dormant": "dormant", "пауза": "dormant",
}  # fmt: skip
_STAGE = re.compile(rf"(?<![\w#@])({'|'.join(_STAGES)})(?![\w@.])")


@dataclass(frozen=True, slots=True)
class ContactLine:
    """`phones` are E.164; `telegram` is lower case, without @. What was meant as a phone or an e-mail and is none is
    in `bad_phone`, `bad_email`, as typed. `said` tells whether there is more than a name."""

    name: str | None = None
    phones: tuple[str, ...] = ()
    bad_phone: str | None = None
    company: str | None = None
    email: str | None = None
    bad_email: str | None = None
    telegram: str | None = None
    labels: tuple[str, ...] = ()
    stage: str | None = None

    @property
    def says_more(self) -> bool:
        return bool(self.phones or self.company or self.email or self.telegram or self.labels or self.stage)


def stage_word(word: str) -> str | None:
    """The stage that a word names, None for any other word."""
    return _STAGES.get(word.casefold())


def parse_contact_line(text: str, *, reader: Reader) -> ContactLine:
    """Read one line. Pure. A company alone is the name: firms are contacts too."""
    text = on_one_line(text)
    emails = [match.span() for match in _EMAIL.finditer(text)]
    telegrams = [match for match in _TELEGRAM.finditer(text) if not _within(match.start(), emails)]
    labels = list(_LABEL.finditer(text))
    taken: list[Span] = [*emails, *(match.span() for match in (*telegrams, *labels))]
    numbers, bad_phone = [], None
    for span, number in _phones(blanked(text, [*taken, *quoted(text)]), reader):
        if number is None:
            bad_phone = bad_phone or text[slice(*span)]
        else:
            numbers.append(number)
        taken.append(span)
    rest = blanked(text, taken)
    stage = next((match for match in _STAGE.finditer(blanked(rest, quoted(rest)))), None)
    if stage is not None and not says_nothing(blanked(rest, [stage.span()])):
        taken.append(stage.span())
    else:
        stage = None
    firm = _company(blanked(text, taken))
    name = without(text, [*taken, *([firm] if firm else [])]) or None
    company = " ".join(text[slice(*firm)].split()) if firm else None
    if name is None:
        name, company = company, None
    email = text[slice(*emails[0])] if emails else None
    is_email = email is not None and _GOOD_EMAIL.fullmatch(email) is not None
    return ContactLine(
        name=name,
        phones=tuple(dict.fromkeys(numbers)),
        bad_phone=bad_phone,
        company=company,
        email=email if is_email else None,
        bad_email=None if is_email else email,
        telegram=telegrams[0][1].lower() if telegrams else None,
        labels=tuple(dict.fromkeys(match[1] for match in labels)),
        stage=_STAGES[stage[1]] if stage else None,
    )


def email_in(text: str) -> str | None:
    """The whole text as an e-mail, None when it is none."""
    return text if len(text) <= 254 and _GOOD_EMAIL.fullmatch(text) else None


def telegram_in(text: str) -> str | None:
    """The whole text as a Telegram name, with or without its @ or t.me/; None when it is none."""
    text = text if text.startswith("@") or "t.me/" in text else f"@{text}"
    match = _TELEGRAM.fullmatch(text)
    return match[1].lower() if match else None


def _phones(text: str, reader: Reader) -> Iterator[tuple[Span, str | None]]:
    """Each phone and its place; the first attempt that is none as well, and then no more."""
    for _ in range(20):
        found = find_phone(text, reader.regions, expected=True)
        if found is None:
            return
        yield found.span, found.number
        if found.number is None:
            return
        text = blanked(text, [found.span])


def _company(text: str) -> Span | None:
    """Where a company's name stands: with a legal form, or in quotes beside a name."""
    if (match := _NAMED.search(text)) is not None:
        return match.span()
    if (match := _FORM_FIRST.search(text)) is not None:
        start, end = match.span()
        if says_nothing(text[:start] + text[end:]):  # a person's name may follow the firm's
            words = list(re.finditer(r"\S+", match[1]))
            end = (
                match.start(1) + words[0].end() if len(words) > 2 and text[start:].startswith("ООО") else end
            )
        return start, end
    if (match := _FORM_LAST.search(text)) is not None:
        words = list(re.finditer(r"\S+", match[1]))
        is_all = says_nothing(text[: match.start()] + text[match.end() :])
        begin = words[2].start() if is_all and len(words) > 2 else 0
        return match.start() + begin, match.end()
    match = _QUOTED.search(text)
    if match is not None and not says_nothing(text[: match.start()] + text[match.end() :]):
        return match.span()
    return None


def _within(place: int, spans: list[Span]) -> bool:
    return any(start <= place < end for start, end in spans)
