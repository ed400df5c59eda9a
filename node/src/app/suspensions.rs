//! The suspension of a person's right to an accounting of what went to an oversight agency or law enforcement official, for
//! the time that these ask for.
//!
//! Callers: the staff service records a statement; the accounting asks which are in force and leaves out what they reach. They
//! end by themselves. Deliberately absent: any change to a line, to the log, or to what staff see.
//!
//! # Law
//! 45 CFR 164.528(a)(2), read 2026-11.

use super::accounts::TOLD_WITHOUT_BASIS;
use super::fields::{self, invalid};
use super::rows::{Read, put_new};
use super::{AccountingEntry, Actor, App, AppError, AppResult, Direction, To};
use crate::store::{Changes, Kind};
use policy::id::{CaseId, Id, StaffId};
use policy::time::UtcTime;
use serde::{Deserialize, Serialize};

/// Days that a statement made in speech counts, from the day it was made: 45 CFR 164.528(a)(2)(ii)(C).
const ORAL_DAYS_MAX: i64 = 30;
/// Days ahead that a written statement may name, so that a slip of the pen hides nothing for a lifetime.
const WRITTEN_DAYS_MAX: i64 = 10 * 366;
/// What disclosures to a health oversight agency and to a law enforcement official rest on.
const REACHED: [&str; 2] = ["45 CFR 164.512(d)", "45 CFR 164.512(f)"];
/// Other permissions of the Privacy Rule, by what their citations begin with. Not 164.512(a): what a law requires to be told to
/// police goes as 164.512(f) provides, by 164.512(a)(2).
const OTHERS: [&str; 5] =
    ["45 CFR 164.502(j)", "45 CFR 164.506", "45 CFR 164.508", "45 CFR 164.510", "45 CFR 164.512("];

/// A statement to be recorded.
#[derive(Clone)]
pub struct NewSuspension {
    /// The case.
    pub case: CaseId,
    /// Whom the disclosures went to, or may go to.
    pub to: To,
    /// The agency or official who made it: name and office.
    pub official: String,
    /// In writing; otherwise this record is its documentation.
    pub written: bool,
    /// What was stated (content).
    pub statement: String,
    /// When.
    pub stated_at: UtcTime,
    /// Until when they ask for it; in writing it is needed.
    pub until: Option<UtcTime>,
}

/// A statement that telling the person would impede the activities of those who made it.
#[derive(Clone, Serialize, Deserialize)]
pub struct Suspension {
    /// Identifier.
    pub id: Id,
    /// The case.
    pub case: CaseId,
    /// Whom the disclosures went to.
    pub to: To,
    /// The agency or official who made it.
    pub official: String,
    /// In writing.
    pub written: bool,
    /// What was stated (content).
    pub statement: String,
    /// When.
    pub stated_at: UtcTime,
    /// Until when the right is suspended.
    pub until: UtcTime,
    /// Reaches only what was disclosed later: what an earlier spoken statement reached is not hidden for 30 days more.
    pub after: Option<UtcTime>,
    /// Who recorded it.
    pub by: StaffId,
    /// When.
    pub at: UtcTime,
}

/// A statement in force, and what it does to one view.
#[derive(Clone)]
pub struct InForce {
    /// The statement.
    pub suspension: Suspension,
    /// Items left out.
    pub left_out: u32,
    /// Items that went to it and stay: they do not rest on 164.512(d) or (f) alone, and 164.528(a)(2) names no other ground.
    pub stay: u32,
}

/// Whether an item went under what a suspension reaches, and under no other permission of the Privacy Rule: the person's right
/// stands wherever 164.528(a)(2) does not plainly take it.
fn is_reached(form: &str, basis: &[String]) -> bool {
    let under = |grounds: &[&str], basis: &str| grounds.iter().any(|ground| basis.starts_with(ground));
    let reached = |basis: &&String| under(&REACHED, basis);
    let other = |basis: &String| {
        under(&OTHERS, basis) && !under(&REACHED, basis) && !basis.starts_with("45 CFR 164.512(a)")
    };
    form != TOLD_WITHOUT_BASIS && basis.iter().any(|basis| reached(&basis)) && !basis.iter().any(other)
}

impl Suspension {
    fn reaches(&self, line: &AccountingEntry) -> bool {
        line.direction == Direction::Sent
            && line.party == self.to.party()
            && self.after.is_none_or(|after| line.at > after)
    }
}

/// Takes out of a line what statements in force reach, and counts it. Until when, if it took anything.
pub(super) fn leave_out(line: &mut AccountingEntry, in_force: &mut [InForce]) -> Option<UtcTime> {
    let reach: Vec<&mut InForce> = in_force.iter_mut().filter(|s| s.suspension.reaches(line)).collect();
    let until = reach.iter().map(|s| s.suspension.until).max()?;
    let (mut left_out, mut stay) = (0, 0);
    line.accounted.retain(|item, basis| {
        let stays = !is_reached(&item.form, basis);
        *(if stays { &mut stay } else { &mut left_out }) += 1;
        stays
    });
    for s in reach {
        s.left_out += left_out;
        s.stay += stay;
    }
    (left_out > 0).then_some(until)
}

/// Those that count now. A written statement takes the place of what the same recipient stated before.
fn in_force(mut all: Vec<Suspension>, now: UtcTime) -> Vec<Suspension> {
    all.sort_by_key(|s| (s.at, s.id));
    let replaced =
        |at: usize, s: &Suspension| all[at + 1..].iter().any(|later| later.written && later.to == s.to);
    let mut counting: Vec<Suspension> = Vec::new();
    for (at, s) in all.iter().enumerate() {
        if now < s.until && !replaced(at, s) {
            counting.push(s.clone());
        }
    }
    counting
}

impl App {
    /// Records a statement.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for a missing word, a time that cannot be, or a spoken statement that asks for more than 30 days;
    /// [`AppError::Refused`] for a spoken one while another counts.
    ///
    /// # Law
    /// 45 CFR 164.528(a)(2), read 2026-11.
    pub async fn suspend_accounting(&self, actor: &Actor, new: NewSuspension) -> AppResult<Suspension> {
        let now = self.now();
        let official = fields::text("official", &new.official, fields::NAME_BYTES_MAX)?;
        let statement = fields::text("statement", &new.statement, fields::REASONS_BYTES_MAX)?;
        fields::past("stated_at", new.stated_at, now)?;
        match &new.to {
            To::Agency(agency) if self.knows_agency(agency) => {}
            To::Agency(_) => return Err(invalid("to.agency", "is not in the roster")),
            To::Contact(contact) => {
                if !self.case_snapshot(new.case).await?.contacts.iter().any(|c| c.id == *contact) {
                    return Err(invalid("to.contact", "is no contact of this case"));
                }
            }
        }
        let mut earlier = self.suspensions(new.case).await?;
        earlier.retain(|s| s.to == new.to);
        let (until, after) = if new.written {
            let until = new.until.ok_or_else(|| invalid("until", "is needed: the time that they specify"))?;
            fields::end("until", until, new.stated_at, now, WRITTEN_DAYS_MAX)?;
            (until, None)
        } else {
            let spoken = || earlier.iter().filter(|s| !s.written);
            let first =
                spoken().filter(|s| s.stated_at.plus_days(ORAL_DAYS_MAX) > now).min_by_key(|s| s.stated_at);
            // said again, it counts from the first time
            let from = first.map_or(new.stated_at, |first| first.stated_at.min(new.stated_at));
            let latest = from.plus_days(ORAL_DAYS_MAX);
            let until = new.until.unwrap_or(latest);
            if until > latest {
                let problem = format!(
                    "is {latest} at the latest: a statement that is not in writing counts for {ORAL_DAYS_MAX} days \
                     (45 CFR 164.528(a)(2)(ii)); ask for it in writing"
                );
                return Err(invalid("until", problem));
            }
            fields::end("until", until, new.stated_at, now, ORAL_DAYS_MAX)?;
            if let Some(counts) = in_force(earlier.clone(), now).first() {
                return Err(AppError::Refused(format!(
                    "a statement of this recipient counts until {}: only one in writing can change that",
                    counts.until
                )));
            }
            let over = spoken().map(|s| s.stated_at.plus_days(ORAL_DAYS_MAX)).max();
            (until, first.map_or(over, |first| first.after))
        };
        let suspension = Suspension {
            id: self.new_id(),
            case: new.case,
            to: new.to,
            official,
            written: new.written,
            statement,
            stated_at: new.stated_at,
            until,
            after,
            by: actor.staff.clone(),
            at: now,
        };
        let r = Kind::Suspension.of(suspension.id);
        let mut changes = Changes::default();
        changes.puts.push(put_new(r, &suspension, &[])?.under(new.case));
        let ids = vec![r, Kind::Case.of(new.case)];
        changes.events.push(self.event(actor.staff.as_str(), "accounting_suspended", ids));
        self.commit(changes).await?;
        Ok(suspension)
    }

    /// Statements that count now for disclosures of a case; nothing is counted yet.
    pub(super) async fn suspensions_in_force(&self, case: CaseId) -> AppResult<Vec<InForce>> {
        let all = in_force(self.suspensions(case).await?, self.now());
        Ok(all.into_iter().map(|suspension| InForce { suspension, left_out: 0, stay: 0 }).collect())
    }

    async fn suspensions(&self, case: CaseId) -> AppResult<Vec<Suspension>> {
        let all: Vec<Read<Suspension>> = self.children(Kind::Suspension, case.0).await?;
        Ok(all.into_iter().map(|s| s.record).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_rests_on_oversight_or_law_enforcement_alone_is_reached() {
        for (form, basis, reached) in [
            ("whole", &["45 CFR 164.512(f)(1)(ii)(A)", "45 CFR 164.512(f)(1)(ii)"][..], true),
            ("whole", &["45 CFR 164.512(f)(1)(i)", "45 CFR 164.512(a)(2)", "45 CFR 164.514(h)(1)"], true),
            ("whole", &["45 CFR 164.512(d)(1)", "42 CFR 2.61"], true),
            ("whole", &["45 CFR 164.512(f)(2)", "45 CFR 164.512(j)(1)(i)"], false),
            ("whole", &["45 CFR 164.512(j)(1)(i)"], false),
            ("whole", &["34 CFR 99.36(a)"], false),
            ("whole", &[], false),
            (TOLD_WITHOUT_BASIS, &["45 CFR 164.512(f)(3)(i)"], false),
        ] {
            let basis: Vec<String> = basis.iter().map(|b| (*b).to_owned()).collect();
            assert_eq!(is_reached(form, &basis), reached, "{form} {basis:?}");
        }
    }

    #[test]
    fn a_written_statement_takes_the_place_of_earlier_ones_of_the_same_recipient() {
        let made = |id: u128, to: &str, written: bool, until: i64| Suspension {
            id: Id(id),
            case: CaseId(Id(1)),
            to: To::Agency(to.into()),
            official: "o".into(),
            written,
            statement: "s".into(),
            stated_at: UtcTime(0),
            until: UtcTime(until),
            after: None,
            by: StaffId("x".into()),
            at: UtcTime(i64::try_from(id).unwrap()),
        };
        let all =
            vec![made(1, "sheriff", false, 90), made(2, "board", false, 90), made(3, "sheriff", true, 50)];
        let ids = |now| in_force(all.clone(), UtcTime(now)).iter().map(|s| s.id.0).collect::<Vec<_>>();
        assert_eq!(ids(10), [2, 3]);
        assert_eq!(ids(50), [2], "what the written one replaced does not come back");
        assert_eq!(ids(90), Vec::<u128>::new());
    }
}
