"""Secrets that detect-secrets has no rule for: Sentry's addresses, and keys of model providers.

Named on the command line (`-p scripts/secret_rules.py`) by `make secrets` and by the hook before each commit.
"""

import re

from detect_secrets.plugins.base import RegexBasedDetector


class SentryDsnDetector(RegexBasedDetector):
    """https://key@host/project, as Sentry's settings show it."""

    secret_type = "Sentry DSN"  # noqa: S105 - the kind's name  # pragma: allowlist secret
    denylist = (re.compile(r"https?://[0-9a-f]{32}(?::[0-9a-f]{32})?@[\w.-]+/\d+"),)


class ModelKeyDetector(RegexBasedDetector):
    """Keys by the beginnings their providers give them: Anthropic, OpenAI, OpenRouter, Google, Yandex Cloud."""

    secret_type = "Model key"  # noqa: S105 - the kind's name  # pragma: allowlist secret
    denylist = (
        re.compile(r"\bsk-(?:ant|proj|or|svcacct)-[\w-]{20,}"),
        re.compile(r"\bsk-[A-Za-z0-9]{40,}\b"),
        re.compile(r"\bAIza[\w-]{35}\b"),
        re.compile(r"\bAQVN[\w-]{35,}"),
    )
