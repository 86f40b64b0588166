//! What several environments have in common, told once.

use std::collections::HashMap;

use super::checking::{Located, files};
use crate::error::Location;
use crate::object::{FieldPath, GroupKind, Manifest, ObjectId};
use crate::report::{CheckFinding, CheckReport, CheckSummary, CheckedObject};
use crate::schema::Minor;

/// What was checked so far.
#[derive(Default)]
pub(super) struct Joined {
    environments: Vec<String>,
    checked: Vec<CheckedObject>,
    objects: HashMap<ObjectKey, usize>,
    findings: Vec<CheckFinding>,
    known: HashMap<FindingKey, usize>,
    incomplete: bool,
}

/// An object by where it stands. Items of a very long list may share their
/// place.
type ObjectKey = (Location, GroupKind, String);

/// The same finding at the same place.
type FindingKey = (Option<Location>, Option<usize>, String, Option<FieldPath>, String);

impl Joined {
    /// Takes in what was found in an environment.
    pub(super) fn take(&mut self, environment: &str, manifests: &[Manifest], findings: Vec<Located>) {
        self.environments.push(environment.to_owned());
        let positions: Vec<usize> = manifests.iter().map(|manifest| self.object(manifest)).collect();
        for (object, mut finding) in findings {
            finding.checked = object.map(|object| positions[object]);
            self.incomplete |= finding.checked.is_none() && finding.rule == super::checking::SOURCE;
            self.finding(environment, finding);
        }
    }

    fn object(&mut self, manifest: &Manifest) -> usize {
        let location = manifest.source.location();
        let key = (location.clone(), manifest.id.kind.clone(), manifest.id.name.clone());
        let position = *self.objects.entry(key).or_insert(self.checked.len());
        match self.checked.get_mut(position) {
            Some(known) => leave_out_difference(&mut known.id, &manifest.id),
            None => self.checked.push(CheckedObject { id: manifest.id.clone(), location }),
        }
        position
    }

    fn finding(&mut self, environment: &str, mut finding: CheckFinding) {
        let key = (
            finding.location.clone(),
            finding.checked,
            finding.rule.clone(),
            finding.path.clone(),
            finding.message.clone(),
        );
        let position = *self.known.entry(key).or_insert(self.findings.len());
        match self.findings.get_mut(position) {
            Some(known) if known.environments.iter().any(|name| name == environment) => {}
            Some(known) => known.environments.push(environment.to_owned()),
            None => {
                finding.environments.push(environment.to_owned());
                self.findings.push(finding);
            }
        }
    }

    /// Everything, in the order of the files.
    pub(super) fn report(self, version: Minor) -> CheckReport {
        let Self { environments, checked, mut findings, incomplete, .. } = self;
        for finding in &mut findings {
            let named = finding.checked.map(|position| &checked[position].id);
            if let (Some(object), Some(id)) = (&mut finding.object, named) {
                object.namespace.clone_from(&id.namespace);
            }
        }
        findings.sort_by_cached_key(|finding| {
            (finding.location.as_ref().map(in_file), finding.path.clone(), finding.message.clone())
        });
        let in_findings = findings.iter().filter_map(|finding| finding.location.as_ref());
        CheckReport {
            kubernetes_version: version.to_string(),
            environments,
            objects: checked.len(),
            files: files(checked.iter().map(|object| &object.location).chain(in_findings)),
            complete: !incomplete,
            findings,
            summary: CheckSummary::default(),
            checked,
        }
    }
}

/// The order of places: by file, line and column, whatever the document.
fn in_file(location: &Location) -> (String, Option<u32>, Option<u32>) {
    (location.path.clone(), location.line, location.column)
}

/// An object in different namespaces has none that could be named.
fn leave_out_difference(known: &mut ObjectId, other: &ObjectId) {
    if known.namespace != other.namespace {
        known.namespace = None;
    }
}
