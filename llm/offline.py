"""The offline model: with no provider connected, answers from the grammar and the CRM, and says so."""

import re
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models.function import AgentInfo, DeltaToolCall, DeltaToolCalls, FunctionModel

from crm.grammar.drafts import parse
from crm.grammar.readers import Reader

_TASKS = re.compile(r"\btasks?\b|\bto ?do\b|задач|дел[ао]\b|сегодня\?", re.IGNORECASE)
_CALLS = re.compile(r"\bcalls\b|who called|звонк|звонил", re.IGNORECASE)
_ADDRESS = re.compile(r"(?<!\S)@\w+bot\b[,:]?\s*", re.IGNORECASE)  # how a group speaks to it
_TEXTS = {
    "en": {
        "offline": "I am offline: no language model is connected, so I answer from what this bot itself knows.",
        "can": "I can show your tasks and calls, and take commands: /task, /call, /contact, /remind. See /help.",
        "tasks": "Your open tasks:",
        "calls": "The last calls:",
        "none": "Nothing yet.",
        "save": "To save it, send:",
    },
    "ru": {
        "offline": "Языковая модель не подключена, поэтому ответ — из того, что знает сам бот.",
        "can": "Можно показать ваши задачи и звонки и принять команды: /task, /call, /contact, /remind. Ещё — /help.",
        "tasks": "Ваши открытые задачи:",
        "calls": "Последние звонки:",
        "none": "Пока ничего нет.",
        "save": "Чтобы записать, отправьте:",
    },
}
_WORDS = {
    "en": {"inbound": "incoming", "outbound": "outgoing", "connected": "talked", "no_answer": "no answer"},
    "ru": {
        "overdue": "просрочена",
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
    },
}


def offline_model(language: str, zone: str) -> FunctionModel:
    """A model that calls the same tools as a real one; streams word by word. `zone` is an IANA name."""

    async def stream(messages: list[ModelMessage], info: AgentInfo) -> AsyncIterator[str | DeltaToolCalls]:
        said = _respond(messages, {tool.name for tool in info.function_tools}, language, zone)
        if isinstance(said, str):
            for word in re.findall(r"\S+\s*|\s+", said):
                yield word
        else:
            yield {0: DeltaToolCall(name=said.tool_name, json_args="{}", tool_call_id="1")}

    def respond(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        said = _respond(messages, {tool.name for tool in info.function_tools}, language, zone)
        return ModelResponse(parts=[TextPart(said) if isinstance(said, str) else said])

    return FunctionModel(respond, stream_function=stream, model_name="offline")


def _respond(
    messages: Sequence[ModelMessage], tools: set[str], language: str, zone: str
) -> str | ToolCallPart:
    texts = _TEXTS.get(language, _TEXTS["en"])
    last = messages[-1]
    for part in last.parts if isinstance(last, ModelRequest) else ():
        if isinstance(part, ToolReturnPart):
            found = _in_words(str(part.content), language)
            head = texts["tasks"] if part.tool_name == "my_tasks" else texts["calls"]
            return f"{head}\n{found}" if found != "none" else f"{head} {texts['none']}"
    question = _ADDRESS.sub("", _question(messages)).strip()
    if "my_tasks" in tools and _TASKS.search(question):
        return ToolCallPart("my_tasks", {})
    if "latest_calls" in tools and _CALLS.search(question):
        return ToolCallPart("latest_calls", {})
    draft = parse(question, now=datetime.now(UTC), reader=Reader(ZoneInfo(zone), language))
    if draft.due is not None and draft.title:
        return f"{texts['offline']} {texts['save']}\n`/task {question}`"
    return f"{texts['offline']} {texts['can']}"


def _in_words(found: str, language: str) -> str:
    """A tool's words for a model, as a person of the language reads them."""
    for word, said in _WORDS.get(language, {}).items():
        found = found.replace(f" · {word}", f" · {said}")
    return found


def _question(messages: Sequence[ModelMessage]) -> str:
    """The newest thing the person said."""
    for message in reversed(messages):
        for part in reversed(message.parts):
            if isinstance(part, UserPromptPart):
                return part.content if isinstance(part.content, str) else ""
    return ""
