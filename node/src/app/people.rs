//! People of a case, as that case knows them.

use super::fields::{self, invalid};
use super::rows::{Read, put_new};
use super::{Actor, App, AppError, AppResult, DECIDE_AGAIN_MAX};
use crate::store::{Changes, Kind};
use policy::id::{CaseId, PersonId};
use policy::record::Person;

impl App {
    /// Adds a person to a case. `new.id` is set here.
    ///
    /// # Errors
    /// [`AppError::Invalid`] without a role, with too many or over-long names, or with a birth date ahead of now.
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
        let person = Person { id: PersonId(self.new_id()), names, ..new };
        for _ in 0..DECIDE_AGAIN_MAX {
            let case = self.case(person.case).await?;
            let r = Kind::Person.of(person.id);
            let mut changes = Changes { relied_on: vec![case.relied_on()], ..Changes::default() };
            changes.puts.push(put_new(r, &person, &[])?.under(person.case));
            changes.events.push(self.event(actor.staff.as_str(), "person_added", vec![r, case.row.r]));
            self.items_with_person(&person, &mut changes).await?;
            if self.committed(changes).await? {
                return Ok(person);
            }
        }
        Err(AppError::Stale)
    }

    /// The case that a person belongs to.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such person.
    pub async fn case_of_person(&self, person: PersonId) -> AppResult<CaseId> {
        let found: Read<Person> = self.load(Kind::Person.of(person)).await?;
        Ok(found.record.case)
    }
}

/// A person has at most every role once.
const LIST_OF_ROLES_MAX: usize = 8;
