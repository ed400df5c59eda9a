//! `law`: the law book, its clauses and facts, other versions of it. Needs no node.

mod book;
mod pack;
mod replay;
mod texts;
mod vocabulary;

use super::page::Page;
use super::{Exit, Failure, Printed};
use clap::{Args, Subcommand};
use serde::Serialize;

/// Arguments of `law`.
#[derive(Debug, Args)]
#[command(after_help = "\
Without a verb it prints the law book: every clause of every body of law, with citation, the day its
text was read, what it says, its conditions, who attests what, and what comes with it. With --json:
  {\"version\", \"regimes\": [..], \"provisions\": [{\"id\", \"citation\", \"regime\", \"disposition\":
   \"executable\"|\"attestation\"|\"duty\"|\"out_of_scope\", ..}], \"clauses\": [{\"id\", \"citation\", ..}]}
`provisions` are all that were read of HIPAA, FERPA, 42 CFR Part 2 and 28 CFR Part 23, each with
where it is kept: the clauses that decide it, the fact that a person attests, the duty kept outside
the decision, or why it is out of scope.

A version of the law is named as: `embedded` (this program's own), a directory of clause texts such
as policy/law, or a pack file. `replay` compares two of them on decisions that were made: lines of
JSON, each a scenario as `concord decide` reads it or {\"id\", \"law\", \"permit\", \"facts\": {..}}; or,
with --home, what a node decided: the answer names decisions by id and prints no facts of anybody.

Examples:
  concord law                                the book
  concord law --markdown > law.md
  concord law show hipaa-512-j-1-i           one clause, or one provision
  concord law clauses --regime part2
  concord law clauses --cite 164.512(j)
  concord law clause hipaa-512-j-1-i
  concord law vocabulary                     every fact
  concord law vocabulary circumstances.imm   facts whose path begins so
  concord law pack --texts policy/law --title \"2027 review\" --made 2027-01-04 --to 2027.law --sign-with HOME
  concord law verify 2027.law --key 9f31..   the signer's key, 64 hex digits, as `pack` printed it
  concord law replay --from embedded --to 2027.law --decisions scenarios.jsonl
  concord law replay --from embedded --to 2027.law --home HOME

A node decides by a pack when its configuration says so; local rules go on top:
  [law]
  pack = \"2027.law\"
  pack_key = \"9f31..\"

This is not legal advice: counsel of each agency reads the clauses and the law itself.")]
pub struct LawArgs {
    /// Print the book as Markdown.
    #[arg(long)]
    markdown: bool,
    #[command(subcommand)]
    verb: Option<LawVerb>,
}

/// What the program knows of the law.
#[derive(Debug, Subcommand)]
enum LawVerb {
    /// Facts: path, type, words, meaning, and who may attest them.
    Vocabulary {
        /// Only facts whose path begins so.
        #[arg(default_value = "", hide_default_value = true)]
        beginning: String,
    },
    /// Clauses: name, effect, citation, what each says.
    Clauses {
        /// Only this body of law: hipaa, ferpa, part2, cfr23, states, general.
        #[arg(long, default_value = "", hide_default_value = true)]
        regime: String,
        /// Only clauses whose citation contains this.
        #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
        cite: String,
    },
    /// One clause, as `show`.
    Clause {
        /// Its name.
        id: String,
    },
    /// One clause or provision: citation, day read, conditions, who attests what, cases that cover it.
    Show {
        /// Its name.
        id: String,
    },
    /// Pack the texts of one version into one file, and sign it.
    Pack(pack::PackArgs),
    /// Check a pack: its texts, that they load, its signature.
    Verify(pack::VerifyArgs),
    /// Decide again under another version what was decided; list what would change.
    Replay(replay::ReplayArgs),
}

/// Runs it.
///
/// # Errors
/// When no fact, clause or file is so named, or a file is wrong.
pub async fn run(args: &LawArgs, json: bool) -> Result<Printed, Failure> {
    let Some(verb) = &args.verb else { return book::whole(args.markdown, json) };
    if args.markdown {
        return Err(Failure::usage("--markdown prints the whole book: leave the verb out"));
    }
    match verb {
        LawVerb::Vocabulary { beginning } => vocabulary::run(beginning, json),
        LawVerb::Clauses { regime, cite } => book::clauses(regime, cite, json),
        LawVerb::Clause { id } | LawVerb::Show { id } => book::show(id, json),
        LawVerb::Pack(args) => pack::pack(args, json),
        LawVerb::Verify(args) => pack::verify(args, json),
        LawVerb::Replay(args) => replay::replay(args, json).await,
    }
}

fn print<T: Serialize>(value: &T, json: bool, show: impl FnOnce(&mut Page)) -> Result<Printed, Failure> {
    let text = if json {
        serde_json::to_string(value).map_err(|e| Failure::refused(e.to_string()))? + "\n"
    } else {
        let mut page = Page::default();
        show(&mut page);
        page.finish()
    };
    Ok(Printed { text, exit: Exit::Done })
}

#[cfg(test)]
mod tests;
