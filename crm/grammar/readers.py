"""Readers: whose line it is, and so which zone, region and habits it is read by."""

from dataclasses import dataclass
from datetime import time
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Reader:
    """The person whose line is read. Regions are two-letter countries; None for `region` takes that of the zone."""

    zone: ZoneInfo
    language: str = "en"
    region: str | None = None
    team_region: str | None = None
    date_order: str | None = None  # "DMY", "MDY" or "YMD"; None asks where it matters
    morning: time = time(9)
    afternoon: time = time(14)
    evening: time = time(19)
    workday_starts: time = time(9)
    workday_ends: time = time(18)

    @property
    def regions(self) -> tuple[str, ...]:
        """Where a phone without a country code may be from, the likeliest first."""
        own = self.region or region_of(self.zone.key)
        return tuple(dict.fromkeys(region for region in (own, self.team_region) if region))

    def part(self, name: str) -> time:
        """When a part of the day begins for this person; the night counts as the evening."""
        return {"morning": self.morning, "afternoon": self.afternoon}.get(name, self.evening)


def region_of(zone: str) -> str | None:
    """The country of a zone by tzdata's own table; None for UTC and the like."""
    return _countries().get(zone)


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {row[2]: row[0] for row in rows} | _RENAMED


_RENAMED = {
    "Europe/Kiev": "UA", "Asia/Calcutta": "IN", "Asia/Saigon": "VN", "US/Eastern": "US", "US/Central": "US",
    "US/Mountain": "US", "US/Pacific": "US", "Asia/Katmandu": "NP", "Asia/Rangoon": "MM", "Turkey": "TR",
    "Israel": "IL", "Singapore": "SG", "Japan": "JP", "GB": "GB", "W-SU": "RU",
}  # fmt: skip
