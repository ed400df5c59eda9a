//! What a duty asks of the sender, what it asks of the recipient, and the texts that travel.
//!
//! Called by `door` (what goes along) and `admit` (what this node can keep). The texts are public law, cited; the
//! scope statement is composed of typed words, never of what somebody signed.

use crate::law::{Obligation, ObligationSet};
use crate::record::{Item, Permission, PermissionKind};
use std::borrow::Cow;

/// One text that travels with an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TravelText {
    /// Which one.
    pub id: Cow<'static, str>,
    /// The words.
    pub text: Cow<'static, str>,
}

/// The warning of the second source, as a literal, so that it can be part of other texts.
macro_rules! lawful_conduct_warning {
    () => {
        "Each indicator may by itself be lawful conduct and an exercise of rights that the Constitution guarantees. Look at \
         the totality of behavior and circumstances: no single indicator is the sole basis for any action."
    };
}

/// On every packet and beside every level: JCAT, "Threat Assessment and Threat Management", read 2026-11.
pub const LAWFUL_CONDUCT_WARNING: &str = lawful_conduct_warning!();

/// What every message says about passing it on and about reading it, whatever it holds.
pub const GENERAL_NOTICE: &str = concat!(
    "For the named recipient and the stated purpose only. Do not pass it on unless the law that came with an item, or its \
     sender, allows it. What may not be kept any longer must be destroyed. ",
    lawful_conduct_warning!()
);

/// 42 CFR 2.32(a)(2), the short form.
///
/// # Law: 42 CFR 2.32(a)(2) as amended February 2024, read 2026-11-21.
pub const PART2_NOTICE: &str = "42 CFR part 2 prohibits unauthorized use or disclosure of these records.";

/// What an educational institution tells whoever receives education records.
///
/// # Law: 34 CFR 99.33(a) and (d), read 2026-11-21.
pub const FERPA_NOTICE: &str = "These are education records under 34 CFR Part 99. You may not disclose them to any other \
party without the prior consent of the parent or eligible student, and your officers, employees and agents may use them \
only for the purpose for which they were disclosed (34 CFR 99.33).";

/// What follows any assessment or indicator (second source document, its warning).
pub const NOT_A_PREDICTION: &str = "No single indicator decides. What is described may be lawful, and may be constitutionally \
protected; it is not a prediction. Judge it together with everything else that is known.";

/// What criminal intelligence carries.
///
/// # Law: 28 CFR 23.20(e) and (g), read 2026-11-21.
pub const CFR23_NOTICE: &str = "Criminal intelligence under 28 CFR Part 23: only for those with a need and a right to know in \
the performance of a law enforcement activity; a record is kept of who received it.";

/// The fixed text of this name. `scope` is composed for the permission relied on.
pub fn travel_text(id: &str, scope: Option<&Permission>) -> Option<TravelText> {
    let text = match id {
        "part2_2_32_notice" => PART2_NOTICE.into(),
        "ferpa_99_33_notice" | "ferpa_redisclosure_notice" => FERPA_NOTICE.into(),
        "not_a_prediction" => NOT_A_PREDICTION.into(),
        "cfr23_handling_procedures" => CFR23_NOTICE.into(),
        "consent_scope_statement" | "scope_statement" => scope_statement(scope?).into(),
        _ => return None,
    };
    Some(TravelText { id: id.to_owned().into(), text })
}

/// A clear explanation of a permission's scope, in words of the vocabulary (42 CFR 2.32(b)).
pub fn scope_statement(permission: &Permission) -> String {
    let kind = match permission.kind {
        PermissionKind::HipaaAuthorization => "HIPAA authorization (45 CFR 164.508)",
        PermissionKind::FerpaConsent => "education record consent (34 CFR 99.30)",
        PermissionKind::Part2Consent => "substance use disorder record consent (42 CFR 2.31)",
        PermissionKind::VawaRelease => "victim-service release (34 U.S.C. 12291(b)(2))",
        PermissionKind::OralAgreement => "spoken agreement",
        PermissionKind::Objection => "objection",
    };
    let words = |all: Vec<&str>, none: &str| {
        if all.is_empty() { none.to_owned() } else { all.join(", ").replace('_', " ") }
    };
    let kinds =
        words(permission.record_kinds.iter().map(|k| k.as_str()).collect(), "records of the named rows");
    let elements = words(permission.elements.iter().map(|e| e.as_str()).collect(), "everything of that kind");
    let purposes = words(permission.purposes.iter().map(|p| p.as_str()).collect(), "none");
    let until =
        permission.expires_at.map_or_else(|| "no end named".to_owned(), |t| format!("until {}", t.date()));
    format!(
        "{kind}, given {}, {until}. Covers: {kinds}; {elements}. For: {purposes}. It may be revoked.",
        permission.given_at.date()
    )
}

/// Rows whose content is assessment or indicator, which always travel with the warning.
pub fn needs_warning(item: &Item) -> bool {
    matches!(item.row.number(), 11 | 12 | 16 | 17 | 18 | 20)
}

/// What the sender's node does about a duty. Every duty is answered here; none is only printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SenderDoes {
    /// Writes a line into the accounting of disclosures.
    Account,
    /// Has already limited what goes: the matrix, the forms and the approver did.
    Limited,
    /// A text goes along with the item.
    SendsText,
    /// The emergency's five answers are kept with the disclosure.
    KeepsAnswers,
    /// A task for a person: tell the one concerned.
    Task,
    /// It binds the recipient, who accepts it by receipt.
    BindsRecipient,
}

/// What the sender's node does about this duty.
pub const fn sender_does(obligation: Obligation) -> SenderDoes {
    match obligation {
        Obligation::LogDisclosure => SenderDoes::Account,
        Obligation::MinimumNecessary
        | Obligation::LimitToInvolvement
        | Obligation::LimitToOrderTerms
        | Obligation::LimitToListedItems => SenderDoes::Limited,
        Obligation::RedisclosureNotice | Obligation::AttachCopyOfConsent => SenderDoes::SendsText,
        Obligation::RecordThreatBasis | Obligation::DocumentEmergency => SenderDoes::KeepsAnswers,
        Obligation::NotifySubject | Obligation::NotifyParentOrStudent => SenderDoes::Task,
        Obligation::NoSecondaryUse => SenderDoes::BindsRecipient,
        #[expect(
            unreachable_patterns,
            reason = "a duty added to the law is first of all the sender's own task"
        )]
        _ => SenderDoes::Task,
    }
}

/// Duties that travel to the recipient: what it may do with the item from now on.
pub fn travelling(obligations: ObligationSet) -> impl Iterator<Item = Obligation> {
    obligations.iter().filter(|o| {
        matches!(sender_does(*o), SenderDoes::BindsRecipient | SenderDoes::SendsText)
            || matches!(o, Obligation::LimitToOrderTerms | Obligation::LimitToListedItems)
    })
}

/// Whether a node of this build knows how to keep a duty that arrives by this word.
pub fn can_keep(word: &str) -> bool {
    Obligation::of(word).is_some()
}
