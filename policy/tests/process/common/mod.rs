//! A case told act by act: a team, a clock, and a history that grows only by what the process allows, written down as the
//! node writes it.

pub mod acts;
pub mod full;
pub mod stages;

use policy::id::{AgencyId, CaseId, DisclosureId, EntryId, Id, PersonId, StaffId};
use policy::process::entry::{BYSTANDER, CLOCK, Plan};
use policy::process::team::{Member, Place, TeamRules};
use policy::process::words::State;
use policy::process::{Act, Allowed, Deed, Entry, Process, Refusal, Standing};
use policy::record::{Discipline, Person, PersonRole, TrainingTopic};
use policy::share::words::CaseWords;
use policy::time::UtcTime;

/// The member who takes every step in tables: core, deputy chair and intake coordinator, in no meeting.
pub const DEPUTY: &str = "deputy";
/// Members of the usual meeting.
pub const MEETING: [&str; 4] = ["chair", "intake-1", "intake-2", "clinician"];
/// Where every story begins.
pub const BEGIN: &str = "2026-03-02T08:00:00Z";
/// The name that no text that travels may have.
pub const NAME: &str = "Jordan Vale";

/// A case being told.
#[derive(Clone)]
pub struct Story {
    pub process: Process,
    pub team: TeamRules,
    pub entries: Vec<Entry>,
    pub now: UtcTime,
    pub names: CaseWords,
    pub minor: Option<bool>,
    pub targets: Vec<PersonId>,
    pub sent_to: Vec<(DisclosureId, AgencyId)>,
}

/// A staff member's certificate name.
pub fn staff(name: &str) -> StaffId {
    match name {
        BYSTANDER | CLOCK => StaffId::from(name),
        name => StaffId(format!("spiffe://region.example/agency/county-hospital/staff/{name}")),
    }
}

fn member(name: &str, agency: &str, place: Place, discipline: Discipline) -> Member {
    Member {
        staff: staff(name),
        agency: AgencyId::from(agency),
        place,
        is_chair: matches!(name, "chair" | DEPUTY),
        is_intake: matches!(name, "intake-1" | "intake-2" | DEPUTY),
        disciplines: vec![discipline],
        trained: vec![TrainingTopic::ThreatAssessmentProcess, TrainingTopic::Ferpa],
        acknowledged: true,
    }
}

/// A team that can meet every quorum policy.
pub fn team(quorum: &str) -> TeamRules {
    use Discipline as D;
    let core =
        |name: &str, agency: &str, discipline: Discipline| member(name, agency, Place::Core, discipline);
    TeamRules {
        quorum: quorum.into(),
        members: vec![
            core("chair", "county-hospital", D::Administration),
            core("intake-1", "county-hospital", D::Counseling),
            core("intake-2", "north-school", D::Instruction),
            core("clinician", "north-school", D::MentalHealth),
            core("officer", "city-police", D::LawEnforcement),
            core("guard", "county-hospital", D::Security),
            core("teacher", "north-school", D::SpecialEducation),
            core("worker", "county-services", D::SocialServices),
            core(DEPUTY, "county-services", D::Community),
            member("pastor", "old-chapel", Place::Affiliate, D::Faith),
            member("attorney", "state-attorney", Place::Affiliate, D::Prosecution),
            member("housing", "housing-office", Place::Partner, D::Community),
            member("coordinator", "region", Place::Coordinator, D::Other),
        ],
    }
}

impl Story {
    /// No case yet, for a team that keeps to this quorum policy.
    pub fn none(quorum: &str) -> Self {
        let person = Person {
            id: PersonId(Id(7)),
            case: CaseId(Id(1)),
            roles: vec![PersonRole::PersonOfConcern],
            names: vec![NAME.into()],
            date_of_birth: None,
            is_student: None,
            attends_postsecondary: None,
            is_patient: None,
            consented_to_own_care: None,
            law_enforcement_status: None,
            state: None,
        };
        Self {
            process: Process::embedded().unwrap(),
            team: team(quorum),
            entries: Vec::new(),
            now: UtcTime::parse(BEGIN).unwrap(),
            names: CaseWords::of_people(&[person]),
            minor: None,
            targets: Vec::new(),
            sent_to: Vec::new(),
        }
    }

    /// What the process says to a deed at this moment, and nothing is written.
    pub fn tries(&self, who: &str, act: &Act, replaces: Option<EntryId>) -> Result<Allowed, Refusal> {
        self.tries_with(&self.process, who, act, replaces)
    }

    /// As [`Story::tries`], by other tables.
    pub fn tries_with(
        &self,
        process: &Process,
        who: &str,
        act: &Act,
        replaces: Option<EntryId>,
    ) -> Result<Allowed, Refusal> {
        let standing = Standing::of(&self.entries);
        let by = staff(who);
        let deed = Deed {
            act,
            by: &by,
            at: self.now,
            replaces,
            names: &self.names,
            minor: self.minor,
            targets: &self.targets,
            sent_to: &self.sent_to,
        };
        process.decide((!self.entries.is_empty()).then_some(&standing), &self.team, &deed)
    }

    /// Does it, and writes the entry as the node does. The clock goes on by a minute.
    pub fn does(
        &mut self,
        who: &str,
        act: impl Into<Act>,
        replaces: Option<EntryId>,
    ) -> Result<(EntryId, Allowed), Refusal> {
        let act = act.into();
        let allowed = self.tries(who, &act, replaces)?;
        let id = EntryId(Id((self.entries.len() as u128 + 1) << 32));
        self.entries.push(Entry {
            id,
            at: self.now,
            by: staff(who),
            act,
            replaces,
            moved_to: allowed.moved_to,
        });
        self.pass_minutes(1);
        Ok((id, allowed))
    }

    /// Does what must be allowed.
    #[track_caller]
    pub fn act(&mut self, who: &str, act: impl Into<Act>) -> EntryId {
        self.does(who, act, None).unwrap_or_else(|refusal| panic!("{refusal}")).0
    }

    /// Writes a new version, which must be allowed.
    #[track_caller]
    pub fn replace(&mut self, who: &str, act: impl Into<Act>, old: EntryId) -> EntryId {
        self.does(who, act, Some(old)).unwrap_or_else(|refusal| panic!("{refusal}")).0
    }

    /// Writes a plan in place of the one that stands, if one does.
    #[track_caller]
    pub fn plan(&mut self, plan: Plan) -> EntryId {
        let old = self.standing().plan().map(|(e, _)| e.id);
        self.does("chair", plan, old).unwrap_or_else(|refusal| panic!("{refusal}")).0
    }

    /// The guards that refuse the plan, in place of the one that stands.
    pub fn refusing_plan(&self, plan: Plan) -> Vec<&'static str> {
        self.refusing("chair", plan, self.standing().plan().map(|(e, _)| e.id))
    }

    /// The guards that refuse a deed, in order; empty: it is allowed.
    pub fn refusing(&self, who: &str, act: impl Into<Act>, replaces: Option<EntryId>) -> Vec<&'static str> {
        match self.tries(who, &act.into(), replaces) {
            Ok(_) => Vec::new(),
            Err(refusal) => refusal.0.iter().map(|r| r.guard).collect(),
        }
    }

    /// The clock goes on.
    pub fn pass_minutes(&mut self, minutes: i64) {
        self.now = self.now.plus_minutes(minutes);
    }

    /// The clock goes on.
    pub fn pass_days(&mut self, days: i64) {
        self.now = self.now.plus_days(days);
    }

    /// The history, folded.
    pub fn standing(&self) -> Standing<'_> {
        Standing::of(&self.entries)
    }

    /// The state as it is shown.
    pub fn state(&self) -> State {
        self.standing().state(self.now)
    }

    /// A member, to be changed.
    pub fn member(&mut self, name: &str) -> &mut Member {
        let id = staff(name);
        self.team.members.iter_mut().find(|m| m.staff == id).unwrap()
    }
}
