"""Memory: what goes along with a question, what stays private, and what /new, /memory and /forget do."""

from dataclasses import replace
from typing import Any

import pytest

from crm.agents import Choice, Reason
from crm.answers import Answer
from crm.errors import BadInput, NotAllowed, NotFound
from crm.memory import FACT_LENGTH, FACTS, Memory, Past, extract, tokens_of
from crm.people import Actor, ChatKind, Role
from crm.turns import ModelAnswer, Turn
from tests.fakes import FakeClock, FakeDirectory, FakeStorage, an_actor, an_agent, an_arrival

ANNA = an_actor()
CREW = an_actor(chat_kind=ChatKind.GROUP, chat_id=5, telegram_chat_id=-5)
AGENT = an_agent("assistant", is_default=True)


def said(question: str, answer: str) -> list[Any]:
    return [
        {"kind": "request", "parts": [{"part_kind": "user-prompt", "content": question}]},
        {"kind": "response", "parts": [{"part_kind": "text", "content": answer}]},
    ]


def with_tool(question: str) -> list[Any]:
    return [
        {"kind": "request", "parts": [{"part_kind": "user-prompt", "content": question}]},
        {"kind": "response", "parts": [{"part_kind": "tool-call", "args": "{}", "tool_call_id": "1"}]},
        {
            "kind": "request",
            "parts": [{"part_kind": "tool-return", "content": "x" * 300, "tool_call_id": "1"}],
        },
        {"kind": "response", "parts": [{"part_kind": "text", "content": "Here."}]},
    ]


class Talk:
    """Turns that were answered, and the one that is being asked."""

    def __init__(self) -> None:
        self.storage, self.clock = FakeStorage(), FakeClock()
        self.storage.state.agents.append(AGENT)
        self.memory = Memory(self.storage, FakeDirectory(self.storage))
        self._updates = 0

    def arrival(self, **more: Any) -> Any:
        self._updates += 1
        return an_arrival(self._updates, **more)

    async def ask(self, actor: Actor = ANNA) -> Turn:
        choice = Choice(AGENT, Reason.DEFAULT, "and now?")
        async with self.storage.transaction(actor) as unit:
            number = (await unit.conversations.add_turn(actor, self.arrival(), choice)).id
        return self.storage.state.turns[number].turn

    async def was_said(self, *messages: list[Any], actor: Actor = ANNA) -> None:
        for one in messages:
            turn = await self.ask(actor)
            row = self.storage.state.turns[turn.id]
            self.storage.state.turns[turn.id] = replace(row, state="sent", answer=ModelAnswer("", one, "m"))

    async def remember(self, body: str, actor: Actor = ANNA) -> str:
        answer = await self.memory.remember(actor, self.arrival(), body, Answer)
        return answer.text


@pytest.fixture
def talk() -> Talk:
    return Talk()


async def test_the_latest_turns_that_fit_go_along_each_whole(talk: Talk) -> None:
    old, tool, new = said("a" * 300, "b" * 300), with_tool("who?"), said("c" * 30, "d" * 30)
    await talk.was_said(old, tool, new)
    room = tokens_of(tool) + tokens_of(new)
    context = await talk.memory.context(await talk.ask(), budget=room)
    assert [past.messages for past in context.turns] == [tool, new]
    assert [past.messages for past in context.left_out] == [old]
    context = await talk.memory.context(await talk.ask(), budget=room - 1)
    assert [past.messages for past in context.turns] == [new]  # no half of the one with the tool


async def goes_on(talk: Talk, *, open_end: list[Any], outcome: list[Any]) -> tuple[int, int]:
    """A turn that ended in a card, and the one that went on once it was decided; their ids."""
    await talk.was_said(open_end, outcome)
    first, second = list(talk.storage.state.turns)[-2:]
    row = talk.storage.state.turns[second]
    talk.storage.state.turns[second] = replace(row, turn=replace(row.turn, resumes_turn_id=first))
    return first, second


async def test_a_call_goes_along_with_its_outcome_or_not_at_all(talk: Talk) -> None:
    card, outcome = with_tool("save it")[:2], with_tool("")[2:]
    first, second = await goes_on(talk, open_end=card, outcome=outcome)
    asking = await talk.ask()
    short = await talk.memory.context(asking, budget=tokens_of(outcome))
    assert (short.turns, [past.turn_id for past in short.left_out]) == ([], [first, second])
    whole = await talk.memory.context(asking, budget=tokens_of(outcome) + tokens_of(card))
    assert [past.turn_id for past in whole.turns] == [first, second]


async def test_an_outcome_whose_call_is_in_the_summary_does_not_go_along(talk: Talk) -> None:
    first, second = await goes_on(talk, open_end=with_tool("save it")[:2], outcome=with_tool("")[2:])
    asking = await talk.ask()
    await talk.memory.summarize(asking, first, "Something is to be saved.")
    context = await talk.memory.context(asking)
    assert (context.turns, [past.turn_id for past in context.left_out]) == ([], [second])


async def test_what_a_turn_goes_on_from_is_there_whatever_its_length(talk: Talk) -> None:
    await talk.was_said(with_tool("save it")[:2])
    (first,) = talk.storage.state.turns
    asking = replace(await talk.ask(), resumes_turn_id=first)
    assert (await talk.memory.context(asking, budget=0)).has(first)


async def test_what_is_in_the_summary_goes_along_as_that_alone(talk: Talk) -> None:
    await talk.was_said(said("one", "1"), said("two", "2"))
    turn = await talk.ask()
    context = await talk.memory.context(turn)
    await talk.memory.summarize(turn, context.turns[0].turn_id, "They counted to one.")
    after = await talk.memory.context(turn)
    assert (len(after.turns), after.summary) == (1, "They counted to one.")


async def test_a_new_conversation_takes_nothing_along_but_what_was_to_be_remembered(talk: Talk) -> None:
    await talk.was_said(said("one", "1"))
    await talk.remember("I prefer tea")
    await talk.memory.start_afresh(ANNA, talk.arrival(), lambda _count: Answer("new"))
    context = await talk.memory.context(await talk.ask())
    assert (list(context.turns), context.summary, context.facts) == ([], None, ["I prefer tea"])


async def test_a_summary_made_of_what_is_over_is_not_kept(talk: Talk) -> None:
    await talk.was_said(said("one", "1"))
    turn = await talk.ask()
    context = await talk.memory.context(turn)
    await talk.memory.start_afresh(ANNA, talk.arrival(), lambda _count: Answer("new"))
    await talk.memory.summarize(turn, context.turns[0].turn_id, "They counted.")
    assert (await talk.memory.context(await talk.ask())).summary is None


async def test_private_facts_and_words_never_go_along_in_a_group(talk: Talk) -> None:
    await talk.was_said(said("my secret", "kept"))
    await talk.remember("I prefer tea")
    context = await talk.memory.context(await talk.ask(CREW))
    assert (list(context.turns), list(context.facts), context.summary) == ([], [], None)
    assert (await talk.memory.show(CREW, None)).facts == []


async def test_what_a_group_asks_to_remember_stays_in_the_group(talk: Talk) -> None:
    await talk.was_said(said("hello", "hello"), actor=CREW)
    await talk.remember("we meet on Mondays", CREW)
    assert (await talk.memory.context(await talk.ask(CREW))).facts == ["we meet on Mondays"]
    assert (await talk.memory.context(await talk.ask())).facts == []


async def test_a_fact_is_seen_changed_and_forgotten(talk: Talk) -> None:
    assert await talk.remember("  I prefer\n tea ") == "I prefer tea"
    [fact] = (await talk.memory.show(ANNA, None)).facts
    await talk.memory.change(ANNA, talk.arrival(), fact.id, "I prefer coffee", Answer)
    left = await talk.memory.forget_fact(
        ANNA, talk.arrival(), fact.id, lambda view: Answer(str(len(view.facts)))
    )
    assert left.text == "0"
    with pytest.raises(NotFound):
        await talk.memory.change(ANNA, talk.arrival(), fact.id, "tea", Answer)


@pytest.mark.parametrize("body", ["", "  ", "x" * (FACT_LENGTH + 1)])
async def test_nothing_and_too_much_is_not_remembered(talk: Talk, body: str) -> None:
    with pytest.raises(BadInput):
        await talk.remember(body)


async def test_there_is_an_end_to_what_is_remembered(talk: Talk) -> None:
    for number in range(FACTS):
        await talk.remember(f"fact {number}")
    with pytest.raises(BadInput, match="Forget something first"):
        await talk.remember("one more")


async def test_erasing_a_conversation_scrubs_it(talk: Talk) -> None:
    await talk.was_said(said("one", "1"))
    erased = await talk.memory.erase(
        ANNA, talk.arrival(), everywhere=False, reply=lambda count: Answer(str(count))
    )
    assert erased.text == "1"
    assert list((await talk.memory.context(await talk.ask())).turns) == []
    assert next(row.turn.text for row in talk.storage.state.turns.values()) == ""


async def test_in_a_group_a_member_erases_their_own_words(talk: Talk) -> None:
    boris = replace(CREW, person_id=2, member_id=2, telegram_user_id=1002, role=Role.MEMBER)
    await talk.was_said(said("of Anna", "1"), actor=CREW)
    await talk.was_said(said("of Boris", "2"), actor=boris)
    await talk.memory.erase(boris, talk.arrival(), everywhere=False, reply=lambda _count: Answer("ok"))
    context = await talk.memory.context(await talk.ask(CREW))
    assert [past.messages[0]["parts"][0]["content"] for past in context.turns] == ["of Anna"]


async def test_how_long_a_group_is_kept_is_its_managers_to_say(talk: Talk) -> None:
    boris = replace(CREW, person_id=2, member_id=2, role=Role.MEMBER)
    with pytest.raises(NotAllowed):
        await talk.memory.keep_for(boris, talk.arrival(), 30, lambda _days: Answer("ok"))
    await talk.memory.keep_for(CREW, talk.arrival(), 30, lambda _days: Answer("ok"))
    assert (await talk.memory.show(CREW, None)).keep_days == 30
    with pytest.raises(BadInput):
        await talk.memory.keep_for(CREW, talk.arrival(), 31, lambda _days: Answer("ok"))


def test_without_a_model_the_earliest_become_a_short_extract() -> None:
    text = extract("Before.", [Past(1, with_tool("who called?")), Past(2, said("x" * 500, "yes"))])
    assert text.splitlines() == ["Before.", "– who called?", "– Here.", f"– {'x' * 100}", "– yes"]
    assert len(extract("y" * 1400, [Past(1, said("x" * 99, "z" * 99))] * 9)) <= 1500
