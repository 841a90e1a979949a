//! Every input that fuzzing found, and a small corpus that reaches what it reached, run again; and every seed.

use std::fs;
use std::path::Path;

use fuzz_targets::TARGETS;

#[test]
fn every_kept_input_and_every_seed_comes_back() {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus-kept");
    for target in TARGETS {
        for seed in (target.seeds)() {
            (target.run)(&seed);
        }
        let files = fs::read_dir(kept.join(target.name)).unwrap();
        let mut count = 0;
        for file in files {
            let path = file.unwrap().path();
            eprintln!("{}", path.display());
            (target.run)(&fs::read(&path).unwrap());
            count += 1;
        }
        assert!(count > 0, "{} keeps nothing", target.name);
    }
}

#[test]
fn every_target_is_one_of_cargo_fuzz() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/Cargo.toml");
    let manifest = fs::read_to_string(manifest).unwrap();
    for target in TARGETS {
        assert!(manifest.contains(&format!("name = \"{}\"", target.name)), "{}", target.name);
    }
    assert_eq!(manifest.matches("[[bin]]").count(), TARGETS.len());
}
