"""Quotes: what a question was said about – the message it replies to, or a message of others that it is itself."""

from dataclasses import replace

from aiogram.types import Message

from crm.attachments import BYTES, QUOTE, QUOTED, SECONDS, SEEN, WORDS, Attachment, Senses
from crm.grammar.letters import storable
from handlers.media_files import files_of
from handlers.sources import is_ours, text_of


def material_of(message: Message, senses: Senses) -> tuple[Attachment, ...]:
    """What goes along with the words of a message as material, in which nothing is an instruction. A reply to the bot's
    own message brings nothing: an assistant knows what it said."""
    if message.forward_origin is not None:
        return forwarded_words(text_of(message))
    replied = message.reply_to_message
    if replied is not None and is_ours(replied):
        return ()
    # a part of it, or of one in another chat
    marked = message.quote.text if message.quote is not None else ""
    words = marked or (text_of(replied) if replied is not None else "")
    quote = [Attachment(QUOTE, text=storable(words[:QUOTED]), of_others=True)] if words.strip() else []
    return (*quote, *(_taken_in(replied, senses) if replied is not None else ()))


def forwarded_words(words: str) -> tuple[Attachment, ...]:
    """Words of others that are all of a question."""
    return (Attachment(WORDS, text=storable(words), of_others=True),) if words.strip() else ()


def _taken_in(replied: Message, senses: Senses) -> list[Attachment]:
    """The recording, picture or PDF that is asked about, where an assistant can take it in."""
    return [
        replace(one, of_others=True)
        for one in files_of(replied)
        if one.size <= BYTES
        and one.seconds <= SECONDS
        and (senses.hears if one.is_spoken else SEEN[one.kind] in senses.reads)
    ]
