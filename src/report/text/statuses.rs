//! The states of several targets, a line each.

use super::status::{distance_in_short, drift_in_short, health};
use super::table::{Cell, table};
use super::verdict::word;
use super::{TextOptions, lines_to_text};
use crate::report::palette::{DANGER, FAINT, WARNING};
use crate::report::visible::visible;
use crate::report::words;
use crate::report::{StatusReport, TargetStatus};

/// The targets in the order given. One of which nothing is known has its reason
/// below.
pub fn statuses(targets: &[TargetStatus], options: &TextOptions) -> String {
    let titles =
        ["ENVIRONMENT", "RELEASE", "RESULT", "WHEN", "COMMIT", "GIT", "DRIFT", "HEALTH", "PODS", "REMARKS"];
    let rows: Vec<_> = targets
        .iter()
        .map(|target| match target {
            TargetStatus::Known(report) => known(report, options),
            TargetStatus::Unknown(unknown) => vec![
                Cell::plain(visible(&unknown.target).into_owned()),
                Cell::plain(""),
                Cell::new(DANGER, "unknown"),
            ],
        })
        .collect();
    let remarks: Vec<_> = targets.iter().map(why).collect();
    lines_to_text(&table(&titles, &rows, &remarks, options.width))
}

fn why(target: &TargetStatus) -> Vec<String> {
    let TargetStatus::Unknown(unknown) = target else { return Vec::new() };
    unknown.errors.iter().map(|error| visible(&error.in_one_line()).into_owned()).collect()
}

fn known(report: &StatusReport, options: &TextOptions) -> Vec<Cell> {
    let target = Cell::plain(visible(&report.target).into_owned());
    let Some(state) = &report.deployed else {
        return vec![target, Cell::plain("none"), Cell::new(FAINT, "nothing yet")];
    };
    let (style, result) = word(state.result);
    let restored = state.restored.map(|release| format!(" (back to {release})")).unwrap_or_default();
    let commit = state.commit.as_ref();
    let remarks = [(report.hold.is_some(), "held"), (report.lock.is_some(), "locked")];
    let remarks: Vec<_> = remarks.into_iter().filter(|(is_so, _)| *is_so).map(|(_, word)| word).collect();
    vec![
        target,
        Cell::plain(format!("{}{restored}", state.release)),
        Cell::new(style, result),
        Cell::plain(words::ago(options.now, state.at)),
        Cell::plain(commit.map_or("", |commit| words::short(&commit.sha))),
        Cell::plain(distance_in_short(report)),
        Cell::plain(drift_in_short(report)),
        Cell::plain(health(report.health)),
        Cell::plain(report.pods.map_or_else(String::new, |pods| format!("{}/{}", pods.ready, pods.total))),
        Cell::new(WARNING, remarks.join(", ")),
    ]
}

#[cfg(test)]
mod tests {
    use super::statuses;
    use crate::error::Diagnostic;
    use crate::report::sample::{options, plain, status};
    use crate::report::{StatusReport, TargetStatus, UnknownStatus};

    #[test]
    fn targets_take_a_line_each_and_one_that_isnt_reached_says_why() {
        let dev = StatusReport { target: "dev".into(), deployed: None, ..status() };
        let error = Diagnostic::new("https://10.0.0.9:6443 can't be reached").because("connection refused");
        let targets = [
            TargetStatus::Known(Box::new(dev)),
            TargetStatus::Unknown(UnknownStatus { target: "staging".into(), errors: vec![error] }),
            TargetStatus::Known(Box::new(status())),
        ];
        insta::assert_snapshot!(plain(&statuses(&targets, &options(130))), @"
        ENVIRONMENT  RELEASE  RESULT       WHEN         COMMIT   GIT       DRIFT     HEALTH                            PODS
        dev          none     nothing yet
        staging               unknown    
            https://10.0.0.9:6443 can't be reached: connection refused
        prod         13       unhealthy    2 hours ago  abc1234  3 behind  2 fields  1 failed, 1 progressing, 4 ready  4/6
        ");
        insta::assert_snapshot!(plain(&statuses(&targets, &options(60))), @"
        ENVIRONMENT  RELEASE  RESULT       WHEN         COMMIT
            GIT       DRIFT     HEALTH
            PODS
        dev          none     nothing yet
        staging               unknown    
            https://10.0.0.9:6443 can't be reached: connection
            refused
        prod         13       unhealthy    2 hours ago  abc1234
            3 behind  2 fields  1 failed, 1 progressing, 4 ready
            4/6
        ");
        insta::assert_snapshot!(plain(&statuses(&targets, &options(40))), @"
        ENVIRONMENT  RELEASE  RESULT
            WHEN         COMMIT   GIT
            DRIFT
            HEALTH
            PODS
        dev          none     nothing yet
        staging               unknown
            https://10.0.0.9:6443 can't be
            reached: connection refused
        prod         13       unhealthy
            2 hours ago  abc1234  3 behind
            2 fields
            1 failed, 1 progressing, 4 ready
            4/6
        ");
        for width in [40, 60, 80, 120] {
            let text = plain(&statuses(&targets, &options(width)));
            assert!(text.lines().all(|line| line.chars().count() <= width), "{text}");
        }
    }
}
