"""The gate: everything that goes out keeps Telegram's limits, waits when told, and tries again where that is safe."""

from bot.gate.admission import PATIENCE
from bot.gate.gate import Chats, Gate
from bot.gate.priorities import Priority, sending
from bot.gate.sureness import never_left

__all__ = ["PATIENCE", "Chats", "Gate", "Priority", "never_left", "sending"]
