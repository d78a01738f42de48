"""Digests: what a person is told once a day or a week of all their teams, and when they or a colleague are away."""

from crm.digests.entities import (
    Digest,
    DigestDoors,
    DigestStore,
    Kind,
    Nothing,
    Seat,
    TeamDay,
    TeamReport,
    TeamWeek,
    Told,
)
from crm.digests.parts import SHOWN
from crm.digests.use_cases import Digests

__all__ = [
    "SHOWN",
    "Digest",
    "DigestDoors",
    "DigestStore",
    "Digests",
    "Kind",
    "Nothing",
    "Seat",
    "TeamDay",
    "TeamReport",
    "TeamWeek",
    "Told",
]
