"""What the settings say of models and of transcripts, as llm takes it. llm costs seconds, so it comes when asked."""

from typing import TYPE_CHECKING

from pydantic import SecretStr

from bot.settings import Settings

if TYPE_CHECKING:
    from llm.models import ModelConfig
    from llm.transcripts import TranscriptConfig


def model_config(settings: Settings) -> "ModelConfig":
    """What the settings say of models, as plain strings."""
    from llm.models import ModelConfig

    return ModelConfig(
        model=settings.model,
        fallbacks=settings.model_fallbacks,
        base_url=settings.model_base_url,
        api_key=_opened(settings.model_api_key),
        openai_api_key=_opened(settings.openai_api_key),
        anthropic_api_key=_opened(settings.anthropic_api_key),
        proxy=_opened(settings.model_proxy),
        reads=settings.model_reads,
    )


def transcript_config(settings: Settings) -> "TranscriptConfig":
    """TRANSCRIBE_MODEL at its server; OpenAI's own key serves there when no other is set."""
    from llm.transcripts import TranscriptConfig

    key = _opened(settings.transcribe_api_key)
    if key is None and settings.transcribe_base_url is None:
        key = _opened(settings.openai_api_key)
    return TranscriptConfig(
        settings.transcribe_model, settings.transcribe_base_url, key, _opened(settings.model_proxy)
    )


def _opened(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret is not None else None
