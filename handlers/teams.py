"""Teams in Telegram: /team, a card of who is in the team, with what one may do about it."""

from collections.abc import Sequence
from functools import partial

from aiogram import Bot, F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message
from aiogram.utils.formatting import Bold

from crm.answers import Answer, Button
from crm.errors import N_, NotFound
from crm.people import Actor, ChatKind, Role
from crm.teams import Member, Team, Teams, TeamView, outranks
from crm.updates import Arrival
from handlers.notices import Notices, Whom
from handlers.privacy import switch_row
from handlers.private import only_in_private
from handlers.questions import ask, closing
from handlers.texts import formatted, ngettext
from handlers.texts import gettext as _
from handlers.words import AnswerTo, Words

NAME, FOUND = "team:name", "team:found"  # questions: a new name; a new team's name
PAGE = 10  # members on a page
Rows = tuple[tuple[Button, ...], ...]


def router() -> Router:
    own = Router(name="teams")
    own.message.register(show_team, Words("team", "команда"))
    own.callback_query.register(open_team, F.data.regexp(r"^team:\d{1,18}$"))
    own.callback_query.register(list_members, F.data.regexp(r"^team:\d{1,18}:all:\d{1,4}$"))
    own.callback_query.register(show_member, F.data.regexp(r"^team:\d{1,18}:who:\d{1,18}$"))
    own.callback_query.register(ask_name, F.data.regexp(r"^team:\d{1,18}:(name|found)$"))
    own.callback_query.register(list_teams, F.data.regexp(r"^team:\d{1,18}:mine$"))
    own.callback_query.register(switch_team, F.data.regexp(r"^team:\d{1,18}:go:\d{1,18}$"))
    own.callback_query.register(confirm_owner, F.data.regexp(r"^team:\d{1,18}:sure:\d{1,18}:(owner|hand)$"))
    own.callback_query.register(
        change_role, F.data.regexp(r"^team:\d{1,18}:role:\d{1,18}:(owner|manager|member|hand)$")
    )
    return own


def answers() -> Router:
    """The name that was asked for; asked after all commands, so that any of them ends the question."""
    own = Router(name="teams answers")
    own.message.register(rename_team, AnswerTo(NAME))
    own.message.register(found_team, AnswerTo(FOUND))
    return own


async def show_team(message: Message, bot: Bot, actor: Actor, teams: Teams, state: FSMContext) -> Answer:
    await state.clear()
    if actor.chat_kind is not ChatKind.PRIVATE:
        return only_in_private(await bot.me())
    return team_card(await teams.show(actor), actor)


async def open_team(query: CallbackQuery, actor: Actor, teams: Teams, state: FSMContext) -> Answer:
    pressed(query, actor)
    await state.clear()
    return team_card(await teams.show(actor), actor, edit=True)


async def list_members(query: CallbackQuery, actor: Actor, teams: Teams) -> Answer:
    (page,) = pressed(query, actor)
    return member_list(await teams.show(actor), actor, int(page))


async def show_member(query: CallbackQuery, actor: Actor, teams: Teams) -> Answer:
    (member_id,) = pressed(query, actor)
    team = await teams.show(actor)
    member = next((one for one in team.members if one.id == int(member_id)), None)
    if member is None:
        raise NotFound(N_("That person is no longer in the team."))
    return member_card(team, member, actor)


async def ask_name(query: CallbackQuery, actor: Actor, teams: Teams, state: FSMContext) -> Answer:
    pressed(query, actor)
    team = await teams.show(actor)
    if str(query.data).endswith(":found"):
        return await ask(state, FOUND, _("What shall the new team be called?"))
    return await ask(state, NAME, _("What shall “{name}” be called?").format(name=team.name))


async def rename_team(
    message: Message, words: str, actor: Actor, arrival: Arrival, teams: Teams, state: FSMContext
) -> Answer:
    return await teams.rename(
        actor,
        closing(state, arrival),
        words,
        lambda name: Answer(_("The team is called “{name}” now.").format(name=name)),
    )


async def found_team(
    message: Message, words: str, actor: Actor, arrival: Arrival, teams: Teams, state: FSMContext
) -> Answer:
    return await teams.found(actor, closing(state, arrival), words, founded)


async def list_teams(query: CallbackQuery, actor: Actor, teams: Teams) -> Answer:
    pressed(query, actor)
    return team_choice(await teams.mine(actor), actor)


async def switch_team(
    query: CallbackQuery, actor: Actor, arrival: Arrival, teams: Teams, state: FSMContext
) -> Answer:
    await state.clear()  # a question about the other team is no longer one
    workspace_id = int(str(query.data).rsplit(":", 1)[1])
    return await teams.switch(actor, arrival, workspace_id, switched)


async def confirm_owner(query: CallbackQuery, actor: Actor, teams: Teams) -> Answer:
    member_id, how = pressed(query, actor)
    team = await teams.show(actor)
    member = next((one for one in team.members if one.id == int(member_id)), None)
    if member is None:
        raise NotFound(N_("That person is no longer in the team."))
    said = _("Make {name} an owner? Owners can do everything, also remove you.")
    if how == "hand":
        said = _("Hand the team over to {name}? You will be a manager.")
    rows = (
        (button(_("Yes"), actor, "role", str(member.id), how),),
        (button(_("‹ Back"), actor, "who", str(member.id)),),
    )
    return Answer(said.format(name=member.name), buttons=rows, edit=True)


async def change_role(
    query: CallbackQuery, actor: Actor, arrival: Arrival, teams: Teams, notices: Notices
) -> Answer:
    member_id, how = pressed(query, actor)

    def say(one: Member) -> Answer:
        return appointed(one, actor)

    def told(one: Member) -> list[Whom]:
        return [] if one.id == actor.member_id else [(one.reach, partial(told_role, one))]

    news = notices.about(told)
    if how == "hand":
        answer, _member = await teams.hand_on(actor, arrival, int(member_id), say, news)
    else:
        answer, _member = await teams.appoint(actor, arrival, int(member_id), Role(how), say, news)
    await news.send()
    return answer


def told_role(member: Member) -> Answer:
    return Answer(_("Your role in the team is now: {role}.").format(role=role_words(member.role)))


def pressed(query: CallbackQuery, actor: Actor) -> list[str]:
    """What a button of a team's card carries. Raises NotFound when the actor is in another team by now."""
    _team, workspace_id, *rest = str(query.data).split(":")
    if workspace_id != str(actor.workspace_id):
        raise NotFound(N_("That is about another team of yours. Switch to it first: /team"))
    return rest[1:]


def button(text: str, actor: Actor, *parts: str) -> Button:
    """The team comes first: a card of another team changes nothing in this one."""
    return Button(text, data=":".join(("team", str(actor.workspace_id), *parts)))


def team_card(team: TeamView, actor: Actor, *, edit: bool = False) -> Answer:
    """The team, one's role, how many are in it, and buttons by role."""
    count = len(team.members)
    text, entities = formatted(
        Bold(team.name),
        "\n",
        _("You: {role}").format(role=role_words(team.me.role)),
        "\n",
        ngettext("{count} member", "{count} members", count).format(count=count),
    )
    manages = not outranks(Role.MANAGER, team.me.role)
    rows: list[tuple[Button, ...]] = [(button(_("Members"), actor, "all", "0"),)]
    if manages:
        rows.append((button(_("Invite"), actor, "invite"), button(_("Links"), actor, "links")))
        rows.append((button(_("Rename"), actor, "name"), button(_("Country of phones"), actor, "region")))
        rows.append(switch_row(actor.workspace_id, off=team.assistants_off))
    if team.me.role is Role.OWNER and count > 1:  # the data is that of handlers/visibility.py
        for sight, said in (("everyone", _("Everyone sees everything")), ("own", _("Members see their own"))):
            rows.append((Button(said, data=f"sees:{actor.workspace_id}:{sight}"),))
    rows.append((button(_("New team"), actor, "found"), button(_("My teams"), actor, "mine")))
    if count > 1:
        rows.append((button(_("Leave the team"), actor, "end", str(team.me.id)),))
    return Answer(text, entities, buttons=tuple(rows), edit=edit)


def member_list(team: TeamView, actor: Actor, page: int) -> Answer:
    """Everyone in the team, a button for each."""
    pages = max(1, -(-len(team.members) // PAGE))
    page = min(page, pages - 1)
    here = team.members[page * PAGE : (page + 1) * PAGE]
    lines = [f"\n{member.name} · {role_words(member.role)}" for member in here]
    text, entities = formatted(Bold(team.name), *lines)
    rows = [(button(member.name, actor, "who", str(member.id)),) for member in here]
    turns = [(page - 1, "‹"), (page + 1, "›")]
    steps = tuple(button(sign, actor, "all", str(to)) for to, sign in turns if 0 <= to < pages)
    return Answer(text, entities, buttons=(*rows, *((steps,) if steps else ()), back(actor)), edit=True)


def member_card(team: TeamView, member: Member, actor: Actor) -> Answer:
    """One member, and what the actor may do about them; the use cases decide again."""
    handle = f" @{member.username}" if member.username else ""
    text, entities = formatted(Bold(member.name), handle, "\n", role_words(member.role))
    is_me, owns = member.id == team.me.id, team.me.role is Role.OWNER
    rows: list[tuple[Button, ...]] = []
    if owns and not is_me:
        others = [role for role in (Role.MEMBER, Role.MANAGER) if role is not member.role]
        rows.append(tuple(button(_roles()[role], actor, "role", str(member.id), role) for role in others))
        if member.role is not Role.OWNER:
            rows.append((button(_("Make an owner"), actor, "sure", str(member.id), "owner"),))
            rows.append((button(_("Hand the team over"), actor, "sure", str(member.id), "hand"),))
    may_end = not is_me and (owns or (team.me.role is Role.MANAGER and outranks(team.me.role, member.role)))
    if may_end or (is_me and not outranks(Role.MANAGER, team.me.role)):
        rows.append((button(_("New account"), actor, "account", str(member.id)),))
    if may_end:
        rows.append((button(_("Remove from the team"), actor, "end", str(member.id)),))
    return Answer(text, entities, buttons=(*rows, back(actor)), edit=True)


def team_choice(teams: Sequence[Team], actor: Actor) -> Answer:
    rows = tuple(
        (
            button(
                f"✓ {team.name}" if team.workspace_id == actor.workspace_id else team.name,
                actor,
                "go",
                str(team.workspace_id),
            ),
        )
        for team in teams
    )
    return Answer(_("Which team shall we go on in?"), buttons=(*rows, back(actor)), edit=True)


def founded(team: Team) -> Answer:
    rows = ((Button(_("Open the team"), data=f"team:{team.workspace_id}"),),)
    return Answer(
        _("The team “{name}” is there, and you are its owner. We go on in it.").format(name=team.name),
        buttons=rows,
    )


def switched(team: Team) -> Answer:
    rows = ((Button(_("Open the team"), data=f"team:{team.workspace_id}"),),)
    return Answer(_("We go on in “{name}”.").format(name=team.name), buttons=rows, edit=True)


def appointed(member: Member, actor: Actor) -> Answer:
    said = _("{name}: {role} from now on.").format(name=member.name, role=role_words(member.role))
    return Answer(said, buttons=(back(actor),), edit=True)


def role_words(role: Role) -> str:
    return {
        Role.OWNER: _("owner"),
        Role.MANAGER: _("manager"),
        Role.MEMBER: _("member"),
        Role.GUEST: _("guest"),
    }[role]


def back(actor: Actor) -> tuple[Button, ...]:
    return (button(_("‹ Back"), actor),)


def _roles() -> dict[Role, str]:
    return {Role.MEMBER: _("Make a member"), Role.MANAGER: _("Make a manager")}
