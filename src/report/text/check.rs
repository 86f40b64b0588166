//! What a check found.

use anstyle::Style;

use super::diagnostic::{diagnostic, style};
use crate::report::palette::{GOOD, paint};
use crate::report::visible::visible;
use crate::report::words::count;
use crate::report::{CheckReport, Severity};

/// Each finding, with an empty line after it, and what was checked.
pub fn check(report: &CheckReport) -> String {
    let mut text = String::new();
    for finding in &report.findings {
        text.push_str(&diagnostic(finding.severity.into(), &report.diagnostic(finding)));
        text.push('\n');
    }
    text.push_str(&summary(report));
    text.push('\n');
    if !report.complete {
        text.push_str("not everything could be read, so what objects refer to wasn't looked for\n");
    }
    text
}

/// `checked 42 objects in 7 files against Kubernetes 1.36: 2 errors, 3 notes`.
fn summary(report: &CheckReport) -> String {
    let (objects, files) = (count(report.objects, "object"), count(report.files, "file"));
    let environments = match report.environments.as_slice() {
        [] | [_] => String::new(),
        several => format!(" for {}", several.join(", ")),
    };
    let checked = format!(
        "checked {objects} in {files} against Kubernetes {}{environments}",
        report.kubernetes_version
    );
    format!("{}: {}", visible(&checked), found(report))
}

fn found(report: &CheckReport) -> String {
    let part = |severity: Severity, number: usize| {
        let plain = Style::new();
        let style = if number > 0 { style(severity) } else { plain };
        paint(style, count(number, severity.word()))
    };
    match (report.summary.errors, report.summary.notes) {
        (0, 0) => paint(GOOD, "nothing found"),
        (errors, notes) => [part(Severity::Error, errors), part(Severity::Note, notes)].join(", "),
    }
}
