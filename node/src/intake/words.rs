//! What the intake says: fixed texts in plain words, about the report and never about anybody.

use super::REQUEST_BYTES_MAX;
use crate::app::casework::Stage;

/// After a report.
pub(super) fn after_a_report() -> String {
    "People of the team who are trained for it read this, two of them at least. Nobody is told who you are. Write the code \
     down and keep it to yourself: with it you can read what the team asks or tells you, and say more. It is shown only now \
     and cannot be replaced. The team will not tell you what it does about any person."
        .to_owned()
}

/// After more words, whatever the code.
pub(super) fn after_more_words() -> String {
    "If this code is of a report, the team has what you wrote and is told of it. Come back with the code to see whether \
     they answer."
        .to_owned()
}

/// What to do where somebody is in danger.
pub(super) fn if_someone_is_in_danger(telephone: &str) -> String {
    format!(
        "If somebody is in danger now, telephone 911 and do not wait for us; this agency answers at any hour: {telephone}."
    )
}

/// Where a report stands; `None`: the code leads nowhere, or no longer.
pub(super) const fn stage(stage: Option<Stage>) -> (&'static str, &'static str) {
    match stage {
        Some(Stage::Received) => ("received", "What you told was received."),
        Some(Stage::BeingLookedAt) => ("being_looked_at", "What you told is being looked at."),
        Some(Stage::DealtWith) => {
            ("dealt_with", "What you told was dealt with. You can still say more with this code.")
        }
        None => ("nothing", "There is nothing to read with this code."),
    }
}

/// No code, or one with a slip of the pen.
pub(super) fn not_a_code() -> String {
    "return_code: this is no code as we give them: five groups of four letters and digits; compare it with what you wrote \
     down"
        .to_owned()
}

/// More than is taken at once.
pub(super) fn too_many(wait_seconds: i64, telephone: &str) -> String {
    let minutes = (wait_seconds + 59).div_euclid(60);
    let wait = if minutes <= 1 { "a minute".to_owned() } else { format!("{minutes} minutes") };
    format!(
        "too much is coming in just now: try again in {wait}. If somebody is in danger now, telephone 911, or this agency: \
         {telephone}"
    )
}

/// Something failed here.
pub(super) fn could_not(telephone: &str) -> String {
    format!(
        "this could not be kept just now: try again in a few minutes. If it cannot wait, telephone this agency: {telephone}, \
         or 911 if somebody is in danger"
    )
}

/// A request that is too large.
pub(super) fn too_large() -> String {
    format!(
        "the report is larger than {REQUEST_BYTES_MAX} bytes: tell what matters most first, and say the rest in parts with \
         the return code; keep pictures and recordings for the team"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_said_tells_of_a_person_or_a_case() {
        let stages = [None, Some(Stage::Received), Some(Stage::BeingLookedAt), Some(Stage::DealtWith)];
        for (word, text) in stages.map(stage) {
            assert!(!word.is_empty());
            for told in ["case", "person", "student", "patient", "police", "assess"] {
                assert!(!text.contains(told), "{text}");
            }
        }
        assert!(too_many(61, "1").contains("2 minutes") && too_many(1, "1").contains("a minute"));
        assert!(too_large().contains("65536"));
    }
}
