//! Files encrypted by the real SOPS, for keys of age that each test makes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::TestEnvironment;
use super::tools::Tool;

/// A key of age.
pub(crate) struct AgeKey {
    /// The file that holds it.
    pub(crate) file: PathBuf,
    /// Its public half.
    pub(crate) recipient: String,
}

impl AgeKey {
    /// Makes one, outside of the repository.
    pub(crate) fn make(environment: &TestEnvironment, name: &str) -> Self {
        let file = environment.outside().join(name);
        let made = Command::new(Tool::AgeKeygen.program()).arg("-o").arg(&file).output().expect("age-keygen");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let text = fs::read_to_string(&file).expect("a key");
        let recipient = text.lines().find_map(|line| line.strip_prefix("# public key: "));
        Self { recipient: recipient.expect("a public key").to_owned(), file }
    }

    /// Its path.
    pub(crate) fn path(&self) -> &str {
        self.file.to_str().expect("UTF-8")
    }

    /// A text as SOPS encrypts it for this key, in the format that the name of a file
    /// stands for, with more options of `sops encrypt`.
    #[track_caller]
    pub(crate) fn encrypt(&self, name: &str, text: &str, options: &[&str]) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join(Path::new(name).file_name().expect("a name"));
        fs::write(&file, text).expect("a file");
        let run = Command::new(Tool::Sops.program())
            .args(["encrypt", "--age", &self.recipient])
            .args(options)
            .arg(&file)
            .env("HOME", folder.path())
            .output()
            .expect("sops");
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        String::from_utf8(run.stdout).expect("text")
    }

    /// A manifest of which only the data is encrypted.
    #[track_caller]
    pub(crate) fn encrypt_data(&self, manifest: &str) -> String {
        self.encrypt("a.yaml", manifest, &["--encrypted-regex", "^(data|stringData)$"])
    }
}
