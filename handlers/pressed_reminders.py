"""A reminder's message once it may be pressed: its buttons, and what stands in it after a press."""

from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from aiogram.utils.formatting import Bold

from crm.answers import Answer, Button
from crm.deliveries import Delivery
from crm.people import Actor, ChatKind
from crm.reminder_presses import Message
from crm.tasks import Completed
from crm.tasks.filters import Filter
from handlers.private import title_for
from handlers.task_cards import done_card
from handlers.task_lists import data_of
from handlers.texts import formatted, moment_words
from handlers.texts import gettext as _

Rows = tuple[tuple[Button, ...], ...]
BUTTONS, IN_A_ROW = 8, 4
LABEL = 40  # characters of a button


def data(delivery_id: int, *what: str) -> str:
    """What a button of a reminder carries (handlers.reminder_presses)."""
    return ":".join((f"rd:{delivery_id}", *what))


def rows_of(delivery: Delivery) -> Rows:
    """What a message that is sent offers; whoever stands in can't put off or have seen what is another's."""
    if delivery.stand_in is not None and delivery.task_id is not None:
        done = Button(_("Done"), data=f"done:{delivery.task_id}")
        return ((done, Button(_("Open"), data=f"t:{delivery.task_id}:open")),)
    return reminder_rows(delivery.id, delivery.task_id, delivery.contact_id)


def rows_of_several(deliveries: Sequence[Delivery]) -> Rows:
    """Below one message of many: a button for each task, one that brings each other reminder by itself, and the way to
    the list. The message stays as it is, whatever is pressed."""
    of_tasks = {one.task_id: one.task_number for one in deliveries if one.task_id is not None}
    done = [Button(f"✓ {number}", data=f"done:{task_id}") for task_id, number in of_tasks.items()][:BUTTONS]
    rows = [tuple(done[at : at + IN_A_ROW]) for at in range(0, len(done), IN_A_ROW)]
    others = [one for one in deliveries if one.task_id is None][:BUTTONS]
    rows += [(Button(f"⏰ {shortened(one.text, LABEL)}", data=data(one.id, "alone")),) for one in others]
    if of_tasks and deliveries[0].actor.chat_kind is ChatKind.PRIVATE:
        rows.append((Button(_("Open my tasks"), data=data_of(Filter(mine=True))),))
    return tuple(rows)


def shortened(words: str, limit: int) -> str:
    return words if len(words) <= limit else words[: limit - 1] + "…"


def reminder_rows(delivery_id: int, task_id: int | None, contact_id: int | None) -> Rows:
    snooze = Button(_("Snooze"), data=data(delivery_id, "snooze"))
    if task_id is None:
        seen = Button(_("Got it"), data=data(delivery_id, "seen"))
        return ((seen, snooze), (Button(_("Edit"), data=data(delivery_id, "edit")),))
    done = Button(_("Done"), data=data(delivery_id, "done"))
    open_it = Button(_("Open"), data=f"t:{task_id}:open")
    logged = () if contact_id is None else (Button(_("Call logged"), data=data(delivery_id, "called")),)
    return ((done, snooze), (open_it, *logged))


def message_card(
    message: Message, actor: Actor, *, buttons: Rows | None = None, head: str | None = None
) -> Answer:
    """A reminder's message as it stands now, in place of what was there."""
    sign = "⏰ " if message.is_open else "✓ " if message.state != "snoozed" else "💤 "
    text, entities = formatted(
        *((head, "\n") if head else ()), sign, *_title(message, actor), *_became(message, actor)
    )
    rows = _rows(message) if buttons is None else buttons
    return Answer(text, entities, buttons=rows, edit=True)


def done_message(done: Completed, message: Message, actor: Actor) -> Answer:
    """The task is done; it can be taken back right here."""
    card = done_card(done, actor)
    undo = (Button(_("Undo"), data=data(message.delivery_id, "undo")),)
    return replace(card, buttons=(undo, *(row[:1] for row in card.buttons)))


def _title(message: Message, actor: Actor) -> tuple[object, ...]:
    if message.task_number is None:
        return (Bold(message.text),)
    return (f"#{message.task_number} ", Bold(title_for(message.text, actor)))


def _became(message: Message, actor: Actor) -> tuple[object, ...]:
    if message.state == "snoozed" and message.put_off_to is not None:
        then = moment_words(message.put_off_to.astimezone(ZoneInfo(actor.timezone)))
        return ("\n", _("Put off until {moment}").format(moment=then))
    if message.is_closed:
        return ("\n", _("Done or canceled by now"))
    return ("\n", _("Seen")) if message.state == "acknowledged" else ()


def _rows(message: Message) -> Rows:
    if message.is_open:
        return reminder_rows(message.delivery_id, message.task_id, message.contact_id)
    row = []
    if not message.is_closed and message.state in ("acknowledged", "snoozed"):
        row.append(Button(_("Undo"), data=data(message.delivery_id, "undo")))
    if message.task_id is not None:
        row.append(Button(_("Open"), data=f"t:{message.task_id}:open"))
    return (tuple(row),) if row else ()
