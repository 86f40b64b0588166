//! One version of a custom kind.

use super::default::fill_in;
use super::prune::prune;
use super::read::root_of;
use super::rules::{Rules, Unchecked};
use crate::json::Value;
use crate::schema::validate::{Before, Origin, Patterns, violations_of_change, violations_with};
use crate::schema::{SchemaId, Schemas, Violation};

/// One version of a custom kind.
#[derive(Debug)]
pub struct CustomKind {
    /// The API group.
    pub group: String,
    /// The version, without the group.
    pub version: String,
    /// The kind.
    pub kind: String,
    /// Whether its objects are in namespaces.
    pub namespaced: bool,
    /// Whether the API server serves this version.
    pub served: bool,
    /// What the API server warns of, when the version is deprecated.
    pub deprecated: Option<String>,
    schemas: Schemas,
    /// Absent where anything is taken.
    root: Option<SchemaId>,
    patterns: Patterns,
    rules: Rules,
    unread: Vec<Unchecked>,
    /// Whether the status is written apart, so that a manifest's is dropped.
    status_apart: bool,
}

impl CustomKind {
    /// The kinds that a definition defines, one for each version. `definition`
    /// is a manifest's body; of one that is malformed as much as can be told.
    pub fn of_definition(definition: &Value) -> Vec<Self> {
        let spec = &definition["spec"];
        let group = words(&spec["group"]);
        let kind = words(&spec["names"]["kind"]);
        let namespaced = spec["scope"] == "Namespaced";
        let takes_anything = spec["preserveUnknownFields"] == true;
        let versions = spec["versions"].as_array().into_iter().flatten();
        versions
            .map(|version| {
                let mut schemas = Schemas::default();
                let schema = version.pointer("/schema/openAPIV3Schema").filter(|_| !takes_anything);
                let root = schema.map(|schema| root_of(&mut schemas, schema));
                let name = words(&version["name"]);
                let rules = Rules::of(&schemas);
                Self {
                    deprecated: deprecation(version, &group, &name, &kind),
                    patterns: Patterns::of(&schemas),
                    unread: root.map(|root| rules.unread(&schemas, root)).unwrap_or_default(),
                    rules,
                    group: group.clone(),
                    version: name,
                    kind: kind.clone(),
                    namespaced,
                    served: version["served"] == true,
                    status_apart: version.pointer("/subresources/status").is_some(),
                    schemas,
                    root,
                }
            })
            .collect()
    }

    /// What the API server would make of an applied object before it validates
    /// it: the defaults are filled in.
    pub fn defaulted(&self, object: &Value) -> Value {
        let mut object = object.clone();
        if let Some(root) = self.root {
            fill_in(&self.schemas, root, &mut object);
        }
        object
    }

    /// What the API server would make of an object that is stored: the fields
    /// that this version doesn't have are gone, the defaults are filled in.
    pub fn read(&self, stored: &Value) -> Value {
        let mut object = stored.clone();
        if let Some(root) = self.root {
            prune(&self.schemas, root, &mut object);
        }
        self.defaulted(&object)
    }

    /// An object as it's sent, without what the API server doesn't take from
    /// there.
    pub fn sent(&self, object: &Value) -> Value {
        let mut object = object.clone();
        if let Some(map) = object.as_object_mut().filter(|_| self.status_apart) {
            map.remove("status");
        }
        object
    }

    /// All that the API server would refuse in an object when it's created.
    pub fn violations(&self, object: &Value) -> Vec<Violation> {
        self.judge(object).violations
    }

    /// What the API server would refuse, and what can't be told here.
    pub fn judge(&self, object: &Value) -> Judgement {
        self.judge_with(
            object,
            |root, object| violations_with(&self.schemas, root, object, Origin::Custom, &self.patterns),
            |root, object| self.rules.ask(&self.schemas, root, object),
        )
    }

    /// The same for an object that is there already, as [`CustomKind::read`]
    /// gives it. `ratchets`: the server may let pass what was wrong before.
    pub fn judge_change(&self, before: &Value, object: &Value, ratchets: bool) -> Judgement {
        let before = self.sent(before);
        if !ratchets {
            return self.judge_with(
                object,
                |root, object| violations_with(&self.schemas, root, object, Origin::Custom, &self.patterns),
                |root, object| self.rules.ask_of_change(&self.schemas, root, object, Before::default()),
            );
        }
        self.judge_with(
            object,
            |root, object| violations_of_change(&self.schemas, root, object, &before, &self.patterns),
            |root, object| self.rules.ask_of_change(&self.schemas, root, object, Before::of(&before)),
        )
    }

    fn judge_with(
        &self,
        object: &Value,
        violations: impl Fn(SchemaId, &Value) -> Vec<Violation>,
        ask: impl Fn(SchemaId, &Value) -> (Vec<Violation>, Vec<Unchecked>),
    ) -> Judgement {
        let Some(root) = self.root else { return Judgement::default() };
        let mut object = self.sent(object);
        fill_in(&self.schemas, root, &mut object);
        let violations = violations(root, &object);
        // Rules are asked only about objects that fit the schema.
        if !violations.is_empty() {
            return Judgement { violations, unchecked: Vec::new() };
        }
        let (violations, unchecked) = ask(root, &object);
        Judgement { violations, unchecked }
    }

    /// Rules that can't be read here, whatever the object.
    pub fn unchecked(&self) -> &[Unchecked] {
        &self.unread
    }
}

/// What is said of one object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judgement {
    /// What the API server would refuse.
    pub violations: Vec<Violation>,
    /// Rules that had to be left to the API server, beside those that can't be
    /// read at all.
    pub unchecked: Vec<Unchecked>,
}

/// What k8s.io/apiextensions-apiserver `pkg/apiserver/customresource_handler.go`
/// warns of where the definition has no words of its own.
fn deprecation(version: &Value, group: &str, name: &str, kind: &str) -> Option<String> {
    if version["deprecated"] != true {
        return None;
    }
    let said = version["deprecationWarning"].as_str().map(str::to_owned);
    Some(said.unwrap_or_else(|| format!("{group}/{name} {kind} is deprecated")))
}

fn words(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
