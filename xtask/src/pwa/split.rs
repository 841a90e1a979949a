//! Cuts the ui's module where `client/ui/src/chunks/screens.rs` says: the first module, which wasm-bindgen goes on
//! with, and the chunks, which import nothing but that module's memory and table. The loaders of the chunks become
//! part of the glue, so that it is one file that names them, by `{{name}}` like everything else.

use std::fs;

use anyhow::{Context, Result, anyhow, ensure};
use walrus::ModuleConfig;
use wasm_split_cli_support::{Options, transform};

use super::Profile;

/// The name by which the first module asks for its loaders.
const LOADERS: &str = "./loaders.js";

/// A module in parts.
pub struct Split {
    /// What is there first.
    pub first: Vec<u8>,
    /// The chunks, by the names of their assets.
    pub chunks: Vec<(String, Vec<u8>)>,
    /// Their loaders.
    loaders: String,
}

/// Cuts the module of the crate `name`.
///
/// # Errors
/// When the module has no relocations, or cannot be cut.
pub fn split(name: &str, module: &[u8], profile: Profile) -> Result<Split> {
    let folder = tempfile::tempdir().context("cannot make a folder for the chunks")?;
    let first = folder.path().join("first.wasm");
    let mut options = Options::new(module);
    options.output_dir = folder.path();
    options.main_out_path = &first;
    options.link_name = LOADERS;
    options.emit_dwarf = false;
    let made = transform(options).map_err(|error| anyhow!("cannot cut {name}: {error:?}"))?;
    let mut loaders = fs::read_to_string(folder.path().join(LOADERS)).context("cannot read the loaders")?;
    let mut chunks = Vec::new();
    for path in made.split_modules {
        let stem = path.file_stem().context("a chunk without a name")?.to_string_lossy().into_owned();
        // What several of them need has a number in the place of a name.
        let asset = format!("{name}-{}.wasm", stem.trim_start_matches("split_").replace("chunk_", "shared"));
        let address = format!("new URL(\"./{stem}.wasm\", import.meta.url)");
        ensure!(loaders.contains(&address), "no loader asks for {stem}");
        loaders = loaders.replace(&address, &format!("\"{{{{{asset}}}}}\""));
        let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        chunks.push((asset, compact(&bytes, profile).with_context(|| format!("cannot write {stem} anew"))?));
    }
    chunks.sort();
    Ok(Split { first: fs::read(&first).context("cannot read the first module")?, chunks, loaders })
}

/// The splitter writes every number as long as a number can be, and names everything.
fn compact(chunk: &[u8], profile: Profile) -> Result<Vec<u8>> {
    let mut config = ModuleConfig::new();
    config.generate_name_section(profile == Profile::Test).generate_producers_section(false);
    let mut module = config.parse(chunk)?;
    walrus::passes::gc::run(&mut module);
    Ok(module.emit_wasm())
}

impl Split {
    /// The glue with the loaders in the place of their import.
    ///
    /// # Errors
    /// When the glue is not as wasm-bindgen writes it.
    pub fn join(&self, glue: &str) -> Result<String> {
        // One import for each chunk, all of the same file.
        let (imports, rest): (Vec<&str>, Vec<&str>) =
            glue.lines().partition(|line| line.starts_with("import ") && line.contains(LOADERS));
        ensure!(!imports.is_empty(), "the glue does not import the loaders");
        let aliases: Vec<&str> =
            imports.iter().filter_map(|import| import.split_whitespace().nth(3)).collect();
        let names = self.loaders.lines().filter_map(|line| line.strip_prefix("export const "));
        let names: Vec<&str> = names.filter_map(|line| line.split_once(' ').map(|(name, _)| name)).collect();
        // The glue itself is what the loaders import.
        let (_, loaders) = self.loaders.split_once(";\n").context("the loaders import nothing")?;
        let loaders = loaders.replace("export const ", "const ");
        let mut joined = format!("{}\n{loaders}\n", rest.join("\n"));
        for alias in aliases {
            joined += &format!("const {alias} = {{ {} }};\n", names.join(", "));
        }
        Ok(joined)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loaders_stand_in_the_glue_and_nothing_is_imported() {
        let loaders = "import { initSync } from \"./main.js\";\n\nlet shared;\nexport const __wasm_split_load_rest = \
            wrap(fetch(\"{{ui-rest.wasm}}\"));\n";
        let split = Split { first: Vec::new(), chunks: Vec::new(), loaders: loaders.to_owned() };
        let glue = "import * as import1 from \"./loaders.js\"\nimport * as import2 from \"./loaders.js\"\n\nconst imports = { \"./loaders.js\": import1 };\n";
        let joined = split.join(glue).unwrap();
        assert!(!joined.contains("import ") && !joined.contains("export "), "{joined}");
        assert!(
            joined.contains("const __wasm_split_load_rest = wrap(fetch(\"{{ui-rest.wasm}}\"));"),
            "{joined}"
        );
        for alias in ["import1", "import2"] {
            assert!(joined.contains(&format!("const {alias} = {{ __wasm_split_load_rest }};\n")), "{joined}");
        }
        assert!(split.join("const imports = {};").is_err());
    }

    #[test]
    fn a_module_that_cannot_be_cut_is_an_error_that_names_it() {
        let error = split("ui", b"\0asm\x01\0\0\0", Profile::Release).err().unwrap();
        assert!(error.to_string().contains("cannot cut ui"), "{error}");
    }
}
