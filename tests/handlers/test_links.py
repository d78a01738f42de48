"""Links: ?start=task_<team>_42 opens a card for whoever may see it, and tells nobody else anything."""

import pytest

from crm.links import read_link
from tests.handlers.desk import Desk


async def team_of(desk: Desk, user: int = 1001) -> int:
    """The team of whoever has just said something."""
    return next(
        one.workspace_id for one in desk.storage.state.members.values() if one.telegram_user_id == user
    )


async def test_a_link_opens_a_task_a_contact_and_a_call(desk: Desk) -> None:
    await desk.says("/task tomorrow 10:00 buy paper")
    await desk.says("/call Anna +7 999 123-45-67: wants a discount")
    team, state = await team_of(desk), desk.storage.state
    assert "#1 buy paper" in (await desk.says(f"/start task_{team}_1")).text
    assert "Anna" in (await desk.says(f"/start contact_{team}_{next(iter(state.contacts))}")).text
    assert "talked" in (await desk.says(f"/start call_{team}_{next(iter(state.calls))}")).text


@pytest.mark.parametrize("kind", ["task", "contact", "call"])
async def test_what_is_missing_and_what_is_others_are_told_alike(desk: Desk, kind: str) -> None:
    await desk.says("/task theirs", user=1002)
    mine, theirs = await desk.says("/task mine"), await team_of(desk, 1002)
    assert mine is not None
    missing = await desk.says(f"/start {kind}_{await team_of(desk)}_777")
    foreign = await desk.says(f"/start {kind}_{theirs}_1")
    nowhere = await desk.says(f"/start {kind}_99999_1")
    assert missing.text == foreign.text == nowhere.text
    assert "no longer here" in missing.text


async def test_a_link_into_another_team_of_theirs_says_which_and_goes_there(desk: Desk) -> None:
    await desk.says("/task of the first team")
    first = await team_of(desk)
    await desk.presses(f"team:{first}:found")
    await desk.says("Second")
    state = desk.storage.state
    second = next(team for team, name in state.team_names.items() if name == "Second")
    offer = await desk.says(f"/start task_{second}_1")
    assert "“Second”" in offer.text
    [[go]] = offer.buttons
    there = await desk.presses(go.data)
    assert "We go on in “Second”" in there.text
    assert there.buttons[0][0].data == f"open:task_{second}_1"
    assert set(desk.storage.state.current.values()) == {second}
    known = len(desk.storage.state.activity)
    assert "We go on in “Second”" in (await desk.presses(go.data)).text
    assert (set(desk.storage.state.current.values()), len(desk.storage.state.activity)) == ({second}, known)


@pytest.mark.parametrize(
    "payload", ["task_1", "task_1_2_3", "contact_x_1", "call_", "task_" + "9" * 50, "start"]
)
async def test_a_link_that_says_nothing_is_greeted_and_is_no_wrong_guess(desk: Desk, payload: str) -> None:
    assert "language" in (await desk.says(f"/start {payload}")).text


async def test_the_button_of_an_inline_list_opens_the_help(desk: Desk) -> None:
    assert "/task" in (await desk.says("/start help")).text


def test_a_link_is_read_back_as_it_was_made() -> None:
    for payload in ("task_3_42", "contact_3_7", "call_12_1"):
        link = read_link(payload)
        assert link is not None
        assert link.payload == payload
    for wrong in ("task_3_4x", "lead_3_4", "task_3_9999999999", "task_-1_2", ""):
        assert read_link(wrong) is None


@pytest.mark.parametrize("text", ["#1", "№1", "№ 1"])
async def test_a_tasks_number_alone_opens_its_card(desk: Desk, text: str) -> None:
    await desk.says("/task buy paper")
    card = await desk.says(text)
    assert "#1 buy paper" in card.text
    assert card.buttons


@pytest.mark.parametrize("said", ["/task 1", "/task #1", "задача 1", "/задача № 1", "Задача №1"])
async def test_a_task_that_is_named_by_its_number_is_opened(desk: Desk, said: str) -> None:
    await desk.says("/task buy paper")
    card = await desk.says(said)
    assert "#1 buy paper" in card.text
    assert desk.titles == ["buy paper"]


async def test_a_number_that_no_task_has_is_said_so(desk: Desk) -> None:
    assert "no longer here" in (await desk.says("#77")).text


async def test_a_number_that_answers_a_question_opens_nothing(desk: Desk) -> None:
    await desk.says("/task buy paper")
    await desk.says("/done")
    assert "✓ #1 buy paper" in (await desk.says("#1")).text
