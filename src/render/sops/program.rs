//! Running `sops`, and what it means when it fails. What it says is only repeated where
//! it's about keys: about anything else it quotes values.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::encrypted::Format;
use crate::error::{Diagnostic, Location};
use crate::render::{Decryption, Means};
use crate::tools::{self, Call, Failure, Limits, Wanted, Workspace};

/// How long it may take to say its version.
const VERSION_TIME: Duration = Duration::from_secs(30);

/// The most that a decrypted file may have, in bytes.
const MOST_OUTPUT: u64 = 64 * 1024 * 1024;

/// So much of what it says about keys is shown.
const MOST_WORDS: usize = 400;

// Its exit codes (`cmd/sops/codes` of getsops/sops v3).
const NO_KEY: i32 = 128;
const WRONG_MAC: [i32; 3] = [24, 51, 52];
const WRONG_VALUE: i32 = 25;

/// A file to decrypt.
pub(in super::super) struct Sealed<'a> {
    /// Its path in messages.
    pub(in super::super) path: &'a str,
    pub(in super::super) bytes: &'a [u8],
    pub(in super::super) format: Format,
    /// What the result is written in.
    pub(in super::super) output: Format,
    /// For whom it's encrypted.
    pub(in super::super) recipients: Vec<String>,
}

/// Why a file isn't decrypted.
pub(in super::super) struct Refused {
    pub(in super::super) finding: Box<Diagnostic>,
    /// Whether only the key isn't here, or the program.
    pub(in super::super) lacks_key: bool,
}

impl From<Diagnostic> for Refused {
    fn from(finding: Diagnostic) -> Self {
        Self { finding: Box::new(finding), lacks_key: false }
    }
}

/// The file as it was before it was encrypted. It's never on disk: the program gets
/// what is encrypted and gives the rest through pipes.
pub(in super::super) fn decrypt(sealed: &Sealed<'_>, means: &Means) -> Result<Vec<u8>, Refused> {
    let at = Location::file(sealed.path);
    let program = located(&means.tools.sops)
        .map_err(|finding| Refused { finding: Box::new(finding.at(at.clone())), lacks_key: true })?;
    let workspace = Workspace::create().map_err(|error| super::super::copy::no_room(&error))?;
    check_version(&program, means, &workspace)?;
    means.keys.check()?;
    let (input, output) = (sealed.format.name(), sealed.output.name());
    let arguments = [
        "--config",
        "/dev/null",
        "decrypt",
        "--input-type",
        input,
        "--output-type",
        output,
        "--filename-override",
    ];
    let name = sealed.path.rsplit('/').next().unwrap_or_default();
    let call = Call {
        program: &program,
        arguments: arguments.iter().map(Into::into).chain([format!("./{name}").into()]).collect(),
        workspace: &workspace,
        may_fetch: true,
        keys: Some(&means.keys),
        input: Some(sealed.bytes),
    };
    let limits = Limits { time: means.tools.time, output: MOST_OUTPUT };
    tools::run(&call, limits).map_err(|failure| {
        let lacks_key = matches!(failure, Failure::Failed(NO_KEY, _));
        let finding = complaint(failure, sealed).at(at);
        let finding = match means.decryption {
            Decryption::Usual | Decryption::IfPossible => finding,
            Decryption::Earlier => finding.hint(
                "if its key is gone: `trueup rollback --keep-secrets` leaves live Secrets as they are, and doesn't decrypt them",
            ),
            Decryption::KeepSecrets => finding
                .hint("--keep-secrets leaves Secrets alone, but other objects, or names, are made of what is in this file"),
        };
        Refused { finding: Box::new(finding), lacks_key }
    })
}

fn located(wanted: &Wanted) -> Result<PathBuf, Diagnostic> {
    let program = wanted.program.as_deref().unwrap_or(Path::new("sops"));
    tools::find(program).map_err(|error| {
        let missing = Diagnostic::new("sops is needed to decrypt this, and isn't there").because(error.why);
        match wanted.program {
            Some(_) => missing.hint("`tools: {sops: …}` in trueup.yaml names it"),
            None => missing.hint("install it: https://getsops.io/docs/#download"),
        }
    })
}

fn check_version(program: &Path, means: &Means, workspace: &Workspace) -> Result<(), Diagnostic> {
    let Some(requirement) = &means.tools.sops.version else { return Ok(()) };
    let arguments = vec!["--version".into(), "--disable-version-check".into()];
    let call = Call { program, arguments, workspace, may_fetch: false, keys: None, input: None };
    let printed = tools::run(&call, Limits { time: VERSION_TIME.min(means.tools.time), output: 64 * 1024 });
    let text = printed.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let needs = |is: String| {
        Diagnostic::new(format!("this needs sops {requirement}, but {} {is}", program.display()))
    };
    match tools::version_in(&text) {
        Some(version) if requirement.matches(&version) => Ok(()),
        Some(version) => Err(needs(format!("is sops {version}"))
            .hint("install another one, or change `tools: {sops: …}` in trueup.yaml")),
        None => Err(needs("doesn't say which version it is".to_owned())),
    }
}

fn complaint(failure: Failure, sealed: &Sealed<'_>) -> Diagnostic {
    let path = sealed.path;
    let cannot = || Diagnostic::new(format!("can't decrypt {path}"));
    match failure {
        Failure::NotStarted(error) => Diagnostic::new("sops can't be run").because(error.to_string()),
        Failure::TooLong(time) => Diagnostic::new(format!(
            "sops took longer than {} s over {path}, and was killed",
            time.as_secs_f32()
        ))
        .because("it may wait for a passphrase, a device or a key service")
        .hint("`tools: {timeout: 10m}` in trueup.yaml gives it more time"),
        Failure::TooMuch(bytes) => {
            Diagnostic::new(format!("{path} has more than {} MiB when it's decrypted", bytes / (1024 * 1024)))
        }
        Failure::Stopped => Diagnostic::new(format!("interrupted while sops decrypted {path}")),
        Failure::Killed(signal, _) => cannot().because(format!("sops was killed by signal {signal}")),
        Failure::Failed(NO_KEY, said) => no_key(&said, sealed),
        Failure::Failed(code, _) if WRONG_MAC.contains(&code) => cannot()
            .because("its MAC doesn't fit: it was changed after it was encrypted, by an editor or a merge")
            .hint("if you trust what it says now, `sops decrypt --ignore-mac` shows it: encrypt that again"),
        Failure::Failed(code, _) if code != WRONG_VALUE => {
            cannot().because(format!("sops failed with exit code {code}")).hint(format!(
                "`sops decrypt {path}` says more, perhaps with values; sops 3.9 or later is needed"
            ))
        }
        Failure::Failed(_, _) => cannot()
            .because("a value isn't what was encrypted, or not in the way of SOPS: sops refuses it")
            .hint(format!("`sops decrypt {path}` says more, with values")),
    }
}

/// The key isn't there, or is another one.
fn no_key(said: &str, sealed: &Sealed<'_>) -> Diagnostic {
    let Sealed { path, recipients, .. } = sealed;
    let is_other = said.contains("did not match any of the recipients");
    let why = if is_other {
        "the keys at hand are others than those that it's encrypted for"
    } else {
        "there is no key for it"
    };
    let message = format!("can't decrypt {path}: {why}");
    let told = Diagnostic::new(message).because(format!("it's encrypted for {}", recipients.join(", ")));
    let words = words(said);
    let told = if is_other || words.is_empty() { told } else { told.because(format!("sops says: {words}")) };
    told.hint("an age key comes from --age-key-file, SOPS_AGE_KEY_FILE or SOPS_AGE_KEY, others as sops expects them")
}

/// What it says about its keys, as one line.
fn words(said: &str) -> String {
    let told = said.lines().filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix("| "));
    let words = told.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(MOST_WORDS) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_says_about_keys_becomes_one_line() {
        let said = "Failed to get the data key.\n\nGroup 0: FAILED\n  age1abc: FAILED\n    - | failed to load\n      | age identities.\n\nRecovery failed because no master key\n";
        assert_eq!(words(said), "failed to load age identities.");
    }
}
