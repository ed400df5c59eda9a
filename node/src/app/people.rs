//! People of a case, as that case knows them.

use super::fields::{self, invalid};
use super::rows::{Read, put_new};
use super::{Actor, App, AppResult};
use crate::store::{Changes, Kind};
use policy::id::{CaseId, PersonId};
use policy::record::Person;

impl App {
    /// Adds a person to a case. `new.id` is set here.
    ///
    /// # Errors
    /// [`super::AppError::Invalid`] without a role, with too many or over-long names, or with a birth date ahead of now.
    pub async fn add_person(&self, actor: &Actor, new: Person) -> AppResult<Person> {
        fields::some("roles", &new.roles, LIST_OF_ROLES_MAX)?;
        fields::at_most("names", &new.names, fields::PERSON_NAMES_MAX)?;
        let mut names = Vec::with_capacity(new.names.len());
        for name in &new.names {
            names.push(fields::text("names", name, fields::NAME_BYTES_MAX)?);
        }
        if new.date_of_birth.is_some_and(|born| born > self.now().date()) {
            return Err(invalid("date_of_birth", "lies ahead of today"));
        }
        let case = self.case(new.case).await?;
        let person = Person { id: PersonId(self.new_id()), names, ..new };
        let r = Kind::Person.of(person.id);
        let mut changes = Changes { relied_on: vec![case.relied_on()], ..Changes::default() };
        changes.puts.push(put_new(r, &person, &[])?.under(person.case));
        changes.events.push(self.event(actor.staff.as_str(), "person_added", vec![r, case.row.r]));
        self.commit(changes).await?;
        if super::casework::makes_items(&person.roles) {
            self.person_was_added(person.case).await?;
        }
        Ok(person)
    }

    /// The case that a person belongs to.
    ///
    /// # Errors
    /// [`super::AppError::NotFound`] when there is no such person.
    pub async fn case_of_person(&self, person: PersonId) -> AppResult<CaseId> {
        let found: Read<Person> = self.load(Kind::Person.of(person)).await?;
        Ok(found.record.case)
    }
}

/// A person has at most every role once.
const LIST_OF_ROLES_MAX: usize = 8;
