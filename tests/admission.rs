//! What admission in the cluster does to objects: changes them, or refuses them.

use trueup::json::{Value, json};

use crate::harness::manifests::config_map;
use crate::harness::{TestEnvironment, action, wait_until};

/// A policy of the test's namespace alone, and its binding.
fn policy(environment: &TestEnvironment, kind: &str, version: &str, spec: &Value) {
    let name = environment.unique("policy");
    let api = format!("admissionregistration.k8s.io/{version}");
    let mut spec = spec.clone();
    spec["failurePolicy"] = json!("Fail");
    spec["matchConstraints"] = json!({
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": environment.namespace}},
        "resourceRules": [{
            "apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"], "resources": ["configmaps"],
        }],
    });
    let plural = if kind.starts_with("Mutating") { "mutating" } else { "validating" };
    let policy = json!({"apiVersion": api, "kind": kind, "metadata": {"name": name}, "spec": spec});
    environment.create_cluster_object(&format!("{api}/{plural}admissionpolicies"), &policy);
    let mut binding = json!({
        "apiVersion": api, "kind": format!("{kind}Binding"), "metadata": {"name": name},
        "spec": {"policyName": name},
    });
    if plural == "validating" {
        binding["spec"]["validationActions"] = json!(["Deny"]);
    }
    environment.create_cluster_object(&format!("{api}/{plural}admissionpolicybindings"), &binding);
}

#[test]
fn what_a_policy_adds_is_no_change() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    let mutation = json!({"mutations": [{
        "patchType": "ApplyConfiguration",
        "applyConfiguration": {
            "expression": "Object{metadata: Object.metadata{annotations: {\"added\": \"by-policy\"}}}",
        },
    }], "reinvocationPolicy": "Never"});
    policy(&environment, "MutatingAdmissionPolicy", "v1", &mutation);
    wait_until("the policy works", || {
        let probe = json!({"metadata": {"generateName": "probe-"}});
        environment.create("v1/configmaps", &probe)["metadata"]["annotations"]["added"] == "by-policy"
    });
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));

    environment.apply();

    let live = environment.live_object("v1/configmaps/settings");
    assert_eq!(live["metadata"]["annotations"]["added"], "by-policy");
    environment.trueup(&["plan", "prod", "--exit-code"]).success();
    environment.trueup(&["plan", "prod", "--exit-code", "--exact"]).success();
    environment.trueup(&["diff", "prod", "--drift", "--exit-code"]).success();
}

#[test]
fn a_value_that_a_policy_overwrites_is_told_and_no_endless_change() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    let mutation = json!({
        "matchConditions": [{"name": "level", "expression": "has(object.data) && 'level' in object.data"}],
        "mutations": [{"patchType": "JSONPatch", "jsonPatch": {
            "expression": "[JSONPatch{op: 'replace', path: '/data/level', value: 'forced'}]",
        }}],
        "reinvocationPolicy": "Never",
    });
    policy(&environment, "MutatingAdmissionPolicy", "v1", &mutation);
    wait_until("the policy works", || {
        let probe = json!({"metadata": {"generateName": "probe-"}, "data": {"level": "info"}});
        environment.create("v1/configmaps", &probe)["data"]["level"] == "forced"
    });
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.apply();

    let plan = environment.trueup(&["plan", "prod", "--exit-code"]);

    assert_eq!(plan.code, Some(0), "{plan}");
}

#[test]
fn what_a_policy_refuses_is_refused_before_anything_is_written() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    let validation = json!({"validations": [{
        "expression": "!(has(object.data) && has(object.data.level) && object.data.level == 'debug')",
        "message": "debug is for dev",
    }]});
    policy(&environment, "ValidatingAdmissionPolicy", "v1", &validation);
    environment.write("deploy/good.yaml", &config_map("good", "level", "info"));
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "debug"));
    wait_until("the policy works", || environment.trueup(&["plan", "prod"]).code != Some(0));

    let run = environment.trueup(&["apply", "prod", "--yes"]).exits(1);

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup apply prod --yes
    --- stderr
    error: $NAMESPACE/ConfigMap/settings: refused by the policy "$NAMESPACE-policy": debug is for dev
     --> deploy/settings.yaml:1:1
    --- exit status 1
    "#);
    assert!(environment.live("v1/configmaps/good").is_none());
}

#[test]
fn a_replacement_that_fails_when_the_old_object_is_gone_leaves_no_clean_failure() {
    let mut environment = TestEnvironment::new();
    let settings = |level: &str| {
        config_map("settings", "level", level).replace(
            "metadata:\n",
            "immutable: true\nmetadata:\n  annotations: {trueup.dev/on-immutable: replace}\n",
        )
    };
    environment.commit_file("deploy/settings.yaml", &settings("info"));
    environment.apply();
    // What passes the dry run, and then doesn't.
    let validation = json!({"validations": [{
        "expression": "object.metadata.name != 'probe' && (request.dryRun || object.metadata.name != 'settings')",
        "message": "too late",
    }]});
    policy(&environment, "ValidatingAdmissionPolicy", "v1", &validation);
    let probe = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "probe"}});
    wait_until("the policy works", || environment.refusal("v1/configmaps/probe", &probe).is_some());
    environment.commit_file("deploy/settings.yaml", &settings("debug"));

    let run = environment.trueup(&["apply", "prod", "--yes"]).exits(6);

    assert!(environment.live("v1/configmaps/settings").is_none());
    assert!(run.stdout.contains("BETWEEN TWO STATES: 1 failed"), "{run}");
    let status = environment.trueup(&["status", "prod", "-o", "json"]).success().target();
    assert_eq!(status["deployed"]["result"], "partial");
}

#[test]
fn a_quota_that_is_full_is_told_by_the_plan() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    environment.create(
        "v1/resourcequotas",
        &json!({"metadata": {"name": "none"}, "spec": {"hard": {"count/services": "0"}}}),
    );
    wait_until("the quota is counted", || {
        !environment.live_object("v1/resourcequotas/none")["status"]["used"].is_null()
    });
    let service = crate::harness::manifests::service("web", 80);
    environment.commit_file("deploy/web.yaml", &service);

    let run = environment.trueup(&["plan", "prod"]).exits(1);

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup plan prod
    --- stderr
    error: $NAMESPACE/Service/web: exceeds the quota "none"
     --> deploy/web.yaml:1:1
    caused by: count/services: 1 wanted, 0 of 0 in use

    hint: ask for less, make room, or have the quota raised
    --- exit status 1
    "#);
}

#[test]
fn fields_that_a_controller_fills_in_are_not_fought_over() {
    let mut environment = TestEnvironment::new();
    let role = environment.unique("aggregate");
    let manifest = format!(
        "apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: {role}
aggregationRule:
  clusterRoleSelectors:
    - matchLabels:
        {role}: \"true\"
rules: []
"
    );
    let part = format!(
        "apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: {role}-part
  labels:
    {role}: \"true\"
rules:
  - apiGroups: [\"\"]
    resources: [pods]
    verbs: [get]
"
    );
    environment.write("deploy/part.yaml", &part);
    environment.commit_file("deploy/role.yaml", &manifest);
    environment.apply();
    wait_until("the rules are aggregated", || {
        let live = environment.cluster_object(&format!("rbac.authorization.k8s.io/v1/clusterroles/{role}"));
        live.is_some_and(|role| role["rules"].as_array().is_some_and(|rules| !rules.is_empty()))
    });

    let plan = environment.trueup(&["plan", "prod", "-o", "json"]).success().target();

    assert_eq!(action(&plan, &format!("ClusterRole/{role}"))["action"], "unchanged", "{plan}");
}

#[test]
fn what_others_add_to_our_objects_stays() {
    let mut environment = TestEnvironment::new();
    let name = environment.unique("webhook");
    let webhook = format!(
        "apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata:
  name: {name}
webhooks:
  - name: check.shop.example
    admissionReviewVersions: [v1]
    sideEffects: None
    failurePolicy: Ignore
    clientConfig:
      service: {{name: check, namespace: {namespace}}}
    namespaceSelector:
      matchLabels: {{no-namespace-has-this: \"true\"}}
    rules:
      - {{apiGroups: [\"\"], apiVersions: [v1], operations: [CREATE], resources: [pods]}}
",
        namespace = environment.namespace
    );
    environment.write("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.commit_file("deploy/webhook.yaml", &webhook);
    environment.apply();
    let path = format!("admissionregistration.k8s.io/v1/validatingwebhookconfigurations/{name}");
    let mut live = environment.cluster_object(&path).expect("the webhook");
    live["webhooks"][0]["clientConfig"]["caBundle"] = json!("Y2VydGlmaWNhdGU=");
    environment.edit_cluster_object("cert-manager-cainjector", &path, &json!({"webhooks": live["webhooks"]}));
    environment.edit_as(
        "backup-operator",
        "v1/configmaps/settings",
        &json!({"metadata": {"finalizers": ["example.com/backup"], "annotations": {"example.com/backup": "daily"}}}),
    );

    environment.trueup(&["plan", "prod", "--exit-code"]).success();
    environment.trueup(&["plan", "prod", "--exit-code", "--exact"]).success();
    environment.trueup(&["diff", "prod", "--drift", "--exit-code"]).success();
    environment.edit("v1/configmaps/settings", &json!({"metadata": {"finalizers": null}}));
}
