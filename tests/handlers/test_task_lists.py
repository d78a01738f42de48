"""Lists in Telegram: lines, pages, filters as words and buttons, names that are asked about, in both languages."""

from datetime import timedelta

import pytest

from crm.people import Role
from crm.tasks.filters import Filter
from handlers import task_lists
from handlers.task_lists import ROOM, pressed
from tests.fakes import an_actor
from tests.handlers.buttons import data_of, labels
from tests.handlers.desk import Desk

BORIS = an_actor(
    person_id=2,
    member_id=2,
    telegram_user_id=1002,
    telegram_chat_id=1002,
    chat_id=2,
    display_name="Boris",
    role=Role.MEMBER,
)


@pytest.fixture
def busy(desk: Desk) -> Desk:
    """Anna and Boris share a team."""
    desk.storage.seat(an_actor(), BORIS)
    desk.storage.state.chats |= {1001: (1, 1), 1002: (2, 1)}
    return desk


async def test_a_long_list_has_pages_that_are_turned_in_place(desk: Desk) -> None:
    for number in range(1, 13):
        await desk.says(f"/task job {number}")
    first = await desk.says("/tasks")
    assert first.text.startswith("Open tasks\n#1 job 1\n")
    assert "‹" not in labels(first)
    second = await desk.presses(data_of(first, "›"))
    assert second.edit
    assert second.text == "Open tasks\n#11 job 11\n#12 job 12"
    assert "›" not in labels(second)
    assert (await desk.presses(data_of(second, "‹"))).text == first.text


async def test_a_pager_of_an_old_list_shows_the_list(desk: Desk) -> None:
    await desk.says("/task tea")
    assert (await desk.presses("tasks:3")).text == "Open tasks\n#1 tea"


async def test_a_line_says_what_there_is_to_say_in_words(busy: Desk) -> None:
    await busy.says("/contact Zoe +7 999 100-00-01")
    await busy.says('/task tomorrow 10:00 send the invoice @Boris c:"Zoe"')
    busy.clock.move(days=2)
    assert (await busy.says("/tasks")).text == (
        "Open tasks\n#1 send the invoice · Tue, 3 Mar, 10:00 · Boris · Zoe · overdue"
    )
    await busy.says("/done 1")
    assert "done on 4 Mar, 09:00" in (await busy.says("/tasks done")).text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("/tasks overdue", "Nothing fits: Open tasks · overdue"),
        ("/tasks mine this week", "Nothing fits: Open tasks · mine · this week"),
        ("/задачи просроченные", "Nothing fits: Open tasks · overdue"),
        ("/tasks done today #b2b", "Nothing fits: Done tasks · today · #b2b"),
        ("/tasks nonsense", "I know no “nonsense” here"),
        ("/tasks today overdue", "don't go together"),
        ("/tasks", "There are no open tasks"),
    ],
)
async def test_words_are_taken_or_told_what_may_follow(desk: Desk, words: str, said: str) -> None:
    assert said in (await desk.says(words)).text


async def test_filters_are_set_and_taken_away_by_a_press(desk: Desk) -> None:
    await desk.says("/task today any")
    await desk.says("/task some day")
    shown = await desk.presses(data_of(await desk.says("/tasks"), "Today"))
    assert shown.text == "Open tasks · today\n#1 any · Mon, 2 Mar"
    again = await desk.presses(data_of(shown, "• Today"))
    assert "some day" in again.text
    both = await desk.presses(data_of(shown, "Mine"))
    assert both.text.startswith("Open tasks · mine · today\n")
    done = await desk.presses(data_of(both, "Done ones"))
    assert done.text == "Nothing fits: Done tasks · mine · today"
    assert "Overdue" not in labels(done)


async def test_a_number_opens_the_card_and_the_list_stays(desk: Desk) -> None:
    await desk.says("/task tea")
    card = await desk.presses(data_of(await desk.says("/tasks"), "#1"))
    assert (card.edit, card.text) == (False, "#1 tea")
    assert "/tasks" in (await desk.presses("t:77:open")).toast


async def test_a_contact_a_label_and_a_member_are_picked(busy: Desk) -> None:
    await busy.says("/contact Zoe +7 999 100-00-01")
    await busy.says('/task send #b2b c:"Zoe" @Boris')
    await busy.says("/task tea")
    shown = await busy.says("/tasks")
    for what, name, head in (
        ("Contact…", "Zoe", "Open tasks · Zoe"),
        ("Label…", "#b2b", "Open tasks · #b2b"),
        ("For whom…", "Boris", "Open tasks · Boris"),
    ):
        picker = await busy.presses(data_of(shown, what))
        narrowed = await busy.presses(data_of(picker, name))
        assert narrowed.text == f"{head}\n{narrowed.text.splitlines()[1]}"
        assert "tea" not in narrowed.text
        again = await busy.presses(data_of(narrowed, f"• {what}"))
        assert "tea" in (await busy.presses(data_of(again, "Any"))).text
        assert (await busy.presses(data_of(again, "‹ Back"))).text == narrowed.text


async def test_names_that_may_be_meant_are_buttons(busy: Desk) -> None:
    for name in ("Anna Petrova +7 999 100-00-01", "Anna Ivanova +7 999 100-00-02"):
        await busy.says(f"/contact {name}")
    await busy.says('/task send c:"Anna Petrova"')
    asked = await busy.says("/tasks Anna today")
    assert asked.text == "Who is meant by “Anna”?"
    assert labels(asked)[:2] == ["Anna Petrova", "Anna Ivanova"]
    assert (
        await busy.presses(data_of(asked, "Anna Petrova"))
    ).text == "Nothing fits: Open tasks · today · this contact"
    near = await busy.says("/tasks @boriss")
    assert near.text == "There is no “@boriss” in the team. Is it one of these?"
    assert labels(near)[0] == "Boris"


async def test_a_group_is_offered_no_contacts(busy: Desk) -> None:
    busy.storage.state.chats[-5] = (5, 1)
    await busy.says("/task tea", chat=-5)
    assert not {"Contact…"} & set(labels(await busy.says("/tasks", chat=-5)))


@pytest.mark.parametrize("label", ["звонки", "x" * 60, "оченьдлиннаяметка" * 4, "a:b", "ж…"])
def test_a_label_fits_its_button_or_as_much_of_it_as_may(label: str) -> None:
    one = Filter(mine=True, contact_id=123456, label=label)
    carried = task_lists.data_of(one, ">1234567890")
    assert len(carried.encode()) <= ROOM
    back, step = pressed(carried)
    assert (back.mine, back.contact_id, step) == (True, 123456, ">1234567890")
    assert back.label is not None
    assert label.startswith(back.label)


@pytest.mark.parametrize("broken", ["tl:zz:0:", "tl:u:0:", "od:zz:move", "od:u:who"])
async def test_a_button_of_no_list_says_so(desk: Desk, broken: str) -> None:
    assert "too old" in (await desk.presses(broken)).toast


async def test_several_are_done_by_one_message(desk: Desk) -> None:
    for line in ("tea", "every friday report", "cake"):
        await desk.says(f"/task {line}")
    answer = await desk.says("готово 1, #2 9 10")
    assert answer.text == (
        "✓ #1 tea\n✓ #2 report · Next: Fri, 13 Mar, task #4\nThere are no tasks #9, #10 here.\n"
        "/undo takes all of it back."
    )
    assert (await desk.says("/done 1")).text == "#1 tea · was done before"
    assert (await desk.says("/done 77")).text == "There is no task #77 here."
    assert "and 1 other" in (await desk.says("/undo")).text
    assert "#1 tea" in (await desk.says("/tasks")).text


async def test_a_bare_command_asks_and_the_next_message_answers(desk: Desk) -> None:
    await desk.says("/task tea")
    assert "Type their numbers" in (await desk.says("/done")).text
    assert "✓ #1 tea" in (await desk.says("1")).text
    assert "/done 42 43" in (await desk.says("/done tea")).text
    assert "look for" in (await desk.says("/find")).text
    assert (await desk.says("tea")).text.startswith("Found\n#1 tea")


async def test_a_word_that_begins_a_sentence_is_no_command(desk: Desk) -> None:
    await desk.says("готово к отправке, что дальше?")
    assert desk.questions == ["готово к отправке, что дальше?"]


async def test_what_is_found_is_listed_and_nothing_is_said_so(desk: Desk) -> None:
    await desk.says("/task отправить счета Анне")
    answer = await desk.says("/найти счёт")
    assert answer.text == "Found\n#1 отправить счета Анне"
    assert labels(answer) == ["#1"]
    assert (await desk.says("/find кофе")).text == "No task tells of “кофе”."
    assert "look for" in (await desk.says("/find ?!")).text


async def test_nothing_overdue_offers_nothing_to_move(desk: Desk) -> None:
    told = await desk.says("/tasks overdue")
    assert not [b for row in told.buttons for b in row if b.data and b.data.startswith("od:")]
    await desk.says("/task tomorrow 10:00 water the plants")
    desk.clock.now += timedelta(days=3)
    told = await desk.says("/tasks overdue")
    assert [b for row in told.buttons for b in row if b.data and b.data.startswith("od:")]
