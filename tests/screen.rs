//! `trueup status` on one screen: what is told of a target that isn't simply well, of
//! several, without rights, without a checkout, and as it goes on.

use trueup::json::{Value, json};

use crate::harness::manifests::{config_map, deployment, secret, service};
use crate::harness::{TestEnvironment, wait_until};

/// A shop of which one part never gets ready.
fn half_open() -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.write("deploy/front.yaml", &service("front", 80));
    environment.write("deploy/web.yaml", &deployment("web", "web:1"));
    environment.write("deploy/api.yaml", &deployment("api", "api:missing"));
    environment.commit("Open the shop");
    environment.trueup(&["apply", "prod", "--yes"]).exits(4);
    environment
}

fn shop() -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:1"));
    environment.apply();
    environment
}

/// A warning about an object, seen so often, the last time just now.
fn warn(environment: &TestEnvironment, name: &str, object: &Value, message: &str) {
    let involved = json!({"kind": object["kind"], "namespace": environment.namespace,
        "name": object["metadata"]["name"], "uid": object["metadata"]["uid"]});
    let event = json!({"metadata": {"name": name}, "type": "Warning", "reason": "Rejected", "message": message,
        "count": 2, "lastTimestamp": jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "involvedObject": involved});
    environment.create("v1/events", &event);
}

#[test]
fn what_isnt_well_comes_first_with_its_reason_and_warnings_once_each() {
    let environment = half_open();
    let api = environment.live_object("apps/v1/deployments/api");
    warn(&environment, "one", &api, "no quota is left");
    warn(&environment, "two", &api, "no quota is left");
    warn(&environment, "other", &json!({"kind": "Node", "metadata": {"name": "n", "uid": "u"}}), "not ours");

    let status = environment.trueup(&["status", "prod"]).success();
    let told = environment.trueup(&["status", "prod", "-o", "json"]).success().target();

    let text = status.never_says("not ours").prints("no quota is left (4 times)").snapshot();
    assert!(text.contains("health  1 failed, 3 ready"), "{text}");
    assert!(text.contains("2 Deployments (1 failed), 1 ConfigMap, 1 Service"), "{text}");
    assert!(text.contains("failed  $NAMESPACE/Deployment/api  0/1"), "{text}");
    assert!(text.contains("and 3 more, ready") && !text.contains("Deployment/web"), "{text}");
    let warnings = told["warnings"].as_array().expect("warnings");
    let ours = warnings.iter().filter(|warning| warning["object"]["name"] == "api").count();
    assert_eq!(ours, warnings.len(), "{told}");
    assert_eq!(told["pods"]["total"], 2);
}

#[test]
fn a_warning_that_quotes_a_secret_is_told_without_it() {
    let mut environment = shop();
    environment.commit_file("deploy/db.yaml", &secret("db", "password", "correct-horse"));
    environment.apply();
    let web = environment.live_object("apps/v1/deployments/web");
    warn(&environment, "quoting", &web, "can't run --password=correct-horse");

    for output in [&["-o", "json"][..], &[], &["-v", "--tree"]] {
        let arguments: Vec<&str> = ["status", "prod"].iter().chain(output).copied().collect();
        environment.trueup(&arguments).success().prints("can't run --password=").never_says("correct-horse");
    }
}

#[test]
fn a_narrow_terminal_will_do() {
    let environment = half_open().variable("COLUMNS", "40");

    let status = environment.trueup(&["status", "prod"]).success();

    let head: Vec<&str> = status.stdout.lines().take_while(|line| !line.is_empty()).collect();
    assert!(head.iter().all(|line| line.chars().count() <= 40), "{status}");
    let below = head.iter().skip_while(|line| !line.starts_with("  health"));
    let kinds = below.filter(|line| line.starts_with("           ")).count();
    assert_eq!(kinds, 2, "{status}");
    assert!(!status.stdout.contains('\u{1b}'), "{status}");
}

#[test]
fn details_list_every_object() {
    let environment = shop();
    environment.trueup(&["status", "prod"]).success().never_says("ConfigMap/settings");
    environment
        .trueup(&["status", "prod", "-v"])
        .success()
        .prints("ConfigMap/settings")
        .prints("Deployment/web");
}

#[test]
fn a_tree_goes_down_to_pods() {
    let environment = half_open();

    let tree = environment.trueup(&["status", "prod", "--tree"]).success();
    let told = environment.trueup(&["status", "prod", "--tree", "-o", "json"]).success().target();

    assert!(tree.stdout.contains("└ ReplicaSet/web-") && tree.stdout.contains("  └ Pod/web-"), "{tree}");
    let objects = told["objects"].as_array().expect("objects");
    let web = objects.iter().find(|object| object["object"]["name"] == "web").expect("web");
    assert_eq!(
        (&web["owned"][0]["kind"], &web["owned"][0]["owned"][0]["kind"]),
        (&json!("ReplicaSet"), &json!("Pod"))
    );
    let plain = environment.trueup(&["status", "prod", "-o", "json"]).success().target();
    assert!(plain["objects"].as_array().expect("objects").iter().all(|object| object.get("owned").is_none()));
}

#[test]
fn several_environments_take_a_line_each_and_one_that_isnt_reached_fails_no_other() {
    let mut environment = shop();
    let mut nowhere = environment.kubeconfig_data();
    for cluster in &mut nowhere.clusters {
        if let Some(cluster) = &mut cluster.cluster {
            cluster.server = Some("https://127.0.0.1:1".to_owned());
        }
    }
    environment.write("nowhere", &serde_json::to_string(&nowhere).expect("a kubeconfig"));
    let other = environment.unique("other");
    let several = format!(
        "{}  empty:\n    namespace: {other}\n  lost:\n    namespace: {other}\n    kubeconfig: nowhere\n",
        environment.configuration()
    );
    environment.commit_file("trueup.yaml", &several);

    let all = environment.trueup(&["status", "--all", "--timeout", "1s"]).exits(1);
    let told = environment.trueup(&["status", "--all", "--timeout", "1s", "-o", "json"]).exits(1).json();

    let rows: Vec<&str> = all.stdout.lines().collect();
    assert!(rows[0].starts_with("ENVIRONMENT  RELEASE  RESULT"), "{all}");
    assert!(all.stdout.contains("nothing yet") && all.stdout.contains("unknown"), "{all}");
    assert!(all.stdout.contains("127.0.0.1:1"), "{all}");
    assert!(rows.iter().any(|row| row.starts_with("prod") && row.contains("2 ready")), "{all}");
    let targets = told["targets"].as_array().expect("targets");
    let lost = targets.iter().find(|target| target["target"] == "lost").expect("lost");
    assert!(lost["errors"][0]["message"].is_string() && lost.get("health").is_none(), "{told}");
    environment.trueup(&["status", "prod", "empty"]).success().prints("nothing yet");
    environment.trueup(&["status", "prod", "empty", "--exit-code"]).exits(2);
}

#[test]
fn who_holds_the_lock_and_what_is_under_way_is_told() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:never-ready"));
    let running = environment.spawn(&["apply", "prod", "--yes"]);
    wait_until("it is written", || environment.live("apps/v1/deployments/web").is_some());

    let status = environment.trueup(&["status", "prod"]).success();

    running.signal("INT");
    running.end().exits(130);
    let text = status.prints("release 1 is under way: begun by tester@").snapshot();
    assert!(text.contains("  lock  tester@"), "{text}");
    environment.trueup(&["status", "prod"]).success().never_says("under way").never_says("lock ");
}

#[test]
fn each_right_that_is_missing_is_named() {
    let environment = half_open();
    let read = |groups: &[&str], resources: &[&str]| json!({"apiGroups": groups, "resources": resources, "verbs": ["get", "list"]});
    let clerk = environment.unique("clerk");
    environment.allow(&clerk, &json!([read(&[""], &["configmaps"]), read(&["apps"], &["deployments"])]));

    let status = environment.trueup(&["status", "prod", "--as", &clerk]).success();

    status
        .prints("no permission to list Pods")
        .prints("no permission to list ReplicaSets")
        .prints("no permission to list Events")
        .prints("no permission to get Leases")
        .prints("this user may not read it")
        .prints("Deployment/api");
}

#[test]
fn without_a_checkout_the_configuration_or_the_names_will_do() {
    let environment = shop();
    let outside = environment.outside().join("elsewhere");
    std::fs::create_dir(&outside).expect("a folder");
    let by_name = ["prod", "--name", "shop", "-n", &environment.namespace];
    let named = |command: &str, more: &[&str]| {
        let arguments: Vec<&str> =
            std::iter::once(command).chain(by_name).chain(more.iter().copied()).collect();
        environment.trueup_in(&outside, &arguments)
    };
    named("status", &[])
        .success()
        .prints("release 1, healthy")
        .prints("Change deploy/web.yaml")
        .never_says("git ");
    named("history", &["-o", "json"]).success().prints("\"release\": 1");

    environment.trueup_in(&outside, &["status", "prod"]).exits(1).complains("no trueup.yaml");
    std::fs::write(outside.join("trueup.yaml"), environment.read("trueup.yaml")).expect("a file");
    environment.trueup_in(&outside, &["status", "prod"]).success().prints("release 1, healthy");
    environment.trueup_in(&outside, &["plan", "prod"]).exits(1).complains("isn't in a Git repository");
}

#[test]
fn a_branch_that_is_named_is_compared() {
    let mut environment = shop();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "warn"));

    environment.trueup(&["status", "prod", "--ref", "HEAD~1"]).success().prints("up to date with HEAD~1");
    environment.trueup(&["status", "prod", "--ref", "main"]).success().prints("1 commit behind main");
}

#[test]
fn a_run_that_changed_nothing_still_names_its_commit() {
    let mut environment = shop();
    environment.commit_file("README.md", "words only\n");
    environment.apply();

    environment.trueup(&["status", "prod"]).success().prints("\"Change README.md\"").prints("release 1");
}

#[test]
fn a_watch_without_a_terminal_prints_what_changes_until_it_is_interrupted() {
    let mut environment = shop();
    let watching = environment.spawn(&["status", "prod", "--watch"]);
    wait_until("the first look is printed", || watching.has_printed("health   2 ready"));

    environment.edit("v1/configmaps/settings", &json!({"data": {"level": "debug"}}));
    wait_until("drift is told", || watching.has_printed("ConfigMap/settings 1 field drifted"));
    environment.edit("v1/configmaps/settings", &json!({"data": {"level": "info"}}));
    wait_until("its end is told", || watching.has_printed("ConfigMap/settings as deployed again"));
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:2"));
    environment.apply();
    wait_until("the release is told", || watching.has_printed("release 2, healthy"));
    environment.delete("v1/configmaps/settings");
    wait_until("the deletion is told", || watching.has_printed("ConfigMap/settings failed: it is gone"));

    watching.signal("INT");
    watching.end().exits(130);
}

#[test]
fn a_watch_ends_when_nobody_reads_it_any_more_though_nothing_changes() {
    let environment = shop();

    let run = environment.spawn_for_head(&["status", "prod", "--watch"], "health").end().success();

    assert!(run.stdout.contains("health") && run.stderr.is_empty(), "{run}");
}

#[test]
fn a_watch_begins_before_anything_is_deployed() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.create_namespace();
    let watching = environment.spawn(&["status", "prod", "-w"]);
    wait_until("the first look is printed", || watching.has_printed("nothing yet"));

    environment.apply();

    wait_until("the release is told", || watching.has_printed("release 1, healthy"));
    watching.signal("TERM");
    watching.end().exits(143);
}

#[test]
fn what_a_watch_cant_do_is_refused() {
    let mut environment = TestEnvironment::new();
    let two = format!("{}  other: {{namespace: other}}\n", environment.configuration());
    environment.commit_file("trueup.yaml", &two);

    environment.trueup(&["status", "--all", "--watch"]).exits(64).complains("one environment");
    environment.trueup(&["status", "prod", "--watch", "-o", "json"]).exits(64).complains("prints text");
    environment.trueup(&["status", "prod", "--watch", "--exit-code"]).exits(64);
}
