//! What is deployed and how it is, on one screen.

use super::header::{header, origin};
use super::table::{Cell, table};
use super::{TextOptions, labelled, lines_to_text};
use crate::health::Health;
use crate::report::palette::{CHANGED, DANGER, FAINT, GOOD, STRONG, WARNING, paint};
use crate::report::visible::visible;
use crate::report::words;
use crate::report::{DeployedState, HealthCount, HoldState, ObjectStatus, StatusReport};

/// The state of a target: what is deployed, how far it is from Git and from
/// what was written, and every object that is worth a look, the worst first.
pub fn status(report: &StatusReport, options: &TextOptions) -> String {
    let mut head = header(&report.target, &report.cluster, &report.namespace, None, None, options);
    head.extend(deployed(report, options));
    head.extend(row("git", distance(report)));
    head.extend(report.hold.as_ref().and_then(|hold| row("hold", Some(held(hold, options)))));
    let has_drift = report.deployed.is_some() || report.drift.is_some();
    head.extend(row("drift", has_drift.then(|| drift(report))));
    head.extend(row("health", Some(health(report.health))));
    let mut sections = vec![head, objects(report, options)];
    sections.push(
        report
            .notes
            .iter()
            .flat_map(|note| labelled(STRONG, "note:", &visible(note), options.width))
            .collect(),
    );
    let sections: Vec<_> = sections.into_iter().filter(|lines| !lines.is_empty()).collect();
    lines_to_text(&sections.join(&String::new()))
}

fn row(label: &str, text: Option<String>) -> Option<String> {
    text.map(|text| format!("  {} {text}", words::padded(&paint(FAINT, label), 8)))
}

fn deployed(report: &StatusReport, options: &TextOptions) -> Vec<String> {
    let Some(state) = &report.deployed else {
        return row("deployed", Some("nothing yet".to_owned())).into_iter().collect();
    };
    let commit = state.commit.as_ref().map(|commit| row("commit", Some(origin(commit, options).join(", "))));
    let mut lines = Vec::from_iter(row("deployed", Some(release(state, report.healthy, options))));
    lines.extend(commit.flatten());
    lines.extend(state.run.as_ref().and_then(|run| row("run", Some(visible(run).into_owned()))));
    lines
}

/// `release 13, healthy, by ci-bot, 2 hours ago`.
fn release(state: &DeployedState, healthy: Option<u64>, options: &TextOptions) -> String {
    let (style, result) = super::verdict::word(state.result);
    let mut parts = vec![format!("release {}", state.release)];
    parts.extend(state.restored.map(|restored| format!("back to {restored}")));
    parts.push(paint(style, result));
    parts.extend(state.actor.as_deref().map(|actor| format!("by {}", visible(actor))));
    parts.push(words::ago(options.now, state.at));
    let healthy = match healthy {
        Some(number) if number == state.release => String::new(),
        Some(number) => format!("; last healthy: release {number}"),
        None => "; no release was healthy yet".to_owned(),
    };
    parts.join(", ") + &healthy
}

fn distance(report: &StatusReport) -> Option<String> {
    let compared =
        report.compared.as_deref().map_or_else(|| "Git".to_owned(), |name| visible(name).into_owned());
    let mut parts = Vec::new();
    if let Some(behind) = report.behind.filter(|behind| *behind > 0) {
        parts.push(paint(CHANGED, format_args!("{} behind {compared}", words::count(behind, "commit"))));
    }
    if let Some(ahead) = report.ahead.filter(|ahead| *ahead > 0) {
        parts.push(paint(
            WARNING,
            format_args!("{} that {compared} doesn't have", words::count(ahead, "commit")),
        ));
    }
    match (report.behind, parts.is_empty()) {
        (None, true) => None,
        (_, true) => Some(format!("up to date with {compared}")),
        (_, false) => Some(parts.join(", ")),
    }
}

fn held(hold: &HoldState, options: &TextOptions) -> String {
    let by = hold.by.as_deref().map_or_else(String::new, |by| format!(" by {}", visible(by)));
    let since = words::ago(options.now, hold.since);
    format!("{} {}", paint(WARNING, visible(&hold.reason)), paint(FAINT, format_args!("({since}{by})")))
}

fn drift(report: &StatusReport) -> String {
    match report.drift {
        None => "unknown".to_owned(),
        Some(drift) if drift.objects == 0 => "none".to_owned(),
        Some(drift) => {
            let (fields, objects) =
                (words::count(drift.fields, "field"), words::count(drift.objects, "object"));
            paint(CHANGED, format_args!("{fields} in {objects}"))
        }
    }
}

fn health(count: HealthCount) -> String {
    let counted = [
        (count.failed, "failed", DANGER),
        (count.progressing, "progressing", CHANGED),
        (count.unknown, "unknown", WARNING),
        (count.ready, "ready", GOOD),
    ];
    let said: Vec<_> = counted
        .into_iter()
        .filter(|(number, _, _)| *number > 0)
        .map(|(number, word, style)| paint(style, format_args!("{number} {word}")))
        .collect();
    if said.is_empty() { "no objects".to_owned() } else { said.join(", ") }
}

/// The objects, the worst first. Those about which there is nothing to say
/// are only counted.
fn objects(report: &StatusReport, options: &TextOptions) -> Vec<String> {
    let all = options.full || options.show_unchanged;
    let (mut shown, quiet): (Vec<_>, Vec<_>) =
        report.objects.iter().partition(|object| all || is_worth_a_look(object));
    shown.sort_by_cached_key(|object| (rank(object.health), object.object.id()));
    let mut lines = Vec::new();
    if !shown.is_empty() {
        let titles = ["HEALTH", "OBJECT", "PODS", "AGE", "DRIFT"];
        let rows: Vec<_> = shown.iter().map(|object| cells(object)).collect();
        let remarks: Vec<_> = shown.iter().map(|object| remark(object)).collect();
        lines = table(&titles, &rows, &remarks, options.width);
    }
    if !quiet.is_empty() && !shown.is_empty() {
        lines.push(paint(FAINT, format_args!("and {} more, ready", quiet.len())));
    }
    lines
}

fn is_worth_a_look(object: &ObjectStatus) -> bool {
    object.health != Health::Ready
        || !object.reason.is_empty()
        || object.pods.is_some()
        || !object.addresses.is_empty()
        || object.drift.is_some_and(|fields| fields > 0)
}

fn rank(health: Health) -> u8 {
    match health {
        Health::Failed => 0,
        Health::Progressing | Health::Deleting => 1,
        Health::Unknown => 2,
        Health::Ready => 3,
    }
}

pub(super) fn style(health: Health) -> anstyle::Style {
    match health {
        Health::Failed => DANGER,
        Health::Progressing | Health::Deleting => CHANGED,
        Health::Unknown => WARNING,
        Health::Ready => GOOD,
    }
}

fn cells(object: &ObjectStatus) -> Vec<Cell> {
    let pods = object.pods.map_or_else(String::new, |pods| match pods.restarts {
        0 => format!("{}/{}", pods.ready, pods.total),
        restarts => {
            format!("{}/{} ({})", pods.ready, pods.total, words::count(restarts, "restart"))
        }
    });
    let drift = match object.drift {
        Some(0) | None => String::new(),
        Some(fields) => words::count(fields, "field"),
    };
    vec![
        Cell::new(style(object.health), object.health.to_string()),
        Cell::plain(visible(&object.object.id().to_string()).into_owned()),
        Cell::plain(pods),
        Cell::plain(object.age.map_or_else(|| absent(object), words::age)),
        Cell::new(CHANGED, drift),
    ]
}

/// What stands for the age of what isn't there, or may not be seen.
fn absent(object: &ObjectStatus) -> String {
    let gone = object.health == Health::Failed;
    if gone { "gone".to_owned() } else { "?".to_owned() }
}

/// Why it isn't simply ready, and where it can be reached.
fn remark(object: &ObjectStatus) -> Vec<String> {
    let mut lines = Vec::new();
    let simply_ready = object.health == Health::Ready && object.reason.is_empty();
    let text = if object.message.is_empty() { &object.reason } else { &object.message };
    if !simply_ready && !text.is_empty() {
        lines.push(visible(text).into_owned());
    }
    lines.extend(object.addresses.iter().map(|address| visible(address).into_owned()));
    lines
}

#[cfg(test)]
mod tests {
    use super::status as text;
    use crate::health::Health;
    use crate::report::sample::{marked, minutes_ago, options, plain, status, status_of};
    use crate::report::{DriftCount, HealthCount, HoldState};

    #[test]
    fn the_worst_comes_first_and_the_quiet_are_counted() {
        insta::assert_snapshot!(plain(&text(&status(), &options(100))), @r#"
        prod on https://10.0.0.1:6443 (v1.36.3), namespace shop
          deployed release 13, unhealthy, by ci-bot, 2 hours ago; last healthy: release 12
          commit   abc1234 "Bigger images"
          run      https://ci.example.org/runs/77
          git      3 commits behind main
          drift    2 fields in 1 object
          health   1 failed, 1 progressing, 4 ready

        HEALTH       OBJECT               PODS               AGE  DRIFT
        failed       shop/Deployment/api  1/3 (14 restarts)  2h
            container api keeps crashing: exit code 1
        progressing  shop/Job/migrate                        12s
            1 pod running
        ready        shop/Service/web                        12d
            https://shop.example.org
            10.0.0.7:80
        ready        shop/Deployment/web  3/3                12d  2 fields
        and 2 more, ready
        "#);
    }

    #[test]
    fn the_status_fits_60_columns() {
        insta::assert_snapshot!(plain(&text(&status(), &options(60))), @r#"
        prod on https://10.0.0.1:6443 (v1.36.3), namespace shop
          deployed release 13, unhealthy, by ci-bot, 2 hours ago; last healthy: release 12
          commit   abc1234 "Bigger images"
          run      https://ci.example.org/runs/77
          git      3 commits behind main
          drift    2 fields in 1 object
          health   1 failed, 1 progressing, 4 ready

        HEALTH       OBJECT               PODS               AGE  DRIFT
        failed       shop/Deployment/api  1/3 (14 restarts)  2h
            container api keeps crashing: exit code 1
        progressing  shop/Job/migrate                        12s
            1 pod running
        ready        shop/Service/web                        12d
            https://shop.example.org
            10.0.0.7:80
        ready        shop/Deployment/web  3/3                12d  2 fields
        and 2 more, ready
        "#);
    }

    #[test]
    fn colours_follow_health() {
        insta::assert_snapshot!(marked(&text(&status(), &options(100))), @r#"
        ⟨1⟩prod⟨/⟩ on https://10.0.0.1:6443 ⟨2⟩(v1.36.3)⟨/⟩, namespace shop
          ⟨2⟩deployed⟨/⟩ release 13, ⟨1⟩⟨31⟩unhealthy⟨/⟩, by ci-bot, 2 hours ago; last healthy: release 12
          ⟨2⟩commit⟨/⟩   abc1234 "Bigger images"
          ⟨2⟩run⟨/⟩      https://ci.example.org/runs/77
          ⟨2⟩git⟨/⟩      ⟨33⟩3 commits behind main⟨/⟩
          ⟨2⟩drift⟨/⟩    ⟨33⟩2 fields in 1 object⟨/⟩
          ⟨2⟩health⟨/⟩   ⟨1⟩⟨31⟩1 failed⟨/⟩, ⟨33⟩1 progressing⟨/⟩, ⟨32⟩4 ready⟨/⟩

        ⟨2⟩HEALTH     ⟨/⟩  ⟨2⟩OBJECT             ⟨/⟩  ⟨2⟩PODS             ⟨/⟩  ⟨2⟩AGE⟨/⟩  ⟨2⟩DRIFT⟨/⟩
        ⟨1⟩⟨31⟩failed     ⟨/⟩  shop/Deployment/api  1/3 (14 restarts)  2h
            container api keeps crashing: exit code 1
        ⟨33⟩progressing⟨/⟩  shop/Job/migrate                        12s
            1 pod running
        ⟨32⟩ready      ⟨/⟩  shop/Service/web                        12d
            https://shop.example.org
            10.0.0.7:80
        ⟨32⟩ready      ⟨/⟩  shop/Deployment/web  3/3                12d  ⟨33⟩2 fields⟨/⟩
        ⟨2⟩and 2 more, ready⟨/⟩
        "#);
    }

    #[test]
    fn a_healthy_target_is_calm() {
        let mut calm = status();
        calm.objects = vec![
            status_of("ConfigMap/settings", Health::Ready, ""),
            status_of("Secret/db", Health::Ready, ""),
        ];
        calm.health = HealthCount::of(&calm.objects);
        calm.drift = Some(DriftCount::default());
        calm.behind = Some(0);
        calm.healthy = Some(13);
        calm.deployed = calm
            .deployed
            .map(|state| crate::report::DeployedState { result: crate::apply::RunResult::Healthy, ..state });
        insta::assert_snapshot!(plain(&text(&calm, &options(80))), @r#"
        prod on https://10.0.0.1:6443 (v1.36.3), namespace shop
          deployed release 13, healthy, by ci-bot, 2 hours ago
          commit   abc1234 "Bigger images"
          run      https://ci.example.org/runs/77
          git      up to date with main
          drift    none
          health   2 ready
        "#);
    }

    #[test]
    fn what_was_deployed_uncommitted_is_said_to_be_so() {
        let mut dirty = status();
        let commit = dirty.deployed.as_mut().and_then(|state| state.commit.as_mut()).expect("a commit");
        commit.dirty = true;
        let said = plain(&text(&dirty, &options(80)));
        assert!(said.contains("commit   abc1234 \"Bigger images\", with uncommitted changes\n"), "{said}");
    }

    #[test]
    fn a_hold_and_what_is_unknown_are_told() {
        let mut held = status();
        held.objects.clear();
        held.health = HealthCount::default();
        held.hold = Some(HoldState {
            reason: "release 13 (abc1234) was rolled back".into(),
            since: minutes_ago(30),
            by: Some("ada".into()),
        });
        held.drift = None;
        held.behind = None;
        held.ahead = None;
        held.deployed = None;
        held.notes = vec!["Secrets' drift can't be told: the key is lost".into()];
        insta::assert_snapshot!(plain(&text(&held, &options(80))), @"
        prod on https://10.0.0.1:6443 (v1.36.3), namespace shop
          deployed nothing yet
          hold     release 13 (abc1234) was rolled back (30 minutes ago by ada)
          health   no objects

        note: Secrets' drift can't be told: the key is lost
        ");
    }
}
