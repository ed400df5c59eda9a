//! Asking another agency, answering, and comparing answers.

use super::arrivals::arrived;
use super::shares::five_answers;
use super::{ANSWER_SECONDS, Player, SOON_SECONDS, Sent, wait_for};
use crate::demo::DemoError;
use crate::demo::report::StepReport;
use crate::demo::script::{Answer, Request, SameAnswers};
use proto::agency::v1 as api;

impl Player<'_> {
    pub(super) async fn request(&mut self, ask: &Request, done: &mut StepReport) -> Result<(), DemoError> {
        let case_id = self.case(ask.case)?.id;
        let staff = self.staff(ask.by)?;
        let request = api::RequestInformationRequest {
            case_id,
            to_agency: ask.to.to_owned(),
            purpose: ask.purpose.to_owned(),
            rows: ask.rows.to_vec(),
            describing_item_ids: self.ids(ask.case, ask.describing)?,
            reply_due: self.in_days(1),
            emergency: ask.emergency.map(five_answers),
            ..Default::default()
        };
        let answer = staff.request_information(request).await?;
        let view = answer.view.unwrap_or_default();
        self.look_at(ask.case, &view, &ask.expect, done);
        let request_id = answer.request_id;
        done.check("the request is queued", !request_id.is_empty(), "it has no id");
        let message = wait_for("the request to leave", SOON_SECONDS, async || {
            let all = staff
                .list_requests(api::ListRequestsRequest { waiting_only: false, ..Default::default() })
                .await?
                .requests;
            let found = all.into_iter().find(|r| r.id == request_id);
            Ok(found.map(|r| r.message_id).filter(|id| !id.is_empty()))
        })
        .await?;
        let (case, by) = (ask.case, Some(ask.by));
        let sent = Sent { case, by, proposal: request_id, message, view, without: Vec::new() };
        self.scene.sent.insert(ask.key, sent);
        Ok(())
    }

    /// The request as the agency asked knows it.
    async fn received(&mut self, answer: &Answer) -> Result<api::InformationRequest, DemoError> {
        let message = self.sent(answer.request)?.message;
        let staff = self.staff(answer.by)?;
        wait_for("the request to be listed", SOON_SECONDS, async || {
            let all = staff
                .list_requests(api::ListRequestsRequest { waiting_only: false, ..Default::default() })
                .await?
                .requests;
            Ok(all.into_iter().find(|r| r.direction == "received" && r.message_id == message))
        })
        .await
    }

    pub(super) async fn answer(&mut self, answer: &Answer, done: &mut StepReport) -> Result<(), DemoError> {
        let request_id = self.received(answer).await?.id;
        let case_id = if answer.case.is_empty() { String::new() } else { self.case(answer.case)?.id };
        let item_ids = self.ids(answer.case, answer.items)?;
        let request = api::AnswerRequestRequest { request_id, case_id, item_ids, preview: answer.preview };
        let said = self.staff(answer.by)?.answer_request(request).await?;
        if let Some(view) = &said.view {
            self.look_at(answer.case, view, &answer.expect, done);
        }
        done.check("the time at which it leaves is set", !said.leaves_at.is_empty(), "it is not");
        done.lines.push(format!("leaves at {}", said.leaves_at));
        Ok(())
    }

    /// Both answers arrive, and but for ids and times nothing tells one from the other.
    pub(super) async fn same_answers(
        &mut self,
        same: &SameAnswers,
        done: &mut StepReport,
    ) -> Result<(), DemoError> {
        let staff = self.staff(same.by)?;
        let mut seen = Vec::new();
        for key in same.requests {
            let request_id = self.sent(key)?.proposal;
            let opened = wait_for("the answer to arrive", ANSWER_SECONDS, async || {
                let messages = staff
                    .list_inbox(api::ListInboxRequest { waiting_only: true, ..Default::default() })
                    .await?
                    .messages;
                for message in messages.into_iter().filter(|m| m.kind == "answer") {
                    let message_id = message.message_id.clone();
                    let opened = staff.open_inbox(api::OpenInboxRequest { message_id }).await?;
                    if opened.request_id == request_id {
                        return Ok(Some(opened));
                    }
                }
                Ok(None)
            })
            .await?;
            done.check(
                "the answer holds nothing",
                opened.items.is_empty(),
                format!("{} items", opened.items.len()),
            );
            let message_id = opened.message.as_ref().map(|m| m.message_id.clone()).unwrap_or_default();
            arrived(&staff, &message_id, SOON_SECONDS).await?;
            seen.push(without_ids(opened));
        }
        let alike = matches!(seen.as_slice(), [a, b] if a == b);
        done.check("but for ids and times the two answers are the same", alike, "they differ");
        done.lines.push("both answers hold nothing; known, unknown and forbidden look the same".to_owned());
        Ok(())
    }
}

/// An answer without what differs between any two messages.
fn without_ids(mut opened: api::OpenInboxResponse) -> api::OpenInboxResponse {
    if let Some(message) = &mut opened.message {
        message.message_id.clear();
        message.stored_at.clear();
        message.opened_at.clear();
    }
    opened.request_id.clear();
    opened
}
