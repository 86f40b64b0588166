//! The secret values of what is deployed, taken out of whatever others say: a
//! kubelet's message can quote an expanded argument, a log a password.

use super::assemble::Work;
use super::planning::Planned;
use crate::apply::Event;
use crate::health::{Cause, Verdict};
use crate::json::Value;
use crate::object::{SecretPaths, scrub};
use crate::wait::Ended;

/// The objects that hold secrets: as they will be, and as they were. Pods may still
/// have the values of before, or of the run that is undone.
pub(super) struct Secrets<'a>(Vec<(&'a Value, &'a SecretPaths)>);

impl<'a> Secrets<'a> {
    pub(super) fn of(planned: &'a Planned) -> Self {
        let desired = planned.objects().map(|object| (&object.manifest.body, &object.manifest.secrets));
        let before = planned.work.iter().filter_map(|work| {
            let (at, live) = match work {
                Work::Keep { at, live } => (*at, live.as_ref()),
                Work::Write { at, live, .. } => (*at, live.as_ref()?),
                Work::Delete { .. }
                | Work::Forget { .. }
                | Work::Unstick { .. }
                | Work::Hook { .. }
                | Work::Bootstrap => {
                    return None;
                }
            };
            Some((live, &planned.desired[at].manifest.secrets))
        });
        let former = planned.former.iter().map(|(object, paths)| (object, paths));
        Self(desired.chain(before).chain(former).filter(|(_, paths)| !paths.is_empty()).collect())
    }

    /// The objects and where their secrets are, for a run that undoes this one.
    pub(super) fn to_owned(&self) -> Vec<(Value, SecretPaths)> {
        self.0.iter().map(|(object, paths)| ((*object).clone(), (*paths).clone())).collect()
    }

    pub(super) fn scrub(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (object, paths)| scrub(&text, object, paths))
    }

    pub(super) fn scrub_event(&self, event: Event) -> Event {
        match event {
            Event::Health { id, verdict } => Event::Health { id, verdict: self.scrub_verdict(verdict) },
            other => other,
        }
    }

    pub(super) fn scrub_ended(&self, ended: Ended) -> Ended {
        let scrub_cause = |cause: Cause| Cause { message: self.scrub(&cause.message), ..cause };
        Ended {
            verdict: self.scrub_verdict(ended.verdict),
            causes: ended.causes.into_iter().map(scrub_cause).collect(),
            newest: ended.newest,
            took: ended.took,
        }
    }

    fn scrub_verdict(&self, verdict: Verdict) -> Verdict {
        Verdict { message: self.scrub(&verdict.message), ..verdict }
    }
}
