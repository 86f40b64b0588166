//! Probes and lifecycle handlers (`validateProbe`, `validateHandler`).

use crate::check::kinds::ports;
use crate::check::kinds::report::Report;
use crate::check::place::Place;

/// The probes and the lifecycle of a container.
pub(super) fn all(container: &Place<'_>, grace: Option<i64>, report: &mut Report<'_>) {
    for name in ["livenessProbe", "startupProbe"] {
        let at = container.field(name);
        probe(&at, report);
        if at.field("successThreshold").number().is_some_and(|times| times > 1) {
            report.error(&at.field("successThreshold"), "out-of-range", "must be 1 for this probe");
        }
    }
    let readiness = container.field("readinessProbe");
    probe(&readiness, report);
    let ending = readiness.field("terminationGracePeriodSeconds");
    if ending.is_set() {
        report.error(
            &ending,
            "conflicting-fields",
            "can't be there in a readiness probe, which ends nothing",
        );
    }
    for name in ["postStart", "preStop"] {
        let at = container.down(&["lifecycle", name]);
        if at.is_set() {
            handler(&at, &["exec", "httpGet", "tcpSocket", "sleep"], report);
            sleep(&at.field("sleep"), grace, report);
        }
    }
}

fn probe(at: &Place<'_>, report: &mut Report<'_>) {
    if !at.is_set() {
        return;
    }
    handler(at, &["exec", "httpGet", "tcpSocket", "grpc"], report);
    for field in
        ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"]
    {
        report.at_least(&at.field(field), 0);
    }
    report.at_least(&at.field("terminationGracePeriodSeconds"), 1);
}

fn handler<'a>(at: &Place<'a>, kinds: &[&'a str], report: &mut Report<'_>) {
    report.one_field(at, kinds, true);
    let (exec, http, tcp, grpc) =
        (at.field("exec"), at.field("httpGet"), at.field("tcpSocket"), at.field("grpc"));
    if exec.is_set() {
        report.required(&exec.field("command"));
    }
    if http.is_set() {
        ports::number_or_name(&http.field("port"), report);
        report.one_of(&http.field("scheme"), &["HTTP", "HTTPS"]);
        for header in http.field("httpHeaders").items() {
            let name = header.field("name");
            let is_token = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            if let Some(text) = name.text().filter(|text| !is_token(text)) {
                let message =
                    format!("{text:?} isn't a header's name: only letters, digits and \"-\" are allowed");
                report.error(&name, "malformed-name", message);
            }
        }
    }
    if tcp.is_set() {
        ports::number_or_name(&tcp.field("port"), report);
    }
    report.within(&grpc.field("port"), 1, 65535);
}

/// `validateSleepAction`.
fn sleep(at: &Place<'_>, grace: Option<i64>, report: &mut Report<'_>) {
    let seconds = at.field("seconds");
    report.at_least(&seconds, 0);
    if let Some((slept, grace)) =
        seconds.number().zip(grace).filter(|(slept, grace)| *grace >= 0 && slept > grace)
    {
        let message = format!("is {slept}, but the pod has only {grace} seconds to end");
        report.error_with_hint(&seconds, "out-of-range", message, "raise terminationGracePeriodSeconds");
    }
}
