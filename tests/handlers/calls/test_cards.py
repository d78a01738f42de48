"""Calls by buttons: fields that change, calls that are taken back, and lists."""

from datetime import timedelta

import pytest

from tests.handlers.buttons import data_of, labels
from tests.handlers.calls.pressing import all_data, press
from tests.handlers.desk import Desk


async def test_a_press_twice_shows_the_card_as_it_is_now(desk: Desk) -> None:
    card = await desk.says("/call Anna out 12m connected: wants pricing by Friday")
    await press(desk, card, "Make a task")
    again = await press(desk, card, "Make a task")
    assert again.text.startswith("Changed since, here it is now\n\n")
    assert again.edit
    assert desk.titles == ["wants pricing"]
    await desk.presses("language:ru")
    again = await press(desk, card, "Make a task")
    assert again.text.startswith("Изменилось с тех пор, вот как сейчас\n\n")


@pytest.mark.parametrize(
    ("chip", "button", "shown"),
    [
        ("→ incoming", None, "incoming"),
        ("Result", "Busy", "busy"),
        ("How long", "15 min", "15 min"),
        ("When", "1 h ago", "08:00"),
    ],
)
async def test_each_field_changes_by_a_press(desk: Desk, chip: str, button: str | None, shown: str) -> None:
    card = await press(desk, await desk.says("/call Bob out 5m talked"), chip)
    if button is not None:
        card = await press(desk, card, button)
    assert shown in card.text
    assert "Taken back" in (await desk.says("/undo")).text


@pytest.mark.parametrize(
    ("chip", "typed", "shown"),
    [("Notes", "likes it", "likes it"), ("Type it", "Friday 10:00 send the offer", "→ #1 send the offer")],
)
async def test_a_field_may_be_typed(desk: Desk, chip: str, typed: str, shown: str) -> None:
    asked = await press(desk, await desk.says("/call Bob out 5m talked"), chip)
    assert asked.question
    assert shown in (await desk.says(typed)).text


async def test_the_next_step_has_one_place_on_a_card(desk: Desk) -> None:
    card = await desk.says("/call Bob out 5m talked")
    assert "What comes next?" in card.text
    assert "Next step" not in labels(card)
    left_open = await press(desk, card, "Nothing")
    assert "Next step" in labels(left_open)
    await press(desk, await press(desk, left_open, "Next step"), "Type it")
    assert "→ #1 send the offer" in (await desk.says("Friday 10:00 send the offer")).text


async def test_what_can_not_be_read_may_be_typed_again_and_a_command_ends_it(desk: Desk) -> None:
    card = await press(desk, await desk.says("/call Bob out talked"), "How long")
    await press(desk, card, "Type it")
    assert "can't last" in (await desk.says("30 h")).text
    assert "can't read a length" in (await desk.says("long")).text
    assert "20 min" in (await desk.says("20")).text
    await press(desk, card, "Type it")
    await desk.says("/tasks")
    await desk.says("20")
    assert desk.questions == ["20"]


async def test_back_from_a_menu_is_the_card(desk: Desk) -> None:
    card = await desk.says("/call Bob busy, send it on Friday")
    for chip in ("Result", "When", "Contact", "Next step"):
        menu = await press(desk, card, chip)
        assert (await press(desk, menu, "‹ Back")).text == card.text


async def test_a_new_contact_is_undone_with_its_call_and_kept_after_all(desk: Desk) -> None:
    card = await desk.says("/звонок Мария занято")
    gone = await press(desk, card, "Undo")
    assert gone.text.startswith("Taken back")
    assert "Nothing" not in labels(gone)
    assert "no calls yet" in (await desk.says("/calls")).text
    back = await press(desk, gone, "Keep it after all")
    assert "☎ Мария" in back.text


async def test_a_new_contact_is_merged_with_the_one_that_was_meant(desk: Desk) -> None:
    await desk.says("/call Maria Orlova busy")
    card = await desk.says("/call Mariya busy")
    menu = await press(desk, card, "Merge")
    assert labels(menu)[0] == "Maria Orlova"
    merged = await press(desk, menu, "Maria Orlova")
    assert "☎ Maria Orlova" in merged.text
    assert "New contact" not in merged.text


async def test_a_contact_is_new_for_a_day(desk: Desk) -> None:
    await desk.says("/call Maria busy")
    (call_id,) = desk.storage.state.calls
    desk.clock.now += timedelta(days=2)
    card = await desk.presses(f"c:{call_id}:open")
    assert "New contact" not in card.text
    assert not {"Undo", "Merge"} & set(labels(card))
    await press(desk, card, "Take back")
    (contact_id,) = desk.storage.state.contacts
    assert contact_id not in desk.storage.state.deleted


async def test_a_button_of_a_call_that_was_taken_back_says_so(desk: Desk) -> None:
    card = await desk.says("/call Bob out talked")
    await desk.presses(data_of(card, "Undo"))
    for label in ("Result", "5 min", "Undo", "Notes"):
        assert (await press(desk, card, label)).toast == "That call is no longer here. See the list: /calls"
    await desk.presses("language:ru")
    assert "Этого звонка больше нет" in (await press(desk, card, "5 min")).toast


async def test_a_button_that_no_card_offers_changes_nothing(desk: Desk) -> None:
    card = await desk.says("/call Bob out talked")
    mark = data_of(card, "Result").removesuffix(":menu:out")
    for data in (":out:gone", ":dir:up", ":dur:x", ":dur:999999", ":retry:20269999T9999", ":task:7", ":at:7"):
        assert "too old" in (await desk.presses(mark + data)).toast, data
    assert "too old" in (await desk.presses("calls:zzzz:f")).toast


async def test_a_list_is_narrowed_by_buttons_and_opens_cards(desk: Desk) -> None:
    await desk.says("/call Bob out busy")
    await desk.says("/call Zoe in 5m talked")
    listed = await desk.says("/calls")
    assert listed.text.split("\n")[0] == "Last calls"
    assert "1. " in listed.text
    filters = await press(desk, listed, "More filters")
    assert labels(filters)[:4] == ["By result", "By direction", "By contact", "By member"]
    busy = await press(desk, await press(desk, filters, "By result"), "Busy")
    assert busy.text.split("\n")[0] == "Calls · busy"
    assert "Bob" in busy.text
    assert "Zoe" not in busy.text
    assert labels(busy)[:1] == ["1"]
    assert "☎ Bob" in (await press(desk, busy, "1")).text
    both = await press(desk, await press(desk, busy, "More filters"), "By contact")
    assert "There are no such calls." in (await press(desk, both, "Zoe")).text
    today = await press(desk, await press(desk, listed, "Today"), "Mine")
    assert today.text.split("\n")[0] == "Calls · mine · today"
    assert {"✓ Mine", "✓ Today"} <= set(labels(today))


async def test_a_list_has_pages(desk: Desk) -> None:
    for number in range(12):
        await desk.says(f"/call Bob out {number + 1}m talked")
    first = await desk.says("/calls")
    second = await press(desk, first, "›")
    assert second.text.count("☎") + second.text.count("Bob") == 2
    assert (await press(desk, second, "‹")).text == first.text


async def test_a_name_nobody_has_offers_the_nearest_as_filters(desk: Desk) -> None:
    await desk.says("/call Boris Petrov busy")
    asked = await desk.says("/calls busy Borsi")
    assert "Was it one of these?" in asked.text
    assert "1. Boris Petrov · outgoing · busy" in (await press(desk, asked, "Boris Petrov")).text


async def test_every_button_fits_the_bot_api(desk: Desk) -> None:
    desk.storage.state.last_id = 10**17
    card = await desk.says("/call Bob: wants pricing by Friday")
    shown = [card, await desk.says("/calls"), await desk.says("/call")]
    for chip in ("Result", "How long", "When", "Contact", "Next step", "Merge"):
        shown.append(await press(desk, card, chip))
    while "Skip" in labels(card):
        card = await press(desk, card, "Skip")
        shown.append(card)
    assert all(len(data.encode()) <= 64 for answer in shown for data in all_data(answer))
