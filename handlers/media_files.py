"""Media files: what a message carries that an assistant can take in."""

from dataclasses import replace

from aiogram.types import Message

from crm.attachments import Attachment

PDF = "application/pdf"
# that models read; sent as files they keep their size
PICTURES = ("image/jpeg", "image/png", "image/webp", "image/gif")


def files_of(message: Message) -> tuple[Attachment, ...]:
    """A recording, a picture or a PDF; of a photo, the largest size."""
    found = _file_of(message)
    if found is None:
        return ()
    if message.forward_origin is None:
        return (found,)
    return (replace(found, of_others=True, said_at=message.forward_origin.date.isoformat()),)


def _file_of(message: Message) -> Attachment | None:
    spoken = message.voice or message.audio or message.video_note
    if spoken is not None:
        kind = "voice" if message.voice else "audio" if message.audio else "video_note"
        mime = getattr(spoken, "mime_type", None) or ("video/mp4" if kind == "video_note" else "audio/ogg")
        name = getattr(spoken, "file_name", None) or {"voice": "voice.ogg", "video_note": "note.mp4"}.get(
            kind, "audio.mp3"
        )
        return Attachment(kind, spoken.file_id, mime, name[:100], spoken.file_size or 0, spoken.duration)
    if message.photo:
        largest = message.photo[-1]
        return Attachment("photo", largest.file_id, "image/jpeg", "", largest.file_size or 0)
    document = message.document
    if document is None or document.mime_type not in (PDF, *PICTURES):
        return None
    kind, name = "pdf" if document.mime_type == PDF else "photo", (document.file_name or "")[:100]
    return Attachment(kind, document.file_id, document.mime_type, name, document.file_size or 0)
