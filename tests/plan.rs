//! `trueup plan`: what apply would do, and that planning writes nothing.

use trueup::json::json;

use crate::harness::manifests::{config_map, deployment, secret, service};
use crate::harness::{TestEnvironment, action, changing, verb};

/// A deployed shop, and a commit that creates, updates and deletes.
fn changed_shop() -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/old.yaml", &config_map("old", "a", "1"));
    environment.write("deploy/secret.yaml", &secret("credentials", "password", "sesame"));
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.apply();
    environment.remove("deploy/old.yaml");
    environment.write("deploy/new.yaml", &service("new", 80));
    environment.write("deploy/secret.yaml", &secret("credentials", "password", "open"));
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "warn"));
    environment
}

#[test]
fn a_plan_shows_each_action_with_its_fields() {
    let environment = changed_shop();
    let plan = environment.trueup(&["plan", "prod"]).success();
    insta::assert_snapshot!(plan.snapshot(), @r#"
    $ trueup plan prod
    prod on $SERVER ([version]), namespace $NAMESPACE
      commit  $COMMIT2 "Change deploy/settings.yaml", Ada Example, [ago], main
      deployed release 1, commit $COMMIT1

      ~ update  $NAMESPACE/ConfigMap/settings  deploy/settings.yaml:1
          data.level: info → warn  ← $COMMIT2 (line 6)
      ~ update  $NAMESPACE/Secret/credentials  deploy/secret.yaml:1
          data.password: ‹masked #1› → ‹masked #2›  ← $COMMIT2 (line 6)
      + create  $NAMESPACE/Service/new  deploy/new.yaml:1  ← $COMMIT2
      - delete  $NAMESPACE/ConfigMap/old  ← $COMMIT2 (deploy/old.yaml)

    - 1 object will be deleted:
      $NAMESPACE/ConfigMap/old

    Plan: 1 to create, 2 to update, 1 to delete
    digest v1:[digest]
    ([n] requests, [time])
    --- exit status 0
    "#);
}

#[test]
fn a_plan_is_one_json_document() {
    let environment = changed_shop();
    let plan = environment.trueup(&["plan", "prod", "-o", "json"]).success();
    insta::assert_snapshot!(plan.snapshot());
}

#[test]
fn a_plan_is_markdown_for_a_pull_request() {
    let environment = changed_shop();
    let plan = environment.trueup(&["plan", "prod", "-o", "markdown"]).success();
    insta::assert_snapshot!(plan.snapshot());
}

#[test]
fn reports_are_written_beside_the_output() {
    let environment = changed_shop();

    let run = environment
        .trueup(&["plan", "prod", "--report", "markdown=plan.md", "--report", "json=plan.json"])
        .success();

    assert!(run.stdout.contains("Plan:"), "{run}");
    assert!(environment.read("plan.md").contains("ConfigMap"));
    let json: trueup::json::Value = serde_json::from_str(&environment.read("plan.json")).expect("JSON");
    assert_eq!(json["kind"], "Plan");
}

#[test]
fn planning_writes_nothing() {
    let environment = changed_shop();
    let before = environment.footprint();

    environment.trueup(&["plan", "prod", "--exact"]).success();
    environment.trueup(&["diff", "prod"]).success();
    environment.trueup(&["diff", "prod", "--drift"]).success();
    environment.trueup(&["status", "prod"]).success();

    assert_eq!(environment.footprint(), before);
}

#[test]
fn a_first_plan_makes_not_even_the_namespace() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));

    environment.trueup(&["plan", "prod"]).success();

    assert!(environment.cluster_object(&format!("v1/namespaces/{}", environment.namespace)).is_none());
}

#[test]
fn apply_does_exactly_what_the_plan_says() {
    let environment = changed_shop();
    let plan = environment.trueup(&["plan", "prod", "-o", "json"]).success().target();

    let outcome = environment.trueup(&["apply", "prod", "--yes", "-o", "json"]).success().target();

    let planned = changing(&plan);
    let mut done = changing(&outcome);
    assert!(done.iter().all(|name| verb(&outcome, name) == verb(&plan, name)), "{outcome}");
    done.sort_by_key(|name| planned.iter().position(|planned| planned == name));
    assert_eq!(done, planned);
    assert_eq!(outcome["digest"], plan["digest"]);
}

#[test]
fn the_same_state_gives_the_same_plan_byte_for_byte() {
    let environment = changed_shop();
    let first = environment.trueup(&["plan", "prod", "-o", "json"]).success();
    let second = environment.trueup(&["plan", "prod", "-o", "json"]).success();
    assert_eq!(first.snapshot(), second.snapshot());
    assert_eq!(first.target()["digest"], second.target()["digest"]);
}

#[test]
fn asking_the_server_about_everything_gives_the_same_plan() {
    let environment = changed_shop();
    let proved = environment.trueup(&["plan", "prod", "-o", "json"]).success().target();
    let asked = environment.trueup(&["plan", "prod", "-o", "json", "--exact"]).success().target();
    assert_eq!(proved["actions"], asked["actions"]);
    assert_eq!(proved["digest"], asked["digest"]);
}

#[test]
fn the_exit_code_tells_whether_there_is_something_to_do() {
    let environment = changed_shop();
    environment.trueup(&["plan", "prod", "--exit-code"]).exits(2);
    environment.trueup(&["diff", "prod", "--exit-code"]).exits(2);
    environment.apply();
    environment.trueup(&["plan", "prod", "--exit-code"]).success();
    environment.trueup(&["diff", "prod", "--exit-code"]).success();
}

#[test]
fn nothing_to_do_takes_one_line() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.apply();

    let plan = environment.trueup(&["plan", "prod"]).success();
    insta::assert_snapshot!(plan.snapshot(), @"
    $ trueup plan prod
    prod: nothing to change (1 object, [n] requests, [time])
    --- exit status 0
    ");
    let plan = environment.trueup(&["plan", "prod", "--show-unchanged"]).success();
    insta::assert_snapshot!(plan.snapshot(), @"
    $ trueup plan prod --show-unchanged
    = $NAMESPACE/ConfigMap/settings  deploy/settings.yaml:1

    prod: nothing to change (1 object, [n] requests, [time])
    --- exit status 0
    ");
}

#[test]
fn values_written_differently_are_no_changes() {
    let mut environment = TestEnvironment::new();
    let written = |cpu: &str, port: &str, memory: &str| {
        deployment("web", "web:1").replace(
            "          image: web:1\n",
            &format!(
                "          image: web:1
          resources:
            requests:
              cpu: {cpu}
              memory: {memory}
          ports:
            - containerPort: 80
              protocol: TCP
          livenessProbe:
            httpGet:
              path: /
              port: {port}
"
            ),
        )
    };
    environment.commit_file("deploy/web.yaml", &written("1000m", "80", "1024Mi"));
    environment.trueup(&["apply", "prod", "--yes", "--no-wait"]).success();

    environment.commit_file("deploy/web.yaml", &written("1", "80", "1Gi"));
    environment.trueup(&["plan", "prod", "--exit-code"]).success();

    environment.commit_file("deploy/web.yaml", &written("1", "http", "1Gi"));
    let plan = environment.trueup(&["plan", "prod", "-o", "json"]).success().target();
    assert_eq!(
        action(&plan, "Deployment/web")["changes"][0]["path"],
        "spec.template.spec.containers[name=web].livenessProbe.httpGet.port"
    );
}

#[test]
fn nulls_and_status_in_a_manifest_are_no_changes() {
    let mut environment = TestEnvironment::new();
    let exported = deployment("web", "web:1")
        .replace("metadata:\n  name: web\n", "metadata:\n  name: web\n  creationTimestamp: null\n")
        + "status: {}\n";
    environment.commit_file("deploy/web.yaml", &exported);
    environment.trueup(&["apply", "prod", "--yes", "--no-wait"]).success();

    environment.trueup(&["plan", "prod", "--exit-code"]).success();
}

#[test]
fn a_list_in_another_order_is_a_change_only_where_order_counts() {
    let mut environment = TestEnvironment::new();
    let with_variables = |names: [&str; 2]| {
        let [first, second] =
            names.map(|name| format!("            - name: {name}\n              value: x\n"));
        deployment("web", "web:1").replace(
            "          image: web:1\n",
            &format!("          image: web:1\n          env:\n{first}{second}"),
        )
    };
    environment.commit_file("deploy/web.yaml", &with_variables(["A", "B"]));
    environment.trueup(&["apply", "prod", "--yes", "--no-wait"]).success();
    environment.commit_file("deploy/web.yaml", &with_variables(["B", "A"]));

    let plan = environment.trueup(&["plan", "prod", "-o", "json"]).success().target();
    environment.trueup(&["apply", "prod", "--yes", "--no-wait"]).success();

    // Whatever the server makes of it: the plan knew, and it is over now.
    let order = environment.live_object("apps/v1/deployments/web")["spec"]["template"]["spec"]["containers"]
        [0]["env"][0]["name"]
        .clone();
    let changes = verb(&plan, "Deployment/web") == "update";
    assert_eq!(changes, order == "B", "{plan}");
    environment.trueup(&["plan", "prod", "--exit-code"]).success();
}

#[test]
fn an_object_in_a_namespace_that_the_set_creates_is_planned() {
    let mut environment = TestEnvironment::new();
    let other = environment.unique("other");
    environment
        .write("deploy/a.yaml", &format!("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {other}\n"));
    let elsewhere = config_map("settings", "level", "info")
        .replace("  name: settings\n", &format!("  name: settings\n  namespace: {other}\n"));
    environment.commit_file("deploy/b.yaml", &elsewhere);

    let plan = environment.trueup(&["plan", "prod", "-o", "json"]).success().target();
    let object = action(&plan, "ConfigMap/settings");
    assert_eq!((&object["action"], &object["object"]["namespace"]), (&json!("create"), &json!(other)));
    environment.apply();

    environment.trueup(&["plan", "prod", "--exit-code"]).success();
}

#[test]
fn a_broken_group_of_the_api_does_not_keep_others_from_being_planned() {
    let Some(mut environment) = TestEnvironment::disruptive() else { return };
    let broken = json!({
        "apiVersion": "apiregistration.k8s.io/v1",
        "kind": "APIService",
        "metadata": {"name": "v1.broken.example.com"},
        "spec": {
            "group": "broken.example.com", "version": "v1", "groupPriorityMinimum": 100, "versionPriority": 100,
            "insecureSkipTLSVerify": true, "service": {"namespace": "default", "name": "nothing-there"},
        },
    });
    environment.create_cluster_object("apiregistration.k8s.io/v1/apiservices", &broken);
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));

    environment.apply();
    environment.trueup(&["plan", "prod", "--exit-code"]).success();

    let unknown = "apiVersion: broken.example.com/v1\nkind: Thing\nmetadata:\n  name: x\n";
    environment.commit_file("deploy/thing.yaml", unknown);
    environment.trueup(&["plan", "prod"]).exits(1).complains("broken.example.com");
}
