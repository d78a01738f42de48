"""Metrics: the numbers of this process, as Prometheus reads them from /metrics."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

QUICK = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)  # seconds
SLOW = (0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 90)
LATE = (0.01, 0.1, 1, 5, 30, 60, 300, 1800, 7200)


class Sends(Protocol):
    """What the gate counts."""

    @property
    def outcomes(self) -> Mapping[tuple[str, str], int]: ...
    @property
    def waiting(self) -> int: ...


class Lookups(Protocol):
    """What the agent cache counts."""

    @property
    def lookups(self) -> Mapping[str, int]: ...


class Remembers(Protocol):
    """What a cache of the process counts."""

    @property
    def hits(self) -> int: ...
    @property
    def misses(self) -> int: ...


class Metrics:
    """One process's; `registry` holds them all. Labels are kinds and outcomes, never people or chats."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.updates = Counter(
            "switchboard_updates", "Updates by kind and outcome", ["kind", "outcome"], registry=self.registry
        )
        self.handling = Histogram(
            "switchboard_update_seconds", "From taking an update up to its answer", ["kind"],
            buckets=QUICK, registry=self.registry,
        )  # fmt: skip
        self.model = Histogram(
            "switchboard_model_seconds", "A model's answer to one message", ["outcome"],
            buckets=SLOW, registry=self.registry,
        )  # fmt: skip
        self.tokens = Counter(
            "switchboard_model_tokens", "Tokens by direction", ["direction"], registry=self.registry
        )
        self.cost = Counter(
            "switchboard_model_cost_dollars",
            "What models cost, where the price is known",
            registry=self.registry,
        )
        self.turns = Counter(
            "switchboard_turns", "Messages to assistants by what became of them", ["outcome"],
            registry=self.registry,
        )  # fmt: skip
        self.lateness = Histogram(
            "switchboard_reminder_lateness_seconds", "From a reminder's moment to its sending",
            buckets=LATE, registry=self.registry,
        )  # fmt: skip
        self.faults = Counter("switchboard_faults", "Faults by feature", ["feature"], registry=self.registry)
        self.queue_length = Gauge(
            "switchboard_queue_length", "What waits in PostgreSQL", ["queue"], registry=self.registry
        )
        self.queue_age = Gauge(
            "switchboard_queue_age_seconds",
            "How long the oldest of it waits",
            ["queue"],
            registry=self.registry,
        )
        self.telegram_silence = Gauge(
            "switchboard_telegram_silence_seconds", "Since Telegram last answered", registry=self.registry
        )

    def watch(
        self,
        sends: Sends,
        lookups: Lookups,
        degraded: Callable[[], int],
        remembered: Mapping[str, Remembers] = MappingProxyType({}),
    ) -> None:
        """Also give what others count by themselves; `degraded` is how often Redis was gone past, `remembered` are the
        process's caches by what they keep."""
        self.registry.register(_Counted(sends, lookups, degraded, remembered))


class _Counted(Collector):
    def __init__(
        self,
        sends: Sends,
        lookups: Lookups,
        degraded: Callable[[], int],
        remembered: Mapping[str, Remembers],
    ) -> None:
        self._sends = sends
        self._remembered = remembered
        self._degraded = degraded
        self._lookups = lookups

    def collect(self) -> Iterable[Metric]:
        sends = CounterMetricFamily(
            "switchboard_sends", "Calls to Telegram by kind and outcome", labels=["kind", "outcome"]
        )
        for (kind, outcome), count in self._sends.outcomes.items():
            sends.add_metric([kind, outcome], count)
        lookups = CounterMetricFamily(
            "switchboard_agent_lookups", "Lookups of assistants by where they were found", labels=["tier"]
        )
        for tier, count in self._lookups.lookups.items():
            lookups.add_metric([tier], count)
        remembered = CounterMetricFamily(
            "switchboard_remembered", "Lookups of what a process remembers", labels=["what", "outcome"]
        )
        for what, cache in self._remembered.items():
            remembered.add_metric([what, "hit"], cache.hits)
            remembered.add_metric([what, "miss"], cache.misses)
        waiting = GaugeMetricFamily(
            "switchboard_sends_waiting", "Calls that wait for Telegram's limits", value=self._sends.waiting
        )
        degraded = CounterMetricFamily(
            "switchboard_redis_degraded", "Lookups and sends that went past Redis", value=self._degraded()
        )
        return sends, lookups, remembered, waiting, degraded
