//! What must hold for an apply, with every default filled in.

use std::time::Duration;

use super::check::Finding;
use super::duration::Period;
use super::file::{DriftRule, KeyFile, OrderRule, Requires};
use crate::error::did_you_mean;
use crate::json::{Map, Value};
use crate::object::{FieldPath, Step};

/// What must hold for an apply.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Requirements {
    /// The branch that the commit must be on.
    pub branch: Option<String>,
    /// The environments in which the commit must have been live and healthy.
    pub after: Vec<String>,
    /// For how long.
    pub soak: Duration,
    /// The files of the keys that the commit must be signed by one of, relative to the
    /// file; none where it needn't be signed.
    pub signed_by: Vec<String>,
    /// How a commit must relate to the deployed one.
    pub order: OrderRule,
    /// What is said to applying over what somebody changed live.
    pub drift: DriftRule,
}

impl From<Requires> for Requirements {
    fn from(requires: Requires) -> Self {
        // On a branch that is never rewritten every commit descends from the one before.
        let order = if requires.branch.is_some() { OrderRule::Forward } else { OrderRule::Newer };
        Self {
            branch: requires.branch,
            after: requires.after.unwrap_or_default(),
            soak: requires.soak.map_or(Duration::ZERO, |Period(soak)| soak),
            signed_by: requires
                .signed_by
                .map(|files| files.into_iter().map(|KeyFile(file)| file).collect())
                .unwrap_or_default(),
            order: requires.order.unwrap_or(order),
            drift: requires.drift.unwrap_or_default(),
        }
    }
}

/// What is wrong with the environments that come before others: names of none, an
/// environment that comes after itself, and a time after nothing.
pub(super) fn findings(file: &Value) -> Vec<Finding> {
    let Some(environments) = file["environments"].as_object() else { return Vec::new() };
    let mut findings = Vec::new();
    for (name, settings) in environments {
        let own = FieldPath::fields(["environments", name, "requires"]);
        let of_all = FieldPath::fields(["defaults", "requires"]);
        let [at, all] = [&settings["requires"], &file["defaults"]["requires"]];
        let (after, path) = match (&at["after"], &all["after"]) {
            (Value::Array(after), _) => (after.as_slice(), own.field("after")),
            (_, Value::Array(after)) => (after.as_slice(), of_all.field("after")),
            _ => (&[][..], own.field("after")),
        };
        for (index, earlier) in after.iter().enumerate() {
            let Some(earlier) = earlier.as_str() else { continue };
            let place = path.then(Step::Index(index));
            findings.extend(unusable(environments, name, earlier, &place));
        }
        if after.is_empty() && !at["soak"].is_null() {
            let message = format!("`{}` says how long, and `after` must say where", own.field("soak"));
            findings.push(Finding::at_key(&own.field("soak"), message).hint("such as `after: [staging]`"));
        }
    }
    findings.dedup();
    findings
}

fn unusable(environments: &Map, name: &str, earlier: &str, place: &FieldPath) -> Option<Finding> {
    if earlier == name {
        let message = format!("`{place}`: environment {name:?} can't come after itself");
        return Some(Finding::at_value(place, message));
    }
    if environments.contains_key(earlier) {
        return None;
    }
    let finding = Finding::at_value(place, format!("`{place}`: unknown environment {earlier:?}"));
    let meant = did_you_mean(earlier, environments.keys().map(String::as_str));
    Some(match meant {
        Some(meant) => finding.hint(format!("did you mean `{meant}`?")),
        None => finding,
    })
}
