"""Naming: which member an @name in a line means, and who comes nearest when it is nobody's."""

from collections.abc import Sequence
from difflib import SequenceMatcher

from crm.activity import Named
from crm.errors import N_, BadInput
from crm.storage import Unit
from crm.teams import Member

NEAREST = 3  # members offered for a name that nobody has


class WhichMember(BadInput):
    """Nobody is called so, or several are; `offered` are those who may be meant, `name` what was typed."""

    def __init__(self, text: str, name: str, offered: Sequence[Named], **fields: object) -> None:
        super().__init__(text, name=name, **fields)
        self.name = name
        self.offered = offered


async def member_called(unit: Unit, name: str) -> int:
    """A member by username, name or its beginning; ё and case are no difference. Raises WhichMember."""
    members = await unit.teams.members()
    if not members:  # a guest reads no list of members, but knows who has tasks in this chat
        named = await unit.activity.called(name)
    else:
        wanted = folded(name)
        by_name = [one for one in members if wanted in (folded(one.username or ""), folded(one.name))]
        begun = [one for one in members if f" {folded(one.name)}".find(f" {wanted}") >= 0]
        named = [Named(one.id, one.name) for one in by_name or begun]
    if len(named) == 1:
        return named[0].member_id
    if not named:
        raise WhichMember(
            N_("There is no @{name} in this team. Write the task without it, or see /team"),
            name,
            nearest(name, members),
        )
    names = ", ".join(one.name for one in named[:5])
    raise WhichMember(
        N_("Several people are called that: {names}. Type more of the name."), name, named[:5], names=names
    )


def nearest(name: str, members: Sequence[Member]) -> Sequence[Named]:
    """Those whose name or username looks most like it, the nearest first."""
    wanted = folded(name)

    def likeness(member: Member) -> float:
        known = (member.username or "", member.name, *member.name.split())
        return max(SequenceMatcher(None, wanted, folded(one)).ratio() for one in known)

    near = sorted(members, key=likeness, reverse=True)[:NEAREST]
    return [Named(one.id, one.name) for one in near]


def folded(name: str) -> str:
    return name.strip().removeprefix("@").casefold().replace("ё", "е")
