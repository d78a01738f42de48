"""Calendar feeds in Telegram: /calendar, the secret address with its buttons, or the file."""

from collections.abc import Callable
from datetime import datetime

from aiogram import Bot, F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from crm.answers import Answer, Button, File
from crm.feeds import Feeds
from crm.people import Actor, ChatKind
from crm.updates import Arrival
from handlers.feeds.calendars import calendar_of
from handlers.private import only_in_private
from handlers.texts import gettext as _
from handlers.texts import moment_words
from handlers.words import Words

Clock = Callable[[], datetime]
FILE_NAME = "switchboard-tasks.ics"


def router() -> Router:
    own = Router(name="feeds")
    own.message.register(show_calendar, Words("calendar", "календарь", alone=True))
    own.callback_query.register(make_address, F.data.regexp(r"^feed:\d{1,18}:new$"))
    own.callback_query.register(end_address, F.data.regexp(r"^feed:\d{1,18}:end$"))
    own.callback_query.register(send_calendar, F.data.regexp(r"^feed:\d{1,18}:file$"))
    return own


async def show_calendar(
    message: Message, bot: Bot, actor: Actor, feeds: Feeds, clock: Clock, state: FSMContext
) -> Answer:
    """Where the bot has an address on the web, the feed; elsewhere the file at once."""
    await state.clear()
    if actor.chat_kind is not ChatKind.PRIVATE:
        return only_in_private(await bot.me())
    if not feeds.has_address:
        return await _file(feeds, actor, clock())
    return feed_card(await feeds.show(actor), actor)


async def make_address(query: CallbackQuery, actor: Actor, arrival: Arrival, feeds: Feeds) -> Answer:
    if (elsewhere := _elsewhere(query, actor)) is not None:
        return elsewhere
    return await feeds.make(actor, arrival, lambda url: address_card(url, actor))


async def end_address(query: CallbackQuery, actor: Actor, arrival: Arrival, feeds: Feeds) -> Answer:
    if (elsewhere := _elsewhere(query, actor)) is not None:
        return elsewhere
    return await feeds.end(actor, arrival, lambda _none: feed_card(None, actor, ended=True))


async def send_calendar(query: CallbackQuery, actor: Actor, feeds: Feeds, clock: Clock) -> Answer:
    if (elsewhere := _elsewhere(query, actor)) is not None:
        return elsewhere
    return await _file(feeds, actor, clock())


def _elsewhere(query: CallbackQuery, actor: Actor) -> Answer | None:
    """A card of another team, since one may have gone on in another one meanwhile; or pressed in a group."""
    if actor.chat_kind is not ChatKind.PRIVATE:
        return Answer(toast=_("That is between the two of us. Open our private chat and send it there."))
    if str(query.data).split(":")[1] != str(actor.workspace_id):
        return Answer(toast=_("This card is of another team. Send /calendar again."))
    return None


async def _file(feeds: Feeds, actor: Actor, now: datetime) -> Answer:
    events = await feeds.own(actor, now)
    if not events:
        return Answer(_("You have no tasks with a date yet, so the calendar would be empty."))
    return Answer(
        _("Your tasks as a calendar. Open the file to add them; later changes are not in it."),
        file=File(FILE_NAME, calendar_of(events)),
    )


def feed_card(made_at: datetime | None, actor: Actor, *, ended: bool = False) -> Answer:
    if made_at is not None:
        said = _(
            "Your calendar has a secret address since {time}. I keep no copy of it: if it is lost or others know it,"
            " make a new one, and the old one ends."
        ).format(time=moment_words(made_at.astimezone(actor.zone)))
        rows: tuple[tuple[Button, ...], ...] = (
            (_button(_("New address"), actor, "new"), _button(_("End the address"), actor, "end")),
            (_button(_("As a file"), actor, "file"),),
        )
        return Answer(said, buttons=rows)
    said = _(
        "Your tasks in your own calendar: I make a secret address, and Google, Apple or Outlook follow it."
    )
    if ended:
        said = _("Ended: the address shows nothing from now on.")
    rows = ((_button(_("Make the address"), actor, "new"), _button(_("As a file"), actor, "file")),)
    return Answer(said, buttons=rows, edit=ended)


def address_card(url: str, actor: Actor) -> Answer:
    """The only time the address is shown."""
    said = _(
        "Add this address to your calendar as a subscription (by URL). Whoever has it sees your tasks, so keep it to"
        " yourself. It ends when you end it or leave the team."
    )
    return Answer(f"{said}\n\n{url}", buttons=((_button(_("End the address"), actor, "end"),),), edit=True)


def _button(text: str, actor: Actor, what: str) -> Button:
    return Button(text, data=f"feed:{actor.workspace_id}:{what}")
