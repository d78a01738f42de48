"""Imports in Telegram: /import or a document alone, what is in it, its columns, a look, and then it is taken in."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from aiogram import Bot, F, Router
from aiogram.filters import Filter
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Document, Message

from crm.answers import Answer
from crm.errors import N_, BadInput
from crm.exports import Kind
from crm.grammar.letters import storable
from crm.imports import (
    BYTES,
    ROWS,
    BrokenFile,
    Field,
    Imports,
    Mapped,
    NewImport,
    Table,
    guess,
    is_certain,
    is_enough,
    likely_kinds,
)
from crm.people import Actor, ChatKind
from crm.updates import Arrival
from handlers.imports import cards
from handlers.imports.downloads import too_large
from handlers.imports.progress import progress
from handlers.imports.workbooks import read_table
from handlers.private import only_in_private
from handlers.questions import ask
from handlers.texts import gettext as _
from handlers.words import Words

IMPORT, OPEN = "ask:import", "import"  # a file is waited for; a file is being looked at
TABLES = (
    ".csv",
    ".xlsx",
    ".xlsm",
    ".tsv",
    ".xls",
    ".ods",
    ".numbers",
)  # names that are offered to be taken in
Clock = Callable[[], datetime]
Download = Callable[[str], Awaitable[bytes]]


class IsTable(Filter):
    """A document in private: any when a file was asked for, else one whose name says that it holds a table."""

    async def __call__(self, message: Message, raw_state: str | None = None) -> bool:
        if message.document is None or message.chat.type != "private":
            return False
        name = (message.document.file_name or "").lower()
        return name.endswith(TABLES) or (raw_state == IMPORT and not name.endswith(".vcf"))


def router() -> Router:
    own = Router(name="imports")
    own.message.register(ask_file, Words("import", "загрузка", "импорт", alone=True))
    own.message.register(take_document, IsTable())
    for step, pattern in (
        (choose_kind, r"kind:(contacts|tasks|calls)"),
        (show_columns, r"cols:\d{1,3}"),
        (ask_field, r"col:\d{1,3}"),
        (set_field, r"set:\d{1,3}:[a-z_]{1,20}"),
        (show_preview, "try"),
        (take_in, "go"),
        (cancel, "no"),
    ):
        own.callback_query.register(step, F.data.regexp(rf"^im:\d{{1,18}}:{pattern}$"))
    own.callback_query.register(take_back, F.data.regexp(r"^imported:\d{1,18}:undo$"))
    return own


async def ask_file(
    message: Message,
    bot: Bot,
    actor: Actor,
    arrival: Arrival,
    imports: Imports,
    state: FSMContext,
    download: Download,
    clock: Clock,
) -> Answer:
    await state.clear()
    if actor.chat_kind is not ChatKind.PRIVATE:
        return only_in_private(await bot.me())
    await imports.check(actor)
    if message.document is not None:
        return await _opened(message.document, arrival, actor, imports, state, download, clock, asked=True)
    question = _(
        "Send an Excel or CSV file of contacts, tasks or calls: from Bitrix24, amoCRM or your own, up to {rows} rows"
        " and {size} MB. I show what would be taken in before anything changes."
    )
    return await ask(state, IMPORT, question.format(rows=ROWS, size=BYTES // 1_000_000))


async def take_document(
    message: Message,
    actor: Actor,
    arrival: Arrival,
    imports: Imports,
    state: FSMContext,
    download: Download,
    clock: Clock,
) -> Answer:
    kept = await state.get_data()
    again = kept.get("of") == arrival.update_id and "kind" in kept  # the same update, after a restart
    asked = again or await state.get_state() == IMPORT
    await imports.check(actor)
    document = message.document
    if document is None:
        raise BadInput(N_("Telegram no longer has this file. Send it again."))
    return await _opened(document, arrival, actor, imports, state, download, clock, asked=asked)


async def _opened(
    document: Document,
    arrival: Arrival,
    actor: Actor,
    imports: Imports,
    state: FSMContext,
    download: Download,
    clock: Clock,
    *,
    asked: bool,
) -> Answer:
    """Remember the file by Telegram's id, so that it outlives the process; what is in it is asked when in doubt."""
    if (document.file_size or 0) > BYTES:
        raise too_large()
    try:
        table = await _table(download, document.file_id)
    except BrokenFile as fault:
        await state.clear()
        return cards.broken(fault)
    name = storable(document.file_name or _("The file"))[:100]
    kept: dict[str, Any] = {
        "of": arrival.update_id, "team": actor.workspace_id, "file_id": document.file_id, "name": name,
        "message_id": arrival.message_id, "headers": list(table.headers),
    }  # fmt: skip
    await state.set_state(OPEN)
    await state.set_data(kept)
    kinds = likely_kinds(table.headers)
    if asked and is_certain(table.headers):
        return await _as_kind(kept, kinds[0], actor, imports, state, table, clock)
    return cards.offer(arrival.update_id, name, len(table.rows), kinds)


async def choose_kind(
    query: CallbackQuery, actor: Actor, imports: Imports, state: FSMContext, download: Download, clock: Clock
) -> Answer:
    kept, (_word, kind) = await _pressed(query, actor, state)
    try:
        table = await _table(download, kept["file_id"])
    except BrokenFile as fault:
        return cards.broken(fault)
    return await _as_kind(kept, Kind(kind), actor, imports, state, table, clock)


async def _as_kind(
    kept: Mapping[str, Any],
    kind: Kind,
    actor: Actor,
    imports: Imports,
    state: FSMContext,
    table: Table,
    clock: Clock,
) -> Answer:
    mapped = guess(table.headers, kind)
    await state.update_data(kind=kind.value, columns=[field and field.value for field in mapped])
    if not is_enough(mapped, kind):
        return cards.columns_card(kept["of"], table.headers, mapped, 0, cards.missing_words(kind, mapped))
    plan = await imports.preview(actor, table, kind, mapped, clock())
    return cards.preview(kept["of"], kept["name"], kind, table, mapped, plan, actor)


async def show_columns(query: CallbackQuery, actor: Actor, state: FSMContext) -> Answer:
    kept, (_word, page) = await _pressed(query, actor, state)
    return cards.columns_card(kept["of"], kept["headers"], _mapped(kept), int(page))


async def ask_field(query: CallbackQuery, actor: Actor, state: FSMContext) -> Answer:
    kept, (_word, at) = await _pressed(query, actor, state)
    return cards.field_card(kept["of"], _kind(kept), _at(kept["headers"], at), int(at))


async def set_field(query: CallbackQuery, actor: Actor, state: FSMContext) -> Answer:
    kept, (_word, at, name) = await _pressed(query, actor, state)
    _at(kept["headers"], at)
    columns = [*kept["columns"]]
    columns[int(at)] = Field(name).value if name in tuple(Field) else None
    await state.update_data(columns=columns)
    kept = {**kept, "columns": columns}
    return cards.columns_card(kept["of"], kept["headers"], _mapped(kept), int(at) // cards.PAGE)


async def show_preview(
    query: CallbackQuery, actor: Actor, imports: Imports, state: FSMContext, download: Download, clock: Clock
) -> Answer:
    kept, _words = await _pressed(query, actor, state)
    kind, mapped = _kind(kept), _mapped(kept)
    if not is_enough(mapped, kind):
        return cards.columns_card(kept["of"], kept["headers"], mapped, 0, cards.missing_words(kind, mapped))
    table = await _table(download, kept["file_id"])
    plan = await imports.preview(actor, table, kind, mapped, clock())
    return cards.preview(kept["of"], kept["name"], kind, table, mapped, plan, actor)


async def take_in(
    query: CallbackQuery,
    bot: Bot,
    actor: Actor,
    arrival: Arrival,
    imports: Imports,
    state: FSMContext,
    download: Download,
    clock: Clock,
) -> Answer:
    """The document's message makes it one import, however often the button is pressed."""
    kept, _words = await _pressed(query, actor, state)
    table = await _table(download, kept["file_id"])
    new = NewImport(_kind(kept), kept["name"], actor.chat_id, kept["message_id"])
    async with progress(bot, query) as step:
        answer = await imports.apply(
            actor, arrival, table, _mapped(kept), new, clock(), cards.taken_in, step=step
        )
    await state.clear()
    return answer


async def cancel(query: CallbackQuery, actor: Actor, state: FSMContext) -> Answer:
    await _pressed(query, actor, state)
    await state.clear()
    return Answer(_("Not taken in; nothing was changed."), edit=True)


async def take_back(
    query: CallbackQuery, actor: Actor, arrival: Arrival, imports: Imports, clock: Clock
) -> Answer:
    import_id = int(str(query.data).split(":")[1])
    return await imports.take_back(actor, arrival, import_id, clock(), cards.taken_back)


async def _table(download: Download, file_id: str) -> Table:
    """Read beside the loop: a workbook takes seconds."""
    return await asyncio.to_thread(read_table, await download(file_id))


async def _pressed(query: CallbackQuery, actor: Actor, state: FSMContext) -> tuple[dict[str, Any], list[str]]:
    """The open import that a button is of, and what it says. Raises BadInput for one that has ended, also by going on
    in another team."""
    _im, mark, *words = str(query.data).split(":")
    kept = await state.get_data()
    is_open = await state.get_state() == OPEN and str(kept.get("of")) == mark
    if not is_open or kept.get("team") != actor.workspace_id:
        raise BadInput(N_("This import is no longer open. Send the file again."))
    return kept, words


def _kind(kept: Mapping[str, Any]) -> Kind:
    if "kind" not in kept:
        raise BadInput(N_("Say first what is in the file."))
    return Kind(kept["kind"])


def _mapped(kept: Mapping[str, Any]) -> Mapped:
    _kind(kept)
    return tuple(None if name is None else Field(name) for name in kept["columns"])


def _at(headers: list[str], at: str) -> str:
    if int(at) >= len(headers):
        raise BadInput(N_("This import is no longer open. Send the file again."))
    return headers[int(at)]
