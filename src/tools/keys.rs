//! What a program that decrypts gets of the caller's environment: the ways to its keys.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::path::PathBuf;

use crate::error::Diagnostic;

/// How the variables begin by which SOPS and the libraries in it find keys.
const PREFIXES: [&str; 8] =
    ["SOPS_", "AWS_", "GOOGLE_", "CLOUDSDK_", "AZURE_", "VAULT_", "HUAWEICLOUD_", "GPG_"];

/// Others.
const NAMES: [&str; 6] =
    ["HOME", "USER", "GNUPGHOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "IDENTITY_ENDPOINT"];

/// Where an age key may come from beside a file.
const AGE_KEY_FILE: &str = "SOPS_AGE_KEY_FILE";

/// The keys that decrypt: the user's own, and perhaps one more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keys {
    /// A file of age keys, in place of `SOPS_AGE_KEY_FILE`.
    pub age_key_file: Option<PathBuf>,
}

/// Whether a variable names a file or a folder.
fn is_path(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.ends_with("_FILE") || ["GNUPGHOME", "GOOGLE_APPLICATION_CREDENTIALS"].contains(&name.as_ref())
}

/// The program runs elsewhere.
fn from_here(path: &OsStr) -> OsString {
    std::path::absolute(path).map_or_else(|_| path.to_owned(), PathBuf::into_os_string)
}

impl Keys {
    /// Refuses a file of keys that can't be read.
    pub fn check(&self) -> Result<(), Diagnostic> {
        let Some(file) = &self.age_key_file else { return Ok(()) };
        let opened = File::open(file).and_then(|file| file.metadata());
        let why = match opened {
            Ok(found) if found.is_dir() => "it's a folder".to_owned(),
            Ok(_) => return Ok(()),
            Err(error) => error.to_string(),
        };
        Err(Diagnostic::new(format!("the age key file {} can't be read", file.display()))
            .because(why)
            .hint("--age-key-file names it, or `secrets: {sops: {age-key-file: …}}` in trueup.yaml"))
    }

    /// The variables that a program gets.
    pub(super) fn variables(&self) -> impl Iterator<Item = (OsString, OsString)> {
        let own = env::vars_os().filter(|(name, _)| {
            name.to_str().is_some_and(|name| {
                NAMES.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
            })
        });
        let own = own.map(|(name, value)| {
            let value = if is_path(&name) { from_here(&value) } else { value };
            (name, value)
        });
        let file = self.age_key_file.as_ref().map(|file| (AGE_KEY_FILE.into(), file.into()));
        own.chain(file)
    }
}
