//! Law enforcement is one option, and a step of its own (T15, T5): what a share with it needs from the process.
//!
//! Caller: `share`, before anything is asked for or shown as possible. The law is asked as well, by `policy::door`; this
//! only ever stops. Deliberately absent: a stop for an answer to a request, which carries the asker's own form, for what a
//! court or another legal instrument of the case compels, and for what the law itself says must be told: a duty to warn
//! waits for no second member.

use super::super::{App, AppResult, Becomes, ShareAsk};
use policy::process::Standing;
use policy::share::Class;
use policy::share::packets::PacketName;

/// What stops a share, and the command that mends it.
pub(in crate::app) struct ProcessStop {
    /// Which guard, and why.
    pub(in crate::app) why: String,
    /// What to run.
    pub(in crate::app) command: String,
}

impl App {
    /// What the process wants before this share with a recipient of this class; none: nothing.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub(in crate::app) async fn process_stop(
        &self,
        ask: &ShareAsk,
        class: Option<Class>,
        has_documents: bool,
        is_duty: bool,
    ) -> AppResult<Option<ProcessStop>> {
        let is_summary = matches!(ask.becomes, Becomes::Summary);
        if class != Some(Class::Le) || ask.emergency.is_some() || !is_summary || is_duty {
            return Ok(None);
        }
        let history = self.whole_history(ask.case).await?;
        let case = Standing::of(&history.entries);
        let now = self.now();
        if case.emergency(now).is_some() {
            return Ok(None);
        }
        if ask.packet == Some(PacketName::LawEnforcementEmergency) {
            return Ok(Some(ProcessStop {
                why: "T5 emergency_stands: this packet goes while an emergency stands, and none does".into(),
                command: format!("concord emergency declare {}", ask.case),
            }));
        }
        let is_referral = ask.packet == Some(PacketName::LawEnforcementReferral);
        let may_go = case.police_referral(now).is_some()
            || (!is_referral
                && (case.police_request(now).is_some() || has_documents || history.entries.is_empty()));
        Ok((!may_go).then(|| ProcessStop {
            why: "T15 police_referral: law enforcement is told by a step of its own, never by the way: the chair records \
                  why and what else was considered, and a second member who is not of law enforcement agrees; or they \
                  asked by their own form (L1)"
                .into(),
            command: format!("concord police refer {}", ask.case),
        }))
    }
}
