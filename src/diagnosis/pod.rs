//! Pods that no node takes or keeps, and their volumes.

use super::missing;
use super::warning::Warning;
use super::{Diagnosis, Trouble};
use crate::health::Cause;

/// What is wrong with the pod as a whole.
pub(super) fn diagnose(cause: &Cause) -> Option<Diagnosis> {
    match cause.reason.as_str() {
        "Unschedulable" => Some(unschedulable(&cause.message)),
        "Evicted" => {
            let words = format!("a node put pod {} out: {}", cause.pod, cause.message);
            Some(Diagnosis::new(
                Trouble::Evicted,
                words,
                "let it ask for what it needs in resources.requests",
            ))
        }
        _ => None,
    }
}

/// The scheduler's reason, without what it says of preemption.
fn unschedulable(message: &str) -> Diagnosis {
    let said = message.split(" preemption:").next().unwrap_or(message);
    let said =
        said.split(" no new claims to deallocate").next().unwrap_or(said).trim_end_matches(['.', ',', ' ']);
    if said.to_lowercase().contains("persistentvolumeclaim") {
        let hint =
            "look at the claim: kubectl describe pvc; its class has to exist, and to have a provisioner";
        return Diagnosis::new(Trouble::VolumePending, format!("a volume isn't there yet: {said}"), hint);
    }
    let hint = [
        ("Insufficient", "lower its resources.requests, or add nodes"),
        ("Too many pods", "add nodes"),
        ("untolerated taint", "add a toleration, or a node without that taint"),
        ("affinity/selector", "compare its nodeSelector and affinity with the nodes' labels"),
        ("free ports", "leave out hostPort, or add nodes"),
    ];
    let hint = hint.iter().find(|(word, _)| said.contains(word));
    let hint = hint.map_or("compare what it asks for with what the nodes have", |(_, hint)| hint);
    Diagnosis::new(Trouble::Unschedulable, format!("no node takes it: {said}"), hint)
}

/// A volume that can't be mounted, attached or made.
pub(super) fn volume(warnings: &[Warning]) -> Option<Diagnosis> {
    let is_of_one = |warning: &&Warning| {
        matches!(
            warning.reason.as_str(),
            "FailedMount" | "FailedAttachVolume" | "ProvisioningFailed" | "FailedBinding"
        )
    };
    let said = &warnings.iter().rev().find(is_of_one)?.message;
    Some(missing::reference(said).unwrap_or_else(|| {
        let hint = "look at the volume and its claim: kubectl describe pvc";
        Diagnosis::new(Trouble::VolumePending, format!("a volume can't be had: {said}"), hint)
    }))
}
