//! The digest: what stands for what a plan would do.
//!
//! Over the cluster, the target and the sorted actions with what is sent and
//! which of the manifests' own paths change; never over the commit, causes, notes, guards, times or
//! what the server adds, so that a squash or merge doesn't change what somebody
//! approved. No secret enters it, keyed or not: the change of a
//! Secret, or of another object with secret fields, is its paths, the live object's
//! uid and resourceVersion, and the blob id of its source.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::Verb;
use crate::json::Value;
use crate::object::{ObjectId, Op};

/// The version of what is hashed; it stands before the digest.
const VERSION: &str = "v1";

/// Whether a digest is of the version that this program computes.
pub fn is_comparable(digest: &str) -> bool {
    digest.split_once(':').is_some_and(|(version, _)| version == VERSION)
}

/// One action, as far as the digest looks at it.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// What is done.
    pub verb: Verb,
    /// To which object.
    pub id: &'a ObjectId,
    /// What is sent; `None` for deletions.
    pub body: Option<&'a Value>,
    /// The manifest's fields that change.
    pub changes: &'a [EntryChange<'a>],
    /// The live object's uid, if there is one.
    pub uid: Option<&'a str>,
    /// The live object's resourceVersion, if there is one.
    pub resource_version: Option<&'a str>,
    /// Whether any of its values is secret: none of them is hashed then.
    pub secret: bool,
    /// The blob id of the source, if there is one.
    pub blob: Option<&'a str>,
}

/// One field that changes, at a path of the manifest or removed from it.
#[derive(Debug, Clone)]
pub struct EntryChange<'a> {
    /// The path as text.
    pub path: String,
    /// What happens there.
    pub op: Op,
    /// The live value.
    pub from: Option<&'a Value>,
    /// The manifest's value.
    pub to: Option<&'a Value>,
}

#[derive(Serialize)]
struct Hashed<'a> {
    cluster: &'a str,
    target: &'a str,
    actions: Vec<HashedAction<'a>>,
}

#[derive(Serialize)]
struct HashedAction<'a> {
    action: Verb,
    object: [&'a str; 4],
    body: Option<&'a Value>,
    changes: Vec<HashedChange<'a>>,
    uid: Option<&'a str>,
    resource_version: Option<&'a str>,
    blob: Option<&'a str>,
}

#[derive(Serialize)]
struct HashedChange<'a> {
    path: &'a str,
    op: Op,
    from: Option<&'a Value>,
    to: Option<&'a Value>,
}

/// The digest of these actions on this target; unchanged objects don't count.
pub fn digest(cluster: &str, target: &str, entries: &[Entry<'_>]) -> String {
    let mut sorted: Vec<&Entry<'_>> = entries.iter().filter(|entry| entry.verb != Verb::Unchanged).collect();
    sorted.sort_by(|a, b| (a.id, a.verb).cmp(&(b.id, b.verb)));
    sum(&Hashed { cluster, target, actions: sorted.into_iter().map(hashed).collect() })
}

/// The digest of one action by itself: two plans with the same ones do the same.
pub fn action_digest(entry: &Entry<'_>) -> Option<String> {
    (entry.verb != Verb::Unchanged).then(|| sum(&hashed(entry)))
}

fn sum(hashed: &impl Serialize) -> String {
    // Strings, numbers and maps with sorted keys: this always serialises.
    let text = serde_json::to_vec(hashed).unwrap_or_default();
    format!("{VERSION}:{}", URL_SAFE_NO_PAD.encode(Sha256::digest(text)))
}

fn hashed<'a>(entry: &'a Entry<'_>) -> HashedAction<'a> {
    let secret = entry.secret;
    let pinned = secret || matches!(entry.verb, Verb::Delete | Verb::Replace);
    let mut changes: Vec<HashedChange<'a>> = entry
        .changes
        .iter()
        .map(|change| HashedChange {
            path: &change.path,
            op: change.op,
            from: change.from.filter(|_| !secret),
            to: change.to.filter(|_| !secret),
        })
        .collect();
    changes.sort_by(|a, b| a.path.cmp(b.path));
    HashedAction {
        action: entry.verb,
        object: [
            &entry.id.kind.group,
            &entry.id.kind.kind,
            entry.id.namespace.as_deref().unwrap_or_default(),
            &entry.id.name,
        ],
        body: entry.body.filter(|_| !secret),
        changes,
        uid: entry.uid.filter(|_| pinned),
        resource_version: entry.resource_version.filter(|_| secret),
        blob: entry.blob.filter(|_| secret),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;
    use crate::object::GroupKind;

    fn id(kind: &str, name: &str) -> ObjectId {
        ObjectId::new(GroupKind::new("", kind), Some("shop"), name)
    }

    fn entry<'a>(id: &'a ObjectId, changes: &'a [EntryChange<'a>]) -> Entry<'a> {
        Entry {
            verb: Verb::Update,
            id,
            body: None,
            changes,
            uid: Some("u1"),
            resource_version: Some("7"),
            secret: id.kind.kind == "Secret",
            blob: Some("b1"),
        }
    }

    fn change<'a>(from: &'a Value, to: &'a Value) -> [EntryChange<'a>; 1] {
        [EntryChange { path: "data.x".into(), op: Op::Change, from: Some(from), to: Some(to) }]
    }

    #[test]
    fn what_would_happen_decides_and_the_order_of_input_does_not() {
        let (a, b) = (id("ConfigMap", "a"), id("ConfigMap", "b"));
        let (one, two, three) = (json!("1"), json!("2"), json!("3"));
        let (first, second) = (change(&one, &two), change(&one, &three));
        let both = digest("c", "prod", &[entry(&a, &first), entry(&b, &first)]);
        assert_eq!(both, digest("c", "prod", &[entry(&b, &first), entry(&a, &first)]));
        assert_ne!(both, digest("c", "prod", &[entry(&a, &first), entry(&b, &second)]));
        assert_ne!(both, digest("d", "prod", &[entry(&a, &first), entry(&b, &first)]));
        assert_ne!(both, digest("c", "dev", &[entry(&a, &first), entry(&b, &first)]));
    }

    #[test]
    fn a_secrets_value_never_enters_but_its_source_does() {
        let secret = id("Secret", "s");
        let (one, two, three) = (json!("1"), json!("2"), json!("3"));
        let (first, second) = (change(&one, &two), change(&one, &three));
        let plain = digest("c", "prod", &[entry(&secret, &first)]);
        assert_eq!(plain, digest("c", "prod", &[entry(&secret, &second)]));
        let moved = Entry { blob: Some("b2"), ..entry(&secret, &first) };
        assert_ne!(plain, digest("c", "prod", &[moved]));
    }

    #[test]
    fn an_action_has_a_digest_of_its_own_unless_nothing_is_done() {
        let map = id("ConfigMap", "a");
        let (one, two, three) = (json!("1"), json!("2"), json!("3"));
        let (first, second) = (change(&one, &two), change(&one, &three));
        let own = action_digest(&entry(&map, &first)).expect("a digest");
        assert!(is_comparable(&own) && !is_comparable("v2:x") && !is_comparable("x"));
        assert_ne!(Some(own), action_digest(&entry(&map, &second)));
        assert_eq!(action_digest(&Entry { verb: Verb::Unchanged, ..entry(&map, &first) }), None);
    }

    #[test]
    fn a_deletion_is_of_one_object_and_not_of_its_successor() {
        let map = id("ConfigMap", "a");
        let gone = Entry { verb: Verb::Delete, ..entry(&map, &[]) };
        let again = Entry { uid: Some("u2"), ..gone };
        assert_ne!(digest("c", "prod", &[gone]), digest("c", "prod", &[again]));
        let touched = Entry { resource_version: Some("8"), ..gone };
        assert_eq!(digest("c", "prod", &[gone]), digest("c", "prod", &[touched]));
    }
}
