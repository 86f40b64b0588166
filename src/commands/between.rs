//! `trueup diff A..B`: what two commits render, without any cluster.

use jiff::Timestamp;

use super::planned::{no_junit, write_reports};
use super::select::{self, Checkout};
use super::{Capabilities, Planning, What, unused, vars};
use crate::cli::{Global, Output, ReportKind};
use crate::config::{self, Config};
use crate::deploy::comparing::{self, Compared};
use crate::deploy::setup::{Origin, Setup};
use crate::error::{CommandError, Diagnostic, Exit};
use crate::plan::TargetComparison;
use crate::report::json::{self, Kind};
use crate::report::{markdown, text};
use crate::ui::Terminal;

/// Two references.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Range {
    before: String,
    after: String,
}

impl Range {
    /// Takes `A..B` from among the names of environments, which have no dots. A
    /// side that is left out is HEAD, as for Git.
    pub(super) fn take(names: &mut Vec<String>) -> Result<Option<Self>, CommandError> {
        let (ranges, others): (Vec<String>, _) = names.drain(..).partition(|name| name.contains(".."));
        *names = others;
        match ranges.as_slice() {
            [] => Ok(None),
            [one] => Self::parse(one).map(Some),
            [one, other, ..] => {
                Err(CommandError::usage(format!("{one} and {other} are two comparisons")).hint("name one"))
            }
        }
    }

    fn parse(text: &str) -> Result<Self, CommandError> {
        if let Some((before, after)) = text.split_once("...") {
            let message = format!("{text} names three commits: where the two part is one of them");
            let hint = format!(
                "{before}..{after} compares the two; $(git merge-base {before} {after})..{after} what {after} changed"
            );
            return Err(CommandError::usage(message).hint(hint));
        }
        let or_head = |side: &str| if side.is_empty() { "HEAD".to_owned() } else { side.to_owned() };
        match text.split_once("..") {
            Some((before, after)) if text != ".." && !after.contains("..") => {
                Ok(Self { before: or_head(before), after: or_head(after) })
            }
            _ => Err(CommandError::usage(format!("{text} doesn't name two commits"))
                .hint("A..B compares what A renders with what B renders")),
        }
    }
}

/// How to compare and what to print.
pub(super) struct Comparing<'a> {
    pub(super) global: &'a Global,
    pub(super) terminal: &'a Terminal,
    pub(super) capabilities: &'a Capabilities,
    pub(super) unified: bool,
    pub(super) show_unchanged: bool,
    pub(super) exit_code: bool,
}

impl Comparing<'_> {
    /// Compares and prints.
    pub(super) fn run(&self, what: &What, planning: &Planning, range: &Range) -> Result<Exit, CommandError> {
        refuse_what_needs_a_cluster(what, planning)?;
        let step = self.terminal.step("comparing");
        let mut sides = sides(self.global, what, range)?;
        for (before, after) in &mut sides {
            self.capabilities.lend(before);
            self.capabilities.lend(after);
        }
        let selection = planning.selection();
        let compared: Vec<Compared> = sides
            .iter()
            .map(|(before, after)| comparing::compare(before, after, selection.as_ref(), !planning.no_cause))
            .collect::<Result<_, _>>()?;
        drop(step);
        let used = compared.iter().flat_map(|one| &one.used);
        unused::warn(sides.iter().flat_map(|(before, after)| [before, after]), used, self.terminal);
        self.print(&compared)?;
        let differs = compared.iter().any(|one| !one.comparison.is_empty());
        Ok(if self.exit_code && differs { Exit::Changes } else { Exit::Done })
    }

    fn print(&self, compared: &[Compared]) -> Result<(), CommandError> {
        let comparisons: Vec<TargetComparison> = compared.iter().map(|one| one.comparison.clone()).collect();
        let environment = match comparisons.as_slice() {
            [one] => Some(one.target.as_str()),
            _ => None,
        };
        let as_json = || json::document(Kind::Diff, environment, &comparisons);
        let as_markdown = || markdown::comparisons(&comparisons);
        match self.global.output {
            Output::Text if self.unified => compared.iter().for_each(|one| self.patch(one)),
            Output::Text => self.terminal.data(&self.as_text(&comparisons)),
            Output::Json | Output::Jsonl => self.terminal.data(&as_json()),
            Output::Markdown => self.terminal.data(&as_markdown()),
            Output::Yaml => {
                return Err(CommandError::usage("-o yaml is for render; here it's text, json or markdown"));
            }
        }
        write_reports(&self.global.reports, |kind| match kind {
            ReportKind::Json => Ok(as_json()),
            ReportKind::Markdown => Ok(as_markdown()),
            ReportKind::Junit => Err(no_junit()),
        })
    }

    /// The patch holds objects only, so notes go elsewhere.
    fn patch(&self, Compared { comparison, versions, .. }: &Compared) {
        comparison.notes.iter().for_each(|note| self.terminal.note(note));
        let sides = [comparison.from.name(), comparison.to.name()];
        self.terminal.data(&text::unified(versions, sides));
    }

    fn as_text(&self, comparisons: &[TargetComparison]) -> String {
        let options = text::TextOptions {
            show_unchanged: self.show_unchanged,
            full: self.terminal.is_verbose(),
            ..text::TextOptions::new(self.terminal.width(), Timestamp::now())
        };
        comparisons.iter().map(|one| text::comparison(one, &options)).collect::<Vec<_>>().join("\n")
    }
}

/// What has no effect here must not look as if it had.
fn refuse_what_needs_a_cluster(what: &What, planning: &Planning) -> Result<(), CommandError> {
    if what.reference.is_some() {
        return Err(CommandError::usage("A..B names both commits: --ref has nothing to add"));
    }
    let given = [
        (planning.exact, "--exact"),
        (planning.no_prune, "--no-prune"),
        (planning.max_delete.is_some(), "--max-delete"),
        (!planning.overrides.is_empty(), "--override"),
    ];
    match given.into_iter().find(|(is_given, _)| *is_given) {
        Some((_, option)) => {
            Err(CommandError::usage(format!("{option} is about a cluster, and A..B looks at none")))
        }
        None => Ok(()),
    }
}

/// Each environment as both commits have it.
fn sides(global: &Global, what: &What, range: &Range) -> Result<Vec<(Setup, Setup)>, CommandError> {
    let at = |reference: &String| What { reference: Some(reference.clone()), ..what.clone() };
    if !what.files.paths.is_empty() {
        let before = select::select(global, &at(&range.before))?;
        return Ok(before.into_iter().zip(select::select(global, &at(&range.after))?).collect());
    }
    let directory = select::directory(global)?;
    let repository = select::discover(&directory)?;
    let checkout = select::checkout(global, &at(&range.after), &directory, repository)?;
    let before = Side::read(&checkout, &range.before)?;
    let after = Side::read(&checkout, &range.after)?;
    let names = environments(what, &before.config, &after.config)?;
    let given = vars::given(what, &directory)?;
    let mut pairs = names
        .iter()
        .map(|name| pair(global, &checkout.path, name, &before, &after))
        .collect::<Result<Vec<_>, _>>()?;
    for (before, after) in &mut pairs {
        select::give(before, what, &given);
        select::give(after, what, &given);
    }
    Ok(pairs)
}

/// A commit with its own configuration, or the checkout's where it has none.
struct Side {
    config: Config,
    origin: Origin,
}

impl Side {
    fn read(checkout: &Checkout, reference: &str) -> Result<Self, CommandError> {
        let origin = select::at_commit(&checkout.repository, reference)?;
        let config = match &origin {
            Origin::Commit { repository, commit, .. } => {
                select::config_at(repository, *commit, &checkout.path)
                    .map(|text| config::parse(&text, &format!("{}:{}", commit.short(), checkout.path)))
            }
            Origin::WorkTree { .. } | Origin::AdHoc { .. } => None,
        };
        let config = config.transpose()?.unwrap_or_else(|| checkout.config.clone());
        Ok(Self { config, origin })
    }

    fn has(&self, environment: &str) -> bool {
        self.config.environment(environment).is_ok()
    }

    fn setup(&self, global: &Global, file: &str, name: &str) -> Result<Setup, CommandError> {
        select::setup(global, self.config.environment(name)?, file, self.origin.clone())
    }

    /// As it is where the environment isn't there yet, or not any more.
    fn without(&self, other: &Setup, what_follows: &str) -> Setup {
        let commit = self.origin.commit_name().unwrap_or_default();
        let note = format!("{} doesn't exist at {commit}: {what_follows}", other.environment);
        Setup {
            origin: self.origin.clone(),
            sources: Vec::new(),
            schemas: Vec::new(),
            notes: vec![note],
            ..other.clone()
        }
    }
}

/// The environments that are meant, in any of the two commits.
fn environments(what: &What, before: &Config, after: &Config) -> Result<Vec<String>, Diagnostic> {
    let select = |config: &Config, names: &[String]| -> Result<Vec<String>, Diagnostic> {
        let found = config.select(names, what.all)?;
        Ok(found.into_iter().map(|environment| environment.name.clone()).collect())
    };
    // Without a name, the only environment there is now is meant.
    let asked: Vec<&[String]> =
        if what.environments.is_empty() { vec![&[]] } else { what.environments.chunks(1).collect() };
    let mut names = Vec::new();
    for one in asked {
        let found = match (select(after, one), select(before, one)) {
            (Ok(found), Ok(older)) => found.into_iter().chain(older).collect(),
            (Ok(found), Err(_)) => found,
            (Err(_), Ok(older)) if !one.is_empty() => older,
            (Err(error), _) => return Err(error),
        };
        for name in found {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    Ok(names)
}

fn pair(
    global: &Global,
    file: &str,
    name: &str,
    before: &Side,
    after: &Side,
) -> Result<(Setup, Setup), CommandError> {
    if !before.has(name) {
        let setup = after.setup(global, file, name)?;
        return Ok((before.without(&setup, "everything is new"), setup));
    }
    let setup = before.setup(global, file, name)?;
    if !after.has(name) {
        let gone = after.without(&setup, "everything is gone");
        return Ok((setup, gone));
    }
    Ok((setup, after.setup(global, file, name)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The commits, and the names that are left.
    fn taken(names: &[&str]) -> Option<(Option<Range>, Vec<String>)> {
        let mut names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        Range::take(&mut names).ok().map(|range| (range, names))
    }

    #[test]
    fn two_refs_are_told_from_names_of_environments() {
        let range =
            |before: &str, after: &str| Some(Range { before: before.to_owned(), after: after.to_owned() });
        assert_eq!(taken(&["prod"]), Some((None, vec!["prod".to_owned()])));
        assert_eq!(taken(&["prod", "v1..v2"]), Some((range("v1", "v2"), vec!["prod".to_owned()])));
        assert_eq!(taken(&["main.."]), Some((range("main", "HEAD"), vec![])));
        assert_eq!(taken(&["..main"]), Some((range("HEAD", "main"), vec![])));
        assert_eq!(taken(&["v1.0..v1.1"]), Some((range("v1.0", "v1.1"), vec![])));
    }

    #[test]
    fn anything_else_says_what_is_meant() {
        for wrong in [&["a...b"][..], &[".."], &["a..b..c"], &["a..b", "b..c"]] {
            assert!(taken(wrong).is_none(), "{wrong:?}");
        }
    }
}
