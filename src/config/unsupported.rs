//! Keys that belong to `trueup.yaml` but that this version doesn't act on.
//! They are refused by name: what has no effect must not look as if it had.

/// By the section (a type of the `file` module): its keys.
const KEYS: [(&str, &[&str]); 3] = [
    ("File", &["movedFrom", "policies", "checks", "verify", "notify"]),
    ("Settings", &["clusters", "rollout"]),
    ("Requires", &["approval", "windows"]),
];

/// By the enumeration: its values.
const VALUES: [(&str, &[&str]); 0] = [];

/// Whether this key of a section will mean something one day.
pub(super) fn is_key(section: &str, key: &str) -> bool {
    contains(&KEYS, section, key)
}

/// Whether this value of an enumeration will mean something one day.
pub(super) fn is_value(enumeration: &str, value: &str) -> bool {
    contains(&VALUES, enumeration, value)
}

fn contains(table: &[(&str, &[&str])], name: &str, word: &str) -> bool {
    table.iter().any(|(section, words)| *section == name && words.contains(&word))
}
