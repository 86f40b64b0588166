//! Errors that the API server answers are told as errors of the manifest: each
//! with its file, line and column, in every command that asks the server, and
//! nothing is written. What the server says in full is in the unit tests of
//! `deploy::explain`.

use trueup::json::json;

use crate::harness::manifests::{config_map, deployment, secret, service};
use crate::harness::{Run, TestEnvironment, wait_until};

/// What diff, plan and apply say of the file in a namespace that is there: the
/// same, with exit code 1, and nothing may have been written.
#[track_caller]
fn refused(path: &str, manifest: &str) -> Run {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    environment.write("deploy/good.yaml", &config_map("good", "x", "1"));
    environment.commit_file(path, manifest);
    all_refuse(&environment)
}

/// The same in surroundings that are prepared.
#[track_caller]
fn all_refuse(environment: &TestEnvironment) -> Run {
    let before = environment.footprint();
    let diff = environment.trueup(&["diff", "prod"]).exits(1);
    let plan = environment.trueup(&["plan", "prod"]).exits(1);
    let apply = environment.trueup(&["apply", "prod", "--yes"]).exits(1);
    assert_eq!((&diff.stderr, &plan.stderr), (&apply.stderr, &apply.stderr));
    assert_eq!(environment.footprint(), before, "something was written\n{apply}");
    apply
}

#[test]
fn each_unknown_field_has_its_own_place() {
    // The server tells one unknown field of each map, any one.
    let typos = deployment("web", "web:1").replace("replicas: 1", "replica: 1").replacen(
        "metadata:\n",
        "metadata:\n  label: {app: web}\n",
        1,
    );
    insta::assert_snapshot!(refused("deploy/web.yaml", &typos).snapshot(), @r#"
    $ trueup apply prod --yes
    --- stderr
    error: $NAMESPACE/Deployment/web: unknown field "metadata.label"
     --> deploy/web.yaml:4:3

    hint: did you mean "metadata.labels"?

    error: $NAMESPACE/Deployment/web: unknown field "spec.replica"
     --> deploy/web.yaml:7:3

    hint: did you mean "spec.replicas"?

    2 errors
    --- exit status 1
    "#);
}

#[test]
fn values_of_the_wrong_type_say_how_to_write_them() {
    let wrong = deployment("web", "web:1").replace("replicas: 1", "replicas: \"1\"");
    let settings = config_map("settings", "port", "80").replace("\"80\"", "80");
    insta::assert_snapshot!(refused("deploy/web.yaml", &format!("{wrong}---\n{settings}")).snapshot(), @r#"
    $ trueup apply prod --yes
    --- stderr
    error: $NAMESPACE/Deployment/web: spec.replicas: must be a number, but is the string "1"
     --> deploy/web.yaml:6:3 (document 1)

    hint: write it without quotes: 1

    error: $NAMESPACE/ConfigMap/settings: data.port: must be a string, but is the number 80
     --> deploy/web.yaml:24:3 (document 2)

    hint: write it in quotes: "80"

    2 errors
    --- exit status 1
    "#);
}

#[test]
fn a_value_that_the_server_cannot_read_is_found() {
    let quantity = format!(
        "{}          resources:\n            requests:\n              memory: 64 MB\n",
        deployment("web", "web:1")
    );
    insta::assert_snapshot!(refused("deploy/web.yaml", &quantity).snapshot(), @r#"
    $ trueup apply prod --yes
    --- stderr
    error: $NAMESPACE/Deployment/web: spec.template.spec.containers[name=web].resources.requests.memory: must be a quantity, but is the string "64 MB"
     --> deploy/web.yaml:20:15

    hint: a quantity is a number with a unit, such as 500m, 128Mi or 2G
    --- exit status 1
    "#);
}

#[test]
fn everything_that_validation_refuses_is_told_at_once() {
    let wrong = deployment("web", "web:1")
        .replace("replicas: 1", "replicas: -1")
        .replace("- name: web", "- name: Web");
    insta::assert_snapshot!(refused("deploy/web.yaml", &wrong).snapshot(), @r#"
    $ trueup apply prod --yes
    --- stderr
    error: $NAMESPACE/Deployment/web: spec.replicas: -1 is invalid: must be greater than or equal to 0
     --> deploy/web.yaml:6:3

    error: $NAMESPACE/Deployment/web: spec.template.spec.containers[name=Web].name: "Web" is invalid: a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character
     --> deploy/web.yaml:16:11

    hint: for example 'my-name' or '123-abc'

    2 errors
    --- exit status 1
    "#);
}

#[test]
fn an_item_of_a_list_and_a_json_file_have_exact_places() {
    let list = "apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: ConfigMap
    metadata:
      name: one
  - apiVersion: v1
    kind: Service
    metadata:
      name: web
    spec:
      ports:
        - port: 80
          protocoll: TCP
";
    refused("deploy/list.yaml", list)
        .complains("unknown field \"spec.ports[port=80,protocol=TCP].protocoll\"")
        .complains("deploy/list.yaml:15:11");
    let json = "{\n  \"apiVersion\": \"v1\",\n  \"kind\": \"ConfigMap\",\n  \"metadata\": {\"name\": \"x\"},\n  \"data\": {\"a\": 1}\n}\n";
    refused("deploy/x.json", json)
        .complains("data.a: must be a string, but is the number 1")
        .complains("deploy/x.json:5:12");
}

#[test]
fn a_secrets_value_is_not_told_with_its_error() {
    let number = secret("login", "pin", "x").replace("\"x\"", "73519024");
    let run = refused("deploy/login.yaml", &number).never_says("73519024");
    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup apply prod --yes
    --- stderr
    error: $NAMESPACE/Secret/login: stringData.pin: must be a string, but is a number
     --> deploy/login.yaml:6:3

    hint: write it in quotes
    --- exit status 1
    ");
}

#[test]
fn a_rollback_names_the_lines_of_the_commit_that_it_goes_back_to() {
    let mut environment = TestEnvironment::new();
    let (kept, gone) = (config_map("kept", "a", "1"), config_map("gone", "a", "1"));
    environment.commit_file("deploy/all.yaml", &format!("{kept}---\n{gone}"));
    environment.apply();
    environment.commit_file("deploy/all.yaml", &format!("# Three\n# more\n# lines.\n{kept}"));
    environment.apply();
    let quota = json!({"metadata": {"name": "full"}, "spec": {"hard": {"count/configmaps": "1"}}});
    environment.create("v1/resourcequotas", &quota);
    let before = environment.footprint();

    let run = environment.trueup(&["rollback", "prod", "--yes"]).exits(1);

    let line = kept.lines().count() + 2;
    let run = run.complains(&format!(" --> deploy/all.yaml:{line}:1 (document 2)"));
    assert_eq!(environment.footprint(), before, "something was written\n{run}");
}

#[test]
fn a_pod_that_its_namespace_forbids_is_told_setting_by_setting() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    let labels = json!({"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "baseline"}}});
    environment.edit_cluster_object("somebody", &format!("v1/namespaces/{}", environment.namespace), &labels);
    let pod = "apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  hostNetwork: true
  containers:
    - name: web
      image: web:1
      securityContext:
        privileged: true
";
    environment.commit_file("deploy/pod.yaml", pod);
    insta::assert_snapshot!(all_refuse(&environment).snapshot(), @r#"
    $ trueup apply prod --yes
    --- stderr
    error: $NAMESPACE/Pod/web: host namespaces (hostNetwork=true)
     --> deploy/pod.yaml:6:3
    caused by: Pod Security "baseline:latest" is enforced here

    error: $NAMESPACE/Pod/web: spec.containers[name=web]: must not set securityContext.privileged=true
     --> deploy/pod.yaml:11:9
    caused by: Pod Security "baseline:latest" is enforced here

    2 errors
    --- exit status 1
    "#);
}

#[test]
fn a_limit_range_names_the_amount() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    let limits = json!({"metadata": {"name": "bounds"}, "spec": {"limits": [{"type": "Container", "max": {"cpu": "500m"}}]}});
    environment.create("v1/limitranges", &limits);
    let pod = "apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: web:1
      resources:
        limits:
          cpu: 2
";
    environment.commit_file("deploy/pod.yaml", pod);
    wait_until("the limits hold", || environment.trueup(&["plan", "prod"]).code != Some(0));
    insta::assert_snapshot!(all_refuse(&environment).snapshot(), @"
    $ trueup apply prod --yes
    --- stderr
    error: $NAMESPACE/Pod/web: spec.containers[name=web].resources.limits.cpu: maximum cpu per Container is 500m, but limit is 2
     --> deploy/pod.yaml:11:11
    --- exit status 1
    ");
}

#[test]
fn a_custom_resource_is_told_by_its_schema_and_rules() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    let group = format!("{}.example.com", environment.namespace);
    let schema = json!({"type": "object", "properties": {"spec": {
        "type": "object",
        "properties": {
            "minimum": {"type": "integer"},
            "maximum": {"type": "integer", "maximum": 10},
            "policy": {"type": "string", "enum": ["Allow", "Forbid"]},
        },
        "x-kubernetes-validations": [{
            "rule": "!has(self.minimum) || !has(self.maximum) || self.minimum <= self.maximum",
            "message": "minimum must not be larger than maximum",
            "fieldPath": ".minimum",
        }],
    }}});
    let definition = json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("crons.{group}")},
        "spec": {"group": group, "scope": "Namespaced", "names": {"kind": "Cron", "plural": "crons"},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": schema}}]}});
    environment.create_cluster_object("apiextensions.k8s.io/v1/customresourcedefinitions", &definition);
    let cron = |name: &str, spec: &str| {
        format!("apiVersion: {group}/v1\nkind: Cron\nmetadata:\n  name: {name}\nspec:\n{spec}")
    };
    let ruled = cron("ruled", "  minimum: 5\n  maximum: 2\n");
    let valued = cron("valued", "  maximum: 20\n  policy: allow\n");
    environment.commit_file("deploy/crons.yaml", &format!("{ruled}---\n{valued}"));
    wait_until("the kind is served", || {
        environment.trueup(&["plan", "prod"]).stderr.contains("minimum must not be")
    });
    insta::assert_snapshot!(all_refuse(&environment).snapshot(), @r#"
    $ trueup apply prod --yes
    --- stderr
    error: $NAMESPACE/Cron/ruled: spec.minimum: minimum must not be larger than maximum
     --> deploy/crons.yaml:6:3 (document 1)

    error: $NAMESPACE/Cron/valued: spec.maximum: 20 is invalid: must be less than or equal to 10
     --> deploy/crons.yaml:14:3 (document 2)

    error: $NAMESPACE/Cron/valued: spec.policy: "allow" isn't supported
     --> deploy/crons.yaml:15:3 (document 2)

    hint: did you mean "Allow"?
    hint: supported: "Allow", "Forbid"

    3 errors
    --- exit status 1
    "#);
}

#[test]
fn a_webhook_that_does_not_answer_is_to_blame_itself() {
    let Some(mut environment) = TestEnvironment::disruptive() else { return };
    environment.create_namespace();
    let name = environment.unique("hook");
    let hook = json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
    "metadata": {"name": name},
    "webhooks": [{
        "name": "gone.example.com", "sideEffects": "None", "admissionReviewVersions": ["v1"], "timeoutSeconds": 2,
        "clientConfig": {"url": "https://127.0.0.1:1/validate"},
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": environment.namespace}},
        "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["services"]}],
    }]});
    environment
        .create_cluster_object("admissionregistration.k8s.io/v1/validatingwebhookconfigurations", &hook);
    environment.commit_file("deploy/web.yaml", &service("web", 80));
    wait_until("the webhook is asked", || environment.trueup(&["plan", "prod"]).code != Some(0));
    insta::assert_snapshot!(all_refuse(&environment).snapshot(), @r#"
    $ trueup apply prod --yes
    --- stderr
    error: $NAMESPACE/Service/web: the webhook "gone.example.com" must agree, and doesn't answer
     --> deploy/web.yaml:1:1
    caused by: Post "https://127.0.0.1:1/validate?timeout=[time]": dial tcp 127.0.0.1:1: connect: connection refused

    hint: the manifest isn't to blame: see whether what serves the webhook is running
    --- exit status 1
    "#);
}

#[test]
fn the_servers_warnings_are_notes_with_their_places() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    let old = deployment("web", "web:1")
        .replace("    spec:\n", "    spec:\n      nodeSelector:\n        beta.kubernetes.io/os: linux\n");
    environment.commit_file("deploy/web.yaml", &old);
    let note = "nodeSelector[\"beta.kubernetes.io/os\"]: deprecated since v1.14; use \"kubernetes.io/os\" instead \
                (deploy/web.yaml:16:9)";
    for command in ["diff", "plan"] {
        let run = environment.trueup(&[command, "prod"]).success();
        let words: Vec<&str> = run.stdout.split_whitespace().collect();
        assert_eq!(words.join(" ").matches(note).count(), 1, "{run}");
    }
    let plan = environment.trueup(&["plan", "prod", "-o", "json"]).success().target();
    assert_eq!(plan["notes"].as_array().map(Vec::len), Some(1), "{plan}");
    let applied = environment.trueup(&["apply", "prod", "--yes", "--no-wait"]).success();
    insta::assert_snapshot!(applied.snapshot(), @r#"
    $ trueup apply prod --yes --no-wait
    prod on $SERVER ([version]), namespace $NAMESPACE
      commit  $COMMIT1 "Change deploy/web.yaml", Ada Example, [ago], main

      + create  $NAMESPACE/Deployment/web  deploy/web.yaml:1

    note: $NAMESPACE/Deployment/web:
      spec.template.spec.nodeSelector["beta.kubernetes.io/os"]: deprecated since v1.14; use
      "kubernetes.io/os" instead (deploy/web.yaml:16:9)

    Plan: 1 to create
    digest v1:[digest]
    ([n] requests, [time])
    prod: release 1 is applied; its health was not waited for
      ($COMMIT1 "Change deploy/web.yaml", 1 changed, 0 unchanged, [time])
    --- stderr
    created  $NAMESPACE/Deployment/web
    --- exit status 0
    "#);
}

#[test]
fn a_saved_plan_that_is_none_is_told_by_its_place() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    let said = |file: &str| {
        let run = environment.trueup(&["apply", "prod", "--yes", "--plan", file]).exits(1);
        assert!(environment.live("v1/configmaps/settings").is_none(), "{run}");
        run.stderr
    };
    environment.write("../cut.json", "{\"kind\": \"Plan\",\n");
    environment.write("../diff.json", &environment.trueup(&["diff", "prod", "-o", "json"]).success().stdout);
    environment.write("../text.json", "prod on https://…\n");
    let all: Vec<String> = ["../none.json", "../cut.json", "../diff.json", "../text.json"].map(said).into();
    insta::assert_snapshot!(all.join("\n"), @"
    error: ../none.json doesn't exist

    hint: `trueup plan ENV --out FILE` saves a plan

    error: this plan ends in the middle
     --> ../cut.json:2:1

    hint: `trueup plan ENV --out FILE` saves a plan

    error: this file holds no plan, but: Diff
     --> ../diff.json

    hint: `trueup plan ENV --out FILE` saves a plan

    error: this isn't a saved plan: it isn't JSON
     --> ../text.json:1:1

    hint: `trueup plan ENV --out FILE` saves a plan
    ");
}

#[test]
fn a_source_that_is_not_there_is_told_at_the_line_that_names_it() {
    let environment = TestEnvironment::new();
    let sources =
        environment.configuration().replace("sources: deploy\n", "sources:\n  - deploy\n  - deplyo\n");
    environment.write("trueup.yaml", &sources);
    environment.write("deploy/settings.yaml", &config_map("settings", "level", "info"));
    let run = environment.trueup(&["plan", "prod"]).exits(1);
    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup plan prod
    --- stderr
    error: deplyo doesn't exist
     --> trueup.yaml:5:5

    hint: did you mean "deploy"?
    --- exit status 1
    "#);
}

#[test]
fn standard_input_is_called_as_compilers_call_it() {
    let environment = TestEnvironment::without_configuration();
    let bad = config_map("settings", "port", "80").replace("\"80\"", "80");
    environment.create_namespace();
    let run = environment.trueup_reading(&["diff", "-f", "-"], &bad).exits(1);
    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup diff -f -
    --- stderr
    error: $NAMESPACE/ConfigMap/settings: data.port: must be a string, but is the number 80
     --> <stdin>:6:3

    hint: write it in quotes: "80"
    --- exit status 1
    "#);
    let run = environment.trueup_reading(&["diff", "-f", "-", "-o", "json"], &bad).exits(1);
    assert_eq!(run.json()["diagnostics"][0]["location"]["path"], "-", "{run}");
}
