//! The terminal's policy, decided once from the global arguments.

use std::io::{BufRead, BufReader, IsTerminal as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anstream::{AutoStream, ColorChoice};
use indicatif::{MultiProgress, ProgressDrawTarget};
use jiff::Timestamp;

use super::stream::Stream;
use crate::error::{CommandError, Diagnostic};
use crate::report::text::TextOptions;
use crate::report::{Severity, text};

/// Lines are this wide where nothing says how wide they may be.
const DEFAULT_WIDTH: usize = 100;
/// Below this, layouts stop getting narrower and the terminal wraps.
const LEAST_WIDTH: usize = 40;

/// When output is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Color {
    /// On a terminal that can, unless `NO_COLOR` is set (`CLICOLOR` and
    /// `CLICOLOR_FORCE` are heeded too).
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What the global arguments say about output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settings {
    /// When there is colour.
    pub color: Color,
    /// No progress and no notes; warnings and errors stay.
    pub quiet: bool,
    /// Details too.
    pub verbose: bool,
}

/// The terminal. Cheap to copy: every copy writes to the same place.
#[derive(Clone)]
pub struct Terminal {
    pub(super) shared: Arc<Shared>,
}

/// What the copies share.
pub(super) struct Shared {
    pub(super) output: Mutex<Stream>,
    pub(super) errors: Mutex<Stream>,
    pub(super) input: Mutex<Box<dyn BufRead + Send>>,
    /// What is drawn on standard error, if that is a terminal that may be
    /// drawn on. Whatever is written meanwhile goes above it.
    pub(super) bars: Option<MultiProgress>,
    /// Whether a question can be asked and answered.
    pub(super) interactive: bool,
    /// Whether standard output is a screen that can be cleared.
    pub(super) screen: bool,
    pub(super) width: usize,
    pub(super) settings: Settings,
}

impl Terminal {
    /// The terminal, pipes or files that this process was given.
    pub fn of_process(settings: Settings) -> Self {
        let (output, errors, input) = (std::io::stdout(), std::io::stderr(), std::io::stdin());
        let output_color = has_color(settings.color, AutoStream::choice(&output));
        let errors_color = has_color(settings.color, AutoStream::choice(&errors));
        let drawn = errors.is_terminal() && !settings.quiet;
        let shared = Shared {
            width: width(std::env::var("COLUMNS").ok().as_deref(), terminal_width(&output)),
            interactive: input.is_terminal() && errors.is_terminal(),
            screen: output.is_terminal(),
            bars: drawn.then(|| MultiProgress::with_draw_target(ProgressDrawTarget::stderr())),
            output: Mutex::new(Stream::new(Box::new(output), output_color)),
            errors: Mutex::new(Stream::new(Box::new(errors), errors_color)),
            input: Mutex::new(Box::new(BufReader::new(input))),
            settings,
        };
        Self { shared: Arc::new(shared) }
    }

    /// How many columns a line may take: at least 40.
    pub fn width(&self) -> usize {
        self.shared.width
    }

    /// Whether details are wanted (`-v`).
    pub fn is_verbose(&self) -> bool {
        self.shared.settings.verbose
    }

    /// Whether only results and errors are wanted (`-q`).
    pub fn is_quiet(&self) -> bool {
        self.shared.settings.quiet
    }

    /// Whether somebody is there to answer a question.
    pub fn is_interactive(&self) -> bool {
        self.shared.interactive
    }

    /// Writes what the command was asked for to standard output, as it is (its
    /// colours taken out where there are none). The text ends in a line break.
    pub fn data(&self, text: &str) {
        self.above_bars(|| lock(&self.shared.output).write(text));
    }

    /// Whether what was written can be drawn over.
    pub fn is_screen(&self) -> bool {
        self.shared.screen
    }

    /// Whether somebody still reads standard output, as far as was noticed.
    pub fn is_read(&self) -> bool {
        lock(&self.shared.output).is_open()
    }

    /// Ends once nobody reads standard output any more, whether or not anything is
    /// written; never where that can't be.
    pub async fn unread(&self) {
        super::reader::gone(std::io::stdout()).await;
    }

    /// Draws a text on the emptied screen.
    pub fn redraw(&self, text: &str) {
        self.above_bars(|| {
            let mut output = lock(&self.shared.output);
            output.clear();
            output.write(text);
        });
    }

    /// Says something in passing, on standard error; not with `-q`.
    pub fn note(&self, line: &str) {
        if !self.shared.settings.quiet {
            self.line(line);
        }
    }

    /// Says something that only `-v` asks for, on standard error.
    pub fn detail(&self, line: &str) {
        if self.is_verbose() {
            self.line(line);
        }
    }

    /// Prints lines that a pipeline's runner reads, on standard error.
    pub fn annotate(&self, lines: &str) {
        self.text(lines);
    }

    /// Prints warnings.
    pub fn warnings(&self, warnings: &[Diagnostic]) {
        self.diagnostics(Severity::Warning, warnings);
    }

    /// Prints errors, and how many where there are several.
    pub fn errors(&self, errors: &[Diagnostic]) {
        self.diagnostics(Severity::Error, errors);
    }

    /// Prints what went wrong, and how plans differ from the saved ones where
    /// that is it.
    pub fn error(&self, error: &CommandError) {
        self.errors(&error.diagnostics);
        let options =
            TextOptions { full: self.is_verbose(), ..TextOptions::new(self.width(), Timestamp::now()) };
        for difference in &error.differences {
            self.text(&text::difference(difference, &options));
        }
    }

    /// Says at the end of the run whether the data could be written. A closed
    /// pipe counts as written; a full disk doesn't.
    pub fn finish(&self) -> Result<(), Diagnostic> {
        match lock(&self.shared.output).failure() {
            Some(failure) => {
                Err(Diagnostic::new("standard output can't be written to").because(failure.to_string()))
            }
            None => Ok(()),
        }
    }

    fn diagnostics(&self, severity: Severity, all: &[Diagnostic]) {
        if !all.is_empty() {
            self.text(&text::diagnostics(severity, all));
        }
    }

    /// One line on standard error.
    pub(super) fn line(&self, line: &str) {
        self.text(&format!("{line}\n"));
    }

    /// Text on standard error, line breaks included.
    pub(super) fn text(&self, text: &str) {
        self.above_bars(|| lock(&self.shared.errors).write(text));
    }

    fn above_bars(&self, write: impl FnOnce()) {
        match &self.shared.bars {
            Some(bars) => bars.suspend(write),
            None => write(),
        }
    }
}

/// Takes a lock; a panic elsewhere doesn't keep the rest from being printed.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn has_color(wanted: Color, found: ColorChoice) -> bool {
    match wanted {
        Color::Auto => found != ColorChoice::Never,
        Color::Always => true,
        Color::Never => false,
    }
}

fn terminal_width(output: &std::io::Stdout) -> Option<usize> {
    terminal_size::terminal_size_of(output).map(|(width, _)| usize::from(width.0))
}

/// `COLUMNS` is heeded first: shells don't export it, so whoever set it meant it.
fn width(columns: Option<&str>, terminal: Option<usize>) -> usize {
    let asked = columns.and_then(|text| text.trim().parse().ok()).filter(|columns| *columns > 0);
    asked.or(terminal).unwrap_or(DEFAULT_WIDTH).max(LEAST_WIDTH)
}

#[cfg(test)]
mod tests {
    use super::super::Capture;
    use super::*;

    #[test]
    fn the_width_is_what_columns_says_then_the_terminal_then_100() {
        assert_eq!(width(Some("72"), Some(120)), 72);
        assert_eq!(width(Some("wide"), Some(120)), 120);
        assert_eq!(width(Some("0"), None), 100);
        assert_eq!(width(None, None), 100);
        assert_eq!(width(None, Some(10)), 40);
    }

    #[test]
    fn colour_follows_the_argument_before_what_was_found() {
        assert!(has_color(Color::Always, ColorChoice::Never));
        assert!(!has_color(Color::Never, ColorChoice::Always));
        assert!(has_color(Color::Auto, ColorChoice::Always));
        assert!(!has_color(Color::Auto, ColorChoice::Never));
    }

    #[test]
    fn data_and_messages_go_to_different_places() {
        let (terminal, captured) = Capture::default().start();
        terminal.data("data\n");
        terminal.note("note");
        terminal.detail("detail");
        assert_eq!(captured.output(), "data\n");
        assert_eq!(captured.errors(), "note\n");
    }

    #[test]
    fn a_redrawn_text_begins_on_an_empty_screen_with_or_without_colour() {
        let (terminal, captured) = Capture { interactive: true, ..Capture::default() }.start();
        assert!(terminal.is_screen());
        terminal.redraw("\u{1b}[31mone\u{1b}[0m\n");
        terminal.redraw("two\n");
        let empty = "\u{1b}[H\u{1b}[2J";
        assert_eq!(captured.output(), format!("{empty}one\n{empty}two\n"));
        assert!(!Capture::default().start().0.is_screen());
    }

    #[test]
    fn quiet_keeps_warnings_and_errors_only() {
        let quiet = Settings { quiet: true, ..Settings::default() };
        let (terminal, captured) = Capture { settings: quiet, ..Capture::default() }.start();
        terminal.note("note");
        terminal.warnings(&[Diagnostic::new("careful")]);
        terminal.errors(&[Diagnostic::new("broken")]);
        terminal.errors(&[]);
        assert_eq!(captured.errors(), "warning: careful\nerror: broken\n");
    }

    #[test]
    fn verbose_says_details() {
        let verbose = Settings { verbose: true, ..Settings::default() };
        let (terminal, captured) = Capture { settings: verbose, ..Capture::default() }.start();
        terminal.detail("detail");
        assert_eq!(captured.errors(), "detail\n");
    }

    #[test]
    fn colours_are_taken_out_unless_asked_for() {
        let coloured = "\u{1b}[31mred\u{1b}[0m\n";
        let (terminal, captured) = Capture::default().start();
        terminal.data(coloured);
        assert_eq!(captured.output(), "red\n");
        let always = Settings { color: Color::Always, ..Settings::default() };
        let (terminal, captured) = Capture { settings: always, ..Capture::default() }.start();
        terminal.data(coloured);
        assert_eq!(captured.output(), coloured);
        assert_eq!(terminal.finish(), Ok(()));
    }
}
