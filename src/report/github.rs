//! Annotations for GitHub Actions: lines that a workflow's log turns into
//! marks at the files' lines. To be printed where `GITHUB_ACTIONS` is set.
//!
//! The format is `::error file=…,line=…,col=…,title=…::message` (GitHub's
//! workflow commands; `actions/toolkit`, `packages/core/src/command.ts`).

use super::{CheckFinding, CheckReport, Severity};
use crate::apply::{Failure, TargetOutcome};
use crate::error::{Diagnostic, Location};
use crate::plan::{GuardVerdict, Judgement};

/// An annotation for each diagnostic.
pub fn annotations(severity: Severity, diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(|diagnostic| annotation(severity, diagnostic)).collect()
}

/// An annotation for each guard that refuses or warns.
pub fn guards(target: &str, verdicts: &[GuardVerdict]) -> String {
    verdicts.iter().filter_map(|verdict| guard(target, verdict)).collect()
}

/// An annotation for what went wrong during a run, at the manifest's line
/// where that is known, and for what went wrong when it was rolled back.
pub fn failure(outcome: &TargetOutcome) -> String {
    let of_run = |failure: &Failure| annotation(Severity::Error, &failure.cause);
    let failed = outcome.failure.as_ref().map_or_else(String::new, of_run);
    let Some(rollback) = &outcome.rollback else { return failed };
    let verdicts: Vec<_> = rollback.outcome.guards.iter().map(GuardVerdict::on_apply).collect();
    let refused = guards(&outcome.target, &verdicts);
    failed + &annotations(Severity::Error, &rollback.errors) + &refused + &failure(&rollback.outcome)
}

/// An annotation for each finding.
pub fn check(report: &CheckReport) -> String {
    let finding = |finding: &CheckFinding| annotation(finding.severity.into(), &report.diagnostic(finding));
    report.findings.iter().map(finding).collect()
}

fn annotation(severity: Severity, diagnostic: &Diagnostic) -> String {
    let causes = diagnostic.causes.iter().map(|cause| format!("\ncaused by: {cause}"));
    let hints = diagnostic.hints.iter().map(|hint| format!("\nhint: {hint}"));
    let message: String = std::iter::once(diagnostic.message.clone()).chain(causes).chain(hints).collect();
    command(severity, diagnostic.location.as_ref(), "trueup", &message)
}

fn guard(target: &str, verdict: &GuardVerdict) -> Option<String> {
    let (severity, said) = match (verdict.verdict, verdict.about_what) {
        (Judgement::Allow, _) => return None,
        (Judgement::Warn, _) => (Severity::Warning, verdict.message.clone()),
        (Judgement::Refuse, true) => (Severity::Error, verdict.message.clone()),
        (Judgement::Refuse, false) => {
            (Severity::Warning, format!("apply would be refused now: {}", verdict.message))
        }
    };
    Some(command(severity, None, &format!("trueup {target}: {}", verdict.guard), &said))
}

fn command(severity: Severity, location: Option<&Location>, title: &str, message: &str) -> String {
    let mut properties = Vec::new();
    if let Some(Location { path, line, column, .. }) = location {
        properties.push(format!("file={}", property(path)));
        properties.extend(line.map(|line| format!("line={line}")));
        properties.extend(column.map(|column| format!("col={column}")));
    }
    properties.push(format!("title={}", property(title)));
    format!("::{} {}::{}\n", word(severity), properties.join(","), data(message))
}

/// GitHub's name of the command.
fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "notice",
        other => other.word(),
    }
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagnostic_becomes_a_mark_at_its_line() {
        let diagnostic = Diagnostic::new("unknown field \"spec.replica\"")
            .at(Location::at("deploy/prod,eu/web.yaml", 7, 3))
            .because("100% sure")
            .hint("did you mean \"spec.replicas\"?");
        insta::assert_snapshot!(annotations(Severity::Error, &[diagnostic]), @r#"::error file=deploy/prod%2Ceu/web.yaml,line=7,col=3,title=trueup::unknown field "spec.replica"%0Acaused by: 100%25 sure%0Ahint: did you mean "spec.replicas"?"#);
    }

    #[test]
    fn what_is_said_can_not_give_commands() {
        let nasty = Diagnostic::new("first\r\n::set-output name=a::b").at(Location::file("a:b,c%.yaml"));
        insta::assert_snapshot!(annotations(Severity::Warning, &[nasty]), @"::warning file=a%3Ab%2Cc%25.yaml,title=trueup::first%0D%0A::set-output name=a::b");
    }

    #[test]
    fn guards_that_agree_say_nothing() {
        let verdict = |guard: &str, verdict, about_what| GuardVerdict {
            guard: guard.into(),
            verdict,
            message: "why".into(),
            overridable: true,
            about_what,
        };
        let verdicts = [
            verdict("order", Judgement::Allow, false),
            verdict("policy", Judgement::Warn, true),
            verdict("max-delete", Judgement::Refuse, true),
            verdict("window", Judgement::Refuse, false),
        ];
        insta::assert_snapshot!(guards("prod", &verdicts), @"
        ::warning title=trueup prod%3A policy::why
        ::error title=trueup prod%3A max-delete::why
        ::warning title=trueup prod%3A window::apply would be refused now: why
        ");
    }
}
