//! The committed code is what the schema generates. `UPDATE_GEN=1 cargo test -p proto --test regenerate` writes it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

use prost_types::FileDescriptorProto;

/// The package whose `Debug` is written by hand in `src/debug.rs`; every other package of ours gets one that shows ids only.
const DEBUG_BY_HAND: &str = "concord.exchange.v1";

/// The packages whose messages are also printed and read as JSON, with the field names of the schema.
const JSON_IN_AND_OUT: [&str; 2] = [".concord.agency.v1", ".concord.intake.v1"];

fn schema_files(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            schema_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "proto") {
            found.push(path);
        }
    }
}

/// `Debug` that shows a message's ids and nothing else, so that no log line tells what it carries.
fn debug_of_ids(file: &FileDescriptorProto) -> String {
    let mut code = String::new();
    for message in &file.message_type {
        let name = message.name();
        assert!(
            message.nested_type.is_empty() && message.oneof_decl.iter().all(|o| o.name().starts_with('_')),
            "{name}: nested messages and oneofs need a hand-written Debug; keep them out of this package"
        );
        writeln!(code, "impl ::core::fmt::Debug for {name} {{").unwrap();
        writeln!(code, "    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {{")
            .unwrap();
        write!(code, "        f.debug_struct(\"{name}\")").unwrap();
        for field in message.field.iter().map(|f| f.name()).filter(|f| *f == "id" || f.ends_with("_id")) {
            write!(code, ".field(\"{field}\", &self.{field})").unwrap();
        }
        code.push_str(".finish_non_exhaustive()\n    }\n}\n");
    }
    code
}

fn generated(schema: &Path) -> BTreeMap<String, String> {
    let mut files = Vec::new();
    schema_files(schema, &mut files);
    files.sort();
    let descriptors = protox::compile(&files, [schema]).unwrap_or_else(|e| panic!("{e:?}"));
    let ours: Vec<FileDescriptorProto> =
        descriptors.file.iter().filter(|f| f.package().starts_with("concord.")).cloned().collect();
    let messages = ours.iter().flat_map(|file| {
        file.message_type.iter().map(move |message| format!(".{}.{}", file.package(), message.name()))
    });
    let out = env::temp_dir().join(format!("proto-regenerate-{}", std::process::id()));
    fs::create_dir_all(&out).unwrap();
    let mut builder =
        tonic_prost_build::configure().out_dir(&out).emit_rerun_if_changed(false).skip_debug(messages);
    for package in JSON_IN_AND_OUT {
        builder = builder
            .type_attribute(package, "#[derive(::serde::Serialize, ::serde::Deserialize)]")
            .type_attribute(package, "#[serde(default, deny_unknown_fields)]");
    }
    builder.compile_fds(descriptors).unwrap();
    let mut code: BTreeMap<String, String> = fs::read_dir(&out)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read_to_string(&path).unwrap())
        })
        .collect();
    fs::remove_dir_all(&out).unwrap();
    for file in ours.iter().filter(|file| file.package() != DEBUG_BY_HAND) {
        code.get_mut(&format!("{}.rs", file.package())).unwrap().push_str(&debug_of_ids(file));
    }
    code
}

#[test]
fn committed_code_is_what_the_schema_generates() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let committed = root.join("src/gen");
    let code = generated(&root.join("schema"));
    assert!(code.contains_key("concord.exchange.v1.rs"), "no code was generated");
    if env::var_os("UPDATE_GEN").is_some_and(|v| v == "1") {
        fs::create_dir_all(&committed).unwrap();
        for (name, text) in &code {
            fs::write(committed.join(name), text).unwrap();
        }
    }
    for (name, text) in &code {
        let now = fs::read_to_string(committed.join(name)).unwrap_or_default();
        assert!(
            now == *text,
            "src/gen/{name} differs from the schema: run UPDATE_GEN=1 cargo test -p proto --test regenerate"
        );
    }
    for entry in fs::read_dir(&committed).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        assert!(code.contains_key(&name), "src/gen/{name} comes from no schema file: remove it");
    }
}

/// Every message, field, enum, value and method says what it means; a field without a comment fails.
#[test]
fn everything_in_the_schema_is_documented() {
    let mut files = Vec::new();
    schema_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("schema"), &mut files);
    let mut bare = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let mut before = "";
        for (at, line) in text.lines().enumerate() {
            let line = line.trim();
            let declares = line.starts_with("message ")
                || line.starts_with("enum ")
                || line.starts_with("service ")
                || line.starts_with("rpc ")
                || line.starts_with("oneof ")
                || (line.ends_with(';')
                    && line.contains(" = ")
                    && !line.starts_with("syntax")
                    && !line.starts_with("option"));
            if declares && !before.starts_with("//") && !line.contains("; //") {
                bare.push(format!("{}:{}: {line}", file.file_name().unwrap().to_string_lossy(), at + 1));
            }
            before = line;
        }
    }
    assert!(bare.is_empty(), "undocumented:\n{}", bare.join("\n"));
}
