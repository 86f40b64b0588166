//! Guard against deploying what hasn't been tried in another environment.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::deployed::moment;
use super::not_now;
use crate::config::Period;
use crate::plan::GuardVerdict;
use crate::release::Stretch;

/// How a commit fared in another environment, by that environment's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lived {
    /// It was live and healthy: for how long at most in one piece.
    For(Stretch),
    /// It never was.
    Never,
    /// It was rolled back there: why, as that environment's hold has it.
    RolledBack(Option<String>),
    /// The history can't be read: why.
    Unknown(String),
}

/// Whether `commit` (shortened) was live and healthy in `environment` for as long as
/// `soak`.
pub fn after(
    commit: &str,
    environment: &str,
    lived: &Lived,
    soak: Duration,
    now: Timestamp,
) -> Option<GuardVerdict> {
    let asked = Period(soak);
    let message = match lived {
        Lived::For(stretch) => {
            let long = stretch.length(now);
            if long >= SignedDuration::try_from(soak).unwrap_or(SignedDuration::MAX) {
                return None;
            }
            let from = stretch.since.saturating_add(soak).unwrap_or(Timestamp::MAX);
            match stretch.until {
                None => format!(
                    "{commit} is live and healthy in {environment} since {}, and `requires.soak` asks for \
                     {asked} of that: it may be deployed from {} on",
                    moment(stretch.since),
                    moment(from)
                ),
                Some(until) => format!(
                    "{commit} was live and healthy in {environment} from {} to {} only, and `requires.soak` \
                     asks for {asked} of that",
                    moment(stretch.since),
                    moment(until)
                ),
            }
        }
        Lived::Never => format!(
            "{commit} was never live and healthy in {environment}, which `requires.after` asks for: \
             deploy it there first"
        ),
        Lived::RolledBack(why) => {
            let why = why.as_ref().map_or_else(String::new, |why| format!(": {why}"));
            format!("{commit} was rolled back in {environment}{why}")
        }
        Lived::Unknown(why) => format!("whether {commit} was live in {environment} can't be told: {why}"),
    };
    Some(not_now("after", message))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        format!("2026-01-02T{text}:00Z").parse().expect("a time")
    }

    fn said(lived: &Lived, minutes: u64, now: &str) -> Option<String> {
        let soak = Duration::from_secs(60 * minutes);
        Some(after("1a2b3c4", "staging", lived, soak, at(now))?.message)
    }

    #[test]
    fn a_commit_has_to_live_for_as_long_as_is_asked() {
        let living = Lived::For(Stretch { since: at("10:00"), until: None });
        assert_eq!(said(&living, 0, "10:00"), None);
        assert_eq!(said(&living, 30, "10:30"), None);
        assert_eq!(
            said(&living, 30, "10:29").as_deref(),
            Some(
                "1a2b3c4 is live and healthy in staging since 2026-01-02T10:00:00Z, and `requires.soak` asks \
                 for 30m of that: it may be deployed from 2026-01-02T10:30:00Z on"
            )
        );
        let lived = Lived::For(Stretch { since: at("10:00"), until: Some(at("10:20")) });
        assert_eq!(said(&lived, 20, "12:00"), None);
        let short = said(&lived, 30, "12:00").expect("refused");
        assert!(short.contains("from 2026-01-02T10:00:00Z to 2026-01-02T10:20:00Z only"), "{short}");
    }

    #[test]
    fn what_never_lived_or_was_rolled_back_is_refused_and_so_is_what_nobody_knows() {
        for (lived, part) in [
            (Lived::Never, "was never live and healthy in staging"),
            (Lived::RolledBack(Some("it was slow".into())), "was rolled back in staging: it was slow"),
            (Lived::Unknown("no route".into()), "can't be told: no route"),
        ] {
            let message = said(&lived, 0, "10:00").expect("refused");
            assert!(message.contains(part), "{message}");
        }
    }
}
