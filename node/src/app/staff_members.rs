//! People who work in this node: who they are by certificate, what roles and professional standing they have.

use super::fields::{self, invalid};
use super::hats::{HatSession, Wears, hat_ref};
use super::rows::{Read, put_new};
use super::{Actor, App, AppError, AppResult, derived_id};
use crate::clock::Clock;
use crate::staff::roles::Role;
use crate::store::{Changes, Event, Kind, Outcome, Page, RecordRef, Store};
use crate::tls::SpiffeId;
use policy::facts::attestable;
use policy::id::{AgencyId, StaffId};
use policy::record::Profession;
use policy::time::UtcTime;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A person who works in this node.
#[derive(Clone, Serialize, Deserialize)]
pub struct StaffMember {
    /// SPIFFE URI of their certificate.
    pub id: StaffId,
    /// Name and function for colleagues.
    pub display_name: String,
    /// Roles an administrator gave them. People of other agencies have none.
    pub roles: Vec<Role>,
    /// Professional standing in which they may attest, checked by whoever added them.
    #[serde(default)]
    pub qualifications: Vec<String>,
    /// Profession, which some duties to warn ask about; none: not established.
    #[serde(default)]
    pub profession: Option<Profession>,
    /// When they were added.
    pub added_at: UtcTime,
    /// By whom.
    pub added_by: StaffId,
}

/// Roles in which a person may read what a case says.
const READ_CONTENT: &[Role] =
    &[Role::Intake, Role::Chair, Role::Member, Role::PrivacyOfficer, Role::Approver];

/// The row of a staff member.
pub fn staff_ref(staff: &StaffId) -> RecordRef {
    Kind::Staff.of(derived_id("staff", staff.as_str()))
}

/// Words of professional standing: the roles that facts may be attested in, other than roles of this node.
pub fn qualifications() -> BTreeSet<&'static str> {
    attestable()
        .iter()
        .flat_map(|row| row.roles)
        .copied()
        .filter(|word| Role::from_word(word).is_none())
        .collect()
}

/// Checks words of professional standing.
///
/// # Errors
/// [`AppError::Invalid`] with the words there are.
pub fn check_qualifications(words: &[String]) -> AppResult<()> {
    let known = qualifications();
    match words.iter().find(|w| !known.contains(w.as_str())) {
        None => Ok(()),
        Some(_) => {
            let known: Vec<_> = known.into_iter().collect();
            Err(invalid("qualifications", format!("use these words: {}", known.join(", "))))
        }
    }
}

fn check_roles(roles: &[Role]) -> AppResult<()> {
    if roles.contains(&Role::Visitor) {
        return Err(invalid("roles", "visitor is never assigned: people of other agencies join a team"));
    }
    if roles.contains(&Role::Administrator)
        && let Some(other) = roles.iter().find(|r| READ_CONTENT.contains(r))
    {
        return Err(AppError::Refused(format!(
            "an administrator never reads content, and {other} does: give the two roles to two certificates"
        )));
    }
    Ok(())
}

impl App {
    /// Who a certificate's holder is to this node now. Somebody in the officer's hat, or who needs a hat and wears none, is of
    /// no team.
    ///
    /// # Errors
    /// As [`App::entering`].
    pub async fn actor(&self, staff: &StaffId) -> AppResult<Actor> {
        self.entering(staff).await.map(|(actor, _)| actor)
    }

    /// Who a certificate's holder is to this node now, and which hat they wear.
    ///
    /// INVARIANT (one hat): whoever is police in a team here and wears no member's hat is of no team.
    ///
    /// # Errors
    /// [`AppError::NotAllowed`] for somebody that no administrator has added, with the command that adds them.
    pub async fn entering(&self, staff: &StaffId) -> AppResult<(Actor, Wears)> {
        let agency = SpiffeId::parse(staff.as_str()).map(|id| id.agency());
        let (member, session): (Option<Read<StaffMember>>, Option<Read<HatSession>>) =
            self.find_both(staff_ref(staff), hat_ref(staff)).await?;
        let (Ok(agency), Some(member)) = (agency, member) else {
            return Err(AppError::NotAllowed(format!(
                "this node does not know {staff}: an administrator of {own} adds you with\n  concord staff add {staff} \
                 --name 'NAME, FUNCTION' --role ROLE\nor, if you work for another agency, a chair with\n  concord team \
                 add TEAM {staff} --name 'NAME, FUNCTION' --until TIME --confidentiality-acknowledged",
                own = self.own
            )));
        };
        let memberships = self.memberships_with_access(staff).await?;
        let is_police = self.is_police(&agency, &memberships);
        let wears = Wears::of(session.map(|s| s.record).as_ref(), is_police, self.now());
        let mut teams: Vec<_> = memberships.iter().map(|m| (m.team, m.tier)).collect();
        if !wears.works_on_cases() {
            teams.clear();
        }
        let roles = if agency == self.own { member.record.roles } else { vec![Role::Visitor] };
        let qualifications = member.record.qualifications;
        Ok((Actor { staff: staff.clone(), roles, teams, qualifications }, wears))
    }

    /// Adds a staff member of this agency, or replaces their name, roles, standing and profession.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for a URI of another agency or an unknown word, [`AppError::Refused`] when an administrator
    /// would read content or the last administrator would lose the role.
    pub async fn add_staff(
        &self,
        actor: &Actor,
        staff_id: &str,
        display_name: &str,
        roles: Vec<Role>,
        qualifications: Vec<String>,
        profession: Option<Profession>,
    ) -> AppResult<StaffMember> {
        let (spiffe, id) = fields::staff_id("staff_id", staff_id)?;
        if spiffe.agency_uri() != self.config.agency.spiffe() {
            return Err(invalid(
                "staff_id",
                format!(
                    "is of another agency than this node's ({}): such people join a team with `concord team add`",
                    self.config.agency.spiffe()
                ),
            ));
        }
        let display_name = fields::text("display_name", display_name, fields::NAME_BYTES_MAX)?;
        check_roles(&roles)?;
        check_qualifications(&qualifications)?;
        let now = self.now();
        let member = StaffMember {
            id,
            display_name,
            roles,
            qualifications,
            profession,
            added_at: now,
            added_by: actor.staff.clone(),
        };
        let r = staff_ref(&member.id);
        let mut changes = Changes::default();
        match self.find::<StaffMember>(r).await? {
            None => changes.puts.push(put_new(r, &member, &[])?),
            Some(mut known) => {
                if known.record.roles.contains(&Role::Administrator)
                    && !member.roles.contains(&Role::Administrator)
                {
                    changes.relied_on = self.other_administrators(&member.id).await?;
                }
                known.record = member.clone();
                changes.puts.push(known.put()?);
            }
        }
        changes.events.push(self.event(actor.staff.as_str(), "staff_added", vec![r]));
        self.commit(changes).await?;
        self.courier_bell.notify_one();
        Ok(member)
    }

    /// The administrators there are without this one, to be relied on.
    async fn other_administrators(&self, leaving: &StaffId) -> AppResult<Vec<(RecordRef, u64)>> {
        let all: Vec<Read<StaffMember>> = self.list(Kind::Staff).await?;
        let stay =
            all.iter().filter(|m| m.record.id != *leaving && m.record.roles.contains(&Role::Administrator));
        let stay: Vec<_> = stay.map(Read::relied_on).collect();
        if stay.is_empty() {
            let why = "this is the last administrator: give the role to somebody else first";
            return Err(AppError::Refused(why.into()));
        }
        Ok(stay)
    }

    /// Everybody this node knows, by URI.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn staff(&self) -> AppResult<Vec<StaffMember>> {
        let all: Vec<Read<StaffMember>> = self.list(Kind::Staff).await?;
        let mut all: Vec<StaffMember> = all.into_iter().map(|m| m.record).collect();
        all.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(all)
    }

    /// A put that makes a person of another agency known here, for a team; `None` when they are known.
    pub(super) async fn make_known(
        &self,
        actor: &Actor,
        id: &StaffId,
        agency: &AgencyId,
        display_name: &str,
        qualifications: &[String],
    ) -> AppResult<Option<crate::store::Put>> {
        let r = staff_ref(id);
        if self.store.get(r).await?.is_some() {
            return Ok(None);
        }
        if *agency == self.own {
            return Err(AppError::Refused(format!(
                "{id} is not known here yet: an administrator adds them first with `concord staff add {id} --name 'NAME, \
                 FUNCTION' --role member`"
            )));
        }
        if self.roster.load().agency(agency).is_none() {
            return Err(invalid(
                "staff_id",
                format!("agency {agency} is not in the roster: ask the coordinator"),
            ));
        }
        let member = StaffMember {
            id: id.clone(),
            display_name: fields::text("display_name", display_name, fields::NAME_BYTES_MAX)?,
            roles: Vec::new(),
            qualifications: qualifications.to_vec(),
            profession: None,
            added_at: self.now(),
            added_by: actor.staff.clone(),
        };
        Ok(Some(put_new(r, &member, &[])?))
    }
}

/// Checks who is to be the first administrator of a new node: somebody of another agency could administer nothing here.
///
/// # Errors
/// [`AppError::Invalid`] when it is no person's URI, a person of another agency, or has no name.
pub fn check_administrator(agency: &str, staff_id: &str, display_name: &str) -> AppResult<()> {
    let (spiffe, _) = fields::staff_id("administrator.staff_id", staff_id)?;
    if spiffe.agency_uri() != agency {
        let problem =
            format!("is of another agency than this node's ({agency}): name one of your own people");
        return Err(invalid("administrator.staff_id", problem));
    }
    fields::text("administrator.name", display_name, fields::NAME_BYTES_MAX).map(drop)
}

/// Makes the first administrator of a new node, who adds everybody else.
///
/// # Errors
/// [`AppError::Refused`] when the node has staff already.
pub async fn first_administrator(
    store: &dyn Store,
    clock: &dyn Clock,
    staff_id: &str,
    display_name: &str,
) -> AppResult<()> {
    let (_, id) = fields::staff_id("administrator.staff_id", staff_id)?;
    let display_name = fields::text("administrator.name", display_name, fields::NAME_BYTES_MAX)?;
    if !store.list(Kind::Staff, Page::first(1)).await?.is_empty() {
        return Err(AppError::Refused("this node has staff already: an administrator adds others".into()));
    }
    let now = clock.now();
    let r = staff_ref(&id);
    let member = StaffMember {
        display_name,
        roles: vec![Role::Administrator],
        qualifications: Vec::new(),
        profession: None,
        added_at: now,
        added_by: id.clone(),
        id,
    };
    let event = Event {
        at: now,
        actor: member.id.to_string(),
        kind: "first_administrator_added".into(),
        ids: vec![r],
    };
    let changes =
        Changes { puts: vec![put_new(r, &member, &[])?], events: vec![event], ..Changes::default() };
    match store.commit(changes).await? {
        Outcome::Committed { .. } => Ok(()),
        Outcome::Stale(_) => Err(AppError::Stale),
        Outcome::Refused(reason) => Err(AppError::Refused(reason.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standing_is_every_attesting_role_that_is_not_a_role_here() {
        let words = qualifications();
        assert!(words.contains("treating_professional") && words.contains("counsel"));
        assert!(!words.contains("member") && !words.contains("privacy_officer"));
        assert!(check_qualifications(&["counsel".into()]).is_ok());
        assert!(check_qualifications(&["wizard".into()]).unwrap_err().to_string().contains("counsel"));
    }

    #[test]
    fn an_administrator_reads_nothing() {
        assert!(check_roles(&[Role::Administrator, Role::Auditor]).is_ok());
        for role in READ_CONTENT {
            assert!(check_roles(&[*role, Role::Administrator]).is_err());
        }
        assert!(check_roles(&[Role::Visitor]).is_err());
    }
}
