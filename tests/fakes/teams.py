"""Fakes of teams: members are the actors of the state; what they hold is what tests say they hold."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from crm.people import Actor, Role
from crm.teams import RANKS, Holdings, Member, Reach, Team
from tests.fakes.people import MONDAY

if TYPE_CHECKING:
    from tests.fakes.storage import State


class FakeTeams:
    """crm.teams.TeamStore. Transactions run one at a time, so the lock is only counted."""

    def __init__(self, state: "State", actor: Actor) -> None:
        self._state, self._actor = state, actor

    async def lock(self) -> None:
        self._state.locked.append(self._actor.workspace_id)

    async def name(self) -> str:
        return self._state.team_names.get(self._actor.workspace_id, "Sales")

    async def rename(self, name: str) -> None:
        self._state.team_names[self._actor.workspace_id] = name

    async def region(self, *, to_change: bool = False) -> str | None:
        return self._state.regions.get(self._actor.workspace_id)

    async def set_region(self, region: str | None) -> None:
        self._state.regions[self._actor.workspace_id] = region

    async def members(self) -> Sequence[Member]:
        seats = [
            Member(
                one.member_id,
                one.display_name,
                one.role,
                MONDAY,
                reach=None
                if one.member_id in self._state.unreached
                else Reach(one.telegram_user_id, one.language),
            )
            for (workspace_id, _user), one in self._state.members.items()
            if workspace_id == self._actor.workspace_id
            and (workspace_id, one.member_id) not in self._state.removed
            and one.role is not Role.GUEST
        ]
        return sorted(seats, key=lambda member: (-RANKS.index(member.role), member.name))

    async def mine(self) -> Sequence[Team]:
        return [
            Team(workspace_id, self._state.team_names.get(workspace_id, "Sales"), one.role, 1)
            for (workspace_id, _user), one in self._state.members.items()
            if one.person_id == self._actor.person_id
            and (workspace_id, one.member_id) not in self._state.removed
        ]

    async def found(self, name: str) -> Team:
        team = Team(self._state.next_id(), name, Role.OWNER, 1)
        seat = replace(
            self._actor, workspace_id=team.workspace_id, member_id=self._state.next_id(), role=Role.OWNER
        )
        self._state.members[team.workspace_id, self._actor.telegram_user_id] = seat
        self._state.team_names[team.workspace_id] = name
        self._state.current[self._actor.person_id] = team.workspace_id
        return team

    async def switch(self, workspace_id: int) -> bool:
        self._state.current[self._actor.person_id] = workspace_id
        return True

    async def set_role(self, member_id: int, role: Role) -> None:
        key = self._key(member_id)
        self._state.members[key] = replace(self._state.members[key], role=role)

    async def holdings(self, member_id: int) -> Holdings:
        return self._state.holdings.get(member_id, Holdings())

    async def hand_over(self, member_id: int, heir_id: int) -> Holdings:
        given = self._state.holdings.pop(member_id)
        self._state.holdings[heir_id] = given
        return given

    async def end(self, member_id: int) -> None:
        self._state.removed.add((self._actor.workspace_id, member_id))

    def _key(self, member_id: int) -> tuple[int, int]:
        return next(
            key
            for key, one in self._state.members.items()
            if one.member_id == member_id and one.workspace_id == self._actor.workspace_id
        )
