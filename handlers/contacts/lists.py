"""Lists: /contacts in pages, by stage, label, letter or one's own; and one contact opened from them."""

from dataclasses import replace

from aiogram import Bot
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message
from aiogram.utils.formatting import Bold

from crm.answers import Answer, Button
from crm.contacts import ContactPage, Contacts, Filter, Found, Stage, Step
from crm.errors import N_, BadInput
from crm.people import Actor, ChatKind
from handlers.contacts.cards import Rows, contact_card, found_contacts, list_lines, short, stage_words
from handlers.private import only_in_private
from handlers.texts import formatted
from handlers.texts import gettext as _


async def list_contacts(
    message: Message, words: str, bot: Bot, actor: Actor, contacts: Contacts, state: FSMContext
) -> Answer:
    """The list, or what the words mean. A phone book is nobody's business in a group."""
    await state.clear()
    if actor.chat_kind is not ChatKind.PRIVATE:
        return only_in_private(await bot.me())
    looked = await contacts.look(actor, words)
    return await opened(looked, actor, contacts) if isinstance(looked, Found) else contact_list(looked)


async def turn_contacts(query: CallbackQuery, bot: Bot, actor: Actor, contacts: Contacts) -> Answer:
    """Another page, another filter, or the choice of filters."""
    if actor.chat_kind is not ChatKind.PRIVATE:
        return only_in_private(await bot.me())
    _contacts, code, *step = str(query.data).split(":")
    if code == "menu":
        return Answer(_("Which contacts?"), buttons=_filters(), edit=True)
    to = Step(int(step[0][1:]), is_back=step[0][0] == "-") if step else None
    return contact_list(await contacts.list(actor, _filter_of(code), to), edit=True)


async def open_contact(query: CallbackQuery, actor: Actor, contacts: Contacts) -> Answer:
    return contact_card(await contacts.show(actor, int(str(query.data).split(":")[1])), actor)


async def opened(found: Found, actor: Actor, contacts: Contacts) -> Answer:
    """The one contact a text means, or a choice."""
    if len(found.contacts) == 1:
        return contact_card(await contacts.show(actor, found.contacts[0].id), actor)
    return found_contacts(found, actor)


def contact_list(page: ContactPage, *, edit: bool = False) -> Answer:
    """A page: a line and a button for each, then the way on."""
    code = _code(page)
    if not page.contacts:
        said = _("No contacts here. Save one: /contact Anna Petrova +7 999 123-45-67")
        return Answer(said, buttons=((Button(_("Which contacts?"), data="contacts:menu"),),), edit=edit)
    parts: list[object] = [Bold(_head(page.filter))]
    for line in list_lines(page.contacts):
        parts += ["\n", line]
    text, entities = formatted(*parts)
    buttons = [Button(short(one)[:40], data=f"contact:{one.id}") for one in page.contacts]
    rows = [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
    first, last = page.contacts[0], page.contacts[-1]
    turns = [
        *([Button("‹", data=f"contacts:{code}:-{first.id}")] if page.has_before else []),
        Button(_("Which contacts?"), data="contacts:menu"),
        *([Button("›", data=f"contacts:{code}:+{last.id}")] if page.has_after else []),
    ]
    return Answer(text, entities, buttons=(*rows, tuple(turns)), edit=edit)


def _head(wanted: Filter) -> str:
    heads = {"mine": _("My contacts"), "letter": wanted.value.upper()}
    if wanted.kind == "stage":
        return _("Stage: {stage}").format(stage=stage_words(Stage(wanted.value)))
    if wanted.kind == "label" and not wanted.value.startswith("="):
        return f"#{wanted.value}"
    return heads.get(wanted.kind, _("Contacts"))


def _filters() -> Rows:
    stages = [Button(stage_words(one).capitalize(), data=f"contacts:s-{one.value}") for one in Stage]
    return (
        (Button(_("All"), data="contacts:all"), Button(_("Mine"), data="contacts:mine")),
        tuple(stages[:3]),
        tuple(stages[3:]),
    )


def _code(page: ContactPage) -> str:
    kind, value = page.filter.kind, page.filter.value
    codes = {"stage": f"s-{value}", "letter": f"a-{value}", "label": f"l-{page.label_id}"}
    return codes.get(kind, kind)


def _filter_of(code: str) -> Filter:
    """Raises BadInput for data that no list offers."""
    kind, _dash, value = code.partition("-")
    if kind == "s" and value not in list(Stage):
        raise BadInput(N_("This button is too old. Open the list again: /contacts"))
    of = {"s": Filter("stage", value), "a": Filter("letter", value), "l": Filter("label", f"={value}")}
    return replace(of[kind]) if kind in of else Filter(kind)
