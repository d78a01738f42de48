"""Outcomes of calls, as they are told: "left voicemail", «не взял трубку»."""

DIRECTIONS = {
    word: direction
    for direction, words in (
        ("outbound", "out outbound outgoing исх исходящий исходящая исходящее исходящим"),
        ("inbound", "in inbound incoming вх входящий входящая входящее входящим"),
    )
    for word in words.split()
}


OUTCOMES: dict[str, list[tuple[tuple[str, ...], str]]] = {}
for _outcome, _phrases in {
    "connected": "connected|talked|spoke|answered|reached|дозвонился|дозвонилась|дозвонились|поговорили|поговорил|поговорила|"
    "состоялся|ответил|ответила|пообщались|созвонились",
    "no_answer": "no answer|no reply|missed|didn't answer|did not answer|not answered|didn't pick up|did not pick up|unanswered|"
    "no pickup|недозвон|не дозвонился|не дозвонилась|не дозвонились|не взял трубку|не взяла трубку|не взял|не взяла|"
    "не ответил|не ответила|не отвечает|не берет трубку|не берет|нет ответа|без ответа|пропущен|пропущена|пропущенный|"
    "пропущено|недоступен|недоступна|не поднял|не подняла",
    "busy": "busy|engaged|line busy|занято|занят|занята",
    "left_voicemail": "left voicemail|left a voicemail|left vm|voicemail|vm|voice mail|на автоответчик|автоответчик|автоответчике|"
    "голосовая почта",
    "left_live_message": "left a message|left message|передали сообщение|передал сообщение|передала сообщение|оставил сообщение|"
    "оставила сообщение",
    "wrong_number": "wrong number|ошибся номером|ошиблась номером|ошибся|ошиблась|ошиблись номером|ошиблись|ошибка номера|ошибка|"
    "не тот номер|неверный номер",
    "callback_requested": "callback requested|requested a callback|requested callback|asked to call back|asked for a callback|"
    "wants a callback|callback|call back|просил перезвонить|просила перезвонить|просили перезвонить|"
    "попросил перезвонить|попросила перезвонить|просит перезвонить",
}.items():
    for _phrase in _phrases.split("|"):
        _words = tuple(_phrase.split())
        OUTCOMES.setdefault(_words[0], []).append((_words, _outcome))
for _rows in OUTCOMES.values():
    _rows.sort(key=lambda row: -len(row[0]))
