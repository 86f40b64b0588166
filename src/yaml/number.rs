//! Numbers as Go reads and writes them.

use crate::json::{Number, Value};

/// A number as written, before it becomes JSON.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Numeric {
    Integer(i64),
    /// Above what an `i64` holds.
    Unsigned(u64),
    Float(f64),
}

/// Reads a number by go-yaml's rules (`resolve.go`): underscores anywhere,
/// `0x`, `0o`, `0b` and plain leading zeros (octal) for integers; `08` and
/// integers above 64 bits are floats; floats too large are no numbers at all.
pub(super) fn parse(text: &str) -> Option<Numeric> {
    match text.as_bytes().first()? {
        b'.' => dotted_float(text).map(Numeric::Float),
        b'0'..=b'9' | b'+' | b'-' => {
            let plain = text.replace('_', "");
            integer(&plain).or_else(|| float(&plain).map(Numeric::Float)).or_else(|| signed_binary(&plain))
        }
        _ => None,
    }
}

/// Go's `strconv.ParseInt` and `ParseUint` with base 0.
fn integer(text: &str) -> Option<Numeric> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (radix, digits) = radix(unsigned)?;
    magnitude(text, digits, radix)
}

/// The base and the digits; `0` has none left.
fn radix(text: &str) -> Option<(u32, &str)> {
    let lower = text.as_bytes().get(1).map(u8::to_ascii_lowercase);
    let (radix, digits) = match (text.as_bytes().first()?, lower) {
        (b'0', Some(b'b')) if text.len() > 2 => (2, &text[2..]),
        (b'0', Some(b'o')) if text.len() > 2 => (8, &text[2..]),
        (b'0', Some(b'x')) if text.len() > 2 => (16, &text[2..]),
        (b'0', None) => (10, text),
        (b'0', _) => (8, &text[1..]),
        _ => (10, text),
    };
    Some((radix, digits))
}

fn magnitude(signed: &str, digits: &str, radix: u32) -> Option<Numeric> {
    if !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, radix).ok()?;
    if signed.starts_with('-') {
        return 0i64.checked_sub_unsigned(magnitude).map(Numeric::Integer);
    }
    match i64::try_from(magnitude) {
        Ok(number) => Some(Numeric::Integer(number)),
        Err(_) if signed.starts_with('+') => None,
        Err(_) => Some(Numeric::Unsigned(magnitude)),
    }
}

/// `0b-1` is -1 to Go.
fn signed_binary(text: &str) -> Option<Numeric> {
    let signed = text.strip_prefix("0b")?;
    magnitude(signed, signed.strip_prefix(['+', '-'])?, 2)
}

fn float(text: &str) -> Option<f64> {
    let number: f64 = has_float_shape(text).then(|| text.parse().ok()).flatten()?;
    number.is_finite().then_some(number)
}

/// go-yaml's float pattern: digits with an optional fraction, or only a
/// fraction, with an optional exponent.
fn has_float_shape(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = split_exponent(unsigned);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    !(whole.is_empty() && fraction.is_empty())
        && is_digits(whole)
        && is_digits(fraction)
        && exponent.is_none_or(is_exponent)
}

/// Whether any reader might take the text for a number, even one that's too
/// large for this one.
pub(super) fn looks_numeric(text: &str) -> bool {
    let plain = text.replace('_', "");
    let unsigned = plain.strip_prefix(['+', '-']).unwrap_or(&plain);
    let prefixed = |prefix: &str| unsigned.get(..2).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    let hollow = text.starts_with(['+', '-', '.']) && matches!(unsigned, "" | ".");
    hollow || ["0x", "0o", "0b"].into_iter().any(prefixed) || has_float_shape(&plain)
}

/// What starts with a dot goes to Go's `strconv.ParseFloat` as it is, which
/// takes an underscore between two digits only.
fn dotted_float(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let is_digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let separates = |at: usize| is_digit(at.checked_sub(1)) && is_digit(Some(at + 1));
    let underscores = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'_');
    if underscores.map(|(at, _)| at).all(separates) { float(&text.replace('_', "")) } else { None }
}

fn split_exponent(text: &str) -> (&str, Option<&str>) {
    match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    }
}

fn is_exponent(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    !digits.is_empty() && is_digits(digits)
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The float as JSON, as Go writes it and the API server reads it back: what
/// Go writes without a fraction or exponent becomes an integer (`1e3` is
/// 1000). `None` for infinities and not-a-number.
pub(super) fn json_float(number: f64) -> Option<Value> {
    if number == 0.0 {
        return Some(Value::from(0));
    }
    if number.fract() == 0.0 && number.abs() < 1e21 {
        let digits = number.to_string();
        if let Ok(integer) = digits.parse::<i64>() {
            return Some(Value::from(integer));
        }
        if let Ok(integer) = digits.parse::<u64>() {
            return Some(Value::from(integer));
        }
    }
    Number::from_f64(number).map(Value::Number)
}

/// A float as a key, which Go writes with 32-bit precision and an exponent
/// from 1e6 up and below 1e-4 (`strconv.FormatFloat(key, 'g', -1, 32)`).
pub(super) fn float_key(number: f64) -> String {
    // Go rounds to 32 bits here as well.
    #[expect(clippy::cast_possible_truncation)]
    let number = number as f32;
    if number.is_nan() {
        return ".nan".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let scientific = format!("{number:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) {
        return number.to_string();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs())
}
