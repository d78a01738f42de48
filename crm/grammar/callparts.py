"""Parts of a call log: its notes and clauses, and stretches no span covers."""

from crm.grammar import english, russian
from crm.grammar.tokens import Line, Span


def between(begin: int, end: int, spans: list[Span]) -> list[Span]:
    """What of a stretch no span covers."""
    free, position = [], begin
    for start, stop in sorted(spans):
        if start > position:
            free.append((position, start))
        position = max(position, stop)
    if position < end:
        free.append((position, end))
    return free


def has_verb(said: str) -> bool:
    """Whether a clause says that something is to be done, or was."""
    words = [token.low for token in Line(said).tokens if token.is_word]
    if any(russian.is_verb(word) or word in russian.FIRST_PERSON for word in words):
        return True
    return any(word in english.VERBS or word in english.CALLING for word in words)
