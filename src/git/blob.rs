//! What can be said about a file's bytes without a repository.

/// The Git blob id of these bytes (SHA-1, 40 hex digits), as
/// `git hash-object` prints it for a file that no filter changes.
///
/// Bytes made to attack SHA-1 (they collide with others) have no honest id:
/// theirs is all zeros, which no object has.
pub fn blob_id(bytes: &[u8]) -> String {
    let kind = gix::hash::Kind::Sha1;
    gix::objs::compute_hash(kind, gix::objs::Kind::Blob, bytes).unwrap_or_else(|_| kind.null()).to_string()
}

/// Whether these bytes stand for a file that Git LFS keeps elsewhere
/// (<https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md>): a pointer is
/// under 1024 bytes and opens with its version line.
pub fn is_lfs_pointer(bytes: &[u8]) -> bool {
    const OPENINGS: [&[u8]; 2] =
        [b"version https://git-lfs.github.com/spec/", b"version https://hawser.github.com/spec/"];
    bytes.len() < 1024 && OPENINGS.iter().any(|opening| bytes.starts_with(opening))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blob_ids_are_what_git_hash_object_prints() {
        assert_eq!(blob_id(b""), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
        assert_eq!(blob_id(b"hello\n"), "ce013625030ba8dba906f756967f9e9ca394464a");
    }

    #[test]
    fn lfs_pointers_are_told_from_manifests() {
        let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";
        assert!(is_lfs_pointer(pointer));
        assert!(!is_lfs_pointer(b"apiVersion: v1\nkind: ConfigMap\n"));
        let long = [pointer.as_slice(), &[b'#'; 1024]].concat();
        assert!(!is_lfs_pointer(&long));
    }
}
