//! Legal instruments that demand or authorize a disclosure.

use super::fields::{self, invalid};
use super::items::check_recipients;
use super::rows::{Read, put_new};
use super::{Actor, App, AppResult};
use crate::store::{Changes, Kind};
use policy::id::{CaseId, DocumentId};
use policy::record::{Document, LegalProcess};

impl App {
    /// Records a legal instrument. `new.id` is set here.
    ///
    /// # Errors
    /// [`super::AppError::Invalid`] for none at all, one issued in the future, or one that reaches no row.
    pub async fn add_document(&self, actor: &Actor, new: Document) -> AppResult<Document> {
        if new.kind == LegalProcess::None {
            return Err(invalid("kind", "a letter or call is no legal instrument: nothing is recorded"));
        }
        fields::past("issued_at", new.issued_at, self.now())?;
        if new.until.is_some_and(|until| until <= new.issued_at) {
            return Err(invalid("until", "must be after issued_at"));
        }
        fields::some("rows", &new.rows, fields::LIST_MAX)?;
        let snapshot = self.case_snapshot(new.case).await?;
        check_recipients("recipients", &new.recipients, &snapshot, |agency| self.knows_agency(agency))?;
        let evidence = new.evidence.as_deref().unwrap_or_default();
        let evidence = fields::optional_text("evidence", evidence, fields::SOURCE_BYTES_MAX)?;
        let document = Document { id: DocumentId(self.new_id()), evidence, ..new };
        let r = Kind::Document.of(document.id);
        let mut changes = Changes::default();
        changes.puts.push(put_new(r, &document, &[])?.under(document.case));
        let ids = vec![r, Kind::Case.of(document.case)];
        changes.events.push(self.event(actor.staff.as_str(), "document_added", ids));
        self.commit(changes).await?;
        self.courier_bell.notify_one();
        Ok(document)
    }

    /// Legal instruments of a case, newest first.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn documents(&self, case: CaseId) -> AppResult<Vec<Document>> {
        let all: Vec<Read<Document>> = self.children(Kind::Document, case.0).await?;
        let mut all: Vec<Document> = all.into_iter().map(|d| d.record).collect();
        all.sort_by_key(|d| (std::cmp::Reverse(d.issued_at), d.id));
        Ok(all)
    }
}
