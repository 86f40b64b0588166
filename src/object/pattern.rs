//! Fields as rules name them: `spec.replicas`, `spec.containers[*].image`.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{FieldPath, Step};

/// A field, or several: `[*]` and `.*` stand for any item and any key. What is
/// below it is meant as well.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct FieldPattern(FieldPath);

impl FieldPattern {
    /// A path of plain fields.
    pub fn fields<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        Self(FieldPath::fields(names))
    }

    /// It as a path, in which `*` stands for any step.
    pub fn into_path(self) -> FieldPath {
        self.0
    }

    /// The steps from the root.
    pub fn steps(&self) -> &[Step] {
        self.0.steps()
    }

    /// Whether this path is meant.
    pub fn covers(&self, path: &FieldPath) -> bool {
        path.steps().len() >= self.steps().len() && self.meets(path)
    }

    /// Whether this path is meant, or lies above something that is.
    pub fn meets(&self, path: &FieldPath) -> bool {
        let pairs = self.steps().iter().zip(path.steps());
        pairs.into_iter().all(|(wanted, step)| is_any(wanted) || may_be_same(wanted, step))
    }
}

/// Whether this step stands for all.
pub fn is_any(step: &Step) -> bool {
    matches!(step, Step::Field(name) if name == "*")
}

/// Two ways to name an item of a list may mean the same one unless they
/// contradict each other.
pub fn may_be_same(wanted: &Step, step: &Step) -> bool {
    match (wanted, step) {
        (Step::Field(wanted), Step::Field(name)) => wanted == name,
        (Step::Field(_), _) | (_, Step::Field(_)) => false,
        (Step::Index(wanted), Step::Index(index)) => wanted == index,
        (Step::Value(wanted), Step::Value(value)) => wanted == value,
        (Step::Key(wanted), Step::Key(keys)) => {
            wanted.iter().all(|(name, value)| keys.iter().all(|(n, v)| n != name || v == value))
        }
        _ => true,
    }
}

impl FromStr for FieldPattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let path = FieldPath::parse(text).map_err(|error| error.to_string())?;
        let names: Vec<&str> = path.steps().iter().map_while(name).collect();
        match (path.steps().len(), names.as_slice()) {
            (0, _) | (1, ["metadata"]) | (_, ["*", ..]) => {
                Err(format!("{text:?} is nearly the whole object: name the fields below it"))
            }
            (_, ["apiVersion" | "kind", ..] | ["metadata", "*" | "name" | "namespace", ..]) => {
                Err(format!("{text:?} is part of what the object is"))
            }
            // Places in a list mean something else after every insertion.
            _ if path.steps().iter().any(|step| matches!(step, Step::Index(_))) => Err(format!(
                "{text:?} names an item by its place: name it by its key, such as [name=web], or all by [*]"
            )),
            (_, ["status", ..]) => Err(format!("{text:?} is never written by trueup")),
            _ => Ok(Self(path)),
        }
    }
}

fn name(step: &Step) -> Option<&str> {
    match step {
        Step::Field(name) => Some(name),
        _ => None,
    }
}

impl TryFrom<String> for FieldPattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl fmt::Display for FieldPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.to_string();
        f.write_str(&text.replace("[\"*\"]", "[*]"))
    }
}

impl JsonSchema for FieldPattern {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Field".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A field and what is below it, such as spec.replicas or spec.template.spec.containers[*].image",
            "type": "string",
            "format": "field"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> FieldPattern {
        text.parse().expect("a pattern")
    }

    #[test]
    fn a_pattern_meets_what_is_below_it_and_above_it() {
        let image = pattern("spec.containers[*].image");
        for path in
            ["spec.containers[name=web].image", "spec.containers[0].image.x", "spec.containers", "spec"]
        {
            assert!(image.meets(&FieldPath::parse(path).expect("a path")), "{path}");
        }
        for path in ["spec.containers[name=web].args", "spec.volumes", "metadata"] {
            assert!(!image.meets(&FieldPath::parse(path).expect("a path")), "{path}");
        }
        let web = pattern("spec.containers[name=web]");
        assert!(!web.meets(&FieldPath::parse("spec.containers[name=db].image").expect("a path")));
        assert!(pattern("metadata.annotations.*").meets(&FieldPath::fields([
            "metadata",
            "annotations",
            "a/b"
        ])));
    }

    #[test]
    fn a_pattern_is_shown_as_it_is_written() {
        for text in ["spec.containers[*].image", "spec.a[name=b].c", "spec.replicas"] {
            assert_eq!(pattern(text).to_string(), text);
        }
    }

    #[test]
    fn a_place_in_a_list_cant_be_a_rule() {
        // It would have stood for every item that has a key.
        let refused = "spec.containers[0].image".parse::<FieldPattern>();
        assert!(refused.is_err_and(|why| why.contains("by its place")));
    }

    #[test]
    fn what_an_object_is_cant_be_a_rule() {
        for text in
            ["", "metadata", "metadata.name", "metadata.*", "*", "*.a", "kind", "status.x", "a..b", "a["]
        {
            assert!(text.parse::<FieldPattern>().is_err(), "{text:?}");
        }
    }
}
