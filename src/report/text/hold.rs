//! What is held after a rollback, in a few lines.

use super::{TextOptions, lines_to_text};
use crate::report::visible::visible;
use crate::report::words;
use crate::report::{HoldDetail, HoldReport};

/// How many of a list are named.
const MOST_NAMED: usize = 10;

/// The hold of one target, and whether it was ended.
pub fn hold(report: &HoldReport, options: &TextOptions) -> String {
    let target = visible(&report.target);
    let Some(hold) = &report.hold else {
        return lines_to_text(&[format!("nothing of {target} is held")]);
    };
    let by = visible(&hold.by);
    if report.cleared {
        let what =
            format!("the hold of {target} is over; it was made by {by} after release {}", hold.release);
        return lines_to_text(&[what]);
    }
    let mut lines = vec![if hold.everything {
        format!("everything is held: nothing may be deployed to {target}")
    } else {
        format!("what release {} deployed to {target} is held", hold.release)
    }];
    let restored = hold.restored.map(|release| format!("release {release}"));
    let restored = restored.or_else(|| hold.restored_commit.as_deref().map(short));
    let others = named(hold.other_variables.iter().map(|name| visible(name).into_owned()));
    let others = others.map_or_else(String::new, |names| format!(", but with another {names}"));
    let details = [
        ("by", Some(by.into_owned())),
        ("since", Some(format!("{:.0}, {}", hold.since, words::ago(options.now, hold.since)))),
        ("why", hold.reason.as_deref().map(|reason| visible(reason).into_owned())),
        ("back to", restored.map(|restored| restored + &others)),
        ("commits", named(hold.commits.iter().map(|commit| short(commit)))),
        ("objects", named(hold.objects.iter().map(|object| visible(object).into_owned()))),
    ];
    let told = details.into_iter().filter_map(|(name, detail)| Some((name, detail?)));
    lines.extend(told.map(|(name, detail)| format!("  {} {detail}", words::padded(name, 7))));
    lines.push(ends(hold, &target));
    lines_to_text(&lines)
}

fn ends(hold: &HoldDetail, target: &str) -> String {
    if hold.everything {
        return format!("`trueup hold clear {target}` ends it");
    }
    format!("a commit that mends or reverts that passes; `trueup hold clear {target}` ends it")
}

fn short(commit: &str) -> String {
    visible(commit).chars().take(7).collect()
}

fn named(all: impl ExactSizeIterator<Item = String>) -> Option<String> {
    let count = all.len();
    let names: Vec<String> = all.take(MOST_NAMED).collect();
    let others = words::and_more(count - names.len());
    (!names.is_empty()).then(|| format!("{}{others}", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn held() -> HoldDetail {
        HoldDetail {
            reason: Some("it was slow".into()),
            everything: false,
            since: sample::minutes_ago(3),
            by: "ada@laptop".into(),
            release: 3,
            restored: Some(1),
            restored_commit: Some("1".repeat(40)),
            other_variables: Vec::new(),
            commits: vec!["3".repeat(40), "2".repeat(40)],
            objects: vec!["shop/Deployment/web".into()],
        }
    }

    fn text(hold: Option<HoldDetail>, cleared: bool) -> String {
        let report = HoldReport { target: "prod".into(), hold, cleared };
        super::hold(&report, &sample::options(80))
    }

    #[test]
    fn a_hold_says_who_when_why_and_how_it_ends() {
        insta::assert_snapshot!(text(Some(held()), false), @"
        what release 3 deployed to prod is held
          by      ada@laptop
          since   2026-04-01T13:57:00Z, 3 minutes ago
          why     it was slow
          back to release 1
          commits 3333333, 2222222
          objects shop/Deployment/web
        a commit that mends or reverts that passes; `trueup hold clear prod` ends it
        ");
        let bare =
            HoldDetail { everything: true, restored: None, reason: None, objects: Vec::new(), ..held() };
        insta::assert_snapshot!(text(Some(bare), false), @"
        everything is held: nothing may be deployed to prod
          by      ada@laptop
          since   2026-04-01T13:57:00Z, 3 minutes ago
          back to 1111111
          commits 3333333, 2222222
        `trueup hold clear prod` ends it
        ");
    }

    #[test]
    fn other_variables_than_the_release_had_are_named() {
        let other = HoldDetail { other_variables: vec!["STAGE".into(), "TAG".into()], ..held() };
        let said = text(Some(other), false);
        assert!(said.contains("  back to release 1, but with another STAGE, TAG\n"), "{said}");
    }

    #[test]
    fn no_hold_and_one_that_is_over_are_one_line() {
        assert_eq!(text(None, false), "nothing of prod is held\n");
        let over = "the hold of prod is over; it was made by ada@laptop after release 3\n";
        assert_eq!(text(Some(held()), true), over);
    }

    #[test]
    fn long_lists_are_cut_and_nobodys_words_move_the_cursor() {
        let commits = (0..30).map(|number| format!("{number:040x}")).collect();
        let long = text(Some(HoldDetail { commits, reason: Some("\u{1b}[2J".into()), ..held() }), false);
        assert!(long.contains("and 20 more") && !long.contains('\u{1b}'), "{long}");
    }
}
