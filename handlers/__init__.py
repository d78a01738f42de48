"""Telegram in and out: read the update, call one use case, answer."""

from collections.abc import Callable
from datetime import datetime

from aiogram import Dispatcher, Router

from crm.groups import Groups
from crm.limits import Limits
from crm.people import People
from crm.presence import Presence
from crm.requests import Requests
from handlers import (
    calls,
    contacts,
    conversations,
    errors,
    groups,
    help,
    history,
    inline,
    invites,
    links,
    quick_adds,
    reminders,
    removals,
    requests,
    settings,
    start,
    task_menus,
    tasks,
    teams,
    visibility,
)
from handlers.access import Access, Defaults


def build_router() -> Router:
    """All features, each a line; the order is the order in which they are asked."""
    root = Router(name="switchboard")
    root.include_routers(
        errors.router(),
        links.router(),
        invites.router(),
        groups.router(),
        start.router(),
        help.router(),
        tasks.router(),
        task_menus.router(),
        calls.router(),
        contacts.router(),
        reminders.router(),
        history.router(),
        visibility.router(),
        settings.router(),
        teams.router(),
        removals.router(),
        requests.router(),
        inline.router(),
        tasks.answers(),
        calls.answers(),
        contacts.answers(),
        reminders.answers(),
        settings.answers(),
        teams.answers(),
        help.unknown_router(),
        quick_adds.router(),
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
    limits: Limits,
    clock: Callable[[], datetime],
) -> None:
    """Put the features behind the door where each update meets its person."""
    dispatcher.update.outer_middleware(Access(people, presence, groups, requests, defaults, limits, clock))
    dispatcher.include_router(build_router())
