//! How a run ended, as a comment or a page of a pipeline.

use super::escape::{block, code, text};
use super::plan::{guards, notes};
use super::size::{MOST, fitted};
use crate::apply::{ActionOutcome, ActionResult, FailedContainer, Failure, RunResult, TargetOutcome};
use crate::error::Diagnostic;
use crate::plan::GuardVerdict;
use crate::report::text::verdict::{verdict, verdict_on_rollback};
use crate::report::verbs::{done, word};
use crate::report::visible::visible_lines;
use crate::report::words;
use std::time::Duration;

/// The outcome: the verdict, what failed and why, and what became of each
/// action.
pub fn outcome(outcome: &TargetOutcome) -> String {
    let Some(rollback) = &outcome.rollback else { return told(outcome, &verdict(outcome).1, "", MOST) };
    let errors: String = rollback.errors.iter().map(diagnostic).collect();
    let failed = told(outcome, &verdict(outcome).1, "", MOST / 2);
    let way_back = told(&rollback.outcome, &verdict_on_rollback(rollback).1, &errors, MOST / 2);
    format!("{failed}\n{way_back}")
}

/// One run under its verdict.
fn told(outcome: &TargetOutcome, sentence: &str, errors: &str, most: usize) -> String {
    let head = [
        format!("### {}: {} {}\n\n", text(&outcome.target), mark(outcome.result), text(sentence)),
        about(outcome),
        errors.to_owned(),
        outcome.failure.as_ref().map_or_else(String::new, failure),
        guards(&outcome.guards.iter().map(GuardVerdict::on_apply).collect::<Vec<_>>()),
        notes(&outcome.notes),
        if outcome.actions.is_empty() {
            String::new()
        } else {
            "| object | result | |\n| --- | --- | --- |\n".to_owned()
        },
    ];
    let rows: Vec<_> = outcome.actions.iter().map(row).collect();
    fitted(&head.concat(), &rows, &tail(outcome), "object", most)
}

fn mark(result: RunResult) -> &'static str {
    match result {
        RunResult::Healthy | RunResult::Applied | RunResult::Unchanged | RunResult::Deleted => "✅",
        RunResult::Superseded => "⏭️",
        RunResult::Interrupted => "⏸️",
        RunResult::RolledBack => "↩️",
        RunResult::Unhealthy | RunResult::Failed | RunResult::Partial | RunResult::Refused => "⛔",
    }
}

fn about(outcome: &TargetOutcome) -> String {
    let mut sentence =
        format!("On {}, namespace {}", code(&outcome.cluster.server), code(&outcome.namespace));
    if let Some(commit) = &outcome.commit {
        let (sha, subject) = (code(words::short(&commit.sha)), text(&commit.subject));
        let dirty = if commit.dirty { ", with uncommitted changes" } else { "" };
        sentence.extend([", commit ", &sha, " “", &subject, "”", dirty]);
    }
    if let Some(selection) = &outcome.selection {
        sentence.extend([". Only a part: ", &code(&selection.to_string())]);
    }
    sentence + ".\n\n"
}

fn failure(failure: &Failure) -> String {
    let mut said = diagnostic(&failure.cause);
    if !failure.chain.is_empty() {
        let links: Vec<_> = failure.chain.iter().map(|link| code(link)).collect();
        said.extend([links.join(" → ").as_str(), "\n\n"]);
    }
    said.extend(failure.containers.iter().map(container));
    said.push_str(&quoted("Events", &failure.events));
    said.push_str(&quoted("Last log lines", &failure.logs));
    said
}

fn diagnostic(diagnostic: &Diagnostic) -> String {
    let mut lines = vec![format!("**{}**", text(&diagnostic.message))];
    lines.extend(diagnostic.location.as_ref().map(|place| code(&place.to_string())));
    lines.extend(diagnostic.causes.iter().map(|cause| format!("caused by: {}", text(cause))));
    lines.extend(diagnostic.hints.iter().map(|hint| format!("hint: {}", text(hint))));
    format!("{}\n\n", lines.join("  \n"))
}

fn container(container: &FailedContainer) -> String {
    let name =
        container.container.as_ref().map_or_else(String::new, |name| format!(", container {}", code(name)));
    let exit = container.exit_code.map_or_else(String::new, |exit| format!(", exit code {exit}"));
    let message =
        if container.message.is_empty() { String::new() } else { format!(": {}", text(&container.message)) };
    format!("- pod {}{name}: {}{exit}{message}\n", code(&container.pod), text(&container.reason))
}

fn quoted(title: &str, quotations: &[String]) -> String {
    /// What one quotation of a log may take of the comment.
    const LONGEST: usize = 500;
    if quotations.is_empty() {
        return String::new();
    }
    let lines: Vec<_> = quotations
        .iter()
        .flat_map(|quotation| visible_lines(quotation))
        .map(|line| words::shortened(&line, LONGEST))
        .collect();
    format!("\n{title}:\n\n{}\n", block("", &lines))
}

fn row(action: &ActionOutcome) -> String {
    let result = match action.result {
        ActionResult::Done => done(action.action).to_owned(),
        ActionResult::Failed => format!("**{} failed**", word(action.action)),
        ActionResult::Skipped => format!("{} skipped", word(action.action)),
        ActionResult::NotStarted => format!("{} not started", word(action.action)),
    };
    let health = action.health.map_or_else(String::new, |health| format!(", {health}"));
    let reason = text(action.reason.as_deref().unwrap_or_default());
    format!("| {} | {result}{health} | {reason} |\n", code(&action.object.id().to_string()))
}

fn tail(outcome: &TargetOutcome) -> String {
    let time = words::duration(Duration::from_millis(outcome.duration_ms));
    let unchanged = words::count(outcome.summary.unchanged, "object");
    let digest =
        outcome.digest.as_ref().map_or_else(String::new, |digest| format!(" · digest {}", code(digest)));
    format!("\n{unchanged} unchanged · {time}{digest}\n")
}

#[cfg(test)]
mod tests {
    use super::outcome as text;
    use crate::apply::{ActionResult, RunResult};
    use crate::health::Health;
    use crate::plan::Verb;
    use crate::report::sample::{acted, crashing, outcome};

    #[test]
    fn a_healthy_release_lists_what_it_did() {
        let done = vec![acted(Verb::Update, "Deployment/web", ActionResult::Done, Some(Health::Ready), "")];
        insta::assert_snapshot!(text(&outcome(RunResult::Healthy, done)), @"
        ### prod: ✅ release 13 is healthy

        On <code>https://10.0.0.1:6443</code>, namespace <code>shop</code>, commit <code>abc1234</code> “Bigger images”.

        | object | result | |
        | --- | --- | --- |
        | <code>shop/Deployment/web</code> | updated, ready |  |

        31 objects unchanged · 4.2 s · digest <code>v1:3f1c9a0b7d2e4455</code>
        ");
    }

    #[test]
    fn a_failure_is_told_with_its_logs() {
        insta::assert_snapshot!(text(&crashing()), @"
        ### prod: ⛔ release 13 is NOT healthy: shop/Deployment/web

        On <code>https://10.0.0.1:6443</code>, namespace <code>shop</code>, commit <code>abc1234</code> “Bigger images”.

        **shop/Deployment/web: container web keeps crashing**  
        <code>deploy/prod/web.yaml:12:1</code>  
        hint: trueup rollback prod puts release 12 back

        <code>Deployment/web</code> → <code>ReplicaSet/web-5d9f7c6b8</code> → <code>1 of 3 pods</code> → <code>container web</code>

        - pod <code>web-5d9f7c6b8-x2x7k</code>, container <code>web</code>: CrashLoopBackOff, exit code 1: exit code 1, 7 restarts

        Events:

        ```
        2 minutes ago  Pulled   image nginx:1.27 already present
        20 seconds ago  BackOff  restarting failed container web (7 times)
        ```


        Last log lines:

        ```
        config: read /etc/app.yaml
        panic: DB_URL isn't set
        ::set-output name=x::y
        ```

        | object | result | |
        | --- | --- | --- |
        | <code>shop/ConfigMap/settings</code> | created, ready |  |
        | <code>shop/Deployment/web</code> | updated, failed | container web keeps crashing: exit code 1 |
        | <code>shop/Deployment/api</code> | updated, progressing | 1 of 3 replicas updated |
        | <code>shop/Service/old</code> | delete skipped | it needs shop/Deployment/web |

        31 objects unchanged · 2 min 4 s · digest <code>v1:3f1c9a0b7d2e4455</code>
        ");
    }
}
