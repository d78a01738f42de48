"""Cards of teams and settings: buttons fit the Bot API, are bound to whose they are, and speak both languages."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from aiogram.types import CallbackQuery, User

from crm.answers import Answer, Button
from crm.errors import NotFound
from crm.invites import Invite, NewLink, News, Opened, OwnerToAsk, TakeOver
from crm.people import Actor, Role
from crm.removals import Question, Removal
from crm.settings import PersonSettings, Section
from crm.teams import Holdings, Member, Reach, Team, TeamView
from crm.zones import REGIONS, zones_of
from handlers import invites, regions, removals, teams
from handlers.settings import PRESSED, press_settings
from handlers.settings.cards import ZONES_ON_A_PAGE, home_card, region_card, section_card
from handlers.texts import speaking
from tests.fakes import MONDAY, an_actor, an_arrival

BIG = 2**52  # Telegram's ids fit 52 bits
HUGE = 10**18 - 1
ANNA = an_actor(telegram_user_id=BIG, workspace_id=HUGE, member_id=HUGE, role=Role.OWNER)
ME = Member(HUGE, "Anna", Role.OWNER, MONDAY, "anna", Reach(1, "en"))
OTHERS = [Member(HUGE - n, f"Member {n}", Role.MEMBER, MONDAY) for n in range(1, 30)]
TEAM = TeamView("Sales", ME, [ME, *OTHERS])
INVITE = Invite(HUGE, Role.MANAGER, MONDAY + timedelta(hours=1), 50, 3)
HELD = Holdings(1, 2, 3, 4, 5)
QUESTION = Question(OTHERS[0], is_oneself=False, holdings=HELD, heirs=[ME, *OTHERS])
REMOVAL = Removal("Sales", OTHERS[0], is_oneself=False, heir=ME, given=HELD)
TAKEN = TakeOver("Sales", "Boris", "Boris 2", None, None)


def cards() -> Iterator[Answer]:
    settings = PersonSettings("en", "Europe/Moscow")
    yield home_card(settings, ANNA, MONDAY)
    for section in Section:
        yield section_card(settings, section, ANNA, MONDAY, edit=True, is_news=True)
    for region in REGIONS:
        for page in range(-(-len(zones_of(region)) // ZONES_ON_A_PAGE)):
            yield region_card(ANNA, region, page, MONDAY)
    for page in range(3):
        yield teams.member_list(TEAM, ANNA, page)
    yield teams.team_card(TEAM, ANNA)
    yield teams.member_card(TEAM, OTHERS[0], ANNA)
    yield teams.team_choice([Team(HUGE, "Sales", Role.OWNER, 3)], ANNA)
    yield teams.founded(Team(HUGE, "Sales", Role.OWNER, 1))
    yield invites.link_choice(ANNA, Role.OWNER, Role.MANAGER, 168, 50)
    yield invites.link_card(NewLink(INVITE, "code"), ANNA, "bot")
    yield invites.link_card(NewLink(INVITE, "code", OTHERS[0]), ANNA, "bot")
    yield invites.link_list([INVITE] * 20, ANNA)
    yield invites.account_question(OwnerToAsk(Reach(1, "en"), "Sales", "Boris"), ANNA, HUGE)
    for yes in (True, False):
        yield invites.decided(TAKEN, yes=yes)
        yield invites.told_new(TAKEN, yes=yes)
    yield invites.told_old(TAKEN)
    for news in (News.JOINED, News.ALREADY, News.ASKED):
        yield invites.welcome(Opened(news, "Sales", Role.MEMBER, 1), replace(ANNA, is_new=True))
    yield removals.heir_question(QUESTION, ANNA)
    yield removals.heir_question(replace(QUESTION, must_hand_on=True), ANNA)
    yield removals.ended(REMOVAL, ANNA)
    yield removals.told_removed(REMOVAL)
    yield removals.told_heir(REMOVAL)


def buttons() -> Iterator[Button]:
    for card in cards():
        for row in card.buttons:
            yield from row


def test_callback_data_fits_64_bytes() -> None:
    for button in buttons():
        assert button.data is not None
        assert 1 <= len(button.data.encode()) <= 64, button.data


def test_every_button_of_settings_is_taken_by_its_handler() -> None:
    mine = [button.data for button in buttons() if str(button.data).startswith("set:")]
    assert len(mine) > 300
    for data in mine:
        assert re.fullmatch(PRESSED, str(data)), data


async def test_every_button_of_a_team_has_one_handler() -> None:
    routers = (teams.router(), regions.router(), invites.router(), removals.router())
    handlers = [one for router in routers for one in router.callback_query.handlers]
    for button in buttons():
        if str(button.data).startswith(("team:", "account:")):
            taken = [one for one in handlers if (await one.check(a_press(str(button.data), ANNA)))[0]]
            assert len(taken) == 1, button.data


def test_nothing_is_left_in_english_for_a_russian() -> None:
    known = {
        "English",
        "Anna",
        "Sales",
        "Boris",
        "Member",
        "code",
        "bot",
        "start",
        "https",
        "me",
        "Europe",
        "Moscow",
    }
    # Coyhaique is a zone of 2025, which Unicode has no Russian name for yet
    with speaking("ru"):
        for card in cards():
            said = " ".join([card.text, card.toast or "", *(b.text for row in card.buttons for b in row)])
            assert set(re.findall(r"[A-Za-z]{2,}", said)) <= known | {"anna", "Coyhaique"}, said


async def test_somebody_elses_settings_are_refused() -> None:
    press = a_press("set:5:quiet:22:00-08:00", ANNA)
    answer = await press_settings(press, ANNA, an_arrival(), None, None, None, lambda: MONDAY)  # type: ignore[arg-type]  # refused before either is asked
    assert "someone else's" in str(answer.toast)


@pytest.mark.parametrize("data", ["team:5:end:7", "team:5:role:7:member", "team:5:links"])
def test_a_card_of_another_team_changes_nothing_here(data: str) -> None:
    with pytest.raises(NotFound, match="another team"):
        teams.pressed(a_press(data, ANNA), ANNA)


def a_press(data: str, actor: Actor) -> CallbackQuery:
    user = User(id=actor.telegram_user_id, is_bot=False, first_name="Anna")
    return CallbackQuery(id="1", from_user=user, chat_instance="1", data=data)
