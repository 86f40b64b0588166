//! What runs to an end, and has come to it.

use crate::json::Value;

/// Whether a Job is complete, or a Pod has succeeded: it has done its work, and what
/// becomes of it afterwards (`ttlSecondsAfterFinished`) is no matter. Running well
/// isn't enough.
pub fn has_succeeded(object: &Value) -> bool {
    let conditions = object["status"]["conditions"].as_array().into_iter().flatten();
    let mut conditions = conditions.filter(|condition| condition["status"] == "True");
    object["status"]["phase"] == "Succeeded"
        || (object["kind"] == "Job" && conditions.any(|condition| condition["type"] == "Complete"))
}
