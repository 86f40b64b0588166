//! `.sops.yaml`: which files somebody wanted to be encrypted, and which of them aren't.
//! Pure.

use std::collections::BTreeMap;
use std::rc::Rc;

use regex::Regex;

use super::super::names::{folder_of, join};
use super::super::source::SourceTree;
use super::encrypted::Format;
use crate::json::Value;
use crate::object::{Encrypted, Manifest};
use crate::yaml::{self, Document};

/// What the file of rules is called.
const NAME: &str = ".sops.yaml";

/// How keys end whose values stay readable, where a rule says nothing else.
const READABLE: &str = "_unencrypted";

/// Files that are readable though a rule wants them encrypted.
pub(in super::super) struct Unencrypted<'t> {
    tree: &'t SourceTree<'t>,
    /// The rules of a folder, with the folder that they are in.
    known: BTreeMap<String, Option<Rc<Rules>>>,
}

/// The rules of a file, and the folder that it's in.
struct Rules {
    folder: String,
    all: Vec<Rule>,
}

/// One rule: which files, and what of them.
struct Rule {
    path: Option<Regex>,
    what: What,
}

/// Which values are encrypted, by their keys.
enum What {
    Only(Regex),
    AllBut(Regex),
    OnlyEnding(String),
    AllButEnding(String),
}

impl<'t> Unencrypted<'t> {
    pub(in super::super) fn in_tree(tree: &'t SourceTree<'t>) -> Self {
        Self { tree, known: BTreeMap::new() }
    }

    /// What there is to be said about the file of a manifest.
    pub(in super::super) fn note(&mut self, manifest: &Manifest) -> Option<String> {
        let source = &manifest.source;
        if source.is_rendered || source.encrypted != Encrypted::Nothing || source.path.as_ref() == "-" {
            return None;
        }
        self.note_if(&source.path, |rule| rule.wants(&manifest.body))
    }

    /// What there is to be said about a file that a program reads and that isn't encrypted.
    pub(in super::super) fn note_of_file(&mut self, path: &str, bytes: &[u8]) -> Option<String> {
        self.note_if(path, |rule| rule.wants_file(path, bytes))
    }

    /// The note about a file, if the rule that is for it wants it to be encrypted.
    fn note_if(&mut self, file: &str, wants: impl Fn(&Rule) -> bool) -> Option<String> {
        let rules = self.rules(folder_of(file))?;
        let Rules { folder: from, all } = rules.as_ref();
        let path = file.strip_prefix(from.as_str()).unwrap_or(file).trim_start_matches('/');
        let is_meant = |rule: &&Rule| rule.path.as_ref().is_none_or(|pattern| pattern.is_match(path));
        let rules_file = join(from, NAME);
        all.iter().find(is_meant).filter(|rule| wants(rule)).map(|_| {
            format!("warning: {file} isn't encrypted, though {rules_file} wants it to be: `sops encrypt -i {file}`")
        })
    }

    /// The nearest rules above a folder.
    fn rules(&mut self, folder: &str) -> Option<Rc<Rules>> {
        if let Some(known) = self.known.get(folder) {
            return known.clone();
        }
        let own = self.read(&join(folder, NAME)).map(|all| Rc::new(Rules { folder: folder.to_owned(), all }));
        let found = match own {
            None if !folder.is_empty() => self.rules(folder_of(folder)),
            own => own,
        };
        self.known.insert(folder.to_owned(), found.clone());
        found
    }

    fn read(&self, path: &str) -> Option<Vec<Rule>> {
        // To read what isn't there would look for what was meant.
        self.tree.enclosure().ok()?.resolve("", &self.tree.enclosed(path)).ok()?;
        let file = self.tree.read(path).ok()?.into_iter().next()?;
        let text = yaml::decode(&file.bytes).ok()?;
        rules(&text)
    }
}

/// The rules of a file; nothing where they can't be read.
fn rules(text: &str) -> Option<Vec<Rule>> {
    let file = yaml::documents(text).ok()?.into_iter().next()?.value;
    let rules = file["creation_rules"].as_array().into_iter().flatten();
    Some(rules.filter_map(Rule::of).collect())
}

impl Rule {
    /// A rule whose patterns this can't read is passed over: sops reads them another way.
    fn of(rule: &Value) -> Option<Self> {
        let pattern = |key: &str| rule[key].as_str().map(Regex::new).transpose().ok();
        let ending = |key: &str| rule[key].as_str().map(str::to_owned);
        let path = pattern("path_regex")?;
        let (only, all_but) = (pattern("encrypted_regex")?, pattern("unencrypted_regex")?);
        let what = match (only, all_but, ending("encrypted_suffix"), ending("unencrypted_suffix")) {
            (Some(only), ..) => What::Only(only),
            (None, Some(all_but), ..) => What::AllBut(all_but),
            (None, None, Some(only), _) => What::OnlyEnding(only),
            (None, None, None, all_but) => What::AllButEnding(all_but.unwrap_or_else(|| READABLE.to_owned())),
        };
        Some(Self { path, what })
    }

    /// Whether it wants something of an object. That some key is called `data` doesn't make
    /// a `ConfigMap` a secret, nor does a rule for any file.
    fn wants(&self, object: &Value) -> bool {
        let by_key = matches!(self.what, What::Only(_) | What::OnlyEnding(_));
        let is_meant = object["kind"] == "Secret"
            || (by_key && object["kind"] != "ConfigMap")
            || (!by_key && self.path.is_some());
        is_meant && self.is_in(object, false)
    }

    /// Whether it wants something of a file that may be anything: only by its path.
    fn wants_file(&self, path: &str, bytes: &[u8]) -> bool {
        let is_text = matches!(Format::of(path), Format::Yaml | Format::Json);
        let documents = yaml::decode(bytes).ok().and_then(|text| yaml::documents(&text).ok());
        match documents.filter(|_| is_text) {
            _ if self.path.is_none() => false,
            None => true,
            Some(documents) => documents.iter().any(|Document { value, .. }| {
                let is_object = value.get("apiVersion").is_some() && value.get("kind").is_some();
                if is_object { self.wants(value) } else { self.is_in(value, false) }
            }),
        }
    }

    /// Whether a value is in it that would be encrypted; `inside` a key that is wanted.
    fn is_in(&self, value: &Value, inside: bool) -> bool {
        match value {
            Value::Object(fields) => fields.iter().any(|(key, field)| match &self.what {
                What::Only(pattern) => self.is_in(field, inside || pattern.is_match(key)),
                What::OnlyEnding(end) => self.is_in(field, inside || key.ends_with(end.as_str())),
                What::AllBut(pattern) => !pattern.is_match(key) && self.is_in(field, true),
                What::AllButEnding(end) => !key.ends_with(end.as_str()) && self.is_in(field, true),
            }),
            Value::Array(items) => items.iter().any(|item| self.is_in(item, inside)),
            Value::Null => false,
            Value::String(text) => inside && !text.is_empty(),
            Value::Bool(_) | Value::Number(_) => inside,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    fn wants(rule: &str, object: &Value) -> bool {
        let rules = rules(&format!("creation_rules:\n- {rule}\n")).expect("rules");
        rules.iter().any(|rule| rule.wants(object))
    }

    #[test]
    fn a_rule_wants_what_its_keys_say_and_no_config_map_by_chance() {
        let secret = json!({"kind": "Secret", "data": {"a": "eA=="}});
        let empty = json!({"kind": "Secret", "data": {}});
        let map = json!({"kind": "ConfigMap", "data": {"a": "x"}});
        let custom = json!({"kind": "Database", "spec": {"password": "x"}});
        for (rule, wanted) in [
            ("encrypted_regex: ^(data|stringData)$", [true, false, false, false]),
            ("{path_regex: .*, encrypted_regex: ^password$}", [false, false, false, true]),
            ("{path_regex: secret, age: x}", [true, true, true, true]),
            ("age: x", [true, true, false, false]),
            ("{path_regex: a, unencrypted_regex: '^(kind|data)$'}", [false, false, false, true]),
            ("encrypted_suffix: word", [false, false, false, true]),
            ("path_regex: '(?<'", [false; 4]),
        ] {
            let found = [&secret, &empty, &map, &custom].map(|object| wants(rule, object));
            assert_eq!(found, wanted, "{rule}");
        }
    }
}
