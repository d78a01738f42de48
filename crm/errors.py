"""Everything that can go wrong by the rules, as one tree, each with a sentence for the person.

CrmError                 for the person; never reported as a fault
├── BadInput             what was typed can't be taken as it is; nothing was changed
│   └── NoTitle          only a date or the like was typed: what is to be done is still to be said
├── ToConfirm            it can be taken, but only once the person has said that it is meant
├── Stale                a button of a card that has changed since; nothing was changed
├── Outdated             the person's place in the team changed a moment ago; to be done again as who they are now
├── NotFound             there is no such thing, or it is not theirs to see
└── NotAllowed           there is such a thing, but not for them
    ├── NotInvited       a stranger where ACCESS=invite
    └── Removed          a member who was removed from the team
AlreadyHandled           this update has had its effect; nothing is done twice
StorageAway              PostgreSQL is away: the update is not finished and will come again
"""


def N_(text: str) -> str:  # noqa: N802 - the name gettext's tools know for "translate later"
    """Mark `text` for translation; it is translated where it is shown."""
    return text


class CrmError(Exception):
    """A rule was not met. `text` is an English sentence (a gettext msgid), `fields` fill its {placeholders}."""

    def __init__(self, text: str, **fields: object) -> None:
        super().__init__(text.format(**fields))
        self.text = text
        self.fields = fields


class BadInput(CrmError):
    """What was typed can't be taken; the sentence says what to type instead."""


class NoTitle(BadInput):
    """All of it was read as something else; the next message says what is to be done."""


class ToConfirm(CrmError):
    """A moment that has passed or is far away; the sentence asks."""


class Stale(CrmError):
    """A button on a card that has changed since it was shown, or one pressed twice."""


class Outdated(CrmError):
    """A remembered actor is no longer what was remembered; the transaction did nothing."""


class NotFound(CrmError):
    """No such thing in this workspace."""


class NotAllowed(CrmError):
    """The person may not do this here."""


class NotInvited(NotAllowed):
    """A stranger, where the bot is by invitation."""


class Removed(NotAllowed):
    """The member was removed from the workspace; `enter` refused them."""


class AlreadyHandled(Exception):
    """The update's effect is already committed (DESIGN §2.1)."""


class StorageAway(Exception):
    """PostgreSQL can't be reached; raised by `db` for connection faults only, never for a wrong query."""
