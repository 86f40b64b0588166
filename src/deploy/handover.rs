//! Adopting what client-side tools have set: their fields become trueup's, so that
//! what isn't in Git goes, and goes later when it leaves Git. And the same for what
//! was trueup's, where the object doesn't say so any more.
//!
//! The server can't show both steps at once: an apply's dry run knows nothing of the
//! managed fields that come before it. So what goes is told from them, and the
//! server is asked what it makes of the rest.

use super::predict::{Predicted, Prediction, Prophet};
use super::resolve::Desired;
use super::versions::Versions;
use crate::cluster::{ApiError, MANAGER, Patch};
use crate::config::{Adoption, Tool};
use crate::diff::{self, CLIENT_SIDE, Migration, Ownership, SERVER_METADATA, Sources};
use crate::guard::claim;
use crate::json::{Map, Value, json, pointer_token};
use crate::object::ObjectId;
use crate::plan::causes::Past;
use crate::release::PART_OF;

/// Which objects are adopted, and from whom.
#[derive(Clone, Copy)]
pub(super) struct Adopting<'a> {
    /// The inventory's id.
    pub id: &'a str,
    /// What the last run that wrote left on record.
    pub past: Past<'a>,
    /// Who hands objects over.
    pub adoption: &'a Adoption,
}

impl<'a> Adopting<'a> {
    /// Whether an object is there that isn't ours: it doesn't carry our label, and
    /// isn't on our record.
    pub(super) fn adopts(&self, id: &ObjectId, live: &Value) -> bool {
        let is_labelled = live["metadata"]["labels"][PART_OF] == self.id;
        let recorded = self.past.get(id).and_then(|recorded| recorded.uid);
        !is_labelled && recorded != live["metadata"]["uid"].as_str()
    }

    /// Who loses an object to trueup, if it's adopted: by their managers' names.
    fn former(&self, id: &ObjectId, live: &Value) -> Option<impl Fn(&str) -> bool + use<>> {
        if !self.adopts(id, live) {
            return None;
        }
        let claim = claim(live, Some(self.id)).filter(|claim| claim.is_given_away(self.adoption));
        let controllers = claim.and_then(|claim| claim.by).map_or(&[][..], |(tool, _)| controllers(tool));
        Some(move |manager: &str| CLIENT_SIDE.contains(&manager) || controllers.contains(&manager))
    }

    /// The fields that were applied last to an object of ours.
    fn applied(&self, id: &ObjectId, live: &Value) -> Option<&'a Value> {
        let is_labelled = live["metadata"]["labels"][PART_OF] == self.id;
        let recorded = self.past.get(id).filter(|_| is_labelled)?;
        let is_same = recorded.uid == live["metadata"]["uid"].as_str();
        Some(recorded.fields).filter(|_| is_same)
    }
}

/// The managers of tools that aren't client-side: taken over only when they hand
/// their objects over.
fn controllers(tool: Tool) -> &'static [&'static str] {
    match tool {
        Tool::ArgoCd => &["argocd-controller", "argocd-application-controller"],
        Tool::Flux => &["kustomize-controller", "helm-controller"],
        Tool::Helm | Tool::Kapp | Tool::Kluctl | Tool::ApplySet => &[],
    }
}

/// What becomes trueup's of objects before they're applied.
#[derive(Clone, Copy)]
pub(super) struct Handover<'a> {
    /// What is adopted, where there is an inventory.
    pub adopting: Option<Adopting<'a>>,
    /// Which API versions there are.
    pub versions: &'a Versions<'a>,
}

impl Handover<'_> {
    /// What becomes trueup's of an object.
    pub(super) fn migration(&self, id: &ObjectId, live: &Value) -> Option<Migration> {
        let former = self.adopting.and_then(|adopting| adopting.former(id, live));
        let sources = Sources {
            is_former: &|manager| former.as_ref().is_some_and(|is_former| is_former(manager)),
            is_gone: &|api_version| self.versions.is_gone(&id.kind, api_version),
            applied: self.adopting.as_ref().and_then(|adopting| adopting.applied(id, live)),
        };
        Migration::of(live, MANAGER, &sources)
    }
}

impl Prophet<'_> {
    /// The prediction of an apply, with the migration before it.
    pub(super) async fn handed_over(
        &self,
        object: &Desired,
        body: &Value,
        live: Value,
        applied: Value,
        migration: Migration,
    ) -> Result<Prediction, ApiError> {
        let mut after = migration.without_former(&applied, body, MANAGER);
        if !diff::changes(&applied, &after).is_empty() {
            after = self.completed(object, &live, after).await?;
        }
        let predicted = Predicted { live: Some(live), after, guessed: None, migration: Some(migration) };
        Ok(Prediction::Written(predicted))
    }

    /// The same where the server can't even try the apply before the migration: its
    /// result is told from the managed fields alone.
    pub(super) async fn renewed(
        &self,
        object: &Desired,
        body: &Value,
        live: Value,
        migration: Migration,
    ) -> Result<Prediction, ApiError> {
        let mut owned = live.clone();
        owned["metadata"]["managedFields"] = migration.managed_fields.clone();
        let mut after = diff::merged_locally(body, &owned, MANAGER, self.schemas);
        let taken = Ownership::of(&owned, MANAGER).conflicts(body);
        after["metadata"]["managedFields"] = migration.without_taken(&taken);
        let after = self.completed(object, &live, after).await?;
        let predicted = Predicted { live: Some(live), after, guessed: None, migration: Some(migration) };
        Ok(Prediction::Written(predicted))
    }

    /// `after` with what the server fills in.
    async fn completed(&self, object: &Desired, live: &Value, mut after: Value) -> Result<Value, ApiError> {
        let Some(ops) = difference(live, &after) else { return Ok(after) };
        let managed_fields = after["metadata"]["managedFields"].take();
        let (id, sent) = (object.id(), Patch { ops: &ops, manager: MANAGER, dry_run: true });
        after = self.cluster.patch(&object.resource, id.namespace.as_deref(), &id.name, sent).await?;
        after["metadata"]["managedFields"] = managed_fields;
        Ok(after)
    }
}

/// The JSON patch that makes the one of the other, but for what the server keeps for
/// itself; `None` when there is nothing to do.
fn difference(live: &Value, after: &Value) -> Option<Value> {
    let kept = |name: &str| matches!(name, "metadata" | "status" | "apiVersion" | "kind");
    let mut ops = changes("", live.as_object()?, after.as_object()?, kept);
    let own = |name: &str| SERVER_METADATA.contains(&name) || matches!(name, "name" | "namespace");
    ops.extend(changes("/metadata", live["metadata"].as_object()?, after["metadata"].as_object()?, own));
    (!ops.is_empty()).then_some(Value::Array(ops))
}

fn changes(path: &str, from: &Map, to: &Map, kept: impl Fn(&str) -> bool) -> Vec<Value> {
    let at = |name: &str| format!("{path}/{}", pointer_token(name));
    let removed = from.keys().filter(|name| !kept(name) && !to.contains_key(name.as_str()));
    let removed = removed.map(|name| json!({"op": "remove", "path": at(name)}));
    let set = to.iter().filter(|(name, value)| !kept(name) && from.get(name.as_str()) != Some(value));
    removed.chain(set.map(|(name, value)| json!({"op": "add", "path": at(name), "value": value}))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_changes_what_differs_and_nothing_of_the_servers() {
        let live = json!({"kind": "A", "metadata": {"name": "a", "uid": "1", "labels": {"x": "1"}, "annotations": {}},
            "spec": {"a": 1}, "status": {"b": 1}, "gone": 1});
        let after = json!({"kind": "A", "metadata": {"name": "a", "uid": "2", "labels": {"x": "2"}},
            "spec": {"a": 1}, "status": {"b": 2}, "a/b": 1});
        let expected = json!([
            {"op": "remove", "path": "/gone"},
            {"op": "add", "path": "/a~1b", "value": 1},
            {"op": "remove", "path": "/metadata/annotations"},
            {"op": "add", "path": "/metadata/labels", "value": {"x": "2"}},
        ]);
        assert_eq!(difference(&live, &after), Some(expected));
        assert_eq!(difference(&live, &live), None);
    }
}
