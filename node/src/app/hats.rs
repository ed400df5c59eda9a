//! The two hats of a member who is police: one at a time, in a named session that ends by itself.
//!
//! Callers: `entering`, for every call of staff; the staff service. In the officer's hat no case of any team is there.
//! Deliberately absent: any way from one hat to the other without an event, and anything of the officer's own agency: what a
//! police node holds is that node's.

use super::fields::invalid;
use super::rows::{Read, put_new};
use super::staff_members::staff_ref;
use super::teams::Membership;
use super::{Actor, App, AppError, AppResult, derived_id};
use crate::store::{Changes, Kind, RecordRef};
use crate::tls::SpiffeId;
use policy::id::{AgencyId, StaffId};
use policy::record::{Discipline, Sector};
use policy::time::UtcTime;
use serde::{Deserialize, Serialize};

/// Longest session.
const SESSION_MINUTES_MAX: u32 = 12 * 60;
/// Session of somebody who does not say how long.
const SESSION_MINUTES: u32 = 8 * 60;

/// Which hat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hat {
    /// A member of the team, under its rules.
    Member,
    /// An officer of their own agency.
    Officer,
}

impl Hat {
    /// Both.
    pub const ALL: &'static [Self] = &[Self::Member, Self::Officer];

    /// The word of the staff API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Officer => "officer",
        }
    }

    /// The hat with this word, if there is one.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|hat| hat.as_str() == word)
    }
}

/// A person's newest session; the earlier ones are events.
#[derive(Clone, Serialize, Deserialize)]
pub struct HatSession {
    /// Who.
    pub staff: StaffId,
    /// In which hat.
    pub hat: Hat,
    /// First moment.
    pub from: UtcTime,
    /// Last moment: a hat that is forgotten comes off.
    pub until: UtcTime,
    /// When it was ended before.
    #[serde(default)]
    pub ended_at: Option<UtcTime>,
}

impl HatSession {
    fn stands(&self, now: UtcTime) -> bool {
        self.from <= now && now < self.until && self.ended_at.is_none()
    }
}

/// What somebody wears now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wears {
    /// They need no hat.
    NoneNeeded,
    /// They are police in a team here, and have to put one on.
    NoneYet,
    /// This one.
    One(Hat),
}

impl Wears {
    pub(super) fn of(session: Option<&HatSession>, is_police: bool, now: UtcTime) -> Self {
        match session.filter(|s| s.stands(now)) {
            Some(session) => Self::One(session.hat),
            None if is_police => Self::NoneYet,
            None => Self::NoneNeeded,
        }
    }

    /// Whether the person acts as a member of their teams now.
    pub fn works_on_cases(self) -> bool {
        matches!(self, Self::NoneNeeded | Self::One(Hat::Member))
    }

    /// How to put one on, for somebody who has to.
    pub fn refusal() -> AppError {
        AppError::NotAllowed(
            "you are police in a team here and wear one hat at a time: put on the member's to work on cases, with\n  concord \
             session start --hat member\n(the officer's opens none)"
                .into(),
        )
    }
}

/// Which hat somebody wears, for themselves.
pub struct HatView {
    /// Who.
    pub staff: StaffId,
    /// They are police in a team here.
    pub needed: bool,
    /// The session that stands.
    pub session: Option<HatSession>,
}

/// The row of a person's newest session.
pub(super) fn hat_ref(staff: &StaffId) -> RecordRef {
    Kind::HatSession.of(derived_id("hat", staff.as_str()))
}

impl App {
    /// Whether somebody with these memberships is police: by what a team recorded, or because their own agency is police. At
    /// a police agency's own node its own people wear no second hat: what it holds is theirs.
    pub(super) fn is_police(&self, agency: &AgencyId, memberships: &[Membership]) -> bool {
        let roster = self.roster.load();
        let sector = roster.agency(agency).map(|member| member.sector);
        let of_police = matches!(sector, Some(Sector::LawEnforcement | Sector::SchoolLawEnforcementUnit));
        if *agency == self.own && of_police {
            return false;
        }
        memberships.iter().any(|m| of_police || m.disciplines.contains(&Discipline::LawEnforcement))
    }

    /// Which hat somebody wears now.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn hat(&self, staff: &StaffId) -> AppResult<HatView> {
        let now = self.now();
        let found: Option<Read<HatSession>> = self.find(hat_ref(staff)).await?;
        let memberships = self.memberships_with_access(staff).await?;
        let agency = SpiffeId::parse(staff.as_str()).map(|id| id.agency());
        let needed = agency.is_ok_and(|agency| self.is_police(&agency, &memberships));
        let session = found.map(|f| f.record).filter(|s| s.stands(now));
        Ok(HatView { staff: staff.clone(), needed, session })
    }

    /// Puts a hat on.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for a session that is too long, [`AppError::Refused`] while one stands.
    pub async fn start_hat_session(&self, actor: &Actor, hat: Hat, minutes: u32) -> AppResult<HatView> {
        let minutes = if minutes == 0 { SESSION_MINUTES } else { minutes };
        if minutes > SESSION_MINUTES_MAX {
            return Err(invalid("minutes", format!("{SESSION_MINUTES_MAX} at most: put it on again then")));
        }
        let (now, r) = (self.now(), hat_ref(&actor.staff));
        let session = HatSession {
            staff: actor.staff.clone(),
            hat,
            from: now,
            until: now.plus_minutes(i64::from(minutes)),
            ended_at: None,
        };
        let found: Option<Read<HatSession>> = self.find(r).await?;
        let put = match found {
            None => put_new(r, &session, &[])?,
            Some(known) if known.record.stands(now) => {
                return Err(AppError::Refused(format!(
                    "you wear the {}'s hat until {}: take it off first with `concord session end`",
                    known.record.hat.as_str(),
                    known.record.until
                )));
            }
            Some(mut known) => {
                known.record = session;
                known.put()?
            }
        };
        let word = match hat {
            Hat::Member => "member_hat_on",
            Hat::Officer => "officer_hat_on",
        };
        self.change_hat(actor, put, word).await
    }

    /// Takes the hat off.
    ///
    /// # Errors
    /// [`AppError::Refused`] when none is worn.
    pub async fn end_hat_session(&self, actor: &Actor) -> AppResult<HatView> {
        let now = self.now();
        let found: Option<Read<HatSession>> = self.find(hat_ref(&actor.staff)).await?;
        let Some(mut known) = found.filter(|known| known.record.stands(now)) else {
            return Err(AppError::Refused(
                "you wear no hat now: `concord session start --hat member` puts one on".into(),
            ));
        };
        known.record.ended_at = Some(now);
        let word = match known.record.hat {
            Hat::Member => "member_hat_off",
            Hat::Officer => "officer_hat_off",
        };
        self.change_hat(actor, known.put()?, word).await
    }

    async fn change_hat(
        &self,
        actor: &Actor,
        put: crate::store::Put,
        word: &'static str,
    ) -> AppResult<HatView> {
        let ids = vec![put.r, staff_ref(&actor.staff)];
        let events = vec![self.event(actor.staff.as_str(), word, ids)];
        self.commit(Changes { puts: vec![put], events, ..Changes::default() }).await?;
        self.hat(&actor.staff).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(hat: Hat, until: i64, ended_at: Option<UtcTime>) -> HatSession {
        HatSession { staff: StaffId::from("x"), hat, from: UtcTime(10), until: UtcTime(until), ended_at }
    }

    #[test]
    fn police_without_a_standing_session_wear_nothing_and_work_on_nothing() {
        let now = UtcTime(15);
        for none in
            [None, Some(session(Hat::Member, 15, None)), Some(session(Hat::Member, 20, Some(UtcTime(12))))]
        {
            assert_eq!(Wears::of(none.as_ref(), true, now), Wears::NoneYet);
            assert_eq!(Wears::of(none.as_ref(), false, now), Wears::NoneNeeded);
        }
        assert!(!Wears::NoneYet.works_on_cases());
    }

    #[test]
    fn the_officers_hat_works_on_no_case_whoever_wears_it() {
        let now = UtcTime(15);
        for is_police in [true, false] {
            let officer = Wears::of(Some(&session(Hat::Officer, 20, None)), is_police, now);
            assert_eq!(officer, Wears::One(Hat::Officer));
            assert!(!officer.works_on_cases());
            assert!(Wears::of(Some(&session(Hat::Member, 20, None)), is_police, now).works_on_cases());
        }
    }
}
