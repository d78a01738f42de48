"""What the offline model says, in both languages. It is a model's speech, not the bot's, so it is in no catalogue."""

TEXTS = {
    "en": {
        "hello": "Good to see you.",
        "offline": "I am offline: no language model is connected, so I answer from what this bot itself knows.",
        "can": (
            "I understand “remind me in an hour to call Anna”, “what's due”, “log a call with Anna no answer”, "
            "“find contact Anna”, “my tasks”, “stats”, and commands: /task, /call, /contact, /remind. See /help."
        ),
        "none": "Nothing yet.",
        "save": "To save it, send:",
        "card": "Check what I have read on the card below.",
        "unread": "I could not read that well enough to save it. Send a command: /task, /call, /contact, /remind.",
    },
    "ru": {
        "hello": "Здравствуйте.",
        "offline": "Языковая модель не подключена, поэтому ответ — из того, что знает сам бот.",
        "can": (
            "Понятны фразы «напомни через час позвонить Анне», «что на сегодня», «запиши звонок с Анной, не "
            "дозвонились», «найди контакт Анна», «мои задачи», «статистика» и команды: /task, /call, /contact, "
            "/remind. Ещё — /help."
        ),
        "none": "Пока ничего нет.",
        "save": "Чтобы записать, отправьте:",
        "card": "Проверьте прочитанное на карточке ниже.",
        "unread": "Прочитать это так, чтобы записать, не удалось. Отправьте командой: /task, /call, /contact, /remind.",
    },
}
HEADS = {
    "en": {
        "my_tasks": "Your open tasks:",
        "search_tasks": "Found:",
        "my_reminders": "Your reminders:",
        "agenda": "Overdue and due today:",
        "latest_calls": "The last calls:",
        "find_contacts": "Contacts:",
        "stats": "What was done:",
    },
    "ru": {
        "my_tasks": "Ваши открытые задачи:",
        "search_tasks": "Нашлось:",
        "my_reminders": "Ваши напоминания:",
        "agenda": "Просрочено и на сегодня:",
        "latest_calls": "Последние звонки:",
        "find_contacts": "Контакты:",
        "stats": "Сделано:",
    },
}
WORDS = {
    "en": {"inbound": "incoming", "outbound": "outgoing", "connected": "talked", "no_answer": "no answer"},
    "ru": {
        "overdue now": "просрочено сейчас",
        "overdue": "просрочена",
        "created": "создано",
        "done": "сделано",
        "calls": "звонков",
        "completed": "выполнена",
        "canceled": "отменена",
        "inbound": "входящий",
        "outbound": "исходящий",
        "connected": "поговорили",
        "no_answer": "не дозвонились",
        "busy": "занято",
        "left_voicemail": "автоответчик",
        "left_live_message": "передали сообщение",
        "wrong_number": "ошибка номера",
        "callback_requested": "просили перезвонить",
        "other": "другое",
        "lead": "новый",
        "active": "в работе",
        "won": "клиент",
        "lost": "отказ",
        "dormant": "пауза",
        "asked not to be called": "просили не звонить",
    },
}
STATS = {  # what the tool says before its numbers
    "en": {"the team": "The team"},
    "ru": {
        "the team": "Команда",
        "nobody": "Ни за кем",
        "created": "поставлено",
        "done": "выполнено",
        "overdue": "просрочено",
        "calls": "звонки:",
    },
}
