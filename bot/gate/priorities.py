"""Priorities: what goes out first when not everything may."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import IntEnum
from typing import Any

from aiogram.methods import AnswerCallbackQuery, SendChatAction, SendMessageDraft, TelegramMethod

from bot.gate.underway import Slip


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
_slip: ContextVar[Slip | None] = ContextVar("slip", default=None)


@contextmanager
def sending(priority: Priority) -> Iterator[None]:
    """What is sent inside has this priority; without it, that of an answer. What a reminder is written down in belongs
    inside, too: few may be sent and not written down."""
    slip = Slip() if priority is Priority.REMINDER else None
    before, slip_before = _sending.set(priority), _slip.set(slip)
    try:
        yield
    finally:
        _sending.reset(before)
        _slip.reset(slip_before)
        if slip is not None:
            slip.end()


def slip_of(priority: Priority) -> Slip | None:
    """Of the message that is being sent; only reminders have one."""
    return _slip.get() if priority is Priority.REMINDER else None


def priority_of(method: TelegramMethod[Any]) -> Priority:
    """By what is sent where that says it, else by who sends it."""
    if isinstance(method, SendMessageDraft):
        return Priority.DRAFT
    if isinstance(method, SendChatAction):
        return Priority.TYPING
    if isinstance(method, AnswerCallbackQuery):
        return Priority.BUTTON
    return _sending.get()
