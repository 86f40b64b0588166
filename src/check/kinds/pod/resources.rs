//! Requests and limits (`validateResourceRequirements`).

use crate::check::kinds::quantity;
use crate::check::kinds::report::Report;
use crate::check::place::Place;
use crate::json::Value;
use crate::object::names;

/// What a container can ask for without a domain
/// (`IsStandardContainerResourceName`).
const STANDARD: [&str; 3] = ["cpu", "memory", "ephemeral-storage"];

const HUGE_PAGES: &str = "hugepages-";

/// `resources` of a container.
pub(super) fn check(at: &Place<'_>, report: &mut Report<'_>) {
    let (requests, limits) = (at.field("requests"), at.field("limits"));
    for (text, place) in requests.entries().chain(limits.entries()) {
        name(&place, text, report);
        amount(&place, report);
        if (text.contains('/') || text.starts_with(HUGE_PAGES)) && !is_divisible(text) {
            whole(&place, report);
        }
    }
    for (name, request) in requests.entries() {
        compare(name, &request, &limits, report);
    }
    let has =
        |wanted: fn(&str) -> bool| requests.entries().chain(limits.entries()).any(|(name, _)| wanted(name));
    if has(|name| name.starts_with(HUGE_PAGES)) && !has(|name| matches!(name, "cpu" | "memory")) {
        report.error(
            at,
            "conflicting-fields",
            "asks for huge pages, but for neither cpu nor memory, which they need",
        );
    }
}

/// `overhead` of a pod.
pub(super) fn overhead(at: &Place<'_>, report: &mut Report<'_>) {
    for (text, place) in at.entries() {
        name(&place, text, report);
        amount(&place, report);
    }
}

/// A quantity of something must be one, and not negative.
pub(in crate::check::kinds) fn amount(at: &Place<'_>, report: &mut Report<'_>) {
    match (at.value(), quantity::billionths(at.value())) {
        (Value::String(_) | Value::Number(_), Some(amount)) if amount < 0 => {
            report.error(at, "out-of-range", format!("is {}, but can't be negative", at.value().to_plain()));
        }
        (Value::String(text), None) if !is_unusual(text) => {
            let message = format!("{text:?} isn't a quantity");
            report.error_with_hint(
                at,
                "malformed-quantity",
                message,
                "a number, and perhaps m, k, M, G, Ki, Mi or Gi right after it",
            );
        }
        _ => {}
    }
}

/// The name of something that a container can ask for
/// (`validateContainerResourceName`).
pub(in crate::check::kinds) fn name(at: &Place<'_>, text: &str, report: &mut Report<'_>) {
    if text.contains('/') {
        report.judged(at, text, names::label_key);
    } else if !STANDARD.contains(&text) && !text.starts_with(HUGE_PAGES) {
        let message = format!("{text:?} is nothing that a container can ask for");
        let hint = match crate::error::did_you_mean(text, STANDARD) {
            Some(meant) => format!("did you mean {meant:?}?"),
            None => "cpu, memory, ephemeral-storage, or with a domain such as \"example.com/gpu\"".to_owned(),
        };
        report.error_with_hint(at, "unknown-resource", message, hint);
    }
}

/// What can't be overcommitted must be requested as it's limited.
fn compare(name: &str, request: &Place<'_>, limits: &Place<'_>, report: &mut Report<'_>) {
    let limit = limits.value().get(name).filter(|limit| !limit.is_null());
    let can_overcommit = is_divisible(name) && !name.starts_with(HUGE_PAGES);
    let Some(limit) = limit else {
        if !can_overcommit && name.contains(['/', '-']) && !STANDARD.contains(&name) {
            report.error(request, "missing-field", "needs the same amount in limits");
        }
        return;
    };
    let Some((asked, most)) = quantity::billionths(request.value()).zip(quantity::billionths(limit)) else {
        return;
    };
    if asked > most {
        let message = format!("is {}, but the limit is {}", request.value().to_plain(), limit.to_plain());
        report.error(request, "out-of-range", message);
    } else if asked != most && !can_overcommit {
        let message = format!(
            "is {}, but must be the same as the limit, {}",
            request.value().to_plain(),
            limit.to_plain()
        );
        report.error(request, "out-of-range", message);
    }
}

/// Kubernetes' own can be divided and overcommitted (`IsOvercommitAllowed`).
fn is_divisible(name: &str) -> bool {
    !name.contains('/') || name.split('/').next().is_some_and(|domain| domain.ends_with("kubernetes.io"))
}

fn whole(at: &Place<'_>, report: &mut Report<'_>) {
    if quantity::billionths(at.value()).is_some_and(|amount| !quantity::is_whole(amount)) {
        report.error(at, "out-of-range", format!("is {}, but must be a whole number", at.value().to_plain()));
    }
}

/// So large, or so long, that only the server knows what it makes of it.
fn is_unusual(text: &str) -> bool {
    text.len() > 18
}
