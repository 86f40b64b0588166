//! Interrupts: the first stops new writes, the second quits. So does the first
//! while somebody is asked: nothing is under way then.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::stream::{self, Stream, StreamExt as _};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::apply::Stop;
use crate::error::{CommandError, Diagnostic, Exit};

const INTERRUPTED: &str = "interrupted";
const TERMINATED: &str = "terminated";

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
    }
}

/// Listens for SIGINT and SIGTERM.
pub(super) fn stop() -> Result<(Stop, Listening), CommandError> {
    let listen = |kind, why, exit| {
        let signal = signal(kind)
            .map_err(|error| Diagnostic::new("can't listen for signals").because(error.to_string()))?;
        Ok::<_, CommandError>(Box::pin(stream::unfold(signal, move |mut signal| async move {
            signal.recv().await.map(|()| ((why, exit), signal))
        })))
    };
    let interrupts = listen(SignalKind::interrupt(), INTERRUPTED, Exit::Interrupted)?;
    let terminations = listen(SignalKind::terminate(), TERMINATED, Exit::Terminated)?;
    let (sender, stop) = watch::channel(None);
    let is_asking = Arc::new(AtomicBool::new(false));
    let signals = stream::select(interrupts, terminations);
    let task = tokio::spawn(follow(signals, sender, is_asking.clone(), quit));
    Ok((stop, Listening { task, is_asking }))
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
    std::process::exit(exit.code().into());
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
