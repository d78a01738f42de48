"""Outcomes of calls, as they are told: "left voicemail", «не взял трубку»."""

_PHRASES = {
    "connected": (
        "connected|talked|spoke|answered|reached|дозвонился|дозвонилась|дозвонились|поговорил|"
        "поговорили|поговорила|состоялся|ответил|ответила|пообщались|созвонились"
    ),
    "no_answer": (
        "не взял трубку|не взял|no answer|no reply|missed|didn't answer|did not answer|"
        "not answered|didn't pick up|did not pick up|unanswered|no pickup|недозвон|не дозвонился|"
        "не дозвонилась|не дозвонились|не взяла трубку|не взяла|не ответил|не ответила|"
        "не отвечает|не берет|не берет трубку|нет ответа|без ответа|пропущен|пропущена|"
        "пропущенный|пропущено|недоступен|недоступна|не поднял|не подняла"
    ),
    "busy": ("busy|engaged|line busy|занято|занят|занята"),
    "left_voicemail": (
        "left voicemail|voicemail|left a voicemail|left vm|vm|voice mail|на автоответчик|"
        "автоответчик|автоответчике|голосовая почта"
    ),
    "left_live_message": (
        "left a message|left message|передали сообщение|передал сообщение|передала сообщение|"
        "оставил сообщение|оставила сообщение"
    ),
    "wrong_number": (
        "wrong number|ошибся|ошибся номером|ошиблась номером|ошиблась|ошиблись номером|ошиблись|"
        "ошибка номера|ошибка|не тот номер|неверный номер"
    ),
    "callback_requested": (
        "callback|callback requested|requested a callback|requested callback|asked to call back|"
        "call back|asked for a callback|wants a callback|просил перезвонить|просила перезвонить|"
        "просили перезвонить|попросил перезвонить|попросила перезвонить|просит перезвонить"
    ),
}
_DIRECTION_WORDS = {
    "outbound": "out outbound outgoing исх исходящий исходящая исходящее исходящим",
    "inbound": "in inbound incoming вх входящий входящая входящее входящим",
}
DIRECTIONS = {word: direction for direction, said in _DIRECTION_WORDS.items() for word in said.split()}
# By the first word of a phrase, the longest first.
OUTCOMES: dict[str, list[tuple[tuple[str, ...], str]]] = {}
for _outcome, _said in _PHRASES.items():
    for _phrase in _said.split("|"):
        _words = tuple(_phrase.split())
        OUTCOMES.setdefault(_words[0], []).append((_words, _outcome))
for _rows in OUTCOMES.values():
    _rows.sort(key=lambda row: -len(row[0]))
