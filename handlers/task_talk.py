"""What is beside a task in Telegram: comments, who watches, and files sent again."""

from aiogram import Router
from aiogram.types import CallbackQuery
from aiogram.utils.formatting import Bold

from crm.answers import Answer, Button, File
from crm.errors import N_, NotAllowed, NotFound
from crm.people import Actor, ChatKind
from crm.tasks import Tasks
from crm.tasks.sources import Attachment
from crm.tasks.talk import Comments, Files, TaskTalk, Watching
from crm.updates import Arrival
from handlers.private import title_for
from handlers.task_buttons import back_row, mark
from handlers.task_cards import cut
from handlers.task_marks import or_as_it_is, pressed, presses
from handlers.texts import formatted, moment_words
from handlers.texts import gettext as _

COMMENT = 500  # characters of a comment on the page of the last ones
FILES = 30  # files that have a button


def router() -> Router:
    own = Router(name="task talk")
    own.callback_query.register(show_comments, presses("talk"))
    own.callback_query.register(show_watchers, presses("watch"))
    own.callback_query.register(change_watcher, presses(r"(watch|unwatch):\d{1,18}"))
    own.callback_query.register(show_files, presses("files"))
    own.callback_query.register(send_file, presses(r"file:\d{1,4}"))
    return own


async def show_comments(query: CallbackQuery, actor: Actor, task_talk: TaskTalk) -> Answer:
    in_private(actor)
    return comments_card(await task_talk.comments(actor, pressed(query).task_id), actor, edit=True)


async def show_watchers(query: CallbackQuery, actor: Actor, task_talk: TaskTalk) -> Answer:
    return watchers_card(await task_talk.watching(actor, pressed(query).task_id), actor)


async def change_watcher(
    query: CallbackQuery, actor: Actor, arrival: Arrival, tasks: Tasks, task_talk: TaskTalk
) -> Answer:
    press = pressed(query)
    doing = task_talk.watch(
        actor,
        arrival,
        press.task_id,
        int(press.value),
        lambda after: watchers_card(after, actor),
        version=press.version,
        is_on=press.what == "watch",
    )
    return await or_as_it_is(doing, tasks, actor, press)


async def show_files(query: CallbackQuery, actor: Actor, task_talk: TaskTalk) -> Answer:
    """One file is sent, several are offered."""
    in_private(actor)
    files = await task_talk.files(actor, pressed(query).task_id)
    return _sent(files, 0) if len(files.files) == 1 else files_card(files, actor)


async def send_file(query: CallbackQuery, actor: Actor, task_talk: TaskTalk) -> Answer:
    in_private(actor)
    press = pressed(query)
    return _sent(await task_talk.files(actor, press.task_id), int(press.value))


def in_private(actor: Actor) -> None:
    """Raises NotAllowed in a group: what was written or put beside a task is not shown there."""
    if actor.chat_kind is not ChatKind.PRIVATE:
        raise NotAllowed(N_("That is shown in private only. Open the task in our chat."))


def comments_card(said: Comments, actor: Actor, *, edit: bool = False) -> Answer:
    """The last comments; in a group only that one was written."""
    task = said.task
    if actor.chat_kind is not ChatKind.PRIVATE:
        return Answer(_("Written beside task #{number}.").format(number=task.number), edit=edit)
    parts: list[object] = ["#", str(task.number), " ", Bold(task.title)]
    for one in said.comments:
        when = moment_words(one.at.astimezone(actor.zone))
        parts += ["\n\n", Bold(one.who or _("somebody")), f" · {when}\n", cut(one.text, COMMENT)]
    if not said.comments:
        parts += ["\n\n", _("Nothing has been written here yet.")]
    text, entities = formatted(*parts)
    write = (Button(_("Write a comment"), data=mark(task, "say")),)
    return Answer(text, entities, buttons=(write, back_row(task)), edit=edit)


def watchers_card(watching: Watching, actor: Actor) -> Answer:
    """Who is told of what happens to a task, with a button for each of the team."""
    task, here = watching.task, {one.member_id for one in watching.watchers}
    names = ", ".join(one.name for one in watching.watchers) or _("nobody")
    text, entities = formatted(
        "#",
        str(task.number),
        " ",
        Bold(title_for(task.title, actor)),
        "\n",
        _("Who watches: {names}").format(names=names),
    )
    mine = actor.member_id in here
    me = Button(
        _("Stop watching") if mine else _("I watch"),
        data=mark(task, "unwatch" if mine else "watch", str(actor.member_id)),
    )
    others = [
        Button(
            f"{'✓ ' if member.id in here else ''}{member.name}",
            data=mark(task, "unwatch" if member.id in here else "watch", str(member.id)),
        )
        for member in watching.members
        if member.id != actor.member_id
    ][:80]
    rows = tuple(tuple(others[at : at + 2]) for at in range(0, len(others), 2))
    return Answer(text, entities, buttons=((me,), *rows, back_row(task)), edit=True)


def files_card(files: Files, actor: Actor) -> Answer:
    task = files.task
    text, entities = formatted(
        "#", str(task.number), " ", Bold(title_for(task.title, actor)), "\n", _("Which file?")
    )
    rows = tuple(
        (Button(f"{number + 1}. {file_words(one)}", data=mark(task, "file", str(number))),)
        for number, one in enumerate(files.files[:FILES])
    )
    return Answer(text, entities, buttons=(*rows, back_row(task)), edit=True)


def file_words(file: Attachment) -> str:
    kinds = {"photo": _("photo"), "voice": _("voice message"), "audio": _("audio"), "video": _("video")}
    return file.name or kinds.get(file.kind, _("file"))


def _sent(files: Files, number: int) -> Answer:
    """Raises NotFound for a file that was taken back."""
    if number >= len(files.files):
        raise NotFound(N_("That file is no longer here."))
    file = files.files[number]
    return Answer(
        f"#{files.task.number} {files.task.title}",
        file=File(name=file.name, file_id=file.file_id, kind=file.kind),
    )
