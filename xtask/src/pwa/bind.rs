//! Makes the JavaScript glue of a wasm module with wasm-bindgen, and keeps the result by the input's digest.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use wasm_bindgen_cli_support::Bindgen;

use super::Profile;
use super::asset::hex;
use super::split;
use crate::workspace::Workspace;

/// A module and its glue.
pub struct Bound {
    /// The wasm module, rewritten by wasm-bindgen.
    pub wasm: Vec<u8>,
    /// The ES module that instantiates it; its default export takes `{ module_or_path }`.
    pub js: Vec<u8>,
    /// What was cut off it, by the names of the assets; the glue refers to them.
    pub chunks: Vec<(String, Vec<u8>)>,
}

/// Whether a module is one file or is cut.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As it is.
    Whole,
    /// Cut where its crate says.
    Cut,
}

/// Binds the module at `path`.
///
/// # Errors
/// When wasm-bindgen refuses the module, or a crate brings JavaScript files of its own, which this product serves none of.
pub fn bind(workspace: &Workspace, name: &str, path: &Path, form: Form, profile: Profile) -> Result<Bound> {
    let input = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let lock = fs::read(workspace.root.join("Cargo.lock")).context("cannot read Cargo.lock")?;
    let key = hex(format!("{} {} {}", hex(&input), hex(&lock), profile.name()).as_bytes());
    let folder = workspace.target.join("pwa/cache").join(format!("{name}-{}", &key[..32]));
    if let Some(kept) = kept(&folder) {
        return Ok(kept);
    }
    let split = (form == Form::Cut).then(|| split::split(name, &input, profile)).transpose()?;
    let input = split.as_ref().map_or(input, |split| split.first.clone());

    let mut bindgen = Bindgen::new();
    bindgen.input_bytes(name, input).typescript(false).omit_default_module_path(true);
    // The chunks put their functions into the first module's table.
    bindgen.keep_lld_exports(form == Form::Cut);
    bindgen.remove_name_section(profile == Profile::Release).remove_producers_section(true);
    let mut output = bindgen.web(true)?.generate_output().with_context(|| format!("wasm-bindgen: {name}"))?;
    // Crates may carry JavaScript for platforms other than this; what counts is whether the glue asks for it.
    ensure!(
        !output.js().contains("./snippets/"),
        "{name}: the glue imports JavaScript of a crate ({}); the asset pipeline serves none",
        output.snippets().keys().chain(output.local_modules().keys()).cloned().collect::<Vec<_>>().join(", ")
    );
    let js = match &split {
        Some(split) => split.join(output.js()).with_context(|| name.to_owned())?,
        None => output.js().to_owned(),
    };
    let wasm = output.wasm_mut().emit_wasm();
    let bound =
        Bound { wasm, js: js.into_bytes(), chunks: split.map(|split| split.chunks).unwrap_or_default() };
    keep(&folder, &bound)?;
    Ok(bound)
}

const MODULE: &str = "module.wasm";
const GLUE: &str = "glue.js";

/// What was made of the same input before.
fn kept(folder: &Path) -> Option<Bound> {
    let js = fs::read(folder.join(GLUE)).ok()?;
    let wasm = fs::read(folder.join(MODULE)).ok()?;
    let mut chunks = Vec::new();
    for entry in fs::read_dir(folder).ok()? {
        let name = entry.ok()?.file_name().into_string().ok()?;
        if name.ends_with(".wasm") && name != MODULE {
            chunks.push((name.clone(), fs::read(folder.join(name)).ok()?));
        }
    }
    chunks.sort();
    Some(Bound { wasm, js, chunks })
}

/// The glue is written last: without it nothing is there.
fn keep(folder: &Path, bound: &Bound) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let chunks = bound.chunks.iter().map(|(name, bytes)| (name.as_str(), bytes));
    for (name, bytes) in chunks.chain([(MODULE, &bound.wasm), (GLUE, &bound.js)]) {
        fs::write(folder.join(name), bytes).with_context(|| format!("cannot keep {name}"))?;
    }
    Ok(())
}
