"""The settings card: what is chosen, and what can be, a button for each."""

from collections.abc import Callable
from datetime import datetime, time
from zoneinfo import ZoneInfo

from aiogram.utils.formatting import Bold

from crm.answers import Answer, Button
from crm.people import Actor
from crm.regions import region_name
from crm.settings import DateOrder, PersonSettings, Section, Span
from crm.zones import REGIONS, city, zones_of
from handlers.settings.words import (
    LANGUAGES,
    chosen_words,
    clock_words,
    date_words,
    day_lead,
    day_words,
    invitation,
    lead,
    preview,
    span_words,
    title,
)
from handlers.texts import formatted, language
from handlers.texts import gettext as _

Rows = tuple[tuple[Button, ...], ...]
ZONES_ON_A_PAGE = 16
_SPANS = ("22:00-08:00", "23:00-07:00", "21:00-09:00")
_HOURS = ("08:00-17:00", "09:00-18:00", "10:00-19:00")
_TIMED, _MEETINGS, _WHOLE_DAYS = (0, 15, 60, 1440), (5, 15, 30, 60), (0, 1440)  # minutes before
_PARTS = ("08:00 13:00 18:00", "09:00 14:00 19:00", "10:00 15:00 20:00")
_MORNINGS, _EVENINGS = ("07:30", "08:30", "09:30"), ("18:00", "20:00", "21:30")
AHEAD = "ahead"  # shows the days off to come instead of choosing anything
COUNTRIES = ("RU", "KZ", "BY", "DE", "US")  # the buttons; any other is typed


def home_card(settings: PersonSettings, actor: Actor, now: datetime, *, edit: bool = False) -> Answer:
    """Everything at a glance, a button for each."""
    lines = [f"\n{title(section)}: {chosen_words(settings, section, now)}" for section in Section]
    text, entities = formatted(Bold(_("Your settings")), *lines)
    buttons = [Button(title(section), data=_data(actor, section)) for section in Section]
    return Answer(text, entities, buttons=_rows(buttons, 2), edit=edit)


def section_card(
    settings: PersonSettings,
    section: Section,
    actor: Actor,
    now: datetime,
    *,
    edit: bool,
    is_news: bool = False,
) -> Answer:
    """One setting: what it is now, what else it could be. `is_news` says it was just changed."""
    text, entities = formatted(
        Bold(title(section)), "\n", preview(settings, section, now), "\n\n", invitation(section)
    )
    rows = (*_choices(settings, section, actor, now), (Button(_("‹ Back"), data=_data(actor)),))
    return Answer(text, entities, buttons=rows, edit=edit, toast=_("Saved") if is_news and edit else None)


def region_card(actor: Actor, region: str, page: int, now: datetime) -> Answer:
    """Zones of a part of the world, each with its time now."""
    zones = zones_of(region)
    pages = max(1, -(-len(zones) // ZONES_ON_A_PAGE))
    page = min(max(page, 0), pages - 1)
    buttons = [
        Button(
            f"{city(zone, language())} {now.astimezone(ZoneInfo(zone)):%H:%M}",
            data=_data(actor, Section.ZONE, zone),
        )
        for zone in zones[page * ZONES_ON_A_PAGE : (page + 1) * ZONES_ON_A_PAGE]
    ]
    turns = [(page - 1, "‹"), (page + 1, "›")]
    steps = tuple(
        Button(sign, data=_data(actor, f"in:{region}:{to}")) for to, sign in turns if 0 <= to < pages
    )
    back = (Button(_("‹ Back"), data=_data(actor, Section.ZONE)),)
    rows = (*_rows(buttons, 2), steps, back) if steps else (*_rows(buttons, 2), back)
    return Answer(_("Which city has your time?"), buttons=rows, edit=True)


def _choices(settings: PersonSettings, section: Section, actor: Actor, now: datetime) -> Rows:
    def button(text: str, value: str, *, is_chosen: bool) -> Button:
        return Button(f"✓ {text}" if is_chosen else text, data=_data(actor, section, value))

    def spans(offered: tuple[str, ...], chosen: Span | None) -> list[Button]:
        return [
            button(
                one.replace("-", "–"),
                one,
                is_chosen=chosen is not None and span_words(chosen) == one.replace("-", "–"),
            )
            for one in offered
        ]

    def times(offered: tuple[str, ...], chosen: time | None) -> list[Button]:
        off = button(_("Off"), "off", is_chosen=chosen is None)
        return [
            *(
                button(one, one, is_chosen=chosen is not None and clock_words(chosen) == one)
                for one in offered
            ),
            off,
            button(_("On days off too"), "workdays" if settings.daily else "daily", is_chosen=settings.daily),
        ]

    def leads(offered: tuple[int, ...], chosen: tuple[int, ...], words: Callable[[int], str]) -> list[Button]:
        every = [
            button(words(one), f"{'-' if one in chosen else '+'}{one}", is_chosen=one in chosen)
            for one in sorted({*offered, *chosen})
        ]
        return [*every, button(_("Off"), "off", is_chosen=not chosen)]

    guessed = settings.holidays and settings.country is None
    days = [(day, day in settings.workdays) for day in range(1, 8)]
    off = button(_("Off"), "off", is_chosen=settings.quiet is None)
    offered = {
        Section.LANGUAGE: [
            button(name, code, is_chosen=settings.language == code) for code, name in LANGUAGES.items()
        ],
        Section.ZONE: [Button(_region(region), data=_data(actor, f"in:{region}:0")) for region in REGIONS],
        Section.DATES: [
            button(date_words(order, now), order, is_chosen=settings.date_order is order)
            for order in DateOrder
        ],
        Section.QUIET: [*spans(_SPANS, settings.quiet), off],
        Section.DAYS: [
            button(day_words(day), f"{'-' if works else '+'}{day}", is_chosen=works) for day, works in days
        ],
        Section.HOLIDAYS: [
            button(_("By my time zone"), "auto", is_chosen=guessed),
            *(
                button(region_name(country, language()), country, is_chosen=_is_of(settings, country))
                for country in COUNTRIES
            ),
            button(_("Off"), "off", is_chosen=not settings.holidays),
            button(_("Days off ahead"), AHEAD, is_chosen=False),
        ],
        Section.HOURS: spans(_HOURS, settings.hours),
        Section.MORNING: times(_MORNINGS, settings.morning),
        Section.EVENING: times(_EVENINGS, settings.evening),
        Section.TIMED: leads(_TIMED, settings.timed, lead),
        Section.MEETINGS: leads(_MEETINGS, settings.meetings, lead),
        Section.WHOLE_DAYS: leads(_WHOLE_DAYS, settings.days, day_lead),
        Section.PARTS: [
            button(
                " · ".join(one.split()),
                one,
                is_chosen=[f"{part:%H:%M}" for part in settings.parts] == one.split(),
            )
            for one in _PARTS
        ],
        Section.WEEKLY: [
            button(_("On"), "on", is_chosen=settings.weekly),
            button(_("Off"), "off", is_chosen=not settings.weekly),
        ],
    }
    return _rows(offered[section], 4 if section is Section.DAYS else 2)


def _is_of(settings: PersonSettings, country: str) -> bool:
    return settings.holidays and settings.country == country


def _region(region: str) -> str:
    return {
        "Russia": _("Russia"),
        "Europe": _("Europe"),
        "Asia": _("Asia"),
        "America": _("America"),
        "Africa": _("Africa"),
        "Pacific": _("Australia and Pacific"),
    }[region]


def _data(actor: Actor, *parts: str) -> str:
    """Whose card it is comes first: the handler refuses everyone else."""
    return ":".join(("set", str(actor.telegram_user_id), *parts))


def _rows(buttons: list[Button], width: int) -> Rows:
    return tuple(tuple(buttons[at : at + width]) for at in range(0, len(buttons), width))
