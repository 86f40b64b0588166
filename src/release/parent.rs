//! The inventory's parent object (KEP-3659): which kinds and namespaces its
//! members may be in, and trueup's state.

use std::collections::BTreeSet;

use super::identity::Target;
use super::parent_error::Problem;
use super::record::{Record, RecordedObject};
use super::state::State;
use super::summary::Summary;
use crate::json::{Map, Value, json};
use crate::object::GroupKind;

const ID: &str = "applyset.kubernetes.io/id";
const TOOLING: &str = "applyset.kubernetes.io/tooling";
const GROUP_KINDS: &str = "applyset.kubernetes.io/contains-group-kinds";
const NAMESPACES: &str = "applyset.kubernetes.io/additional-namespaces";

/// This program and its version, as `ApplySet`s and records name tools.
pub const TOOL: &str = concat!("trueup/v", env!("CARGO_PKG_VERSION"));

/// The parent of a target's inventory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parent {
    /// The kinds of which there may be members.
    pub group_kinds: BTreeSet<GroupKind>,
    /// The namespaces in which there may be members, always with the parent's own.
    pub namespaces: BTreeSet<String>,
    /// trueup's own state.
    pub state: State,
    /// The version and uid that were read; absent for a parent that is yet to
    /// be created.
    pub(super) stored: Option<Stored>,
}

/// What identifies the object that a parent was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stored {
    pub uid: String,
    pub resource_version: String,
}

impl Parent {
    /// The parent of a target that nothing was ever deployed to.
    pub fn new(target: &Target) -> Self {
        Self {
            group_kinds: BTreeSet::new(),
            namespaces: BTreeSet::from([target.state_namespace().to_owned()]),
            state: State::new(target),
            stored: None,
        }
    }

    /// The version that was read; absent for a parent that is yet to be created.
    pub fn version(&self) -> Option<&str> {
        self.stored.as_ref().map(|stored| stored.resource_version.as_str())
    }

    /// A parent in place of one that was lost: the state as the records tell it,
    /// with the kinds and namespaces that the newest record has objects in. The
    /// hold is lost with it.
    pub fn rebuilt<'a>(
        target: &Target,
        summaries: impl IntoIterator<Item = &'a Summary>,
        newest: Option<&Record>,
    ) -> Self {
        let mut parent = Self::new(target);
        parent.state.catch_up(summaries);
        for id in newest.into_iter().flat_map(|record| &record.objects).map(RecordedObject::id) {
            parent.group_kinds.insert(id.kind);
            parent.namespaces.extend(id.namespace);
        }
        parent
    }

    /// Reads the `ConfigMap`. Anything that could make members be overlooked is
    /// an error.
    pub(super) fn parse(target: &Target, config_map: &Value) -> Result<Self, Problem> {
        let metadata = &config_map["metadata"];
        check_id(target, &metadata["labels"])?;
        let annotations = &metadata["annotations"];
        check_tooling(&annotations[TOOLING])?;
        let group_kinds = items(annotations[GROUP_KINDS].as_str().ok_or(Problem::NoGroupKinds)?)
            .map(|item| GroupKind::parse(item).ok_or_else(|| Problem::BadGroupKind(item.to_owned())))
            .collect::<Result<_, _>>()?;
        let mut namespaces: BTreeSet<String> =
            items(annotations[NAMESPACES].as_str().unwrap_or_default()).map(str::to_owned).collect();
        namespaces.insert(target.state_namespace().to_owned());
        let text = config_map["data"]["state"].as_str().ok_or(Problem::NoState)?;
        let state = State::parse(target, text).map_err(Problem::State)?;
        let stored = metadata["uid"].as_str().zip(metadata["resourceVersion"].as_str());
        Ok(Self {
            group_kinds,
            namespaces,
            state,
            stored: stored
                .map(|(uid, version)| Stored { uid: uid.to_owned(), resource_version: version.to_owned() }),
        })
    }

    /// The `ConfigMap`, without what identifies the stored one.
    pub(super) fn compose(&self, target: &Target) -> Value {
        let group_kinds: BTreeSet<String> = self.group_kinds.iter().map(GroupKind::to_string).collect();
        let namespaces: Vec<&str> = self
            .namespaces
            .iter()
            .map(String::as_str)
            .filter(|namespace| *namespace != target.state_namespace())
            .collect();
        let mut annotations = Map::new();
        annotations.insert(TOOLING.into(), TOOL.into());
        annotations.insert(GROUP_KINDS.into(), join(group_kinds.iter().map(String::as_str)).into());
        if !namespaces.is_empty() {
            annotations.insert(NAMESPACES.into(), join(namespaces).into());
        }
        json!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {
                "name": target.parent_name(),
                "namespace": target.state_namespace(),
                "labels": {ID: target.applyset_id()},
                "annotations": annotations,
            },
            "data": {"state": self.state.to_text()},
        })
    }

    /// Takes in the kinds and namespaces that are about to be written to.
    pub(super) fn widen(&mut self, kinds: &BTreeSet<GroupKind>, namespaces: &BTreeSet<String>) {
        self.group_kinds.extend(kinds.iter().cloned());
        self.namespaces.extend(namespaces.iter().cloned());
    }

    /// Leaves only the kinds and namespaces in which members remain.
    pub(super) fn narrow(
        &mut self,
        target: &Target,
        kinds: &BTreeSet<GroupKind>,
        namespaces: &BTreeSet<String>,
    ) {
        self.group_kinds.clone_from(kinds);
        self.namespaces.clone_from(namespaces);
        self.namespaces.insert(target.state_namespace().to_owned());
    }

    /// Whether both say the same, whichever stored object they are from.
    pub(super) fn says_the_same_as(&self, other: &Self) -> bool {
        self.group_kinds == other.group_kinds
            && self.namespaces == other.namespaces
            && self.state == other.state
    }
}

fn check_id(target: &Target, labels: &Value) -> Result<(), Problem> {
    match labels[ID].as_str() {
        None => Err(Problem::NoId),
        Some(id) if id == target.applyset_id() => Ok(()),
        Some(id) => Err(Problem::OtherId { found: id.to_owned(), expected: target.applyset_id() }),
    }
}

fn check_tooling(tooling: &Value) -> Result<(), Problem> {
    match tooling.as_str() {
        Some(tool) if tool.split('/').next() == Some("trueup") => Ok(()),
        tool => Err(Problem::OtherTool(tool.unwrap_or_default().to_owned())),
    }
}

/// The items of a list as `ApplySet`s write it; an empty text is an empty list.
fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty())
}

fn join<'a>(items: impl IntoIterator<Item = &'a str>) -> String {
    items.into_iter().collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::super::record::fixtures::{config_map, record};
    use super::super::state::StateError;
    use super::*;

    fn target() -> Target {
        Target::new("shop", "prod", "shop").expect("well formed")
    }

    fn parent() -> Parent {
        let mut parent = Parent::new(&target());
        let kinds = ["Deployment.apps", "ConfigMap"].map(|kind| GroupKind::parse(kind).expect("a kind"));
        parent.widen(&BTreeSet::from(kinds), &names(&["web", "jobs", "shop"]));
        parent
    }

    fn names(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn stored() -> Value {
        let mut config_map = parent().compose(&target());
        config_map["metadata"]["uid"] = "u-1".into();
        config_map["metadata"]["resourceVersion"] = "42".into();
        config_map
    }

    #[test]
    fn a_parent_is_written_as_the_kep_says() {
        insta::assert_json_snapshot!(parent().compose(&target()), @r#"
        {
          "apiVersion": "v1",
          "data": {
            "state": "{\n  \"schema\": \"trueup/v1\",\n  \"target\": {\n    \"name\": \"shop\",\n    \"environment\": \"prod\"\n  },\n  \"next\": 1\n}"
          },
          "kind": "ConfigMap",
          "metadata": {
            "annotations": {
              "applyset.kubernetes.io/additional-namespaces": "jobs,web",
              "applyset.kubernetes.io/contains-group-kinds": "ConfigMap,Deployment.apps",
              "applyset.kubernetes.io/tooling": "trueup/v0.1.0"
            },
            "labels": {
              "applyset.kubernetes.io/id": "applyset-R1yEBIRaBtGOFX5Vj8Auv7SWHt5Ja2TBvh1zTz_pusk-v1"
            },
            "name": "trueup-shop-prod",
            "namespace": "shop"
          }
        }
        "#);
    }

    #[test]
    fn the_annotation_for_namespaces_is_left_out_when_there_are_no_others() {
        let composed = Parent::new(&target()).compose(&target());
        assert_eq!(composed["metadata"]["annotations"].get(NAMESPACES), None);
        assert_eq!(composed["metadata"]["annotations"][GROUP_KINDS], "");
    }

    #[test]
    fn what_is_written_is_read_back() {
        let read = Parent::parse(&target(), &stored()).expect("a parent");
        assert!(read.says_the_same_as(&parent()));
        let expected = Stored { uid: "u-1".into(), resource_version: "42".into() };
        assert_eq!(read.stored, Some(expected));
        assert_eq!(read.namespaces, names(&["jobs", "shop", "web"]));
    }

    #[test]
    fn widening_never_forgets_and_narrowing_never_forgets_the_parents_own_namespace() {
        let mut parent = parent();
        let secret = BTreeSet::from([GroupKind::new("", "Secret")]);
        parent.widen(&secret, &names(&["more"]));
        assert_eq!(parent.group_kinds.len(), 3);
        assert_eq!(parent.namespaces, names(&["jobs", "more", "shop", "web"]));
        parent.narrow(&target(), &secret, &names(&["more"]));
        assert_eq!(parent.group_kinds, secret);
        assert_eq!(parent.namespaces, names(&["more", "shop"]));
    }

    #[test]
    fn a_parent_that_isnt_exactly_ours_is_refused() {
        type Damage = fn(&mut Value);
        let cases: [(Damage, Problem); 7] = [
            (|p| p["metadata"]["labels"] = json!({}), Problem::NoId),
            (
                |p| p["metadata"]["labels"][ID] = "applyset-x-v1".into(),
                Problem::OtherId { found: "applyset-x-v1".into(), expected: target().applyset_id() },
            ),
            (
                |p| p["metadata"]["annotations"][TOOLING] = "kubectl/v1.36".into(),
                Problem::OtherTool("kubectl/v1.36".into()),
            ),
            (|p| p["metadata"]["annotations"][TOOLING] = Value::Null, Problem::OtherTool(String::new())),
            (|p| p["metadata"]["annotations"][GROUP_KINDS] = Value::Null, Problem::NoGroupKinds),
            (
                |p| p["metadata"]["annotations"][GROUP_KINDS] = ".apps".into(),
                Problem::BadGroupKind(".apps".into()),
            ),
            (|p| p["data"] = json!({}), Problem::NoState),
        ];
        for (damage, expected) in cases {
            let mut config_map = stored();
            damage(&mut config_map);
            assert_eq!(Parent::parse(&target(), &config_map), Err(expected));
        }
        let mut newer = stored();
        newer["data"]["state"] = r#"{"schema": "trueup/v9"}"#.into();
        let expected = Problem::State(StateError::Newer("trueup/v9".into()));
        assert_eq!(Parent::parse(&target(), &newer), Err(expected));
    }

    #[test]
    fn a_lost_parent_is_found_again_in_the_records() {
        let mut web = config_map("web", 1);
        web["metadata"]["namespace"] = "web".into();
        let newest = record(5, &[config_map("a", 1), web]);
        let rebuilt = Parent::rebuilt(&target(), [&newest.summary], Some(&newest));
        assert_eq!(rebuilt.group_kinds, BTreeSet::from([GroupKind::new("", "ConfigMap")]));
        assert_eq!(rebuilt.namespaces, names(&["shop", "web"]));
        assert_eq!((rebuilt.state.recorded, rebuilt.state.next, rebuilt.stored), (Some(5), 6, None));
        assert!(Parent::rebuilt(&target(), [], None).says_the_same_as(&Parent::new(&target())));
    }

    #[test]
    fn an_older_or_newer_version_of_trueup_is_no_other_tool() {
        let mut config_map = stored();
        config_map["metadata"]["annotations"][TOOLING] = "trueup/v99.0.0".into();
        assert!(Parent::parse(&target(), &config_map).is_ok());
    }
}
