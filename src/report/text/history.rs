//! The releases, newest first, a line each.

use super::table::{Cell, table};
use super::verdict::word;
use super::{TextOptions, lines_to_text};
use crate::plan::{Summary, Verb};
use crate::report::palette::FAINT;
use crate::report::verbs::sign;
use crate::report::visible::visible;
use crate::report::words;
use crate::report::{HistoryRow, ReleaseAttempt};

/// Longer names are cut: the subject wants some room.
const LONGEST_NAME: usize = 24;

/// So many variables of the command line are named.
const MOST_VARIABLES: usize = 2;

/// The releases in the order given.
pub fn history(rows: &[HistoryRow], options: &TextOptions) -> String {
    if rows.is_empty() {
        return "no releases yet\n".to_owned();
    }
    let titles = ["RELEASE", "RESULT", "WHEN", "COMMIT", "BY", "CHANGES", "SUBJECT"];
    let cells: Vec<_> = rows.iter().map(|row| cells(row, options)).collect();
    lines_to_text(&table(&titles, &cells, &[], options.width))
}

fn cells(row: &HistoryRow, options: &TextOptions) -> Vec<Cell> {
    let (style, result) = word(row.result);
    let commit = row.commit.as_ref();
    let author = commit.map(|commit| words::name_of(&commit.author).to_owned());
    vec![
        Cell::plain(row.release.to_string()),
        Cell::new(style, result),
        Cell::plain(words::ago(options.now, row.at)),
        Cell::plain(commit.map_or("", |commit| words::short(&commit.sha))),
        Cell::plain(words::shortened(
            &visible(&row.actor.clone().or(author).unwrap_or_default()),
            LONGEST_NAME,
        )),
        Cell::plain(changes(&row.summary)),
        Cell::new(FAINT, subject(row)),
    ]
}

/// `back to 11: Bigger images`, `undone by 13: Bigger images`, `killed, finished by 14: Bigger images`,
/// `--only kind=Job: Bigger images`, `by hold, 3 times: Bigger images`,
/// `uncommitted: with STAGE and 2 more: Bigger images`.
fn subject(row: &HistoryRow) -> String {
    let subject = row.commit.as_ref().map(|commit| visible(&commit.subject).into_owned());
    let restored = row.restored.map(|release| format!("back to {release}"));
    let finished = row.finished_by.map(|release| format!("killed, finished by {release}"));
    let undone = row.undone_by.map(|release| format!("undone by {release}"));
    let part = row.selection.as_deref().map(|part| visible(part).into_owned());
    let attempt = row.attempt.as_deref().map(attempted);
    let uncommitted = row.commit.as_ref().filter(|commit| commit.dirty).map(|_| "uncommitted".to_owned());
    let vars = (!row.vars.is_empty()).then(|| {
        let names: Vec<String> = row.vars.iter().map(|name| visible(name).into_owned()).collect();
        format!("with {}", words::first_few(&names, MOST_VARIABLES))
    });
    let said = [restored, undone, finished, attempt, part, uncommitted, vars, subject];
    said.into_iter().flatten().collect::<Vec<_>>().join(": ")
}

/// `by hold, 3 times`.
fn attempted(attempt: &ReleaseAttempt) -> String {
    let what = match attempt.guards.as_slice() {
        [] => "nothing written".to_owned(),
        guards => visible(&format!("by {}", words::list(guards))).into_owned(),
    };
    if attempt.times > 1 { format!("{what}, {} times", attempt.times) } else { what }
}

/// `+1 ~2 -1`.
fn changes(summary: &Summary) -> String {
    let counted = [
        (Verb::Create, summary.create),
        (Verb::Update, summary.update),
        (Verb::Replace, summary.replace),
        (Verb::Delete, summary.delete),
        (Verb::Adopt, summary.adopt),
        (Verb::Forget, summary.forget),
        (Verb::Run, summary.run),
    ];
    let said: Vec<_> = counted
        .into_iter()
        .filter(|(_, number)| *number > 0)
        .map(|(verb, number)| format!("{}{number}", sign(verb)))
        .collect();
    said.join(" ")
}

#[cfg(test)]
mod tests {
    use super::history;
    use crate::apply::RunResult;
    use crate::report::sample::{minutes_ago, options, plain, release};
    use crate::report::{HistoryRow, ReleaseAttempt};

    fn rows() -> Vec<HistoryRow> {
        let rollback = HistoryRow {
            restored: Some(11),
            actor: Some("ada".into()),
            ..release(13, 5, RunResult::Healthy)
        };
        let killed = HistoryRow {
            finished_by: Some(11),
            summary: crate::plan::Summary::default(),
            ..release(10, 60 * 24 * 3, RunResult::Interrupted)
        };
        let adhoc = HistoryRow { commit: None, actor: None, ..release(9, 60 * 24 * 40, RunResult::Applied) };
        let refused = ReleaseAttempt {
            times: 3,
            since: minutes_ago(9),
            guards: vec!["hold".into()],
            cause: Some("abc1234 is held".into()),
        };
        let refused = HistoryRow {
            attempt: Some(Box::new(refused)),
            summary: crate::plan::Summary::default(),
            ..release(16, 2, RunResult::Refused)
        };
        vec![
            refused,
            rollback,
            HistoryRow { undone_by: Some(13), ..release(12, 130, RunResult::Unhealthy) },
            release(11, 60 * 24 * 3, RunResult::Healthy),
            killed,
            adhoc,
        ]
    }

    #[test]
    fn releases_take_a_line_each() {
        insta::assert_snapshot!(plain(&history(&rows(), &options(100))), @"
        RELEASE  RESULT       WHEN           COMMIT   BY      CHANGES   SUBJECT
        16       refused      2 minutes ago  abc1234  ci-bot            by hold, 3 times: Bigger images
        13       healthy      5 minutes ago  abc1234  ada     +1 ~2 -1  back to 11: Bigger images
        12       unhealthy    2 hours ago    abc1234  ci-bot  +1 ~2 -1  undone by 13: Bigger images
        11       healthy      3 days ago     abc1234  ci-bot  +1 ~2 -1  Bigger images
        10       interrupted  3 days ago     abc1234  ci-bot            killed, finished by 11: Bigger imag…
        9        applied      40 days ago                     +1 ~2 -1
        ");
    }

    #[test]
    fn the_subject_is_cut_where_there_is_no_room() {
        insta::assert_snapshot!(plain(&history(&rows(), &options(80))), @"
        RELEASE  RESULT       WHEN           COMMIT   BY      CHANGES   SUBJECT
        16       refused      2 minutes ago  abc1234  ci-bot            by hold, 3 time…
        13       healthy      5 minutes ago  abc1234  ada     +1 ~2 -1  back to 11: Big…
        12       unhealthy    2 hours ago    abc1234  ci-bot  +1 ~2 -1  undone by 13: B…
        11       healthy      3 days ago     abc1234  ci-bot  +1 ~2 -1  Bigger images
        10       interrupted  3 days ago     abc1234  ci-bot            killed, finishe…
        9        applied      40 days ago                     +1 ~2 -1
        ");
    }

    #[test]
    fn what_a_narrow_terminal_has_no_room_for_goes_below() {
        insta::assert_snapshot!(plain(&history(&rows(), &options(60))), @"
        RELEASE  RESULT       WHEN           COMMIT   BY
            CHANGES   SUBJECT
        16       refused      2 minutes ago  abc1234  ci-bot
                      by hold, 3 times: Bigger images
        13       healthy      5 minutes ago  abc1234  ada
            +1 ~2 -1  back to 11: Bigger images
        12       unhealthy    2 hours ago    abc1234  ci-bot
            +1 ~2 -1  undone by 13: Bigger images
        11       healthy      3 days ago     abc1234  ci-bot
            +1 ~2 -1  Bigger images
        10       interrupted  3 days ago     abc1234  ci-bot
                      killed, finished by 11: Bigger images
        9        applied      40 days ago
            +1 ~2 -1
        ");
        insta::assert_snapshot!(plain(&history(&rows(), &options(40))), @"
        RELEASE  RESULT       WHEN
            COMMIT   BY      CHANGES
            SUBJECT
        16       refused      2 minutes ago
            abc1234  ci-bot
            by hold, 3 times: Bigger images
        13       healthy      5 minutes ago
            abc1234  ada     +1 ~2 -1
            back to 11: Bigger images
        12       unhealthy    2 hours ago
            abc1234  ci-bot  +1 ~2 -1
            undone by 13: Bigger images
        11       healthy      3 days ago
            abc1234  ci-bot  +1 ~2 -1
            Bigger images
        10       interrupted  3 days ago
            abc1234  ci-bot
            killed, finished by 11: Bigger imag…
        9        applied      40 days ago
                             +1 ~2 -1
        ");
    }

    #[test]
    fn what_a_commit_alone_doesnt_say_is_marked() {
        let mut dirty = release(3, 5, RunResult::Healthy);
        dirty.commit.as_mut().expect("a commit").dirty = true;
        let varied = HistoryRow {
            vars: vec!["REGION".into(), "STAGE".into(), "TAG".into()],
            ..release(2, 9, RunResult::Healthy)
        };
        let both = HistoryRow { vars: vec!["STAGE".into()], ..dirty.clone() };
        let rows = [HistoryRow { release: 4, ..both }, dirty, varied, release(1, 60, RunResult::Healthy)];
        insta::assert_snapshot!(plain(&history(&rows, &options(120))), @"
        RELEASE  RESULT   WHEN           COMMIT   BY      CHANGES   SUBJECT
        4        healthy  5 minutes ago  abc1234  ci-bot  +1 ~2 -1  uncommitted: with STAGE: Bigger images
        3        healthy  5 minutes ago  abc1234  ci-bot  +1 ~2 -1  uncommitted: Bigger images
        2        healthy  9 minutes ago  abc1234  ci-bot  +1 ~2 -1  with REGION, STAGE and 1 more: Bigger images
        1        healthy  1 hour ago     abc1234  ci-bot  +1 ~2 -1  Bigger images
        ");
        insta::assert_snapshot!(plain(&history(&rows, &options(40))), @"
        RELEASE  RESULT   WHEN           COMMIT
            BY      CHANGES   SUBJECT
        4        healthy  5 minutes ago  abc1234
            ci-bot  +1 ~2 -1  uncommitted: with…
        3        healthy  5 minutes ago  abc1234
            ci-bot  +1 ~2 -1  uncommitted: Bigg…
        2        healthy  9 minutes ago  abc1234
            ci-bot  +1 ~2 -1  with REGION, STAG…
        1        healthy  1 hour ago     abc1234
            ci-bot  +1 ~2 -1  Bigger images
        ");
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for width in [40, 60, 80, 120] {
            let text = plain(&history(&rows(), &options(width)));
            assert!(text.lines().all(|line| line.chars().count() <= width), "{text}");
        }
    }

    #[test]
    fn no_releases_are_said_to_be_none() {
        assert_eq!(history(&[], &options(80)), "no releases yet\n");
    }
}
