"""Contacts: the line, the lists, and all that a card does."""

from collections.abc import Mapping

from tests.handlers.doors import Knock, answers_own, presses, says, shares

CONTACT_CARD = "k:{contact_ids[0]}."  # and the version that was shown
A_FILE = {"file_id": "cards", "file_unique_id": "cards", "file_name": "cards.vcf", "file_size": 100}
OF_CONTACTS: Mapping[str, Knock] = {
    "contacts.saving.save_contact": Knock(says("/contact Ivanov +7 999 111-22-33"), changes=True),
    "contacts.saving.create_contact": Knock(presses("knew:Zaitsev"), changes=True),
    "contacts.saving.save_shared_contact": Knock(
        shares(contact={"phone_number": "79990001122", "first_name": "Zoe"}), changes=True
    ),
    "contacts.lists.list_contacts": Knock(says("/contacts")),
    "contacts.lists.turn_contacts": Knock(presses("contacts:all:+{contact_ids[0]}")),
    "contacts.lists.open_contact": Knock(presses("contact:{contact_ids[0]}")),
    "contacts.editing.open_menu": Knock(presses(CONTACT_CARD + "1:edit")),
    "contacts.editing.ask_field": Knock(presses(CONTACT_CARD + "1:ask:note")),
    "contacts.editing.type_field": Knock(
        says("asked for the price"), changes=True, first=presses(CONTACT_CARD + "1:ask:note")
    ),
    "contacts.vcards.send_vcard": Knock(presses(CONTACT_CARD + "1:vcf")),
    "contacts.vcards.read_vcards": Knock(shares(document=A_FILE)),
    "contacts.vcards.save_vcards": answers_own(shares(document=A_FILE), "vcf:yes:{of}", changes=True),
    "contacts.merging.offer_merge": Knock(presses(CONTACT_CARD + "1:merge")),
    "contacts.merging.compare_contacts": Knock(presses(CONTACT_CARD + "1:into:{contact_ids[1]}")),
    "contacts.merging.merge_contacts": Knock(
        presses("k:{contact_ids[1]}.1:join:{contact_ids[0]}"), changes=True
    ),
    "contacts.editing.change_contact": Knock(presses("k:{contact_ids[2]}.1:stage:won"), changes=True),
    "contacts.editing.delete_contact": Knock(presses("k:{contact_ids[3]}.1:del"), changes=True),
    "contacts.editing.bring_back": Knock(presses("k:{contact_ids[3]}.2:back"), changes=True),
}
