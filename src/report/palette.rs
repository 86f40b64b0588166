//! The colours, each with what it says. Text is readable without them: a
//! colour never says what a word or a sign doesn't.

use anstyle::{AnsiColor, Effects, Style};

/// What comes into being, and what went well.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// What changes.
pub const CHANGED: Style = AnsiColor::Yellow.on_default();
/// A value that goes away.
pub const REMOVED: Style = AnsiColor::Red.on_default();
/// What can't be undone, and what failed.
pub const DANGER: Style = AnsiColor::Red.on_default().effects(Effects::BOLD);
/// What to look at.
pub const WARNING: Style = AnsiColor::Yellow.on_default().effects(Effects::BOLD);
/// What is probably not as it was meant.
pub const NOTE: Style = AnsiColor::Cyan.on_default().effects(Effects::BOLD);
/// What changes hands without changing.
pub const TAKEN: Style = AnsiColor::Cyan.on_default();
/// What to do.
pub const HINT: Style = AnsiColor::Cyan.on_default();
/// What the eye should find first.
pub const STRONG: Style = Style::new().effects(Effects::BOLD);
/// What the eye may pass over.
pub const FAINT: Style = Style::new().effects(Effects::DIMMED);

/// The text in this style.
pub fn paint(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}
