//! Pods that the API server refuses to make: quotas, webhooks, policies.

use super::missing;
use super::{Diagnosis, Symptoms, Trouble};

/// Why pods can't be made, by the verdict, or by the last warning about it.
pub(super) fn diagnose(symptoms: &Symptoms<'_>) -> Option<Diagnosis> {
    let warned = symptoms.warnings.iter().rev().filter(|warning| warning.reason == "FailedCreate");
    let messages = std::iter::once(&symptoms.verdict.message).chain(warned.map(|warning| &warning.message));
    messages.into_iter().find_map(|message| refusal(message))
}

fn refusal(message: &str) -> Option<Diagnosis> {
    quota(message).or_else(|| denied(message)).or_else(|| missing::reference(message))
}

/// `exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2`, or
/// `failed quota: small: must specify requests.cpu for: web`.
fn quota(message: &str) -> Option<Diagnosis> {
    if let Some((_, rest)) = message.split_once("exceeded quota: ") {
        let (name, amounts) = rest.split_once(", ").unwrap_or((rest, ""));
        let words = format!("the quota {name} is used up: {amounts}");
        let hint = "ask for less, make room, or have the quota raised";
        return Some(Diagnosis::new(Trouble::QuotaExceeded, words, hint));
    }
    let (_, rest) = message.split_once("failed quota: ")?;
    let words = format!("the quota {rest}");
    Some(Diagnosis::new(Trouble::QuotaExceeded, words, "say what the containers ask for in their resources"))
}

fn denied(message: &str) -> Option<Diagnosis> {
    let said = if let Some(at) = message.find("admission webhook ") {
        message[at..].contains(" denied the request").then_some(&message[at..])
    } else if let Some(at) = message.find("ValidatingAdmissionPolicy ") {
        Some(&message[at..])
    } else {
        message.find("violates PodSecurity ").map(|at| &message[at..])
    }?;
    let hint = "change the pod template so that the rule lets it pass";
    Some(Diagnosis::new(Trouble::AdmissionDenied, format!("its pods are refused: {said}"), hint))
}
