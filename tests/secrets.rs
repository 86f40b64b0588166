//! No secret value in any output, record or file.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::harness::manifests::{config_map, deployment, secret};
use crate::harness::{Run, TestEnvironment};

const OLD: &str = "correct-horse-battery";
const NEW: &str = "staple-horse-correct";

/// Neither value may be anywhere in the text, plain or in base64.
#[track_caller]
fn assert_silent(text: &str, place: &str) {
    for value in [OLD, NEW] {
        let encoded = STANDARD.encode(value);
        assert!(!text.contains(value), "{place} has the secret:\n{text}");
        assert!(!text.contains(encoded.trim_end_matches('=')), "{place} has the secret in base64:\n{text}");
    }
}

#[track_caller]
fn silent(run: Run) -> Run {
    assert_silent(&run.to_string(), "the output");
    run
}

/// A release with the old value, and a commit with the new one.
fn changed_secret() -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/secret.yaml", &secret("credentials", "password", OLD));
    silent(environment.apply());
    environment.commit_file("deploy/secret.yaml", &secret("credentials", "password", NEW));
    environment
}

#[test]
fn no_command_prints_it() {
    run_every_command(&changed_secret());
}

#[track_caller]
fn run_every_command(environment: &TestEnvironment) {
    for output in ["text", "json", "markdown"] {
        silent(environment.trueup(&["plan", "prod", "-o", output, "-v"]).success());
        silent(environment.trueup(&["diff", "prod", "-o", output]).success());
        silent(environment.trueup(&["diff", "prod", "--drift", "-o", output]).success());
    }
    silent(environment.trueup(&["render", "prod"]).success());
    silent(environment.trueup(&["render", "prod", "-o", "json"]).success());
    silent(environment.apply());
    silent(environment.trueup(&["status", "prod", "-o", "json"]).success());
    silent(environment.trueup(&["history", "prod", "-o", "json"]).success());
    silent(environment.trueup(&["history", "prod", "2"]).success());
    silent(environment.trueup(&["rollback", "prod", "--yes"]).success());
}

#[test]
fn a_change_is_shown_by_masks() {
    let environment = changed_secret();
    let run = environment.trueup(&["diff", "prod"]).success();
    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup diff prod
    ~ $NAMESPACE/Secret/credentials  deploy/secret.yaml:1
          data.password: ‹masked #1› → ‹masked #2›
            ← $COMMIT2 "Change deploy/secret.yaml", Ada Example, [ago] (line 6)

    prod: 1 to update
    --- exit status 0
    "#);
}

#[test]
fn no_file_has_it() {
    let environment = changed_secret();
    environment
        .trueup(&[
            "plan",
            "prod",
            "--out",
            "plan.json",
            "--report",
            "json=r.json",
            "--report",
            "markdown=r.md",
        ])
        .success();
    environment
        .trueup(&["apply", "prod", "--yes", "--plan", "plan.json", "--report", "json=o.json"])
        .success();

    for file in ["plan.json", "r.json", "r.md", "o.json"] {
        assert_silent(&environment.read(file), file);
    }
    for entry in fs::read_dir(environment.outside().join("home")).expect("the home folder") {
        let path = entry.expect("an entry").path();
        assert_silent(&String::from_utf8_lossy(&fs::read(&path).unwrap_or_default()), "a file at home");
    }
}

#[test]
fn no_record_in_the_cluster_has_it() {
    let environment = changed_secret();
    environment.apply();
    assert_no_record_has_it(&environment);
}

/// Only the object itself may have it.
#[track_caller]
fn assert_no_record_has_it(environment: &TestEnvironment) {
    let maps = environment.live_list("v1/configmaps").into_iter();
    for map in maps.filter(|map| map["metadata"]["name"] != "credentials") {
        assert_silent(&map.to_string(), "a ConfigMap");
        for data in map["binaryData"].as_object().into_iter().flat_map(trueup::json::Map::values) {
            let bytes = STANDARD.decode(data.as_str().expect("base64")).expect("base64");
            let unpacked = zstd::decode_all(bytes.as_slice()).unwrap_or(bytes);
            assert_silent(&String::from_utf8_lossy(&unpacked), "a record");
        }
    }
    for secret in environment.live_list("v1/secrets") {
        if secret["metadata"]["name"] != "credentials" {
            assert_silent(&secret.to_string(), "trueup's own Secret");
        }
    }
}

#[test]
fn a_secret_changed_by_hand_is_drift_and_put_right() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/secret.yaml", &secret("credentials", "password", OLD));
    environment.apply();
    let theirs = trueup::json::json!({"data": {"password": STANDARD.encode(NEW)}});
    environment.edit("v1/secrets/credentials", &theirs);

    silent(environment.trueup(&["diff", "prod", "--drift", "--exit-code"]).exits(2));
    silent(environment.apply());

    let live = environment.live_object("v1/secrets/credentials");
    assert_eq!(live["data"]["password"], STANDARD.encode(OLD));
}

#[test]
fn what_the_server_quotes_is_scrubbed() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    // A number where text belongs: the server's answer quotes what it was sent.
    let wrong = secret("credentials", "password", OLD)
        .replace("stringData:", "type: [correct-horse-battery]\nstringData:");
    environment.commit_file("deploy/secret.yaml", &wrong);
    environment.trueup(&["plan", "prod"]).exits(1);

    let object = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: credentials\ndata:\n  password: {nested: \
                  correct-horse-battery}\n";
    environment.commit_file("deploy/secret.yaml", object);
    silent(environment.trueup(&["plan", "prod"]).exits(1));
}

#[test]
fn an_unchanged_secret_is_proved_unchanged() {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/web.yaml", &deployment("web", "web:1").replace("replicas: 1", "replicas: 0"));
    environment.commit_file("deploy/secret.yaml", &secret("credentials", "password", OLD));
    environment.apply();

    environment.trueup(&["plan", "prod", "--exit-code"]).success();
    environment.trueup(&["plan", "prod", "--exit-code", "--exact"]).success();
}

/// A release of a ConfigMap with the old value, and a commit with the new one,
/// where the configuration, or the object itself, calls it sensitive.
fn changed_settings(by_rule: bool) -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    let rule = "sensitive: [{kind: ConfigMap, name: \"cred*\", fields: [data.password]}]\n";
    if by_rule {
        environment.write("trueup.yaml", &format!("{}{rule}", environment.configuration()));
    }
    let settings = |password: &str, level: &str| {
        let map = config_map("credentials", "password", password) + &format!("  level: {level}\n");
        let annotation = "  annotations: {trueup.dev/sensitive-fields: data.password}\n";
        if by_rule { map } else { map.replace("metadata:\n", &format!("metadata:\n{annotation}")) }
    };
    environment.commit_file("deploy/settings.yaml", &settings(OLD, "info"));
    silent(environment.apply());
    environment.commit_file("deploy/settings.yaml", &settings(NEW, "debug"));
    environment
}

#[test]
fn a_field_that_the_configuration_calls_sensitive_is_as_secret() {
    let environment = changed_settings(true);
    let run = environment.trueup(&["diff", "prod"]).success();
    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup diff prod
    ~ $NAMESPACE/ConfigMap/credentials  deploy/settings.yaml:1
          ← $COMMIT2 "Change deploy/settings.yaml", Ada Example, [ago]
          data.level: info → debug
          data.password: ‹masked #1› → ‹masked #2›

    prod: 1 to update
    --- exit status 0
    "#);
    assert!(environment.trueup(&["diff", "prod", "--unified"]).success().stdout.contains("‹masked"));
    silent(environment.trueup(&["diff", "prod", "--unified"]).success());
    silent(environment.trueup(&["diff", "HEAD~1..HEAD"]).success());
    run_every_command(&environment);
    // One of them was a rollback, which holds this back.
    let passing = ["apply", "prod", "--yes", "--override", "hold", "--reason", "a test"];
    silent(environment.trueup(&passing).success());
    assert_no_record_has_it(&environment);
}

#[test]
fn a_field_that_an_object_calls_sensitive_is_as_secret() {
    let environment = changed_settings(false);
    silent(environment.trueup(&["diff", "prod", "--unified"]).success());
    silent(environment.trueup(&["check", "prod"]).success());
    run_every_command(&environment);
    // One of them was a rollback, which holds this back.
    let passing = ["apply", "prod", "--yes", "--override", "hold", "--reason", "a test"];
    silent(environment.trueup(&passing).success());
    assert_no_record_has_it(&environment);
}

#[test]
fn a_sensitive_field_that_is_refused_is_not_quoted() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    let service = "apiVersion: v1\nkind: Service\nmetadata:\n  name: front\n  annotations:\n    \
                   trueup.dev/sensitive-fields: spec.externalName\nspec:\n  type: ExternalName\n  externalName: \
                   correct-horse-battery!\n";
    environment.commit_file("deploy/front.yaml", service);
    silent(environment.trueup(&["plan", "prod"]).exits(1));
    silent(environment.trueup(&["check", "prod"]).exits(1));
}

#[test]
fn what_becomes_sensitive_after_its_release_has_not_drifted() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/settings.yaml", &config_map("credentials", "password", OLD));
    environment.apply();
    let configuration = environment.configuration();
    let rule = "sensitive: [{fields: [data]}]\n";
    environment.commit_file("trueup.yaml", &format!("{configuration}{rule}"));
    let drift =
        |code: i32| silent(environment.trueup(&["diff", "prod", "--drift", "--exit-code"]).exits(code));
    drift(0);

    let theirs = trueup::json::json!({"data": {"password": NEW}});
    environment.edit("v1/configmaps/credentials", &theirs);
    drift(2);

    environment.apply();
    assert_eq!(environment.live_object("v1/configmaps/credentials")["data"]["password"], OLD);
    drift(0);
    environment.commit_file("trueup.yaml", &configuration);
    environment.trueup(&["diff", "prod", "--drift", "--exit-code"]).exits(0);
}

#[test]
fn a_plan_that_was_agreed_to_is_stale_when_a_sensitive_value_changes() {
    let mut environment = changed_settings(true);
    environment.trueup(&["plan", "prod", "--out", "plan.json"]).success();
    let other = config_map("credentials", "password", "third") + "  level: debug\n";
    environment.commit_file("deploy/settings.yaml", &other);
    let run = environment.trueup(&["apply", "prod", "--yes", "--plan", "plan.json"]).exits(3);
    silent(run);
}

#[test]
fn sensitive_fields_that_say_nothing_are_an_error() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    let map = config_map("credentials", "password", OLD)
        .replace("metadata:\n", "metadata:\n  annotations: {trueup.dev/sensitive-fields: \"\"}\n");
    environment.commit_file("deploy/settings.yaml", &map);
    let run = environment.trueup(&["plan", "prod"]).exits(1);
    assert!(run.stderr.contains("trueup.dev/sensitive-fields: no field is named"), "{run}");
}
