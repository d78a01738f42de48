"""Lists of calls: words, names, pages and what a group reads of them."""

from datetime import timedelta

import pytest

from crm.calls import PAGE, CallFilter, Outcome, Span, Turn, Unclear
from crm.people import ChatKind
from tests.crm.calls.desk import ANNA, CallDesk
from tests.fakes import MONDAY, an_actor


async def names(desk: CallDesk, words: str) -> list[str]:
    page = await desk.lists.named(ANNA, words, MONDAY)
    return [call.contact.full_name for call in page.calls]


async def test_words_narrow_the_list(desk: CallDesk) -> None:
    await desk.log("Bob busy")
    await desk.log("Zoe talked")
    await desk.log("Kim yesterday at 15:00")
    assert set(await names(desk, "")) == {"Bob", "Zoe", "Kim"}
    assert await names(desk, "busy") == ["Bob"]
    assert set(await names(desk, "today")) == {"Bob", "Zoe"}
    assert await names(desk, "Zoe talked mine") == ["Zoe"]
    assert await names(desk, "with Bob") == ["Bob"]


async def test_a_member_is_named_with_and_without_the_sign(desk: CallDesk) -> None:
    desk.storage.seat(an_actor(member_id=2, telegram_user_id=2, person_id=2, display_name="Boris"))
    await desk.log("Zoe talked")
    for words in ("@boris", "Boris"):
        page = await desk.lists.named(ANNA, words, MONDAY)
        assert (page.wanted, page.calls) == (CallFilter(member_id=2), [])


async def test_a_name_nobody_has_offers_the_nearest_three(desk: CallDesk) -> None:
    desk.storage.seat(an_actor(member_id=2, telegram_user_id=2, person_id=2, display_name="Boris"))
    for name in ("Bob", "Boriss", "Zoe", "Kim"):
        await desk.log(f"{name} busy")
    with pytest.raises(Unclear, match="no contact or member called Borys") as unclear:
        await desk.lists.named(ANNA, "Borys", MONDAY)
    choices = unclear.value.choices
    assert {one.name for one in choices[:2]} == {"Boris", "Boriss"}
    assert len(choices) == 3
    with pytest.raises(Unclear) as unclear:
        await desk.lists.named(ANNA, "@borys", MONDAY)
    assert all(one.member_id is not None for one in unclear.value.choices)


async def test_a_name_that_several_have_is_asked_about(desk: CallDesk) -> None:
    await desk.log("Boris Petrov busy")
    desk.storage.seat(an_actor(member_id=2, telegram_user_id=2, person_id=2, display_name="Boris"))
    with pytest.raises(Unclear, match="Several") as unclear:
        await desk.lists.named(ANNA, "Boris", MONDAY)
    assert [(one.name, one.member_id) for one in unclear.value.choices] == [
        ("Boris Petrov", None),
        ("Boris", 2),
    ]


async def test_pages_go_forth_and_back(desk: CallDesk) -> None:
    ids = [(await desk.log("Bob busy")).id for _ in range(2 * PAGE + 3)][::-1]
    first = await desk.lists.page(ANNA, CallFilter(), Turn(), MONDAY)
    assert ([call.id for call in first.calls], first.has_newer, first.has_older) == (ids[:PAGE], False, True)
    second = await desk.lists.page(ANNA, CallFilter(), Turn(ids[PAGE - 1]), MONDAY)
    assert [call.id for call in second.calls] == ids[PAGE : 2 * PAGE]
    last = await desk.lists.page(ANNA, CallFilter(), Turn(second.calls[-1].id), MONDAY)
    assert ([call.id for call in last.calls], last.has_newer, last.has_older) == (
        ids[2 * PAGE :],
        True,
        False,
    )
    back = await desk.lists.page(ANNA, CallFilter(), Turn(last.calls[0].id, back=True), MONDAY)
    assert ([call.id for call in back.calls], back.has_newer, back.has_older) == (
        ids[PAGE : 2 * PAGE], True, True,
    )  # fmt: skip
    back = await desk.lists.page(ANNA, CallFilter(), Turn(back.calls[0].id, back=True), MONDAY)
    assert ([call.id for call in back.calls], back.has_newer) == (ids[:PAGE], False)


async def test_a_page_that_became_empty_is_the_first_one(desk: CallDesk) -> None:
    only = await desk.log("Bob busy")
    page = await desk.lists.page(ANNA, CallFilter(), Turn(only.id), MONDAY)
    assert [call.id for call in page.calls] == [only.id]


async def test_a_group_reads_what_was_logged_there(desk: CallDesk) -> None:
    await desk.log("Bob busy")
    group = an_actor(chat_kind=ChatKind.GROUP, chat_id=5, telegram_chat_id=-5)
    page = await desk.lists.page(group, CallFilter(), Turn(), MONDAY)
    assert page.calls == []


async def test_days_are_counted_from_now(desk: CallDesk) -> None:
    await desk.log("Bob busy")
    later = MONDAY + timedelta(days=7)
    for span in (Span.TODAY, Span.WEEK):
        assert (await desk.lists.page(ANNA, CallFilter(span), Turn(), later)).calls == []
    wanted = CallFilter(Span.WEEK, outcome=Outcome.BUSY)
    assert len((await desk.lists.page(ANNA, wanted, Turn(), MONDAY)).calls) == 1
