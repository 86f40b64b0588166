//! Who may change objects on their way into the cluster: what is wrong with
//! them may be put right there.

use futures::future::try_join_all;

use super::super::resolve::Desired;
use crate::cluster::{ApiError, Cluster, Discovery, Resource, Scope};
use crate::json::Value;
use crate::object::GroupKind;

const GROUP: &str = "admissionregistration.k8s.io";
const KINDS: [&str; 2] = ["MutatingWebhookConfiguration", "MutatingAdmissionPolicy"];

/// The webhooks and policies that change objects.
#[derive(Default)]
pub(super) struct Mutators {
    objects: Vec<Value>,
    /// Whether there may be others, which this user may not see.
    hidden: bool,
}

impl Mutators {
    /// Those of the cluster, and those that the set makes.
    pub(super) async fn of(
        cluster: &Cluster,
        discovery: &Discovery,
        desired: &[Desired],
    ) -> Result<Self, ApiError> {
        let resources = KINDS.iter().filter_map(|kind| discovery.preferred(&GroupKind::new(GROUP, *kind)));
        let lists = resources.map(|resource| async {
            match cluster.list(resource, &Scope::All, None).await {
                Err(error) if error.is_forbidden() => Ok(None),
                other => other.map(Some),
            }
        });
        let listed = try_join_all(lists).await?;
        let hidden = listed.iter().any(Option::is_none);
        let is_mutator = |object: &&Desired| KINDS.iter().any(|kind| object.id().kind.is(GROUP, kind));
        let in_set = desired.iter().filter(is_mutator).map(|object| object.manifest.body.clone());
        Ok(Self { objects: listed.into_iter().flatten().flatten().chain(in_set).collect(), hidden })
    }

    /// Who may change objects of this resource, in words; selectors aren't
    /// looked at.
    pub(super) fn of_resource(&self, resource: &Resource) -> Option<String> {
        let changes = |object: &&Value| rules(object).any(|rule| is_about(rule, resource));
        let found = self.objects.iter().find(changes).map(|object| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            format!("the {} {:?}", text(&object["kind"]), text(&object["metadata"]["name"]))
        });
        found.or_else(|| self.hidden.then(|| "a webhook or policy that may not be read".to_owned()))
    }
}

/// The rules of a webhook configuration or a policy.
fn rules(object: &Value) -> impl Iterator<Item = &Value> {
    let of_webhooks = object["webhooks"].as_array().into_iter().flatten();
    let of_webhooks = of_webhooks.map(|webhook| &webhook["rules"]);
    let all = of_webhooks.chain([&object["spec"]["matchConstraints"]["resourceRules"]]);
    all.filter_map(Value::as_array).flatten()
}

/// A webhook is sent objects of other versions too (`matchPolicy: Equivalent`).
fn is_about(rule: &Value, resource: &Resource) -> bool {
    let names = |field: &str, wanted: &str| {
        let mut names = rule[field].as_array().into_iter().flatten().filter_map(Value::as_str);
        names.any(|name| name == wanted || name == "*" || name == "*/*")
    };
    names("apiGroups", &resource.kind.group) && names("resources", &resource.plural)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    fn who(groups: &[&str], resources: &[&str], hidden: bool) -> Option<String> {
        let rule = json!({"apiGroups": groups, "apiVersions": ["v1"], "operations": ["CREATE"], "resources": resources});
        let hook = json!({"kind": "MutatingWebhookConfiguration", "metadata": {"name": "hook"}, "webhooks": [{"name": "a"}, {"rules": [rule]}]});
        let resource = Resource::known("example.com", "v1", "Till", "tills", true);
        Mutators { objects: vec![json!(null), hook], hidden }.of_resource(&resource)
    }

    #[test]
    fn a_rule_names_the_resource_or_all() {
        let hook = Some("the MutatingWebhookConfiguration \"hook\"".to_owned());
        assert_eq!(who(&["example.com"], &["tills"], false), hook);
        assert_eq!(who(&["*"], &["*"], false), hook);
        assert_eq!(who(&["", "example.com"], &["*/*"], true), hook);
        assert_eq!(who(&["example.com"], &["tills/status", "drawers"], false), None);
        assert_eq!(who(&["apps"], &["*"], false), None);
    }

    #[test]
    fn what_may_not_be_read_may_change_anything() {
        assert_eq!(who(&[], &[], true).as_deref(), Some("a webhook or policy that may not be read"));
    }

    #[test]
    fn a_policy_has_its_rules_elsewhere() {
        let policy = json!({"kind": "MutatingAdmissionPolicy", "metadata": {"name": "p"}, "spec": {"matchConstraints": {
            "resourceRules": [{"apiGroups": ["example.com"], "resources": ["tills"]}]}}});
        let mutators = Mutators { objects: vec![policy], hidden: false };
        let resource = Resource::known("example.com", "v2", "Till", "tills", true);
        assert_eq!(mutators.of_resource(&resource).as_deref(), Some("the MutatingAdmissionPolicy \"p\""));
    }
}
