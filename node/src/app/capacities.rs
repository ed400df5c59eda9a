//! What this agency is under the law, as its own officer signs it.

use super::rows::put_new;
use super::{Actor, App, AppResult, OWN_AGENCY};
use crate::store::Changes;
use policy::record::{Agency, Capacities};

impl App {
    /// Signs this agency's capacities, in place of what was signed before. Name, sector, state and telephone are the
    /// configuration's.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn declare_capacities(&self, actor: &Actor, capacities: Capacities) -> AppResult<Agency> {
        let agency = Agency {
            capacities,
            signed_by: Some(actor.staff.clone()),
            signed_at: Some(self.now()),
            ..self.configured_agency()
        };
        let mut changes = Changes::default();
        match self.find::<Agency>(OWN_AGENCY).await? {
            None => changes.puts.push(put_new(OWN_AGENCY, &agency, &[])?),
            Some(mut known) => {
                known.record = agency.clone();
                changes.puts.push(known.put()?);
            }
        }
        changes.events.push(self.event(actor.staff.as_str(), "capacities_declared", vec![OWN_AGENCY]));
        self.commit(changes).await?;
        self.courier_bell.notify_one();
        Ok(agency)
    }

    /// This agency as it was declared; before anybody has, as it is configured, with nothing established.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn declared_agency(&self) -> AppResult<Agency> {
        let found = self.find::<Agency>(OWN_AGENCY).await?;
        Ok(found.map_or_else(|| self.configured_agency(), |a| a.record))
    }

    fn configured_agency(&self) -> Agency {
        let c = &self.config.agency;
        Agency {
            id: c.id.clone(),
            name: c.name.clone(),
            sector: c.sector,
            state: c.state,
            capacities: Capacities::default(),
            signed_by: None,
            signed_at: None,
            telephone: c.telephone.clone(),
        }
    }
}
