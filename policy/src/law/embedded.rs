//! The clause texts that this program is built with: one line a file.

/// Name and text of every clause file.
pub const FILES: &[(&str, &str)] = &[
    ("law/cfr23/regime.toml", include_str!("../../law/cfr23/regime.toml")),
    ("law/general/regime.toml", include_str!("../../law/general/regime.toml")),
];
