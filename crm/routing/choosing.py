"""Which agent answers a message, and why: one pure function, in the order of DESIGN §5."""

from collections.abc import Sequence

from crm.agents import Agent, Choice, Doubt, Here, Reason, RoutingRules, default_of
from crm.errors import N_, NotFound
from crm.people import ChatKind
from crm.routing.classifier import Ranker, Score

BOUND = 0.45  # by how much the likeliest agent must lead the next one not to be asked about
DEFAULT_BOUND = 0.38  # the same for the default agent, with whom a mistake costs least
STANDS_OUT = 0.35  # confidence below which a message suits nobody in particular
OPTIONS = 3  # buttons at most
WORTH_OFFERING = 0.05  # confidence below which an agent is no button


def choose(
    text: str,
    *,
    language: str,
    chat_kind: ChatKind,
    here: Here,
    roster: Sequence[Agent],
    rank: Ranker,
    asked: Agent | None = None,
) -> Choice | Doubt:
    """Which agent answers `text`; a Doubt where the classifier isn't sure. `asked` is the agent of /ask. An agent that
    is gone or hidden by now is passed over. Raises NotFound when there are no agents."""
    if not roster:
        raise NotFound(N_("There are no assistants yet. The bot's operator can add them."))
    if asked is not None:
        return Choice(asked, Reason.ASKED, text)
    if (addressed := _addressed(text, roster)) is not None:
        return addressed
    by_id, here = {agent.id: agent for agent in roster}, here.today(roster)
    for agent_id, reason in (
        (here.replied_agent_id, Reason.REPLIED),
        (here.bound_agent_id, Reason.BOUND),
        (here.picked_agent_id, Reason.HANDED if here.handed_over else Reason.PICKED),
    ):
        if agent_id in by_id:
            return Choice(by_id[agent_id], reason, text)
    ruled = _ruled(text, language, chat_kind, roster)
    if len(ruled) == 1:
        return Choice(ruled[0][0], Reason.RULE, text, ruled[0][1])
    if not ruled and here.recent_agent_id in by_id:
        return Choice(by_id[here.recent_agent_id], Reason.RECENT, text)
    candidates = [agent for agent, _ in ruled] or roster
    default = _default(here, roster)
    return _classified(text, rank, candidates, default) or Choice(default, Reason.DEFAULT, text)


def find_agent(words: str, roster: Sequence[Agent]) -> tuple[Agent, str] | None:
    """The agent that a line begins with, by its slug or its name in any language, and the rest of the line."""
    folded = _folded(words)
    first, _, rest = words.partition(" ")
    for agent in roster:
        if _folded(first).strip("@,:") == agent.slug:
            return agent, rest.strip()
    for agent in roster:
        for name in agent.names.values():
            if (folded + " ").startswith(_folded(name) + " "):
                return agent, words[len(name) :].strip()
    short = [
        agent
        for agent in roster
        for name in agent.names.values()
        if _folded(name).split()[:1] == [_folded(first)]
    ]
    return (short[0], rest.strip()) if len({agent.id for agent in short}) == 1 else None


def scores_told(scores: Sequence[Score]) -> str:
    """As they are kept with the choice, likeliest first."""
    return ", ".join(f"{score.agent.slug} {score.confidence:.2f}" for score in scores[:OPTIONS])


def matching_keyword(rules: RoutingRules, text: str, language: str, chat_kind: ChatKind) -> str | None:
    """The first keyword of the rules found in the text as a word, None when the rules don't apply."""
    if rules.languages and language not in rules.languages:
        return None
    if rules.chat_kinds and chat_kind not in rules.chat_kinds:
        return None
    padded = f" {_words(text)} "
    for keyword in rules.keywords:
        words = _words(keyword)
        if words and (f" {words}" if keyword.endswith("*") else f" {words} ") in padded:
            return keyword
    return None


def _addressed(text: str, roster: Sequence[Agent]) -> Choice | None:
    """@slug at the beginning; the bot's own @name may stand before it, as in groups it must."""
    by_slug, rest = {agent.slug: agent for agent in roster}, text.lstrip()
    while rest.startswith("@") and len(parts := rest.split(maxsplit=1)) == 2:
        agent, rest = by_slug.get(parts[0][1:].rstrip(",:").lower()), parts[1].strip()
        if agent is not None:
            return Choice(agent, Reason.ADDRESSED, rest)
    return None


def _ruled(text: str, language: str, chat_kind: ChatKind, roster: Sequence[Agent]) -> list[tuple[Agent, str]]:
    """The agents whose rules apply, each with its keyword. Rules of several decide nothing by themselves."""
    found = ((agent, matching_keyword(agent.rules, text, language, chat_kind)) for agent in roster)
    return [(agent, keyword) for agent, keyword in found if keyword is not None]


def _classified(
    text: str, rank: Ranker, candidates: Sequence[Agent], default: Agent
) -> Choice | Doubt | None:
    """None when nothing in the text is known, nobody stands out, or there is nobody to choose from."""
    if len(candidates) == 1:
        return None
    scores = [score for score in rank(text) if score.agent in candidates]
    total = sum(score.confidence for score in scores)
    if not total:
        return None
    scores = [Score(score.agent, score.confidence / total) for score in scores]
    told, bound = scores_told(scores), DEFAULT_BOUND if scores[0].agent == default else BOUND
    if scores[0].confidence < STANDS_OUT:
        return None
    if len(scores) == 1 or scores[0].confidence - scores[1].confidence >= bound:
        return Choice(scores[0].agent, Reason.CLASSIFIED, text, told)
    worth = [score.agent for score in scores[:OPTIONS] if score.confidence >= WORTH_OFFERING]
    return Doubt(tuple(worth), text, told)


def _default(here: Here, roster: Sequence[Agent]) -> Agent:
    of_chat = next((agent for agent in roster if agent.id == here.default_agent_id), None)
    return of_chat or default_of(roster) or roster[0]


def _folded(text: str) -> str:
    return text.strip().casefold().replace("ё", "е")


def _words(text: str) -> str:
    """Lower case, ё folded, everything between words one space: "Follow-up!" is "follow up"."""
    folded = "".join(letter if letter.isalnum() else " " for letter in text.lower().replace("ё", "е"))
    return " ".join(folded.split())
