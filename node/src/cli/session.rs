//! One run of the command line against one node: the client, and how answers are printed.

use super::page::Page;
use super::{Connection, Exit, Failure, Global};
use proto::agency::v1::agency_client::AgencyClient;
use serde::Serialize;
use tonic::transport::Channel;

/// A client of the staff API, printing text or JSON.
#[derive(Debug)]
pub struct Session {
    /// The client.
    pub client: AgencyClient<Channel>,
    json: bool,
}

/// What a command prints on standard output, and how it ends.
#[derive(Debug, PartialEq, Eq)]
pub struct Printed {
    /// Text with its line ends.
    pub text: String,
    /// Exit code.
    pub exit: Exit,
}

impl Default for Printed {
    fn default() -> Self {
        Self { text: String::new(), exit: Exit::Done }
    }
}

impl Session {
    /// A session as the options say.
    ///
    /// # Errors
    /// When the staff directory cannot be used.
    pub async fn open(global: &Global) -> Result<Self, Failure> {
        let client = Connection::of_options(global)?.client()?;
        Ok(Self::over(client, global.json))
    }

    /// A session over a client that exists.
    pub fn over(client: AgencyClient<Channel>, json: bool) -> Self {
        Self { client, json }
    }

    /// An answer: as JSON with the schema's field names, or as a page.
    ///
    /// # Errors
    /// When the answer cannot be written as JSON.
    pub fn print<T: Serialize>(
        &self,
        answer: &T,
        page: impl FnOnce(&T, &mut Page),
    ) -> Result<Printed, Failure> {
        Self::print_as(self.json, answer, page)
    }

    /// An answer of another service, in the same two ways.
    ///
    /// # Errors
    /// When the answer cannot be written as JSON.
    pub fn print_as<T: Serialize>(
        json: bool,
        answer: &T,
        page: impl FnOnce(&T, &mut Page),
    ) -> Result<Printed, Failure> {
        let text = if json {
            let json = serde_json::to_string(answer);
            json.map_err(|e| Failure::refused(format!("the answer cannot be written as JSON: {e}")))? + "\n"
        } else {
            let mut text = Page::default();
            page(answer, &mut text);
            let text = text.finish();
            if text.is_empty() { "none\n".to_owned() } else { text }
        };
        Ok(Printed { text, exit: Exit::Done })
    }
}
