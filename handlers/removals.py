"""Leaving and removing in Telegram: who inherits, what it is, and a word to whom it concerns."""

from collections.abc import Iterator
from functools import partial

from aiogram import F, Router
from aiogram.types import CallbackQuery

from crm.answers import Answer, Button
from crm.people import Actor
from crm.removals import Question, Removal, Removals
from crm.teams import Holdings
from crm.updates import Arrival
from handlers.notices import Notices, Whom
from handlers.teams import back, button, pressed
from handlers.texts import gettext as _
from handlers.texts import ngettext

HEIRS = 8  # offered at most; owners and managers come first


def router() -> Router:
    own = Router(name="removals")
    own.callback_query.register(ask_heir, F.data.regexp(r"^team:\d{1,18}:end:\d{1,18}$"))
    own.callback_query.register(end_membership, F.data.regexp(r"^team:\d{1,18}:to:\d{1,18}:\d{1,18}$"))
    return own


async def ask_heir(query: CallbackQuery, actor: Actor, removals: Removals) -> Answer:
    (member_id,) = pressed(query, actor)
    return heir_question(await removals.ask(actor, int(member_id)), actor)


async def end_membership(
    query: CallbackQuery, actor: Actor, arrival: Arrival, removals: Removals, notices: Notices
) -> Answer:
    member_id, heir_id = pressed(query, actor)

    def told(removal: Removal) -> Iterator[Whom]:
        if not removal.is_oneself:
            yield removal.member.reach, partial(told_removed, removal)
        if removal.heir is not None and removal.heir.id != actor.member_id:
            yield removal.heir.reach, partial(told_heir, removal)

    news = notices.about(told)
    answer, _removal = await removals.remove(
        actor, arrival, int(member_id), int(heir_id) or None, lambda done: ended(done, actor), news
    )
    await news.send()
    return answer


def heir_question(asked: Question, actor: Actor) -> Answer:
    """What hangs on them, and a button for each who may take it; the last owner chooses a new owner instead."""
    heirs = asked.heirs[:HEIRS]
    if asked.must_hand_on:
        said = _("You are the last owner. Whom shall the team belong to? After that you can leave.")
        rows = [(button(heir.name, actor, "sure", str(heir.id), "hand"),) for heir in heirs]
        return Answer(said, buttons=(*rows, back(actor)), edit=True)
    said = (
        _("You leave the team.")
        if asked.is_oneself
        else _("Remove {name} from the team?").format(name=asked.member.name)
    )
    if not asked.holdings:
        yes = _("Leave") if asked.is_oneself else _("Remove")
        rows = [(button(yes, actor, "to", str(asked.member.id), "0"),)]
    else:
        said += "\n" + _("To be handed over: {what}.\nWho takes it?").format(
            what=holdings_words(asked.holdings)
        )
        rows = [(button(heir.name, actor, "to", str(asked.member.id), str(heir.id)),) for heir in heirs]
    return Answer(said, buttons=(*rows, back(actor)), edit=True)


def ended(removal: Removal, actor: Actor) -> Answer:
    said = _("You have left the team “{team}”. We go on in a team of your own.")
    if not removal.is_oneself:
        said = _("{name} is no longer in the team “{team}”.")
    text = said.format(name=removal.member.name, team=removal.team)
    if removal.heir is not None:
        text += "\n" + _("{name} takes over: {what}.").format(
            name=removal.heir.name, what=holdings_words(removal.given)
        )
    rows: tuple[tuple[Button, ...], ...] = () if removal.is_oneself else (back(actor),)
    return Answer(text, buttons=rows, edit=True)


def told_removed(removal: Removal) -> Answer:
    said = _("You are no longer in the team “{team}”. We go on in a team of your own.")
    return Answer(said.format(team=removal.team))


def told_heir(removal: Removal) -> Answer:
    said = _("You take over from {name} in the team “{team}”: {what}.")
    return Answer(
        said.format(name=removal.member.name, team=removal.team, what=holdings_words(removal.given))
    )


def holdings_words(held: Holdings) -> str:
    """Each kind with its count; what there is none of stays unsaid."""
    counted = (
        (held.tasks, ngettext("{count} task", "{count} tasks", held.tasks)),
        (held.series, ngettext("{count} repeating task", "{count} repeating tasks", held.series)),
        (held.contacts, ngettext("{count} contact", "{count} contacts", held.contacts)),
        (held.reminders, ngettext("{count} reminder", "{count} reminders", held.reminders)),
        (held.watched, ngettext("{count} watched task", "{count} watched tasks", held.watched)),
    )
    return ", ".join(words.format(count=count) for count, words in counted if count)
