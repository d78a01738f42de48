"""Cards of calls: what is known of one, what it still asks, and its way back once it was taken back."""

from datetime import datetime

from aiogram.utils.formatting import Bold

from crm.answers import Answer, Button
from crm.calls import Call, Direction
from crm.people import Actor, ChatKind
from handlers.calls.buttons import Rows, chip_rows, mark, offer_rows, question
from handlers.calls.words import facts, name_words
from handlers.task_cards import about
from handlers.texts import formatted
from handlers.texts import gettext as _


def call_card(
    call: Call,
    actor: Actor,
    now: datetime,
    *,
    edit: bool = False,
    head: str | None = None,
    menu: Rows | None = None,
) -> Answer:
    """A logged call. `head` is a line above it, `menu` the buttons of a chip instead of its own.

    A group is told no number, no notes and nothing of the next task: a button opens the card in private (DESIGN §2.8).
    """
    is_private = actor.chat_kind is ChatKind.PRIVATE
    asked, rows = question(call, actor, now) if is_private and menu is None else ("", ())
    lines = [" · ".join(facts(call, actor)), *(_private_lines(call, actor) if is_private else ())]
    text, entities = formatted(
        *((head, "\n\n") if head else ()),
        *(
            (_("New contact: {name}").format(name=name_words(call.contact, actor)), "\n")
            if call.has_new_contact(now)
            else ()
        ),
        "☎ ",
        Bold(name_words(call.contact, actor)),
        *(part for line in lines for part in ("\n", line)),
        *(("\n\n", asked) if asked else ()),
    )
    if not is_private:
        return Answer(text, entities, buttons=_group_rows(call, actor), edit=edit)
    own = (*rows, *offer_rows(call), *chip_rows(call, is_new=call.has_new_contact(now)))
    return Answer(text, entities, buttons=own if menu is None else menu, edit=edit)


def taken_back_card(call: Call, actor: Actor) -> Answer:
    """What was taken back, with a way to have it again."""
    text, entities = formatted(
        _("Taken back: the call is not logged."),
        "\n☎ ", Bold(name_words(call.contact, actor)), "\n", " · ".join(facts(call, actor)),
    )  # fmt: skip
    again = Button(_("Keep it after all"), data=f"c:{call.id}:back")
    return Answer(text, entities, buttons=((again,),), edit=True)


def call_line(call: Call, actor: Actor, *, with_member: bool = False) -> str:
    """A call in a list, after the contact's name."""
    who = [call.member_name] if with_member and call.member_name and call.member_id != actor.member_id else []
    return " · ".join([*facts(call, actor), *who])


def _private_lines(call: Call, actor: Actor) -> list[str]:
    lines = []
    if call.phone and call.phone != call.contact.full_name:
        lines.append(call.phone)
    if call.notes:
        lines.append(call.notes)
    if call.member_id not in (None, actor.member_id) and call.member_name:
        lines.append("👤 " + call.member_name)
    if call.follow_up is not None:
        task = call.follow_up
        lines.append("→ " + " ".join([f"#{task.number}", task.title, *about(task, actor)[:1]]))
    if call.do_not_call and call.direction is Direction.OUTBOUND:
        lines.append("⚠ " + _("This contact asked not to be called."))
    return lines


def _group_rows(call: Call, actor: Actor) -> Rows:
    there = Button(_("Open in private"), start=f"call_{actor.workspace_id}_{call.id}")
    return ((there,), (Button(_("Take back"), data=f"{mark(call)}:undo"),))
