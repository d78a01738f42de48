"""Choosing: which agent answers, and why, in the order of the design."""

import pytest

from crm.agents import Agent, Choice, Doubt, Here, Reason, RoutingRules, in_language
from crm.errors import NotFound
from crm.people import ChatKind
from crm.routing import Ranker, Score, choose, find_agent
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
    rank: Ranker = lambda _text: (),
) -> Choice:
    """One that leaves no doubt."""
    found = chosen(text, here=here, roster=roster, language=language, chat_kind=chat_kind, rank=rank)
    assert isinstance(found, Choice)
    return found


def chosen(
    text: str,
    *,
    here: Here | None = None,
    roster: tuple[Agent, ...] = ROSTER,
    language: str = "ru",
    chat_kind: ChatKind = ChatKind.PRIVATE,
    rank: Ranker = lambda _text: (),
    asked: Agent | None = None,
) -> Choice | Doubt:
    return choose(
        text,
        language=language,
        chat_kind=chat_kind,
        here=here or Here(),
        roster=roster,
        rank=rank,
        asked=asked,
    )


def sounds_like(**confidence: float) -> Ranker:
    """Whatever is said, these agents are meant with this confidence."""
    by_slug = {agent.slug: agent for agent in ROSTER}
    scores = [Score(by_slug[slug], share) for slug, share in confidence.items()]
    return lambda _text: sorted(scores, key=lambda score: -score.confidence)


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


EVERYTHING = Here(
    replied_agent_id=COACH.id,
    bound_agent_id=WRITER.id,
    picked_agent_id=COACH.id,
    recent_agent_id=WRITER.id,
    default_agent_id=COACH.id,
)


def test_each_step_of_the_design_gives_way_to_those_before_it() -> None:
    """From the strongest to the weakest: each time the strongest is taken away."""
    sure = sounds_like(coach=0.9, writer=0.1)
    assert chosen("@coach hi", here=EVERYTHING, asked=WRITER) == Choice(WRITER, Reason.ASKED, "@coach hi")
    steps = [
        ("@writer возражения", EVERYTHING, Reason.ADDRESSED, WRITER),
        ("возражения", EVERYTHING, Reason.REPLIED, COACH),
        ("возражения", Here(None, WRITER.id, COACH.id, False, COACH.id), Reason.PICKED, COACH),
        ("возражения", Here(None, WRITER.id, COACH.id, True, COACH.id), Reason.HANDED, COACH),
        ("возражения", Here(None, WRITER.id, None, False, WRITER.id), Reason.RULE, COACH),
        ("а покороче", Here(None, WRITER.id, None, False, COACH.id), Reason.RECENT, WRITER),
        ("а покороче", Here(default_agent_id=WRITER.id), Reason.CLASSIFIED, COACH),
    ]
    for text, here, reason, agent in steps:
        found = routed(text, here=here, rank=sure)
        assert (found.reason, found.agent) == (reason, agent), text
    bound = Here(bound_agent_id=WRITER.id, picked_agent_id=COACH.id)
    assert routed("возражения", here=bound, rank=sure).reason is Reason.BOUND
    assert routed("🙂", here=Here(default_agent_id=WRITER.id)) == Choice(WRITER, Reason.DEFAULT, "🙂")


def test_a_confident_classifier_decides_and_its_scores_are_kept() -> None:
    found = routed("сделай текст", rank=sounds_like(writer=0.8, coach=0.15, assistant=0.05))
    assert found == Choice(
        WRITER, Reason.CLASSIFIED, "сделай текст", "writer 0.80, coach 0.15, assistant 0.05"
    )


def test_a_doubt_offers_those_worth_it_likeliest_first() -> None:
    doubt = chosen("что сказать", rank=sounds_like(writer=0.4, coach=0.58, assistant=0.02))
    assert doubt == Doubt((COACH, WRITER), "что сказать", "coach 0.58, writer 0.40, assistant 0.02")
    three = chosen("что сказать", rank=sounds_like(writer=0.3, coach=0.5, assistant=0.2))
    assert isinstance(three, Doubt)
    assert three.options == (COACH, WRITER, ASSISTANT)


def test_what_suits_nobody_in_particular_is_the_defaults() -> None:
    even = sounds_like(writer=0.33, coach=0.34, assistant=0.33)
    assert routed("ну и ну", rank=even).reason is Reason.DEFAULT
    assert routed("ну и ну", rank=even, here=Here(default_agent_id=WRITER.id)).agent == WRITER


def test_the_default_needs_a_smaller_lead_than_others() -> None:
    assert routed("привет", rank=sounds_like(assistant=0.7, coach=0.3)).reason is Reason.CLASSIFIED
    assert isinstance(chosen("привет", rank=sounds_like(coach=0.7, assistant=0.3)), Doubt)


def test_rules_of_two_agents_leave_it_to_the_classifier_between_them() -> None:
    editor = an_agent("editor", rules=RoutingRules(keywords=("письмо",)))
    roster = (*ROSTER, editor)

    def rank(_text: str) -> list[Score]:
        return [Score(WRITER, 0.9), Score(editor, 0.09), Score(COACH, 0.01)]

    found = routed("письмо про возражения", roster=roster, rank=rank, here=WRITER_LATELY)
    assert (found.agent, found.reason) == (editor, Reason.CLASSIFIED)


def test_the_bots_own_name_may_stand_before_the_address() -> None:
    assert routed("@Switchboard_bot @writer: заголовок") == Choice(WRITER, Reason.ADDRESSED, "заголовок")
    assert routed("@Switchboard_bot привет").text == "@Switchboard_bot привет"


@pytest.mark.parametrize(
    ("line", "slug", "rest"),
    [
        ("writer a headline", "writer", "a headline"),
        ("@Writer: a headline", "writer", "a headline"),
        ("Наставник по продажам как закрыть", "coach", "как закрыть"),
        ("наставник как закрыть", "coach", "как закрыть"),
        ("writer", "writer", ""),
    ],
)
def test_an_agent_is_found_by_slug_and_by_name(line: str, slug: str, rest: str) -> None:
    named = an_agent("coach", names={"en": "Sales coach", "ru": "Наставник по продажам"})
    found = find_agent(line, (named, ASSISTANT, WRITER))
    assert found is not None
    assert (found[0].slug, found[1]) == (slug, rest)


def test_nobody_is_found_by_a_name_of_none_or_of_two() -> None:
    two = (an_agent("a", names={"ru": "Редактор писем"}), an_agent("b", names={"ru": "Редактор постов"}))
    assert find_agent("редактор напиши", two) is None
    assert find_agent("nobody hello", ROSTER) is None
    assert find_agent("", ROSTER) is None
