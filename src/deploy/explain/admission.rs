//! What admission says: policies, webhooks, and the plugins of the API server
//! (k8s.io/apiserver `pkg/admission`, k8s.io/kubernetes `plugin/pkg/admission`).

use super::field::{Field, Subject};
use super::objection::Objection;
use super::values::quoted;
use super::{custom, quota, security};
use crate::cluster::StatusError;

/// The objections of an answer that admission gave.
pub(super) fn objections(subject: &Subject<'_>, status: &StatusError) -> Vec<Objection> {
    let message = status.message.as_str();
    if let Some(objection) = denied(subject, message).or_else(|| unreachable(message)) {
        return vec![objection];
    }
    // `pods "web" is forbidden: …`
    let Some((_, said)) = message.split_once(" is forbidden: ") else { return Vec::new() };
    for read in [quota::quota, quota::limits, security::violations] {
        let found = read(subject, said);
        if !found.is_empty() {
            return found;
        }
    }
    let known = [policy, terminating, escalation, missing_account, missing_priority];
    let found = known.iter().find_map(|read| read(subject, said));
    vec![found.unwrap_or_else(|| Objection::in_words(said))]
}

/// `admission webhook "x" denied the request: why`.
fn denied(subject: &Subject<'_>, message: &str) -> Option<Objection> {
    let rest = message.strip_prefix("admission webhook ")?;
    let name = quoted(rest).into_iter().next()?;
    let by = format!("refused by the webhook {name:?}");
    let (_, why) = rest.split_once(" denied the request")?;
    let why = why.strip_prefix(": ").unwrap_or_default().trim();
    if why.is_empty() {
        return Some(Objection::new(format!("{by}, which doesn't say why")));
    }
    let mut lines = why.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    let objection = Objection::about(named_in(subject, why), format!("{by}: {first}"));
    Some(lines.fold(objection, Objection::because))
}

/// The first field that a text names, as a path or as a JSON pointer.
fn named_in(subject: &Subject<'_>, text: &str) -> Option<Field> {
    let mut words = text
        .split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != '/' && c != ']'));
    words.find_map(|word| {
        let path = match word.strip_prefix('/') {
            Some(pointer) => pointer.trim_end_matches('/').split('/').map(step).collect(),
            None => word.to_owned(),
        };
        let path = path.trim_start_matches('.');
        let root = path.split(['.', '[']).next().unwrap_or_default();
        let is_path = path.len() > root.len() && subject.body.get(root).is_some();
        is_path.then(|| subject.field(path)).flatten()
    })
}

/// A step of a JSON pointer (RFC 6901) as a step of a path.
fn step(word: &str) -> String {
    let name = word.replace("~1", "/").replace("~0", "~");
    if name.chars().all(|c| c.is_ascii_digit()) { format!("[{name}]") } else { format!(".{name}") }
}

/// `Internal error occurred: failed calling webhook "x": why`.
fn unreachable(message: &str) -> Option<Objection> {
    let (_, rest) = message.split_once("failed calling webhook ")?;
    let name = quoted(rest).into_iter().next()?;
    let (_, why) = rest.split_once("\": ")?;
    let why = why.strip_prefix("failed to call webhook: ").unwrap_or(why);
    Some(
        Objection::new(format!("the webhook {name:?} must agree, and doesn't answer"))
            .because(why)
            .hint("the manifest isn't to blame: see whether what serves the webhook is running"),
    )
}

/// `ValidatingAdmissionPolicy 'x' with binding 'y' denied request: why`.
fn policy(subject: &Subject<'_>, said: &str) -> Option<Objection> {
    let rest = said.strip_prefix("ValidatingAdmissionPolicy '")?;
    let (name, rest) = rest.split_once("' with binding '")?;
    let (binding, why) = rest.split_once("' denied request: ")?;
    let field = custom::mentioned(subject, &Field::default(), why);
    let why = why
        .strip_prefix("failed expression: ")
        .map_or_else(|| why.to_owned(), |rule| format!("doesn't hold: {rule}"));
    let objection = Objection::about(field, format!("refused by the policy {name:?}: {why}"));
    Some(if binding == name {
        objection
    } else {
        objection.because(format!("the binding {binding:?} applies it"))
    })
}

/// `unable to create new content in namespace x because it is being terminated`.
fn terminating(subject: &Subject<'_>, said: &str) -> Option<Objection> {
    let rest = said.strip_prefix("unable to create new content in namespace ")?;
    let (name, _) = rest.split_once(" because it is being terminated")?;
    Some(
        Objection::about(
            subject.field("metadata.namespace"),
            format!("the namespace {name:?} is being deleted"),
        )
        .hint("apply again when it is gone"),
    )
}

/// `user "x" (groups=…) is attempting to grant RBAC permissions not currently
/// held:` and a line for each of them.
fn escalation(_: &Subject<'_>, said: &str) -> Option<Objection> {
    let (who, rights) = said.split_once(" is attempting to grant RBAC permissions not currently held:")?;
    let user = quoted(who).into_iter().next()?;
    let objection = Objection::new(format!("grants what {user:?} isn't allowed itself"))
        .hint("apply it as somebody who has these rights, or may `escalate` and `bind` roles");
    Some(
        rights
            .lines()
            .filter(|line| !line.is_empty())
            .fold(objection, |objection, line| objection.because(right(line))),
    )
}

/// `{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}` as `get secrets`.
fn right(line: &str) -> String {
    let list = |name: &str| {
        let after = line.split_once(&format!("{name}:[")).map(|(_, rest)| rest)?;
        let words = quoted(after.split(']').next()?);
        (!words.is_empty()).then(|| words.join(", "))
    };
    let what = list("Resources").or_else(|| list("NonResourceURLs"));
    match (list("Verbs"), what) {
        (Some(verbs), Some(what)) => format!("{verbs} of {what}"),
        _ => line.to_owned(),
    }
}

/// `error looking up service account shop/robot: serviceaccount "robot" not found`.
fn missing_account(subject: &Subject<'_>, said: &str) -> Option<Objection> {
    let name = said.strip_prefix("error looking up service account ")?.split(':').next()?;
    let (namespace, name) = name.split_once('/')?;
    let field = subject.pod().map(|pod| pod.field("serviceAccountName"));
    Some(Objection::about(field, format!("there is no service account {name:?} in {namespace}")))
}

/// `no PriorityClass with name urgent was found`.
fn missing_priority(subject: &Subject<'_>, said: &str) -> Option<Objection> {
    let (name, _) = said.strip_prefix("no PriorityClass with name ")?.split_once(" was found")?;
    let field = subject.pod().map(|pod| pod.field("priorityClassName"));
    Some(Objection::about(field, format!("there is no priority class {name:?}")))
}
