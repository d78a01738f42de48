"""Telegram in and out: read the update, call one use case, answer."""
