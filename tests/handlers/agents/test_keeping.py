"""Assistants copied, switched off, hidden, replaced, deleted and rolled back; history and undo tell of it."""

from dataclasses import replace

from crm.agents import default_of, roster
from crm.answers import Answer
from tests.fakes import an_agent
from tests.handlers.agents.test_editing import agent, in_the_team, made, opened
from tests.handlers.buttons import data_of, labels
from tests.handlers.desk import Desk


def here(desk: Desk) -> list[str]:
    """Who answers in the first person's team."""
    state = desk.storage.state
    team = next(iter(state.members.values())).workspace_id
    kept = [one for one in state.agents if one.id not in state.deleted and one.workspace_id in (None, team)]
    return [one.slug for one in roster(kept, state.hidden_agents.get(team, frozenset()))]


async def operator(desk: Desk) -> None:
    await desk.says("/help")
    anna = next(iter(desk.storage.state.members.values()))
    desk.storage.seat(replace(anna, is_operator=True))


async def test_history_says_who_what_and_rolls_back_as_a_new_version(desk: Desk) -> None:
    await opened(desk, await made(desk), "Instructions")
    await desk.says("First line.\nOld line.")
    await opened(desk, await desk.presses(f"as:{agent(desk).id}.2:card"), "Instructions")
    await desk.says("First line.\nNew line.")
    card = await desk.presses(f"as:{agent(desk).id}.3:card")
    history = await desk.presses(data_of(card, "History"))
    assert "Version 3 · " in history.text
    assert "Person 1001\ninstructions" in history.text
    assert "Version 1" in history.text
    assert history.text.endswith("made")
    one = await desk.presses(data_of(history, "3"))
    assert "− Old line.\n+ New line." in one.text
    assert "First line" not in one.text
    assert "Make it so again" not in labels(one)
    two = await desk.presses(data_of(history, "2"))
    await desk.presses(data_of(two, "Make it so again"))
    assert agent(desk).instructions["en"] == "First line.\nOld line."
    assert agent(desk).version == 4


async def test_rolling_back_from_an_old_card_says_what_changed(desk: Desk) -> None:
    card = await opened(desk, await made(desk), "Name")
    await desk.says("Barrister")
    card = await desk.presses(f"as:{agent(desk).id}.2:ver:1")
    await desk.presses(f"as:{agent(desk).id}.2:set:is_default")
    told = await desk.presses(data_of(card, "Make it so again"))
    assert "Person 1001 changed this assistant meanwhile: answers when nobody else is meant." in told.text
    assert agent(desk).names["en"] == "Barrister"


async def test_a_copy_has_a_name_of_its_own(desk: Desk) -> None:
    card = await made(desk)
    copied = await desk.presses(data_of(card, "Copy"))
    assert "@lawyer-2" in copied.text
    assert agent(desk, "lawyer-2").instructions == agent(desk).instructions


async def test_an_operator_says_who_shall_have_the_copy(desk: Desk) -> None:
    await operator(desk)
    asked = await desk.presses(data_of(await made(desk), "Copy"))
    assert labels(asked)[:2] == ["For this team", "For everyone"]
    await desk.presses(data_of(asked, "For everyone"))
    assert agent(desk, "lawyer-2").workspace_id is None


async def test_one_that_is_off_does_not_answer(desk: Desk) -> None:
    card = await made(desk)
    off = await desk.presses(data_of(card, "Switch off"))
    assert here(desk) == ["assistant"]
    assert "Here: off" in off.text
    await desk.presses(data_of(off, "Switch on"))
    assert here(desk) == ["lawyer", "assistant"]
    assert desk.told_caches == 3


async def test_the_last_one_stays(desk: Desk) -> None:
    await desk.says("/help")
    shared = agent(desk, "assistant")
    assert "Keep one assistant on" in (await desk.presses(f"as:{shared.id}.1:hide")).toast
    await made(desk)
    await desk.presses(f"as:{shared.id}.1:hide")
    assert here(desk) == ["lawyer"]
    for verb in ("gone", "set:is_active"):
        assert "Keep one assistant on" in (await desk.presses(f"as:{agent(desk).id}.1:{verb}")).toast
    assert here(desk) == ["lawyer"]


async def test_a_team_hides_one_of_the_bots_and_shows_it_again(desk: Desk) -> None:
    await made(desk)
    listed = await desk.says("/agents")
    card = await desk.presses(data_of(listed, "Assistant"))
    hidden = await desk.presses(data_of(card, "Hide in this team"))
    assert "Here: hidden in this team" in hidden.text
    assert here(desk) == ["lawyer"]
    await desk.says("/help", user=2002)  # of another team
    assert "Assistant" in (await desk.says("/agents", user=2002)).text
    await desk.presses(data_of(hidden, "Show in this team"))
    assert "assistant" in here(desk)


async def test_a_team_puts_its_own_in_place_of_the_bots(desk: Desk) -> None:
    await desk.says("/help")
    shared = agent(desk, "assistant")
    own = await desk.presses(f"as:{shared.id}.1:own")
    assert "your team's own" in own.text
    ours = desk.storage.state.agents[-1]
    assert (ours.slug, ours.workspace_id is not None) == ("assistant", True)
    assert here(desk) == ["assistant"]
    answering = default_of(roster(desk.storage.state.agents, frozenset()))
    assert answering == ours
    again = await desk.presses(f"as:{shared.id}.1:own")
    assert "already" in again.toast
    listed = await desk.says("/agents")
    assert "the team's own answers instead" in listed.text
    assert [one.text for row in listed.buttons for one in row][:2] == [
        "Assistant (the team's own)",
        "Assistant (the bot's own)",
    ]


async def test_deleting_the_teams_own_says_that_the_bots_goes_on(desk: Desk) -> None:
    await made(desk)
    await desk.says("/agents")
    shared = agent(desk, "assistant")
    helper = an_agent("helper")
    desk.storage.state.agents.append(helper)
    own = await desk.presses(f"as:{helper.id}.1:own")
    await desk.says("@helper hello")
    asked = await desk.presses(data_of(own, "Delete"))
    assert "they go on with the bot's own assistant of the same short name" in asked.text
    gone = await desk.presses(data_of(asked, "Yes, delete"))
    assert "What went to it goes to Helper now." in gone.text
    assert shared.is_default


async def test_deleting_one_in_use_says_who_goes_on_and_undo_brings_it_back(desk: Desk) -> None:
    card = await made(desk)
    await desk.says("@lawyer what is a risk?")
    asked = await desk.presses(data_of(card, "Delete"))
    assert "It has conversations here" in asked.text
    gone = await desk.presses(data_of(asked, "Yes, delete"))
    assert "What went to it goes to Assistant now." in gone.text
    assert here(desk) == ["assistant"]
    assert "no longer there" in (await desk.presses(data_of(card, "Edit"))).toast
    await desk.says("/agent_new Accountant: counts")
    await desk.says("/undo")
    await desk.says("/undo")
    assert here(desk) == ["lawyer", "assistant"]


async def test_undo_takes_back_an_edit_a_hiding_and_the_making(desk: Desk) -> None:
    await opened(desk, await made(desk), "Name")
    await desk.says("Barrister")
    await desk.presses(f"as:{agent(desk, 'assistant').id}.1:hide")
    told = desk.told_caches
    await desk.says("/undo")
    assert "assistant" in here(desk)
    await desk.says("/undo")
    assert agent(desk).names["en"] == "Lawyer"
    assert agent(desk).version == 3
    assert "new assistant" in (await desk.says("/undo")).text
    assert here(desk) == ["assistant"]
    assert desk.told_caches == told + 3


async def test_the_teams_history_tells_what_was_edited_and_not_the_texts(desk: Desk) -> None:
    await opened(desk, await made(desk), "Instructions")
    await desk.says("A secret of the trade.")
    told = (await desk.says("/history")).text
    assert "assistant changed" in told
    assert "what changed: instructions" in told
    assert "version: 1 → 2" in told
    assert "short name: lawyer" in told
    assert "secret" not in told


async def test_another_teams_assistants_are_nowhere_to_be_seen(desk: Desk) -> None:
    await made(desk)
    for data in (
        "card",
        "edit",
        "try",
        "copy",
        "own",
        "hide",
        "gone",
        "log:0",
        "ver:1",
        "back:1",
        "set:is_active",
    ):
        answer: Answer = await desk.presses(f"as:{agent(desk).id}.1:{data}", user=2002)
        assert "no longer there" in str(answer.toast), data
    assert "Lawyer" not in (await desk.says("/agents", user=2002)).text


async def test_a_trial_runs_beside_the_rest_and_saves_nothing(desk: Desk) -> None:
    card = await made(desk)
    asked = await desk.presses(data_of(card, "Try it"))
    assert "What shall “Lawyer” be asked?" in asked.text
    told = await desk.says("Is this a risk?")
    assert "Nothing of this is saved" in told.text
    assert desk.tried == [("lawyer", "Is this a risk?")]
    assert desk.storage.state.turns == {}
    await desk.presses(data_of(card, "Try it"))
    assert "Ask in up to 4000" in (await desk.says("x" * 4001)).text


async def test_in_a_group_cards_are_read_and_not_edited(desk: Desk) -> None:
    await made(desk)
    desk.storage.state.agents.append(an_agent("helper"))
    listed = await desk.says("/agents", chat=-5)
    assert not {"New assistant", "Export", "Import"} & set(labels(listed))
    where = {**desk._message(1001, -5), "from": {"id": 42, "is_bot": True, "first_name": "S"}}
    card = await desk.presses(data_of(listed, "Lawyer"), message=where)
    assert "It is edited and tried in our private chat: send /agents there." in card.text
    assert not {"Edit", "Try it", "Delete"} & set(labels(card))


async def test_a_manager_may_what_an_owner_may(desk: Desk) -> None:
    card = await made(desk)
    await in_the_team(desk)
    await desk.presses(data_of(card, "Switch off"), user=1002)
    assert here(desk) == ["assistant"]
