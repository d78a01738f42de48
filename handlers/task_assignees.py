"""Assignees: a name that is nobody's or several people's is asked about, with those who may be meant as buttons."""

from datetime import datetime

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery

from crm.answers import Answer, Button
from crm.errors import N_, BadInput
from crm.people import Actor
from crm.tasks import Tasks
from crm.tasks.naming import WhichMember, folded
from crm.tasks.sources import Source
from crm.updates import Arrival
from handlers.sources import kept, source_from
from handlers.task_cards import saved_answer
from handlers.texts import gettext as _

WHO = "task:who"


def router() -> Router:
    own = Router(name="task assignees")
    own.callback_query.register(choose_assignee, F.data.regexp(r"^who:\d{1,18}:\d{1,18}$"))
    return own


async def ask_which_member(
    state: FSMContext, words: str, arrival: Arrival, source: Source, unknown: WhichMember
) -> Answer:
    """Remember the line; each button names a member, `who:<update>:<member>`."""
    await state.set_state(WHO)
    await state.set_data(
        {
            "kept": words,
            "name": unknown.name,
            "sent_at": arrival.sent_at.isoformat(),
            "message_id": arrival.message_id,
            "of": arrival.update_id,
            "source": kept(source),
        }
    )
    text = _(unknown.text).format(**unknown.fields)
    rows = tuple(
        (Button(one.name, data=f"who:{arrival.update_id}:{one.member_id}"),) for one in unknown.offered
    )
    if rows:
        text += "\n" + _("Or is one of these meant?")
    return Answer(text, buttons=rows)


async def choose_assignee(
    query: CallbackQuery, actor: Actor, arrival: Arrival, tasks: Tasks, state: FSMContext
) -> Answer:
    _who, of, member_id = str(query.data).split(":")
    asked, waiting = await state.get_data(), await state.get_state()
    if waiting != WHO or asked.get("of") != int(of):
        raise BadInput(N_("This question is no longer open. Write it again."))
    said = Arrival(
        arrival.bot_id,
        arrival.update_id,
        arrival.telegram_chat_id,
        datetime.fromisoformat(asked["sent_at"]),
        arrival.thread_id,
        asked["message_id"],
    )
    return await _save(asked["kept"], {folded(asked["name"]): int(member_id)}, actor, said, tasks, state)


async def _save(
    words: str, meant: dict[str, int], actor: Actor, said: Arrival, tasks: Tasks, state: FSMContext
) -> Answer:
    """What else is in doubt about the line is said as it is."""
    source = source_from((await state.get_data()).get("source"))
    answer = await tasks.create(
        actor,
        said,
        words,
        lambda saved: saved_answer(saved, actor, said.message_id),
        source=source,
        meant=meant,
    )
    await state.clear()
    return answer
