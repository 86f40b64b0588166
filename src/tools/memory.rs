//! File systems that are in memory.

use std::path::Path;

/// tmpfs and ramfs (`TMPFS_MAGIC`, `RAMFS_MAGIC` of linux/magic.h).
#[cfg(target_os = "linux")]
const IN_MEMORY: [u64; 2] = [0x0102_1994, 0x8584_58f6];

/// Whether what is in this folder is kept in memory (which may be swapped out).
#[cfg(target_os = "linux")]
pub(super) fn holds(folder: &Path) -> bool {
    let kind = rustix::fs::statfs(folder).map(|found| found.f_type);
    kind.is_ok_and(|kind| u64::try_from(kind).is_ok_and(|kind| IN_MEMORY.contains(&kind)))
}

/// Elsewhere nobody says so.
#[cfg(not(target_os = "linux"))]
pub(super) fn holds(_: &Path) -> bool {
    false
}
