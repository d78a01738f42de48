"""Answers: what is owed survives being stored as JSON, whatever is in it."""

import json

from hypothesis import given
from hypothesis import strategies as st

from crm.answers import Answer, Button, Entity, File

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
MAYBE_WORDS = st.none() | WORDS
BUTTONS = st.builds(
    Button, WORDS, data=MAYBE_WORDS, url=MAYBE_WORDS, inline_query=MAYBE_WORDS, start=MAYBE_WORDS
)
FILES = st.builds(File, WORDS, content=st.none() | st.binary(max_size=20), file_id=MAYBE_WORDS)
ENTITIES = st.builds(
    Entity, WORDS, st.integers(0, 4096), st.integers(0, 4096), url=MAYBE_WORDS, language=MAYBE_WORDS
)


def rows(of: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(st.lists(of, max_size=3).map(tuple), max_size=3).map(tuple)


ANSWERS = st.builds(
    Answer,
    text=WORDS,
    entities=st.lists(ENTITIES, max_size=3).map(tuple),
    buttons=rows(BUTTONS),
    keyboard=rows(WORDS),
    question=st.booleans(),
    edit=st.booleans(),
    toast=MAYBE_WORDS,
    file=st.none() | FILES,
    aside=st.booleans(),
)


@given(answer=ANSWERS)
def test_what_was_stored_is_what_is_sent(answer: Answer) -> None:
    assert Answer.from_json(json.loads(json.dumps(answer.to_json()))) == answer
