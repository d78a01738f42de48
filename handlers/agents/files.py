"""Files of assistants in Telegram: sent out, looked at, and taken in whole or not at all."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from aiogram import F, Router
from aiogram.filters import Filter
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from crm.agents import Agent, AgentSpec
from crm.agents.files import (
    FILE_LIMIT,
    AgentFiles,
    BrokenRegistry,
    Plan,
    ReadSpec,
    demand,
    has_both,
    has_everyones_only,
)
from crm.agents.writing import Edited
from crm.answers import Answer, Button, File
from crm.errors import N_, BadInput
from crm.people import Actor
from crm.updates import Arrival
from handlers.agents.words import edited_words, field_names
from handlers.questions import ask
from handlers.texts import gettext as _
from handlers.texts import language

WAITING, OPEN = "agent:file", "agent:import"  # a file is waited for; a file is being looked at
NAME = "assistants.yaml"
FAULTS, CHANGES = 15, 20  # told at once
Download = Callable[[str], Awaitable[bytes]]
Reading = Callable[[str], Sequence[ReadSpec]]
Writing = Callable[[Sequence[AgentSpec | Agent]], str]


class IsRegistry(Filter):
    """A document in private: any when one was asked for, else YAML that is no answer and no forwarded message."""

    async def __call__(self, message: Message, raw_state: str | None = None) -> bool:
        if message.document is None or message.chat.type != "private" or raw_state == "agent:edit":
            return False
        alone = message.reply_to_message is None and message.forward_origin is None
        is_yaml = (message.document.file_name or "").lower().endswith((".yaml", ".yml"))
        return raw_state == WAITING or (alone and is_yaml)


def router() -> Router:
    own = Router(name="agent files")
    own.message.register(read_file, IsRegistry())
    own.callback_query.register(send_file, F.data.regexp(r"^af:export(:(own|all))?$"))
    own.callback_query.register(ask_file, F.data == "af:import")
    own.callback_query.register(look_at_file, F.data.regexp(r"^af:look:\d{1,18}:(own|all)$"))
    own.callback_query.register(take_file, F.data.regexp(r"^af:save:\d{1,18}:(own|all)$"))
    own.callback_query.register(drop_file, F.data.regexp(r"^af:no:\d{1,18}$"))
    return own


async def send_file(
    query: CallbackQuery, actor: Actor, agent_files: AgentFiles, write_registry: Writing
) -> Answer:
    """Operators who also have a team are asked whose."""
    whose = (*str(query.data).split(":"), "")[2]
    if not whose and has_both(actor):
        own, everyone = _both("export")
        return Answer(_("Whose assistants shall the file hold?"), buttons=((own, everyone),))
    specs, are_shared = await agent_files.specs(actor, everyone=whose == "all" or has_everyones_only(actor))
    content = write_registry(specs).encode()
    caption = _("The team's own assistants.")
    if are_shared:
        caption = _("The bot's own assistants.")
    hint = _("Change the file and send it back: I show what it would change before anything is saved.")
    return Answer(f"{caption}\n{hint}", file=File(NAME, content))


async def ask_file(query: CallbackQuery, state: FSMContext) -> Answer:
    question = _("Send the YAML file, up to {size} KB. I show what it would change before anything is saved.")
    return await ask(state, WAITING, question.format(size=FILE_LIMIT // 1000))


async def read_file(
    message: Message,
    actor: Actor,
    arrival: Arrival,
    agent_files: AgentFiles,
    read_registry: Reading,
    state: FSMContext,
    download: Download,
) -> Answer:
    document = message.document
    everyone = has_everyones_only(actor)
    demand(actor, everyone=everyone)
    if document is None or (document.file_size or 0) > FILE_LIMIT:
        raise BadInput(N_("The file is larger than {limit} KB."), limit=FILE_LIMIT // 1000)
    kept = {"of": arrival.update_id, "team": actor.workspace_id, "file_id": document.file_id}
    try:
        read = await _read(download, read_registry, document.file_id)
        if has_both(actor):
            await state.set_state(OPEN)
            await state.set_data(kept)
            own, shared = _both(f"look:{arrival.update_id}")
            return Answer(_("Who shall have these assistants?"), buttons=((own, shared),))
        plan = await agent_files.look(actor, read, everyone=everyone)
    except BrokenRegistry as broken:
        return faults_card(broken)  # what was asked for stays asked for
    await state.set_state(OPEN)
    await state.set_data({**kept, "seen": plan.seen})
    return plan_card(plan, arrival.update_id)


async def look_at_file(
    query: CallbackQuery,
    actor: Actor,
    agent_files: AgentFiles,
    read_registry: Reading,
    state: FSMContext,
    download: Download,
) -> Answer:
    kept, everyone = await _pressed(query, actor, state)
    return await _looked(kept, actor, agent_files, read_registry, state, download, everyone=everyone)


async def take_file(
    query: CallbackQuery,
    actor: Actor,
    arrival: Arrival,
    agent_files: AgentFiles,
    read_registry: Reading,
    state: FSMContext,
    download: Download,
) -> Answer:
    """All of it or nothing; what somebody else changed since the look is looked at again."""
    kept, everyone = await _pressed(query, actor, state)
    try:
        read = await _read(download, read_registry, kept["file_id"])
        answer = await agent_files.take(
            actor, arrival, read, kept.get("seen") or {}, taken_card, everyone=everyone
        )
    except BrokenRegistry as broken:
        return faults_card(broken)
    except Edited as edited:
        again = await _looked(kept, actor, agent_files, read_registry, state, download, everyone=everyone)
        return Answer(f"{edited_words(edited)}\n\n{again.text}", buttons=again.buttons, edit=True)
    await state.clear()
    return answer


async def drop_file(query: CallbackQuery, actor: Actor, state: FSMContext) -> Answer:
    await _pressed(query, actor, state)
    await state.clear()
    return Answer(_("Not taken in; nothing was changed."), edit=True)


def faults_card(broken: BrokenRegistry) -> Answer:
    """The line and the reason of each fault."""
    lines = [
        _("Line {line}: {reason}").format(
            line=fault.line,
            reason=(f"{fault.place}: " if fault.place else "") + _(fault.text).format(**fault.fields),
        )
        for fault in broken.faults[:FAULTS]
    ]
    more = ["…"] if len(broken.faults) > FAULTS else []
    return Answer(
        "\n".join([_("This file can't be taken in, and nothing was changed:"), *lines, *more])[:4000]
    )


def plan_card(plan: Plan, of: int) -> Answer:
    """What would change, and the button that does it."""
    whose = _("For everyone:") if plan.everyone else _("For this team:")
    no = Button(_("Leave it"), data=f"af:no:{of}")
    if not plan.changes:
        return Answer(_("Nothing would change: all of it is there already."), buttons=((no,),))
    save = Button(_("Save"), data=f"af:save:{of}:{'all' if plan.everyone else 'own'}")
    return Answer("\n".join([whose, *_changes(plan)]), buttons=((save, no),))


def taken_card(plan: Plan) -> Answer:
    text = "\n".join([_("Saved."), *_changes(plan)])
    return Answer(text, buttons=((Button(_("‹ All assistants"), data="asl:0"),),), edit=True)


def _changes(plan: Plan) -> list[str]:
    lines = []
    for one in plan.changes[:CHANGES]:
        what = field_names(one.fields) if one.before is not None else _("new")
        if one.replaces:
            what = _("new, in place of the bot's own")
        lines.append(f"• {one.spec.names.get(language()) or one.spec.slug} (@{one.spec.slug}): {what}")
    if len(plan.changes) > CHANGES:
        lines.append("…")
    if plan.same:
        lines.append(_("As before: {count}").format(count=plan.same))
    return lines


def _both(about: str) -> tuple[Button, Button]:
    return (
        Button(_("For this team"), data=f"af:{about}:own"),
        Button(_("For everyone"), data=f"af:{about}:all"),
    )


async def _looked(
    kept: Mapping[str, Any],
    actor: Actor,
    agent_files: AgentFiles,
    read_registry: Reading,
    state: FSMContext,
    download: Download,
    *,
    everyone: bool,
) -> Answer:
    try:
        read = await _read(download, read_registry, kept["file_id"])
        plan = await agent_files.look(actor, read, everyone=everyone)
    except BrokenRegistry as broken:
        return faults_card(broken)
    await state.update_data(seen=plan.seen)
    card = plan_card(plan, kept["of"])
    return Answer(card.text, buttons=card.buttons, edit=True)


async def _read(download: Download, read_registry: Reading, file_id: str) -> Sequence[ReadSpec]:
    """Beside the loop: a large file takes a second. Raises BrokenRegistry."""
    content = await download(file_id)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(N_("This file is no plain text (UTF-8).")) from None
    return await asyncio.to_thread(read_registry, text)


async def _pressed(query: CallbackQuery, actor: Actor, state: FSMContext) -> tuple[dict[str, Any], bool]:
    """The open file that a button is of, and whether everyone shall have it. Raises BadInput for one that has ended,
    also by going on in another team."""
    _af, _verb, of, whose = (*str(query.data).split(":"), "")[:4]
    kept = await state.get_data()
    is_open = await state.get_state() == OPEN and str(kept.get("of")) == of
    if not is_open or kept.get("team") != actor.workspace_id:
        raise BadInput(N_("This file is no longer open. Send it again."))
    return kept, whose == "all"
