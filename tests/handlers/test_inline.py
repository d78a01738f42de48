"""Inline: «@bot task …» offers a task that is saved once, «@bot tasks …» and «@bot contact …» find what to post."""

from dataclasses import replace
from typing import Any

import pytest

from crm.limits import Limits
from tests.handlers.desk import Desk

SECRETS = ("4567", "45-67", "anna@example.com", "wants a discount")


def button_of(result: Any) -> str:
    return str(result.reply_markup.inline_keyboard[0][0].callback_data)


def posted(result: Any) -> str:
    return str(result.input_message_content.message_text)


@pytest.mark.parametrize(
    "query", ["task tomorrow 10:00 buy paper", "Задача tomorrow 10:00 buy paper", "tomorrow 10:00 buy paper"]
)
async def test_a_task_is_offered_with_its_title_and_due(desk: Desk, query: str) -> None:
    [offered] = await desk.asks_inline(query)
    assert offered.title == "Task: buy paper"
    assert offered.description == "📅 Tue, 3 Mar, 10:00"
    assert posted(offered) == "buy paper\n📅 Tue, 3 Mar, 10:00"
    assert desk.titles == []  # offered, not saved


async def test_nothing_typed_shows_what_can_be(desk: Desk) -> None:
    ways = await desk.asks_inline("  ")
    assert [way.title.split()[0] for way in ways] == ["task", "tasks", "contact"]
    assert [way.reply_markup.inline_keyboard[0][0].switch_inline_query_current_chat for way in ways] == [
        "task ",
        "tasks ",
        "contact ",
    ]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("task", "Type on"),
        ("task tomorrow", "Type on"),
        ("Задача", "Type on"),
        ("task " + "x" * 501, "Help"),
        ("task every hour drink water", "Help"),
        ("task @nobody buy paper", "Help"),
    ],
)
async def test_what_is_no_task_offers_nothing_and_says_why(desk: Desk, query: str, said: str) -> None:
    assert await desk.asks_inline(query) == []
    button = desk.session.calls[-1].button
    assert said in button.text
    assert button.start_parameter == "help"


async def test_what_is_doubtful_is_said_before_it_is_saved(desk: Desk) -> None:
    [late] = await desk.asks_inline("task today 00:01 too late")
    assert "already passed" in late.description
    first, *others = await desk.asks_inline("task 03/04 send the report")
    assert "other ways" in first.description
    assert others
    assert len({one.description for one in (first, *others)}) == 1 + len(others)


async def test_another_reading_is_saved_as_it_was_offered(desk: Desk) -> None:
    _first, other, *_rest = await desk.asks_inline("task 03/04 send the report")
    saved = await desk.presses(button_of(other), inline_message_id="5:1")
    assert other.description in saved.text
    assert len(desk.titles) == 1


async def test_its_button_saves_it_for_the_author(desk: Desk) -> None:
    [offered] = await desk.asks_inline("task tomorrow 10:00 buy paper")
    saved = await desk.presses(button_of(offered), inline_message_id="5:1")
    assert saved.text == "buy paper\n📅 Tue, 3 Mar, 10:00\n✓ Saved, task 1"
    assert saved.edit
    [[button]] = saved.buttons
    assert button.start is not None
    assert button.start.startswith("task_")
    assert desk.titles == ["buy paper"]


async def test_a_result_that_telegram_tells_was_chosen_is_saved_at_once(desk: Desk) -> None:
    [offered] = await desk.asks_inline("task tomorrow 10:00 buy paper")
    saved = await desk.chooses(offered)
    assert "Saved, task 1" in saved.text
    assert desk.titles == ["buy paper"]


async def test_both_ways_together_save_once(desk: Desk) -> None:
    [offered] = await desk.asks_inline("task tomorrow 10:00 buy paper")
    told = [
        await desk.presses(button_of(offered), inline_message_id="5:1"),
        await desk.chooses(offered, posted="5:1"),
        await desk.presses(button_of(offered), inline_message_id="5:1"),
    ]
    assert {one.text for one in told} == {"buy paper\n📅 Tue, 3 Mar, 10:00\n✓ Saved, task 1"}
    assert desk.titles == ["buy paper"]


async def test_the_same_line_posted_twice_is_two_tasks(desk: Desk) -> None:
    [offered] = await desk.asks_inline("task buy paper")
    await desk.chooses(offered, posted="5:1")
    await desk.chooses(offered, posted="5:2")
    assert desk.titles == ["buy paper", "buy paper"]


async def test_its_tomorrow_is_that_of_the_day_it_was_typed(desk: Desk) -> None:
    [offered] = await desk.asks_inline("task tomorrow 10:00 buy paper")
    desk.clock.move(hours=20)
    saved = await desk.presses(button_of(offered), inline_message_id="5:1")
    assert "Tue, 3 Mar" in saved.text


async def test_one_that_was_taken_back_stays_so(desk: Desk) -> None:
    [offered] = await desk.asks_inline("task buy paper")
    await desk.chooses(offered)
    desk.storage.state.deleted = {desk.storage.task_id(1)}
    told = await desk.presses(button_of(offered), inline_message_id="5:1")
    assert "taken back" in told.toast
    assert len(desk.titles) == 1


async def test_it_is_saved_in_the_team_it_was_typed_in(desk: Desk) -> None:
    [offered] = await desk.asks_inline("task buy paper")
    ((key, dialog),) = desk.dialogs.rows.items()
    line = next(iter(dialog[0].data.values()))
    changed = replace(dialog[0], data={offered.id.split(":")[0]: {**line, "team": 999}})
    desk.dialogs.rows[key] = (changed, dialog[1])
    told = await desk.presses(button_of(offered), inline_message_id="5:1")
    assert "another team of yours" in told.toast
    assert desk.titles == []


async def test_nobody_else_can_save_it(desk: Desk) -> None:
    [offered] = await desk.asks_inline("task buy paper")
    told = await desk.presses(button_of(offered), user=1002, inline_message_id="5:1")
    assert "Only whoever wrote it" in told.toast
    assert desk.titles == []


async def test_a_posted_result_is_not_read_as_a_message_of_theirs(desk: Desk) -> None:
    via = {"id": 42, "is_bot": True, "first_name": "Switchboard"}
    assert await desk.says("buy paper tomorrow 10:00", via_bot=via) is None
    assert desk.titles == []
    assert desk.questions == []


async def test_the_data_of_the_button_fits(desk: Desk) -> None:
    [offered] = await desk.asks_inline("task " + "я" * 240, user=2**52)
    assert len(button_of(offered).encode()) <= 64
    assert len(offered.id.encode()) <= 64


async def test_one_that_is_too_old_says_how_to_write_it_again(desk: Desk) -> None:
    [first] = await desk.asks_inline("task buy paper")
    for number in range(10):
        await desk.asks_inline(f"task something else {number}")
    told = await desk.presses(button_of(first), inline_message_id="5:1")
    assert "too old" in told.toast
    assert desk.titles == []


async def test_typing_on_keeps_what_was_offered_last(desk: Desk) -> None:
    query = "task buy the paper for all"
    for length in range(6, len(query) + 1):
        offered = await desk.asks_inline(query[:length])
    await desk.presses(button_of(offered[0]), inline_message_id="5:1")
    assert desk.titles == ["buy the paper for all"]


async def test_an_open_question_is_not_touched_by_an_inline_query(desk: Desk) -> None:
    await desk.says("/task")
    await desk.asks_inline("task something else")
    await desk.says("water the plants")
    assert desk.titles == ["water the plants"]


async def test_open_tasks_are_found_by_word_and_number_and_post_title_due_and_status(desk: Desk) -> None:
    await desk.says("/task tomorrow 10:00 send the invoice")
    await desk.says("/task buy paper")
    [invoice] = await desk.asks_inline("tasks INV")
    assert posted(invoice) == "send the invoice\nTue, 3 Mar, 10:00 · not started"
    [paper] = await desk.asks_inline("задачи #2")
    assert posted(paper) == "buy paper\nno date · not started"
    link = paper.reply_markup.inline_keyboard[0][0].url
    workspace = next(iter(desk.storage.state.members.values())).workspace_id
    assert link == f"https://t.me/Switchboard_bot?start=task_{workspace}_2"


async def test_what_is_found_comes_in_pages(desk: Desk) -> None:
    desk.dispatcher["limits"] = Limits()
    for at in range(3):
        await desk.says("/task\n" + "\n".join(f"job {at}-{number}" for number in range(15)))
    first = await desk.asks_inline("tasks job")
    assert len(first) == 20
    assert desk.session.calls[-1].next_offset == "20"
    await desk.asks_inline("tasks job", offset="20")
    last = await desk.asks_inline("tasks job", offset="40")
    assert len(last) == 5
    assert desk.session.calls[-1].next_offset == ""


@pytest.mark.parametrize("offset", ["x", "-1", "9" * 30])
async def test_a_page_nobody_was_given_is_the_first(desk: Desk, offset: str) -> None:
    await desk.says("/task buy paper")
    assert len(await desk.asks_inline("tasks", offset=offset)) == 1


async def test_a_contact_is_posted_by_name_and_never_with_its_phone(desk: Desk) -> None:
    await desk.says("/contact Anna Petrova +7 999 123-45-67")
    await desk.says("/call +7 999 765-45-67: wants a discount")
    for query in ("contact", "contact anna", "контакты"):
        for result in await desk.asks_inline(query):
            shown = f"{posted(result)} {result.title} {result.description}".replace("…4567", "")
            assert not any(secret in shown for secret in SECRETS)
    [anna] = await desk.asks_inline("contact anna")
    assert posted(anna) == "Anna Petrova"
    assert "?start=contact_" in anna.reply_markup.inline_keyboard[0][0].url


async def test_a_task_is_posted_without_the_phone_in_it(desk: Desk) -> None:
    [offered] = await desk.asks_inline("task tomorrow call Boris +7 999 123-45-67")
    saved = await desk.chooses(offered)
    await desk.says('/task "ring 8 999 123-45-67 and +7 999 765-45-67" tomorrow')
    found = await desk.asks_inline("tasks")
    for text in (posted(offered), saved.text, *(f"{posted(one)} {one.title}" for one in found)):
        assert not any(secret in text for secret in SECRETS), text


async def test_what_is_found_is_ones_own_teams(desk: Desk) -> None:
    await desk.says("/task buy paper")
    await desk.says("/contact Anna Petrova +7 999 123-45-67")
    assert await desk.asks_inline("tasks paper", user=1002) == []
    assert await desk.asks_inline("contact anna", user=1002) == []


async def test_whoever_is_refused_gets_a_button_to_the_private_chat(desk: Desk) -> None:
    await desk.says("hello")
    actor = next(iter(desk.storage.state.members.values()))
    desk.storage.remove_member(actor)
    assert await desk.asks_inline("tasks") == []
    assert desk.session.calls[-1].button.start_parameter == "start"


@pytest.mark.parametrize(("language", "text"), [("en", "Save"), ("ru", "Сохранить")])
async def test_its_button_says_save(desk: Desk, language: str, text: str) -> None:
    await desk.presses(f"language:{language}")
    [offered] = await desk.asks_inline("task tomorrow 10:00 buy paper")
    assert offered.reply_markup.inline_keyboard[0][0].text == text
