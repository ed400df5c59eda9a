//! What a service says of a referral comes back into the case: a new version of the referral's entry, written by the node,
//! in the commit that takes the word. A decline or a failure makes the level stale like any other trigger.
//!
//! Caller: `app::referrals`, when a word of a referral of ours came. Deliberately absent: refusing the word; a case that
//! has ended, or that has no such entry, leaves it with the referral's own record.

use super::super::referrals::ReferralRecord;
use super::super::{App, AppError, AppResult};
use super::NewDeed;
use crate::store::Changes;
use policy::id::{CaseId, DisclosureId, StaffId};
use policy::process::entry::{CLOCK, Entry, Referral};
use policy::process::referral::State as Status;
use policy::process::{Act, Standing};

impl App {
    /// Adds to `changes` how the referral stands now, as the case's history has it.
    ///
    /// # Errors
    /// When storage fails.
    pub(in crate::app) async fn referral_moved_in_case(
        &self,
        case: CaseId,
        record: &ReferralRecord,
        changes: &mut Changes,
    ) -> AppResult<()> {
        let history = match self.whole_history(case).await {
            Ok(history) => history,
            Err(AppError::NotFound) => return Ok(()),
            Err(other) => return Err(other),
        };
        let standing = Standing::of(&history.entries);
        let disclosure = DisclosureId(record.message.0);
        let Some((entry, before)) = entry_of(&standing, record, disclosure) else { return Ok(()) };
        let Some(step) = record.steps.last() else { return Ok(()) };
        let act = Referral {
            status: step.state,
            declined_because: step.because,
            disclosure: Some(disclosure),
            ..before.clone()
        };
        let deed = NewDeed {
            case: Some(case),
            team: None,
            act: act.into(),
            replaces: Some(entry.id),
            exercise: false,
        };
        // Into a set of its own first: a refusal must leave nothing of it behind.
        let mut written = Changes::default();
        match self.decide_in(&history, &StaffId::from(CLOCK), &deed, &mut written).await {
            Ok(_) => {
                changes.relied_on.append(&mut written.relied_on);
                changes.puts.append(&mut written.puts);
                changes.events.append(&mut written.events);
                Ok(())
            }
            Err(AppError::Guarded(refusal)) => {
                let guards: Vec<&str> = refusal.0.iter().map(|r| r.guard).collect();
                tracing::info!(%case, guards = guards.join(" "), "how a referral stands was not written into its case");
                Ok(())
            }
            Err(other) => Err(other),
        }
    }
}

/// The case's entry of this referral: the one that names its disclosure, or the one of this service and category that
/// waits to be sent.
fn entry_of<'e>(
    case: &Standing<'e>,
    record: &ReferralRecord,
    disclosure: DisclosureId,
) -> Option<(&'e Entry, &'e Referral)> {
    let all = case.current(|a| if let Act::Refer(r) = a { Some(&**r) } else { None });
    let named = all.iter().find(|(_, r)| r.disclosure == Some(disclosure)).copied();
    named.or_else(|| {
        all.into_iter().find(|(_, r)| {
            r.disclosure.is_none()
                && r.category == record.terms.service_category
                && r.agency.as_ref() == Some(&record.with)
                && matches!(r.status, Status::Consented | Status::Sent)
        })
    })
}
