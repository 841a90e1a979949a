//! Everything that can be set about a running relay, in one place: each setting with its meaning, unit and default,
//! the same for flags, environment and file. A flag wins over the environment, that over the file, that over the default.
//! docs/OPERATIONS.md has the same table; a test compares them.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::clock::{Clock, SystemClock};
use crate::demo::Size;
use crate::store::Faults;

/// How the log's lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people: one line of text each.
    Text,
    /// For programs: one JSON object a line.
    Json,
}

/// Why the settings' file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be read.
    #[error("the settings' file {} cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is no TOML, or has a key that is none, or a value that does not fit its key.
    #[error("the settings' file {} is wrong:\n{reason}", path.display())]
    Wrong {
        /// The file.
        path: PathBuf,
        /// Where and why.
        reason: String,
    },
}

/// One setting, as `muster config` and the documentation tell of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// Its key in the file; the flag is the same with dashes.
    pub key: &'static str,
    /// Its variable in the environment.
    pub variable: &'static str,
    /// What it means, in what unit, and what it is unless set.
    pub meaning: &'static str,
}

macro_rules! settings {
    (
        with_default { $( $(#[doc = $doc:literal])* $name:ident: $type:ty = $default:expr, $variable:literal; )* }
        optional { $( $(#[doc = $odoc:literal])* $oname:ident: $otype:ty, $ovariable:literal; )* }
    ) => {
        /// How to run a relay.
        #[derive(Clone)]
        pub struct Config {
            $( $(#[doc = $doc])* pub $name: $type, )*
            $( $(#[doc = $odoc])* pub $oname: Option<$otype>, )*
            /// Fill an empty data folder with the demo bureau, and make enrolment codes for three of its people.
            pub is_demo: bool,
            /// How much more than usual the demo's two officers have, to try a large station.
            pub demo_size: Size,
            /// Serve a local network over TLS, with an authority of its own unless certificate files are named.
            pub is_lan: bool,
            /// Pages that the database may have at most, to try a full disk.
            pub page_count_max: Option<u32>,
            /// Faults for tests.
            pub faults: Faults,
            /// The clock.
            pub clock: Arc<dyn Clock>,
        }

        /// What one source of settings gives: flags with environment, or a file.
        #[derive(Debug, Clone, Default, PartialEq, Eq, clap::Args, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct Given {
            $( $(#[doc = $doc])* #[arg(long, env = $variable)]
            #[serde(skip_serializing_if = "Option::is_none")]
            pub $name: Option<$type>, )*
            $( $(#[doc = $odoc])* #[arg(long, env = $ovariable)]
            #[serde(skip_serializing_if = "Option::is_none")]
            pub $oname: Option<$otype>, )*
        }

        impl Given {
            /// These settings, and what they leave open from another source.
            pub fn or(self, other: Self) -> Self {
                Self {
                    $( $name: self.$name.or(other.$name), )*
                    $( $oname: self.$oname.or(other.$oname), )*
                }
            }
        }

        impl Config {
            /// The defaults, over a data folder.
            pub fn new(data: PathBuf) -> Self {
                Self::of(Given { data: Some(data), ..Given::default() })
            }

            /// What is given, and the defaults for the rest.
            pub fn of(given: Given) -> Self {
                Self {
                    $( $name: given.$name.unwrap_or_else(|| $default), )*
                    $( $oname: given.$oname, )*
                    is_demo: false,
                    demo_size: Size::default(),
                    is_lan: false,
                    page_count_max: None,
                    faults: Faults::default(),
                    clock: Arc::new(SystemClock::default()),
                }
            }

            /// Every setting as it is in effect.
            pub fn settings(&self) -> Given {
                Given {
                    $( $name: Some(self.$name.clone()), )*
                    $( $oname: self.$oname.clone(), )*
                }
            }
        }

        /// Every setting, in the order of the documentation.
        pub const SETTINGS: &[Setting] = &[
            $( Setting { key: stringify!($name), variable: $variable, meaning: concat!($($doc,)*) }, )*
            $( Setting { key: stringify!($oname), variable: $ovariable, meaning: concat!($($odoc,)*) }, )*
        ];
    };
}

settings! {
    with_default {
        /// The data folder; made when it is not there. Default: `data`.
        data: PathBuf = PathBuf::from("data"), "MUSTER_DATA";
        /// Address and port to serve on. Plain HTTP is spoken on loopback only; port 0 takes any free one. Default:
        /// `127.0.0.1:8080`.
        listen: SocketAddr = SocketAddr::from(([127, 0, 0, 1], 8080)), "MUSTER_LISTEN";
        /// What is logged: `error`, `warn`, `info`, `debug`, or levels by part as in `info,server::relay=debug`.
        /// Default: `info`.
        log: String = "info".to_owned(), "MUSTER_LOG";
        /// How log lines are written: `text` or `json`. Default: `text`.
        log_format: LogFormat = LogFormat::Text, "MUSTER_LOG_FORMAT";
        /// Live connections (WebSockets) of all phones together; one more is told to come later. Default: 20000.
        connections_max: u32 = 20_000, "MUSTER_CONNECTIONS_MAX";
        /// Live connections of one device: its tabs, and those whose end has not been noticed yet. Default: 16.
        connections_device_max: u32 = 16, "MUSTER_CONNECTIONS_DEVICE_MAX";
        /// Bytes of requests that are being handled, over all connections; what would exceed it is told to come later.
        /// Default: 134217728 (128 MiB).
        inflight_bytes_max: u32 = 128 << 20, "MUSTER_INFLIGHT_BYTES_MAX";
        /// Bytes that bundles which are being brought in may take, beside those of requests; of three times its length each.
        /// Default: 134217728 (128 MiB).
        bundles_bytes_max: u32 = 128 << 20, "MUSTER_BUNDLES_BYTES_MAX";
        /// Large readings of the log at one time: phones that fetch everything wait for each other and not for pushes.
        /// Default: 2.
        bootstraps_max: u32 = 2, "MUSTER_BOOTSTRAPS_MAX";
        /// Bytes that must be free on the data folder's disk for the relay to call itself ready. Default: 268435456
        /// (256 MiB).
        disk_free_bytes_min: u64 = 256 << 20, "MUSTER_DISK_FREE_BYTES_MIN";
    }
    optional {
        /// Where people reach the relay, as in `https://muster.example`; enrolment links begin with it. Default:
        /// `http://localhost` and the port.
        origin: String, "MUSTER_ORIGIN";
        /// Address and port for TLS, from outside too. Default: none; with certificate files or `--lan`, `0.0.0.0:8443`.
        tls_listen: SocketAddr, "MUSTER_TLS_LISTEN";
        /// File with the certificate chain for TLS, PEM; read again when it changes. Default: none.
        tls_certificate: PathBuf, "MUSTER_TLS_CERTIFICATE";
        /// File with the certificate's key, PEM. Default: none.
        tls_key: PathBuf, "MUSTER_TLS_KEY";
        /// Address and port of the page that gets phones of a local network to trust the relay: plain HTTP, nothing of the
        /// bureau. Default: none; with `--lan` and no certificate files, `0.0.0.0:8081`.
        trust_listen: SocketAddr, "MUSTER_TRUST_LISTEN";
        /// Address and port for `/metrics`, loopback only. Default: none, and no metrics are served.
        metrics_listen: SocketAddr, "MUSTER_METRICS_LISTEN";
        /// Folder with the interface's files. Default: none, and those inside the program are served.
        assets: PathBuf, "MUSTER_ASSETS";
    }
}

impl Given {
    /// Reads a settings' file.
    ///
    /// # Errors
    /// When it cannot be read, or has anything in it that is no setting.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = fs::read_to_string(path)
            .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
        toml::from_str(&text).map_err(|error| ConfigError::Wrong {
            path: path.to_owned(),
            reason: error.to_string().trim_end().to_owned(),
        })
    }
}

impl Config {
    /// The origin of enrolment links: as set, or this machine's at a port.
    pub fn origin_at(&self, port: u16) -> String {
        match &self.origin {
            Some(origin) => origin.trim_end_matches('/').to_owned(),
            None => format!("http://localhost:{port}"),
        }
    }

    /// Whether people reach it through TLS, which something in front of it ends.
    pub fn is_behind_tls(&self) -> bool {
        self.origin.as_ref().is_some_and(|origin| origin.starts_with("https://"))
    }

    /// Every setting in effect with its meaning, as a settings' file.
    pub fn to_toml(&self) -> String {
        let values = toml::Table::try_from(self.settings()).expect("settings are text and numbers");
        let mut text = String::new();
        for Setting { key, variable, meaning } in SETTINGS {
            text.push_str(&format!("#{meaning}\n# Flag --{}, variable {variable}.\n", key.replace('_', "-")));
            match values.get(*key) {
                Some(value) => text.push_str(&format!("{key} = {value}\n\n")),
                None => text.push_str(&format!("# {key} =\n\n")),
            }
        }
        text
    }
}

#[cfg(test)]
mod tests;
