//! The clause texts that this program is built with: one line a file.

/// Name and text of every clause file.
pub const FILES: &[(&str, &str)] = &[
    ("law/cfr23/regime.toml", include_str!("../../law/cfr23/regime.toml")),
    ("law/cfr23/dissemination.toml", include_str!("../../law/cfr23/dissemination.toml")),
    ("law/cfr23/entry.toml", include_str!("../../law/cfr23/entry.toml")),
    ("law/general/regime.toml", include_str!("../../law/general/regime.toml")),
    ("law/general/outside.toml", include_str!("../../law/general/outside.toml")),
    ("law/hipaa/consent.toml", include_str!("../../law/hipaa/consent.toml")),
    ("law/hipaa/custody.toml", include_str!("../../law/hipaa/custody.toml")),
    ("law/hipaa/deidentified.toml", include_str!("../../law/hipaa/deidentified.toml")),
    ("law/hipaa/family.toml", include_str!("../../law/hipaa/family.toml")),
    ("law/hipaa/partners.toml", include_str!("../../law/hipaa/partners.toml")),
    ("law/hipaa/process.toml", include_str!("../../law/hipaa/process.toml")),
    ("law/hipaa/public.toml", include_str!("../../law/hipaa/public.toml")),
    ("law/hipaa/regime.toml", include_str!("../../law/hipaa/regime.toml")),
    ("law/hipaa/representatives.toml", include_str!("../../law/hipaa/representatives.toml")),
    ("law/hipaa/threat.toml", include_str!("../../law/hipaa/threat.toml")),
    ("law/hipaa/treatment.toml", include_str!("../../law/hipaa/treatment.toml")),
];
