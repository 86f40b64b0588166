//! What Pod Security says (k8s.io/pod-security-admission `policy/`): `violates
//! PodSecurity "restricted:latest": privileged (container "web" must not set
//! securityContext.privileged=true), …`.

use super::field::{Field, Subject};
use super::objection::Objection;
use super::values::quoted;

/// The violations that an error or a warning tells.
pub(super) fn violations(subject: &Subject<'_>, said: &str) -> Vec<Objection> {
    let Some((_, rest)) = said.split_once("violate").and_then(|(_, rest)| rest.split_once("PodSecurity "))
    else {
        return Vec::new();
    };
    let level = quoted(rest).into_iter().next().unwrap_or_default();
    let Some((_, rest)) = rest.split_once("\": ") else { return Vec::new() };
    parts(rest).into_iter().flat_map(|part| violation(subject, &level, part)).collect()
}

/// Splits at the commas that aren't in parentheses.
fn parts(text: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0_usize, 0, Vec::new());
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts
}

/// One violation; of several containers, one each.
fn violation(subject: &Subject<'_>, level: &str, part: &str) -> Vec<Objection> {
    let because =
        |objection: Objection| objection.because(format!("Pod Security {level:?} is enforced here"));
    let because = |objection: Objection| if level.is_empty() { objection } else { because(objection) };
    let said = || because(Objection::new(part.to_owned()));
    let Some((label, detail)) =
        part.split_once(" (").map(|(label, rest)| (label, rest.trim_end_matches(')')))
    else {
        return vec![said()];
    };
    let Some((who, what)) = detail.split_once(" must ") else {
        let field = pod_field(subject, label, detail);
        return vec![because(Objection::about(field, format!("{label} ({detail})")))];
    };
    let setting = what.trim_start_matches("not ").trim_start_matches("set ").trim_start_matches("include ");
    let path = setting.split(['=', ' ']).next().unwrap_or_default();
    let containers: Vec<Field> = quoted(who).iter().filter_map(|name| subject.container(name)).collect();
    if containers.is_empty() {
        return vec![said()];
    }
    let told = |container: Field| {
        let what = format!("{}: must {what}", container.shown);
        let field = path.split('.').fold(container, |field, name| field.field(name));
        because(Objection::about(Some(field), what))
    };
    containers.into_iter().map(told).collect()
}

/// The field of the pod itself: `host namespaces (hostNetwork=true)`, `restricted
/// volume types (volume "data" uses restricted volume type "hostPath")`.
fn pod_field(subject: &Subject<'_>, label: &str, detail: &str) -> Option<Field> {
    let pod = subject.pod()?;
    if let Some(name) = detail.split('=').next().filter(|_| label == "host namespaces") {
        return Some(pod.field(name));
    }
    let name = quoted(detail.split_once("volume")?.1).into_iter().next()?;
    let volumes = pod.field("volumes");
    let index =
        subject.value(&volumes)?.as_array()?.iter().position(|volume| volume["name"] == name.as_str())?;
    Some(volumes.item(index, subject.body))
}
