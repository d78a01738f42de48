"""Visibility in Telegram: the question to the owner of a grown team, and its two buttons."""

from aiogram import F, Router
from aiogram.types import CallbackQuery

from crm.answers import Answer, Button
from crm.deliveries import Delivery
from crm.people import Actor
from crm.updates import Arrival
from crm.visibility import Sight, Visibility
from handlers.texts import gettext as _


def router() -> Router:
    own = Router(name="visibility")
    own.callback_query.register(choose_visibility, F.data.regexp(r"^sees:\d{1,18}:(everyone|own)$"))
    return own


async def choose_visibility(
    query: CallbackQuery, actor: Actor, arrival: Arrival, visibility: Visibility
) -> Answer:
    _sees, workspace_id, sight = str(query.data).split(":")
    return await visibility.choose(actor, arrival, int(workspace_id), Sight(sight), chosen_visibility)


def visibility_question(delivery: Delivery) -> Answer:
    """What the owner is asked once, at the eleventh member; nothing changes until a button is pressed."""
    return Answer(
        _(
            "Your team has eleven members now. Everyone sees all tasks, contacts and calls."
            " Shall it stay so? The other way, members see what they created, are assigned, watch or own;"
            " you and the managers see everything. Nothing changes until you choose."
        ),
        buttons=visibility_buttons(delivery.actor.workspace_id),
    )


def visibility_buttons(workspace_id: int) -> tuple[tuple[Button, ...], ...]:
    """The two choices, for the owner of that team."""
    return (
        (Button(_("Everyone sees everything"), data=f"sees:{workspace_id}:{Sight.EVERYONE}"),),
        (Button(_("Members see their own"), data=f"sees:{workspace_id}:{Sight.OWN}"),),
    )


def chosen_visibility(sight: Sight) -> Answer:
    said = {
        Sight.EVERYONE: _("Everyone in the team sees everything."),
        Sight.OWN: _("Members see what they created, are assigned, watch or own; managers see everything."),
    }
    return Answer(said[sight], edit=True)
