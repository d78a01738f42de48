"""Digests in Telegram: the morning, the evening, the team's week, and the news of who is away."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

import structlog
from aiogram import Bot, F, Router
from aiogram.exceptions import TelegramAPIError, TelegramBadRequest, TelegramForbiddenError
from aiogram.types import CallbackQuery
from aiogram.utils.formatting import Bold

from crm.answers import Answer, Button
from crm.digests import SHOWN, Digest, Digests, Kind, Nothing, TeamDay, TeamReport, TeamWeek, Told
from crm.people import Actor
from crm.reasons import Why
from crm.tasks import Task
from crm.tasks.late import overdue_by
from crm.updates import Arrival
from handlers.agenda import in_order
from handlers.answers import send_text
from handlers.deliveries import until_there
from handlers.reminder_messages import late_words as how_late
from handlers.stats import work_lines
from handlers.task_lines import Rows, in_rows, late_words
from handlers.texts import day_words, formatted, moment_words, ngettext, speaking
from handlers.texts import gettext as _

Clock = Callable[[], datetime]
LATE = timedelta(minutes=5)  # from here on the message says so
LEFT = 8  # tasks with a button of their own
log = structlog.get_logger()


def router() -> Router:
    own = Router(name="digests")
    own.callback_query.register(put_off, F.data.regexp(r"^dg:(all|\d{1,18})$"))
    return own


async def put_off(
    query: CallbackQuery, actor: Actor, arrival: Arrival, digests: Digests, clock: Clock
) -> Answer:
    """What is left goes to tomorrow; the digest is drawn again, as far as it is of the team one is in."""
    which = str(query.data).removeprefix("dg:")
    task_id = None if which == "all" else int(which)
    return await digests.put_off(
        actor,
        arrival,
        task_id,
        clock(),
        lambda day: evening_of([day], edit=True, toast=_("Moved to tomorrow")),
    )


async def send_digest(bot: Bot, digest: Digest, *, digests: Digests, clock: Clock) -> None:
    """Send one leased digest and mark it. A blocked user is skipped, any other refusal is tried again later."""
    told = await digests.tell(digest, clock())
    if isinstance(told, Nothing):
        await digests.skipped(digest, told, clock())
        return
    with speaking(digest.language):
        message = digest_message(told, clock())
    if not await digests.holds(digest):
        log.info("digest_not_sent", digest=digest.id, reason="no longer ours")
        return
    try:
        sent = await send_text(bot, digest.telegram_chat_id, None, message)
    except TelegramForbiddenError:
        await digests.skipped(digest, Nothing("the bot is blocked"), clock())
    except TelegramBadRequest as refused:
        gone = "chat not found" in refused.message
        await digests.failed(digest, refused.message[:200], clock(), for_good=gone)
    except TelegramAPIError as fault:
        await digests.failed(digest, type(fault).__name__, clock(), for_good=False)
    else:  # however long PostgreSQL is away, or it would be sent again
        await until_there(lambda: digests.sent(digest, sent, clock()))


def digest_message(told: Told, now: datetime) -> Answer:
    digest = told.digest
    if digest.kind is Kind.BACK:
        return back_of([part for part in told.parts if isinstance(part, TeamReport)])
    if digest.kind in (Kind.STAND_IN, Kind.STAND_IN_OVER):
        return stand_in_of(digest)
    if digest.kind is Kind.WEEKLY:
        return week_of([part for part in told.parts if isinstance(part, TeamWeek)])
    days = [part for part in told.parts if isinstance(part, TeamDay)]
    late = now - digest.due_at
    why = how_late(late, Why.NOT_RUNNING) if late >= LATE else ""
    return morning_of(days, why) if digest.kind is Kind.MORNING else evening_of(days, why)


def morning_of(days: Sequence[TeamDay], late: str = "") -> Answer:
    """The day by the hour, team by team, with what is overdue above it and what waits below."""
    parts = _head(_("Good morning. Today, {day}").format(day=day_words(days[0].now.date())), late)
    for day in days:
        parts += _team(day.team, alone=len(days) == 1)
        parts += _overdue(day)
        for hour, tasks in groupby(in_order(day.today[:SHOWN]), key=lambda task: _hour(task, day.now)):
            parts += ["\n\n", Bold(hour), *(f"\n{_line(task, day.now)}" for task in tasks)]
        parts += _more(day.today)
        if day.waiting:
            parts += ["\n\n", Bold(_("Waiting"))]
            parts += [f"\n{_line(task, day.now)}" for task in day.waiting[:SHOWN]]
            parts += _more(day.waiting)
    text, entities = formatted(*parts)
    here = any(day.is_current for day in days)
    plan = ((Button(_("Plan of the day"), data="ag:show"),),) if here else ()
    return Answer(text, entities, buttons=(*plan, *_other_teams(days)))


def evening_of(
    days: Sequence[TeamDay], late: str = "", *, edit: bool = False, toast: str | None = None
) -> Answer:
    """What was done, and what is left with a button for each to go to tomorrow."""
    parts = _head(_("The day is over: {day}").format(day=day_words(days[0].now.date())), late)
    for day in days:
        parts += _team(day.team, alone=len(days) == 1)
        if day.done or day.calls:
            parts += ["\n\n", Bold(_("Done"))]
            parts += [f"\n✓ #{task.number} {task.title}" for task in day.done[:SHOWN]]
            parts += _more(day.done)
            calls = ngettext("{count} call", "{count} calls", day.calls).format(count=day.calls)
            parts += [f"\n{calls}"] if day.calls else []
        parts += _overdue(day)
        if day.today:
            parts += ["\n\n", Bold(_("Left of today"))]
            parts += [f"\n{_line(task, day.now)}" for task in in_order(day.today[:SHOWN])]
            parts += _more(day.today)
        if not (day.overdue or day.today):
            parts += ["\n\n", _("Nothing is left. Rest well.")]
    text, entities = formatted(*parts)
    current = next((day for day in days if day.is_current), None)
    rows = _to_tomorrow(current) if current is not None else ()
    return Answer(text, entities, buttons=(*rows, *_other_teams(days)), edit=edit, toast=toast)


def week_of(weeks: Sequence[TeamWeek]) -> Answer:
    """Of each team one manages: the whole, each member, new contacts."""
    of = weeks[0].days
    days = _("Last week, {first} – {last}").format(first=day_words(of.first), last=day_words(of.last))
    parts = _head(days)
    for week in weeks:
        parts += ["\n\n", Bold(week.team), *work_lines(week.total)]
        contacts = ngettext("{count} new contact", "{count} new contacts", week.new_contacts)
        parts += [f"\n{contacts.format(count=week.new_contacts)}"]
        for one in week.members:
            parts += ["\n\n", Bold(one.name or _("Nobody's")), *work_lines(one.work)]
    text, entities = formatted(*parts)
    return Answer(text, entities)


def back_of(reports: Sequence[TeamReport]) -> Answer:
    """What happened while one was away."""
    parts = _head(_("Welcome back. While you were away:"))
    for report in reports:
        parts += _team(report.team, alone=len(reports) == 1)
        for title, things in (
            (_("Waited for you, coming now"), report.waited),
            (_("Went to whoever stood in for you"), report.passed_on),
            (_("Done for you"), [f"{title} ({who})" for who, title in report.done]),
        ):
            parts += ["\n\n", Bold(title), *(f"\n• {thing}" for thing in things)] if things else []
    if not reports:
        parts += ["\n", _("nothing waited for you.")]
    text, entities = formatted(*parts)
    return Answer(text, entities)


def stand_in_of(digest: Digest) -> Answer:
    """To whoever stands in: it begins, it ends."""
    if digest.kind is Kind.STAND_IN_OVER or digest.until is None:
        return Answer(
            _("{name} is back, or chose somebody else: you no longer stand in.").format(name=digest.about)
        )
    zone = digest.seats[0].actor.zone if digest.seats else ZoneInfo("UTC")
    return Answer(
        _(
            "{name} is away until {date}, and you stand in. Reminders of their tasks come to you, from the teams"
            " you are both in."
        ).format(name=digest.about, date=moment_words(digest.until.astimezone(zone)))
    )


def _head(title: str, late: str = "") -> list[object]:
    return [Bold(title), *([f"\n{late}"] if late else [])]


def _team(name: str, *, alone: bool) -> list[object]:
    """The only one is not named."""
    return [] if alone else ["\n\n", Bold(f"— {name} —")]


def _overdue(day: TeamDay) -> list[object]:
    if not day.overdue:
        return []
    lines = [
        f"\n{_line(task, day.now)} · {late_words(overdue_by(task, day.now))}" for task in day.overdue[:SHOWN]
    ]
    return ["\n\n", Bold(_("Overdue")), *lines, *_more(day.overdue)]


def _more(tasks: Sequence[Task]) -> list[object]:
    return ["\n" + _("and more, see the list")] if len(tasks) > SHOWN else []


def _hour(task: Task, here: datetime) -> str:
    if task.due is None or task.due.at is None:
        return _("Any time")
    return f"{task.due.at.astimezone(here.tzinfo):%H}:00"


def _line(task: Task, here: datetime) -> str:
    clock = f"{task.due.at.astimezone(here.tzinfo):%H:%M} " if task.due and task.due.at else ""
    with_whom = f" · {task.contact_name}" if task.contact_name else ""
    return f"{clock}#{task.number} {task.title}{with_whom}"


def _to_tomorrow(day: TeamDay) -> Rows:
    left = [*day.overdue[:SHOWN], *in_order(day.today[:SHOWN])]
    each = [Button(f"#{task.number} →", data=f"dg:{task.id}") for task in left[:LEFT]]
    every = ((Button(_("All of it to tomorrow"), data="dg:all"),),) if left else ()
    return (*in_rows(each, 4), *every)


def _other_teams(days: Sequence[TeamDay]) -> Rows:
    """What is of another team opens there."""
    current = next((day.actor.workspace_id for day in days if day.is_current), None)
    if current is None:
        return ()
    return tuple(
        (
            Button(
                _("Go on in {team}").format(team=day.team), data=f"team:{current}:go:{day.actor.workspace_id}"
            ),
        )
        for day in days
        if not day.is_current
    )
