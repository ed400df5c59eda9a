//! The tables of `policy/process/`, read and checked: states, steps, quorum policies.
//!
//! An unknown word in a table is an error when it is read, never a rule that silently does not hold. Callers: `decide`,
//! `print`, tests that take a guard out. Deliberately absent: a way for an agency to loosen a step.

use super::entry::Act;
use super::guard::Guard;
use super::team::QuorumPolicy;
use super::words::State;
use crate::record::words::words;
use serde::Deserialize;

words! {
    /// Who may take a step.
    Hand {
        /// Anybody, known or not.
        Bystander = "bystander",
        /// Called in for a task.
        Affiliate = "affiliate",
        /// An intake coordinator.
        Intake = "intake",
        /// The chair.
        Chair = "chair",
        /// Every core member.
        Core = "core",
        /// Time, or what comes back from another agency.
        Clock = "clock",
    }
}

words! {
    /// When a second member has to agree.
    When {
        /// Always.
        Always = "always",
        /// A weapon or a target may be named: not asked is not no.
        WeaponOrTarget = "weapon_or_target",
        /// The level was ever moderate or higher.
        EverModerate = "ever_moderate",
        /// The words are about a trait, belief, diagnosis or group.
        TraitWords = "trait_words",
    }
}

/// A second member's agreement, without which an act is only proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecondPerson {
    /// When it is needed.
    pub when: When,
    /// They are of another discipline.
    pub other_discipline: bool,
    /// They are not of law enforcement.
    pub not_police: bool,
}

/// A state as the table has it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StateRow {
    /// Which.
    pub name: State,
    /// In words.
    pub title: String,
    /// Its clock in words.
    #[serde(default)]
    pub clock: String,
    /// Hours until the next step is due.
    #[serde(default)]
    pub hours: Option<i64>,
    /// Days until content is destroyed.
    #[serde(default)]
    pub retention_days: Option<i64>,
}

/// One step.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// `T1` to `T16` as in the field's table; other letters for what moves nothing.
    pub id: String,
    /// The act's word.
    pub act: String,
    /// States in which it is allowed; empty: only where there is no case yet.
    pub from: Vec<State>,
    /// The state it leads to; none: it stays.
    #[serde(default)]
    pub to: Option<State>,
    /// Who may take it.
    pub who: Vec<Hand>,
    /// What must hold, all of it.
    pub guards: Vec<Guard>,
    /// A second member's agreement.
    #[serde(default)]
    pub concurrence: Option<SecondPerson>,
    /// It belongs to the emergency overlay.
    #[serde(default)]
    pub overlay: bool,
    /// Where it comes from.
    pub source: String,
}

/// The tables.
#[derive(Clone, Debug)]
pub struct Process {
    /// Version of the table.
    pub version: String,
    /// Guards of every step that a member takes.
    pub always: Vec<Guard>,
    /// States.
    pub states: Vec<StateRow>,
    /// Steps.
    pub steps: Vec<Step>,
    /// Quorum policies.
    pub quorums: Vec<QuorumPolicy>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProcessFile {
    version: String,
    always: Vec<Guard>,
    state: Vec<StateRow>,
    step: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QuorumFile {
    policy: Vec<QuorumPolicy>,
}

/// Why a table cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// It is not the TOML that is expected, or has an unknown word; the message has line and column.
    #[error("{file}: {problem}")]
    Unreadable {
        /// Which file.
        file: &'static str,
        /// What is wrong, and where.
        problem: String,
    },
    /// It can be read and makes no sense.
    #[error("{file}: {problem}")]
    Inconsistent {
        /// Which file.
        file: &'static str,
        /// What is wrong.
        problem: String,
    },
}

const PROCESS: &str = include_str!("../../process/process.toml");
const QUORUM: &str = include_str!("../../process/quorum.toml");

impl Process {
    /// The tables that come with this version.
    ///
    /// # Errors
    /// [`TableError`]; a test shows that there is none.
    pub fn embedded() -> Result<Self, TableError> {
        Self::parse(PROCESS, QUORUM)
    }

    /// Tables from text.
    ///
    /// # Errors
    /// [`TableError`] with the place.
    pub fn parse(process: &str, quorum: &str) -> Result<Self, TableError> {
        let file: ProcessFile = toml::from_str(process)
            .map_err(|e| TableError::Unreadable { file: "process.toml", problem: e.to_string() })?;
        let quorums: QuorumFile = toml::from_str(quorum)
            .map_err(|e| TableError::Unreadable { file: "quorum.toml", problem: e.to_string() })?;
        let process = Self {
            version: file.version,
            always: file.always,
            states: file.state,
            steps: file.step,
            quorums: quorums.policy,
        };
        process.check()?;
        Ok(process)
    }

    fn check(&self) -> Result<(), TableError> {
        let wrong = |problem: String| Err(TableError::Inconsistent { file: "process.toml", problem });
        for state in State::ALL {
            if self.states.iter().filter(|row| row.name == *state).count() != 1 {
                return wrong(format!("state {state} has to be there once"));
            }
        }
        for (at, step) in self.steps.iter().enumerate() {
            if !Act::WORDS.contains(&step.act.as_str()) {
                return wrong(format!("step {}: there is no act `{}`", step.id, step.act));
            }
            if self.steps[..at].iter().any(|other| other.id == step.id) {
                return wrong(format!("step {} is there twice", step.id));
            }
            let clash = self.steps[..at].iter().find(|other| {
                other.act == step.act && other.from.iter().any(|from| step.from.contains(from))
            });
            if let Some(other) = clash {
                return wrong(format!("steps {} and {} are for one act in one state", other.id, step.id));
            }
        }
        if let Some(act) = Act::WORDS.iter().find(|act| !self.steps.iter().any(|s| s.act == **act)) {
            return wrong(format!("no step takes the act `{act}`"));
        }
        Ok(())
    }

    /// The step of an act in a state; `None` for the state: there is no case yet.
    pub fn step(&self, act: &str, state: Option<State>) -> Option<&Step> {
        self.steps.iter().find(|step| {
            step.act == act
                && match state {
                    None => step.from.is_empty(),
                    Some(state) => step.from.contains(&state),
                }
        })
    }

    /// Whether votes are counted for an act, which asks what each member is trained in: by itself, or when a second member
    /// agrees to what was proposed.
    pub fn counts_votes(&self, act: &Act) -> bool {
        let counted = |step: &Step| step.guards.contains(&Guard::QuorumMet);
        match act {
            Act::Concur(_) => self.steps.iter().any(|s| s.concurrence.is_some() && counted(s)),
            _ => self.steps.iter().any(|s| s.act == act.word() && counted(s)),
        }
    }

    /// The row of a state.
    pub fn state(&self, state: State) -> Option<&StateRow> {
        self.states.iter().find(|row| row.name == state)
    }

    /// The quorum policy of this name.
    pub fn quorum(&self, name: &str) -> Option<&QuorumPolicy> {
        self.quorums.iter().find(|policy| policy.name == name)
    }

    /// The same tables without one guard of one step, or of every step: for tests that show what the guard is for.
    #[must_use]
    pub fn without(&self, step: &str, guard: Guard) -> Self {
        let mut other = self.clone();
        other.always.retain(|g| *g != guard);
        for of in other.steps.iter_mut().filter(|s| s.id == step) {
            of.guards.retain(|g| *g != guard);
        }
        other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_that_come_with_this_version_are_whole() {
        let process = Process::embedded().unwrap();
        assert_eq!(process.states.len(), State::ALL.len());
        for guard in Guard::ALL {
            let asked =
                process.always.contains(guard) || process.steps.iter().any(|s| s.guards.contains(guard));
            assert!(asked, "no step asks for {guard}");
        }
        for number in 1..=16 {
            let id = format!("T{number}");
            // T9 is time and triggers: it is read, never written.
            assert!(id == "T9" || process.steps.iter().any(|s| s.id == id), "{id} is missing");
        }
    }

    #[test]
    fn a_table_with_an_unknown_word_is_refused_with_its_place() {
        let broken = PROCESS.replace("\"quorum_met\"", "\"quorum_meet\"");
        let error = Process::parse(&broken, QUORUM).unwrap_err().to_string();
        assert!(error.contains("quorum_meet") && error.contains("line"), "{error}");
        let twice = PROCESS.replace("id = \"T6a\"", "id = \"T6\"");
        assert!(Process::parse(&twice, QUORUM).unwrap_err().to_string().contains("twice"));
        let clash = PROCESS.replace("act = \"retire\"", "act = \"assess\"");
        assert!(Process::parse(&clash, QUORUM).is_err());
    }
}
