"""Proposals in Telegram: an assistant's write as a card with Confirm, Edit and Cancel, for whoever asked alone."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import structlog
from aiogram import Bot, F, Router
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from crm.answers import Answer, Button
from crm.people import Actor, ChatKind
from crm.proposals import Expired, Proposal, Proposals
from crm.turns import Turn
from crm.updates import Arrival
from handlers.answers import edit_text, send_text
from handlers.private import title_for
from handlers.proposal_cards import mark, proposal_card
from handlers.questions import ask, closing, in_place
from handlers.texts import gettext as _
from handlers.texts import ngettext, speaking
from handlers.words import AnswerTo

log = structlog.get_logger()
Clock = Callable[[], datetime]
EDIT = "ask:proposal"
SHOWN = 3  # waiting cards that the agenda names


def router() -> Router:
    own = Router(name="proposals")
    for what, handler in (
        ("ok", confirm_proposal),
        ("no", cancel_proposal),
        ("edit", ask_edit),
        ("again", renew_proposal),
        ("show", show_proposal),
    ):
        own.callback_query.register(handler, F.data.regexp(rf"^p:\d{{1,18}}\.\d{{1,9}}:{what}$"))
    return own


def answers() -> Router:
    """What follows Edit; asked after all commands, so that any of them ends the question."""
    own = Router(name="proposal edits")
    own.message.register(edit_proposal, AnswerTo(EDIT))
    return own


async def confirm_proposal(
    query: CallbackQuery, actor: Actor, arrival: Arrival, proposals: Proposals, clock: Clock
) -> Answer:
    proposal_id, version = _pressed(query)
    return await proposals.confirm(
        actor, arrival, proposal_id, version, clock(), lambda card: proposal_card(card, actor, edit=True)
    )


async def cancel_proposal(
    query: CallbackQuery, actor: Actor, arrival: Arrival, proposals: Proposals, clock: Clock
) -> Answer:
    proposal_id, _version = _pressed(query)
    return await proposals.cancel(
        actor, arrival, proposal_id, clock(), lambda card: proposal_card(card, actor, edit=True)
    )


async def renew_proposal(
    query: CallbackQuery, actor: Actor, arrival: Arrival, proposals: Proposals, clock: Clock
) -> Answer:
    proposal_id, _version = _pressed(query)
    return await proposals.again(
        actor, arrival, proposal_id, clock(), lambda card: proposal_card(card, actor, edit=True)
    )


async def show_proposal(
    query: CallbackQuery, actor: Actor, arrival: Arrival, proposals: Proposals, clock: Clock
) -> Answer:
    """From the agenda: the card once more, below."""
    proposal_id, _version = _pressed(query)
    return proposal_card(await proposals.show(actor, arrival, proposal_id, clock()), actor)


async def ask_edit(
    query: CallbackQuery,
    actor: Actor,
    arrival: Arrival,
    proposals: Proposals,
    clock: Clock,
    state: FSMContext,
) -> Answer:
    proposal_id, _version = _pressed(query)
    card = await proposals.show(actor, arrival, proposal_id, clock())
    if not card.is_open:
        return proposal_card(card, actor, edit=True)
    question = _(
        "What shall it say? Type all of it anew, or only what is to be different, such as: tomorrow 15:00"
    )
    asked = await ask(state, EDIT, in_place(question, actor))
    await state.set_data({"proposal_id": proposal_id})
    return asked


async def edit_proposal(
    message: Message,
    words: str,
    actor: Actor,
    arrival: Arrival,
    proposals: Proposals,
    clock: Clock,
    state: FSMContext,
) -> Answer:
    """What can't be read leaves the question open, to be answered otherwise."""
    proposal_id = int((await state.get_data())["proposal_id"])
    return await proposals.edit(
        actor,
        closing(state, arrival),
        proposal_id,
        words,
        clock(),
        lambda card: proposal_card(card, actor),
    )


def with_waiting(answer: Answer, waiting: Sequence[Proposal], actor: Actor) -> Answer:
    """The agenda with what is still to be decided; in private, as it may be of any chat."""
    if not waiting or actor.chat_kind is not ChatKind.PRIVATE:
        return answer
    said = ngettext(
        "{count} card of an assistant waits for your decision.",
        "{count} cards of assistants wait for your decision.",
        len(waiting),
    ).format(count=len(waiting))
    rows = tuple((Button(_named(one, actor), data=mark(one, "show")),) for one in waiting[:SHOWN])
    return replace(answer, text=f"{answer.text}\n\n{said}", buttons=(*rows, *answer.buttons))


async def send_cards(bot: Bot, turn: Turn, proposals: Proposals, clock: Clock) -> int | None:
    """The cards of a turn that were not sent yet, each marked as soon as Telegram has it; the last one's message id.
    Raises aiogram's errors."""
    last: int | None = None
    for one in await proposals.unshown(turn):
        card = await proposals.card(turn.actor, one, clock(), turn.thread_id)
        with speaking(turn.actor.language):
            answer = proposal_card(card, turn.actor)
        reply_to = turn.message_id if turn.actor.chat_kind is not ChatKind.PRIVATE else None
        last = await send_text(bot, turn.actor.telegram_chat_id, turn.thread_id, answer, reply_to=reply_to)
        await proposals.shown(turn.actor, one, last, clock())
    return last


async def fade_card(bot: Bot, expired: Expired, proposals: Proposals, clock: Clock) -> None:
    """Draw a card that has expired so that it offers to be made again, and no more to be confirmed. Raises aiogram's
    errors for what may pass."""
    proposal, actor = expired.proposal, expired.actor
    card = await proposals.card(actor, proposal, clock(), expired.thread_id)
    with speaking(actor.language):
        answer = proposal_card(card, actor)
    try:
        if proposal.telegram_message_id:
            await edit_text(bot, actor.telegram_chat_id, proposal.telegram_message_id, answer)
    except (TelegramBadRequest, TelegramForbiddenError) as refused:
        log.info("card_not_faded", reason=refused.message[:100])
    await proposals.faded(expired, clock())


def _named(one: Proposal, actor: Actor) -> str:
    said = " ".join(one.asked.said.values()) or f"#{one.asked.task_number}"
    number = f"#{one.asked.task_number} " if one.asked.task_number and one.asked.said else ""
    return f"{number}{title_for(said, actor)}"[:40]


def _pressed(query: CallbackQuery) -> tuple[int, int]:
    """The proposal, and the version of the card that was pressed."""
    proposal_id, _dot, version = str(query.data).split(":")[1].partition(".")
    return int(proposal_id), int(version)
