"""Changes of settings, as plain data that a history keeps and an undo puts back."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import time
from typing import Any

from crm.settings.entities import DateOrder, PersonSettings


def differences(before: PersonSettings, after: PersonSettings) -> dict[str, object]:
    """[old, new] of each field that differs, as plain data."""
    names = [field.name for field in fields(PersonSettings)]
    return {
        name: [_plain(getattr(before, name)), _plain(getattr(after, name))]
        for name in names
        if getattr(before, name) != getattr(after, name)
    }


def restored_settings(settings: PersonSettings, changes: Mapping[str, object]) -> PersonSettings:
    """The settings with each field of a change as it was before it."""
    old = {name: told[0] for name, told in changes.items() if isinstance(told, list)}
    return replace(settings, **{name: _restored(name, value) for name, value in old.items()})


def _restored(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in ("quiet", "hours", "parts"):
        return tuple(time.fromisoformat(one) for one in value)
    if name in ("morning", "evening"):
        return time.fromisoformat(value)
    if name in ("workdays", "timed", "meetings", "days"):
        return tuple(value)
    return DateOrder(value) if name == "date_order" else value


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return f"{value:%H:%M}" if isinstance(value, time) else value
