"""Help: /help in one screen, and a page for each topic behind a button."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from aiogram import Bot, F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message, User

from crm.answers import Answer, Button
from crm.errors import N_
from crm.groups import Groups
from crm.people import Actor, ChatKind
from handlers.texts import gettext as _
from handlers.words import Words

ACROSS = 3  # buttons in a row
COMMAND = 33  # characters of a command, its slash included (Bot API, BotCommand)


@dataclass(frozen=True, slots=True)
class Topic:
    """`line` is its share of the first screen; `lines` are its own page, a command each. English msgids."""

    name: str
    line: str
    lines: tuple[str, ...]


TOPICS: Mapping[str, Topic] = {
    "tasks": Topic(
        N_("Tasks"),
        N_("/task tomorrow at 9 call Anna — a task with a reminder; in private the line alone is enough"),
        (
            N_("/task tomorrow at 9 call Anna — a task with a reminder; in private the line alone is enough"),
            N_("Several lines are several tasks. Change the message, and its tasks change with it."),
            N_("Reply to a message with /task, or forward it to me: the task links to it. Files go along."),
            N_(
                "/tasks — what is open; say more: /tasks mine overdue, /tasks Anna, /tasks #label, /tasks @boris"
            ),
            N_("/agenda — today by the hour, and what is overdue"),
            N_("/done 42 43 — done, /find invoice — search, /stats — the week in words"),
            N_("/history — who changed what, /undo — take your last change back"),
        ),
    ),
    "reminders": Topic(
        N_("Reminders"),
        N_("/remind in 20 minutes call Anna — a message at that time"),
        (
            N_("/remind in 20 minutes call Anna — a message at that time"),
            N_("/remind every Friday 17:00 send the report — again and again"),
            N_(
                "/remind tomorrow 9:00 take the pills !15m — said again every 15 minutes until you have seen it"
            ),
            N_(
                "A task reminds by your /settings; add “remind 1h before” to its line, or press Remind on its card."
            ),
            N_("/reminders — what is to come: pause, change, delete"),
            N_("Change the message, and the reminder changes with it."),
        ),
    ),
    "hours": Topic(
        N_("Your hours"),
        N_("/away until 15 August @boris — while you are away; /settings — quiet hours, days off, digests"),
        (
            N_(
                "/away until 15 August @boris — while you are away; /settings — quiet hours, days off, digests"
            ),
            N_(
                "While you are away, what is not urgent waits, or reminders of your tasks go to whoever stands in."
                " /back — you are back, and hear what happened."
            ),
            N_(
                "In quiet hours only urgent things come, and what you asked for at that very time yourself; the rest"
                " comes when they end, and says that it waited."
            ),
            N_(
                "On days off and holidays no digests come, and reminders of tasks without a time wait if a colleague"
                " gave them to you or they repeat. What you asked for yourself comes on its day."
            ),
            N_(
                "Morning plan, evening summary, the team's week for owners and managers: switch them in /settings."
            ),
            N_(
                "When your time zone changes, what is planned keeps its clock time; I show it and ask whether that"
                " is right."
            ),
        ),
    ),
    "contacts": Topic(
        N_("Contacts"),
        N_(
            "/contact Anna Petrova +7 999 123-45-67 — save a contact; a name or the last four digits — find one"
        ),
        (
            N_(
                "/contact Anna Petrova +7 999 123-45-67 — save a contact; a name or the last four digits — find one"
            ),
            N_("A company, an e-mail, @name, #label in the line are kept too."),
            N_("/contacts — all of them, or those of a stage, a #label, a letter"),
            N_("A contact shared from the phone's address book and a .vcf file are saved too."),
        ),
    ),
    "calls": Topic(
        N_("Calls"),
        N_("/call Anna +7 999 123-45-67: wants the new price — log a call"),
        (
            N_("/call Anna +7 999 123-45-67: wants the new price — log a call"),
            N_("/call Anna out 12m, call back Thu 10:00: wants pricing — with what comes next"),
            N_("/calls — the last calls; say more: /calls today, /calls Anna, /calls no answer"),
        ),
    ),
    "files": Topic(
        N_("Tables"),
        N_("/import, /export — tables in and out, /calendar — tasks in your own calendar"),
        (
            N_("/export — tasks, calls or contacts as Excel, CSV or JSON"),
            N_("/import — a table of yours, Bitrix24's or amoCRM's; you see what it will do before it does"),
            N_("/calendar — your tasks in your phone's or computer's calendar"),
        ),
    ),
    "chats": Topic(
        N_("Any chat"),
        N_("{name} task tomorrow 10:00 send the invoice — in any chat, also without me in it"),
        (
            N_("{name} task tomorrow 10:00 send the invoice — offers the task; Save keeps it"),
            N_("{name} tasks invoice — finds open tasks to post"),
            N_("{name} contact Anna — finds contacts to post, without their phones"),
            N_("In a group I answer commands, replies to me and messages with {name}."),
            N_(
                "Telegram's privacy mode hides the rest of a group from me; /help in the group says how to change that."
            ),
        ),
    ),
    "team": Topic(
        N_("Team"),
        N_("/team — your team, /settings — language, time, quiet hours"),
        (
            N_("/team — your team: members, invitations, your other teams"),
            N_("/requests — who asks for access"),
            N_("/settings — language, time, quiet hours"),
        ),
    ),
    "assistants": Topic(
        N_("Assistants"),
        N_("Anything else you write goes to an assistant."),
        (
            N_("Anything that is no command and no plain task goes to the assistant it suits best."),
            N_(
                "/ask coach how do I hold the price — one assistant, once; @coach at the beginning does the same"
            ),
            N_("Reply to an assistant: the same one answers; to others with {name}: it reads them too."),
            N_(
                "/agent — who answers you here, or everybody; /why — why the last message went to whom it went"
            ),
            N_("/stop — stop the answer that is being written; what was said until then stays"),
            N_("/answers — in a group: whether answers appear whole or as they are written"),
            N_(
                "/agents — the assistants there are; owners and managers edit, try, copy and delete them there"
            ),
            N_("/agent_new Lawyer: reads contracts — a new assistant of your team, at once"),
            N_("It looks things up; what it would save is shown as a card, and you confirm it."),
            N_("A voice note is heard, a picture or a PDF is read, where a model for it is connected."),
            N_("Remember that I prefer calls after ten — goes along with later questions here."),
            N_(
                "/memory — what assistants remember, /new — a new conversation, /forget — erase what was said"
            ),
            N_("/usage — what assistants cost, and budgets"),
        ),
    ),
}
"""What /help tells of; a new command is a line here, in the language of the code."""


def router() -> Router:
    own = Router(name="help")
    own.message.register(show_help, Words("help", "помощь"))
    own.callback_query.register(open_topic, F.data.regexp(rf"^help:({'|'.join(TOPICS)})?$"))
    return own


def unknown_router() -> Router:
    """Last of all: a command nobody knows gets the help."""
    own = Router(name="unknown")
    own.message.register(say_unknown, F.text.startswith("/"))
    return own


async def show_help(message: Message, bot: Bot, actor: Actor, groups: Groups, state: FSMContext) -> Answer:
    await state.clear()
    if actor.chat_kind is ChatKind.PRIVATE:
        return help_card(await bot.me())
    me = await bot.get_me()  # its privacy mode may have been changed since the start
    heard = hearing(me, is_admin=await groups.is_admin(actor))
    return replace(help_card(me), text=f"{help_text(me)}\n\n{heard}")


async def say_unknown(message: Message, bot: Bot, actor: Actor, groups: Groups, state: FSMContext) -> Answer:
    """The help, below a line that says why it comes."""
    card = await show_help(message, bot, actor, groups, state)
    command = (message.text or "").split()[0].split("@")[0][:COMMAND]
    first = _("I have no command {command}. What there is:").format(command=command)
    return replace(card, text=f"{first}\n\n{card.text}")


async def open_topic(query: CallbackQuery, bot: Bot) -> Answer:
    topic = TOPICS.get(str(query.data).removeprefix("help:"))
    me = await bot.me()
    return help_card(me, edit=True) if topic is None else topic_card(topic, me)


def hearing(me: User, *, is_admin: bool = False) -> str:
    """What the bot hears in a group, and how to change that."""
    if is_admin or me.can_read_all_group_messages:
        words = _("I see every message here, and answer commands, replies to me and messages with {name}.")
    else:
        words = _(
            "I see only commands, replies to me and messages with {name}: Telegram's privacy mode hides the rest."
            " To change that, turn it off with /setprivacy in @BotFather and add me again, or make me an admin."
        )
    return words.format(name=f"@{me.username}")


def help_card(me: User, *, edit: bool = False) -> Answer:
    """The first screen."""
    buttons = [Button(_(topic.name), data=f"help:{key}") for key, topic in TOPICS.items()]
    rows = tuple(tuple(buttons[at : at + ACROSS]) for at in range(0, len(buttons), ACROSS))
    return Answer(help_text(me), buttons=rows, edit=edit)


def topic_card(topic: Topic, me: User) -> Answer:
    lines = [_(line).format(name=f"@{me.username}") for line in topic.lines]
    back = (Button(_("‹ Back"), data="help:"),)
    return Answer("\n\n".join([_(topic.name), *lines]), buttons=(back,), edit=True)


def help_text(me: User) -> str:
    """A line for each topic; the rest is behind its button."""
    return "\n".join(_(topic.line).format(name=f"@{me.username}") for topic in TOPICS.values())


def keyboard(actor: Actor) -> tuple[tuple[str, ...], ...]:
    """The small keyboard of a private chat."""
    if actor.chat_kind is not ChatKind.PRIVATE:
        return ()
    return ((_("Today"), _("Task")), (_("Call"), _("Contacts")))
