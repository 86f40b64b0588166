//! Doing the same with many things on all cores, without the result depending
//! on which is done first.

use std::num::NonZeroUsize;
use std::sync::{Mutex, OnceLock, PoisonError};

/// So many things make another thread worth its while.
const THINGS_A_THREAD: usize = 16;

/// `work`'s results, in the order of the things.
pub(crate) fn each<T: Send, R: Send>(things: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let threads = cores();
    let size = things.len().div_ceil(threads).max(THINGS_A_THREAD);
    if things.len() <= size {
        return things.into_iter().map(work).collect();
    }
    let mut things = things.into_iter();
    let work = &work;
    std::thread::scope(|scope| {
        let mut parts = Vec::with_capacity(threads);
        while things.len() > 0 {
            let part: Vec<T> = things.by_ref().take(size).collect();
            parts.push(scope.spawn(move || part.into_iter().map(work).collect::<Vec<R>>()));
        }
        let joined = parts
            .into_iter()
            .map(|part| part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        joined.flatten().collect()
    })
}

/// The same for work that mostly waits for others: each thing on a thread of its own, so
/// many at once.
pub(crate) fn each_waiting<T: Send, R: Send>(things: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    const AT_ONCE: usize = 8;
    each_of_few(things, AT_ONCE, work)
}

/// The same for few things that take long: each thread takes the next one.
pub(crate) fn each_of_few<T: Send, R: Send>(
    things: Vec<T>,
    threads: usize,
    work: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    let threads = threads.min(things.len());
    if threads <= 1 {
        return things.into_iter().map(work).collect();
    }
    let count = things.len();
    let next = Mutex::new(things.into_iter().enumerate());
    let take = || next.lock().unwrap_or_else(PoisonError::into_inner).next();
    let some = || std::iter::from_fn(take).map(|(at, thing)| (at, work(thing))).collect::<Vec<_>>();
    let mut results: Vec<(usize, R)> = Vec::with_capacity(count);
    std::thread::scope(|scope| {
        let begun: Vec<_> = (0..threads).map(|_| scope.spawn(some)).collect();
        for part in begun {
            results.extend(part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
    });
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}

/// Work that waits for disks or programs, on a thread where that holds up nobody.
pub(crate) async fn beside<R: Send + 'static>(work: impl FnOnce() -> R + Send + 'static) -> R {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(failed) => std::panic::resume_unwind(failed.into_panic()),
    }
}

/// How many threads run at once; asking the system takes longer than small work.
pub(crate) fn cores() -> usize {
    static CORES: OnceLock<usize> = OnceLock::new();
    *CORES.get_or_init(|| std::thread::available_parallelism().map_or(1, NonZeroUsize::get))
}

/// Drops something large on a thread of its own: nobody waits until all of it is
/// given back. What is left when the program ends, the system takes.
pub(crate) fn discard(large: impl Send + 'static) {
    std::thread::spawn(move || drop(large));
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_come_in_the_order_of_the_things() {
        for count in [0, 1, 8, 9, 15, 16, 17, 1000] {
            let things: Vec<usize> = (0..count).collect();
            assert_eq!(super::each(things.clone(), |thing| thing), things);
            assert_eq!(super::each_waiting(things.clone(), |thing| thing), things);
            assert_eq!(super::each_of_few(things.clone(), 3, |thing| thing), things);
        }
    }
}
