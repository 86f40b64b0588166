//! What the program is at, shown while it lasts.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::terminal::Terminal;

const REDRAWN_EVERY: Duration = Duration::from_millis(120);

/// A phase such as `planning`: drawn on a terminal for as long as this lives,
/// and nowhere else.
#[must_use = "the phase is over when this is dropped"]
pub struct Step {
    bar: Option<ProgressBar>,
}

impl Terminal {
    /// Shows what is being done, until the answer is dropped.
    pub fn step(&self, doing: impl Into<String>) -> Step {
        let bar = self.shared.bars.as_ref().map(|bars| {
            let bar = bars.add(ProgressBar::no_length().with_style(spinner()).with_message(doing.into()));
            bar.enable_steady_tick(REDRAWN_EVERY);
            bar
        });
        Step { bar }
    }
}

impl Step {
    /// The phase goes on with something else.
    pub fn now(&self, doing: impl Into<String>) {
        if let Some(bar) = &self.bar {
            bar.set_message(doing.into());
        }
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// A moving mark and a line of text, cut where the terminal ends.
pub(super) fn spinner() -> ProgressStyle {
    ProgressStyle::with_template("{spinner} {wide_msg}").unwrap_or_else(|_| ProgressStyle::default_spinner())
}

#[cfg(test)]
mod tests {
    use super::super::Capture;

    #[test]
    fn a_step_writes_nothing_where_it_can_not_be_drawn() {
        let (terminal, captured) = Capture::default().start();
        let step = terminal.step("planning");
        step.now("reading the cluster");
        drop(step);
        assert_eq!(captured.errors(), "");
    }

    #[test]
    fn notes_are_written_while_a_step_is_shown() {
        let (terminal, captured) = Capture { interactive: true, ..Capture::default() }.start();
        let step = terminal.step("planning");
        terminal.note("by the way");
        drop(step);
        assert_eq!(captured.errors(), "by the way\n");
    }
}
