"""Routing: which agent answers a message, and why."""

from crm.routing.choosing import choose, find_agent, matching_keyword
from crm.routing.classifier import Classifier, LocalClassifier, Ranker, Score, model_of, ranker_of

__all__ = [
    "Classifier",
    "LocalClassifier",
    "Ranker",
    "Score",
    "choose",
    "find_agent",
    "matching_keyword",
    "model_of",
    "ranker_of",
]
