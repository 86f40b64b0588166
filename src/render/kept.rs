//! What programs have printed, kept in the user's cache folder from one run to the next.
//!
//! A thing is found by a [`Key`], which stands for everything that goes into it, and
//! nothing else: there is no age at which it's stale. It's kept only where one may look
//! in again later: nothing with a secret in it, and nothing that would be another thing
//! each time.
//!
//! Runs at the same time don't disturb each other: files are moved into their places
//! whole, and whoever finds one broken, or gone, makes it anew. A folder that others may
//! write into isn't believed.

use std::fs::{self, File};
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use sha2::{Digest as _, Sha256};

use crate::cache;
use crate::hex::hex;

/// What such files begin with. Another number is another format, or another way from
/// the same files to what is kept.
const FORMAT: &str = "trueup rendered 1";

/// Larger things aren't kept.
const LARGEST: usize = 32 << 20;

/// So many bytes on disk are left of what is kept when that's looked at.
const MOST: u64 = 224 << 20;

/// It's looked at after so many more.
const LOOK_AFTER: u64 = 32 << 20;

/// Where it stands how many there are since.
const SINCE: &str = "since";

/// A file takes as much of a disk at least.
const BLOCK: u64 = 4096;

/// When a file was used last is told this exactly.
const USED: Duration = Duration::from_secs(60 * 60);

/// Names a thing by everything that goes into it.
#[derive(Clone)]
pub(super) struct Key(Sha256);

impl Key {
    /// For things of one kind.
    pub(super) fn new(kind: &str) -> Self {
        Self(Sha256::new()).with(FORMAT).with(env!("CARGO_PKG_VERSION")).with(kind)
    }

    /// This goes into it, too.
    #[must_use]
    pub(super) fn with(mut self, part: impl AsRef<[u8]>) -> Self {
        let part = part.as_ref();
        self.0.update((part.len() as u64).to_le_bytes());
        self.0.update(part);
        self
    }

    fn name(self) -> String {
        hex(&self.0.finalize())
    }
}

/// The folder of what is kept. What was put in is counted when this is dropped.
#[derive(Debug)]
pub(super) struct Kept {
    folder: PathBuf,
    put: AtomicU64,
}

impl Kept {
    /// `None` where there may be a folder that somebody else has a hand in.
    pub(super) fn open(folder: &Path) -> Option<Self> {
        match folder.metadata() {
            Ok(found) => {
                let is_ours = found.uid() == rustix::process::geteuid().as_raw();
                (found.is_dir() && is_ours && found.mode() & 0o022 == 0).then(|| Self::at(folder))
            }
            Err(error) => (error.kind() == std::io::ErrorKind::NotFound).then(|| Self::at(folder)),
        }
    }

    fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), put: AtomicU64::new(0) }
    }

    /// What is kept under a key; nothing where it's broken.
    pub(super) fn get(&self, key: &Key) -> Option<Vec<u8>> {
        let name = key.clone().name();
        let mut file = File::open(self.folder.join(&name)).ok()?;
        let found = file.metadata().ok()?;
        let mut bytes = Vec::with_capacity(usize::try_from(found.len()).ok()?.min(LARGEST) + 1);
        file.by_ref().take(LARGEST as u64).read_to_end(&mut bytes).ok()?;
        let end = bytes.iter().position(|byte| *byte == b'\n')?;
        let size = size_in(std::str::from_utf8(&bytes[..end]).ok()?, &name)?;
        let content = zstd::bulk::decompress(&bytes[end + 1..], size).ok()?;
        if found.modified().is_ok_and(|used| used.elapsed().is_ok_and(|ago| ago > USED)) {
            // Who may not say so loses it sooner.
            let _ = file.set_modified(SystemTime::now());
        }
        (content.len() == size).then_some(content)
    }

    /// Keeps this. That it can't be kept is no matter.
    pub(super) fn put(&self, key: &Key, content: &[u8]) {
        if content.len() > LARGEST {
            return;
        }
        let name = key.clone().name();
        let Some(packed) = packed(content) else { return };
        let mut bytes = format!("{FORMAT} {name} {}\n", content.len()).into_bytes();
        bytes.extend(packed);
        if cache::write(&self.folder.join(&name), &bytes).is_ok() {
            self.put.fetch_add(on_disk(bytes.len() as u64), Ordering::Relaxed);
        }
    }

    /// Counts what was put in, and makes room once that's enough.
    fn settle(&self) {
        let put = self.put.swap(0, Ordering::Relaxed);
        if put == 0 {
            return;
        }
        let since = self.folder.join(SINCE);
        let before = cache::read(&since, 32).ok().and_then(|text| String::from_utf8(text).ok()?.parse().ok());
        let count = before.map_or(u64::MAX, |before: u64| before.saturating_add(put));
        let count = if count > LOOK_AFTER {
            make_room(&self.folder, MOST);
            0
        } else {
            count
        };
        let _ = cache::write(&since, count.to_string().as_bytes());
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.settle();
    }
}

/// How long the content is, by a file's first line.
fn size_in(head: &str, name: &str) -> Option<usize> {
    let size = head.strip_prefix(FORMAT)?.strip_prefix(' ')?.strip_prefix(name)?.strip_prefix(' ')?;
    size.parse().ok().filter(|size| *size <= LARGEST)
}

/// With a checksum, by which a broken file is told.
fn packed(content: &[u8]) -> Option<Vec<u8>> {
    let mut packer = zstd::bulk::Compressor::new(1).ok()?;
    packer.include_checksum(true).ok()?;
    packer.compress(content).ok()
}

fn on_disk(size: u64) -> u64 {
    size.next_multiple_of(BLOCK)
}

/// Removes what was used longest ago, until no more than `most` is left, and what
/// killed runs have left half.
fn make_room(folder: &Path, most: u64) {
    let mut files: Vec<(SystemTime, u64, PathBuf)> = Vec::new();
    for entry in folder.read_dir().into_iter().flatten().flatten() {
        let Ok(found) = entry.metadata() else { continue };
        let used = found.modified().unwrap_or(SystemTime::UNIX_EPOCH);
        let is_half = entry.path().extension().is_some();
        if is_half && used.elapsed().is_ok_and(|ago| ago > USED) {
            let _ = fs::remove_file(entry.path());
        } else if found.is_file() && !is_half && entry.file_name() != SINCE {
            files.push((used, on_disk(found.len()), entry.path()));
        }
    }
    files.sort_by(|one, other| other.cmp(one));
    let mut size = 0;
    for (_, file, path) in files {
        size += file;
        if size > most {
            let _ = fs::remove_file(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn kept(folder: &tempfile::TempDir) -> Kept {
        Kept::open(&folder.path().join("trueup/rendered")).expect("a folder of our own")
    }

    fn names(kept: &Kept) -> Vec<String> {
        let names = kept.folder.read_dir().expect("a folder").flatten();
        let mut names: Vec<String> =
            names.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn what_was_put_in_is_found_by_its_key_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let kept = kept(&folder);
        let key = Key::new("a").with("b").with("c");
        assert_eq!(kept.get(&key), None);
        kept.put(&key, b"content");
        assert_eq!(kept.get(&key).as_deref(), Some(&b"content"[..]));
        for other in [
            Key::new("a").with("bc"),
            Key::new("a").with("").with("bc"),
            Key::new("b").with("b").with("c"),
            Key::new("a").with("b").with("c").with(""),
        ] {
            assert_eq!(kept.get(&other), None);
        }
        kept.put(&Key::new("empty"), b"");
        assert_eq!(kept.get(&Key::new("empty")).as_deref(), Some(&b""[..]));
    }

    #[test]
    fn a_broken_file_counts_as_none_whatever_is_broken() {
        let folder = tempfile::tempdir().expect("a folder");
        let kept = kept(&folder);
        let (key, other) = (Key::new("a"), Key::new("b"));
        let content = b"apiVersion: v1\nkind: ConfigMap\n".repeat(20);
        kept.put(&key, &content);
        let file = kept.folder.join(key.clone().name());
        let whole = fs::read(&file).expect("a file");
        for at in 0..whole.len() {
            let mut broken = whole.clone();
            broken[at] ^= 1;
            fs::write(&file, &broken).expect("a file");
            assert_eq!(kept.get(&key).filter(|found| *found != content), None, "byte {at}");
            fs::write(&file, &whole[..at]).expect("a file");
            assert_eq!(kept.get(&key), None, "cut at {at}");
        }
        fs::write(kept.folder.join(other.clone().name()), &whole).expect("a file");
        assert_eq!(kept.get(&other), None, "another's file");
        kept.put(&key, &content);
        assert_eq!(kept.get(&key), Some(content));
    }

    #[test]
    fn a_folder_that_others_may_write_into_isnt_believed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("rendered");
        fs::create_dir(&path).expect("a folder");
        for (mode, is_believed) in [(0o700, true), (0o755, true), (0o770, false), (0o777, false)] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("a mode");
            assert_eq!(Kept::open(&path).is_some(), is_believed, "{mode:o}");
        }
        fs::write(folder.path().join("file"), "").expect("a file");
        assert!(Kept::open(&folder.path().join("file")).is_none());
    }

    #[test]
    fn where_nothing_can_be_written_nothing_is_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("trueup"), "a file, not a folder").expect("a file");
        let kept = Kept::at(&folder.path().join("trueup/rendered"));
        kept.put(&Key::new("a"), b"content");
        assert_eq!(kept.get(&Key::new("a")), None);
    }

    #[test]
    fn what_was_used_longest_ago_makes_room() {
        let folder = tempfile::tempdir().expect("a folder");
        let kept = kept(&folder);
        let keys = ["a", "b", "c"].map(Key::new);
        for (key, hours) in keys.iter().zip([3, 2, 4]) {
            kept.put(key, b"content");
            let file = File::open(kept.folder.join(key.clone().name())).expect("a file");
            file.set_modified(SystemTime::now() - hours * USED).expect("a time");
        }
        assert!(kept.get(&keys[2]).is_some(), "it's used");
        let (old, new) = (kept.folder.join("x.1"), kept.folder.join("x.2"));
        for half in [&old, &new] {
            fs::write(half, "half").expect("a file");
        }
        File::open(&old).and_then(|file| file.set_modified(SystemTime::now() - 2 * USED)).expect("a time");

        make_room(&kept.folder, 2 * BLOCK);

        let left = keys.map(|key| kept.get(&key).is_some());
        assert_eq!((left, old.exists(), new.exists()), ([false, true, true], false, true));
    }

    #[test]
    fn room_is_made_now_and_then_and_not_in_every_run() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = kept(&folder);
        first.put(&Key::new("a"), b"content");
        drop(first);
        let kept = kept(&folder);
        let since = || fs::read_to_string(kept.folder.join(SINCE)).expect("a number");
        assert_eq!((since().as_str(), names(&kept).len()), ("0", 2));
        kept.put(&Key::new("b"), b"content");
        kept.settle();
        assert_eq!(since(), "4096");
        kept.settle();
        assert_eq!(since(), "4096", "nothing was put in");
        fs::write(kept.folder.join(SINCE), LOOK_AFTER.to_string()).expect("a file");
        kept.put(&Key::new("c"), b"content");
        kept.settle();
        assert_eq!(since(), "0");
    }
}
