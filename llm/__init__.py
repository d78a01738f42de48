"""Assistants: builds agents from rows, their tools, streaming, the offline model."""
