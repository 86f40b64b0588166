//! What became of each kind of each API version, from what
//! prerelease-lifecycle-gen wrote into the Go types, and from which version
//! has which kinds.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::{Catalogue, Minor};
use crate::json::{Map, Value, json};

/// `apiVersion` and kind.
type Name = (String, String);

/// What is known of a kind.
#[derive(Debug, Default, Clone)]
pub(super) struct Found {
    introduced: Option<Minor>,
    deprecated: Option<Minor>,
    removed: Option<Minor>,
    replacement: Option<Name>,
}

/// A deprecated kind, since when, and its replacement.
type Deprecated = (&'static str, &'static str, Minor, Option<(&'static str, &'static str)>);

/// What no generated function says, of the stable kinds: comments in
/// `core/v1/types.go` of k8s.io/api v0.36.
const DEPRECATED: [Deprecated; 2] = [
    ("v1", "ComponentStatus", Minor::new(1, 19), None),
    ("v1", "Endpoints", Minor::new(1, 33), Some(("discovery.k8s.io/v1", "EndpointSlice"))),
];

/// Versions that went before such functions were written: the first version of
/// Kubernetes whose `api/openapi-spec/swagger.json` doesn't have them, the first
/// two by the changelogs.
const REMOVED: [(&str, &str, Minor); 10] = [
    ("auditregistration.k8s.io/v1alpha1", "AuditSink", Minor::new(1, 19)),
    ("settings.k8s.io/v1alpha1", "PodPreset", Minor::new(1, 20)),
    ("batch/v2alpha1", "CronJob", Minor::new(1, 21)),
    ("rbac.authorization.k8s.io/v1alpha1", "ClusterRole", Minor::new(1, 23)),
    ("rbac.authorization.k8s.io/v1alpha1", "ClusterRoleBinding", Minor::new(1, 23)),
    ("rbac.authorization.k8s.io/v1alpha1", "Role", Minor::new(1, 23)),
    ("rbac.authorization.k8s.io/v1alpha1", "RoleBinding", Minor::new(1, 23)),
    ("scheduling.k8s.io/v1alpha1", "PriorityClass", Minor::new(1, 23)),
    ("storage.k8s.io/v1alpha1", "VolumeAttachment", Minor::new(1, 23)),
    ("node.k8s.io/v1alpha1", "RuntimeClass", Minor::new(1, 24)),
];

/// The table, as JSON with a line a kind. Sources are in the order of their
/// versions: a later one is right about what an earlier one foresaw.
pub(super) fn table(sources: &[impl AsRef<Path>], versions: &BTreeMap<Minor, Catalogue>) -> String {
    let mut found = BTreeMap::new();
    for source in sources {
        read_folder(source.as_ref(), &mut found);
    }
    let owned = |api_version: &str, kind: &str| (api_version.to_owned(), kind.to_owned());
    for (api_version, kind, since, replacement) in DEPRECATED {
        let entry: &mut Found = found.entry(owned(api_version, kind)).or_default();
        entry.deprecated = Some(since);
        entry.replacement = replacement.map(|(api_version, kind)| owned(api_version, kind));
    }
    for (api_version, kind, until) in REMOVED {
        found.entry(owned(api_version, kind)).or_default().removed = Some(until);
    }
    correct_by(versions, &mut found);
    replace(versions, &mut found);
    text(&found)
}

fn read_folder(folder: &Path, found: &mut BTreeMap<Name, Found>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            read_folder(&path, found);
        } else if path.ends_with("zz_generated.prerelease-lifecycle.go") {
            let register =
                fs::read_to_string(folder.join("register.go")).expect("a package that registers types");
            let group = quoted(&register, "GroupName = ").expect("a group");
            let version = folder.file_name().and_then(|name| name.to_str()).expect("a version");
            let api_version =
                if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
            read(&fs::read_to_string(path).expect("a file"), &api_version, found);
        }
    }
}

/// Functions such as `func (in *Ingress) APILifecycleDeprecated() (major, minor int) {`,
/// with one line that returns two numbers, or a group, a version and a kind.
fn read(source: &str, api_version: &str, found: &mut BTreeMap<Name, Found>) {
    for function in source.split("\nfunc (in *").skip(1) {
        let (kind, rest) = function.split_once(") APILifecycle").expect("a function of a lifecycle");
        if kind.ends_with("List") || kind.ends_with("Options") {
            continue;
        }
        let entry = found.entry((api_version.to_owned(), kind.to_owned())).or_default();
        let (what, rest) = rest.split_once("()").expect("no arguments");
        let value = rest.split_once("return ").and_then(|(_, value)| value.lines().next()).expect("a value");
        match what {
            "Introduced" => entry.introduced = minor(value),
            "Deprecated" => entry.deprecated = minor(value),
            "Removed" => entry.removed = minor(value),
            "Replacement" => entry.replacement = replacement(value, kind),
            other => panic!("what is {other}?"),
        }
    }
}

/// `1, 22`.
fn minor(value: &str) -> Option<Minor> {
    value.replace(", ", ".").parse().ok()
}

/// `schema.GroupVersionKind{Group: "batch", Version: "v1", Kind: "CronJob"}`; by
/// mistake some kinds are replaced by their lists.
fn replacement(value: &str, of: &str) -> Option<Name> {
    let (group, version) = (quoted(value, "Group: ")?, quoted(value, "Version: ")?);
    let kind = quoted(value, "Kind: ")?;
    let kind = if kind == format!("{of}List") { of } else { kind };
    Some((format!("{group}/{version}"), kind.to_owned()))
}

fn quoted<'a>(text: &'a str, before: &str) -> Option<&'a str> {
    text.split_once(&format!("{before}\""))?.1.split('"').next()
}

/// Removals are foreseen long before: which versions have a kind is certain.
fn correct_by(versions: &BTreeMap<Minor, Catalogue>, found: &mut BTreeMap<Name, Found>) {
    let has = |version: &Minor, name: &Name| versions[version].kinds.contains_key(name);
    let all: Vec<Minor> = versions.keys().copied().collect();
    for name in versions.values().flat_map(|catalogue| catalogue.kinds.keys()) {
        let entry = found.entry(name.clone()).or_default();
        let first = all.iter().position(|version| has(version, name));
        if let Some(first) = first.filter(|first| *first > 0) {
            entry.introduced = entry.introduced.or(Some(all[first]));
        }
        let last = all.iter().rposition(|version| has(version, name)).unwrap_or_default();
        entry.removed = match all.get(last + 1) {
            Some(gone) => Some(*gone),
            None => entry.removed.filter(|removed| all.iter().all(|version| version < removed)),
        };
    }
}

/// What is deprecated is replaced by what the newest version has: by a more
/// stable version of the same group, or by the last of the replacements.
fn replace(versions: &BTreeMap<Minor, Catalogue>, found: &mut BTreeMap<Name, Found>) {
    let Some(newest) = versions.values().next_back() else { return };
    let before = found.clone();
    for (name, entry) in found.iter_mut().filter(|(_, entry)| entry.deprecated.or(entry.removed).is_some()) {
        let mut replacement = entry.replacement.take();
        while let Some(name) = replacement.take_if(|name| !newest.kinds.contains_key(name)) {
            replacement = before.get(&name).and_then(|entry| entry.replacement.clone());
        }
        entry.replacement = sibling(name, newest).or(replacement);
    }
}

/// The same kind in the most stable other version of its group.
fn sibling((api_version, kind): &Name, newest: &Catalogue) -> Option<Name> {
    let (group, own) = api_version.split_once('/')?;
    let others = newest.kinds.keys().filter(|(other, name)| {
        name == kind && other != api_version && other.split_once('/').is_some_and(|(other, _)| other == group)
    });
    let stability = |name: &str| match name.split_once('/').map_or(name, |(_, version)| version) {
        version if version.contains("alpha") => 0,
        version if version.contains("beta") => 1,
        _ => 2,
    };
    let best = others.max_by_key(|(other, _)| (stability(other), other.clone()))?;
    (stability(&best.0) > stability(own)).then(|| best.clone())
}

fn text(found: &BTreeMap<Name, Found>) -> String {
    let lines: Vec<String> = found
        .iter()
        .map(|((api_version, kind), entry)| {
            let mut fields = Map::new();
            let versions = [
                ("introduced", entry.introduced),
                ("deprecated", entry.deprecated),
                ("removed", entry.removed),
            ];
            for (name, version) in versions {
                fields.extend(version.map(|version| (name.to_owned(), json!(version))));
            }
            fields.extend(entry.replacement.as_ref().map(|name| ("replacement".to_owned(), json!(name))));
            format!("\"{api_version} {kind}\": {}", Value::Object(fields))
        })
        .collect();
    format!("{{\n{}\n}}\n", lines.join(",\n"))
}
