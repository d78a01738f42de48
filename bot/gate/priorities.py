"""Priorities: what goes out first when not everything may."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import IntEnum
from typing import Any

from aiogram.methods import AnswerCallbackQuery, SendChatAction, SendMessageDraft, TelegramMethod


class Priority(IntEnum):
    """The lower, the sooner. A typed command's answer comes before what a model had to say. Drafts and typing are
    optional: they never wait, they are dropped."""

    BUTTON = 0
    ANSWER = 1
    TURN = 2
    REMINDER = 3
    DRAFT = 4
    TYPING = 5

    @property
    def is_optional(self) -> bool:
        return self >= Priority.DRAFT


_sending: ContextVar[Priority] = ContextVar("sending", default=Priority.ANSWER)


@contextmanager
def sending(priority: Priority) -> Iterator[None]:
    """What is sent inside has this priority; without it, that of an answer."""
    before = _sending.set(priority)
    try:
        yield
    finally:
        _sending.reset(before)


def priority_of(method: TelegramMethod[Any]) -> Priority:
    """By what is sent where that says it, else by who sends it."""
    if isinstance(method, SendMessageDraft):
        return Priority.DRAFT
    if isinstance(method, SendChatAction):
        return Priority.TYPING
    if isinstance(method, AnswerCallbackQuery):
        return Priority.BUTTON
    return _sending.get()
