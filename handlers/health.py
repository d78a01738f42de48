"""Health in chat: /health, for whoever runs the bot."""

from datetime import timedelta

from aiogram import Router
from aiogram.fsm.context import FSMContext
from aiogram.types import Message

from crm.answers import Answer
from crm.health import Health, Queue, Redis, Vitals
from crm.people import Actor
from handlers.texts import gettext as _
from handlers.texts import ngettext
from handlers.words import Words


def router() -> Router:
    own = Router(name="health")
    own.message.register(show_health, Words("health", "здоровье", alone=True))
    return own


async def show_health(message: Message, actor: Actor, health: Health, state: FSMContext) -> Answer:
    await state.clear()
    return health_card(await health.show(actor))


def health_card(vitals: Vitals) -> Answer:
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
    return Answer("\n".join(lines))


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
