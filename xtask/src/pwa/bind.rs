//! Makes the JavaScript glue of a wasm module with wasm-bindgen, and keeps the result by the input's digest.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use wasm_bindgen_cli_support::Bindgen;

use super::Profile;
use super::asset::hex;
use crate::workspace::Workspace;

/// A module and its glue.
pub struct Bound {
    /// The wasm module, rewritten by wasm-bindgen.
    pub wasm: Vec<u8>,
    /// The ES module that instantiates it; its default export takes `{ module_or_path }`.
    pub js: Vec<u8>,
}

/// Binds the module at `path`.
///
/// # Errors
/// When wasm-bindgen refuses the module, or a crate brings JavaScript files of its own, which this product serves none of.
pub fn bind(workspace: &Workspace, name: &str, path: &Path, profile: Profile) -> Result<Bound> {
    let input = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let lock = fs::read(workspace.root.join("Cargo.lock")).context("cannot read Cargo.lock")?;
    let key = hex(format!("{} {} {}", hex(&input), hex(&lock), profile.name()).as_bytes());
    let folder = workspace.target.join("pwa/cache").join(format!("{name}-{}", &key[..32]));
    let (wasm_path, js_path) = (folder.join("module.wasm"), folder.join("glue.js"));
    if let (Ok(wasm), Ok(js)) = (fs::read(&wasm_path), fs::read(&js_path)) {
        return Ok(Bound { wasm, js });
    }

    let mut bindgen = Bindgen::new();
    bindgen.input_bytes(name, input).typescript(false).omit_default_module_path(true);
    bindgen.remove_name_section(profile == Profile::Release).remove_producers_section(true);
    let mut output = bindgen.web(true)?.generate_output().with_context(|| format!("wasm-bindgen: {name}"))?;
    // Crates may carry JavaScript for platforms other than this; what counts is whether the glue asks for it.
    ensure!(
        !output.js().contains("./snippets/"),
        "{name}: the glue imports JavaScript of a crate ({}); the asset pipeline serves none",
        output.snippets().keys().chain(output.local_modules().keys()).cloned().collect::<Vec<_>>().join(", ")
    );
    let bound = Bound { wasm: output.wasm_mut().emit_wasm(), js: output.js().as_bytes().to_vec() };
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    fs::write(&wasm_path, &bound.wasm).context("cannot keep the bound module")?;
    fs::write(&js_path, &bound.js).context("cannot keep the glue")?;
    Ok(bound)
}
