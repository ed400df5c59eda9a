//! The `concord` program itself, built in the profile of the tests that run it.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

/// Path of the program. Cargo builds binaries for the tests of their own package only, so this asks it to.
///
/// # Panics
/// When it cannot be built: there is nothing to test then.
pub fn concord() -> &'static PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        // .../target/PROFILE/deps/TEST
        let test = std::env::current_exe().expect("a test knows its own file");
        let profile = test.parent().and_then(|deps| deps.parent()).expect("tests lie in a profile's deps");
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "--locked", "--package", "node", "--bin", "concord"]);
        build.arg("--manifest-path").arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"));
        if let Some(target) = profile.parent() {
            build.arg("--target-dir").arg(target);
        }
        if profile.file_name().is_some_and(|name| name == "release") {
            build.arg("--release");
        }
        let built = build.status().expect("cargo runs");
        let path = profile.join("concord");
        if !built.success() || !path.is_file() {
            panic!("cargo could not build {}", path.display());
        }
        path
    })
}
