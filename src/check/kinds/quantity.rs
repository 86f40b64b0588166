//! Quantities such as `500m` and `1Gi`, compared as the API server compares
//! them.

use crate::json::Value;
use crate::object::quantity::Written;

const NANO: i128 = 1_000_000_000;

/// A quantity in billionths, rounded up as the server does; `None` for what
/// isn't one, or is too large to tell.
pub(super) fn billionths(value: &Value) -> Option<i128> {
    match value {
        Value::String(text) => parse(text),
        Value::Number(number) => parse(&number.to_string()),
        _ => None,
    }
}

fn parse(text: &str) -> Option<i128> {
    let written = Written::read(text)?;
    if written.whole.is_empty() && written.fraction.is_empty() {
        return None;
    }
    let (numerator, denominator) = written.amount()?;
    let numerator = numerator.checked_mul(NANO)?;
    let amount = numerator / denominator + i128::from(numerator % denominator != 0);
    Some(if written.is_negative { -amount } else { amount })
}

/// Whether a quantity is a whole number.
pub(super) fn is_whole(billionths: i128) -> bool {
    billionths % NANO == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_what_they_amount_to() {
        for (text, amount) in [
            ("1", NANO),
            ("500m", NANO / 2),
            ("0.5", NANO / 2),
            ("1Ki", 1024 * NANO),
            ("1e3", 1000 * NANO),
            ("1E", 10_i128.pow(18) * NANO),
            ("-2", -2 * NANO),
            ("1n", 1),
            ("0.1n", 1),
            (".5", NANO / 2),
            ("1.", NANO),
            ("+1k", 1000 * NANO),
            ("1E2", 100 * NANO),
            ("1e-3", NANO / 1000),
        ] {
            assert_eq!(parse(text), Some(amount), "{text}");
        }
        for text in ["", "-", "1 Gi", "1GB", "Gi", "1.2.3", "1mm", "0x10", "1K"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
