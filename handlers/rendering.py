"""Rendering: what a model writes in Markdown becomes messages of text and entities, and long code a file."""

from dataclasses import dataclass, replace

import structlog
from telegramify_markdown import RenderConfig, convert

from crm.answers import Entity, File
from handlers.splitting import split
from handlers.texts import gettext as _

log = structlog.get_logger()
AS_FILE = 3000  # UTF-16 units of code from which on it is sent as a file
FILE_LIMIT = 10  # files of one answer; further code stays text
# others would call people (tg://user) or be refused by Telegram
LINKED = ("http://", "https://", "mailto:", "tel:")
_ENDINGS = {
    "bash": "sh", "c": "c", "cpp": "cpp", "cs": "cs", "csharp": "cs", "css": "css", "csv": "csv", "go": "go",
    "html": "html", "java": "java", "javascript": "js", "js": "js", "json": "json", "kotlin": "kt", "md": "md",
    "markdown": "md", "php": "php", "py": "py", "python": "py", "rb": "rb", "ruby": "rb", "rs": "rs", "rust": "rs",
    "sh": "sh", "shell": "sh", "sql": "sql", "swift": "swift", "ts": "ts", "typescript": "ts", "xml": "xml",
    "yaml": "yaml", "yml": "yaml",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Piece:
    """One message of an answer: text with its entities, or a file."""

    text: str = ""
    entities: tuple[Entity, ...] = ()
    file: File | None = None


def render(markdown: str, signature: str | None = None) -> list[Piece]:
    """The messages of an answer, in order: the same text gives the same pieces. `signature` ends the text."""
    text, entities = formatted_text(markdown)
    text, entities, files = _without_long_code(text, entities)
    text, entities = _stripped(text, entities)
    if not text:
        text = _("There is nothing to say to that.") if not files else ""
    if signature is not None:
        text, entities = _signed(text, entities, signature)
    pieces = [Piece(part, own) for part, own in split(text, entities) if part.strip()]
    return [*pieces, *(Piece(file=file) for file in files)]


def formatted_text(markdown: str) -> tuple[str, tuple[Entity, ...]]:
    """Text and entities; Markdown that can't be read is text as it stands."""
    try:
        text, found = convert(markdown, config=_CONFIG)
    except Exception as fault:  # whatever a model may write, the person reads it
        log.warning("markdown_not_read", reason=type(fault).__name__)
        return markdown, ()
    if not text.strip():
        return markdown.strip(), ()
    return text, tuple(
        Entity(str(one.type), one.offset, one.length, one.url, one.language)
        for one in found
        if one.length > 0 and (one.url is None or one.url.lower().startswith(LINKED))
    )


def _plain_symbols() -> RenderConfig:
    """Headings are bold without pictures, and lists have the dots that people write."""
    config = RenderConfig.isolated()
    for level in range(1, 7):
        setattr(config.markdown_symbol, f"heading_level_{level}", "")
    config.markdown_symbol.image = ""
    config.markdown_symbol.link = ""
    config.markdown_symbol.unordered_list_item = "•"
    config.markdown_symbol.task_uncompleted = "☐"
    return config


_CONFIG = _plain_symbols()


def _without_long_code(text: str, entities: tuple[Entity, ...]) -> tuple[str, tuple[Entity, ...], list[File]]:
    """Each long block of code gives its place to the name of its file."""
    blocks = sorted(
        (one for one in entities if one.type == "pre" and one.length > AS_FILE), key=lambda one: one.offset
    )[:FILE_LIMIT]
    files = []
    for number, block in reversed(
        list(enumerate(blocks, 1))
    ):  # from the end on, so that places before it hold
        ending = _ENDINGS.get((block.language or "").lower(), "txt")
        name, end = f"code{number}.{ending}", block.offset + block.length
        files.append(File(name, _cut(text, block.offset, end).encode()))
        text = _cut(text, 0, block.offset) + name + _cut(text, end, None)
        entities = tuple(
            shifted for one in entities if (shifted := _around(one, block.offset, end, len(name))) is not None
        )
    return text, entities, files[::-1]


def _around(one: Entity, start: int, end: int, length: int) -> Entity | None:
    """An entity after the text from `start` to `end` was replaced by one of `length`; None for what was in it."""
    if one.offset >= end:
        return replace(one, offset=one.offset - (end - start) + length)
    if one.offset + one.length <= start:
        return one
    if one.offset < start and one.offset + one.length >= end:  # a quote around it
        return replace(one, length=one.length - (end - start) + length)
    return None


def _stripped(text: str, entities: tuple[Entity, ...]) -> tuple[str, tuple[Entity, ...]]:
    """Telegram drops white space at both ends of a message; entities move along."""
    lead = len(text) - len(text.lstrip())  # white space is one unit each
    whole = text.strip()
    size = _units(whole)
    kept = []
    for one in entities:
        start, end = max(one.offset - lead, 0), min(one.offset + one.length - lead, size)
        if start < end:
            kept.append(replace(one, offset=start, length=end - start))
    return whole, tuple(kept)


def _signed(text: str, entities: tuple[Entity, ...], name: str) -> tuple[str, tuple[Entity, ...]]:
    mark = f"— {name}"
    before = f"{text}\n\n" if text else ""
    return before + mark, (*entities, Entity("italic", _units(before), _units(mark)))


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _cut(text: str, start: int, end: int | None) -> str:
    """By UTF-16 units; entities begin and end between whole letters."""
    raw = text.encode("utf-16-le")
    return raw[start * 2 : None if end is None else end * 2].decode("utf-16-le", errors="ignore")
