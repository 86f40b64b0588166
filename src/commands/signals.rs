//! Signals. A command that writes listens: the first stops new writes, the second
//! quits. So does the first while somebody is asked: nothing is under way then.
//! Every other command it ends at once. Programs that render end in any case.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::{fs, process};

use futures::stream::{self, Stream, StreamExt as _};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::apply::Stop;
use crate::error::{CommandError, Diagnostic, Exit};
use crate::tools;

const INTERRUPTED: &str = "interrupted";
const TERMINATED: &str = "terminated";

/// How many listen, and how the process ends if nobody did when a signal came: what
/// a process has once.
static LISTENERS: AtomicUsize = AtomicUsize::new(0);
static QUITTING: OnceLock<Exit> = OnceLock::new();

/// Ends the listening when it is dropped.
pub(super) struct Listening {
    task: tokio::task::JoinHandle<()>,
    is_asking: Arc<AtomicBool>,
}

impl Listening {
    /// Asks somebody, who may answer by an interrupt.
    pub(super) fn asking<T>(&self, ask: impl FnOnce() -> T) -> T {
        self.is_asking.store(true, Ordering::SeqCst);
        let answer = ask();
        self.is_asking.store(false, Ordering::SeqCst);
        answer
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.task.abort();
        LISTENERS.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Watches for SIGINT, SIGTERM, SIGQUIT and SIGHUP as long as the process lives. Programs that
/// render are killed with their folders. Unless somebody listens, that's the end; after
/// the last two it is in any case.
pub(super) fn watch() -> Result<(), CommandError> {
    let mut signals = vec![
        listen(SignalKind::interrupt(), Exit::Interrupted)?,
        listen(SignalKind::terminate(), Exit::Terminated)?,
        listen(SignalKind::quit(), Exit::Quit)?,
    ];
    if !is_ignored(SignalKind::hangup()) {
        signals.push(listen(SignalKind::hangup(), Exit::HungUp)?);
    }
    let mut signals = stream::select_all(signals);
    tokio::spawn(async move {
        while let Some(exit) = signals.next().await {
            tools::stop();
            if LISTENERS.load(Ordering::SeqCst) == 0 || matches!(exit, Exit::HungUp | Exit::Quit) {
                let _ = QUITTING.set(exit);
                tools::clear();
                quit(exit);
            }
        }
    });
    Ok(())
}

/// How the process ends because of a signal that nobody listened to.
pub fn quitting() -> Option<Exit> {
    QUITTING.get().copied()
}

/// Whether whoever started the process wants it to live through this signal, as
/// `nohup` does. Where that can't be known the signal isn't touched.
fn is_ignored(kind: SignalKind) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_none_or(|mask| mask & (1 << (kind.as_raw_value() - 1)) != 0)
}

/// Listens for SIGINT and SIGTERM.
pub(super) fn stop() -> Result<(Stop, Listening), CommandError> {
    let interrupts = listen(SignalKind::interrupt(), (INTERRUPTED, Exit::Interrupted))?;
    let terminations = listen(SignalKind::terminate(), (TERMINATED, Exit::Terminated))?;
    let (sender, stop) = watch::channel(None);
    let is_asking = Arc::new(AtomicBool::new(false));
    let signals = stream::select(interrupts, terminations);
    LISTENERS.fetch_add(1, Ordering::SeqCst);
    let task = tokio::spawn(follow(signals, sender, is_asking.clone(), quit));
    Ok((stop, Listening { task, is_asking }))
}

/// This, each time that the signal comes.
fn listen<T: Copy>(kind: SignalKind, told: T) -> Result<impl Stream<Item = T> + Unpin, CommandError> {
    let signal = signal(kind)
        .map_err(|error| Diagnostic::new("can't listen for signals").because(error.to_string()))?;
    Ok(Box::pin(stream::unfold(signal, move |mut signal| async move {
        signal.recv().await.map(|()| (told, signal))
    })))
}

/// Says that there was a signal, or quits.
async fn follow(
    mut signals: impl Stream<Item = (&'static str, Exit)> + Unpin,
    sender: watch::Sender<Option<String>>,
    is_asking: Arc<AtomicBool>,
    quit: impl Fn(Exit),
) {
    while let Some((why, exit)) = signals.next().await {
        if sender.borrow().is_some() || is_asking.load(Ordering::SeqCst) {
            quit(exit);
        }
        sender.send_replace(Some(why.to_owned()));
    }
}

/// Doesn't wait for anything.
#[allow(clippy::exit, reason = "whoever interrupts twice, or a question, wants the process gone")]
fn quit(exit: Exit) {
    process::exit(exit.code().into());
}

/// The exit code of an interrupted run.
pub(super) fn exit(stop: &Stop) -> Exit {
    match stop.borrow().as_deref() {
        Some(TERMINATED) => Exit::Terminated,
        _ => Exit::Interrupted,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    /// How often the process would have ended after so many interrupts.
    async fn quits(interrupts: usize, is_asking: bool) -> usize {
        let signals = stream::iter(vec![(INTERRUPTED, Exit::Interrupted); interrupts]);
        let ends = RefCell::new(Vec::new());
        let (sender, _stop) = watch::channel(None);
        let is_asking = Arc::new(AtomicBool::new(is_asking));
        follow(signals, sender, is_asking, |exit| ends.borrow_mut().push(exit)).await;
        ends.into_inner().len()
    }

    #[tokio::test]
    async fn an_interrupt_answers_a_question_at_once() {
        assert_eq!(quits(1, true).await, 1);
    }

    #[tokio::test]
    async fn else_the_first_lets_what_is_under_way_end() {
        assert_eq!((quits(1, false).await, quits(2, false).await), (0, 1));
    }
}
