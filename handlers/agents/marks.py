"""Marks: what a button of an assistant's card carries."""

from dataclasses import dataclass
from typing import Any
from zlib import crc32

from aiogram import F
from aiogram.types import CallbackQuery

from crm.agents import Agent
from crm.answers import Button

Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Press:
    """A button that was pressed; `version` is that of its card."""

    agent_id: int
    version: int
    what: str
    value: str


def presses(what: str) -> Any:
    """A filter for `as:<agent>.<version>:<what>`, where `what` is a regular expression."""
    return F.data.regexp(rf"^as:\d{{1,18}}\.\d{{1,9}}:{what}$")


def pressed(query: CallbackQuery) -> Press:
    _mark, which, what, value = (*str(query.data).split(":", 3), "")[:4]
    agent_id, _dot, version = which.partition(".")
    return Press(int(agent_id), int(version), what, value)


def mark(agent: Agent, what: str, value: object = None) -> str:
    behind = "" if value is None else f":{value}"
    return f"as:{agent.id}.{agent.version}:{what}{behind}"


def token(name: str) -> str:
    """A name of any length, as a button has room for it."""
    return f"{crc32(name.encode()):08x}"


def in_rows(buttons: list[Button], across: int) -> Rows:
    return tuple(tuple(buttons[at : at + across]) for at in range(0, len(buttons), across))
