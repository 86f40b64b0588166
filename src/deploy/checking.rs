//! Checking without a cluster: environments to what is wrong with them.

use std::collections::{BTreeMap, BTreeSet};

use super::dependencies::cycle;
use super::joining::Joined;
use super::setup::Setup;
use super::variables;
use crate::check::{self, Finding, Kinds, Set, Severity};
use crate::config;
use crate::error::{Diagnostic, Location};
use crate::json::Value;
use crate::object::{Encrypted, FieldPath, Manifest};
use crate::render::{self, Decryption, Means};
use crate::report::{CheckFinding, CheckReport, words};
use crate::schema::{Minor, UnknownVersion};
use crate::yaml;

/// A file, or a value in it, that can't be read as an object.
pub(super) const SOURCE: &str = "source";
/// A file that isn't encrypted though it should be.
const UNENCRYPTED: &str = "unencrypted";
/// An object that is in the set twice.
const DUPLICATE: &str = "duplicate";
/// Objects that wait for each other.
const ORDER: &str = "order";

/// How to check.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The version of Kubernetes whose kinds count.
    pub version: Minor,
    /// Whether what is only worth a note is an error too.
    pub strict: bool,
}

/// Reads and checks each environment, and tells what several have in common
/// once. Beside it the names of all variables that the sources ask for.
pub fn check(setups: &[Setup], options: Options) -> Result<(CheckReport, BTreeSet<String>), UnknownVersion> {
    let (mut joined, mut used) = (Joined::default(), BTreeSet::new());
    for setup in setups {
        let (manifests, findings) = examine(setup, options.version)?;
        used.extend(variables::used(&manifests));
        joined.take(&setup.environment, &manifests, findings);
    }
    let mut report = joined.report(options.version);
    if options.strict {
        report.findings.iter_mut().for_each(|finding| finding.severity = Severity::Error);
    }
    Ok((report.summed(), used))
}

/// A finding, and the position of its object.
pub(super) type Located = (Option<usize>, CheckFinding);

/// The objects of an environment, and everything found.
fn examine(setup: &Setup, version: Minor) -> Result<(Vec<Manifest>, Vec<Located>), UnknownVersion> {
    let decryption = Decryption::IfPossible;
    let means = Means { kubernetes: Some(format!("v{version}.0")), decryption, ..setup.means.clone() };
    let (rendered, unread) = render::survey(&setup.origin.tree(), &setup.sources, &means);
    let (definitions, wrong) = definitions(setup);
    let complete = unread.is_empty() && wrong.is_empty();
    let mut manifests = rendered.manifests;
    setup.mark_secrets(&mut manifests);
    let kinds = Kinds::new(version, Kinds::definitions_in(&manifests).chain(&definitions))?;
    kinds.place(&mut manifests, setup.namespace.as_deref());
    let mut found = check::check(&Set { manifests: &manifests, kinds: &kinds, complete });
    // What is encrypted isn't what will be there.
    found.retain(|finding| {
        let Manifest { source, secrets, .. } = &manifests[finding.object];
        source.encrypted != Encrypted::Still || !secrets.hides(&finding.path)
    });
    let mut findings = located(setup, &manifests, found);
    findings.extend(still_encrypted(&manifests).map(|note| (None, of_note(note))));
    let of_files = |rule: &'static str, all: Vec<Diagnostic>| {
        all.into_iter().map(move |diagnostic| (None, of_file(rule, diagnostic)))
    };
    findings.extend(rendered.notes.into_iter().map(|note| (None, of_note(note))));
    findings.extend(of_files(SOURCE, unread));
    findings.extend(of_files(SOURCE, wrong));
    findings.extend(of_files(DUPLICATE, render::duplicates(&manifests)));
    findings.extend(of_files(ORDER, cycle(&manifests).into_iter().collect()));
    Ok((manifests, findings))
}

/// The definitions that `schemas` names.
fn definitions(setup: &Setup) -> (Vec<Value>, Vec<Diagnostic>) {
    let (mut definitions, mut findings) = (Vec::new(), Vec::new());
    for pattern in &setup.schemas {
        let folder = config::folder_of_pattern(pattern);
        let is_wanted = |path: &str| folder == pattern || config::path_fits(pattern, path);
        let (found, wrong) = render::definitions(&setup.origin.tree(), folder, is_wanted);
        if found.is_empty() && wrong.is_empty() {
            findings.push(render::no_definitions(pattern, setup.configuration.as_deref()));
        }
        definitions.extend(found);
        findings.extend(wrong);
    }
    (definitions, findings)
}

/// Files of which only the plain part was checked.
fn still_encrypted(manifests: &[Manifest]) -> impl Iterator<Item = String> {
    let sources = manifests.iter().map(|manifest| &manifest.source);
    let files = sources.filter(|source| source.encrypted == Encrypted::Still).map(|source| &source.path);
    let files: BTreeSet<String> = files.map(ToString::to_string).collect();
    files
        .into_iter()
        .map(|file| format!("{file} can't be decrypted here: its encrypted values weren't checked"))
}

fn of_note(note: String) -> CheckFinding {
    let note = words::warning(&note).unwrap_or(&note);
    CheckFinding { severity: Severity::Note, ..of_file(UNENCRYPTED, Diagnostic::new(note)) }
}

fn of_file(rule: &str, diagnostic: Diagnostic) -> CheckFinding {
    let Diagnostic { message, location, causes, hints } = diagnostic;
    CheckFinding {
        severity: Severity::Error,
        rule: rule.to_owned(),
        object: None,
        path: None,
        location,
        message,
        causes,
        hints,
        environments: Vec::new(),
        checked: None,
    }
}

/// The findings with their places. Each file is read again once.
fn located(setup: &Setup, manifests: &[Manifest], found: Vec<Finding>) -> Vec<Located> {
    let mut of_file: BTreeMap<(&str, bool), Vec<Finding>> = BTreeMap::new();
    for finding in found {
        let source = &manifests[finding.object].source;
        of_file.entry((&source.path, source.is_rendered)).or_default().push(finding);
    }
    let located = of_file.into_values().flat_map(|found| {
        let source = found.first().map(|finding| &manifests[finding.object].source);
        let text = source.and_then(|source| setup.text_of(source));
        let places = text.map(|text| places(&text, manifests, &found)).unwrap_or_default();
        let places = places.into_iter().chain(std::iter::repeat(None));
        found.into_iter().zip(places).collect::<Vec<_>>()
    });
    located.map(|(finding, place)| (Some(finding.object), of_object(manifests, finding, place))).collect()
}

/// Findings about one object alone, with their places.
pub(super) fn diagnostics(setup: &Setup, manifest: &Manifest, found: Vec<Finding>) -> Vec<Diagnostic> {
    let located = located(setup, std::slice::from_ref(manifest), found);
    located.iter().map(|(_, finding)| finding.diagnostic()).collect()
}

/// Where the findings of one file stand.
fn places(text: &str, manifests: &[Manifest], found: &[Finding]) -> Vec<Option<(u32, u32)>> {
    let paths: Vec<(u32, FieldPath)> = found
        .iter()
        .map(|finding| {
            let source = &manifests[finding.object].source;
            (source.document, source.path_of(&finding.path))
        })
        .collect();
    let wanted: Vec<(u32, &FieldPath)> = paths.iter().map(|(document, path)| (*document, path)).collect();
    yaml::locate_many(text, &wanted)
}

fn of_object(manifests: &[Manifest], finding: Finding, place: Option<(u32, u32)>) -> CheckFinding {
    let manifest = &manifests[finding.object];
    let mut location = manifest.source.location();
    if let Some((line, column)) = place {
        (location.line, location.column) = (Some(line), Some(column));
    }
    CheckFinding {
        severity: finding.severity,
        rule: finding.rule.to_owned(),
        object: Some(manifest.object_ref()),
        path: (!finding.path.steps().is_empty()).then_some(finding.path),
        location: Some(location),
        message: finding.message,
        causes: Vec::new(),
        hints: finding.hints,
        environments: Vec::new(),
        checked: None,
    }
}

/// The files that these stand in.
pub(super) fn files<'a>(locations: impl Iterator<Item = &'a Location>) -> usize {
    locations.map(|location| location.path.as_str()).collect::<BTreeSet<_>>().len()
}
