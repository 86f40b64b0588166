//! How many requests may be under way at once: as many as the server can take.
//!
//! It begins at the ceiling, is halved when the server says that it's too much, and
//! grows by one for each round of answers that come well (additive increase,
//! multiplicative decrease, as TCP has it: RFC 5681). What was sent before a decrease
//! says nothing of what the server makes of fewer requests, and doesn't count.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Semaphore, SemaphorePermit};

/// The window of requests that may be under way. Pure.
#[derive(Debug)]
struct Window {
    /// Its size; only whole requests fit.
    size: f64,
    ceiling: usize,
    /// How often it was decreased.
    decreases: u64,
}

impl Window {
    fn new(ceiling: usize) -> Self {
        Self { size: whole(ceiling), ceiling, decreases: 0 }
    }

    /// How many requests may be under way: at least one.
    fn allowed(&self) -> usize {
        (1..=self.ceiling).rev().find(|requests| whole(*requests) <= self.size).unwrap_or(1)
    }

    /// An answer came well.
    fn grow(&mut self) {
        self.size = (self.size + 1.0 / self.size).min(whole(self.ceiling));
    }

    /// The server says that it's too much. `sent_after` is how often the window had
    /// been decreased when the request was sent.
    fn shrink(&mut self, sent_after: u64) {
        if sent_after == self.decreases {
            self.size = (self.size / 2.0).max(1.0);
            self.decreases += 1;
        }
    }
}

/// Ceilings are small.
fn whole(requests: usize) -> f64 {
    f64::from(u32::try_from(requests).unwrap_or(u32::MAX))
}

/// What the server made of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Load {
    /// It answered.
    Fine,
    /// It has more to do than it can.
    TooMuch,
}

/// Gives out permits to send.
#[derive(Debug)]
pub(super) struct Limiter {
    semaphore: Semaphore,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    window: Window,
    /// How many permits there are, given out or not.
    permits: usize,
}

/// May send one request.
pub(super) struct Permit<'a> {
    permit: SemaphorePermit<'a>,
    sent_after: u64,
}

impl Limiter {
    /// At most `ceiling` requests at once, at least one.
    pub(super) fn new(ceiling: usize) -> Self {
        let ceiling = ceiling.max(1);
        let state = Mutex::new(State { window: Window::new(ceiling), permits: ceiling });
        Self { semaphore: Semaphore::new(ceiling), state }
    }

    pub(super) fn ceiling(&self) -> usize {
        self.state().window.ceiling
    }

    /// Waits until another request may be sent.
    pub(super) async fn permit(&self) -> Permit<'_> {
        // The semaphore is never closed.
        let permit = self.semaphore.acquire().await.expect("an open semaphore");
        Permit { permit, sent_after: self.state().window.decreases }
    }

    /// The request has ended.
    pub(super) fn finish(&self, Permit { permit, sent_after }: Permit<'_>, load: Load) {
        let mut state = self.state();
        match load {
            Load::Fine => state.window.grow(),
            Load::TooMuch => state.window.shrink(sent_after),
        }
        let allowed = state.window.allowed();
        if state.permits > allowed {
            state.permits -= 1;
            permit.forget();
        } else {
            self.semaphore.add_permits(allowed - state.permits);
            state.permits = allowed;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sizes after each of these: `+` is a good answer, `-` one that says that it's
    /// too much to a request sent just before, `=` the same to one sent long ago.
    fn sizes(ceiling: usize, answers: &str) -> Vec<usize> {
        let mut window = Window::new(ceiling);
        let sizes = answers.chars().map(|answer| {
            match answer {
                '+' => window.grow(),
                '-' => window.shrink(window.decreases),
                _ => window.shrink(0),
            }
            window.allowed()
        });
        sizes.collect()
    }

    #[test]
    fn too_much_halves_the_window_and_each_round_of_answers_gives_one_back() {
        for (ceiling, answers, expected) in [
            (16, "++", vec![16, 16]),
            (16, "--", vec![8, 4]),
            (16, "-==", vec![8, 8, 8]),
            (16, "------", vec![8, 4, 2, 1, 1, 1]),
            (2, "-+", vec![1, 2]),
            (8, "-++++++++++", vec![4, 4, 4, 4, 4, 5, 5, 5, 5, 5, 6]),
            (1, "-+", vec![1, 1]),
        ] {
            assert_eq!(sizes(ceiling, answers), expected, "{ceiling} {answers}");
        }
    }

    #[tokio::test]
    async fn permits_that_are_out_are_taken_back_when_they_return() {
        let limiter = Limiter::new(4);
        let mut permits = Vec::new();
        for _ in 0..4 {
            permits.push(limiter.permit().await);
        }
        // Each of them was sent before: the window is halved once.
        for permit in permits {
            limiter.finish(permit, Load::TooMuch);
        }
        assert_eq!(limiter.semaphore.available_permits(), 2);
        for _ in 0..8 {
            let permit = limiter.permit().await;
            limiter.finish(permit, Load::Fine);
        }
        assert_eq!(limiter.semaphore.available_permits(), 4);
    }

    #[tokio::test]
    async fn a_request_that_is_given_up_gives_its_permit_back() {
        let limiter = Limiter::new(1);
        drop(limiter.permit().await);
        limiter.permit().await;
    }
}
