//! `trueup check`: what is wrong with the objects, without any cluster.

use std::fs;

use crate::harness::TestEnvironment;
use crate::harness::manifests::{config_map, deployment, secret, service};

/// A file with an error, a note and another error.
const FAULTY: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replica: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: web:1
          envFrom:
            - configMapRef: {name: setings}
---
apiVersion: apps/v1
kind: Deploymnet
metadata:
  name: other
";

fn faulty() -> TestEnvironment {
    let environment = TestEnvironment::new().variable("KUBECONFIG", "/nowhere");
    environment.write("deploy/faulty.yaml", FAULTY);
    environment.write("deploy/settings.yaml", &config_map("settings", "x", "1"));
    environment
}

#[test]
fn everything_is_told_at_once_with_its_place() {
    let run = faulty().trueup(&["check", "--kubernetes-version", "1.36"]).exits(1);

    insta::assert_snapshot!(run.snapshot());
}

#[test]
fn a_set_without_faults_says_so() {
    let environment = TestEnvironment::new().variable("KUBECONFIG", "/nowhere");
    environment.write("deploy/web.yaml", &[deployment("web", "web:1"), service("web", 80)].join("---\n"));
    environment.write("deploy/settings.yaml", &config_map("settings", "x", "1"));

    let run = environment.trueup(&["check", "prod", "--kubernetes-version", "v1.36.2"]).success();

    assert_eq!(run.stdout, "checked 3 objects in 2 files against Kubernetes 1.36: nothing found\n", "{run}");
    assert_eq!(run.stderr, "", "{run}");
}

#[test]
fn notes_are_errors_only_if_asked_for() {
    let environment = TestEnvironment::new();
    environment.write("deploy/web.yaml", &deployment("web", "web:1"));
    environment.write("deploy/service.yaml", &service("wev", 80));

    let run = environment.trueup(&["check"]).success();
    assert!(
        run.stdout.starts_with(
            "note: $NAMESPACE/Service/wev".replace("$NAMESPACE", &environment.namespace).as_str()
        ),
        "{run}"
    );
    let run = environment.trueup(&["check", "--strict"]).exits(1).prints(": 1 error, 0 notes");
    assert!(run.stdout.starts_with("error: "), "{run}");
}

#[test]
fn what_can_be_read_is_checked_beside_what_can_not() {
    let environment = faulty();
    environment.write("deploy/broken.yaml", "apiVersion: v1\nkind: [\n");
    environment.write("deploy/nameless.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n");
    environment.write("deploy/twice.yaml", &config_map("settings", "x", "1"));

    let run = environment.trueup(&["check", "--kubernetes-version", "1.36"]).exits(1);

    insta::assert_snapshot!(run.snapshot());
}

#[test]
fn json_has_every_finding() {
    let run = faulty().trueup(&["check", "-o", "json"]).exits(1);

    let document = run.json();
    assert_eq!(document["schema"], "trueup/v1");
    assert_eq!(document["kind"], "Check");
    assert_eq!(document["summary"], trueup::json::json!({"errors": 2, "notes": 1}));
    assert_eq!(document["objects"], 3);
    let first = &document["findings"][0];
    assert_eq!(first["rule"], "unknown-field");
    assert_eq!(first["severity"], "error");
    assert_eq!(first["path"], "spec.replica");
    assert_eq!(first["object"]["name"], "web");
    assert_eq!(
        first["location"],
        trueup::json::json!({"path": "deploy/faulty.yaml", "line": 6, "column": 3, "document": 1})
    );
    assert_eq!(first["hints"], trueup::json::json!(["did you mean \"spec.replicas\"?"]));
}

#[test]
fn reports_are_written_for_pipelines() {
    let environment = faulty();
    let file = |name: &str| environment.outside().join(name).to_string_lossy().into_owned();
    let reports = ["json", "markdown", "junit"].map(|kind| format!("{kind}={}", file(kind)));
    let mut arguments = vec!["check", "--kubernetes-version", "1.36", "--report", "github"];
    reports.iter().for_each(|report| arguments.extend(["--report", report]));

    let run = environment.trueup(&arguments).exits(1);

    let read = |name: &str| {
        let text = fs::read_to_string(file(name)).expect("a report");
        text.replace(&environment.namespace, "$NAMESPACE")
    };
    assert!(read("json").contains("\"kind\": \"Check\""));
    insta::assert_snapshot!("check_markdown", read("markdown"));
    insta::assert_snapshot!("check_junit", read("junit"));
    insta::assert_snapshot!("check_github", run.stderr.replace(&environment.namespace, "$NAMESPACE"));
}

#[test]
fn only_a_check_has_test_cases() {
    let environment = TestEnvironment::new();
    environment.write("deploy/a.yaml", &config_map("a", "x", "1"));

    environment
        .trueup(&["apply", "--yes", "--report", "junit=/nowhere/x"])
        .exits(64)
        .complains("only check has a junit report");
    environment.trueup(&["check", "--report", "github=x"]).exits(64).complains("github takes no file");
    environment.trueup(&["check", "-o", "yaml"]).exits(64).complains("check prints text, json or markdown");
}

#[test]
fn versions_that_are_not_known_are_refused() {
    let environment = faulty();
    for (version, complaint) in [("new", "isn't a version of Kubernetes"), ("1.16", "aren't known")] {
        environment.trueup(&["check", "--kubernetes-version", version]).exits(64).complains(complaint);
    }
}

#[test]
fn what_environments_share_is_told_once() {
    let environment = TestEnvironment::without_configuration();
    let configuration = "version: 1\nname: shop\nenvironments:\n  dev: {namespace: shop-dev, sources: [base, dev]}\n  prod: {namespace: shop-prod, sources: base}\n";
    environment.write("trueup.yaml", configuration);
    environment.write("base/web.yaml", FAULTY);
    environment
        .write("dev/nothing.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndatta: {}\n");

    let run = environment.trueup(&["check", "--all", "--kubernetes-version", "1.36"]).exits(1);

    insta::assert_snapshot!(run.snapshot());
}

#[test]
fn custom_kinds_are_checked_with_the_definitions_that_schemas_names() {
    let environment = TestEnvironment::new();
    let with = |schemas: &str| {
        environment.write("trueup.yaml", &format!("{}schemas: {schemas}\n", environment.configuration()));
    };
    environment.write(
        "deploy/widget.yaml",
        "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a}\nspec: {size: large}\n",
    );
    environment.write("crds/widgets.yaml", "\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com, uid: 0b3cf4f5-3e69-4b8c-a35c-0a6b2e5d1f00}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Widget, plural: widgets}
  versions:
    - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer}}}}}}}
");

    environment.trueup(&["check"]).success().prints("Widget.example.com isn't defined here");
    for schemas in ["crds", "crds/widgets.yaml", "[crds/*.yaml]", "'**/widgets.yaml'"] {
        with(schemas);
        environment
            .trueup(&["check"])
            .exits(1)
            .prints("Widget/a: spec.size: ")
            .prints("deploy/widget.yaml:4:8");
    }
    for (schemas, complaint) in
        [("nowhere", "nowhere doesn't exist"), ("deploy", "no CustomResourceDefinition under deploy")]
    {
        with(schemas);
        environment.trueup(&["check"]).exits(1).prints(complaint);
    }
    with("/etc");
    environment.trueup(&["check"]).exits(1).complains("is absolute");
}

#[test]
fn a_commit_is_checked_as_it_was() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/a.yaml", &config_map("a", "x", "1"));
    environment.write("deploy/a.yaml", FAULTY);

    environment.trueup(&["check", "--ref", "HEAD"]).success().prints("nothing found");
    environment.trueup(&["check"]).exits(1);
}

#[test]
fn places_are_exact_in_lists_and_json() {
    let environment = TestEnvironment::new();
    environment.write("deploy/list.yaml", "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: b}\n  dta: {}\n");
    environment.write("deploy/object.json", "{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\",\n \"metadata\": {\"name\": \"c\"},\n \"dta\": {}}\n{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"metadata\": {\"name\": \"d\"}, \"dta\": {}}\n");

    environment
        .trueup(&["check"])
        .exits(1)
        .prints(" --> deploy/list.yaml:8:3\n")
        .prints(" --> deploy/object.json:3:2 (document 1)\n")
        .prints(" --> deploy/object.json:4:70 (document 2)\n");
}

#[test]
fn secrets_are_never_shown() {
    let environment = TestEnvironment::new();
    let text = secret("login", "password", "sesame-sesame") + "immutable: sesame-sesame\n";
    environment.write("deploy/login.yaml", &text);
    environment.write(
        "deploy/other.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: sesame-sesame\n",
    );

    for output in ["text", "json", "markdown"] {
        environment.trueup(&["check", "-o", output]).exits(1).never_says("sesame");
    }
}

#[test]
fn files_are_checked_without_a_configuration() {
    let environment = TestEnvironment::without_configuration();
    environment.write("a/faulty.yaml", FAULTY);

    environment.trueup(&["check", "-f", "a"]).exits(1).prints("error: Deployment/web: unknown field");
    environment.trueup_reading(&["check", "-f", "-"], FAULTY).exits(1).prints(" --> <stdin>:6:3");
    environment.trueup(&["check"]).exits(1).complains("no trueup.yaml");
}

#[test]
fn thousands_of_objects_and_findings_are_no_matter() {
    let environment = TestEnvironment::new();
    let objects: Vec<String> = (0..3000)
        .map(|number| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c{number}}}\ndta: {{}}\n"))
        .collect();
    environment.write("deploy/many.yaml", &objects.join("---\n"));

    let run = environment.trueup(&["check"]).exits(1).prints("3000 errors, 0 notes");

    assert!(run.stdout.contains(" --> deploy/many.yaml:14999:1 (document 3000)"), "{}", run.stderr);
}

#[test]
fn annotations_that_say_nothing_are_told() {
    let mut environment = TestEnvironment::new();
    let annotated = config_map("settings", "a", "b").replace(
        "metadata:\n",
        "metadata:\n  annotations: {trueup.dev/hook: pre-apply, trueup.dev/wave: early}\n",
    );
    environment.commit_file("deploy/settings.yaml", &annotated);

    let report = environment.trueup(&["check", "-o", "json"]).exits(1).json();

    let findings = report["findings"].as_array().expect("findings");
    assert!(findings.iter().all(|finding| finding["rule"] == "annotation"), "{findings:?}");
    let told: Vec<&str> = findings.iter().filter_map(|finding| finding["message"].as_str()).collect();
    assert!(
        told.len() == 2 && told.iter().any(|told| told.contains("only Jobs and Pods can be hooks")),
        "{told:?}"
    );
}

#[test]
fn order_that_cant_be_kept_and_annotations_that_cant_be_read_are_errors() {
    let annotated = |name: &str, annotation: &str, value: &str| {
        let annotations = format!("  name: {name}\n  annotations:\n    trueup.dev/{annotation}: {value}\n");
        config_map(name, "x", "1").replace(&format!("  name: {name}\n"), &annotations)
    };
    let environment = TestEnvironment::new().variable("KUBECONFIG", "/nowhere");
    environment.write("deploy/a.yaml", &annotated("a", "depends-on", "ConfigMap/b"));
    environment.write("deploy/b.yaml", &annotated("b", "depends-on", "ConfigMap/a"));
    environment.write("deploy/c.yaml", &annotated("c", "wave", "early"));
    environment.write("deploy/d.yaml", &annotated("d", "depends-on", "Deployment"));
    environment.write("deploy/e.yaml", &annotated("e", "on-remove", "kep"));

    let run = environment.trueup(&["check", "prod", "--kubernetes-version", "1.36"]).exits(1);

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup check prod --kubernetes-version 1.36
    error: these objects wait for each other
     --> deploy/a.yaml:1:1
    caused by: $NAMESPACE/ConfigMap/a (deploy/a.yaml:1:1) depends on $NAMESPACE/ConfigMap/b
    caused by: $NAMESPACE/ConfigMap/b (deploy/b.yaml:1:1) depends on $NAMESPACE/ConfigMap/a

    hint: take one of the annotations out

    error: $NAMESPACE/ConfigMap/c: metadata.annotations["trueup.dev/wave"]: is a whole number in quotes, but not "early"
     --> deploy/c.yaml:6:5

    error: $NAMESPACE/ConfigMap/d: metadata.annotations["trueup.dev/depends-on"]: "Deployment" names no object: it takes group, kind, namespace and name (apps/Deployment/shop/db)
     --> deploy/d.yaml:6:5

    error: $NAMESPACE/ConfigMap/e: metadata.annotations["trueup.dev/on-remove"]: is either keep or delete, but not "kep"
     --> deploy/e.yaml:6:5

    hint: did you mean "keep"?

    checked 5 objects in 5 files against Kubernetes 1.36: 4 errors, 0 notes
    --- exit status 1
    "#);
}

#[test]
fn what_has_to_come_before_and_isnt_in_the_set_is_a_note() {
    let environment = TestEnvironment::new().variable("KUBECONFIG", "/nowhere");
    let depends = "  name: a\n  annotations:\n    trueup.dev/depends-on: apps/Deployment/db\n";
    environment.write("deploy/a.yaml", &config_map("a", "x", "1").replace("  name: a\n", depends));

    let run = environment.trueup(&["check", "prod", "--kubernetes-version", "1.36"]).success();

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup check prod --kubernetes-version 1.36
    note: $NAMESPACE/ConfigMap/a: metadata.annotations["trueup.dev/depends-on"]: names Deployment/db, which isn't in the set: it has to be in the cluster
     --> deploy/a.yaml:6:5

    checked 1 object in 1 file against Kubernetes 1.36: 0 errors, 1 note
    --- exit status 0
    "#);
}
