//! A human knows: rings the agency's hook for what waits for a person, again and again, then the deputies, and ends in a
//! telephone number.
//!
//! Callers: `serve`, on a timer and when something new waits. The hook learns *that* something waits, whom to tell and how
//! urgent it is. Deliberately absent: ids of people, names of other agencies, content of any kind, in arguments, environment
//! or body, so that a paging service or a lock screen shows nothing.

use crate::app::rows::{Read, read};
use crate::app::{App, AppError, AppResult, Notification, notification_state};
use crate::config::NotifyConfig;
use crate::store::{Changes, Kind};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::{Request, Uri};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use policy::time::UtcTime;
use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tokio::process::Command;

/// Rings for each person on the list before the next one is told.
pub const RINGS_EACH: u32 = 2;
/// Longest a hook may take.
pub const HOOK_TIMEOUT: Duration = Duration::from_secs(20);
/// Notifications rung in one round.
const ROUND_MAX: u32 = 512;

/// Whom one ring is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tell {
    /// A name the hook understands; `on_call` where the agency has no list.
    Name(String),
    /// The list is at its end: telephone this number.
    Telephone(String),
}

/// Whom the ring after `rung` earlier ones is for.
pub fn whom(config: &NotifyConfig, rung: u32) -> Tell {
    let people = config.escalation.len().max(1);
    match usize::try_from(rung / RINGS_EACH) {
        Ok(at) if at < people => {
            Tell::Name(config.escalation.get(at).cloned().unwrap_or_else(|| "on_call".to_owned()))
        }
        _ => Tell::Telephone(config.telephone.clone()),
    }
}

/// Rings everything that is due at `now`: once for all that ring for the same reason and the same person, because a pager
/// that rings sixty times is switched off. Returns how many notifications were rung for.
///
/// # Errors
/// When storage fails; a hook that fails is noted on its notifications and rings again.
pub async fn run_once(app: &Arc<App>, now: UtcTime) -> AppResult<usize> {
    let rows =
        app.store.by_state(Kind::Notification, notification_state::WAITING, Some(now), ROUND_MAX).await?;
    let mut alike: BTreeMap<(String, bool, u32), Vec<Read<Notification>>> = BTreeMap::new();
    for row in rows {
        let n: Read<Notification> = read(row)?;
        alike.entry((n.record.what.clone(), n.record.urgent, n.record.rung)).or_default().push(n);
    }
    let mut rang = 0;
    for group in alike.into_values() {
        let count = group.len();
        match ring(app, group, now).await {
            Ok(()) => rang += count,
            Err(AppError::Stale) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(rang)
}

async fn ring(app: &Arc<App>, group: Vec<Read<Notification>>, now: UtcTime) -> AppResult<()> {
    let config = &app.config.notify;
    let Some(first) = group.first() else { return Ok(()) };
    let tell = whom(config, first.record.rung);
    let said = match call_hook(config, &app.own.0, &first.record, &tell).await {
        Ok(()) => "the hook ran".to_owned(),
        Err(why) => why,
    };
    let mut changes = Changes::default();
    let mut ids = Vec::with_capacity(group.len());
    for mut n in group {
        n.record.rung = n.record.rung.saturating_add(1);
        let (state, due) = match &tell {
            Tell::Name(name) => {
                n.record.last_result = Some(format!("{name}: {said}"));
                let minutes =
                    if n.record.urgent { 1.max(config.repeat_minutes / 2) } else { config.repeat_minutes };
                (notification_state::WAITING, Some(now.plus_minutes(i64::from(minutes))))
            }
            Tell::Telephone(number) => {
                n.record.last_result = Some(format!("nobody has taken this: telephone {number} ({said})"));
                (notification_state::EXHAUSTED, None)
            }
        };
        ids.push(n.row.r);
        changes.puts.push(n.put()?.in_state(state).due(due));
    }
    changes.events.push(app.event("notify", "notification_rung", ids));
    app.commit(changes).await?;
    Ok(())
}

/// Runs what the agency configured. The reason of a failure is in plain words, for the notification's own line.
async fn call_hook(config: &NotifyConfig, agency: &str, n: &Notification, tell: &Tell) -> Result<(), String> {
    let (whom, telephone) = match tell {
        Tell::Name(name) => (name.as_str(), ""),
        Tell::Telephone(number) => ("telephone", number.as_str()),
    };
    if let Some((program, args)) = config.command.split_first() {
        run_command(program, args, agency, n, whom, telephone).await?;
    }
    if let Some(address) = &config.webhook {
        let body = serde_json::json!({
            "agency": agency, "what": n.what, "urgent": n.urgent, "tell": whom, "telephone": telephone, "ring": n.rung + 1,
        });
        post(address, body.to_string()).await?;
    }
    if config.command.is_empty() && config.webhook.is_none() {
        return Err("no hook is configured: set notify.command or notify.webhook in concord.toml".into());
    }
    Ok(())
}

async fn run_command(
    program: &str,
    args: &[String],
    agency: &str,
    n: &Notification,
    whom: &str,
    telephone: &str,
) -> Result<(), String> {
    let mut command = Command::new(program);
    command
        .args(args)
        .env("CONCORD_AGENCY", agency)
        .env("CONCORD_WHAT", &n.what)
        .env("CONCORD_URGENT", if n.urgent { "yes" } else { "no" })
        .env("CONCORD_TELL", whom)
        .env("CONCORD_TELEPHONE", telephone)
        .env("CONCORD_RING", (n.rung + 1).to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    let mut child =
        command.spawn().map_err(|e| format!("the command {program} did not start: {}", e.kind()))?;
    match tokio::time::timeout(HOOK_TIMEOUT, child.wait()).await {
        Err(_) => Err(format!("the command {program} took longer than {} s", HOOK_TIMEOUT.as_secs())),
        Ok(Err(e)) => Err(format!("the command {program} failed: {}", e.kind())),
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => Err(format!("the command {program} ended with {status}")),
    }
}

async fn post(address: &str, body: String) -> Result<(), String> {
    let uri: Uri = address.parse().map_err(|_| "notify.webhook is not an address".to_owned())?;
    let request = Request::post(uri)
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from(body)))
        .map_err(|_| "notify.webhook is not an address".to_owned())?;
    let client: Client<HttpConnector, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    match tokio::time::timeout(HOOK_TIMEOUT, client.request(request)).await {
        Err(_) => Err(format!("the webhook took longer than {} s", HOOK_TIMEOUT.as_secs())),
        Ok(Err(_)) => Err("the webhook could not be reached".into()),
        Ok(Ok(answer)) if answer.status().is_success() => Ok(()),
        Ok(Ok(answer)) => Err(format!("the webhook answered {}", answer.status().as_u16())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(escalation: &[&str]) -> NotifyConfig {
        NotifyConfig {
            command: Vec::new(),
            webhook: None,
            repeat_minutes: 10,
            escalation: escalation.iter().map(|s| (*s).to_owned()).collect(),
            telephone: "+1 555 0100".into(),
        }
    }

    #[test]
    fn each_is_rung_twice_then_the_deputy_then_the_telephone() {
        let told: Vec<_> = (0..5).map(|rung| whom(&config(&["duty", "deputy"]), rung)).collect();
        let name = |n: &str| Tell::Name(n.to_owned());
        let telephone = Tell::Telephone("+1 555 0100".to_owned());
        assert_eq!(told, [name("duty"), name("duty"), name("deputy"), name("deputy"), telephone.clone()]);
        assert_eq!(whom(&config(&[]), 0), name("on_call"));
        assert_eq!(whom(&config(&[]), u32::MAX), telephone);
    }
}
