//! Jobs and `CronJobs`: `pkg/apis/batch/validation` (Kubernetes 1.36).

use std::collections::HashSet;

use super::report::Report;
use super::{labels, pod, schedule};
use crate::check::place::Place;
use crate::object::names;

const MOST_INDEXED: i64 = 100_000;

/// A `Job`.
pub(super) fn job(object: &Place<'_>, report: &mut Report<'_>) {
    let spec = object.field("spec");
    job_spec(&spec, report);
    selector(&spec, report);
    hostnames(object, &spec, report);
}

/// A `CronJob`.
pub(super) fn cron_job(spec: &Place<'_>, report: &mut Report<'_>) {
    let at = spec.field("schedule");
    if report.required(&at)
        && let Some(Err(fault)) = at.text().map(schedule::check)
    {
        report.error_with_hint(
            &at,
            "malformed-schedule",
            fault,
            "minute, hour, day of the month, month, day of the week: \"30 4 * * 1-5\"",
        );
    }
    time_zone(&spec.field("timeZone"), report);
    report.one_of(&spec.field("concurrencyPolicy"), &["Allow", "Forbid", "Replace"]);
    for field in ["startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit"] {
        report.at_least(&spec.field(field), 0);
    }
    let template = spec.field("jobTemplate");
    labels::metadata(&template.field("metadata"), report);
    let inner = template.field("spec");
    job_spec(&inner, report);
    let manual = inner.field("manualSelector");
    if manual.is_true() {
        report.error(&manual, "conflicting-fields", "can't be there in the template of a CronJob");
    }
    if inner.field("selector").is_set() {
        report.error(
            &inner.field("selector"),
            "conflicting-fields",
            "can't be there in the template of a CronJob: it's generated",
        );
    }
}

fn job_spec(spec: &Place<'_>, report: &mut Report<'_>) {
    for field in [
        "parallelism",
        "completions",
        "activeDeadlineSeconds",
        "backoffLimit",
        "ttlSecondsAfterFinished",
        "backoffLimitPerIndex",
        "maxFailedIndexes",
    ] {
        report.at_least(&spec.field(field), 0);
    }
    indexed(spec, report);
    failure_policy(spec, report);
    let managed = spec.field("managedBy");
    if let Some(text) = managed.text().filter(|text| text.len() > 63 || !text.trim_matches('/').contains('/'))
    {
        report.error(
            &managed,
            "malformed-name",
            format!("{text:?} must be a domain, \"/\" and a name, at most 63 characters"),
        );
    }
    let template = spec.field("template");
    pod::template(&template, &HashSet::new(), report);
    restart_policy(
        &template.down(&["spec", "restartPolicy"]),
        spec.field("podFailurePolicy").is_set(),
        report,
    );
}

fn restart_policy(at: &Place<'_>, has_failure_policy: bool, report: &mut Report<'_>) {
    if at.is_empty() {
        report.error(at, "missing-field", "must be OnFailure or Never in a Job");
    } else if at.is("Always") {
        report.error(at, "unknown-value", "is \"Always\", but must be OnFailure or Never in a Job");
    } else if has_failure_policy && at.is("OnFailure") {
        report.error(at, "conflicting-fields", "must be Never with a podFailurePolicy");
    }
}

fn indexed(spec: &Place<'_>, report: &mut Report<'_>) {
    let mode = spec.field("completionMode");
    report.one_of(&mode, &["NonIndexed", "Indexed"]);
    let (per_index, failed) = (spec.field("backoffLimitPerIndex"), spec.field("maxFailedIndexes"));
    if failed.is_set() && !per_index.is_set() {
        report.error(&per_index, "missing-field", "is missing, but maxFailedIndexes needs it");
    }
    if mode.is("Indexed") {
        if let Some(parallel) = spec.field("parallelism").number().filter(|number| *number > MOST_INDEXED) {
            let message =
                format!("is {parallel}, but must be at most {MOST_INDEXED} with completionMode: Indexed");
            report.error(&spec.field("parallelism"), "out-of-range", message);
        }
        return;
    }
    for field in ["backoffLimitPerIndex", "maxFailedIndexes", "successPolicy"] {
        if spec.field(field).is_set() {
            report.error(&spec.field(field), "conflicting-fields", "needs completionMode: Indexed");
        }
    }
}

/// `validatePodFailurePolicy`.
fn failure_policy(spec: &Place<'_>, report: &mut Report<'_>) {
    let policy = spec.field("podFailurePolicy");
    for rule in policy.field("rules").items() {
        let action = rule.field("action");
        if report.required(&action) {
            report.one_of(&action, &["Count", "FailIndex", "FailJob", "Ignore"]);
        }
        let (codes, conditions) = (rule.field("onExitCodes"), rule.field("onPodConditions"));
        match (codes.is_set(), !conditions.is_empty()) {
            (true, true) => report.error(
                &rule,
                "conflicting-fields",
                "has onExitCodes and onPodConditions, but only one is allowed",
            ),
            (false, false) => report.error(&rule, "missing-field", "needs onExitCodes or onPodConditions"),
            _ => {}
        }
        report.one_of(&codes.field("operator"), &["In", "NotIn"]);
        if codes.field("operator").is("In") {
            for code in codes.field("values").items().filter(|code| code.number() == Some(0)) {
                report.error(&code, "out-of-range", "is 0, which is success");
            }
        }
        if codes.is_set() {
            report.required(&codes.field("values"));
        }
    }
    let allowed: &[&str] = if policy.is_set() { &["Failed"] } else { &["Failed", "TerminatingOrFailed"] };
    report.one_of(&spec.field("podReplacementPolicy"), allowed);
}

/// Without `manualSelector`, the API server makes the selector itself.
fn selector(spec: &Place<'_>, report: &mut Report<'_>) {
    let at = spec.field("selector");
    labels::selector(&at, report);
    if !spec.field("manualSelector").is_true() {
        if at.is_set() {
            report.error_with_hint(
                &at,
                "conflicting-fields",
                "is generated",
                "remove it, or set manualSelector: true",
            );
        }
        return;
    }
    let labels = spec.down(&["template", "metadata", "labels"]);
    if report.required(&at) && !labels::fits(&at, &labels) {
        report.error(
            &labels,
            "selector-mismatch",
            "don't fit spec.selector, which must take the pods of this template",
        );
    }
}

/// The pods of an indexed Job have its name and their index as host names.
fn hostnames(object: &Place<'_>, spec: &Place<'_>, report: &mut Report<'_>) {
    let name = object.down(&["metadata", "name"]);
    let last = spec.field("completions").number().filter(|number| *number > 0).map(|number| number - 1);
    let Some((text, last)) = name.text().zip(last).filter(|_| spec.field("completionMode").is("Indexed"))
    else {
        return;
    };
    if let Err(fault) = names::label(&format!("{text}-{last}")) {
        report.error(
            &name,
            "malformed-name",
            format!("makes \"{text}-{last}\" the name of a host, which {fault}"),
        );
    }
}

/// `validateTimeZone`, but for whether there is such a zone.
fn time_zone(at: &Place<'_>, report: &mut Report<'_>) {
    let Some(text) = at.value().as_str() else { return };
    let is_part = |part: &str| {
        !matches!(part, "." | "..")
            && !part.starts_with('-')
            && (1..=14).contains(&part.len())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_+".contains(&byte))
    };
    if text.eq_ignore_ascii_case("local") || !text.split('/').all(is_part) {
        report.error_with_hint(
            at,
            "malformed-time-zone",
            format!("{text:?} isn't a time zone"),
            "such as \"Etc/UTC\" or \"Europe/Berlin\"",
        );
    }
}
