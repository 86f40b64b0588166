//! The terminal: the only room that prints.
//!
//! In: what the command line says about colour and loudness, finished texts
//! from [`crate::report`], diagnostics, and the events of a run. Out: data on
//! standard output, everything else on standard error.
//!
//! It decides whether there is colour, how wide lines may be, whether a
//! question can be asked and whether progress is drawn or written line by
//! line. It never computes what is shown, and a reader that has gone away
//! (`| head`) never makes it fail.

mod board;
mod capture;
mod progress;
mod prompt;
mod reader;
mod step;
mod stream;
mod terminal;

pub use capture::{Capture, Captured};
pub use progress::{Progress, ProgressOptions};
pub use step::Step;
pub use terminal::{Color, Settings, Terminal};
