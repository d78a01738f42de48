"""Buttons of a call's card: what it asks for, what it offers at one tap, and what may be changed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from crm.answers import Button
from crm.calls import Ask, Call, Direction, Outcome
from crm.calls.clauses import offered_due
from crm.calls.next_steps import asks_for_next, retries
from crm.people import Actor
from handlers.calls.words import direction_words, outcome_words
from handlers.texts import day_words, due_words, length_words, moment_words
from handlers.texts import gettext as _

Row = tuple[Button, ...]
Rows = tuple[Row, ...]
LENGTHS = (60, 300, 900, 1800)  # seconds
AGO = (0, 15, 30, 60, 120)  # minutes
STAMP = "%Y%m%dT%H%M"  # a moment in a button, UTC


def mark(call: Call) -> str:
    """How each button of a card begins: which call, and as of which version."""
    return f"c:{call.id}.{call.version}"


def question(call: Call, actor: Actor, now: datetime) -> tuple[str, Rows]:
    """The first thing nobody has said yet, as a question with an answer in one press; ("", ()) when all is said."""
    asked = _asked(call)
    if asked is None:
        return "", ()
    if asked is Ask.NEXT:
        return _next_question(call, actor, now)
    words: dict[Ask, tuple[str, Rows]] = {
        Ask.DIRECTION: (_("Which way was it?"), (direction_row(call),)),
        Ask.OUTCOME: (_("How did it end?"), outcome_rows(call)),
        Ask.DURATION: (_("How long was it?"), length_rows(call)),
    }
    text, rows = words[asked]
    return text, (*rows, (Button(_("Skip"), data=f"{mark(call)}:skip"),))


def _asked(call: Call) -> Ask | None:
    return next((ask for ask in call.asks if ask is not Ask.NEXT or asks_for_next(call)), None)


def _next_question(call: Call, actor: Actor, now: datetime) -> tuple[str, Rows]:
    tries = retries(call, now, actor)
    rows = [
        (Button(retry_words(moment, now, actor), data=f"{mark(call)}:retry:{_stamp(moment)}"),)
        for moment in tries
    ]
    text = _("When to try again?") if tries else _("What comes next?")
    none = Button(_("Nothing"), data=f"{mark(call)}:next:none")
    typed = Button(_("Type it"), data=f"{mark(call)}:type:next")
    if tries or call.do_not_call:
        return text, (*rows, (typed, none))
    return text, (*next_rows(call), (typed, none))


def next_rows(call: Call) -> Rows:
    """A call on a day soon to come; the longest words have a row of their own."""
    tomorrow, soon, week = (
        Button(text, data=f"{mark(call)}:next:{value}")
        for value, text in (("1", _("Tomorrow")), ("3", _("In 3 days")), ("week", _("Next week")))
    )
    return (tomorrow, soon), (week,)


def retry_words(moment: datetime, now: datetime, actor: Actor) -> str:
    """A time on the contact's clock, and on one's own where that is another."""
    day = _day(moment, now)
    yours = moment.astimezone(actor.zone)
    if yours.utcoffset() == moment.utcoffset():
        return _("Retry {day} {time}").format(day=day, time=f"{moment:%H:%M}")
    there = f"{yours:%H:%M}" if yours.date() == moment.date() else moment_words(yours)
    return _("Retry {day} {time} ({yours} for you)").format(day=day, time=f"{moment:%H:%M}", yours=there)


def _day(moment: datetime, now: datetime) -> str:
    today = now.astimezone(moment.tzinfo).date()
    names = {today: _("today"), today + timedelta(days=1): _("tomorrow")}
    return names.get(moment.date()) or day_words(moment.date())


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(ZoneInfo('UTC')):{STAMP}}"


def direction_row(call: Call) -> Row:
    return tuple(
        Button(direction_words(one).capitalize(), data=f"{mark(call)}:dir:{one.value}")
        for one in (Direction.OUTBOUND, Direction.INBOUND)
    )


def outcome_rows(call: Call) -> Rows:
    return rows_of(
        [Button(outcome_words(one).capitalize(), data=f"{mark(call)}:out:{one.value}") for one in Outcome], 2
    )


def length_rows(call: Call) -> Rows:
    lengths = tuple(Button(length_words(one), data=f"{mark(call)}:dur:{one}") for one in LENGTHS)
    return (lengths, (Button(_("Type it"), data=f"{mark(call)}:type:duration"),))


def moment_rows(call: Call) -> Rows:
    """How long ago it began."""
    ago = [
        Button(
            _("Just now") if not one else _("{length} ago").format(length=length_words(one * 60)),
            data=f"{mark(call)}:ago:{one}",
        )
        for one in AGO
    ]
    return (*rows_of(ago, 3), (Button(_("Type it"), data=f"{mark(call)}:type:moment"),))


def offer_rows(call: Call) -> Rows:
    """Another time that may have been meant, and tasks that the notes speak of."""
    return tuple((_offered(call, number),) for number in range(len(call.offers)))


def _offered(call: Call, number: int) -> Button:
    offer = call.offers[number]
    if "at" in offer:
        moment = datetime.fromisoformat(offer["at"])
        return Button(_("No, at {time}").format(time=moment_words(moment)), data=f"{mark(call)}:at:{number}")
    words = _("Make a task: {title} · {due}").format(
        title=offer["title"][:60], due=due_words(offered_due(offer))
    )
    return Button(words, data=f"{mark(call)}:task:{number}")


def chip_rows(call: Call, *, is_new: bool) -> Rows:
    """What may be changed; a contact that is new by this call is merged, or taken back with it. What comes next has
    no button of its own while the card asks for it."""
    other = Direction.INBOUND if call.direction is Direction.OUTBOUND else Direction.OUTBOUND
    new = [
        Button(_("Merge"), data=f"{mark(call)}:menu:merge"),
        Button(_("Undo"), data=f"{mark(call)}:undo"),
    ]
    chips = [
        Button("→ " + direction_words(other), data=f"{mark(call)}:dir:{other.value}"),
        Button(_("Result"), data=f"{mark(call)}:menu:out"),
        Button(_("How long"), data=f"{mark(call)}:menu:dur"),
        Button(_("When"), data=f"{mark(call)}:menu:ago"),
        Button(_("Notes"), data=f"{mark(call)}:type:notes"),
        Button(_("Contact"), data=f"{mark(call)}:menu:who"),
        *(() if _asked(call) is Ask.NEXT else (Button(_("Next step"), data=f"{mark(call)}:menu:next"),)),
        *(() if is_new else (Button(_("Take back"), data=f"{mark(call)}:undo"),)),
    ]  # fmt: skip
    return (*rows_of(new if is_new else [], 2), *rows_of(chips, 3))


def rows_of(buttons: Sequence[Button], width: int) -> Rows:
    return tuple(tuple(buttons[at : at + width]) for at in range(0, len(buttons), width))
