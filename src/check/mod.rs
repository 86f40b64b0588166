//! All that can be said about a set of objects with no cluster: what the API
//! server would refuse, and what would probably not work. Pure: manifests in,
//! [`Finding`]s out, in the order of the manifests.
//!
//! Never talks to a cluster, never opens a file, never quotes a secret.

mod deprecated;
mod finding;
pub mod kinds;
mod known;
mod order;
mod place;
mod references;
mod schemas;
mod unknown;

#[cfg(test)]
mod tests;

pub use finding::{Finding, Severity};
pub use known::Kinds;

use std::collections::HashSet;

use crate::object::{Manifest, scrub};
use crate::parallel;
use crate::schema::Violation;
use references::Index;
use unknown::UNKNOWN_KIND;

/// What is checked, and against what.
#[derive(Clone, Copy)]
pub struct Set<'a> {
    /// The objects, each in its namespace as far as that's known
    /// ([`Kinds::place`]).
    pub manifests: &'a [Manifest],
    /// The kinds that there are.
    pub kinds: &'a Kinds,
    /// Whether these are all objects of the set. If not, nothing is said about
    /// what isn't in it.
    pub complete: bool,
}

/// Everything that can be said about the set, in the order of the manifests.
pub fn check(set: &Set<'_>) -> Vec<Finding> {
    let index = Index::of(set.manifests);
    let positions: Vec<usize> = (0..set.manifests.len()).collect();
    let found = parallel::each(positions, |position| of_object(set, &index, position));
    let mut told = HashSet::new();
    // That a custom kind isn't defined is said of its first object.
    let is_news = |finding: &Finding| {
        let manifest = &set.manifests[finding.object];
        let is_about_kind = finding.rule == UNKNOWN_KIND && finding.severity == Severity::Note;
        !is_about_kind || (set.complete && told.insert((&manifest.id.kind, &manifest.version)))
    };
    let mut findings: Vec<Finding> = found.into_iter().flatten().collect();
    findings.retain(is_news);
    if set.complete {
        findings.extend(order::missing(set.manifests));
        findings.sort_by_key(|finding| finding.object);
    }
    findings
}

/// What is wrong with an object by its kind, as findings about it alone.
pub fn findings_of(manifest: &Manifest, violations: Vec<Violation>) -> Vec<Finding> {
    scrubbed(manifest, violations.into_iter().map(|violation| schemas::finding(violation, 0)).collect())
}

/// What the API server would refuse in an object of a built-in kind, but for
/// unknown fields; as findings about it alone.
pub fn values_refused(kinds: &Kinds, manifest: &Manifest) -> Vec<Finding> {
    let mut findings = Vec::new();
    schemas::check(kinds, manifest, 0, &mut findings);
    findings.retain(|found| found.severity == Severity::Error && schemas::is_about_value(found));
    scrubbed(manifest, findings)
}

fn of_object(set: &Set<'_>, index: &Index<'_>, position: usize) -> Vec<Finding> {
    let mut findings = Vec::new();
    schemas::check(set.kinds, &set.manifests[position], position, &mut findings);
    order::annotations(&set.manifests[position], position, &mut findings);
    if set.complete {
        references::check(index, position, &mut findings);
    }
    scrubbed(&set.manifests[position], findings)
}

/// The findings without the object's secret values.
fn scrubbed(manifest: &Manifest, mut findings: Vec<Finding>) -> Vec<Finding> {
    if findings.is_empty() || manifest.secrets.is_empty() {
        return findings;
    }
    let clean = |text: &str| scrub(text, &manifest.body, &manifest.secrets);
    for finding in &mut findings {
        let message = clean(&finding.message);
        // A hint about a secret may be made of it.
        if message != finding.message {
            finding.hints.clear();
        }
        finding.hints = finding.hints.iter().map(|hint| clean(hint)).collect();
        finding.message = message;
    }
    findings
}
