"""Faults as an operator reads them in chat."""

from crm.answers import Answer
from crm.faults import Fault
from handlers.texts import formatted, ngettext
from handlers.texts import gettext as _


def fault_message(fault: Fault) -> Answer:
    if fault.times == 1:
        head = _("Something went wrong in the bot:")
    else:
        head = ngettext(
            "Something went wrong in the bot {count} time within the hour:",
            "Something went wrong in the bot {count} times within the hour:",
            fault.times,
        ).format(count=fault.times)
    text, entities = formatted(
        head,
        "\n",
        fault.summary,
        "\n",
        _("The log says more under the reference {reference}.").format(reference=fault.reference),
    )
    return Answer(text, entities)
