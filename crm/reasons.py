"""Reasons: why a delivery waits, comes late, or failed."""

from enum import StrEnum


class Why(StrEnum):
    """As a delivery's row keeps it; the words for people are made when it is told."""

    NOT_RUNNING = "not_running"  # no process of the bot was
    SILENT = "telegram_silent"  # no answer, or a fault of Telegram's own
    ASKED_TO_WAIT = "asked_to_wait"  # the chat, or the whole bot, was told to be silent
    REFUSED = "telegram_refused"
    BLOCKED = "blocked"  # by the recipient, or never started
    NO_CHAT = "chat_not_found"
    QUIET = "quiet_hours"
    DAY_OFF = "day_off"
    AWAY = "away"
    PASSED_ON = "passed_on"  # its task was somebody else's when it was due
    STOOD_IN = "stand-in"  # somebody got it who stood in for its recipient
