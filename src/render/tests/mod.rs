//! Rendering real folders and commits.

mod any_bytes;
mod links;
mod metadata;
mod objects;
mod sources;

use crate::error::Diagnostic;
use crate::git::fixture::Fixture;
use crate::render::{Item, Means, Rendered, SourceTree, render};

/// A `ConfigMap` of this name, as text.
fn config_map(name: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n")
}

fn items(items: &[&str]) -> Vec<Item> {
    items.iter().map(|item| Item::from(*item)).collect()
}

/// Renders the work tree of a repository.
fn work_tree(fixture: &Fixture, paths: &[&str]) -> Result<Rendered, Vec<Diagnostic>> {
    let repository = fixture.repository();
    render(
        &SourceTree::WorkTree { root: fixture.path(), repository: Some(&repository) },
        &items(paths),
        &Means::default(),
    )
}

/// Renders the commit that is checked out.
fn head(fixture: &Fixture, paths: &[&str]) -> Result<Rendered, Vec<Diagnostic>> {
    let (repository, commit) = (fixture.repository(), fixture.id("HEAD"));
    render(&SourceTree::Commit { repository: &repository, commit }, &items(paths), &Means::default())
}

/// Renders what is given with `-f` in the folder.
fn ad_hoc(fixture: &Fixture, paths: &[&str], stdin: Option<&str>) -> Result<Rendered, Vec<Diagnostic>> {
    let stdin = stdin.map(|text| text.as_bytes().to_vec());
    render(&SourceTree::AdHoc { directory: fixture.path(), stdin }, &items(paths), &Means::default())
}

/// Each object with its place, a line each.
#[track_caller]
fn objects(rendered: Result<Rendered, Vec<Diagnostic>>) -> String {
    let rendered = rendered.map_err(|findings| text_of(&findings)).expect("renders");
    let line = |manifest: &crate::object::Manifest| format!("{} {}", manifest.id, manifest.source.location());
    rendered.manifests.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// What a user would read.
#[track_caller]
fn findings(rendered: Result<Rendered, Vec<Diagnostic>>) -> String {
    text_of(&rendered.expect_err("refused"))
}

fn text_of(findings: &[Diagnostic]) -> String {
    let mut lines = Vec::new();
    for finding in findings {
        lines.push(finding.message.clone());
        lines.extend(finding.location.iter().map(|location| format!("  --> {location}")));
        lines.extend(finding.causes.iter().map(|cause| format!("  because: {cause}")));
        lines.extend(finding.hints.iter().map(|hint| format!("  hint: {hint}")));
    }
    lines.join("\n")
}
