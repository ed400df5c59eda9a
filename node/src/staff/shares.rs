//! Shares: previewed, proposed, approved, reviewed; and what was told outside the node.

use super::decode::{self, optional_word, word};
use super::encode;
use crate::app::{
    Actor, Answer, App, AppError, AppResult, Becomes, Channel, ItemView, Part, ProposalView, ReferralTerms,
    ShareAsk, ShareView, Sight, To, Told,
    establish::{self, Around},
    invalid,
};
use policy::door::Outcome;
use policy::id::{CaseId, ItemId, PersonId};
use policy::law::Explained;
use policy::process::referral::{Table, Urgency};
use policy::record::Purpose;
use policy::share::packets::PacketName;
use proto::agency::v1;

/// `Share`.
pub async fn share(app: &App, actor: &Actor, ask: v1::ShareRequest) -> AppResult<v1::ShareView> {
    let wanted = ShareAsk {
        case: decode::id("case_id", &ask.case_id)?,
        to: decode::to(ask.to.as_ref())?,
        purpose: word!(Purpose, "purpose", &ask.purpose)?,
        packet: optional_word!(PacketName, "packet", &ask.packet)?,
        items: decode::ids("item_ids", &ask.item_ids)?,
        emergency: ask.emergency.map(decode::emergency).transpose()?,
        becomes: ask.referral.as_ref().map_or(Ok(Becomes::Summary), becomes_referral)?,
    };
    if wanted.packet.is_none() && wanted.items.is_empty() && ask.referral.is_none() {
        return Err(invalid("item_ids", "say what to share: items, a packet, or both"));
    }
    let made = if ask.preview {
        app.preview_share(actor, &wanted).await?
    } else {
        app.share(actor, &wanted).await?
    };
    Ok(view(app, &made, &app.sight_of(actor).await?))
}

fn becomes_referral(terms: &v1::ReferralTerms) -> AppResult<Becomes> {
    let category = Table::embedded()
        .read_category(&terms.service_category)
        .map_err(|why| invalid("referral.service_category", why))?;
    Ok(Becomes::Referral(ReferralTerms {
        service_category: category,
        urgency: word!(Urgency, "referral.urgency", &terms.urgency)?,
        contact_by: decode::time("referral.contact_by", &terms.contact_by)?,
    }))
}

/// `ListProposals`.
pub async fn list(
    app: &App,
    actor: &Actor,
    ask: v1::ListProposalsRequest,
) -> AppResult<v1::ListProposalsResponse> {
    let case = decode::optional_id("case_id", &ask.case_id)?;
    let part = Part { limit: ask.limit, after: ask.after };
    let (some, next) = app.proposals(actor, case, ask.waiting_only, &part).await?;
    let sight = app.sight_of(actor).await?;
    Ok(v1::ListProposalsResponse { proposals: some.iter().map(|p| proposal(app, p, &sight)).collect(), next })
}

/// `Approve`.
pub async fn approve(app: &App, actor: &Actor, ask: v1::ApproveRequest) -> AppResult<v1::Proposal> {
    let id = decode::id("proposal_id", &ask.proposal_id)?;
    let keep = decode::ids("keep_item_ids", &ask.keep_item_ids)?;
    let answer = match (ask.deny_reason.is_empty(), keep.is_empty()) {
        (true, _) => Answer::Yes(keep),
        (false, true) => Answer::No(ask.deny_reason),
        (false, false) => return Err(invalid("deny_reason", "deny all of it, or keep some of it: not both")),
    };
    let sight = app.sight_of(actor).await?;
    if let Answer::Yes(keep) = &answer {
        refuse_unseen(&app.proposal(id).await?, keep, &sight)?;
    }
    app.approve(actor, id, answer).await?;
    Ok(proposal(app, &app.proposal(id).await?, &sight))
}

/// Nobody says yes to what they may not see.
fn refuse_unseen(p: &ProposalView, keep: &[ItemId], sight: &Sight) -> AppResult<()> {
    let items = p.view.iter().flat_map(|view| &view.items);
    let asked = items.filter(|i| keep.is_empty() || keep.contains(&i.explanation.item));
    for i in asked.filter(|i| i.explanation.outcome != Outcome::Withheld) {
        if let Some(why) = sight.withheld_for(&i.needs) {
            return Err(AppError::Refused(format!(
                "you cannot say yes to item {}, which you may not see ({why}): have your training recorded with `concord \
                 training add`, narrow with --keep, or leave it to another approver",
                i.explanation.item
            )));
        }
    }
    Ok(())
}

/// `ReviewEmergency`.
pub async fn review(
    app: &App,
    actor: &Actor,
    ask: v1::ReviewEmergencyRequest,
) -> AppResult<v1::ReviewEmergencyResponse> {
    let id = decode::id("disclosure_id", &ask.disclosure_id)?;
    let reviewed = app.review_emergency(actor, id, ask.ok, ask.note).await?.record.review;
    Ok(v1::ReviewEmergencyResponse {
        disclosure_id: ask.disclosure_id,
        reviewed_at: encode::optional(reviewed.as_ref().map(|r| r.at)),
        reviewed_by: encode::optional(reviewed.as_ref().map(|r| &r.by)),
        ok: reviewed.is_some_and(|r| r.in_order),
    })
}

/// `RecordDisclosure`.
pub async fn record_disclosure(
    app: &App,
    actor: &Actor,
    ask: v1::RecordDisclosureRequest,
) -> AppResult<v1::ShareView> {
    let told = Told {
        case: decode::id("case_id", &ask.case_id)?,
        to: decode::to(ask.to.as_ref())?,
        purpose: word!(Purpose, "purpose", &ask.purpose)?,
        channel: Channel::outside(&ask.how)
            .ok_or_else(|| invalid("how", "use one of telephone, meeting, paper, emergency_911"))?,
        at: decode::optional_time("told_at", &ask.told_at)?.unwrap_or_else(|| app.now()),
        items: decode::ids("item_ids", &ask.item_ids)?,
        emergency: ask.emergency.map(decode::emergency).transpose()?,
        note: ask.note,
    };
    let made = app.record_disclosure(actor, &told).await?;
    let made = view(app, &made, &app.sight_of(actor).await?);
    Ok(v1::ShareView { recorded_at: told.at.to_string(), ..made })
}

/// What a share comes to, for own staff, as far as this one may be shown it.
pub fn view(app: &App, v: &ShareView, sight: &Sight) -> v1::ShareView {
    let items: Vec<v1::ItemOutcome> = v.items.iter().map(|i| item(app, v.case, &v.to, i, sight)).collect();
    let counted = |word: &str| encode::count(items.iter().filter(|i| i.outcome == word).count());
    let (whole_count, form_count, withheld_count) = (counted("whole"), counted("form"), counted("withheld"));
    let conflict = |i: &ItemView| {
        let item_id = i.explanation.item.to_string();
        i.conflicts
            .iter()
            .map(move |c| v1::Conflict {
                item_id: item_id.clone(),
                duty: c.duty.join("; "),
                prohibition: c.text(app.door.matrix()),
            })
            .collect::<Vec<_>>()
    };
    v1::ShareView {
        proposal_id: encode::optional(v.proposal),
        disclosure_id: encode::optional(v.disclosure),
        case_id: v.case.to_string(),
        to: Some(encode::to(&v.to)),
        recipient_name: v.recipient_name.clone(),
        recipient_class: encode::optional(v.class),
        purpose: v.purpose.to_string(),
        emergency: v.emergency,
        exercise: v.exercise,
        recorded_at: String::new(),
        stops: v.stops.clone(),
        stop_commands: v.stop_commands.clone(),
        conflicts: v.items.iter().flat_map(conflict).collect(),
        other_paths: other_paths(app, v, withheld_count > 0),
        items,
        whole_count,
        form_count,
        withheld_count,
        state: v.state.to_owned(),
        law_version: v.law_version.clone(),
    }
}

/// Where the answer leaves somebody in danger unwarned, or the law is unsettled, the ways that need no software.
fn other_paths(app: &App, v: &ShareView, something_stays: bool) -> Vec<String> {
    let danger =
        matches!(v.purpose, Purpose::AvertSeriousThreat | Purpose::HealthOrSafetyEmergency) || v.emergency;
    let unsettled = v.items.iter().any(|i| i.ask_counsel);
    if !(danger && something_stays || unsettled) {
        return Vec::new();
    }
    vec![
        "somebody is in danger now: telephone 911".to_owned(),
        "a person may be a danger to themselves or others: evaluation for hospitalization, as the state's law provides".to_owned(),
        format!("this agency at any hour: {}", app.config.agency.telephone),
    ]
}

fn item(app: &App, case: CaseId, to: &To, i: &ItemView, sight: &Sight) -> v1::ItemOutcome {
    let e = &i.explanation;
    let unseen = sight.withheld_for(&i.needs);
    let (outcome, form) = match e.outcome {
        Outcome::Whole => ("whole", String::new()),
        Outcome::Form(form) => ("form", form.to_string()),
        Outcome::Withheld => ("withheld", String::new()),
    };
    let mut basis: Vec<v1::Basis> = Vec::new();
    let mut missing: Vec<v1::Missing> = Vec::new();
    for (person, explained) in &e.law {
        for clause in decisive(explained) {
            let clause = encode::clause(app.door.law(), clause);
            if !basis.contains(&clause) {
                basis.push(clause);
            }
        }
        for way in ways(explained, Around { case, to, person: *person, item: e.item }) {
            if !missing.contains(&way) {
                missing.push(way);
            }
        }
    }
    v1::ItemOutcome {
        item_id: e.item.to_string(),
        row: e.row.as_ref().map_or(0, |(row, _)| u32::from(row.number())),
        row_name: e.row.as_ref().map(|(_, name)| name.clone()).unwrap_or_default(),
        outcome: outcome.to_owned(),
        form,
        released: i.value.as_ref().filter(|_| unseen.is_none()).map(encode::value),
        cells: e.cells.clone(),
        basis,
        obligations: e.obligations.clone(),
        travels: e.travels.iter().map(|t| t.text.to_string()).collect(),
        reasons: e.reasons.clone(),
        missing,
        mandatory: i.mandatory,
        ask_counsel: i.ask_counsel,
        expires_at: encode::optional(e.expires_at),
        law: e.law.iter().map(|(person, explained)| law_alone(*person, explained)).collect(),
        withheld: unseen.unwrap_or_default(),
    }
}

/// The law's own answer, apart from what matrix, form and approval make of it.
fn law_alone(person: PersonId, e: &Explained) -> v1::LawAnswer {
    v1::LawAnswer {
        person_id: person.to_string(),
        permits: e.decision.permit,
        mandatory: e.decision.mandatory,
        ask_counsel: e.decision.ask_counsel,
        basis: e.basis.clone(),
        obligations: e.obligations.iter().map(|o| o.as_str().to_owned()).collect(),
    }
}

/// The clauses that decide: those relied on, or those that close and come nearest.
fn decisive(explained: &Explained) -> Vec<policy::law::ClauseRef> {
    if explained.decision.permit {
        return explained.decision.basis.as_slice().to_vec();
    }
    let of =
        |d: &policy::law::RegimeDenial| d.closed_by.iter().chain(&d.nearest).copied().collect::<Vec<_>>();
    let named = explained.denials.iter().flat_map(of);
    named.chain(explained.denials.iter().map(|d| d.default_deny)).collect()
}

fn ways(explained: &Explained, around: Around<'_>) -> Vec<v1::Missing> {
    let readings = explained.readings.iter().map(|r| {
        let text =
            format!("counsel's answer, as the law is read in more than one way: {}", r.readings.join(" / "));
        let need =
            v1::Need { text: text.clone(), established_by: "counsel".to_owned(), ..Default::default() };
        v1::Missing {
            regime: String::new(),
            citation: r.citation.clone(),
            needs: vec![text],
            establish: vec![need],
        }
    });
    let need = |n: &policy::law::Need| v1::Need {
        fact: n.path.to_owned(),
        text: n.text.clone(),
        established_by: n.established_by.clone(),
        command: establish::command(n, around),
    };
    let ways = explained.missing.iter().map(|m| v1::Missing {
        regime: m.regime.clone(),
        citation: m.citation.clone(),
        needs: m.needs.iter().map(|n| n.text.clone()).collect(),
        establish: m.needs.iter().map(need).collect(),
    });
    readings.chain(ways).collect()
}

fn proposal(app: &App, p: &ProposalView, sight: &Sight) -> v1::Proposal {
    let r = &p.proposal.record;
    v1::Proposal {
        id: r.id.to_string(),
        case_id: r.case.to_string(),
        to: Some(encode::to(&r.to)),
        recipient_name: p.view.as_ref().map(|v| v.recipient_name.clone()).unwrap_or_default(),
        purpose: r.purpose.to_string(),
        state: p.state.to_owned(),
        proposed_by: r.by.to_string(),
        proposed_at: r.at.to_string(),
        decided_by: encode::optional(p.decided.as_ref().map(|(by, _)| by)),
        decided_at: encode::optional(p.decided.as_ref().map(|(_, at)| at)),
        item_ids: encode::texts(&r.items),
        approved_item_ids: encode::texts(&p.approved_items),
        reason: p.reason.clone().unwrap_or_default(),
        emergency: r.emergency,
        reviewed_at: encode::optional(p.reviewed_at),
        disclosure_id: encode::optional(p.disclosure),
        view: p.view.as_ref().map(|v| view(app, v, sight)),
    }
}
