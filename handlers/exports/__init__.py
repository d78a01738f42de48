"""Exports in Telegram: /export, three kinds by three formats, and the file."""

import asyncio
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from aiogram import Bot, F, Router
from aiogram.exceptions import TelegramAPIError
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from crm.answers import Answer, Button, File
from crm.errors import N_, BadInput
from crm.exports import Exports, Kind
from crm.people import Actor, ChatKind
from handlers.exports.columns import columns_of, kind_words
from handlers.exports.writing import Format, writer
from handlers.private import only_in_private
from handlers.texts import gettext as _
from handlers.texts import ngettext
from handlers.words import Words

LIMIT = 50_000_000  # bytes of a file that a bot may send (Bot API, sendDocument)
Clock = Callable[[], datetime]
_NAMES = {Format.XLSX: "Excel", Format.CSV: "CSV", Format.JSON: "JSON"}


def router() -> Router:
    own = Router(name="exports")
    own.message.register(choose_export, Words("export", "выгрузка", "экспорт", alone=True))
    own.callback_query.register(
        send_export, F.data.regexp(r"^export:(contacts|tasks|calls):(xlsx|csv|json)$"), _is_private
    )
    return own


def _is_private(query: CallbackQuery) -> bool:
    """The buttons are only shown in private; pressed elsewhere (a forwarded card) they do nothing."""
    return query.message is not None and query.message.chat.type == "private"


async def choose_export(message: Message, bot: Bot, actor: Actor, state: FSMContext) -> Answer:
    await state.clear()
    if actor.chat_kind is not ChatKind.PRIVATE:
        return only_in_private(await bot.me())
    return export_choice()


async def send_export(query: CallbackQuery, bot: Bot, actor: Actor, exports: Exports, clock: Clock) -> Answer:
    """Nothing is changed, so a repeat of the press makes the file anew."""
    _export, kind, form = str(query.data).split(":")
    with suppress(TelegramAPIError):  # a courtesy: the file may take half a minute
        await bot.send_chat_action(actor.telegram_chat_id, "upload_document")
    return await exported(exports, actor, Kind(kind), Format(form), clock())


async def exported(
    exports: Exports, actor: Actor, kind: Kind, form: Format, now: datetime, *, limit: int = LIMIT
) -> Answer:
    """The file, written batch by batch beside the loop; only the finished file is held. Raises BadInput when it is
    larger than a bot may send."""
    count = 0
    with tempfile.TemporaryDirectory(prefix="switchboard-export-") as folder:
        path = Path(folder) / "export"
        out = await asyncio.to_thread(writer, form, path, columns_of(kind), actor)
        try:
            async for rows in exports.batches(actor, kind):
                await asyncio.to_thread(out.write, rows)
                count += len(rows)
                _check_size(path, form, limit)
        finally:
            await asyncio.to_thread(out.close)
        if count == 0:
            return Answer(_("There is nothing to take out yet."))
        _check_size(path, form, limit)
        content = await asyncio.to_thread(path.read_bytes)
    name = f"switchboard-{kind.value}-{now.astimezone(actor.zone):%Y-%m-%d}.{form.value}"
    said = ngettext("{kind}: {count} row.", "{kind}: {count} rows.", count)
    text = said.format(kind=kind_words(kind), count=count) + " " + _("Times are those of {zone}.")
    return Answer(text.format(zone=actor.timezone), file=File(name, content))


def _check_size(path: Path, form: Format, limit: int) -> None:
    if path.exists() and path.stat().st_size > limit:
        if form is Format.XLSX:
            raise BadInput(N_("The file would be larger than 50 MB, which is all a bot may send."))
        raise BadInput(
            N_("The file would be larger than 50 MB, which is all a bot may send. Take Excel: it is smaller.")
        )


def export_choice() -> Answer:
    rows = tuple(
        tuple(
            Button(f"{kind_words(kind)} · {_NAMES[form]}", data=f"export:{kind.value}:{form.value}")
            for form in Format
        )
        for kind in Kind
    )
    return Answer(
        _("What shall I take out, and as what? You get all that you may see, as one file."), buttons=rows
    )
