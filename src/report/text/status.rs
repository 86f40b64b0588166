//! What is deployed and how it is, on one screen.

use super::header::{self, described, header};
use super::status_objects::{objects, warnings};
use super::{TextOptions, labelled, lines_to_text};
use crate::health::Health;
use crate::report::palette::{CHANGED, DANGER, FAINT, GOOD, STRONG, WARNING, paint};
use crate::report::visible::visible;
use crate::report::words;
use crate::report::{DeployedState, HealthCount, HoldState, LockState, ObjectStatus, StatusReport};

/// The state of a target: what is deployed, how far it is from Git and from
/// what was written, and every object that is worth a look, the worst first.
pub fn status(report: &StatusReport, options: &TextOptions) -> String {
    let mut head = header(&report.target, &report.cluster, &report.namespace, None, None, options);
    head.extend(deployed(report, options));
    head.extend(row("git", distance(report), options));
    head.extend(row("hold", report.hold.as_ref().map(|hold| held(hold, options)), options));
    head.extend(row("lock", report.lock.as_ref().map(|lock| locked(lock, options)), options));
    let has_drift = report.deployed.is_some() || report.drift.is_some();
    head.extend(row("drift", has_drift.then(|| drift(report)), options));
    head.extend(row("health", Some(health(report.health)), options));
    head.extend(rows("", kinds(&report.objects), options));
    head.extend(row("pods", pods(report), options));
    head.extend(row("jobs", jobs(&report.objects), options));
    head.extend(rows("address", addresses(&report.objects), options));
    let mut sections = vec![head, objects(report, options), warnings(report, options)];
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

fn row(label: &str, text: Option<String>, options: &TextOptions) -> Vec<String> {
    text.map_or_else(Vec::new, |text| header::row(label, &text, options))
}

/// Items with commas between them, on as many lines as they take.
fn rows(label: &str, items: Vec<String>, options: &TextOptions) -> Vec<String> {
    let lines = words::flowed(&items, header::room(options));
    let labels = std::iter::once(label).chain(std::iter::repeat(""));
    labels.zip(lines).flat_map(|(label, line)| row(label, Some(line), options)).collect()
}

/// `2 Deployments (1 failed)`, `1 Service`: the most first.
fn kinds(objects: &[ObjectStatus]) -> Vec<String> {
    let mut kinds: std::collections::BTreeMap<&str, Vec<Health>> = std::collections::BTreeMap::new();
    for object in objects {
        kinds.entry(&object.object.kind).or_default().push(object.health);
    }
    let mut kinds: Vec<_> = kinds.into_iter().collect();
    kinds.sort_by_key(|(_, found)| std::cmp::Reverse(found.len()));
    kinds.into_iter().map(|(kind, found)| of_kind(kind, &found)).collect()
}

fn of_kind(kind: &str, found: &[Health]) -> String {
    let unready = [
        (Health::Failed, "failed", DANGER),
        (Health::Progressing, "progressing", CHANGED),
        (Health::Deleting, "deleting", CHANGED),
        (Health::Unknown, "unknown", WARNING),
    ];
    let number = |health| found.iter().filter(|one| **one == health).count();
    let said: Vec<_> = unready
        .into_iter()
        .map(|(health, word, style)| (number(health), word, style))
        .filter(|(number, ..)| *number > 0)
        .map(|(number, word, style)| paint(style, format_args!("{number} {word}")))
        .collect();
    let counted = words::count(found.len(), &visible(kind));
    if said.is_empty() { counted } else { format!("{counted} ({})", said.join(" and ")) }
}

/// `4/6 ready, 14 restarts`.
fn pods(report: &StatusReport) -> Option<String> {
    let pods = report.pods?;
    let ready = format!("{}/{} ready", pods.ready, pods.total);
    let style = if pods.ready < pods.total { CHANGED } else { GOOD };
    let restarts = (pods.restarts > 0).then(|| format!(", {}", words::count(pods.restarts, "restart")));
    Some(paint(style, ready) + &restarts.unwrap_or_default())
}

/// `1 running, 2 complete`.
fn jobs(objects: &[ObjectStatus]) -> Option<String> {
    let jobs = objects.iter().filter(|object| object.object.group == "batch" && object.object.kind == "Job");
    let counted = [
        (Health::Failed, "failed", DANGER),
        (Health::Progressing, "running", CHANGED),
        (Health::Deleting, "deleting", CHANGED),
        (Health::Unknown, "unknown", WARNING),
        (Health::Ready, "complete", GOOD),
    ];
    let of = |health| jobs.clone().filter(|job| job.health == health).count();
    let said: Vec<_> = counted
        .into_iter()
        .map(|(health, word, style)| (of(health), word, style))
        .filter(|(number, ..)| *number > 0)
        .map(|(number, word, style)| paint(style, format_args!("{number} {word}")))
        .collect();
    (!said.is_empty()).then(|| said.join(", "))
}

/// Each once.
fn addresses(objects: &[ObjectStatus]) -> Vec<String> {
    let mut addresses: Vec<String> = Vec::new();
    for address in objects.iter().flat_map(|object| &object.addresses) {
        let address = visible(address).into_owned();
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    addresses
}

/// `ada@laptop pid 4711, 3 minutes ago`.
fn locked(lock: &LockState, options: &TextOptions) -> String {
    let since = lock.since.map(|since| format!(", {}", words::ago(options.now, since))).unwrap_or_default();
    let dead = if lock.dead { "; its process has ended, the next run takes it" } else { "" };
    format!("{}{since}{dead}", paint(WARNING, visible(&lock.holder)))
}

fn deployed(report: &StatusReport, options: &TextOptions) -> Vec<String> {
    let Some(state) = &report.deployed else {
        return row("deployed", Some("nothing yet".to_owned()), options);
    };
    let mut lines = row("deployed", Some(release(state, report.healthy, options)), options);
    lines.extend(row("commit", state.commit.as_ref().map(|commit| described(commit, options)), options));
    lines.extend(row("run", state.run.as_ref().map(|run| visible(run).into_owned()), options));
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

/// `3 behind`, `1 ahead`, `up to date`; nothing where that isn't known.
pub(super) fn distance_in_short(report: &StatusReport) -> String {
    let counted = [(report.behind, "behind"), (report.ahead, "ahead")];
    let said: Vec<_> = counted
        .into_iter()
        .filter_map(|(number, word)| Some(format!("{} {word}", number.filter(|number| *number > 0)?)))
        .collect();
    match (report.behind, said.is_empty()) {
        (Some(_), true) => "up to date".to_owned(),
        _ => said.join(", "),
    }
}

fn held(hold: &HoldState, options: &TextOptions) -> String {
    let by = hold.by.as_deref().map_or_else(String::new, |by| format!(" by {}", visible(by)));
    let since = words::ago(options.now, hold.since);
    format!("{} {}", paint(WARNING, visible(&hold.reason)), paint(FAINT, format_args!("({since}{by})")))
}

pub(super) fn drift(report: &StatusReport) -> String {
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

/// `2 fields`, `none`, `unknown`.
pub(super) fn drift_in_short(report: &StatusReport) -> String {
    match report.drift {
        None => "unknown".to_owned(),
        Some(drift) if drift.objects == 0 => "none".to_owned(),
        Some(drift) => paint(CHANGED, words::count(drift.fields, "field")),
    }
}

pub(super) fn health(count: HealthCount) -> String {
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
          commit   abc1234 "Bigger images", Ada Lovelace, 2 hours ago, main
          run      https://ci.example.org/runs/77
          git      3 commits behind main
          drift    2 fields in 1 object
          health   1 failed, 1 progressing, 4 ready
                   2 Deployments (1 failed), 2 Services, 1 ConfigMap, 1 Job (1 progressing)
          pods     4/6 ready, 14 restarts
          jobs     1 running
          address  https://shop.example.org, 10.0.0.7:80

        HEALTH       OBJECT               PODS               AGE  DRIFT
        failed       shop/Deployment/api  1/3 (14 restarts)  2h
            container api keeps crashing: exit code 1
        progressing  shop/Job/migrate                        12s
            1 pod running
        ready        shop/Deployment/web  3/3                12d  2 fields
        and 3 more, ready

        warnings of the last hour:
          shop/Deployment/api: BackOff: Back-off restarting failed container api (14 times)
        "#);
    }

    #[test]
    fn the_status_fits_60_columns() {
        insta::assert_snapshot!(plain(&text(&status(), &options(60))), @r#"
        prod on https://10.0.0.1:6443 (v1.36.3), namespace shop
          deployed release 13, unhealthy, by ci-bot, 2 hours ago;
                   last healthy: release 12
          commit   abc1234 "Bigger images", Ada Lovelace, 2 hours
                   ago, main
          run      https://ci.example.org/runs/77
          git      3 commits behind main
          drift    2 fields in 1 object
          health   1 failed, 1 progressing, 4 ready
                   2 Deployments (1 failed), 2 Services,
                   1 ConfigMap, 1 Job (1 progressing)
          pods     4/6 ready, 14 restarts
          jobs     1 running
          address  https://shop.example.org, 10.0.0.7:80

        HEALTH       OBJECT               PODS               AGE
            DRIFT
        failed       shop/Deployment/api  1/3 (14 restarts)  2h
            container api keeps crashing: exit code 1
        progressing  shop/Job/migrate                        12s
            1 pod running
        ready        shop/Deployment/web  3/3                12d
            2 fields
        and 3 more, ready

        warnings of the last hour:
          shop/Deployment/api: BackOff: Back-off restarting failed
            container api (14 times)
        "#);
    }

    #[test]
    fn the_head_fits_40_columns() {
        let mut report = status();
        report.hold = Some(HoldState {
            reason: "release 13 (abc1234) was rolled back".into(),
            since: minutes_ago(30),
            by: Some("ada".into()),
        });
        (report.objects, report.warnings) = (Vec::new(), Vec::new());
        insta::assert_snapshot!(plain(&text(&report, &options(40))), @r#"
        prod on https://10.0.0.1:6443
            (v1.36.3), namespace shop
          deployed release 13, unhealthy, by
                   ci-bot, 2 hours ago; last
                   healthy: release 12
          commit   abc1234 "Bigger images", Ada
                   Lovelace, 2 hours ago, main
          run      https://ci.example.org/runs/77
          git      3 commits behind main
          hold     release 13 (abc1234) was
                   rolled back (30 minutes ago
                   by ada)
          drift    2 fields in 1 object
          health   1 failed, 1 progressing, 4
                   ready
          pods     4/6 ready, 14 restarts
        "#);
    }

    #[test]
    fn colours_follow_health() {
        insta::assert_snapshot!(marked(&text(&status(), &options(100))), @r#"
        ⟨1⟩prod⟨/⟩ on https://10.0.0.1:6443 ⟨2⟩(v1.36.3)⟨/⟩, namespace shop
          ⟨2⟩deployed⟨/⟩ release 13, ⟨1⟩⟨31⟩unhealthy⟨/⟩, by ci-bot, 2 hours ago; last healthy: release 12
          ⟨2⟩commit⟨/⟩   abc1234 "Bigger images", Ada Lovelace, 2 hours ago, main
          ⟨2⟩run⟨/⟩      https://ci.example.org/runs/77
          ⟨2⟩git⟨/⟩      ⟨33⟩3 commits behind main⟨/⟩
          ⟨2⟩drift⟨/⟩    ⟨33⟩2 fields in 1 object⟨/⟩
          ⟨2⟩health⟨/⟩   ⟨1⟩⟨31⟩1 failed⟨/⟩, ⟨33⟩1 progressing⟨/⟩, ⟨32⟩4 ready⟨/⟩
          ⟨2⟩⟨/⟩         2 Deployments (⟨1⟩⟨31⟩1 failed⟨/⟩), 2 Services, 1 ConfigMap, 1 Job (⟨33⟩1 progressing⟨/⟩)
          ⟨2⟩pods⟨/⟩     ⟨33⟩4/6 ready⟨/⟩, 14 restarts
          ⟨2⟩jobs⟨/⟩     ⟨33⟩1 running⟨/⟩
          ⟨2⟩address⟨/⟩  https://shop.example.org, 10.0.0.7:80

        ⟨2⟩HEALTH     ⟨/⟩  ⟨2⟩OBJECT             ⟨/⟩  ⟨2⟩PODS             ⟨/⟩  ⟨2⟩AGE⟨/⟩  ⟨2⟩DRIFT⟨/⟩
        ⟨1⟩⟨31⟩failed     ⟨/⟩  shop/Deployment/api  1/3 (14 restarts)  2h
            container api keeps crashing: exit code 1
        ⟨33⟩progressing⟨/⟩  shop/Job/migrate                        12s
            1 pod running
        ⟨32⟩ready      ⟨/⟩  shop/Deployment/web  3/3                12d  ⟨33⟩2 fields⟨/⟩
        ⟨2⟩and 3 more, ready⟨/⟩

        ⟨1⟩warnings of the last hour:⟨/⟩
          shop/Deployment/api: BackOff: Back-off restarting failed container api (14 times)
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
        (calm.pods, calm.warnings) = (None, Vec::new());
        calm.deployed = calm
            .deployed
            .map(|state| crate::report::DeployedState { result: crate::apply::RunResult::Healthy, ..state });
        insta::assert_snapshot!(plain(&text(&calm, &options(80))), @r#"
        prod on https://10.0.0.1:6443 (v1.36.3), namespace shop
          deployed release 13, healthy, by ci-bot, 2 hours ago
          commit   abc1234 "Bigger images", Ada Lovelace, 2 hours ago, main
          run      https://ci.example.org/runs/77
          git      up to date with main
          drift    none
          health   2 ready
                   1 ConfigMap, 1 Secret
        "#);
    }

    #[test]
    fn what_was_deployed_uncommitted_is_said_to_be_so() {
        let mut dirty = status();
        let commit = dirty.deployed.as_mut().and_then(|state| state.commit.as_mut()).expect("a commit");
        commit.dirty = true;
        let said = plain(&text(&dirty, &options(100)));
        assert!(said.contains("commit   abc1234 \"Bigger images\", Ada Lovelace, 2 hours ago, main, with uncommitted changes\n"), "{said}");
    }

    #[test]
    fn a_hold_and_what_is_unknown_are_told() {
        let mut held = status();
        held.objects.clear();
        (held.pods, held.warnings) = (None, Vec::new());
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
