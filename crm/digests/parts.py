"""Parts: what a digest says of one team, as its person may see it right now."""

from dataclasses import replace
from datetime import datetime, timedelta

from crm.digests.entities import Digest, Kind, Part, Seat, TeamDay, TeamWeek
from crm.stats import Work
from crm.storage import Unit
from crm.tasks.filters import Filter, When, days, week_of
from crm.tasks.late import is_overdue

SHOWN = 10  # tasks of each kind in one team's part
NIGHT = timedelta(hours=5)  # an evening that is told of after midnight is that of the day before
STOODS = 20  # titles in the report of an absence


async def part_of(unit: Unit, digest: Digest, seat: Seat, now: datetime) -> Part:
    if digest.kind is Kind.MORNING:
        return await _morning(unit, seat, now)
    if digest.kind is Kind.EVENING:
        return await evening(unit, seat, now)
    if digest.kind is Kind.WEEKLY:
        return await _week(unit, seat, digest, now)
    report = await unit.digests.report(seat.actor.member_id, digest.since or now, STOODS)
    return replace(report, team=seat.team)


async def _morning(unit: Unit, seat: Seat, now: datetime) -> TeamDay:
    day = await _open(unit, seat, now)
    return replace(day, waiting=await unit.digests.waiting(seat.actor.member_id, SHOWN + 1))


async def evening(unit: Unit, seat: Seat, now: datetime) -> TeamDay:
    """After midnight it is the day before that is told of."""
    here = (now.astimezone(seat.actor.zone).replace(tzinfo=None) - NIGHT).date()
    of = days(here, here, seat.actor.zone)
    told_at = min(
        now.astimezone(seat.actor.zone), (of.ends - timedelta(seconds=1)).astimezone(seat.actor.zone)
    )
    wanted = Filter(assignee_id=seat.actor.member_id, done=True, when=When.TODAY)
    done = await unit.task_lists.page(wanted, None, limit=SHOWN + 1, now=told_at)
    work = [one.work for one in await unit.stats.of(of, told_at) if one.member_id == seat.actor.member_id]
    calls = sum(sum(one.calls.values()) for one in work)
    return replace(await _open(unit, seat, told_at), done=done, calls=calls)


async def _open(unit: Unit, seat: Seat, now: datetime) -> TeamDay:
    here = now.astimezone(seat.actor.zone)
    tasks = await unit.task_lists.day(seat.actor.member_id, here, limit=2 * SHOWN + 2)
    overdue = [task for task in tasks if is_overdue(task, now)]
    today = [task for task in tasks if not is_overdue(task, now)]
    return TeamDay(seat.team, seat.actor, seat.is_current, here, overdue, today)


async def _week(unit: Unit, seat: Seat, digest: Digest, now: datetime) -> TeamWeek:
    """The week before the digest's Monday, in the person's zone."""
    zone = seat.actor.zone
    monday = datetime.combine(digest.day, datetime.min.time(), zone)
    of = week_of(monday - timedelta(days=1), zone)
    members = await unit.stats.of(of, now.astimezone(zone))
    total = sum((one.work for one in members), Work())
    named = sorted(members, key=lambda one: (one.name is None, one.name or ""))
    return TeamWeek(seat.team, of, total, named, await unit.digests.new_contacts(of))
