"""History in Telegram: /history in pages, and /undo."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message
from aiogram.utils.formatting import Bold

from crm.activity import About, Line, Scope, is_pair
from crm.agents import in_language
from crm.answers import Answer, Button
from crm.history import History, HistoryPage
from crm.people import Actor, ChatKind
from crm.undo import Standing, Undo
from crm.updates import Arrival
from handlers.changes import HIDDEN, change_words, line_title
from handlers.texts import formatted, language, moment_words, ngettext
from handlers.texts import gettext as _
from handlers.words import Words

Clock = Callable[[], datetime]


def router() -> Router:
    own = Router(name="history")
    own.message.register(show_history, Words("history", "история"))
    own.message.register(undo_last, Words("undo", "отменить", "отмена"))
    own.callback_query.register(
        turn_history, F.data.regexp(r"^history:(team|task|person|contact):\d{1,18}:\d{1,4}$")
    )
    return own


async def show_history(
    message: Message, words: str, actor: Actor, history: History, state: FSMContext
) -> Answer:
    await state.clear()
    page = await history.show(actor, words or task_of_reply(message))
    return replace(history_page(page, actor), aside=True)


async def turn_history(query: CallbackQuery, actor: Actor, history: History) -> Answer:
    _history, about, id_, page = str(query.data).split(":")
    return history_page(await history.turn(actor, Scope(About(about), int(id_)), int(page)), actor, edit=True)


async def undo_last(
    message: Message, actor: Actor, arrival: Arrival, undo: Undo, clock: Clock, state: FSMContext
) -> Answer:
    await state.clear()
    try:
        return await undo.last(actor, arrival, clock(), lambda line: undone(line, actor))
    except Standing as standing:
        text, entities = formatted(_(standing.text), "\n", *line_parts(standing.line, actor))
        return Answer(text, entities)


def task_of_reply(message: Message) -> str:
    """The number of the task whose card is replied to, '' when it is none or tells of several."""
    replied = message.reply_to_message
    if replied is None or replied.from_user is None or not replied.from_user.is_bot:
        return ""
    numbers = set(re.findall(r"#(\d{1,9})\b", replied.text or ""))
    return numbers.pop() if len(numbers) == 1 else ""


def history_page(page: HistoryPage, actor: Actor, *, edit: bool = False) -> Answer:
    if not page.lines and page.page == 0:
        return Answer(_("Nothing has been changed yet."), edit=edit)
    head = _("History") if page.subject is None else _("History: {subject}").format(subject=page.subject)
    parts: list[object] = [Bold(head)]
    for line in page.lines:
        parts += ["\n\n", *line_parts(line, actor)]
    text, entities = formatted(*parts)
    turns = [(page.page - 1, "‹", page.page > 0), (page.page + 1, "›", page.has_more)]
    steps = tuple(
        Button(sign, data=f"history:{page.scope.about}:{page.scope.id}:{to}")
        for to, sign, there in turns
        if there
    )
    return Answer(text, entities, buttons=(steps,) if steps else (), edit=edit)


def undone(line: Line, actor: Actor) -> Answer:
    parts = line_parts(line, actor)
    if line.others:
        parts += [
            "\n\n",
            ngettext("and {count} other", "and {count} others", line.others).format(count=line.others),
        ]
    if line.left:
        parts += [
            "\n\n",
            ngettext(
                "{count} changed since, so it stays.", "{count} changed since, so they stay.", line.left
            ).format(count=line.left),
        ]
    text, entities = formatted(Bold(_("Taken back")), "\n", *parts)
    return Answer(text, entities)


def line_parts(line: Line, actor: Actor) -> list[object]:
    """When, who and what, then each field old → new."""
    parts: list[object] = [moment_words(line.at.astimezone(actor.zone)), " · ", _by(line), "\n"]
    parts += [line_title(line), *_named(line, actor)]
    for field, told in _shown(line, actor).items():
        parts += ["\n", change_words(field, told, year=line.at.year, zone=actor.timezone)]
    return parts


def _by(line: Line) -> str:
    """Who did it; what an assistant wrote says for whom."""
    if line.actor_kind != "agent":
        return line.who or {"import": _("a table")}.get(line.actor_kind, _("the bot"))
    assistant = in_language(line.assistant, language())
    if not line.who:
        return assistant or _("an assistant")
    if not assistant:
        return _("an assistant for {person}").format(person=line.who)
    return _("assistant {assistant} for {person}").format(assistant=assistant, person=line.who)


def _named(line: Line, actor: Actor) -> list[object]:
    """What it is about; a group reads only the names of what arose in it (DESIGN §2.8)."""
    number = f" #{line.number}" if line.number is not None else ""
    title = line.title if _is_for_here(line, actor) else None
    return [number, *((" ", Bold(title)) if title else ())]


def _shown(line: Line, actor: Actor) -> Mapping[str, object]:
    """A first title is said already, and a group is told no phone, and no fields of what arose elsewhere.
    Of a table that was taken back nothing is left to count."""
    if not _is_for_here(line, actor) or (line.entity == "import" and line.action == "undone"):
        return {}
    first = line.title is not None and not any(is_pair(*told) for told in line.changes.items())
    unsaid = (
        HIDDEN
        if actor.chat_kind is ChatKind.PRIVATE
        else {*HIDDEN, "phone", "phones", "email", "telegram", "note", "notes", "description"}
    )
    return {
        field: told
        for field, told in line.changes.items()
        if field not in unsaid and not (first and field in ("title", "name", "text") and told == line.title)
    }


def _is_for_here(line: Line, actor: Actor) -> bool:
    return actor.chat_kind is ChatKind.PRIVATE or (line.chat_id is not None and line.chat_id == actor.chat_id)
