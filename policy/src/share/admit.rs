//! The receiver's side: does what arrived look like something this agency may have?
//!
//! Called by the desk for each item of a message whose envelope was proved. The sender decided on facts that stay with it;
//! the receiver checks what it can know: that it is the named recipient, that its own column could be told this in this
//! form, that the basis is possible at all, that labels and notices are there, that an agreement stands, that nothing has
//! expired, and that it can keep the duties. What fails is quarantined and the sender told a code. Absent on purpose: trust in
//! what a message says of its sender, and any look at what the item says.

use super::class::{Class, Party, class};
use super::grounds::could_hold;
use super::labels;
use super::matrix::{Cell, Gates, Note, Opening, Plain};
use super::obligations::{PART2_NOTICE, can_keep};
use crate::door::Door;
use crate::facts::{FactId, FactValue, attestable_fact};
use crate::id::AgencyId;
use crate::law::{Clause, Effect, Law};
use crate::record::words::words;
use crate::record::{
    Agency, Agreement, Element, Form, Label, ObtainedVia, Peer, PermissionKind, Purpose, RecordKind, Row,
    TeamRole,
};
use crate::time::UtcTime;

/// Minutes by which another node's clock may be ahead of ours.
const CLOCK_SKEW_MINUTES: i64 = 10;

/// What this node knows when a message arrives.
#[derive(Clone, Copy, Debug)]
pub struct AdmitContext<'a> {
    /// Law and matrix of this node.
    pub door: &'a Door,
    /// This agency.
    pub own: &'a Agency,
    /// Its place in the arrangement, as the roster says.
    pub own_role: TeamRole,
    /// The agency that the session and the signature proved to be the sender.
    pub sender: &'a Peer,
    /// This agency's agreements.
    pub agreements: &'a [Agreement],
    /// The moment of arrival.
    pub now: UtcTime,
}

/// What the message says of itself.
#[derive(Clone, Copy, Debug)]
pub struct ReceivedMessage<'a> {
    /// To whom it is addressed.
    pub recipient: &'a AgencyId,
    /// Why.
    pub purpose: Purpose,
    /// Sent as an emergency.
    pub emergency: bool,
}

/// A permission as it travels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedPermission {
    /// What kind.
    pub kind: PermissionKind,
    /// When it ends.
    pub expires_at: Option<UtcTime>,
}

/// A judgment as it travels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedAttestation<'a> {
    /// The fact, by its path.
    pub fact: &'a str,
    /// The attester's role.
    pub by_role: &'a str,
    /// When.
    pub at: UtcTime,
}

/// A person as the item tells of them: class of the item as a record about them, and the regimes that govern it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReceivedAbout<'a> {
    /// `None`: the item's own.
    pub record_kind: Option<RecordKind>,
    /// Short names of regimes.
    pub regimes: &'a [String],
}

/// What an item says beside its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedItem<'a> {
    /// Its row.
    pub row: Row,
    /// Its form; `None`: whole.
    pub form: Option<Form>,
    /// Of a statement: the class it was written for.
    pub written_for: Option<&'a str>,
    /// Whom it is about.
    pub about: Vec<ReceivedAbout<'a>>,
    /// Class of the item as its sender has it.
    pub record_kind: Option<RecordKind>,
    /// How the sender came to hold it.
    pub obtained_via: ObtainedVia,
    /// What it contains, in the law's terms.
    pub elements: Vec<Element>,
    /// Its labels.
    pub labels: Vec<Label>,
    /// Regime and clause id of each basis.
    pub basis: Vec<(&'a str, &'a str)>,
    /// Permissions relied on.
    pub permissions: Vec<ReceivedPermission>,
    /// Judgments relied on.
    pub attestations: Vec<ReceivedAttestation<'a>>,
    /// Duties, by name.
    pub obligations: &'a [String],
    /// Texts that came along.
    pub texts: Vec<&'a str>,
    /// When it must be gone.
    pub expires_at: Option<UtcTime>,
}

words! {
    /// Why an item is quarantined: a code the sender may know.
    Refusal {
        /// Another agency is named as recipient.
        NotForUs = "not_for_us",
        /// This agency is in no column for this purpose.
        NoClass = "no_class",
        /// This agency's column is closed to the row, or to a row that a label names.
        CellClosed = "cell_closed",
        /// The form is not one that this column could be told.
        FormNotOurs = "form_not_ours",
        /// The column opens only on an authority that the item does not show.
        AuthorityNotShown = "authority_not_shown",
        /// The statement was written for another class.
        StatementForOthers = "statement_for_others",
        /// A label that the kind or the content demands is missing.
        LabelMissing = "label_missing",
        /// It does not say whom it is about.
        AboutNobody = "about_nobody",
        /// A governing regime has no basis.
        BasisMissing = "basis_missing",
        /// This node's law has no such clause, or not in that regime.
        ClauseUnknown = "clause_unknown",
        /// The clause permits nothing.
        ClauseNotAPermit = "clause_not_a_permit",
        /// The clause could never open to a recipient like this agency.
        BasisImpossible = "basis_impossible",
        /// The basis is a permission, and none came along.
        PermissionMissing = "permission_missing",
        /// The permission has ended.
        PermissionExpired = "permission_expired",
        /// The basis is a judgment, and none came along.
        AttestationMissing = "attestation_missing",
        /// A judgment by a role that may not make it, from the future, or lapsed.
        AttestationInvalid = "attestation_invalid",
        /// The notice that the law sends along is missing.
        NoticeMissing = "notice_missing",
        /// Outside an emergency: no agreement in force covers purpose and row.
        NoAgreement = "no_agreement",
        /// It had expired when it came.
        Expired = "expired",
        /// A duty that this node does not know how to keep.
        DutyUnknown = "duty_unknown",
    }
}

impl Refusal {
    /// What it means, in a sentence for people on either side. Says nothing about the item's content.
    pub const fn text(self) -> &'static str {
        match self {
            Self::NotForUs => "the message names another agency as its recipient",
            Self::NoClass => "this agency is in no recipient class for this purpose",
            Self::CellClosed => "this agency's class may not be told this kind of information",
            Self::FormNotOurs => "this agency's class may be told this only in another form",
            Self::AuthorityNotShown => "the consent, emergency or legal process that this needs is not shown",
            Self::StatementForOthers => "the statement was written for another class of recipient",
            Self::LabelMissing => "a confidentiality label that this kind of record must carry is missing",
            Self::AboutNobody => "the item does not say whom it is about",
            Self::BasisMissing => "a law that governs this record has no basis named",
            Self::ClauseUnknown => "a clause that is named as the basis is not in this agency's law",
            Self::ClauseNotAPermit => "a clause that is named as the basis permits nothing",
            Self::BasisImpossible => {
                "a clause that is named as the basis could never open to an agency like this one"
            }
            Self::PermissionMissing => {
                "the basis is a permission, and its kind, scope and end did not come along"
            }
            Self::PermissionExpired => "the permission it rests on has ended",
            Self::AttestationMissing => {
                "the basis is a judgment, and who made it in which role did not come along"
            }
            Self::AttestationInvalid => "a judgment was made in a role that may not make it, or has lapsed",
            Self::NoticeMissing => "the notice that must travel with this record is missing",
            Self::NoAgreement => {
                "no agreement between the two agencies covers this purpose and kind of information"
            }
            Self::Expired => "it had expired before it arrived",
            Self::DutyUnknown => "a duty came along that this agency's node does not know how to keep",
        }
    }
}

/// The receiver's answer for one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It may stay, unlinked until a named member links it to a case.
    Admit,
    /// It is set aside, and the sender told these codes.
    Quarantine(Vec<Refusal>),
}

/// Checks one item.
pub fn admit(
    context: &AdmitContext<'_>,
    message: &ReceivedMessage<'_>,
    item: &ReceivedItem<'_>,
) -> Admission {
    let mut refused = Refused(Vec::new());
    refused.unless(*message.recipient == context.own.id, Refusal::NotForUs);
    refused.unless(!item.about.is_empty(), Refusal::AboutNobody);
    refused.unless(item.expires_at.is_none_or(|end| context.now < end), Refusal::Expired);
    refused.unless(item.obligations.iter().all(|o| can_keep(o)), Refusal::DutyUnknown);
    refused.unless(message.emergency || agreed(context, message.purpose, item.row), Refusal::NoAgreement);
    look_at_labels(item, &mut refused);
    let regimes = look_at_basis(context, message, item, &mut refused);
    look_at_judgments(context, item, &mut refused);
    match class(Party::Node(context.own.sector, context.own_role), message.purpose) {
        None => refused.add(Refusal::NoClass),
        Some(class) => look_at_cells(context, class, item, &regimes, &mut refused),
    }
    if refused.0.is_empty() { Admission::Admit } else { Admission::Quarantine(refused.0) }
}

struct Refused(Vec<Refusal>);
impl Refused {
    fn add(&mut self, refusal: Refusal) {
        if !self.0.contains(&refusal) {
            self.0.push(refusal);
        }
    }
    fn unless(&mut self, holds: bool, refusal: Refusal) {
        if !holds {
            self.add(refusal);
        }
    }
}

fn agreed(context: &AdmitContext<'_>, purpose: Purpose, row: Row) -> bool {
    context.agreements.iter().any(|a| {
        a.with == context.sender.id
            && a.in_force(context.now)
            && a.purposes.contains(&purpose)
            && (a.rows.is_empty() || a.rows.contains(&row))
    })
}

/// The kinds of the item: its own and, for each person, what it is as a record about them.
fn kinds(item: &ReceivedItem<'_>) -> Vec<Option<RecordKind>> {
    let mut kinds: Vec<_> = item.about.iter().map(|a| a.record_kind.or(item.record_kind)).collect();
    kinds.push(item.record_kind);
    kinds.dedup();
    kinds
}

fn look_at_labels(item: &ReceivedItem<'_>, refused: &mut Refused) {
    for kind in kinds(item) {
        for label in labels::demanded(item.row, kind, item.obtained_via, &item.elements) {
            refused.unless(item.labels.contains(&label), Refusal::LabelMissing);
        }
    }
    let has_notice = item.texts.contains(&PART2_NOTICE);
    refused.unless(!item.labels.contains(&Label::Part2) || has_notice, Refusal::NoticeMissing);
    let promised = item.obligations.iter().any(|o| o == "redisclosure_notice");
    refused.unless(!promised || !item.texts.is_empty(), Refusal::NoticeMissing);
}

/// Checks every clause named, and returns the kinds of authority by regime.
fn look_at_basis<'a>(
    context: &AdmitContext<'_>,
    message: &ReceivedMessage<'_>,
    item: &ReceivedItem<'a>,
    refused: &mut Refused,
) -> Vec<(&'a str, Gates)> {
    let (law, grounds) = (context.door.law(), context.door.grounds());
    let mut regimes: Vec<(&str, Gates)> = Vec::new();
    let relied_on_permission = !item.permissions.is_empty();
    for (regime, clause_id) in &item.basis {
        let found = law.clause_ref(clause_id).map(|r| (r, law.at(r)));
        let Some((clause_ref, clause)) =
            found.filter(|(_, c)| law.regimes()[usize::from(c.regime)].id == **regime)
        else {
            refused.add(Refusal::ClauseUnknown);
            continue;
        };
        refused.unless(clause.effect == Effect::Permit, Refusal::ClauseNotAPermit);
        refused.unless(possible(context, message.purpose, item, law, clause), Refusal::BasisImpossible);
        let gate = grounds.gate(clause_ref);
        if gate == Gates::CONSENT {
            refused.unless(relied_on_permission, Refusal::PermissionMissing);
        }
        if gate == Gates::EMERGENCY {
            let needs: Vec<&str> = grounds.facts(clause_ref).iter().map(|f| f.path()).collect();
            let shown = item.attestations.iter().any(|a| needs.contains(&a.fact));
            refused.unless(shown, Refusal::AttestationMissing);
        }
        match regimes.iter_mut().find(|(r, _)| r == regime) {
            Some((_, gates)) => *gates = gates.and(gate),
            None => regimes.push((regime, gate)),
        }
    }
    let mut governing: Vec<&str> = demanded_regimes(context, item);
    governing.extend(item.about.iter().flat_map(|a| a.regimes.iter()).map(String::as_str));
    for regime in governing {
        let overlay = law.regimes().iter().any(|r| r.id == regime && r.overlay);
        refused.unless(overlay || regimes.iter().any(|(r, _)| *r == regime), Refusal::BasisMissing);
    }
    refused.unless(!item.basis.is_empty(), Refusal::BasisMissing);
    regimes.retain(|(id, _)| !law.regimes().iter().any(|r| r.id == *id && r.overlay));
    regimes
}

/// Regimes that this record must be under at that sender, whatever the item says of itself.
fn demanded_regimes(context: &AdmitContext<'_>, item: &ReceivedItem<'_>) -> Vec<&'static str> {
    let capacities = &context.sender.capacities;
    let (hipaa, ferpa) = (capacities.hipaa_covered == Some(true), capacities.ferpa_covered == Some(true));
    let mut regimes = Vec::new();
    for kind in kinds(item).into_iter().flatten() {
        let sud = matches!(kind, RecordKind::SudRecord | RecordKind::SudCounselingNotes);
        if sud {
            regimes.push("part2");
        }
        if hipaa && (sud || matches!(kind, RecordKind::Phi | RecordKind::PsychotherapyNotes)) {
            regimes.push("hipaa");
        }
        if ferpa && kind == RecordKind::EducationRecord {
            regimes.push("ferpa");
        }
        if kind == RecordKind::CriminalIntelligence {
            regimes.push("cfr23");
        }
    }
    regimes
}

fn possible(
    context: &AdmitContext<'_>,
    purpose: Purpose,
    item: &ReceivedItem<'_>,
    law: &Law,
    clause: &Clause,
) -> bool {
    let facts = |kind: Option<RecordKind>| {
        let mut known: Vec<(Option<FactId>, FactValue<'static>)> = vec![
            (FactId::of("recipient.sector"), context.own.sector.as_str().into()),
            (FactId::of("purpose"), purpose.as_str().into()),
            (FactId::of("record.obtained_via"), item.obtained_via.as_str().into()),
        ];
        if let Some(kind) = kind {
            known.push((FactId::of("record.kind"), kind.as_str().into()));
        }
        if let Some(covered) = context.own.capacities.hipaa_covered {
            known.push((FactId::of("recipient.hipaa_covered"), covered.into()));
        }
        known.into_iter().filter_map(|(id, value)| Some((id?, value))).collect::<Vec<_>>()
    };
    // a clause speaks of one person's record; it must fit the item as a record about somebody it is about
    kinds(item).into_iter().any(|kind| could_hold(law, clause, &facts(kind)))
}

fn look_at_judgments(context: &AdmitContext<'_>, item: &ReceivedItem<'_>, refused: &mut Refused) {
    for permission in &item.permissions {
        let stands = permission.expires_at.is_none_or(|end| context.now < end);
        refused.unless(stands && permission.kind != PermissionKind::Objection, Refusal::PermissionExpired);
    }
    for made in &item.attestations {
        let valid = attestable_fact(made.fact).is_some_and(|row| {
            row.roles.contains(&made.by_role)
                && made.at <= context.now.plus_minutes(CLOCK_SKEW_MINUTES)
                && context.now < made.at.plus_minutes(row.hours * 60)
        });
        refused.unless(valid, Refusal::AttestationInvalid);
    }
}

fn look_at_cells(
    context: &AdmitContext<'_>,
    class: Class,
    item: &ReceivedItem<'_>,
    regimes: &[(&str, Gates)],
    refused: &mut Refused,
) {
    let matrix = context.door.matrix();
    let own_cell = matrix.cell(item.row, class);
    if own_cell.is_never() {
        refused.add(Refusal::CellClosed);
    } else {
        refused.unless(could_release(own_cell, item.form), Refusal::FormNotOurs);
    }
    if item.form == Some(Form::Statement) {
        let ours = item.written_for.is_some_and(|c| c.eq_ignore_ascii_case(class.as_str()));
        refused.unless(ours, Refusal::StatementForOthers);
    }
    refused.unless(shown(own_cell, item, regimes), Refusal::AuthorityNotShown);
    for label in &item.labels {
        let cell = matrix.cell(label.row(), class);
        refused.unless(!cell.is_never(), Refusal::CellClosed);
        refused.unless(shown(cell, item, regimes), Refusal::AuthorityNotShown);
    }
}

/// The forms a cell could let out: those of `Cell::could_release`, and the check of an own place.
fn could_release(cell: Cell, form: Option<Form>) -> bool {
    match (cell.note, form) {
        (Some(Note::OwnPlace), form) => form == Some(Form::OwnPlace),
        // a packet may ask for less than an open cell would give
        _ => cell.could_release(form),
    }
}

/// Whether the item shows an authority that the cell asks for, as far as a receiver can see.
fn shown(cell: Cell, item: &ReceivedItem<'_>, regimes: &[(&str, Gates)]) -> bool {
    let has = |kind: PermissionKind| item.permissions.iter().any(|p| p.kind == kind);
    match cell.note {
        Some(Note::VawaRelease) if !has(PermissionKind::VawaRelease) => {
            return opens(cell.otherwise, item, regimes);
        }
        Some(Note::MedicalEmergency) => return attested(item, "circumstances.medical_emergency"),
        _ => {}
    }
    opens(cell.main, item, regimes) || opens(cell.otherwise, item, regimes)
}

fn opens(opening: Opening, item: &ReceivedItem<'_>, regimes: &[(&str, Gates)]) -> bool {
    let as_it_stands = match opening.plain {
        Plain::Whole => true,
        Plain::Derived => item.form.is_some(),
        Plain::Closed => false,
    };
    if as_it_stands {
        return true;
    }
    let mut allowed = Gates::default();
    if opening.consent {
        allowed = allowed.and(Gates::CONSENT).and(Gates::AUTHORITY).and(Gates::ORDER);
        // an order is seen here as process: which instrument it was stays with the sender
        allowed = allowed.and(Gates::PROCESS);
    }
    if opening.emergency {
        allowed = allowed.and(Gates::EMERGENCY);
    }
    if opening.process {
        allowed = allowed.and(Gates::PROCESS).and(Gates::ORDER);
    }
    !allowed.is_empty()
        && !regimes.is_empty()
        && regimes.iter().all(|(regime, gates)| {
            let outside =
                if *regime == "general" { outside_the_regimes(opening, item) } else { Gates::default() };
            gates.and(outside).meets(allowed)
        })
}

/// Where no regime governs at the sender: what came along speaks for itself; process stays with the sender.
fn outside_the_regimes(opening: Opening, item: &ReceivedItem<'_>) -> Gates {
    let mut gates = Gates::default();
    if !item.permissions.is_empty() {
        gates = gates.and(Gates::CONSENT);
    }
    if attested(item, "circumstances.serious_threat") && attested(item, "circumstances.imminent") {
        gates = gates.and(Gates::EMERGENCY);
    }
    if opening.process { gates.and(Gates::PROCESS) } else { gates }
}

fn attested(item: &ReceivedItem<'_>, fact: &str) -> bool {
    item.attestations.iter().any(|a| a.fact == fact)
}
