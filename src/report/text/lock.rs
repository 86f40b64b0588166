//! Who holds a lock, in a few lines.

use super::{TextOptions, lines_to_text};
use crate::report::visible::visible;
use crate::report::words;
use crate::report::{LockReport, LockState};

/// The lock of one target, and whether it was broken.
pub fn lock(report: &LockReport, options: &TextOptions) -> String {
    let target = visible(&report.target);
    let Some(lock) = &report.lock else { return lines_to_text(&[format!("{target} isn't locked")]) };
    let holder = visible(&lock.holder);
    if report.broken {
        return lines_to_text(&[format!("the lock of {target} is broken; it was held by {holder}")]);
    }
    let mut lines = vec![format!("{target} is locked by {holder}")];
    let details = [
        ("host", lock.host.as_deref().map(|host| visible(host).into_owned())),
        ("run", lock.run.as_deref().map(|run| visible(run).into_owned())),
        ("since", lock.since.map(|since| format!("{since:.0}, {}", words::ago(options.now, since)))),
        ("expires", expiry(lock, options)),
    ];
    let told = details.into_iter().filter_map(|(name, detail)| Some((name, detail?)));
    lines.extend(told.map(|(name, detail)| format!("  {} {detail}", words::padded(name, 7))));
    lines_to_text(&lines)
}

/// When it may be taken. Clocks differ, so that a moment that has passed by this
/// one says little: whoever wants the lock watches it for its duration.
fn expiry(lock: &LockState, options: &TextOptions) -> Option<String> {
    if lock.dead {
        return Some("now: its process has ended, the next run takes it".to_owned());
    }
    let at = lock.expires_at?;
    if at <= options.now {
        return Some(format!("{at:.0}, unless clocks differ: the next run takes it"));
    }
    Some(format!("{at:.0}, unless it's renewed"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn held() -> LockState {
        LockState {
            holder: "ada@laptop pid 4711".into(),
            actor: Some("ada@laptop".into()),
            host: Some("laptop".into()),
            pid: Some(4711),
            run: None,
            since: Some(sample::minutes_ago(3)),
            renewed_at: Some(sample::minutes_ago(1)),
            expires_at: Some(sample::minutes_ago(-1)),
            dead: false,
        }
    }

    fn text(lock: Option<LockState>, broken: bool) -> String {
        lock_text(&LockReport { target: "prod".into(), lock, broken })
    }

    fn lock_text(report: &LockReport) -> String {
        lock(report, &sample::options(80))
    }

    #[test]
    fn a_held_lock_names_its_holder_and_its_end() {
        insta::assert_snapshot!(text(Some(held()), false), @"
        prod is locked by ada@laptop pid 4711
          host    laptop
          since   2026-04-01T13:57:00Z, 3 minutes ago
          expires 2026-04-01T14:01:00Z, unless it's renewed
        ");
    }

    #[test]
    fn one_that_may_be_taken_says_so() {
        let dead = text(Some(LockState { dead: true, ..held() }), false);
        assert!(dead.contains("expires now: its process has ended"), "{dead}");
        let late = text(Some(LockState { expires_at: Some(sample::minutes_ago(2)), ..held() }), false);
        assert!(late.contains("the next run takes it"), "{late}");
    }

    #[test]
    fn what_isnt_known_is_left_out() {
        let unknown = LockState { host: None, since: None, expires_at: None, ..held() };
        assert_eq!(text(Some(unknown), false), "prod is locked by ada@laptop pid 4711\n");
    }

    #[test]
    fn no_lock_and_a_broken_one_are_one_line() {
        assert_eq!(text(None, false), "prod isn't locked\n");
        assert_eq!(
            text(Some(held()), true),
            "the lock of prod is broken; it was held by ada@laptop pid 4711\n"
        );
    }

    #[test]
    fn another_programs_words_cant_move_the_cursor() {
        let holder = "somebody\u{1b}[2J".to_owned();
        assert!(!text(Some(LockState { holder, ..held() }), false).contains('\u{1b}'));
    }
}
