//! ConfigMaps and Secrets of pods from before, while the pods that replace them aren't
//! ready.

use crate::harness::TestEnvironment;
use crate::harness::manifests::{config_map, deployment};

/// Deploys a version of the shop, whose settings have the version's name as those of
/// kustomize's generators have their hash.
fn release(environment: &mut TestEnvironment, settings: &str, image: &str) {
    environment.write("deploy/settings.yaml", &config_map(settings, "a", "1"));
    let env = format!("          envFrom: [{{configMapRef: {{name: {settings}}}}}]\n");
    environment.write("deploy/web.yaml", &(deployment("web", image) + &env));
    environment.commit(settings);
}

/// A Deployment with one line more in its `spec`.
fn with(web: &str, line: &str) -> String {
    web.replace("  replicas: 1\n", &format!("  replicas: 1\n  {line}\n"))
}

fn has(environment: &TestEnvironment, settings: &str) -> bool {
    environment.live(&format!("v1/configmaps/{settings}")).is_some()
}

/// The shop in its first version.
fn shop() -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    release(&mut environment, "settings-1", "web:1");
    environment.apply();
    environment
}

#[test]
fn they_stay_while_the_new_pods_arent_ready_and_go_once_they_are() {
    let mut environment = shop();
    release(&mut environment, "settings-2", "web:missing");
    environment.trueup(&["plan", "prod"]).success().prints("Deployment/web is ready");

    let run = environment.trueup(&["apply", "prod", "--yes", "-o", "json"]).exits(4).json();

    assert_eq!((has(&environment, "settings-1"), has(&environment, "settings-2")), (true, true));
    assert_eq!(run["targets"][0]["result"], "unhealthy");
    let actions = run["targets"][0]["actions"].as_array().expect("actions");
    let kept = actions.iter().find(|action| action["object"]["name"] == "settings-1").expect("an action");
    assert_eq!(kept["result"], "skipped");
    assert_eq!(kept["reason"], "it stays, because pods from before may still need it");

    // Once more: the Deployment doesn't change, and isn't any better.
    environment.trueup(&["apply", "prod", "--yes"]).exits(4);
    assert!(has(&environment, "settings-1"));

    // Pods of two versions ago are still there, and what they need isn't said anywhere.
    release(&mut environment, "settings-3", "web:missing");
    environment.trueup(&["apply", "prod", "--yes"]).exits(4);
    assert_eq!((has(&environment, "settings-1"), has(&environment, "settings-2")), (true, true));

    release(&mut environment, "settings-4", "web:4");
    let run = environment.apply();

    let (ready, deleted) = (run.stderr.find("ready    "), run.stderr.find("ConfigMap/settings-1"));
    assert!(ready.is_some() && ready < deleted, "{run}");
    let there = ["settings-1", "settings-2", "settings-3", "settings-4"].map(|name| has(&environment, name));
    assert_eq!(there, [false, false, false, true]);
    environment.trueup(&["plan", "prod", "--exit-code"]).success();
}

#[test]
fn what_pods_need_that_nobody_replaces_stays_and_is_nothing_to_do() {
    let mut environment = shop();
    release(&mut environment, "settings-2", "web:2");
    let paused =
        environment.read("deploy/web.yaml").replace("replicas: 1\n", "replicas: 1\n  paused: true\n");
    environment.commit_file("deploy/web.yaml", &paused);

    environment.apply().prints("is healthy").prints("stays, because pods of a former template");

    let told = "ConfigMap/settings-1 isn't deleted: pods of";
    environment.trueup(&["plan", "prod", "--exit-code"]).success().prints(told);
    environment.apply().prints("nothing to change").prints(told);
    assert_eq!((has(&environment, "settings-1"), has(&environment, "settings-2")), (true, true));
    release(&mut environment, "settings-2", "web:2");
    environment.apply();
    assert!(!has(&environment, "settings-1"));
    environment.trueup(&["plan", "prod", "--exit-code"]).success().never_says(told);
}

#[test]
fn pods_of_others_keep_nothing_that_they_dont_need() {
    let mut environment = TestEnvironment::new();
    let canary = with(&deployment("canary", "canary:1"), "paused: true");
    environment.write("deploy/canary.yaml", &canary);
    release(&mut environment, "settings-1", "web:1");
    environment.apply();
    environment.write("deploy/canary.yaml", &canary.replace("canary:1", "canary:2"));
    release(&mut environment, "settings-2", "web:2");

    environment.apply();

    assert!(!has(&environment, "settings-1"));
    environment.trueup(&["plan", "prod", "--exit-code"]).success();
}

#[test]
fn what_stays_for_pods_doesnt_count_as_deleted_again() {
    let mut environment = shop();
    for number in 2..6 {
        release(&mut environment, &format!("settings-{number}"), "web:missing");
        environment.trueup(&["apply", "prod", "--yes", "--max-delete", "1"]).exits(4);
    }
    assert!((1..6).all(|number| has(&environment, &format!("settings-{number}"))));
    release(&mut environment, "settings-6", "web:6");

    environment.trueup(&["apply", "prod", "--yes", "--max-delete", "1"]).success();

    assert!((1..6).all(|number| !has(&environment, &format!("settings-{number}"))));
    assert!(has(&environment, "settings-6"));
}

#[test]
fn until_a_release_is_well_what_it_took_away_stays_even_if_no_pod_needs_it() {
    let mut environment = TestEnvironment::new();
    let recreate = |environment: &mut TestEnvironment, settings: &str, image: &str| {
        release(environment, settings, image);
        let web = with(&environment.read("deploy/web.yaml"), "strategy: {type: Recreate}");
        environment.commit_file("deploy/web.yaml", &web);
    };
    recreate(&mut environment, "settings-1", "web:1");
    environment.apply();
    recreate(&mut environment, "settings-2", "web:missing");

    for _ in 0..2 {
        environment.trueup(&["apply", "prod", "--yes"]).exits(4);
        assert!(has(&environment, "settings-1"));
    }

    recreate(&mut environment, "settings-2", "web:2");
    environment.apply();
    assert!(!has(&environment, "settings-1"));
    environment.trueup(&["plan", "prod", "--exit-code"]).success();
}

#[test]
fn an_account_that_stays_keeps_its_rights() {
    let mut environment = TestEnvironment::new();
    let release = |environment: &mut TestEnvironment, account: &str, image: &str| {
        let rights = format!(
            "apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: {account}}}\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {{name: {account}}}\nrules: [{{apiGroups: ['']\n, resources: [pods], verbs: [get]}}]\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {{name: {account}}}\nroleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: {account}}}\nsubjects: [{{kind: ServiceAccount, name: {account}}}]\n"
        );
        environment.write("deploy/rights.yaml", &rights);
        let web = deployment("web", image) + &format!("      serviceAccountName: {account}\n");
        environment.write("deploy/web.yaml", &web);
        environment.commit(account);
    };
    let rights = |environment: &TestEnvironment, account: &str| {
        let group = "rbac.authorization.k8s.io/v1";
        [
            format!("v1/serviceaccounts/{account}"),
            format!("{group}/roles/{account}"),
            format!("{group}/rolebindings/{account}"),
        ]
        .map(|path| environment.live(&path).is_some())
    };
    release(&mut environment, "one", "web:1");
    environment.apply();
    release(&mut environment, "two", "web:missing");

    environment.trueup(&["apply", "prod", "--yes"]).exits(4);

    assert_eq!(rights(&environment, "one"), [true; 3]);
    release(&mut environment, "two", "web:2");
    environment.apply();
    assert_eq!((rights(&environment, "one"), rights(&environment, "two")), ([false; 3], [true; 3]));
}

#[test]
fn what_nobody_asked_to_wait_for_keeps_nothing() {
    let mut environment = shop();
    release(&mut environment, "settings-2", "web:missing");

    environment.trueup(&["apply", "prod", "--yes", "--no-wait"]).success().never_says("is ready");

    assert_eq!((has(&environment, "settings-1"), has(&environment, "settings-2")), (false, true));
}

#[test]
fn a_rollback_finds_them_and_takes_away_those_of_the_failed_release() {
    let mut environment = shop();
    release(&mut environment, "settings-2", "web:missing");

    environment.trueup(&["apply", "prod", "--yes", "--rollback-on-failure"]).exits(5);

    assert_eq!((has(&environment, "settings-1"), has(&environment, "settings-2")), (true, false));
    environment.trueup(&["plan", "prod", "--ref", "HEAD~1", "--exit-code"]).success();
}

#[test]
fn a_secret_for_pulling_images_goes_only_when_all_is_well() {
    let mut environment = TestEnvironment::new();
    let pull = "apiVersion: v1\nkind: Secret\nmetadata: {name: pull}\ntype: kubernetes.io/dockerconfigjson\nstringData: {.dockerconfigjson: '{}'}\n";
    environment.write("deploy/pull.yaml", pull);
    release(&mut environment, "settings-1", "web:1");
    environment.apply();
    environment.remove("deploy/pull.yaml");
    environment.commit_file("deploy/other.yaml", &deployment("other", "other:missing"));
    environment.trueup(&["plan", "prod"]).success().prints("when everything is ready");

    environment.trueup(&["apply", "prod", "--yes"]).exits(4);

    assert!(environment.live("v1/secrets/pull").is_some());
    environment.commit_file("deploy/other.yaml", &deployment("other", "other:1"));
    environment.apply();
    assert!(environment.live("v1/secrets/pull").is_none());
}

#[test]
fn what_pods_need_of_a_workload_that_is_let_go_stays_with_it() {
    let mut environment = shop();
    let web = environment.read("deploy/web.yaml");
    let kept = web.replacen("  name: web\n", "  name: web\n  annotations: {trueup.dev/on-remove: keep}\n", 1);
    environment.commit_file("deploy/web.yaml", &kept);
    environment.apply();
    environment.remove("deploy/web.yaml");
    environment.remove("deploy/settings.yaml");
    environment.commit_file("deploy/more.yaml", &config_map("more", "a", "1"));

    environment.apply().prints("ConfigMap/settings-1 isn't deleted: pods of");

    assert!(has(&environment, "settings-1"));
}
