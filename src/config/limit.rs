//! How many objects one run may delete.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::de::{Deserialize, Deserializer, Error};

use crate::json::Value;

/// A percentage never refuses this many: in a small target one object would
/// be more than any sensible share.
const ALWAYS_ALLOWED: usize = 3;

/// A bound on deletions, written `5` or `20%`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// At most so many objects.
    Count(u32),
    /// At most this share of the objects, in percent (0 to 100), but always 3.
    Percent(u8),
}

/// A text that isn't a [`Limit`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} isn't a limit: it must be a number of objects, or a percentage such as 20%")]
pub struct LimitError {
    text: String,
}

impl Limit {
    /// How many of so many objects may go. A share is rounded down.
    pub fn allowed(self, objects: usize) -> usize {
        match self {
            Self::Count(count) => usize::try_from(count).unwrap_or(usize::MAX),
            Self::Percent(share) => (objects.saturating_mul(usize::from(share)) / 100).max(ALWAYS_ALLOWED),
        }
    }
}

impl FromStr for Limit {
    type Err = LimitError;

    fn from_str(text: &str) -> Result<Self, LimitError> {
        let digits = text.strip_suffix('%').unwrap_or(text);
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let limit = match digits.parse().ok().filter(|_| is_number) {
            Some(count) if digits.len() == text.len() => Some(Self::Count(count)),
            Some(share @ 0..=100) => u8::try_from(share).ok().map(Self::Percent),
            _ => None,
        };
        limit.ok_or_else(|| LimitError { text: text.to_owned() })
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            Self::Percent(share) => write!(f, "{share}%"),
        }
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) => text.parse().map_err(Error::custom),
            other => other.to_string().parse().map_err(Error::custom),
        }
    }
}

impl JsonSchema for Limit {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Limit".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A number of objects, or a percentage such as 20% (which always allows 3).",
            "anyOf": [
                {"type": "integer", "minimum": 0, "maximum": u32::MAX},
                {"type": "string", "format": "limit", "pattern": "^[0-9]+%?$"}
            ]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_numbers_or_percentages() {
        assert_eq!("5".parse(), Ok(Limit::Count(5)));
        assert_eq!("20%".parse(), Ok(Limit::Percent(20)));
        for wrong in ["", "%", "101%", "-1", "+5", "5 %", "a", "99999999999"] {
            assert!(wrong.parse::<Limit>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_percentage_always_allows_three() {
        assert_eq!(Limit::Percent(20).allowed(5), 3);
        assert_eq!(Limit::Percent(20).allowed(99), 19);
        assert_eq!(Limit::Percent(0).allowed(1000), 3);
        assert_eq!(Limit::Count(1).allowed(1000), 1);
    }
}
