"""A local Bot API and a chat page, so that the whole bot runs with no token."""
