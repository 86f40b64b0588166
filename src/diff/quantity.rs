//! How the API server writes a quantity (`1024Mi` comes back as `1Gi`), after
//! `ParseQuantity` and `CanonicalizeBytes` of k8s.io/apimachinery
//! `pkg/api/resource` (Kubernetes 1.36).

use crate::json::Value;
use crate::object::quantity::{BINARY, DECIMAL, Unit};

/// Numbers of more digits take other ways through the server's code.
const MOST_DIGITS: usize = 15;

/// The text that the API server returns for a quantity that is sent as this
/// JSON value; `None` for what isn't a quantity and for unusual spellings
/// (signs, exponents, leading zeros, parts of a nano), about which this knows
/// nothing.
pub(super) fn as_the_server_writes_it(sent: &Value) -> Option<String> {
    match sent {
        Value::String(text) => canonical(text),
        Value::Number(number) => canonical(&number.to_string()),
        _ => None,
    }
}

fn canonical(text: &str) -> Option<String> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let (whole, fraction) = match number.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (number, ""),
    };
    let is_plain = !whole.is_empty() && (whole == "0" || !whole.starts_with('0'));
    if !is_plain || whole.len() + fraction.len() > MOST_DIGITS {
        return None;
    }
    let digits = format!("{whole}{fraction}");
    let value: i128 = digits.parse().ok()?;
    let places = i32::try_from(fraction.len()).ok()?;
    match Unit::read(suffix)? {
        Unit::Decimal(exponent) => decimal(text, &digits, value, exponent - places),
        Unit::Binary(power) => binary(text, value, power, fraction.len()),
        Unit::Exponent(_) => None,
    }
}

/// `value` × 10^`scale`.
fn decimal(text: &str, digits: &str, value: i128, scale: i32) -> Option<String> {
    if scale < -9 {
        return None;
    }
    if value == 0 {
        return Some("0".to_owned());
    }
    // The server keeps the text of what looks canonical to it.
    if scale % 3 == 0 && !digits.ends_with("000") && !digits.starts_with('0') {
        return Some(text.to_owned());
    }
    let (mut value, mut scale) = (value, scale);
    while value % 10 == 0 {
        value /= 10;
        scale += 1;
    }
    while scale % 3 != 0 {
        value *= 10;
        scale -= 1;
    }
    Some(format!("{value}{}", decimal_suffix(scale)?))
}

/// `value` ÷ 10^`places` × 2^`exponent`.
fn binary(text: &str, value: i128, exponent: u32, places: usize) -> Option<String> {
    if places == 0 && value & 7 != 0 {
        return fits(value.checked_shl(exponent)?).then(|| text.to_owned());
    }
    if value == 0 && places == 0 {
        return Some("0".to_owned());
    }
    let divisor = 10_i128.checked_pow(u32::try_from(places).ok()?)?;
    let scaled = value.checked_mul(1_i128.checked_shl(exponent)?)?;
    let mut number = scaled / divisor;
    if scaled % divisor != 0 || number < 1024 || !fits(number) {
        return None;
    }
    let mut power = 0;
    while number % 1024 == 0 {
        number /= 1024;
        power += 1;
    }
    Some(format!("{number}{}", BINARY.get(power)?))
}

fn fits(number: i128) -> bool {
    i64::try_from(number).is_ok()
}

fn decimal_suffix(exponent: i32) -> Option<&'static str> {
    DECIMAL.get(usize::try_from((exponent + 9) / 3).ok()?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    /// What `resource.ParseQuantity` and `String` of Kubernetes 1.36.3 make of
    /// each.
    #[test]
    fn quantities_come_back_as_the_server_writes_them() {
        for (sent, written) in [
            ("1", "1"),
            ("0", "0"),
            ("0m", "0"),
            ("0Gi", "0"),
            ("1000m", "1"),
            ("1500m", "1500m"),
            ("2000", "2k"),
            ("10000", "10k"),
            ("100", "100"),
            ("0.5", "500m"),
            ("0.1", "100m"),
            ("1.5", "1500m"),
            ("1.500", "1.500"),
            ("2.0", "2"),
            ("1024Mi", "1Gi"),
            ("1028Mi", "1028Mi"),
            ("1025Mi", "1025Mi"),
            ("512Mi", "512Mi"),
            ("1536Mi", "1536Mi"),
            ("2048Ki", "2Mi"),
            ("1.5Gi", "1536Mi"),
            ("0.5Gi", "512Mi"),
            ("1073741824", "1073741824"),
            ("1000Mi", "1000Mi"),
            ("1000M", "1G"),
            ("100M", "100M"),
            ("1G", "1G"),
            ("1024", "1024"),
            ("500u", "500u"),
            ("1000000n", "1m"),
        ] {
            assert_eq!(canonical(sent).as_deref(), Some(written), "{sent}");
        }
        assert_eq!(as_the_server_writes_it(&json!(2)).as_deref(), Some("2"));
        assert_eq!(as_the_server_writes_it(&json!(0.5)).as_deref(), Some("500m"));
    }

    #[test]
    fn unusual_spellings_are_left_to_the_server() {
        for odd in
            ["", "+1", "-1", "01", "1.", ".5", "1e3", "1E3", "1 Gi", "Gi", "1Xi", "0.1n", "1.0001Ki", "1.2.3"]
        {
            assert_eq!(canonical(odd), None, "{odd:?}");
        }
        assert_eq!(canonical("9223372036854775807"), None);
        assert_eq!(canonical("1000E"), None);
        assert_eq!(canonical("16Ei"), None);
        assert_eq!(as_the_server_writes_it(&json!(true)), None);
    }
}
