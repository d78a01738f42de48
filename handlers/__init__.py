"""Telegram in and out: read the update, call one use case, answer."""

from collections.abc import Callable
from datetime import datetime

from aiogram import Dispatcher, Router

from crm.groups import Groups
from crm.people import People
from crm.presence import Presence
from crm.requests import Requests
from handlers import (
    calls,
    contacts,
    conversations,
    errors,
    groups,
    inline,
    reminders,
    requests,
    start,
    tasks,
)
from handlers.access import Access, Defaults


def build_router() -> Router:
    """All features, each a line; the order is the order in which they are asked."""
    root = Router(name="switchboard")
    root.include_routers(
        errors.router(),
        groups.router(),
        start.router(),
        tasks.router(),
        calls.router(),
        contacts.router(),
        reminders.router(),
        requests.router(),
        inline.router(),
        tasks.answers(),
        calls.answers(),
        contacts.answers(),
        reminders.answers(),
        start.unknown_router(),
        conversations.router(),
    )
    return root


def connect(
    dispatcher: Dispatcher,
    people: People,
    presence: Presence,
    groups: Groups,
    requests: Requests,
    defaults: Defaults,
    clock: Callable[[], datetime],
) -> None:
    """Put the features behind the door where each update meets its person."""
    dispatcher.update.outer_middleware(Access(people, presence, groups, requests, defaults, clock))
    dispatcher.include_router(build_router())
