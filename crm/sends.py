"""Sends: how fast Telegram lets a bot write (Bot FAQ, "My bot is hitting limits"), for all that keeps count."""

BURST = 8  # messages to a person at once; then one a second, so that quick presses of buttons feel no lag
# As (seconds, messages in them). The published minute and second are stretched by what messages may be late on their
# way, or two that left far enough apart would arrive too close.
GROUP = (60.5, 20)
SECOND, PER_SECOND = 1.04, 30
