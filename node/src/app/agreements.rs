//! Agreements with other agencies: in force once our officer has countersigned, never without an end.

use super::fields::{self, invalid};
use super::rows::{Read, put_new};
use super::{Actor, App, AppError, AppResult, peer_ref};
use crate::store::{Changes, Kind};
use policy::id::{AgencyId, AgreementId};
use policy::record::{Agreement, AgreementKind, Capacities, Confirmed, Peer, Purpose, Row, Sector};
use policy::time::UtcTime;

/// What the officer countersigns.
pub struct NewAgreement {
    /// The other agency.
    pub with: AgencyId,
    /// What the contract is; none named: participation.
    pub kinds: Vec<AgreementKind>,
    /// Purposes it covers.
    pub purposes: Vec<Purpose>,
    /// Rows it covers; empty: every row.
    pub rows: Vec<Row>,
    /// First moment; none: now.
    pub from: Option<UtcTime>,
    /// Last moment.
    pub until: UtcTime,
    /// Date until which the other agency's staff training is current.
    pub training_current_until: Option<UtcTime>,
    /// What our officer found the other agency to be under the law.
    pub peer_capacities: Capacities,
    /// What kind of body our officer found it to be; none: as the roster says.
    pub peer_sector: Option<Sector>,
}

impl App {
    /// Countersigns an agreement and records what our officer found about the other agency.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for an agency that is not in the roster, no purpose, or no proper end.
    pub async fn countersign(&self, actor: &Actor, new: NewAgreement) -> AppResult<Agreement> {
        let now = self.now();
        let from = new.from.unwrap_or(now);
        fields::end("until", new.until, from, now, fields::AGREEMENT_DAYS_MAX)?;
        fields::some("purposes", &new.purposes, fields::LIST_MAX)?;
        fields::at_most("kinds", &new.kinds, fields::LIST_MAX)?;
        fields::at_most("rows", &new.rows, fields::LIST_MAX)?;
        if new.with == self.own {
            return Err(invalid("with", "is this agency itself"));
        }
        let Some(claimed) = self.roster.load().agency(&new.with).map(|member| member.as_peer()) else {
            return Err(invalid(
                "with",
                format!("{} is not in the roster: ask the coordinator to add it", new.with),
            ));
        };
        let kinds = if new.kinds.is_empty() { vec![AgreementKind::Participation] } else { new.kinds };
        let agreement = Agreement {
            id: AgreementId(self.new_id()),
            with: new.with,
            kinds,
            purposes: new.purposes,
            rows: new.rows,
            from,
            until: new.until,
            countersigned_by: Some(actor.staff.clone()),
            countersigned_at: Some(now),
            ended_at: None,
        };
        let found = Peer {
            // The roster claims nothing: what our officer found is all that is known.
            capacities: new.peer_capacities.clone(),
            confirmed: Some(Confirmed {
                sector: new.peer_sector.unwrap_or(claimed.sector),
                capacities: new.peer_capacities,
                by: actor.staff.clone(),
                at: now,
            }),
            training_current_until: new.training_current_until,
            ..claimed
        };
        let (r, peer) = (Kind::Agreement.of(agreement.id), peer_ref(&agreement.with));
        let mut changes = Changes::default();
        changes.puts.push(put_new(r, &agreement, &[])?.under(peer.id));
        match self.find::<Peer>(peer).await? {
            None => changes.puts.push(put_new(peer, &found, &[])?),
            Some(mut known) => {
                known.record = found;
                changes.puts.push(known.put()?);
            }
        }
        changes.events.push(self.event(actor.staff.as_str(), "agreement_countersigned", vec![r, peer]));
        self.commit(changes).await?;
        Ok(agreement)
    }

    /// Ends an agreement now: what waits to be sent under it is decided again and does not go.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is none, [`AppError::Refused`] when it has ended.
    pub async fn end_agreement(&self, actor: &Actor, agreement: AgreementId) -> AppResult<Agreement> {
        let mut found: Read<Agreement> = self.load(Kind::Agreement.of(agreement)).await?;
        let now = self.now();
        if found.record.ended_at.is_some() || found.record.until <= now {
            return Err(AppError::Refused("this agreement has ended already".into()));
        }
        found.record.ended_at = Some(now);
        let mut changes = Changes::default();
        changes.puts.push(found.put()?);
        changes.events.push(self.event(actor.staff.as_str(), "agreement_ended", vec![found.row.r]));
        self.commit(changes).await?;
        Ok(found.record)
    }

    /// Agreements by agency, newest first.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn agreements(&self) -> AppResult<Vec<Agreement>> {
        let all: Vec<Read<Agreement>> = self.list(Kind::Agreement).await?;
        let mut all: Vec<Agreement> = all.into_iter().map(|a| a.record).collect();
        all.sort_by(|a, b| a.with.cmp(&b.with).then(b.from.cmp(&a.from)).then(a.id.cmp(&b.id)));
        Ok(all)
    }
}
