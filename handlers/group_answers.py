"""How a group sees assistants' answers: whole, or as they are written; its owners and managers choose."""

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message

from crm.answers import Answer, Button
from crm.groups import Groups
from crm.people import Actor, ChatKind
from crm.updates import Arrival
from handlers.texts import gettext as _
from handlers.words import Words


def router() -> Router:
    own = Router(name="group_answers")
    own.message.register(show_choice, Words("answers", "ответы", alone=True))
    own.callback_query.register(choose, F.data.regexp(r"^answers:(live|whole)$"))
    return own


async def show_choice(message: Message, actor: Actor, groups: Groups) -> Answer:
    if actor.chat_kind is ChatKind.PRIVATE:
        return Answer(
            _("Here answers appear as they are written. In a group its manager chooses: /answers there.")
        )
    return card(await groups.answers(actor))


async def choose(query: CallbackQuery, actor: Actor, arrival: Arrival, groups: Groups) -> Answer:
    return await groups.show_answers(actor, arrival, str(query.data) == "answers:live", chosen)


def chosen(live: bool) -> Answer:
    before = card(live)
    return Answer(before.text, buttons=before.buttons, edit=True, toast=_("Done"))


def card(live: bool) -> Answer:
    whole, growing = _("Whole"), _("As they are written")
    text = _("Assistants' answers in this group appear:")
    now = growing if live else whole
    buttons = (
        Button(f"✓ {whole}" if not live else whole, data="answers:whole"),
        Button(f"✓ {growing}" if live else growing, data="answers:live"),
    )
    return Answer(f"{text} {now.lower()}.", buttons=(buttons,))
