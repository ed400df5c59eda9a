//! The way of one case through the one verb, on a real store in memory with a clock that the test moves.

use super::*;
use crate::app::{NewMembership, NewTeam, NewTraining};
use crate::staff::roles::Tier;
use crate::staff::testing::{OWN, World, uri};
use policy::process::agenda::Duty;
use policy::process::entry::*;
use policy::process::referral::{Category, State as Status};
use policy::process::words::*;
use policy::record::{Discipline, Item, ItemValue, Person, RecordKind, TrainingTopic};
use policy::time::Date;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

mod table;

struct Story {
    world: World,
    team: TeamId,
    case: CaseId,
}

async fn actor(world: &World, name: &str) -> Actor {
    world.app.actor(&StaffId(uri(OWN, name))).await.unwrap()
}

fn day(world: &World, days: i64) -> UtcTime {
    world.app.now().plus_days(days)
}

fn date(world: &World, days: i64) -> Date {
    day(world, days).date()
}

impl Story {
    /// A hospital's team of four, trained, and a report.
    async fn begin() -> Self {
        let world = World::new().await;
        for (name, roles) in [
            ("kim", &["chair", "intake"][..]),
            ("rosa", &["member", "intake"]),
            ("lee", &["member"]),
            ("sam", &["member"]),
        ] {
            world.added(name, roles).await;
        }
        let root = actor(&world, "root").await;
        let until = day(&world, 300);
        let member = |name: &str, disciplines: &[Discipline]| NewMembership {
            staff_id: uri(OWN, name),
            display_name: name.into(),
            from: None,
            until,
            tier: Tier::Core,
            confidentiality_acknowledged: true,
            qualifications: Vec::new(),
            disciplines: disciplines.to_vec(),
            agreement: None,
        };
        let new = NewTeam { name: "Hospital team".into(), ..NewTeam::default() };
        let chair = member("kim", &[Discipline::Administration]);
        let team = world.app.create_team(&root, new, Some(chair)).await.unwrap().team.id;
        for (name, discipline) in [
            ("rosa", Discipline::Medical),
            ("lee", Discipline::MentalHealth),
            ("sam", Discipline::LawEnforcement),
        ] {
            world.app.add_membership(&root, team, member(name, &[discipline])).await.unwrap();
        }
        for name in ["kim", "rosa", "lee", "sam"] {
            let training = NewTraining {
                staff_id: uri(OWN, name),
                team: None,
                topic: TrainingTopic::ThreatAssessmentProcess,
                provider: "state".into(),
                course: "basic".into(),
                completed_at: day(&world, -10),
                expires_at: until,
                certificate_of: String::new(),
                with_agencies: Vec::new(),
            };
            world.app.record_training(&root, training).await.unwrap();
        }
        let report = Report {
            channel: ReportChannel::Staff,
            anonymity: Anonymity::Anonymous,
            narrative: "A visitor said that the staff would be sorry.".into(),
            place: String::new(),
            happened: String::new(),
            at_risk_now: String::new(),
            weapon_mentioned: Some(false),
            target_named: Some(false),
            possibly_imminent: false,
            how_known: String::new(),
            may_come_back: true,
            wants_outcome: false,
            reporting_member: None,
        };
        let deed =
            NewDeed { case: None, team: Some(team), act: report.into(), replaces: None, exercise: false };
        let case = world.app.act_as_bystander(&deed).await.unwrap().case;
        Self { world, team, case }
    }

    /// A plan in place of the one that stands.
    async fn replan(&self, state: TaskState) -> AppResult<Done> {
        let entries = self.world.app.whole_history(self.case).await.unwrap().entries;
        let old = Standing::of(&entries).plan().map(|(e, _)| e.id);
        self.replace("kim", self.plan(state), old).await
    }

    async fn act(&self, who: &str, act: impl Into<Act>) -> AppResult<Done> {
        self.replace(who, act, None).await
    }

    async fn replace(&self, who: &str, act: impl Into<Act>, replaces: Option<EntryId>) -> AppResult<Done> {
        let actor = actor(&self.world, who).await;
        let deed = NewDeed { case: Some(self.case), team: None, act: act.into(), replaces, exercise: false };
        self.world.app.act(&actor, deed).await
    }

    fn seen(&self, text: &str, source: &str) -> Observation {
        Observation {
            text: text.into(),
            happened_on: date(&self.world, -1),
            learned_on: date(&self.world, 0),
            basis: Basis::Observed,
            nature: Nature::Behavior,
            source_type: SourceType::DirectWitness,
            source: source.into(),
            directness: Directness::Observed,
            indicator: None,
            threat_type: None,
            threat_mode: None,
            exact_words: false,
            as_record: None,
        }
    }

    async fn observe(&self, text: &str, source: &str) -> EntryId {
        self.act("lee", self.seen(text, source)).await.unwrap().entry.id
    }

    async fn factor(&self, polarity: Polarity, observation: EntryId) -> EntryId {
        let f = Factor {
            polarity,
            category: FactorCategory::LifeEvents,
            text: "rent is owed; a sister helps".into(),
            dynamic: true,
            ended: false,
            observations: vec![observation],
            as_record: None,
        };
        self.act("lee", f).await.unwrap().entry.id
    }

    fn assessment(&self, observations: &[EntryId], factors: &[EntryId]) -> Assessment {
        let at = |name: &str| StaffId(uri(OWN, name));
        Assessment {
            level: Level {
                model: "local".into(),
                model_version: "1".into(),
                original: "moderate".into(),
                band: LevelBand::Moderate,
                valid_until: day(&self.world, 30),
            },
            rationale: "two people saw it, and what protects is strong".into(),
            observations: observations.to_vec(),
            factors: factors.to_vec(),
            no_enhancing_found: false,
            no_mitigating_found: false,
            single_source: false,
            instruments: Vec::new(),
            gaps: "not known whether there is a weapon".into(),
            caveats: "a judgment of today".into(),
            meeting: Meeting {
                present: vec![at("kim"), at("rosa"), at("lee"), at("sam")],
                ..Meeting::default()
            },
            dissent: Vec::new(),
            as_record: None,
        }
    }

    fn plan(&self, state: TaskState) -> Plan {
        Plan {
            owner: StaffId(uri(OWN, "kim")),
            goals: vec!["rent is paid and the ward is safe".into()],
            own_voice: String::new(),
            tasks: vec![PlanTask {
                kind: Intervention::SocialSupport,
                orientation: Orientation::Subject,
                tier: PlanTier::Secondary,
                text: "link to the housing office".into(),
                agency: None,
                owner: None,
                due: Some(day(&self.world, 5)),
                state,
                contact_safety: String::new(),
            }],
            restrictions: Vec::new(),
            review_at: day(&self.world, 20),
        }
    }

    async fn items(&self) -> Vec<Item> {
        let items = self.world.app.items(self.case).await.unwrap();
        items.into_iter().filter(|i| i.superseded_by.is_none()).collect()
    }

    async fn agenda(&self, days: i64) -> Vec<Duty> {
        let kim = actor(&self.world, "kim").await;
        let ask = AgendaAsk { team: Some(self.team), mine_only: false, until: day(&self.world, days) };
        self.world.app.agenda(&kim, &ask).await.unwrap().lines.into_iter().map(|l| l.line.duty).collect()
    }

    fn pass(&self, days: i64) {
        self.world.region.clock.advance_ms(days * DAY_MS);
    }

    async fn add_person(&self, born: Date) -> Person {
        let person = Person {
            id: PersonId(policy::id::Id(0)),
            case: self.case,
            roles: vec![PersonRole::PersonOfConcern],
            names: vec!["Jordan Vale".into()],
            date_of_birth: Some(born),
            is_student: None,
            attends_postsecondary: None,
            is_patient: Some(false),
            consented_to_own_care: None,
            law_enforcement_status: None,
            state: None,
        };
        self.world.app.add_person(&actor(&self.world, "lee").await, person).await.unwrap()
    }

    /// What row 4 says now.
    async fn age(&self) -> ItemValue {
        let mut all: Vec<Item> = self.items().await.into_iter().filter(|i| i.row.number() == 4).collect();
        assert_eq!(all.len(), 1);
        all.remove(0).value
    }

    /// From the report to a plan at work; gives two observations and two factors.
    async fn to_managing(&self) -> ([EntryId; 2], [EntryId; 2]) {
        let cited = self.to_assessed().await;
        assert_eq!(self.act("kim", self.plan(TaskState::Open)).await.unwrap().state, State::Managing);
        cited
    }

    async fn to_assessed(&self) -> ([EntryId; 2], [EntryId; 2]) {
        let triage =
            Triage { coordinator: StaffId(uri(OWN, "rosa")), second: Some(StaffId(uri(OWN, "lee"))) };
        assert_eq!(self.act("rosa", triage).await.unwrap().state, State::Triage);
        let o = [
            self.observe("shouted at the desk", "desk clerk").await,
            self.observe("hit the door", "ward nurse").await,
        ];
        let opened = OpenInquiry { observations: o.to_vec(), questions: String::new() };
        assert_eq!(self.act("kim", opened).await.unwrap().state, State::Inquiry);
        if self.world.app.whole_history(self.case).await.unwrap().people.is_empty() {
            self.add_person(Date { year: 1980, month: 1, day: 2 }).await;
        }
        let f = [self.factor(Polarity::Enhancing, o[0]).await, self.factor(Polarity::Mitigating, o[1]).await];
        let assessed = self.act("kim", self.assessment(&o, &f)).await.unwrap();
        assert_eq!(assessed.state, State::Assessed);
        (o, f)
    }
}

async fn declare(world: &World) {
    let officer = world.added("officer", &["privacy_officer"]).await;
    let mut officer = officer;
    let capacities = proto::agency::v1::Capacities { hipaa_covered: Some(true), ..Default::default() };
    let ask =
        proto::agency::v1::DeclareCapacitiesRequest { capacities: Some(capacities), ..Default::default() };
    officer.declare_capacities(ask).await.unwrap();
}

#[tokio::test]
async fn a_case_goes_its_way_and_what_may_be_shared_of_it_comes_with_it() {
    let story = Story::begin().await;
    declare(&story.world).await;
    assert_eq!(story.agenda(3).await, [Duty::Triage]);
    let (o, _) = story.to_managing().await;
    let items = story.items().await;
    let rows: std::collections::BTreeSet<u8> = items.iter().map(|i| i.row.number()).collect();
    assert_eq!(rows.into_iter().collect::<Vec<_>>(), [2, 3, 4, 12, 16, 20, 21, 23, 34, 38]);
    assert!(
        items.iter().any(|i| i.id.0 == o[0].0),
        "an entry written before there was a person has its item too"
    );
    assert_eq!(story.agenda(6).await, [Duty::Task]);

    // A new factor: the level is stale at once, in the case, in what may be shared, and on the agenda.
    let event = PrecipitatingEvent {
        tense: Tense::Anticipated,
        kind: EventKind::Legal,
        text: "hearing".into(),
        on: Some(date(&story.world, 9)),
        until: None,
        observations: Vec::new(),
        as_record: None,
    };
    let done = story.act("lee", event).await.unwrap();
    assert_eq!(done.state, State::Reassessing);
    let level = story.items().await.into_iter().find(|i| i.row.number() == 16).unwrap();
    assert!(level.stale.is_some());
    assert!(story.agenda(0).await.contains(&Duty::Reassess), "at once, not on the day it is due");

    // A plan alone does not mend it; an assessment and then a plan do.
    let refused = story.replan(TaskState::Open).await.unwrap_err().to_string();
    assert!(refused.contains("judged_again") && refused.contains("Record a new assessment"), "{refused}");
    let f: Vec<EntryId> = {
        let history = story.world.app.whole_history(story.case).await.unwrap();
        history.entries.iter().filter(|e| matches!(e.act, Act::Factor(_))).map(|e| e.id).collect()
    };
    let again = story.act("kim", story.assessment(&o, &f)).await.unwrap();
    assert_eq!(again.state, State::Reassessing, "the plan has to follow");
    assert_eq!(story.replan(TaskState::Done).await.unwrap().state, State::Managing);
    let levels: Vec<Item> = story.items().await.into_iter().filter(|i| i.row.number() == 16).collect();
    assert_eq!(levels.len(), 1);
    assert!(levels[0].stale.is_none());
    for row in [23, 38] {
        let standing: Vec<Item> = story.items().await.into_iter().filter(|i| i.row.number() == row).collect();
        let newest = story.world.app.whole_history(story.case).await.unwrap().entries;
        let newest = newest.iter().rfind(|e| matches!(e.act, Act::Assess(_))).unwrap().at;
        assert_eq!(standing.len(), 1, "row {row}: what the older assessment said gave way");
        assert_eq!(standing[0].provenance.recorded_at, newest);
    }
    assert!(matches!(&levels[0].value, ItemValue::Band(b) if b.band == "moderate"));

    // Closing a case that was moderate: two disciplines, and a reason why it lasts.
    story.act("kim", Retirement { because: "rent is paid".into() }).await.unwrap();
    let closing = |why: &str| Closing {
        outcome: Outcome::ConnectedToSupport,
        summary: "help carries on".into(),
        why_it_lasts: why.into(),
    };
    let refused = story.act("kim", closing("")).await.unwrap_err().to_string();
    assert!(refused.contains("says_why_it_lasts"), "{refused}");
    let proposed = story.act("kim", closing("the grievance is gone")).await.unwrap();
    assert!(proposed.allowed.awaits.is_some());
    assert_eq!(proposed.state, State::Retiring);
    let agree = |with| Concurrence { with, note: String::new() };
    assert!(story.act("kim", agree(proposed.entry.id)).await.is_err(), "nobody agrees with themselves");
    assert_eq!(story.act("lee", agree(proposed.entry.id)).await.unwrap().state, State::Closed);
    let told = story.items().await.into_iter().find(|i| i.row.number() == 39).unwrap();
    assert!(
        matches!(&told.value, ItemValue::Text(t) if t.contains("ended")),
        "those who were told hear of the end"
    );
}

#[tokio::test]
async fn of_two_members_who_change_one_record_the_second_is_told_and_nothing_is_lost() {
    let story = Story::begin().await;
    declare(&story.world).await;
    let (o, f) = story.to_managing().await;
    let ended = |text: &str| Factor {
        polarity: Polarity::Enhancing,
        category: FactorCategory::LifeEvents,
        text: text.into(),
        dynamic: true,
        ended: false,
        observations: vec![o[0]],
        as_record: None,
    };
    let first = story.replace("lee", ended("half is paid"), Some(f[0])).await.unwrap();
    let refused = story.replace("rosa", ended("all is paid"), Some(f[0])).await.unwrap_err().to_string();
    assert!(refused.contains("newest_version") && refused.contains(&first.entry.id.to_string()), "{refused}");
    assert!(story.replace("rosa", ended("all is paid"), Some(first.entry.id)).await.is_ok());
    let texts: Vec<ItemValue> =
        story.items().await.into_iter().filter(|i| i.row.number() == 20).map(|i| i.value).collect();
    assert_eq!(texts.len(), 1);
    assert!(matches!(&texts[0], ItemValue::Text(t) if t == "all is paid"));
}

#[tokio::test]
async fn time_alone_makes_a_level_stale_and_an_emergency_lapse() {
    let story = Story::begin().await;
    declare(&story.world).await;
    story.to_managing().await;
    story.act("lee", Emergency::default()).await.unwrap();
    let kim = actor(&story.world, "kim").await;
    let standing = |h: &History, now| Standing::of(&h.entries).emergency(now).is_some();
    let history = story.world.app.history(&kim, story.case).await.unwrap();
    assert!(standing(&history, story.world.app.now()));
    story.pass(4);
    assert!(!standing(&history, story.world.app.now()), "72 hours without renewal");
    assert!(story.agenda(0).await.contains(&Duty::EmergencyReview), "and the review is still owed");
    let seen_by = async |name: &str| {
        let ask = AgendaAsk { team: None, mine_only: false, until: day(&story.world, 30) };
        story.world.app.agenda(&actor(&story.world, name).await, &ask).await.unwrap()
    };
    let (kim_sees, lee_sees) = (seen_by("kim").await, seen_by("lee").await);
    assert!(kim_sees.review_first && kim_sees.lines.len() == 1, "who can review sees nothing else before");
    assert!(!lee_sees.review_first && lee_sees.lines.len() > 1, "who declared it works on");
    story.pass(30);
    assert_eq!(Standing::of(&history.entries).state(story.world.app.now()), State::Reassessing);
    let refer = Referral {
        category: Category::HousingAssistance,
        agency: None,
        service: "housing office".into(),
        permission: None,
        status: Status::Offered,
        declined_because: None,
        urgency: None,
        outcome: None,
        contact_by: None,
        disclosure: None,
        note: String::new(),
    };
    assert!(story.act("lee", refer).await.is_ok(), "help never waits for a reassessment");
}

#[tokio::test]
async fn a_clock_that_goes_back_writes_nothing() {
    let story = Story::begin().await;
    story.pass(-2);
    let refused = story.act("rosa", Triage { coordinator: StaffId(uri(OWN, "rosa")), second: None }).await;
    assert!(refused.unwrap_err().to_string().contains("clock_goes_on"));
}

#[tokio::test]
async fn nobody_calls_what_they_write_a_laxer_record_than_it_is() {
    let story = Story::begin().await;
    declare(&story.world).await;
    let of = |kind| {
        let said = AsRecord { record_kind: Some(kind), ..AsRecord::default() };
        Observation { as_record: Some(said), ..story.seen("did not come to the ward", "ward nurse") }
    };
    let refused = story.act("lee", of(RecordKind::PersonalObservation)).await.unwrap_err().to_string();
    assert!(refused.contains("laxer than phi") && refused.contains("leave it out"), "{refused}");
    let nobody = AsRecord { about: vec![PersonId(policy::id::Id(77))], ..AsRecord::default() };
    let of_nobody = Observation { as_record: Some(nobody), ..story.seen("was there", "ward nurse") };
    let refused = story.act("lee", of_nobody).await.unwrap_err().to_string();
    assert!(refused.contains("nobody of this case"), "{refused}");
    story.act("lee", of(RecordKind::PsychotherapyNotes)).await.unwrap();
    // Of a visitor, who is no patient, it follows that it is no health information; a stricter word stays.
    story.to_managing().await;
    let mut kinds: Vec<Option<RecordKind>> =
        story.items().await.iter().filter(|i| i.row.number() == 12).map(|i| i.record_kind).collect();
    kinds.sort_unstable();
    let seen = Some(RecordKind::PersonalObservation);
    assert_eq!(kinds, [Some(RecordKind::PsychotherapyNotes), seen, seen]);
}

#[tokio::test]
async fn age_is_as_of_now_and_is_looked_at_again_with_each_judgment() {
    let story = Story::begin().await;
    declare(&story.world).await;
    let (o, f) = story.to_managing().await;
    let people = story.world.app.whole_history(story.case).await.unwrap().people;
    assert_eq!(story.age().await, ItemValue::Code("adult".into()));

    // Somebody who is seventeen when it is reported, and eighteen when it is known who it is.
    let young = Story::begin().await;
    declare(&young.world).await;
    let birthday = date(&young.world, 3);
    young.pass(4);
    young.add_person(Date { year: birthday.year - 18, ..birthday }).await;
    assert_eq!(young.age().await, ItemValue::Code("adult".into()));

    // Somebody who comes of age between two judgments.
    let born = date(&story.world, 10);
    let mut person = people.into_iter().next().unwrap();
    person.date_of_birth = Some(Date { year: born.year - 18, ..born });
    let item = story.items().await.into_iter().find(|i| i.row.number() == 4).unwrap();
    let mut old: Read<Item> = story.world.app.load(Kind::Item.of(item.id)).await.unwrap();
    old.record.value = ItemValue::Code("minor".into());
    let mut known: Read<Person> = story.world.app.load(Kind::Person.of(person.id)).await.unwrap();
    known.record = person;
    let puts = vec![old.put().unwrap(), known.put().unwrap()];
    let events = vec![story.world.app.event("test", "made", Vec::new())];
    story.world.app.commit(Changes { puts, events, ..Changes::default() }).await.unwrap();
    story.act("kim", story.assessment(&o, &f)).await.unwrap();
    assert_eq!(story.age().await, ItemValue::Code("minor".into()));
    story.pass(11);
    story.act("kim", story.assessment(&o, &f)).await.unwrap();
    assert_eq!(story.age().await, ItemValue::Code("adult".into()));
}

#[tokio::test]
async fn a_person_and_the_items_that_were_waiting_for_one_are_one_commit() {
    let story = Story::begin().await;
    declare(&story.world).await;
    story.observe("shouted at the desk", "desk clerk").await;
    let before = story.world.app.whole_history(story.case).await.unwrap();
    assert!(before.items.is_empty());
    story.add_person(Date { year: 1980, month: 1, day: 2 }).await;
    let after = story.world.app.whole_history(story.case).await.unwrap();
    assert_eq!((after.people.len(), after.items.len()), (1, 4));
    assert_eq!(after.head.row.version, before.head.row.version + 1, "the head moved with them, once");
    // What is decided meanwhile without having seen the person is decided again.
    let mut stale = Changes { relied_on: vec![before.head.relied_on()], ..Changes::default() };
    stale.events.push(story.world.app.event("test", "made", Vec::new()));
    assert!(matches!(story.world.app.commit(stale).await, Err(AppError::Stale)));
}

#[tokio::test]
async fn a_text_too_long_to_be_shared_is_refused_when_it_is_written_and_not_when_somebody_is_known() {
    let story = Story::begin().await;
    declare(&story.world).await;
    let bound = crate::app::fields::ITEM_TEXT_BYTES_MAX;
    let long = "and then ".repeat(bound / 9 + 1);
    let refused = story.act("lee", story.seen(&long, "ward nurse")).await.unwrap_err().to_string();
    assert!(refused.starts_with("observe") && refused.contains(&format!("{bound} at most")), "{refused}");
    let refused = story.act("lee", story.seen("shouted", &long)).await.unwrap_err().to_string();
    assert!(refused.starts_with("source"), "{refused}");
    // One that is just short enough becomes an item once there is a person.
    let fits = "x".repeat(bound - 60);
    story.act("lee", story.seen(&fits, "ward nurse")).await.unwrap();
    story.add_person(Date { year: 1980, month: 1, day: 2 }).await;
    assert!(story.items().await.iter().any(|i| i.row.number() == 12));
    // Several texts that travel as one count as one.
    let mut plan = story.plan(TaskState::Open);
    plan.goals = vec!["g".repeat(bound / 2), "h".repeat(bound / 2)];
    story.to_assessed().await;
    let refused = story.act("kim", plan).await.unwrap_err().to_string();
    assert!(refused.starts_with("plan") && refused.contains(&format!("{bound} at most")), "{refused}");
}

#[tokio::test]
async fn a_target_of_the_case_is_told_before_it_is_closed() {
    let story = Story::begin().await;
    declare(&story.world).await;
    story.to_managing().await;
    let target = Person {
        id: PersonId(policy::id::Id(0)),
        roles: vec![PersonRole::Target],
        names: vec!["Noor Hill".into()],
        ..story.world.app.whole_history(story.case).await.unwrap().people.remove(0)
    };
    let target = story.world.app.add_person(&actor(&story.world, "lee").await, target).await.unwrap().id;
    story.replan(TaskState::Done).await.unwrap();
    story.act("kim", Retirement { because: "rent is paid".into() }).await.unwrap();
    let closing = Closing {
        outcome: Outcome::ConnectedToSupport,
        summary: "help carries on".into(),
        why_it_lasts: "the grievance is gone".into(),
    };
    let refused = story.act("kim", closing.clone()).await.unwrap_err().to_string();
    assert!(refused.contains("notices_given") && refused.contains(&target.to_string()), "{refused}");
    let notice = TargetNotice {
        kind: Some(TargetKind::NamedPerson),
        target,
        member: None,
        told_at: Some(story.world.app.now()),
        disclosure: None,
        due: None,
        not_told_because: String::new(),
        wishes: String::new(),
        advocate_offered: true,
    };
    story.act("lee", notice).await.unwrap();
    story.act("kim", closing).await.unwrap();
}

#[tokio::test]
async fn a_statement_of_disagreement_goes_where_what_it_disputes_goes() {
    let story = Story::begin().await;
    declare(&story.world).await;
    let (observations, factors) = story.to_assessed().await;
    let level = story.world.app.whole_history(story.case).await.unwrap();
    let level = level.entries.iter().rfind(|e| matches!(e.act, Act::Assess(_))).unwrap().id;
    let before = story.items().await;
    let item = |items: &[Item], id: EntryId| items.iter().find(|i| i.id.0 == id.0).cloned();
    // The gaps stand in for the level, which is no text and with which they travel.
    for (entry, row) in [(observations[0], 12), (factors[0], 20), (level, 23)] {
        let text = "That is not how it was.".to_owned();
        let said = story.act("kim", Disagreement { entry, text: text.clone() }).await.unwrap().entry.id;
        let statement = item(&story.items().await, said).unwrap();
        assert_eq!(statement.row.number(), row);
        assert!(matches!(&statement.value, ItemValue::Text(t) if t.ends_with(&text)), "{:?}", statement.row);
        let disputed = item(&before, entry).unwrap();
        assert_eq!((statement.record_kind, &statement.about), (disputed.record_kind, &disputed.about));
        assert_eq!((&statement.labels, &statement.elements), (&disputed.labels, &disputed.elements));
        // It says nothing of what nobody may be told: a statement on a statement is no item.
        let again = story.act("kim", Disagreement { entry: said, text }).await.unwrap().entry.id;
        assert_eq!(item(&story.items().await, again), None);
    }
    assert_eq!(story.items().await.len(), before.len() + 3);
}
