"""Files of assistants in a chat: out, looked at, in whole or not at all, with the line of each fault."""

from dataclasses import replace
from typing import Any

import pytest

from crm.people import Role
from tests.handlers.agents.test_editing import BORIS, agent, in_the_team, made, opened
from tests.handlers.agents.test_keeping import operator
from tests.handlers.buttons import data_of, labels
from tests.handlers.desk import Desk

FILE = """\
agents:
  - slug: lawyer
    names: {en: Lawyer}
    descriptions: {en: reads contracts}
    instructions: {en: Read.}
    rules: {keywords: [договор*]}
  - slug: accountant
    names: {en: Accountant, ru: Бухгалтер}
    descriptions: {en: counts}
    instructions: {en: Count.}
    budget: 2.5
"""


async def test_what_goes_out_comes_in_again(desk: Desk) -> None:
    await made(desk)
    sent = await desk.presses("af:export")
    assert sent.file.name == "assistants.yaml"
    assert b"slug: lawyer" in sent.file.content
    assert b"slug: assistant" not in sent.file.content
    look = await desk.sends("assistants.yaml", sent.file.content)
    assert "Nothing would change" in look.text
    changed = sent.file.content.replace(b"en: Lawyer", b"en: Barrister")
    look = await desk.sends("assistants.yaml", changed)
    assert "• Barrister (@lawyer): name" in look.text
    assert agent(desk).names["en"] == "Lawyer"
    await desk.presses(data_of(look, "Save"))
    assert agent(desk).names["en"] == "Barrister"
    assert agent(desk).version == 2


async def test_a_team_without_its_own_gets_the_bots_as_an_example(desk: Desk) -> None:
    await desk.says("/help")
    sent = await desk.presses("af:export")
    assert b"slug: assistant" in sent.file.content
    assert "The bot's own" in sent.text


async def test_a_file_is_looked_at_and_saved_by_a_button(desk: Desk) -> None:
    await made(desk)
    await desk.presses("af:import")
    look = await desk.sends("whatever.txt", FILE.encode())
    assert "For this team:" in look.text
    assert "• Accountant (@accountant): new" in look.text
    assert "• Lawyer (@lawyer): description, instructions, what it uses, words it listens for" in look.text
    done = await desk.presses(data_of(look, "Save"))
    assert "Saved." in done.text
    assert agent(desk, "accountant").budget_micros == 2_500_000
    assert agent(desk).rules.keywords == ("договор*",)
    assert "no longer open" in (await desk.presses(data_of(look, "Save"))).toast


async def test_what_is_left_changes_nothing(desk: Desk) -> None:
    look = await desk.sends("team.yml", FILE.encode(), caption="/agents")
    assert "nothing was changed" in (await desk.presses(data_of(look, "Leave it"))).text
    assert len(desk.storage.state.agents) == 1


BOMB = "a: &a [x, x]\n" + "".join(
    f"{name}: &{name} [*{before}, *{before}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            FILE.replace("Read.", "x" * 50_000),
            "Line 5: agents.0.instructions.en: this is longer than 20000 characters",
        ),
        (FILE.replace("accountant", "lawyer"), "Line 7: agents.1.slug: “lawyer” is said twice"),
        (FILE + "    tools:\n      - my_tasks\n      - fly\n", "Line 14: agents.1.tools.1: there is no tool"),
        (
            FILE + "    model: nosuch:model\n",
            "Line 12: accountant.model: The model nosuch:model can't be used here",
        ),
        (FILE + "    sings: true\n", "Line 12: agents.1.sings: “sings” is not known here"),
        (
            FILE + "    settings:\n      timeout: 9\n      temperature: 9\n",
            "Line 14: accountant.settings.temperature: temperature goes from 0 to 2.",
        ),
        (
            FILE + "    fallback_models:\n      - nosuch:model\n",
            "Line 13: accountant.fallback_models.0: The model nosuch:model",
        ),
        (FILE.replace("slug: accountant", "slug: 2 x"), "Line 7: agents.1.slug: a short name is"),
        (FILE + "  - slug: [", "this is no YAML"),
        (FILE + "    budget: 3\n", "Line 12: “budget” is said twice"),
        (BOMB, "Line 1: aliases (& and *) are not taken"),
        ("[" * 9000, "Line 1: this is"),
        ("x: !!python/object/apply:os.getcwd []\n", "Line 1: this is no YAML"),
    ],
)
async def test_each_fault_has_its_line_and_reason_and_nothing_is_saved(
    desk: Desk, content: str, said: str
) -> None:
    refused = await desk.sends("team.yaml", content.encode())
    assert "nothing was changed" in refused.text
    assert said in refused.text
    assert len(desk.storage.state.agents) == 1
    assert refused.buttons == ()


async def test_a_file_that_is_no_text_or_too_large_is_refused(desk: Desk) -> None:
    await desk.says("/help")
    assert "no plain text" in (await desk.sends("team.yaml", b"\xff\xfe\x00")).text
    assert "larger than 512 KB" in (await desk.sends("team.yaml", b"", size=600_000)).text


async def test_what_changed_since_the_look_is_told_and_asked_again(desk: Desk) -> None:
    await made(desk)
    await in_the_team(desk)
    look = await desk.sends("team.yaml", FILE.encode())
    await desk.presses(data_of(await opened_by_boris(desk), "openai:small"), user=BORIS)
    again = await desk.presses(data_of(look, "Save"))
    assert "Person 1002 changed this assistant meanwhile: model." in again.text
    assert "accountant" not in [one.slug for one in desk.storage.state.agents]  # nothing half saved
    await desk.presses(data_of(again, "Save"))
    assert agent(desk, "accountant").version == 1
    assert agent(desk).model is None


async def opened_by_boris(desk: Desk) -> Any:
    menu = await desk.presses(f"as:{agent(desk).id}.1:edit", user=BORIS)
    return await desk.presses(data_of(menu, "Model"), user=BORIS)


async def test_a_files_default_takes_the_place_of_the_one_before(desk: Desk) -> None:
    await opened(desk, await made(desk), "Answers when nobody else is meant")
    content = FILE + "    is_default: true\n"
    await desk.presses(data_of(await desk.sends("team.yaml", content.encode()), "Save"))
    assert [one.slug for one in desk.storage.state.agents if one.is_default and one.workspace_id] == [
        "accountant"
    ]


async def test_members_are_refused_and_operators_choose_for_whom(desk: Desk) -> None:
    await made(desk)
    await in_the_team(desk, role=Role.MEMBER)
    assert "owner or a manager" in (await desk.sends("team.yaml", FILE.encode(), user=BORIS)).text
    await operator(desk)
    asked = await desk.sends("team.yaml", FILE.encode())
    assert labels(asked) == ["For this team", "For everyone"]
    look = await desk.presses(data_of(asked, "For everyone"))
    assert "For everyone:" in look.text
    await desk.presses(data_of(look, "Save"))
    assert agent(desk, "accountant").workspace_id is None


async def test_a_file_with_the_short_name_of_one_of_the_bots_replaces_it_here(desk: Desk) -> None:
    look = await desk.sends("team.yaml", FILE.replace("lawyer", "assistant").encode())
    assert "(@assistant): new, in place of the bot's own" in look.text
    await desk.presses(data_of(look, "Save"))
    assert [one.slug for one in desk.storage.state.agents].count("assistant") == 2


async def test_another_person_cannot_save_it(desk: Desk) -> None:
    look = await desk.sends("team.yaml", FILE.encode())
    anna = next(iter(desk.storage.state.members.values()))
    desk.storage.seat(replace(anna, telegram_user_id=BORIS, person_id=BORIS, member_id=BORIS))
    assert "no longer open" in (await desk.presses(data_of(look, "Save"), user=BORIS)).toast
