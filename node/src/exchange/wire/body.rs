//! Each kind of body.

use policy::process::referral::Category;
use policy::record::{LegalProcess, Purpose};
use proto::Items;
use proto::exchange::v1::{
    AdministrativeStatements, Answer, Body, Contact, CorrectedItem, Correction, DeclineReason, Interest,
    ItemRelease, NextActor, QuarantineReason, QuarantinedItem, Recall, RecallAsk, RecallDone, RecallOutcome,
    RecallReason, RecallTarget, Receipt, Referral, ReferralState, ReferralStatus, Request, SeenByPerson,
    Summary, Urgency, Vignette, body::Kind, item_release::Value,
};

use super::check::{Checked, Path, Problem, WireError};
use super::{ITEMS_MAX, ground, item};

const ID_BYTES: usize = 16;
const DIGEST_BYTES: usize = 32;
const NOTICE_BYTES_MAX: usize = 4096;
const ITEMS: (usize, usize) = (0, ITEMS_MAX);
/// The row of how somebody engages, as a status code.
const STATUS_ROW: u32 = 25;

pub(super) fn check(body: &Body) -> Checked {
    let root = Path::Root;
    match &body.kind {
        None => Err(root.wrong("kind", Problem::Missing)),
        Some(Kind::Vignette(message)) => vignette(&root.field("vignette"), message),
        Some(Kind::Interest(message)) => interest(&root.field("interest"), message),
        Some(Kind::Summary(message)) => summary(&root.field("summary"), message),
        Some(Kind::Request(message)) => request(&root.field("request"), message),
        Some(Kind::Answer(message)) => answer(&root.field("answer"), message),
        Some(Kind::Referral(message)) => referral(&root.field("referral"), message),
        Some(Kind::ReferralStatus(message)) => referral_status(&root.field("referral_status"), message),
        Some(Kind::Recall(message)) => recall(&root.field("recall"), message),
        Some(Kind::Correction(message)) => correction(&root.field("correction"), message),
        Some(Kind::Receipt(message)) => receipt(&root.field("receipt"), message),
        Some(Kind::SeenByPerson(message)) => seen_by_person(&root.field("seen_by_person"), message),
    }
}

fn vignette(at: &Path<'_>, message: &Vignette) -> Checked {
    at.bytes("vignette_ref", &message.vignette_ref, ID_BYTES)?;
    at.known("purpose", &message.purpose, Purpose::from_word)?;
    at.words("help_sought", &message.help_sought, (1, 16))?;
    ground::check_all(at, "items", Items { items: &message.items, grounds: &message.grounds }, ITEMS_MAX)?;
    at.time("reply_by_ms", message.reply_by_ms)?;
    at.maybe("contact", message.contact.as_ref(), contact)
}

fn interest(at: &Path<'_>, message: &Interest) -> Checked {
    at.bytes("vignette_message_id", &message.vignette_message_id, ID_BYTES)?;
    at.words("services", &message.services, (0, 16))?;
    at.maybe("contact", message.contact.as_ref(), contact)
}

fn summary(at: &Path<'_>, message: &Summary) -> Checked {
    at.bytes("case_ref", &message.case_ref, ID_BYTES)?;
    at.known("purpose", &message.purpose, Purpose::from_word)?;
    at.text("packet", &message.packet, 64)?;
    at.word("recipient_class", &message.recipient_class)?;
    ground::check_all(at, "items", Items { items: &message.items, grounds: &message.grounds }, ITEMS_MAX)?;
    at.text("redisclosure_notice", &message.redisclosure_notice, NOTICE_BYTES_MAX)?;
    at.maybe_time("reply_by_ms", message.reply_by_ms)?;
    at.maybe("contact", message.contact.as_ref(), contact)
}

fn request(at: &Path<'_>, message: &Request) -> Checked {
    at.maybe_bytes("case_ref", &message.case_ref, ID_BYTES)?;
    at.known("purpose", &message.purpose, Purpose::from_word)?;
    if !message.legal_process.is_empty() {
        at.known("legal_process", &message.legal_process, LegalProcess::from_word)?;
    }
    let administrative = message.legal_process == LegalProcess::AdministrativeRequest.as_str();
    if administrative != message.statements.is_some() {
        let problem =
            Problem::Contradiction("statements belong to an administrative request, and to no other");
        return Err(at.wrong("statements", problem));
    }
    at.maybe("statements", message.statements.as_ref(), statements)?;
    at.each("rows", &message.rows, (1, 40), |_, row| item::row(at, "rows", *row))?;
    if !message.rows.is_sorted_by(|a, b| a < b) {
        return Err(at.wrong("rows", Problem::Contradiction("rows must ascend without repetition")));
    }
    let described = Items { items: &message.described_person, grounds: &message.grounds };
    ground::check_all(at, "described_person", described, 16)?;
    at.text("redisclosure_notice", &message.redisclosure_notice, NOTICE_BYTES_MAX)?;
    at.maybe_time("reply_by_ms", message.reply_by_ms)?;
    // a request that describes nobody was judged under no class
    if !(message.described_person.is_empty() && message.recipient_class.is_empty()) {
        at.word("recipient_class", &message.recipient_class)?;
    }
    at.maybe("contact", message.contact.as_ref(), contact)
}

fn statements(at: &Path<'_>, message: &AdministrativeStatements) -> Checked {
    at.some_text("by_role", &message.by_role, 64)?;
    at.time("at_ms", message.at_ms)
}

fn answer(at: &Path<'_>, message: &Answer) -> Checked {
    at.bytes("in_reply_to", &message.in_reply_to, ID_BYTES)?;
    at.bytes("case_ref", &message.case_ref, ID_BYTES)?;
    ground::check_all(at, "items", Items { items: &message.items, grounds: &message.grounds }, ITEMS_MAX)?;
    at.text("redisclosure_notice", &message.redisclosure_notice, NOTICE_BYTES_MAX)?;
    at.maybe("contact", message.contact.as_ref(), contact)
}

fn referral(at: &Path<'_>, message: &Referral) -> Checked {
    at.bytes("case_ref", &message.case_ref, ID_BYTES)?;
    at.known("purpose", &message.purpose, Purpose::from_word)?;
    at.known("service_category", &message.service_category, Category::from_word)?;
    at.value::<Urgency>("urgency", message.urgency)?;
    at.word("recipient_class", &message.recipient_class)?;
    ground::check_all(at, "items", Items { items: &message.items, grounds: &message.grounds }, ITEMS_MAX)?;
    at.text("redisclosure_notice", &message.redisclosure_notice, NOTICE_BYTES_MAX)?;
    at.time("contact_by_ms", message.contact_by_ms)?;
    at.maybe("contact", message.contact.as_ref(), contact)
}

fn referral_status(at: &Path<'_>, message: &ReferralStatus) -> Checked {
    at.bytes("case_ref", &message.case_ref, ID_BYTES)?;
    at.bytes("referral_message_id", &message.referral_message_id, ID_BYTES)?;
    at.value::<ReferralState>("state", message.state)?;
    at.maybe_value::<DeclineReason>("declined_because", message.declined_because)?;
    let declined = message.state() == ReferralState::DeclinedByService;
    if declined != (message.declined_because() != DeclineReason::Unspecified) {
        let problem =
            Problem::Contradiction("a reason belongs to a service that declined, and to no other state");
        return Err(at.wrong("declined_because", problem));
    }
    at.value::<NextActor>("next_actor", message.next_actor)?;
    if !message.next_step.is_empty() {
        at.word("next_step", &message.next_step)?;
    }
    at.maybe_time("due_at_ms", message.due_at_ms)?;
    at.time("at_ms", message.at_ms)?;
    ground::check_all(at, "items", Items { items: &message.items, grounds: &message.grounds }, 1)?;
    at.text("redisclosure_notice", &message.redisclosure_notice, NOTICE_BYTES_MAX)?;
    let word = message.state().as_str_name().trim_start_matches("REFERRAL_STATE_").to_lowercase();
    let is_the_state = |item: &ItemRelease| {
        item.row == STATUS_ROW && matches!(&item.value, Some(Value::Code(code)) if *code == word)
    };
    if !message.items.iter().all(is_the_state) {
        let problem = Problem::Contradiction("its item is row 25, and its code the word of the state");
        return Err(at.wrong("items", problem));
    }
    Ok(())
}

fn recall(at: &Path<'_>, message: &Recall) -> Checked {
    at.each("targets", &message.targets, (1, ITEMS_MAX), recall_target)?;
    at.value::<RecallReason>("reason", message.reason)?;
    at.value::<RecallAsk>("ask", message.ask)?;
    let marks = matches!(message.reason(), RecallReason::Stale | RecallReason::Superseded);
    if marks != (message.ask() == RecallAsk::Mark) {
        let problem = Problem::Contradiction("what is no longer current is marked, and nothing else is");
        return Err(at.wrong("ask", problem));
    }
    if marks && message.targets.iter().any(|t| t.commitments.is_empty()) {
        let problem = Problem::Contradiction("a mark names its items");
        return Err(at.wrong("targets", problem));
    }
    at.time("by_ms", message.by_ms)?;
    at.maybe("contact", message.contact.as_ref(), contact)
}

fn recall_target(at: &Path<'_>, message: &RecallTarget) -> Checked {
    at.bytes("message_id", &message.message_id, ID_BYTES)?;
    at.each("commitments", &message.commitments, ITEMS, digest)
}

fn correction(at: &Path<'_>, message: &Correction) -> Checked {
    at.bytes("message_id", &message.message_id, ID_BYTES)?;
    at.bytes("case_ref", &message.case_ref, ID_BYTES)?;
    at.each("items", &message.items, (1, ITEMS_MAX), corrected)?;
    at.maybe("contact", message.contact.as_ref(), contact)
}

fn corrected(at: &Path<'_>, message: &CorrectedItem) -> Checked {
    at.bytes("commitment", &message.commitment, DIGEST_BYTES)?;
    at.maybe("replacement", message.replacement.as_ref(), ground::check_lone)?;
    at.text("statement_of_disagreement", &message.statement_of_disagreement, 16 << 10)
}

fn receipt(at: &Path<'_>, message: &Receipt) -> Checked {
    at.bytes("message_id", &message.message_id, ID_BYTES)?;
    at.time("stored_at_ms", message.stored_at_ms)?;
    at.bytes("envelope_digest", &message.envelope_digest, DIGEST_BYTES)?;
    at.each("commitments", &message.commitments, ITEMS, digest)?;
    at.words("obligations", &message.obligations, (0, 64))?;
    at.each("quarantined", &message.quarantined, ITEMS, quarantined)?;
    at.each("recall_outcomes", &message.recall_outcomes, (0, 1024), recall_outcome)
}

fn quarantined(at: &Path<'_>, message: &QuarantinedItem) -> Checked {
    at.bytes("commitment", &message.commitment, DIGEST_BYTES)?;
    at.value::<QuarantineReason>("reason", message.reason)
}

fn recall_outcome(at: &Path<'_>, message: &RecallOutcome) -> Checked {
    at.bytes("commitment", &message.commitment, DIGEST_BYTES)?;
    at.value::<RecallDone>("done", message.done)?;
    if (message.done() == RecallDone::Kept) == message.kept_under.is_empty() {
        let problem = Problem::Contradiction("a rule is named exactly when the item is kept");
        return Err(at.wrong("kept_under", problem));
    }
    at.text("kept_under", &message.kept_under, 128)
}

fn seen_by_person(at: &Path<'_>, message: &SeenByPerson) -> Checked {
    at.bytes("message_id", &message.message_id, ID_BYTES)?;
    at.time("seen_at_ms", message.seen_at_ms)?;
    at.some_text("by_role", &message.by_role, 64)
}

fn contact(at: &Path<'_>, message: &Contact) -> Checked {
    at.some_text("name", &message.name, 128)?;
    at.phone("phone", &message.phone)
}

fn digest<D: AsRef<[u8]>>(at: &Path<'_>, digest: &D) -> Checked {
    if digest.as_ref().len() == DIGEST_BYTES {
        Ok(())
    } else {
        Err(WireError { field: at.to_string(), problem: Problem::Length(DIGEST_BYTES) })
    }
}
