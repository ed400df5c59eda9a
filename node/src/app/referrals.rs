//! Referrals between this agency and another: what was asked, how it stands, who acts next and until when.
//!
//! Both sides keep one record under the id of the message that carried the referral; its steps are only added to. Callers:
//! `share` (a referral asked for), the courier (it left, its receipt came), the desk (a referral or a word about one came),
//! the staff service. What a state means and what may follow what is `policy::process::referral`. Deliberately absent:
//! building and deciding a word that speaks of the person (`referral_words`), and any change of a case: the case's own
//! process takes it ([`super::casework`]).

use super::rows::{Read, put_new};
use super::{
    Actor, App, AppError, AppResult, DECIDE_AGAIN_MAX, Direction, Membership, Notification, Proposal, Task,
    UNLINKED, Work, derived_id, invalid, work_state,
};
use crate::staff::roles::Tier;
use crate::store::{Changes, Kind, Put, RecordRef};
use policy::door::ReferralWord;
use policy::id::{AgencyId, CaseId, Id, MessageId, ProposalId, StaffId};
use policy::process::referral::{
    Category, Clock, DeclineReason, Definition, SetBy, State, Table, Urgency, may_follow, set_by,
};
use policy::record::{Permission, Purpose, Recipient};
use policy::share::class::{Class, Party, Relation, class};
use policy::share::packets::PacketName;
use policy::time::UtcTime;
use serde::{Deserialize, Serialize};

/// Longest time ahead by which first contact may be asked.
const CONTACT_BY_DAYS_MAX: i64 = 180;

/// What a referral asks beside its items.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct ReferralTerms {
    /// What service.
    pub service_category: Category,
    /// How soon.
    pub urgency: Urgency,
    /// By when first contact is asked.
    pub contact_by: UtcTime,
}

/// One state that a referral reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferralStep {
    /// The state.
    pub state: State,
    /// Why a service declined.
    #[serde(default)]
    pub because: Option<DeclineReason>,
    /// When.
    pub at: UtcTime,
    /// Who of this agency said it; nobody: the other agency, or the node.
    #[serde(default)]
    pub by: Option<StaffId>,
}

/// A referral, ours or one that came to us. Its row has the id of its message.
#[derive(Clone, Serialize, Deserialize)]
pub struct ReferralRecord {
    /// The message that carried it.
    pub message: MessageId,
    /// Ours or theirs.
    pub direction: Direction,
    /// The other agency.
    pub with: AgencyId,
    /// What the two agencies call the case.
    pub case_ref: [u8; 16],
    /// Why.
    pub purpose: Purpose,
    /// A drill.
    pub exercise: bool,
    /// What it asks.
    pub terms: ReferralTerms,
    /// Every state it has been in, oldest first; never empty.
    pub steps: Vec<ReferralStep>,
    /// Ours: the share that it was.
    #[serde(default)]
    pub proposal: Option<ProposalId>,
    /// Theirs: that the person agreed that the referring agency be told how it stands.
    #[serde(default)]
    pub agreed: Option<Permission>,
}

/// States of a referral's row.
pub mod referral_state {
    /// It goes on; `due_at` is when contact was asked for, as long as that time runs.
    pub const OPEN: u16 = 0;
    /// It has ended.
    pub const ENDED: u16 = 1;
}

impl ReferralRecord {
    /// How it stands.
    pub fn state(&self) -> State {
        self.steps.last().map_or(State::Sent, |step| step.state)
    }

    /// What that means, and what follows from it.
    pub fn stands(&self) -> &'static Definition {
        self.state().definition()
    }

    /// Until when the time that the referral itself asked for runs.
    pub fn due_at(&self) -> Option<UtcTime> {
        (self.stands().clock == Clock::ContactBy).then_some(self.terms.contact_by)
    }

    /// Whether that time has passed.
    pub fn is_overdue(&self, now: UtcTime) -> bool {
        self.due_at().is_some_and(|due| due <= now)
    }

    /// States that this agency may set now.
    pub fn may_set(&self) -> Vec<State> {
        let ours = match self.direction {
            Direction::Sent => SetBy::Referrer,
            Direction::Received => SetBy::Service,
        };
        let from = self.state();
        State::ALL.iter().copied().filter(|to| may_follow(from, *to) && set_by(from, *to) == ours).collect()
    }

    /// The word that a step is; `None` for the first, which is no word.
    pub fn word(&self, step: usize) -> Option<ReferralWord> {
        let before = self.steps.get(step.checked_sub(1)?)?;
        let now = self.steps.get(step)?;
        Some(ReferralWord { referral: self.message, from: before.state, to: now.state, because: now.because })
    }

    /// The record with a further step, and where that stands among them.
    fn step(&mut self, step: ReferralStep) -> usize {
        self.steps.push(step);
        self.steps.len() - 1
    }
}

impl Read<ReferralRecord> {
    /// A put of the referral as it now stands.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn put_standing(&self) -> AppResult<Put> {
        let ended = self.record.state().is_ended();
        let state = if ended { referral_state::ENDED } else { referral_state::OPEN };
        Ok(self.put()?.in_state(state).due(self.record.due_at()))
    }
}

/// The task that tells the other agency of a step.
pub fn referral_work(referral: MessageId, step: usize) -> RecordRef {
    Kind::Work.of(derived_id("referral status", &format!("{referral} {step}")))
}

/// A referral with what may be shown of it.
pub struct ReferralView {
    /// The referral.
    pub referral: Read<ReferralRecord>,
    /// The case, where it is one of the caller's.
    pub case: Option<CaseId>,
}

/// What the service says.
#[derive(Clone)]
pub struct Answered {
    /// The state it reached.
    pub state: State,
    /// Why the service declines.
    pub because: Option<DeclineReason>,
    /// That the person agreed that the referring agency be told: form, when signed, until when, where kept.
    pub agreed: Option<super::referral_words::Agreed>,
}

/// Why a word that came is not taken. To the peer every one of these looks the same.
pub(crate) struct NoSuchReferral;

/// A word about a referral that came from the other agency.
pub(crate) struct Came<'a> {
    /// The message that carried the referral.
    pub referral: MessageId,
    /// Who says it.
    pub from: &'a AgencyId,
    /// The state.
    pub state: State,
    /// Why a service declined.
    pub because: Option<DeclineReason>,
    /// Whether it came as an item about the person that was admitted.
    pub has_item: bool,
}

impl App {
    /// The packet that a referral to this recipient starts from.
    ///
    /// # Errors
    /// [`AppError::Refused`] where this kind of recipient gets no referral, [`AppError::Invalid`] for another packet than its
    /// own, or a time that is past or too far ahead.
    pub(super) fn referral_packet(
        &self,
        terms: &ReferralTerms,
        recipient: &Recipient,
        purpose: Purpose,
        named: Option<PacketName>,
    ) -> AppResult<PacketName> {
        let now = self.now();
        if terms.contact_by <= now || terms.contact_by > now.plus_days(CONTACT_BY_DAYS_MAX) {
            let problem = format!(
                "say by when first contact is asked: after now, {CONTACT_BY_DAYS_MAX} days ahead at most"
            );
            return Err(invalid("referral.contact_by", problem));
        }
        let column = Party::of(recipient, Relation::Other).and_then(|party| class(party, purpose));
        let packet = match column {
            Some(Class::Prv) => PacketName::CareReferral,
            Some(Class::Cbo) => PacketName::CommunityReferral,
            Some(Class::Le) => {
                let why = Table::embedded().read_category("law_enforcement").err().unwrap_or_default();
                return Err(AppError::Refused(why));
            }
            other => {
                let column = other.map_or("in no column".to_owned(), |c| format!("in column {c}"));
                return Err(AppError::Refused(format!(
                    "a referral goes to a clinic or a community partner, and for purpose {purpose} this recipient is \
                     {column}: with purpose care_coordination it may be one; else share in the ordinary way"
                )));
            }
        };
        match named {
            Some(named) if named != packet => Err(invalid(
                "packet",
                format!("a referral to this recipient is a {packet}: leave it out or name that"),
            )),
            _ => Ok(packet),
        }
    }

    /// The record of a referral that is about to leave.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn put_sent_referral(
        &self,
        p: &Proposal,
        terms: &ReferralTerms,
        with: &AgencyId,
        at: UtcTime,
        exercise: bool,
    ) -> AppResult<Put> {
        let record = ReferralRecord {
            message: p.message,
            direction: Direction::Sent,
            with: with.clone(),
            case_ref: self.references.case(with, p.case),
            purpose: p.purpose,
            exercise,
            terms: terms.clone(),
            steps: vec![ReferralStep { state: State::Sent, because: None, at, by: None }],
            proposal: Some(p.id),
            agreed: None,
        };
        let put = put_new(Kind::Referral.of(p.message), &record, &[])?.under(p.case);
        let disclosure = Kind::Disclosure.of(p.message);
        Ok(put.in_state(referral_state::OPEN).due(record.due_at()).sharing_key_of(disclosure))
    }

    /// The record of a referral that came.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn put_received_referral(&self, record: &ReferralRecord) -> AppResult<Put> {
        let put = put_new(Kind::Referral.of(record.message), record, &[])?.under(UNLINKED);
        let inbound = Kind::Inbound.of(record.message);
        Ok(put.in_state(referral_state::OPEN).due(record.due_at()).sharing_key_of(inbound))
    }

    /// Adds to `changes` that the signed receipt of a referral came, and lets go what waited for it.
    ///
    /// # Errors
    /// When storage fails.
    pub(crate) async fn referral_receipted(
        &self,
        message: MessageId,
        changes: &mut Changes,
    ) -> AppResult<()> {
        let Some(mut found) = self.find::<ReferralRecord>(Kind::Referral.of(message)).await? else {
            return Ok(());
        };
        if found.record.state() == State::Sent {
            let step = ReferralStep { state: State::Received, because: None, at: self.now(), by: None };
            found.record.step(step);
            changes.puts.push(found.put_standing()?);
        }
        self.let_go_after(&found.record, 0, changes).await
    }

    /// Adds to `changes` that the next word of ours, which waited for an earlier one to arrive, is due now.
    ///
    /// # Errors
    /// When storage fails.
    pub(crate) async fn let_go_after(
        &self,
        referral: &ReferralRecord,
        arrived: usize,
        changes: &mut Changes,
    ) -> AppResult<()> {
        for step in arrived + 1..referral.steps.len() {
            let waiting: Option<Read<Work>> = self.find(referral_work(referral.message, step)).await?;
            if let Some(work) = waiting.filter(|w| w.row.state == work_state::DUE) {
                changes.puts.push(work.put()?.due(self.now()));
                break;
            }
        }
        Ok(())
    }

    /// Whether a word of ours has to wait: for the referral itself to arrive, or for an earlier word.
    ///
    /// # Errors
    /// When storage fails.
    pub(crate) async fn referral_word_waits(
        &self,
        referral: &ReferralRecord,
        step: usize,
    ) -> AppResult<bool> {
        let is_due = async |r: RecordRef| -> AppResult<bool> {
            Ok(self.store.get(r).await?.is_some_and(|row| row.state == work_state::DUE))
        };
        if let Some(proposal) = referral.proposal
            && is_due(Kind::Work.of(proposal)).await?
        {
            return Ok(true);
        }
        for earlier in 1..step {
            if is_due(referral_work(referral.message, earlier)).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Adds to `changes` a word about a referral that the other agency says, and returns the referral's case, if it has one.
    ///
    /// A word that comes before our own note of the receipt proves the receipt: the referral cannot be answered unread.
    ///
    /// # Errors
    /// [`NoSuchReferral`] for a referral that is none between us, a state that may not follow or is not theirs to say, and one
    /// that does not speak of the person where it must, or speaks of them where it must not.
    pub(crate) async fn take_referral_word(
        &self,
        came: &Came<'_>,
        word_message: MessageId,
        now: UtcTime,
        changes: &mut Changes,
    ) -> AppResult<Result<Option<CaseId>, NoSuchReferral>> {
        let found: Option<Read<ReferralRecord>> = self.find(Kind::Referral.of(came.referral)).await?;
        let Some(mut found) = found.filter(|f| f.record.with == *came.from) else {
            return Ok(Err(NoSuchReferral));
        };
        let (theirs, ours) = match found.record.direction {
            Direction::Sent => (SetBy::Service, found.row.parent.map(CaseId)),
            Direction::Received => (SetBy::Referrer, linked_case(&found)),
        };
        if found.record.state() == State::Sent && theirs == SetBy::Service {
            found.record.step(ReferralStep { state: State::Received, because: None, at: now, by: None });
        }
        let from = found.record.state();
        let step = ReferralStep { state: came.state, because: came.because, at: now, by: None };
        let at = found.record.step(step);
        let fits = found.record.word(at).is_some_and(|word| {
            word.may_be_said()
                && set_by(from, came.state) == theirs
                && word.tells_of_person() == came.has_item
        });
        if !fits {
            return Ok(Err(NoSuchReferral));
        }
        changes.puts.push(found.put_standing()?);
        self.tell_team(&found.record, ours, word_message, now, changes).await?;
        if let (Direction::Sent, Some(case)) = (found.record.direction, ours) {
            self.referral_moved_in_case(case, &found.record, changes).await?;
        }
        Ok(Ok(ours))
    }

    /// Adds to `changes` a notification for the team whose referral it is; where it is nobody's case yet, for all who read
    /// arrivals.
    async fn tell_team(
        &self,
        referral: &ReferralRecord,
        case: Option<CaseId>,
        word_message: MessageId,
        now: UtcTime,
        changes: &mut Changes,
    ) -> AppResult<()> {
        let concerns = match case {
            Some(case) => self.core_of_case(case, now).await?,
            None => Vec::new(),
        };
        let state = referral.state();
        // A referral that ended without help needs somebody today, not at the next meeting.
        let urgent = referral.direction == Direction::Sent && state.is_ended() && state != State::Completed;
        let notification = Notification {
            what: "referral_status".into(),
            about: Kind::Inbound.of(word_message).to_string(),
            raised_at: now,
            rung: 0,
            taken: None,
            last_result: None,
            urgent,
            why: Some(format!("referral {} is now {state}", referral.message)),
            concerns,
        };
        changes.puts.push(super::notifications::waiting(&notification, Kind::Inbound.of(word_message), now)?);
        Ok(())
    }

    /// The core members of the team of a case, as they are now.
    ///
    /// # Errors
    /// When storage fails.
    pub(crate) async fn core_of_case(&self, case: CaseId, now: UtcTime) -> AppResult<Vec<StaffId>> {
        let team = self.case(case).await?.record.team;
        let members: Vec<Read<Membership>> = self.children(Kind::Membership, team.0).await?;
        let core = members.into_iter().map(|m| m.record);
        Ok(core.filter(|m| m.tier == Tier::Core && m.gives_access(now)).map(|m| m.staff).collect())
    }

    /// Referrals of a case, sent and linked, or those that came and are not linked: overdue first, then by the time that runs.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn referrals(&self, case: Option<CaseId>, open_only: bool) -> AppResult<Vec<ReferralView>> {
        let parent = case.map_or(UNLINKED, |case| case.0);
        let all: Vec<Read<ReferralRecord>> = self.children(Kind::Referral, parent).await?;
        let now = self.now();
        let mut all: Vec<_> =
            all.into_iter().filter(|r| !open_only || !r.record.state().is_ended()).collect();
        all.sort_by_key(|r| {
            let due = r.record.due_at();
            (!r.record.is_overdue(now), due.is_none(), due, r.row.position)
        });
        Ok(all.into_iter().map(|referral| ReferralView { referral, case }).collect())
    }

    /// The referral that this message carried, if there is one.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn find_referral(&self, message: MessageId) -> AppResult<Option<Read<ReferralRecord>>> {
        self.find(Kind::Referral.of(message)).await
    }

    /// A referral as this person may see it: a case of another team is not named.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn referral_shown_to(
        &self,
        actor: &Actor,
        referral: Read<ReferralRecord>,
    ) -> AppResult<ReferralView> {
        let case = match linked_case(&referral) {
            Some(case) => self.is_own_case(actor, case).await?.then_some(case),
            None => None,
        };
        Ok(ReferralView { referral, case })
    }

    /// One referral, of this id, as it stands.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is none.
    pub async fn referral(&self, message: MessageId) -> AppResult<ReferralView> {
        let referral: Read<ReferralRecord> = self.load(Kind::Referral.of(message)).await?;
        let case = linked_case(&referral);
        Ok(ReferralView { referral, case })
    }

    /// Takes back a referral that was sent, or notes that its time ran out. The service is told by a word that says nothing of
    /// the person.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when it is not a referral of this case, [`AppError::Refused`] when it has ended or, for one that
    /// ran out, its time still runs.
    pub async fn withdraw_referral(
        &self,
        actor: &Actor,
        case: CaseId,
        referral: MessageId,
        expired: bool,
    ) -> AppResult<ReferralView> {
        for _ in 0..DECIDE_AGAIN_MAX {
            let mut found: Read<ReferralRecord> = self.load(Kind::Referral.of(referral)).await?;
            if found.record.direction != Direction::Sent || linked_case(&found) != Some(case) {
                return Err(AppError::NotFound);
            }
            let now = self.now();
            let state = if expired { State::Expired } else { State::Withdrawn };
            let from = found.record.state();
            if !may_follow(from, state) {
                return Err(cannot_follow(&found.record, state));
            }
            if expired && !found.record.is_overdue(now) {
                let until = found.record.terms.contact_by;
                return Err(AppError::Refused(format!(
                    "its time has not run out: contact is asked for by {until}; take it back without --expired, or wait"
                )));
            }
            let step = ReferralStep { state, because: None, at: now, by: Some(actor.staff.clone()) };
            let mut changes = Changes::default();
            self.say(&mut found, step, &mut changes)?;
            let event = if expired { "referral_expired" } else { "referral_withdrawn" };
            let ids = vec![found.row.r, Kind::Case.of(case)];
            changes.events.push(self.event(actor.staff.as_str(), event, ids));
            match self.commit(changes).await {
                Err(AppError::Stale) => {}
                Err(other) => return Err(other),
                Ok(_) => {
                    self.courier_bell.notify_one();
                    return self.referral(referral).await;
                }
            }
        }
        Err(AppError::Stale)
    }

    /// Adds to `changes` a step of ours and the task that tells the other agency of it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn say(
        &self,
        found: &mut Read<ReferralRecord>,
        step: ReferralStep,
        changes: &mut Changes,
    ) -> AppResult<()> {
        let at = found.record.step(step);
        let message = found.record.message;
        let task = Task::ReferralStatus { referral: message, step: at };
        let work = Work::new(task, &found.record.with, linked_case(found));
        let put = put_new(referral_work(message, at), &work, &[])?;
        changes.puts.push(put.in_state(work_state::DUE).due(self.now()));
        changes.puts.push(found.put_standing()?);
        Ok(())
    }
}

/// The case that a referral's row lies under, if it is one.
pub(super) fn linked_case(found: &Read<ReferralRecord>) -> Option<CaseId> {
    found.row.parent.filter(|parent| *parent != UNLINKED && *parent != Id::default()).map(CaseId)
}

/// That a state cannot follow, and which can.
pub(super) fn cannot_follow(referral: &ReferralRecord, to: State) -> AppError {
    let from = referral.stands();
    let may = referral.may_set();
    let may: Vec<&str> = may.iter().map(|s| s.as_str()).collect();
    let next = match may.as_slice() {
        [] => "nothing further can be said of it".to_owned(),
        some => format!("from here say one of {}", some.join(", ")),
    };
    AppError::Refused(format!("this referral is {} ({}); {to} cannot follow: {next}", from.state, from.means))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(direction: Direction, states: &[State]) -> ReferralRecord {
        let step = |state: &State| ReferralStep { state: *state, because: None, at: UtcTime(5), by: None };
        ReferralRecord {
            message: MessageId(Id(9)),
            direction,
            with: AgencyId::from("housing"),
            case_ref: [1; 16],
            purpose: Purpose::CareCoordination,
            exercise: false,
            terms: ReferralTerms {
                service_category: Category::HousingAssistance,
                urgency: Urgency::Soon,
                contact_by: UtcTime(100),
            },
            steps: states.iter().map(step).collect(),
            proposal: None,
            agreed: None,
        }
    }

    #[test]
    fn the_time_for_contact_runs_until_the_person_was_reached() {
        let r = record(Direction::Sent, &[State::Sent, State::Received]);
        assert!(!r.is_overdue(UtcTime(99)) && r.is_overdue(UtcTime(100)));
        let reached = record(Direction::Sent, &[State::Accepted, State::Contacted]);
        assert!(!reached.is_overdue(UtcTime(100)) && reached.due_at().is_none());
    }

    #[test]
    fn each_side_may_set_its_own_states_only() {
        use State::*;
        let service = record(Direction::Received, &[Received]);
        assert_eq!(service.may_set(), [Accepted, DeclinedByService, NoContactMade]);
        let referrer = record(Direction::Sent, &[Sent, Received]);
        assert_eq!(referrer.may_set(), [Withdrawn, Expired]);
        let ended = record(Direction::Received, &[Received, NoContactMade]);
        let said = cannot_follow(&ended, Accepted).to_string();
        assert!(said.contains("nothing further"), "{said}");
        assert!(cannot_follow(&service, Engaged).to_string().contains("accepted, declined_by_service"));
    }

    #[test]
    fn a_step_is_a_word_about_what_was_before() {
        let r = record(Direction::Received, &[State::Received, State::Accepted, State::Contacted]);
        assert!(r.word(0).is_none() && r.word(3).is_none());
        assert!(r.word(1).is_some_and(|w| !w.tells_of_person()));
        assert!(r.word(2).is_some_and(|w| w.tells_of_person() && w.from == State::Accepted));
    }
}
