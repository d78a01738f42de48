"""What is said in groups, and the card of those who ask: texts and buttons, made by pure functions."""

from typing import Any

import pytest
from aiogram.exceptions import TelegramBadRequest
from aiogram.methods import GetChatMember
from aiogram.types import User

from crm.answers import Answer
from crm.groups import Place
from crm.people import Role
from crm.requests import Asking, Card
from handlers.groups import greeting, is_there, separated, thanks
from handlers.requests import group_list, request_card
from handlers.texts import speaking

SHARED = Place(7, "Acme", "Sales", is_alone=False)


def me(*, reads_all: bool = False) -> User:
    return User(id=1, is_bot=True, first_name="B", username="the_bot", can_read_all_group_messages=reads_all)


def data_of(answer: Answer) -> list[str]:
    return [button.data or "" for row in answer.buttons for button in row]


def a_card(count: int) -> Card:
    asking = tuple(Asking(10**17 + number, f"Person {number}") for number in range(count))
    return Card(10**17, 7, "Acme", "Sales", asking, 1001, "en")


@pytest.mark.parametrize(
    ("reads_all", "is_admin", "hides", "asks"),
    [(False, False, True, True), (True, False, False, True), (False, True, False, False)],
)
def test_the_bot_says_what_it_hears_and_asks_for_what_it_lacks(
    reads_all: bool, is_admin: bool, hides: bool, asks: bool
) -> None:
    said = greeting(me(reads_all=reads_all), SHARED, Role.OWNER, is_admin=is_admin).text
    assert ("/setprivacy" in said) is hides
    assert ("I see every message" in said) is not hides
    assert ("admin with no rights" in said) is asks
    assert "@the_bot" in said


def test_only_an_owner_of_more_than_this_group_is_offered_a_team_of_its_own() -> None:
    alone = Place(7, "Sales", "Sales", is_alone=True)
    assert data_of(greeting(me(), SHARED, Role.OWNER, is_admin=False)) == ["group:own:7"]
    assert data_of(greeting(me(), SHARED, Role.GUEST, is_admin=False)) == []
    assert data_of(greeting(me(), alone, Role.OWNER, is_admin=False)) == []
    unknown = greeting(me(), None, Role.GUEST, is_admin=False)
    assert "team" not in unknown.text
    assert unknown.buttons == ()


def test_groups_are_spoken_to_in_russian_too() -> None:
    with speaking("ru"):
        assert "режим приватности" in greeting(me(), SHARED, Role.OWNER, is_admin=False).text
        assert separated(SHARED).text.startswith("Теперь у группы отдельная команда «Sales»")
        assert request_card(a_card(2)).text.startswith("Просят доступ к команде «Acme»")
    assert thanks("ru").text.startswith("Спасибо")


def test_a_few_who_ask_can_be_let_in_at_once_and_many_only_when_all_were_shown() -> None:
    few, many = request_card(a_card(3)), request_card(a_card(12))
    assert data_of(few)[-1].startswith("ask:all:")
    assert "and 7 more" in many.text
    assert data_of(many)[-1].startswith("ask:show:")
    assert not any(data.startswith("ask:all:") for data in data_of(many))
    assert data_of(request_card(a_card(12), is_long=True))[-1].startswith("ask:all:")
    assert not any(data.startswith("ask:all:") for data in data_of(request_card(a_card(60), is_long=True)))
    assert request_card(a_card(0)).buttons == ()


def test_what_buttons_carry_fits_64_bytes() -> None:
    for answer in (request_card(a_card(12), is_long=True), request_card(a_card(12)), group_list([])):
        assert all(1 <= len(data.encode()) <= 64 for data in data_of(answer))


class Asked:
    """A bot that is told one thing about anybody."""

    def __init__(self, status: str, **more: Any) -> None:
        self.status, self.more = status, more

    async def get_chat_member(self, chat_id: int, user_id: int) -> Any:
        if self.status == "refused":
            raise TelegramBadRequest(GetChatMember(chat_id=chat_id, user_id=user_id), "USER_ID_INVALID")
        return type("Member", (), {"status": self.status, **self.more})


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        (Asked("member"), True),
        (Asked("creator"), True),
        (Asked("administrator"), True),
        (Asked("left"), False),
        (Asked("kicked"), False),
        (Asked("restricted", is_member=True), True),
        (Asked("restricted", is_member=False), False),
        (Asked("refused"), None),
    ],
)
async def test_presence_is_telegrams_word_and_a_refusal_is_no_word(asked: Any, there: bool | None) -> None:
    assert await is_there(asked, -5, 1) is there
