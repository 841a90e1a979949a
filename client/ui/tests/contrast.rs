//! Computes the contrast of every pair of colours that stands on a screen, in each theme, from the tokens themselves.
//! At least 7:1 for text; shapes and layout are looked at by people.

use std::collections::BTreeMap;
use std::path::Path;

const LEAST: f64 = 7.0;

type Tokens = BTreeMap<String, String>;

fn tokens() -> Vec<(String, Tokens)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/css/tokens.css");
    let sheet = std::fs::read_to_string(path).expect("the tokens are part of the tree");
    let mut themes: Vec<(String, Tokens)> = Vec::new();
    for block in sheet.split(":root").skip(1) {
        let (selector, body) = block.split_once('{').expect("a rule has a body");
        let name = selector.trim();
        if !name.is_empty() && !name.starts_with("[data-theme") {
            continue;
        }
        let mut colours = themes.first().map(|(_, day)| day.clone()).unwrap_or_default();
        for line in body.split('}').next().unwrap_or_default().lines() {
            if let Some((key, value)) = line.trim().split_once(':')
                && value.trim().starts_with('#')
            {
                colours.insert(key.to_owned(), value.trim().trim_end_matches(';').to_owned());
            }
        }
        themes.push((name.to_owned(), colours));
    }
    themes
}

fn luminance(colour: &str) -> f64 {
    let channel = |at: usize| {
        let part =
            f64::from(u8::from_str_radix(&colour[at..at + 2], 16).expect("a colour is #rrggbb")) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

fn contrast(a: &str, b: &str) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn every_text_stands_out_in_every_theme() {
    let themes = tokens();
    assert_eq!(themes.len(), 3, "day, night, sun");
    let mut pairs: Vec<(&str, &str)> = vec![("--on-accent", "--accent")];
    for ground in ["--bg", "--surface", "--raised"] {
        pairs.extend([("--ink", ground), ("--muted", ground), ("--accent", ground)]);
    }
    let names = ["ok", "watch", "fault", "missing", "dispute", "begun", "unknown"];
    let own: Vec<[String; 2]> =
        names.iter().map(|name| [format!("--{name}"), format!("--{name}-tint")]).collect();
    for [status, tint] in &own {
        pairs.extend([
            (status.as_str(), tint.as_str()),
            (status, "--surface"),
            (status, "--bg"),
            ("--ink", tint),
        ]);
        // What a chosen answer looks like: the surface's colour on the status's.
        pairs.push(("--surface", status));
    }
    let mut weak = Vec::new();
    for (theme, colours) in &themes {
        for (text, ground) in &pairs {
            let ratio = contrast(&colours[*text], &colours[*ground]);
            if ratio < LEAST {
                weak.push(format!("{theme} {text} on {ground}: {ratio:.2}"));
            }
        }
    }
    assert!(weak.is_empty(), "{weak:#?}");
}
