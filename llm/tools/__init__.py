"""Tools: what an assistant may look up, and what it may ask to write, through the use cases of the commands."""

from collections.abc import Mapping

from pydantic_ai import Tool

from llm.tools.reads import READS
from llm.tools.writes import WRITES
from llm.work import Desk, Work

TOOLS: Mapping[str, Tool[Work]] = {tool.name: tool for tool in (*READS, *WRITES)}
__all__ = ["TOOLS", "Desk", "Work"]
