"""Teams as people meet them: a link from one to another, roles, leaving, removal, and a new account."""

import re

import pytest

from tests.flows.stage import Message, Person, Stage
from tests.flows.test_settings import edited


async def a_team(owner: Person, name: str) -> Message:
    """Found a team; its card."""
    card = await owner.asks("/team", "owner|владелец")
    await owner.press(card, a_button(card, "New team|Новая команда"))
    await owner.hears("new team be called|назвать новую")
    made = await owner.asks(name, name)
    await owner.press(made, a_button(made, "Open|Открыть"))
    return await edited(owner, made, "1 member|1 участник")


def a_button(card: Message, pattern: str) -> str:
    return next(str(b["text"]) for row in card["buttons"] for b in row if re.search(pattern, b["text"]))


async def a_link(owner: Person, role: str | None = None) -> str:
    """The code of a new link."""
    card = await owner.asks("/team", "owner|владелец|manager")
    await owner.press(card, a_button(card, "Invite|Пригласить"))
    card = await edited(owner, card, "how often|сколько раз")
    if role:
        await owner.press(card, role)
        card = await edited(owner, card, f"✓ {role}")
    await owner.press(card, a_button(card, "Make the link|Создать"))
    card = await edited(owner, card, "start=")
    return str(card["text"].split("start=")[1].split()[0])


async def joins(person: Person, code: str, team: str) -> None:
    await person.asks(f"/start {code}", f"(in the team|в команде) .{team}.")


async def opens(person: Person, about: str) -> Message:
    """The card of a member, from /team."""
    card = await person.asks("/team", "owner|manager|member|владелец")
    await person.press(card, a_button(card, "Members|Участники"))
    card = await edited(person, card, about)
    await person.press(card, about)
    return await edited(person, card, f"^{about}")


async def test_a_link_leads_from_one_person_to_another_and_says_what_it_did(stage: Stage) -> None:
    anna, boris, clara = [await stage.person(name) for name in ("Anna", "Boris", "Clara")]
    await a_team(anna, "Sales")
    code = await a_link(anna)
    await joins(boris, code, "Sales")
    await boris.asks(f"/start {code}", "already")
    await anna.asks(f"/start {code}", "already.*owner")
    await clara.asks(f"/start {code}", "as often as it may be")
    await anna.asks("/task tomorrow 10:00 send the invoice", "#1")
    await boris.asks("/tasks", "send the invoice")


async def test_a_link_is_taken_back_by_its_button(stage: Stage) -> None:
    anna, boris = await stage.person("Anna"), await stage.person("Борис", "ru")
    await a_team(anna, "Sales")
    code = await a_link(anna)
    card = await anna.asks("/team", "owner")
    await anna.press(card, "Links")
    card = await edited(anna, card, "Links that work")
    assert await anna.press(card, "✕ 1") == "Taken back"
    await edited(anna, card, "No link")
    await boris.asks(f"/start {code}", "отозвана")


@pytest.mark.parametrize(
    ("language", "wrong", "too_many"),
    [("en", "no longer works", "in an hour"), ("ru", "больше не действует", "через час")],
)
async def test_guessing_is_slowed(stage: Stage, language: str, wrong: str, too_many: str) -> None:
    eve = await stage.person("Eve", language)
    for number in range(5):
        await eve.asks(f"/start guess{number}", wrong)
    await eve.asks("/start guess6", too_many)


async def test_who_is_removed_is_told_once_and_out_at_once(stage: Stage) -> None:
    anna, boris = await stage.person("Anna"), await stage.person("Борис", "ru")
    await a_team(anna, "Sales")
    await joins(boris, await a_link(anna), "Sales")
    his = await boris.asks("/task завтра 10:00 отправить счёт", "#1")
    menu = await boris.asks("/team", "участник")
    card = await opens(anna, "Борис")
    await anna.press(card, "Remove from the team")
    card = await edited(anna, card, "1 task, 1 reminder.*Who takes it")
    await anna.press(card, "Anna")
    await edited(anna, card, "Борис is no longer.*Anna takes over: 1 task")
    await boris.hears("больше не в команде «Sales»")
    await boris.press(his, "Готово")
    assert "другой вашей команде" in str(await boris.press(menu, "Участники"))
    await anna.asks("/tasks", "отправить счёт")
    await boris.asks("/tasks", "нет открытых|пока нет|Открытых задач нет")
    await boris.asks("/team", "Личное")


async def test_the_last_owner_hands_the_team_over_and_leaves(stage: Stage) -> None:
    anna, boris = await stage.person("Anna"), await stage.person("Boris")
    await a_team(anna, "Sales")
    await joins(boris, await a_link(anna), "Sales")
    card = await anna.asks("/team", "Sales")
    await anna.press(card, "Leave the team")
    card = await edited(anna, card, "You are the last owner")
    await anna.press(card, "Boris")
    card = await edited(anna, card, "Hand the team over to Boris")
    await anna.press(card, "Yes")
    await edited(anna, card, "Boris: owner")
    await boris.hears("Your role in the team is now: owner")
    card = await anna.asks("/team", "manager")
    await anna.press(card, "Leave the team")
    card = await edited(anna, card, "You leave the team")
    await anna.press(card, "Leave")
    await edited(anna, card, "You have left")
    await anna.asks("/team", "Personal")


async def test_roles_are_given_by_the_owner_and_a_member_has_no_such_buttons(stage: Stage) -> None:
    anna, boris = await stage.person("Anna"), await stage.person("Boris")
    await a_team(anna, "Sales")
    await joins(boris, await a_link(anna, "manager"), "Sales")
    card = await opens(anna, "Boris")
    await anna.press(card, "Make a member")
    await edited(anna, card, "Boris: member")
    await boris.hears("Your role in the team is now: member")
    card = await opens(boris, "Anna")
    assert [b["text"] for row in card["buttons"] for b in row] == ["‹ Back"]


async def test_a_new_account_takes_over_with_the_owners_word(stage: Stage) -> None:
    anna, boris, new = [await stage.person(name) for name in ("Anna", "Boris", "Boris New")]
    await a_team(anna, "Sales")
    await joins(boris, await a_link(anna), "Sales")
    await boris.asks("/task tomorrow 10:00 send the invoice", "#1")
    card = await opens(anna, "Boris")
    await anna.press(card, "New account")
    card = await edited(anna, card, "start=")
    code = card["text"].split("start=")[1].split()[0]
    await new.asks(f"/start {code}", "has to confirm")
    asked = await anna.hears("“Boris New” says.*Boris.*Sales")
    await anna.press(asked, "Yes, it is")
    await new.hears("Confirmed")
    await boris.hears("moved to another account")
    await new.asks("/tasks", "send the invoice")
    await boris.asks("/team", "Personal")


async def test_a_team_is_renamed_and_switched(stage: Stage) -> None:
    anna = await stage.person("Анна", "ru")
    card = await a_team(anna, "Продажи")
    await anna.press(card, "Переименовать")
    await anna.hears("назвать команду «Продажи»")
    await anna.asks("Отдел продаж", "называется «Отдел продаж»")
    other = await anna.asks("/team", "Отдел продаж")
    card = await anna.asks("команда", "Отдел продаж")
    await anna.press(card, "Мои команды")
    card = await edited(anna, card, "какой команде")
    await anna.press(card, "Личное")
    await edited(anna, card, "Продолжаем в команде «Личное»")
    await anna.asks("/team", "Личное")
    assert "другой вашей команде" in str(await anna.press(other, "Переименовать"))
