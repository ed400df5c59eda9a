//! Every default packet, assembled from one case that went its way through the process: previewed field by field as the
//! recipient will see it, with a reason for each field that stays, then approved and sent, and compared with what arrived.
//!
//! The table of outcomes is `golden/packets.txt` (`UPDATE_GOLDEN=1` writes it: read the difference as a privacy officer
//! would). What a packet may hold at all is `policy::share::packets`; here a running node shows what becomes of it.

use node::clock::Clock;
use node::demo::cast::{AgencySpec, AgreementSpec, RegionSpec, StaffSpec};
use policy::share::obligations::LAWFUL_CONDUCT_WARNING;
use policy::share::packets::{Packet, PacketName, packet};
use proto::agency::v1 as api;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use system_tests::world::{World, agency};

const WARD: &str = "ward";
const NEIGHBOR: &str = "neighbor";
const GUARDS: &str = "guards";
const CLINIC: &str = "clinic";
const HOUSING: &str = "housing";
const SHERIFF: &str = "sheriff";
const REGIONAL: &str = "regional";

const OFFICER: &str = "officer";
const CHAIR: &str = "david.lindqvist";
const NURSE: &str = "mara.ellison";
const SUPERVISOR: &str = "tessa.morrow";

const ALL: &[&str] = &["threat_assessment", "avert_serious_threat", "care_coordination", "crime_report"];

/// Three disciplines at the ward, so that its team can meet.
const TEAM: &[StaffSpec] = &[
    StaffSpec { name: "admin", display: "Administrator", roles: &["administrator"] },
    StaffSpec { name: OFFICER, display: "Officer", roles: &["privacy_officer", "approver"] },
    StaffSpec { name: CHAIR, display: "Chair", roles: &["chair", "member"] },
    StaffSpec { name: NURSE, display: "Nurse", roles: &["member", "intake"] },
    StaffSpec { name: SUPERVISOR, display: "Supervisor", roles: &["member", "intake"] },
];

const fn with(other: &'static str) -> AgreementSpec {
    AgreementSpec { between: [WARD, other], purposes: ALL }
}

const fn role(team_role: &'static str, spec: AgencySpec) -> AgencySpec {
    AgencySpec { team_role, ..spec }
}

const REGION: RegionSpec = RegionSpec {
    trust_domain: "packets.example",
    state: "CA",
    agencies: &[
        AgencySpec { hipaa_covered: true, staff: TEAM, ..agency(WARD, "hospital") },
        agency(NEIGHBOR, "threat_assessment_team"),
        role("affiliate", agency(GUARDS, "employer")),
        AgencySpec {
            hipaa_covered: true,
            ..role("community_partner", agency(CLINIC, "mental_health_provider"))
        },
        role("community_partner", agency(HOUSING, "community_org")),
        agency(SHERIFF, "law_enforcement"),
        role("coordinator", agency(REGIONAL, "coordinator")),
    ],
    agreements: &[with(NEIGHBOR), with(GUARDS), with(CLINIC), with(HOUSING), with(SHERIFF), with(REGIONAL)],
};

/// Words that no packet may carry to anybody: the reporter's, the patient's, the team's own reckoning.
const NEVER: &[&str] = &["Ida Okafor", "oncology", "I would leave it lower"];

/// A case at the ward about a visitor of sixteen, by the process from the report to the plan.
struct Ward {
    world: World,
    case: String,
    /// People, contacts, entries, permissions: by the names that the acts below give them.
    ids: BTreeMap<&'static str, String>,
}

impl Ward {
    async fn new() -> Self {
        let world = World::ready(REGION).await;
        let mut ward = Self { world, case: String::new(), ids: BTreeMap::new() };
        ward.report_to_inquiry().await;
        ward.judged_and_planned().await;
        ward.what_the_law_asks().await;
        ward
    }

    fn at(&self, days: i64) -> String {
        self.world.clock.now().plus_days(days).to_string()
    }

    fn on(&self, days: i64) -> String {
        self.world.clock.now().plus_days(days).date().to_string()
    }

    fn id(&self, key: &str) -> String {
        self.ids[key].clone()
    }

    fn uri(&self, name: &str) -> String {
        self.world.staff_id(WARD, name).as_str().to_owned()
    }

    async fn act(&mut self, by: &'static str, key: &'static str, act: Value) {
        let begins = self.case.is_empty();
        let request = api::ActRequest {
            team_id: if begins { self.world.team(WARD).to_string() } else { String::new() },
            case_id: self.case.clone(),
            act: Some(serde_json::from_value(act).expect(key)),
            ..Default::default()
        };
        let done = self.world.staff(WARD, by).act(request).await.unwrap_or_else(|e| panic!("{key}: {e}"));
        self.case = done.case_id;
        self.ids.insert(key, done.entry.expect("an entry").id);
    }

    async fn person(&mut self, key: &'static str, roles: &[&str], name: &str, born: &str) {
        let person = api::Person {
            case_id: self.case.clone(),
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
            names: vec![name.to_owned()],
            date_of_birth: born.to_owned(),
            is_patient: Some(roles.contains(&"patient")),
            is_student: Some(false),
            ..Default::default()
        };
        let request = api::AddPersonRequest { person: Some(person) };
        let added = self.world.staff(WARD, NURSE).add_person(request).await.expect(key);
        self.ids.insert(key, added.id);
    }

    async fn contact(&mut self, key: &'static str, sector: &str, name: &str, person: &str, of: &str) {
        let contact = api::Contact {
            case_id: self.case.clone(),
            sector: sector.to_owned(),
            name: name.to_owned(),
            person_id: if person.is_empty() { String::new() } else { self.id(person) },
            of_person_id: if of.is_empty() { String::new() } else { self.id(of) },
            ..Default::default()
        };
        let request = api::AddContactRequest { contact: Some(contact) };
        let added = self.world.staff(WARD, NURSE).add_contact(request).await.expect(key);
        self.ids.insert(key, added.id);
    }

    async fn item(&mut self, row: u32, elements: &[&str], text: &str) {
        let item = api::Item {
            case_id: self.case.clone(),
            row,
            record_kind: "personal_observation".to_owned(),
            elements: elements.iter().map(|e| (*e).to_owned()).collect(),
            about: vec![api::About { person_id: self.id("robin"), ..Default::default() }],
            value: Some(api::ItemValue { text: Some(text.to_owned()), ..Default::default() }),
            ..Default::default()
        };
        let request = api::AddItemRequest { item: Some(item), ..Default::default() };
        self.world.staff(WARD, NURSE).add_item(request).await.unwrap_or_else(|e| panic!("row {row}: {e}"));
    }

    async fn says(&mut self, item: &str, class: &str, text: &str) {
        let request = api::AddStatementRequest {
            case_id: self.case.clone(),
            item_id: self.id(item),
            class: class.to_owned(),
            text: text.to_owned(),
        };
        self.world.staff(WARD, NURSE).add_statement(request).await.unwrap_or_else(|e| panic!("{item}: {e}"));
    }

    async fn attest(&mut self, by: &'static str, fact: &str, scope: api::AttestationScope) {
        let request = api::AttestRequest {
            case_id: self.case.clone(),
            fact: fact.to_owned(),
            value: true,
            scope: Some(scope),
            reasons: "Two nurses heard it and told me within the hour.".to_owned(),
            role: if by == OFFICER { "privacy_officer" } else { "member" }.to_owned(),
            until: self.at(2),
        };
        self.world.staff(WARD, by).attest(request).await.unwrap_or_else(|e| panic!("{fact}: {e}"));
    }

    async fn report_to_inquiry(&mut self) {
        self.act(
            NURSE,
            "report",
            json!({"report": {"channel": "telephone", "anonymity": "confidential", "weapon_mentioned": false,
                "target_named": true, "narrative": "Ida Okafor telephoned: a visitor said that staff will be sorry."}}),
        )
        .await;
        let triage = json!({"triage": {"coordinator": self.uri(NURSE), "second": self.uri(SUPERVISOR)}});
        self.act(NURSE, "triage", triage).await;
        self.person("robin", &["person_of_concern", "family"], "Robin Vale", "2010-03-01").await;
        self.person("lena", &["patient"], "Lena Vale", "1975-11-19").await;
        self.person("sofia", &["target"], "Sofia Reyes", "").await;
        self.person("mother", &["family"], "Maria Vale", "").await;
        self.contact("sofia_home", "target_of_threat", "Sofia Reyes", "sofia", "").await;
        self.contact("mother_home", "parent", "Maria Vale", "mother", "robin").await;
        let seen = |text: &str, nature: &str| {
            json!({"text": text, "happened_on": self.on(0), "learned_on": self.on(0), "basis": "observed",
                "nature": nature, "source_type": "direct_witness", "source": "nurse of the day shift", "directness": "observed"})
        };
        let mut words = seen("You will all be sorry.", "communication");
        words["exact_words"] = json!(true);
        words["threat_type"] = json!("veiled");
        words["threat_mode"] = json!("spoken");
        let mut door = seen("Blocked the door of the staff room for some minutes.", "behavior");
        door["source"] = json!("security officer");
        let mut link =
            seen("Was told that treatment in oncology has ended; an hour later came back.", "circumstance");
        link["as_record"] = json!({"record_kind": "phi", "elements": ["diagnosis_or_treatment"], "labels": ["health"],
            "about": [self.id("lena"), self.id("robin")]});
        for (key, what) in [("words", words), ("door", door), ("link", link)] {
            self.act(NURSE, key, json!({"observe": what})).await;
        }
        let inquiry = json!({"open_inquiry": {"observations": [self.id("words"), self.id("door")],
            "questions": "Who can reach him?"}});
        self.act(CHAIR, "inquiry", inquiry).await;
    }

    async fn judged_and_planned(&mut self) {
        let door = self.id("door");
        let factor = |polarity: &str, category: &str, text: &str| {
            json!({"factor": {"polarity": polarity, "category": category, "dynamic": true, "text": text,
                "observations": [door]}})
        };
        let sleep = factor("risk_enhancing", "life_events_and_stressors", "Has not slept at home for days.");
        let aunt = factor("risk_mitigating", "social_relationships", "An aunt calms him.");
        self.act(NURSE, "sleep", sleep).await;
        self.act(NURSE, "aunt", aunt).await;
        let event = json!({"event": {"tense": "anticipated", "kind": "legal_or_court", "text": "A hearing.",
            "on": self.on(19)}});
        self.act(NURSE, "event", event).await;
        let instrument = json!({"instrument": {"name": "WAVR-21", "version": "3", "overall": "moderate",
            "assessor": self.uri(NURSE), "on": self.on(0), "qualified_until": self.on(300)}});
        self.act(NURSE, "instrument", instrument).await;
        let needs = json!({"needs": {"needs": [{"category": "mental_behavioral_health", "text": "Somebody to talk to."}],
            "own_account": "Tell me things."}});
        self.act(NURSE, "needs", needs).await;
        let all = [CHAIR, NURSE, SUPERVISOR].map(|name| self.uri(name));
        let judgment = json!({"assess": {
            "level": {"model": "structured judgement", "model_version": "1", "original": "elevated", "band": "moderate",
                "valid_until": self.at(14)},
            "rationale": "A threat and hardly any sleep; an aunt reaches him.",
            "observations": [self.id("words"), self.id("door")],
            "factors": [self.id("sleep"), self.id("aunt")],
            "gaps": "What happens at home is not known.",
            "caveats": "It holds until it ends.",
            "meeting": {"present": all, "absent_because": ""},
            "dissent": [{"by": self.uri(SUPERVISOR), "says": "I would leave it lower."}]}});
        self.act(CHAIR, "level", judgment).await;
        let task = json!({"kind": "treatment_link", "orientation": "subject", "tier": "secondary",
            "text": "Offer him somebody to talk to.", "state": "open"});
        let plan = json!({"plan": {"owner": self.uri(NURSE), "goals": ["He can visit, and staff are safe."],
            "own_voice": "He wants to be told things.", "tasks": [task.clone()], "review_at": self.at(13)}});
        self.act(CHAIR, "plan", plan).await;
        let mut theirs = task;
        theirs["text"] = json!("Walk the late shift to their cars.");
        theirs["kind"] = json!("safety_planning");
        theirs["agency"] = json!(GUARDS);
        self.act(CHAIR, "task", json!({"task": theirs})).await;
        let wire = json!({"tripwire": {"observable": "He comes outside visiting hours.", "tell": "The chair.",
            "expires": self.at(30)}});
        self.act(CHAIR, "tripwire", wire).await;
        let order = json!({"order": {"court": "Superior Court", "kind": "no-contact order", "made_on": self.on(0),
            "conditions": "No contact with Sofia Reyes.", "until": self.at(90)}});
        self.act(CHAIR, "order", order).await;
        for (row, element, text) in [
            (5, "identity_and_location", "14 Mill Lane, by telephone after five"),
            (9, "general_condition", "Spanish-speaking"),
            (14, "incident_circumstances", "Visiting hours, west entrance"),
            (15, "incident_circumstances", "None known"),
            (17, "incident_circumstances", "Security is at the entrance"),
            (36, "general_condition", "Asks for advice on rent; by telephone; agreed in writing"),
        ] {
            self.item(row, &[element], text).await;
        }
        for (item, class, text) in [
            ("door", "PER", "A visitor blocked a door for some minutes."),
            ("door", "AFF", "A visitor blocked a door for some minutes."),
            ("door", "TGT", "A visitor said that staff of your floor would be sorry."),
            ("door", "PAR", "Your son blocked a door."),
            ("sleep", "PER", "Sleeps little."),
            ("aunt", "PER", "A relative calms him."),
            ("event", "PER", "A date lies ahead."),
            ("tripwire", "TGT", "Tell the desk when you see him outside visiting hours."),
        ] {
            self.says(item, class, text).await;
        }
    }

    async fn what_the_law_asks(&mut self) {
        for fact in [
            "circumstances.serious_threat",
            "circumstances.imminent",
            "circumstances.good_faith_belief",
            "circumstances.crime_on_premises",
            "circumstances.crime_against_personnel",
        ] {
            let scope = api::AttestationScope { person_id: self.id("robin"), ..Default::default() };
            self.attest(NURSE, fact, scope).await;
        }
        let to = |agency: &str| api::AttestationScope { agency: agency.to_owned(), ..Default::default() };
        let contact = api::AttestationScope { contact_id: self.id("sofia_home"), ..Default::default() };
        for scope in [to(SHERIFF), to(GUARDS), to(NEIGHBOR), contact] {
            self.attest(NURSE, "recipient.able_to_prevent_threat", scope).await;
        }
        let permission = api::Permission {
            case_id: self.case.clone(),
            person_id: self.id("robin"),
            kind: "hipaa_authorization".to_owned(),
            given_by: "parent".to_owned(),
            signed_at: self.at(0),
            expires_at: self.at(100),
            recipients: [CLINIC, HOUSING, NEIGHBOR, GUARDS]
                .map(|agency| api::PermittedRecipient { agency: agency.to_owned(), ..Default::default() })
                .to_vec(),
            record_kinds: vec!["personal_observation".to_owned()],
            rows: vec![2, 3, 5, 9, 12, 21, 22, 25, 36],
            purposes: vec!["care_coordination".to_owned(), "threat_assessment".to_owned()],
            evidence: "paper form in the file".to_owned(),
            ..Default::default()
        };
        let request = api::RecordPermissionRequest { permission: Some(permission) };
        let recorded =
            self.world.staff(WARD, NURSE).record_permission(request).await.expect("the permission");
        self.ids.insert("agreed", recorded.id);
        let refer = json!({"refer": {"category": "housing_assistance", "agency": HOUSING, "status": "consented",
            "permission": self.id("agreed"), "contact_by": self.at(5)}});
        self.act(NURSE, "referral", refer).await;
        let police = json!({"police_referral": {"reason": "crime_reported_by_target", "observation": self.id("words"),
            "alternatives": "A talk with his aunt: done, and not enough for the nurse, who reports it."}});
        self.act(CHAIR, "police", police).await;
        self.act(SUPERVISOR, "police_agreed", json!({"concur": {"with": self.id("police")}})).await;
    }

    /// What a member asks to send as a packet.
    fn asks(&self, name: PacketName, to: To) -> api::ShareRequest {
        let to = match to {
            To::Agency(agency) => api::To { agency: agency.to_owned(), ..Default::default() },
            To::Contact(key) => api::To { contact: self.id(key), ..Default::default() },
        };
        let answers = || api::EmergencyAnswers {
            who_is_at_risk: "The nurses of the day shift.".to_owned(),
            what_makes_it_imminent: "He said it to their faces and is on his way back.".to_owned(),
            known_first_hand: "Both nurses told me.".to_owned(),
            who_can_prevent_it: "Deputies at the entrance.".to_owned(),
            what_they_must_know: "Who he is and when he comes.".to_owned(),
        };
        let refers = |category: &str| api::ReferralTerms {
            service_category: category.to_owned(),
            urgency: "soon".to_owned(),
            contact_by: self.at(2),
        };
        api::ShareRequest {
            case_id: self.case.clone(),
            to: Some(to),
            purpose: match name {
                PacketName::LawEnforcementEmergency | PacketName::TargetSafetyNotice => {
                    "avert_serious_threat"
                }
                PacketName::LawEnforcementReferral => "crime_report",
                PacketName::CareReferral | PacketName::CommunityReferral => "care_coordination",
                _ => "threat_assessment",
            }
            .to_owned(),
            packet: name.as_str().to_owned(),
            emergency: (name == PacketName::LawEnforcementEmergency).then(answers),
            referral: match name {
                PacketName::CareReferral => Some(refers("mental_behavioral_health")),
                PacketName::CommunityReferral => Some(refers("housing_assistance")),
                _ => None,
            },
            ..Default::default()
        }
    }

    async fn preview(&mut self, name: PacketName, to: To) -> api::ShareView {
        let request = api::ShareRequest { preview: true, ..self.asks(name, to) };
        self.world.staff(WARD, NURSE).share(request).await.unwrap_or_else(|e| panic!("{name}: {e}"))
    }
}

#[derive(Clone, Copy)]
enum To {
    Agency(&'static str),
    Contact(&'static str),
}

/// Who gets each packet.
const fn recipient(name: PacketName) -> To {
    match name {
        PacketName::Consultation | PacketName::PeerCoManagement => To::Agency(NEIGHBOR),
        PacketName::AffiliateTask => To::Agency(GUARDS),
        PacketName::CareReferral => To::Agency(CLINIC),
        PacketName::CommunityReferral => To::Agency(HOUSING),
        PacketName::LawEnforcementEmergency | PacketName::LawEnforcementReferral => To::Agency(SHERIFF),
        PacketName::TargetSafetyNotice => To::Contact("sofia_home"),
        PacketName::ParentGuardian => To::Contact("mother_home"),
        PacketName::CoordinatorReport => To::Agency(REGIONAL),
    }
}

/// What goes, by row: so many of it, and how.
fn going(view: &api::ShareView) -> Vec<&api::ItemOutcome> {
    view.items.iter().filter(|item| item.outcome != "withheld").collect()
}

fn told(view: &api::ShareView, packet: Packet) -> String {
    let mut text = format!("== {} to {} ({})\n", packet.name, view.recipient_name, view.recipient_class);
    for stop in &view.stops {
        writeln!(text, "   stopped: {stop}").expect("a string takes it");
    }
    let mut lines = BTreeSet::new();
    for item in &view.items {
        let form = if item.form.is_empty() { String::new() } else { format!(" as {}", item.form) };
        let why =
            if item.outcome == "withheld" { format!(": {}", item.reasons.join("; ")) } else { String::new() };
        lines.insert(format!("   {:>2} {}: {}{form}{why}\n", item.row, item.row_name, item.outcome));
    }
    text.extend(lines);
    text
}

/// Every packet: its fields alone, each going or withheld with a reason; nothing that must not be in it; what goes is what
/// the table says.
#[tokio::test]
async fn every_packet_of_a_case_shows_what_goes_and_why_the_rest_stays() {
    let mut ward = Ward::new().await;
    let mut table = String::new();
    for name in PacketName::ALL.iter().copied() {
        let (view, packet) = (ward.preview(name, recipient(name)).await, packet(name));
        assert_eq!(view.state, "preview", "{name}");
        for item in &view.items {
            let row = u8::try_from(item.row).expect("a row");
            assert!(packet.rows.contains(&row) && !packet.must_not.contains(&row), "{name}: row {row}");
            let withheld = item.outcome == "withheld";
            assert_eq!(withheld, item.released.is_none(), "{name}: row {row}");
            assert!(!withheld || !item.reasons.is_empty(), "{name}: row {row} is withheld without a reason");
        }
        let shown = format!("{:?}", going(&view).iter().map(|item| &item.released).collect::<Vec<_>>());
        for word in NEVER {
            assert!(!shown.contains(word), "{name} shows {word:?}");
        }
        if packet.nameless {
            for word in ["Robin", "Vale", "Sofia", "Reyes", "Mill Lane"] {
                assert!(!shown.contains(word), "{name} shows {word:?}");
            }
        }
        table.push_str(&told(&view, packet));
    }
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/packets.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(golden, &table).expect("the golden file");
    }
    let expected = std::fs::read_to_string(golden).unwrap_or_default();
    assert_eq!(table, expected, "a packet changed: read it, then UPDATE_GOLDEN=1");
    ward.world.stop_all().await;
}

/// Every packet to a node is sent and read there as it was previewed; one for a person is told on paper and is in the
/// accounting; the coordinator gets no row of a case. What a service answers, and that a level is stale, comes back.
#[tokio::test]
async fn every_packet_arrives_as_it_was_shown_and_what_comes_of_it_comes_back() {
    let mut ward = Ward::new().await;
    for name in PacketName::ALL.iter().copied() {
        let shown = ward.preview(name, recipient(name)).await;
        match recipient(name) {
            To::Agency(REGIONAL) => {
                assert!(going(&shown).is_empty(), "{name}");
                let asked = ward.asks(name, recipient(name));
                let answer = ward.world.staff(WARD, NURSE).share(asked).await.expect("an answer");
                assert_eq!(
                    (answer.state.as_str(), answer.proposal_id.as_str()),
                    ("nothing_to_send", ""),
                    "{name}"
                );
            }
            To::Agency(agency) => ward.sends(name, agency, &shown).await,
            To::Contact(key) => ward.tells(name, key, &shown).await,
        }
    }
    ward.answered().await;
    ward.stale().await;
    ward.world.stop_all().await;
}

impl Ward {
    async fn sends(&mut self, name: PacketName, agency: &'static str, shown: &api::ShareView) {
        let asked = self.asks(name, To::Agency(agency));
        let view = self.world.staff(WARD, NURSE).share(asked).await.unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(view.stops.is_empty(), "{name}: {:?}", view.stops);
        if name != PacketName::LawEnforcementEmergency {
            assert_eq!(view.state, "proposed", "{name}");
            let yes = api::ApproveRequest { proposal_id: view.proposal_id, ..Default::default() };
            self.world.staff(WARD, OFFICER).approve(yes).await.unwrap_or_else(|e| panic!("{name}: {e}"));
        }
        self.world.until_quiet().await;
        let theirs = self.world.staff(agency, "chair");
        let list = theirs.list_inbox(api::ListInboxRequest::default()).await.expect("an inbox");
        let newest =
            list.messages.first().unwrap_or_else(|| panic!("{name} did not arrive")).message_id.clone();
        let arrived =
            theirs.open_inbox(api::OpenInboxRequest { message_id: newest.clone() }).await.expect("a message");
        let sent: Vec<_> = going(shown).iter().map(|i| (i.row, i.released.clone())).collect();
        let read: Vec<_> = arrived.items.iter().map(|i| (i.row, i.value.clone())).collect();
        assert_eq!(read, sent, "{name} arrived otherwise than it was shown");
        let notice = arrived.redisclosure_notice;
        assert!(notice.contains(LAWFUL_CONDUCT_WARNING), "{name} came with no warning: {notice}");
        self.ids.insert(name.as_str(), newest);
    }

    async fn tells(&mut self, name: PacketName, contact: &str, shown: &api::ShareView) {
        assert!(shown.stops.is_empty(), "{name}: {:?}", shown.stops);
        let item_ids: Vec<String> = going(shown).iter().map(|i| i.item_id.clone()).collect();
        let told = api::RecordDisclosureRequest {
            case_id: self.case.clone(),
            to: Some(api::To { contact: self.id(contact), ..Default::default() }),
            purpose: shown.purpose.clone(),
            how: "paper".to_owned(),
            item_ids: item_ids.clone(),
            ..Default::default()
        };
        let recorded = self
            .world
            .staff(WARD, NURSE)
            .record_disclosure(told)
            .await
            .unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(recorded.state, "recorded", "{name}");
        let mut kept: Vec<String> = going(&recorded).iter().map(|i| i.item_id.clone()).collect();
        let mut asked = item_ids;
        kept.sort();
        asked.sort();
        assert_eq!(kept, asked, "{name}");
    }

    /// The housing service takes the referral on: it is in the ward's history.
    async fn answered(&mut self) {
        let message_id = self.id(PacketName::CommunityReferral.as_str());
        let takes =
            api::AnswerReferralRequest { message_id, state: "accepted".to_owned(), ..Default::default() };
        self.world.staff(HOUSING, "chair").answer_referral(takes).await.expect("the answer");
        self.world.until_quiet().await;
        let history = self.history().await;
        let accepted = history.entries.iter().any(|entry| {
            entry
                .act
                .as_ref()
                .and_then(|act| act.refer.as_ref())
                .is_some_and(|refer| refer.status == "accepted")
        });
        assert!(accepted, "what the service said is not in the history");
    }

    /// A tripwire is touched: the level is stale in the case and where it was sent.
    async fn stale(&mut self) {
        let seen = json!({"observe": {"text": "Came after midnight.", "happened_on": self.on(0), "learned_on": self.on(0),
            "basis": "observed", "nature": "behavior", "source_type": "direct_witness", "source": "night nurse",
            "directness": "observed"}});
        self.act(NURSE, "night", seen).await;
        let hit = json!({"tripwire_hit": {"tripwire": self.id("tripwire"), "observation": self.id("night")}});
        self.act(CHAIR, "hit", hit).await;
        self.world.until_quiet().await;
        assert_eq!(self.history().await.state, "reassessing");
        for (name, agency) in [(PacketName::Consultation, NEIGHBOR), (PacketName::AffiliateTask, GUARDS)] {
            let message_id = self.id(name.as_str());
            let theirs = self.world.staff(agency, "chair");
            let opened = theirs.open_inbox(api::OpenInboxRequest { message_id }).await.expect("a message");
            let level = opened.items.iter().find(|item| item.row == 16).expect("a level");
            assert_eq!(level.stale_because, "stale", "{agency} still sees the level as current");
        }
        let again = self.preview(PacketName::Consultation, To::Agency(NEIGHBOR)).await;
        let level = again.items.iter().find(|item| item.row == 16).expect("a level");
        assert_eq!(level.outcome, "withheld", "a stale level may not go: {:?}", level.reasons);
    }

    async fn history(&mut self) -> api::History {
        let request = api::ShowHistoryRequest { case_id: self.case.clone(), ..Default::default() };
        self.world.staff(WARD, CHAIR).show_history(request).await.expect("a history")
    }
}
