//! What changed between two looks at a target, a line each: for who follows without a
//! terminal.

use std::collections::BTreeMap;

use super::status::drift;
use super::status_objects::style;
use super::verdict::word;
use super::{TextOptions, lines_to_text};
use crate::health::Health;
use crate::object::ObjectId;
use crate::report::palette::{CHANGED, FAINT, WARNING, paint};
use crate::report::visible::visible;
use crate::report::words;
use crate::report::{ObjectStatus, StatusReport};

/// The lines, each with the time; none where nothing changed.
pub fn status_changes(before: &StatusReport, now: &StatusReport, options: &TextOptions) -> String {
    let mut changes = target(before, now);
    changes.extend(objects(before, now));
    let known: Vec<_> = before.warnings.iter().map(|warning| (&warning.object, &warning.message)).collect();
    let new = now.warnings.iter().filter(|warning| !known.contains(&(&warning.object, &warning.message)));
    changes.extend(new.map(|warning| {
        let object = visible(&warning.object.id().to_string()).into_owned();
        format!("{object}: {}", paint(WARNING, visible(&warning.message)))
    }));
    let time = paint(FAINT, format_args!("{:.0}", options.now));
    let lines: Vec<String> =
        changes.into_iter().map(|change| format!("{time}  {}: {change}", visible(&now.target))).collect();
    lines_to_text(&lines)
}

fn target(before: &StatusReport, now: &StatusReport) -> Vec<String> {
    let mut lines = Vec::new();
    let release = |report: &StatusReport| report.deployed.as_ref().map(|state| (state.release, state.result));
    if release(before) != release(now) {
        lines.push(match &now.deployed {
            None => "nothing is deployed any more".to_owned(),
            Some(state) => {
                let (style, result) = word(state.result);
                let commit = state.commit.as_ref();
                let subject =
                    commit.map(|it| format!(", {} \"{}\"", words::short(&it.sha), visible(&it.subject)));
                format!("release {}, {}{}", state.release, paint(style, result), subject.unwrap_or_default())
            }
        });
    }
    match (&before.lock, &now.lock) {
        (before, Some(lock)) if before.as_ref().map(|it| &it.holder) != Some(&lock.holder) => {
            lines.push(format!("locked by {}", visible(&lock.holder)));
        }
        (Some(_), None) => lines.push("not locked any more".to_owned()),
        _ => {}
    }
    match (&before.hold, &now.hold) {
        (None, Some(hold)) => lines.push(format!("held: {}", visible(&hold.reason))),
        (Some(_), None) => lines.push("not held any more".to_owned()),
        _ => {}
    }
    if before.drift != now.drift {
        lines.push(format!("drift: {}", drift(now)));
    }
    lines
}

fn objects(before: &StatusReport, now: &StatusReport) -> Vec<String> {
    let mut known: BTreeMap<ObjectId, &ObjectStatus> =
        before.objects.iter().map(|object| (object.object.id(), object)).collect();
    let mut lines = Vec::new();
    for object in &now.objects {
        let id = object.object.id();
        let was = known.remove(&id);
        let is_same = was.is_some_and(|was| was.health == object.health && was.message == object.message);
        let is_worth_it =
            was.is_some_and(|was| was.health != object.health) || object.health != Health::Ready;
        let name = visible(&id.to_string()).into_owned();
        if !is_same && is_worth_it {
            let health = paint(style(object.health), object.health);
            let why =
                Some(&object.message).filter(|message| !message.is_empty() && object.health != Health::Ready);
            let why = why.map(|message| format!(": {}", visible(message))).unwrap_or_default();
            lines.push(format!("{name} {health}{why}"));
        }
        let fields = |object: &ObjectStatus| object.drift.unwrap_or_default();
        let (then, fields) = (was.map_or(0, fields), fields(object));
        if fields != then {
            let drifted = match fields {
                0 => "as deployed again".to_owned(),
                fields => paint(CHANGED, format_args!("{} drifted", words::count(fields, "field"))),
            };
            lines.push(format!("{name} {drifted}"));
        }
    }
    lines.extend(
        known.into_keys().map(|id| format!("{} isn't part of it any more", visible(&id.to_string()))),
    );
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{options, plain, status};
    use crate::report::{DriftCount, ObjectWarning};

    #[test]
    fn what_changed_takes_a_line_each_and_nothing_takes_none() {
        let before = status();
        assert_eq!(status_changes(&before, &before, &options(100)), "");
        let mut now = status();
        let deployed = now.deployed.as_mut().expect("deployed");
        (deployed.release, deployed.result) = (14, crate::apply::RunResult::Healthy);
        now.drift = Some(DriftCount::default());
        now.objects[1].health = Health::Ready;
        now.objects[2].drift = Some(0);
        now.objects[4].message = "2 pods running".into();
        now.objects.pop();
        let object = now.objects[2].object.clone();
        now.warnings.push(ObjectWarning { object, message: "Unhealthy: Readiness probe failed".into() });
        insta::assert_snapshot!(plain(&status_changes(&before, &now, &options(100))), @r#"
        2026-04-01T14:00:00Z  prod: release 14, healthy, abc1234 "Bigger images"
        2026-04-01T14:00:00Z  prod: drift: none
        2026-04-01T14:00:00Z  prod: shop/Deployment/api ready
        2026-04-01T14:00:00Z  prod: shop/Deployment/web as deployed again
        2026-04-01T14:00:00Z  prod: shop/Job/migrate progressing: 2 pods running
        2026-04-01T14:00:00Z  prod: shop/Service/api isn't part of it any more
        2026-04-01T14:00:00Z  prod: shop/Deployment/web: Unhealthy: Readiness probe failed
        "#);
    }
}
