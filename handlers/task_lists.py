"""Lists of tasks in Telegram: /tasks in pages, with filters as words and as buttons."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message
from aiogram.utils.formatting import Bold

from crm.answers import Answer, Button
from crm.errors import N_, BadInput
from crm.people import Actor, ChatKind, Role
from crm.tasks import ListPage, TaskLists, Tasks
from crm.tasks.filters import CODE, Filter, When, filter_of
from crm.tasks.lists import Picked, Picker, Step, WhichOne
from handlers.task_cards import task_card
from handlers.task_lines import Rows, in_rows, open_buttons, task_line
from handlers.texts import formatted
from handlers.texts import gettext as _
from handlers.words import Words

Clock = Callable[[], datetime]
ROOM = 64  # bytes of a button's data (Bot API)


def router() -> Router:
    own = Router(name="task lists")
    own.message.register(list_tasks, Words("tasks", "задачи", alone=True))
    own.callback_query.register(turn_list, F.data.regexp(rf"^tl:{CODE}:(0|[<>]\d{{1,18}}):.*$"))
    own.callback_query.register(open_picker, F.data.regexp(rf"^tl:{CODE}:(contact|label|who):.*$"))
    own.callback_query.register(turn_old_list, F.data.regexp(r"^tasks:\d{1,6}$"))
    own.callback_query.register(open_task, F.data.regexp(r"^t:\d{1,18}:open$"))
    return own


async def list_tasks(
    message: Message, words: str, actor: Actor, task_lists: TaskLists, clock: Clock, state: FSMContext
) -> Answer:
    await state.clear()
    now = clock()
    found = await task_lists.read(actor, now, words)
    answer = which_one(found) if isinstance(found, WhichOne) else task_list(found, actor, now)
    return replace(answer, aside=True)


async def turn_list(query: CallbackQuery, actor: Actor, task_lists: TaskLists, clock: Clock) -> Answer:
    filter_, step = pressed(str(query.data))
    now = clock()
    where = None if step == "0" else Step(int(step[1:]), back=step[0] == "<")
    return task_list(await task_lists.show(actor, now, filter_, where), actor, now, edit=True)


async def turn_old_list(query: CallbackQuery, actor: Actor, task_lists: TaskLists, clock: Clock) -> Answer:
    """A button of the time when pages were numbered."""
    now = clock()
    return task_list(await task_lists.show(actor, now, Filter()), actor, now, edit=True)


async def open_picker(query: CallbackQuery, actor: Actor, task_lists: TaskLists) -> Answer:
    filter_, what = pressed(str(query.data))
    return picker(await task_lists.pick(actor, Picked(what), filter_))


async def open_task(query: CallbackQuery, actor: Actor, tasks: Tasks) -> Answer:
    """The card as a message of its own, so that the list stays."""
    return task_card(await tasks.show(actor, int(str(query.data).split(":")[1])), actor)


def pressed(data: str) -> tuple[Filter, str]:
    """The filter of a list's button, and what it does. Raises BadInput for data no list has."""
    _list, code, step, label = data.split(":", 3)
    try:
        return filter_of(code, label), step
    except ValueError:
        raise BadInput(N_("This button is too old. Open the list again: /tasks")) from None


def data_of(filter_: Filter, step: str = "0") -> str:
    """What a button of the list carries; of a label as much as there is room for."""
    start = f"tl:{filter_.code}:{step}:"
    label = (filter_.label or "") + ("…" if filter_.label_begins else "")
    if len((start + label).encode()) <= ROOM:
        return start + label
    room = ROOM - len(f"{start}…".encode())
    return start + (filter_.label or "").encode()[:room].decode(errors="ignore") + "…"


def task_list(page: ListPage, actor: Actor, now: datetime, *, edit: bool = False) -> Answer:
    """The lines, a button for each card, pages, and filters."""
    filters = filter_rows(page, actor)
    if not page.tasks:
        if page.filter == Filter():
            text = _("There are no open tasks. Write one: /task tomorrow 10:00 send the invoice")
        else:
            text = _("Nothing fits: {filters}").format(filters=head(page, actor))
        return Answer(text, buttons=filters if edit or page.filter != Filter() else (), edit=edit)
    parts: list[object] = [Bold(head(page, actor))]
    for task in page.tasks:
        parts += ["\n", task_line(task, actor, now)]
    text, entities = formatted(*parts)
    steps = [
        Button(sign, data=data_of(page.filter, f"{mark}{task.id}"))
        for there, sign, mark, task in (
            (page.has_before, "‹", "<", page.tasks[0]),
            (page.has_after, "›", ">", page.tasks[-1]),
        )
        if there
    ]
    rows = (*open_buttons(page.tasks), *((tuple(steps),) if steps else ()), *filters)
    return Answer(text, entities, buttons=rows, edit=edit)


def head(page: ListPage, actor: Actor) -> str:
    """What the list shows: Open tasks · mine · overdue"""
    shown, first = page.filter, page.tasks[0] if page.tasks else None
    told = [_("Done tasks") if shown.done else _("Open tasks")]
    if shown.mine:
        told.append(_("mine"))
    if shown.assignee_id is not None:
        mine = shown.assignee_id == actor.member_id
        told.append(_("mine") if mine else (first and first.assignee_name) or _("somebody else's"))
    if shown.when is not None:
        told.append(when_words(shown.when))
    if shown.contact_id is not None:
        told.append((first and first.contact_name) or _("this contact"))
    if shown.label is not None:
        told.append(f"#{shown.label}{'…' if shown.label_begins else ''}")
    return " · ".join(told)


def when_words(when: When) -> str:
    return {
        When.TODAY: _("today"),
        When.OVERDUE: _("Overdue").lower(),
        When.WEEK: _("this week"),
        When.NO_DATE: _("no date"),
    }[when]


def filter_rows(page: ListPage, actor: Actor) -> Rows:
    """A press on a filter sets it, a press on one that is set takes it away; a dot marks those that are set."""
    shown = page.filter
    of_time = [
        _filter(
            when_words(when).capitalize(),
            replace(shown, when=None if shown.when is when else when),
            on=shown.when is when,
        )
        for when in When
        if not (shown.done and when in (When.OVERDUE, When.NO_DATE))
    ]
    whose = _filter(_("Mine"), replace(shown, mine=not shown.mine, assignee_id=None), on=shown.mine)
    done = replace(shown, done=not shown.done)
    if done.done and done.when in (When.OVERDUE, When.NO_DATE):
        done = replace(done, when=None)
    finished = _filter(_("Done ones"), done, on=shown.done)
    return (
        (whose, *of_time[:2]),
        (*of_time[2:], finished),
        *_pickers(shown, actor),
        *(overdue_row(shown, actor, "od") if page.tasks else ()),
    )


def _filter(text: str, to: Filter, *, on: bool) -> Button:
    return Button(f"• {text}" if on else text, data=data_of(to))


def _pickers(shown: Filter, actor: Actor) -> Rows:
    """Contacts are not listed for a group, and guests have no team to choose from."""
    offered = {
        Picked.CONTACT: (_("Contact…"), shown.contact_id is not None),
        Picked.LABEL: (_("Label…"), shown.label is not None),
        Picked.ASSIGNEE: (_("For whom…"), shown.assignee_id is not None),
    }
    if actor.chat_kind is not ChatKind.PRIVATE:
        del offered[Picked.CONTACT]
    if actor.role is Role.GUEST:
        del offered[Picked.ASSIGNEE]
    return (
        tuple(
            Button(f"• {text}" if on else text, data=data_of(shown, what))
            for what, (text, on) in offered.items()
        ),
    )


def overdue_row(shown: Filter, actor: Actor, mark: str) -> Rows:
    """What may be done with all overdue tasks at once; `mark` says where the menu leads back to (handlers.overdue)."""
    if shown.when is not When.OVERDUE or shown.label is not None or actor.role is Role.GUEST:
        return ()
    return (
        (
            Button(_("Move all overdue"), data=f"{mark}:{shown.code}:move"),
            Button(_("Hand all over"), data=f"{mark}:{shown.code}:who"),
        ),
    )


def picker(choice: Picker) -> Answer:
    """The names to narrow a list to, the way to all of them, and back."""
    asked = {
        Picked.CONTACT: _("Tasks with which contact?"),
        Picked.LABEL: _("Tasks with which label?"),
        Picked.ASSIGNEE: _("Tasks for whom?"),
    }[choice.what]
    if not choice.names:
        asked = _("There is nothing to choose from yet.")
    anyone = {
        Picked.CONTACT: replace(choice.filter, contact_id=None),
        Picked.LABEL: replace(choice.filter, label=None, label_begins=False),
        Picked.ASSIGNEE: replace(choice.filter, assignee_id=None, mine=False),
    }[choice.what]
    names = [Button(name.text, data=data_of(name.filter)) for name in choice.names]
    back = Button(_("‹ Back"), data=data_of(choice.filter))
    others = (Button(_("Any"), data=data_of(anyone)),) if anyone != choice.filter else ()
    return Answer(asked, buttons=(*in_rows(names, 2), (back, *others)), edit=True)


def which_one(choice: WhichOne) -> Answer:
    names = [Button(name.text, data=data_of(name.filter)) for name in choice.names]
    return Answer(_(choice.text).format(name=choice.name[:60]), buttons=in_rows(names, 1))
