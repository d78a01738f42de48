"""Where Sentry's events go in tests."""

from typing import Any

from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport


class Memory(Transport):
    """All that would have gone to Sentry, byte for byte."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[str] = []
        self.events: list[Any] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        self.sent.append(envelope.serialize().decode())
        self.events += [event for item in envelope.items if (event := item.get_event()) is not None]
