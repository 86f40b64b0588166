//! What happens during a run, as it happens. Progress bars, plain lines and
//! reports are listeners; the executor knows none of them.

use crate::health::Verdict;
use crate::object::ObjectId;
use crate::plan::Verb;

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// A write is being sent.
    Started {
        /// The object.
        id: ObjectId,
        /// What is done to it.
        verb: Verb,
    },
    /// The server has it; its health isn't known yet.
    Written {
        /// The object.
        id: ObjectId,
        /// What was done to it.
        verb: Verb,
    },
    /// The server refused it.
    Failed {
        /// The object.
        id: ObjectId,
        /// The server's words, scrubbed.
        why: String,
    },
    /// It was not tried, because something it needs failed.
    Skipped {
        /// The object.
        id: ObjectId,
        /// What it needs.
        because: ObjectId,
    },
    /// Its health is now this.
    Health {
        /// The object.
        id: ObjectId,
        /// The verdict.
        verdict: Verdict,
    },
    /// A container of a hook said something.
    Log {
        /// The hook.
        id: ObjectId,
        /// Its pod.
        pod: String,
        /// The container.
        container: String,
        /// The line, without secrets.
        line: String,
    },
    /// No new writes will be started.
    Stopping {
        /// Why: an interrupt, the lock was lost, or something failed.
        why: String,
    },
}
