"""Values: what the text of a cell means as a date, a phone, a length of time or a word of a list."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from crm.grammar.dates import is_valid
from crm.grammar.phones import find_phone

EXCEL_ZERO = date(1899, 12, 30)  # day 0 of Excel's 1900 calendar, its false leap day counted in
_ISO = re.compile(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})")
_THREE = re.compile(r"(\d{1,2})([-./])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")
_NAMED = re.compile(r"(\d{1,2})[\s-]+([a-zа-я]{3,9})\.?,?[\s-]+(\d{4}|\d{2})(?:\s*г\.?)?", re.IGNORECASE)
_ENGLISH = re.compile(r"([a-z]{3,9})\.?\s+(\d{1,2}),?\s+(\d{4})", re.IGNORECASE)
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*([ap]m)?", re.IGNORECASE)
_OFFSET = re.compile(r"\s*(Z|[+-]\d{2}:?\d{2})", re.IGNORECASE)
_SERIAL = re.compile(r"(\d{5})(?:[.,](\d+))?")
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan янв", "feb фев", "mar мар", "apr апр", "may май мая", "jun июн", "jul июл", "aug авг", "sep сен",
            "oct окт", "nov ноя", "dec дек",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_LENGTHS = re.compile(
    r"(\d+(?:[.,]\d+)?)\s*(hours?|h|часов|часа|час|ч|minutes?|mins?|m|минуты|минута|минут|мин|м|seconds?|secs?|s|секунды|секунда|секунд|сек|с)\.?(?![a-zа-я])",
    re.IGNORECASE,
)


def order_of(values: Iterable[str], usual: str) -> str:
    """ "DMY" or "MDY" of a column: by any date in it that can only be one of them, else as usual."""
    for text in values:
        match = _THREE.match(text.strip())
        if match and match[2] == "/" and (int(match[1]) > 12) != (int(match[3]) > 12):
            return "DMY" if int(match[1]) > 12 else "MDY"
    return usual if usual == "MDY" else "DMY"


def when(text: str, zone: ZoneInfo, order: str) -> tuple[date, time | None] | None:
    """The day and, if there is one, the clock of a cell, on the zone's wall; None when it is no date."""
    text = text.strip().rstrip(".")
    day, rest = _day(text, order)
    if day is None:
        return None
    clock, offset = _clock(rest)
    if clock is None and rest.strip(" ,T"):
        return None
    if clock is None or offset is None:
        return day, clock
    moment = datetime.combine(day, clock, tzinfo=offset.tzinfo).astimezone(zone)
    return moment.date(), moment.time()


def clock(text: str) -> time | None:
    """A time of day alone."""
    match = _CLOCK.fullmatch(text.strip())
    return _time(match) if match else None


def _day(text: str, order: str) -> tuple[date | None, str]:
    """The date at the beginning of a text, and what follows it."""
    serial = _SERIAL.fullmatch(text)
    if serial and 20_000 <= int(serial[1]) <= 80_000:  # 1954 to 2119, as an unformatted cell tells it
        part = float(f"0.{serial[2]}") if serial[2] else 0.0
        moment = datetime.combine(EXCEL_ZERO, time()) + timedelta(
            days=int(serial[1]), seconds=round(part * 86_400)
        )
        return moment.date(), f"{moment:%H:%M:%S}" if part else ""
    if match := _ISO.match(text):
        year, month, day = int(match[1]), int(match[2]), int(match[3])
    elif match := _THREE.match(text):
        first, second, year = int(match[1]), int(match[3]), _year(match[4])
        swapped = match[2] == "/" and order == "MDY"
        month, day = (first, second) if swapped else (second, first)
    elif match := _NAMED.match(text):
        day, month, year = int(match[1]), _month(match[2]), _year(match[3])
    elif match := _ENGLISH.match(text):
        month, day, year = _month(match[1]), int(match[2]), int(match[3])
    else:
        return None, text
    return (date(year, month, day) if is_valid(year, month, day) else None), text[match.end() :]


def _month(name: str) -> int:
    return _MONTHS.get(name[:3].lower(), 0)


def _year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def _clock(rest: str) -> tuple[time | None, datetime | None]:
    """A clock and, as any datetime with it, the offset from UTC that it was told with."""
    match = _CLOCK.fullmatch(rest.strip(" ,T")) or _CLOCK.match(rest.strip(" ,T"))
    if match is None:
        return None, None
    left = rest.strip(" ,T")[match.end() :]
    told = _time(match)
    if not left.strip() or told is None:
        return told, None
    offset = _OFFSET.fullmatch(left)
    if offset is None:
        return None, None
    sign = offset[1].upper().replace("Z", "+00:00")
    return told, datetime.fromisoformat(f"2000-01-01T00:00:00{sign[:3]}:{sign[-2:]}")


def _time(match: re.Match[str]) -> time | None:
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    if match[4]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match[4].lower() == "pm" else 0)
    return time(hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None


def phones(text: str, regions: Sequence[str]) -> tuple[tuple[str, ...], str | None]:
    """The numbers of a cell as E.164, and the first piece that is none."""
    found: list[str] = []
    for piece in re.split(r"[,;/\n]|\s{2,}", text):
        typed = piece.strip().lstrip("'")
        if not typed:
            continue
        for spelling in (typed, f"+{typed}") if typed[0] in "123456789" else (typed,):
            number = find_phone(spelling, regions, expected=True)
            if number is not None and number.number is not None:
                found.append(number.number)
                break
        else:
            return tuple(dict.fromkeys(found)), typed
    return tuple(dict.fromkeys(found)), None


def email(text: str) -> tuple[str | None, str | None]:
    """The first address of a cell, and the first piece that is none."""
    pieces = [piece.strip().removeprefix("mailto:") for piece in re.split(r"[,;\s]+", text) if piece.strip()]
    for piece in pieces:
        if not re.fullmatch(r"[^@\s<>\"']{1,64}@[^@\s<>\"']+\.[^@\s<>\"'.]{2,24}", piece):
            return None, piece
    return (pieces[0] if pieces else None), None


def seconds(text: str) -> int | None:
    """A length of time: 750, 12:30 (minutes and seconds), 1:02:03, "12 min 5 s"; None when it is none."""
    text = text.strip().lower()
    if match := re.fullmatch(r"(\d{1,6})(?:[.,]0+)?", text):
        return int(match[1])
    if match := re.fullmatch(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{2})", text):
        return int(match[1] or 0) * 3600 + int(match[2]) * 60 + int(match[3])
    parts = _LENGTHS.findall(text)
    if not parts or _LENGTHS.sub("", text).strip(" ,.и"):
        return None
    units = {"h": 3600, "ч": 3600, "m": 60, "м": 60, "s": 1, "с": 1}
    return round(sum(float(number.replace(",", ".")) * units[unit[0]] for number, unit in parts))


def labels(text: str) -> tuple[str, ...]:
    pieces = (piece.strip().lstrip("#")[:50] for piece in re.split(r"[,;\n]", text))
    return tuple(dict.fromkeys(piece for piece in pieces if piece))


def word(text: str, known: Mapping[str, str]) -> str | None:
    """The word of a list that is meant, as WORDS tell; None for one that isn't known."""
    return known.get(" ".join(text.casefold().replace("ё", "е").replace("_", " ").split()))


def _words(listed: Mapping[str, str]) -> Mapping[str, str]:
    """By each way to say it (separated by |), the value; the value itself is one."""
    return {
        way.strip(): value
        for value, ways in listed.items()
        for way in (value.replace("_", " "), *ways.split("|"))
    }


STAGES = _words({
    "lead": "new lead|новый|потенциальный|лид|необработан|не обработан|первичный контакт|неразобранное",
    "active": "активный|в работе|in progress|in process|клиент|клиенты|client|clients|customer|переговоры",
    "won": "выигран|успешно реализовано|сделка успешна|сделка состоялась|won deal|closed won|converted|успех",
    "lost": "потерян|отказ|закрыто и не реализовано|сделка провалена|некачественный|closed lost|junk lead|провал",
    "dormant": "спящий|неактивный|inactive",
})  # fmt: skip
STATUSES = _words({
    "not_started": "не начата|новая|новое|ждет выполнения|ожидает выполнения|new|pending|open|todo|to do|открыта",
    "in_progress": "в работе|выполняется|в процессе|делается",
    "deferred": "ждет|waiting|отложена|ждет контроля|supposedly completed|on hold|pending review|paused",
    "completed": "выполнена|завершена|закрыта|готово|сделана|done|finished|closed|да|yes",
    "canceled": "отменена|отклонена|cancelled|declined",
})  # fmt: skip
PRIORITIES = _words({
    "low": "низкий|низкая|неважно|low priority|низкий приоритет",
    "normal": "обычный|обычная|средний|средняя|medium|нет|no|normal priority|обычный приоритет",
    "high": "высокий|высокая|важно|важная|да|yes|important|high priority|высокий приоритет",
    "urgent": "срочный|срочная|срочно|критический|critical",
})  # fmt: skip
TYPES = _words({
    "todo": "task|задача|дело|to do|follow up|связаться|связаться с клиентом",
    "call": "звонок|позвонить|перезвонить",
    "meeting": "встреча|встретиться",
    "email": "e-mail|письмо|написать письмо|mail|почта",
    "message": "сообщение|написать|sms|смс",
})  # fmt: skip
DIRECTIONS = _words({
    "inbound": "incoming|входящий|вх|входящий звонок|incoming call|in|входящий с перенаправлением|обратный звонок",
    "outbound": "outgoing|исходящий|исх|исходящий звонок|outgoing call|out|callback",
})  # fmt: skip
OUTCOMES = _words({
    "connected": "talked|поговорили|успешный звонок|успешный|успешно|разговор состоялся|answered|успешный вызов|success"
    "|successful call|отвечен|принят",
    "no_answer": "не дозвонились|нет ответа|пропущенный звонок|пропущенный|не отвечен|missed|missed call|неотвеченный"
    "|недозвон|вызов отменен|not answered",
    "busy": "занято|line busy|абонент занят",
    "left_voicemail": "voicemail|автоответчик|голосовая почта",
    "left_live_message": "left a message|передали сообщение|оставили сообщение",
    "wrong_number": "ошибка номера|неверный номер|неправильный номер",
    "callback_requested": "call back|просили перезвонить|перезвонить",
    "other": "другое|иное",
})  # fmt: skip
YES = {"yes", "да", "true", "1", "y", "+", "x", "истина"}
