//! Recent warnings about a target's objects and what controllers made for them,
//! each once, by the object that they come from in the end.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};

use super::super::present::Present;
use super::around::{Around, seen, uid};
use super::family::{Families, name};
use crate::diagnosis::{Subject, told, warnings_about};
use crate::report::ObjectWarning;

/// What was seen within this time is recent.
const RECENT: SignedDuration = SignedDuration::from_hours(1);

/// How many warnings one object has.
const MOST: usize = 3;

/// The warnings, by object.
pub(super) fn recent(
    objects: &[Present],
    around: &Around,
    families: &Families<'_>,
    now: Timestamp,
) -> Vec<ObjectWarning> {
    let since = (now - RECENT).to_string();
    let mut warnings = Vec::new();
    for (namespace, neighbours) in around.namespaces.iter().filter(|(_, found)| !found.events.is_empty()) {
        let names: HashSet<&str> =
            neighbours.events.iter().filter_map(|event| event["involvedObject"]["name"].as_str()).collect();
        let here = objects
            .iter()
            .filter(|object| object.recorded.object.namespace.as_deref() == Some(namespace.as_str()))
            .filter_map(|object| Some((object, seen(object)?)));
        for (object, live) in here {
            let family: Vec<_> = std::iter::once(live).chain(families.descendants(live)).collect();
            let subjects: Vec<Subject<'_>> =
                family.iter().map(|one| Subject { name: name(one), uid: uid(one) }).collect();
            if !subjects.iter().any(|subject| names.contains(subject.name)) {
                continue;
            }
            let found = warnings_about(&neighbours.events, &subjects, Some(&since));
            let of_kind = |is_pod: bool| {
                let meant = family.iter().filter(move |one| (one["kind"] == "Pod") == is_pod);
                meant.map(|one| name(one)).collect::<Vec<_>>()
            };
            let lines = told(&found, &of_kind(true), &of_kind(false), MOST);
            let warning = |message| ObjectWarning { object: object.recorded.object.clone(), message };
            warnings.extend(lines.into_iter().map(warning));
        }
    }
    warnings
}
