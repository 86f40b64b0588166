//! What a request can fail with, and how that reads.

use std::fmt;
use std::time::Duration;

use serde::Deserialize;

use crate::error::Diagnostic;

/// A request that failed.
#[derive(Debug, Clone)]
pub enum ApiError {
    /// The API server answered with a `Status` (or something that isn't JSON).
    Status(Box<StatusError>),
    /// No answer came, or only a part of one.
    Transport {
        /// The server that was asked.
        server: String,
        /// The innermost cause.
        why: String,
    },
    /// An answer came that isn't what the API promises.
    Malformed {
        /// What was asked for.
        request: String,
        /// What is wrong with the answer.
        why: String,
    },
}

/// The API server's refusal (`Status` of `meta/v1`).
#[derive(Debug, Clone, Default)]
pub struct StatusError {
    /// HTTP status code.
    pub code: u16,
    /// Machine-readable reason such as `Forbidden`, `Invalid`, `AlreadyExists`.
    pub reason: String,
    /// The server's own words. May quote values of the object that was sent:
    /// scrub before printing where that is a Secret.
    pub message: String,
    /// The fields that are to blame.
    pub causes: Vec<FieldCause>,
    /// When the server asks to come back.
    pub retry_after: Option<Duration>,
    /// What was asked for: verb and path, such as `GET /api/v1/pods`.
    pub request: String,
}

/// One field that the API server objects to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct FieldCause {
    /// Machine-readable reason such as `FieldValueInvalid`.
    #[serde(default)]
    pub reason: String,
    /// The server's words about it.
    #[serde(default)]
    pub message: String,
    /// The field, as `spec.containers[0].image`.
    #[serde(default)]
    pub field: String,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct StatusBody {
    message: String,
    reason: String,
    details: StatusDetails,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct StatusDetails {
    causes: Vec<FieldCause>,
    retry_after_seconds: u64,
}

impl ApiError {
    /// Reads a refusal. Answers that aren't a `Status` (a proxy's page, say)
    /// keep their first line.
    pub(crate) fn from_response(request: String, code: u16, retry_after: Option<u64>, body: &[u8]) -> Self {
        let status: StatusBody = serde_json::from_slice(body).unwrap_or_else(|_| StatusBody {
            message: String::from_utf8_lossy(body)
                .lines()
                .next()
                .unwrap_or_default()
                .chars()
                .take(300)
                .collect(),
            ..StatusBody::default()
        });
        let seconds = retry_after.unwrap_or(status.details.retry_after_seconds);
        Self::Status(Box::new(StatusError {
            code,
            reason: status.reason,
            message: status.message,
            causes: status.details.causes,
            retry_after: (seconds > 0).then(|| Duration::from_secs(seconds)),
            request,
        }))
    }

    /// The refusal, if the server answered.
    pub fn status(&self) -> Option<&StatusError> {
        match self {
            Self::Status(status) => Some(status),
            _ => None,
        }
    }

    fn has(&self, code: u16) -> bool {
        self.status().is_some_and(|status| status.code == code)
    }

    /// 404: the object or its resource isn't there.
    pub fn is_not_found(&self) -> bool {
        self.has(404)
    }

    /// 404 or 405 to a list: the kind can only be asked about, as reviews of access can, or
    /// isn't served any more.
    pub fn is_not_listed(&self) -> bool {
        self.has(404) || self.has(405)
    }

    /// 403: this user may not.
    pub fn is_forbidden(&self) -> bool {
        self.has(403)
    }

    /// 403 for want of a right, told apart from what quotas and admission refuse
    /// (apiserver, endpoints/handlers/responsewriters/errors.go).
    pub fn is_missing_right(&self) -> bool {
        self.status().is_some_and(|status| status.code == 403 && status.message.contains(" cannot "))
    }

    /// 409: a conflict of versions, of field managers, or an object that is there already.
    pub fn is_conflict(&self) -> bool {
        self.has(409)
    }

    /// 409 because the object is there already.
    pub fn is_already_exists(&self) -> bool {
        self.status().is_some_and(|status| status.code == 409 && status.reason == "AlreadyExists")
    }

    /// 400 or 422: the object itself is wrong, sending it again can't help.
    pub fn is_invalid(&self) -> bool {
        self.has(422) || self.has(400)
    }

    /// 500: the server has failed.
    pub fn is_internal(&self) -> bool {
        self.has(500)
    }

    /// 400, 422, or the 500 that server-side apply answers for a field that the
    /// kind doesn't have: the object as it was sent is refused.
    pub fn is_refused_object(&self) -> bool {
        self.is_invalid() || self.is_internal()
    }

    /// When the server asks to come back.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        self.status().and_then(|status| status.retry_after)
    }

    /// This error with every text that came from the server passed through
    /// `scrub`: for requests that carried secrets.
    #[must_use]
    pub fn scrubbed(self, scrub: impl Fn(&str) -> String) -> Self {
        match self {
            Self::Status(mut status) => {
                status.message = scrub(&status.message);
                for cause in &mut status.causes {
                    cause.message = scrub(&cause.message);
                    cause.field = scrub(&cause.field);
                }
                Self::Status(status)
            }
            other => other,
        }
    }
}

/// One line: the server's message, or what kept it from answering.
impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) if status.message.is_empty() => {
                write!(f, "{}: the server answered {}", status.request, status.code)
            }
            Self::Status(status) => f.write_str(&status.message),
            Self::Transport { server, why } => write!(f, "can't reach {server}: {why}"),
            Self::Malformed { request, why } => write!(f, "{request}: unexpected answer: {why}"),
        }
    }
}

impl std::error::Error for ApiError {}

impl From<ApiError> for Diagnostic {
    fn from(error: ApiError) -> Self {
        match &error {
            ApiError::Status(status) if status.code == 401 => {
                Self::new("the API server doesn't accept these credentials")
                    .because(error.to_string())
                    .hint("log in again, or check which user the context uses")
            }
            ApiError::Status(_) if error.is_missing_right() => Self::new("no permission")
                .because(error.to_string())
                .hint("ask for that verb on that resource, or use another user"),
            ApiError::Transport { server, why } => Self::new(format!("can't reach {server}"))
                .because(why.as_str())
                .hint("is the cluster up, and is it the right context?"),
            _ => Self::new(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_read_with_its_fields() {
        let body = br#"{"kind":"Status","message":"no","reason":"Invalid",
            "details":{"causes":[{"reason":"FieldValueRequired","message":"Required value","field":"spec.x"}]}}"#;
        let error = ApiError::from_response("PATCH /x".into(), 422, None, body);
        let status = error.status().expect("a status");
        assert_eq!((status.reason.as_str(), status.causes[0].field.as_str()), ("Invalid", "spec.x"));
        assert!(error.is_invalid());
    }

    #[test]
    fn a_proxys_page_keeps_its_first_line() {
        let error = ApiError::from_response("GET /x".into(), 503, Some(3), b"upstream is down\n<html>");
        assert_eq!(error.to_string(), "upstream is down");
        assert_eq!(error.retry_after(), Some(Duration::from_secs(3)));
    }
}
