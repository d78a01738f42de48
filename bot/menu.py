"""The menu: what Telegram shows behind the / button, for each language, in private chats and in groups."""

from aiogram import Bot
from aiogram.types import BotCommand, BotCommandScopeAllGroupChats, BotCommandScopeAllPrivateChats

COMMANDS = {
    "en": {
        "task": "A new task", "tasks": "What is open", "agenda": "Today, and what is overdue",
        "done": "Mark tasks done", "find": "Find a task", "stats": "The week in words",
        "call": "Log a call", "calls": "The last calls",
        "contact": "Save or find a contact", "contacts": "Your contacts",
        "remind": "A reminder", "reminders": "Reminders to come", "calendar": "Tasks in your own calendar",
        "export": "Take tasks, calls, contacts out", "import": "Take a table in", "history": "Who changed what",
        "undo": "Take your last change back", "agents": "Assistants", "team": "Your team",
        "ask": "Ask an assistant", "agent": "Who answers you here", "why": "Why that assistant answered",
        "new": "A new conversation with an assistant", "memory": "What assistants remember",
        "forget": "Erase what was said to assistants", "usage": "What assistants cost",
        "away": "While you are away", "settings": "Language, time, quiet hours",
        "stop": "Stop the answer being written",
        "answers": "How answers appear in this group", "help": "What I can do",
    },
    "ru": {
        "task": "Новая задача", "tasks": "Что открыто", "agenda": "План на день и просроченное",
        "done": "Отметить выполненные", "find": "Найти задачу", "stats": "Итоги недели словами",
        "call": "Записать звонок", "calls": "Последние звонки",
        "contact": "Сохранить или найти контакт", "contacts": "Ваши контакты",
        "remind": "Напоминание", "reminders": "Ближайшие напоминания", "calendar": "Задачи в вашем календаре",
        "export": "Выгрузить задачи, звонки, контакты", "import": "Загрузить таблицу", "history": "Кто что менял",
        "undo": "Отменить своё последнее изменение", "agents": "Помощники", "team": "Ваша команда",
        "ask": "Спросить помощника", "agent": "Кто здесь отвечает", "why": "Почему ответил этот помощник",
        "new": "Новый разговор с помощником", "memory": "Что помнят помощники",
        "forget": "Стереть сказанное помощникам", "usage": "Расход на помощников",
        "away": "Пока вас нет", "settings": "Язык, время, тихие часы",
        "stop": "Остановить ответ",
        "answers": "Как появляются ответы в группе", "help": "Что можно сделать",
    },
}  # fmt: skip
NOT_IN_GROUPS = {
    "contact",
    "contacts",
    "calls",
    "stats",
    "away",
    "settings",
    "team",
    "usage",
    "calendar",
    "export",
    "import",
}  # a phone book and other people's calls are nobody's business there
ONLY_IN_GROUPS = {"answers"}
SCOPES = (
    (BotCommandScopeAllPrivateChats(), ONLY_IN_GROUPS),
    (BotCommandScopeAllGroupChats(), NOT_IN_GROUPS),
)


ABOUT = {  # what Telegram shows in an empty chat (512 characters, Bot API), and on the bot's page (120)
    "en": (
        "I keep your team's tasks, contacts and calls, remind you at the right minute, and answer the rest."
        " Write a line as you would say it: tomorrow at 9 call Anna.",
        "Tasks, contacts, calls and reminders of a team, written as you would say them.",
    ),
    "ru": (
        "Здесь живут задачи, контакты и звонки вашей команды, напоминания приходят в нужную минуту, а на остальное"
        " отвечают помощники. Пишите, как говорите: завтра в 9 позвонить Анне.",
        "Задачи, контакты, звонки и напоминания команды — так, как вы их говорите.",
    ),
}


async def set_menu(bot: Bot) -> None:
    """English is what Telegram shows where there is nothing in a person's own language. Only what differs is set:
    Telegram limits how often a bot may change these."""
    for language, commands in COMMANDS.items():
        code = None if language == "en" else language
        for scope, hidden in SCOPES:
            wanted = {name: text for name, text in commands.items() if name not in hidden}
            there = await bot.get_my_commands(scope=scope, language_code=code)
            if list(wanted.items()) != [(one.command, one.description) for one in there]:
                menu = [BotCommand(command=name, description=text) for name, text in wanted.items()]
                await bot.set_my_commands(menu, scope=scope, language_code=code)
        long, short = ABOUT[language]
        if (await bot.get_my_description(language_code=code)).description != long:
            await bot.set_my_description(long, language_code=code)
        if (await bot.get_my_short_description(language_code=code)).short_description != short:
            await bot.set_my_short_description(short, language_code=code)
