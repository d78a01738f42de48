"""How well and how fast messages find their assistant, with the shipped ones and the local classifier.

Right: the labelled assistant answers; asked: it is among the buttons; wrong: anything else. `tuned` was looked at
while the classifier was made, `held` and `fresh` were not. `looked` was written for a classifier that had not seen it,
measured (80.0% right, 14.2% asked, 5.8% wrong), and then looked at to see which kinds of messages it lacked; `blind`
was written before that and measured after. None is among what the assistants learn from.
ROUTING_ROUNDS=2 measures less.
"""

import json
import os
import sys
from collections import Counter
from dataclasses import fields
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, perf_counter_ns

from crm.agents import Agent, AgentSpec, Choice, Doubt, Here
from crm.people import ChatKind
from crm.routing import Ranker, choose, model_of, ranker_of
from llm.registry import load

ROOT = Path(__file__).parent.parent
ROUNDS = int(os.environ.get("ROUTING_ROUNDS", "20"))
PARTS = ("tuned", "held", "fresh", "looked", "blind")
say = sys.stdout.write


def main() -> None:
    specs = load((ROOT / "agents.yaml").read_text(encoding="utf-8"))
    roster = [
        Agent(id=number, version=1, **{one.name: getattr(spec, one.name) for one in fields(AgentSpec)})
        for number, spec in enumerate(specs, 1)
    ]
    began = perf_counter()
    rank = ranker_of(model_of(roster), roster)
    examples = sum(len(agent.examples) for agent in roster)
    say(
        f"learnt from {examples} examples in {perf_counter() - began:.2f} s, once for each edit of a roster\n\n"
    )
    labelled = json.loads((ROOT / "tests" / "crm" / "data" / "routing.json").read_text(encoding="utf-8"))
    say(f"{'':8} {'messages':>8} {'right':>7} {'asked':>7} {'wrong':>7}\n")
    for part in PARTS:
        rows = [row for row in labelled if row["part"] == part]
        told = Counter(_verdict(row, roster, rank) for row in rows)
        shares = " ".join(f"{told[kind] / len(rows):7.1%}" for kind in ("right", "asked", "wrong"))
        say(f"{part:8} {len(rows):8} {shares}\n")
    texts = [row["text"] for row in labelled] * ROUNDS
    took = sorted(_microseconds(text, roster, rank) for text in texts)
    say(f"\nchoosing: p50 {median(took):.0f} µs, p99 {quantiles(took, n=100)[98]:.0f} µs\n")


def _routed(text: str, roster: list[Agent], rank: Ranker) -> Choice | Doubt:
    return choose(text, language="en", chat_kind=ChatKind.PRIVATE, here=Here(), roster=roster, rank=rank)


def _verdict(row: dict[str, str], roster: list[Agent], rank: Ranker) -> str:
    found = _routed(row["text"], roster, rank)
    if isinstance(found, Doubt):
        return "asked" if row["agent"] in [agent.slug for agent in found.options] else "wrong"
    return "right" if found.agent.slug == row["agent"] else "wrong"


def _microseconds(text: str, roster: list[Agent], rank: Ranker) -> float:
    began = perf_counter_ns()
    _routed(text, roster, rank)
    return (perf_counter_ns() - began) / 1000


if __name__ == "__main__":
    main()
