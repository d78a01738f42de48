"""Settings as a person meets them: buttons, typed answers, previews, both languages, and a polite no in groups."""

import re

from tests.flows.stage import Message, Person, Stage


async def edited(person: Person, card: Message, pattern: str) -> Message:
    """The card as it is now; a press edits it before it is answered or soon after."""
    found: list[Message] = []

    async def look() -> int:
        found[:] = [
            one
            for one in await person.stage.messages(person.id)
            if one["message_id"] == card["message_id"] and re.search(pattern, shown(one), re.DOTALL)
        ]
        return len(found)

    await person.stage.until(look, 1)
    return found[0]


def shown(card: Message) -> str:
    """The text, and under it the buttons, a row a line."""
    rows = [" | ".join(str(button["text"]) for button in row) for row in card["buttons"]]
    return "\n".join([str(card["text"]), *rows])


async def test_each_setting_is_previewed_and_applied_at_once(stage: Stage) -> None:
    anna = await stage.person("Anna")
    card = await anna.asks("/settings", "Your settings")
    await anna.press(card, "Time zone")
    card = await edited(anna, card, "part of the world")
    await anna.press(card, "Europe")
    card = await edited(anna, card, "Which city")
    berlin = next(b["text"] for row in card["buttons"] for b in row if b["text"].startswith("Berlin"))
    await anna.press(card, berlin)
    card = await edited(anna, card, r"It is \d\d:\d\d for you now \(Europe/Berlin\)")
    await anna.press(card, "‹ Back")
    card = await edited(anna, card, "Time zone: Berlin")
    await anna.press(card, "Quiet hours")
    card = await edited(anna, card, "any hour")
    await anna.press(card, "22:00–08:00")
    card = await edited(anna, card, "Quiet from 22:00 to 08:00")
    await anna.press(card, "‹ Back")
    card = await edited(anna, card, "Your settings")
    await anna.press(card, "Dates")
    card = await edited(anna, card, "when a date")
    year = card["buttons"][0][0]["text"][-4:]
    await anna.press(card, f"31.12.{year}")
    card = await edited(anna, card, f"The last day of this year is 31.12.{year}")
    await anna.press(card, "‹ Back")
    card = await edited(anna, card, "Quiet hours: 22:00–08:00")
    await anna.press(card, "Working days")
    card = await edited(anna, card, "✓ Mo")
    await anna.press(card, "Sa")
    card = await edited(anna, card, "Mo Tu We Th Fr Sa")


async def test_what_can_be_typed_is_read_and_asked_again_until_it_can(stage: Stage) -> None:
    anna = await stage.person("Anna")
    card = await anna.asks("/settings", "Your settings")
    await anna.press(card, "Quiet hours")
    await edited(anna, card, "any hour")
    await anna.asks("buy milk", "two times")
    card = await anna.asks("23:30-7", "Quiet from 23:30 to 07:00")
    await anna.press(card, "‹ Back")
    card = await edited(anna, card, "Quiet hours: 23:30–07:00")
    await anna.press(card, "Time zone")
    await edited(anna, card, "part of the world")
    await anna.asks("Атлантида", "don't know that place")
    await anna.asks("Europe/Moscow", r"It is \d\d:\d\d for you now \(Europe/Moscow\)")
    card = await anna.asks("/settings", "Moscow")
    await anna.press(card, "Morning plan")
    await edited(anna, card, "Morning plan")
    await anna.asks("/help", "/task")  # a command ends the question
    await anna.asks("8:30", "offline")


async def test_the_language_changes_with_its_card(stage: Stage) -> None:
    anna = await stage.person("Anna")
    card = await anna.asks("/settings", "Your settings")
    await anna.press(card, "Language")
    card = await edited(anna, card, "✓ English")
    await anna.press(card, "Русский")
    card = await edited(anna, card, "Сейчас: Русский")
    await anna.press(card, "‹ Назад")
    await edited(anna, card, "Ваши настройки.*Рабочие дни: пн вт ср чт пт")
    await anna.asks("настройки", "Ваши настройки")


async def test_in_a_group_the_way_to_the_private_chat_is_shown(stage: Stage) -> None:
    anna, boris = await stage.person("Anna"), await stage.person("Борис", "ru")
    for person in (anna, boris):
        await person.asks("/settings", "settings|настройки")
    group = await stage.group("Sales", [anna, boris])
    said = await anna.asks("/settings", "between the two of us", chat_id=group)
    assert said["buttons"][0][0]["url"].startswith("https://t.me/")
    await boris.asks("/team", "только между нами", chat_id=group)
