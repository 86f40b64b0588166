//! What tells a program from another one, without running it.

use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// Names the very file that would run: another one, or the same changed, has another
/// name. `None` for scripts, which may run anything.
pub fn identity(program: &Path) -> Option<String> {
    let real = program.canonicalize().ok()?;
    let mut file = File::open(&real).ok()?;
    let mut start = [0; 2];
    file.read_exact(&mut start).ok()?;
    if &start == b"#!" {
        return None;
    }
    let found = file.metadata().ok()?;
    Some(format!(
        "{} {} {} {} {}.{:09} {}.{:09}",
        real.display(),
        found.dev(),
        found.ino(),
        found.len(),
        found.mtime(),
        found.mtime_nsec(),
        found.ctime(),
        found.ctime_nsec(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_program_that_changes_is_another_and_a_script_is_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let program = folder.path().join("render");
        fs::write(&program, b"\x7fELF one").expect("a file");
        let first = identity(&program);
        assert!(first.is_some());
        assert_eq!(identity(&program), first);
        fs::write(folder.path().join("new"), b"\x7fELF two").expect("a file");
        fs::rename(folder.path().join("new"), &program).expect("a file");
        assert!(identity(&program).is_some_and(|second| Some(second) != first));
        fs::write(&program, "#!/bin/sh\n").expect("a file");
        assert_eq!(identity(&program), None);
        assert_eq!(identity(&folder.path().join("missing")), None);
    }
}
