"""Buttons of an answer, as who presses them looks for them; and what the Bot API allows of them."""

from collections.abc import Iterable
from typing import Any

from crm.answers import Answer


def labels(answer: Any) -> list[str]:
    return [button.text for row in answer.buttons for button in row]


def data_of(answer: Any, label: str) -> str:
    """Of the first button that is called so; else of the first that begins so, or has it in its text."""
    buttons = [button for row in answer.buttons for button in row]
    found = [one for one in buttons if one.text.removeprefix("✓ ") == label]
    found += [one for one in buttons if one.text.removeprefix("✓ ").startswith(label)]
    found += [one for one in buttons if label in one.text]
    assert found, f"{label} is not among {labels(answer)}"
    return str(found[0].data)


def fit_the_bot_api(answers: Iterable[Answer]) -> bool:
    """Raises AssertionError for a button that Telegram would refuse, or an answer with none."""
    for answer in answers:
        buttons = [button for row in answer.buttons for button in row]
        assert buttons
        assert len(buttons) <= 100
        assert all(len(row) <= 8 for row in answer.buttons)
        for button in buttons:
            assert button.text
            assert len((button.data or "").encode()) <= 64
            assert len(button.start or "") <= 64
            assert button.data or button.start or button.url
    return True
