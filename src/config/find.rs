//! Where `trueup.yaml` is.

use std::path::{Path, PathBuf};

/// What the configuration file is called.
pub const FILE_NAME: &str = "trueup.yaml";

/// The nearest `trueup.yaml`: in `start`, or in a folder above it up to `stop`
/// (the repository's root), which is looked into too. Without `stop`, or when
/// `start` lies elsewhere, only in `start` itself: a file that merely happens
/// to lie somewhere above must not decide what gets deployed.
pub fn find(start: &Path, stop: Option<&Path>) -> Option<PathBuf> {
    let stop = stop.filter(|stop| start.starts_with(stop)).unwrap_or(start);
    start
        .ancestors()
        .take_while(|folder| folder.starts_with(stop))
        .map(|folder| folder.join(FILE_NAME))
        .find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn the_nearest_file_up_to_the_root_is_found() {
        let outside = tempfile::tempdir().expect("a folder");
        let root = outside.path().join("repository");
        let deep = root.join("services/shop");
        fs::create_dir_all(&deep).expect("folders");
        fs::write(outside.path().join(FILE_NAME), "").expect("a file");
        assert_eq!(find(&deep, Some(&root)), None, "never above the root");
        assert_eq!(find(&deep, None), None, "never above without a root");
        fs::write(root.join(FILE_NAME), "").expect("a file");
        assert_eq!(find(&deep, Some(&root)), Some(root.join(FILE_NAME)));
        fs::write(deep.join(FILE_NAME), "").expect("a file");
        assert_eq!(find(&deep, Some(&root)), Some(deep.join(FILE_NAME)));
        assert_eq!(find(&deep, None), Some(deep.join(FILE_NAME)));
    }
}
