//! Two languages, and no text that is only one of them: nothing that people read stands in the interface's code, and each
//! file of words is in its own language. That both files have the same words with the same blanks is the build's own check
//! (`client/ui/build.rs`); what a screen says in English is looked at in a browser (`tests/e2e/kit/axe.mjs`).

use std::fs;
use std::path::{Path, PathBuf};

/// What is the same everywhere: names of languages, letters of a keyboard.
const SAME_IN_BOTH: [&str; 4] = ["English", "中文", "QR", "ABC"];
/// Dates have both languages in one place, which is tested there; chips stand in records with a separator of their own.
const EXCEPT: [(&str, &str); 2] = [("format.rs", ""), ("panels.rs", "pub const FAULT_SEPARATOR")];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is in the workspace").to_owned()
}

fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{3400}'..='\u{9fff}').contains(&c) || ('\u{3000}'..='\u{303f}').contains(&c))
}

/// A word that somebody would read: three letters in a row, and a capital at the beginning, which names of classes and keys
/// do not have.
fn is_english(text: &str) -> bool {
    let has_word = text.split(|c: char| !c.is_ascii_alphabetic()).any(|word| word.len() >= 3);
    has_word && text.starts_with(|c: char| c.is_ascii_uppercase())
}

/// The text between quotes on a line of code, without what stands in its comments.
fn literals(line: &str) -> Vec<&str> {
    let code = line.trim_start();
    if code.starts_with("//") {
        return Vec::new();
    }
    line.split('"').skip(1).step_by(2).collect()
}

/// What stands in the code of a file and is read by people; everything before its tests.
fn spoken(text: &str) -> Vec<(usize, String)> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let mut found = Vec::new();
    for (number, line) in code.lines().enumerate() {
        let shown = |text: &&str| is_chinese(text) && !SAME_IN_BOTH.contains(text);
        found.extend(literals(line).into_iter().filter(shown).map(|text| (number + 1, text.to_owned())));
        for name in ["aria-label=\"", "title=\"", "placeholder=\"", "alt=\"", "summary=\""] {
            let rest = line.split(name).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
            if rest.chars().any(char::is_alphabetic) {
                found.push((number + 1, rest.to_owned()));
            }
        }
        // `{ "text" }`, which is how a text stands in an element
        for rest in line.split("{ \"").skip(1) {
            let (inside, after) = rest.split_once('"').unwrap_or((rest, ""));
            if after.trim_start().starts_with('}') && is_english(inside) && !SAME_IN_BOTH.contains(&inside) {
                found.push((number + 1, inside.to_owned()));
            }
        }
    }
    found
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            found.push(path);
        }
    }
}

#[test]
fn nothing_that_people_read_stands_in_the_interfaces_code() {
    let mut files = Vec::new();
    sources(&root().join("client/ui/src"), &mut files);
    assert!(files.len() > 50, "{} files", files.len());
    let mut untranslated = Vec::new();
    for file in files {
        let source = fs::read_to_string(&file).unwrap();
        let is_allowed = |line: usize| {
            let code = source.lines().nth(line - 1).unwrap_or_default();
            EXCEPT.iter().any(|(name, start)| file.ends_with(name) && code.starts_with(start))
        };
        for (line, text) in spoken(&source).into_iter().filter(|(line, _)| !is_allowed(*line)) {
            untranslated.push(format!("{}:{line}: {text}", file.display()));
        }
    }
    assert!(untranslated.is_empty(), "words belong into client/web/locales:\n{}", untranslated.join("\n"));
}

#[test]
fn each_file_of_words_is_in_its_own_language() {
    let words = |language: &str| {
        let path = root().join("client/web/locales").join(format!("{language}.toml"));
        fs::read_to_string(path).unwrap().parse::<toml::Table>().unwrap()
    };
    let (chinese, english) = (words("zh-CN"), words("en"));
    assert!(chinese.len() > 300, "{} words", chinese.len());
    let text = |value: &toml::Value| value.as_str().unwrap_or_default().to_owned();
    // What is in blanks is filled in; a unit or a number is the same everywhere.
    let is_word = |text: &str| {
        let outside: String =
            text.split('{').map(|part| part.split('}').next_back().unwrap_or_default()).collect();
        outside.split(|c: char| !c.is_ascii_alphabetic()).any(|word| word.len() >= 4)
    };
    for (key, value) in &english {
        assert!(
            !is_chinese(&text(value)) || SAME_IN_BOTH.contains(&text(value).as_str()),
            "en {key}: {value}"
        );
    }
    for (key, value) in &chinese {
        assert!(is_chinese(&text(value)) || !is_word(&text(value)), "zh-CN {key}: {value}");
    }
}

#[test]
fn the_test_sees_what_is_untranslated() {
    for (code, is_seen) in [
        (r#"html! { <p>{ "Nothing here" }</p> }"#, true),
        (r#"html! { <p>{ "没有" }</p> }"#, true),
        (r#"html! { <b aria-label="Close">{ words.close() }</b> }"#, true),
        (r#"html! { <p class="hint wide">{ " · " }{ words.none() }</p> }"#, false),
        (r#"// "没有" is said by the words"#, false),
        (r#"let key = "muster.card ";"#, false),
    ] {
        assert_eq!(!spoken(code).is_empty(), is_seen, "{code}");
    }
}
