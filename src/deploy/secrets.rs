//! The secret values of what is deployed, taken out of whatever others say: a
//! kubelet's message can quote an expanded argument, a log a password.

use super::resolve::Desired;
use crate::apply::Event;
use crate::health::{Cause, Verdict};
use crate::object::scrub;
use crate::wait::Ended;

/// The objects of a set that hold secrets.
pub(super) struct Secrets<'a>(Vec<&'a Desired>);

impl<'a> Secrets<'a> {
    pub(super) fn of(objects: impl IntoIterator<Item = &'a Desired>) -> Self {
        Self(objects.into_iter().filter(|object| !object.manifest.secrets.is_empty()).collect())
    }

    pub(super) fn scrub(&self, text: &str) -> String {
        let scrubbed =
            |text: String, secret: &&Desired| scrub(&text, &secret.manifest.body, &secret.manifest.secrets);
        self.0.iter().fold(text.to_owned(), scrubbed)
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
            took: ended.took,
        }
    }

    fn scrub_verdict(&self, verdict: Verdict) -> Verdict {
        Verdict { message: self.scrub(&verdict.message), ..verdict }
    }
}
