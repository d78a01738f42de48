"""Metrics: every number that the dashboard and the alerts name is given, and every number given is looked at."""

import json
import re
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
import yaml
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from bot.metrics import Lookups, Metrics, Remembers, Sends

DOCS = Path(__file__).parent.parent.parent / "docs"
NAME = re.compile(r"\bswitchboard_\w+")


def given() -> set[str]:
    """Names of samples as a scrape sees them, with a sample for each label."""
    metrics = Metrics()
    sends = SimpleNamespace(outcomes=Counter({("answer", "sent"): 1}), waiting=0)
    lookups = SimpleNamespace(lookups=Counter(process=1))
    caches = {"place": cast(Remembers, SimpleNamespace(hits=3, misses=1))}
    metrics.watch(cast(Sends, sends), cast(Lookups, lookups), lambda: 1, caches)
    metrics.updates.labels("message", "answered").inc()
    metrics.handling.labels("message").observe(1)
    metrics.model.labels("answered").observe(1)
    metrics.tokens.labels("input").inc()
    metrics.turns.labels("answered").inc()
    metrics.faults.labels("tasks").inc()
    metrics.queue_length.labels("turns").set(1)
    metrics.queue_age.labels("turns").set(1)
    text = generate_latest(metrics.registry).decode()
    names = {sample.name for family in text_string_to_metric_families(text) for sample in family.samples}
    return {name for name in names if not name.endswith("_created")}


def alerts() -> list[dict[str, str]]:
    [group] = yaml.safe_load((DOCS / "alerts.yaml").read_text())["groups"]
    return list(group["rules"])


def dashboard() -> list[dict[str, object]]:
    return list(json.loads((DOCS / "grafana.json").read_text())["panels"])


def expressions() -> str:
    targets = [target for panel in dashboard() for target in cast(list[dict[str, str]], panel["targets"])]
    return "\n".join([*(rule["expr"] for rule in alerts()), *(target["expr"] for target in targets)])


def test_every_metric_named_in_alerts_and_dashboard_exists() -> None:
    named = set(NAME.findall(expressions()))
    assert len(named) >= 12
    assert named - given() == set()


def test_every_metric_is_on_the_dashboard() -> None:
    shown = NAME.findall("\n".join(str(panel["targets"]) for panel in dashboard()))
    families = {re.sub(r"_(total|bucket|count|sum)$", "", name) for name in given()}
    assert families == {re.sub(r"_(total|bucket|count|sum)$", "", name) for name in shown}


@pytest.mark.parametrize("rule", alerts(), ids=lambda rule: rule["alert"])
def test_an_alert_says_what_it_means_and_how_urgent_it_is(rule: dict[str, dict[str, str]]) -> None:
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    assert rule["labels"]["severity"] in ("page", "warn")
    assert rule["annotations"]["summary"].endswith(".") or rule["annotations"]["summary"].endswith("?")


def test_panels_do_not_lie_over_each_other() -> None:
    places = [json.dumps(panel["gridPos"]) for panel in dashboard()]
    assert len(set(places)) == len(places)
