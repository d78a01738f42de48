"""Summaries: what is kept in short of turns that find no room any more."""

from collections.abc import Sequence
from typing import Any

from crm.memory.entities import Past

SUMMARY = 1500  # characters of one


def extract(summary: str | None, turns: Sequence[Past]) -> str:
    """A summary without a model: the beginning of each question and answer, the newest of them if there is no room."""
    lines = [summary] if summary else []
    for past in turns:
        said = [words for message in past.messages for words in _said(message)]
        lines += [f"– {' '.join(words.split())[:100]}" for words in (said[:1] + said[-1:] if said else [])]
    text = "\n".join(dict.fromkeys(lines))
    return text if len(text) <= SUMMARY else f"…{text[-SUMMARY + 1 :]}"


def transcript(turns: Sequence[Past]) -> str:
    """What was said, for whoever makes a summary of it."""
    return "\n".join(words for past in turns for message in past.messages for words in _said(message))


def _said(message: Any) -> list[str]:
    """What the person and the assistant said, no results of tools."""
    kinds = ("user-prompt", "text")
    parts = message.get("parts", ()) if isinstance(message, dict) else ()
    found = [
        part.get("content") for part in parts if isinstance(part, dict) and part.get("part_kind") in kinds
    ]
    return [one for one in found if isinstance(one, str) and one.strip()]
