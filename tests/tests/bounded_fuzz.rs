//! A bounded run of the fuzz targets: seeds that are good input, each mutated many times from a fixed seed.
//!
//! The entry functions are those of `tests/fuzz`, which runs them without end. `CONCORD_TESTS_LONG=1` runs fifty times as
//! many.

#[path = "../fuzz/entry.rs"]
mod entry;

use policy::law::FILES;
use prost::Message;
use proto::exchange::v1::{Body, Envelope, SeenByPerson, body};

const PUBLISHED: &str = include_str!("../published.jsonl");
/// Words that turn good input into input that is nearly good.
const WORDS: &[&str] = &[
    "null",
    "true",
    "false",
    "{}",
    "[]",
    "-1",
    "99999999999999999999",
    "1e9",
    "\"\"",
    "{\"a\":",
    "[[",
    "\\u0000",
    ",",
    ":",
    "}",
    "\"consent\":[{}]",
    "\"age\":15,\"eligible_student\":true",
    "\"id\":\"a\",\"id\":\"b\"",
    "(",
    ")",
    "not ",
    " and ",
    " or ",
    "@a",
    "known(",
    "any_consent(",
    "consent.none",
    "subject.age < ",
    "purpose in {",
    "record.elements has ",
    "\"\"\"",
    "[[clause]]\n",
    "when = \"true\"\n",
    "#",
    "\n",
    "\u{feff}",
    "é",
];

struct Mutator(u64);

impl Mutator {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound.max(1)).unwrap()).unwrap()
    }

    fn mutated(&mut self, seed: &[u8], other: &[u8]) -> Vec<u8> {
        let mut data = seed.to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(data.len() + 1);
            let end = (at + 1 + self.below(24)).min(data.len());
            match self.below(7) {
                0 if at < data.len() => data[at] ^= 1 << self.below(8),
                1 => data.insert(at, u8::try_from(self.below(256)).unwrap()),
                2 if at < end => drop(data.drain(at..end)),
                3 if at < end => {
                    let copy = data[at..end].to_vec();
                    data.splice(at..at, copy);
                }
                4 if !other.is_empty() => {
                    let from = self.below(other.len());
                    let to = (from + 1 + self.below(200)).min(other.len());
                    data.splice(at..at, other[from..to].iter().copied());
                }
                5 => {
                    let word = WORDS[self.below(WORDS.len())];
                    data.splice(at..at, word.bytes());
                }
                6 if self.below(4) == 0 => data.truncate(at),
                _ => {}
            }
        }
        data
    }
}

fn run(seeds: &[Vec<u8>], runs: usize, target: fn(&[u8])) {
    let runs = if std::env::var_os("CONCORD_TESTS_LONG").is_some() { runs * 50 } else { runs };
    seeds.iter().for_each(|seed| target(seed));
    let mut mutator = Mutator(2026);
    for _ in 0..runs {
        let seed = &seeds[mutator.below(seeds.len())];
        let other = &seeds[mutator.below(seeds.len())];
        target(&mutator.mutated(seed, other));
    }
}

#[test]
fn any_facts_are_refused_with_words_or_answered() {
    let seeds: Vec<Vec<u8>> = PUBLISHED.lines().map(|line| line.as_bytes().to_vec()).collect();
    run(&seeds, 15_000, entry::facts);
}

#[test]
fn any_clause_text_is_refused_at_its_place_or_answers() {
    let mut seeds: Vec<Vec<u8>> = Vec::new();
    for (_, text) in FILES.iter().filter(|(name, _)| !name.ends_with("regime.toml")) {
        // a few clauses at a time, so that a change has room to matter
        let clauses: Vec<&str> = text.split("[[clause]]").skip(1).collect();
        seeds.extend(clauses.chunks(3).map(|some| {
            some.iter().flat_map(|clause| ["[[clause]]", clause]).collect::<String>().into_bytes()
        }));
    }
    run(&seeds, 8_000, entry::clauses);
}

#[test]
fn any_bytes_are_no_envelope_or_one_that_is_refused() {
    let seen = |by: &str| Body {
        kind: Some(body::Kind::SeenByPerson(SeenByPerson {
            message_id: vec![7; 16],
            seen_at_ms: 1_790_000_000_000,
            by_role: by.to_owned(),
        })),
    };
    let envelope = Envelope {
        header: vec![10, 16, 1, 2, 3],
        encapsulated_key: vec![4; 32],
        ciphertext: vec![5; 4096],
        signature: vec![6; 64],
    };
    let mut seeds = vec![envelope.encode_to_vec(), Vec::new(), vec![0xFF; 64]];
    seeds.extend(["member", "chair", ""].map(|by| seen(by).encode_to_vec()));
    run(&seeds, 4_000, entry::envelope);
}
