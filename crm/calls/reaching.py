"""Reaching a call whose button was pressed: it must be there, theirs to change, and as it was when it was drawn."""

from crm.calls.entities import Call
from crm.calls.saving import with_follow_up
from crm.errors import N_, CrmError, NotAllowed, NotFound, Stale
from crm.storage import Unit


async def found(unit: Unit, call_id: int) -> Call:
    """Raises NotFound."""
    call = await unit.calls.by_id(call_id)
    if call is None:
        raise gone()
    return await with_follow_up(unit, call)


async def to_change(unit: Unit, call_id: int, version: int | None) -> Call:
    """The call, locked until the commit. `version` is the button's, None where it carries none.

    Raises NotFound, NotAllowed for one that is not theirs to change, Stale.
    """
    call = await unit.calls.by_id(call_id, to_change=True)
    if call is None:
        await found(unit, call_id)
        raise NotAllowed(N_("This call is somebody else's. Ask them, or a member of the team."))
    if version is not None and call.version != version:
        raise Stale(N_("Changed since, here it is now"))
    return await with_follow_up(unit, call)


def gone() -> CrmError:
    return NotFound(N_("That call is no longer here. See the list: /calls"))
