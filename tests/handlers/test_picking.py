"""Picking by typing and pressing: /agent, /ask, /why, who answers everybody, and the question whom a message is for."""

from dataclasses import replace

import pytest

from crm.agents import Reason, RoutingRules
from crm.answers import Answer
from crm.handoffs import Handoff
from handlers.picking.cards import bind_button, handoff_line
from tests.fakes import TurnRow, an_agent
from tests.handlers.desk import Desk

COACH = an_agent(
    "coach",
    names={"en": "Sales coach", "ru": "Наставник"},
    descriptions={"en": "Handles objections", "ru": "Возражения"},
    rules=RoutingRules(keywords=("objection*",)),
)
WRITER = an_agent("writer", names={"en": "Copywriter", "ru": "Редактор"})


@pytest.fixture
def desk(desk: Desk) -> Desk:
    desk.storage.state.agents += [COACH, WRITER]
    return desk


def buttons(answer: Answer) -> dict[str, str]:
    return {one.text: str(one.data) for row in answer.buttons for one in row}


def rows_of(desk: Desk) -> list[TurnRow]:
    return list(desk.storage.state.turns.values())


def answered_by(desk: Desk) -> list[tuple[str, Reason]]:
    slugs = {agent.id: agent.slug for agent in desk.storage.state.agents}
    return [(slugs[row.turn.agent_id], row.reason) for row in rows_of(desk)]


async def test_a_bare_agent_shows_buttons_and_a_press_picks(desk: Desk) -> None:
    card = await desk.says("/agent")
    assert "found for each message" in card.text
    assert "Sales coach — Handles objections. Once: /ask coach …" in card.text
    after = await desk.presses(buttons(card)["Copywriter"])
    assert after.edit
    assert "Here Copywriter answers you." in after.text
    assert "✓ Copywriter" in buttons(after)
    await desk.says("so, what now")
    assert answered_by(desk) == [("writer", Reason.PICKED)]


@pytest.mark.parametrize(
    "line", ["/agent coach", "/agent Sales coach", "/помощник наставник", "/agent @coach"]
)
async def test_agent_picks_by_slug_and_by_name(desk: Desk, line: str) -> None:
    assert "Here Sales coach answers you." in (await desk.says(line)).text


@pytest.mark.parametrize("off", ["/agent off", "/agent Auto", "/помощник авто"])
async def test_agent_off_returns_to_each_message_anew(desk: Desk, off: str) -> None:
    await desk.says("/agent coach")
    assert "found for each message" in (await desk.says(off)).text
    assert desk.storage.state.picks == {}


async def test_an_unknown_agent_is_answered_with_those_there_are(desk: Desk) -> None:
    answer = await desk.says("/agent nobody")
    assert answer.text == "There is no such assistant. There are: assistant, coach, writer"


async def test_somebody_elses_card_picks_nothing(desk: Desk) -> None:
    card = await desk.says("/agent")
    answer = await desk.presses(buttons(card)["Copywriter"], user=1002)
    assert "someone else's" in str(answer.toast)
    assert desk.storage.state.picks == {}


async def test_ask_asks_one_agent_once(desk: Desk) -> None:
    assert await desk.says("/ask coach how do I hold the price") is None
    await desk.says("/ask Copywriter a headline")
    assert answered_by(desk) == [("coach", Reason.ASKED), ("writer", Reason.ASKED)]
    assert desk.questions == ["how do I hold the price", "a headline"]


async def test_ask_without_a_question_waits_for_it(desk: Desk) -> None:
    whom = await desk.says("/ask")
    question = await desk.presses(buttons(whom)["Sales coach"])
    assert (question.text, question.question) == ("What shall Sales coach be asked?", True)
    await desk.says("how do I hold the price")
    assert answered_by(desk) == [("coach", Reason.ASKED)]
    await desk.says("/ask writer")
    await desk.says("cancel")
    assert len(rows_of(desk)) == 1


async def test_a_reply_to_an_agents_message_goes_to_that_agent(desk: Desk) -> None:
    await desk.says("/ask coach how do I hold the price")
    (row,) = rows_of(desk)
    desk.storage.state.turns[row.turn.id] = TurnRow(
        replace(row.turn, pieces=(500,)), row.reason, state="sent"
    )
    replied = {"message_id": 500, "date": 1, "chat": {"id": 1001, "type": "private"}, "text": "Say this"}
    ours = {"from": {"id": 42, "is_bot": True, "first_name": "Switchboard"}}
    await desk.says("and then, what", reply_to_message=replied | ours)
    assert answered_by(desk)[-1] == ("coach", Reason.REPLIED)


async def test_why_tells_the_keyword(desk: Desk) -> None:
    assert (await desk.says("/why")).text == "You haven't asked an assistant anything here yet."
    await desk.says("How to meet objections?")
    told = (await desk.says("почему")).text
    assert "Your last message here went to: Sales coach." in told
    assert "“objection”" in told
    assert "/ask coach" in told


@pytest.mark.parametrize("reason", list(Reason))
async def test_every_reason_has_words_of_its_own(desk: Desk, reason: Reason) -> None:
    await desk.says("/ask coach how do I hold the price")
    (row,) = rows_of(desk)
    detail = "coach 0.81, writer 0.10"
    desk.storage.state.turns[row.turn.id] = TurnRow(row.turn, reason, detail=detail)
    lines = (await desk.says("/why")).text.split("\n\n")
    assert len(lines) == 3
    if reason in (Reason.CLASSIFIED, Reason.CHOSEN):
        assert "Sales coach 81%, Copywriter 10%" in lines[1]


async def test_a_manager_binds_a_group_and_undo_takes_it_back(desk: Desk) -> None:
    card = await desk.says("/agent")
    binding = await desk.presses(buttons(card)["For everybody here ›"])
    assert "Who answers everybody in this chat" in binding.text
    after = await desk.presses(buttons(binding)["Sales coach"])
    assert "✓ Sales coach" in buttons(after)
    await desk.says("so, what now")
    assert answered_by(desk) == [("coach", Reason.BOUND)]
    assert "who answers in a chat" in (await desk.says("/history")).text
    await desk.says("/undo")
    assert desk.storage.state.bound == {}


async def test_the_default_of_a_chat_is_set_beside_it(desk: Desk) -> None:
    binding = await desk.presses("bind:all")
    other = await desk.presses(buttons(binding)["Only what suits nobody ›"])
    after = await desk.presses(buttons(other)["Copywriter"])
    assert "✓ Copywriter" in buttons(after)
    assert set(desk.storage.state.default_agents.values()) == {WRITER.id}
    await desk.presses("bind:else:off")
    assert desk.storage.state.default_agents == {}


async def test_the_row_for_an_agents_card_binds_where_it_is_pressed(desk: Desk) -> None:
    await desk.presses(str(bind_button(COACH).data))
    assert set(desk.storage.state.bound.values()) == {COACH.id}


async def test_a_doubt_gives_buttons_and_the_pressed_one_answers(desk: Desk) -> None:
    desk.storage.state.agents[:] = [
        an_agent(slug, examples=(f"{drink} tea please", f"I want {drink} tea"), names={"en": slug.title()})
        for slug, drink in (("coach", "black"), ("writer", "green"))
    ]
    question = await desk.says("black or green")
    assert question.text == "Whom is that for?"
    assert len(question.buttons) == 2
    assert rows_of(desk) == []
    told = await desk.presses(buttons(question)["Writer"])
    assert (told.text, told.edit) == ("→ Writer", True)
    assert answered_by(desk) == [("writer", Reason.CHOSEN)]
    again = await desk.presses(buttons(question)["Coach"])
    assert "answered by now" in str(again.toast)


@pytest.mark.parametrize(
    ("language", "why", "line"),
    [
        ("en", "it is a text", "→ passed to Copywriter: it is a text"),
        ("en", "", "→ passed to Copywriter"),
        ("ru", "нужен текст", "→ передано помощнику «Редактор»: нужен текст"),
    ],
)
def test_a_handoff_is_one_short_line(language: str, why: str, line: str) -> None:
    assert handoff_line(Handoff(WRITER, why), language) == line
