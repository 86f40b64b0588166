//! Bad input: one clear error, the right exit code, and nothing is written.

use crate::harness::manifests::{config_map, deployment, secret};
use crate::harness::{Run, TestEnvironment};

/// What apply says about this file in a namespace that is there. Nothing may
/// have been written.
fn apply_of(manifest: &str) -> Run {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    environment.write("deploy/good.yaml", &config_map("good", "x", "1"));
    environment.commit_file("deploy/bad.yaml", manifest);
    let run = environment.trueup(&["apply", "prod", "--yes"]).exits(1);
    assert_eq!(environment.footprint(), [] as [String; 0], "something was written\n{run}");
    run
}

/// A run that must end with this exit code before it writes anything, even the
/// namespace.
fn refused(environment: &TestEnvironment, arguments: &[&str], code: i32) -> Run {
    let run = environment.trueup(arguments).exits(code);
    let namespace = environment.cluster_object(&format!("v1/namespaces/{}", environment.namespace));
    assert!(namespace.is_none(), "something was written\n{run}");
    run
}

#[test]
fn not_a_repository() {
    let environment = TestEnvironment::without_configuration();
    let run = environment.trueup_in(environment.outside(), &["plan", "prod"]).exits(1);
    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup plan prod
    --- stderr
    error: no trueup.yaml in $OUTSIDE or above

    hint: name one with --config, or deploy files with -f
    --- exit status 1
    ");
}

#[test]
fn a_configuration_outside_of_a_repository() {
    let environment = TestEnvironment::without_configuration();
    std::fs::write(environment.outside().join("trueup.yaml"), environment.configuration()).expect("a file");
    let run = environment.trueup_in(environment.outside(), &["plan", "prod"]).exits(1);
    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup plan prod
    --- stderr
    error: $OUTSIDE isn't in a Git repository

    hint: run trueup in one, name it with -C, or deploy files with -f
    --- exit status 1
    ");
}

#[test]
fn no_configuration() {
    let environment = TestEnvironment::without_configuration();
    let run = environment.trueup(&["plan", "prod"]).exits(1);
    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup plan prod
    --- stderr
    error: no trueup.yaml in $REPO or above

    hint: name one with --config, or deploy files with -f
    --- exit status 1
    ");
}

#[test]
fn no_commits() {
    let environment = TestEnvironment::new();
    environment.write("deploy/good.yaml", &config_map("good", "x", "1"));
    let run = refused(&environment, &["apply", "prod", "--yes"], 1);
    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup apply prod --yes
    --- stderr
    error: the work tree isn't committed: deploy/good.yaml and 1 more

    hint: commit it, deploy a commit with --ref, or apply what is there with --dirty
    --- exit status 1
    ");
}

#[test]
fn an_unknown_ref() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/good.yaml", &config_map("good", "x", "1"));
    environment.repository.git(&["branch", "release"]);
    let run = refused(&environment, &["plan", "prod", "--ref", "relaese"], 1);
    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup plan prod --ref relaese
    --- stderr
    error: no commit, branch or tag is called "relaese"

    hint: did you mean "release"?
    --- exit status 1
    "#);
}

#[test]
fn an_unknown_environment() {
    let environment = TestEnvironment::new();
    environment.write("deploy/good.yaml", &config_map("good", "x", "1"));
    let run = refused(&environment, &["plan", "prdo"], 1);
    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup plan prdo
    --- stderr
    error: unknown environment "prdo"
     --> trueup.yaml

    hint: did you mean "prod"?
    hint: environments: prod
    --- exit status 1
    "#);
}

#[test]
fn an_unknown_option() {
    let environment = TestEnvironment::new();
    let run = refused(&environment, &["plan", "prod", "--exakt"], 64);
    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup plan prod --exakt
    --- stderr
    error: unexpected argument '--exakt' found

      tip: a similar argument exists: '--exact'

    Usage: trueup plan --exact <ENV>...

    For more information, try '--help'.
    --- exit status 64
    ");
}

#[test]
fn an_unknown_key_of_the_configuration() {
    let environment = TestEnvironment::new();
    environment.write("trueup.yaml", &environment.configuration().replace("namespace:", "namspace:"));
    let run = refused(&environment, &["plan", "prod"], 1);
    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup plan prod
    --- stderr
    error: unknown key `environments.prod.namspace`
     --> trueup.yaml:6:5

    hint: did you mean `namespace`?
    --- exit status 1
    ");
}

#[test]
fn a_source_that_isnt_there() {
    let mut environment = TestEnvironment::new();
    environment.commit("Nothing to deploy");
    let run = refused(&environment, &["plan", "prod"], 1);
    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup plan prod
    --- stderr
    error: deploy doesn't exist
     --> trueup.yaml:3:10
    --- exit status 1
    ");
}

#[test]
fn invalid_yaml() {
    insta::assert_snapshot!(apply_of("apiVersion: v1\nkind: ConfigMap\nmetadata: [name: x\n").snapshot(), @"
    $ trueup apply prod --yes
    --- stderr
    error: a `[` is never closed
     --> deploy/bad.yaml:3:11
    --- exit status 1
    ");
}

#[test]
fn a_key_twice() {
    let twice = format!("{}  x: \"2\"\n", config_map("twice", "x", "1"));
    insta::assert_snapshot!(apply_of(&twice).snapshot(), @r#"
    $ trueup apply prod --yes
    --- stderr
    error: duplicate key "x" (first at line 6)
     --> deploy/bad.yaml:7:3
    --- exit status 1
    "#);
}

#[test]
fn an_unknown_field() {
    let typo = deployment("web", "web:1").replace("replicas: 1", "replica: 1");
    insta::assert_snapshot!(apply_of(&typo).snapshot(), @r#"
    $ trueup apply prod --yes
    --- stderr
    error: $NAMESPACE/Deployment/web: unknown field "spec.replica"
     --> deploy/bad.yaml:6:3

    hint: did you mean "spec.replicas"?
    --- exit status 1
    "#);
}

#[test]
fn a_value_of_the_wrong_type() {
    let wrong = deployment("web", "web:1").replace("replicas: 1", "replicas: many");
    insta::assert_snapshot!(apply_of(&wrong).snapshot(), @r#"
    $ trueup apply prod --yes
    --- stderr
    error: $NAMESPACE/Deployment/web: spec.replicas: must be a number, but is the string "many"
     --> deploy/bad.yaml:6:3
    --- exit status 1
    "#);
}

#[test]
fn a_value_that_the_server_refuses() {
    let wrong = deployment("web", "web:1").replace("replicas: 1", "replicas: -1");
    insta::assert_snapshot!(apply_of(&wrong).snapshot(), @"
    $ trueup apply prod --yes
    --- stderr
    error: $NAMESPACE/Deployment/web: spec.replicas: -1 is invalid: must be greater than or equal to 0
     --> deploy/bad.yaml:6:3
    --- exit status 1
    ");
}

#[test]
fn an_unknown_kind() {
    insta::assert_snapshot!(apply_of("apiVersion: apps/v1\nkind: Deploymnet\nmetadata:\n  name: web\n").snapshot(), @r#"
    $ trueup apply prod --yes
    --- stderr
    error: Deploymnet/web: unknown kind Deploymnet.apps
     --> deploy/bad.yaml:1:1

    hint: did you mean "Deployment"?
    --- exit status 1
    "#);
}

#[test]
fn an_unknown_version() {
    insta::assert_snapshot!(apply_of("apiVersion: apps/v1beta1\nkind: Deployment\nmetadata:\n  name: web\n").snapshot(), @r#"
    $ trueup apply prod --yes
    --- stderr
    error: Deployment/web: Deployment.apps isn't served at version "v1beta1"
     --> deploy/bad.yaml:1:1

    hint: the cluster serves: v1
    --- exit status 1
    "#);
}

#[test]
fn a_missing_kind() {
    insta::assert_snapshot!(apply_of("apiVersion: v1\nmetadata:\n  name: x\n").snapshot(), @"
    $ trueup apply prod --yes
    --- stderr
    error: x: kind is missing
     --> deploy/bad.yaml:1:1
    --- exit status 1
    ");
}

#[test]
fn a_missing_name() {
    insta::assert_snapshot!(apply_of("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  labels: {}\n").snapshot(), @"
    $ trueup apply prod --yes
    --- stderr
    error: ConfigMap: metadata.name is missing
     --> deploy/bad.yaml:3:1
    --- exit status 1
    ");
}

#[test]
fn a_generated_name() {
    insta::assert_snapshot!(apply_of("apiVersion: v1\nkind: Pod\nmetadata:\n  generateName: x-\n").snapshot(), @"
    $ trueup apply prod --yes
    --- stderr
    error: Pod: metadata.generateName makes a new object each time
     --> deploy/bad.yaml:4:3

    hint: give it a fixed metadata.name; only hooks may do without one
    --- exit status 1
    ");
}

#[test]
fn a_bad_name() {
    insta::assert_snapshot!(apply_of(&config_map("Not_Valid", "x", "1")).snapshot(), @r#"
    $ trueup apply prod --yes
    --- stderr
    error: ConfigMap/Not_Valid: metadata.name "Not_Valid" has "N", but only lower-case letters, digits, "-" and "." are allowed
     --> deploy/bad.yaml:4:3

    hint: "not-valid" would do
    --- exit status 1
    "#);
}

#[test]
fn an_object_twice() {
    insta::assert_snapshot!(apply_of(&config_map("good", "x", "2")).snapshot(), @"
    $ trueup apply prod --yes
    --- stderr
    error: ConfigMap/good is in the sources twice
     --> deploy/good.yaml:1:1
    caused by: it is in deploy/bad.yaml:1:1 already
    --- exit status 1
    ");
}

#[test]
fn a_secret_that_isnt_base64_is_not_echoed() {
    let bad = secret("credentials", "password", "correct-horse!").replace("stringData", "data");
    let run = apply_of(&bad).never_says("correct-horse").never_says("Y29ycmVjdC1ob3JzZS");
    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup apply prod --yes
    --- stderr
    error: $NAMESPACE/Secret/credentials: data.password: isn't base64
     --> deploy/bad.yaml:6:3

    hint: a value as it is goes under stringData
    --- exit status 1
    ");
}

#[test]
fn a_namespace_that_nobody_makes() {
    let elsewhere = config_map("a", "x", "1")
        .replace("  name: a\n", "  name: a\n  namespace: there-is-no-such-namespace\n");
    insta::assert_snapshot!(apply_of(&elsewhere).snapshot(), @r#"
    $ trueup apply prod --yes
    --- stderr
    error: there-is-no-such-namespace/ConfigMap/a: there is no namespace "there-is-no-such-namespace"
     --> deploy/bad.yaml:1:1

    hint: add the Namespace to the sources, create it, or choose another with -n
    --- exit status 1
    "#);
}

#[test]
fn an_unknown_field_where_the_namespace_isnt_there_yet() {
    let mut environment = TestEnvironment::new();
    let typo = deployment("web", "web:1").replace("replicas: 1", "replica: 1");
    environment.commit_file("deploy/web.yaml", &typo);
    let run = refused(&environment, &["apply", "prod", "--yes"], 1);
    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup apply prod --yes
    --- stderr
    error: $NAMESPACE/Deployment/web: unknown field "spec.replica"
     --> deploy/web.yaml:6:3

    hint: did you mean "spec.replicas"?
    --- exit status 1
    "#);
}

#[test]
fn binary_rubbish() {
    let run = apply_of("\u{0}\u{1}\u{2}PK\u{3}\u{4}");
    assert!(run.stderr.contains("deploy/bad.yaml"), "{run}");
}

#[test]
fn all_mistakes_are_told_at_once() {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/a.yaml", "apiVersion: v1\nkind: ConfigMap\n");
    environment.write("deploy/b.yaml", "a: [\n");
    environment.commit_file("deploy/c.yaml", "kind: Pod\nmetadata: {name: x}\n");
    let run = refused(&environment, &["plan", "prod"], 1);
    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup plan prod
    --- stderr
    error: ConfigMap: metadata is missing
     --> deploy/a.yaml:1:1

    error: a `[` is never closed
     --> deploy/b.yaml:1:4

    error: Pod/x: apiVersion is missing
     --> deploy/c.yaml:1:1

    3 errors
    --- exit status 1
    ");
}

#[test]
fn an_error_is_json_where_json_is_asked_for() {
    let environment = TestEnvironment::new();
    environment.write("deploy/good.yaml", &config_map("good", "x", "1"));
    let run = refused(&environment, &["plan", "prdo", "-o", "json"], 1);
    let document = run.json();
    assert_eq!((document["kind"].as_str(), document["exit"].as_u64()), (Some("Error"), Some(1)), "{run}");
}

#[test]
fn bad_input_leaves_what_is_deployed_alone() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/good.yaml", &config_map("good", "x", "1"));
    environment.apply();
    let before = environment.footprint();
    environment.write("deploy/good.yaml", &config_map("good", "x", "2"));
    environment.commit_file("deploy/bad.yaml", &deployment("web", "web:1").replace("replicas", "replica"));

    environment.trueup(&["apply", "prod", "--yes"]).exits(1);

    assert_eq!(environment.footprint(), before);
}
