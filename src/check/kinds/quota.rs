//! Quotas and ranges of limits: `ValidateResourceQuotaSpec` and
//! `ValidateLimitRange` of `pkg/apis/core/validation` (Kubernetes 1.36).

use std::collections::HashSet;

use super::pod;
use super::quantity;
use super::report::Report;
use crate::check::place::Place;
use crate::error::did_you_mean;
use crate::json::Value;
use crate::object::names;

/// What a quota can count without a domain (`IsStandardQuotaResourceName`).
const QUOTA: [&str; 21] = [
    "cpu",
    "memory",
    "ephemeral-storage",
    "requests.cpu",
    "requests.memory",
    "requests.storage",
    "requests.ephemeral-storage",
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
    "pods",
    "resourcequotas",
    "services",
    "replicationcontrollers",
    "secrets",
    "persistentvolumeclaims",
    "configmaps",
    "services.nodeports",
    "services.loadbalancers",
    "hugepages-",
    "requests.hugepages-",
];

const SCOPES: [&str; 7] = [
    "Terminating",
    "NotTerminating",
    "BestEffort",
    "NotBestEffort",
    "PriorityClass",
    "CrossNamespacePodAffinity",
    "VolumeAttributesClass",
];

/// A `ResourceQuota`.
pub(super) fn quota(spec: &Place<'_>, report: &mut Report<'_>) {
    for (name, amount) in spec.field("hard").entries() {
        counted(name, &amount, report);
        pod::amount(&amount, report);
        let is_count = name.starts_with("count/") || (QUOTA[10..19].contains(&name));
        if is_count && quantity::billionths(amount.value()).is_some_and(|amount| !quantity::is_whole(amount))
        {
            report.error(&amount, "out-of-range", "must be a whole number");
        }
    }
    let scopes = spec.field("scopes");
    for scope in scopes.items() {
        report.one_of(&scope, &SCOPES);
    }
    let has = |name: &str| scopes.items().any(|scope| scope.is(name));
    for (one, other) in [("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating")] {
        if has(one) && has(other) {
            report.error(
                &scopes,
                "conflicting-fields",
                format!("has {one} and {other}, which exclude each other"),
            );
        }
    }
    if has("BestEffort") {
        for (name, amount) in
            spec.field("hard").entries().filter(|(name, _)| QUOTA.contains(name) && *name != "pods")
        {
            report.error(
                &amount,
                "conflicting-fields",
                format!("{name} can't be counted of BestEffort: only pods"),
            );
        }
    }
    for expression in spec.down(&["scopeSelector", "matchExpressions"]).items() {
        report.one_of(&expression.field("scopeName"), &SCOPES);
        report.one_of(&expression.field("operator"), &["In", "NotIn", "Exists", "DoesNotExist"]);
    }
}

fn counted(name: &str, at: &Place<'_>, report: &mut Report<'_>) {
    let is_known =
        |known: &&str| if known.ends_with('-') { name.starts_with(*known) } else { name == *known };
    if name.contains('/') {
        report.judged(at, name, names::label_key);
    } else if !QUOTA.iter().any(is_known) {
        let message = format!("{name:?} is nothing that a quota counts");
        let hint = match did_you_mean(name, QUOTA) {
            Some(meant) => format!("did you mean {meant:?}?"),
            None => "other kinds are counted as in \"count/deployments.apps\"".to_owned(),
        };
        report.error_with_hint(at, "unknown-resource", message, hint);
    }
}

/// A `LimitRange`.
pub(super) fn limit_range(spec: &Place<'_>, report: &mut Report<'_>) {
    let mut types = HashSet::new();
    for limit in spec.field("limits").items() {
        let kind = limit.field("type");
        report.required(&kind);
        if let Some(text) = kind.text() {
            if !text.contains('/') {
                report.one_of(&kind, &["Container", "Pod", "PersistentVolumeClaim"]);
            }
            if !types.insert(text) {
                report.error(&kind, "duplicate", format!("{text:?} is limited twice"));
            }
        }
        bounds(&limit, report);
    }
}

fn bounds(limit: &Place<'_>, report: &mut Report<'_>) {
    let kind = limit.field("type");
    for field in ["min", "max", "default", "defaultRequest", "maxLimitRequestRatio"] {
        let map = limit.field(field);
        if kind.is("Pod") && field.starts_with("default") && !map.is_empty() {
            report.error(&map, "conflicting-fields", "can't be there with type: Pod");
        }
        for (name, amount) in map.entries() {
            pod::amount(&amount, report);
            if !kind.is("PersistentVolumeClaim") {
                pod::resource_name(&amount, name, report);
            }
        }
    }
    if kind.is("PersistentVolumeClaim")
        && ["min", "max"].iter().all(|field| !limit.down(&[field, "storage"]).is_set())
    {
        report.error(limit, "missing-field", "needs min or max of storage");
    }
    for (low, high) in [
        ("min", "max"),
        ("min", "default"),
        ("min", "defaultRequest"),
        ("default", "max"),
        ("defaultRequest", "max"),
        ("defaultRequest", "default"),
    ] {
        in_order(limit, low, high, report);
    }
    ratios(limit, report);
}

fn in_order(limit: &Place<'_>, low: &str, high: &str, report: &mut Report<'_>) {
    let at = |field: &str| limit.value().get(field).and_then(Value::as_object);
    let (Some(lows), Some(highs)) = (at(low), at(high)) else { return };
    for (name, amount) in lows {
        let most = highs.get(name).and_then(quantity::billionths);
        if quantity::billionths(amount).zip(most).is_some_and(|(low, high)| low > high) {
            report.error(limit, "out-of-range", format!("has more of {name} in {low} than in {high}"));
        }
    }
}

/// How many times its request a limit may be.
fn ratios(limit: &Place<'_>, report: &mut Report<'_>) {
    let amount = |field: &str, name: &str| limit.value().get(field)?.get(name).and_then(quantity::billionths);
    for (name, at) in limit.field("maxLimitRequestRatio").entries() {
        let Some(ratio) = quantity::billionths(at.value()) else { continue };
        if ratio < 1_000_000_000 {
            report.error(&at, "out-of-range", "must be 1 or more");
        }
        let (least, most) = (amount("min", name), amount("max", name));
        let Some((least, most)) = least.zip(most).filter(|(least, _)| *least > 0) else { continue };
        if ratio
            .checked_mul(least)
            .zip(most.checked_mul(1_000_000_000))
            .is_some_and(|(asked, possible)| asked > possible)
        {
            report.error(&at, "out-of-range", "is more than max can be of min");
        }
    }
}
