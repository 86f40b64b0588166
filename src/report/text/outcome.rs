//! How a run ended: what went wrong and why, what was done, and the verdict
//! as the last line.

use std::time::Duration;

use anstyle::Style;

use super::header::origin;
use super::verdict::{verdict, verdict_on_rollback};
use super::{TextOptions, diagnostics, guards::guards, lines_to_text};
use crate::apply::{ActionOutcome, ActionResult, FailedContainer, Failure, RunResult, TargetOutcome};
use crate::health::Health;
use crate::plan::GuardVerdict;
use crate::report::Severity;
use crate::report::palette::{DANGER, FAINT, STRONG, WARNING, paint};
use crate::report::verbs;
use crate::report::visible::{visible, visible_lines};
use crate::report::words;

/// The outcome: when all went well, the verdict alone; else every action with
/// what became of it, and the first failure with all that is known of it. Notes that were
/// `told` with its plans are left out.
pub fn outcome(outcome: &TargetOutcome, told: &[String], options: &TextOptions) -> String {
    let mut sections = sections(outcome, verdict(outcome), told, options);
    if let Some(rollback) = &outcome.rollback {
        let verdict = verdict_on_rollback(rollback);
        if rollback.errors.is_empty() {
            sections.extend(self::sections(&rollback.outcome, verdict, told, options));
        } else {
            let errors = diagnostics(Severity::Error, &rollback.errors);
            sections.push(errors.lines().map(str::to_owned).collect());
            sections.push(vec![sentence(&rollback.outcome, verdict)]);
        }
    }
    let sections: Vec<_> = sections.into_iter().filter(|lines| !lines.is_empty()).collect();
    lines_to_text(&sections.join(&String::new()))
}

/// That an earlier release is about to be put back, and why.
pub fn rolling_back(failed: &TargetOutcome, to: Option<u64>) -> String {
    let to = to.map_or_else(String::new, |to| format!(" to release {to}"));
    format!("{}; rolling back{to}", sentence(failed, verdict(failed)))
}

/// What stands between the plan that failed and that of the way back, where nobody reads
/// the other on the same screen.
pub fn rollback_heading(target: &str, to: Option<u64>) -> String {
    let to = to.map_or_else(String::new, |to| format!(" to release {to}"));
    format!("\n{}: rolling back{to}\n", visible(target))
}

fn sections(
    outcome: &TargetOutcome,
    verdict: (Style, String),
    told: &[String],
    options: &TextOptions,
) -> Vec<Vec<String>> {
    let is_told = options.full || !went_well(outcome.result);
    let mut sections = vec![if is_told { actions(outcome, options) } else { Vec::new() }];
    sections.extend(outcome.failure.as_ref().map(|failure| self::failure(failure, options)));
    let mut remarks = notes(outcome, told, options);
    if outcome.result == RunResult::Refused {
        let verdicts: Vec<_> = outcome.guards.iter().map(GuardVerdict::on_apply).collect();
        remarks.extend(guards(&verdicts, options));
    }
    sections.push(remarks);
    sections.push(result(outcome, verdict, options));
    sections
}

fn went_well(result: RunResult) -> bool {
    matches!(
        result,
        RunResult::Healthy
            | RunResult::Applied
            | RunResult::Unchanged
            | RunResult::Deleted
            | RunResult::Superseded
            | RunResult::Refused
    )
}

/// What was done, then what wasn't. Where everything was written, what went
/// well is only counted.
fn actions(outcome: &TargetOutcome, options: &TextOptions) -> Vec<String> {
    let in_full = outcome.failure.as_ref().map(|failure| failure.object.id());
    let counted = !options.full && outcome.ended() == RunResult::Unhealthy;
    let (well, mut told): (Vec<_>, Vec<_>) =
        outcome.actions.iter().partition(|action| counted && rank(action) == 0);
    told.sort_by_key(|action| rank(action));
    let mut lines = Vec::new();
    if !well.is_empty() {
        lines.push(paint(FAINT, format_args!("  {} done and well", words::count(well.len(), "change"))));
    }
    lines.extend(told.into_iter().flat_map(|one| {
        // What is told in full below needs no reason here.
        let reason = one.reason.as_deref().filter(|_| in_full != Some(one.object.id()));
        action(one, reason, options)
    }));
    lines
}

fn rank(action: &ActionOutcome) -> u8 {
    match (action.result, action.health) {
        (ActionResult::Done, Some(Health::Failed)) => 2,
        (ActionResult::Done, Some(Health::Progressing | Health::Unknown)) => 1,
        (ActionResult::Done, _) => 0,
        (ActionResult::NotStarted, _) => 3,
        (ActionResult::Skipped, _) => 4,
        (ActionResult::Failed, _) => 5,
    }
}

fn action(action: &ActionOutcome, reason: Option<&str>, options: &TextOptions) -> Vec<String> {
    let verb = action.action;
    let word = verbs::word(verb);
    let (style, said, done) = match (action.result, action.health) {
        (ActionResult::Done, Some(Health::Failed)) => {
            (DANGER, format!("{}, failed", verbs::done(verb)), true)
        }
        (ActionResult::Done, Some(Health::Progressing | Health::Unknown)) => {
            (WARNING, format!("{}, not ready", verbs::done(verb)), true)
        }
        (ActionResult::Done, _) => (verbs::style(verb), verbs::done(verb).to_owned(), true),
        (ActionResult::Failed, _) => (DANGER, format!("{word} failed"), false),
        (ActionResult::Skipped, _) => (WARNING, format!("{word} skipped"), false),
        (ActionResult::NotStarted, _) => (WARNING, format!("{word} not started"), false),
    };
    let sign = if done { verbs::sign(verb) } else { '!' };
    let label = words::padded(&paint(style, format_args!("  {sign} {said}")), 22);
    let name = visible(&action.object.id().to_string()).into_owned();
    let mut lines = vec![format!("{label} {name}")];
    let reason = reason.filter(|reason| !reason.is_empty());
    lines.extend(reason.into_iter().flat_map(|reason| {
        let reason = visible(reason).into_owned();
        words::wrapped(&reason, options.width.saturating_sub(6).max(20))
            .into_iter()
            .map(|line| format!("      {line}"))
    }));
    lines
}

fn failure(failure: &Failure, options: &TextOptions) -> Vec<String> {
    let cause = diagnostics(Severity::Error, std::slice::from_ref(&failure.cause));
    let mut lines: Vec<_> = cause.lines().map(str::to_owned).collect();
    lines.extend(to_blame(failure, options));
    lines.extend(quoted("events", &unsaid(failure)));
    let of = failure.containers.iter().find_map(|one| one.container.as_deref());
    let title =
        of.map_or_else(|| "last log lines".to_owned(), |of| format!("last log lines of {}", visible(of)));
    lines.extend(quoted(&title, &failure.logs));
    lines
}

/// The chain from the object to the container, and what is wrong with that one; then
/// each container that fares otherwise.
fn to_blame(failure: &Failure, options: &TextOptions) -> Vec<String> {
    let fares = |one: &FailedContainer| (one.container.clone(), one.reason.clone(), one.exit_code);
    let mut lines = Vec::new();
    let mut told = Vec::new();
    for one in &failure.containers {
        if told.contains(&fares(one)) {
            continue;
        }
        let alike = failure.containers.iter().filter(|other| fares(other) == fares(one)).count();
        let chain = if told.is_empty() { failure.chain.as_slice() } else { &[] };
        lines.extend(container(one, chain, alike, options));
        told.push(fares(one));
    }
    if failure.containers.is_empty() && !failure.chain.is_empty() {
        lines.extend([String::new(), visible(&failure.chain.join(" → ")).into_owned()]);
    }
    lines
}

/// `Deployment/web → ReplicaSet/web-5d9f7 → 3 of 3 pods → container web`, or without a
/// chain `container web of pod web-5d9f7-abcde`; the reason below.
fn container(
    container: &FailedContainer,
    chain: &[String],
    alike: usize,
    options: &TextOptions,
) -> Vec<String> {
    let name = container.container.as_deref();
    let others = words::and_more(alike.saturating_sub(1));
    let pod = format!("pod {}{others}", visible(&container.pod));
    let head = match name {
        _ if !chain.is_empty() => chain.join(" → "),
        Some(name) => format!("container {name}"),
        None => "pods".to_owned(),
    };
    // The message mostly has it, too.
    let exit = container.exit_code.filter(|code| !container.message.contains(&format!("exit code {code}")));
    let exit = exit.map_or_else(String::new, |code| format!(", exit code {code}{}", meaning(code)));
    let reason = paint(STRONG, visible(&container.reason));
    let room = options.width.saturating_sub(4).max(20);
    let mut lines = vec![String::new()];
    lines.extend(words::wrapped(&visible(&head), options.width));
    lines.extend(words::wrapped(&format!("{reason}{exit}, {pod}"), room).into_iter().map(indented));
    let message = visible(&container.message).into_owned();
    lines.extend(words::wrapped(&message, room).into_iter().map(indented));
    lines
}

fn indented(line: String) -> String {
    format!("    {line}")
}

/// What an exit code of a container usually stands for.
fn meaning(code: i64) -> &'static str {
    match code {
        126 => " (the command can't be executed)",
        127 => " (the command wasn't found)",
        137 => " (killed, often for want of memory)",
        139 => " (segmentation fault)",
        143 => " (terminated)",
        _ => "",
    }
}

/// The events that say more than the containers' own words.
fn unsaid(failure: &Failure) -> Vec<String> {
    let said: Vec<&str> = failure.containers.iter().map(|one| one.message.as_str()).collect();
    let is_news = |event: &&String| !said.iter().any(|said| !said.is_empty() && event.contains(said));
    failure.events.iter().filter(is_news).cloned().collect()
}

/// Lines of others stand behind a bar: nothing they say can be taken for
/// ours, or for a command to the pipeline (`::set-output`).
fn quoted(title: &str, quotations: &[String]) -> Vec<String> {
    if quotations.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![String::new(), paint(FAINT, format_args!("{title}:"))];
    let bar = paint(FAINT, "│");
    lines
        .extend(quotations.iter().flat_map(|text| visible_lines(text)).map(|line| format!("  {bar} {line}")));
    lines
}

fn notes(outcome: &TargetOutcome, told: &[String], options: &TextOptions) -> Vec<String> {
    let untold: Vec<String> = outcome.notes.iter().filter(|note| !told.contains(note)).cloned().collect();
    super::plan::notes(&untold, options)
}

/// `prod: release 13 is healthy (abc1234 "subject", 12 changed, 31 unchanged, 4.2 s)`.
fn result(outcome: &TargetOutcome, verdict: (Style, String), options: &TextOptions) -> Vec<String> {
    let sentence = sentence(outcome, verdict);
    let mut particulars = particulars(outcome, options);
    if let Some(first) = particulars.first_mut() {
        first.insert(0, '(');
    }
    if let Some(last) = particulars.last_mut() {
        last.push(')');
    }
    let joined = particulars.join(", ");
    if words::width(&sentence) + 1 + words::width(&joined) <= options.width {
        return vec![format!("{sentence} {}", paint(FAINT, joined))];
    }
    let lines = words::flowed(&particulars, options.width.saturating_sub(2));
    let painted = lines.into_iter().map(|line| format!("  {}", paint(FAINT, line)));
    std::iter::once(sentence).chain(painted).collect()
}

fn sentence(outcome: &TargetOutcome, (style, verdict): (Style, String)) -> String {
    format!("{}: {}", paint(STRONG, visible(&outcome.target)), paint(style, verdict))
}

fn particulars(outcome: &TargetOutcome, options: &TextOptions) -> Vec<String> {
    let mut parts = Vec::new();
    parts.extend(outcome.commit.iter().flat_map(|commit| origin(commit, options)));
    parts.extend(outcome.selection.as_ref().map(|part| visible(&part.to_string()).into_owned()));
    let changed = outcome.actions.iter().filter(|action| action.result == ActionResult::Done).count();
    if outcome.result == RunResult::Unchanged {
        parts.push(words::count(outcome.summary.unchanged, "object"));
        parts.push(words::count(outcome.requests, "request"));
    } else if !matches!(outcome.result, RunResult::Refused | RunResult::Superseded) {
        parts.push(format!("{changed} changed"));
        parts.push(format!("{} unchanged", outcome.summary.unchanged));
    }
    parts.push(words::duration(Duration::from_millis(outcome.duration_ms)));
    parts
}

#[cfg(test)]
mod tests {
    use super::outcome as text;
    use crate::apply::{ActionResult, RunResult, TargetOutcome};
    use crate::error::Diagnostic;
    use crate::health::Health;
    use crate::plan::{Judgement, Verb};
    use crate::report::sample::{acted, crashing, guard, marked, object, options, outcome, plain};

    fn at(outcome: &TargetOutcome, width: usize) -> String {
        plain(&text(outcome, &[], &options(width)))
    }

    fn twelve() -> Vec<crate::apply::ActionOutcome> {
        (1..=12)
            .map(|number| {
                let name = format!("ConfigMap/settings-{number}");
                acted(Verb::Update, &name, ActionResult::Done, Some(Health::Ready), "")
            })
            .collect()
    }

    #[test]
    fn a_healthy_release_takes_one_line() {
        insta::assert_snapshot!(at(&outcome(RunResult::Healthy, twelve()), 100), @r#"prod: release 13 is healthy (abc1234 "Bigger images", 12 changed, 31 unchanged, 4.2 s)"#);
        insta::assert_snapshot!(at(&outcome(RunResult::Healthy, twelve()), 60), @r#"
        prod: release 13 is healthy
          (abc1234 "Bigger images", 12 changed, 31 unchanged, 4.2 s)
        "#);
    }

    #[test]
    fn a_failed_rollout_tells_its_cause_in_one_screen() {
        insta::assert_snapshot!(at(&crashing(), 100), @r#"
          1 change done and well
          ~ updated, not ready shop/Deployment/api
              1 of 3 replicas updated
          ~ updated, failed    shop/Deployment/web
          ! delete skipped     shop/Service/old
              it needs shop/Deployment/web

        error: shop/Deployment/web: container web keeps crashing
         --> deploy/prod/web.yaml:12:1

        hint: trueup rollback prod puts release 12 back

        Deployment/web → ReplicaSet/web-5d9f7c6b8 → 1 of 3 pods → container web
            CrashLoopBackOff, pod web-5d9f7c6b8-x2x7k
            exit code 1, 7 restarts

        events:
          │ 2 minutes ago  Pulled   image nginx:1.27 already present
          │ 20 seconds ago  BackOff  restarting failed container web (7 times)

        last log lines of web:
          │ config: read /etc/app.yaml
          │ panic: DB_URL isn't set
          │ ::set-output name=x::y

        prod: release 13 is NOT healthy: shop/Deployment/web
          (abc1234 "Bigger images", 3 changed, 31 unchanged, 2 min 4 s)
        "#);
    }

    #[test]
    fn a_failed_rollout_fits_60_columns() {
        insta::assert_snapshot!(at(&crashing(), 60), @r#"
          1 change done and well
          ~ updated, not ready shop/Deployment/api
              1 of 3 replicas updated
          ~ updated, failed    shop/Deployment/web
          ! delete skipped     shop/Service/old
              it needs shop/Deployment/web

        error: shop/Deployment/web: container web keeps crashing
         --> deploy/prod/web.yaml:12:1

        hint: trueup rollback prod puts release 12 back

        Deployment/web → ReplicaSet/web-5d9f7c6b8 → 1 of 3 pods →
        container web
            CrashLoopBackOff, pod web-5d9f7c6b8-x2x7k
            exit code 1, 7 restarts

        events:
          │ 2 minutes ago  Pulled   image nginx:1.27 already present
          │ 20 seconds ago  BackOff  restarting failed container web (7 times)

        last log lines of web:
          │ config: read /etc/app.yaml
          │ panic: DB_URL isn't set
          │ ::set-output name=x::y

        prod: release 13 is NOT healthy: shop/Deployment/web
          (abc1234 "Bigger images", 3 changed, 31 unchanged,
          2 min 4 s)
        "#);
    }

    #[test]
    fn colours_point_at_the_failure() {
        insta::assert_snapshot!(marked(&text(&crashing(), &[], &options(100))), @r#"
        ⟨2⟩  1 change done and well⟨/⟩
        ⟨1⟩⟨33⟩  ~ updated, not ready⟨/⟩ shop/Deployment/api
              1 of 3 replicas updated
        ⟨1⟩⟨31⟩  ~ updated, failed⟨/⟩    shop/Deployment/web
        ⟨1⟩⟨33⟩  ! delete skipped⟨/⟩     shop/Service/old
              it needs shop/Deployment/web

        ⟨1⟩⟨31⟩error:⟨/⟩ shop/Deployment/web: container web keeps crashing
         ⟨2⟩-->⟨/⟩ deploy/prod/web.yaml:12:1

        ⟨36⟩hint:⟨/⟩ trueup rollback prod puts release 12 back

        Deployment/web → ReplicaSet/web-5d9f7c6b8 → 1 of 3 pods → container web
            ⟨1⟩CrashLoopBackOff⟨/⟩, pod web-5d9f7c6b8-x2x7k
            exit code 1, 7 restarts

        ⟨2⟩events:⟨/⟩
          ⟨2⟩│⟨/⟩ 2 minutes ago  Pulled   image nginx:1.27 already present
          ⟨2⟩│⟨/⟩ 20 seconds ago  BackOff  restarting failed container web (7 times)

        ⟨2⟩last log lines of web:⟨/⟩
          ⟨2⟩│⟨/⟩ config: read /etc/app.yaml
          ⟨2⟩│⟨/⟩ panic: DB_URL isn't set
          ⟨2⟩│⟨/⟩ ::set-output name=x::y

        ⟨1⟩prod⟨/⟩: ⟨1⟩⟨31⟩release 13 is NOT healthy: shop/Deployment/web⟨/⟩
          ⟨2⟩(abc1234 "Bigger images", 3 changed, 31 unchanged, 2 min 4 s)⟨/⟩
        "#);
    }

    #[test]
    fn a_partial_run_says_exactly_where_the_cluster_is() {
        let mut partial = outcome(
            RunResult::Partial,
            vec![
                acted(Verb::Create, "ConfigMap/settings", ActionResult::Done, None, ""),
                acted(Verb::Update, "Secret/db", ActionResult::Failed, None, "secrets \"db\" is forbidden"),
                acted(Verb::Update, "Deployment/web", ActionResult::Skipped, None, "it needs shop/Secret/db"),
                acted(Verb::Delete, "Service/old", ActionResult::NotStarted, None, ""),
            ],
        );
        partial.failure = Some(crate::apply::Failure {
            object: object("Secret/db"),
            cause: Diagnostic::new("shop/Secret/db can't be updated").because("secrets \"db\" is forbidden"),
            trouble: None,
            commit: None,
            chain: Vec::new(),
            containers: Vec::new(),
            events: Vec::new(),
            logs: Vec::new(),
        });
        insta::assert_snapshot!(at(&partial, 80), @r#"
          + created            shop/ConfigMap/settings
          ! delete not started shop/Service/old
          ! update skipped     shop/Deployment/web
              it needs shop/Secret/db
          ! update failed      shop/Secret/db

        error: shop/Secret/db can't be updated
        caused by: secrets "db" is forbidden

        prod: the cluster is BETWEEN TWO STATES: 1 done, 1 failed, 1 skipped, 1 not started
          (abc1234 "Bigger images", 1 changed, 31 unchanged, 4.2 s)
        "#);
    }

    #[test]
    fn a_refusal_names_the_guards() {
        let mut refused = outcome(RunResult::Refused, Vec::new());
        refused.release = None;
        refused.guards = vec![guard(
            "max-delete",
            Judgement::Refuse,
            true,
            "14 of 43 objects would be deleted, at most 10 may be",
        )];
        insta::assert_snapshot!(at(&refused, 80), @r#"
        refused: max-delete: 14 of 43 objects would be deleted, at most 10 may be
          --override max-delete --reason TEXT lets it pass

        prod: refused by max-delete, nothing was written
          (abc1234 "Bigger images", 4.2 s)
        "#);
    }

    #[test]
    fn every_end_has_a_sentence() {
        let ends = [
            RunResult::Healthy,
            RunResult::Applied,
            RunResult::Unhealthy,
            RunResult::Failed,
            RunResult::RolledBack,
            RunResult::Partial,
            RunResult::Refused,
            RunResult::Superseded,
            RunResult::Interrupted,
            RunResult::Unchanged,
        ];
        let sentences: String =
            ends.into_iter().map(|result| at(&outcome(result, Vec::new()), 100)).collect();
        insta::assert_snapshot!(sentences, @r#"
        prod: release 13 is healthy (abc1234 "Bigger images", 0 changed, 31 unchanged, 4.2 s)
        prod: release 13 is applied; its health was not waited for
          (abc1234 "Bigger images", 0 changed, 31 unchanged, 4.2 s)
        prod: release 13 is NOT healthy (abc1234 "Bigger images", 0 changed, 31 unchanged, 4.2 s)
        prod: failed, nothing was written (abc1234 "Bigger images", 0 changed, 31 unchanged, 4.2 s)
        prod: release 13 did NOT become healthy and was rolled back
          (abc1234 "Bigger images", 0 changed, 31 unchanged, 4.2 s)
        prod: the cluster is BETWEEN TWO STATES: nothing was written
          (abc1234 "Bigger images", 0 changed, 31 unchanged, 4.2 s)
        prod: refused, nothing was written (abc1234 "Bigger images", 4.2 s)
        prod: superseded: a newer commit is deployed (abc1234 "Bigger images", 4.2 s)
        prod: interrupted: nothing was written (abc1234 "Bigger images", 0 changed, 31 unchanged, 4.2 s)
        prod: nothing to change (abc1234 "Bigger images", 31 objects, 41 requests, 4.2 s)
        "#);
    }
}
