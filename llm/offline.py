"""The offline model: with no provider connected, answers from the grammar and the CRM, and says so."""

import json
import re
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from secrets import token_hex
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

from crm.grammar.readers import Reader
from llm.offline_intents import Intent, understood
from llm.offline_texts import HEADS, LABELS, TEXTS, WORDS
from llm.work import BEGIN, END

_ADDRESS = re.compile(r"(?<!\S)@\w+bot\b[,:]?\s*", re.IGNORECASE)  # how a group speaks to it
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
    for part in last.parts if isinstance(last, ModelRequest) else ():
        if isinstance(part, ToolReturnPart) and part.outcome == "retried":
            return [TextPart(f"{texts['offline']} {texts['unread']}")]
        if isinstance(part, ToolReturnPart):
            found, head = _in_words(str(part.content), language), heads.get(part.tool_name, "")
            shown = f"{head}\n{found}" if found != "none" else f"{head} {texts['none']}"
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


def _in_words(found: str, language: str) -> str:
    """A tool's words for a model, as a person of the language reads them."""
    found = found.removeprefix(BEGIN).removesuffix(END).strip()
    for word, said in WORDS.get(language, {}).items():
        found = re.sub(rf"(?<= · ){re.escape(word)}(?![\w-])", said, found)
    for word, said in LABELS.get(language, {}).items():
        found = re.sub(rf"(?m)^{word}(?= · )", said, found)
    return found


def _question(messages: Sequence[ModelMessage]) -> str:
    """The newest thing the person said."""
    for message in reversed(messages):
        for part in reversed(message.parts):
            if isinstance(part, UserPromptPart):
                return part.content if isinstance(part.content, str) else ""
    return ""
