//! Durations and times.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Given;
use crate::cel::evaluate::Failure;
use crate::cel::value::Value;

const SECOND: i64 = 1_000_000_000;

pub(super) fn function(name: &str, arguments: &[Value]) -> Given {
    match (name, arguments) {
        ("duration", [Value::Duration(_)]) | ("timestamp", [Value::Timestamp(_)]) => {
            Some(Ok(arguments[0].clone()))
        }
        ("duration", [Value::Text(text)]) => {
            let span = nanoseconds(text).map(Value::Duration);
            Some(span.ok_or_else(|| Failure::error("type conversion error from string to duration")))
        }
        ("timestamp", [Value::Text(text)]) => {
            let time = text.parse().map(Value::Timestamp);
            Some(time.map_err(|_| Failure::error("type conversion error from string to timestamp")))
        }
        ("timestamp", [Value::Int(seconds)]) => {
            let time = Timestamp::from_second(*seconds).map(Value::Timestamp);
            Some(time.map_err(|_| Failure::error("timestamp overflow")))
        }
        _ => None,
    }
}

/// Go's syntax of durations, in nanoseconds.
pub(crate) fn nanoseconds(text: &str) -> Option<i64> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    let mut total: i128 = 0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let (digits, after) =
            rest.split_at(rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len()));
        let (unit, after) =
            after.split_at(after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len()));
        let unit: i128 = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => SECOND.into(),
            "m" => i128::from(SECOND) * 60,
            "h" => i128::from(SECOND) * 3_600,
            _ => return None,
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if digits.len() > 30 || fraction.contains('.') || (whole.is_empty() && fraction.is_empty()) {
            return None;
        }
        let number: i128 = format!("0{whole}{fraction}").parse().ok()?;
        let places = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
        total = total.checked_add(number.checked_mul(unit)? / places)?;
        rest = after;
    }
    i64::try_from(sign * total).ok()
}

pub(super) fn method(target: &Value, name: &str, arguments: &[Value]) -> Given {
    // Of a time in another zone: not here.
    if !arguments.is_empty() {
        return None;
    }
    match target {
        Value::Duration(nanos) => {
            let unit = match name {
                "getHours" => 3_600 * SECOND,
                "getMinutes" => 60 * SECOND,
                "getSeconds" => SECOND,
                "getMilliseconds" => SECOND / 1_000,
                _ => return None,
            };
            Some(Ok(Value::Int(nanos / unit)))
        }
        Value::Timestamp(time) => {
            let time = time.to_zoned(TimeZone::UTC);
            let number = match name {
                "getFullYear" => time.year().into(),
                "getMonth" => i64::from(time.month()) - 1,
                "getDate" => time.day().into(),
                "getDayOfMonth" => i64::from(time.day()) - 1,
                "getDayOfWeek" => time.weekday().to_sunday_zero_offset().into(),
                "getDayOfYear" => i64::from(time.day_of_year()) - 1,
                "getHours" => time.hour().into(),
                "getMinutes" => time.minute().into(),
                "getSeconds" => time.second().into(),
                "getMilliseconds" => time.millisecond().into(),
                _ => return None,
            };
            Some(Ok(Value::Int(number)))
        }
        _ => None,
    }
}
