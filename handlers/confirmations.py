"""Confirmations: a moment that has passed or is far away is asked about, and saved only after Yes."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery

from crm.answers import Answer, Button
from crm.errors import N_, BadInput, ToConfirm
from crm.grammar.letters import storable
from crm.updates import Arrival
from handlers.questions import closing
from handlers.texts import gettext as _

CONFIRM = "confirm"
NO_LONGER = N_("This question is no longer open. Write it again.")


async def ask_to_confirm(
    state: FSMContext, about: str, words: str, arrival: Arrival, doubt: ToConfirm
) -> Answer:
    """Keep the line and ask; the buttons, `<about>:yes:<update>` and `…:no:…`, are of this question only."""
    await state.set_state(CONFIRM)
    await state.set_data(
        {
            "kept": storable(words),
            "sent_at": arrival.sent_at.isoformat(),
            "message_id": arrival.message_id,
            "of": f"{about}:{arrival.update_id}",
        }
    )
    yes = Button(_("Yes, save"), data=f"{about}:yes:{arrival.update_id}")
    no = Button(_("No"), data=f"{about}:no:{arrival.update_id}")
    return Answer(_(doubt.text).format(**doubt.fields), buttons=((yes, no),))


async def answer_confirmation(
    query: CallbackQuery,
    arrival: Arrival,
    state: FSMContext,
    save: Callable[[Arrival, str], Awaitable[Answer]],
) -> Answer:
    """Do `save` with the kept line, as it arrived then, or drop it. Raises BadInput for a question that has passed."""
    about, said, of = (*str(query.data).split(":"), "")[:3]
    kept, waiting = await state.get_data(), await state.get_state()
    if waiting != CONFIRM or kept.get("of") != f"{about}:{of}":
        raise BadInput(NO_LONGER)
    if said == "no":
        await state.clear()
        return Answer(_("Not saved."), edit=True)
    then = replace(
        closing(state, arrival),
        sent_at=datetime.fromisoformat(kept["sent_at"]),
        message_id=kept["message_id"],
    )
    return replace(await save(then, kept["kept"]), edit=True)
