"""How a call went: which way, and how it ended."""

from enum import StrEnum


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Outcome(StrEnum):
    CONNECTED = "connected"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    LEFT_VOICEMAIL = "left_voicemail"
    LEFT_LIVE_MESSAGE = "left_live_message"
    WRONG_NUMBER = "wrong_number"
    CALLBACK_REQUESTED = "callback_requested"
    OTHER = "other"


MISSED = (Outcome.NO_ANSWER, Outcome.BUSY, Outcome.LEFT_VOICEMAIL)  # they are tried again
SILENT = (*MISSED, Outcome.WRONG_NUMBER)  # nobody asks how long these were
