//! Makes output comparable: what differs from run to run gets a name.

use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

/// What differs, and what is written for it, longest first where one holds
/// another.
#[derive(Clone, Default)]
pub(crate) struct Rewriter {
    names: Vec<(String, String)>,
    commits: Vec<String>,
}

impl Rewriter {
    /// Writes `name` for `text`.
    pub(super) fn name(&mut self, text: impl Into<String>, name: &str) {
        self.names.push((text.into(), name.to_owned()));
        self.names.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
    }

    /// Writes `name` for a path, as given and with symbolic links resolved.
    pub(super) fn path(&mut self, path: &Path, name: &str) {
        if let Ok(resolved) = path.canonicalize() {
            self.name(resolved.display().to_string(), name);
        }
        self.name(path.display().to_string(), name);
    }

    /// Writes `$COMMIT1`, `$COMMIT2` … for these and their abbreviations.
    pub(super) fn commits(&mut self, commits: &[String]) {
        self.commits = commits.to_vec();
    }

    /// The text with names for what the test itself chose: paths, commits ...
    pub(super) fn rewrite_names(&self, text: &str) -> String {
        let named = self.names.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
        HEXADECIMAL.replace_all(&named, |found: &regex::Captures<'_>| self.commit(&found[0])).into_owned()
    }

    /// The text with names for those, and for times, counts and the like.
    pub(super) fn rewrite(&self, text: &str) -> String {
        PATTERNS.iter().fold(self.rewrite_names(text), |text, (pattern, name)| {
            pattern.replace_all(&text, *name).into_owned()
        })
    }

    /// The same for standard error, where what is done at the same time is told
    /// in any order: sorted. How long something took doesn't matter either.
    pub(super) fn rewrite_progress(&self, text: &str) -> String {
        let mut lines: Vec<String> = self
            .rewrite(text)
            .lines()
            .filter(|line| !line.starts_with("still waiting for "))
            .map(str::to_owned)
            .collect();
        for told in lines.chunk_by_mut(|one, next| is_progress(one) && is_progress(next)) {
            told.sort();
        }
        lines.iter().fold(String::new(), |all, line| all + line + "\n")
    }

    fn commit(&self, text: &str) -> String {
        let known = self.commits.iter().position(|commit| commit.starts_with(text));
        known.map_or_else(|| text.to_owned(), |index| format!("$COMMIT{}", index + 1))
    }
}

/// A line such as `created  shop/ConfigMap/settings`.
fn is_progress(line: &str) -> bool {
    const DONE: [&str; 9] =
        ["created", "updated", "replaced", "deleted", "adopted", "let go", "ready", "failed", "skipped"];
    DONE.iter().any(|word| line.strip_prefix(word).is_some_and(|rest| rest.starts_with(' ')))
}

static HEXADECIMAL: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b[0-9a-f]{7,40}\b"));

static PATTERNS: LazyLock<Vec<(Regex, &'static str)>> = LazyLock::new(|| {
    [
        (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "[uid]"),
        (r"\bv1:([0-9A-Za-z_-]|&#95;){20,}", "v1:[digest]"),
        (r"\b20\d\d-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?( ?Z| UTC)?", "[timestamp]"),
        (r"\b(just now|\d+ (second|minute|hour|day|month|year)s? ago)\b", "[ago]"),
        (r"\b([a-z][a-z0-9-]*-[0-9a-f]{8,10})-[a-z0-9]{5}\b", "$1-[pod]"),
        (r"\b\d+ requests?\b", "[n] requests"),
        (r#""(requests|durationMs)": \d+"#, r#""$1": "[n]""#),
        (r"\b\d+(\.\d+)? m?s\b", "[time]"),
        (r"\b(\d+h )?(\d+m )?\d+(\.\d+)?m?s\b", "[time]"),
        (r"\btester@[\w.-]+", "tester@[host]"),
        (r"\bpid \d+\b", "pid [pid]"),
        // Columns are as wide as what was named.
        (r"(\S) {2,}(\S)", "$1  $2"),
        (r"\bv1\.\d+\.\d+(\+\w+)?\b", "[version]"),
    ]
    .map(|(text, name)| (pattern(text), name))
    .into()
});

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern")
}

#[test]
fn what_happens_at_once_is_told_in_one_order() {
    let text =
        "note: x\ncreated  a/Service/b\nstill waiting for a\ncreated  a/ConfigMap/c\nready    a\nend\n";
    assert_eq!(
        Rewriter::default().rewrite_progress(text),
        "note: x\ncreated  a/ConfigMap/c\ncreated  a/Service/b\nready  a\nend\n"
    );
}

#[test]
fn what_differs_gets_a_name() {
    let mut rewriter = Rewriter::default();
    rewriter.name("t-web-1-abcd", "$NAMESPACE");
    rewriter.commits(&["0123456789abcdef0123456789abcdef01234567".to_owned()]);
    let text = "t-web-1-abcd at 01234567 (digest v1:LY_5JrSej4LzSqooEihjIo8gK) in 0.21 s, 3 requests, on 2026-01-05T10:00:00Z";
    assert_eq!(
        rewriter.rewrite(text),
        "$NAMESPACE at $COMMIT1 (digest v1:[digest]) in [time], [n] requests, on [timestamp]"
    );
}
