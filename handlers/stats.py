"""Stats in Telegram: /stats, the week or the month in words."""

from collections.abc import Callable, Mapping
from datetime import datetime

from aiogram import Bot, F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message
from aiogram.utils.formatting import Bold

from crm.answers import Answer, Button
from crm.calls import Outcome
from crm.people import Actor, ChatKind
from crm.stats import Period, Stats, Summary, Work
from handlers.calls import outcome_words
from handlers.private import only_in_private
from handlers.texts import day_words, formatted, ngettext
from handlers.texts import gettext as _
from handlers.words import Words

Clock = Callable[[], datetime]
MEMBERS = 40  # members told of; a message has room for no more
_MONTH = ("month", "месяц", "месяца", "за месяц", "this month", "этот месяц")


def router() -> Router:
    own = Router(name="stats")
    own.message.register(show_stats, Words("stats", "итоги", alone=True))
    own.callback_query.register(turn_stats, F.data.regexp(r"^stats:(week|month)$"))
    return own


async def show_stats(
    message: Message, words: str, bot: Bot, actor: Actor, stats: Stats, clock: Clock, state: FSMContext
) -> Answer:
    await state.clear()
    if actor.chat_kind is not ChatKind.PRIVATE:
        return only_in_private(await bot.me())
    period = Period.MONTH if words.casefold() in _MONTH else Period.WEEK
    return summary_of(await stats.show(actor, period, clock()), actor)


async def turn_stats(query: CallbackQuery, bot: Bot, actor: Actor, stats: Stats, clock: Clock) -> Answer:
    if actor.chat_kind is not ChatKind.PRIVATE:
        return only_in_private(await bot.me())
    period = Period(str(query.data).split(":")[1])
    return summary_of(await stats.show(actor, period, clock()), actor, edit=True)


def summary_of(summary: Summary, actor: Actor, *, edit: bool = False) -> Answer:
    """The team first, then each member who has something to tell."""
    name = _("This week") if summary.period is Period.WEEK else _("This month")
    days = f"{day_words(summary.days.first)} – {day_words(summary.days.last)}"
    parts: list[object] = [Bold(f"{name}, {days}")]
    if summary.team is not None:
        parts += ["\n\n", Bold(_("Team")), *work_lines(summary.team)]
    for one in summary.members[:MEMBERS]:
        who = _("You") if one.member_id == actor.member_id else one.name or _("Nobody's")
        parts += ["\n\n", Bold(who), *work_lines(one.work)]
    if summary.team is None and not summary.members:
        parts += ["\n\n", Bold(_("You")), *work_lines(Work())]
    if len(summary.members) > MEMBERS:
        left = len(summary.members) - MEMBERS
        parts += ["\n\n", ngettext("and {count} other", "and {count} others", left).format(count=left)]
    text, entities = formatted(*parts)
    other = (
        (Button(_("Month"), data="stats:month"),)
        if summary.period is Period.WEEK
        else (Button(_("Week"), data="stats:week"),)
    )
    return Answer(text, entities, buttons=(other,), edit=edit)


def work_lines(work: Work) -> list[str]:
    """A line of tasks, and one of calls if there were any."""
    told = _("tasks: created {created}, done {done}, overdue now {overdue}")
    lines = ["\n" + told.format(created=work.created, done=work.done, overdue=work.overdue)]
    if work.calls:
        count = sum(work.calls.values())
        said = ngettext("{count} call: {how}", "{count} calls: {how}", count)
        lines.append("\n" + said.format(count=count, how=_by_outcome(work.calls)))
    return lines


def _by_outcome(calls: Mapping[Outcome, int]) -> str:
    return ", ".join(f"{outcome_words(one)} {calls[one]}" for one in Outcome if one in calls)
