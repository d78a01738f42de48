"""Privacy in Telegram: what leaves for which provider, said once, and the team's switch."""

from collections.abc import Sequence

from aiogram import F, Router
from aiogram.types import CallbackQuery

from crm.answers import Answer, Button
from crm.people import Actor
from crm.privacy import Privacy
from crm.updates import Arrival
from handlers.texts import gettext as _


def router() -> Router:
    own = Router(name="privacy")
    own.callback_query.register(switch_assistants, F.data.regexp(r"^ai:\d{1,18}:(on|off)$"))
    return own


async def switch_assistants(query: CallbackQuery, actor: Actor, arrival: Arrival, privacy: Privacy) -> Answer:
    _ai, workspace_id, wanted = str(query.data).split(":")
    return await privacy.switch(
        actor, arrival, int(workspace_id), off=wanted == "off", reply=lambda off: switched(off, actor)
    )


def switched(off: bool, actor: Actor) -> Answer:
    said = (
        _(
            "Assistants are switched off in this team: nothing of it goes to a model. Everything else works on."
        )
        if off
        else _("Assistants are switched on in this team.")
    )
    return Answer(said, buttons=(switch_row(actor.workspace_id, off=off),), edit=True)


def switch_row(workspace_id: int, *, off: bool) -> tuple[Button, ...]:
    """What a manager may do about it now."""
    if off:
        return (Button(_("Switch assistants on"), data=f"ai:{workspace_id}:on"),)
    return (Button(_("Switch assistants off"), data=f"ai:{workspace_id}:off"),)


def provider_notice(providers: Sequence[str]) -> Answer:
    """Said once before the first question leaves for a provider."""
    return Answer(
        _(
            "Before the first answer, once: what you write to assistants goes to {providers}, together with the earlier"
            " messages of the same conversation, your name in groups, what the assistant looks up of your tasks and"
            " calls, and voice, pictures and files that you send here for it. Phones and e-mail addresses are taken out"
            " first, except in pictures, files and voice. Nothing else leaves. /memory shows what is kept, /forget"
            " erases it here, and a manager can switch assistants off: /team"
        ).format(providers=", ".join(providers))
    )
