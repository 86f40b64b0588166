//! Security contexts (`ValidateSecurityContext`,
//! `validatePodSpecSecurityContext`).

use std::collections::HashSet;

use crate::check::kinds::report::Report;
use crate::check::place::Place;

const MOST_ID: i64 = i32::MAX as i64;

/// `securityContext` of a container.
pub(super) fn container(container: &Place<'_>, report: &mut Report<'_>) {
    let at = container.field("securityContext");
    common(&at, report);
    report.one_of(&at.field("procMount"), &["Default", "Unmasked"]);
    let escalation = at.field("allowPrivilegeEscalation");
    if *escalation.value() != false {
        return;
    }
    let is_admin = at.down(&["capabilities", "add"]).items().any(|added| added.is("CAP_SYS_ADMIN"));
    if at.field("privileged").is_true() {
        report.error(
            &escalation,
            "conflicting-fields",
            "is false, but a privileged container can always escalate",
        );
    } else if is_admin {
        report.error(
            &escalation,
            "conflicting-fields",
            "is false, but with CAP_SYS_ADMIN a container can escalate",
        );
    }
}

/// `securityContext` of a pod.
pub(super) fn pod(spec: &Place<'_>, report: &mut Report<'_>) {
    let at = spec.field("securityContext");
    common(&at, report);
    report.within(&at.field("fsGroup"), 0, MOST_ID);
    for group in at.field("supplementalGroups").items() {
        report.within(&group, 0, MOST_ID);
    }
    report.one_of(&at.field("fsGroupChangePolicy"), &["OnRootMismatch", "Always"]);
    report.one_of(&at.field("supplementalGroupsPolicy"), &["Merge", "Strict"]);
    sysctls(&at.field("sysctls"), report);
    let shared = spec.field("shareProcessNamespace");
    if shared.is_true() && spec.field("hostPID").is_true() {
        report.error(&shared, "conflicting-fields", "can't be there with hostPID");
    }
}

fn common(at: &Place<'_>, report: &mut Report<'_>) {
    report.within(&at.field("runAsUser"), 0, MOST_ID);
    report.within(&at.field("runAsGroup"), 0, MOST_ID);
    profile(&at.field("seccompProfile"), report);
    profile(&at.field("appArmorProfile"), report);
}

/// `validateSeccompProfileField`, `ValidateAppArmorProfileField`.
fn profile(at: &Place<'_>, report: &mut Report<'_>) {
    if !at.is_set() {
        return;
    }
    let (kind, local) = (at.field("type"), at.field("localhostProfile"));
    if report.required(&kind) {
        report.one_of(&kind, &["Localhost", "RuntimeDefault", "Unconfined"]);
    }
    if kind.is("Localhost") {
        report.required(&local);
    } else if local.is_set() && kind.text().is_some() {
        report.error(&local, "conflicting-fields", "can only be there with type: Localhost");
    }
}

/// `validateSysctls`.
fn sysctls(at: &Place<'_>, report: &mut Report<'_>) {
    let mut names = HashSet::new();
    for sysctl in at.items() {
        let name = sysctl.field("name");
        if !report.required(&name) {
            continue;
        }
        let Some(text) = name.text() else { continue };
        if !is_sysctl(text) {
            report.error(&name, "malformed-name", format!("{text:?} isn't the name of a sysctl"));
        } else if !names.insert(text.replace('/', ".")) {
            report.error(&name, "duplicate", format!("{text:?} is set twice"));
        }
    }
}

/// `SysctlContainSlashFmt`: segments joined by dots or slashes.
fn is_sysctl(text: &str) -> bool {
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    text.len() <= 253
        && text.split(['.', '/']).all(|part| {
            part.starts_with(is_word)
                && part.ends_with(is_word)
                && part.chars().all(|c| is_word(c) || matches!(c, '-' | '_'))
        })
}
