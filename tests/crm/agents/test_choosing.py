"""Agents: which one answers, and why, in the order of the design."""

import pytest

from crm.agents import Agent, Choice, Here, Reason, RoutingRules, choose, in_language
from crm.errors import NotFound
from crm.people import ChatKind
from tests.fakes import an_agent

ASSISTANT = an_agent("assistant", is_default=True)
COACH = an_agent("coach", rules=RoutingRules(keywords=("возражени*", "follow-up", "счет")))
WRITER = an_agent("writer")
ROSTER = (COACH, ASSISTANT, WRITER)
BOUND_TO_WRITER = Here(bound_agent_id=WRITER.id)
WRITER_LATELY = Here(recent_agent_id=WRITER.id)


def routed(
    text: str,
    *,
    here: Here | None = None,
    roster: tuple[Agent, ...] = ROSTER,
    language: str = "ru",
    chat_kind: ChatKind = ChatKind.PRIVATE,
) -> Choice:
    return choose(text, language=language, chat_kind=chat_kind, here=here or Here(), roster=roster)


@pytest.mark.parametrize(
    "text",
    [
        "@writer клиент спорит",
        "  @Writer клиент спорит ",
        "@writer: клиент спорит",
        "@writer,\nклиент спорит",
    ],
)
def test_an_address_decides_and_leaves_the_text(text: str) -> None:
    assert routed(text, here=Here(bound_agent_id=COACH.id)) == Choice(
        WRITER, Reason.ADDRESSED, "клиент спорит"
    )


@pytest.mark.parametrize("text", ["@nobody hello", "@writer", "mail@writer hello", "@"])
def test_what_is_no_address_stays_in_the_text(text: str) -> None:
    assert routed(text) == Choice(ASSISTANT, Reason.DEFAULT, text)


def test_the_agent_of_the_topic_comes_before_the_rules() -> None:
    assert routed("возражения", here=BOUND_TO_WRITER).reason is Reason.BOUND
    assert routed("возражения", here=BOUND_TO_WRITER).agent == WRITER


def test_a_keyword_comes_before_the_agent_of_a_minute_ago() -> None:
    assert routed("Как снять возражение?", here=WRITER_LATELY) == Choice(
        COACH, Reason.RULE, "Как снять возражение?", "возражени*"
    )


def test_the_agent_of_a_minute_ago_comes_before_the_default() -> None:
    assert routed("а покороче?", here=WRITER_LATELY) == Choice(WRITER, Reason.RECENT, "а покороче?")
    assert routed("а покороче?") == Choice(ASSISTANT, Reason.DEFAULT, "а покороче?")


def test_an_agent_that_is_gone_is_passed_over() -> None:
    gone = Here(bound_agent_id=12345, recent_agent_id=12345)
    assert routed("hello", here=gone).agent == ASSISTANT


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("выставь счёт", True),
        ("СЧЕТ, пожалуйста", True),
        ("рассчет", False),
        ("счета", False),
        ("a Follow-Up letter", True),
        ("follow up", True),
        ("following up", False),
        ("возражениями", True),
        ("<b>счет</b>", True),
        ("", False),
        ("🙂", False),
    ],
)
def test_keywords_are_whole_words_unless_a_star_says_otherwise(text: str, is_found: bool) -> None:
    assert (routed(text).agent == COACH) is is_found


def test_rules_hold_for_the_languages_and_chats_they_name() -> None:
    rules = RoutingRules(keywords=("цена",), languages=("ru",), chat_kinds=(ChatKind.GROUP,))
    pricing = an_agent("pricing", rules=rules)
    roster = (pricing, ASSISTANT)
    assert routed("цена", roster=roster, chat_kind=ChatKind.GROUP).agent == pricing
    assert routed("цена", roster=roster, chat_kind=ChatKind.PRIVATE).agent == ASSISTANT
    assert routed("цена", roster=roster, chat_kind=ChatKind.GROUP, language="en").agent == ASSISTANT


def test_an_empty_keyword_matches_nothing() -> None:
    greedy = an_agent("greedy", rules=RoutingRules(keywords=("", "*", "!")))
    assert routed("", roster=(greedy, ASSISTANT)).reason is Reason.DEFAULT
    assert routed("hello", roster=(greedy, ASSISTANT)).reason is Reason.DEFAULT


def test_with_no_default_the_first_of_the_roster_answers() -> None:
    assert routed("hello", roster=(WRITER, COACH)).agent == WRITER


def test_with_no_agents_the_person_is_told_whom_to_ask() -> None:
    with pytest.raises(NotFound, match="no assistants yet"):
        routed("hello", roster=())


def test_a_name_falls_back_to_english_and_then_to_any() -> None:
    assert in_language({"en": "Coach", "ru": "Тренер"}, "ru") == "Тренер"
    assert in_language({"en": "Coach", "ru": ""}, "ru") == "Coach"
    assert in_language({"de": "Trainer"}, "ru") == "Trainer"
    assert in_language({}, "ru") == ""
