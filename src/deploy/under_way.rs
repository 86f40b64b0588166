//! Work that goes on while something else is done.

use tokio::task::JoinSet;

/// Goes on, on any core, until whoever waits for it goes away.
pub(super) struct UnderWay<T>(JoinSet<T>);

impl<T: Send + 'static> UnderWay<T> {
    /// Begins.
    pub(super) fn begin(work: impl Future<Output = T> + Send + 'static) -> Self {
        let mut task = JoinSet::new();
        task.spawn(work);
        Self(task)
    }

    /// What came of it. A panic goes on here.
    pub(super) async fn finish(mut self) -> T {
        match self.0.join_next().await {
            Some(Ok(done)) => done,
            Some(Err(failed)) if failed.is_panic() => std::panic::resume_unwind(failed.into_panic()),
            // Nobody else can take the task out or abort it.
            _ => unreachable!("a task that was started ends"),
        }
    }
}
