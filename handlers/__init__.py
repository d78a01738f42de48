"""Telegram in and out: read the update, call one use case, answer."""

from collections.abc import Callable
from datetime import datetime

from aiogram import Dispatcher, Router

from crm.people import People
from handlers import (
    calls,
    contacts,
    conversations,
    errors,
    inline,
    invites,
    reminders,
    removals,
    settings,
    start,
    tasks,
    teams,
)
from handlers.access import Access, Defaults


def build_router() -> Router:
    """All features, each a line; the order is the order in which they are asked."""
    root = Router(name="switchboard")
    root.include_routers(
        errors.router(),
        invites.router(),
        start.router(),
        tasks.router(),
        calls.router(),
        contacts.router(),
        reminders.router(),
        settings.router(),
        teams.router(),
        removals.router(),
        inline.router(),
        tasks.answers(),
        calls.answers(),
        contacts.answers(),
        reminders.answers(),
        settings.answers(),
        teams.answers(),
        start.unknown_router(),
        conversations.router(),
    )
    return root


def connect(
    dispatcher: Dispatcher, people: People, defaults: Defaults, clock: Callable[[], datetime]
) -> None:
    """Put the features behind the door where each update meets its person."""
    dispatcher.update.outer_middleware(Access(people, defaults, clock))
    dispatcher.include_router(build_router())
