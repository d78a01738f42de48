"""A contact's card in plain words, in both languages; what a group reads of it; and buttons that fit the Bot API."""

from dataclasses import replace

import pytest

from crm.answers import Answer
from crm.contacts import (
    CallLine,
    Choices,
    Contact,
    ContactCard,
    ContactPage,
    Filter,
    Found,
    NoteLine,
    Pair,
    SavedContact,
    Stage,
    TaskLine,
)
from crm.grammar.dates import Due
from crm.people import ChatKind, Role
from crm.teams import Member
from handlers.contacts.cards import contact_card, found_contacts, saved_contact, stage_words
from handlers.contacts.editing import contact_menu
from handlers.contacts.lists import contact_list
from handlers.contacts.merging import merge_choice, side_by_side
from handlers.texts import speaking
from tests.fakes import MONDAY, an_actor
from tests.handlers.buttons import fit_the_bot_api, labels

HUGE = 10**18 - 1
ANNA = an_actor()
CREW = an_actor(chat_kind=ChatKind.GROUP, telegram_chat_id=-5)
FULL = ContactCard(
    Contact(
        HUGE, "Анна Петрова", ("+79991234567",), "ООО Ромашка", "anna@x.ru", "anna_p", Stage.WON, 1, "Anna", True,
        "Europe/Moscow", ("vip",), 10**9 - 1,
    ),
    tasks=[TaskLine(1, 12, "send the offer", Due(MONDAY.date(), None, "Europe/Moscow"))],
    calls=[CallLine(1, MONDAY, "outbound", "no_answer", "wants a discount")],
    notes=[NoteLine(MONDAY, "likes tea", "Boris")],
    task_count=1,
    call_count=7,
)  # fmt: skip


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("en", ["Анна Петрова", "🚫 Do not call: they asked for it", "🏢 ООО Ромашка", "☎ +79991234567", "✉ anna@x.ru",
                "Telegram: @anna_p", "Stage: won", "🏷 #vip", "Looked after by Anna", "Time zone: Moscow", "",
                "Last activity: 2 Mar, 12:00", "Next: Mon, 2 Mar, send the offer", "Open tasks",
                "#12 send the offer · Mon, 2 Mar", "Last calls (7)",
                "2 Mar, 12:00 · outgoing · no answer · wants a discount",
                "Notes", "2 Mar, 12:00 · Boris · likes tea"]),
        ("ru", ["Анна Петрова", "🚫 Не звонить: такая просьба", "🏢 ООО Ромашка", "☎ +79991234567", "✉ anna@x.ru",
                "Telegram: @anna_p", "Этап: клиент", "🏷 #vip", "Ведёт Anna", "Часовой пояс: Москва", "",
                "Последнее событие: 2 мар., 12:00", "Дальше: пн, 2 мар., send the offer", "Открытые задачи",
                "#12 send the offer · пн, 2 мар.", "Последние звонки (7)",
                "2 мар., 12:00 · исходящий · не дозвонились · wants a discount", "Заметки",
                "2 мар., 12:00 · Boris · likes tea"]),
    ],
)  # fmt: skip
def test_a_card_tells_all_in_plain_words(language: str, lines: list[str]) -> None:
    with speaking(language):
        card = contact_card(FULL, ANNA)
    assert card.text.splitlines() == lines
    assert {"phone_number", "email"} <= {entity.type for entity in card.entities}


def test_a_group_reads_a_name_a_stage_and_counts_and_is_led_to_private() -> None:
    card = contact_card(FULL, CREW)
    assert card.text == "Анна Петрова\nStage: won\n1 open task, 7 calls"
    assert [[b.start for b in row] for row in card.buttons] == [[f"contact_1_{HUGE}"]]
    nameless = replace(FULL, contact=replace(FULL.contact, full_name="+79991234567"))
    for answer in (
        contact_card(nameless, CREW, buttons=()),
        saved_contact(SavedContact(nameless.contact, True), CREW),
        found_contacts(Found("999", [nameless.contact]), CREW),
        side_by_side(Pair(nameless, FULL), CREW),
    ):
        assert "999123" not in answer.text + "".join(labels(answer))
        assert "anna@" not in answer.text


def answers() -> list[Answer]:
    """Every kind of answer with buttons, with the longest ids."""
    people = [Member(HUGE - n, f"Member {n}", Role.MEMBER, MONDAY) for n in range(30)]
    others = [Contact(HUGE - n, "Я" * 200) for n in range(8)]
    menus = [contact_menu(Choices(FULL, people), what) for what in ("stage", "edit", "owner", "phones")]
    pages = [Filter(), Filter("stage", "dormant"), Filter("letter", "я"), Filter("label", f"={HUGE}")]
    return [
        contact_card(FULL, ANNA),
        *(contact_card(FULL, ANNA, buttons=menu) for menu in menus),
        saved_contact(SavedContact(FULL.contact, True, others=others[:3]), ANNA),
        found_contacts(Found("Я" * 29, others), ANNA),
        found_contacts(Found("Я" * 29, others), CREW),
        found_contacts(Found("Я" * 29, [], others[:3]), ANNA),
        merge_choice(FULL, Found("x", others[:3]), ANNA),
        side_by_side(Pair(FULL, FULL), ANNA),
        *(contact_list(ContactPage(others, one, True, True, HUGE)) for one in pages),
    ]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_buttons_fit_the_bot_api_with_the_longest_ids(language: str) -> None:
    with speaking(language):
        assert fit_the_bot_api(answers())


def test_stages_have_words_of_their_own() -> None:
    for language in ("en", "ru"):
        with speaking(language):
            assert len({stage_words(stage) for stage in Stage}) == len(Stage)
