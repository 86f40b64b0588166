//! Lengths of time as people write them: `500ms`, `90s`, `5m`, `1h30m`, `2d`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

/// From the longest to the shortest, in which order they are written.
const UNITS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

/// A length of time, read and written as `1h30m`: whole numbers with the units
/// `d`, `h`, `m`, `s` and `ms`, each at most once, longest first. `0` needs no
/// unit. Options of the command line and keys of the configuration use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Period(pub Duration);

/// A text that isn't a [`Period`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} isn't a duration: {why}")]
pub struct PeriodError {
    text: String,
    why: String,
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, PeriodError> {
        let error = |why: String| PeriodError { text: text.to_owned(), why };
        if text == "0" {
            return Ok(Self(Duration::ZERO));
        }
        if text.is_empty() {
            return Err(error("it's empty".into()));
        }
        let mut rest = text;
        let mut units = UNITS.iter();
        let mut total = 0u64;
        while !rest.is_empty() {
            let (number, after) = split_at(rest, |c| !c.is_ascii_digit());
            let (unit, after) = split_at(after, |c| c.is_ascii_digit());
            let (name, milliseconds) = check_part(number, unit).map_err(error)?;
            if !units.any(|(later, _)| *later == name) {
                return Err(error("units go from long to short, each once, as in 1h30m".into()));
            }
            let part = number.parse::<u64>().ok().and_then(|number| number.checked_mul(milliseconds));
            total =
                part.and_then(|part| total.checked_add(part)).ok_or_else(|| error("it's too long".into()))?;
            rest = after;
        }
        Ok(Self(Duration::from_millis(total)))
    }
}

fn split_at(text: &str, ends: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(ends).unwrap_or(text.len()))
}

/// The unit of one part, or why it's wrong.
fn check_part(number: &str, unit: &str) -> Result<(&'static str, u64), String> {
    if number.is_empty() {
        return Err("it must start with a number, as in 90s".into());
    }
    if unit.is_empty() {
        return Err(format!("{number} has no unit, as in {number}s"));
    }
    if unit.starts_with(['.', ',']) {
        return Err("only whole numbers are allowed, as in 1h30m".into());
    }
    UNITS
        .iter()
        .find(|(name, _)| *name == unit)
        .copied()
        .ok_or_else(|| format!("{unit:?} isn't a unit (d, h, m, s, ms)"))
}

/// The shortest text that means this length, to the millisecond.
impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX);
        if rest == 0 {
            return f.write_str("0s");
        }
        for (name, milliseconds) in UNITS {
            if rest >= milliseconds {
                write!(f, "{}{name}", rest / milliseconds)?;
                rest %= milliseconds;
            }
        }
        Ok(())
    }
}

impl TryFrom<String> for Period {
    type Error = PeriodError;

    fn try_from(text: String) -> Result<Self, PeriodError> {
        text.parse()
    }
}

impl JsonSchema for Period {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Period".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "format": "period",
            "pattern": "^(0|([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?)$",
            "minLength": 1
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn durations_read_as_people_write_them() {
        let cases =
            [("90s", 90_000), ("5m", 300_000), ("1h30m", 5_400_000), ("500ms", 500), ("2d", 172_800_000)];
        for (text, milliseconds) in cases.into_iter().chain([("0", 0), ("0s", 0), ("1m1ms", 60_001)]) {
            assert_eq!(text.parse(), Ok(Period(Duration::from_millis(milliseconds))), "{text}");
        }
        assert_eq!(Period(Duration::from_secs(5400)).to_string(), "1h30m");
        assert_eq!(Period(Duration::ZERO).to_string(), "0s");
    }

    #[test]
    fn what_is_no_duration_says_why() {
        let why = |text: &str| text.parse::<Period>().expect_err("no duration").to_string();
        insta::assert_snapshot!(why("90"), @r#""90" isn't a duration: 90 has no unit, as in 90s"#);
        insta::assert_snapshot!(why(""), @r#""" isn't a duration: it's empty"#);
        insta::assert_snapshot!(why("m"), @r#""m" isn't a duration: it must start with a number, as in 90s"#);
        insta::assert_snapshot!(why("-5m"), @r#""-5m" isn't a duration: it must start with a number, as in 90s"#);
        insta::assert_snapshot!(why("1.5h"), @r#""1.5h" isn't a duration: only whole numbers are allowed, as in 1h30m"#);
        insta::assert_snapshot!(why("5 m"), @r#""5 m" isn't a duration: " m" isn't a unit (d, h, m, s, ms)"#);
        insta::assert_snapshot!(why("30m1h"), @r#""30m1h" isn't a duration: units go from long to short, each once, as in 1h30m"#);
        insta::assert_snapshot!(why("1m1m"), @r#""1m1m" isn't a duration: units go from long to short, each once, as in 1h30m"#);
        insta::assert_snapshot!(why("99999999999999999999s"), @r#""99999999999999999999s" isn't a duration: it's too long"#);
    }

    proptest! {
        #[test]
        fn every_duration_is_read_back_as_it_was_written(milliseconds in any::<u64>()) {
            let period = Period(Duration::from_millis(milliseconds));
            prop_assert_eq!(period.to_string().parse(), Ok(period));
        }

        #[test]
        fn no_text_panics(text in any::<String>()) {
            let _ = text.parse::<Period>();
        }
    }
}
