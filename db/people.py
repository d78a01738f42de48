"""People: their own row, and the doors they come in by."""

import hashlib
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, case, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from crm.people import Actor, ChatKind, Role, Visitor
from crm.settings import DateOrder, PersonSettings
from db.models.people import people
from db.transactions import plain_transaction

GUESSES, GUESS_WINDOW = 5, timedelta(hours=1)  # wrong links of one Telegram user before they must wait


def link_hash(code: str) -> bytes:
    """What is stored of a link's code. Codes are long and random, so a plain hash can't be searched."""
    return hashlib.sha256(code.encode()).digest()


class SqlPeople:
    """See crm.people.PeopleStore."""

    def __init__(self, link: AsyncConnection) -> None:
        self._link = link

    async def set_language(self, person_id: int, language: str) -> None:
        await self._link.execute(update(people).where(people.c.id == person_id).values(language=language))

    async def settings(self, person_id: int, *, to_change: bool = False) -> PersonSettings:
        query = select(people).where(people.c.id == person_id)
        found = await self._link.execute(query.with_for_update() if to_change else query)
        return settings_of(found.one())

    async def set_settings(self, person_id: int, settings: PersonSettings) -> None:
        quiet_from, quiet_until = settings.quiet or (None, None)
        # a digest of an hour that has passed when it is chosen comes tomorrow
        changed = people.c.digest_at.is_distinct_from(
            settings.morning
        ) | people.c.evening_digest_at.is_distinct_from(settings.evening)
        await self._link.execute(
            update(people)
            .where(people.c.id == person_id)
            .values(
                digests_since=case((changed, func.now()), else_=people.c.digests_since),
                language=settings.language,
                timezone=settings.timezone,
                date_order=settings.date_order,
                quiet_from=quiet_from,
                quiet_until=quiet_until,
                workdays=list(settings.workdays),
                workday_starts=settings.hours[0],
                workday_ends=settings.hours[1],
                digest_at=settings.morning,
                evening_digest_at=settings.evening,
                timed_leads=list(settings.timed),
                meeting_leads=list(settings.meetings),
                day_leads=list(settings.days),
                morning_starts=settings.parts[0],
                afternoon_starts=settings.parts[1],
                evening_starts=settings.parts[2],
                holidays=settings.holidays,
                holiday_country=settings.country,
                digests_on_days_off=settings.daily,
                weekly_digest=settings.weekly,
            )
        )


def settings_of(row: Row[Any]) -> PersonSettings:
    """What a row of `people` says a person chose."""
    return PersonSettings(
        language=row.language,
        timezone=row.timezone,
        date_order=DateOrder(row.date_order) if row.date_order else None,
        quiet=(row.quiet_from, row.quiet_until)
        if row.quiet_from is not None and row.quiet_until is not None
        else None,
        workdays=tuple(row.workdays),
        hours=(row.workday_starts, row.workday_ends),
        morning=row.digest_at,
        evening=row.evening_digest_at,
        timed=tuple(row.timed_leads),
        meetings=tuple(row.meeting_leads),
        days=tuple(row.day_leads),
        parts=(row.morning_starts, row.afternoon_starts, row.evening_starts),
        holidays=row.holidays,
        country=row.holiday_country,
        daily=row.digests_on_days_off,
        weekly=row.weekly_digest,
    )


class SqlPeopleDoors:
    """See crm.people.PeopleDoors."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def arrive(self, visitor: Visitor, *, open_to_all: bool) -> Actor:
        code = link_hash(visitor.link_code) if visitor.link_code else None
        if code is not None:
            await self._count_guess(visitor.telegram_user_id)
        async with plain_transaction(self._engine) as link:
            found = await link.execute(
                text(
                    "SELECT * FROM arrive(:user, :name, :username, :language, :timezone, :chat, :kind, :title,"
                    " :code, :operator, :started, :open)"
                ),
                {
                    "user": visitor.telegram_user_id,
                    "name": visitor.display_name,
                    "username": visitor.username,
                    "language": visitor.language,
                    "timezone": visitor.timezone,
                    "chat": visitor.telegram_chat_id,
                    "kind": visitor.chat_kind.value,
                    "title": visitor.chat_title,
                    "code": code,
                    "operator": visitor.is_operator,
                    "started": visitor.started,
                    "open": open_to_all,
                },
            )
            row = found.one()
        return Actor(
            person_id=row.person_id,
            telegram_user_id=visitor.telegram_user_id,
            display_name=visitor.display_name,
            language=row.language,
            timezone=row.timezone,
            workspace_id=row.workspace_id,
            member_id=row.member_id,
            role=Role(row.role),
            chat_id=row.chat_id,
            telegram_chat_id=visitor.telegram_chat_id,
            chat_kind=ChatKind(visitor.chat_kind),
            is_operator=row.is_operator,
            is_new=row.is_new,
            from_group=row.from_group,
            is_asking=row.is_asking,
        )

    async def _count_guess(self, telegram_user_id: int) -> None:
        """Before the link is looked at, and committed: its refusal undoes nothing. A good link is counted off again."""
        async with plain_transaction(self._engine) as link:
            await link.execute(
                text("SELECT count_guess(:user, :limit, :window)"),
                {"user": telegram_user_id, "limit": GUESSES, "window": GUESS_WINDOW},
            )

    async def has_operator(self) -> bool:
        async with plain_transaction(self._engine) as link:
            return bool(await link.scalar(text("SELECT has_operator()")))

    async def issue_claim(self, code_hash: bytes, lifetime_seconds: int) -> None:
        async with plain_transaction(self._engine) as link:
            await link.execute(
                text("SELECT issue_claim(:hash, :seconds)"), {"hash": code_hash, "seconds": lifetime_seconds}
            )

    async def claim_database(self, bot_id: int) -> int:
        """The id of the bot this database belongs to; ours when it was nobody's."""
        async with plain_transaction(self._engine) as link:
            return int(await link.scalar(text("SELECT claim_database(:bot)"), {"bot": bot_id}) or 0)
