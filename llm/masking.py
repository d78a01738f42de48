"""Masking: phones and e-mails stay here; a model provider sees placeholders, and the answer gets them back."""

import re

_PRIVATE = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\+?\d(?:[\s().-]{0,2}\d){6,14}")
_PLACEHOLDER = re.compile(r"⟦\d+⟧")
_OPEN = re.compile(r"⟦\d*$")


class Mask:
    """One conversation's placeholders. The same value gets the same placeholder."""

    def __init__(self) -> None:
        self._values: list[str] = []

    def hide(self, text: str) -> str:
        """Every phone and e-mail as ⟦n⟧."""
        return _PRIVATE.sub(lambda match: self._placeholder(match[0]), text)

    def restore(self, text: str) -> str:
        """Placeholders as their values; one that is none of ours stays."""
        return _PLACEHOLDER.sub(lambda match: self._value(match[0]), text)

    def restore_partial(self, text: str) -> str:
        """The same for a text still growing: a placeholder cut in half at the end waits."""
        return self.restore(_OPEN.sub("", text))

    def _placeholder(self, value: str) -> str:
        if value not in self._values:
            self._values.append(value)
        return f"⟦{self._values.index(value)}⟧"

    def _value(self, placeholder: str) -> str:
        number = int(placeholder[1:-1])
        return self._values[number] if number < len(self._values) else placeholder
