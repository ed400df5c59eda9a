//! Accounting, traces, notifications, events, status.

use super::roles::{Call, Role, Scope};
use super::{decode, encode};
use crate::app::{
    Actor, App, AppResult, Direction, Line, NewSuspension, Notification, Part, Read, Suspension, ThreatEntry,
    View, Which, invalid, notification_state,
};
use policy::id::StaffId;
use policy::record::Row;
use proto::agency::v1;

/// Lines of an accounting shown at once.
const LINES_SHOWN_MAX: usize = 1_000;
/// Notifications shown at once.
const NOTIFICATIONS_SHOWN_MAX: usize = 200;

/// `Accounting`.
pub async fn accounting(
    app: &App,
    _actor: &Actor,
    ask: v1::AccountingRequest,
) -> AppResult<v1::AccountingResponse> {
    let view =
        View::from_word(&ask.view).ok_or_else(|| invalid("view", "use one of hipaa, ferpa, part2, all"))?;
    let person = decode::optional_id("person_id", &ask.person_id)?;
    let (lines, suspended) = if ask.unlinked {
        (app.accounting_lines_unlinked(view).await?, Vec::new())
    } else {
        let case = match person {
            Some(person) => app.case_of_person(person).await?,
            None => decode::id("case_id", &ask.case_id)?,
        };
        app.accounting_lines(case, person, view).await?
    };
    let part = Part { limit: ask.limit, after: ask.after };
    let newest_first: Vec<Line> = lines.into_iter().rev().collect();
    let (lines, next) = part.of(newest_first, LINES_SHOWN_MAX, |line| line.entry.row.r.id.to_string())?;
    Ok(v1::AccountingResponse {
        entries: lines.iter().map(|line| entry(app, line)).collect(),
        next,
        view: if ask.view.is_empty() { "all".to_owned() } else { ask.view },
        suspended: suspended
            .iter()
            .map(|s| v1::AccountingSuspension {
                left_out_count: s.left_out,
                stay_count: s.stay,
                ..suspension(&s.suspension)
            })
            .collect(),
    })
}

/// `SuspendAccounting`.
pub async fn suspend_accounting(
    app: &App,
    actor: &Actor,
    ask: v1::SuspendAccountingRequest,
) -> AppResult<v1::AccountingSuspension> {
    let s = decode::needed("suspension", ask.suspension)?;
    let new = NewSuspension {
        case: decode::id("case_id", &s.case_id)?,
        to: decode::to(Some(&v1::To { agency: s.agency, contact: s.contact_id }))?,
        official: s.official,
        written: s.written,
        statement: s.statement,
        stated_at: decode::time("stated_at", &s.stated_at)?,
        until: decode::optional_time("until", &s.until)?,
    };
    app.suspend_accounting(actor, new).await.map(|s| suspension(&s))
}

fn suspension(s: &Suspension) -> v1::AccountingSuspension {
    let to = encode::to(&s.to);
    v1::AccountingSuspension {
        id: s.id.to_string(),
        case_id: s.case.to_string(),
        agency: to.agency,
        contact_id: to.contact,
        official: s.official.clone(),
        written: s.written,
        statement: s.statement.clone(),
        stated_at: s.stated_at.to_string(),
        until: s.until.to_string(),
        recorded_by: s.by.to_string(),
        recorded_at: s.at.to_string(),
        left_out_count: 0,
        stay_count: 0,
    }
}

fn entry(app: &App, line: &Line) -> v1::AccountingEntry {
    let e = &line.entry.record;
    let item = |(i, citations): (&crate::app::AccountedItem, &[String])| v1::AccountedItem {
        row: u32::from(i.row),
        row_name: Row::new(i.row).map(|r| app.door.matrix().name(r).to_owned()).unwrap_or_default(),
        form: i.form.clone(),
        citations: citations.to_vec(),
        commitment: i.commitment.clone(),
    };
    v1::AccountingEntry {
        disclosure_id: e.disclosure.to_string(),
        direction: if e.direction == Direction::Sent { "out" } else { "in" }.to_owned(),
        at: e.at.to_string(),
        party: line.party.clone(),
        purpose: encode::optional(e.purpose),
        how: e.channel.as_str().to_owned(),
        state: line.state.to_owned(),
        items: e.accounted.iter().map(item).collect(),
        emergency: e.emergency,
        remarks: line.remarks.clone(),
        message_id: encode::optional(line.message),
        person_id: encode::optional(e.person),
        note: line.note.clone(),
        disclosed_by: encode::optional(line.disclosed_by.as_ref()),
        threats: line.threats.iter().map(threat).collect(),
    }
}

fn threat(t: &ThreatEntry) -> v1::ThreatEntry {
    v1::ThreatEntry {
        regime: t.regime.clone(),
        nature: t.nature.clone(),
        by: t.by.to_string(),
        role: t.role.clone(),
        at: t.at.to_string(),
    }
}

/// `Trace`.
pub async fn trace(app: &App, _actor: &Actor, ask: v1::TraceRequest) -> AppResult<v1::TraceResponse> {
    let trace = app.trace(decode::id("id", &ask.id)?).await?;
    let line = |l: &crate::app::TraceLine| v1::TraceLine { at: l.at.to_string(), what: l.text.clone() };
    Ok(v1::TraceResponse { lines: trace.lines.iter().map(line).collect() })
}

/// `ListNotifications`.
pub async fn list_notifications(
    app: &App,
    actor: &Actor,
    ask: v1::ListNotificationsRequest,
) -> AppResult<v1::ListNotificationsResponse> {
    let mut all = app.waiting_notifications().await?;
    if !ask.waiting_only {
        all.extend(app.taken_notifications().await?);
    }
    let part = Part { limit: ask.limit, after: ask.after };
    let (some, next) = part.of(all, NOTIFICATIONS_SHOWN_MAX, |n| n.row.r.id.to_string())?;
    Ok(v1::ListNotificationsResponse {
        notifications: some.iter().map(|n| notification(actor, n)).collect(),
        next,
    })
}

/// `TakeNotification`.
pub async fn take_notification(
    app: &App,
    actor: &Actor,
    ask: v1::TakeNotificationRequest,
) -> AppResult<v1::Notification> {
    let taken = app.take_notification(actor, decode::id("notification_id", &ask.notification_id)?).await?;
    Ok(notification(actor, &taken))
}

fn notification(actor: &Actor, n: &Read<Notification>) -> v1::Notification {
    let decides = |role: &Role| Call::Approve.open_to(*role, Scope::Other);
    let may_know_why = n.record.concerns.contains(&actor.staff) || actor.roles.iter().any(decides);
    let waits = n.row.state == notification_state::WAITING;
    v1::Notification {
        id: n.row.r.id.to_string(),
        kind: n.record.what.clone(),
        about: n.record.about.clone(),
        raised_at: n.record.raised_at.to_string(),
        repeats: n.record.rung,
        urgent: n.record.urgent,
        taken_by: encode::optional(n.record.taken.as_ref().map(|(by, _)| by)),
        taken_at: encode::optional(n.record.taken.as_ref().map(|(_, at)| at)),
        next_at: encode::optional(n.row.due_at.filter(|_| waits)),
        last_result: n.record.last_result.clone().unwrap_or_default(),
        why: n.record.why.clone().filter(|_| may_know_why).unwrap_or_default(),
        concerns: encode::texts(&n.record.concerns),
    }
}

/// Events shown at once, where the caller does not say.
const EVENTS_SHOWN: u32 = 200;
/// Events shown at once, at most.
const EVENTS_SHOWN_MAX: u32 = 1_000;

/// `Events`.
pub async fn events(app: &App, _actor: &Actor, ask: v1::EventsRequest) -> AppResult<v1::EventsResponse> {
    let limit = if ask.limit == 0 { EVENTS_SHOWN } else { ask.limit.min(EVENTS_SHOWN_MAX) };
    let event = |logged: crate::store::LoggedEvent| v1::Event {
        sequence: logged.sequence,
        at: logged.event.at.to_string(),
        actor: logged.event.actor.clone(),
        kind: logged.event.kind.to_string(),
        ids: encode::texts(&logged.event.ids),
    };
    let which = Which {
        after: ask.after,
        limit,
        case: decode::optional_id("case_id", &ask.case_id)?,
        staff: Some(StaffId(ask.staff_id)).filter(|staff| !staff.as_str().is_empty()),
    };
    let (events, next) = app.events(&which).await?;
    Ok(v1::EventsResponse {
        events: events.into_iter().map(event).collect(),
        next_after: next.unwrap_or_default(),
    })
}

/// `NodeStatus`.
pub async fn status(
    app: &App,
    _actor: &Actor,
    _ask: v1::NodeStatusRequest,
) -> AppResult<v1::NodeStatusResponse> {
    let s = app.node_status().await?;
    Ok(v1::NodeStatusResponse {
        agency_id: app.own.to_string(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        law_version: app.door.law().version().to_owned(),
        roster_serial: s.roster_serial,
        roster_expires_at: s.roster_expires_at.to_string(),
        outbox_count: s.to_send,
        inbox_count: s.arrived,
        quarantine_count: s.set_apart,
        notification_count: s.notifications,
        warnings: s.warnings,
        record_counts: s.records.iter().map(|(kind, n)| format!("{kind}={n}")).collect(),
        members: s.members,
    })
}
