"""People and marks: contacts in any case, phones, labels, who shall do it, calls to make."""

import pytest

from tests.crm.grammar.lines import said


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("remind Anna to pay", "remind Anna to pay · contact=Anna"),
        ("send weekly report to Bob", "send weekly report to Bob · contact=Bob"),
        ("order #123 from Acme", "order #123 from Acme · contact=Acme"),
        ("call 212-555-0147", "call · phone=+12125550147 · type=call"),
        ('call Bob "tomorrow never dies"', 'call Bob "tomorrow never dies" · contact=Bob · type=call'),
        ("!! call Bob", "call Bob · priority=urgent · contact=Bob · type=call"),
        ('c:"Anna" send contract', "send contract · contact=Anna"),
        ("email Bob and call Anna", "email Bob and call Anna · contact=Bob · type=call ? contact=Anna"),
        ("#work #urgent buy milk p1", "buy milk · priority=urgent · labels=work,urgent"),
        ("@bob @anna sync", "@anna sync · assignee=bob"),
        ("c:Zed call", "call · contact_name=Zed · type=call"),
        ("contact:Acme follow up", "follow up · contact=Acme"),
        ('call the "Acme" office', 'call the "Acme" office · contact=Acme · type=call'),
        (
            "после праздников созвониться с Мариной",
            "после праздников созвониться с Мариной · contact=Марина · type=call",
        ),
        ('к:"Анна" отправить договор', "отправить договор · contact=Анна"),
        ("через несколько дней позвонить", "через несколько дней позвонить · type=call"),
        ("написать Олегу Сидорову", "написать Олегу Сидорову · contact=Олег ? contact=Сидоров"),
        ("Анна Петрова прислать счёт", "Анна Петрова прислать счёт · contact=Анна"),
        (
            "@ivan #срочно p2 позвонить Сергею",
            "позвонить Сергею · priority=high · assignee=ivan · contact=Сергей · labels=срочно · type=call",
        ),
        ("тел. 8(495)123-45-67 Ольга", "тел. Ольга · contact=Ольга · phone=+74951234567"),
        ("+7 999 123 позвонить", "+7 999 123 позвонить · type=call"),
        ("перезвонить", "перезвонить · type=call"),
        ("дозвониться до банка", "дозвониться до банка · type=call"),
        ("позвонить 3 клиентам", "позвонить 3 клиентам · type=call"),
        ("завтрак с Анной", "завтрак с Анной · contact=Анна"),
        ("Tom's 5th birthday", "Tom's 5th birthday · contact=Tom"),
        ("call 911", "call 911 · type=call"),
        ("89161234567 перезвонить", "перезвонить · phone=+79161234567 · type=call"),
        ("+79161234567", "– · phone=+79161234567"),
        ("на следующий день позвонить", "на следующий день позвонить · type=call"),
        ("на днях позвонить", "на днях позвонить · type=call"),
        ("скоро позвонить", "скоро позвонить · type=call"),
        ("call Anna at 930", "call Anna at 930 · contact=Anna · type=call"),
        ("after the holidays call Bob", "after the holidays call Bob · contact=Bob"),
        ("asap call Bob", "asap call Bob · contact=Bob · type=call"),
        ("later this week call Bob", "later this week call Bob · contact=Bob"),
        ("call 555-0147", "call 555-0147 · type=call"),
        ("Mark's invoice !!", "Mark's invoice · priority=urgent · contact=Mark"),
        ("! call Bob", "call Bob · priority=high · contact=Bob · type=call"),
        ("call Bob !", "call Bob · priority=high · contact=Bob · type=call"),
        ("call Bob!!", "call Bob!! · contact=Bob · type=call"),
    ],
)
def test_people_and_marks_is_read(text: str, meaning: str) -> None:
    assert said(text) == meaning
