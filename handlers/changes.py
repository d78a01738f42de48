"""Changes in words: what was done, and each field from old to new."""

from crm.activity import Line
from handlers.texts import gettext as _

TYPED = {"title", "text", "name", "phone", "due"}  # fields whose values are nobody's list of choices


def line_title(line: Line) -> str:
    """What was done, as a noun phrase, so that it needs nobody's gender."""
    done = action_words(line.entity, "created" if line.action == "undone" else line.action)
    return _("taken back:") + " " + entity_words(line.entity) if line.action == "undone" else done


def action_words(entity: str, action: str) -> str:
    """A line for each kind of change there is; a test looks for those the use cases write."""
    return {
        ("task", "created"): _("new task"),
        ("task", "completed"): _("task done"),
        ("contact", "created"): _("new contact"),
        ("contact", "updated"): _("contact changed"),
        ("call", "created"): _("call logged"),
        ("reminder", "created"): _("new reminder"),
        ("delivery", "acknowledged"): _("reminder seen"),
        ("workspace", "visibility"): _("who sees what"),
    }.get((entity, action), f"{entity} {action}")


def entity_words(entity: str) -> str:
    return {
        "task": _("task"),
        "contact": _("contact"),
        "call": _("call"),
        "reminder": _("reminder"),
        "delivery": _("reminder"),
        "workspace": _("team"),
    }.get(entity, entity)


def change_words(field: str, told: object) -> str:
    """`field: old → new`, or `field: first`."""
    old_new = told if isinstance(told, list) else [told]
    said = [str(one) if field in TYPED and one is not None else value_words(one) for one in old_new]
    return f"{field_words(field)}: {' → '.join(said)}"


def field_words(field: str) -> str:
    return {
        "title": _("title"),
        "text": _("text"),
        "name": _("name"),
        "phone": _("phone"),
        "due": _("due"),
        "status": _("status"),
        "priority": _("priority"),
        "direction": _("direction"),
        "outcome": _("result"),
        "visibility": _("who sees what"),
    }.get(field, field)


def value_words(value: object) -> str:
    """The words of a list of choices; anything else as it was typed."""
    known = {
        "not_started": _("not started"),
        "in_progress": _("in progress"),
        "deferred": _("waiting"),
        "completed": _("done"),
        "canceled": _("canceled"),
        "low": _("low priority"),
        "high": _("high priority"),
        "urgent": _("urgent"),
        "inbound": _("incoming"),
        "outbound": _("outgoing"),
        "connected": _("talked"),
        "no_answer": _("no answer"),
        "busy": _("busy"),
        "left_voicemail": _("voicemail"),
        "left_live_message": _("left a message"),
        "wrong_number": _("wrong number"),
        "callback_requested": _("call back"),
        "other": _("other"),
        "everyone": _("everyone sees everything"),
        "own": _("members see their own"),
    }
    return "—" if value is None else known.get(str(value), str(value))
