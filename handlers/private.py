"""What belongs in a private chat, said politely in a group."""

from aiogram.types import User

from crm.answers import Answer, Button
from handlers.texts import gettext as _


def only_in_private(me: User) -> Answer:
    """A sentence and a way there."""
    button = Button(_("Open our chat"), url=f"https://t.me/{me.username}")
    return Answer(
        _("That is between the two of us. Open our private chat and send it there."),
        buttons=((button,),),
        aside=True,
    )
