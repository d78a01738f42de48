"""The settings card: what is chosen, what can be, and what each choice means right now."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from aiogram.utils.formatting import Bold
from babel.dates import get_day_names

from crm.answers import Answer, Button
from crm.holidays import guessed_country
from crm.people import Actor
from crm.regions import region_name
from crm.settings import DateOrder, PersonSettings, Section, Span
from crm.zones import REGIONS, city, zones_of
from handlers.task_cards import lead_words
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
_DATES = {
    DateOrder.DAY_FIRST: "%d.%m.%Y",
    DateOrder.MONTH_FIRST: "%m/%d/%Y",
    DateOrder.YEAR_FIRST: "%Y-%m-%d",
}


def home_card(settings: PersonSettings, actor: Actor, now: datetime, *, edit: bool = False) -> Answer:
    """Everything at a glance, a button for each."""
    lines = [f"\n{_title(section)}: {_chosen(settings, section, now)}" for section in Section]
    text, entities = formatted(Bold(_("Your settings")), *lines)
    buttons = [Button(_title(section), data=_data(actor, section)) for section in Section]
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
    preview = _preview(settings, section, now)
    text, entities = formatted(Bold(_title(section)), "\n", preview, "\n\n", _invitation(section))
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


def _title(section: Section) -> str:
    return {
        Section.LANGUAGE: _("Language"),
        Section.ZONE: _("Time zone"),
        Section.DATES: _("Dates"),
        Section.QUIET: _("Quiet hours"),
        Section.DAYS: _("Working days"),
        Section.HOLIDAYS: _("Holidays"),
        Section.HOURS: _("Working hours"),
        Section.MORNING: _("Morning plan"),
        Section.EVENING: _("Evening summary"),
        Section.TIMED: _("Reminders of tasks with a time"),
        Section.MEETINGS: _("Reminders of meetings as well"),
        Section.WHOLE_DAYS: _("Reminders of tasks for a day"),
        Section.PARTS: _("Morning, afternoon, evening"),
        Section.WEEKLY: _("Team's week"),
    }[section]


def _chosen(settings: PersonSettings, section: Section, now: datetime) -> str:
    """A setting in a few words."""
    zone = f"{city(settings.timezone, language())}, {now.astimezone(ZoneInfo(settings.timezone)):%H:%M}"
    return {
        Section.LANGUAGE: _LANGUAGES[settings.language],
        Section.ZONE: zone,
        Section.DATES: _date(settings.date_order, now) if settings.date_order else _("not chosen"),
        Section.QUIET: _span(settings.quiet) if settings.quiet else _("off"),
        Section.DAYS: " ".join(_day(day) for day in settings.workdays),
        Section.HOLIDAYS: _country(settings),
        Section.HOURS: _span(settings.hours),
        Section.MORNING: _clock(settings.morning),
        Section.EVENING: _clock(settings.evening),
        Section.TIMED: _leads(settings.timed),
        Section.MEETINGS: _leads(settings.meetings),
        Section.WHOLE_DAYS: _leads(settings.days, _day_lead),
        Section.PARTS: " · ".join(f"{one:%H:%M}" for one in settings.parts),
        Section.WEEKLY: _("on Mondays") if settings.weekly else _("off"),
    }[section]


def _preview(settings: PersonSettings, section: Section, now: datetime) -> str:
    """What the choice means, in a sentence."""
    if section is Section.ZONE:
        local = now.astimezone(ZoneInfo(settings.timezone))
        return _("It is {time} for you now ({zone}).").format(time=f"{local:%H:%M}", zone=settings.timezone)
    if section is Section.QUIET:
        return _quiet_preview(settings.quiet)
    if section is Section.DATES and settings.date_order is not None:
        return _("The last day of this year is {date}.").format(
            date=date(now.year, 12, 31).strftime(_DATES[settings.date_order])
        )
    if section is Section.DATES:
        return _("Not chosen: when a date such as 3/4 is unclear, I ask.")
    if section is Section.HOLIDAYS and settings.holidays and settings.country is None:
        return _("By your time zone: {country}.").format(country=_country(settings))
    return _("Now: {chosen}").format(chosen=_chosen(settings, section, now))


def _quiet_preview(quiet: Span | None) -> str:
    if quiet is None:
        return _("Messages come at any hour.")
    said = _(
        "Quiet from {start} to {end}: what is not urgent waits until then, save what you asked for at such an hour."
    )
    return said.format(start=f"{quiet[0]:%H:%M}", end=f"{quiet[1]:%H:%M}")


def _invitation(section: Section) -> str:
    return {
        Section.LANGUAGE: _("Choose the language we speak."),
        Section.ZONE: _("Choose a part of the world, or type a city or a zone."),
        Section.DATES: _("Choose how you write dates."),
        Section.QUIET: _("Choose, or type two times, for example 22-8."),
        Section.DAYS: _(
            "Press the days you work on. On other days no digests come, and reminders of tasks without a time wait"
            " if a colleague gave them to you or they repeat. What you asked for yourself comes on its day."
        ),
        Section.HOLIDAYS: _(
            "Holidays are days off, and working Saturdays are working days. Choose, or type a country."
        ),
        Section.HOURS: _("Choose, or type two times, for example 9-18."),
        Section.MORNING: _("Choose when the plan of the day comes, or type a time."),
        Section.EVENING: _("Choose when the summary of the day comes, or type a time."),
        Section.TIMED: _("Press when I shall remind you, unless a task says otherwise."),
        Section.MEETINGS: _("Press when I shall remind you of a meeting besides, unless it says otherwise."),
        Section.WHOLE_DAYS: _("Press when I shall remind you of what has a day and no time."),
        Section.PARTS: _("Type when each begins, for example 9 14 19. A task for the morning is due then."),
        Section.WEEKLY: _(
            "On the first working day of the week: what your team did the week before. For owners and managers of a"
            " team of two or more."
        ),
    }[section]


def _choices(settings: PersonSettings, section: Section, actor: Actor, now: datetime) -> Rows:
    def button(text: str, value: str, *, is_chosen: bool) -> Button:
        return Button(f"✓ {text}" if is_chosen else text, data=_data(actor, section, value))

    def spans(offered: tuple[str, ...], chosen: Span | None) -> list[Button]:
        return [
            button(
                one.replace("-", "–"),
                one,
                is_chosen=chosen is not None and _span(chosen) == one.replace("-", "–"),
            )
            for one in offered
        ]

    def times(offered: tuple[str, ...], chosen: time | None) -> list[Button]:
        off = button(_("Off"), "off", is_chosen=chosen is None)
        return [
            *(button(one, one, is_chosen=chosen is not None and _clock(chosen) == one) for one in offered),
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
            button(name, code, is_chosen=settings.language == code) for code, name in _LANGUAGES.items()
        ],
        Section.ZONE: [Button(_region(region), data=_data(actor, f"in:{region}:0")) for region in REGIONS],
        Section.DATES: [
            button(_date(order, now), order, is_chosen=settings.date_order is order) for order in DateOrder
        ],
        Section.QUIET: [*spans(_SPANS, settings.quiet), off],
        Section.DAYS: [
            button(_day(day), f"{'-' if works else '+'}{day}", is_chosen=works) for day, works in days
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
        Section.TIMED: leads(_TIMED, settings.timed, _lead),
        Section.MEETINGS: leads(_MEETINGS, settings.meetings, _lead),
        Section.WHOLE_DAYS: leads(_WHOLE_DAYS, settings.days, _day_lead),
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


def _country(settings: PersonSettings) -> str:
    """Whose holidays count; of a zone that is no country's the team's, which is not looked up here."""
    if not settings.holidays:
        return _("off")
    country = settings.country or guessed_country(settings.timezone, None)
    return region_name(country, language()) if country else _("of your team's country")


def _region(region: str) -> str:
    return {
        "Russia": _("Russia"),
        "Europe": _("Europe"),
        "Asia": _("Asia"),
        "America": _("America"),
        "Africa": _("Africa"),
        "Pacific": _("Australia and Pacific"),
    }[region]


_LANGUAGES = {"en": "English", "ru": "Русский"}


def _date(order: DateOrder, now: datetime) -> str:
    return date(now.year, 12, 31).strftime(_DATES[order])


def _day(day: int) -> str:
    """Mo or пн for an ISO weekday."""
    return str(get_day_names("short" if language() == "en" else "abbreviated", locale=language())[day - 1])


def _leads(chosen: tuple[int, ...], words: Callable[[int], str] | None = None) -> str:
    return ", ".join((words or _lead)(one) for one in chosen) or _("off")


def _lead(minutes: int) -> str:
    return lead_words(timedelta(minutes=minutes))


def _day_lead(minutes: int) -> str:
    return lead_words(timedelta(minutes=minutes)) if minutes else _("as the working day begins")


def _span(span: Span) -> str:
    return f"{span[0]:%H:%M}–{span[1]:%H:%M}"


def _clock(moment: time | None) -> str:
    return _("off") if moment is None else f"{moment:%H:%M}"


def _data(actor: Actor, *parts: str) -> str:
    """Whose card it is comes first: the handler refuses everyone else."""
    return ":".join(("set", str(actor.telegram_user_id), *parts))


def _rows(buttons: list[Button], width: int) -> Rows:
    return tuple(tuple(buttons[at : at + width]) for at in range(0, len(buttons), width))
