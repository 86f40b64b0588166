//! Following a hook from when it's made until it ends: it succeeded, failed, took too
//! long, or nobody may wait any longer.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::logs::{Logs, Speaker};
use super::sight::{Seen, Sight};
use super::{HookRun, Watching};
use crate::apply::Event;
use crate::apply::write::Job;
use crate::cluster::Cluster;
use crate::health::{Cause, Context, Health, Owned, Verdict, has_succeeded, judge_workload_in};
use crate::json::Value;

/// How often it's judged again without anything being seen: verdicts may depend on
/// time.
const JUDGED_AGAIN: Duration = Duration::from_secs(1);

/// How long the rest of the logs is waited for when it has ended.
const REST: Duration = Duration::from_secs(3);

/// How it ended.
pub(super) struct End {
    pub(super) verdict: Verdict,
    pub(super) causes: Vec<Cause>,
    pub(super) logs: Vec<String>,
}

/// Follows it.
pub(super) async fn follow(
    cluster: &Cluster,
    job: &Job<'_>,
    hook: &HookRun<'_>,
    made: Value,
    sight: Sight,
    watching: Watching<'_>,
) -> End {
    let following = Following {
        uid: made["metadata"]["uid"].clone(),
        newest: made,
        is_gone: false,
        told: None,
        cluster,
        job,
        sight,
        logs: Logs::new(),
        watching,
    };
    following.until_it_ends(hook.timeout).await
}

struct Following<'a> {
    cluster: &'a Cluster,
    job: &'a Job<'a>,
    watching: Watching<'a>,
    sight: Sight,
    logs: Logs,
    uid: Value,
    newest: Value,
    is_gone: bool,
    /// The verdict that was told last, as it was judged.
    told: Option<Verdict>,
}

impl Following<'_> {
    async fn until_it_ends(mut self, timeout: Duration) -> End {
        let end = Instant::now() + timeout;
        let mut stop = self.watching.stop.clone();
        let mut due = Instant::now();
        let (mut verdict, mut causes) = self.judge();
        loop {
            if matches!(verdict.health, Health::Ready | Health::Failed) {
                self.read_the_rest().await;
                break;
            }
            if Instant::now() >= end {
                verdict = too_long(timeout, &verdict);
                break;
            }
            self.tell(&verdict);
            tokio::select! {
                Ok(_) = stop.wait_for(Option::is_some) => {
                    verdict = left_running(&verdict);
                    break;
                }
                Some((speaker, line)) = self.logs.next() => {
                    self.say(speaker, &line);
                    continue;
                }
                seen = self.sight.next(&self.uid) => self.take(seen).await,
                () = tokio::time::sleep_until(end.min(due).into()) => {
                    // Rights may allow no more than looking.
                    if self.sight.is_blind() {
                        self.look().await;
                    }
                }
            }
            due = Instant::now() + JUDGED_AGAIN;
            (verdict, causes) = self.judge();
        }
        let scrub = self.watching.scrub;
        let causes = causes.into_iter().map(|cause| Cause { message: scrub(&cause.message), ..cause });
        let verdict = Verdict { message: scrub(&verdict.message), ..verdict };
        End { verdict, causes: causes.collect(), logs: self.logs.into_kept() }
    }

    async fn take(&mut self, seen: Option<Seen>) {
        match seen {
            Some(Seen::Now(object)) => self.newest = object,
            Some(Seen::Gone(last)) => (self.newest, self.is_gone) = (last, true),
            Some(Seen::Pods) | None => {}
            Some(Seen::Doubt) => self.look().await,
        }
        self.logs.follow(self.cluster, &self.pods());
    }

    /// Looks whether it's still there.
    async fn look(&mut self) {
        let id = &self.job.id;
        match self.cluster.get(&self.job.resource, id.namespace.as_deref(), &id.name).await {
            Ok(Some(object)) if object["metadata"]["uid"] == self.uid => self.newest = object,
            Ok(_) => self.is_gone = true,
            // The next look may tell.
            Err(_) => {}
        }
    }

    fn pods(&self) -> Vec<Value> {
        if self.job.id.kind.is("", "Pod") { vec![self.newest.clone()] } else { self.sight.pods(&self.uid) }
    }

    /// How it stands. What is gone is judged by how it was last.
    fn judge(&self) -> (Verdict, Vec<Cause>) {
        let pods = self.pods();
        let owned = Owned::of(&[], &pods);
        let judged = judge_workload_in(&self.newest, &owned, &Context::at(Timestamp::now()));
        let has_ended = match judged.verdict.health {
            Health::Ready => has_succeeded(&self.newest),
            Health::Failed => !is_tried_again(&self.newest, &judged.verdict),
            _ => false,
        };
        match judged.verdict.health {
            _ if !has_ended && self.is_gone => {
                let message = "it was deleted before it was seen to end";
                (verdict(Health::Failed, "Deleted", message), Vec::new())
            }
            Health::Failed if is_tried_again(&self.newest, &judged.verdict) => {
                (Verdict { health: Health::Progressing, ..judged.verdict }, judged.causes)
            }
            Health::Ready if !has_ended => {
                (verdict(Health::Progressing, "Running", &judged.verdict.message), Vec::new())
            }
            _ => (judged.verdict, judged.causes),
        }
    }

    fn tell(&mut self, verdict: &Verdict) {
        if self.told.as_ref() != Some(verdict) {
            self.told = Some(verdict.clone());
            let message = (self.watching.scrub)(&verdict.message);
            let verdict = Verdict { message, ..verdict.clone() };
            (self.watching.tell)(Event::Health { id: self.job.id.clone(), verdict });
        }
    }

    /// What its containers said last, as far as it comes soon.
    async fn read_the_rest(&mut self) {
        self.logs.follow(self.cluster, &self.pods());
        let end = Instant::now() + REST;
        while let Ok(Some((speaker, line))) = tokio::time::timeout_at(end.into(), self.logs.next()).await {
            self.say(speaker, &line);
        }
    }

    fn say(&mut self, speaker: Speaker, line: &str) {
        let line = (self.watching.scrub)(line);
        (self.watching.tell)(self.logs.take(&self.job.id, speaker, line));
    }
}

/// A Pod that crashes and is run again may still succeed: until then its dependencies
/// may not have been there.
fn is_tried_again(object: &Value, verdict: &Verdict) -> bool {
    verdict.reason == "CrashLoopBackOff" && object["kind"] == "Pod" && object["status"]["phase"] != "Failed"
}

fn verdict(health: Health, reason: &str, message: &str) -> Verdict {
    Verdict { health, reason: reason.to_owned(), message: message.to_owned() }
}

fn too_long(timeout: Duration, last: &Verdict) -> Verdict {
    let message = format!(
        "not done after {}, and may still be running: {}",
        crate::config::Period(timeout),
        last.message
    );
    verdict(Health::Failed, "Timeout", &message)
}

fn left_running(last: &Verdict) -> Verdict {
    verdict(Health::Progressing, &last.reason, &format!("left running: {}", last.message))
}
