//! Stories that go by the process, without nodes: every act is decided by `policy` from the history that the acts before it
//! made. What the process allows, proposes and refuses is settled here, before any process is started.

use super::cast::{REGION, Who, disciplines_of, guests_of, kind_and_quorum};
use super::script::{Entry, Key, Permission, Step, Story};
use super::script_process::resolved;
use policy::id::{AgencyId, EntryId, Id, StaffId};
use policy::process::decide::Deed;
use policy::process::entry::{Act, Entry as Written};
use policy::process::standing::task_id;
use policy::process::team::{Member, Place, TeamRules};
use policy::process::words::State;
use policy::process::{Process, Standing};
use policy::record::{Discipline, TrainingTopic};
use policy::share::words::CaseWords;
use policy::time::UtcTime;
use std::collections::{BTreeMap, HashMap};

/// Whether a story goes by the process, from a report on.
pub(super) fn goes_by_the_process(story: &Story) -> bool {
    story.steps.iter().any(|step| matches!(step, Step::Act(a) if a.act.get("report").is_some()))
}

fn staff(who: Who) -> StaffId {
    StaffId(format!("spiffe://{}/agency/{}/staff/{}", REGION.trust_domain, who.agency, who.name))
}

fn team(agency: &str) -> TeamRules {
    let spec = REGION.agency(agency).unwrap();
    let member = |who: Who, roles: &[&str]| Member {
        staff: staff(who),
        agency: AgencyId(who.agency.into()),
        place: Place::Core,
        is_chair: roles.contains(&"chair"),
        is_intake: roles.contains(&"intake"),
        disciplines: disciplines_of(who.name).iter().map(|d| Discipline::from_word(d).unwrap()).collect(),
        trained: vec![TrainingTopic::ThreatAssessmentProcess],
        acknowledged: true,
    };
    let own = spec.staff.iter().filter(|p| p.roles.contains(&"member"));
    let mut members: Vec<_> = own.map(|p| member(Who { agency: spec.id, name: p.name }, p.roles)).collect();
    members.extend(guests_of(spec.team).iter().map(|guest| member(*guest, &[])));
    TeamRules { quorum: kind_and_quorum(spec.team).1.into(), members }
}

struct Stage {
    process: Process,
    now: UtcTime,
    ids: HashMap<(Key, Key), Id>,
    histories: BTreeMap<Key, (&'static str, Vec<Written>)>,
    problems: Vec<String>,
}

impl Stage {
    fn id(&mut self, case: Key, key: Key) -> Id {
        let next = Id(1000 + self.ids.len() as u128);
        *self.ids.entry((case, key)).or_insert(next)
    }

    fn act(&self, case: Key, act: &serde_json::Value) -> Act {
        // What a share became is known to nodes alone.
        let id = |key: &str| {
            let known = self.ids.iter().find(|((of, named), _)| *of == case && *named == key);
            Some(known.map_or(Id(7), |(_, id)| *id).to_string())
        };
        let act = resolved(act, self.now, &|who| staff(who).to_string(), &id).unwrap();
        serde_json::from_value(act.clone()).unwrap_or_else(|e| panic!("{e}: {act}"))
    }

    fn decided(
        &self,
        case: Key,
        by: Who,
        act: &Act,
        replaces: Option<EntryId>,
    ) -> Result<policy::process::Allowed, policy::process::decide::Refusal> {
        let found = self.histories.get(case);
        let entries = found.map_or(&[][..], |(_, entries)| entries);
        let standing = Standing::of(entries);
        let names = CaseWords::default();
        let deed = Deed {
            act,
            by: &staff(by),
            at: self.now,
            replaces,
            names: &names,
            minor: Some(false),
            targets: &[],
            sent_to: &[],
        };
        let agency = found.map_or(by.agency, |(agency, _)| agency);
        self.process.decide(found.is_some().then_some(&standing), &team(agency), &deed)
    }

    fn write(
        &mut self,
        case: Key,
        key: Key,
        by: Who,
        act: Act,
        replaces: Option<EntryId>,
        moved_to: Option<State>,
    ) {
        let id = EntryId(self.id(case, key));
        let entry = Written { id, at: self.now, by: staff(by), act, replaces, moved_to };
        self.histories.entry(case).or_insert((by.agency, Vec::new())).1.push(entry);
    }

    fn state(&self, case: Key) -> &'static str {
        self.histories.get(case).map_or("", |(_, entries)| Standing::of(entries).state(self.now).as_str())
    }

    fn step(&mut self, step: &Step) {
        // every step takes a moment
        self.now = self.now.plus_minutes(1);
        match step {
            Step::Days(days, _) => self.now = self.now.plus_days(i64::from(*days)),
            Step::Record(record) => {
                for entry in &record.entries {
                    if let Entry::Person(script::Person { key, .. })
                    | Entry::Permission(Permission { key, .. }) = entry
                    {
                        self.id(record.case, key);
                    }
                }
            }
            Step::Act(a) => {
                let stood = self.state(a.case);
                let act = self.act(a.case, &a.act);
                let replaces = (!a.replaces.is_empty()).then(|| self.replaced(a.case, a.replaces));
                match self.decided(a.case, a.by, &act, replaces) {
                    Err(refusal) => self.problems.push(format!("{}: {refusal}", a.key)),
                    Ok(allowed) => {
                        if allowed.awaits.is_some() != a.awaits {
                            self.problems.push(format!("{}: awaits {:?}", a.key, allowed.awaits));
                        }
                        self.write(a.case, a.key, a.by, act, replaces, allowed.moved_to);
                    }
                }
                let expected = if a.state.is_empty() { stood } else { a.state };
                let came = self.state(a.case);
                if came != expected {
                    self.problems.push(format!("{}: {came}, not {expected}", a.key));
                }
            }
            Step::Refused(r) => {
                let act = self.act(r.case, &r.act);
                match self.decided(r.case, r.by, &act, None) {
                    Err(refusal) if refusal.0.iter().any(|one| one.guard == r.guard) => {}
                    Err(refusal) => self.problems.push(format!("{}: not by {}: {refusal}", r.say, r.guard)),
                    Ok(_) => self.problems.push(format!("{}: it was allowed", r.say)),
                }
            }
            Step::History(h) => self.history(h),
            Step::Agenda(a) => self.agenda(a),
            Step::AnswerReferral(a) => self.referral(a.state),
            _ => {}
        }
    }

    fn replaced(&mut self, case: Key, key: Key) -> EntryId {
        let Some(place) = key.strip_prefix("task ") else { return EntryId(self.id(case, key)) };
        let place: usize = place.parse().unwrap();
        let standing = Standing::of(&self.histories[case].1);
        task_id(standing.plan().unwrap().0.id, place - 1)
    }

    fn history(&mut self, h: &script::History) {
        let standing = Standing::of(&self.histories[h.case].1);
        let band = standing.level().map_or("", |(_, a)| a.level.band.as_str());
        let stale: Vec<&str> = standing.stale(self.now).iter().map(|s| s.reason.as_str()).collect();
        let found = (standing.state(self.now).as_str(), band, stale, standing.levels().len());
        if found != (h.state, h.band, h.stale.to_vec(), h.levels) {
            self.problems.push(format!("{}: {found:?}", h.say));
        }
    }

    fn agenda(&mut self, a: &script::Agenda) {
        let standing = Standing::of(&self.histories[a.case].1);
        // the days that a node shows are whole ones
        let until = self.now.plus_days(i64::from(a.days));
        let all = self.process.agenda(&standing, self.now);
        let lines: Vec<(&str, bool)> = all
            .iter()
            .filter(|l| l.shown_from() <= until)
            .map(|l| (l.duty.as_str(), l.due <= self.now))
            .collect();
        let has_not = a.has_not.iter().any(|duty| lines.iter().any(|(there, _)| there == duty));
        if has_not || !a.has.iter().all(|wanted| lines.contains(wanted)) {
            self.problems.push(format!("{}: {lines:?}", a.say));
        }
    }

    /// What the node writes into the history when a service says how a referral stands.
    fn referral(&mut self, state: &'static str) {
        let case = "ward";
        let standing = Standing::of(&self.histories[case].1);
        let (old, before) = standing.referrals().pop().map(|(e, r)| (e.id, r.clone())).unwrap();
        let status = policy::process::referral::State::from_word(state).unwrap();
        let act = Act::from(policy::process::entry::Referral { status, ..before });
        let clock = StaffId(policy::process::entry::CLOCK.into());
        let next = EntryId(self.id(case, state));
        self.histories.get_mut(case).unwrap().1.push(Written {
            id: next,
            at: self.now,
            by: clock,
            act,
            replaces: Some(old),
            moved_to: None,
        });
    }
}

use super::script;

#[test]
fn the_process_answers_every_act_as_it_is_told() {
    let stories = super::story::all();
    let played: Vec<_> = stories.iter().filter(|story| goes_by_the_process(story)).collect();
    assert!(!played.is_empty());
    for story in played {
        let mut stage = Stage {
            process: Process::embedded().unwrap(),
            now: UtcTime::parse("2026-11-21T15:00:00Z").unwrap(),
            ids: HashMap::new(),
            histories: BTreeMap::new(),
            problems: Vec::new(),
        };
        for step in &story.steps {
            stage.step(step);
        }
        assert!(stage.problems.is_empty(), "{}:\n{}", story.name, stage.problems.join("\n"));
        assert_eq!(stage.state("ward"), "closed");
    }
}
