//! `trueup render`: the desired objects, without any cluster.

use crate::harness::TestEnvironment;
use crate::harness::manifests::{config_map, deployment, secret};

#[test]
fn objects_are_printed_with_their_sources_and_without_secrets() {
    let environment = TestEnvironment::new();
    environment
        .write("deploy/a.yaml", &[config_map("one", "x", "1"), config_map("two", "x", "2")].join("---\n"));
    environment.write("deploy/b.yaml", &secret("credentials", "password", "sesame"));

    let run = environment.trueup(&["render", "prod"]).success().never_says("sesame");

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup render prod
    ---
    # deploy/a.yaml:1:1 (document 1)
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: one
      namespace: $NAMESPACE
    data:
      x: "1"
    ---
    # deploy/a.yaml:8:1 (document 2)
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: two
      namespace: $NAMESPACE
    data:
      x: "2"
    ---
    # deploy/b.yaml:1:1
    apiVersion: v1
    kind: Secret
    metadata:
      name: credentials
      namespace: $NAMESPACE
    data:
      password: "‹masked #1›"
    --- exit status 0
    "#);
}

#[test]
fn json_has_each_object_with_its_source() {
    let environment = TestEnvironment::new();
    environment.write("deploy/web.yaml", &deployment("web", "web:1"));

    let run = environment.trueup(&["render", "prod", "-o", "json"]).success();

    let document = run.json();
    assert_eq!(document["kind"], "Objects");
    let text = document.to_string();
    assert!(text.contains("deploy/web.yaml") && text.contains("web:1"), "{run}");
}

#[test]
fn what_is_rendered_can_be_applied_by_others() {
    let environment = TestEnvironment::new();
    environment.write("deploy/a.yaml", &config_map("one", "x", "1"));

    let run = environment.trueup(&["render", "prod", "-o", "yaml"]).success();

    assert!(!run.stdout.contains("applyset"), "{run}");
    assert!(run.stdout.contains(&format!("namespace: {}", environment.namespace)), "{run}");
}

#[test]
fn rendering_needs_no_cluster() {
    let environment = TestEnvironment::new().variable("KUBECONFIG", "/nowhere");
    environment.write("deploy/a.yaml", &config_map("one", "x", "1"));

    environment.trueup(&["render", "prod"]).success().prints("name: one");
}

#[test]
fn lists_json_and_many_documents_are_read() {
    let environment = TestEnvironment::new();
    let list = "apiVersion: v1\nkind: List\nitems:\n  - {apiVersion: v1, kind: ConfigMap, metadata: {name: in-list}}\n";
    environment.write("deploy/list.yaml", list);
    environment.write(
        "deploy/object.json",
        r#"{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "in-json"}}"#,
    );
    environment.write("deploy/empty.yaml", "---\n# nothing here\n---\n");
    environment.write("deploy/notes.txt", "not a manifest");

    let run = environment.trueup(&["render", "prod"]).success();

    assert!(run.stdout.contains("name: in-list") && run.stdout.contains("name: in-json"), "{run}");
}

#[test]
fn objects_are_written_one_a_file_and_a_stale_folder_is_told() {
    let environment = TestEnvironment::new();
    environment
        .write("deploy/a.yaml", &[config_map("one", "x", "1"), config_map("two", "x", "2")].join("---\n"));
    environment.write("deploy/b.yaml", &secret("credentials", "password", "sesame"));
    let missing =
        environment.trueup(&["render", "prod", "--check", "rendered"]).exits(1).complains("is missing");
    assert!(missing.stderr.contains("hint: `trueup render --split rendered` writes them"), "{missing}");

    environment.trueup(&["render", "prod", "--split", "rendered"]).success();

    environment.trueup(&["render", "prod", "--check", "rendered"]).success();
    let file = environment.read(&format!("rendered/{}/configmap_one.yaml", environment.namespace));
    assert!(
        file.starts_with(
            "# Rendered by trueup for shop/prod from deploy/a.yaml:1:1 (document 1)\napiVersion: v1\n"
        ),
        "{file}"
    );
    let masked = environment.read(&format!("rendered/{}/secret_credentials.yaml", environment.namespace));
    assert!(!masked.contains("sesame") && !masked.contains("c2VzYW1l"), "{masked}");

    environment.write("deploy/a.yaml", &config_map("one", "x", "3"));
    let run = environment.trueup(&["render", "prod", "--check", "rendered"]).exits(1);
    let run =
        run.complains("configmap_one.yaml is stale").complains("configmap_two.yaml isn't rendered any more");
    assert!(!run.stderr.contains("secret_credentials"), "{run}");
    environment.trueup(&["render", "prod", "--split", "rendered"]).success();
    environment.trueup(&["render", "prod", "--check", "rendered"]).success();
}

#[test]
fn the_name_of_a_file_stays_within_its_comment() {
    let environment = TestEnvironment::new();
    environment.write("deploy/a\nkind: Other.yaml", &config_map("settings", "a", "1"));
    let run = environment.trueup(&["render", "prod"]).success();
    run.prints("# deploy/a␊kind: Other.yaml:1:1\n").never_says("\nkind: Other");
}

#[test]
fn another_secret_leaves_the_files_of_others_as_they_are() {
    let environment = TestEnvironment::new();
    environment.write("deploy/a.yaml", &secret("a", "password", "one-password"));
    environment.write("deploy/b.yaml", &secret("b", "password", "two-passwords"));
    environment.trueup(&["render", "prod", "--split", "out"]).success();
    let file = environment.read(&format!("out/{}/secret_b.yaml", environment.namespace));
    assert!(file.contains("#1"), "{file}");
    environment.write("deploy/a0.yaml", &secret("a0", "password", "new-password"));
    environment
        .trueup(&["render", "prod", "--check", "out"])
        .exits(1)
        .complains("secret_a0")
        .never_says("secret_b");
}

#[test]
fn two_projects_may_share_a_folder_of_rendered_files() {
    let environment = TestEnvironment::new();
    environment.write("deploy/a.yaml", &config_map("a", "a", "1"));
    environment.trueup(&["render", "prod", "--split", "out"]).success();
    let file = format!("out/{}/configmap_a.yaml", environment.namespace);
    let before = environment.read(&file);
    environment.write("trueup.yaml", &environment.configuration().replace("name: shop", "name: blog"));
    environment.remove("deploy/a.yaml");
    environment.write("deploy/b.yaml", &config_map("b", "a", "1"));

    environment
        .trueup(&["render", "prod", "--split", "out"])
        .success()
        .complains("1 file written, 0 removed");

    assert_eq!(environment.read(&file), before);
}

#[test]
fn an_object_that_is_there_twice_by_the_namespace_of_its_environment_is_refused() {
    let environment = TestEnvironment::new();
    let with_namespace = format!("metadata:\n  namespace: {}\n", environment.namespace);
    environment.write("deploy/a.yaml", &config_map("a", "a", "1"));
    environment
        .write("deploy/b.yaml", &config_map("a", "a", "2").replacen("metadata:\n", &with_namespace, 1));
    for command in [&["render", "prod"][..], &["render", "prod", "--split", "out"]] {
        environment.trueup(command).exits(1).complains("ConfigMap/a is in the sources twice");
    }
}
