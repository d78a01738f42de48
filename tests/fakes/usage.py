"""Fakes of the ledger: the same rules as migrations/sql/0022_memory_and_money.sql."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from crm.budgets import Budget, Period, Refusal, Scope
from crm.faults import Operator
from crm.people import Actor, Role
from crm.usage import Estimate, Share, Sum, Used

if TYPE_CHECKING:
    from tests.fakes.storage import State


@dataclass(frozen=True, slots=True)
class SpendRow:
    """`used` None: not settled, and `estimate` counts."""

    workspace_id: int
    member_id: int
    chat_id: int
    estimate: Estimate
    at: datetime
    used: Used | None = None

    @property
    def micros(self) -> int:
        return self.estimate.micros if self.used is None else self.used.micros

    def of(self, scope: Scope) -> int | None:
        return {
            Scope.BOT: 0, Scope.TEAM: self.workspace_id, Scope.MEMBER: self.member_id,
            Scope.CHAT: self.chat_id, Scope.AGENT: self.estimate.agent_id,
        }[scope]  # fmt: skip


class FakeUsage:
    def __init__(self, state: "State", actor: Actor) -> None:
        self._state, self._actor = state, actor

    async def reserve(self, estimate: Estimate, now: datetime, bot_micros: int) -> int | Refusal:
        row = SpendRow(self._actor.workspace_id, self._actor.member_id, self._actor.chat_id, estimate, now)
        limits = [(Scope.BOT, Period.MONTH, bot_micros)]
        for scope in (Scope.TEAM, Scope.MEMBER, Scope.CHAT, Scope.AGENT):
            for period in Period:
                for target in (row.of(scope), None):
                    key = (self._actor.workspace_id, scope, target, period)
                    if key in self._state.budgets:
                        limits.append((scope, period, self._state.budgets[key]))
                        break
        for scope, period, micros in limits:
            used = sum(
                one.micros
                for one in self._state.spends.values()
                if one.of(scope) == row.of(scope)
                and (one.at.date() == now.date() if period is Period.DAY else _month(one.at) == _month(now))
            )
            if used + estimate.micros > micros:
                notice = (scope, period, row.of(scope), now.date())
                is_news = notice not in self._state.told_budgets
                self._state.told_budgets.add(notice)
                return Refusal(scope, period, micros, is_news)
        spend_id = self._state.next_id()
        self._state.spends[spend_id] = row
        return spend_id

    async def operators(self) -> Sequence[Operator]:
        return [Operator(900, "ru")]

    async def settle(self, spend_id: int, used: Used) -> None:
        row = self._state.spends[spend_id]
        if row.used is None:
            self._state.spends[spend_id] = replace(row, used=used)

    async def shares(self, scope: Scope, now: datetime) -> Sequence[Share]:
        ours = [
            row
            for row in self._state.spends.values()
            if row.workspace_id == self._actor.workspace_id
            and (self._actor.role in (Role.OWNER, Role.MANAGER) or row.member_id == self._actor.member_id)
        ]
        if scope is Scope.TEAM:
            return [_share(self._actor.workspace_id, None, ours, now)]
        keys = dict.fromkeys(key for row in ours if (key := row.of(scope)) is not None)
        return [
            _share(key, f"{scope} {key}", [row for row in ours if row.of(scope) == key], now) for key in keys
        ]

    async def named(self, scope: Scope) -> Mapping[int, str]:
        return {self._actor.member_id: self._actor.display_name} if scope is Scope.MEMBER else {}

    async def everyone(self, now: datetime) -> Share:
        return _share(0, None, list(self._state.spends.values()) if self._actor.is_operator else [], now)

    async def budgets(self) -> Sequence[Budget]:
        return [
            Budget(number, scope, period, micros, target)
            for number, ((team, scope, target, period), micros) in enumerate(self._state.budgets.items())
            if team == self._actor.workspace_id
        ]

    async def set_budget(self, scope: Scope, target: int | None, period: Period, micros: int | None) -> None:
        key = (self._actor.workspace_id, scope, target, period)
        self._state.budgets.pop(key, None)
        if micros is not None:
            self._state.budgets[key] = micros


def _month(at: datetime) -> tuple[int, int]:
    return at.year, at.month


def _share(key: int, name: str | None, rows: Sequence[SpendRow], now: datetime) -> Share:
    month = [row for row in rows if _month(row.at) == _month(now)]
    return Share(key, name, _sum([row for row in month if row.at.date() == now.date()]), _sum(month))


def _sum(rows: Sequence[SpendRow]) -> Sum:
    settled = [row.used for row in rows if row.used is not None]
    return Sum(
        micros=sum(row.micros for row in rows if row.used is None or row.used.is_priced),
        tokens=sum(used.input_tokens + used.output_tokens for used in settled),
        unpriced=sum(used.input_tokens + used.output_tokens for used in settled if not used.is_priced),
        calls=len(rows),
    )
