"""Masking: phones and e-mails stay here; a model provider sees placeholders, and what it says gets them back."""

import re
from collections.abc import Callable, Collection
from typing import Any

_EMAIL = r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"
_GAP = r"[ \t\u00a0\u202f().·/\u2010-\u2015-]"
_NUMBER = rf"(?<![\w⟦])(?<!\d[.,:])(?:\+{_GAP}{{0,2}}|\(|00)?\d(?:{_GAP}{{0,3}}\d){{5,18}}(?![\w:]|[.,]\d)"
_BRACKET = r"⟦\d*⟧?|⟧"  # typed by somebody: hidden too, so that it never stands for a value of ours
_HIDDEN = re.compile(rf"(?P<email>{_EMAIL})|(?P<bracket>{_BRACKET})|(?P<number>{_NUMBER})")
_PLACEHOLDER = re.compile(r"⟦(\d{1,6})⟧")
_OPEN = re.compile(r"⟦\d{0,6}$")
_DATE = re.compile(r"\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./](?:\d{4}|\d{2})(?!\d)")
_THOUSANDS = re.compile(r"\d{1,3}(?:[\s\u00a0\u202f.]\d{3})+")
_DECIMAL = re.compile(r"\d+\.\d+")
# as a phone is written without its code
_LOCAL = re.compile(r"\d{3}-\d{2}-\d{2}|\d{3}-\d{4}|\d{2}-\d{2}-\d{2}")
_MONEY_AFTER = re.compile(
    r"[ \u00a0\u202f]{0,2}(?:[₽$€£¥₸₴%]|"
    r"(?:руб\w*|тыс|млн|млрд|usd|eur|rub|dollars?|euros?|шт\w*|кг|км|kg|km)\b)",
    re.IGNORECASE,
)
_LABEL_BEFORE = re.compile(
    r"(?:[$€£¥₽]|[№#]|\b(?:invoices?|orders?|account|acct|ticket|ref|tracking|po|sku|bill|contract|id|iban|inn|vat|"
    r"сч[её]т[аеу]?|сч[её]том|инн|кпп|огрн|снилс|бик|заказ[ауе]?|заказом|договор[ауе]?|накладн\w+|артикул[ау]?|"
    r"акт[ау]?|заявк[аиуе])\s*(?:no|number|num|номер|n)?\.?\s*[:№#]?)\s*$",
    re.IGNORECASE,
)
_BARE_LENGTHS = range(10, 13)  # digits of a phone that is written without a gap
_SPACED_LENGTHS = range(9, 16)  # of one with gaps (E.164 has 15 at most)


class Mask:
    """One run's placeholders. The same value gets the same placeholder."""

    def __init__(self) -> None:
        self._values: list[str] = []
        self._numbers: dict[str, int] = {}

    def hide(self, text: str, known: Collection[str] = ()) -> str:
        """Every phone and e-mail as ⟦n⟧, and what is `known` to be private however it looks; prices, dates and numbers
        of orders stay, as a model has to read them."""
        if not known:
            return _HIDDEN.sub(self._hidden, text)
        private = re.compile("|".join(re.escape(one) for one in sorted(known, key=len, reverse=True)))
        parts, at = [], 0
        for match in private.finditer(text):
            parts += [self.hide(text[at : match.start()]), self._placeholder(match[0])]
            at = match.end()
        return "".join([*parts, self.hide(text[at:])])

    def _placeholder(self, value: str) -> str:
        if value not in self._numbers:
            self._numbers[value] = len(self._values)
            self._values.append(value)
        return f"⟦{self._numbers[value]}⟧"

    def restore(self, text: str) -> str:
        """Placeholders as their values; one that is none of ours stays."""
        return _PLACEHOLDER.sub(self._value, text)

    def restore_partial(self, text: str) -> str:
        """The same for a text still growing: a placeholder cut in half at the end waits."""
        return self.restore(_OPEN.sub("", text))

    def cut(self, text: str, limit: int) -> str:
        """The beginning of a hidden text, without half a placeholder at its end."""
        return text if len(text) <= limit else _OPEN.sub("", text[:limit])

    def invented(self, text: str) -> str | None:
        """A placeholder that stands for nothing, which a model made up."""
        for match in _PLACEHOLDER.finditer(text):
            if int(match[1]) >= len(self._values):
                return match[0]
        return None

    def _hidden(self, match: re.Match[str]) -> str:
        if match["number"] is None or _is_phone(match):
            return self._placeholder(match[0])
        return match[0]

    def _value(self, match: re.Match[str]) -> str:
        number = int(match[1])
        return self._values[number] if number < len(self._values) else match[0]


def _is_phone(match: re.Match[str]) -> bool:
    """Whether a run of digits is meant as a phone. In doubt it is: what is hidden comes back, what has left doesn't."""
    typed = match[0]
    digits = "".join(letter for letter in typed if letter.isdecimal())
    if typed.startswith(("+", "00", "(")):
        return len(digits) >= 7
    if _DATE.match(typed) or _DECIMAL.fullmatch(typed):
        return False
    is_amount = typed == digits or _THOUSANDS.fullmatch(typed) is not None
    is_money = _MONEY_AFTER.match(match.string, match.end()) is not None
    is_labelled = _LABEL_BEFORE.search(match.string, max(0, match.start() - 24), match.start()) is not None
    if is_amount and (is_money or is_labelled):
        return False
    if typed == digits:
        return len(digits) in _BARE_LENGTHS
    if _THOUSANDS.fullmatch(typed) and len(digits) < 10:
        return False
    return len(digits) in _SPACED_LENGTHS or _LOCAL.fullmatch(typed) is not None


_SAID = ("content", "args", "text")  # of a stored message: what was said, not ids, kinds and times


def hidden_messages(messages: Any, mask: Mask) -> Any:
    """Stored messages with what was said in them hidden again, each turn by its own placeholders."""
    return _each_text(messages, mask.hide)


def restored_messages(messages: Any, mask: Mask) -> Any:
    """Messages as they are kept: with the values, since placeholders mean something within one run only."""
    return _each_text(messages, mask.restore)


def _each_text(value: Any, change: Callable[[str], str], *, is_said: bool = False) -> Any:
    if isinstance(value, str):
        return change(value) if is_said else value
    if isinstance(value, list):
        return [_each_text(one, change, is_said=is_said) for one in value]
    if isinstance(value, dict):
        return {key: _each_text(one, change, is_said=is_said or key in _SAID) for key, one in value.items()}
    return value
