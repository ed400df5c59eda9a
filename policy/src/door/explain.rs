//! The decision in words, for one's own staff: why, and what would have to be established. Never for a peer.

use super::decide::{ItemDecision, Outcome, ShareDecision};
use crate::id::{ItemId, PersonId};
use crate::law::Explained;
use crate::record::Row;
use crate::share::obligations::TravelText;
use crate::time::UtcTime;

/// Why one item goes or stays.
#[derive(Debug)]
pub struct ItemExplanation {
    /// The item.
    pub item: ItemId,
    /// Its row and the row's name; `None` where the case has no such item.
    pub row: Option<(Row, String)>,
    /// What becomes of it.
    pub outcome: Outcome,
    /// The cells that judged it, as `2: DCE:alias`, its own row first.
    pub cells: Vec<String>,
    /// Every reason, as a sentence that says what to do.
    pub reasons: Vec<String>,
    /// Duties that met closed cells, with both reasons.
    pub conflicts: Vec<String>,
    /// The law's answer for each person it is about: basis, duties, and on a denial what would have to be established.
    pub law: Vec<(PersonId, Explained)>,
    /// Duties that come with it.
    pub obligations: Vec<String>,
    /// Texts that travel with it.
    pub travels: Vec<TravelText>,
    /// When the recipient's leave to hold it ends.
    pub expires_at: Option<UtcTime>,
}

/// Why a share goes or stays.
#[derive(Debug)]
pub struct Explanation {
    /// What stops it as a whole.
    pub stops: Vec<String>,
    /// Item by item, in the order asked.
    pub items: Vec<ItemExplanation>,
}

impl ShareDecision<'_> {
    /// Explains. Slower than deciding: it searches for what would have to be established.
    pub fn explain(&self) -> Explanation {
        Explanation {
            stops: self.stops().iter().map(ToString::to_string).collect(),
            items: self.items().iter().map(|i| self.explain_item(i)).collect(),
        }
    }

    /// Explains one item.
    pub fn explain_item(&self, decided: &ItemDecision) -> ItemExplanation {
        let matrix = self.door.matrix();
        let mut cells = Vec::new();
        for row in &decided.rows {
            for class in decided.people.iter().filter_map(|p| p.class) {
                let cell = format!("{row} {class}: {}", matrix.cell(*row, class));
                if !cells.contains(&cell) {
                    cells.push(cell);
                }
            }
        }
        let mut law = Vec::new();
        for one in &decided.people {
            law.push((one.person, self.door.law().explain(&one.facts)));
        }
        let mut reasons: Vec<String> = Vec::new();
        // what holds for each of several people is said once
        for reason in decided.reasons.iter().map(|r| r.text(matrix)) {
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        let (mut obligations, mut travels, mut expires_at) = (Vec::new(), Vec::new(), None);
        if decided.outcome != Outcome::Withheld {
            match self.goes(decided) {
                Ok(goes) => {
                    obligations = goes.obligations.iter().map(|o| o.as_str().to_owned()).collect();
                    obligations.extend(goes.binding());
                    obligations.sort_unstable();
                    obligations.dedup();
                    travels.clone_from(&goes.travels);
                    expires_at = goes.expires_at();
                }
                Err(reason) => reasons.push(reason.text(matrix)),
            }
        }
        ItemExplanation {
            item: decided.item,
            row: decided.row.map(|r| (r, matrix.name(r).to_owned())),
            outcome: decided.outcome,
            cells,
            reasons,
            conflicts: decided.conflicts.iter().map(|c| c.text(matrix)).collect(),
            law,
            obligations,
            travels,
            expires_at,
        }
    }
}
