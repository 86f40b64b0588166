//! Bytes as text: base64, as Go's `encoding/base64` reads it into a `[]byte`.

use super::report::Report;
use crate::check::place::Place;
use crate::schema::validate::go_base64;

/// The bytes that a text stands for, which may have line breaks in it. Never
/// quotes the text.
pub(super) fn decoded(at: &Place<'_>, hint: &str, report: &mut Report<'_>) -> Option<Vec<u8>> {
    let bytes = go_base64(at.value().as_str()?);
    if bytes.is_none() {
        report.error_with_hint(at, "malformed-base64", "isn't base64", hint);
    }
    bytes
}
