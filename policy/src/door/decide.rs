//! Deciding one share: each item, each person it is about, each row that it touches.

use super::reason::{Conflict, Reason, narrower};
use super::releasable::{Notice, Parts, RecallReason, Releasable, Schema};
use crate::facts::{FactId, Facts, Reader, Setting};
use crate::id::{AgencyId, ItemId, MessageId, PersonId};
use crate::law::{Decision, FILES, Law};
use crate::record::{
    Approval, ApprovedItem, ApprovedRecipient, Form, Item, ItemValue, LegalProcess, Permission,
    PermissionKind, Person, PersonRole, Recipient, Row, Sector,
};
use crate::share::class::{Class, Party, Relation, class};
use crate::share::forms::{self, FormContext};
use crate::share::gate::{Gate, NotApproved, Stop, gate};
use crate::share::grounds::Grounds;
use crate::share::labels;
use crate::share::matrix::{CellFacts, CellOutcome, Closed, Gates, Matrix, judge, stricter};
use crate::share::packets::{Packet, packet};
use crate::share::words::CaseWords;
use crate::time::UtcTime;
use std::cell::RefCell;
use std::sync::{Arc, OnceLock};

/// Law and matrix, made ready once for many decisions.
#[derive(Debug)]
pub struct Door {
    law: Arc<Law>,
    matrix: Arc<Matrix>,
    grounds: Grounds,
    ids: Ids,
}

/// A share asked for.
#[derive(Clone)]
pub struct Ask<'a> {
    /// Parties, people, what they signed, judged and ordered, purpose and moment.
    pub setting: Setting<'a>,
    /// All current items of the case: statements are checked against them.
    pub items: &'a [Item],
    /// The items asked for.
    pub asked: &'a [ItemId],
    /// What kind of message it is for.
    pub schema: Schema,
    /// One person sends it as an emergency; their five answers are among the attestations.
    pub emergency: bool,
    /// The approval, once there is one.
    pub approval: Option<&'a Approval>,
    /// Names valid for this recipient only.
    pub aliases: &'a [(PersonId, String)],
    /// Texts that go along, such as the authority a request names.
    pub notes: &'a [&'a str],
}

/// What becomes of one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It goes whole.
    Whole,
    /// It goes in this form.
    Form(Form),
    /// It stays.
    Withheld,
}

/// What law and matrix say for one person an item is about.
#[derive(Clone, Debug)]
pub struct PersonDecision {
    /// The person.
    pub person: PersonId,
    /// What they are to the case; the most concerned role first.
    pub role: PersonRole,
    /// The recipient's column as regards this person.
    pub class: Option<Class>,
    /// What the law says.
    pub law: Decision,
    /// Kinds of authority by governing regime (its place in the law). Empty: denied.
    pub regimes: Vec<(usize, Gates)>,
}

/// What becomes of one item, and why.
#[derive(Clone, Debug)]
pub struct ItemDecision {
    /// The item.
    pub item: ItemId,
    /// Its own row; `None` where the case has no such item.
    pub row: Option<Row>,
    /// What becomes of it.
    pub outcome: Outcome,
    /// The value in its form. Of a whole item: `None`, see [`ShareDecision::value`].
    pub formed: Option<ItemValue>,
    /// Rows that judged it: its own, its labels', those of names in its text.
    pub rows: Vec<Row>,
    /// For each person it is about.
    pub people: Vec<PersonDecision>,
    /// Every reason to withhold or reduce.
    pub reasons: Vec<Reason>,
    /// A duty that met a closed cell.
    pub conflicts: Vec<Conflict>,
}

impl ItemDecision {
    /// Whether the law says for somebody that it must be disclosed.
    pub fn mandatory(&self) -> bool {
        self.people.iter().any(|p| p.law.mandatory)
    }
    /// Whether the law is not settled for somebody: counsel decides.
    pub fn ask_counsel(&self) -> bool {
        self.people.iter().any(|p| p.law.ask_counsel)
    }
    /// Whether the law alone permits it, for everybody it is about.
    pub fn lawful(&self) -> bool {
        !self.people.is_empty() && self.people.iter().all(|p| p.law.permit)
    }
}

/// A decided share: a preview for one's own staff, and what `release` is made from.
pub struct ShareDecision<'a> {
    pub(super) door: &'a Door,
    pub(super) ask: Ask<'a>,
    pub(super) reader: Reader<'a>,
    pub(super) gate: Gate<'a>,
    items: Vec<ItemDecision>,
    stops: Vec<Stop>,
}

impl std::fmt::Debug for ShareDecision<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ShareDecision")
            .field("items", &self.items.len())
            .field("stops", &self.stops)
            .finish_non_exhaustive()
    }
}

#[derive(Debug)]
pub(super) struct Ids {
    pub serious: FactId,
    pub imminent: FactId,
    pub ongoing: FactId,
    pub good_faith: FactId,
    pub able: FactId,
    pub medical_emergency: FactId,
    pub medical_personnel: FactId,
    representative: FactId,
    report_required: FactId,
    identifiable_victim: FactId,
    communicated: FactId,
    crime_on_premises: FactId,
    crime_against_personnel: FactId,
    school_official: FactId,
    duty_state: FactId,
}

impl Ids {
    #[expect(clippy::expect_used, reason = "paths are the vocabulary's; every test of the door loads them")]
    fn load() -> Self {
        let id = |path: &str| FactId::of(path).expect(path);
        Self {
            serious: id("circumstances.serious_threat"),
            imminent: id("circumstances.imminent"),
            ongoing: id("circumstances.emergency_ongoing"),
            good_faith: id("circumstances.good_faith_belief"),
            able: id("recipient.able_to_prevent_threat"),
            medical_emergency: id("circumstances.medical_emergency"),
            medical_personnel: id("recipient.medical_personnel"),
            representative: id("recipient.personal_representative"),
            report_required: id("circumstances.state_law_requires_report"),
            identifiable_victim: id("circumstances.identifiable_victim"),
            communicated: id("circumstances.threat_communicated_to_provider"),
            crime_on_premises: id("circumstances.crime_on_premises"),
            crime_against_personnel: id("circumstances.crime_against_personnel"),
            school_official: id("recipient.designated_school_official"),
            duty_state: id("circumstances.duty_to_warn_state"),
        }
    }
}

impl Door {
    /// A door with this law (local rules are part of it) and this matrix.
    pub fn new(law: Arc<Law>, matrix: Arc<Matrix>) -> Self {
        let grounds = Grounds::of(&law);
        Self { law, matrix, grounds, ids: Ids::load() }
    }

    /// The door that is part of this build.
    #[expect(clippy::expect_used, reason = "the embedded texts are loaded by the tests of `law`")]
    pub fn embedded() -> &'static Self {
        static DOOR: OnceLock<Door> = OnceLock::new();
        DOOR.get_or_init(|| {
            let law = Law::parse(FILES).expect("embedded law");
            Self::new(Arc::new(law), Arc::new(Matrix::embedded().clone()))
        })
    }

    /// The same law with another matrix: for tests and for comparing proposals.
    #[must_use]
    pub fn with_matrix(&self, matrix: Arc<Matrix>) -> Self {
        Self { law: Arc::clone(&self.law), matrix, grounds: self.grounds.clone(), ids: Ids::load() }
    }

    /// The law that decides.
    pub fn law(&self) -> &Law {
        &self.law
    }
    /// The matrix that decides.
    pub fn matrix(&self) -> &Matrix {
        &self.matrix
    }
    /// What the law's clauses rest on.
    pub fn grounds(&self) -> &Grounds {
        &self.grounds
    }

    /// Decides. Total and pure: the same ask has the same answer, and the answer to doubt is to withhold.
    pub fn decide<'a>(&'a self, ask: Ask<'a>) -> ShareDecision<'a> {
        let reader = Reader::new(ask.setting);
        let gate = gate(&ask.setting, ask.approval);
        let words = CaseWords::of_people(ask.setting.people).with_items(ask.items);
        let packet = match ask.schema {
            Schema::Summary(name) => name.map(packet),
            _ => None,
        };
        let order_rows = order_rows(&ask.setting);
        let one = OneShare {
            door: self,
            ask: &ask,
            reader: &reader,
            gate: &gate,
            words: &words,
            packet,
            order_rows,
            answered: RefCell::default(),
        };
        let mut stops = one.stops();
        let items: Vec<ItemDecision> = ask.asked.iter().map(|id| one.item(*id)).collect();
        if let Some(packet) = packet
            && items
                .iter()
                .flat_map(|i| &i.people)
                .any(|p| p.class.is_some_and(|c| !packet.classes.contains(&c)))
        {
            stops.push(Stop::PacketForOther(packet.name));
        }
        ShareDecision { door: self, ask, reader, gate, items, stops }
    }

    /// The answer that says nothing: for a person nobody here knows, for what is withheld, and for what is not the asker's
    /// to know, alike.
    pub fn empty_answer(&self, to: AgencyId, request: MessageId, exercise: bool, now: UtcTime) -> Releasable {
        Releasable::seal(Parts {
            recipient: ApprovedRecipient::Agency(to),
            schema: Schema::Answer(request),
            exercise,
            ..self.nothing(now)
        })
    }

    /// A recall of what an agency already holds. It names commitments and a reason from a closed list, so it says nothing
    /// new about anybody; it needs no basis of its own, and no class and no row closes it (row 39).
    pub fn recall(
        &self,
        to: AgencyId,
        commitments: Vec<Vec<u8>>,
        reason: RecallReason,
        exercise: bool,
        now: UtcTime,
    ) -> Releasable {
        Releasable::seal(Parts {
            recipient: ApprovedRecipient::Agency(to),
            notice: Some(Notice { commitments, reason }),
            exercise,
            ..self.nothing(now)
        })
    }

    pub(super) fn nothing(&self, now: UtcTime) -> Parts {
        Parts {
            recipient: ApprovedRecipient::OwnTeam,
            class: None,
            purpose: None,
            schema: Schema::Notice,
            case: None,
            emergency: false,
            exercise: false,
            items: Vec::new(),
            notes: Vec::new(),
            notice: None,
            law_version: self.law.version().to_owned(),
            decided_at: now,
            valid_until: None,
        }
    }

    pub(super) fn ids(&self) -> &Ids {
        &self.ids
    }
}

impl<'a> ShareDecision<'a> {
    /// Every item asked for, in the order asked.
    pub fn items(&self) -> &[ItemDecision] {
        &self.items
    }
    /// What stops the share as a whole. Of an emergency: only what an emergency does not lift.
    pub fn stops(&self) -> &[Stop] {
        &self.stops
    }
    /// What was asked.
    pub fn ask(&self) -> &Ask<'a> {
        &self.ask
    }
    /// The recipient's column, where it is the same for every item that has one.
    pub fn class(&self) -> Option<Class> {
        let mut classes = self.items.iter().flat_map(|i| &i.people).filter_map(|p| p.class);
        let first = classes.next()?;
        classes.all(|c| c == first).then_some(first)
    }
    /// Whether `release` would give something to send.
    pub fn would_go(&self) -> bool {
        self.stops.is_empty()
            && (self.items.iter().any(|i| i.outcome != Outcome::Withheld)
                || matches!(self.ask.schema, Schema::Answer(_) | Schema::Request))
    }
    /// The value as the recipient would see it; `None` when withheld.
    pub fn value(&self, decided: &ItemDecision) -> Option<ItemValue> {
        match decided.outcome {
            Outcome::Withheld => None,
            Outcome::Form(_) => decided.formed.clone(),
            Outcome::Whole => {
                let class = decided.people.first()?.class?;
                forms::whole(self.item(decided.item)?, class).ok()
            }
        }
    }
    /// What an approver says yes to, when they approve this as it stands: items and the most that may be said of them.
    pub fn to_approve(&self) -> Vec<ApprovedItem> {
        let of = |i: &ItemDecision| match i.outcome {
            Outcome::Whole => Some(ApprovedItem { item: i.item, form: None }),
            Outcome::Form(form) => Some(ApprovedItem { item: i.item, form: Some(form) }),
            Outcome::Withheld => None,
        };
        self.items.iter().filter_map(of).collect()
    }
    /// Duties that met closed cells: for the privacy officer.
    pub fn conflicts(&self) -> impl Iterator<Item = (&ItemDecision, &Conflict)> {
        self.items.iter().flat_map(|i| i.conflicts.iter().map(move |c| (i, c)))
    }
    pub(super) fn item(&self, id: ItemId) -> Option<&'a Item> {
        self.ask.items.iter().find(|i| i.id == id)
    }
}

/// Different sets of facts whose answers are kept while a share is decided, at most.
const ANSWERS_KEPT_MAX: usize = 32;

/// One share while it is being decided.
struct OneShare<'s, 'a> {
    door: &'s Door,
    ask: &'s Ask<'a>,
    reader: &'s Reader<'a>,
    gate: &'s Gate<'a>,
    words: &'s CaseWords,
    packet: Option<Packet>,
    order_rows: u64,
    /// Answers of the law to facts already met in this share: items of one kind about one person are alike to it.
    answered: RefCell<Vec<(Facts, Decision)>>,
}

/// What judging one item goes on with.
struct Judged {
    person: PersonDecision,
    cells: CellFacts,
}

impl OneShare<'_, '_> {
    fn setting(&self) -> &Setting<'_> {
        &self.ask.setting
    }

    fn stops(&self) -> Vec<Stop> {
        // an emergency waits for neither agreement, training nor approval
        let mut stops = if self.ask.emergency { Vec::new() } else { self.gate.stops.clone() };
        for note in self.ask.notes {
            stops.extend(self.words.identifying(note).into_iter().map(Stop::NoteIdentifies));
        }
        stops
    }

    fn item(&self, id: ItemId) -> ItemDecision {
        let Some(item) = self.ask.items.iter().find(|i| i.id == id) else {
            return ItemDecision {
                item: id,
                row: None,
                outcome: Outcome::Withheld,
                formed: None,
                rows: Vec::new(),
                people: Vec::new(),
                reasons: vec![Reason::NotInCase],
                conflicts: Vec::new(),
            };
        };
        let mut reasons = Vec::new();
        self.look_at_holding(item, &mut reasons);
        let judged = self.people(item, &mut reasons);
        let mut rows = labels::rows(item);
        let mut conflicts = Vec::new();
        let mut outcome = Some(CellOutcome::Whole);
        for row in &rows {
            for one in &judged {
                let Some(class) = one.person.class else {
                    self.note_no_class(*row, one, &mut conflicts);
                    continue;
                };
                let now = judge(*row, self.door.matrix.cell(*row, class), &one.cells);
                self.note_closed(*row, class, now, one, &mut reasons, &mut conflicts);
                outcome = outcome.and_then(|so_far| stricter(so_far, now));
            }
        }
        if outcome.is_none() {
            reasons.push(Reason::TwoForms);
        }
        let mut form = match outcome {
            Some(CellOutcome::Whole) => Some(None),
            Some(CellOutcome::Form(form)) => Some(Some(form)),
            Some(CellOutcome::No(_)) | None => None,
        };
        form = self.narrow(item, form, &judged, &mut reasons);
        if form == Some(None) {
            self.look_at_names(item, &judged, &mut rows, &mut reasons);
        }
        let formed = form.and_then(|f| self.make(item, f, &judged, &mut reasons));
        let stays = formed.is_none() || !reasons.is_empty();
        let outcome = match form {
            _ if stays => Outcome::Withheld,
            Some(Some(form)) => Outcome::Form(form),
            _ => Outcome::Whole,
        };
        let formed = if matches!(outcome, Outcome::Form(_)) { formed.flatten() } else { None };
        let people = judged.into_iter().map(|j| j.person).collect();
        ItemDecision { item: id, row: Some(item.row), outcome, formed, rows, people, reasons, conflicts }
    }

    /// Reasons that lie in how the item is held, whatever the recipient.
    fn look_at_holding(&self, item: &Item, reasons: &mut Vec<Reason>) {
        let s = self.setting();
        if item.case != s.case.id {
            reasons.push(Reason::NotInCase);
        }
        if item.superseded_by.is_some() {
            reasons.push(Reason::Superseded);
        }
        if item.sealed_at.is_some() {
            reasons.push(Reason::Recalled);
        }
        if item.provenance.expires_at.is_some_and(|end| end <= s.now) {
            reasons.push(Reason::LeaveEnded);
        }
        if item.provenance.received.is_some()
            && !item.provenance.purposes.is_empty()
            && !item.provenance.purposes.contains(&s.purpose)
        {
            reasons.push(Reason::OtherPurpose);
        }
        if let Some(packet) = self.packet.filter(|p| p.forbids(item)) {
            reasons.push(Reason::Packet(packet.name));
        }
        if !self.ask.emergency
            && !self.gate.agreements.is_empty()
            && !self.gate.covers_row(s.recipient, item.row)
        {
            reasons.push(Reason::RowNotAgreed(item.row));
        }
    }

    fn people(&self, item: &Item, reasons: &mut Vec<Reason>) -> Vec<Judged> {
        let s = self.setting();
        if item.about.is_empty() {
            reasons.push(Reason::AboutUnknown);
        }
        let mut all: Vec<Judged> = Vec::with_capacity(item.about.len());
        let mut all_own = true;
        for about in &item.about {
            let Some(person) = s.people.iter().find(|p| p.id == about.person) else {
                reasons.push(Reason::AboutUnknown);
                continue;
            };
            let facts = self.reader.facts(item, about);
            let law = self.ask_law(&facts);
            let relation = self.relation(person, &facts);
            all_own &= matches!(relation, Relation::Themself | Relation::Representative);
            let class = Party::of(s.recipient, relation).and_then(|party| class(party, s.purpose));
            if !law.permit {
                reasons.push(Reason::Law { person: person.id, ask_counsel: law.ask_counsel });
            }
            if class.is_none() && !reasons.contains(&Reason::NoClass) {
                reasons.push(Reason::NoClass);
            }
            let live: Vec<&Permission> = s.permissions.iter().filter(|p| s.is_live(p, item, about)).collect();
            let vawa_release = live.iter().any(|p| p.kind == PermissionKind::VawaRelease);
            if s.own_capacity(|c| c.victim_service) == Some(true)
                && !vawa_release
                && !matches!(item.value, ItemValue::Count(_))
                && !matches!(s.recipient, Recipient::OwnTeam)
            {
                reasons.push(Reason::VictimServiceRelease(person.id));
            }
            if self.ask.emergency && !self.is_emergency(&facts) {
                reasons.push(Reason::NotPartOfEmergency(person.id));
            }
            let regimes = self.regimes(&law, &facts, item, class, !live.is_empty());
            let cells = CellFacts {
                regimes: regimes.iter().map(|(_, gates)| *gates).collect(),
                own: forms::is_own(item, s.recipient),
                itself: false,
                own_school: matches!(s.recipient, Recipient::OwnTeam)
                    && (matches!(s.own.sector, Sector::K12School | Sector::University)
                        || s.own_capacity(|c| c.ferpa_covered) == Some(true)),
                medical_emergency: facts.is_true(self.door.ids.medical_emergency)
                    && facts.is_true(self.door.ids.medical_personnel),
                vawa_release,
                order_rows: self.order_rows,
            };
            let person = PersonDecision { person: person.id, role: main_role(person), class, law, regimes };
            all.push(Judged { person, cells });
        }
        for one in &mut all {
            one.cells.itself = all_own;
        }
        all
    }

    fn ask_law(&self, facts: &Facts) -> Decision {
        let mut answered = self.answered.borrow_mut();
        if let Some((_, decision)) = answered.iter().find(|(f, _)| f == facts) {
            return *decision;
        }
        let decision = self.door.law.decide(facts);
        if answered.len() < ANSWERS_KEPT_MAX {
            answered.push((facts.clone(), decision));
        }
        decision
    }

    /// What the recipient is to this person.
    fn relation(&self, person: &Person, facts: &Facts) -> Relation {
        let s = self.setting();
        let Recipient::Contact(contact) = s.recipient else { return Relation::Other };
        if contact.person == Some(person.id) {
            return Relation::Themself;
        }
        if facts.is_true(self.door.ids.representative) {
            return Relation::Representative;
        }
        let contact_roles = s.people.iter().find(|p| contact.person == Some(p.id)).map(|p| &p.roles);
        if contact_roles.is_some_and(|roles| roles.contains(&PersonRole::Target)) {
            return Relation::Target;
        }
        let theirs =
            contact.of.map_or(person.roles.contains(&PersonRole::PersonOfConcern), |of| of == person.id);
        let age = person.date_of_birth.and_then(|born| born.full_years_until(s.now.date()));
        if contact.sector == Sector::Parent && theirs && age.is_some_and(|a| a < 18) {
            Relation::ParentOfMinor
        } else {
            Relation::Other
        }
    }

    fn is_emergency(&self, facts: &Facts) -> bool {
        let ids = &self.door.ids;
        let danger = facts.is_true(ids.serious)
            && (facts.is_true(ids.imminent) || facts.is_true(ids.ongoing))
            && facts.is_true(ids.good_faith)
            && facts.is_true(ids.able);
        danger || (facts.is_true(ids.medical_emergency) && facts.is_true(ids.medical_personnel))
    }

    /// Kinds of authority, regime by regime. Where none governs, the matrix's own tests stand in.
    fn regimes(
        &self,
        law: &Decision,
        facts: &Facts,
        item: &Item,
        class: Option<Class>,
        consented: bool,
    ) -> Vec<(usize, Gates)> {
        let mut regimes = self.door.grounds.regimes(&self.door.law, law);
        let by_order = self.setting().documents_for(item.row).any(|d| is_order(d.kind));
        for (regime, gates) in &mut regimes {
            if by_order && gates.meets(Gates::PROCESS) {
                *gates = gates.and(Gates::ORDER);
            }
            if self.door.law.regimes()[*regime].fallback {
                *gates = gates.and(self.outside_the_regimes(facts, item, class, consented));
            }
        }
        regimes
    }

    fn outside_the_regimes(
        &self,
        facts: &Facts,
        item: &Item,
        class: Option<Class>,
        consented: bool,
    ) -> Gates {
        let ids = &self.door.ids;
        let mut gates = Gates::GENERAL;
        if consented {
            gates = gates.and(Gates::CONSENT);
        }
        if facts.is_true(ids.school_official) {
            gates = gates.and(Gates::AUTHORITY);
        }
        if facts.is_true(ids.serious)
            && facts.is_true(ids.imminent)
            && facts.is_true(ids.good_faith)
            && facts.is_true(ids.able)
        {
            gates = gates.and(Gates::EMERGENCY);
        }
        let mut documents = self.setting().documents_for(item.row);
        if let Some(first) = documents.next() {
            gates = gates.and(Gates::PROCESS);
            if is_order(first.kind) || documents.any(|d| is_order(d.kind)) {
                gates = gates.and(Gates::ORDER);
            }
        }
        // `mandatory` and `permissive` are the first two values of the fact
        let state_lets_warn = facts.bits(ids.duty_state).0 & 0b11 != 0
            && facts.is_true(ids.serious)
            && facts.is_true(ids.identifiable_victim)
            && facts.is_true(ids.communicated);
        let crime_here = facts.is_true(ids.crime_on_premises) || facts.is_true(ids.crime_against_personnel);
        if (state_lets_warn && matches!(class, Some(Class::Tgt | Class::Le)))
            || (crime_here && matches!(class, Some(Class::Le | Class::Crt)))
            || (facts.is_true(ids.report_required) && matches!(class, Some(Class::Le | Class::Aut)))
        {
            gates = gates.and(Gates::PROCESS);
        }
        gates
    }

    fn note_closed(
        &self,
        row: Row,
        class: Class,
        outcome: CellOutcome,
        one: &Judged,
        reasons: &mut Vec<Reason>,
        conflicts: &mut Vec<Conflict>,
    ) {
        let CellOutcome::No(closed) = outcome else { return };
        let law = &one.person.law;
        // where the law has not opened, that nothing opens the cell either is no news; a cell that never opens is
        if law.permit || !matches!(closed, Closed::Needs { .. }) {
            let reason = Reason::Cell { row, class, closed };
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        let ordered = one.person.regimes.iter().any(|(_, gates)| gates.meets(Gates::ORDER));
        if law.permit && (law.mandatory || ordered) {
            conflicts.push(self.conflict(row, closed, one));
        }
    }

    /// A duty towards a recipient for whom the network has no column at all.
    fn note_no_class(&self, row: Row, one: &Judged, conflicts: &mut Vec<Conflict>) {
        let law = &one.person.law;
        if law.permit && law.mandatory && conflicts.iter().all(|c| c.person != one.person.person) {
            conflicts.push(self.conflict(row, Closed::Never, one));
        }
    }

    fn conflict(&self, row: Row, closed: Closed, one: &Judged) -> Conflict {
        let duty =
            one.person.law.basis.as_slice().iter().map(|c| self.door.law.at(*c).citation.clone()).collect();
        Conflict { person: one.person.person, row, closed, duty }
    }

    /// Less than the cells allow: what the packet asks for, and what was approved.
    fn narrow(
        &self,
        item: &Item,
        mut form: Option<Option<Form>>,
        judged: &[Judged],
        reasons: &mut Vec<Reason>,
    ) -> Option<Option<Form>> {
        if form == Some(None) && self.packet.is_some_and(|p| p.derived.contains(&item.row.number())) {
            let of_cell = judged
                .first()
                .and_then(|j| j.person.class)
                .and_then(|class| self.door.matrix.cell(item.row, class).main.form);
            form = Some(Some(of_cell.unwrap_or(match item.value {
                ItemValue::Place(_) => Form::SettingKind,
                _ => Form::Statement,
            })));
        }
        match self.gate.approved(item) {
            // of what stays for other reasons, that nobody approved it is no news
            Err(_) if form.is_none() || !reasons.is_empty() => {}
            Err(NotApproved::Item) => reasons.push(Reason::NotApproved),
            Err(NotApproved::WrittenLater) => reasons.push(Reason::ChangedSinceApproval),
            Ok(None) => {}
            Ok(Some(approved)) => match form.map(|f| narrower(f, approved.form)) {
                Some(Ok(narrowed)) => form = Some(narrowed),
                Some(Err(reason)) => reasons.push(reason),
                None => {}
            },
        }
        form
    }

    /// Whom a whole text names, and whether this recipient may have those names.
    fn look_at_names(&self, item: &Item, judged: &[Judged], rows: &mut Vec<Row>, reasons: &mut Vec<Reason>) {
        let texts: [Option<&str>; 2] = match &item.value {
            ItemValue::Text(text) | ItemValue::Code(text) => [Some(text), None],
            ItemValue::Place(place) => [Some(&place.name), place.window.as_deref()],
            ItemValue::Band(band) => [Some(&band.original), Some(&band.model)],
            ItemValue::Date(_) | ItemValue::YesNo(_) | ItemValue::Count(_) => [None, None],
        };
        for text in texts.into_iter().flatten() {
            for person in self.words.named_in(text) {
                let Some(one) = judged.iter().find(|j| j.person.person == person) else {
                    reasons.push(Reason::NamesSomebodyElse(person));
                    continue;
                };
                if let Some(packet) = self.packet.filter(|p| p.nameless) {
                    reasons.push(Reason::Packet(packet.name));
                }
                let row = labels::row_of_name(one.person.role);
                let (Some(class), false) = (one.person.class, row == item.row) else { continue };
                if !rows.contains(&row) {
                    rows.push(row);
                }
                if judge(row, self.door.matrix.cell(row, class), &one.cells) != CellOutcome::Whole {
                    reasons.push(Reason::NamesPerson { person, row });
                }
            }
        }
    }

    /// Makes the value. `None` when it cannot be made; `Some(None)` for a whole item, which is copied only when it goes.
    fn make(
        &self,
        item: &Item,
        form: Option<Form>,
        judged: &[Judged],
        reasons: &mut Vec<Reason>,
    ) -> Option<Option<ItemValue>> {
        let class = judged.first()?.person.class?;
        let role = |person: PersonId| {
            judged.iter().find(|j| j.person.person == person).map_or(PersonRole::Other, |j| j.person.role)
        };
        let context = FormContext {
            recipient: self.setting().recipient,
            class,
            words: self.words,
            aliases: self.ask.aliases,
            roles: &role,
            approved_at: self.gate.approved_at(),
        };
        let made = match form {
            None => forms::may_go_whole(item, class).map(|()| None),
            Some(form) => forms::apply(form, item, &context).map(Some),
        };
        made.map_err(|error| reasons.push(Reason::Form(error))).ok()
    }
}

/// Rows that an order in force names for this recipient, as bits.
fn order_rows(setting: &Setting<'_>) -> u64 {
    if setting.documents.is_empty() {
        return 0;
    }
    Row::all()
        .filter(|row| setting.documents_for(*row).any(|d| is_order(d.kind)))
        .fold(0, |mask, row| mask | 1 << row.number())
}

fn is_order(kind: LegalProcess) -> bool {
    matches!(kind, LegalProcess::CourtOrder | LegalProcess::Part2Order)
}

/// The role by which a person is spoken of: whom the case is about first, then who needs most protection.
pub(super) fn main_role(person: &Person) -> PersonRole {
    [
        PersonRole::PersonOfConcern,
        PersonRole::Reporter,
        PersonRole::Target,
        PersonRole::OtherStudent,
        PersonRole::Patient,
        PersonRole::Family,
    ]
    .into_iter()
    .find(|role| person.roles.contains(role))
    .unwrap_or(PersonRole::Other)
}
