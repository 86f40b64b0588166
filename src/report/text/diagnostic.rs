//! Diagnostics: what, where, why, and what to do.

use std::fmt::Write as _;

use anstyle::Style;

use crate::error::Diagnostic;
use crate::report::Severity;
use crate::report::palette::{DANGER, FAINT, HINT, NOTE, WARNING};
use crate::report::visible::visible_lines;

pub(super) fn style(severity: Severity) -> Style {
    match severity {
        Severity::Error => DANGER,
        Severity::Warning => WARNING,
        Severity::Note => NOTE,
    }
}

/// The diagnostics one after the other, with an empty line between them, and
/// how many there are where there is more than one. Ends in a line break.
pub fn diagnostics(severity: Severity, all: &[Diagnostic]) -> String {
    let mut text = all.iter().map(|one| diagnostic(severity, one)).collect::<Vec<_>>().join("\n");
    if all.len() > 1 {
        let style = style(severity);
        let _ = writeln!(text, "\n{style}{} {}s{style:#}", all.len(), severity.word());
    }
    text
}

pub(super) fn diagnostic(severity: Severity, diagnostic: &Diagnostic) -> String {
    let mut text = String::new();
    labelled(&mut text, style(severity), severity.word(), &diagnostic.message);
    if let Some(location) = &diagnostic.location {
        let place = visible_lines(&location.to_string()).join(" ");
        let _ = writeln!(text, " {FAINT}-->{FAINT:#} {place}");
    }
    for cause in &diagnostic.causes {
        labelled(&mut text, FAINT, "caused by", cause);
    }
    if !diagnostic.hints.is_empty() {
        text.push('\n');
    }
    for hint in &diagnostic.hints {
        labelled(&mut text, HINT, "hint", hint);
    }
    text
}

/// `label: message`; further lines of the message stand below its first.
fn labelled(text: &mut String, style: Style, label: &str, message: &str) {
    let indent = format!("\n{}", " ".repeat(label.len() + 2));
    let message = visible_lines(message).join(&indent);
    let _ = writeln!(text, "{style}{label}:{style:#} {message}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Location;

    fn plain(severity: Severity, all: &[Diagnostic]) -> String {
        anstream::adapter::strip_str(&diagnostics(severity, all)).to_string()
    }

    fn unknown_field() -> Diagnostic {
        let place = Location { document: Some(2), ..Location::at("deploy/prod/web.yaml", 7, 3) };
        Diagnostic::new(r#"shop/Deployment/web: unknown field "spec.replica""#)
            .at(place)
            .hint(r#"did you mean "spec.replicas"?"#)
    }

    #[test]
    fn one_error_reads_as_the_contract_says() {
        insta::assert_snapshot!(plain(Severity::Error, &[unknown_field()]), @r#"
        error: shop/Deployment/web: unknown field "spec.replica"
         --> deploy/prod/web.yaml:7:3 (document 2)

        hint: did you mean "spec.replicas"?
        "#);
    }

    #[test]
    fn several_are_set_apart_and_counted() {
        let unreachable = Diagnostic::new("the cluster can't be reached")
            .because("GET https://10.0.0.1:6443/version")
            .because("connection refused")
            .hint("is the VPN up?")
            .hint("--context names another cluster");
        insta::assert_snapshot!(plain(Severity::Error, &[unknown_field(), unreachable]), @r#"
        error: shop/Deployment/web: unknown field "spec.replica"
         --> deploy/prod/web.yaml:7:3 (document 2)

        hint: did you mean "spec.replicas"?

        error: the cluster can't be reached
        caused by: GET https://10.0.0.1:6443/version
        caused by: connection refused

        hint: is the VPN up?
        hint: --context names another cluster

        2 errors
        "#);
    }

    #[test]
    fn further_lines_stand_below_the_first() {
        let failed = Diagnostic::new("kustomize failed").because("first line\nsecond line");
        insta::assert_snapshot!(plain(Severity::Warning, &[failed]), @r"
        warning: kustomize failed
        caused by: first line
                   second line
        ");
    }

    #[test]
    fn colour_marks_the_labels_only() {
        let text = diagnostics(Severity::Error, &[unknown_field()]);
        insta::assert_snapshot!(crate::report::sample::marked(&text), @r#"
        ⟨1⟩⟨31⟩error:⟨/⟩ shop/Deployment/web: unknown field "spec.replica"
         ⟨2⟩-->⟨/⟩ deploy/prod/web.yaml:7:3 (document 2)

        ⟨36⟩hint:⟨/⟩ did you mean "spec.replicas"?
        "#);
    }

    #[test]
    fn escapes_in_a_message_do_not_reach_the_terminal() {
        let nasty = Diagnostic::new("name \u{1b}[2Jgone");
        assert_eq!(plain(Severity::Error, &[nasty]), "error: name ␛[2Jgone\n");
    }
}
