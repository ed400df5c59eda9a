//! From a decision to what may leave: values, and beside each what the recipient has to know to keep the terms.

use super::decide::{ItemDecision, Outcome, ShareDecision};
use super::reason::Reason;
use super::releasable::{
    AttestationMade, Basis, Parts, PermissionUsed, Releasable, ReleasedAbout, ReleasedItem, Schema,
};
use crate::facts::FactId;
use crate::id::PersonId;
use crate::law::{Obligation, ObligationSet};
use crate::record::{About, ApprovedRecipient, Form, Item, Label, Permission, PersonRole, Recipient};
use crate::share::Class;
use crate::share::labels;
use crate::share::matrix::Gates;
use crate::share::obligations::{
    NOT_A_PREDICTION, PART2_NOTICE, TravelText, needs_warning, scope_statement, travel_text, travelling,
};
use crate::time::UtcTime;
use std::sync::Arc;

/// Clauses that travel with an item, at most.
const BASIS_MAX: usize = 16;
/// Clauses named for one person in one regime, at most.
const BASIS_OF_REGIME_MAX: usize = 2;
/// Judgments that travel with an item, at most.
const ATTESTATIONS_MAX: usize = 16;

/// Judgments, and until when each stands.
pub(super) type Judgments = [(AttestationMade, UtcTime)];

impl ShareDecision<'_> {
    /// What may leave, or `None` when nothing does. `salt` draws 32 random bytes for each item that goes.
    ///
    /// An answer always leaves: with nothing in it when nothing may go, so that it looks as it would for somebody unknown.
    pub fn release(self, mut salt: impl FnMut() -> [u8; 32]) -> Option<Releasable> {
        let stopped = !self.stops().is_empty();
        let mut valid_until = self.gate.approved_until();
        let mut items = Vec::new();
        if !stopped {
            for decided in self.items().iter().filter(|d| d.outcome != Outcome::Withheld) {
                // a text that must travel and is not here keeps the item here
                if let Ok(goes) = self.goes(decided) {
                    valid_until = earlier(valid_until, goes.stands_until);
                    items.push(goes.item(&mut salt));
                }
            }
        }
        let setting = &self.ask.setting;
        match self.ask.schema {
            Schema::Answer(request) if items.is_empty() => {
                let Recipient::Node(peer) = setting.recipient else { return None };
                let exercise = setting.case.exercise;
                return Some(self.door.empty_answer(peer.id.clone(), request, exercise, setting.now));
            }
            Schema::Request if !stopped => {}
            _ if items.is_empty() => return None,
            _ => {}
        }
        Some(Releasable::seal(Parts {
            recipient: ApprovedRecipient::of(setting.recipient),
            class: self.class(),
            purpose: Some(setting.purpose),
            schema: self.ask.schema.clone(),
            case: Some(setting.case.id),
            emergency: self.ask.emergency,
            exercise: setting.case.exercise,
            items,
            notes: self.ask.notes.iter().map(|n| (*n).to_owned()).collect(),
            valid_until,
            ..self.door.nothing(setting.now)
        }))
    }

    /// The judgments on these facts of a person, and until when each stands. Found once for all items that none names.
    fn judgments_on(&self, facts: &[FactId], person: PersonId, item: &Item) -> Arc<Judgments> {
        let named = self.reader.names(item);
        let known = |(p, f, _): &&(PersonId, Vec<FactId>, Arc<Judgments>)| *p == person && *f == facts;
        if !named && let Some((_, _, found)) = self.judgments.borrow().iter().find(known) {
            return Arc::clone(found);
        }
        let made = |fact: &FactId| {
            let path = fact.path();
            let on = self.reader.attestations_on(*fact, person, item).into_iter();
            on.map(move |(a, until)| {
                (AttestationMade { fact: path, by_role: a.role.as_str().into(), at: a.at }, until)
            })
        };
        let found: Arc<Judgments> = facts.iter().flat_map(made).collect();
        if !named {
            self.judgments.borrow_mut().push((person, facts.to_vec(), Arc::clone(&found)));
        }
        found
    }

    /// Everything that goes with an item that is not withheld.
    ///
    /// # Errors
    /// [`Reason::TextMissing`] when the law sends a text along that this build does not have.
    pub(super) fn goes<'d>(&'d self, decided: &'d ItemDecision) -> Result<Goes<'d>, Reason> {
        let missing = || Reason::NotInCase;
        let item = self.item(decided.item).ok_or_else(missing)?;
        let value = self.value(decided).ok_or_else(missing)?;
        let form = match decided.outcome {
            Outcome::Form(form) => Some(form),
            Outcome::Whole | Outcome::Withheld => None,
        };
        let mut goes = Goes {
            decision: self,
            decided,
            item,
            form,
            value,
            basis: Vec::new(),
            permissions: Vec::new(),
            attestations: Vec::new(),
            obligations: ObligationSet::default(),
            travels: Vec::new(),
            stands_until: None,
        };
        for (one, about) in decided.people.iter().zip(&item.about) {
            goes.add_basis(one);
            goes.add_permissions(one, about);
            goes.add_attestations(one);
            goes.obligations = goes.obligations.union(one.law.obligations);
        }
        goes.add_texts()?;
        Ok(goes)
    }
}

fn earlier(a: Option<UtcTime>, b: Option<UtcTime>) -> Option<UtcTime> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// An item on its way out.
pub(super) struct Goes<'d> {
    decision: &'d ShareDecision<'d>,
    decided: &'d ItemDecision,
    item: &'d Item,
    form: Option<Form>,
    value: crate::record::ItemValue,
    pub basis: Vec<Basis>,
    permissions: Vec<PermissionUsed>,
    attestations: Vec<AttestationMade>,
    pub obligations: ObligationSet,
    pub travels: Vec<TravelText>,
    /// Until when what it rests on stands: judgments, permissions, documents.
    stands_until: Option<UtcTime>,
}

impl Goes<'_> {
    fn add_basis(&mut self, one: &super::PersonDecision) {
        let (door, law) = (self.decision.door, self.decision.door.law());
        for regime in one.law.regimes.iter() {
            let of_regime = one
                .law
                .basis
                .as_slice()
                .iter()
                .filter(|c| usize::from(law.at(**c).regime) == regime)
                .filter_map(|c| door.cited(*c))
                .take(BASIS_OF_REGIME_MAX);
            for clause in of_regime {
                if self.basis.len() < BASIS_MAX {
                    self.basis.push(Basis { person: one.person, clause: Arc::clone(clause) });
                }
            }
        }
    }

    /// Of each kind the one that stands longest; only where the law relied on consent.
    fn add_permissions(&mut self, one: &super::PersonDecision, about: &About) {
        let setting = &self.decision.ask.setting;
        let relied = one.regimes.iter().any(|(_, gates)| gates.meets(Gates::CONSENT));
        let vawa = labels::all(self.item).contains(&Label::VictimService)
            || setting.own_capacity(|c| c.victim_service) == Some(true);
        if !relied && !vawa {
            return;
        }
        let mut longest: Vec<&Permission> = Vec::new();
        for p in setting.permissions.iter().filter(|p| setting.is_live(p, self.item, about)) {
            match longest.iter_mut().find(|q| q.kind == p.kind) {
                Some(q)
                    if q.expires_at.is_some() && (p.expires_at.is_none() || p.expires_at > q.expires_at) =>
                {
                    *q = p
                }
                Some(_) => {}
                None => longest.push(p),
            }
        }
        for p in longest {
            self.stands_until = earlier(self.stands_until, p.expires_at);
            self.permissions.push(PermissionUsed {
                id: p.id,
                person: p.person,
                kind: p.kind,
                scope: scope_statement(p),
                expires_at: p.expires_at,
                all_future_tpo: p.tpo_all_future == Some(true),
            });
        }
    }

    /// Every judgment that a clause of the basis asks for, or that the emergency rests on.
    fn add_attestations(&mut self, one: &super::PersonDecision) {
        let (door, ids) = (self.decision.door, self.decision.door.ids());
        let mut facts: Vec<FactId> = Vec::new();
        for clause in one.law.basis.as_slice() {
            facts.extend(door.grounds().facts(*clause));
        }
        if self.decision.ask.emergency || one.regimes.iter().any(|(_, gates)| gates.meets(Gates::EMERGENCY)) {
            facts.extend([ids.serious, ids.imminent, ids.ongoing, ids.good_faith, ids.able]);
            facts.extend([ids.medical_emergency, ids.medical_personnel]);
        }
        facts.sort_unstable();
        facts.dedup();
        for (made, until) in self.decision.judgments_on(&facts, one.person, self.item).iter() {
            self.stands_until = earlier(self.stands_until, Some(*until));
            if self.attestations.len() < ATTESTATIONS_MAX && !self.attestations.contains(made) {
                self.attestations.push(made.clone());
            }
        }
    }

    fn add_texts(&mut self) -> Result<(), Reason> {
        let law = self.decision.door.law();
        let bits = self.decided.people.iter().fold(0, |bits, p| bits | p.law.travels);
        let governs = |id: &str| {
            self.decided.people.iter().any(|p| p.law.regimes.iter().any(|r| law.regimes()[r].id == id))
        };
        let mut texts: Vec<TravelText> = Vec::new();
        for id in law.travels(bits) {
            match id {
                "consent_scope_statement" | "scope_statement" => texts.extend(self.scopes()),
                _ => texts.push(travel_text(id, None).ok_or_else(|| Reason::TextMissing(id.to_owned()))?),
            }
        }
        if self.obligations.contains(Obligation::AttachCopyOfConsent) {
            texts.extend(self.scopes());
        }
        let labels = labels::all(self.item);
        if labels.contains(&Label::Part2)
            || (self.obligations.contains(Obligation::RedisclosureNotice) && governs("part2"))
        {
            texts.push(TravelText { id: "part2_2_32_notice".into(), text: PART2_NOTICE.into() });
        }
        if self.obligations.contains(Obligation::RedisclosureNotice) && governs("ferpa") {
            texts.extend(travel_text("ferpa_99_33_notice", None));
        }
        if needs_warning(self.item) {
            texts.push(TravelText { id: "not_a_prediction".into(), text: NOT_A_PREDICTION.into() });
        }
        for text in texts {
            if !self.travels.iter().any(|t| t.text == text.text) {
                self.travels.push(text);
            }
        }
        Ok(())
    }

    fn scopes(&self) -> Vec<TravelText> {
        let text = |p: &PermissionUsed| TravelText {
            id: "consent_scope_statement".into(),
            text: p.scope.clone().into(),
        };
        self.permissions.iter().map(text).collect()
    }

    /// When the recipient must have destroyed it: with the permission, the agreement, or the leave it was received under,
    /// whichever ends first. A judgment that lapses ends no one's leave to hold; it only stops a later sending.
    pub(super) fn expires_at(&self) -> Option<UtcTime> {
        let of_permissions = self.permissions.iter().filter_map(|p| p.expires_at).min();
        let of_agreement =
            if self.decision.ask.emergency { None } else { self.decision.gate.agreed_until(self.item.row) };
        earlier(earlier(of_permissions, of_agreement), self.item.provenance.expires_at)
    }

    /// Duties that bind the recipient: those of the law, and those the item arrived with. They only grow.
    pub fn binding(&self) -> Vec<String> {
        let mut all: Vec<String> = travelling(self.obligations).map(|o| o.as_str().to_owned()).collect();
        for inherited in &self.item.provenance.obligations {
            if !all.contains(inherited) {
                all.push(inherited.clone());
            }
        }
        all
    }

    fn item(self, salt: &mut impl FnMut() -> [u8; 32]) -> ReleasedItem {
        let (ask, law) = (&self.decision.ask, self.decision.door.law());
        let about = self.decided.people.iter().zip(&self.item.about).map(|(one, about)| ReleasedAbout {
            person: one.person,
            role: role_that_travels(one.class, one.role),
            alias: ask
                .aliases
                .iter()
                .find(|(p, _)| *p == one.person)
                .map(|(_, a)| a.clone())
                .unwrap_or_default(),
            regimes: one.law.regimes.iter().map(|r| law.regimes()[r].id.clone()).collect(),
            record_kind: about.record_kind,
        });
        let class = self.decided.people.first().and_then(|p| p.class);
        let statement_at = match self.form {
            Some(Form::Statement) => self
                .item
                .statements
                .iter()
                .filter(|s| class.is_some_and(|c| s.class == c.as_str()))
                .filter(|s| self.decision.gate.approved_at().is_none_or(|at| s.at <= at))
                .map(|s| s.at)
                .max(),
            _ => None,
        };
        let (travelling, expires_at) = (self.binding(), self.expires_at());
        ReleasedItem {
            item: self.item.id,
            row: self.item.row,
            form: self.form,
            value: self.value,
            statement_at,
            about: about.collect(),
            record_kind: self.item.record_kind,
            obtained_via: self.item.obtained_via,
            elements: self.item.elements.clone(),
            labels: labels::all(self.item),
            basis: self.basis,
            permissions: self.permissions,
            attestations: self.attestations,
            obligations: self.obligations,
            travelling,
            travels: self.travels,
            expires_at,
            salt: salt(),
        }
    }
}

/// What a person is called to this class of recipient. A community partner learns whom to help, not that there is a team or
/// why (domain 3.5: nothing says why the team exists).
fn role_that_travels(class: Option<Class>, role: PersonRole) -> PersonRole {
    match (class, role) {
        (Some(Class::Cbo), PersonRole::PersonOfConcern | PersonRole::Target | PersonRole::Reporter) => {
            PersonRole::Other
        }
        (_, role) => role,
    }
}
