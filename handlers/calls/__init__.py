"""Calls in Telegram: /call, the cards it makes, and /calls."""

from aiogram import Router

from handlers.calls import lists, logs, menus, steps, typed
from handlers.calls.cards import call_card
from handlers.calls.words import outcome_words

__all__ = ["answers", "call_card", "outcome_words", "router"]


def router() -> Router:
    own = Router(name="calls")
    own.include_routers(logs.router(), lists.router(), menus.router(), steps.router(), typed.router())
    return own


def answers() -> Router:
    """What follows a question; asked after all commands, so that any of them ends it."""
    own = Router(name="answers of calls")
    own.include_routers(logs.answers(), typed.answers())
    return own
