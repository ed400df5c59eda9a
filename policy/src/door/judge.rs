//! Judging one item: each person it is about, each row that it touches, each name in it.
//!
//! Part of the door. Called by `decide` for every item of a share.

use super::decide::{Ask, Door, ItemDecision, Outcome, PersonDecision};
use super::reason::{Conflict, Reason, narrower};
use crate::facts::{Facts, Reader, Setting, contradictions};
use crate::id::{ItemId, PersonId};
use crate::law::Decision;
use crate::record::{
    Form, Item, ItemValue, LegalProcess, Permission, PermissionKind, Person, PersonRole, Recipient, Row,
    Sector,
};
use crate::share::class::{Class, Party, Relation, class};
use crate::share::forms::{self, FormContext};
use crate::share::gate::{Gate, NotApproved, Stop};
use crate::share::labels;
use crate::share::matrix::{CellFacts, CellOutcome, Closed, Gates, Plain, judge, stricter};
use crate::share::packets::Packet;
use crate::share::words::CaseWords;
use std::cell::RefCell;
use std::sync::Arc;

/// Different sets of facts whose answers are kept while a share is decided, at most.
const ANSWERS_KEPT_MAX: usize = 32;

/// One share while it is being decided.
pub(super) struct OneShare<'s, 'a> {
    pub door: &'s Door,
    pub ask: &'s Ask<'a>,
    pub reader: &'s Reader<'a>,
    pub gate: &'s Gate<'a>,
    pub words: &'s CaseWords,
    pub packet: Option<Packet>,
    /// Answers of the law to facts already met in this share: items of one kind about one person are alike to it.
    pub answered: RefCell<Vec<(Arc<Facts>, Decision)>>,
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

    pub fn stops(&self) -> Vec<Stop> {
        // an emergency waits for neither agreement, training nor approval
        let mut stops = if self.ask.emergency { Vec::new() } else { self.gate.stops.clone() };
        for note in self.ask.notes {
            stops.extend(self.words.identifying(note).into_iter().map(Stop::NoteIdentifies));
        }
        stops
    }

    pub fn item(&self, id: ItemId) -> ItemDecision {
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
                let now = judge(*row, self.door.matrix().cell(*row, class), &one.cells);
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
        let mut reduced = Vec::new();
        if form == Some(None) {
            self.look_at_names(&item.value, item.row, &judged, &mut rows, &mut reduced);
            // of what stays for other reasons there is no lesser form to look for
            if !reduced.is_empty() && reasons.is_empty() {
                form = Some(Some(self.lesser_form(item, &judged)));
            }
        }
        let formed = form.and_then(|f| self.make(item, f, &judged, &mut reasons));
        if let (Some(Some(Form::OwnPlace | Form::SettingKind | Form::StatusCode)), Some(Some(value))) =
            (form, &formed)
        {
            self.look_at_names(value, item.row, &judged, &mut rows, &mut reasons);
        }
        let stays = formed.is_none() || !reasons.is_empty();
        for reason in reduced {
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
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
        if let Some(stale) = item.stale {
            let by_sender = item.provenance.received.is_some();
            reasons.push(Reason::Stale { by_sender, because: stale.because });
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
            let (facts, law) = self.ask_law(self.reader.facts(item, about));
            let relation = self.relation(person, &facts);
            all_own &= matches!(relation, Relation::Themself | Relation::Representative);
            let class = Party::of(s.recipient, relation).and_then(|party| class(party, s.purpose));
            if !law.permit {
                reasons.push(Reason::Law { person: person.id, ask_counsel: law.ask_counsel });
            } else if let Some(place) = contradiction(person, &facts) {
                reasons.push(Reason::Contradiction { person: person.id, place });
            }
            if class.is_none() && !reasons.contains(&Reason::NoClass) {
                reasons.push(Reason::NoClass);
            }
            // of somebody to whom the recipient is something else: a mother is a parent to her son alone
            if let (Some(packet), Some(class)) = (self.packet, class)
                && !packet.classes.contains(&class)
                && !reasons.contains(&Reason::Packet(packet.name))
            {
                reasons.push(Reason::Packet(packet.name));
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
            let regimes = self.regimes(&law, &facts, (item, person.id), class, !live.is_empty());
            let cells = CellFacts {
                regimes: regimes.iter().map(|(_, gates)| *gates).collect(),
                own: forms::is_own(item, s.recipient),
                itself: false,
                own_school: matches!(s.recipient, Recipient::OwnTeam)
                    && (matches!(s.own.sector, Sector::K12School | Sector::University)
                        || s.own_capacity(|c| c.ferpa_covered) == Some(true)),
                medical_emergency: facts.is_true(self.door.ids().medical_emergency)
                    && facts.is_true(self.door.ids().medical_personnel),
                vawa_release,
                order_rows: order_rows(s, person.id),
            };
            let (person, role) = (person.id, main_role(person));
            let person = PersonDecision { person, role, class, facts, law, regimes };
            all.push(Judged { person, cells });
        }
        for one in &mut all {
            one.cells.itself = all_own;
        }
        all
    }

    fn ask_law(&self, facts: Facts) -> (Arc<Facts>, Decision) {
        let mut answered = self.answered.borrow_mut();
        if let Some((known, decision)) = answered.iter().find(|(known, _)| **known == facts) {
            return (Arc::clone(known), *decision);
        }
        let decision = self.door.law().decide(&facts);
        let facts = Arc::new(facts);
        if answered.len() < ANSWERS_KEPT_MAX {
            answered.push((Arc::clone(&facts), decision));
        }
        (facts, decision)
    }

    /// What the recipient is to this person.
    fn relation(&self, person: &Person, facts: &Facts) -> Relation {
        let s = self.setting();
        let Recipient::Contact(contact) = s.recipient else { return Relation::Other };
        if contact.person == Some(person.id) {
            return Relation::Themself;
        }
        if facts.is_true(self.door.ids().representative) {
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
        let ids = self.door.ids();
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
        (item, person): (&Item, PersonId),
        class: Option<Class>,
        consented: bool,
    ) -> Vec<(usize, Gates)> {
        let mut regimes = self.door.grounds().regimes(self.door.law(), law);
        let by_order = self.setting().documents_for(item.row, person).any(|d| is_order(d.kind));
        for (regime, gates) in &mut regimes {
            if by_order && gates.meets(Gates::PROCESS) {
                *gates = gates.and(Gates::ORDER);
            }
            if self.door.law().regimes()[*regime].fallback {
                *gates = gates.and(self.outside_the_regimes(law, facts, (item, person), class, consented));
            }
        }
        regimes
    }

    fn outside_the_regimes(
        &self,
        law: &Decision,
        facts: &Facts,
        (item, person): (&Item, PersonId),
        class: Option<Class>,
        consented: bool,
    ) -> Gates {
        let ids = self.door.ids();
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
        let mut documents = self.setting().documents_for(item.row, person);
        if let Some(first) = documents.next() {
            gates = gates.and(Gates::PROCESS);
            if is_order(first.kind) || documents.any(|d| is_order(d.kind)) {
                gates = gates.and(Gates::ORDER);
            }
        }
        // a state's duty or permission is an overlay: it opens no regime, and speaks where no regime governs
        let state_names_recipient = law.basis.as_slice().iter().any(|c| {
            self.door.law().regimes()[usize::from(self.door.law().at(*c).regime)].overlay
                && self.door.grounds().gate(*c) == Gates::PROCESS
        });
        let crime_here = facts.is_true(ids.crime_on_premises) || facts.is_true(ids.crime_against_personnel);
        if state_names_recipient
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
            one.person.law.basis.as_slice().iter().map(|c| self.door.law().at(*c).citation.clone()).collect();
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
                .and_then(|class| self.door.matrix().cell(item.row, class).main.form);
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

    /// What is left where a whole text may not go for the names in it: the form that its cells derive, or what a member
    /// wrote for this class.
    fn lesser_form(&self, item: &Item, judged: &[Judged]) -> Form {
        let derived = |row: Row| {
            judged.iter().filter_map(move |j| {
                let cell = self.door.matrix().cell(row, j.person.class?);
                (cell.main.plain == Plain::Derived).then_some(cell.main.form).flatten()
            })
        };
        labels::rows(item).into_iter().flat_map(derived).next().unwrap_or(Form::Statement)
    }

    /// Whom a value names, and whether this recipient may have those names.
    fn look_at_names(
        &self,
        value: &ItemValue,
        own_row: Row,
        judged: &[Judged],
        rows: &mut Vec<Row>,
        reasons: &mut Vec<Reason>,
    ) {
        let texts: [Option<&str>; 2] = match value {
            ItemValue::Text(text) | ItemValue::Code(text) => [Some(text), None],
            ItemValue::Place(place) => [Some(&place.name), place.window.as_deref()],
            ItemValue::Band(band) => [Some(&band.original), Some(&band.model)],
            ItemValue::Date(_) | ItemValue::YesNo(_) | ItemValue::Count(_) => [None, None],
        };
        let own = match self.setting().recipient {
            Recipient::Contact(contact) => contact.person,
            Recipient::Node(_) | Recipient::OwnTeam => None,
        };
        for text in texts.into_iter().flatten() {
            if let Some(packet) = self.packet.filter(|p| p.nameless)
                && !self.words.identifying(text).is_empty()
            {
                reasons.push(Reason::Packet(packet.name));
            }
            // whoever is told knows their own name
            for person in self.words.named_in(text).into_iter().filter(|named| own != Some(*named)) {
                let Some(one) = judged.iter().find(|j| j.person.person == person) else {
                    reasons.push(Reason::NamesSomebodyElse(person));
                    continue;
                };
                let row = labels::row_of_name(one.person.role);
                let (Some(class), false) = (one.person.class, row == own_row) else { continue };
                if !rows.contains(&row) {
                    rows.push(row);
                }
                if judge(row, self.door.matrix().cell(row, class), &one.cells) != CellOutcome::Whole {
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

/// Rows of this person's information that an order in force names for this recipient, as bits.
fn order_rows(setting: &Setting<'_>, person: PersonId) -> u64 {
    if setting.documents.is_empty() {
        return 0;
    }
    Row::all()
        .filter(|row| setting.documents_for(*row, person).any(|d| is_order(d.kind)))
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

/// The fact at which what is recorded of a person cannot be so together. A minor whom the record has at a college is eligible
/// (34 CFR 99.3), whoever the parties to the share are.
fn contradiction(person: &Person, facts: &Facts) -> Option<String> {
    let says_why =
        |place: &String| place == "subject.eligible_student" && person.attends_postsecondary == Some(true);
    contradictions(facts).into_iter().map(|found| found.place).find(|place| !says_why(place))
}
