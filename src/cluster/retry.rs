//! Which failed requests are tried again, how often, and after which pause. Pure, but
//! for the randomness of pauses.
//!
//! What is wrong with a request stays wrong: what isn't valid, isn't allowed or isn't
//! known is never sent twice. What passes by itself is tried a few times, or for half
//! a minute where something is starting. All requests share a budget of retries, so
//! that a dead server isn't asked a thousand times six.

use std::time::Duration;

use super::error::{ApiError, StatusError};
use super::limiter::Load;

/// How long is waited between two attempts: doubling from the first figure up to the
/// second.
const FIRST_DELAY: Duration = Duration::from_millis(100);
const LONGEST_DELAY: Duration = Duration::from_secs(5);

/// The longest pause that a server may ask for.
const LONGEST_ASKED: Duration = Duration::from_secs(30);

/// How many retries all requests of a connection have, and what each success gives
/// back.
const BUDGET: f64 = 256.0;
const EARNED: f64 = 0.2;

/// How patient one is with a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Patience {
    /// The same request would fail again.
    Never,
    /// It may pass within seconds.
    Short,
    /// Something is starting, or the server asks to come back.
    Long,
}

impl Patience {
    /// With this failure.
    pub(super) fn with(error: &ApiError) -> Self {
        match error {
            ApiError::Status(status) => Self::with_answer(status),
            ApiError::Transport { .. } => Self::Short,
            ApiError::Malformed { .. } => Self::Never,
        }
    }

    fn with_answer(status: &StatusError) -> Self {
        match status.code {
            429 => Self::Long,
            502..=504 => Self::Short,
            500 if is_about_a_webhook(&status.message) => Self::Long,
            500 if is_the_servers_fault(status) => Self::Short,
            // Quotas are counted by whoever writes, with a resourceVersion of their own.
            409 if status.message.contains("on resourcequotas") => Self::Short,
            _ => Self::Never,
        }
    }

    /// How often a request is sent, the first time included.
    pub(super) fn attempts(self) -> u32 {
        match self {
            Self::Never => 1,
            Self::Short => 6,
            Self::Long => 12,
        }
    }
}

/// A webhook couldn't be called: its pods are starting, or its certificate isn't in
/// place yet (apiserver, pkg/admission/plugin/webhook/errors, and
/// apiextensions-apiserver, pkg/apiserver/conversion). What a webhook answers is
/// another matter.
fn is_about_a_webhook(message: &str) -> bool {
    ["failed calling webhook", "failed to call webhook", "conversion webhook for"]
        .iter()
        .any(|words| message.contains(words))
}

/// A 500 that is no objection to the object: the server says so itself, etcd does, or
/// it's the page of a proxy. Server-side apply answers 500 without a reason for fields
/// that a kind doesn't have and for versions that are gone.
fn is_the_servers_fault(status: &StatusError) -> bool {
    let is_status = !status.reason.is_empty() || status.message.starts_with("failed to ");
    matches!(status.reason.as_str(), "InternalError" | "ServerTimeout" | "Timeout")
        || status.message.contains("etcdserver: ")
        || !is_status
}

/// What a failure says of how busy the server is.
pub(super) fn load(error: &ApiError, is_timeout: bool) -> Load {
    let is_busy = error.status().is_some_and(|status| matches!(status.code, 429 | 503 | 504));
    if is_busy || is_timeout { Load::TooMuch } else { Load::Fine }
}

/// The retries that are left for all requests (Finagle's `RetryBudget`, gRPC's A6).
#[derive(Debug)]
pub(super) struct Budget {
    left: f64,
}

impl Default for Budget {
    fn default() -> Self {
        Self { left: BUDGET }
    }
}

impl Budget {
    /// A request went well.
    pub(super) fn earn(&mut self) {
        self.left = (self.left + EARNED).min(BUDGET);
    }

    /// Whether there is a retry left, which is then taken.
    pub(super) fn spend(&mut self) -> bool {
        let is_left = self.left >= 1.0;
        if is_left {
            self.left -= 1.0;
        }
        is_left
    }
}

/// Whether there is another attempt after so many, with so much of the time limit
/// spent, the pause before it included.
pub(super) fn may_try_again(patience: Patience, attempts: u32, spent: Duration, limit: Duration) -> bool {
    attempts < patience.attempts() && spent < limit
}

/// What the server asks for, or exponential backoff with full jitter on its
/// upper half.
pub(super) fn delay(attempt: u32, asked: Option<Duration>) -> Duration {
    let backoff = FIRST_DELAY.saturating_mul(1 << attempt.min(10)).min(LONGEST_DELAY);
    let jittered = backoff / 2 + backoff.mul_f64(random_fraction() / 2.0);
    asked.map_or(jittered, |asked| asked.min(LONGEST_ASKED).max(jittered))
}

/// A number from 0 up to 1; 0.5 where the system has no randomness to give.
fn random_fraction() -> f64 {
    getrandom::u32().map_or(0.5, |number| f64::from(number) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(code: u16, reason: &str, message: &str) -> ApiError {
        let (reason, message) = (reason.to_owned(), message.to_owned());
        ApiError::Status(Box::new(StatusError { code, reason, message, ..StatusError::default() }))
    }

    #[test]
    fn what_passes_is_tried_again_and_what_is_wrong_never() {
        for (code, reason, message, expected) in [
            (429, "TooManyRequests", "please try again later", Patience::Long),
            (502, "", "bad gateway", Patience::Short),
            (503, "ServiceUnavailable", "", Patience::Short),
            (504, "Timeout", "", Patience::Short),
            (
                500,
                "InternalError",
                "Internal error occurred: failed calling webhook \"a.b\": failed to call webhook: Post \"https://a.b.svc:443/\": dial tcp 10.0.0.1:443: connect: connection refused",
                Patience::Long,
            ),
            (
                500,
                "InternalError",
                "Internal error occurred: failed calling webhook \"a.b\": failed to call webhook: Post \"https://a.b.svc:443/\": no endpoints available for service \"a\"",
                Patience::Long,
            ),
            (
                500,
                "",
                "conversion webhook for a.example/v1, Kind=A failed: Post \"https://a.svc:443/\": connection refused",
                Patience::Long,
            ),
            (500, "InternalError", "Internal error occurred: unexpected response", Patience::Short),
            (500, "", "etcdserver: request timed out", Patience::Short),
            (500, "", "oops", Patience::Short),
            (
                500,
                "",
                "failed to create typed patch object (shop/web; apps/v1, Kind=Deployment): .spec.x: field not declared in schema",
                Patience::Never,
            ),
            (500, "", "failed to create manager for existing fields: no such version", Patience::Never),
            (
                409,
                "Conflict",
                "Operation cannot be fulfilled on resourcequotas \"few\": the object has been modified",
                Patience::Short,
            ),
            (
                409,
                "Conflict",
                "Operation cannot be fulfilled on configmaps \"a\": the object has been modified",
                Patience::Never,
            ),
            (422, "Invalid", "", Patience::Never),
            (403, "Forbidden", "exceeded quota", Patience::Never),
            (400, "BadRequest", "admission webhook \"a.b\" denied the request", Patience::Never),
            (401, "Unauthorized", "", Patience::Never),
            (404, "NotFound", "", Patience::Never),
        ] {
            assert_eq!(Patience::with(&status(code, reason, message)), expected, "{code} {message}");
        }
        let broken = ApiError::Transport { server: "a".into(), why: "reset".into() };
        assert_eq!(Patience::with(&broken), Patience::Short);
    }

    #[test]
    fn a_server_that_cant_keep_up_is_told_from_one_that_fails() {
        for (code, expected) in [
            (429, Load::TooMuch),
            (503, Load::TooMuch),
            (504, Load::TooMuch),
            (500, Load::Fine),
            (409, Load::Fine),
        ] {
            assert_eq!(load(&status(code, "", ""), false), expected, "{code}");
        }
        let silent = ApiError::Transport { server: "a".into(), why: "no answer".into() };
        assert_eq!((load(&silent, true), load(&silent, false)), (Load::TooMuch, Load::Fine));
    }

    #[test]
    fn attempts_end_with_their_number_and_with_the_time_limit() {
        let limit = Duration::from_secs(10);
        for (patience, attempts, seconds, expected) in [
            (Patience::Short, 1, 0, true),
            (Patience::Short, 5, 9, true),
            (Patience::Short, 6, 0, false),
            (Patience::Short, 1, 10, false),
            (Patience::Long, 11, 9, true),
            (Patience::Long, 12, 0, false),
            (Patience::Never, 1, 0, false),
        ] {
            let spent = Duration::from_secs(seconds);
            assert_eq!(
                may_try_again(patience, attempts, spent, limit),
                expected,
                "{patience:?} {attempts} {seconds}"
            );
        }
    }

    #[test]
    fn pauses_double_with_jitter_and_are_never_shorter_than_the_server_asks() {
        for (attempt, asked, shortest, longest) in [
            (1, None, 100, 200),
            (3, None, 400, 800),
            (20, None, 2500, 5000),
            (1, Some(2000), 2000, 2000),
            (1, Some(90_000), 30_000, 30_000),
            (8, Some(1), 2500, 5000),
        ] {
            let pause = delay(attempt, asked.map(Duration::from_millis)).as_millis();
            assert!((shortest..=longest).contains(&pause), "{attempt} {asked:?}: {pause}");
        }
    }

    #[test]
    fn retries_are_spent_and_earned_by_what_goes_well() {
        let mut budget = Budget { left: 2.0 };
        assert!(budget.spend() && budget.spend() && !budget.spend());
        for _ in 0..4 {
            budget.earn();
        }
        assert!(!budget.spend());
        budget.earn();
        assert!(budget.spend() && !budget.spend());
        let mut full = Budget::default();
        full.earn();
        assert!(full.left <= BUDGET);
    }
}
