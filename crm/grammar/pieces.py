"""Pieces: what a stretch of a line says, as a recogniser found it."""

from typing import NamedTuple


class Piece(NamedTuple):
    """What the tokens from `first` up to, not including, `end` say."""

    kind: str
    first: int
    end: int
    value: object
