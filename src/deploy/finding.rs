//! Which release is meant: by its number, its commit, or what was deployed at a time.
//! Pure, but for the repository that says what a branch means.

use jiff::Timestamp;

use super::setup::Setup;
use crate::error::{CommandError, Diagnostic};
use crate::report::HistoryRow;
use crate::report::words;

/// Fewer digits than that are no shortened commit.
const SHORTEST: usize = 4;

/// Which releases are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// All of them.
    All,
    /// The one of this number; else the newest of this commit, branch or tag.
    Named(String),
    /// The one that was deployed at this time.
    At(Timestamp),
}

/// The number of the release that is meant; `None` for all. `rows` are the newest
/// first.
pub(super) fn find(setup: &Setup, rows: &[HistoryRow], wanted: &Wanted) -> Result<Option<u64>, CommandError> {
    let environment = &setup.environment;
    match wanted {
        Wanted::All => Ok(None),
        Wanted::Named(name) => {
            let resolved = setup.origin.repository().and_then(|repository| repository.resolve(name).ok());
            let found = named(rows, name, resolved.map(|commit| commit.to_string()).as_deref());
            found.map_err(|why| refused(environment, &why)).map(Some)
        }
        Wanted::At(time) => at(rows, *time).map_err(|why| refused(environment, &why)).map(Some),
    }
}

fn refused(environment: &str, why: &str) -> CommandError {
    Diagnostic::new(format!("{environment} {why}"))
        .hint(format!("trueup history {environment} lists its releases"))
        .into()
}

fn named(rows: &[HistoryRow], name: &str, resolved: Option<&str>) -> Result<u64, String> {
    let number: Option<u64> = name.parse().ok();
    if let Some(number) = number.filter(|number| rows.iter().any(|row| row.release == *number)) {
        return Ok(number);
    }
    let sha = |row: &HistoryRow| row.commit.as_ref().map(|commit| commit.sha.clone()).unwrap_or_default();
    let of_commit = |commit: &str| {
        let found = || rows.iter().filter(|row| sha(row) == commit);
        // What was deployed says more than what was only tried.
        found().find(|row| row.attempt.is_none()).or_else(|| found().next())
    };
    if let Some(row) = resolved.and_then(of_commit) {
        return Ok(row.release);
    }
    let is_short = name.len() >= SHORTEST && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    let prefix = name.to_ascii_lowercase();
    let mut fitting = rows.iter().filter(|row| is_short && sha(row).starts_with(&prefix));
    if let Some(first) = fitting.next() {
        let is_one = fitting.all(|other| sha(other) == sha(first));
        return if is_one {
            Ok(first.release)
        } else {
            Err(format!("has releases of several commits {name}…"))
        };
    }
    Err(match resolved {
        Some(commit) => format!("has no release of {name} ({})", words::short(commit)),
        None => format!("has no release {name}"),
    })
}

fn at(rows: &[HistoryRow], time: Timestamp) -> Result<u64, String> {
    let mut releases = rows.iter().filter(|row| row.attempt.is_none());
    if let Some(row) = releases.find(|row| row.at <= time) {
        return Ok(row.release);
    }
    Err(match rows.last() {
        Some(first) => format!(
            "had no release at {time}: the first that is known is {} of {:.0}",
            first.release, first.at
        ),
        None => "has no releases yet".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apply::RunResult;
    use crate::report::ReleaseAttempt;
    use crate::report::sample::{minutes_ago, release};

    fn rows() -> Vec<HistoryRow> {
        let of = |number, minutes, sha: &str| {
            let mut row = release(number, minutes, RunResult::Healthy);
            row.commit.as_mut().expect("a commit").sha = sha.to_owned();
            row
        };
        vec![of(12, 10, "abcd1111"), of(9, 60, "abcd2222"), of(7, 90, "abcd1111"), of(3, 100, "12345678")]
    }

    #[test]
    fn a_number_comes_before_a_commit_and_of_a_commit_the_newest_release() {
        let of = |name: &str, resolved: Option<&str>| named(&rows(), name, resolved);
        assert_eq!(of("9", None), Ok(9));
        assert_eq!(of("main", Some("abcd1111")), Ok(12));
        assert_eq!(of("ABCD2", None), Ok(9));
        assert_eq!(of("1234", None), Ok(3));
        assert_eq!(of("abcd", None), Err("has releases of several commits abcd…".into()));
        assert_eq!(of("8", None), Err("has no release 8".into()));
        assert_eq!(of("main", Some("ffff0000")), Err("has no release of main (ffff000)".into()));
        assert_eq!(of("abc", None), Err("has no release abc".into()));
    }

    #[test]
    fn what_wrote_nothing_stands_behind_what_was_deployed() {
        let mut rows = rows();
        let attempt = ReleaseAttempt { times: 1, since: minutes_ago(10), guards: Vec::new(), cause: None };
        rows[0].attempt = Some(Box::new(attempt.clone()));
        assert_eq!(named(&rows, "main", Some("abcd1111")), Ok(7));
        assert_eq!(named(&rows, "12", None), Ok(12));
        assert_eq!(at(&rows, minutes_ago(5)), Ok(9));
        rows[1].attempt = Some(Box::new(attempt));
        assert_eq!(named(&rows, "main", Some("abcd2222")), Ok(9), "there is nothing else of it");
    }

    #[test]
    fn at_a_time_the_newest_release_before_it_was_deployed() {
        let of = |minutes| at(&rows(), minutes_ago(minutes));
        assert_eq!((of(5), of(10), of(11), of(95)), (Ok(12), Ok(12), Ok(9), Ok(3)));
        assert!(of(101).expect_err("too early").contains("the first that is known is 3 of"));
        assert_eq!(at(&[], minutes_ago(1)), Err("has no releases yet".into()));
    }
}
