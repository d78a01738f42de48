"""Call logs: who, which way, how long, how it ended, and what comes next."""

import pytest

from tests.crm.grammar.lines import said


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("звонок Анна вх 5 мин", "call: – · contact=Анна · direction=inbound · seconds=300 · at=11-23 14:15"),
        ("/звонок", "call: – · error=contact_required · at=11-23 14:20"),
        ("/звонок Иван Петров исх 5 мин", "call: – · contact=Петров · seconds=300 · at=11-23 14:15"),
        (
            "/звонок Ивану Кузнецову недозвон",
            "call: – · contact_name=Ивану Кузнецову · outcome=no_answer · at=11-23 14:20",
        ),
        (
            "/звонок Ольга вх 3 минуты поговорили: хочет скидку",
            "call: – · contact=Ольга · direction=inbound · seconds=180 · at=11-23 14:17 · notes=хочет скидку",
        ),
        ("/звонок Ольга вчера в 15:00 10 мин", "call: – · contact=Ольга · seconds=600 · at=11-22 15:00"),
        ("/звонок Ольга час назад", "call: – · contact=Ольга · at=11-23 13:20"),
        ("/звонок Ольга 20 минут назад 5м", "call: – · contact=Ольга · seconds=300 · at=11-23 14:00"),
        ("/звонок Ольга в 5", "call: – · contact=Ольга · at=11-23 05:00 ? at=11-22 17:00"),
        ("/звонок Ольга в 9", "call: – · contact=Ольга · at=11-23 09:00"),
        (
            "/звонок Ольга не взяла трубку, перезвонить в пятницу",
            "call: – · contact=Ольга · outcome=no_answer · at=11-23 14:20 · then [перезвонить"
            " · 11-27 · contact=Ольга · type=call]",
        ),
        (
            "/звонок Ольга просила перезвонить завтра в 10",
            "call: – · contact=Ольга · outcome=callback_requested · at=11-23 14:20 · notes=завтра в 10",
        ),
        ("/звонок Ольга, автоответчик", "call: – · contact=Ольга · outcome=left_voicemail · at=11-23 14:20"),
        ("/звонок Ольга, обсудили цену", "call: – · contact=Ольга · at=11-23 14:20 · notes=обсудили цену"),
        (
            "/звонок Ольга, отправить договор",
            "call: – · contact=Ольга · at=11-23 14:20 · notes=отправить договор",
        ),
        (
            "/звонок Ольга, отправить договор завтра",
            "call: – · contact=Ольга · at=11-23 14:20 · then [отправить договор · 11-24 · contact=Ольга]",
        ),
        (
            "/звонок +79161234567 ошибка номера",
            "call: – · phone=+79161234567 · outcome=wrong_number · at=11-23 14:20",
        ),
        ("/звонок «Ромашка» занято", "call: – · contact=Ромашка · outcome=busy · at=11-23 14:20"),
        ("/звонок Сидоров в понедельник в 11", "call: – · contact=Сидоров · at=11-23 11:00"),
        (
            "/звонок 8 916 123-45-67 Пётр вх 2м",
            "call: – · contact=Пётр · phone=+79161234567 · direction=inbound · seconds=120 · at=11-23 14:18",
        ),
        (
            "/звонок Анна 1ч 5м: договорились, завтра в 10 встреча",
            "call: – · contact=Анна · seconds=3900 · at=11-23 13:15 · notes=договорились, завтра в 10 встреча",
        ),
        ("/звонок Анна 12:30", "call: – · contact=Анна · at=11-23 12:30"),
        (
            "/звонок от Анны 3 мин",
            "call: – · contact=Анна · direction=inbound · seconds=180 · at=11-23 14:17",
        ),
        ("/звонок Анна Петрова 5м", "call: – · contact=Анна · seconds=300 · at=11-23 14:15"),
        ("/звонок Анне Олегом", "call: – · contact=Анна · at=11-23 14:20 ? contact=Олег"),
        ("/call Bob Smith 5m", "call: – · contact=Bob · seconds=300 · at=11-23 14:15"),
        ("/call the bank no answer", "call: – · contact_name=the bank · outcome=no_answer · at=11-23 14:20"),
        (
            "/call Anna left voicemail, call back tomorrow at 10",
            "call: – · contact=Anna · outcome=left_voicemail · at=11-23 14:20 · then [call back"
            " · 11-24 10:00 · contact=Anna · type=call]",
        ),
        (
            "/call Anna busy, send proposal",
            "call: – · contact=Anna · outcome=busy · at=11-23 14:20 · notes=send proposal",
        ),
        ("/call Anna yesterday at 3pm 15 min", "call: – · contact=Anna · seconds=900 · at=11-22 15:00"),
        ("/call Anna 10 min ago", "call: – · contact=Anna · at=11-23 14:10"),
        (
            "/call incoming from Anna 5m",
            "call: – · contact=Anna · direction=inbound · seconds=300 · at=11-23 14:15",
        ),
        (
            "/call Anna asked to call back",
            "call: – · contact=Anna · outcome=callback_requested · at=11-23 14:20",
        ),
        (
            "/call Anna: re: pricing 10:30",
            "call: – · contact=Anna · at=11-23 14:20 · notes=re: pricing 10:30",
        ),
        (
            "/call Anna 5m, asked about price: ok",
            "call: – · contact=Anna · seconds=300 · at=11-23 14:15 · notes=asked about price. ok",
        ),
        (
            "/call Anna, 12m, connected, send offer friday",
            "call: – · contact=Anna · seconds=720 · at=11-23 14:08 · then [send offer · 11-27 · contact=Anna]",
        ),
        ("/call Anna at 2", "call: – · contact=Anna · at=11-23 14:00 ? at=11-23 02:00"),
        ("/call Anna at 9 missed", "call: – · contact=Anna · outcome=no_answer · at=11-23 09:00"),
        (
            "call Anna out 12m connected: wants pricing",
            "call: – · contact=Anna · seconds=720 · at=11-23 14:08 · notes=wants pricing",
        ),
        (
            "/call Anna inbound 90s wrong number",
            "call: – · contact=Anna · direction=inbound · outcome=wrong_number · seconds=90 · at=11-23 14:18:30",
        ),
    ],
)
def test_a_call_log_is_read(text: str, meaning: str) -> None:
    assert said(text) == meaning


@pytest.mark.parametrize(
    ("text", "known", "meaning"),
    [
        ("/call Anna Ivanova busy", "Anna Petrova", "contact_name=Anna Ivanova"),
        ("/call Anna Petrova busy", "Anna Petrova", "contact=Anna Petrova"),
        ("/call Anna busy", "Anna Petrova", "contact=Anna Petrova"),
        ("/call Anna Ivanova busy", "Anna", "contact=Anna"),
        ("/звонок Анне Ивановой занято", "Анна Петрова", "contact_name=Анне Ивановой"),
        ("/звонок Анне Петровой занято", "Анна Петрова", "contact=Анна Петрова"),
    ],
)
def test_another_surname_is_another_person(text: str, known: str, meaning: str) -> None:
    assert said(text, contacts=(known,)) == f"call: – · {meaning} · outcome=busy · at=11-23 14:20"
