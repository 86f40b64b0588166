//! Ports that are meant by number or name.

use super::report::Report;
use crate::check::place::Place;
use crate::object::names;

/// `ValidatePortNumOrName` of `pkg/apis/core/validation`.
pub(super) fn number_or_name(at: &Place<'_>, report: &mut Report<'_>) {
    report.within(at, 1, 65535);
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    match at.text() {
        Some(text) if is_number(text) => {
            report.error_with_hint(
                at,
                "malformed-name",
                format!("{text:?} is a text, which means a port's name"),
                "take it out of the quotes",
            );
        }
        Some(_) => report.named(at, names::port_name),
        None => {}
    }
}
