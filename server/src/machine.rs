//! What the operating system tells about this process and its disk. Where it tells nothing (no Linux), there is nothing.

use std::fs;
use std::path::Path;

/// Bytes of memory that this process has.
pub fn resident_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1_024)
}

/// Files and sockets that this process has open.
pub fn open_files() -> Option<u64> {
    let open = fs::read_dir("/proc/self/fd").ok()?.count();
    // One of them is the reading itself.
    u64::try_from(open.saturating_sub(1)).ok()
}

/// Bytes that may still be written to the disk of a folder.
pub fn disk_free_bytes(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linux_tells_what_there_is() {
        assert!(resident_bytes().unwrap() > 1 << 20);
        assert!(open_files().unwrap() >= 3);
        assert!(disk_free_bytes(Path::new("/")).is_some());
        assert_eq!(disk_free_bytes(Path::new("/nowhere")), None);
    }
}
