//! Live objects in files, as `kubectl get -o yaml` prints them: to be looked at,
//! never to be deployed.

use super::SourceTree;
use super::object::{Place, type_of};
use super::plain::{self, Reading};
use crate::error::Diagnostic;
use crate::json::Value;
use crate::object::{ApiVersion, FieldPath, GroupKind, ObjectId, ObjectRef};

/// An object as the API server returned it.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveObject {
    /// Its identity.
    pub object: ObjectRef,
    /// All of it.
    pub body: Value,
}

/// The objects in these files and folders, in their order; there may be none.
///
/// Errors with everything that is wrong: whatever can't be read, or isn't an object.
pub fn live(tree: &SourceTree<'_>, paths: &[String]) -> Result<Vec<LiveObject>, Vec<Diagnostic>> {
    let (mut objects, mut findings) = (Vec::new(), Vec::new());
    for path in paths {
        match tree.list(path) {
            Ok(listing) => {
                let (found, wrong) = plain::render_as(listing.files, Reading::AS_IT_IS, read);
                objects.extend(found);
                findings.extend(wrong);
            }
            Err(found) => findings.extend(found),
        }
    }
    if findings.is_empty() { Ok(objects) } else { Err(findings) }
}

fn read(body: Value, place: &Place<'_>) -> Result<LiveObject, Vec<Diagnostic>> {
    let wrong = |message: String| vec![place.finding(message, &FieldPath::root())];
    if body.as_object().is_none() {
        return Err(wrong(format!("an object is a map, but this is {}", type_of(&body))));
    }
    let text = |value: &Value| value.as_str().map(str::to_owned).filter(|text| !text.is_empty());
    let metadata = &body["metadata"];
    let version = text(&body["apiVersion"]).and_then(|text| ApiVersion::parse(&text));
    let (Some(version), Some(kind), Some(name)) = (version, text(&body["kind"]), text(&metadata["name"]))
    else {
        return Err(wrong("a live object has an apiVersion, a kind and a metadata.name".to_owned()));
    };
    let id = ObjectId::new(GroupKind::new(version.group, kind), metadata["namespace"].as_str(), name);
    Ok(LiveObject { object: ObjectRef::new(&id, version.version), body })
}
