//! What must hold before a step: every guard by name, its check, and what would satisfy it.
//!
//! Callers: `decide`. Each check looks at the history, the team and the deed, and nothing else. The tables say which step
//! asks for which guard; a test takes each guard out of each step and shows that something then goes through that must not.

mod always;
mod assess;
mod ending;
mod inquiry;
mod intake;
mod manage;
mod protect;

use super::decide::Deed;
use super::entry::{Act, Entry, Observation};
use super::standing::Standing;
use super::table::{Process, Step};
use super::team::{Member, TeamRules};
use super::words::{Nature, State};
use crate::id::EntryId;

/// What a guard looks at.
pub struct Look<'a> {
    /// The case.
    pub case: &'a Standing<'a>,
    /// The state as shown at the time of the deed.
    pub state: State,
    /// The team.
    pub team: &'a TeamRules,
    /// The deed.
    pub deed: &'a Deed<'a>,
    /// The step it would be.
    pub step: &'a Step,
    /// The tables.
    pub process: &'a Process,
}

/// What does not hold, and what would.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet {
    /// Why, in plain words.
    pub why: String,
    /// What would satisfy it.
    pub satisfy: String,
}

impl Unmet {
    fn new(why: impl Into<String>, satisfy: impl Into<String>) -> Self {
        Self { why: why.into(), satisfy: satisfy.into() }
    }
}

type Checked = Result<(), Unmet>;

/// `Ok` when it holds.
fn needs(holds: bool, why: &str, satisfy: &str) -> Checked {
    if holds { Ok(()) } else { Err(Unmet::new(why, satisfy)) }
}

macro_rules! guards {
    ($(#[doc = $doc:literal] $name:ident = $word:literal => $check:path,)*) => {
        crate::record::words::words! {
            /// A guard.
            Guard { $(#[doc = $doc] $name = $word),* }
        }
        impl Guard {
            /// What it is for, in a sentence.
            pub fn means(self) -> &'static str {
                match self { $(Self::$name => $doc.trim_ascii()),* }
            }
            /// Checks it.
            ///
            /// # Errors
            /// [`Unmet`], with why and what would satisfy it.
            pub fn check(self, look: &Look<'_>) -> Checked {
                match self { $(Self::$name => $check(look)),* }
            }
        }
    };
}

guards! {
    /// Time never goes back in a history.
    ClockGoesOn = "clock_goes_on" => always::clock_goes_on,
    /// The member belongs to the team that owns the case.
    InTheTeam = "in_the_team" => always::in_the_team,
    /// Confidentiality was acknowledged in writing.
    ConfidentialityAcknowledged = "confidentiality_acknowledged" => always::confidentiality_acknowledged,
    /// A member who is target or reporter stands aside.
    NotRecused = "not_recused" => always::not_recused,
    /// Two members who change one record: the second is told.
    NewestVersion = "newest_version" => always::newest_version,
    /// No text is as long as a file.
    WithinBounds = "within_bounds" => always::within_bounds,

    /// A report says what was seen or heard.
    ReportSaysSomething = "report_says_something" => intake::report_says_something,
    /// A message says something.
    MessageSaysSomething = "message_says_something" => intake::message_says_something,
    /// The coordinator is one.
    CoordinatorTakesReports = "coordinator_takes_reports" => intake::coordinator_takes_reports,
    /// There is more than one coordinator.
    MoreThanOneCoordinator = "more_than_one_coordinator" => intake::more_than_one_coordinator,
    /// Another discipline looks at it too.
    SecondOfAnotherDiscipline = "second_of_another_discipline" => intake::second_of_another_discipline,
    /// What stays after content is gone names nobody.
    SentenceWithoutNames = "sentence_without_names" => intake::sentence_without_names,
    /// Behavior or communication, not a trait, belief or lawful speech alone.
    BehaviorRecorded = "behavior_recorded" => intake::behavior_recorded,
    /// Advice is about a situation without identity.
    ConsultationWithoutIdentity = "consultation_without_identity" => intake::consultation_without_identity,
    /// A consultation closes itself.
    ConsultationEnds = "consultation_ends" => intake::consultation_ends,

    /// An observation has its days, none of them ahead.
    Dated = "dated" => inquiry::dated,
    /// An observation says where it comes from.
    Sourced = "sourced" => inquiry::sourced,
    /// Neutral words.
    SaysInNeutralWords = "says_in_neutral_words" => inquiry::says_in_neutral_words,
    /// A factor cites observations.
    RestsOnObservations = "rests_on_observations" => inquiry::rests_on_observations,
    /// Cited observations are there, current and reviewed.
    ObservationsStand = "observations_stand" => inquiry::observations_stand,
    /// A factor of culture or media cites behavior.
    HazardousCategoryCitesBehavior = "hazardous_category_cites_behavior" => inquiry::hazardous_category_cites_behavior,
    /// An event's day fits its tense.
    EventSaysWhen = "event_says_when" => inquiry::event_says_when,
    /// An instrument has a name and a version.
    InstrumentNamed = "instrument_named" => inquiry::instrument_named,
    /// The assessor was qualified on the day.
    AssessorQualified = "assessor_qualified" => inquiry::assessor_qualified,
    /// The result is a word, never a number.
    ResultIsAWord = "result_is_a_word" => inquiry::result_is_a_word,

    /// The team's quorum.
    QuorumMet = "quorum_met" => assess::quorum_met,
    /// Two independent observations, or one and the flag.
    RestsOnTheTotality = "rests_on_the_totality" => assess::rests_on_the_totality,
    /// No trait, belief or lawful speech alone.
    NotOnTraitsAlone = "not_on_traits_alone" => assess::not_on_traits_alone,
    /// Risk and protection both.
    BothSidesConsidered = "both_sides_considered" => assess::both_sides_considered,
    /// Culture or media is never the only factor that raises concern.
    HazardousNotAlone = "hazardous_not_alone" => assess::hazardous_not_alone,
    /// Gaps are stated.
    GapsStated = "gaps_stated" => assess::gaps_stated,
    /// Caveats are stated.
    CaveatsStated = "caveats_stated" => assess::caveats_stated,
    /// An instrument is an input, with reasons of the team's own.
    InstrumentIsAnInput = "instrument_is_an_input" => assess::instrument_is_an_input,
    /// A level is a word.
    LevelIsAWord = "level_is_a_word" => assess::level_is_a_word,
    /// A level ends.
    LevelEnds = "level_ends" => assess::level_ends,
    /// What travels with the level names nobody.
    TravelsWithoutNames = "travels_without_names" => assess::travels_without_names,
    /// Who dissents was there.
    DissentersWereThere = "dissenters_were_there" => assess::dissenters_were_there,

    /// The level asks for management.
    LevelNeedsManagement = "level_needs_management" => manage::level_needs_management,
    /// A plan has a goal.
    PlanHasAGoal = "plan_has_a_goal" => manage::plan_has_a_goal,
    /// One plan stands at a time.
    PlanReplacesThePlan = "plan_replaces_the_plan" => manage::plan_replaces_the_plan,
    /// At least one supportive task.
    SupportiveTask = "supportive_task" => manage::supportive_task,
    /// The plan's owner is a member.
    PlanHasAnOwner = "plan_has_an_owner" => manage::plan_has_an_owner,
    /// The review lies ahead, and not too far.
    ReviewLiesAhead = "review_lies_ahead" => manage::review_lies_ahead,
    /// Each restriction names its observation.
    RestrictionNamesItsObservation = "restriction_names_its_observation" => manage::restriction_names_its_observation,
    /// Each restriction ends.
    RestrictionEnds = "restriction_ends" => manage::restriction_ends,
    /// Disability is asked before an exclusion.
    DisabilityBeforeExclusion = "disability_before_exclusion" => manage::disability_before_exclusion,
    /// A task says what is to be done, by somebody who takes part.
    TaskSaysWhat = "task_says_what" => manage::task_says_what,
    /// A restriction is never slipped in as a task.
    RestrictionOnlyInAPlan = "restriction_only_in_a_plan" => manage::restriction_only_in_a_plan,
    /// A team judges again before the plan goes on.
    JudgedAgain = "judged_again" => manage::judged_again,
    /// A referral's status follows the one before.
    ReferralFollows = "referral_follows" => manage::referral_follows,
    /// Nothing is sent without the person's permission.
    ConsentBeforeSending = "consent_before_sending" => manage::consent_before_sending,
    /// A service that declines says why.
    DeclineHasAReason = "decline_has_a_reason" => manage::decline_has_a_reason,
    /// A tripwire ends.
    TripwireEnds = "tripwire_ends" => manage::tripwire_ends,
    /// A tripwire that was touched is up.
    TripwireIsUp = "tripwire_is_up" => manage::tripwire_is_up,
    /// What touched it was observed.
    HitWasObserved = "hit_was_observed" => manage::hit_was_observed,
    /// An order ends.
    OrderEnds = "order_ends" => manage::order_ends,

    /// An emergency was declared.
    EmergencyWasDeclared = "emergency_was_declared" => protect::emergency_was_declared,
    /// An emergency stands.
    EmergencyStands = "emergency_stands" => protect::emergency_stands,
    /// All five answers.
    FiveAnswersWhole = "five_answers_whole" => protect::five_answers_whole,
    /// The five answers were given.
    FiveAnswersGiven = "five_answers_given" => protect::five_answers_given,
    /// Somebody else reviews.
    ReviewedByAnother = "reviewed_by_another" => protect::reviewed_by_another,
    /// Told, or a reason why not.
    ToldOrReason = "told_or_reason" => protect::told_or_reason,
    /// A target who is told is offered an advocate.
    AdvocateIsOffered = "advocate_is_offered" => protect::advocate_is_offered,
    /// Custody is checked before a parent is told.
    CustodyIsChecked = "custody_is_checked" => protect::custody_is_checked,
    /// A referral to police rests on a written fact.
    PoliceFact = "police_fact" => protect::police_fact,
    /// Alternatives were considered, unless danger is imminent.
    AlternativesConsidered = "alternatives_considered" => protect::alternatives_considered,
    /// A request of police fills its form.
    RequestFormWhole = "request_form_whole" => protect::request_form_whole,
    /// Nobody but the chair sends another away, and only for a reason of the three.
    RecusalIsFounded = "recusal_is_founded" => protect::recusal_is_founded,
    /// Something waits for a second member.
    SomethingWaits = "something_waits" => protect::something_waits,
    /// Who agrees is another.
    AgreedByAnother = "agreed_by_another" => protect::agreed_by_another,
    /// Who agrees is of the kind that is asked for.
    SecondQualifies = "second_qualifies" => protect::second_qualifies,

    /// The entry is there.
    EntryIsThere = "entry_is_there" => ending::entry_is_there,
    /// A correction was asked for.
    CorrectionWasAsked = "correction_was_asked" => ending::correction_was_asked,
    /// A correction that is accepted is made.
    CorrectionIsMade = "correction_is_made" => ending::correction_is_made,
    /// A transfer says why.
    TransferHasAReason = "transfer_has_a_reason" => ending::transfer_has_a_reason,
    /// A transfer was offered.
    TransferWasOffered = "transfer_was_offered" => ending::transfer_was_offered,
    /// The packet went, decided for this recipient.
    PacketWent = "packet_went" => ending::packet_went,
    /// Somebody over there accepted.
    AcceptedOverThere = "accepted_over_there" => ending::accepted_over_there,
    /// The chair takes a case over.
    ChairAccepts = "chair_accepts" => ending::chair_accepts,
    /// A proposal to close says why.
    RetirementHasAReason = "retirement_has_a_reason" => ending::retirement_has_a_reason,
    /// The level is low or none.
    LevelLowOrNone = "level_low_or_none" => ending::level_low_or_none,
    /// No task, referral or tripwire is open.
    NothingOpen = "nothing_open" => ending::nothing_open,
    /// People who were owed a notice got it.
    NoticesGiven = "notices_given" => ending::notices_given,
    /// Each restriction has ended, or somebody keeps it.
    RestrictionsEndedOrKept = "restrictions_ended_or_kept" => ending::restrictions_ended_or_kept,
    /// Why the change is expected to last.
    SaysWhyItLasts = "says_why_it_lasts" => ending::says_why_it_lasts,
    /// Behavior after the closing.
    BehaviorIsNew = "behavior_is_new" => ending::behavior_is_new,
    /// The period of retention has passed.
    RetentionReached = "retention_reached" => ending::retention_reached,
    /// No order holds the records.
    NoLegalHold = "no_legal_hold" => ending::no_legal_hold,
}

impl<'a> Look<'a> {
    /// The member who does it.
    fn hand(&self) -> Option<&'a Member> {
        self.team.member(self.deed.by)
    }

    /// A current observation with this id.
    fn observation(&self, id: EntryId) -> Option<(&'a Entry, &'a Observation)> {
        let entry = self.case.entry(id).filter(|e| !self.case.is_replaced(e.id))?;
        match &entry.act {
            Act::Observe(o) => Some((entry, o)),
            _ => None,
        }
    }

    /// Whether an observation may be rested on: one whose words are about a trait waits for its reviewer.
    fn is_reviewed(&self, entry: &Entry) -> bool {
        !super::decide::awaits(self.process, self.case, entry)
    }

    /// Every cited observation that stands.
    fn cited(&self, ids: &[EntryId]) -> Vec<(&'a Entry, &'a Observation)> {
        ids.iter().filter_map(|id| self.observation(*id)).filter(|(e, _)| self.is_reviewed(e)).collect()
    }

    /// Cited ids that are no current, reviewed observation of this case.
    fn all_stand(&self, ids: &[EntryId]) -> Checked {
        for id in ids {
            let Some((entry, _)) = self.observation(*id) else {
                let newest = self.case.newest(*id);
                let instead =
                    if newest == *id { String::new() } else { format!(" (its newest version is {newest})") };
                return Err(Unmet::new(
                    format!("{id} is no current observation of this case{instead}"),
                    "cite the observation's newest version: `concord case history` lists them",
                ));
            };
            if !self.is_reviewed(entry) {
                return Err(Unmet::new(
                    format!(
                        "observation {id} has words about a trait, belief or group and waits for a reviewer"
                    ),
                    format!(
                        "a second member reads it and runs `concord concur CASE {id}`, or somebody rewords it"
                    ),
                ));
            }
        }
        Ok(())
    }

    /// What identifies people, days or numbers in a text that must not.
    fn nameless(&self, text: &str, what: &str) -> Checked {
        let found = self.deed.names.identifying(text);
        if found.is_empty() {
            return Ok(());
        }
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        Err(Unmet::new(format!("{what} contains {}", found.join(", and ")), "write it without"))
    }
}

fn is_behavior(o: &Observation) -> bool {
    matches!(o.nature, Nature::Behavior | Nature::Communication)
}

fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

/// The act that is looked at, as what the guard is for. A guard that a table puts on another act never holds.
macro_rules! of_act {
    ($look:expr, $name:ident) => {
        match $look.deed.act {
            $crate::process::entry::Act::$name(content) => content,
            other => return Err($crate::process::guard::misplaced(other.word())),
        }
    };
}
use of_act;

fn misplaced(act: &str) -> Unmet {
    Unmet::new(
        format!("the table asks `{act}` for a guard that is not about it"),
        "correct policy/process/process.toml",
    )
}
