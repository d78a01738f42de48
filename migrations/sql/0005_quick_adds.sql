-- Words by which a line finds a contact: in sight of whoever sees the contact.
CALL guard('crm_contact_words',
    look => '{all} OR EXISTS (SELECT FROM crm_contacts c WHERE c.id = contact_id)',
    add => '{all} OR EXISTS (SELECT FROM crm_contacts c WHERE c.id = contact_id)',
    remove => '{all} OR EXISTS (SELECT FROM crm_contacts c WHERE c.id = contact_id)');
CREATE TRIGGER touch BEFORE UPDATE ON crm_contact_words FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
