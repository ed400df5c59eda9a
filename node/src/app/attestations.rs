//! Judgments of named people on facts of the law, each with reasons, a role and an end.

use super::fields::{self, invalid};
use super::rows::{Read, put_new};
use super::{Actor, App, AppError, AppResult, CaseSnapshot};
use crate::store::{Changes, Kind};
use policy::facts::{Attestable, attestable_fact};
use policy::id::{AttestationId, CaseId};
use policy::record::{Attestation, AttestationScope};
use policy::time::UtcTime;

/// What somebody wants to attest.
pub struct NewAttestation {
    /// The case.
    pub case: CaseId,
    /// The fact by its path.
    pub fact: String,
    /// What was found.
    pub value: bool,
    /// How far it reaches.
    pub scope: AttestationScope,
    /// Why.
    pub reasons: String,
    /// In which role.
    pub role: String,
    /// When it lapses; none: after the fact's usual time.
    pub until: Option<UtcTime>,
}

impl App {
    /// Records the caller's own judgment.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for a fact that nobody may attest, a scope that is not of this case, or no reasons;
    /// [`AppError::NotAllowed`] when the caller does not have a role that may attest this fact.
    pub async fn attest(&self, actor: &Actor, new: NewAttestation) -> AppResult<Attestation> {
        let row = attestable_fact(&new.fact).ok_or_else(|| {
            invalid(
                "fact",
                "cannot be attested: it follows from records, or there is no such fact; `concord law vocabulary` lists \
                 those that can",
            )
        })?;
        check_role(actor, row, &new.role)?;
        let reasons = fields::text("reasons", &new.reasons, fields::REASONS_BYTES_MAX)?;
        let snapshot = self.case_snapshot(new.case).await?;
        self.check_scope(&new.scope, &snapshot)?;
        let now = self.now();
        let usual = now.plus_minutes(row.hours.saturating_mul(60));
        let until = new.until.unwrap_or(usual);
        if until <= now || until > usual {
            return Err(invalid(
                "until",
                format!("must be after now and not after {usual}: renew the judgment then"),
            ));
        }
        let attestation = Attestation {
            id: AttestationId(self.new_id()),
            case: new.case,
            fact: new.fact,
            value: new.value,
            scope: new.scope,
            reasons,
            by: actor.staff.clone(),
            role: new.role,
            at: now,
            until,
        };
        let r = Kind::Attestation.of(attestation.id);
        let mut changes = Changes::default();
        changes.puts.push(put_new(r, &attestation, &[])?.under(attestation.case));
        let ids = vec![r, Kind::Case.of(attestation.case)];
        changes.events.push(self.event(actor.staff.as_str(), "attested", ids));
        self.commit(changes).await?;
        self.courier_bell.notify_one();
        Ok(attestation)
    }

    /// Judgments of a case, newest first.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn attestations(&self, case: CaseId) -> AppResult<Vec<Attestation>> {
        let all: Vec<Read<Attestation>> = self.children(Kind::Attestation, case.0).await?;
        let mut all: Vec<Attestation> = all.into_iter().map(|a| a.record).collect();
        all.sort_by_key(|a| (std::cmp::Reverse(a.at), a.id));
        Ok(all)
    }

    fn check_scope(&self, scope: &AttestationScope, snapshot: &CaseSnapshot) -> AppResult<()> {
        let (there, what) = match scope {
            AttestationScope::Case => (true, ""),
            AttestationScope::Item(id) => (snapshot.items.iter().any(|i| i.id == *id), "item_id"),
            AttestationScope::Person(id) => (snapshot.people.iter().any(|p| p.id == *id), "person_id"),
            AttestationScope::Contact(id) => (snapshot.contacts.iter().any(|c| c.id == *id), "contact_id"),
            AttestationScope::Agency(id) => (self.knows_agency(id), "agency"),
        };
        if there {
            Ok(())
        } else {
            Err(invalid("scope", format!("{what} is not of this case, or not in the roster")))
        }
    }
}

/// The role has to be one that may attest the fact, and one that the caller has.
fn check_role(actor: &Actor, row: &Attestable, role: &str) -> AppResult<()> {
    let may = row.roles.join(", ");
    if !row.roles.contains(&role) {
        return Err(AppError::NotAllowed(format!(
            "this fact is attested by: {may}; name one of these roles with --role"
        )));
    }
    if actor.roles.iter().any(|r| r.as_str() == role) || actor.qualifications.iter().any(|q| q == role) {
        return Ok(());
    }
    Err(AppError::NotAllowed(format!(
        "you are not recorded as {role}: an administrator records it with `concord staff add {} .. --qualification {role}`, \
         or somebody who is attests it (one of {may})",
        actor.staff
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::staff::roles::Role;
    use policy::id::StaffId;

    #[test]
    fn a_judgment_is_made_in_a_role_that_one_has_and_that_may() {
        let actor = |qualifications: &[&str]| Actor {
            staff: StaffId::from("spiffe://r/agency/a/staff/b"),
            roles: vec![Role::Member],
            teams: Vec::new(),
            qualifications: qualifications.iter().map(|q| (*q).to_owned()).collect(),
        };
        let clinical = attestable_fact("subject.lacks_capacity").unwrap();
        assert!(check_role(&actor(&["treating_professional"]), clinical, "treating_professional").is_ok());
        let not_recorded =
            check_role(&actor(&[]), clinical, "treating_professional").unwrap_err().to_string();
        assert!(not_recorded.contains("--qualification treating_professional"), "{not_recorded}");
        let may_not = check_role(&actor(&[]), clinical, "member").unwrap_err().to_string();
        assert!(may_not.contains("treating_professional, program_director"), "{may_not}");
        let open = attestable_fact("circumstances.imminent").unwrap();
        assert!(check_role(&actor(&[]), open, "member").is_ok());
    }
}
