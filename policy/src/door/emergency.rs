//! An emergency in five answers: they are the attestation, and one person sends.

use crate::facts::attestable_fact;
use crate::id::{AttestationId, CaseId, StaffId};
use crate::record::{Attestation, AttestationScope, Recipient};
use crate::time::UtcTime;

/// What one person says before an emergency share (domain 3.6).
#[derive(Clone, PartialEq, Eq)]
pub struct Emergency {
    /// Who is at risk.
    pub who_is_at_risk: String,
    /// What makes it imminent.
    pub what_makes_it_imminent: String,
    /// What is known first-hand, or from whom.
    pub known_first_hand: String,
    /// Who can prevent or lessen it, and how.
    pub who_can_prevent_it: String,
    /// What they must know for that.
    pub what_they_must_know: String,
}
impl std::fmt::Debug for Emergency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Emergency(..)")
    }
}

/// An answer is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("answer all five questions; missing: {0}")]
pub struct AnswersMissing(pub &'static str);

impl Emergency {
    /// The judgments that the answers are, in the name of who gave them: about this recipient, in the role given.
    /// `ids` draws identifiers; six are drawn.
    ///
    /// # Errors
    /// [`AnswersMissing`] names the first question without an answer.
    ///
    /// # Law: 45 CFR 164.512(j)(1)(i) and (4), 34 CFR 99.36(a) and (c), 28 CFR 23.20(f)(2), read 2026-11-21.
    pub fn attestations(
        &self,
        case: CaseId,
        recipient: &Recipient,
        by: &StaffId,
        role: &str,
        at: UtcTime,
        mut ids: impl FnMut() -> AttestationId,
    ) -> Result<Vec<Attestation>, AnswersMissing> {
        for (question, answer) in [
            ("who is at risk", &self.who_is_at_risk),
            ("what makes it imminent", &self.what_makes_it_imminent),
            ("what is known first-hand", &self.known_first_hand),
            ("who can prevent it", &self.who_can_prevent_it),
            ("what they must know", &self.what_they_must_know),
        ] {
            if answer.trim().is_empty() {
                return Err(AnswersMissing(question));
            }
        }
        let to_recipient = match recipient {
            Recipient::Node(peer) => AttestationScope::Agency(peer.id.clone()),
            Recipient::Contact(contact) => AttestationScope::Contact(contact.id),
            Recipient::OwnTeam => AttestationScope::Case,
        };
        let prevent = format!("{} They must know: {}", self.who_can_prevent_it, self.what_they_must_know);
        let made = [
            ("circumstances.serious_threat", &self.who_is_at_risk),
            ("circumstances.imminent", &self.what_makes_it_imminent),
            ("circumstances.emergency_ongoing", &self.what_makes_it_imminent),
            ("circumstances.good_faith_belief", &self.known_first_hand),
            ("circumstances.articulable_and_significant", &self.known_first_hand),
            ("recipient.able_to_prevent_threat", &prevent),
        ];
        Ok(made
            .into_iter()
            .map(|(fact, reasons)| Attestation {
                id: ids(),
                case,
                fact: fact.to_owned(),
                value: true,
                scope: to_recipient.clone(),
                reasons: reasons.clone(),
                by: by.clone(),
                role: role.to_owned(),
                at,
                until: at.plus_minutes(attestable_fact(fact).map_or(0, |row| row.hours * 60)),
            })
            .collect())
    }
}
