//! A relay in a local network: which addresses this machine has there, and the doors through which a phone comes in,
//! kept in the data folder so that `muster invite` can name them.

use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::tls::authority::is_private;

/// Where phones come in. The page of trust is plain HTTP: it has nothing but the certificate that makes the rest safe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doors {
    /// The app's origin, with TLS.
    pub app: String,
    /// The page that gets a phone to trust it; none where phones trust its certificate already.
    pub trust: Option<String>,
}

impl Doors {
    /// The one link that leads a phone all the way: trust if it must, then the app, with a code to the enrolment.
    pub fn link(&self, code: Option<&str>) -> String {
        match (&self.trust, code) {
            (Some(trust), Some(code)) => format!("{trust}/#{code}"),
            (Some(trust), None) => format!("{trust}/"),
            (None, Some(code)) => format!("{}/enrol#{code}", self.app),
            (None, None) => format!("{}/", self.app),
        }
    }

    /// The doors that the relay of a data folder has opened.
    pub fn read(data: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(file(data)).ok()?).ok()
    }

    /// Keeps them for other commands.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, data: &Path) -> std::io::Result<()> {
        fs::write(file(data), serde_json::to_vec_pretty(self)?)
    }

    /// Forgets them: the relay is not in a local network any more.
    pub fn forget(data: &Path) {
        // It was not there, or nobody can read it.
        drop(fs::remove_file(file(data)));
    }
}

fn file(data: &Path) -> PathBuf {
    data.join("doors.json")
}

/// Addresses of this machine that phones of a local network can reach, the likeliest first: IPv4 before IPv6, home and
/// office networks before those that containers make.
pub fn addresses() -> Vec<IpAddr> {
    let mut found: Vec<(u8, IpAddr)> = if_addrs::get_if_addrs()
        .unwrap_or_default()
        .into_iter()
        .filter(|interface| !interface.is_loopback())
        .map(|interface| (rank(&interface.name, interface.ip()), interface.ip()))
        .filter(|(_, address)| is_private(*address))
        // A phone needs to be told the interface of such an address, and its link has no place for it.
        .filter(|(_, address)| !matches!(address, IpAddr::V6(v6) if v6.is_unicast_link_local()))
        .collect();
    found.sort();
    found.dedup();
    found.into_iter().map(|(_, address)| address).collect()
}

fn rank(interface: &str, address: IpAddr) -> u8 {
    let is_made = ["docker", "br-", "veth", "virbr", "podman", "cni", "tun", "tap"]
        .iter()
        .any(|start| interface.starts_with(start));
    match address {
        IpAddr::V4(v4) if v4.is_link_local() => 2,
        IpAddr::V4(_) => u8::from(is_made),
        IpAddr::V6(_) => 3,
    }
}

/// An address as it stands in a link.
pub fn host(address: IpAddr) -> String {
    match address {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => format!("[{v6}]"),
    }
}

/// The origin at an address: what phones reach if it is one, or this machine's likeliest if it is all of them.
pub fn origin(scheme: &str, listening: SocketAddr) -> Option<String> {
    let address = match listening.ip() {
        all if all.is_unspecified() => addresses().into_iter().next()?,
        one => one,
    };
    Some(format!("{scheme}://{}:{}", host(address), listening.port()))
}

/// This machine's name, if it can stand in a name.
pub fn host_name() -> Option<String> {
    let system = rustix::system::uname();
    let name = system.nodename().to_str().ok()?.split('.').next()?.to_ascii_lowercase();
    let is_plain = !name.is_empty()
        && name.len() < 64
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !name.starts_with('-');
    is_plain.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_link_leads_through_both_doors() {
        let both = Doors {
            app: "https://192.168.1.5:8443".to_owned(),
            trust: Some("http://192.168.1.5:8081".to_owned()),
        };
        assert_eq!(both.link(Some("7K3M-9QXA")), "http://192.168.1.5:8081/#7K3M-9QXA");
        assert_eq!(both.link(None), "http://192.168.1.5:8081/");
        let trusted = Doors { app: "https://muster.example".to_owned(), trust: None };
        assert_eq!(trusted.link(Some("7K3M-9QXA")), "https://muster.example/enrol#7K3M-9QXA");
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Doors::read(folder.path()), None);
        both.write(folder.path()).unwrap();
        assert_eq!(Doors::read(folder.path()), Some(both));
        Doors::forget(folder.path());
        assert_eq!(Doors::read(folder.path()), None);
    }

    #[test]
    fn what_phones_share_comes_before_what_containers_made() {
        let wifi = rank("wlan0", "192.168.1.5".parse().unwrap());
        let bridge = rank("docker0", "172.17.0.1".parse().unwrap());
        let six = rank("wlan0", "fd00::5".parse().unwrap());
        assert!(wifi < bridge && bridge < six);
        assert_eq!(origin("https", "10.0.0.7:8443".parse().unwrap()).unwrap(), "https://10.0.0.7:8443");
        assert_eq!(origin("https", "[fd00::7]:1".parse().unwrap()).unwrap(), "https://[fd00::7]:1");
    }
}
