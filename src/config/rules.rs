//! Rules about what others own: which fields are left alone, what happens when
//! another manager has set a field to something else, and whose objects may be
//! taken over.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::duration::Period;
use super::glob;
use super::kind::KindPattern;
use crate::health::{Predicate, Rule};
use crate::json::Value;
use crate::object::{FieldPath, FieldPattern, GroupKind, ObjectId, SecretPaths};

/// All of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// Fields that are left alone.
    pub ignore: Vec<IgnoreRule>,
    /// Whose value wins; the first rule that fits does, and without one Git's.
    pub conflicts: Vec<ConflictRule>,
    /// Which existing objects are taken in.
    pub adoption: Adoption,
    /// Fields that are secret.
    pub sensitive: Vec<SensitiveRule>,
    /// When objects are healthy; the first rule for a kind counts.
    pub health: Vec<HealthRule>,
}

/// When objects of a kind are healthy.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HealthRule {
    /// The API group; without it the core group.
    #[serde(default)]
    group: String,
    /// The kind.
    #[schemars(extend("minLength" = 1))]
    kind: String,
    /// Ready while this holds.
    current: Predicate,
    /// Failed while this holds.
    failed: Option<Predicate>,
    /// How long one may take to become ready, instead of `wait.timeout`.
    timeout: Option<Period>,
}

/// Fields whose values are as secret as a Secret's.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SensitiveRule {
    /// Only in objects of this kind.
    kind: Option<KindPattern>,
    /// Only in objects of this name; `*` is any text.
    #[schemars(extend("minLength" = 1))]
    name: Option<String>,
    /// The fields.
    #[schemars(extend("minItems" = 1))]
    fields: Vec<FieldPattern>,
}

impl SensitiveRule {
    /// The kind that it's about; `None` for all.
    pub fn kind(&self) -> Option<&KindPattern> {
        self.kind.as_ref()
    }
}

/// Fields that trueup leaves alone.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IgnoreRule {
    /// Only in objects of this kind.
    kind: Option<KindPattern>,
    /// Only in objects of this name; `*` is any text.
    #[schemars(extend("minLength" = 1))]
    name: Option<String>,
    /// The fields.
    #[schemars(extend("minItems" = 1))]
    pub fields: Vec<FieldPattern>,
    /// Only while one of these field managers owns them; `*` is any text.
    #[schemars(extend("minItems" = 1))]
    pub managers: Option<Vec<String>>,
}

/// What happens when another manager has set a field to something else.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConflictRule {
    /// Only in objects of this kind.
    kind: Option<KindPattern>,
    /// Only in objects of this name; `*` is any text.
    #[schemars(extend("minLength" = 1))]
    name: Option<String>,
    /// Only for these fields.
    #[schemars(extend("minItems" = 1))]
    fields: Option<Vec<FieldPattern>>,
    /// Only for fields of these field managers; `*` is any text.
    #[schemars(extend("minItems" = 1))]
    managers: Option<Vec<String>>,
    /// What happens.
    #[serde(rename = "do")]
    action: OnConflict,
}

/// Whose value wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum OnConflict {
    /// Git's.
    Take,
    /// Nobody's: the plan is refused.
    Fail,
    /// The other manager's.
    Yield,
}

/// One answer for all conflicts, or rules.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum Conflicts {
    /// For all.
    All(OnConflict),
    /// The first rule that fits; without one `take`.
    Rules(Vec<ConflictRule>),
}

/// Which existing objects are taken in that the set has, too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Adoption {
    /// None.
    Never,
    /// Those that nobody claims, and those that these owners give away.
    Unclaimed(Vec<FormerOwner>),
    /// Whoever has them: somebody has asked for these very objects. No configuration
    /// says that.
    Asked,
}

impl Default for Adoption {
    fn default() -> Self {
        Self::Unclaimed(Vec::new())
    }
}

/// Which existing objects are taken in: a word, or the owners that hand theirs
/// over.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum Adopt {
    /// Those that nobody claims, or none.
    Word(AdoptWord),
    /// Those that nobody claims, and those of these owners.
    From(Vec<FormerOwner>),
}

/// Whether existing objects are taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum AdoptWord {
    /// None are.
    Never,
    /// Those are that nobody claims.
    Unclaimed,
}

/// An owner whose objects are taken over.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FormerOwner {
    /// The tool.
    pub from: Tool,
    /// What the tool calls it: a Helm release, an Argo CD application, a Flux
    /// Kustomization or `HelmRelease`, a kapp app's or kluctl's label, an
    /// ApplySet's id. With a namespace before it (`shop/web`) only that one.
    #[schemars(extend("minLength" = 1))]
    pub name: String,
}

/// A tool that marks what it manages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Tool {
    /// Helm.
    Helm,
    /// Argo CD.
    ArgoCd,
    /// Flux's kustomize and helm controllers.
    Flux,
    /// kapp.
    Kapp,
    /// kluctl.
    Kluctl,
    /// Anything that keeps an ApplySet: kubectl, another environment of trueup.
    ApplySet,
}

impl IgnoreRule {
    /// Whether the rule is about this object.
    pub fn concerns(&self, id: &ObjectId) -> bool {
        is_meant(self.kind.as_ref(), self.name.as_deref(), id)
    }

    /// Whether this manager's fields are meant.
    pub fn is_for(&self, manager: &str) -> bool {
        is_one_of(self.managers.as_deref(), manager)
    }
}

impl ConflictRule {
    fn concerns(&self, id: &ObjectId, field: &FieldPath, manager: &str) -> bool {
        is_meant(self.kind.as_ref(), self.name.as_deref(), id)
            && is_one_of(self.managers.as_deref(), manager)
            && self.fields.as_ref().is_none_or(|fields| fields.iter().any(|meant| meant.meets(field)))
    }
}

impl Rules {
    /// Whether a field of an object is left alone; `by` says who has set it.
    pub fn ignores(&self, id: &ObjectId, field: &FieldPath, by: impl Fn() -> Option<String>) -> bool {
        self.ignore.iter().filter(|rule| rule.concerns(id)).any(|rule| {
            rule.fields.iter().any(|meant| meant.covers(field))
                && (rule.managers.is_none() || by().is_some_and(|manager| rule.is_for(&manager)))
        })
    }

    /// The rule for the health of a kind.
    pub fn health_of(&self, kind: &GroupKind) -> Option<Rule> {
        let rule = self.rule_of(kind)?;
        Some(Rule { current: rule.current.clone(), failed: rule.failed.clone() })
    }

    /// How long objects of a kind may take to become ready, where a rule says so.
    pub fn patience_with(&self, kind: &GroupKind) -> Option<Duration> {
        let rule = self.rule_of(kind)?;
        rule.timeout.map(|Period(timeout)| timeout)
    }

    fn rule_of(&self, kind: &GroupKind) -> Option<&HealthRule> {
        self.health.iter().find(|rule| rule.group == kind.group && rule.kind == kind.kind)
    }

    /// What is secret in an object: by its kind, by its own word, and by the
    /// rules about it.
    pub fn secrets_of(&self, id: &ObjectId, object: &Value) -> SecretPaths {
        let rules =
            self.sensitive.iter().filter(|rule| is_meant(rule.kind.as_ref(), rule.name.as_deref(), id));
        let fields = rules.flat_map(|rule| rule.fields.clone()).map(FieldPattern::into_path);
        SecretPaths::of_object(&id.kind, object).and(fields)
    }

    /// Whether any field may be left to whoever has set it.
    pub fn may_yield(&self) -> bool {
        self.conflicts.iter().any(|rule| rule.action == OnConflict::Yield)
    }

    /// Whose value a field of an object gets that `manager` has set otherwise.
    pub fn on_conflict(&self, id: &ObjectId, field: &FieldPath, manager: &str) -> OnConflict {
        let rule = self.conflicts.iter().find(|rule| rule.concerns(id, field, manager));
        rule.map_or(OnConflict::Take, |rule| rule.action)
    }
}

impl From<Conflicts> for Vec<ConflictRule> {
    fn from(conflicts: Conflicts) -> Self {
        match conflicts {
            Conflicts::Rules(rules) => rules,
            Conflicts::All(action) => {
                vec![ConflictRule { kind: None, name: None, fields: None, managers: None, action }]
            }
        }
    }
}

impl From<Adopt> for Adoption {
    fn from(adopt: Adopt) -> Self {
        match adopt {
            Adopt::Word(AdoptWord::Never) => Self::Never,
            Adopt::Word(AdoptWord::Unclaimed) => Self::default(),
            Adopt::From(owners) => Self::Unclaimed(owners),
        }
    }
}

fn is_meant(kind: Option<&KindPattern>, name: Option<&str>, id: &ObjectId) -> bool {
    kind.is_none_or(|kind| kind.matches(&id.kind)) && name.is_none_or(|name| glob::fits(name, &id.name))
}

fn is_one_of(managers: Option<&[String]>, manager: &str) -> bool {
    managers.is_none_or(|managers| managers.iter().any(|pattern| glob::fits(pattern, manager)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    fn web() -> ObjectId {
        ObjectId::new(GroupKind::new("apps", "Deployment"), Some("shop"), "web")
    }

    fn rules(text: &str) -> Rules {
        let conflicts: Conflicts = serde_json::from_str(text).expect("rules");
        Rules { conflicts: conflicts.into(), ..Rules::default() }
    }

    #[test]
    fn the_first_conflict_rule_that_fits_decides_and_else_git_does() {
        let rules = rules(
            r#"[{"kind": "Deployment", "fields": ["spec.replicas"], "managers": ["keda-*"], "do": "yield"},
                {"name": "we?", "fields": ["spec"], "do": "fail"}]"#,
        );
        let on = |field: &str, manager: &str| {
            rules.on_conflict(&web(), &FieldPath::parse(field).expect("a path"), manager)
        };
        assert_eq!(on("spec.replicas", "keda-operator"), OnConflict::Yield);
        assert_eq!(on("spec.replicas", "kubectl-edit"), OnConflict::Fail);
        assert_eq!(on("metadata.labels.a", "kubectl-edit"), OnConflict::Take);
        assert_eq!(self::rules(r#""yield""#).on_conflict(&web(), &FieldPath::root(), "x"), OnConflict::Yield);
    }

    #[test]
    fn what_is_sensitive_is_told_by_rules_and_by_the_object() {
        let rules: Vec<SensitiveRule> = serde_json::from_str(
            r#"[{"kind": "Deployment", "name": "we*", "fields": ["spec.password"]},
                {"name": "other", "fields": ["spec.open"]}]"#,
        )
        .expect("rules");
        let rules = Rules { sensitive: rules, ..Rules::default() };
        let object =
            json!({"metadata": {"annotations": {"trueup.dev/sensitive-fields": "spec.users[*].pin"}}});
        let secrets = rules.secrets_of(&web(), &object);
        let hides = |path: &str| secrets.hides(&FieldPath::parse(path).expect("a path"));
        assert!(hides("spec.password") && hides("spec.password.old") && hides("spec.users[name=a].pin"));
        assert!(!hides("spec") && !hides("spec.open") && !hides("spec.users[name=a].name"));
    }
}
