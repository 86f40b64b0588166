//! Which environment, which cluster, which commit, and what is there now.

use super::TextOptions;
use crate::plan::{ClusterRef, CommitRef, DeployedRef, Selection};
use crate::report::palette::{FAINT, STRONG, WARNING, paint};
use crate::report::visible::visible;
use crate::report::words;

/// Where what is beside a label begins.
const BESIDE: usize = 11;

/// The lines above everything else.
pub(super) fn header(
    target: &str,
    cluster: &ClusterRef,
    namespace: &str,
    commit: Option<&CommitRef>,
    deployed: Option<&DeployedRef>,
    options: &TextOptions,
) -> Vec<String> {
    let version = paint(FAINT, format_args!("({})", visible(&cluster.version)));
    let place = format!("on {} {version}, namespace {}", visible(&cluster.server), visible(namespace));
    let mut lines = broken(&format!("{} {place}", paint(STRONG, visible(target))), 4, options);
    lines.extend(commit.iter().flat_map(|commit| row("commit", &described(commit, options), options)));
    lines.extend(deployed.iter().flat_map(|deployed| row("deployed", &found(deployed, commit), options)));
    lines
}

/// The text in as many lines as it takes, all but the first set in.
fn broken(text: &str, indent: usize, options: &TextOptions) -> Vec<String> {
    if words::width(text) <= options.width {
        return vec![text.to_owned()];
    }
    let mut lines = words::wrapped(text, options.width.saturating_sub(indent).max(20));
    lines.iter_mut().skip(1).for_each(|line| line.insert_str(0, &" ".repeat(indent)));
    lines
}

/// What is planned where that isn't everything.
pub(super) fn part(selection: Option<&Selection>, options: &TextOptions) -> Vec<String> {
    let Some(selection) = selection else { return Vec::new() };
    let said = format!("{}; the rest stays as it is, nothing is deleted", visible(&selection.to_string()));
    row("partial", &said, options)
}

/// How wide a line beside a label may be.
pub(super) fn room(options: &TextOptions) -> usize {
    options.width.saturating_sub(BESIDE).max(20)
}

/// A text beside its label, in as many lines as it takes.
pub(super) fn row(label: &str, text: &str, options: &TextOptions) -> Vec<String> {
    let room = room(options);
    let lines = if words::width(text) <= room { vec![text.to_owned()] } else { words::wrapped(text, room) };
    let label = format!("  {} ", words::padded(&paint(FAINT, label), 8));
    let below = " ".repeat(BESIDE);
    let labels = std::iter::once(label).chain(std::iter::repeat(below));
    labels.zip(lines).map(|(label, line)| label + &line).collect()
}

/// `abc1234 "Bigger images", Ada Lovelace, 2 hours ago, main`.
pub(super) fn described(commit: &CommitRef, options: &TextOptions) -> String {
    let author = visible(words::name_of(&commit.author)).into_owned();
    let mut parts = vec![named(commit, options), author, words::ago(options.now, commit.time)];
    parts.extend(commit.reference.as_deref().map(|reference| visible(reference).into_owned()));
    parts.extend(uncommitted(commit));
    parts.join(", ")
}

/// `abc1234 "Bigger images"`.
fn named(commit: &CommitRef, options: &TextOptions) -> String {
    let subject = visible(&commit.subject);
    let subject = if options.full {
        subject.into_owned()
    } else {
        words::shortened(&subject, options.width.max(60) / 2)
    };
    format!("{} \"{subject}\"", words::short(&commit.sha))
}

/// What was deployed: a commit, or one with more.
pub(super) fn origin(commit: &CommitRef, options: &TextOptions) -> Vec<String> {
    std::iter::once(named(commit, options)).chain(uncommitted(commit)).collect()
}

fn uncommitted(commit: &CommitRef) -> Option<String> {
    commit.dirty.then(|| paint(WARNING, "with uncommitted changes"))
}

fn found(deployed: &DeployedRef, commit: Option<&CommitRef>) -> String {
    let release = format!("release {}", deployed.release);
    match &deployed.sha {
        None => release,
        Some(sha) if commit.is_some_and(|commit| commit.sha == *sha) => format!("{release}, the same commit"),
        Some(sha) => format!("{release}, commit {}", words::short(sha)),
    }
}
