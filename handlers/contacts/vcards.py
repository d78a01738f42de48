"""vCards in Telegram: a .vcf file read, first dry, and a contact sent as one."""

from io import BytesIO

from aiogram import Bot
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from crm.answers import Answer, Button, File
from crm.contacts import ContactFiles, Summary
from crm.contacts.vcards import SIZE_LIMIT, file_name, write_card
from crm.errors import N_, BadInput
from crm.people import Actor, ChatKind
from crm.updates import Arrival
from handlers.contacts.editing import pressed
from handlers.private import only_in_private
from handlers.questions import closing
from handlers.texts import gettext as _
from handlers.texts import ngettext

FILE = "contact:file"  # what is waited for: the press that saves a file


def is_vcard(message: Message) -> bool:
    document = message.document
    if document is None:
        return False
    name = (document.file_name or "").lower()
    return name.endswith((".vcf", ".vcard")) or document.mime_type in ("text/vcard", "text/x-vcard")


async def read_vcards(
    message: Message, bot: Bot, actor: Actor, arrival: Arrival, contact_files: ContactFiles, state: FSMContext
) -> Answer:
    """What saving the file would make, and the question whether to; the file is fetched again for the answer."""
    await state.clear()
    if actor.chat_kind is not ChatKind.PRIVATE:
        return only_in_private(await bot.me())
    document = message.document
    if document is None or (document.file_size or 0) > SIZE_LIMIT:
        raise BadInput(
            N_("This file is too large: {limit} MB at most. Send it in parts."), limit=SIZE_LIMIT // 1048576
        )
    summary = await contact_files.preview(actor, await _content(bot, document.file_id))
    await state.set_state(FILE)
    await state.set_data({"file_id": document.file_id, "of": arrival.update_id})
    rows = (
        (
            Button(_("Save"), data=f"vcf:yes:{arrival.update_id}"),
            Button(_("Don't save"), data=f"vcf:no:{arrival.update_id}"),
        ),
    )
    return Answer(summary_words(summary), buttons=rows if summary.new or summary.updated else ())


async def save_vcards(
    query: CallbackQuery,
    bot: Bot,
    actor: Actor,
    arrival: Arrival,
    contact_files: ContactFiles,
    state: FSMContext,
) -> Answer:
    _vcf, said, of = str(query.data).split(":")
    kept = await state.get_data()
    if await state.get_state() != FILE or str(kept.get("of")) != of:
        raise BadInput(N_("This question is no longer open. Send the file again."))
    if said == "no":
        await state.clear()
        return Answer(_("Not saved."), edit=True)
    content = await _content(bot, kept["file_id"])
    return await contact_files.save(actor, closing(state, arrival), content, saved_words)


async def send_vcard(query: CallbackQuery, bot: Bot, actor: Actor, contact_files: ContactFiles) -> Answer:
    if actor.chat_kind is not ChatKind.PRIVATE:
        return only_in_private(await bot.me())
    contact_id, _version, _what = pressed(query)
    contact = await contact_files.one(actor, contact_id)
    return Answer(contact.full_name, file=File(file_name(contact), content=write_card(contact)))


def summary_words(summary: Summary) -> str:
    """«12 contacts: 10 new, 2 updated», and the phones that are none."""
    total = ngettext("{count} contact", "{count} contacts", summary.total).format(count=summary.total)
    parts = [
        _("{count} new").format(count=summary.new) if summary.new else "",
        _("{count} updated").format(count=summary.updated) if summary.updated else "",
        _("{count} here already").format(count=summary.same) if summary.same else "",
    ]
    said = f"{total}: {', '.join(filter(None, parts))}"
    if summary.bad_phones:
        bad = ", ".join(summary.bad_phones[:5]) + ("…" if len(summary.bad_phones) > 5 else "")
        said += "\n" + _("These don't look like phones and are left out: {phones}").format(phones=bad)
    return said


def saved_words(summary: Summary) -> Answer:
    return Answer(_("Saved.") + " " + summary_words(summary), edit=True)


async def _content(bot: Bot, file_id: str) -> bytes:
    buffer = BytesIO()
    await bot.download(file_id, buffer)
    return buffer.getvalue()
