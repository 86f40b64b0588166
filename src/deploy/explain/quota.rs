//! What quotas and limit ranges say (k8s.io/apiserver
//! `pkg/admission/plugin/resourcequota`, k8s.io/kubernetes
//! `plugin/pkg/admission/limitranger`).

use std::collections::BTreeMap;

use super::field::{Field, Subject};
use super::objection::Objection;
use crate::json::Value;

/// `exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2`, or
/// `failed quota: small: must specify requests.cpu for: web`.
pub(super) fn quota(subject: &Subject<'_>, said: &str) -> Vec<Objection> {
    if let Some(rest) = said.strip_prefix("failed quota: ") {
        return must_specify(subject, rest).unwrap_or_default();
    }
    said.strip_prefix("exceeded quota: ").and_then(exceeded).into_iter().collect()
}

fn exceeded(rest: &str) -> Option<Objection> {
    let (name, rest) = rest.split_once(", requested: ")?;
    let (requested, rest) = rest.split_once(", used: ")?;
    let (used, limited) = rest.split_once(", limited: ")?;
    let (used, limited) = (amounts(used), amounts(limited));
    let objection = Objection::new(format!("exceeds the quota {name:?}"));
    let objection = amounts(requested).into_iter().fold(objection, |objection, (resource, wanted)| {
        let of = |amounts: &BTreeMap<&str, &str>| amounts.get(resource).copied().unwrap_or("?").to_owned();
        objection.because(format!("{resource}: {wanted} wanted, {} of {} in use", of(&used), of(&limited)))
    });
    Some(objection.hint("ask for less, make room, or have the quota raised"))
}

/// `a=1,b=2`.
fn amounts(text: &str) -> BTreeMap<&str, &str> {
    text.split(',').filter_map(|pair| pair.trim().split_once('=')).collect()
}

/// `small: must specify limits.cpu for: a,b; requests.cpu for: a`.
fn must_specify(subject: &Subject<'_>, rest: &str) -> Option<Vec<Objection>> {
    let (name, rest) = rest.split_once(": must specify ")?;
    let mut objections = Vec::new();
    for part in rest.split(';') {
        let (resources, containers) = part.trim().split_once(" for: ").unwrap_or((part.trim(), ""));
        for container in containers.split(',') {
            let field = subject.container(container).map(|field| field.field("resources"));
            let missing = |resource: &str| {
                let message = match &field {
                    Some(field) => format!("{}.{resource} is required", field.shown),
                    None => format!("{resource} is required"),
                };
                Objection::about(field.clone(), message).because(format!("the quota {name:?} counts it"))
            };
            objections.extend(resources.split(',').map(missing));
        }
    }
    Some(objections)
}

/// `maximum cpu usage per Container is 500m, but limit is 2`, or several in
/// brackets.
pub(super) fn limits(subject: &Subject<'_>, said: &str) -> Vec<Objection> {
    if !said.contains(" usage per ") && !said.contains(" to request ratio ") {
        return Vec::new();
    }
    let said = said.trim_start_matches('[').trim_end_matches(']');
    let starts =
        ["minimum ", "maximum ", "cpu max limit to request ratio", "memory max limit to request ratio"];
    let mut parts: Vec<String> = Vec::new();
    for part in said.split(", ") {
        match parts.last_mut() {
            Some(last) if !starts.iter().any(|start| part.starts_with(start)) => {
                last.push_str(", ");
                last.push_str(part);
            }
            _ => parts.push(part.to_owned()),
        }
    }
    parts.iter().map(|part| limit(subject, part)).collect()
}

fn limit(subject: &Subject<'_>, part: &str) -> Objection {
    let said = part.replace(" usage per ", " per ");
    let resource = part.split_whitespace().nth(1).unwrap_or_default();
    let Some((_, found)) = part.split_once(", but ") else { return Objection::new(said) };
    let (map, value) = match found.split_once(" is ") {
        Some(("limit", value)) => ("limits", value),
        Some(("request", value)) => ("requests", value),
        _ => return Objection::new(said),
    };
    match limited(subject, map, resource, value.trim_end_matches('.')) {
        Some(field) => Objection::at(field, &said),
        None => Objection::new(said),
    }
}

/// The field with this amount of a resource.
fn limited(subject: &Subject<'_>, map: &str, resource: &str, value: &str) -> Option<Field> {
    let root = subject.field("spec.resources");
    let resources =
        subject.containers().into_iter().map(|container| container.field("resources")).chain(root);
    let mut fields = resources.map(|field| field.field(map).field(resource));
    fields.find(|field| {
        let found = subject.value(field);
        let number = found.and_then(Value::as_number).map(ToString::to_string);
        found.is_some_and(|found| found == value) || number.is_some_and(|number| number == value)
    })
}
