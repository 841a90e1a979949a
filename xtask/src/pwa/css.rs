//! Puts the style sheets into one file: the skeleton's, then `css/main.css` with its imports in their places.
//! It understands `@import "file.css";` on a line of its own and comments, nothing more of CSS.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// The style sheet of the whole interface.
///
/// # Errors
/// When a sheet cannot be read.
pub fn bundle(web: &Path) -> Result<String> {
    let skeleton = sheet(&web.join("boot.css"))?;
    Ok(format!("{skeleton}{}", sheet(&web.join("css/main.css"))?))
}

fn sheet(path: &Path) -> Result<String> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let folder = path.parent().context("a style sheet lies in a folder")?;
    let mut bundled = String::new();
    for line in without_comments(&text).lines().map(str::trim).filter(|line| !line.is_empty()) {
        match imported(line) {
            Some(file) => bundled.push_str(&sheet(&folder.join(file))?),
            None => {
                bundled.push_str(line);
                bundled.push('\n');
            }
        }
    }
    Ok(bundled)
}

fn imported(line: &str) -> Option<&str> {
    line.strip_prefix("@import")?.trim().strip_suffix(';')?.trim().strip_prefix('"')?.strip_suffix('"')
}

fn without_comments(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("/*") {
        kept.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    kept + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_stand_where_they_were_named_and_comments_go() {
        let web = tempfile::tempdir().unwrap();
        fs::create_dir(web.path().join("css")).unwrap();
        let write = |name: &str, text: &str| fs::write(web.path().join(name), text).unwrap();
        write("boot.css", "/* skeleton */\na{}\n");
        write("css/main.css", "@layer x;\n@import \"./b.css\";\n  d{} /* two\nlines */\n");
        write("css/b.css", "b{}\n");
        assert_eq!(bundle(web.path()).unwrap(), "a{}\n@layer x;\nb{}\nd{}\n");
    }
}
