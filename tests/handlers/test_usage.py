"""Usage in Telegram: budgets by buttons and by typing, and a team without assistants."""

from crm.budgets import Period, Scope
from tests.handlers.desk import Desk


async def test_a_budget_is_set_by_a_button_and_by_typing(desk: Desk) -> None:
    card = await desk.says("/usage")
    assert "What assistants cost" in card.text
    budgets = await desk.presses(card.buttons[0][0].data)
    asked = await desk.presses(budgets.buttons[1][0].data)
    assert "A member, a day" in asked.text
    await desk.presses(asked.buttons[0][1].data)
    assert [*desk.storage.state.budgets.values()] == [2_000_000]
    await desk.presses(budgets.buttons[1][0].data)
    assert "US dollars" in (await desk.says("much")).text  # what can't be read leaves the question open
    assert (await desk.says("1,50")).text == "A member, a day: $1.50"
    assert [(key[1:], sum) for key, sum in desk.storage.state.budgets.items()] == [
        ((Scope.MEMBER, None, Period.DAY), 1_500_000)
    ]


async def test_one_assistant_that_spent_nothing_gets_its_budget(desk: Desk) -> None:
    card = await desk.says("/usage")
    budgets = await desk.presses(card.buttons[0][0].data)
    [one] = [button for row in budgets.buttons for button in row if button.text == "One assistant"]
    whose = await desk.presses(one.data)
    assert whose.text == "Whose budget?"
    when = await desk.presses(whose.buttons[0][0].data)
    asked = await desk.presses(when.buttons[0][1].data)
    assert asked.text.startswith("An assistant, a month.")
    await desk.presses(asked.buttons[0][2].data)
    name = whose.buttons[0][0].text
    assert f"An assistant, a month ({name}): $10.00" in (await desk.says("/usage")).text


async def test_a_team_is_switched_off_and_on_by_its_card(desk: Desk) -> None:
    card = await desk.says("/team")
    [switch] = [one for row in card.buttons for one in row if one.text == "Switch assistants off"]
    off = await desk.presses(switch.data)
    assert "switched off" in off.text
    assert "switched off in this team" in (await desk.says("how are you?")).text
    assert desk.questions == []
    assert "buy paper" in (await desk.says("/task buy paper")).text  # commands work on
    await desk.presses(off.buttons[0][0].data)
    await desk.says("how are you?")
    assert desk.questions == ["how are you?"]
