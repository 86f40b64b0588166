//! What the guards say: refusals before warnings, consent in silence.

use super::{TextOptions, labelled};
use crate::plan::{GuardVerdict, Judgement};
use crate::report::palette::{DANGER, WARNING};
use crate::report::visible::visible;

/// The guards that have something to say.
pub(super) fn guards(verdicts: &[GuardVerdict], options: &TextOptions) -> Vec<String> {
    let mut speaking: Vec<_> =
        verdicts.iter().filter(|verdict| verdict.verdict != Judgement::Allow).collect();
    speaking.sort_by_key(|verdict| (std::cmp::Reverse(verdict.verdict), !verdict.about_what));
    speaking.into_iter().flat_map(|verdict| guard(verdict, options)).collect()
}

fn guard(verdict: &GuardVerdict, options: &TextOptions) -> Vec<String> {
    let (style, label) = match (verdict.verdict, verdict.about_what) {
        (Judgement::Refuse, true) => (DANGER, "refused:"),
        (Judgement::Refuse, false) => (WARNING, "apply would be refused now:"),
        _ => (WARNING, "warning:"),
    };
    let said = format!("{}: {}", visible(&verdict.guard), visible(&verdict.message));
    let mut lines = labelled(style, label, &said, options.width);
    if verdict.verdict == Judgement::Refuse && verdict.overridable {
        lines.push(format!("  --override {} --reason TEXT lets it pass", visible(&verdict.guard)));
    }
    lines
}
