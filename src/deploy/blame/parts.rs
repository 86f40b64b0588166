//! Parts of a file whose last commit is looked for, found in any version of it.

use std::sync::Arc;

use crate::json::Value;
use crate::object::{FieldPath, Manifest, ObjectId, Step, kinds};
use crate::render::{self, SourceFile};
use crate::yaml;

/// Something that a version of a file has, or hasn't.
#[derive(Clone, PartialEq)]
pub(super) enum Part {
    /// A field with this value; none for one that isn't there.
    Field { object: ObjectId, path: FieldPath, value: Option<Value> },
    /// An object that is there, or isn't.
    Object { object: ObjectId, is_there: bool },
}

impl Part {
    /// Whether a version with these objects has it so.
    pub(super) fn holds(&self, objects: &[Manifest]) -> bool {
        match self {
            Self::Field { object, path, value } => {
                let found = find(objects, object).and_then(|manifest| field(manifest, path));
                found.map(|(_, value)| value) == value.as_ref()
            }
            Self::Object { object, is_there } => find(objects, object).is_some() == *is_there,
        }
    }

    /// The line at which it stands in a file with these objects, if it's there: a
    /// field's own, an object's name.
    pub(super) fn line(&self, text: &str, objects: &[Manifest]) -> Option<u32> {
        let name = FieldPath::fields(["metadata", "name"]);
        let (object, path) = match self {
            Self::Field { object, path, value: Some(_) } => (object, path),
            Self::Object { object, is_there: true } => (object, &name),
            Self::Field { .. } | Self::Object { .. } => return None,
        };
        let manifest = find(objects, object)?;
        let (written, _) = field(manifest, path)?;
        let source = &manifest.source;
        yaml::locate(text, source.document, &source.path_of(&written)).map(|(line, _)| line)
    }
}

/// The objects of a version of a file; `None` when it can't be read. Without a file
/// there are none.
pub(super) fn objects(content: Option<&[u8]>) -> Option<Vec<Manifest>> {
    let Some(bytes) = content else { return Some(Vec::new()) };
    let nameless: Arc<str> = Arc::from("");
    render::objects(&SourceFile { path: nameless.clone(), bytes: bytes.to_vec(), blob: nameless })
}

/// An object as it is written: the namespace may be left out.
pub(super) fn find<'a>(objects: &'a [Manifest], id: &ObjectId) -> Option<&'a Manifest> {
    let alike = |manifest: &&Manifest| {
        let found = &manifest.id;
        found.kind == id.kind
            && found.name == id.name
            && (id.namespace.is_none() || found.namespace.is_none() || found.namespace == id.namespace)
    };
    objects.iter().find(|manifest| manifest.id == *id).or_else(|| objects.iter().find(alike))
}

/// A field as it is written, and its path there: what the server fills in may be
/// missing of a list item's keys, and a Secret's data may be written as text.
pub(super) fn field<'a>(manifest: &'a Manifest, path: &FieldPath) -> Option<(FieldPath, &'a Value)> {
    walk(&manifest.body, path.steps()).or_else(|| match path.steps() {
        [Step::Field(data), rest @ ..] if kinds::is_secret(&manifest.id.kind) && data == "data" => {
            let written = FieldPath::fields(["stringData"]).join(rest);
            walk(&manifest.body, written.steps())
        }
        _ => None,
    })
}

fn walk<'a>(object: &'a Value, steps: &[Step]) -> Option<(FieldPath, &'a Value)> {
    let (mut written, mut value) = (FieldPath::root(), object);
    for step in steps {
        let step = match step {
            Step::Key(keys) => Step::Key(keys_of_item(value, keys)?),
            other => other.clone(),
        };
        let at = FieldPath::root().then(step.clone());
        value = at.get(value)?;
        written.push(step);
    }
    Some((written, value))
}

/// Those of the keys that the item has: of the first that contradicts none.
fn keys_of_item<K: Clone + AsRef<str>>(list: &Value, keys: &[(K, Value)]) -> Option<Vec<(K, Value)>> {
    let matches = |item: &&Value| {
        let has = |(name, wanted): &(K, Value)| item.get(name.as_ref()).map(|found| found == wanted);
        keys.iter().all(|key| has(key) != Some(false)) && keys.iter().any(|key| has(key) == Some(true))
    };
    let item = list.as_array()?.iter().find(matches)?;
    Some(keys.iter().filter(|(name, _)| item.get(name.as_ref()).is_some()).cloned().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;
    use crate::object::GroupKind;

    const FILE: &str = "apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: Service
    metadata: {name: web, namespace: shop}
    spec:
      ports:
        - name: http
          port: 80
        - {port: 443, protocol: TCP}
  - apiVersion: v1
    kind: Secret
    metadata:
      name: login
    stringData:
      password: hunter2
";

    fn id(kind: &str, name: &str) -> ObjectId {
        ObjectId::new(GroupKind::new("", kind), Some("shop"), name)
    }

    fn part(kind: &str, name: &str, path: &str, value: Value) -> Part {
        let path = FieldPath::parse(path).expect("a path");
        Part::Field { object: id(kind, name), path, value: Some(value) }
    }

    #[test]
    fn fields_are_found_as_they_are_written_and_where() {
        let objects = objects(Some(FILE.as_bytes())).expect("readable");
        for (part, line) in [
            (part("Service", "web", "spec.ports[port=80,protocol=TCP].name", json!("http")), 9),
            (part("Service", "web", "spec.ports[port=443,protocol=TCP].port", json!(443)), 11),
            (part("Secret", "login", "data.password", json!("hunter2")), 17),
            (Part::Object { object: id("Secret", "login"), is_there: true }, 15),
        ] {
            assert!(part.holds(&objects), "{line}");
            assert_eq!(part.line(FILE, &objects), Some(line));
        }
    }

    #[test]
    fn what_isnt_there_holds_only_as_absent() {
        let objects = objects(Some(FILE.as_bytes())).expect("readable");
        for absent in ["spec.ports[port=80,protocol=UDP].nodePort", "spec.type", "spec.ports[port=81]"] {
            let path = FieldPath::parse(absent).expect("a path");
            let part = |value| Part::Field { object: id("Service", "web"), path: path.clone(), value };
            assert!(part(None).holds(&objects) && !part(Some(json!(1))).holds(&objects), "{absent}");
            assert_eq!(part(None).line(FILE, &objects), None);
        }
        for (name, is_there) in [("web", true), ("other", false)] {
            let part = |is_there| Part::Object { object: id("Service", name), is_there };
            assert!(part(is_there).holds(&objects) && !part(!is_there).holds(&objects), "{name}");
        }
        let elsewhere = ObjectId { namespace: Some("other".into()), ..id("Service", "web") };
        assert!(find(&objects, &elsewhere).is_none());
    }

    #[test]
    fn a_version_that_cant_be_read_is_told_from_none() {
        assert!(objects(Some(b"a: [")).is_none());
        assert!(objects(None).is_some_and(|objects| objects.is_empty()));
    }
}
