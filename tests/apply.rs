//! `trueup apply`: makes the cluster as the commit says.

use trueup::json::json;

use crate::harness::manifests::{config_map, definition_of_tills, deployment, secret, service};
use crate::harness::{TestEnvironment, action, changing, verb, wait_until};

#[test]
fn a_first_deployment_is_applied_and_recorded() {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.write("deploy/web.yaml", &[deployment("web", "web:1"), service("web", 80)].join("---\n"));
    environment.commit("Open the shop");

    let run = environment.apply();

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup apply prod --yes
    prod on $SERVER ([version]), namespace $NAMESPACE
      commit  $COMMIT1 "Open the shop", Ada Example, [ago], main

      + create  Namespace/$NAMESPACE
          the inventory, the lock and the history live there
      + create  $NAMESPACE/ConfigMap/settings  deploy/settings.yaml:1  (approximate)
      + create  $NAMESPACE/Service/web  deploy/web.yaml:19  (approximate)
      + create  $NAMESPACE/Deployment/web  deploy/web.yaml:1  (approximate)

    approximate: 3 actions could not be tried on the server; what they are shown to do is approximate
    Plan: 4 to create
    ([n] requests, [time])
    prod: release 1 is healthy ($COMMIT1 "Open the shop", 4 changed, 0 unchanged, [time])
    --- stderr
    created  $NAMESPACE/ConfigMap/settings
    created  $NAMESPACE/Deployment/web
    created  $NAMESPACE/Service/web
    created  Namespace/$NAMESPACE
    ready  $NAMESPACE/Deployment/web  ([time])
    --- exit status 0
    "#);
    assert_eq!(environment.live_object("v1/configmaps/settings")["data"]["level"], "info");
    assert_eq!(environment.live_object("apps/v1/deployments/web")["status"]["readyReplicas"], 1);
    environment.trueup(&["plan", "prod", "--exit-code"]).success();
}

#[test]
fn the_outcome_is_one_json_document() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));

    let outcome = environment.trueup(&["apply", "prod", "--yes", "-o", "json"]).success();

    assert_eq!(outcome.json()["kind"], "Outcome");
    let outcome = outcome.target();
    assert_eq!(outcome["result"], "healthy");
    assert_eq!(outcome["release"], 1);
    assert_eq!(action(&outcome, "ConfigMap/settings")["result"], "done");
    assert_eq!(verb(&outcome, "ConfigMap/settings"), "create");
}

#[test]
fn objects_are_written_as_trueup_by_server_side_apply() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.apply();

    let live = environment.live_object("v1/configmaps/settings");

    let entries = live["metadata"]["managedFields"].as_array().expect("managed fields").clone();
    assert_eq!(entries.len(), 1, "{entries:?}");
    assert_eq!((&entries[0]["manager"], &entries[0]["operation"]), (&json!("trueup"), &json!("Apply")));
    assert!(live["metadata"]["annotations"].is_null(), "{live}");
}

#[test]
fn a_second_apply_changes_nothing_and_makes_no_release() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.apply();
    let before = environment.live_object("v1/configmaps/settings");

    let run = environment.trueup(&["apply", "prod", "--yes", "-o", "json"]).success();

    assert_eq!(run.target()["result"], "unchanged");
    assert_eq!(environment.live_object("v1/configmaps/settings"), before);
    let history = environment.trueup(&["history", "prod", "-o", "json"]).success().json();
    assert_eq!(history["targets"].as_array().map(Vec::len), Some(1), "{history}");
}

#[test]
fn a_first_run_that_makes_its_own_namespace_misses_no_inventory() {
    let mut environment = TestEnvironment::new();
    let namespace =
        format!("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {}\n", environment.namespace);
    environment.write("deploy/a.yaml", &config_map("settings", "level", "info"));
    environment.commit_file("deploy/z.yaml", &namespace);

    let run = environment.trueup(&["apply", "prod", "--yes"]).success().snapshot();

    assert!(!run.contains("inventory"), "{run}");
}

#[test]
fn a_namespace_comes_before_what_is_in_it() {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/a.yaml", &config_map("settings", "level", "info"));
    let namespace = format!(
        "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {}\n  labels:\n    team: shop\n",
        environment.namespace
    );
    environment.commit_file("deploy/z.yaml", &namespace);

    let plan = environment.trueup(&["plan", "prod", "-o", "json"]).success().target();
    assert_eq!(
        changing(&plan),
        [format!("Namespace/{}", environment.namespace), "ConfigMap/settings".into()]
    );
    environment.apply();

    let live = environment.cluster_object(&format!("v1/namespaces/{}", environment.namespace));
    assert_eq!(live.expect("the namespace")["metadata"]["labels"]["team"], "shop");
    assert!(environment.live("v1/configmaps/settings").is_some());
}

#[test]
fn a_definition_is_established_before_its_objects() {
    let mut environment = TestEnvironment::new();
    let group = format!("{}.example.com", environment.unique("tills"));
    environment.write("deploy/a.yaml", &till(&group, "drawers: 2"));
    environment.commit_file("deploy/z.yaml", &tills(&group));

    environment.apply();

    let live = environment.live_object(&format!("{group}/v1/tills/main"));
    assert_eq!(live["spec"]["drawers"], 2);
    environment.trueup(&["plan", "prod", "--exit-code"]).success();
}

#[test]
fn fields_of_others_are_left_alone() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.apply();
    environment.edit("v1/configmaps/settings", &json!({"data": {"extra": "by hand"}}));
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "warn"));

    environment.apply();

    let data = environment.live_object("v1/configmaps/settings")["data"].clone();
    assert_eq!(data, json!({"extra": "by hand", "level": "warn"}));
}

#[test]
fn a_key_that_left_git_leaves_the_cluster() {
    let mut environment = TestEnvironment::new();
    let both = format!("{}  color: \"red\"\n", config_map("settings", "level", "info"));
    environment.commit_file("deploy/settings.yaml", &both);
    environment.apply();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));

    let plan = environment.trueup(&["plan", "prod", "-o", "json"]).success().target();
    let change = action(&plan, "ConfigMap/settings")["changes"][0].clone();
    assert_eq!((&change["path"], &change["op"]), (&json!("data.color"), &json!("remove")));
    environment.apply();

    assert_eq!(environment.live_object("v1/configmaps/settings")["data"], json!({"level": "info"}));
}

#[test]
fn what_somebody_changed_by_hand_is_put_right() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.apply();
    environment.edit("v1/configmaps/settings", &json!({"data": {"level": "debug"}}));

    let plan = environment.trueup(&["plan", "prod", "-o", "json"]).success().target();
    let update = action(&plan, "ConfigMap/settings");
    assert_eq!(update["causes"], json!(["drift"]));
    assert_eq!(update["changes"][0]["by"], "kubectl-edit");
    assert_eq!(update["takesFrom"][0]["manager"], "kubectl-edit");
    environment.apply();

    assert_eq!(environment.live_object("v1/configmaps/settings")["data"]["level"], "info");
}

#[test]
fn an_autoscaled_deployment_keeps_its_replicas() {
    let mut environment = TestEnvironment::new();
    let autoscaler = "apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: web
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: web
  minReplicas: 1
  maxReplicas: 5
";
    environment.write("deploy/web.yaml", &deployment("web", "web:1"));
    environment.commit_file("deploy/scale.yaml", autoscaler);
    environment.trueup(&["apply", "prod", "--yes", "--no-wait"]).success();
    environment.edit_as(
        "kube-controller-manager",
        "apps/v1/deployments/web/scale",
        &json!({"spec": {"replicas": 3}}),
    );
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:2"));

    environment.trueup(&["apply", "prod", "--yes", "--no-wait"]).success();

    let live = environment.live_object("apps/v1/deployments/web");
    assert_eq!(live["spec"]["replicas"], 3);
    assert_eq!(live["spec"]["template"]["spec"]["containers"][0]["image"], "web:2");
}

#[test]
fn an_autoscaled_deployment_keeps_its_replicas_when_it_is_adopted() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    let web = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {
        "replicas": 4, "selector": {"matchLabels": {"app": "web"}}, "template": {
            "metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "web", "image": "web:1"}]}}}});
    environment.create_by("kubectl-client-side-apply", "apps/v1/deployments", &web);
    let autoscaler = json!({"metadata": {"name": "web"}, "spec": {"minReplicas": 4, "maxReplicas": 5,
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}}});
    environment.create("autoscaling/v2/horizontalpodautoscalers", &autoscaler);
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:1"));

    environment.trueup(&["apply", "prod", "--yes", "--no-wait"]).success();

    assert_eq!(environment.live_object("apps/v1/deployments/web")["spec"]["replicas"], 4);
}

#[test]
fn a_dirty_work_tree_is_refused_unless_it_is_asked_for() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.write("deploy/settings.yaml", &config_map("settings", "level", "debug"));

    let refused = environment.trueup(&["apply", "prod", "--yes"]);
    insta::assert_snapshot!(refused.snapshot(), @"
    $ trueup apply prod --yes
    --- stderr
    error: the work tree isn't committed: deploy/settings.yaml

    hint: commit it, deploy a commit with --ref, or apply what is there with --dirty
    --- exit status 1
    ");
    assert!(environment.footprint().is_empty());
    let plan = environment.trueup(&["plan", "prod", "-o", "json"]).success().target();
    let guard = json!({
        "guard": "dirty", "verdict": "refuse", "overridable": false, "aboutWhat": false,
        "message": "the work tree isn't committed: deploy/settings.yaml: commit it, or apply what is there with --dirty",
    });
    assert_eq!(plan["guards"], json!([guard]));
    environment
        .trueup(&["plan", "prod"])
        .success()
        .prints("apply would be refused now: dirty: the work tree");

    environment.trueup(&["apply", "prod", "--yes", "--dirty"]).success().never_says("isn't committed");
    assert_eq!(environment.live_object("v1/configmaps/settings")["data"]["level"], "debug");
}

#[test]
fn changes_outside_of_the_sources_dont_make_it_dirty() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.write("notes.txt", "buy milk\n");

    environment.apply();
}

#[test]
fn nobody_to_ask_is_a_mistake_on_the_command_line() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));

    let run = environment.trueup(&["apply", "prod"]);

    assert_ne!(run.code, Some(0));
    let run = run.complains("--yes");
    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup apply prod
    prod on $SERVER ([version]), namespace $NAMESPACE
      commit  $COMMIT1 "Change deploy/settings.yaml", Ada Example, [ago], main

      + create  Namespace/$NAMESPACE
          the inventory, the lock and the history live there
      + create  $NAMESPACE/ConfigMap/settings  deploy/settings.yaml:1  (approximate)

    approximate: 1 action could not be tried on the server; what it is shown to do is approximate
    Plan: 2 to create
    ([n] requests, [time])
    --- stderr
    error: nobody is there to confirm the plan

    hint: use --yes in scripts
    --- exit status 64
    "#);
    assert!(environment.footprint().is_empty());
}

#[test]
fn a_dry_run_writes_nothing() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.trueup(&["apply", "prod", "--yes", "--dry-run"]).success();
    assert!(environment.footprint().is_empty());

    environment.apply();
    let before = environment.footprint();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "warn"));
    environment.trueup(&["apply", "prod", "--yes", "--dry-run"]).success();
    assert_eq!(environment.footprint(), before);
}

#[test]
fn what_the_server_refuses_while_applying_leaves_the_rest_applied() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    // Each dry run passes a quota for itself; the second write does not.
    let quota = json!({"metadata": {"name": "few"}, "spec": {"hard": {"count/services": "1"}}});
    environment.create("v1/resourcequotas", &quota);
    wait_until("the quota is counted", || {
        !environment.live_object("v1/resourcequotas/few")["status"]["used"].is_null()
    });
    environment.write("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.write("deploy/a.yaml", &service("a", 80));
    environment.commit_file("deploy/b.yaml", &service("b", 80));

    let run = environment.trueup(&["apply", "prod", "--yes"]).exits(6).prints("exceeds the quota \"few\"");

    assert!(environment.live("v1/configmaps/settings").is_some());
    assert_eq!(environment.live_list("v1/services").len(), 1);
    let status = environment.trueup(&["status", "prod", "-o", "json"]).success().target();
    assert_eq!(status["deployed"]["result"], "partial", "{run}");
}

#[test]
fn several_environments_are_applied_in_one_run() {
    let mut environment = TestEnvironment::without_configuration();
    let (blue, green) = (environment.unique("blue"), environment.unique("green"));
    environment.write(
        "trueup.yaml",
        &format!(
            "version: 1\nname: shop\nsources: deploy\nenvironments:\n  blue:\n    namespace: {blue}\n  green:\n    \
             namespace: {green}\n"
        ),
    );
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));

    environment.trueup(&["apply", "--all", "--yes"]).success();

    for namespace in [&blue, &green] {
        let path = format!("v1/namespaces/{namespace}/configmaps/settings");
        assert!(environment.cluster_object(&path).is_some(), "{namespace}");
    }
    environment.trueup(&["plan", "*", "--exit-code"]).success();
}

#[test]
fn the_only_environment_may_be_left_out() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));

    environment.trueup(&["apply", "--yes"]).success();

    assert!(environment.live("v1/configmaps/settings").is_some());
}

#[test]
fn an_apply_without_waiting_says_so_in_its_result() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:never-ready"));

    let run = environment.trueup(&["apply", "prod", "--yes", "--no-wait", "-o", "json"]).success();

    assert_eq!(run.target()["result"], "applied");
}

#[test]
fn a_secret_is_written_as_it_stands_in_git() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/secret.yaml", &secret("credentials", "password", "sesame"));

    environment.apply();

    assert_eq!(environment.live_object("v1/secrets/credentials")["data"]["password"], "c2VzYW1l");
    environment.trueup(&["plan", "prod", "--exit-code"]).success();
}

fn tills(group: &str) -> String {
    let versions = "    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties:
                drawers: {type: integer, minimum: 1}
";
    definition_of_tills(group, versions)
}

fn till(group: &str, spec: &str) -> String {
    format!("apiVersion: {group}/v1\nkind: Till\nmetadata:\n  name: main\nspec:\n  {spec}\n")
}

#[test]
fn what_needs_a_failed_object_is_skipped_and_named() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    wait_until("the namespace has its account", || environment.live("v1/serviceaccounts/default").is_some());
    // There is room for one more: each dry run passes, the second write does not.
    let quota = json!({"metadata": {"name": "few"}, "spec": {"hard": {"count/serviceaccounts": "2"}}});
    environment.create("v1/resourcequotas", &quota);
    wait_until("the quota is counted", || {
        environment.live_object("v1/resourcequotas/few")["status"]["used"]["count/serviceaccounts"] == "1"
    });
    for name in ["a", "b"] {
        let account = format!("apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: {name}\n");
        let uses = format!("    spec:\n      serviceAccountName: {name}\n");
        environment
            .write(&format!("deploy/{name}.yaml"), &deployment(name, "web:1").replace("    spec:\n", &uses));
        environment.write(&format!("deploy/{name}-account.yaml"), &account);
    }
    environment.commit("Two workloads");

    let outcome = environment.trueup(&["apply", "prod", "--yes", "-o", "json"]).exits(6).target();

    let of = |kind, name| action(&outcome, &format!("{kind}/{name}"));
    let (fine, failed) =
        if of("ServiceAccount", "a")["result"] == "failed" { ("b", "a") } else { ("a", "b") };
    assert_eq!(of("ServiceAccount", failed)["result"], "failed");
    assert_eq!(of("Deployment", failed)["result"], "skipped");
    let reason = of("Deployment", failed)["reason"].as_str().expect("a reason");
    assert!(reason.contains(&format!("ServiceAccount/{failed}")), "{reason}");
    assert_eq!(of("Deployment", fine)["result"], "done");
}

#[test]
fn a_pod_comes_with_the_service_account_that_it_runs_as() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    environment
        .write("deploy/account.yaml", "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: runner}\n");
    environment.commit_file(
        "deploy/pod.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: once}\nspec:\n  serviceAccountName: runner\n  containers: [{name: once, image: 'web:1'}]\n",
    );

    environment.trueup(&["apply", "prod", "--yes"]).success();

    assert_eq!(environment.live_object("v1/pods/once")["spec"]["serviceAccountName"], "runner");
}
