//! Rows of state law on warning and protecting, in force only as this agency's counsel confirmed them.

use super::rows::{Read, put_new};
use super::{Actor, App, AppError, AppResult, OWN_AGENCY, derived_id, fields};
use crate::store::{Changes, Kind};
use policy::law::state_tables::{DutyToWarn, duty_to_warn_of};
use policy::record::{DutyLogic, Sector, StateRow, UsState};
use policy::time::UtcTime;

impl App {
    /// Confirms a state's row, in place of an earlier confirmation.
    ///
    /// # Errors
    /// [`AppError::Refused`] unless confirmed as counsel, [`AppError::Invalid`] without a proper end.
    pub async fn confirm_state_row(
        &self,
        actor: &Actor,
        state: UsState,
        logic: DutyLogic,
        closed_recipients: Vec<Sector>,
        until: UtcTime,
        as_counsel: bool,
    ) -> AppResult<StateRow> {
        if !as_counsel {
            return Err(AppError::Refused(
                "a state row is confirmed by counsel, or on counsel's written advice: say so with --as-counsel".into(),
            ));
        }
        let now = self.now();
        fields::end("until", until, now, now, fields::STATE_ROW_DAYS_MAX)?;
        fields::at_most("closed_recipients", &closed_recipients, fields::LIST_MAX)?;
        let row = StateRow {
            state,
            logic,
            closed_recipients,
            confirmed_by: actor.staff.clone(),
            confirmed_at: now,
            until,
            row: duty_to_warn_of(state.as_str()).map(DutyToWarn::version).unwrap_or_default(),
            authority: String::new(),
        };
        let r = Kind::StateRow.of(derived_id("state", state.as_str()));
        let mut changes = Changes::default();
        match self.find::<StateRow>(r).await? {
            None => changes.puts.push(put_new(r, &row, &[])?.under(OWN_AGENCY.id)),
            Some(mut known) => {
                known.record = row.clone();
                changes.puts.push(known.put()?);
            }
        }
        changes.events.push(self.event(actor.staff.as_str(), "state_row_confirmed", vec![r]));
        self.commit(changes).await?;
        self.courier_bell.notify_one();
        Ok(row)
    }

    /// Confirmed rows by state.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn state_rows(&self) -> AppResult<Vec<StateRow>> {
        let all: Vec<Read<StateRow>> = self.list(Kind::StateRow).await?;
        let mut all: Vec<StateRow> = all.into_iter().map(|r| r.record).collect();
        all.sort_by_key(|r| r.state);
        Ok(all)
    }
}
