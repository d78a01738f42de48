"""Quick adds: a line becomes a card, what is doubtful becomes buttons or a question, and nothing is half-saved."""

import re

import pytest

from tests.databases import Database
from tests.flows.cards import chooses, count, current, labels, lines, shows, started
from tests.flows.stage import Stage


async def test_a_line_becomes_a_card_with_a_line_for_each_thing_said(stage: Stage) -> None:
    boris = await started(stage, "Борис", "ru")
    await boris.asks("/contact Анна Петрова +7 999 123-45-67", "Анна Петрова")
    card = await boris.asks("/task завтра в 9 позвонить Анне +7 999 123-45-67 !!", "позвонить Анне")
    told = lines(card)
    assert told[0] == "#1 позвонить Анне"
    assert re.fullmatch(r"📅 \w\w, \d+ \w+\.?, 09:00", told[1])
    assert told[2:] == ["📇 Анна Петрова", "☎ +79991234567", "🚩 срочно"]
    assert labels(card) == [
        "Готово", "Отложить", "Перенести", "Ещё", "Убрать",
    ]  # fmt: skip


async def test_every_chip_sets_its_field_and_back_returns(stage: Stage) -> None:
    anna = await started(stage)
    await anna.asks("/contact Peter Smith +7 999 765-43-21", "Peter Smith")
    card = await anna.asks("/task tomorrow 9:00 send the offer", "send the offer")
    await chooses(anna, card, "Move", "Tomorrow", "14:00", then="14:00")
    await chooses(anna, card, "More", "Time", "No time", then=r"📅 \w+, \w+ \d+\n|📅 \w+, \d+ \w+$")
    await chooses(anna, card, "More", "Time", "16:00", then="16:00")
    await chooses(anna, card, "More", "Repeat", "Every week", then="🔁 every week")
    await chooses(anna, card, "More", "Remind", "1 hour before", then="⏰ at the time, 1 hour before")
    await chooses(anna, card, "More", "Contact", "Peter Smith", then="📇 Peter Smith")
    await chooses(anna, card, "More", "Priority", "High priority", then="🚩 high priority")
    full = await chooses(anna, card, "More", "For whom", "Anna", then="send the offer")
    assert [line[0] for line in lines(full)[1:]] == ["📅", "🔁", "⏰", "📇", "🚩"]
    menu = await chooses(anna, card, "More", then="send the offer")
    menu = await shows(anna, card, "", button="‹ Back")
    assert "Done" not in labels(menu)
    assert menu["text"] == full["text"]
    await anna.press(card, "‹ Back")
    await chooses(anna, card, "More", "Contact", "No contact", then=r"⏰ .*\n🚩")
    await chooses(anna, card, "Move", "No date", then="^#1 send the offer\n🚩")


async def test_as_text_keeps_everything_as_the_title(stage: Stage) -> None:
    boris = await started(stage, "Борис", "ru")
    card = await boris.asks("/task завтра в 10 собрание !!", "собрание")
    await chooses(boris, card, "Ещё", "Как текст", then="^#1 завтра в 10 собрание !!$")


@pytest.mark.parametrize(
    ("language", "text", "default", "other"),
    [
        ("en", "/task at 5 collect the parcel", "17:00", "05:00"),
        ("ru", "/task завтра в 5 забрать посылку", "17:00", "05:00"),
    ],
)  # fmt: skip
async def test_an_ambiguous_line_is_saved_with_the_default_and_the_rest_are_buttons(
    stage: Stage, language: str, text: str, default: str, other: str
) -> None:
    anna = await started(stage, "Anna", language)
    card = await anna.asks(text, "#1 ")
    button = next(label for label in labels(card) if other in label or default in label)
    chosen, shown = (other, default) if other in button else (default, other)
    assert shown in card["text"]
    after = await chooses(anna, card, button, then=chosen)
    assert button not in labels(after)


@pytest.mark.parametrize(
    ("language", "text", "asked", "yes", "no", "stale"),
    [
        ("en", "/task today at 00:00 call Anna", "already passed", "Yes, save", "No", "no longer open"),
        ("ru", "/task сегодня в 00:00 позвонить Анне", "уже прошло", "Да, сохранить", "Нет", "уже закрыт"),
        ("en", "/task 2029-05-20 renew the passport", "more than a year", "Yes, save", "No", "no longer open"),
        ("ru", "/task 20.05.2029 заменить паспорт", "больше года|более года", "Да, сохранить", "Нет", "уже закрыт"),
    ],
)  # fmt: skip
async def test_a_past_or_far_moment_is_asked_about_and_saved_only_after_yes(
    stage: Stage, stage_rows: Database, language: str, text: str, asked: str, yes: str, no: str, stale: str
) -> None:
    anna = await started(stage, "Anna", language)
    first = await anna.asks(text, asked)
    assert labels(first) == [yes, no]
    await anna.press(first, no)
    await shows(anna, first, "Not saved|Не сохранено")
    second = await anna.asks(text, asked)
    third = await anna.asks(text, asked)
    said = await anna.press(second, yes)  # a later question took its place
    assert said is not None
    assert re.search(stale, said)
    assert await count(stage_rows, "crm_tasks", anna) == 0
    await anna.press(third, yes)
    await shows(anna, third, "^#1 ")
    assert await count(stage_rows, "crm_tasks", anna) == 1


async def test_a_past_reminder_is_asked_about_too(stage: Stage) -> None:
    anna = await started(stage)
    question = await anna.asks("/remind today at 00:00 tea", "already passed")
    await anna.press(question, "Yes, save")
    assert "late" not in (await anna.hears("⏰ tea"))["text"]
    question = await anna.asks("/remind today at 00:00 coffee", "already passed")
    await anna.press(question, "No")
    await shows(anna, question, "Not saved")


async def test_only_a_date_asks_for_the_title_and_keeps_the_date(stage: Stage) -> None:
    boris = await started(stage, "Борис", "ru")
    await boris.asks("/task в понедельник", "Что")
    await boris.asks("отправить отчёт", r"отправить отчёт\n📅 пн")
    anna = await started(stage)
    await anna.asks("/task monday", "What is to be done")
    await anna.asks("send the report", r"#1 send the report\n📅 Mon")
    await anna.asks("/remind in 2 seconds", "What shall I remind you of")
    await anna.asks("stretch", "remind you\nstretch")
    await anna.hears("⏰ stretch")


async def test_several_lines_make_several_tasks_and_are_taken_back_together(
    stage: Stage, stage_rows: Database
) -> None:
    anna = await started(stage)
    listed = await anna.asks("/task buy paper\n- tomorrow call the printer\n2. send offers", "3 tasks saved")
    assert [line.split(" · ")[0] for line in lines(listed)[1:]] == [
        "#1 buy paper",
        "#2 call the printer",
        "#3 send offers",
    ]
    back = await chooses(anna, listed, "Take all back", then="Taken back")
    assert labels(back) == ["Keep #1", "Keep #2", "Keep #3"]
    assert await count(stage_rows, "crm_tasks", anna) == 0
    await chooses(anna, listed, "Keep #2", then="^#2 call the printer")
    assert await count(stage_rows, "crm_tasks", anna) == 1


async def test_one_bad_line_saves_nothing_and_is_named(stage: Stage, stage_rows: Database) -> None:
    anna = await started(stage)
    await anna.asks("/task buy paper\ntomorrow\nsend offers", "Line 2 .*nothing was saved: tomorrow")
    boris = await started(stage, "Борис", "ru")
    await boris.asks("/task купить бумагу\nзавтра", "2.*завтра")
    assert await count(stage_rows, "crm_tasks", anna) == await count(stage_rows, "crm_tasks", boris) == 0


async def test_fifty_lines_are_saved_and_one_more_is_too_many(stage: Stage, stage_rows: Database) -> None:
    anna = await started(stage)
    await anna.asks("/task " + "\n".join(f"step {number}" for number in range(51)), "51 lines.*50")
    assert await count(stage_rows, "crm_tasks", anna) == 0
    await anna.asks("/task " + "\n".join(f"step {number}" for number in range(50)), "50 tasks saved")
    assert await count(stage_rows, "crm_tasks", anna) == 50


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("/task …!?.,;", "What is to be done"),
        ("/task +7 999 123-45-67", "What is to be done"),
        ("/task \u0000\u0007\u200b", "What is to be done"),
        ("/task buy\u0007 pa\u0000per", "buy"),
        ("/task call Anna 12345678901234567", "phone|call Anna"),
        ("/task report for @nobody_here", "no @nobody_here in this team"),
    ],
)
async def test_odd_lines_get_a_sentence_or_a_sensible_task(stage: Stage, text: str, said: str) -> None:
    anna = await started(stage)
    heard = await anna.asks(text, "")
    assert re.search(said, heard["text"]), heard["text"]
    assert "went wrong" not in heard["text"]


@pytest.mark.parametrize(
    ("language", "text", "title", "back"),
    [
        ("en", "tomorrow at 10:00 send the invoice", "send the invoice", "Take back"),
        ("ru", "завтра в 10:00 отправить счёт", "отправить счёт", "Убрать"),
    ],
)
async def test_a_private_text_without_doubt_is_saved_at_once(
    stage: Stage, stage_rows: Database, language: str, text: str, title: str, back: str
) -> None:
    anna = await started(stage, "Anna", language)
    card = await anna.asks(text, f"#1 {title}")
    assert back in labels(card)
    assert await count(stage_rows, "turns", anna) == 0
    await anna.press(card, back)
    await shows(anna, card, title)
    assert await count(stage_rows, "crm_tasks", anna) == 0


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "at 5 collect the parcel"),
        ("en", "what is due tomorrow at 10:00?"),
        ("en", "show me the calls of tomorrow"),
        ("ru", "покажи задачи на завтра"),
        ("ru", "что у меня завтра в 10:00?"),
        ("ru", "сегодня в 00:00 позвонить Анне"),
    ],
)
async def test_a_doubtful_text_and_a_question_go_to_the_assistant(
    stage: Stage, stage_rows: Database, language: str, text: str
) -> None:
    anna = await started(stage, "Anna", language)
    await anna.say(text)

    async def turns() -> int:
        return await count(stage_rows, "turns", anna)

    await stage.until(turns, 1)
    assert await count(stage_rows, "crm_tasks", anna) == 0


async def test_a_call_log_in_private_saves_the_call_and_its_follow_up(
    stage: Stage, stage_rows: Database
) -> None:
    boris = await started(stage, "Борис", "ru")
    card = await boris.asks("звонок Иванову +7 999 111-22-33 5 минут, отправить договор завтра", "☎ .*→ #1 ")
    assert "отправить договор" in card["text"]
    assert (await count(stage_rows, "crm_calls", boris), await count(stage_rows, "crm_tasks", boris)) == (
        1,
        1,
    )
    anna = await started(stage)
    await anna.asks("call Smith no answer, 2 min", "☎ Smith")


async def test_a_private_reminder_arrives(stage: Stage) -> None:
    boris = await started(stage, "Борис", "ru")
    await boris.asks("напомни мне через 2 секунды чай", "чай")
    await boris.hears("⏰ чай")


async def test_a_group_hides_phones_and_chips_until_asked(stage: Stage) -> None:
    anna = await started(stage)
    group = await stage.group("Sales", [anna])
    card = await anna.asks("/task tomorrow call Boris +7 999 123-45-67", "call Boris", chat_id=group)
    assert "45-67" not in card["text"]
    assert "4567" not in card["text"]
    assert labels(card) == ["Done", "Snooze", "Move", "More"]
    opened = await chooses(anna, card, "More", then="call Boris", chat_id=group)
    opened = await shows(anna, opened, "call Boris", button="Priority", chat_id=group)
    await chooses(anna, card, "Priority", "Urgent", then="🚩 urgent", chat_id=group)
    assert "4567" not in (await current(anna, card, group))["text"]
