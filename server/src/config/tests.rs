//! Settings: which source wins, what a wrong file is told, and that the documentation has them all.

use clap::Parser;

use super::*;

#[derive(Debug, Parser)]
struct Flags {
    #[command(flatten)]
    given: Given,
}

fn flags(arguments: &[&str]) -> Given {
    Flags::parse_from(std::iter::once("muster").chain(arguments.iter().copied())).given
}

fn read(text: &str) -> Result<Given, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("muster.toml");
    fs::write(&path, text).unwrap();
    Given::read(&path)
}

#[test]
fn a_flag_wins_over_the_file_and_that_over_the_default() {
    let file =
        read("listen = \"127.0.0.1:1\"\nbootstraps_max = 7\norigin = \"https://muster.example/\"").unwrap();
    let config = Config::of(flags(&["--listen", "127.0.0.1:2"]).or(file));
    assert_eq!(config.listen, SocketAddr::from(([127, 0, 0, 1], 2)), "the flag");
    assert_eq!(config.bootstraps_max, 7, "the file");
    assert_eq!(config.origin_at(9), "https://muster.example");
    assert_eq!(config.inflight_bytes_max, 128 << 20, "the default");
    assert_eq!(Config::new("x".into()).origin_at(9), "http://localhost:9");
}

#[test]
fn every_variable_fills_the_same_field_as_its_flag() {
    use clap::CommandFactory;
    let command = Flags::command();
    for Setting { key, variable, .. } in SETTINGS {
        let flag = command.get_arguments().find(|argument| argument.get_id() == key).unwrap();
        assert_eq!(flag.get_env().unwrap().to_str().unwrap(), *variable);
        assert_eq!(*variable, format!("MUSTER_{}", key.to_uppercase()));
        assert_eq!(flag.get_long().unwrap(), key.replace('_', "-"));
    }
}

#[test]
fn a_wrong_file_is_told_with_its_name_and_its_key() {
    for (text, told) in [
        ("lisen = \"127.0.0.1:1\"", "lisen"),
        ("bootstraps_max = \"many\"", "bootstraps_max"),
        ("log_format = \"xml\"", "log_format"),
        ("data = ", "line 1"),
        ("[relay]\ndata = \"x\"", "relay"),
    ] {
        let error = read(text).unwrap_err().to_string();
        assert!(error.contains("muster.toml") && error.contains(told), "{text}: {error}");
    }
    let missing = Given::read(Path::new("/nowhere/muster.toml")).unwrap_err();
    assert!(matches!(missing, ConfigError::Unreadable { .. }), "{missing}");
}

#[test]
fn what_is_printed_reads_back_as_the_same_settings() {
    let given =
        flags(&["--log-format", "json", "--metrics-listen", "127.0.0.1:9464", "--data", "/var/lib/\"x\""]);
    let config = Config::of(given);
    assert_eq!(read(&config.to_toml()).unwrap(), config.settings());
    let defaults = Config::of(Given::default());
    assert_eq!(read(&defaults.to_toml()).unwrap(), defaults.settings());
}

/// The handbook of operation lists each setting with the same words as the program.
#[test]
fn the_documentation_has_every_setting() {
    let page = include_str!("../../../docs/OPERATIONS.md");
    for Setting { key, variable, meaning } in SETTINGS {
        let line = format!("| `{key}` | `{variable}` |{meaning} |");
        assert!(page.contains(&line), "docs/OPERATIONS.md lacks:\n{line}");
    }
}

#[test]
fn every_default_is_told_where_it_is_set() {
    let values = toml::Table::try_from(Config::of(Given::default()).settings()).unwrap();
    for Setting { key, meaning, .. } in SETTINGS {
        let default = match values.get(*key) {
            Some(toml::Value::String(text)) => format!("Default: `{text}`."),
            Some(value) => format!("Default: {value}"),
            None => "Default:".to_owned(),
        };
        assert!(meaning.contains(&default), "{key}: {default} is not in:{meaning}");
    }
}
