//! Secrets in `trueup rollback`: those that would come back are warned of, and
//! `--keep-secrets` leaves the live ones alone.

use trueup::json::{Value, json};

use crate::harness::manifests::{config_map, deployment, secret};
use crate::harness::{TestEnvironment, changing};

const OLD: &str = "tr0ub4dor-and-3";
const NEW: &str = "correct-horse-battery";
const KEEP: [&str; 4] = ["rollback", "prod", "--yes", "--keep-secrets"];

/// A release with a password, and one after it with another one and another setting.
fn rotated() -> TestEnvironment {
    let mut environment = TestEnvironment::new().variable("COLUMNS", "1000");
    environment.write("deploy/settings.yaml", &config_map("settings", "value", "one"));
    environment.commit_file("deploy/db.yaml", &secret("db", "password", OLD));
    environment.apply();
    environment.write("deploy/settings.yaml", &config_map("settings", "value", "two"));
    environment.commit_file("deploy/db.yaml", &secret("db", "password", NEW));
    environment.apply();
    environment
}

fn warned(environment: &TestEnvironment, command: &str) -> String {
    format!(
        "warning: this rollback changes the data of {}/Secret/db: a credential that was rotated since comes \
         back (`trueup {command} --keep-secrets` leaves live Secrets as they are)",
        environment.namespace
    )
}

fn notes(target: &Value) -> Vec<String> {
    let notes = target["notes"].as_array().expect("notes").iter();
    notes.map(|note| note.as_str().expect("a note").to_owned()).collect()
}

fn live(environment: &TestEnvironment, name: &str) -> Value {
    environment.live_object(&format!("v1/secrets/{name}"))
}

fn setting(environment: &TestEnvironment) -> Value {
    environment.live_object("v1/configmaps/settings")["data"]["value"].clone()
}

fn drift(environment: &TestEnvironment) -> Vec<String> {
    changing(&environment.trueup(&["diff", "prod", "--drift", "-o", "json"]).target())
}

#[test]
fn a_secret_that_would_come_back_is_warned_of_first() {
    let environment = rotated();
    let warned = warned(&environment, "rollback");
    let dry = |output: &str| {
        let run = environment.trueup(&["rollback", "prod", "--dry-run", "-o", output]).success();
        run.never_says(OLD).never_says(NEW)
    };

    dry("text").prints(&format!("\n{warned}\n"));
    assert_eq!(notes(&dry("json").target())[0], warned);
    let markdown = dry("markdown");
    assert!(markdown.stdout.contains("**warning**: this rollback changes the data of"), "{markdown}");
}

#[test]
fn nothing_is_warned_of_where_no_secret_comes_back() {
    let mut environment = rotated();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "value", "three"));
    environment.apply();

    let run = environment.trueup(&["rollback", "prod", "--yes"]).success();

    assert!(!run.stdout.contains("warning"), "{run}");
}

#[test]
fn a_secret_that_is_created_again_is_warned_of_too() {
    let mut environment = rotated();
    environment.remove("deploy/db.yaml");
    environment.commit("Drop it");
    environment.apply();

    let run = environment.trueup(&["rollback", "prod", "--yes", "--keep-secrets"]).success();

    let name = format!("{}/Secret/db", environment.namespace);
    run.prints(&format!("warning: this rollback creates {name} with the data of then")).never_says(NEW);
    assert!(environment.live("v1/secrets/db").is_some());
}

#[test]
fn a_rollback_after_a_failure_warns_too_and_names_the_option_of_apply() {
    let mut environment = TestEnvironment::new().variable("COLUMNS", "1000");
    environment.write("deploy/web.yaml", &deployment("web", "web:1"));
    environment.commit_file("deploy/db.yaml", &secret("db", "password", OLD));
    environment.apply();
    environment.write("deploy/web.yaml", &deployment("web", "web:crash"));
    environment.commit_file("deploy/db.yaml", &secret("db", "password", NEW));

    let run = environment.trueup(&["apply", "prod", "--yes", "--rollback-on-failure"]).exits(5);

    run.prints(&warned(&environment, "apply")).never_says(OLD).never_says(NEW);
}

#[test]
fn a_live_secret_stays_as_it_is_and_the_rest_goes_back() {
    let mut environment = rotated();
    environment.commit_file("deploy/added.yaml", &config_map("added", "a", "1"));
    environment.apply();
    let before = live(&environment, "db");

    let run = environment.trueup(&["rollback", "prod", "HEAD~2", "--yes", "--keep-secrets"]).success();

    let note = format!("note: {}/Secret/db is left as it is (--keep-secrets)", environment.namespace);
    run.prints(&note).never_says(OLD).never_says(NEW);
    assert_eq!(live(&environment, "db"), before);
    assert_eq!(setting(&environment), "one");
    assert!(environment.live("v1/configmaps/added").is_none());
    assert_eq!(drift(&environment), [""; 0]);
}

#[test]
fn what_is_left_alone_is_on_record_as_it_was_written() {
    let environment = rotated();
    environment.trueup(&KEEP).success();

    environment.edit("v1/secrets/db", &json!({"stringData": {"password": "by-hand"}}));

    assert_eq!(drift(&environment), ["Secret/db"]);
    environment.end_hold();
    environment.apply();
    assert_eq!(drift(&environment), [""; 0]);
}

#[test]
fn a_later_secret_is_neither_deleted_nor_forgotten() {
    let mut environment = rotated();
    environment.commit_file("deploy/later.yaml", &secret("later", "token", NEW));
    environment.apply();
    let before = live(&environment, "later");

    let run = environment.trueup(&KEEP).success();

    run.prints(&format!("note: {}/Secret/later is left as it is (--keep-secrets)", environment.namespace));
    assert_eq!(live(&environment, "later"), before);
    environment.end_hold();
    environment.remove("deploy/later.yaml");
    environment.commit("Drop it");
    environment.apply();
    assert!(environment.live("v1/secrets/later").is_none());
}

#[test]
fn a_namespace_with_a_secret_that_is_left_alone_stays() {
    let mut environment = rotated();
    let other = environment.unique("other");
    let namespace = format!("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {other}\n");
    environment.write("deploy/namespace.yaml", &namespace);
    let later = secret("later", "token", NEW).replace("  name:", &format!("  namespace: {other}\n  name:"));
    environment.commit_file("deploy/later.yaml", &later);
    environment.apply();

    let run = environment.trueup(&KEEP).success();

    run.prints(&format!("note: Namespace/{other} isn't deleted: Secrets that are left alone are in it"));
    assert_eq!(environment.live_list_in(&other, "v1/secrets").len(), 1);
}

#[test]
fn where_only_a_secret_would_go_back_there_is_nothing_to_change() {
    let mut environment = rotated();
    environment.commit_file("deploy/db.yaml", &secret("db", "password", "rotated-again"));
    environment.apply();
    let before = live(&environment, "db");

    let run = environment.trueup(&KEEP).success();

    run.prints("nothing to change").prints("Secret/db is left as it is (--keep-secrets)");
    assert_eq!(live(&environment, "db"), before);
    assert_eq!(drift(&environment), [""; 0]);
}

#[test]
fn an_immutable_secret_is_not_replaced() {
    let immutable = |value: &str| format!("{}immutable: true\n", secret("key", "key", value));
    let replaced = |manifest: String| {
        manifest.replace("  name:", "  annotations:\n    trueup.dev/on-immutable: replace\n  name:")
    };
    let mut environment = rotated();
    environment.commit_file("deploy/key.yaml", &replaced(immutable(OLD)));
    environment.apply();
    environment.write("deploy/settings.yaml", &config_map("settings", "value", "three"));
    environment.commit_file("deploy/key.yaml", &replaced(immutable(NEW)));
    environment
        .trueup(&["apply", "prod", "--yes", "--override", "immutable", "--reason", "a test"])
        .success();
    let before = live(&environment, "key");

    environment.trueup(&["rollback", "prod", "--yes", "--keep-secrets", "--exact"]).success();

    assert_eq!(live(&environment, "key"), before);
    assert_eq!(setting(&environment), "two");
}

#[test]
fn what_is_left_alone_is_not_held() {
    let mut environment = rotated();
    environment.trueup(&KEEP).success();

    environment.commit_file("deploy/settings.yaml", &config_map("settings", "value", "mended"));
    environment.apply();

    assert_eq!(setting(&environment), "mended");
}

/// A good release with a password, and files for one that fails and has another.
fn about_to_fail() -> TestEnvironment {
    let mut environment = TestEnvironment::new().variable("COLUMNS", "1000");
    for (password, image) in [(OLD, "web:1"), (NEW, "web:crash")] {
        environment.write("deploy/db.yaml", &secret("db", "password", password));
        environment.commit_file("deploy/web.yaml", &deployment("web", image));
        if image == "web:1" {
            environment.apply();
        }
    }
    environment
}

fn password(environment: &TestEnvironment) -> Value {
    live(environment, "db")["data"]["password"].clone()
}

#[test]
fn a_rollback_after_a_failure_leaves_them_alone_where_that_is_asked_for() {
    let environment = about_to_fail();
    let before = password(&environment);

    let run = environment
        .trueup(&["apply", "prod", "--yes", "--rollback-on-failure", "--keep-secrets"])
        .exits(5)
        .never_says(NEW);

    run.prints("Secret/db").never_says("a credential that was rotated since comes back");
    assert_ne!(password(&environment), before);
    let image = &environment.live_object("apps/v1/deployments/web")["spec"]["template"]["spec"]["containers"]
        [0]["image"];
    assert_eq!(image, "web:1");
    assert_eq!(drift(&environment), Vec::<String>::new());
}

#[test]
fn without_a_rollback_there_is_nothing_to_keep() {
    let environment = about_to_fail();
    let run = environment.trueup(&["apply", "prod", "--yes", "--keep-secrets"]).exits(64);
    run.complains("none follows a failure here").complains("--rollback-on-failure");
}
