"""Proposals: what an assistant asks to write, as a card that only the person who asked can confirm."""

from crm.proposals.entities import (
    LIFETIME,
    WAITING,
    Asked,
    Card,
    Effect,
    Expired,
    Kind,
    NewProposal,
    Proposal,
    ProposalDoors,
    ProposalStore,
    State,
)
from crm.proposals.use_cases import Proposals, outcomes_of

__all__ = [
    "LIFETIME",
    "WAITING",
    "Asked",
    "Card",
    "Effect",
    "Expired",
    "Kind",
    "NewProposal",
    "Proposal",
    "ProposalDoors",
    "ProposalStore",
    "Proposals",
    "State",
    "outcomes_of",
]
