//! Numbers or percentages, as rollouts and budgets have them
//! (`ValidatePositiveIntOrPercent` of `pkg/apis/apps/validation`).

use super::report::Report;
use crate::check::place::Place;

/// A number that isn't negative, or a percentage, which may have to be at most
/// 100.
pub(super) fn number_or_percent(at: &Place<'_>, is_share: bool, report: &mut Report<'_>) {
    report.at_least(at, 0);
    let Some(text) = at.value().as_str() else { return };
    match percentage(text) {
        None if text.parse::<u32>().is_ok() => {
            report.error_with_hint(
                at,
                "malformed-percentage",
                format!("{text:?} is a text"),
                "take the number out of the quotes",
            );
        }
        None => {
            let message = format!("{text:?} is neither a number nor a percentage");
            report.error_with_hint(at, "malformed-percentage", message, "such as 1 or \"25%\"");
        }
        Some(share) if is_share && share > 100 => {
            report.error(at, "out-of-range", format!("is {text}, but must be at most 100%"));
        }
        Some(_) => {}
    }
}

/// Whether this comes to nothing; `by_default` where it isn't there.
pub(super) fn is_zero(at: &Place<'_>, by_default: bool) -> bool {
    if !at.is_set() {
        return by_default;
    }
    at.number() == Some(0) || at.text().and_then(percentage) == Some(0)
}

fn percentage(text: &str) -> Option<u64> {
    let digits = text.strip_suffix('%')?;
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(u64::MAX))
}
