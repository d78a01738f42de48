"""Time zones as people name them: a city in Russian or English, an IANA name, an offset."""

import re
from functools import cache
from importlib.resources import files
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global

REGIONS = ("Russia", "Europe", "Asia", "America", "Africa", "Pacific")
_PARTS = {"Atlantic": "Europe", "Indian": "Asia", "Australia": "Pacific"}
_OFFSET = re.compile(r"(utc|gmt|мск|msk)?\s*([+-])\s*(\d{1,2})(?::?00)?", re.IGNORECASE)
# large cities that no zone is named for
_ALSO = {
    "Europe/Moscow": "санкт-петербург петербург питер спб st-petersburg saint-petersburg казань kazan сочи sochi"
    " нижний-новгород воронеж краснодар ростов-на-дону ярославль тверь тула мск msk",
    "Asia/Yekaterinburg": "екб пермь челябинск уфа тюмень сургут perm chelyabinsk ufa tyumen",
    "Asia/Novosibirsk": "новосиб нск",
    "Europe/Kyiv": "киев kiev львов одесса харьков lviv odesa kharkiv",
    "Europe/Berlin": "мюнхен гамбург франкфурт кёльн munich hamburg frankfurt cologne",
    "Europe/London": "манчестер manchester edinburgh",
    "Europe/Madrid": "барселона barcelona валенсия valencia",
    "Europe/Rome": "милан milan неаполь naples",
    "Europe/Istanbul": "анкара анталья ankara antalya",
    "Asia/Dubai": "абу-даби abu-dhabi",
    "Asia/Kolkata": "дели мумбаи бангалор delhi mumbai bangalore bengaluru",
    "Asia/Shanghai": "пекин шэньчжэнь гуанчжоу beijing shenzhen guangzhou",
    "Asia/Jerusalem": "тель-авив tel-aviv хайфа haifa",
    "Asia/Almaty": "астана astana алма-ата",
    "America/New_York": "вашингтон бостон майами washington boston miami philadelphia atlanta",
    "America/Chicago": "хьюстон даллас houston dallas austin",
    "America/Los_Angeles": "сан-франциско сиэтл san-francisco seattle san-diego portland",
    "America/Toronto": "монреаль оттава montreal ottawa",
    "America/Sao_Paulo": "рио-де-жанейро rio-de-janeiro",
}


def find_zone(text: str) -> str | None:
    """The IANA name for what a person typed, None when it names no zone we know."""
    wanted = _folded(text)
    offset = _OFFSET.fullmatch(wanted)
    if offset is not None:
        base = 3 if (offset[1] or "").lower() in ("мск", "msk") else 0
        hours = base + int(offset[2] + offset[3])
        return f"Etc/GMT{-hours:+d}" if -12 <= hours <= 14 else None  # POSIX counts west of Greenwich
    return _names().get(wanted)


def zones_of(region: str) -> tuple[str, ...]:
    """The zones of one of REGIONS, by name; none for another."""
    return _regions().get(region, ())


def city(zone: str, language: str) -> str:
    """The city a zone is named for, in a language: «Москва»; an offset for the zones that are one."""
    if zone.startswith("Etc/GMT") and zone != "Etc/GMT":
        return f"UTC{-int(zone.removeprefix('Etc/GMT')):+d}"
    return _cities(language).get(zone) or zone.rsplit("/", 1)[-1].replace("_", " ")


@cache
def _regions() -> dict[str, tuple[str, ...]]:
    """From the list of zones that comes with tzdata, which leaves out old names of the same zone."""
    found: dict[str, list[str]] = {region: [] for region in REGIONS}
    known = available_timezones()
    for line in (files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        countries, _where, zone, *_more = line.split("\t")
        part = zone.split("/")[0]
        region = "Russia" if countries == "RU" else _PARTS.get(part, part)
        if region in found and zone in known:
            found[region].append(zone)
    return {region: tuple(sorted(zones)) for region, zones in found.items()}


@cache
def _names() -> dict[str, str]:
    names = {_folded(zone): zone for zone in sorted(available_timezones())}
    for zones in _regions().values():
        for zone in zones:
            for name in (city(zone, "en"), city(zone, "ru"), zone.rsplit("/", 1)[-1]):
                names.setdefault(_folded(name), zone)
    for zone, more in _ALSO.items():
        names |= {_folded(name): zone for name in more.split()}
    return names


@cache
def _cities(language: str) -> dict[str, str]:
    """Unicode's names of zones' cities; it knows some zones by their old names."""
    named = {
        zone: str(about["city"])
        for zone, about in Locale.parse(language).time_zones.items()
        if "city" in about
    }
    newer = get_global("zone_aliases")
    return {newer[old]: name for old, name in named.items() if old in newer} | named


def _folded(text: str) -> str:
    return re.sub(r"[\s_-]+", "-", text.strip().casefold().replace("ё", "е").replace("−", "-")).rstrip(".")
