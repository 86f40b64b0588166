//! What moved in the cluster since the last deployment: `diff --drift`, and the
//! drift that `status` counts.

use trueup::json::{Value, json};

use crate::harness::manifests::{config_map, deployment, secret};
use crate::harness::{TestEnvironment, action, changing};

const KEY: &str = "v1/secrets/trueup-shop-prod";

/// Deployed settings, a Deployment and an object that somebody deletes.
fn deployed() -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/gone.yaml", &config_map("gone", "a", "1"));
    environment.write("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.write("deploy/web.yaml", &deployment("web", "web:1"));
    environment.commit("Open the shop");
    environment.apply();
    environment
}

/// The same after two edits and a deletion.
fn drifted() -> TestEnvironment {
    let environment = deployed();
    environment.edit("v1/configmaps/settings", &json!({"data": {"level": "debug"}}));
    environment.edit_as("kubectl-scale", "apps/v1/deployments/web/scale", &json!({"spec": {"replicas": 5}}));
    environment.delete("v1/configmaps/gone");
    environment
}

fn drift(environment: &TestEnvironment) -> Value {
    environment.trueup(&["diff", "prod", "--drift", "-o", "json"]).success().target()
}

#[test]
fn drift_is_told_from_what_was_deployed_to_what_is_live_with_who_and_when() {
    let environment = drifted();

    let text = environment.trueup(&["diff", "prod", "--drift", "--exit-code"]).exits(2);
    let markdown = environment.trueup(&["diff", "prod", "--drift", "-o", "markdown"]).success();
    let told = drift(&environment);

    insta::assert_snapshot!(text.snapshot(), @"
    $ trueup diff prod --drift --exit-code
    - $NAMESPACE/ConfigMap/gone  deploy/gone.yaml:1
          somebody deleted it
    ~ $NAMESPACE/ConfigMap/settings  deploy/settings.yaml:1
          data.level: info → debug  ← changed live by kubectl-edit, [ago]
    ~ $NAMESPACE/Deployment/web  deploy/web.yaml:1
          spec.replicas: 1 → 5  ← changed live by kubectl-scale

    prod: 2 changed live, 1 deleted live
    --- exit status 2
    ");
    insta::assert_snapshot!(markdown.snapshot(), @"
    $ trueup diff prod --drift -o markdown
    ### prod: ⚠️ 2 objects changed live, 1 object deleted live

    On <code>$SERVER</code>, namespace <code>$NAMESPACE</code>; deployed is release 1 of <code>$COMMIT1</code>.

    - <code>-</code> delete <code>$NAMESPACE/ConfigMap/gone</code>: somebody deleted it

    <details><summary><code>&#126;</code> update <code>$NAMESPACE/ConfigMap/settings</code></summary>

    <code>deploy/settings.yaml:1</code>

    ```diff
    - data.level: info
    + data.level: debug
    # changed live by kubectl-edit, [timestamp]
    ```

    </details>

    <details><summary><code>&#126;</code> update <code>$NAMESPACE/Deployment/web</code></summary>

    <code>deploy/web.yaml:1</code>

    ```diff
    - spec.replicas: 1
    + spec.replicas: 5
    # changed live by kubectl-scale
    ```

    </details>
    --- exit status 0
    ");
    let change = &action(&told, "ConfigMap/settings")["changes"][0];
    assert_eq!(
        (&change["path"], &change["from"], &change["to"], &change["by"], &change["operation"]),
        (&json!("data.level"), &json!("info"), &json!("debug"), &json!("kubectl-edit"), &json!("Update"))
    );
    assert!(change["when"].as_str().is_some_and(|when| when.ends_with('Z')), "{change}");
    assert_eq!(action(&told, "ConfigMap/gone")["action"], "delete");
}

#[test]
fn an_apply_of_the_same_commit_puts_exactly_the_drift_right() {
    let environment = drifted();

    let outcome =
        environment.trueup(&["apply", "prod", "--yes", "--no-wait", "-o", "json"]).success().target();

    assert_eq!(changing(&outcome), ["ConfigMap/gone", "ConfigMap/settings", "Deployment/web"]);
    assert_eq!(environment.live_object("apps/v1/deployments/web")["spec"]["replicas"], 1);
    environment.trueup(&["diff", "prod", "--drift", "--exit-code"]).success();
}

#[test]
fn drift_needs_nothing_of_the_repository_but_the_configuration() {
    let environment = drifted();
    environment.write("deploy/settings.yaml", "not even YAML: [");
    environment.remove("deploy/web.yaml");

    assert_eq!(changing(&drift(&environment)).len(), 3);
    environment.trueup(&["status", "prod"]).success().prints("3 fields in 3 objects");
}

#[test]
fn what_others_set_beside_it_is_drift_only_by_a_strict_measure() {
    let environment = deployed();
    environment.edit(
        "v1/configmaps/settings",
        &json!({
            "data": {"extra": "1"}, "metadata": {"annotations": {"example.org/note": "mine"}}
        }),
    );
    environment.trueup(&["diff", "prod", "--drift", "--exit-code"]).success();

    let strict = environment.trueup(&["diff", "prod", "--drift", "--strict", "--exit-code"]).exits(2);

    insta::assert_snapshot!(strict.snapshot(), @r#"
    $ trueup diff prod --drift --strict --exit-code
    ~ $NAMESPACE/ConfigMap/settings  deploy/settings.yaml:1
        + data.extra: "1"  ← changed live by kubectl-edit, [ago]
        + metadata.annotations:
            example.org/note: mine
            ← changed live by kubectl-edit, [ago]

    prod: 1 changed live, 2 as deployed
    --- exit status 2
    "#);
    environment.trueup(&["diff", "prod", "--strict"]).exits(64).complains("--drift");
}

#[test]
fn a_strict_measure_shows_no_secret_that_somebody_added() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/db.yaml", &secret("db", "password", "correct"));
    environment.apply();
    environment.edit("v1/secrets/db", &json!({"stringData": {"other": "hunter2"}}));

    for output in ["text", "json", "markdown"] {
        let arguments = ["diff", "prod", "--drift", "--strict", "-o", output];
        let run = environment.trueup(&arguments).success().prints("data.other");
        run.never_says("hunter2").never_says("aHVudGVyMg");
    }
}

#[test]
fn whether_secrets_drifted_isnt_known_once_the_key_is_lost() {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.commit_file("deploy/db.yaml", &secret("db", "password", "correct"));
    environment.apply();
    environment.delete(KEY);
    environment.edit("v1/secrets/db", &json!({"stringData": {"password": "hunter2"}}));

    let unknown = environment.trueup(&["diff", "prod", "--drift", "--exit-code"]).success();
    insta::assert_snapshot!(unknown.snapshot(), @"
    $ trueup diff prod --drift --exit-code
    note: whether 1 object drifted isn't known: the key of Secrets isn't known:
      $NAMESPACE/Secret/trueup-shop-prod isn't there

    prod: no drift that is known (2 objects)
    --- exit status 0
    ");
    environment.trueup(&["status", "prod"]).success().prints("drift    unknown");

    environment.edit("v1/configmaps/settings", &json!({"data": {"level": "debug"}}));
    let known = environment.trueup(&["diff", "prod", "--drift", "--exit-code"]).exits(2);
    known.prints("data.level").prints("isn't known");
    environment.trueup(&["status", "prod"]).success().prints("1 field in 1 object");
}

#[test]
fn an_environment_of_only_hooks_has_not_drifted() {
    let mut environment = TestEnvironment::new();
    let hook = "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: migrate\n  annotations:\n    \
                trueup.dev/hook: pre-apply\nspec:\n  backoffLimit: 0\n  template:\n    spec:\n      \
                restartPolicy: Never\n      containers:\n        - {name: migrate, image: shop:1}\n";
    environment.commit_file("deploy/migrate.yaml", hook);
    environment.apply();

    let status = environment.trueup(&["status", "prod", "-o", "json"]).success().target();

    assert_eq!(status["drift"], json!({"objects": 0, "fields": 0}));
    environment.trueup(&["status", "prod", "--exit-code"]).success().prints("drift    none");
}
