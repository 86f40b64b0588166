//! Quantities such as `500m` and `1Gi`, compared as the API server compares
//! them: `ParseQuantity` of k8s.io/apimachinery `pkg/api/resource`.

use serde_json::Value;

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
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    let end = digits.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(digits.len());
    let (number, suffix) = digits.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.len() + fraction.len() == 0 || fraction.contains('.') {
        return None;
    }
    let value: i128 = format!("{whole}{fraction}").parse().ok()?;
    let places = u32::try_from(fraction.len()).ok()?;
    let (numerator, denominator) = factor(suffix)?;
    let numerator = value.checked_mul(numerator)?.checked_mul(NANO)?;
    let denominator = denominator.checked_mul(10_i128.checked_pow(places)?)?;
    let up = i128::from(numerator % denominator != 0);
    Some(sign * (numerator / denominator + up))
}

/// What a suffix multiplies with, as a fraction.
fn factor(suffix: &str) -> Option<(i128, i128)> {
    if let Some(power) = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].iter().position(|known| *known == suffix) {
        return Some((1_i128 << (10 * (power + 1)), 1));
    }
    let exponent = match suffix.strip_prefix(['e', 'E']) {
        Some(digits) if !digits.is_empty() => digits.parse().ok()?,
        _ => {
            let position = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"]
                .iter()
                .position(|known| *known == suffix)?;
            i32::try_from(position).ok()? * 3 - 9
        }
    };
    let power = 10_i128.checked_pow(exponent.unsigned_abs())?;
    Some(if exponent < 0 { (1, power) } else { (power, 1) })
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
