//! Interrupts: the first stops new writes, the second quits.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::apply::Stop;
use crate::error::{CommandError, Diagnostic, Exit};

const INTERRUPTED: &str = "interrupted";
const TERMINATED: &str = "terminated";

/// Ends the listening when it is dropped.
pub(super) struct Listening(tokio::task::JoinHandle<()>);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Listens for SIGINT and SIGTERM.
pub(super) fn stop() -> Result<(Stop, Listening), CommandError> {
    let listen = |kind| {
        signal(kind).map_err(|error| Diagnostic::new("can't listen for signals").because(error.to_string()))
    };
    let (mut interrupt, mut terminate) = (listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?);
    let (sender, stop) = watch::channel(None);
    let listening = tokio::spawn(async move {
        loop {
            let (why, exit) = tokio::select! {
                _ = interrupt.recv() => (INTERRUPTED, Exit::Interrupted),
                _ = terminate.recv() => (TERMINATED, Exit::Terminated),
            };
            if sender.borrow().is_some() {
                quit(exit);
            }
            sender.send_replace(Some(why.to_owned()));
        }
    });
    Ok((stop, Listening(listening)))
}

/// The second interrupt doesn't wait for anything.
#[allow(clippy::exit, reason = "whoever interrupts twice wants the process gone")]
fn quit(exit: Exit) {
    std::process::exit(exit.code().into());
}

/// The exit code of an interrupted run.
pub(super) fn exit(stop: &Stop) -> Exit {
    match stop.borrow().as_deref() {
        Some(TERMINATED) => Exit::Terminated,
        _ => Exit::Interrupted,
    }
}
