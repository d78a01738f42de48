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
    agenda,
    calls,
    contacts,
    conversations,
    errors,
    exports,
    feeds,
    finding,
    finishing,
    forwards,
    group_answers,
    groups,
    health,
    help,
    history,
    imports,
    inline,
    invites,
    links,
    media,
    memory,
    overdue,
    privacy,
    proposals,
    questions,
    quick_adds,
    regions,
    reminders,
    removals,
    requests,
    settings,
    start,
    stats,
    task_assignees,
    task_checklists,
    task_lists,
    task_menus,
    task_moving,
    task_questions,
    task_replies,
    task_talk,
    tasks,
    teams,
    usage,
    visibility,
)
from handlers.access import Access, Defaults


def build_router() -> Router:
    """All features, each a line; the order is the order in which they are asked."""
    root = Router(name="switchboard")
    root.include_routers(
        errors.router(),
        conversations.stopping(),
        questions.router(),
        links.router(),
        invites.router(),
        groups.router(),
        group_answers.router(),
        start.router(),
        help.router(),
        tasks.router(),
        task_menus.router(),
        task_lists.router(),
        finishing.router(),
        finding.router(),
        agenda.router(),
        overdue.router(),
        stats.router(),
        task_moving.router(),
        task_assignees.router(),
        task_checklists.router(),
        task_questions.router(),
        task_talk.router(),
        calls.router(),
        contacts.router(),
        reminders.router(),
        proposals.router(),
        history.router(),
        health.router(),
        visibility.router(),
        settings.router(),
        teams.router(),
        regions.router(),
        removals.router(),
        requests.router(),
        exports.router(),
        imports.router(),
        feeds.router(),
        memory.router(),
        usage.router(),
        privacy.router(),
        inline.router(),
        tasks.answers(),
        finishing.answers(),
        finding.answers(),
        task_questions.answers(),
        calls.answers(),
        contacts.answers(),
        reminders.answers(),
        proposals.answers(),
        settings.answers(),
        teams.answers(),
        regions.answers(),
        usage.answers(),
        memory.answers(),
        links.numbers(),
        help.unknown_router(),
        task_replies.router(),
        media.router(),
        forwards.router(),
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
