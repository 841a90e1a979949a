//! Turns `client/web/locales/*.toml` into one typed function for each text. A key that one language lacks, or a
//! placeholder that the languages do not share, stops the build. What the texts say is decided in those files.
//!
//! A line is `key = "text"`. In a text, `{n}` (one letter) is a whole number, `{name}` (longer) a text, and
//! `{n|item|items}` the first word for one and the second for any other number.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Literal(String),
    Argument(String),
    Plural(String, String, String),
}

fn main() {
    if env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "wasm") {
        println!("cargo::rustc-link-arg-cdylib=--emit-relocs");
    }
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("../web/locales");
    println!("cargo::rerun-if-changed={}", folder.display());
    println!("cargo::rerun-if-changed=build.rs");
    let chinese = read(&folder.join("zh-CN.toml"));
    let english = read(&folder.join("en.toml"));
    let code = generate(&chinese, &english);
    let out = Path::new(&env::var("OUT_DIR").expect("cargo sets it")).join("words.rs");
    fs::write(out, code).expect("the output folder can be written");
}

fn read(path: &Path) -> BTreeMap<String, Vec<Piece>> {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut entries = BTreeMap::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let place = format!("{}:{}", path.display(), number + 1);
        let (key, value) = line.split_once('=').unwrap_or_else(|| panic!("{place}: no `=`"));
        let value = value.trim().strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let value = value.unwrap_or_else(|| panic!("{place}: the text is not in quotes"));
        let value = value.replace("\\n", "\n").replace("\\\"", "\"");
        let before = entries.insert(key.trim().to_owned(), pieces(&value, &place));
        assert!(before.is_none(), "{place}: {} is there twice", key.trim());
    }
    entries
}

fn pieces(text: &str, place: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        if !before.is_empty() {
            found.push(Piece::Literal(before.to_owned()));
        }
        let (inside, after) = after.split_once('}').unwrap_or_else(|| panic!("{place}: `{{` is not closed"));
        let mut parts = inside.split('|');
        let name = parts.next().unwrap_or_default().to_owned();
        found.push(match (parts.next(), parts.next()) {
            (Some(one), Some(many)) => Piece::Plural(name, one.to_owned(), many.to_owned()),
            _ => Piece::Argument(name),
        });
        rest = after;
    }
    if !rest.is_empty() {
        found.push(Piece::Literal(rest.to_owned()));
    }
    found
}

fn arguments(pieces: &[Piece]) -> BTreeSet<String> {
    let name = |piece: &Piece| match piece {
        Piece::Literal(_) => None,
        Piece::Argument(name) | Piece::Plural(name, _, _) => Some(name.clone()),
    };
    pieces.iter().filter_map(name).collect()
}

fn generate(chinese: &BTreeMap<String, Vec<Piece>>, english: &BTreeMap<String, Vec<Piece>>) -> String {
    for key in chinese.keys().chain(english.keys()) {
        assert!(chinese.contains_key(key), "zh-CN.toml lacks {key}");
        assert!(english.contains_key(key), "en.toml lacks {key}");
    }
    let mut code = String::from("impl Words {\n");
    for (key, zh) in chinese {
        let en = &english[key];
        let names = arguments(zh);
        assert_eq!(names, arguments(en), "{key}: the languages have different placeholders");
        writeln!(code, "    /// {}", summary(zh)).expect("writing into memory");
        if names.is_empty() {
            writeln!(
                code,
                "    pub fn {key}(self) -> &'static str {{ self.pick({:?}, {:?}) }}",
                literal(zh),
                literal(en)
            )
        } else {
            let parameters: Vec<String> = names
                .iter()
                .map(|name| format!("{name}: {}", if name.len() == 1 { "u32" } else { "&str" }))
                .collect();
            writeln!(
                code,
                "    pub fn {key}(self, {}) -> String {{\n        if self.is_english() {{ {} }} else {{ {} }}\n    }}",
                parameters.join(", "),
                joined(en),
                joined(zh)
            )
        }
        .expect("writing into memory");
    }
    code.push_str("}\n");
    let keys: Vec<String> = chinese.keys().map(|key| format!("{key:?}")).collect();
    writeln!(code, "#[cfg(test)]\npub(crate) const KEYS: &[&str] = &[{}];", keys.join(", "))
        .expect("writing into memory");
    code
}

fn literal(pieces: &[Piece]) -> String {
    pieces.iter().map(|piece| if let Piece::Literal(text) = piece { text.as_str() } else { "" }).collect()
}

fn summary(pieces: &[Piece]) -> String {
    let text: String = pieces
        .iter()
        .map(|piece| match piece {
            Piece::Literal(text) => text.replace('\n', " "),
            Piece::Argument(name) | Piece::Plural(name, _, _) => format!("`{name}`"),
        })
        .collect();
    text.replace(['[', ']', '<', '>'], " ")
}

fn joined(pieces: &[Piece]) -> String {
    let parts: Vec<String> = pieces
        .iter()
        .map(|piece| match piece {
            Piece::Literal(text) => format!("{text:?}"),
            Piece::Argument(name) if name.len() == 1 => format!("&number({name})"),
            Piece::Argument(name) => name.clone(),
            Piece::Plural(name, one, many) => format!("if {name} == 1 {{ {one:?} }} else {{ {many:?} }}"),
        })
        .collect();
    format!("join(&[{}])", parts.join(", "))
}
