//! Text for terminals, and for the logs of pipelines.
//!
//! Every function gives whole lines with a line break at the end. It reads
//! the same without colours, and fits 60 columns.

mod change;
mod check;
mod comparison;
mod diagnostic;
mod diff;
mod difference;
mod entry;
mod guards;
mod header;
mod health;
mod history;
mod hold;
mod lock;
mod outcome;
mod plan;
mod rebuild;
mod release;
mod status;
mod status_changes;
mod status_objects;
mod statuses;
mod table;
mod unified;
pub(crate) mod verdict;

use jiff::Timestamp;

pub use check::check;
pub use comparison::comparison;
pub use diagnostic::diagnostics;
pub use diff::{diff, drift};
pub use difference::difference;
pub use health::health;
pub use history::history;
pub use hold::hold;
pub use lock::lock;
pub use outcome::{outcome, rollback_heading, rolling_back};
pub use plan::plan;
pub use rebuild::rebuild;
pub use release::release;
pub use status::status;
pub use status_changes::status_changes;
pub use statuses::statuses;
pub use unified::unified;

/// How texts are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextOptions {
    /// How many columns a line may take, where it can be helped.
    pub width: usize,
    /// What time it is: ages are counted from here.
    pub now: Timestamp,
    /// Whether objects that stay as they are, are listed too.
    pub show_unchanged: bool,
    /// Whether everything is shown: nothing shortened, nothing grouped.
    pub full: bool,
}

impl TextOptions {
    /// The ordinary layout at this width and time.
    pub fn new(width: usize, now: Timestamp) -> Self {
        Self { width, now, show_unchanged: false, full: false }
    }
}

/// The lines with a line break after each.
fn lines_to_text(lines: &[String]) -> String {
    lines.iter().flat_map(|line| [line.trim_end(), "\n"]).collect()
}

/// A labelled sentence; its further lines are indented.
fn labelled(style: anstyle::Style, label: &str, sentence: &str, width: usize) -> Vec<String> {
    let mut lines = super::words::wrapped(&format!("{label} {sentence}"), width.saturating_sub(2).max(20));
    for line in lines.iter_mut().skip(1) {
        line.insert_str(0, "  ");
    }
    if let Some(rest) = lines.first().and_then(|first| first.strip_prefix(label)) {
        lines[0] = format!("{}{rest}", super::palette::paint(style, label));
    }
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::error::Diagnostic;
    use crate::json::json;
    use crate::plan::{Judgement, Verb};
    use crate::report::sample::{
        action, added, changed, crashing, guard, mixed, options, plain, release, status,
    };
    use crate::report::{Severity, github, markdown, text};

    /// Whether only line breaks command the terminal.
    fn is_harmless(text: &str) -> bool {
        !plain(text).chars().any(|c| c.is_control() && c != '\n')
    }

    proptest! {
        #[test]
        fn text_of_others_never_commands_the_terminal(
            nasty in "(\\PC|[\\x00-\\x1f\\x7f\\u{85}\\u{9b}\\u{202e}]|\u{1b}\\[2J){0,12}",
            width in 0usize..120,
        ) {
            let options = options(width);
            let mut plan = mixed();
            plan.target.clone_from(&nasty);
            plan.notes = vec![nasty.clone()];
            plan.guards = vec![guard(&nasty, Judgement::Refuse, true, &nasty)];
            plan.actions.push(action(Verb::Delete, "ConfigMap/a").because(&nasty));
            plan.actions.push(
                action(Verb::Update, &format!("ConfigMap/{nasty}"))
                    .with(changed("a", json!(nasty), json!(format!("{nasty}\n{nasty}"))).drifted(&nasty, 1))
                    .with(added("b", json!({nasty.as_str(): [nasty, {"c": nasty}]}))),
            );
            let mut outcome = crashing();
            outcome.notes = vec![nasty.clone()];
            if let Some(failure) = &mut outcome.failure {
                failure.logs = vec![nasty.clone()];
                failure.cause = Diagnostic::new(nasty.as_str()).because(nasty.as_str()).hint(nasty.as_str());
            }
            let mut status = status();
            status.objects[0].message.clone_from(&nasty);
            status.objects[0].reason.clone_from(&nasty);
            let mut row = release(1, 1, crate::apply::RunResult::Healthy);
            row.actor = Some(nasty.clone());
            for text in [
                text::plan(&plan, &options),
                text::diff(&plan, &options),
                text::outcome(&outcome, &[], &options),
                text::status(&status, &options),
                text::history(&[row], &options),
                text::diagnostics(Severity::Error, &[Diagnostic::new(nasty.as_str())]),
                markdown::plan(&plan),
                markdown::outcome(&outcome),
            ] {
                prop_assert!(is_harmless(&text), "{}", text.escape_debug());
            }
            let marks = github::annotations(Severity::Error, &[Diagnostic::new(nasty.as_str()).hint(nasty.as_str())]);
            prop_assert_eq!(marks.matches(['\n', '\r']).count(), 1);
        }
    }
}
