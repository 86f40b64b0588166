//! What a simulation found, told: errors with their places, and notes where the
//! server may see it otherwise.

use std::collections::{BTreeMap, BTreeSet};

use super::super::checking::diagnostics;
use super::super::definitions::definitions;
use super::super::predict::Prediction;
use super::super::setup::Setup;
use super::admission::Mutators;
use super::{Judged, Simulated, Simulation};
use crate::check::{self, Finding};
use crate::cluster::{ApiError, Cluster, Discovery};
use crate::error::Diagnostic;
use crate::json::Value;
use crate::object::{FieldPath, GroupKind, Manifest, Step};
use crate::schema::Violation;
use crate::schema::custom::Unchecked;

/// Predictions, simulated where the server couldn't be asked.
pub(in crate::deploy) struct Settled {
    /// What would become of each desired object.
    pub predictions: Vec<Result<Prediction, ApiError>>,
    /// What the server will refuse, by the object's position.
    pub findings: BTreeMap<usize, Vec<Diagnostic>>,
    /// What it may refuse, and what can't be told.
    pub notes: Vec<String>,
}

/// Simulates what the server can't be asked about yet.
pub(in crate::deploy) async fn settle(
    setup: &Setup,
    cluster: &Cluster,
    discovery: &Discovery,
    simulation: Simulation<'_>,
    predictions: Vec<Result<Prediction, ApiError>>,
) -> Result<Settled, ApiError> {
    let early = simulation.early(&predictions);
    let read = definitions(cluster, simulation.desired, |object| {
        simulation.exact && early.contains(&object.id().kind)
    });
    let read = read.await?;
    let known = if simulation.exact { &read } else { simulation.definitions };
    let simulation = Simulation { definitions: known, ..simulation };
    let builtin = simulation.refused_values(&predictions);
    let Simulated { predictions, judged, unserved } = simulation.run(predictions);
    let mut findings: BTreeMap<usize, Vec<Diagnostic>> = BTreeMap::new();
    for (at, finding) in unserved {
        findings.entry(at).or_default().push(finding);
    }
    let mut of_values: Vec<(usize, Vec<Finding>)> = builtin;
    let mut unchecked = BTreeSet::new();
    for Judged { at, judgement, object } in judged {
        let manifest = &simulation.desired[at].manifest;
        let found = |violations| findings_in(manifest, violations, &object);
        let (structural, values) = judgement.violations.into_iter().partition(|found| found.structural);
        findings.entry(at).or_default().extend(diagnostics(setup, manifest, found(structural)));
        of_values.push((at, found(values)));
        unchecked.extend(judgement.unchecked.iter().map(|left| unjudged(&manifest.id.kind, left)));
    }
    of_values.retain(|(_, found)| !found.is_empty());
    // Admission comes after the structure and before the values are judged.
    let mutators = if of_values.is_empty() {
        Mutators::default()
    } else {
        Mutators::of(cluster, discovery, simulation.desired).await?
    };
    let mut notes = Vec::new();
    for (at, found) in of_values {
        let desired = &simulation.desired[at];
        let told = diagnostics(setup, &desired.manifest, found);
        match mutators.of_resource(&desired.resource) {
            None => findings.entry(at).or_default().extend(told),
            Some(who) => notes.extend(told.iter().map(|finding| doubt(finding, &who))),
        }
    }
    let by_place = |one: &Diagnostic, other: &Diagnostic| {
        (&one.location, &one.message).cmp(&(&other.location, &other.message))
    };
    findings.values_mut().for_each(|told| told.sort_by(by_place));
    notes.extend(unchecked);
    Ok(Settled { predictions, findings, notes })
}

fn doubt(finding: &Diagnostic, who: &str) -> String {
    let place = finding.location.as_ref().map(|place| format!(" ({place})")).unwrap_or_default();
    format!("{}{place}: the server will refuse it unless {who} puts it right", finding.message)
}

fn unjudged(kind: &GroupKind, left: &Unchecked) -> String {
    let Unchecked { rule, reason, .. } = left;
    format!("{kind}: the rule {rule:?} can't be judged before its definition is there: {reason}")
}

/// Violations of the object as it would be, as findings in its manifest.
fn findings_in(manifest: &Manifest, violations: Vec<Violation>, object: &Value) -> Vec<Finding> {
    let placed = violations.into_iter().map(|violation| {
        let path = path_in(&manifest.body, object, &violation.path);
        Violation { path, ..violation }
    });
    check::findings_of(manifest, placed.collect())
}

/// The path in the manifest of a field of the object as it would be: lists may
/// hold other items too. A list in which the manifest has no such item stands
/// for it.
fn path_in(manifest: &Value, object: &Value, path: &FieldPath) -> FieldPath {
    let (mut written, mut made) = (Some(manifest), Some(object));
    let mut found = FieldPath::root();
    for step in path.steps() {
        let Step::Index(index) = step else {
            let below = FieldPath::root().then(step.clone());
            (written, made) =
                (written.and_then(|value| below.get(value)), made.and_then(|value| below.get(value)));
            found.push(step.clone());
            continue;
        };
        let item = made.and_then(|list| list.get(*index));
        let items = written.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let is_it = |at: &usize| item.is_some_and(|item| items.get(*at).is_some_and(|own| covers(item, own)));
        let Some(at) = Some(*index).filter(is_it).or_else(|| (0..items.len()).find(is_it)) else { break };
        (written, made) = (items.get(at), item);
        found.push(Step::Index(at));
    }
    found
}

/// Whether `made` may have become of `written`.
fn covers(made: &Value, written: &Value) -> bool {
    match (made, written) {
        (_, Value::Null) => true,
        (Value::Object(made), Value::Object(written)) => {
            written.iter().all(|(name, value)| made.get(name).is_some_and(|made| covers(made, value)))
        }
        (Value::Array(made), Value::Array(written)) => {
            written.iter().all(|own| made.iter().any(|made| covers(made, own)))
        }
        (made, written) => made == written,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    #[test]
    fn an_item_is_found_where_the_manifest_has_it() {
        let manifest =
            json!({"spec": {"steps": [{"name": "b", "tags": ["x"]}, {"name": "c", "size": null}]}});
        let object = json!({"spec": {"steps": [
            {"name": "a"}, {"name": "b", "tags": ["y", "x"], "on": true}, {"name": "c", "size": 3}, {"name": "d"}]}});
        let there = |path: &str| {
            let path = FieldPath::parse(path).expect("a path");
            path_in(&manifest, &object, &path).to_string()
        };
        assert_eq!(there("spec.steps[1].tags[1]"), "spec.steps[0].tags[0]");
        assert_eq!(there("spec.steps[2].size"), "spec.steps[1].size");
        assert_eq!(there("spec.steps[3].size"), "spec.steps");
        assert_eq!(there("spec.size"), "spec.size");
    }
}
