"""The offline model: with no provider connected, answers from the grammar and the CRM, and says so."""

import json
import re
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime
from functools import partial
from secrets import token_hex
from zoneinfo import ZoneInfo

from babel.dates import format_date
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

from crm.grammar.readers import Reader
from llm.offline_intents import Intent, understood
from llm.offline_texts import HEADS, STATS, TEXTS, WORDS
from llm.work import BEGIN, END

_ADDRESS = re.compile(r"(?<!\S)@\w+bot\b[,:]?\s*", re.IGNORECASE)  # how a group speaks to it
_MOMENT = re.compile(r"(?<= · )(\d{4}-\d{2}-\d{2})( \d{2}:\d{2})?(?!\d)")  # how tools tell one to a model
_CALLED = re.compile(r"^call (\d{4}-\d{2}-\d{2}) (\w+)$", re.MULTILINE)  # the lines below a contact
_OF_TASK = re.compile(r"^task (?=#\d)", re.MULTILINE)
_NOTED = re.compile(r"^note (\d{4}-\d{2}-\d{2}):", re.MULTILINE)
_WRITES = ("create_task", "create_reminder", "log_call", "add_contact", "change_task", "finish_task")


def offline_model(language: str, zone: str) -> FunctionModel:
    """A model that calls the same tools as a real one; streams word by word. `zone` is an IANA name."""

    async def stream(messages: list[ModelMessage], info: AgentInfo) -> AsyncIterator[str | DeltaToolCalls]:
        for number, part in enumerate(_respond(messages, info, language, zone)):
            if isinstance(part, TextPart):
                for word in re.findall(r"\S+\s*|\s+", part.content):
                    yield word
            else:
                arguments = json.dumps(part.args, ensure_ascii=False)
                call = DeltaToolCall(name=part.tool_name, json_args=arguments, tool_call_id=part.tool_call_id)
                yield {number: call}

    def respond(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        return ModelResponse(parts=_respond(messages, info, language, zone))

    return FunctionModel(respond, stream_function=stream, model_name="offline")


def _respond(
    messages: Sequence[ModelMessage], info: AgentInfo, language: str, zone: str
) -> list[TextPart | ToolCallPart]:
    texts, heads = TEXTS.get(language, TEXTS["en"]), HEADS.get(language, HEADS["en"])
    last = messages[-1]
    told = last.parts if isinstance(last, ModelRequest) else ()
    if any(isinstance(part, UserPromptPart) for part in told):
        told = ()  # what became of an earlier card comes along with the next question, and is no answer to it
    for part in told:
        if isinstance(part, ToolReturnPart) and part.outcome == "retried":
            return [TextPart(f"{texts['offline']} {texts['unread']}")]
        if isinstance(part, ToolReturnPart):
            found, head = (
                _in_words(str(part.content), language, part.tool_name),
                heads.get(part.tool_name, ""),
            )
            none = texts["none"] if not head else texts["none"][0].lower() + texts["none"][1:]
            shown = f"{head}\n{found}" if found != "none" else f"{head} {none}"
            return [TextPart(shown.strip())]
    question = _ADDRESS.sub("", _question(messages)).strip()
    tools = {tool.name for tool in info.function_tools}
    intent = understood(question, tools, Reader(ZoneInfo(zone), language), datetime.now(UTC))
    return _said(intent, question, texts)


def _said(intent: Intent, question: str, texts: dict[str, str]) -> list[TextPart | ToolCallPart]:
    if intent.tool is not None:
        call = ToolCallPart(intent.tool, dict(intent.arguments), tool_call_id=f"offline-{token_hex(8)}")
        if intent.tool in _WRITES:
            return [TextPart(f"{texts['offline']} {texts['card']}"), call]
        return [call]
    if intent.text == "hello":
        return [TextPart(f"{texts['hello']} {texts['offline']} {texts['can']}")]
    if intent.text == "save":
        return [TextPart(f"{texts['offline']} {texts['save']}\n`/task {question}`")]
    return [TextPart(f"{texts['offline']} {texts['can']}")]


def _in_words(found: str, language: str, tool: str) -> str:
    """A tool's words for a model, as a person of the language reads them."""
    found = found.removeprefix(BEGIN).removesuffix(END).strip()
    if tool == "stats":
        return _stats_in_words(found, language)
    if tool == "find_contacts":
        found = _CALLED.sub(r"☎ · \1 · \2", _OF_TASK.sub("", _NOTED.sub(r"✎ · \1:", found)))
    for word, said in WORDS.get(language, {}).items():
        found = re.sub(rf"(?<= · ){re.escape(word)}(?![\w-])", said, found)
    return _MOMENT.sub(partial(_moment_in_words, language), found)


def _moment_in_words(language: str, found: re.Match[str]) -> str:
    """«Tue, 1 Dec, 09:00» as commands say it; with the year where it is another."""
    day, clock = date.fromisoformat(found[1]), found[2] or ""
    year = "" if day.year == datetime.now(UTC).year else " y"
    words = format_date(day, format=f"EEE, d MMM{year}", locale=language)
    return f"{words}, {clock.strip()}" if clock else str(words)


def _stats_in_words(found: str, language: str) -> str:
    """«the team · created 3 · done 2 · overdue now 0 · calls 1», a line for each member too."""
    outcomes, told = WORDS.get(language, {}), STATS.get(language, {})
    lines = []
    for line in found.splitlines():
        name, _dot, amounts = line.partition(" · ")
        for word, said in {**outcomes, **told}.items():
            amounts = re.sub(rf"(?<![\w-]){re.escape(word)}(?![\w-])", said, amounts)
        lines.append(f"{told.get(name, name)}: {amounts}")
    return "\n".join(lines)


def _question(messages: Sequence[ModelMessage]) -> str:
    """The newest thing the person said."""
    for message in reversed(messages):
        for part in reversed(message.parts):
            if isinstance(part, UserPromptPart):
                return part.content if isinstance(part.content, str) else ""
    return ""
