"""Context: which earlier turns go along with a question, and how much room they take."""

from collections.abc import Sequence
from typing import Any

from crm.memory.entities import Context, Past
from crm.people import ChatKind
from crm.storage import Unit
from crm.turns import Turn

BUDGET = 6000  # tokens of earlier messages that go along with a question
CHARACTERS = 3  # of a token, about: more in English, fewer in Russian
READ_AT_MOST = 60  # turns looked at for one question


async def context_of(unit: Unit, turn: Turn, *, budget: int = BUDGET) -> Context:
    """The latest turns that fit in `budget` tokens, each whole and with those that go on from it, so that no call of a
    tool is parted from its result; then the summary of what was before, and what the person asked to have remembered.
    The turn that this one goes on from is there whatever its length, unless it was erased."""
    stored = await unit.memory.of_conversation(
        turn.conversation_id,
        before_turn_id=turn.id,
        in_private=turn.actor.chat_kind is ChatKind.PRIVATE,
        limit=READ_AT_MOST,
    )
    room = budget - tokens(stored.summary or "") - sum(tokens(fact.body) for fact in stored.facts)
    kept: list[Past] = []
    for whole in reversed(_wholes(stored.turns)):
        room -= sum(tokens_of(past.messages) for past in whole)
        is_needed = any(past.turn_id == turn.resumes_turn_id for past in whole)
        if whole[0].resumes_turn_id is not None or (room < 0 and not is_needed):
            break
        kept = [*whole, *kept]
    left_out = stored.turns[: len(stored.turns) - len(kept)]
    return Context(kept, stored.summary, [fact.body for fact in stored.facts], left_out)


def _wholes(turns: Sequence[Past]) -> list[list[Past]]:
    """Turns with those that go on from them; one whose beginning is gone stands alone."""
    wholes: list[list[Past]] = []
    for past in turns:
        if wholes and past.resumes_turn_id is not None and wholes[-1][-1].turn_id == past.resumes_turn_id:
            wholes[-1].append(past)
        else:
            wholes.append([past])
    return wholes


def tokens(text: str) -> int:
    """About how many tokens a text has."""
    return -(-len(text) // CHARACTERS)


def tokens_of(messages: Sequence[Any]) -> int:
    """About how many tokens stored messages have, by all the words in them."""
    return sum(_letters(one) for one in messages) // CHARACTERS + 1


def _letters(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(_letters(one) for key, one in value.items() if key in ("parts", "content", "args"))
    return sum(_letters(one) for one in value) if isinstance(value, list) else 0
