"""Beside a task: comments, checklists, watchers, files, results, a new title; who is told, and who is not."""

from dataclasses import replace
from typing import Any

import pytest

from crm.answers import Answer
from crm.deliveries import Delivery
from crm.people import Role
from crm.tasks.telling import News
from handlers.reminder_messages import reminder_message
from handlers.texts import speaking
from tests.fakes import MONDAY, an_actor
from tests.handlers.buttons import data_of
from tests.handlers.desk import ME, Desk
from tests.handlers.test_task_moving import a_card, the_task

PHOTO = [{"file_id": "photo-1", "file_unique_id": "u", "width": 1, "height": 1}]
DOCUMENT = {"file_id": "doc-1", "file_unique_id": "u", "file_name": "offer.pdf"}


def a_reply_to(answer: Answer, chat: int = 1001) -> dict[str, Any]:
    """The message that showed an answer, as Telegram repeats it in a reply."""
    keys = [[{"text": one.text, "callback_data": one.data or "x"} for one in row] for row in answer.buttons]
    where = {"id": chat, "type": "private" if chat > 0 else "group"}
    shown = {"message_id": 1, "date": 1, "chat": where, "from": ME.model_dump(exclude_none=True)}
    return {"reply_to_message": shown | {"text": answer.text, "reply_markup": {"inline_keyboard": keys}}}


async def more(desk: Desk, label: str) -> Any:
    """A button of the page with the rest, of the card as it is now."""
    task = the_task(desk)
    return await desk.presses(data_of(await desk.presses(f"t:{task.id}.{task.version}:more"), label))


def told(desk: Desk) -> list[tuple[str | None, int, str]]:
    """News that are owed: which, to whom, and what they carry."""
    rows = [row.delivery for row in desk.storage.state.reminders.values() if row.delivery.notice]
    return [(one.notice, one.actor.member_id, one.text) for one in rows]


@pytest.fixture
def boris(desk: Desk) -> Any:
    """A colleague in the team of whoever types first."""
    return an_actor(person_id=2, telegram_user_id=1002, display_name="Boris", member_id=2, role=Role.MEMBER)


async def seated(desk: Desk, colleague: Any) -> Any:
    """The colleague in the same team, private chat and all."""
    mine = next(iter(desk.storage.state.members.values()))
    one = replace(colleague, workspace_id=mine.workspace_id, chat_id=900)
    desk.storage.state.chats[1002] = (900, mine.workspace_id)
    desk.storage.seat(one)
    return one


async def test_a_comment_is_the_next_message_and_shown_with_the_last_ones(desk: Desk) -> None:
    await a_card(desk)
    page = await more(desk, "Comments")
    assert "Nothing has been written" in page.text
    await desk.presses(data_of(page, "Write a comment"))
    said = await desk.says("They want a discount")
    assert "They want a discount" in said.text
    assert "💬 1" in (await desk.presses(data_of(said, "‹ Back"))).text
    await desk.says("/undo")
    assert "They want" not in (await more(desk, "Comments")).text


async def test_a_reply_to_a_card_is_a_comment_and_a_file_is_kept(desk: Desk) -> None:
    card = await a_card(desk)
    assert "on it" in (await desk.says("on it", **a_reply_to(card))).text
    await desk.says(None, photo=PHOTO, **a_reply_to(card))
    kept = await desk.says(None, document=DOCUMENT, caption="the offer", **a_reply_to(card))
    assert "📎 2" in kept.text
    assert desk.questions == []
    listed = await more(desk, "Files 2")
    sent = await desk.presses(data_of(listed, "2. offer.pdf"))
    assert (sent.file.file_id, sent.file.kind) == ("doc-1", "document")
    await desk.says("/undo")
    alone = await more(desk, "Files 1")
    assert (alone.file.file_id, alone.file.kind) == ("photo-1", "photo")


async def test_a_reply_to_anything_else_of_ours_is_for_the_assistant(desk: Desk) -> None:
    await a_card(desk)
    await desk.says("why is that so", **a_reply_to(Answer("An answer about #1")))
    assert desk.questions == ["why is that so"]


async def test_a_file_with_task_in_its_caption_makes_a_task_with_the_file(desk: Desk) -> None:
    card = await desk.says(None, photo=PHOTO, caption="/task tomorrow check the meter")
    assert "📎 1" in card.text
    assert desk.titles == ["check the meter"]
    asked = await desk.says(None, document=DOCUMENT, caption="/task")
    assert asked.question
    assert "📎 1" in (await desk.says("read the offer")).text
    assert desk.titles[1:] == ["read the offer"]


async def test_steps_are_added_ticked_and_removed(desk: Desk) -> None:
    await a_card(desk)
    page = await more(desk, "Checklist")
    await desk.presses(data_of(page, "Add steps"))
    listed = await desk.says("- call\n- write\n3. send")
    assert listed.text.splitlines()[1:] == ["☑ 0/3", "☐ call", "☐ write", "☐ send"]
    ticked = await desk.presses(data_of(listed, "☐ write"))
    assert "☑ 1/3" in ticked.text
    again = await desk.presses(data_of(listed, "☐ write"))  # the same button, a second time
    assert again.text.startswith("Changed since")
    assert "☑ 1/3" in again.text
    await desk.says("/undo")
    page = await more(desk, "Checklist")
    assert "☑ 0/3" in page.text
    left = await desk.presses(str(page.buttons[0][1].data))
    assert "call" not in left.text
    await desk.says("/undo")
    assert "☐ call" in (await more(desk, "Checklist")).text


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("\n".join("abcdefghijklmnopqrstuvwxyzabcde"), "holds 30"),
        ("x" * 101, "101 characters"),
        ("...", "each on a line"),
    ],
)
async def test_what_is_no_checklist_gets_its_sentence(desk: Desk, lines: str, said: str) -> None:
    await a_card(desk)
    await desk.presses(data_of(await more(desk, "Checklist"), "Add steps"))
    assert said in (await desk.says(lines)).text
    assert desk.storage.state.items == {}


async def test_a_result_is_said_after_done_and_shown(desk: Desk) -> None:
    done = await desk.presses(data_of(await a_card(desk), "Done"))
    assert the_task(desk).completed_at is not None  # saved at once
    await desk.presses(data_of(done, "Add a result"))
    card = await desk.says("signed for a year")
    assert "Result: signed for a year" in card.text
    assert "result: — → signed for a year" in (await desk.says("/history 1")).text
    await desk.says("/undo")
    assert the_task(desk).result is None
    assert the_task(desk).completed_at is not None


async def test_title_and_description_are_changed_by_the_next_message(desk: Desk) -> None:
    await a_card(desk)
    await more(desk, "Title")
    assert "501 characters" in (await desk.says("x" * 501)).text
    assert "title in words" in (await desk.says("!?")).text
    await desk.says("send the\nsecond offer")
    assert the_task(desk).title == "send the second offer"
    await more(desk, "Description")
    assert "2001 characters" in (await desk.says("x" * 2001)).text
    card = await desk.says("They wrote on Monday.\nTwice.")
    assert card.text.endswith("They wrote on Monday.\nTwice.")


async def test_whom_it_concerns_is_told_and_who_acted_is_not(desk: Desk, boris: Any) -> None:
    await a_card(desk)
    colleague = await seated(desk, boris)
    me = the_task(desk).assignee_id
    page = await more(desk, "Who watches")
    await desk.presses(data_of(page, "Boris"))
    await desk.presses(data_of(await more(desk, "Comments"), "Write a comment"))
    await desk.says("They want a discount")
    assert told(desk) == [("task_commented", 2, "Person 1001\nsend the offer\nThey want a discount")]
    await desk.presses(f"done:{the_task(desk).id}", user=1002)
    assert told(desk)[1:] == [("task_completed", me, "Person 1002\nsend the offer\n")]
    assert colleague.member_id != me


async def test_a_task_given_to_somebody_tells_them_once(desk: Desk, boris: Any) -> None:
    card = await a_card(desk)
    await seated(desk, boris)
    whom = data_of(
        await desk.presses(data_of(await desk.presses(data_of(card, "More")), "For whom")), "Boris"
    )
    for _ in range(2):
        await desk.presses(whom)
    assert told(desk) == [("task_assigned", 2, "Person 1001\nsend the offer\n2026-03-03 10:00 UTC")]
    await desk.says("/task @boris call the printer")
    assert told(desk)[1:] == [("task_assigned", 2, "Person 1001\ncall the printer\n")]


async def test_one_may_watch_and_stop(desk: Desk) -> None:
    await a_card(desk)
    page = await desk.presses(data_of(await more(desk, "Who watches"), "I watch"))
    assert "Who watches: Person 1001" in page.text
    page = await desk.presses(data_of(page, "Stop watching"))
    assert "nobody" in page.text
    await desk.says("/undo")
    assert "Person 1001" in (await more(desk, "Who watches")).text


async def test_a_voice_message_in_reply_is_kept_as_one(desk: Desk) -> None:
    card = await a_card(desk)
    voice = {"file_id": "v-1", "file_unique_id": "u", "duration": 3}
    await desk.says(None, voice=voice, **a_reply_to(card))
    sent = await more(desk, "Files 1")
    assert (sent.file.file_id, sent.file.kind) == ("v-1", "voice")


async def test_a_reply_in_a_group_is_a_comment_and_shows_none_of_them(desk: Desk) -> None:
    card = await desk.says("/task tomorrow 10:00 send the offer", chat=-5001)
    said = await desk.says("they want a discount", chat=-5001, **a_reply_to(card, chat=-5001))
    assert said.text == "Written beside task #1."
    assert [row.comment.text for row in desk.storage.state.comments.values()] == ["they want a discount"]


async def test_a_question_in_a_group_says_how_to_answer_it(desk: Desk) -> None:
    card = await desk.says("/task tomorrow 10:00 send the offer", chat=-5001)
    where: Any = a_reply_to(card, chat=-5001)["reply_to_message"]
    asked = await desk.presses(f"t:{the_task(desk).id}.1:title", message=where)
    assert "reply to this message" in asked.text
    await desk.says("send the second offer", chat=-5001, reply_to_message=where | {"text": asked.text})
    assert the_task(desk).title == "send the second offer"


@pytest.mark.parametrize(
    ("due", "told"),
    [
        ("2026-03-03 12:00 UTC", "📅 вт, 3 мар., 12:00"),
        ("2026-03-03 12:00 Asia/Tokyo", "📅 вт, 3 мар., 12:00 (Asia/Tokyo)"),
        ("2026-03-03 UTC", "📅 вт, 3 мар."),
    ],
)
def test_news_of_a_task_given_say_when_it_is_due(due: str, told: str) -> None:
    text = f"Boris\nsend the offer\n{due}"
    delivery = Delivery(1, "", 1, MONDAY, text, an_actor(timezone="UTC"), None, 7, 55, News.ASSIGNED.value)
    with speaking("ru"):
        assert reminder_message(delivery, MONDAY).text == f"Вам задача от: Boris\n#7 send the offer\n{told}"


@pytest.mark.parametrize(
    ("language", "news", "text"),
    [
        ("en", News.ASSIGNED, "Boris gave you a task\n#7 send the offer"),
        ("ru", News.ASSIGNED, "Вам задача от: Boris\n#7 send the offer"),
        ("en", News.COMMENTED, "Boris wrote beside a task\n#7 send the offer\n\ntwo\nlines"),
        ("ru", News.COMPLETED, "Boris: задача выполнена\n#7 send the offer"),
    ],
)
def test_news_say_who_what_and_which_task(language: str, news: News, text: str) -> None:
    said = "two\nlines" if news is News.COMMENTED else ""
    delivery = Delivery(
        1, "", 1, MONDAY, f"Boris\nsend the offer\n{said}", an_actor(), None, 7, 55, news.value
    )
    with speaking(language):
        answer = reminder_message(delivery, MONDAY)
    assert answer.text == text
    assert answer.buttons[0][0].data == "t:55:card"
