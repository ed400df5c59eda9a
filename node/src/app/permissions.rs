//! What people signed or said, and what follows when they revoke it.

use super::fields::{self, invalid};
use super::items::check_recipients;
use super::recall::{Cause, Recalls};
use super::rows::{Read, put_new};
use super::{Actor, App, AppError, AppResult, Proposal, Work, proposal_state, work_state};
use crate::store::{Changes, Kind};
use policy::id::{CaseId, PermissionId, ProposalId};
use policy::record::{Permission, PermissionKind};

/// What a revocation set in motion.
pub struct Revoked {
    /// The permission as it is now.
    pub permission: Permission,
    /// Recalls that were queued, and disclosures whose recipients a person must tell.
    pub recalls: Recalls,
    /// Approved shares of the case that have not left: each is decided again before it goes.
    pub waiting: Vec<ProposalId>,
}

impl App {
    /// Records a permission or an objection. `new.id` and `new.revoked_at` are set here.
    ///
    /// # Errors
    /// [`AppError::Invalid`] without an end, for times in the wrong order, for nobody or nothing named, or for somebody
    /// who is not of this case.
    pub async fn record_permission(&self, actor: &Actor, new: Permission) -> AppResult<Permission> {
        let snapshot = self.case_snapshot(new.case).await?;
        if !snapshot.people.iter().any(|p| p.id == new.person) {
            return Err(invalid("person_id", "is no person of this case: `concord case show` lists them"));
        }
        check_permission(&new, self.now())?;
        check_recipients("recipients", &new.recipients, &snapshot, |agency| self.knows_agency(agency))?;
        let evidence = new.evidence.as_deref().unwrap_or_default();
        let evidence = fields::optional_text("evidence", evidence, fields::SOURCE_BYTES_MAX)?;
        let permission = Permission { id: PermissionId(self.new_id()), revoked_at: None, evidence, ..new };
        let r = Kind::Permission.of(permission.id);
        let mut changes = Changes::default();
        changes.puts.push(put_new(r, &permission, &[])?.under(permission.case));
        let ids = vec![r, Kind::Case.of(permission.case)];
        changes.events.push(self.event(actor.staff.as_str(), "permission_recorded", ids));
        self.commit(changes).await?;
        self.courier_bell.notify_one();
        Ok(permission)
    }

    /// Records that a person revoked a permission: what was sent under it is recalled in the same commit.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when it is not of this case, [`AppError::Refused`] when it was revoked already.
    pub async fn revoke_permission(
        &self,
        actor: &Actor,
        case: CaseId,
        permission: PermissionId,
    ) -> AppResult<Revoked> {
        for _ in 0..super::DECIDE_AGAIN_MAX {
            let mut found: Read<Permission> = self.load(Kind::Permission.of(permission)).await?;
            if found.record.case != case {
                return Err(AppError::NotFound);
            }
            if let Some(at) = found.record.revoked_at {
                return Err(AppError::Refused(format!("this permission was revoked already, at {at}")));
            }
            let now = self.now();
            found.record.revoked_at = Some(now);
            let mut changes = Changes::default();
            changes.puts.push(found.put()?);
            let recalls = self.queue_recalls(case, &Cause::Revoked(permission), now, &mut changes).await?;
            changes.events.push(self.event(actor.staff.as_str(), "permission_revoked", vec![found.row.r]));
            match self.commit(changes).await {
                Err(AppError::Stale) => continue,
                other => other?,
            };
            self.courier_bell.notify_one();
            let waiting = self.approved_and_waiting(case).await?;
            return Ok(Revoked { permission: found.record, recalls, waiting });
        }
        Err(AppError::Stale)
    }

    /// Approved shares of a case whose sending has not begun.
    async fn approved_and_waiting(&self, case: CaseId) -> AppResult<Vec<ProposalId>> {
        let mut waiting = Vec::new();
        let proposals: Vec<Read<Proposal>> = self.children(Kind::Proposal, case.0).await?;
        for p in proposals.into_iter().filter(|p| p.row.state == proposal_state::APPROVED) {
            let work: Option<Read<Work>> = self.find(Kind::Work.of(p.record.id)).await?;
            if work.is_some_and(|w| w.row.state == work_state::DUE && w.record.message.is_none()) {
                waiting.push(p.record.id);
            }
        }
        Ok(waiting)
    }

    /// Permissions of a case, newest first.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn permissions(&self, case: CaseId) -> AppResult<Vec<Permission>> {
        let all: Vec<Read<Permission>> = self.children(Kind::Permission, case.0).await?;
        let mut all: Vec<Permission> = all.into_iter().map(|p| p.record).collect();
        all.sort_by_key(|p| (std::cmp::Reverse(p.given_at), p.id));
        Ok(all)
    }
}

fn check_permission(p: &Permission, now: policy::time::UtcTime) -> AppResult<()> {
    fields::past("given_at", p.given_at, now)?;
    if let Some(signed) = p.signed_at {
        fields::past("signed_at", signed, now)?;
    }
    fields::at_most("record_kinds", &p.record_kinds, fields::LIST_MAX)?;
    fields::at_most("elements", &p.elements, fields::LIST_MAX)?;
    fields::at_most("rows", &p.rows, fields::LIST_MAX)?;
    if p.kind == PermissionKind::Objection {
        fields::at_most("purposes", &p.purposes, fields::LIST_MAX)?;
        return Ok(());
    }
    fields::some("recipients", &p.recipients, fields::LIST_MAX)?;
    fields::some("purposes", &p.purposes, fields::LIST_MAX)?;
    if p.record_kinds.is_empty() && p.rows.is_empty() {
        return Err(invalid(
            "record_kinds",
            "name the kinds of record it describes, or rows of plain records",
        ));
    }
    let Some(expires) = p.expires_at else {
        return Err(invalid("expires_at", "is needed: every permission ends; ask the person until when"));
    };
    let begins = p.signed_at.unwrap_or(p.given_at);
    if expires <= begins {
        return Err(invalid("expires_at", "must be after it was given"));
    }
    if expires > begins.plus_days(fields::PERMISSION_DAYS_MAX) {
        return Err(invalid("expires_at", "is too far ahead: ten years at most"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use policy::id::{AgencyId, Id, PersonId};
    use policy::record::{PermittedRecipient, Purpose, RecordKind, Signer};
    use policy::time::UtcTime;

    const NOW: UtcTime = UtcTime(1_000_000_000_000);

    fn good() -> Permission {
        Permission {
            id: PermissionId(Id(1)),
            case: CaseId(Id(2)),
            person: PersonId(Id(3)),
            kind: PermissionKind::HipaaAuthorization,
            given_by: Signer::Subject,
            signed_at: Some(NOW),
            given_at: NOW,
            expires_at: Some(NOW.plus_days(90)),
            revoked_at: None,
            recipients: vec![PermittedRecipient::Agency(AgencyId::from("housing"))],
            record_kinds: vec![RecordKind::Phi],
            elements: Vec::new(),
            rows: Vec::new(),
            purposes: vec![Purpose::CareCoordination],
            stands_alone: None,
            tpo_all_future: None,
            evidence: None,
        }
    }

    #[test]
    fn every_permission_ends_and_names_somebody_and_something() {
        assert!(check_permission(&good(), NOW).is_ok());
        let wrong: [(&str, Permission); 7] = [
            ("expires_at: is needed", Permission { expires_at: None, ..good() }),
            ("expires_at: must be after", Permission { expires_at: Some(NOW), ..good() }),
            ("expires_at: is too far", Permission { expires_at: Some(NOW.plus_days(9_999)), ..good() }),
            ("recipients:", Permission { recipients: Vec::new(), ..good() }),
            ("purposes:", Permission { purposes: Vec::new(), ..good() }),
            ("record_kinds:", Permission { record_kinds: Vec::new(), ..good() }),
            ("signed_at: lies ahead", Permission { signed_at: Some(NOW.plus_days(1)), ..good() }),
        ];
        for (says, permission) in wrong {
            let error = check_permission(&permission, NOW).unwrap_err().to_string();
            assert!(error.starts_with(says), "{error}");
        }
    }

    #[test]
    fn an_objection_needs_neither_end_nor_purpose() {
        let objection = Permission {
            kind: PermissionKind::Objection,
            expires_at: None,
            recipients: Vec::new(),
            record_kinds: Vec::new(),
            purposes: Vec::new(),
            ..good()
        };
        assert!(check_permission(&objection, NOW).is_ok());
    }
}
