"""Assistants in Telegram: made at once, edited by a button and a message, and never half saved."""

from dataclasses import replace
from typing import Any

import pytest

from crm.agents import Agent
from crm.answers import Answer
from crm.people import Role
from handlers.agents.words import tool_words
from handlers.help import TOPICS
from llm.tools import TOOLS
from tests.fakes import an_agent
from tests.handlers.buttons import data_of, labels
from tests.handlers.desk import Desk

BORIS = 1002


def agent(desk: Desk, slug: str = "lawyer") -> Agent:
    return next(one for one in desk.storage.state.agents if one.slug == slug)


async def made(desk: Desk, line: str = "/agent_new Lawyer: reads contracts and finds risks") -> Any:
    return await desk.says(line)


async def opened(desk: Desk, card: Answer, *fields: str) -> Any:
    """The card after Edit and then the buttons."""
    for field in ("Edit", *fields):
        card = await desk.presses(data_of(card, field))
    return card


async def in_the_team(desk: Desk, user: int = BORIS, role: Role = Role.MANAGER) -> None:
    """Somebody else of the first person's team."""
    await desk.says("/help")
    anna = next(iter(desk.storage.state.members.values()))
    person = replace(
        anna,
        person_id=user,
        telegram_user_id=user,
        member_id=user,
        display_name="Boris",
        role=role,
        chat_id=user,
    )
    desk.storage.seat(person)


async def test_an_assistant_is_made_at_once_and_answers(desk: Desk) -> None:
    card = await made(desk)
    assert "@lawyer" in card.text
    assert "it answers at once" in card.text
    lawyer = agent(desk)
    assert lawyer.is_active
    assert lawyer.descriptions == {"en": "reads contracts and finds risks"}
    assert "reads contracts" in lawyer.instructions["en"]
    assert lawyer.tools == ("my_tasks", "latest_calls")
    assert lawyer.workspace_id is not None
    assert desk.told_caches == 1


async def test_a_russian_name_gives_a_latin_short_name_and_russian_instructions(desk: Desk) -> None:
    await desk.presses("language:ru")
    card = await desk.says("/новый_помощник Юрист по договорам: читает договоры")
    assert "@yurist-po-dogovoram" in card.text
    assert "Вы — «Юрист по договорам»" in agent(desk, "yurist-po-dogovoram").instructions["ru"]


async def test_the_bare_command_asks_and_the_next_message_is_the_answer(desk: Desk) -> None:
    assert (await desk.says("/agent_new")).question
    assert "@lawyer" in (await desk.says("Lawyer: reads contracts")).text


@pytest.mark.parametrize("line", ["/agent_new Lawyer: again", "/agent_new Assistant: of the bot's own name"])
async def test_a_name_that_is_taken_is_refused_with_a_sentence(desk: Desk, line: str) -> None:
    await made(desk)
    before = len(desk.storage.state.agents)
    assert "already. Choose another name." in (await desk.says(line)).text
    assert len(desk.storage.state.agents) == before


@pytest.mark.parametrize(
    ("field", "typed", "found"),
    [
        ("Name", "Barrister", lambda one: one.names["en"] == "Barrister"),
        ("Description", "Finds risks", lambda one: one.descriptions["en"] == "Finds risks"),
        ("Instructions", "Be brief.\nBe kind.", lambda one: one.instructions["en"] == "Be brief.\nBe kind."),
        ("Short name", "@Barrister", lambda one: one.slug == "barrister"),
        ("Words", "Договор*, счёт, «nda»", lambda one: one.rules.keywords == ("договор*", "счет", "nda")),
        ("Budget", "$2.50", lambda one: one.budget_micros == 2_500_000),
        ("Model settings", "temperature 0.3, max_tokens=500", lambda one: one.settings["max_tokens"] == 500),
    ],
)
async def test_a_field_is_edited_by_a_button_and_the_next_message(
    desk: Desk, field: str, typed: str, found: Any
) -> None:
    await opened(desk, await made(desk), field)
    assert "Saved." in (await desk.says(typed)).text
    after = desk.storage.state.agents[-1]
    assert found(after)
    assert after.version == 2
    assert desk.told_caches == 2


async def test_what_cannot_be_taken_is_said_and_asked_again(desk: Desk) -> None:
    await opened(desk, await made(desk), "Instructions")
    refused = await desk.says("x" * 50_000)
    assert refused.text.startswith("That is 50000 characters; at most 20000 fit here.\n")
    assert agent(desk).version == 1
    assert "Saved." in (await desk.says("Shorter.")).text  # the question was still open


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("Short name", "два слова", "2 to 32 Latin letters"),
        ("Short name", "assistant", "There is an assistant “assistant” already"),
        ("Budget", "a lot", "Type dollars a month"),
        ("Model settings", "warmth 3", "There is no setting “warmth”"),
        ("Model settings", "temperature 9", "temperature goes from 0 to 2."),
        ("Words", ",".join(f"word{n}" for n in range(60)), "Those are 60 words; up to 50"),
        ("Name", "…", "There is no text in that"),
    ],
)
async def test_bad_input_gets_a_sentence_and_changes_nothing(
    desk: Desk, field: str, typed: str, sentence: str
) -> None:
    await opened(desk, await made(desk), field)
    assert sentence in (await desk.says(typed)).text
    assert agent(desk).version == 1


async def test_a_model_is_picked_from_the_configured_ones_or_typed_and_checked(desk: Desk) -> None:
    choices = await opened(desk, await made(desk), "Model")
    assert labels(choices)[:3] == ["✓ the bot's own", "openai:small", "openai:large"]
    after = await desk.presses(data_of(choices, "openai:large"))
    assert "✓ openai:large" in labels(after)
    assert agent(desk).model == "openai:large"
    await desk.presses(data_of(after, "Type another"))
    assert "can't be used here" in (await desk.says("nosuch:model")).text
    assert "provider:model" in (await desk.says("gpt")).text
    await desk.says("openai:other")
    assert agent(desk).model == "openai:other"


async def test_tools_languages_and_chats_are_ticked(desk: Desk) -> None:
    card = await opened(desk, await made(desk), "What it uses")
    assert labels(card)[:2] == ["✓ my tasks", "✓ latest calls"]
    card = await desk.presses(data_of(card, "latest calls"))
    assert labels(card)[:2] == ["✓ my tasks", "latest calls"]
    assert agent(desk).tools == ("my_tasks",)
    card = await desk.presses(data_of(card, "Back"))
    card = await desk.presses(data_of(card, "Languages"))
    card = await desk.presses(data_of(card, "Русский"))
    card = await desk.presses(data_of(await desk.presses(data_of(card, "Back")), "Kinds of chats"))
    await desk.presses(data_of(card, "groups"))
    assert agent(desk).rules.languages == ("ru",)
    assert [kind.value for kind in agent(desk).rules.chat_kinds] == ["group"]
    assert agent(desk).version == 4


async def test_a_text_is_edited_in_the_other_language_too(desk: Desk) -> None:
    question = await opened(desk, await made(desk), "Name")
    await desk.presses(data_of(question, "Русский"))
    await desk.says("Юрист")
    assert agent(desk).names == {"en": "Lawyer", "ru": "Юрист"}


async def test_a_question_survives_a_restart(desk: Desk) -> None:
    await opened(desk, await made(desk), "Name")
    after = Desk()
    after.storage.state = desk.storage.state
    after.skip_updates_of(desk)
    assert "Saved." in (await after.says("Barrister")).text


async def test_long_instructions_come_as_a_text_file(desk: Desk) -> None:
    await opened(desk, await made(desk), "Instructions")
    assert "at most 20000" in (await desk.sends("long.txt", b"x" * 50_000)).text
    assert "no plain text" in (await desk.sends("long.doc", b"\xd0\xcf\x11\xe0")).text
    await desk.sends("long.txt", ("ё" * 15_000).encode())
    assert agent(desk).instructions["en"] == "ё" * 15_000


async def test_the_default_is_one_and_the_other_gets_a_version_of_its_own(desk: Desk) -> None:
    first = await made(desk)
    await opened(desk, first, "Answers when nobody else is meant")
    assert agent(desk).is_default
    second = await made(desk, "/agent_new Accountant: counts")
    await opened(desk, second, "Answers when nobody else is meant")
    assert agent(desk, "accountant").is_default
    assert not agent(desk).is_default
    assert agent(desk).version == 3


async def test_two_managers_at_once_the_second_is_told_what_changed_and_asked_again(desk: Desk) -> None:
    card = await made(desk)
    await in_the_team(desk)
    for user in (1001, BORIS):
        menu = await desk.presses(data_of(card, "Edit"), user=user)
        await desk.presses(data_of(menu, "Instructions"), user=user)
    await desk.says("Boris was here.", user=BORIS)
    told = await desk.says("Anna's own words.")
    assert "Person 1002 changed this assistant meanwhile: instructions." in told.text
    assert "Boris was here." in told.text
    assert agent(desk).instructions["en"] == "Boris was here."
    await desk.presses(data_of(told, "Save mine"))
    assert agent(desk).instructions["en"] == "Anna's own words."
    assert agent(desk).version == 3


async def test_a_button_of_an_older_card_changes_nothing_and_shows_what_is_there(desk: Desk) -> None:
    card = await made(desk)
    await in_the_team(desk)
    mine = await opened(desk, card, "What it uses")
    theirs = await desk.presses(
        data_of(await desk.presses(data_of(card, "Edit"), user=BORIS), "Model"), user=BORIS
    )
    await desk.presses(data_of(theirs, "openai:small"), user=BORIS)
    told = await desk.presses(data_of(mine, "latest calls"))
    assert "Person 1002 changed this assistant meanwhile: model. Press again" in told.text
    assert agent(desk).tools == ("my_tasks", "latest_calls")
    await desk.presses(data_of(told, "latest calls"))
    assert agent(desk).tools == ("my_tasks",)
    assert agent(desk).model == "openai:small"


async def test_a_member_sees_the_cards_and_edits_nothing(desk: Desk) -> None:
    card = await made(desk)
    await in_the_team(desk, role=Role.MEMBER)
    listed = await desk.says("/agents", user=BORIS)
    assert "Lawyer" in listed.text
    assert "New assistant" not in labels(listed)
    shown = await desk.presses(data_of(listed, "Lawyer"), user=BORIS)
    assert labels(shown) == ["Let it answer here", "‹ All assistants"]  # in their own chat they may
    for data in (
        data_of(card, "Edit"),
        data_of(card, "Delete"),
        data_of(card, "Switch off"),
        data_of(card, "Try it"),
    ):
        answer = await desk.presses(data, user=BORIS)
        assert "owner or a manager" in (answer.toast or answer.text)
    assert "owner or a manager" in (await desk.says("/agent_new Mine: all of it", user=BORIS)).text
    assert agent(desk).version == 1


async def test_the_bots_own_are_the_operators(desk: Desk) -> None:
    shared = agent(desk, "assistant")
    refused = await desk.presses(f"as:{shared.id}.1:edit")
    assert "whoever runs the bot edits it" in refused.toast
    anna = next(iter(desk.storage.state.members.values()))
    desk.storage.seat(replace(anna, is_operator=True))
    menu = await desk.presses(f"as:{shared.id}.1:edit")
    await desk.presses(data_of(menu, "Description"))
    await desk.says("Everything")
    assert agent(desk, "assistant").descriptions["en"] == "Everything"
    assert agent(desk, "assistant").workspace_id is None


async def test_cards_come_in_pages(desk: Desk) -> None:
    desk.storage.state.agents += [an_agent(f"helper{n:02}") for n in range(12)]
    first = await desk.says("/помощники")
    assert first.text.count("helps") == 8
    second = await desk.presses(data_of(first, "›"))
    assert second.text.count("helps") == 5
    assert second.edit


def test_the_help_tells_of_it() -> None:
    assert any("/agents" in line for line in TOPICS["assistants"].lines)
    assert any("/agent_new" in line for line in TOPICS["assistants"].lines)


def test_every_tool_has_words() -> None:
    assert set(tool_words()) == set(TOOLS)
