//! The clause texts that this program is built with: one line a file.

/// Name and text of every clause file.
pub const FILES: &[(&str, &str)] = &[
    ("law/cfr23/regime.toml", include_str!("../../law/cfr23/regime.toml")),
    ("law/cfr23/dissemination.toml", include_str!("../../law/cfr23/dissemination.toml")),
    ("law/cfr23/entry.toml", include_str!("../../law/cfr23/entry.toml")),
    ("law/general/regime.toml", include_str!("../../law/general/regime.toml")),
    ("law/general/outside.toml", include_str!("../../law/general/outside.toml")),
];
