//! One release in full.

use super::header::described;
use super::verdict::word;
use super::{TextOptions, lines_to_text};
use crate::plan::Verb;
use crate::report::palette::{DANGER, FAINT, STRONG, paint};
use crate::report::verbs::{done, sign, style};
use crate::report::visible::visible;
use crate::report::{
    HistoryRow, ReleaseAction, ReleaseAttempt, ReleaseDetails, ReleaseRun, ReleaseVariable, words,
};

/// So many objects are named.
const NAMED: usize = 40;

/// The release: how it ended, of what, by whom, when, and what it did.
pub fn release(row: &HistoryRow, options: &TextOptions) -> String {
    let (style, result) = word(row.result);
    let mut lines = vec![format!(
        "{} of {}: {}",
        paint(STRONG, format_args!("release {}", row.release)),
        visible(&row.target),
        paint(style, result)
    )];
    let mut tell = |label: &str, texts: Vec<String>| {
        let labels = std::iter::once(label).chain(std::iter::repeat(""));
        for (label, text) in labels.zip(texts) {
            for (at, line) in
                words::wrapped(&text, options.width.saturating_sub(12).max(20)).iter().enumerate()
            {
                let label = if at == 0 { label } else { "" };
                lines.push(format!("  {} {line}", words::padded(&paint(FAINT, label), 9)));
            }
        }
    };
    tell("commit", row.commit.iter().map(|commit| described(commit, options)).collect());
    let details = row.details.as_deref();
    tell("", details.iter().flat_map(|it| &it.trailers).map(|line| visible(line).into_owned()).collect());
    tell("by", by(row, details));
    tell("run", run(row, details));
    tell("when", vec![when(row, details, options)]);
    tell("part", row.selection.iter().map(|part| visible(part).into_owned()).collect());
    tell("plan", details.and_then(|it| it.digest.clone()).into_iter().collect());
    tell("links", links(row, details));
    let overrides = details.iter().flat_map(|it| &it.overrides);
    tell(
        "override",
        overrides.map(|it| format!("{}: {}", visible(&it.guard), visible(&it.reason))).collect(),
    );
    let vars = details.and_then(|it| it.vars.as_ref()).into_iter().flatten();
    tell("vars", vars.map(variable).collect());
    tell(
        "cause",
        details
            .and_then(|it| it.cause.as_deref())
            .map(|cause| visible(cause).into_owned())
            .into_iter()
            .collect(),
    );
    if let Some(attempt) = row.attempt.as_deref() {
        tell("cause", attempt.cause.iter().map(|cause| visible(cause).into_owned()).collect());
        tell("guards", attempt.guards.iter().map(|guard| visible(guard).into_owned()).collect());
        tell("", vec![repeated(attempt, options)]);
    }
    tell("tool", details.map(|it| visible(&it.tool).into_owned()).into_iter().collect());
    if let Some(details) = details {
        lines.push(String::new());
        lines.extend(actions(&details.actions, row.summary.unchanged, options));
    }
    lines_to_text(&lines)
}

/// `ada@laptop (as shop:deployer)`.
fn by(row: &HistoryRow, details: Option<&ReleaseDetails>) -> Vec<String> {
    let Some(actor) = &row.actor else { return Vec::new() };
    let user = details.and_then(|it| it.user.as_ref()).filter(|user| *user != actor);
    let user = user.map(|user| format!(" (as {} of the API server)", visible(user)));
    vec![format!("{}{}", visible(actor), user.unwrap_or_default())]
}

/// `GitHub Actions, https://…, begun by ada`.
fn run(row: &HistoryRow, details: Option<&ReleaseDetails>) -> Vec<String> {
    let Some(ReleaseRun { system, url, id, actor }) = details.and_then(|it| it.run.as_ref()) else {
        return row.run.iter().map(|run| visible(run).into_owned()).collect();
    };
    let mut parts = vec![visible(system).into_owned()];
    parts.extend(url.as_ref().or(id.as_ref()).map(|text| visible(text).into_owned()));
    parts.extend(actor.as_ref().map(|actor| format!("begun by {}", visible(actor))));
    vec![parts.join(", ")]
}

fn when(row: &HistoryRow, details: Option<&ReleaseDetails>, options: &TextOptions) -> String {
    let ago = words::ago(options.now, row.at);
    match details {
        Some(details) => {
            let took = words::duration(std::time::Duration::from_millis(row.duration_ms));
            format!("{:.0}, {ago}, took {took}", details.started_at)
        }
        None => format!("{:.0}, {ago}", row.at),
    }
}

fn links(row: &HistoryRow, details: Option<&ReleaseDetails>) -> Vec<String> {
    let mut links = Vec::new();
    if let Some(details) = details {
        let automatic = if details.automatic { ", by itself" } else { "" };
        links.extend(details.rolled_back.map(|release| match row.restored {
            Some(to) => format!("rolled release {release} back to release {to}{automatic}"),
            None => format!("rolled release {release} back{automatic}"),
        }));
        let killed: Vec<String> = details.finished.iter().map(ToString::to_string).collect();
        if !killed.is_empty() {
            let releases = if killed.len() == 1 { "release" } else { "releases" };
            links.push(format!("finished {releases} {} that was killed", words::list(&killed)));
        }
    }
    links.extend(row.undone_by.map(|release| format!("rolled back by release {release}")));
    links.extend(row.finished_by.map(|release| format!("killed; finished by release {release}")));
    links
}

/// `it wrote nothing; 3 times in a row, the first 5 hours ago`.
fn repeated(attempt: &ReleaseAttempt, options: &TextOptions) -> String {
    if attempt.times < 2 {
        return "it wrote nothing".to_owned();
    }
    let first = words::ago(options.now, attempt.since);
    format!("it wrote nothing; {} times in a row, the first {first}", attempt.times)
}

/// `TAG=v1`, or why its value isn't known.
fn variable(variable: &ReleaseVariable) -> String {
    let name = visible(&variable.name);
    match &variable.value {
        Some(value) => format!("{name}={}", visible(value)),
        None if variable.secret => format!("{name} (a secret, which isn't recorded)"),
        None => format!("{name} (too long to be recorded)"),
    }
}

/// The objects by what was done to them.
fn actions(actions: &[ReleaseAction], unchanged: usize, options: &TextOptions) -> Vec<String> {
    let shown = if options.full { actions.len() } else { NAMED };
    let line = |action: &ReleaseAction| {
        let name = visible(&action.object.id().to_string()).into_owned();
        let failed =
            if action.failed { paint(DANGER, ", but failed or wasn't reached") } else { String::new() };
        let what = words::padded(&format!("{} {}", sign(action.action), word_of(action)), 10);
        format!("  {} {name}{failed}", paint(style(action.action), what))
    };
    let mut lines: Vec<String> = actions.iter().take(shown).map(line).collect();
    if actions.len() > shown {
        lines.push(paint(FAINT, format_args!(" {} (-v)", words::and_more(actions.len() - shown))));
    }
    if unchanged > 0 {
        lines.push(paint(FAINT, format_args!("  {unchanged} unchanged")));
    }
    lines
}

fn word_of(action: &ReleaseAction) -> &'static str {
    let verb: Verb = action.action;
    if action.failed { crate::report::verbs::word(verb) } else { done(verb) }
}

#[cfg(test)]
mod tests {
    use super::release as text;
    use crate::apply::RunResult;
    use crate::plan::Verb;
    use crate::report::sample::{minutes_ago, object, options, plain, release};
    use crate::report::{
        HistoryRow, ReleaseAction, ReleaseAttempt, ReleaseDetails, ReleaseOverride, ReleaseRun,
        ReleaseVariable,
    };

    fn details() -> ReleaseDetails {
        let action = |action, name: &str, failed| ReleaseAction { action, object: object(name), failed };
        ReleaseDetails {
            started_at: minutes_ago(7),
            user: Some("system:serviceaccount:ci:deployer".into()),
            run: Some(ReleaseRun {
                system: "GitHub Actions".into(),
                url: Some("https://github.com/acme/shop/actions/runs/42".into()),
                id: Some("42".into()),
                actor: Some("ada".into()),
            }),
            trailers: vec!["Reviewed-by: Grace <grace@example.com>".into()],
            tool: "trueup/v0.1.0".into(),
            digest: Some("v1:3f1c9a0b7d2e4455".into()),
            overrides: vec![ReleaseOverride {
                guard: "max-delete".into(),
                reason: "the cache is empty".into(),
            }],
            vars: Some(vec![
                ReleaseVariable { name: "TAG".into(), value: Some("v1.10".into()), secret: false },
                ReleaseVariable { name: "TOKEN".into(), value: None, secret: true },
                ReleaseVariable { name: "TEXT".into(), value: None, secret: false },
            ]),
            cause: Some("shop/Deployment/web: container web keeps crashing".into()),
            rolled_back: None,
            automatic: false,
            finished: vec![12],
            actions: vec![
                action(Verb::Create, "ConfigMap/settings", false),
                action(Verb::Update, "Deployment/web", false),
                action(Verb::Delete, "Service/old", true),
            ],
        }
    }

    #[test]
    fn a_release_is_told_in_full() {
        let row = HistoryRow {
            details: Some(Box::new(details())),
            undone_by: Some(14),
            ..release(13, 5, RunResult::Unhealthy)
        };
        insta::assert_snapshot!(plain(&text(&row, &options(80))), @r#"
        release 13 of prod: unhealthy
          commit    abc1234 "Bigger images", Ada Lovelace, 2 hours ago, main
                    Reviewed-by: Grace <grace@example.com>
          by        ci-bot (as system:serviceaccount:ci:deployer of the API server)
          run       GitHub Actions, https://github.com/acme/shop/actions/runs/42, begun
                    by ada
          when      2026-04-01T13:53:00Z, 5 minutes ago, took 4.2 s
          plan      v1:3f1c9a0b7d2e4455
          links     finished release 12 that was killed
                    rolled back by release 14
          override  max-delete: the cache is empty
          vars      TAG=v1.10
                    TOKEN (a secret, which isn't recorded)
                    TEXT (too long to be recorded)
          cause     shop/Deployment/web: container web keeps crashing
          tool      trueup/v0.1.0

          + created  shop/ConfigMap/settings
          ~ updated  shop/Deployment/web
          - delete   shop/Service/old, but failed or wasn't reached
          40 unchanged
        "#);
    }

    #[test]
    fn of_a_run_that_wrote_nothing_it_is_told_how_often_and_why() {
        let attempt = ReleaseAttempt {
            times: 3,
            since: minutes_ago(300),
            guards: vec!["hold".into()],
            cause: Some("abc1234 is held, since release 13 was rolled back by ada".into()),
        };
        let row = HistoryRow { attempt: Some(Box::new(attempt)), ..release(16, 2, RunResult::Refused) };
        insta::assert_snapshot!(plain(&text(&row, &options(80))), @r#"
        release 16 of prod: refused
          commit    abc1234 "Bigger images", Ada Lovelace, 2 hours ago, main
          by        ci-bot
          when      2026-04-01T13:58:00Z, 2 minutes ago
          cause     abc1234 is held, since release 13 was rolled back by ada
          guards    hold
                    it wrote nothing; 3 times in a row, the first 5 hours ago
        "#);
    }

    #[test]
    fn of_a_killed_run_what_is_known_is_told() {
        let killed = HistoryRow { finished_by: Some(11), ..release(10, 60 * 24 * 3, RunResult::Interrupted) };
        insta::assert_snapshot!(plain(&text(&killed, &options(80))), @r#"
        release 10 of prod: interrupted
          commit    abc1234 "Bigger images", Ada Lovelace, 2 hours ago, main
          by        ci-bot
          when      2026-03-29T14:00:00Z, 3 days ago
          links     killed; finished by release 11
        "#);
    }
}
