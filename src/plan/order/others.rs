//! What annotations of other tools say about order, as far as it can be kept
//! exactly. What can't is a note: the manifest was written for somebody else.

use super::Node;
use crate::json::Map;
use crate::object::{GroupKind, Reference};

/// Argo CD's waves.
pub(super) const SYNC_WAVE: &str = "argocd.argoproj.io/sync-wave";
/// kpt's dependencies (cli-utils `pkg/object/dependson`).
pub const KPT_DEPENDS_ON: &str = "config.kubernetes.io/depends-on";
/// kapp's groups and rules; each may have a suffix, so that there can be several.
const CHANGE_GROUP: &str = "kapp.k14s.io/change-group";
const CHANGE_RULE: &str = "kapp.k14s.io/change-rule";

/// A rule of kapp's that says something about the order of writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule<'a> {
    /// After all of a group.
    After(&'a str),
    /// Before all of a group.
    Before(&'a str),
}

/// What a manifest says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Said<'a> {
    pub(super) wave: Option<i32>,
    pub(super) needs: Vec<Reference>,
    pub(super) groups: Vec<&'a str>,
    pub(super) rules: Vec<Rule<'a>>,
    /// What isn't kept, and why.
    pub(super) notes: Vec<String>,
}

impl<'a> Said<'a> {
    pub(super) fn by(node: &Node<'a>) -> Self {
        let mut said = Self::default();
        let annotations = node.body["metadata"]["annotations"].as_object();
        let texts = annotations.into_iter().flat_map(Map::iter);
        for (name, text) in texts.filter_map(|(name, value)| Some((name.as_str(), value.as_str()?))) {
            if let Err(why) = said.take(name, text) {
                said.notes.push(format!("{}: {name} isn't kept: {why}", node.id));
            }
        }
        said
    }

    fn take(&mut self, name: &str, text: &'a str) -> Result<(), String> {
        if name == SYNC_WAVE {
            self.wave = Some(text.parse().map_err(|_| format!("{text:?} is no whole number"))?);
        } else if name == KPT_DEPENDS_ON {
            for object in text.split(',').map(str::trim) {
                self.needs.push(kpt_reference(object).ok_or_else(|| format!("{object:?} names no object"))?);
            }
        } else if is_or_has_suffix(name, CHANGE_GROUP) {
            self.groups.push(group(text)?);
        } else if is_or_has_suffix(name, CHANGE_RULE) {
            self.rules.extend(rule(text)?);
        }
        Ok(())
    }
}

fn is_or_has_suffix(name: &str, key: &str) -> bool {
    name.strip_prefix(key).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// `GROUP/KIND/NAME`, or `GROUP/namespaces/NAMESPACE/KIND/NAME`.
fn kpt_reference(text: &str) -> Option<Reference> {
    let parts: Vec<&str> = text.split('/').collect();
    let (group, namespace, kind, name) = match parts.as_slice() {
        [group, kind, name] => (*group, None, *kind, *name),
        [group, "namespaces", namespace, kind, name] => (*group, Some(*namespace), *kind, *name),
        _ => return None,
    };
    let is_empty = [kind, name].into_iter().chain(namespace).any(str::is_empty);
    (!is_empty).then(|| Reference {
        kind: GroupKind::new(group, kind),
        namespace: namespace.map(str::to_owned),
        name: name.to_owned(),
    })
}

/// kapp fills in placeholders such as `{namespace}`.
fn group(text: &str) -> Result<&str, String> {
    if text.contains('{') { Err(format!("{text:?} has placeholders")) } else { Ok(text) }
}

/// A rule; `None` for one that holds anyway, since everything is written before
/// anything is deleted.
fn rule(text: &str) -> Result<Option<Rule<'_>>, String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    match words.as_slice() {
        ["upsert", "after", "upserting", named] => Ok(Some(Rule::After(group(named)?))),
        ["upsert", "before", "upserting", named] => Ok(Some(Rule::Before(group(named)?))),
        ["upsert", "before", "deleting", _] | ["delete", "after", "upserting", _] => Ok(None),
        ["upsert", "after", "deleting", _] | ["delete", "before", "upserting", _] => {
            Err("everything is written before anything is deleted".to_owned())
        }
        ["delete", "after" | "before", "deleting", _] => {
            Err("what is deleted goes in the reverse of the order in which it's written".to_owned())
        }
        _ => Err(format!("{text:?} is no rule")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Value, json};
    use crate::object::ObjectId;

    fn said(annotations: &Value, read: impl FnOnce(Said<'_>)) {
        let id = ObjectId::new(GroupKind::new("", "Pod"), Some("shop"), "web");
        let body = json!({"metadata": {"annotations": annotations}});
        read(Said::by(&Node::new(&id, &body)));
    }

    #[test]
    fn what_other_tools_wrote_is_read() {
        let annotations = json!({
            "argocd.argoproj.io/sync-wave": "-3",
            "config.kubernetes.io/depends-on": "apps/namespaces/shop/Deployment/db, /Namespace/shop",
            "kapp.k14s.io/change-group": "shop/jobs",
            "kapp.k14s.io/change-group.more": "shop/all",
            "kapp.k14s.io/change-rule": "upsert after upserting shop/db",
            "kapp.k14s.io/change-rule.1": "upsert before upserting shop/web",
            "kapp.k14s.io/change-rule.2": "delete after upserting shop/web",
            "kapp.k14s.io/change-rules": "something else",
        });
        said(&annotations, |said| {
            assert_eq!(said.wave, Some(-3));
            let needs: Vec<String> = said.needs.iter().map(ToString::to_string).collect();
            assert_eq!(needs, ["shop/Deployment/db", "Namespace/shop"]);
            assert_eq!(said.groups, ["shop/jobs", "shop/all"]);
            assert_eq!(said.rules, [Rule::After("shop/db"), Rule::Before("shop/web")]);
            assert_eq!(said.notes, [] as [String; 0]);
        });
    }

    #[test]
    fn what_cant_be_kept_is_told() {
        for (name, text, why) in [
            ("argocd.argoproj.io/sync-wave", "early", "\"early\" is no whole number"),
            ("config.kubernetes.io/depends-on", "Deployment/db", "\"Deployment/db\" names no object"),
            ("kapp.k14s.io/change-group", "shop/{name}", "\"shop/{name}\" has placeholders"),
            (
                "kapp.k14s.io/change-rule",
                "upsert after deleting shop/db",
                "everything is written before anything is deleted",
            ),
            ("kapp.k14s.io/change-rule.a", "after shop/db", "\"after shop/db\" is no rule"),
        ] {
            said(&json!({name: text}), |said| {
                let expected = Said {
                    notes: vec![format!("shop/Pod/web: {name} isn't kept: {why}")],
                    ..Said::default()
                };
                assert_eq!(said, expected);
            });
        }
    }
}
