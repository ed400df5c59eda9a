//! Looking for a name among the people of one team's cases (guardrail G1).
//!
//! Caller: the staff service, for a core member of that team. The newest cases are looked through first, up to a bound: there is
//! no index of names, in the clear or digested, that a copy of the disk could be asked. What was looked for is kept nowhere; who
//! looked, why, and which cases were found leave an event. Deliberately absent: a search over more than one team, over text,
//! and over what is sealed apart.

use super::fields::{self, invalid};
use super::rows::Read;
use super::{Actor, App, AppError, AppResult, DECIDE_AGAIN_MAX, derived_id};
use crate::store::{Changes, Event, Expected, Kind, PAGE_ROWS_MAX, Put, RecordRef, Row};
use policy::id::{CaseId, Id, StaffId, TeamId};
use policy::record::{Person, Purpose};
use policy::time::UtcTime;

/// Cases shown.
const FOUND_MAX: usize = 20;
/// People looked at, and cases.
const PEOPLE_MAX: usize = 5_000;
/// Shortest text that is looked for: fewer letters would list a team.
const LETTERS_MIN: usize = 2;
/// The time that a person's searches are counted over.
const HOUR_MINUTES: i64 = 60;

/// What a search found.
pub struct Found {
    /// Cases, newest first.
    pub cases: Vec<CaseId>,
    /// People looked at.
    pub looked_at: usize,
    /// Older cases were not looked at.
    pub not_all: bool,
}

/// What is looked for.
struct Wanted {
    /// Beginnings of words of a name, in lower case.
    words: Vec<String>,
    /// The beginning of an id or alias, in lower case.
    id: String,
}

impl Wanted {
    fn parse(text: &str) -> AppResult<Self> {
        let text = fields::text("name", text, fields::NAME_BYTES_MAX)?;
        let words = words_of(&text);
        if words.iter().map(|w| w.chars().count()).sum::<usize>() < LETTERS_MIN {
            return Err(invalid("name", format!("needs {LETTERS_MIN} letters or digits at least")));
        }
        Ok(Self { words, id: text.to_lowercase() })
    }

    /// Whether each word that is looked for begins a word of this name, each another one.
    fn is_name(&self, name: &str) -> bool {
        let mut left = words_of(name);
        // the longest first: "ann anna" is found in "Anna Ann", whichever takes which
        let mut wanted: Vec<&String> = self.words.iter().collect();
        wanted.sort_by_key(|w| std::cmp::Reverse(w.len()));
        wanted.into_iter().all(|word| {
            let at = left.iter().position(|own| own.starts_with(word.as_str()));
            at.map(|at| left.swap_remove(at)).is_some()
        })
    }

    fn is_id(&self, id: &str) -> bool {
        id.to_lowercase().starts_with(&self.id)
    }
}

/// The words of a name in lower case, without what stands between them.
fn words_of(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    words.filter(|w| !w.is_empty()).map(str::to_lowercase).collect()
}

impl App {
    /// Looks for a name, or the beginning of a case's id or a person's alias, within one team. That it was done, why and what
    /// it found is kept before it is answered.
    ///
    /// INVARIANT (one team): only children of this team's row are read; the gate has shown that it is the caller's own.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for too little to look for, [`AppError::Refused`] when the caller has searched too often,
    /// [`AppError::NotFound`] for an unknown team.
    pub async fn search_cases(
        &self,
        actor: &Actor,
        team: TeamId,
        name: &str,
        purpose: Purpose,
    ) -> AppResult<Found> {
        let wanted = Wanted::parse(name)?;
        self.team(team).await?;
        if !actor.is_core_of(team) {
            return Err(AppError::NotFound);
        }
        self.searches(&actor.staff).await?;
        let found = self.look(&wanted, team).await?;
        self.keep_search(actor, team, purpose, &found).await?;
        Ok(found)
    }

    async fn look(&self, wanted: &Wanted, team: TeamId) -> AppResult<Found> {
        let mut found = Found { cases: Vec::new(), looked_at: 0, not_all: false };
        let (mut before, mut cases) = (None, 0);
        loop {
            let rows = self.store.children_newest(Kind::Case, team.0, before, PAGE_ROWS_MAX).await?;
            let Some(last) = rows.last() else { return Ok(found) };
            before = Some(last.position);
            for row in rows.iter().filter(|row| !row.erased) {
                if found.cases.len() >= FOUND_MAX || found.looked_at.max(cases) >= PEOPLE_MAX {
                    found.not_all = true;
                    return Ok(found);
                }
                cases += 1;
                self.look_at(wanted, CaseId(row.r.id), &mut found).await?;
            }
        }
    }

    async fn look_at(&self, wanted: &Wanted, case: CaseId, found: &mut Found) -> AppResult<()> {
        let people: Vec<Read<Person>> = self.children(Kind::Person, case.0).await?;
        found.looked_at += people.len();
        let agencies: Vec<_> = self.roster.load().members().iter().map(|m| m.id.clone()).collect();
        let is_one = |person: &Person| {
            let named = person.names.iter().any(|name| wanted.is_name(name));
            let alias = || {
                wanted.id.starts_with("p-")
                    && agencies.iter().any(|a| wanted.is_id(&self.references.alias(a, person.id)))
            };
            named || alias()
        };
        if wanted.is_id(&case.to_string()) || people.iter().any(|p| is_one(&p.record)) {
            found.cases.push(case);
        }
        Ok(())
    }

    /// When this person searched within the hour, and the row that says so.
    async fn searches(&self, staff: &StaffId) -> AppResult<(Vec<UtcTime>, Option<Row>)> {
        let now = self.now();
        let row = self.store.get(searches_ref(staff)).await?;
        let mut times = row.as_ref().map(|row| unpack_times(&row.body)).unwrap_or_default();
        times.retain(|at| at.plus_minutes(HOUR_MINUTES) > now);
        let most = usize::try_from(self.config.searches_per_hour).unwrap_or(usize::MAX);
        match times.first().filter(|_| times.len() >= most) {
            None => Ok((times, row)),
            Some(first) => Err(AppError::Refused(format!(
                "{most} searches within an hour is the most for one person: search again after {}",
                first.plus_minutes(HOUR_MINUTES)
            ))),
        }
    }

    /// Counts a search and keeps what it found, in one commit: a restart forgets neither.
    async fn keep_search(
        &self,
        actor: &Actor,
        team: TeamId,
        purpose: Purpose,
        found: &Found,
    ) -> AppResult<()> {
        for _ in 0..DECIDE_AGAIN_MAX {
            let (mut times, row) = self.searches(&actor.staff).await?;
            let now = self.now();
            times.push(now);
            let put = match &row {
                None => Put::new(searches_ref(&actor.staff), pack_times(&times)).expecting(Expected::Absent),
                Some(row) => Put::update(row, pack_times(&times)),
            };
            let cases = found.cases.iter().map(|case| Kind::Case.of(*case));
            let event = Event {
                at: now,
                actor: actor.staff.to_string(),
                kind: format!("cases_searched/{purpose}").into(),
                ids: std::iter::once(Kind::Team.of(team)).chain(cases).collect(),
            };
            match self.commit(Changes { puts: vec![put], events: vec![event], ..Changes::default() }).await {
                Err(AppError::Stale) => {}
                other => return other.map(drop),
            }
        }
        Err(AppError::Stale)
    }
}

fn pack_times(times: &[UtcTime]) -> Vec<u8> {
    times.iter().flat_map(|at| at.0.to_be_bytes()).collect()
}

fn unpack_times(bytes: &[u8]) -> Vec<UtcTime> {
    let (times, _) = bytes.as_chunks::<8>();
    times.iter().map(|at| UtcTime(i64::from_be_bytes(*at))).collect()
}

/// Where a person's searches of the last hour are counted.
fn searches_ref(staff: &StaffId) -> RecordRef {
    let id: Id = derived_id("searches", staff.as_str());
    Kind::Sequence.of(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_name(wanted: &str, name: &str) -> bool {
        Wanted::parse(wanted).unwrap().is_name(name)
    }

    #[test]
    fn words_begin_words_whatever_their_case_and_order() {
        for (wanted, name) in [
            ("quill", "Jordan Quillfeather"),
            ("QUILL jor", "Jordan Quillfeather"),
            ("o'brien", "Sam O'Brien"),
            ("ann anna", "Anna Ann"),
            ("élo", "Élodie Martin"),
            ("martin-", "Élodie Martin-Lang"),
        ] {
            assert!(is_name(wanted, name), "{wanted} in {name}");
        }
        for (wanted, name) in [
            ("feather", "Jordan Quillfeather"),
            ("jordan smith", "Jordan Quillfeather"),
            ("ann ann", "Ann Lee"),
        ] {
            assert!(!is_name(wanted, name), "{wanted} in {name}");
        }
    }

    #[test]
    fn too_little_to_look_for_is_no_search_and_the_words_are_not_said_again() {
        for wanted in ["", " ", "a", "- -", "%"] {
            assert!(Wanted::parse(wanted).is_err(), "{wanted:?}");
        }
        let error = Wanted::parse("z").err().unwrap().to_string();
        assert!(error.contains("2 letters") && !error.contains('z'), "{error}");
    }

    #[test]
    fn times_read_back() {
        let times = [UtcTime(1), UtcTime(1_700_000_000_000)];
        assert_eq!(unpack_times(&pack_times(&times)), times);
        assert!(unpack_times(&[1, 2, 3]).is_empty());
    }
}
