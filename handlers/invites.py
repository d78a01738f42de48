"""Invitations in Telegram: choosing a link by buttons, the list of links, and whoever opens one."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from aiogram import Bot, F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from crm.answers import Answer, Button
from crm.invites import HOURS, USES, Invite, Invites, NewLink, News, Opened, OwnerToAsk, TakeOver
from crm.people import Actor, Role
from crm.teams import Teams
from crm.updates import Arrival
from handlers.notices import Notices, Whom
from handlers.teams import back, button, pressed, role_words
from handlers.texts import gettext as _
from handlers.texts import moment_words, ngettext
from handlers.words import Words

Clock = Callable[[], datetime]


def router() -> Router:
    own = Router(name="invites")
    own.message.register(open_link, Words("start"), F.text.regexp(r"^/start\S*\s+\S"))
    own.callback_query.register(
        choose_link, F.data.regexp(r"^team:\d{1,18}:invite(:(member|manager):\d{1,4}:\d{1,4})?$")
    )
    own.callback_query.register(
        make_link, F.data.regexp(r"^team:\d{1,18}:link:(member|manager):\d{1,4}:\d{1,4}$")
    )
    own.callback_query.register(list_links, F.data.regexp(r"^team:\d{1,18}:links$"))
    own.callback_query.register(revoke_link, F.data.regexp(r"^team:\d{1,18}:stop:\d{1,18}$"))
    own.callback_query.register(make_account_link, F.data.regexp(r"^team:\d{1,18}:account:\d{1,18}$"))
    own.callback_query.register(decide_account, F.data.regexp(r"^account:\d{1,18}:(yes|no)$"))
    return own


async def open_link(
    message: Message,
    words: str,
    notices: Notices,
    actor: Actor,
    arrival: Arrival,
    invites: Invites,
    state: FSMContext,
) -> Answer:
    """The link redeemed as its opener arrived; here they are told what it did. The operator's goes on to /start."""
    await state.clear()

    def asked(done: tuple[Opened, Sequence[OwnerToAsk]]) -> Sequence[Whom]:
        opened, asks = done
        return [(ask.reach, partial(account_question, ask, actor, opened.invite_id)) for ask in asks]

    news = notices.about(asked)
    done = await invites.opened(actor, arrival, words, lambda opened: welcome(opened, actor), news)
    if done is None:
        raise SkipHandler
    await news.send()
    return done[0]


async def choose_link(query: CallbackQuery, actor: Actor, teams: Teams) -> Answer:
    role, hours, uses = pressed(query, actor) or ("member", "24", "1")
    return link_choice(actor, (await teams.show(actor)).me.role, Role(role), int(hours), int(uses))


async def make_link(
    query: CallbackQuery, bot: Bot, actor: Actor, arrival: Arrival, invites: Invites, clock: Clock
) -> Answer:
    role, hours, uses = pressed(query, actor)
    name = (await bot.me()).username
    return await invites.make(
        actor, arrival, Role(role), int(hours), int(uses), clock(), lambda link: link_card(link, actor, name)
    )


async def list_links(query: CallbackQuery, actor: Actor, invites: Invites, clock: Clock) -> Answer:
    pressed(query, actor)
    return link_list(await invites.active(actor, clock()), actor)


async def revoke_link(
    query: CallbackQuery, actor: Actor, arrival: Arrival, invites: Invites, clock: Clock
) -> Answer:
    (invite_id,) = pressed(query, actor)
    return await invites.revoke(
        actor, arrival, int(invite_id), clock(), lambda left: link_list(left, actor, _("Taken back"))
    )


async def make_account_link(
    query: CallbackQuery, bot: Bot, actor: Actor, arrival: Arrival, invites: Invites, clock: Clock
) -> Answer:
    (member_id,) = pressed(query, actor)
    name = (await bot.me()).username
    return await invites.make_for_account(
        actor, arrival, int(member_id), clock(), lambda link: link_card(link, actor, name)
    )


async def decide_account(
    query: CallbackQuery, actor: Actor, arrival: Arrival, invites: Invites, notices: Notices
) -> Answer:
    _account, invite_id, word = str(query.data).split(":")
    yes = word == "yes"

    def told(done: TakeOver) -> Sequence[Whom]:
        new, old = (
            (done.new_reach, partial(told_new, done, yes=yes)),
            (done.old_reach, partial(told_old, done)),
        )
        return [new, old] if yes else [new]

    news = notices.about(told)
    answer, _done = await invites.decide(
        actor, arrival, int(invite_id), yes=yes, reply=lambda done: decided(done, yes=yes), tell=news
    )
    await news.send()
    return answer


def welcome(opened: Opened, actor: Actor) -> Answer:
    """What the link did, in a sentence; whoever is new is asked for the language as well."""
    said = {
        News.JOINED: _("You are in the team “{team}” now. Your role: {role}."),
        News.ALREADY: _("You are in the team “{team}” already. Your role: {role}."),
        News.ASKED: _("An owner of “{team}” has to confirm that this is your new account. You will be told."),
    }[opened.news]
    languages = ((Button("English", data="language:en"), Button("Русский", data="language:ru")),)
    return Answer(
        said.format(team=opened.team, role=role_words(opened.role)), buttons=languages if actor.is_new else ()
    )


def link_choice(actor: Actor, mine: Role, role: Role, hours: int, uses: int) -> Answer:
    """Three rows of choices, and the button that makes the link."""

    def row(choices: Sequence[tuple[str, tuple[Role, int, int]]]) -> tuple[Button, ...]:
        return tuple(
            button(
                f"✓ {text}" if one == (role, hours, uses) else text,
                actor, "invite", one[0], str(one[1]), str(one[2]),
            )
            for text, one in choices
        )  # fmt: skip

    roles = [Role.MEMBER, Role.MANAGER] if mine is Role.OWNER else [Role.MEMBER]
    rows = (
        row([(role_words(one), (one, hours, uses)) for one in roles]),
        row([(_hours(one), (role, one, uses)) for one in HOURS]),
        row([(_uses(one), (role, hours, one)) for one in USES]),
        (button(_("Make the link"), actor, "link", role, str(hours), str(uses)),),
        back(actor),
    )
    return Answer(_("Whom does the link let in, for how long, and how often?"), buttons=rows, edit=True)


def link_card(link: NewLink, actor: Actor, bot_name: str | None) -> Answer:
    """The only time the link is shown."""
    until = moment_words(link.invite.expires_at.astimezone(actor.zone))
    if link.member is not None:
        said = _("For {name}'s new account, once, until {until}. An owner has to confirm it.").format(
            name=link.member.name, until=until
        )
    else:
        said = _("Role: {role}. {uses}, until {until}. Send the link to whom you invite.").format(
            role=role_words(link.invite.role), uses=_uses(link.invite.uses), until=until
        )
    return Answer(
        f"{said}\nhttps://t.me/{bot_name}?start={link.code}",
        buttons=((button(_("Links"), actor, "links"),), back(actor)),
        edit=True,
    )


def link_list(links: Sequence[Invite], actor: Actor, toast: str | None = None) -> Answer:
    """Links that work, each with a button that takes it back."""
    if not links:
        return Answer(_("No link into the team works now."), buttons=(back(actor),), edit=True, toast=toast)
    lines = [_("Links that work. Press one to take it back.")]
    for number, link in enumerate(links, 1):
        said = _("{number}. {role}, {left} of {uses} uses left, until {until}").format(
            number=number,
            role=role_words(link.role),
            left=link.uses_left,
            uses=link.uses,
            until=moment_words(link.expires_at.astimezone(actor.zone)),
        )
        lines.append(said)
    stops = [button(f"✕ {number}", actor, "stop", str(link.id)) for number, link in enumerate(links, 1)]
    rows = tuple(tuple(stops[at : at + 5]) for at in range(0, len(stops), 5))
    return Answer("\n".join(lines), buttons=(*rows, back(actor)), edit=True, toast=toast)


def account_question(ask: OwnerToAsk, actor: Actor, invite_id: int) -> Answer:
    said = _("“{new}” says: this is the new account of {member} in the team “{team}”. Is it so?")
    rows = (
        (
            Button(_("Yes, it is"), data=f"account:{invite_id}:yes"),
            Button(_("No"), data=f"account:{invite_id}:no"),
        ),
    )
    return Answer(said.format(new=actor.display_name, member=ask.member, team=ask.team), buttons=rows)


def decided(done: TakeOver, *, yes: bool) -> Answer:
    said = _("The membership of {member} belongs to the account “{new}” now. The old account has no access.")
    if not yes:
        said = _("Refused. The membership of {member} stays where it is.")
    return Answer(said.format(member=done.member, new=done.new_name), edit=True)


def told_new(done: TakeOver, *, yes: bool) -> Answer:
    said = _("Confirmed: you are in the team “{team}” with this account now.")
    if not yes:
        said = _("The owner of “{team}” did not confirm this account.")
    return Answer(said.format(team=done.team))


def told_old(done: TakeOver) -> Answer:
    return Answer(
        _("Your place in the team “{team}” moved to another account of yours.").format(team=done.team)
    )


def _hours(hours: int) -> str:
    if hours < 24:
        return ngettext("{count} hour", "{count} hours", hours).format(count=hours)
    return ngettext("{count} day", "{count} days", hours // 24).format(count=hours // 24)


def _uses(uses: int) -> str:
    return ngettext("{count} use", "{count} uses", uses).format(count=uses)
