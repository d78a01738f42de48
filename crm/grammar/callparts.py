"""Parts of a call log: its notes and clauses, and stretches no span covers."""

from crm.grammar.tokens import Span


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
