//! What a user sees when something goes wrong, and the exit code that goes
//! with it.
//!
//! Every error of every room ends here as one or more [`Diagnostic`]s: what
//! happened, where, why, and what to do. The pure rooms have error enums of
//! their own and turn them into diagnostics; nothing here prints.

use std::collections::HashSet;
use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::plan::PlanDifference;

/// How a run ended, as its exit code. The numbers are an interface: pipelines
/// branch on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Exit {
    /// Done; for `diff`, `plan` and `status`: computed.
    Done,
    /// An error, and nothing was written.
    Error,
    /// Only with `--exit-code`: there is something to do.
    Changes,
    /// Refused by a guard.
    Refused,
    /// Applied, but something did not become healthy.
    Unhealthy,
    /// Applied, did not become healthy, and was rolled back.
    RolledBack,
    /// Some writes were made and others failed.
    Partial,
    /// The command line itself is wrong.
    Usage,
    /// Ended by SIGHUP: the terminal went away.
    HungUp,
    /// Ended by SIGQUIT.
    Quit,
    /// Interrupted by SIGINT.
    Interrupted,
    /// Terminated by SIGTERM.
    Terminated,
}

impl Exit {
    /// The process's exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Error => 1,
            Self::Changes => 2,
            Self::Refused => 3,
            Self::Unhealthy => 4,
            Self::RolledBack => 5,
            Self::Partial => 6,
            Self::Usage => 64,
            Self::HungUp => 129,
            Self::Quit => 131,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }

    /// The one that a run over several environments ends with: interruptions
    /// first, then 6, 1, 4, 5, 3, 2, 0.
    #[must_use]
    pub fn worst(self, other: Self) -> Self {
        if self.weight() >= other.weight() { self } else { other }
    }

    fn weight(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Changes => 1,
            Self::Refused => 2,
            Self::RolledBack => 3,
            Self::Unhealthy => 4,
            Self::Error => 5,
            Self::Partial => 6,
            Self::Usage => 7,
            Self::Terminated => 8,
            Self::Interrupted => 9,
            Self::HungUp => 10,
            Self::Quit => 11,
        }
    }
}

/// A place in a file, lines and columns counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Location {
    /// The file, relative to the repository's root (or as it was given).
    pub path: String,
    /// Line, from 1; absent when the whole file is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Column in characters, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// The document in the file, from 1; absent in files with one document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<u32>,
}

impl Location {
    /// A whole file.
    pub fn file(path: impl Into<String>) -> Self {
        Self { path: path.into(), line: None, column: None, document: None }
    }

    /// A line and column of a file, both from 1.
    pub fn at(path: impl Into<String>, line: u32, column: u32) -> Self {
        Self { path: path.into(), line: Some(line), column: Some(column), document: None }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // As compilers call it; JSON keeps the name that it was given by.
        f.write_str(if self.path == "-" { "<stdin>" } else { &self.path })?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
            if let Some(column) = self.column {
                write!(f, ":{column}")?;
            }
        }
        if let Some(document) = self.document {
            write!(f, " (document {document})")?;
        }
        Ok(())
    }
}

/// One thing that is wrong: one line that says what, where it stands, why,
/// and what to do about it. Holds no secret values: whoever builds it masks.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Diagnostic {
    /// What is wrong, one line, without a full stop.
    pub message: String,
    /// Where, when a file is to blame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// Why: outermost cause first, one line each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<String>,
    /// What to do, one line each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
}

impl Diagnostic {
    /// A diagnostic that only says what is wrong.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), location: None, causes: Vec::new(), hints: Vec::new() }
    }

    /// Adds where it stands.
    #[must_use]
    pub fn at(mut self, location: Location) -> Self {
        self.location = Some(location);
        self
    }

    /// Adds why.
    #[must_use]
    pub fn because(mut self, cause: impl Into<String>) -> Self {
        self.causes.push(cause.into());
        self
    }

    /// Adds what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// What is wrong and why, in one line.
    pub fn in_one_line(&self) -> String {
        let said = std::iter::once(&self.message).chain(&self.causes);
        said.map(String::as_str).collect::<Vec<_>>().join(": ")
    }
}

/// A command that could not do what it was asked to: the exit code and at
/// least one diagnostic.
#[derive(Debug, Clone, PartialEq)]
pub struct CommandError {
    /// The exit code.
    pub exit: Exit,
    /// What is wrong, in the order in which it is to be read.
    pub diagnostics: Vec<Diagnostic>,
    /// How plans differ from the saved ones, where that is what is wrong.
    pub differences: Vec<PlanDifference>,
}

impl CommandError {
    /// An error with this exit code.
    pub fn new(exit: Exit, diagnostic: Diagnostic) -> Self {
        Self { exit, diagnostics: vec![diagnostic], differences: Vec::new() }
    }

    /// The command line is wrong (exit 64).
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, Diagnostic::new(message))
    }

    /// Both as one, with the worse exit code.
    #[must_use]
    pub fn joined(earlier: Option<Self>, later: Self) -> Self {
        match earlier {
            None => later,
            Some(mut earlier) => {
                earlier.exit = earlier.exit.worst(later.exit);
                earlier.diagnostics.extend(later.diagnostics);
                earlier.differences.extend(later.differences);
                earlier
            }
        }
    }

    /// Adds how a plan differs from the saved one.
    #[must_use]
    pub fn with_difference(mut self, difference: PlanDifference) -> Self {
        self.differences.push(difference);
        self
    }

    /// Adds what to do to the last diagnostic.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        if let Some(last) = self.diagnostics.last_mut() {
            last.hints.push(hint.into());
        }
        self
    }
}

/// A plain error: exit 1, nothing was written.
impl From<Diagnostic> for CommandError {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::new(Exit::Error, diagnostic)
    }
}

/// Several at once: exit 1, nothing was written.
impl From<Vec<Diagnostic>> for CommandError {
    fn from(mut diagnostics: Vec<Diagnostic>) -> Self {
        // What keeps several files from being read, say, is one error.
        let mut told = HashSet::new();
        diagnostics.retain(|diagnostic| told.insert(diagnostic.clone()));
        Self { exit: Exit::Error, diagnostics, differences: Vec::new() }
    }
}

/// The candidate that `word` was most likely meant to be, if any is close:
/// the "did you mean" of every room.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// The same for values of which one may only be written in another case.
pub fn did_you_mean_in_any_case<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str> + Clone,
) -> Option<&'a str> {
    let same = candidates.clone().into_iter().find(|candidate| candidate.eq_ignore_ascii_case(word));
    same.or_else(|| did_you_mean(word, candidates))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_exit_follows_the_documented_order() {
        let order = [
            Exit::Partial,
            Exit::Error,
            Exit::Unhealthy,
            Exit::RolledBack,
            Exit::Refused,
            Exit::Changes,
            Exit::Done,
        ];
        for pair in order.windows(2) {
            assert_eq!(pair[0].worst(pair[1]), pair[0]);
            assert_eq!(pair[1].worst(pair[0]), pair[0]);
        }
    }

    #[test]
    fn a_location_reads_like_a_compilers() {
        assert_eq!(Location::file("a.yaml").to_string(), "a.yaml");
        assert_eq!(Location::at("a.yaml", 7, 3).to_string(), "a.yaml:7:3");
        let document = Location { document: Some(2), ..Location::at("a.yaml", 7, 3) };
        assert_eq!(document.to_string(), "a.yaml:7:3 (document 2)");
        assert_eq!(Location::at("-", 7, 3).to_string(), "<stdin>:7:3");
    }

    #[test]
    fn suggestions_are_close_or_absent() {
        assert_eq!(did_you_mean("prdo", ["dev", "prod"]), Some("prod"));
        assert_eq!(did_you_mean("qa", ["dev", "prod"]), None);
    }
}
