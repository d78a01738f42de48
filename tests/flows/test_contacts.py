"""Contacts as a dialogue: saved by a line, found in another case form, noted, merged and taken apart again."""

from tests.flows.cards import labels, shows
from tests.flows.stage import Stage


async def test_a_contact_is_saved_found_noted_and_merged(stage: Stage) -> None:
    anna = await stage.person("Анна", "ru")
    await anna.asks("/contact Ольга Смирнова +7 912 345-67-89 ООО Ромашка", r"Новый контакт\nОльга Смирнова")
    card = await anna.asks("/contact Ольге Смирновой", r"Ольга Смирнова\n🏢 ООО Ромашка\n☎ \+79123456789")
    await anna.press(card, "Заметка")
    await anna.hears("что записать")
    await anna.asks("любит звонки утром", r"Заметки\n.*любит звонки утром")
    saved = await anna.asks("/contact Ольга Смирнов +7 912 345-67-80", "Это кто-то из них")
    await anna.press(saved, next(label for label in labels(saved) if label.startswith("Объединить с")))
    both = await shows(anna, saved, "/undo")
    await anna.press(both, next(label for label in labels(both) if label.endswith("ООО Ромашка")))
    await shows(anna, saved, "^Объединено")
    await anna.asks("/contact 6780", r"Ольга Смирнова\n.*\+79123456789\n☎ \+79123456780")
    await anna.asks("/undo", "два контакта объединены")
    await anna.asks("/contact 6780", r"^Ольга Смирнов\n☎ \+79123456780")


async def test_a_group_is_shown_no_phone(stage: Stage) -> None:
    anna = await stage.person("Anna")
    await anna.asks("/contact Petrov +7 912 345-00-00", "New contact")
    group = await stage.group("Sales", [anna])
    told = await anna.asks("/contact Petrov", "no contact|Petrov", chat_id=group)
    assert "345" not in told["text"]
