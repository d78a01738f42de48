"""Reminders: "remind me", «напомни», and how long before."""

from datetime import timedelta

import pytest

from crm.grammar.reminding import read_lead
from tests.crm.grammar.lines import said


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("remind me at 5pm to take the pills !15m", "remind: take the pills · 11-23 17:00 · nag_minutes=15"),
        ("!1h tomorrow 10:00 call Bob", "call Bob · 11-24 10:00 · nag_minutes=60 · contact=Bob · type=call"),
        ("завтра в 10 принять таблетки !15м", "принять таблетки · 11-24 10:00 · nag_minutes=15"),
        (
            "напомни в 17:00 позвонить !30мин !!",
            "remind: позвонить · 11-23 17:00 · priority=urgent · nag_minutes=30",
        ),
        ("напомни завтра в 9 отчёт !2ч !5м", "remind: отчёт !5м · 11-24 09:00 · nag_minutes=120"),
        ("tomorrow 10:00 win !0m and !25h and !15", "win !0m and !25h and !15 · 11-24 10:00"),
        ('tomorrow 10:00 read "!15m"', 'read "!15m" · 11-24 10:00'),
        ("remind me tomorrow at 9am to call Bob", "remind: call Bob · 11-24 09:00 · contact=Bob"),
        ("remind me to pay rent on friday", "remind: pay rent · 11-27"),
        ("remind me about the invoice in 2 days", "remind: the invoice · 11-25"),
        ("tomorrow 10:00 demo remind me 30 minutes before", "demo · 11-24 10:00 · reminders=-PT30M"),
        (
            "tomorrow 10:00 demo, remind 1 day before and 1h before",
            "demo · 11-24 10:00 · reminders=-P1D,-PT1H",
        ),
        ("remind me at 5pm", "remind: – · 11-23 17:00"),
        ("set a reminder for tomorrow at 9 to call Bob", "remind: call Bob · 11-24 09:00 · contact=Bob"),
        ("please remind me tomorrow to call Bob", "remind: call Bob · 11-24 · contact=Bob"),
        ("tomorrow at 9 remind me to call Bob", "remind: call Bob · 11-24 09:00 · contact=Bob"),
        ("напомни завтра в 10 про договор", "remind: про договор · 11-24 10:00"),
        ("напомни, что завтра в 10 созвон", "remind: созвон · 11-24 10:00"),
        ("напомни купить молоко", "remind: купить молоко"),
        ("завтра в 15:00 встреча, напомнить за час", "встреча · 11-24 15:00 · reminders=-PT1H"),
        ("завтра в 15:00 встреча за 30 минут", "встреча · 11-24 15:00 · reminders=-PT30M"),
        ("напомни", "remind: –"),
        ("напомни в 5", "remind: – · 11-23 17:00 ? 11-24 05:00"),
        ("напомни мне завтра утром позвонить Олегу", "remind: позвонить Олегу · 11-24 09:00 · contact=Олег"),
        ("завтра в 9 напомни позвонить Марине", "remind: позвонить Марине · 11-24 09:00 · contact=Марина"),
        ("пожалуйста напомни через 10 минут про чайник", "remind: про чайник · 11-23 14:30"),
        ("напомни о встрече в пятницу в 15", "remind: о встрече · 11-27 15:00"),
        ("поставь напоминание на завтра на 10 утра купить хлеб", "remind: купить хлеб · 11-24 10:00"),
        (
            "завтра в 15 встреча с Анной, напомни за час",
            "встреча с Анной · 11-24 15:00 · contact=Анна · reminders=-PT1H",
        ),
        (
            "завтра в 15:00 встреча с напоминанием за день и за час",
            "встреча · 11-24 15:00 · reminders=-P1D,-PT1H",
        ),
        ("за час напомнить: созвон завтра в 12", "созвон · 11-24 12:00 · reminders=-PT1H"),
        ("/remind in 20 minutes tea", "remind: tea · 11-23 14:40"),
        ("/напомни завтра чай", "remind: чай · 11-24"),
        ("напомни tomorrow at 9 проверить deploy", "remind: проверить deploy · 11-24 09:00"),
        ("напомни за 2 часа до встречи завтра в 18:00", "remind: встречи · 11-24 18:00 · reminders=-PT2H"),
        ("завтра в 10 за 15 минут", "– · 11-24 10:00 · reminders=-PT15M"),
        ("завтра в 10 созвон за 15 минут до", "созвон · 11-24 10:00 · reminders=-PT15M"),
        ("завтра созвон за день", "созвон · 11-24 · reminders=-P1D"),
        ("послезавтра в 12:00 встреча, за день и за час", "встреча · 11-25 12:00 · reminders=-P1D,-PT1H"),
    ],
)
def test_a_reminder_is_read(text: str, meaning: str) -> None:
    assert said(text) == meaning


@pytest.mark.parametrize(
    ("text", "lead"),
    [
        ("2 hours before", timedelta(hours=2)),
        ("за час", timedelta(hours=1)),
        ("за 2 дня до", timedelta(days=2)),
        ("15 min", timedelta(minutes=15)),
        ("1h30m", timedelta(minutes=90)),
        ("за месяц", None),
        ("tomorrow 9:00", None),
        ("2 hours before lunch", None),
        ("", None),
    ],
)
def test_how_long_before_where_nothing_else_is_asked(text: str, lead: timedelta | None) -> None:
    assert read_lead(text) == lead
