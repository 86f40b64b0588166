//! What objects say of each other: whatever they name ought to be in the same
//! set. The API server takes such an object whatever it names, and it may be
//! in the cluster already, so all of this is notes.

mod autoscaling;
mod bindings;
mod index;
mod ingress;
mod made;
mod pods;
mod ports;
mod services;
mod template;

pub(super) use index::Index;

use super::place::Place;
use super::{Finding, Severity};
use crate::error::did_you_mean;
use crate::object::Manifest;

/// Something that is named isn't in the set.
const MISSING: &str = "missing-reference";
/// A key that a ConfigMap or Secret doesn't have.
const MISSING_KEY: &str = "missing-key";
/// A port that nothing has.
const MISSING_PORT: &str = "missing-port";
/// A selector that fits no pods.
const SELECTS_NOTHING: &str = "selects-nothing";

/// So many names are compared with one that isn't there.
const MOST_COMPARED: usize = 100;

/// Looks at one object of the set.
pub(super) fn check(index: &Index<'_>, position: usize, findings: &mut Vec<Finding>) {
    let manifest = &index.manifests[position];
    let mut notes = Notes { index, manifest, position, findings };
    let kind = &manifest.id.kind;
    if let Some(template) = index.template(position) {
        pods::check(template, &mut notes);
        ports::check(template, &mut notes);
    }
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("", "Service") => services::service(&mut notes),
        ("apps", "StatefulSet") => services::stateful_set(&mut notes),
        ("networking.k8s.io", "Ingress") => ingress::check(&mut notes),
        ("autoscaling", "HorizontalPodAutoscaler") => autoscaling::scaler(&mut notes),
        ("policy", "PodDisruptionBudget") => autoscaling::budget(&mut notes),
        ("rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding") => bindings::check(&mut notes),
        _ => {}
    }
}

/// What is said of one object.
struct Notes<'n, 'a> {
    index: &'n Index<'a>,
    manifest: &'a Manifest,
    position: usize,
    findings: &'n mut Vec<Finding>,
}

impl<'a> Notes<'_, 'a> {
    fn object(&self) -> Place<'a> {
        Place::root(&self.manifest.body)
    }

    fn namespace(&self) -> Option<&'a str> {
        self.manifest.id.namespace.as_deref()
    }

    fn add(&mut self, rule: &'static str, at: &Place<'_>, message: String, hint: Option<String>) {
        self.findings.push(Finding {
            object: self.position,
            severity: Severity::Note,
            rule,
            path: at.path(),
            message,
            hints: hint.into_iter().collect(),
        });
    }

    /// The object of the same namespace that is named here, if any is, must be
    /// in the set, or be made by one. The object, where it's there to be looked
    /// at.
    fn need(&mut self, group: &str, kind: &str, at: &Place<'_>) -> Option<&'a Manifest> {
        self.need_in(self.namespace(), group, kind, at)
    }

    /// The same of another namespace.
    fn need_in(
        &mut self,
        namespace: Option<&str>,
        group: &str,
        kind: &str,
        at: &Place<'_>,
    ) -> Option<&'a Manifest> {
        let name = at.text()?;
        let found = self.index.find(group, kind, namespace, name);
        if found.is_none() && !self.index.is_made(group, kind, namespace, name) {
            let known = self.index.names(group, kind, namespace);
            let message = format!("{kind} {name:?} isn't in the set");
            self.add(MISSING, at, message, meant(name, known));
        }
        found
    }
}

/// `did you mean "web"?`
fn meant<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    // Of many names comparing each takes longer than the hint is worth.
    let length = word.chars().count();
    let near = candidates.into_iter().filter(|name| name.chars().count().abs_diff(length) <= length / 3 + 1);
    did_you_mean(word, near.take(MOST_COMPARED)).map(|meant| format!("did you mean {meant:?}?"))
}

#[cfg(test)]
mod tests;
