"""Requests in Telegram: the card with guests who ask for access, in the owner's private chat, and /requests."""

from collections.abc import Sequence

import structlog
from aiogram import Bot, F, Router
from aiogram.exceptions import TelegramAPIError
from aiogram.types import CallbackQuery, Message

from crm.answers import Answer, Button
from crm.errors import N_, NotAllowed
from crm.people import Actor, ChatKind
from crm.requests import Asking, Card, GroupAsking, Requests
from crm.updates import Arrival
from handlers.answers import edit_text, send_text
from handlers.texts import gettext as _
from handlers.texts import ngettext, speaking
from handlers.words import Words

log = structlog.get_logger()
SHORT, LONG = 5, 40  # people on a card, before and after «show all»; a keyboard holds 100 buttons
NAME = 40  # characters of a name on a button


def router() -> Router:
    own = Router(name="requests")
    own.message.register(list_requests, Words("requests", "запросы", "заявки"))
    own.callback_query.register(open_card, F.data.regexp(r"^ask:(card|show):\d{1,18}$"))
    own.callback_query.register(answer_one, F.data.regexp(r"^ask:(yes|no):\d{1,18}:\d{1,18}$"))
    own.callback_query.register(approve_all, F.data.regexp(r"^ask:all:\d{1,18}:[0-9a-f]{8}$"))
    return own


async def list_requests(message: Message, actor: Actor, requests: Requests) -> Answer:
    if actor.chat_kind is not ChatKind.PRIVATE:
        raise NotAllowed(N_("Names of those who ask are shown in private only. Write to me there: /requests"))
    found = await requests.groups(actor)
    if len(found) == 1:
        return request_card(await requests.card(actor, found[0].chat_id))
    return group_list(found)


async def open_card(query: CallbackQuery, actor: Actor, requests: Requests) -> Answer:
    _ask, how, chat_id = str(query.data).split(":")
    return request_card(await requests.card(actor, int(chat_id)), is_long=how == "show", edit=True)


async def answer_one(query: CallbackQuery, actor: Actor, arrival: Arrival, requests: Requests) -> Answer:
    _ask, how, chat_id, member_id = str(query.data).split(":")
    return await requests.answer(
        actor,
        arrival,
        int(chat_id),
        int(member_id),
        lambda card: request_card(card, edit=True, toast=_("Done")),
        approve=how == "yes",
    )


async def approve_all(query: CallbackQuery, actor: Actor, arrival: Arrival, requests: Requests) -> Answer:
    _ask, _all, chat_id, mark = str(query.data).split(":")
    return await requests.approve_all(
        actor, arrival, int(chat_id), mark, lambda card: request_card(card, edit=True, toast=_("Done"))
    )


async def show_owner(bot: Bot, requests: Requests, chat_id: int) -> None:
    """Bring the owner's card of a group up to date. What can't be shown now is shown when the guest speaks again."""
    card = await requests.doors.card(chat_id)
    if card is None or card.owner_chat_id is None or not card.asking:
        return
    with speaking(card.language):
        answer = request_card(card)
    try:
        if card.shown_in is not None and card.shown_in[0] == card.owner_chat_id:
            where, message_id = card.shown_in
            if await edit_text(bot, where, message_id, answer):
                await requests.doors.shown(card, where, message_id)
                return
        sent = await send_text(bot, card.owner_chat_id, None, answer)
    except TelegramAPIError as fault:
        log.info("requests_not_shown", reason=type(fault).__name__)
        return
    await requests.doors.shown(card, card.owner_chat_id, sent)


def request_card(
    card: Card, *, is_long: bool = False, edit: bool = False, toast: str | None = None
) -> Answer:
    """Who asks, a button to let each in and one to leave them a guest; all at once only when all are in sight."""
    if not card.asking:
        text = _("“{title}”: nobody is asking for access.").format(title=card.title)
        return Answer(text, edit=edit, toast=toast)
    shown = card.asking[: LONG if is_long else SHORT]
    names = ", ".join(one.name for one in shown)
    rest = len(card.asking) - len(shown)
    if rest:
        names += " " + ngettext("and {count} more", "and {count} more", rest).format(count=rest)
    text = _("Asking for access to the team “{team}”, in the group “{title}”: {names}")
    note = _("Until you answer they are guests: they add tasks and see only what was written in that group.")
    rows = [_row(card, one) for one in shown]
    if rest and not is_long:
        rows.append(
            (Button(_("Show all ({count})").format(count=len(card.asking)), data=f"ask:show:{card.chat_id}"),)
        )
    elif not rest and len(shown) > 1:
        rows.append((Button(_("Approve all"), data=f"ask:all:{card.chat_id}:{card.mark}"),))
    return Answer(
        f"{text.format(team=card.team, title=card.title, names=names)}\n\n{note}",
        buttons=tuple(rows),
        edit=edit,
        toast=toast,
    )


def group_list(groups: Sequence[GroupAsking]) -> Answer:
    if not groups:
        return Answer(_("Nobody is asking for access."))
    rows = tuple(
        (Button(f"{group.title[:NAME]} ({group.count})", data=f"ask:card:{group.chat_id}"),)
        for group in groups[:LONG]
    )
    return Answer(_("They ask for access in these groups:"), buttons=rows)


def _row(card: Card, one: Asking) -> tuple[Button, ...]:
    whom = f"{card.chat_id}:{one.member_id}"
    return (Button(f"✓ {one.name[:NAME]}", data=f"ask:yes:{whom}"), Button("✕", data=f"ask:no:{whom}"))
