//! Fills the references between the assets: `{{name}}` becomes an asset's address, `{{name|sri}}` its digest,
//! `{{build}}` the name of the whole build. Leaves are named first, `index.html` last; a reference to nothing fails.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::asset::{Asset, hex};
use super::bind::Bound;
use super::css;

/// The whole interface, uncompressed.
pub struct Site {
    /// Names the build: the digest of all that went into it.
    pub build: String,
    /// Every file, with its final bytes.
    pub files: Vec<Asset>,
}

/// The modules with their glue.
pub struct Modules {
    /// The interface.
    pub ui: Bound,
    /// The core.
    pub core: Bound,
    /// The decoder.
    pub scan: Bound,
}

/// The files of `client/web` with references in them; in this order, since each may name only those before it.
const TEMPLATES: [(&str, Option<&str>); 6] = [
    ("core-worker.js", None),
    ("scan-worker.js", None),
    ("boot.js", None),
    ("manifest.webmanifest", Some("/manifest.webmanifest")),
    ("index.html", Some("/index.html")),
    ("service-worker.js", Some("/sw.js")),
];

/// Icons that only an installer reads: the service worker does not keep them.
const INSTALL_ICONS: [&str; 3] = ["icon-192.png", "icon-512.png", "icon-maskable-512.png"];

/// Names every asset and fills every reference.
///
/// # Errors
/// When a file of `client/web` cannot be read or refers to what does not exist.
pub fn link(web: &Path, Modules { ui, core, scan }: Modules) -> Result<Site> {
    let read = |name: &str| {
        let path = web.join(name);
        fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
    };
    let chunks: Vec<_> = ui.chunks.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
    let mut leaves = vec![
        ("ui.wasm", ui.wasm),
        ("core.wasm", core.wasm),
        ("core.js", core.js),
        ("scan.wasm", scan.wasm),
        ("scan.js", scan.js),
        ("main.css", css::bundle(web)?.into_bytes()),
        ("icon.svg", read("icons/icon.svg")?),
    ];
    for name in INSTALL_ICONS {
        leaves.push((name, read(&format!("icons/{name}"))?));
    }
    leaves.extend(chunks);
    // The glue names the chunks.
    let glue = String::from_utf8(ui.js).context("ui.js is not UTF-8")?;
    let mut templates = vec![("ui.js", None, glue)];
    for (name, url) in TEMPLATES {
        templates.push((
            name,
            url,
            String::from_utf8(read(name)?).with_context(|| format!("{name} is not UTF-8"))?,
        ));
    }

    let mut digests = String::new();
    leaves.iter().for_each(|(name, bytes)| digests += &format!("{name} {}\n", hex(bytes)));
    templates.iter().for_each(|(name, _, text)| digests += &format!("{name} {}\n", hex(text.as_bytes())));
    let build = hex(digests.as_bytes())[..16].to_owned();

    let mut values = BTreeMap::from([("build".to_owned(), build.clone())]);
    let mut files = Vec::new();
    for (name, bytes) in leaves {
        let mut asset = Asset::named_by_content(name, bytes);
        asset.is_precached = !INSTALL_ICONS.contains(&name);
        enter(&mut values, name, &asset);
        files.push(asset);
    }
    for (name, url, text) in templates {
        values.insert("files".to_owned(), precache_list(&files));
        let bytes = fill(&text, &values).with_context(|| name.to_owned())?.into_bytes();
        let mut asset = match url {
            Some(url) => Asset::at(url, bytes),
            None => Asset::named_by_content(name, bytes),
        };
        asset.is_precached |= name == "index.html";
        enter(&mut values, name, &asset);
        files.push(asset);
    }
    Ok(Site { build, files })
}

fn enter(values: &mut BTreeMap<String, String>, name: &str, asset: &Asset) {
    values.insert(name.to_owned(), asset.url.clone());
    values.insert(format!("{name}|sri"), asset.sri());
}

fn precache_list(files: &[Asset]) -> String {
    let rows: Vec<String> = files
        .iter()
        .filter(|asset| asset.is_precached)
        .map(|asset| format!("  [\"{}\", \"{}\", {}],\n", asset.url, asset.sri(), asset.bytes.len()))
        .collect();
    format!("[\n{}]", rows.concat())
}

fn fill(template: &str, values: &BTreeMap<String, String>) -> Result<String> {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").context("a reference does not end")?;
        let Some(value) = values.get(name) else { bail!("nothing is named {{{{{name}}}}} here") };
        filled.push_str(before);
        filled.push_str(value);
        rest = after;
    }
    Ok(filled + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_filled_and_unknown_ones_refused() {
        let values = BTreeMap::from([("a.js".to_owned(), "/a/a-1.js".to_owned())]);
        assert_eq!(fill("x {{a.js}} y", &values).unwrap(), "x /a/a-1.js y");
        assert!(fill("{{b.js}}", &values).is_err());
        assert!(fill("{{a.js", &values).is_err());
    }

    #[test]
    fn a_change_renames_the_build_what_changed_and_what_names_it_and_nothing_else() {
        let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("../client/web");
        let copy = tempfile::tempdir().unwrap();
        for folder in ["", "icons"] {
            fs::create_dir_all(copy.path().join(folder)).unwrap();
            for entry in
                fs::read_dir(web.join(folder)).unwrap().map(Result::unwrap).filter(|e| e.path().is_file())
            {
                fs::copy(entry.path(), copy.path().join(folder).join(entry.file_name())).unwrap();
            }
        }
        fs::create_dir(copy.path().join("css")).unwrap();
        let site = |css: &str, rest: &str| {
            fs::write(copy.path().join("css/main.css"), css).unwrap();
            let bound = |name: &str| Bound { wasm: name.into(), js: name.into(), chunks: Vec::new() };
            let chunks = vec![("ui-rest.wasm".to_owned(), rest.into())];
            let ui = Bound { js: "load {{ui-rest.wasm}}".into(), chunks, ..bound("ui") };
            link(copy.path(), Modules { ui, core: bound("core"), scan: bound("scan") }).unwrap()
        };
        let urls = |site: &Site| site.files.iter().map(|asset| asset.url.clone()).collect::<Vec<_>>();
        let (before, after) = (site("a{}", "rest"), site("b{}", "rest"));
        assert_ne!(before.build, after.build);
        let changed: Vec<String> =
            urls(&after).into_iter().filter(|url| !urls(&before).contains(url)).collect();
        let stems: Vec<&str> =
            changed.iter().filter_map(|url| url.rsplit_once('-')).map(|(stem, _)| stem).collect();
        assert_eq!(stems, ["/a/main", "/a/core-worker", "/a/scan-worker", "/a/boot"]);

        let other = site("a{}", "other");
        let chunk = other.files.iter().find(|asset| asset.url.starts_with("/a/ui-rest-")).unwrap();
        let glue = other
            .files
            .iter()
            .find(|asset| asset.url.starts_with("/a/ui-") && asset.url.ends_with(".js"))
            .unwrap();
        assert_eq!(glue.bytes, format!("load {}", chunk.url).as_bytes(), "the glue names its own chunk");
        assert!(
            chunk.is_precached && !urls(&before).contains(&chunk.url) && !urls(&before).contains(&glue.url)
        );
        assert_ne!(before.build, other.build);
    }
}
