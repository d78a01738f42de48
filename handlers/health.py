"""Health in chat: /health, for whoever runs the bot."""

from collections.abc import Callable
from datetime import datetime, timedelta

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from crm.answers import Answer, Button
from crm.health import Condition, DeliveryHealth, Health, Queue, Redis, Vitals
from crm.people import Actor
from crm.reasons import Why
from crm.updates import Arrival
from handlers.texts import gettext as _
from handlers.texts import ngettext
from handlers.words import Words

Clock = Callable[[], datetime]


def router() -> Router:
    own = Router(name="health")
    own.message.register(show_health, Words("health", "здоровье", alone=True))
    own.callback_query.register(retry_failed, F.data.regexp(r"^retry:\d{1,18}$"))
    return own


async def show_health(
    message: Message, actor: Actor, health: Health, state: FSMContext, clock: Clock
) -> Answer:
    await state.clear()
    return health_card(await health.show(actor, clock()))


async def retry_failed(query: CallbackQuery, actor: Actor, arrival: Arrival, health: Health) -> Answer:
    delivery_id = int(str(query.data).split(":")[1])
    return await health.retry(actor, arrival, delivery_id, retried)


def retried(count: int) -> Answer:
    if count == 0:
        return Answer(toast=_("Nothing is left to try again."))
    said = ngettext("{count} reminder is tried again", "{count} reminders are tried again", count)
    return Answer(toast=said.format(count=count))


def health_card(condition: Condition) -> Answer:
    """How the bot is; a button for each reason for which reminders could not be delivered."""
    lines = vitals_lines(condition.vitals)
    if condition.deliveries is None:
        return Answer("\n".join(lines))
    lines += ["", *delivery_lines(condition.deliveries)]
    again = tuple(
        (
            Button(
                _("Try again: {reason}").format(reason=failure_words(one.reason)),
                data=f"retry:{one.latest_id}",
            ),
        )
        for one in condition.deliveries.failed
    )
    return Answer("\n".join(lines), buttons=again)


def delivery_lines(deliveries: DeliveryHealth) -> list[str]:
    lines = [
        _("Reminders: {due} due, {leased} being sent").format(due=deliveries.due, leased=deliveries.leased)
    ]
    if deliveries.median is not None and deliveries.worst is not None:
        lines.append(
            _(
                "Sent within a day: {count}; late by {median} s at the median, {worst} s at most for 99 of 100"
            ).format(
                count=deliveries.sent,
                median=round(deliveries.median.total_seconds(), 2),
                worst=round(deliveries.worst.total_seconds(), 2),
            )
        )
    lines += [
        _("Not delivered: {count}, {reason}").format(count=one.times, reason=failure_words(one.reason))
        for one in deliveries.failed
    ]
    return lines


def failure_words(reason: str) -> str:
    words: dict[str, str] = {
        Why.BLOCKED: _("the bot is blocked or was never started"),
        Why.NO_CHAT: _("the chat is no longer there"),
        Why.REFUSED: _("Telegram refused the message"),
        Why.SILENT: _("Telegram did not answer"),
    }
    return words.get(reason) or reason or _("no reason is known")


def vitals_lines(vitals: Vitals) -> list[str]:
    lines = [_("All is well.") if vitals.is_ready else _("Not all is well."), ""]
    if vitals.waiting is None:
        lines.append(_("PostgreSQL: away. What comes meanwhile is handled once it is back."))
    elif vitals.schema_fits:
        lines.append(_("PostgreSQL: works"))
    else:
        lines.append(
            _("PostgreSQL: works, but its tables are older than this program. Run python -m bot migrate.")
        )
    silence = age_words(vitals.telegram_silence)
    lines.append(
        _("Telegram: answers")
        if vitals.telegram_answers
        else _("Telegram: no answer for {age}").format(age=silence)
    )
    lines.append(redis_words(vitals.redis))
    if vitals.waiting is not None:
        lines += [
            "",
            queue_words(_("Reminders that are due"), vitals.waiting.reminders),
            queue_words(_("Messages to assistants"), vitals.waiting.turns),
            queue_words(_("Answers not yet sent"), vitals.waiting.answers),
        ]
    lines.append(_("Waiting for Telegram's limits: {count}").format(count=vitals.sends_waiting))
    return lines


def redis_words(redis: Redis) -> str:
    return {
        Redis.UNUSED: _("Redis: not used"),
        Redis.WELL: _("Redis: works"),
        Redis.AWAY: _("Redis: away. The bot goes on without it."),
    }[redis]


def queue_words(name: str, queue: Queue) -> str:
    if queue.length == 0:
        return _("{name}: none").format(name=name)
    return _("{name}: {count}, the oldest {age}").format(
        name=name, count=queue.length, age=age_words(queue.oldest)
    )


def age_words(age: timedelta) -> str:
    seconds = int(age.total_seconds())
    if seconds < 120:
        return ngettext("{count} second", "{count} seconds", seconds).format(count=seconds)
    minutes = seconds // 60
    if minutes < 120:
        return ngettext("{count} minute", "{count} minutes", minutes).format(count=minutes)
    return ngettext("{count} hour", "{count} hours", minutes // 60).format(count=minutes // 60)
