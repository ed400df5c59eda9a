//! People and bodies outside any node who may be told something of a case.

use super::fields::{self, invalid};
use super::rows::put_new;
use super::{Actor, App, AppResult};
use crate::store::{Changes, Kind};
use policy::id::ContactId;
use policy::record::Contact;

impl App {
    /// Adds a contact to a case. `new.id` is set here.
    ///
    /// # Errors
    /// [`super::AppError::Invalid`] without a name, or when the person named is not of this case.
    pub async fn add_contact(&self, actor: &Actor, new: Contact) -> AppResult<Contact> {
        let name = fields::text("name", &new.name, fields::NAME_BYTES_MAX)?;
        let snapshot = self.case_snapshot(new.case).await?;
        for (field, person) in [("person_id", new.person), ("of_person_id", new.of)] {
            if person.is_some_and(|person| !snapshot.people.iter().any(|p| p.id == person)) {
                return Err(invalid(field, "is no person of this case: `concord case show` lists them"));
            }
        }
        let contact = Contact { id: ContactId(self.new_id()), name, ..new };
        let r = Kind::Contact.of(contact.id);
        let case = Kind::Case.of(contact.case);
        let mut changes = Changes::default();
        changes.puts.push(put_new(r, &contact, &[])?.under(contact.case));
        changes.events.push(self.event(actor.staff.as_str(), "contact_added", vec![r, case]));
        self.commit(changes).await?;
        Ok(contact)
    }
}
