"""Drafts: what one line says of a task, a reminder, a contact or a call; the rest of it is the title."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from crm.grammar.dates import HOURS, MINUTES, Due, find_moment
from crm.grammar.letters import on_one_line, says_nothing
from crm.grammar.phones import find_phone

_QUOTED = re.compile(r"«[^«»]*»|“[^“”]*”|„[^„“]*“|\"[^\"]*\"")
_PRIORITIES = {"!": "high", "!!": "urgent", "p1": "urgent", "p2": "high", "p3": "normal", "p4": "low"}
_PRIORITY = re.compile(r"(?<!\S)(?:!!?|[pP][1-4])(?!\S)")
_CALLING = re.compile(r"(?:call|phone|ring|позвонить|перезвонить|созвониться|набрать)(?!\w)", re.IGNORECASE)
_LENGTH = re.compile(
    rf"(?<!\w)(?:(?P<h>\d{{1,2}})\s*(?:{HOURS})(?:\s*(?P<more>\d{{1,2}})\s*(?:{MINUTES}))?"
    rf"|(?P<m>\d{{1,3}})\s*(?:{MINUTES}))(?!\w)(?:\.(?=\s|$))?",
    re.IGNORECASE,
)
_INBOUND = re.compile(
    r"(?<!\w)(?:incoming|inbound|входящ\w+)(?:\s+(?:call|звонок))?(?:\s+(?:from|от))?(?!\w)"
    r"|^\s*(?:(?:call|звонок)\s+)?(?:from|от)(?!\w)",
    re.IGNORECASE,
)
_OUTBOUND = re.compile(
    r"(?<!\w)(?:outgoing|outbound|исходящ\w+)(?:\s+(?:call|звонок))?(?:\s+to)?(?!\w)|^\s*(?:call\s+)?to(?!\w)",
    re.IGNORECASE,
)
_OUTCOMES = {
    "no_answer": r"no answer|missed|недозвон|не взяла?|не ответила?|пропущен\w*",
    "busy": r"busy|занято",
    "left_voicemail": r"voicemail|автоответчик\w*",
    "wrong_number": r"wrong number|ошибся|ошиблась|ошибка номера",
    "callback_requested": r"callback|call back|просила? перезвонить",
    "connected": r"connected|talked|spoke|дозвонил(?:ся|ась)|поговорили",
}
_NOTES = re.compile(r":\s|:$")


@dataclass(frozen=True, slots=True)
class Draft:
    """What a line said. `past` is a moment named and gone; `bad_phone` what was typed as a phone and is none."""

    title: str
    due: Due | None = None
    past: Due | None = None
    priority: str = "normal"
    task_type: str = "todo"
    phone: str | None = None
    bad_phone: str | None = None
    spans: tuple[tuple[int, int], ...] = field(default=())


@dataclass(frozen=True, slots=True)
class CallDraft:
    """What a line said of a call. `started_at` is aware, UTC; a duration without a time ends now."""

    contact_name: str | None
    phone: str | None
    bad_phone: str | None
    direction: str
    outcome: str
    started_at: datetime
    duration_seconds: int | None
    notes: str


def parse(text: str, *, now: datetime, zone: ZoneInfo) -> Draft:
    """Read a task or a reminder. `now` is when the message was sent, aware. Pure and without surprises: each
    span of `text` that was understood is listed, and what is in quotes is literal."""
    text = on_one_line(text)
    readable = _readable(text)
    moment = find_moment(readable, now=now, zone=zone)
    spans = moment.spans if moment else ()
    phone = find_phone(_blank(readable, spans))
    mark = _PRIORITY.search(readable)
    if phone and phone.number:
        spans += (phone.span,)
    if mark:
        spans += (mark.span(),)
    title = _without(text, spans)
    return Draft(
        title=title,
        due=moment.due if moment and not moment.is_past else None,
        past=moment.due if moment and moment.is_past else None,
        priority=_PRIORITIES[mark[0].lower()] if mark else "normal",
        task_type="call" if _CALLING.match(title) else "todo",
        phone=phone.number if phone else None,
        bad_phone=phone.typed if phone and phone.number is None else None,
        spans=tuple(sorted(spans)),
    )


def parse_contact(text: str) -> Draft:
    """Read a contact: a name and a phone, in either order; the title is the name."""
    text = on_one_line(text)
    phone = find_phone(_readable(text), expected=True)
    if phone is None:
        return Draft(title=_without(text, ()))
    return Draft(
        title=_without(text, (phone.span,)),
        phone=phone.number,
        bad_phone=phone.typed if phone.number is None else None,
        spans=(phone.span,),
    )


def parse_call(text: str, *, now: datetime, zone: ZoneInfo) -> CallDraft:
    """Read a call log: who, which number, how it ended, how long; after ': ' all is notes."""
    text = on_one_line(text)
    colon = _NOTES.search(_readable(text))
    head, notes = (text[: colon.start()], text[colon.end() :]) if colon else (text, "")
    readable = _readable(head)
    length = _LENGTH.search(readable)
    blanked = _blank(readable, (length.span(),)) if length else readable
    phone = find_phone(blanked, expected=True)
    found = {
        name: re.search(rf"(?<!\w)(?:{words})(?!\w)", blanked, re.IGNORECASE)
        for name, words in _OUTCOMES.items()
    }
    outcome = next((name for name, match in found.items() if match), "connected")
    inbound = list(_INBOUND.finditer(blanked))
    marks = [*inbound, *_OUTBOUND.finditer(blanked)]
    marks += [match for match in (length, *found.values()) if match]
    spans = tuple(match.span() for match in marks) + ((phone.span,) if phone else ())
    seconds = _seconds(length) if length else None
    return CallDraft(
        contact_name=_without(head, spans) or None,
        phone=phone.number if phone else None,
        bad_phone=phone.typed if phone and phone.number is None else None,
        direction="inbound" if inbound else "outbound",
        outcome=outcome,
        started_at=now - timedelta(seconds=seconds or 0),
        duration_seconds=seconds,
        notes=" ".join(notes.split()),
    )


def _seconds(length: re.Match[str]) -> int:
    return int(length["h"] or 0) * 3600 + int(length["m"] or length["more"] or 0) * 60


def _readable(text: str) -> str:
    """The text as the tables read it: ё folded, quoted parts blanked; positions stay."""
    folded = text.replace("ё", "е").replace("Ё", "Е")
    return _blank(folded, tuple(match.span() for match in _QUOTED.finditer(folded)))


def _blank(text: str, spans: tuple[tuple[int, int], ...]) -> str:
    letters = list(text)
    for start, end in spans:
        letters[start:end] = "\0" * (end - start)
    return "".join(letters)


def _without(text: str, spans: tuple[tuple[int, int], ...]) -> str:
    """The text without its spans, white space folded, stray punctuation at the ends dropped; '' when only
    punctuation is left."""
    left, position = [], 0
    for start, end in sorted(spans):
        left.append(text[position:start])
        position = max(position, end)
    left.append(text[position:])
    rest = " ".join(" ".join(left).split()).strip(" ,;:-–")
    return "" if says_nothing(rest) else rest
