//! Nothing leaks: over many generated shares between nodes with real TLS and real SQLite, whatever must not leave is in no
//! conversation, log, error, file, hook or other node's record; and whatever went is found in every one of them where it
//! belongs, or the search itself would prove nothing.
//!
//! What may leave is what each share's own decision said; the search knows nothing of decisions. `CONCORD_TESTS_LONG=1`
//! makes it ten thousand shares.

mod generate;

use clap::Parser;
use generate::{Between, Share, Way};
use node::app::{Inbound, Proposal};
use node::cli::{Cli, run};
use node::demo::DemoError;
use node::demo::cast::{AgencySpec, AgreementSpec, RegionSpec, Who};
use node::demo::staff::is_refusal;
use node::exchange::envelope;
use node::exchange::keys::NodeKeys;
use node::store::Kind;
use policy::id::{AgencyId, Id, MessageId, ProposalId};
use policy::record::Sector;
use policy::share::{Class, Matrix};
use prost::Message;
use proto::agency::v1 as api;
use proto::exchange::v1::{DeliverRequest, DeliverResponse, Envelope};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::{Arc, Mutex};
use system_tests::search::{Needles, marker};
use system_tests::tape::{Tape, messages};
use system_tests::world::{HOSPITAL, SCHOOL, SHERIFF, World, agency};
use tracing_subscriber::EnvFilter;

const PARISH: &str = "parish";
const COORDINATOR: &str = "coordinator";
const ALL: [&str; 5] = [HOSPITAL, SCHOOL, SHERIFF, PARISH, COORDINATOR];
const AGREED: &[&str] = &["threat_assessment", "avert_serious_threat", "care_coordination", "school_safety"];
const SEED: u64 = 20_261_121;

const fn between(a: &'static str, b: &'static str) -> AgreementSpec {
    AgreementSpec { between: [a, b], purposes: AGREED }
}

/// A sender under HIPAA and one under FERPA; recipients of four columns.
const REGION: RegionSpec = RegionSpec {
    trust_domain: "leaks.example",
    state: "CA",
    agencies: &[
        AgencySpec { hipaa_covered: true, ..agency(HOSPITAL, "hospital") },
        AgencySpec { ferpa_covered: true, ..agency(SCHOOL, "k12_school") },
        agency(SHERIFF, "law_enforcement"),
        AgencySpec { team_role: "community_partner", ..agency(PARISH, "faith") },
        AgencySpec { team_role: "coordinator", ..agency(COORDINATOR, "coordinator") },
    ],
    agreements: &[
        between(HOSPITAL, SCHOOL),
        between(HOSPITAL, SHERIFF),
        between(HOSPITAL, PARISH),
        between(HOSPITAL, COORDINATOR),
        between(SCHOOL, SHERIFF),
        between(SCHOOL, PARISH),
        between(SCHOOL, COORDINATOR),
    ],
};

/// Everything that was logged in this process.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What is known of a run.
struct Run {
    world: World,
    log: Log,
    needles: Needles,
    /// By agency: what was written into its own records.
    own: BTreeMap<&'static str, BTreeSet<String>>,
    /// By agency: what others' decisions let out to it.
    let_out: BTreeMap<&'static str, BTreeSet<String>>,
    /// Of that, what its staff opened with nothing set apart.
    opened: BTreeMap<&'static str, BTreeSet<String>>,
    /// By agency: what its own staff was shown of what would go.
    shown: BTreeMap<&'static str, BTreeSet<String>>,
    /// By message: exactly the markers that its body has to hold.
    sent: BTreeMap<Id, BTreeSet<String>>,
    /// What callers were told when something was refused.
    errors: Vec<String>,
    problems: Vec<String>,
    counts: BTreeMap<String, usize>,
    cases: BTreeMap<&'static str, String>,
}

impl Run {
    async fn new() -> Self {
        let log = Log::default();
        let lines = log.clone();
        // h2 at `trace` writes a line for each frame, without its content
        let filter = EnvFilter::new("trace,h2=debug,hyper_util=debug");
        tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_ansi(false)
            .with_writer(move || lines.clone())
            .try_init()
            .expect("no other log in this process");
        let mut world = World::files(REGION).await;
        for name in ALL {
            hook(&world, name);
        }
        world.start_all().await;
        world.first_day().await;
        let mut cases = BTreeMap::new();
        for name in ALL {
            let team_id = world.team(name).to_string();
            let chair = world.staff(name, "chair");
            let case = chair.open_case(api::OpenCaseRequest { team_id, ..Default::default() }).await.unwrap();
            cases.insert(name, case.id);
        }
        let empty = || ALL.into_iter().map(|name| (name, BTreeSet::new())).collect::<BTreeMap<_, _>>();
        Self {
            world,
            log,
            needles: Needles::of([control().as_str()]),
            own: empty(),
            let_out: empty(),
            opened: empty(),
            shown: empty(),
            sent: BTreeMap::new(),
            errors: Vec::new(),
            problems: Vec::new(),
            counts: BTreeMap::new(),
            cases,
        }
    }

    fn count(&mut self, what: impl Into<String>) {
        *self.counts.entry(what.into()).or_default() += 1;
    }

    fn problem(&mut self, what: String) {
        if self.problems.len() < 40 {
            self.problems.push(what);
        }
    }

    /// One share, from the records to the recipient's reader.
    async fn share(&mut self, number: u64) {
        let mut rng = generate::Rng::new(SEED ^ (number << 20));
        let from = if rng.chance(60) { HOSPITAL } else { SCHOOL };
        let to = loop {
            let to = rng.pick(&ALL);
            if to != from {
                break to;
            }
        };
        let app = Arc::clone(self.world.app(from));
        let at = Between {
            from,
            to,
            to_sector: Sector::from_word(REGION.agency(to).unwrap().sector).unwrap(),
            team: self.world.team(from),
            by: self.world.staff_id(from, "chair"),
        };
        let mut share = generate::share(&app, SEED, number, &at, from == SCHOOL);
        app.commit(std::mem::take(&mut share.changes)).await.unwrap();
        let answers = (share.way == Way::Emergency || rng.chance(10)).then(|| answers(&mut share));
        if to == SHERIFF && !number.is_multiple_of(5) {
            // without it the process lets little go to law enforcement, and there would be little to look for
            let danger =
                api::Act { emergency: Some(api::EmergencyDeclaration::default()), ..Default::default() };
            let act = Some(danger);
            let danger = api::ActRequest { case_id: share.case.to_string(), act, ..Default::default() };
            self.world.staff(from, "chair").act(danger).await.unwrap();
        }
        let message = self.decide(&mut share, answers).await;
        for marker in &share.planted {
            self.needles.add(marker);
        }
        self.own.get_mut(from).unwrap().extend(share.planted.iter().cloned());
        self.count(format!("{:?}", share.way));
        self.world.clock.advance_ms(3_000);
        self.world.until_quiet().await;
        if let Some(message) = message {
            self.read(&share, message, rng.chance(20)).await;
        }
    }

    /// Asks, approves, denies, revokes. The message that was let out, if one was.
    async fn decide(&mut self, share: &mut Share, answers: Option<api::EmergencyAnswers>) -> Option<Id> {
        let (member, officer) =
            (self.world.staff(share.from, "chair"), self.world.staff(share.from, "officer"));
        let item_ids: Vec<String> = share.items.iter().map(|i| i.id.to_string()).collect();
        let to = api::To { agency: share.to.to_owned(), ..Default::default() };
        let ask = api::ShareRequest {
            case_id: share.case.to_string(),
            to: Some(to.clone()),
            purpose: share.purpose.as_str().to_owned(),
            item_ids: item_ids.clone(),
            emergency: answers.clone(),
            ..Default::default()
        };
        let preview = api::ShareRequest { preview: true, ..ask.clone() };
        let view = match share.way {
            Way::Preview => member.share(preview).await,
            Way::Telephone => {
                let told_at = self.world.clock.advance_ms(1).to_string();
                let note = share.plant();
                let told = api::RecordDisclosureRequest {
                    case_id: ask.case_id.clone(),
                    to: Some(to),
                    purpose: ask.purpose.clone(),
                    how: "telephone".to_owned(),
                    told_at,
                    item_ids,
                    note,
                    ..Default::default()
                };
                member.record_disclosure(told).await
            }
            Way::Request => {
                let reply_due = self.world.clock.advance_ms(1).plus_days(1).to_string();
                let asked = api::RequestInformationRequest {
                    case_id: ask.case_id.clone(),
                    to_agency: share.to.to_owned(),
                    purpose: ask.purpose.clone(),
                    rows: vec![1],
                    describing_item_ids: item_ids,
                    reply_due,
                    emergency: answers.clone(),
                    ..Default::default()
                };
                member.request_information(asked).await.map(|r| r.view.unwrap_or_default())
            }
            _ => member.share(ask.clone()).await,
        };
        let view = match view {
            Ok(view) => view,
            Err(error) => {
                self.refused(error);
                return None;
            }
        };
        let goes: BTreeMap<String, BTreeSet<String>> = self.read_view(share, &view);
        if view.proposal_id.is_empty() {
            return None;
        }
        let proposal: ProposalId = view.proposal_id.parse().unwrap();
        let message = self
            .world
            .app(share.from)
            .load::<Proposal>(Kind::Proposal.of(proposal))
            .await
            .unwrap()
            .record
            .message;
        let mut kept: Vec<String> = goes.keys().cloned().collect();
        if view.state == "proposed" {
            let mut answer =
                api::ApproveRequest { proposal_id: view.proposal_id.clone(), ..Default::default() };
            if share.way == Way::Denied {
                answer.deny_reason = share.plant();
            }
            if share.way == Way::Narrowed {
                kept.truncate(kept.len().div_ceil(2));
                answer.keep_item_ids.clone_from(&kept);
            }
            if let Err(error) = officer.approve(answer).await {
                self.refused(error);
                return None;
            }
        }
        if share.way == Way::Denied && view.state == "proposed" {
            return None;
        }
        if share.way == Way::Revoked && view.state == "proposed" {
            for permission in &share.permissions {
                let revoked = api::RevokePermissionRequest {
                    case_id: share.case.to_string(),
                    permission_id: permission.to_string(),
                };
                member.revoke_permission(revoked).await.unwrap();
            }
            // what the law says now must say the same of every item, or nothing may go
            let now = api::ShareRequest { preview: true, item_ids: kept.clone(), ..ask };
            let again = member.share(now).await.unwrap();
            let before: BTreeMap<_, _> =
                view.items.iter().map(|i| (&i.item_id, (&i.outcome, &i.form))).collect();
            if again.items.iter().any(|i| before.get(&i.item_id) != Some(&(&i.outcome, &i.form))) {
                self.count("stopped by a revocation");
                return None;
            }
        }
        let markers: BTreeSet<String> =
            kept.iter().filter_map(|id| goes.get(id)).flatten().cloned().collect();
        self.let_out.get_mut(share.to).unwrap().extend(markers.iter().cloned());
        self.sent.insert(message.0, markers);
        Some(message.0)
    }

    /// What goes by the share's own decision: markers by item. No item goes against a cell that is never open.
    fn read_view(&mut self, share: &Share, view: &api::ShareView) -> BTreeMap<String, BTreeSet<String>> {
        let class = Class::from_word(&view.recipient_class);
        let mut goes = BTreeMap::new();
        for said in &view.items {
            self.count(format!("item {}", said.outcome));
            let item = share.items.iter().find(|i| i.id.to_string() == said.item_id).unwrap();
            if said.outcome == "withheld" {
                if said.released.is_some() {
                    self.problem(format!("row {}: withheld, and yet shown as released", said.row));
                }
                continue;
            }
            for row in &item.rows {
                if class.is_none_or(|class| Matrix::embedded().cell(*row, class).is_never()) {
                    self.problem(format!("row {row} goes to {}, whose cell is never", view.recipient_class));
                }
            }
            let markers: BTreeSet<String> =
                item.let_out(&said.outcome, &said.form, &view.recipient_class).into_iter().collect();
            self.shown.get_mut(share.from).unwrap().extend(markers.iter().cloned());
            goes.insert(said.item_id.clone(), markers);
        }
        goes
    }

    fn refused(&mut self, error: DemoError) {
        if !is_refusal(&error) {
            self.problem(format!("a call failed: {error}"));
        }
        self.count("refused calls");
        self.errors.push(error.to_string());
    }

    /// The recipient's staff opens what arrived, and links some of it.
    async fn read(&mut self, share: &Share, message: Id, link: bool) {
        let app = Arc::clone(self.world.app(share.to));
        let found = app.find::<Inbound>(Kind::Inbound.of(MessageId(message))).await.unwrap();
        let Some(inbound) = found else {
            self.problem(format!(
                "{:?}: nothing arrived at {}: {:?}",
                share.way,
                share.to,
                self.world.stopped(share.from).await.last()
            ));
            return;
        };
        self.count(format!("arrived at {}", share.to));
        if inbound.record.set_apart > 0 {
            self.count("arrived with items set apart");
        }
        let member = self.world.staff(share.to, "member");
        let open = api::OpenInboxRequest { message_id: message.to_string() };
        member.open_inbox(open).await.unwrap();
        if inbound.record.set_apart == 0 {
            let markers = self.sent.get(&message).cloned().unwrap_or_default();
            self.opened.get_mut(share.to).unwrap().extend(markers);
        }
        if link && !inbound.record.exercise && inbound.record.admitted > 0 {
            let chair = self.world.staff(share.to, "chair");
            let case_id = self.cases[share.to].clone();
            let linked =
                api::LinkInboxRequest { message_id: message.to_string(), case_id, ..Default::default() };
            match chair.link_inbox(linked).await {
                Ok(_) => self.count("linked"),
                Err(error) => self.refused(error),
            }
        }
        self.world.until_quiet().await;
    }

    /// Calls that are refused because of what is written in them.
    async fn mistakes(&mut self) {
        for name in ALL {
            let chair = self.world.staff(name, "chair");
            let case_id = self.cases[name].clone();
            let mut number = 900_000_000 + u64::from(name.as_bytes()[1]) * 1_000;
            let mut text = || {
                number += 1;
                marker(SEED, number)
            };
            let who = text();
            let person = api::Person {
                case_id: case_id.clone(),
                roles: vec!["person_of_concern".to_owned()],
                names: vec![who.clone()],
                ..Default::default()
            };
            let person = chair.add_person(api::AddPersonRequest { person: Some(person) }).await.unwrap();
            let item = |value: api::ItemValue, row| api::AddItemRequest {
                item: Some(api::Item {
                    case_id: case_id.clone(),
                    row,
                    about: vec![api::About { person_id: person.id.clone(), ..Default::default() }],
                    value: Some(value),
                    ..Default::default()
                }),
                ..Default::default()
            };
            let (plain, kind, code, place, reasons, fact, date) =
                (text(), text(), text(), text(), text(), text(), text());
            let good = api::ItemValue { text: Some(plain.clone()), ..Default::default() };
            let kept = chair.add_item(item(good, 12)).await.unwrap();
            let strange =
                api::Place { setting_kind: kind.clone(), name: place.clone(), ..Default::default() };
            let mistakes = [
                chair
                    .add_item(item(api::ItemValue { place: Some(strange), ..Default::default() }, 14))
                    .await
                    .err(),
                chair
                    .add_item(item(api::ItemValue { code: Some(code.repeat(9)), ..Default::default() }, 25))
                    .await
                    .err(),
                chair
                    .add_item(item(api::ItemValue { date: Some(date.clone()), ..Default::default() }, 5))
                    .await
                    .err(),
                chair
                    .add_statement(api::AddStatementRequest {
                        case_id: case_id.clone(),
                        item_id: kept.id.clone(),
                        class: "PER".to_owned(),
                        text: format!("{who} was seen"),
                    })
                    .await
                    .err(),
                chair
                    .attest(api::AttestRequest {
                        case_id: case_id.clone(),
                        fact: "circumstances.imminent".to_owned(),
                        reasons: reasons.clone(),
                        role: fact.clone(),
                        ..Default::default()
                    })
                    .await
                    .err(),
            ];
            for error in mistakes {
                let error = error.expect("a mistake is refused");
                self.refused(error);
            }
            for planted in [who, plain, kind, code, place, reasons, fact, date] {
                self.needles.add(&planted);
                self.own.get_mut(name).unwrap().insert(planted);
            }
        }
    }

    fn look(&mut self, what: &str, bytes: &[u8], may: &BTreeSet<String>) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        for found in self.needles.find(bytes) {
            if !may.contains(&found.marker) {
                self.problem(format!("{what}: a marker that must not be there, {}", found.written));
            }
            all.insert(found.marker);
        }
        all
    }

    fn must_hold(&mut self, what: &str, found: &BTreeSet<String>, must: &BTreeSet<String>) {
        let missing = must.difference(found).count();
        if missing > 0 {
            self.problem(format!(
                "{what}: {missing} of {} markers that belong there were not found",
                must.len()
            ));
        }
    }

    /// What was logged since the last look.
    fn look_at_log(&mut self) -> usize {
        let lines = std::mem::take(&mut *self.log.0.lock().unwrap());
        self.look("log", &lines, &BTreeSet::new());
        lines.len()
    }

    /// Every conversation of every port.
    fn look_at_conversations(&mut self) {
        let mut bodies: BTreeMap<Id, BTreeSet<String>> = BTreeMap::new();
        for name in ALL {
            let taps = self.world.taps(name);
            // everything about a person is inside an envelope
            self.look_at_tape(&format!("exchange of {name}"), &taps.exchange, &BTreeSet::new());
            for (side, bytes) in taps.exchange.sides() {
                let said = messages(&bytes).unwrap_or_else(|| panic!("{name}, {side:?}: not HTTP/2"));
                let peer = side.peer.rsplit('/').next().unwrap_or_default().to_owned();
                let (from, to) = if side.from_peer { (peer.as_str(), name) } else { (name, peer.as_str()) };
                for envelope in said.iter().flat_map(|message| envelopes(message)) {
                    let opened = self.open(from, to, &envelope);
                    let found = self.needles.markers_in(&opened.body.encode_to_vec());
                    bodies.entry(opened.message.0).or_default().extend(found);
                }
            }
            let own = self.own[name].clone();
            let may: BTreeSet<String> = own.union(&self.let_out[name]).cloned().collect();
            let found = self.look_at_tape(&format!("staff port of {name}"), &taps.staff, &may);
            let must: BTreeSet<String> = self.opened[name].union(&self.shown[name]).cloned().collect();
            self.must_hold(&format!("staff port of {name}"), &found, &must);
        }
        for (message, markers) in &bodies {
            let must = self.sent.get(message).cloned().unwrap_or_default();
            if *markers != must {
                let (more, less) = (markers.difference(&must).count(), must.difference(markers).count());
                self.problems.push(format!("an envelope holds {more} markers too many and {less} too few"));
            }
        }
        let unseen = self.sent.keys().filter(|id| !bodies.contains_key(id)).count();
        if unseen > 0 {
            self.problem(format!("{unseen} messages that were let out passed no tap"));
        }
        self.counts.insert("envelopes read off the wire".to_owned(), bodies.len());
    }

    fn look_at_tape(&mut self, what: &str, tape: &Tape, may: &BTreeSet<String>) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        for (side, bytes) in tape.sides() {
            // an administrator reads no content; nobody reads what is not the agency's
            let nothing = BTreeSet::new();
            let may = if side.peer.ends_with("/admin") { &nothing } else { may };
            let what = format!("{what}, {}", side.peer);
            all.extend(self.look(&what, &bytes, may));
            for message in messages(&bytes).unwrap_or_else(|| panic!("{what}: not HTTP/2")) {
                all.extend(self.look(&what, &message, may));
            }
        }
        all
    }

    fn open(&self, from: &str, to: &str, sealed: &Envelope) -> envelope::Opened {
        let home = self.world.region.home(to);
        let keys = NodeKeys::read(&home.join("sign.key"), &home.join("hpke.key")).unwrap();
        let roster = self.world.app(to).roster.load();
        let member = roster.agency(&AgencyId::from(from)).unwrap();
        let own = format!("spiffe://{}/agency/{to}", REGION.trust_domain);
        envelope::open(&keys, &own, member, sealed, self.world.clock.advance_ms(0)).unwrap()
    }

    /// Every node's records, opened.
    async fn look_at_records(&mut self) {
        for name in ALL {
            let may: BTreeSet<String> = self.own[name].union(&self.let_out[name]).cloned().collect();
            let mut found = BTreeSet::new();
            let mut quiet = BTreeSet::new();
            for row in self.world.rows(name).await {
                let here = self.look(&format!("a {} of {name}", row.r.kind), &row.body, &may);
                if matches!(
                    row.r.kind,
                    Kind::Work | Kind::Notification | Kind::Accounting | Kind::Receipt | Kind::Sequence
                ) {
                    quiet.extend(here.iter().map(|_| row.r.kind));
                }
                found.extend(here);
            }
            for kind in quiet {
                self.problem(format!("a {kind} of {name} holds content"));
            }
            let must = self.let_out[name].clone();
            self.must_hold(&format!("records of {name}"), &found, &must);
            let mut after = 0;
            loop {
                let events = self.world.app(name).store.events(after, 1_000).await.unwrap();
                let Some(last) = events.last() else { break };
                after = last.sequence;
                self.look(&format!("events of {name}"), format!("{events:?}").as_bytes(), &BTreeSet::new());
            }
        }
    }

    /// Every file of every node, its write-ahead log too, and every other file this process holds open, named or not.
    fn look_at_files(&mut self) {
        let mut names = BTreeSet::new();
        let only: BTreeSet<String> = [control()].into();
        let mut found = BTreeSet::new();
        for (path, bytes) in self.world.every_file(self.world.dir()) {
            found.extend(self.look(&path.display().to_string(), &bytes, &only));
            names.extend(path.file_name().map(|n| n.to_string_lossy().into_owned()));
        }
        self.must_hold("files", &found, &only);
        for must in ["concord.db", "concord.db-wal", "keys.db", "rung"] {
            if !names.iter().any(|name| name.contains(must)) {
                self.problem(format!("no file {must} was looked at, but {names:?}"));
            }
        }
        for entry in std::fs::read_dir("/proc/self/fd").into_iter().flatten().flatten() {
            let here = std::fs::read_link(entry.path()).unwrap_or_default();
            let looked_at = here.starts_with(self.world.dir()) && here.exists();
            if !looked_at
                && std::fs::metadata(entry.path()).is_ok_and(|m| m.is_file())
                && let Ok(bytes) = std::fs::read(entry.path())
            {
                self.look("an open file", &bytes, &only);
            }
        }
    }

    /// What the command line prints as JSON at a recipient.
    async fn look_at_command_line(&mut self) {
        for name in ALL {
            let may: BTreeSet<String> = self.own[name].union(&self.let_out[name]).cloned().collect();
            let case = self.cases[name].clone();
            let verbs: [(&str, Vec<&str>, bool); 8] = [
                ("member", vec!["inbox", "--all"], false),
                ("chair", vec!["item", "list", &case], true),
                ("chair", vec!["accounting", "--case", &case], false),
                ("officer", vec!["quarantine"], false),
                ("member", vec!["notifications"], false),
                ("auditor", vec!["events"], false),
                ("auditor", vec!["status"], false),
                ("admin", vec!["status"], false),
            ];
            for (who, verb, content) in verbs {
                let dir = self.world.region.staff_dir(Who { agency: name, name: who });
                let dir = dir.display().to_string();
                let args = ["concord", "--json", "--staff", &dir].into_iter().chain(verb.iter().copied());
                let nothing = BTreeSet::new();
                let text = match run(Cli::try_parse_from(args).unwrap()).await {
                    Ok(printed) => printed.text,
                    Err(failure) => panic!("concord {verb:?} of {who} at {name}: {failure}"),
                };
                assert!(text.starts_with('{'), "concord {verb:?} of {who} at {name}: {text}");
                self.look(
                    &format!("concord {verb:?} of {who} at {name}"),
                    text.as_bytes(),
                    if content { &may } else { &nothing },
                );
            }
        }
    }
}

/// Found in each node's configuration: the search through files reads them.
fn control() -> String {
    marker(SEED, u64::MAX)
}

/// A hook that writes down everything it is given.
fn hook(world: &World, agency: &str) {
    let out = world.region.home(agency).join("rung");
    let file = world.region.home(agency).join("concord.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let script = format!("(env; echo \"$0 $@\"; cat) >> {}", out.display());
    let command =
        format!("[notify]\ncommand = [\"/bin/sh\", \"-c\", '{script}', \"hook\"]\n# {}\n", control());
    std::fs::write(&file, text.replace("[notify]\n", &command)).unwrap();
}

fn answers(share: &mut Share) -> api::EmergencyAnswers {
    api::EmergencyAnswers {
        who_is_at_risk: share.plant(),
        what_makes_it_imminent: share.plant(),
        known_first_hand: share.plant(),
        who_can_prevent_it: share.plant(),
        what_they_must_know: share.plant(),
    }
}

/// The envelopes of one message of the exchange: delivered, or receipts that came back.
fn envelopes(message: &[u8]) -> Vec<Envelope> {
    if let Ok(request) = DeliverRequest::decode(message)
        && request.encode_to_vec() == message
    {
        return request.envelopes;
    }
    let response = DeliverResponse::decode(message).expect("a message of the exchange");
    response.results.into_iter().filter_map(|result| result.receipt).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_leaks() {
    let long = std::env::var_os("CONCORD_TESTS_LONG").is_some();
    let shares = std::env::var("CONCORD_TESTS_SHARES").ok().and_then(|n| n.parse().ok());
    let shares: u64 = shares.unwrap_or(if long { 10_000 } else { 2_000 });
    let mut run = Run::new().await;
    run.mistakes().await;
    let mut logged = run.look_at_log();
    for number in 0..shares {
        run.share(number).await;
        if number % 50 == 49 {
            logged += run.look_at_log();
            run.world.ring(run_agency(number)).await;
        }
    }
    run.world.pass_minutes(60);
    let mut rang = 0;
    for name in ALL {
        rang += run.world.ring(name).await;
    }
    run.counts.insert("rings at the end".to_owned(), rang);
    run.look_at_command_line().await;
    run.look_at_conversations();
    run.look_at_records().await;
    run.look_at_files();
    let errors = run.errors.join("\n");
    run.look("an error", errors.as_bytes(), &BTreeSet::new());
    run.world.stop_all().await;
    logged += run.look_at_log();
    run.look_at_files_at_rest();
    println!("{} markers, {logged} bytes logged: {:?}", run.needles.len(), run.counts);
    assert!(run.problems.is_empty(), "{} problems:\n{}", run.problems.len(), run.problems.join("\n"));
    let counted = |what: &str| run.counts.get(what).copied().unwrap_or_default() as u64;
    for (what, at_least) in [
        ("item whole", shares / 4),
        ("item form", shares / 40),
        ("item withheld", shares),
        ("stopped by a revocation", 1),
        ("arrived at school", 1),
        ("arrived at sheriff", 1),
        ("arrived at parish", 1),
        ("linked", 1),
        ("rings at the end", 1),
        ("envelopes read off the wire", shares / 4),
    ] {
        assert!(counted(what) >= at_least.max(1), "{what}: {} in {shares} shares", counted(what));
    }
    assert!(logged > 100_000, "the log was not captured");
}

fn run_agency(number: u64) -> &'static str {
    ALL[usize::try_from(number / 50).unwrap_or_default() % ALL.len()]
}

impl Run {
    /// The same after an orderly stop, when write-ahead logs were taken into the databases.
    fn look_at_files_at_rest(&mut self) {
        let only: BTreeSet<String> = [control()].into();
        for (path, bytes) in self.world.every_file(self.world.dir()) {
            self.look(&format!("{} at rest", path.display()), &bytes, &only);
        }
    }
}

/// The search takes zlib and gzip apart and no other compression: nothing here brings another.
#[test]
fn nothing_here_compresses() {
    let lock = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.lock")).unwrap();
    assert!(lock.contains("name = \"tonic\""));
    for name in
        ["flate2", "miniz_oxide", "zstd", "brotli", "lz4", "snap", "xz2", "async-compression", "ruzstd"]
    {
        assert!(
            !lock.contains(&format!("name = \"{name}\"")),
            "{name} is in the lock file: let the search read it"
        );
    }
}
