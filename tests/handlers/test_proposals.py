"""Cards of proposals: what they show, who may press, what a group is told, and what the agenda says of them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from aiogram.exceptions import TelegramForbiddenError, TelegramRetryAfter
from aiogram.methods import EditMessageText

from crm.answers import Answer
from crm.people import ChatKind
from crm.proposals import LIFETIME, Expired, Kind, NewProposal
from crm.turns import Turn
from handlers.proposal_cards import proposal_card
from handlers.proposals import fade_card, send_cards
from handlers.texts import speaking
from tests.handlers.desk import Desk

PHONE = "+79991234567"
GROUP = -500


async def propose(
    desk: Desk, kind: Kind, *, number: int | None = None, show: bool = True, **said: Any
) -> int:
    """A card for person 1001, shown unless it is still to be; its id."""
    await desk.says("/help")
    actor = next(one for one in desk.storage.state.members.values() if one.telegram_user_id == 1001)
    turn = Turn(7, 3, "lease", 1, 1, actor, None, 5, "…", desk.clock())
    async with desk.storage.transaction(actor) as unit:
        await unit.proposals.add(turn, [NewProposal(0, "call", kind, said, number)])
    (made,) = await desk.proposals.unshown(turn)
    if show:
        await desk.proposals.shown(actor, made, 99, desk.clock())
    return made.id


def buttons(answer: Answer) -> list[str]:
    return [button.text for row in answer.buttons for button in row]


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.mark.parametrize(
    ("kind", "said", "shown"),
    [
        (
            Kind.TASK,
            {"line": "send the invoice tomorrow 15:00 #sales p2"},
            ["send the invoice", "15:00", "#sales", "high"],
        ),
        (Kind.REMINDER, {"line": "in 20 minutes tea"}, ["Reminder", "tea"]),
        (
            Kind.CALL,
            {"line": f"Petrov {PHONE} busy: wants a price"},
            ["Petrov", PHONE, "busy", "wants a price"],
        ),
        (
            Kind.CONTACT,
            {"line": f"Anna Petrova {PHONE} anna@example.org"},
            ["New contact", PHONE, "anna@example.org"],
        ),
    ],
)
async def test_a_card_shows_each_field(
    desk: Desk, kind: Kind, said: dict[str, Any], shown: list[str]
) -> None:
    proposal = await propose(desk, kind, **said)
    card = await desk.presses(f"p:{proposal}.1:show")
    assert card.text.startswith("Check and save")
    for field in shown:
        assert field in card.text
    assert buttons(card) == ["Confirm", "Edit", "Cancel"]


async def test_confirm_turns_the_card_into_the_tasks_own(desk: Desk) -> None:
    proposal = await propose(desk, Kind.TASK, line="send the invoice tomorrow")
    card = await desk.presses(f"p:{proposal}.1:ok")
    assert card.edit
    assert "send the invoice" in card.text
    assert "Done" in buttons(card)
    assert desk.titles == ["send the invoice"]
    again = await desk.presses(f"p:{proposal}.1:ok")
    assert (again.text, again.toast) == ("", "Saved already.")
    assert desk.titles == ["send the invoice"]


async def test_cancel_saves_nothing(desk: Desk) -> None:
    proposal = await propose(desk, Kind.TASK, line="send the invoice tomorrow")
    card = await desk.presses(f"p:{proposal}.1:no")
    assert (card.text, card.edit, card.buttons) == ("Not saved.", True, ())
    assert desk.titles == []


async def test_the_next_message_edits_a_field_and_the_card_is_shown_again(desk: Desk) -> None:
    proposal = await propose(desk, Kind.TASK, line="send the invoice tomorrow 15:00")
    question = await desk.presses(f"p:{proposal}.1:edit")
    assert question.question
    card = await desk.says("16:30")
    assert "16:30" in card.text
    assert "send the invoice" in card.text
    assert buttons(card) == ["Confirm", "Edit", "Cancel"]
    older = await desk.presses(f"p:{proposal}.1:ok")
    assert older.text.startswith("Check and save")  # that drawing confirms nothing any more
    await desk.presses(f"p:{proposal}.2:ok")
    assert desk.titles == ["send the invoice"]


async def test_a_text_that_can_not_be_read_leaves_the_question_open(desk: Desk) -> None:
    proposal = await propose(desk, Kind.REMINDER, line="in 20 minutes tea")
    await desk.presses(f"p:{proposal}.1:edit")
    assert "When shall I remind you?" in (await desk.says("coffee")).text
    assert "coffee" in (await desk.says("in 30 minutes coffee")).text


async def test_a_command_ends_the_question(desk: Desk) -> None:
    proposal = await propose(desk, Kind.TASK, line="tea tomorrow")
    await desk.presses(f"p:{proposal}.1:edit")
    await desk.says("/agenda")
    assert await desk.says("what about lunch") is None  # for the assistant
    assert desk.questions[-1] == "what about lunch"


async def test_no_text_confirms_a_card(desk: Desk) -> None:
    await propose(desk, Kind.TASK, line="tea tomorrow")
    for words in ("yes", "Confirm", "confirm everything", "да", "подтвердить"):
        await desk.says(words)
    assert desk.titles == []


async def test_an_expired_card_keeps_make_again(desk: Desk) -> None:
    proposal = await propose(desk, Kind.TASK, line="tea tomorrow 15:00")
    desk.clock.now += LIFETIME + timedelta(seconds=1)
    card = await desk.presses(f"p:{proposal}.1:ok")
    assert "waited too long" in card.text
    assert buttons(card) == ["Make again", "Cancel"]
    assert desk.titles == []
    renewed = await desk.presses(f"p:{proposal}.1:again")
    assert buttons(renewed) == ["Confirm", "Edit", "Cancel"]
    await desk.presses(f"p:{proposal}.2:ok")
    assert desk.titles == ["tea"]


async def test_somebody_else_reads_a_sentence(desk: Desk) -> None:
    proposal = await propose(desk, Kind.TASK, line="tea tomorrow")
    for what in ("ok", "no", "edit", "again", "show"):
        answer = await desk.presses(f"p:{proposal}.1:{what}", user=2002)
        assert "waits for whoever asked" in answer.toast
    assert desk.titles == []


async def test_in_the_same_group_nobody_else_decides_changes_or_renews_it(desk: Desk) -> None:
    chat: Any = {"id": GROUP, "type": "group"}
    await desk.says("/help", chat=GROUP)
    actor = next(one for one in desk.storage.state.members.values() if one.telegram_chat_id == GROUP)
    turn = Turn(7, 3, "lease", 1, 1, actor, None, 5, "…", desk.clock())
    async with desk.storage.transaction(actor) as unit:
        await unit.proposals.add(turn, [NewProposal(0, "call", Kind.TASK, {"line": "tea tomorrow"})])
    (made,) = await desk.proposals.unshown(turn)
    await desk.proposals.shown(actor, made, 99, desk.clock())
    card = {"message_id": 99, "date": 1, "chat": chat}
    for what in ("ok", "no", "edit", "again", "show"):
        answer = await desk.presses(f"p:{made.id}.1:{what}", user=2002, message=card)
        assert "waits for whoever asked" in answer.toast
    assert desk.storage.state.proposals[made.id].proposal == replace(
        made, telegram_message_id=99, expires_at=desk.clock() + LIFETIME
    )


async def test_a_card_lives_for_a_quarter_of_an_hour(desk: Desk) -> None:
    proposal = await propose(desk, Kind.TASK, line="tea tomorrow 15:00")
    desk.clock.move(minutes=14, seconds=59)
    assert buttons(await desk.presses(f"p:{proposal}.1:show")) == ["Confirm", "Edit", "Cancel"]
    desk.clock.move(seconds=1)
    assert buttons(await desk.presses(f"p:{proposal}.1:show")) == ["Make again", "Cancel"]
    with speaking("ru"):
        row = desk.storage.state.proposals[proposal]
        card = await desk.proposals.card(row.actor, row.proposal, desk.clock(), None)
        assert buttons(proposal_card(card, row.actor)) == ["Создать снова", "Отмена"]


async def test_the_agenda_lists_what_waits_in_private(desk: Desk) -> None:
    proposal = await propose(desk, Kind.TASK, line="tea tomorrow")
    agenda = await desk.says("/agenda")
    assert "1 card of an assistant waits for your decision." in agenda.text
    assert agenda.buttons[0][0].data == f"p:{proposal}.1:show"
    assert "decision" not in (await desk.says("/agenda", chat=GROUP)).text
    await desk.presses(f"p:{proposal}.1:no")
    assert "decision" not in (await desk.says("/agenda")).text


async def test_what_can_no_longer_be_written_says_why_and_offers_no_confirm(desk: Desk) -> None:
    await desk.says("/task tea")
    proposal = await propose(desk, Kind.DONE, number=1)
    assert buttons(await desk.presses(f"p:{proposal}.1:show")) == ["Confirm", "Cancel"]
    await desk.presses(f"t:{desk.storage.task_id(1)}.1:undo")
    card = await desk.presses(f"p:{proposal}.1:show")
    assert "There is no task 1" in card.text
    assert "Confirm" not in buttons(card)


async def test_a_moment_that_has_passed_is_said_on_the_card(desk: Desk) -> None:
    proposal = await propose(desk, Kind.TASK, line="tea yesterday 10:00")
    card = await desk.presses(f"p:{proposal}.1:show")
    assert "That time has already passed." in card.text


async def test_cards_are_sent_once_in_the_persons_language(desk: Desk) -> None:
    proposal = await propose(desk, Kind.TASK, line="tea tomorrow", show=False)
    row = desk.storage.state.proposals[proposal]
    turn = Turn(7, 3, "lease", 1, 1, row.actor, 9, 5, "…", desk.clock())

    class Telegram:
        def __init__(self) -> None:
            self.sent: list[str] = []

        async def send_message(self, _chat: int, text: str, **more: Any) -> Any:
            assert more["message_thread_id"] == 9  # the topic of the question
            self.sent.append(text)
            return type("Message", (), {"message_id": 321})()

    bot: Any = Telegram()
    with speaking("ru"):
        assert await send_cards(bot, turn, desk.proposals, desk.clock) == 321
        assert await send_cards(bot, turn, desk.proposals, desk.clock) is None
    (text,) = bot.sent
    assert text.startswith("Check and save")  # whoever asked speaks English, whatever was spoken before
    assert desk.storage.state.proposals[proposal].proposal.expires_at == desk.clock() + LIFETIME


async def test_a_card_that_a_kill_had_sent_twice_is_confirmed_once(desk: Desk) -> None:
    proposal = await propose(desk, Kind.TASK, line="tea tomorrow")
    row = desk.storage.state.proposals[proposal]
    turn = Turn(7, 3, "lease", 1, 1, row.actor, None, 5, "…", desk.clock())
    unmarked = replace(row.proposal, telegram_message_id=None, expires_at=None)
    desk.storage.state.proposals[proposal] = replace(row, proposal=unmarked)  # Telegram has it, we don't know
    (again,) = await desk.proposals.unshown(turn)
    await desk.proposals.shown(row.actor, again, 100, desk.clock())
    for _message in (99, 100):
        await desk.presses(f"p:{proposal}.1:ok")
    assert desk.titles == ["tea"]


class Redrawn:
    """Telegram's place: notes what its messages are edited to; `refusal` in its stead."""

    def __init__(self, refusal: Exception | None = None) -> None:
        self.drawn: list[tuple[int, str, list[str]]] = []
        self.refusal = refusal

    async def edit_message_text(self, text: str, message_id: int, reply_markup: Any, **_more: Any) -> Any:
        if self.refusal is not None:
            raise self.refusal
        keys = [key.text for row in reply_markup.inline_keyboard for key in row]
        self.drawn.append((message_id, text.splitlines()[0], keys))


async def fades(desk: Desk, proposal: int, telegram: Redrawn) -> bool:
    row = desk.storage.state.proposals[proposal]
    bot: Any = telegram
    await fade_card(bot, Expired(row.actor, row.proposal, None), desk.proposals, desk.clock)
    return proposal in desk.storage.state.faded


async def test_a_card_nobody_pressed_is_drawn_anew_when_it_expires(desk: Desk) -> None:
    proposal = await propose(desk, Kind.TASK, line="tea tomorrow 15:00")
    desk.clock.now += LIFETIME
    telegram = Redrawn()
    assert await fades(desk, proposal, telegram)
    sentence = "This card has waited too long, and nothing was saved."
    assert telegram.drawn == [(99, sentence, ["Make again", "Cancel"])]
    assert "1 card of an assistant waits" in (await desk.says("/agenda")).text


async def test_a_card_that_is_gone_is_given_up_and_one_telegram_holds_back_is_not(desk: Desk) -> None:
    proposal = await propose(desk, Kind.TASK, line="tea tomorrow 15:00")
    desk.clock.now += LIFETIME
    method = EditMessageText(text="x")
    with pytest.raises(TelegramRetryAfter):
        await fades(desk, proposal, Redrawn(TelegramRetryAfter(method, "wait", 5)))
    assert proposal not in desk.storage.state.faded
    assert await fades(desk, proposal, Redrawn(TelegramForbiddenError(method, "blocked")))


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        (Kind.TASK, f"call Anna {PHONE} tomorrow"),
        (Kind.REMINDER, f"in 20 minutes call {PHONE}"),
        (Kind.CALL, f"Anna {PHONE} busy: wants secrecy"),
        (Kind.CALL, f"{PHONE} busy"),
        (Kind.CONTACT, f"Anna {PHONE} anna@example.org"),
    ],
)
async def test_a_card_in_a_group_shows_no_phone_and_no_notes(desk: Desk, kind: Kind, line: str) -> None:
    proposal = await propose(desk, kind, line=line)
    row = desk.storage.state.proposals[proposal]
    card = await desk.proposals.card(row.actor, row.proposal, desk.clock(), None)
    shown = proposal_card(card, replace(row.actor, chat_kind=ChatKind.GROUP))
    told = f"{shown.text} {buttons(shown)}"
    for private in ("999", "4567" if kind is not Kind.CALL else PHONE, "example.org", "secrecy"):
        assert private not in told
