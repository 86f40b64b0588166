//! What the proof of custom resources costs a plan, by the real program.

use trueup::json::json;

use crate::harness::{TestEnvironment, wait_until};

/// A cluster with a definition of tills, and a repository with three of them.
/// The group of the tills.
fn shop(environment: &mut TestEnvironment) -> String {
    let group = format!("{}.example.com", environment.unique("tills"));
    let definition = json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("tills.{group}")},
        "spec": {
            "group": group, "scope": "Namespaced", "names": {"kind": "Till", "plural": "tills"},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {
                "type": "object", "properties": {"spec": {"type": "object", "properties": {
                    "drawers": {"type": "integer", "default": 1},
                    "keys": {
                        "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"],
                        "items": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}
                    }
                }}}
            }}}]
        }
    });
    environment.create_cluster_object("apiextensions.k8s.io/v1/customresourcedefinitions", &definition);
    for name in ["first", "second", "third"] {
        let till = format!(
            "apiVersion: {group}/v1\nkind: Till\nmetadata: {{name: {name}}}\nspec: {{keys: [{{name: a}}, {{name: b}}]}}\n"
        );
        environment.write(&format!("deploy/{name}.yaml"), &till);
    }
    environment.commit("Open three tills");
    let path = format!("apiextensions.k8s.io/v1/customresourcedefinitions/tills.{group}");
    wait_until("the tills are served", || {
        let definition = environment.cluster_object(&path).expect("the definition");
        let conditions = definition["status"]["conditions"].as_array().cloned().unwrap_or_default();
        conditions.iter().any(|condition| condition["type"] == "Established" && condition["status"] == "True")
    });
    group
}

/// How many requests a plan takes that finds nothing to do.
fn requests(environment: &TestEnvironment, options: &[&str]) -> u64 {
    let arguments = [&["plan", "prod", "--exit-code", "-o", "json"], options].concat();
    let plan = environment.trueup(&arguments).success().target();
    assert_eq!(plan["summary"]["unchanged"], 3, "{plan}");
    plan["requests"].as_u64().expect("a number of requests")
}

#[test]
fn a_definition_costs_one_request_and_saves_the_dry_runs() {
    let mut environment = TestEnvironment::new();
    shop(&mut environment);
    environment.apply();

    let proved = requests(&environment, &[]);

    // The definition, instead of one for each object.
    assert_eq!(requests(&environment, &["--exact"]), proved - 1 + 3);
}

#[test]
fn a_definition_that_may_not_be_read_means_dry_runs() {
    let mut environment = TestEnvironment::new();
    let group = shop(&mut environment);
    environment.create_namespace();
    let user = environment.unique("clerk");
    environment.allow(
        &user,
        &json!([
            {"apiGroups": ["", "coordination.k8s.io"], "resources": ["configmaps", "secrets", "leases", "pods", "events"], "verbs": ["*"]},
            {"apiGroups": [group], "resources": ["tills"], "verbs": ["*"]}
        ]),
    );
    environment.apply();

    let asked = requests(&environment, &["--as", &user, "--exact"]);

    // The refusal, and what `--exact` asks anyway.
    assert_eq!(requests(&environment, &["--as", &user]), asked + 1);
}
