"""Task buttons: what a card offers, and what each button carries, so that an older card is known for one."""

from crm.answers import Button
from crm.people import Actor, ChatKind
from crm.tasks import Status, Task
from handlers.texts import gettext as _

Rows = tuple[tuple[Button, ...], ...]


def closed_row(task: Task) -> tuple[Button, ...]:
    again = Button(_("Open again"), data=mark(task, "status", Status.NOT_STARTED.value))
    if task.status is not Status.COMPLETED:
        return (again,)
    return (Button(_("Add a result"), data=mark(task, "result")), again)


def more_rows(task: Task, actor: Actor) -> Rows:
    """The rest of what may be changed. What was written beside a task is read and answered in private only."""
    in_private, counts = actor.chat_kind is ChatKind.PRIVATE, task.counts
    files = {"files": _("Files") + f" {counts.files}"} if counts.files and in_private else {}
    names = {
        "time": _("Time"), "rep": _("Repeat"), "rem": _("Remind"),
        "who": _("For whom"), "contact": _("Contact"), "prio": _("Priority"),
        "status": _("Status"), "title": _("Title"), "list": _("Checklist"),
        **({"about": _("Description"), "talk": _("Comments")} if in_private else {}),
        "watch": _("Who watches"), "text": _("As text"), **files, "undo": _("Delete"),
    }  # fmt: skip
    chips = [Button(name, data=mark(task, what)) for what, name in names.items()]
    rows = tuple(tuple(chips[at : at + 3]) for at in range(0, len(chips), 3))
    open_it = () if in_private else ((start_button(task, actor, _("Open in private")),),)
    return (*rows, *open_it, back_row(task))


def back_row(task: Task) -> tuple[Button, ...]:
    return (Button(_("‹ Back"), data=mark(task, "card")),)


def start_button(task: Task, actor: Actor, text: str | None = None) -> Button:
    """Opens the private chat with the bot at this task."""
    return Button(text or _("Open our chat"), start=f"task_{actor.workspace_id}_{task.number}")


def mark(task: Task, *what: str) -> str:
    """What a button of the card carries: a press on an older card changes nothing (handlers.task_marks)."""
    return ":".join((f"t:{task.id}.{task.version}", *what))
