"""What settings say: their names, what is chosen in a few words, and what that means right now."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.dates import get_day_names

from crm.holidays import guessed_country
from crm.regions import region_name
from crm.settings import DateOrder, PersonSettings, Section, Span
from crm.zones import city
from handlers.task_cards import lead_words
from handlers.texts import gettext as _
from handlers.texts import language

LANGUAGES = {"en": "English", "ru": "Русский"}
_DATES = {
    DateOrder.DAY_FIRST: "%d.%m.%Y",
    DateOrder.MONTH_FIRST: "%m/%d/%Y",
    DateOrder.YEAR_FIRST: "%Y-%m-%d",
}


def title(section: Section) -> str:
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


def chosen_words(settings: PersonSettings, section: Section, now: datetime) -> str:
    """A setting in a few words."""
    zone = f"{city(settings.timezone, language())}, {now.astimezone(ZoneInfo(settings.timezone)):%H:%M}"
    return {
        Section.LANGUAGE: LANGUAGES[settings.language],
        Section.ZONE: zone,
        Section.DATES: date_words(settings.date_order, now) if settings.date_order else _("not chosen"),
        Section.QUIET: span_words(settings.quiet) if settings.quiet else _("off"),
        Section.DAYS: " ".join(day_words(day) for day in settings.workdays),
        Section.HOLIDAYS: _country(settings),
        Section.HOURS: span_words(settings.hours),
        Section.MORNING: clock_words(settings.morning),
        Section.EVENING: clock_words(settings.evening),
        Section.TIMED: _leads(settings.timed),
        Section.MEETINGS: _leads(settings.meetings),
        Section.WHOLE_DAYS: _leads(settings.days, day_lead),
        Section.PARTS: " · ".join(f"{one:%H:%M}" for one in settings.parts),
        Section.WEEKLY: _("on Mondays") if settings.weekly else _("off"),
    }[section]


def preview(settings: PersonSettings, section: Section, now: datetime) -> str:
    """What the choice means, in a sentence."""
    if section is Section.ZONE:
        local = now.astimezone(ZoneInfo(settings.timezone))
        return _("It is {time} for you now ({zone}).").format(time=f"{local:%H:%M}", zone=settings.timezone)
    if section is Section.QUIET:
        return _quiet_preview(settings.quiet)
    if section is Section.DATES and settings.date_order is not None:
        return _("The last day of this year is {date}.").format(date=date_words(settings.date_order, now))
    if section is Section.DATES:
        return _("Not chosen: when a date such as 3/4 is unclear, I ask.")
    if section is Section.HOLIDAYS and settings.holidays and settings.country is None:
        return _("By your time zone: {country}.").format(country=_country(settings))
    return _("Now: {chosen}").format(chosen=chosen_words(settings, section, now))


def _quiet_preview(quiet: Span | None) -> str:
    if quiet is None:
        return _("Messages come at any hour.")
    said = _(
        "Quiet from {start} to {end}: what is not urgent waits until then, save what you asked for at such an hour."
    )
    return said.format(start=f"{quiet[0]:%H:%M}", end=f"{quiet[1]:%H:%M}")


def invitation(section: Section) -> str:
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


def _country(settings: PersonSettings) -> str:
    """Whose holidays count; of a zone that is no country's the team's, which is not looked up here."""
    if not settings.holidays:
        return _("off")
    country = settings.country or guessed_country(settings.timezone, None)
    return region_name(country, language()) if country else _("of your team's country")


def date_words(order: DateOrder, now: datetime) -> str:
    return date(now.year, 12, 31).strftime(_DATES[order])


def day_words(day: int) -> str:
    """Mo or пн for an ISO weekday."""
    return str(get_day_names("short" if language() == "en" else "abbreviated", locale=language())[day - 1])


def _leads(chosen: tuple[int, ...], words: Callable[[int], str] | None = None) -> str:
    return ", ".join((words or lead)(one) for one in chosen) or _("off")


def lead(minutes: int) -> str:
    return lead_words(timedelta(minutes=minutes))


def day_lead(minutes: int) -> str:
    return lead_words(timedelta(minutes=minutes)) if minutes else _("as the working day begins")


def span_words(span: Span) -> str:
    return f"{span[0]:%H:%M}–{span[1]:%H:%M}"


def clock_words(moment: time | None) -> str:
    return _("off") if moment is None else f"{moment:%H:%M}"
