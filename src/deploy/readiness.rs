//! Waiting, in the midst of a run, for what others depend on.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use super::secrets::Secrets;
use crate::apply::{Event, Job, Returned, Stop, Unready};
use crate::config::Rules;
use crate::health::{Baseline, Health};
use crate::json::Value;
use crate::wait::{Awaited, Ended, Watches, wait};

/// What is needed to wait for jobs' objects.
pub(super) struct Waiting<'a> {
    pub(super) watches: &'a Watches,
    pub(super) jobs: &'a [Job<'a>],
    pub(super) rules: &'a Rules,
    pub(super) limit: Duration,
    pub(super) stop: &'a Stop,
    pub(super) secrets: &'a Secrets<'a>,
    pub(super) tell: &'a dyn Fn(Event),
    /// What was seen of a job's object before it was written.
    pub(super) baseline: &'a dyn Fn(usize, &Value) -> Baseline,
    /// What became of the objects, by job: they aren't waited for again.
    pub(super) ended: RefCell<BTreeMap<usize, Ended>>,
}

impl Waiting<'_> {
    /// Waits until each is ready, has failed, or the time is up. Those that aren't
    /// ready, and why.
    pub(super) async fn until_ready(&self, objects: Vec<Returned>) -> Vec<Unready> {
        let at: Vec<usize> = objects.iter().map(|(at, _)| *at).collect();
        let awaited = objects.into_iter().map(|(at, written)| Awaited {
            id: self.jobs[at].id.clone(),
            resource: self.jobs[at].resource.clone(),
            rule: self.rules.health_of(&self.jobs[at].id.kind),
            limit: self.rules.patience_with(&self.jobs[at].id.kind),
            baseline: Some((self.baseline)(at, &written)),
            written,
        });
        let mut tell = |event| (self.tell)(self.secrets.scrub_event(event));
        let ended = wait(self.watches, awaited.collect(), self.limit, self.stop, &mut tell).await;
        let mut unready = Vec::new();
        for (at, ended) in at.into_iter().zip(ended) {
            let ended = self.secrets.scrub_ended(ended);
            if ended.verdict.health != Health::Ready {
                unready.push((at, ended.verdict.message.clone()));
            }
            self.ended.borrow_mut().insert(at, ended);
        }
        unready
    }
}
