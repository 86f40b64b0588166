//! What a check found, as a comment on a pull request.

use super::escape::{code, text};
use super::size::{MOST, fitted};
use crate::check::Severity;
use crate::error::Diagnostic;
use crate::report::words::count;
use crate::report::{CheckFinding, CheckReport};

/// A verdict, what was checked, and every finding with its place.
pub fn check(report: &CheckReport) -> String {
    let parts: Vec<_> = report.findings.iter().map(|finding| entry(report, finding)).collect();
    fitted(&head(report), &parts, "", "finding", MOST)
}

fn head(report: &CheckReport) -> String {
    let verdict = match (report.summary.errors, report.summary.notes) {
        (0, 0) => "✅ nothing found".to_owned(),
        (0, notes) => count(notes, "note"),
        (errors, notes) => format!("⛔ {}, {}", count(errors, "error"), count(notes, "note")),
    };
    let missing = if report.complete {
        ""
    } else {
        " Not everything could be read, so what objects refer to wasn't looked for."
    };
    format!(
        "### check {}: {verdict}\n\n{} in {}, against Kubernetes {}.{missing}\n\n",
        text(&report.environments.join(", ")),
        count(report.objects, "object"),
        count(report.files, "file"),
        text(&report.kubernetes_version),
    )
}

fn entry(report: &CheckReport, finding: &CheckFinding) -> String {
    let Diagnostic { message, location, causes, hints } = report.diagnostic(finding);
    let label = match finding.severity {
        Severity::Error => "**error**",
        Severity::Note => "note",
    };
    let mut entry = format!("- {label}: {}", text(&message));
    if let Some(location) = location {
        entry.extend([" (", &code(&location.to_string()), ")"]);
    }
    for cause in causes {
        entry.extend(["\n  - caused by: ", &text(&cause)]);
    }
    for hint in hints {
        entry.extend(["\n  - hint: ", &text(&hint)]);
    }
    entry.push('\n');
    entry
}
