//! A terminal whose output is kept in memory, for tests.

use std::io::{Cursor, Write};
use std::sync::{Arc, Mutex};

use indicatif::{MultiProgress, ProgressDrawTarget};

use super::stream::Stream;
use super::terminal::{Color, Settings, Shared, Terminal, lock};

/// What to pretend.
#[derive(Debug, Clone)]
pub struct Capture {
    /// The global arguments; colour only with [`Color::Always`].
    pub settings: Settings,
    /// Whether it is a terminal where somebody answers. Nothing is drawn
    /// either way.
    pub interactive: bool,
    /// How wide it is.
    pub width: usize,
    /// What is typed.
    pub input: String,
}

impl Default for Capture {
    fn default() -> Self {
        Self { settings: Settings::default(), interactive: false, width: 100, input: String::new() }
    }
}

impl Capture {
    /// The terminal, and what was written to it.
    pub fn start(self) -> (Terminal, Captured) {
        let captured = Captured::default();
        let color = self.settings.color == Color::Always;
        let hidden = || MultiProgress::with_draw_target(ProgressDrawTarget::hidden());
        let shared = Shared {
            output: Mutex::new(Stream::new(Box::new(captured.output.clone()), color)),
            errors: Mutex::new(Stream::new(Box::new(captured.errors.clone()), color)),
            input: Mutex::new(Box::new(Cursor::new(self.input))),
            bars: (self.interactive && !self.settings.quiet).then(hidden),
            interactive: self.interactive,
            screen: self.interactive,
            width: self.width,
            settings: self.settings,
        };
        (Terminal { shared: Arc::new(shared) }, captured)
    }
}

/// What was written.
#[derive(Debug, Clone, Default)]
pub struct Captured {
    output: Buffer,
    errors: Buffer,
}

impl Captured {
    /// To standard output.
    pub fn output(&self) -> String {
        self.output.text()
    }

    /// To standard error.
    pub fn errors(&self) -> String {
        self.errors.text()
    }
}

#[derive(Debug, Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Buffer {
    fn text(&self) -> String {
        String::from_utf8_lossy(&lock(&self.0)).into_owned()
    }
}

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        lock(&self.0).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
