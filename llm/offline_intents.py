"""What the offline model understands of a question: which tool it means, and with which arguments."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crm.grammar.drafts import parse
from crm.grammar.readers import Reader
from crm.grammar.russian import is_verb

Arguments = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Intent:
    """A tool to call, or with none one of the texts to say: hello, about, or what the person may send instead."""

    tool: str | None = None
    arguments: Arguments = field(default_factory=dict)
    text: str | None = None


@dataclass(frozen=True, slots=True)
class _Form:
    pattern: re.Pattern[str]
    tool: str
    arguments: Callable[[re.Match[str]], Arguments] = lambda _match: {}


def _form(
    pattern: str, tool: str, arguments: Callable[[re.Match[str]], Arguments] = lambda _match: {}
) -> _Form:
    return _Form(re.compile(pattern, re.IGNORECASE), tool, arguments)


_POLITE = re.compile(r"^(?:please|пожалуйста|can you|could you|можешь|можете)[,\s]+", re.IGNORECASE)
_HELLO = re.compile(
    r"^(?:hi|hello|hey|good (?:morning|day|evening)|привет\w*|здравствуй\w*|добр\w+ (?:день|утро|вечер))\b[\s,.!)]*$",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"who are you|what (?:can|do) you do|what are you|help me$|кто (?:ты|вы)\b|что (?:ты|вы) (?:уме|мож|дела)\w+|"
    r"как (?:ты|вы) работа\w+",
    re.IGNORECASE,
)
_SHOW = r"(?:show|find|search(?: for)?|look up|open|покажи(?:те)?|найди(?:те)?|найти|открой(?:те)?)"
_WHAT = r"(?:задач[уаи]?|tasks?)"
_FORMS = (
    _form(
        rf"^(?:finish|close|complete|закрой(?:те)?|заверши(?:те)?|отметь(?:те)?)\s+{_WHAT}\s*[#№]?(\d{{1,9}})\b",
        "finish_task",
        lambda match: {"number": int(match[1])},
    ),
    _form(
        rf"^{_WHAT}\s*[#№]?(\d{{1,9}})\s+(?:is done|done|готов\w*|сделан\w*|выполнен\w*)",
        "finish_task",
        lambda match: {"number": int(match[1])},
    ),
    _form(
        rf"^(?:move|reschedule|перенеси(?:те)?|сдвинь(?:те)?)\s+{_WHAT}\s*[#№]?(\d{{1,9}})\s+(?:to |for |на )?(.+)",
        "change_task",
        lambda match: {"number": int(match[1]), "when": match[2]},
    ),
    _form(
        r"^(?:log|record|note|запиши(?:те)?|зафиксируй(?:те)?|добавь(?:те)?)\s+(?:a |the )?(?:call|звонок)\b[:,]?\s*"
        r"(?:(?:with|to|from|с|со|от)\s+)?(.+)",
        "log_call",
        lambda match: {"line": match[1]},
    ),
    _form(
        r"^(?:add|create|save|make|добавь(?:те)?|создай(?:те)?|запиши(?:те)?|сохрани(?:те)?)\s+(?:a |an |new |новый )*"
        r"(?:contact|контакт)\b[:,]?\s*(.+)",
        "add_contact",
        lambda match: {"line": match[1]},
    ),
    _form(
        r"^(?:add|create|make|new|добавь(?:те)?|создай(?:те)?|запиши(?:те)?|поставь(?:те)?)\s+(?:a |an |new |новую )*"
        r"(?:task|задачу)\b[:,]?\s*(?:to |that )?(.+)",
        "create_task",
        lambda match: {"line": match[1]},
    ),
    _form(
        rf"^{_SHOW}\s+(?:me\s+)?(?:a\s+|the\s+)?(?:contacts?|контакт\w*)\b[:,]?\s+(.+?)[?.!]*$",
        "find_contacts",
        lambda match: {"words": match[1]},
    ),
    _form(
        r"^(?:who is|what is the (?:phone|number|e-?mail) of|кто такой|кто такая|(?:какой )?(?:телефон|номер|почта))\s+"
        r"(?:у\s+)?(.+?)[?.!]*$",
        "find_contacts",
        lambda match: {"words": match[1]},
    ),
    _form(
        rf"^{_SHOW}\s+(?:a\s+|the\s+)?{_WHAT}\s+(?:about\s+|про\s+|о\s+|об\s+)(.+?)[?.!]*$",
        "search_tasks",
        lambda match: {"words": match[1]},
    ),
    _form(
        r"what(?:'s|’s| is)? (?:is )?(?:due|on today|for today|overdue)|due today|\bagenda\b|my day|"
        r"что (?:у меня )?(?:на )?сегодня|план на (?:день|сегодня)|что просрочено|что горит|сегодня\?",
        "agenda",
    ),
    _form(
        r"\bstats\b|statistic|how (?:much (?:was|is|have|did)|many (?:calls|tasks))|"
        r"статистик|сколько (?:сделано|звонков|задач)|итоги",
        "stats",
        lambda match: {
            "period": "month" if re.search("month|месяц", match.string, re.IGNORECASE) else "week"
        },
    ),
    _form(
        r"what time|what date|what day is|который час|какое (?:сегодня )?число|сколько времени", "time_now"
    ),
    _form(
        r"\breminders\b|what (?:will|do) you remind me|напоминани[яй]|о чём (?:вы )?напомн", "my_reminders"
    ),
    _form(r"\btasks?\b|\bto ?do\b|\bmy list\b|задач|дел[ао]\b|в (?:мо[её]м )?списке|мой список", "my_tasks"),
    _form(r"\bcalls\b|who called|звонк|звонил", "latest_calls"),
)


def understood(question: str, tools: Collection[str], reader: Reader, now: datetime) -> Intent:
    """What a question means, among the tools there are."""
    text = _POLITE.sub("", question.strip())
    if _HELLO.match(text) or _ABOUT.search(text):
        return Intent(text="hello" if _HELLO.match(text) else "about")
    draft = parse(text, now=now, reader=reader)
    written = {"reminder": "create_reminder", "call": "log_call"}.get(draft.object)
    if written in tools and (draft.due is not None or draft.contact_name):
        return Intent(written, {"line": text})
    for form in _FORMS:
        if form.tool in tools and (match := form.pattern.search(text)):
            return Intent(form.tool, form.arguments(match))
    if draft.due is not None and draft.title and "?" not in text:
        return Intent("create_task", {"line": text}) if "create_task" in tools else Intent(text="save")
    verb, _space, what = text.partition(" ")
    if is_verb(verb.casefold()) and what and "?" not in text and "create_task" in tools:
        return Intent("create_task", {"line": text})  # «купить бумагу» says what is to be done; the card asks
    return Intent()
