//! What one release wrote, in full.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::SCHEMA;
use super::protect::Protected;
use super::summary::Summary;
use crate::health::Health;
use crate::hex::hex;
use crate::json::Value;
use crate::object::{ObjectId, ObjectRef, Source};
use crate::parallel;
use crate::plan::Verb;

/// So many objects are there as text at once while they are hashed.
const HASHED_AT_ONCE: usize = 512;

/// The record of a release: every object of the target as it was then, whether
/// or not this run wrote it. Holds no secret value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// `trueup/v1`. Within it, fields are only ever added.
    pub schema: String,
    /// The release in short.
    pub summary: Summary,
    /// The objects, sorted by identity.
    pub objects: Vec<RecordedObject>,
    /// What was done, in the plan's order; absent in records of early versions.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub actions: Vec<RecordedAction>,
}

/// What a release did to an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecordedAction {
    /// What.
    pub action: Verb,
    /// To which.
    pub object: ObjectRef,
    /// Whether it failed, or wasn't reached.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub failed: bool,
}

/// One object of a release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecordedObject {
    /// Which object, and the version it was applied at.
    #[serde(flatten)]
    pub object: ObjectRef,
    /// The live object's uid; absent if it was never created.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub uid: Option<String>,
    /// Where its manifest stands.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub source: Option<RecordedSource>,
    /// The manifest.
    pub manifest: Protected,
    /// The fields that the apply owned, as managed fields have them
    /// (`fieldsV1`): drift is looked for there and nowhere else. `null` when
    /// that isn't known.
    #[serde(default)]
    pub fields: Value,
    /// The values at the applied paths as the server returned them; absent when
    /// they equal the manifest.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub written: Option<Protected>,
    /// How it was judged in the end.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub health: Option<Health>,
    /// Whether it had left Git by then, and was still there.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub left: bool,
}

/// Where a manifest stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecordedSource {
    /// The file, relative to the repository's root.
    pub path: String,
    /// The line at which the object starts, from 1.
    pub line: u32,
    /// The document in the file, from 1.
    pub document: u32,
}

impl From<&Source> for RecordedSource {
    fn from(source: &Source) -> Self {
        Self { path: source.path.to_string(), line: source.line, document: source.document }
    }
}

impl Record {
    /// A record of these objects. Sorts them and fills in the summary's `content`.
    pub fn new(summary: Summary, mut objects: Vec<RecordedObject>) -> Self {
        objects.sort_by(|one, other| one.object.sort_key().cmp(&other.object.sort_key()));
        let content = content(&objects);
        let summary = Summary { content, ..summary }.bounded();
        Self { schema: SCHEMA.to_owned(), summary, objects, actions: Vec::new() }
    }

    /// The object of this identity.
    pub fn find(&self, id: &ObjectId) -> Option<&RecordedObject> {
        let at = self.objects.binary_search_by_key(&id.sort_key(), |object| object.object.sort_key()).ok()?;
        self.objects.get(at)
    }
}

impl RecordedObject {
    /// Its identity.
    pub fn id(&self) -> ObjectId {
        self.object.id()
    }

    /// What the server made of the manifest: the values that drift is measured
    /// against.
    pub fn written(&self) -> &Protected {
        self.written.as_ref().unwrap_or(&self.manifest)
    }
}

/// Stands for the manifests alone: neither uids nor what the server filled in,
/// so that a commit deployed again has the content that it had.
fn content(objects: &[RecordedObject]) -> String {
    let mut hash = Sha256::new();
    // Identities and values always serialise.
    let parts = |recorded: &RecordedObject| {
        [serde_json::to_vec(&recorded.object), serde_json::to_vec(&recorded.manifest)]
            .map(Result::unwrap_or_default)
    };
    for some in objects.chunks(HASHED_AT_ONCE) {
        for part in parallel::each(some.iter().collect(), parts).into_iter().flatten() {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
    }
    format!("sha256:{}", hex(&hash.finalize()))
}

#[cfg(test)]
pub(super) mod fixtures {
    use super::super::protect::{DigestKey, Key, protect};
    use super::super::summary::fixtures::summary;
    use super::*;
    use crate::json::{Value, json};
    use crate::object::{ApiVersion, GroupKind, SecretPaths};

    /// A recorded object of this manifest.
    pub(in super::super) fn recorded(manifest: &Value) -> RecordedObject {
        let api_version =
            ApiVersion::parse(manifest["apiVersion"].as_str().expect("a version")).expect("a version");
        let kind = GroupKind::new(api_version.group.as_str(), manifest["kind"].as_str().expect("a kind"));
        let metadata = &manifest["metadata"];
        let id =
            ObjectId::new(kind, metadata["namespace"].as_str(), metadata["name"].as_str().expect("a name"));
        let key = DigestKey::Known(Key::new([7; 32]));
        RecordedObject {
            object: ObjectRef::new(&id, api_version.version),
            uid: Some("u-1".into()),
            source: Some(RecordedSource { path: "deploy/web.yaml".into(), line: 1, document: 1 }),
            manifest: protect(manifest, &id, &SecretPaths::of(&id.kind), &key),
            fields: json!({}),
            written: None,
            health: Some(Health::Ready),
            left: false,
        }
    }

    /// A `ConfigMap` with this much data that doesn't compress.
    pub(in super::super) fn config_map(name: &str, bytes: usize) -> Value {
        let mut seed = 7_u64;
        let mut noise = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            char::from(b'!' + u8::try_from((seed >> 33) % 90).expect("small"))
        };
        let data: String = (0..bytes).map(|_| noise()).collect();
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "shop"},
            "data": {"x": data}})
    }

    /// The record of a healthy release of these manifests.
    pub(in super::super) fn record(release: u64, manifests: &[Value]) -> Record {
        Record::new(summary(release), manifests.iter().map(recorded).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::summary::fixtures::summary;
    use super::fixtures::{config_map, record, recorded};
    use super::*;
    use crate::json::json;
    use crate::object::GroupKind;

    #[test]
    fn objects_are_sorted_and_found_by_identity() {
        let record = record(1, &[config_map("b", 1), config_map("a", 1)]);
        let names: Vec<&str> = record.objects.iter().map(|object| object.object.name.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
        let id = ObjectId::new(GroupKind::new("", "ConfigMap"), Some("shop"), "b");
        assert_eq!(record.find(&id).expect("recorded").object.name, "b");
        assert_eq!(record.find(&ObjectId { namespace: None, ..id }), None);
    }

    #[test]
    fn equal_manifests_are_equal_content_whatever_the_server_made_of_them() {
        let first = record(1, &[config_map("a", 9), config_map("b", 9)]);
        let again =
            RecordedObject { uid: Some("other".into()), health: None, ..recorded(&config_map("a", 9)) };
        let written = RecordedObject {
            written: Some(recorded(&config_map("b", 5)).manifest),
            ..recorded(&config_map("b", 9))
        };
        let second = Record::new(summary(2), vec![written, again]);
        assert_eq!(second.summary.content, first.summary.content);
        assert_ne!(record(3, &[config_map("a", 9)]).summary.content, first.summary.content);
    }

    #[test]
    fn drift_is_measured_against_the_manifest_where_the_server_agreed() {
        let mut object = recorded(&config_map("a", 3));
        assert_eq!(object.written(), &object.manifest);
        object.written = Some(recorded(&config_map("a", 4)).manifest);
        assert_ne!(object.written(), &object.manifest);
    }

    #[test]
    fn a_recorded_object_reads_like_this() {
        let manifest = json!({"apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "web", "namespace": "shop"}, "spec": {"replicas": 2}});
        insta::assert_json_snapshot!(recorded(&manifest), @r#"
        {
          "group": "apps",
          "version": "v1",
          "kind": "Deployment",
          "namespace": "shop",
          "name": "web",
          "uid": "u-1",
          "source": {
            "path": "deploy/web.yaml",
            "line": 1,
            "document": 1
          },
          "manifest": {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {
              "name": "web",
              "namespace": "shop"
            },
            "spec": {
              "replicas": 2
            }
          },
          "fields": {},
          "health": "ready"
        }
        "#);
    }
}
