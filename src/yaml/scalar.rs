//! What a scalar means: go-yaml's resolution (`resolve.go` of
//! `go.yaml.in/yaml/v2`), which is YAML 1.1 with its own exceptions.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::number::{self, Numeric};
use super::timestamp;
use super::tree::Scalar;

const NAMESPACE: &str = "tag:yaml.org,2002:";

/// A resolved scalar.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Resolved<'a> {
    Null,
    Bool(bool),
    Number(Numeric),
    Text(Cow<'a, str>),
}

/// Why a scalar doesn't fit its tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TagError {
    /// The content isn't what the tag says, such as `int`.
    Not(&'static str),
    /// `!!binary` that isn't base64.
    Base64,
    /// `!!binary` that decodes to something that isn't text.
    Binary,
}

/// Whether a key stands for a merge: a plain `<<`, or one tagged so. (Go takes
/// the tag `!`, which means "no tag", for the sign of a plain scalar.)
pub(super) fn is_merge_key(scalar: &Scalar<'_>) -> bool {
    scalar.text == "<<"
        && match scalar.tag.as_deref() {
            None => scalar.plain,
            Some(tag) => tag == "!" || tag.strip_prefix(NAMESPACE) == Some("merge"),
        }
}

/// Resolves a scalar. Quoted and block scalars are text unless tagged; a tag
/// that isn't one of YAML's leaves the text as it is.
pub(super) fn resolve<'a>(scalar: &'a Scalar<'_>) -> Result<Resolved<'a>, TagError> {
    let text = scalar.text.as_ref();
    let as_text = Ok(Resolved::Text(Cow::Borrowed(text)));
    let Some(tag) = scalar.tag.as_deref() else {
        return if scalar.plain { Ok(plain(text)) } else { as_text };
    };
    match tag.strip_prefix(NAMESPACE) {
        Some("null") => expect(plain(text), "null", |value| matches!(value, Resolved::Null)),
        Some("bool") => expect(plain(text), "a boolean", |value| matches!(value, Resolved::Bool(_))),
        Some("int") => expect(plain(text), "an integer", |value| {
            matches!(value, Resolved::Number(Numeric::Integer(_) | Numeric::Unsigned(_)))
        }),
        Some("float") => expect(floating(plain(text)), "a float", |value| {
            matches!(value, Resolved::Number(Numeric::Float(_)))
        }),
        Some("timestamp") if !timestamp::is_timestamp(text) => Err(TagError::Not("a timestamp")),
        Some("binary") => binary(text),
        _ => as_text,
    }
}

fn expect<'a>(
    value: Resolved<'a>,
    name: &'static str,
    fits: impl Fn(&Resolved<'a>) -> bool,
) -> Result<Resolved<'a>, TagError> {
    if fits(&value) { Ok(value) } else { Err(TagError::Not(name)) }
}

/// An untagged plain scalar.
pub(super) fn plain(text: &str) -> Resolved<'_> {
    let first = text.bytes().next().unwrap_or(b'~');
    if !b"~nNyYtTfFoO.+-0123456789".contains(&first) {
        return Resolved::Text(Cow::Borrowed(text));
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Resolved::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Resolved::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Resolved::Bool(false)
        }
        ".nan" | ".NaN" | ".NAN" => Resolved::Number(Numeric::Float(f64::NAN)),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => {
            Resolved::Number(Numeric::Float(f64::INFINITY))
        }
        "-.inf" | "-.Inf" | "-.INF" => Resolved::Number(Numeric::Float(f64::NEG_INFINITY)),
        _ => number::parse(text).map_or(Resolved::Text(Cow::Borrowed(text)), Resolved::Number),
    }
}

/// Under `!!float`, Go takes integers of 64 bits with a sign too.
fn floating(value: Resolved<'_>) -> Resolved<'_> {
    match value {
        // Rounding to the nearest float is what the tag asks for.
        #[expect(clippy::cast_precision_loss)]
        Resolved::Number(Numeric::Integer(number)) => Resolved::Number(Numeric::Float(number as f64)),
        other => other,
    }
}

/// Go turns bytes that aren't UTF-8 into replacement characters; that loses
/// them silently, so it's refused here.
fn binary<'a>(text: &str) -> Result<Resolved<'a>, TagError> {
    let encoded: String = text.chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
    let bytes = STANDARD.decode(encoded).map_err(|_| TagError::Base64)?;
    let decoded = String::from_utf8(bytes).map_err(|_| TagError::Binary)?;
    Ok(Resolved::Text(Cow::Owned(decoded)))
}
