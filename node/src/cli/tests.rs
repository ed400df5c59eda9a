//! What `--help` says, and that every verb has an example.

use super::*;
use clap::CommandFactory;

/// Help of a command and of all below it, in order.
fn help(command: &mut clap::Command, path: &str, out: &mut Vec<(String, String)>) {
    let mut shown = command.clone().bin_name(path.to_owned()).term_width(100);
    out.push((path.to_owned(), shown.render_long_help().to_string()));
    for sub in command.get_subcommands_mut().filter(|s| s.get_name() != "help" && !s.is_hide_set()) {
        let path = format!("{path} {}", sub.get_name());
        help(sub, &path, out);
    }
}

#[test]
fn help_is_the_reviewed_one() {
    let mut pages = Vec::new();
    help(&mut Cli::command(), "concord", &mut pages);
    let mut text = String::new();
    for (path, page) in &pages {
        text.push_str(&format!("=== {path} --help\n{}\n", page.trim_end()));
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/help.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some_and(|v| v == "1") {
        std::fs::write(path, &text).unwrap();
    }
    let reviewed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        text == reviewed,
        "the help differs from {path}: UPDATE_GOLDEN=1 cargo test -p node help_is writes it"
    );
}

#[test]
fn every_verb_with_arguments_has_an_example() {
    /// An example may stand in the verb's own help or in that of the noun above it.
    fn check(command: &clap::Command, path: &str, above: &str, bare: &mut Vec<String>) {
        let own = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let help = format!("{above}{own}\n");
        let below: Vec<_> =
            command.get_subcommands().filter(|s| s.get_name() != "help" && !s.is_hide_set()).collect();
        if below.is_empty() && command.get_arguments().any(|a| !a.is_global_set() && a.get_id() != "help") {
            let shown = help.contains(&format!("{path} ")) || help.lines().any(|line| line.ends_with(path));
            if !help.contains("Example") || !shown {
                bare.push(path.to_owned());
            }
        }
        for sub in below {
            check(sub, &format!("{path} {}", sub.get_name()), &help, bare);
        }
    }
    let mut bare = Vec::new();
    check(&Cli::command(), "concord", "", &mut bare);
    assert_eq!(bare, Vec::<String>::new());
}

#[test]
fn the_arguments_are_consistent() {
    Cli::command().debug_assert();
}
