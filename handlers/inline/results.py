"""Inline results: what is offered while somebody types, and what is posted for all of that chat to read."""

from collections.abc import Sequence
from dataclasses import replace

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQuery,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    User,
)
from aiogram.utils.formatting import Bold

from crm.answers import Answer, Button
from crm.errors import BadInput, NoTitle
from crm.inline import Offered
from crm.links import CONTACT, TASK, Link
from crm.lookups import FoundContact, FoundTask
from crm.people import Actor, ChatKind
from crm.tasks import Task
from handlers.private import public_name, without_phones
from handlers.task_cards import about, status_words
from handlers.texts import due_words, formatted
from handlers.texts import gettext as _


async def respond(
    bot: Bot,
    query: InlineQuery,
    results: Sequence[InlineQueryResultArticle],
    *,
    following: int | None = None,
    button: InlineQueryResultsButton | None = None,
) -> None:
    """For whoever types alone, and never from a cache: what they may see changes."""
    try:
        await bot.answer_inline_query(
            query.id,
            list(results),
            cache_time=0,
            is_personal=True,
            next_offset="" if following is None else str(following),
            button=button,
        )
    except TelegramBadRequest as refused:
        if "query is too old" not in refused.message:  # they have typed on: another one is on its way
            raise


def ways(me: User) -> list[InlineQueryResultArticle]:
    """What can be typed after the bot's name; the posted line carries a button to try it right there."""
    kinds = (
        (_("task tomorrow 10:00 send the invoice"), _("Offers a task to save")),
        (_("tasks invoice"), _("Finds open tasks to post here")),
        (_("contact Anna"), _("Finds contacts to post here, without their phones")),
    )
    results = []
    for number, (line, what) in enumerate(kinds):
        first = line.split(maxsplit=1)[0]
        button = InlineKeyboardButton(text=_("Try it"), switch_inline_query_current_chat=f"{first} ")
        posted = f"@{me.username} {line}\n{what}"
        results.append(_article(f"way-{number}", line, what, posted, button))
    return results


def unfinished(missing: BadInput) -> InlineQueryResultsButton:
    """Above an empty list: why nothing is offered yet. It opens the private chat, where there is help."""
    text = (
        _("What is to be done? Type on")
        if isinstance(missing, NoTitle)
        else _("This can't be saved so. Help")
    )
    return InlineQueryResultsButton(text=text, start_parameter="help")


def to_private() -> InlineQueryResultsButton:
    """For whoever the bot has nothing to offer: the way to the private chat, where it says why."""
    return InlineQueryResultsButton(text=_("Open the chat with the bot"), start_parameter="start")


def offered_results(offered: Sequence[Offered], actor: Actor, mark: str) -> list[InlineQueryResultArticle]:
    """The reading that is meant most likely, with what is doubtful about it, then the others."""
    results = []
    for number, one in enumerate(offered):
        lines = public_lines(one.task, actor)
        told = [" · ".join(lines)] if lines else []
        if one.confirm == "past":
            told.append(_("That time has already passed"))
        if one.confirm == "far_future":
            told.append(_("That is more than a year away"))
        if number == 0 and len(offered) > 1:
            told.append(_("It can be read in other ways: see below"))
        data = f"inline:{actor.telegram_user_id}:{mark}" + (f":{number}" if number else "")
        results.append(
            _article(
                f"{mark}:{number}",
                _("Task: {title}").format(title=one.task.title),
                "\n".join(told) or None,
                "\n".join([one.task.title, *lines]),
                InlineKeyboardButton(text=_("Save"), callback_data=data),
            )
        )
    return results


def saved_answer(task: Task, actor: Actor) -> Answer:
    """What the posted line becomes. Others read it too, so its button leads to the private chat."""
    lines = [*public_lines(task, actor), "✓ " + _("Saved, task {number}").format(number=task.number)]
    text, entities = formatted(Bold(without_phones(task.title)), *(f"\n{line}" for line in lines))
    link = Link(TASK, actor.workspace_id, task.number)
    return Answer(
        text,
        entities,
        buttons=((Button(_("Open"), start=link.payload),),),
        edit=True,
        toast=_("Saved, task {number}").format(number=task.number),
    )


def task_result(task: FoundTask, actor: Actor, me: User, year: int) -> InlineQueryResultArticle:
    """Title, due (its year unless it is this one) and status."""
    title, due = without_phones(task.title), due_words(task.due, year) if task.due else _("no date")
    line = f"{due} · {status_words(task.status)}"
    return _article(
        f"task-{task.number}",
        f"#{task.number} {title}",
        line,
        f"{title}\n{line}",
        _open(Link(TASK, actor.workspace_id, task.number), me),
    )


def contact_result(contact: FoundContact, actor: Actor, me: User) -> InlineQueryResultArticle:
    """Name and company."""
    name = public_name(contact.name)
    return _article(
        f"contact-{contact.id}",
        name,
        contact.company,
        "\n".join(part for part in (name, contact.company) if part),
        _open(Link(CONTACT, actor.workspace_id, contact.id), me),
    )


def public_lines(task: Task, actor: Actor) -> list[str]:
    """What a card says of a task in a group, wherever it is posted."""
    return about(task, replace(actor, chat_kind=ChatKind.GROUP))


def _open(link: Link, me: User) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=_("Open"), url=f"https://t.me/{me.username}?start={link.payload}")


def _article(
    id_: str, title: str, description: str | None, posted: str, button: InlineKeyboardButton
) -> InlineQueryResultArticle:
    return InlineQueryResultArticle(
        id=id_,
        title=title,
        description=description,
        input_message_content=InputTextMessageContent(message_text=posted, parse_mode=None),
        reply_markup=InlineKeyboardMarkup(inline_keyboard=[[button]]),
    )
