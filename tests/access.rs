//! Which cluster, and as whom: as kubectl has it.

use std::fs;

use kube::config::Kubeconfig;
use trueup::json::json;

use crate::harness::manifests::{config_map, secret, service};
use crate::harness::{TestEnvironment, action, verb};

/// A repository with one `ConfigMap` to deploy.
fn shop() -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment
}

fn as_text(kubeconfig: &Kubeconfig) -> String {
    serde_json::to_string(kubeconfig).expect("a kubeconfig")
}

#[test]
fn a_list_of_kubeconfigs_is_merged() {
    let environment = shop();
    let whole = environment.kubeconfig_data();
    let users = Kubeconfig { auth_infos: whole.auth_infos.clone(), ..Kubeconfig::default() };
    let rest = Kubeconfig { auth_infos: Vec::new(), ..whole };
    let (first, second) = (environment.outside().join("users"), environment.outside().join("rest"));
    fs::write(&first, as_text(&users)).expect("a file");
    fs::write(&second, as_text(&rest)).expect("a file");
    let list = format!("{}:/not/there:{}", first.display(), second.display());

    environment.variable("KUBECONFIG", list).trueup(&["plan", "prod"]).success();
}

#[test]
fn a_kubeconfigs_content_may_be_in_the_variable() {
    let environment = shop();
    let content = as_text(&environment.kubeconfig_data());

    environment.variable("KUBECONFIG", content).trueup(&["plan", "prod"]).success();
}

#[test]
fn an_option_names_the_kubeconfig() {
    let environment = shop().variable("KUBECONFIG", "/not/there");
    let file = environment.kubeconfig().display().to_string();

    environment.trueup(&["plan", "prod", "--kubeconfig", &file]).success();
    environment.variable("TRUEUP_KUBECONFIG", file).trueup(&["plan", "prod"]).success();
}

#[test]
fn a_kubeconfig_that_isnt_there_is_an_error() {
    let run = shop().variable("KUBECONFIG", "/not/there").trueup(&["plan", "prod"]).exits(1);
    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup plan prod
    --- stderr
    error: no kubeconfig at /not/there

    hint: check --kubeconfig and KUBECONFIG
    --- exit status 1
    ");
}

#[test]
fn a_kubeconfig_that_is_no_kubeconfig_is_an_error() {
    let environment = shop();
    fs::write(environment.kubeconfig(), "clusters: 7\n").expect("a file");
    let run = environment.trueup(&["plan", "prod"]).exits(1);
    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup plan prod
    --- stderr
    error: can't use $OUTSIDE/kubeconfig
    caused by: failed to parse kubeconfig YAML: error: line 1 column 11: expected sequence start
    --- exit status 1
    ");
}

#[test]
fn a_broken_kubeconfig_does_not_show_its_secrets() {
    let environment = shop();
    for broken in [
        "users:\n- name: a\n  user:\n    token: hidden-token\n    bad: [\n",
        "users:\n- name: a\n  user:\n    token: [hidden-token]\n",
        "users: hidden-token\n",
    ] {
        fs::write(environment.kubeconfig(), broken).expect("a file");
        environment.trueup(&["plan", "prod"]).exits(1).never_says("hidden-token");
    }
}

#[test]
fn no_kubeconfig_at_all_is_an_error() {
    let run = shop().variable("KUBECONFIG", "").trueup(&["plan", "prod"]).exits(1);
    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup plan prod
    --- stderr
    error: no kubeconfig, and not in a pod with a service account

    hint: set KUBECONFIG, or name a file with --kubeconfig
    --- exit status 1
    ");
}

#[test]
fn an_unknown_context_is_an_error() {
    let run = shop().trueup(&["plan", "prod", "--context", "ordinry"]).exits(1);
    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup plan prod --context ordinry
    --- stderr
    error: unknown context "ordinry"

    hint: did you mean "ordinary"?
    --- exit status 1
    "#);
}

#[test]
fn a_server_that_does_not_answer_is_an_error() {
    let environment = shop();
    let mut kubeconfig = environment.kubeconfig_data();
    for named in &mut kubeconfig.clusters {
        if let Some(cluster) = &mut named.cluster {
            cluster.server = Some("https://127.0.0.1:1".to_owned());
        }
    }
    fs::write(environment.kubeconfig(), as_text(&kubeconfig)).expect("a file");

    let run = environment.trueup(&["apply", "prod", "--yes"]).exits(1);
    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup apply prod --yes
    --- stderr
    error: can't reach https://127.0.0.1:1
    caused by: Connection refused (os error 111)

    hint: is the cluster up, and is it the right context?
    --- exit status 1
    ");
}

#[test]
fn a_token_that_is_no_longer_good_is_an_error() {
    let environment = shop();
    let text = as_text(&environment.kubeconfig_data());
    let mut kubeconfig: trueup::json::Value = serde_json::from_str(&text).expect("JSON");
    for user in kubeconfig["users"].as_array_mut().expect("users") {
        user["user"] = json!({"token": "expired"});
    }
    fs::write(environment.kubeconfig(), kubeconfig.to_string()).expect("a file");

    let run = environment.trueup(&["plan", "prod"]).exits(1);
    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup plan prod
    --- stderr
    error: the API server doesn't accept these credentials
    caused by: Unauthorized

    hint: log in again, or check which user the context uses
    --- exit status 1
    ");
}

#[test]
fn without_permission_the_error_names_verb_and_resource() {
    let environment = shop();
    environment.apply();
    let before = environment.footprint();

    let run = environment.trueup(&["plan", "prod", "--as", "nobody"]).exits(1);
    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup plan prod --as nobody
    --- stderr
    error: can't read the inventory $NAMESPACE/ConfigMap/trueup-shop-prod
    caused by: configmaps "trueup-shop-prod" is forbidden: User "nobody" cannot get resource "configmaps" in API group "" in the namespace "$NAMESPACE"

    hint: without it, nobody knows what is to be deleted; reading it takes the verb get on configmaps
    --- exit status 1
    "#);
    environment.trueup(&["apply", "prod", "--yes", "--as", "nobody"]).exits(1);

    assert_eq!(environment.footprint(), before);
}

#[test]
fn a_user_of_one_namespace_deploys_there() {
    let environment = shop();
    environment.create_namespace();
    environment.allow(
        "clerk",
        &json!([
            {"apiGroups": [""], "resources": ["configmaps", "secrets"], "verbs": ["*"]},
            {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["*"]},
        ]),
    );

    environment.trueup(&["apply", "prod", "--yes", "--as", "clerk"]).success();

    assert!(environment.live("v1/configmaps/settings").is_some());
}

#[test]
fn a_user_who_may_not_write_one_kind_is_told_which_before_anything_is_written() {
    let mut environment = shop();
    environment.commit_file("deploy/web.yaml", &service("web", 80));
    environment.create_namespace();
    environment.allow(
        "clerk",
        &json!([
            {"apiGroups": [""], "resources": ["configmaps", "secrets"], "verbs": ["*"]},
            {"apiGroups": [""], "resources": ["services"], "verbs": ["get", "list"]},
            {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["*"]},
        ]),
    );

    let run = environment.trueup(&["apply", "prod", "--yes", "--as", "clerk"]).exits(1);

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup apply prod --yes --as clerk
    --- stderr
    error: $NAMESPACE/Service/web: no permission
     --> deploy/web.yaml:1:1
    caused by: services "web" is forbidden: User "clerk" cannot patch resource "services" in API group "" in the namespace "$NAMESPACE"

    hint: ask for that verb on that resource, or use another user
    --- exit status 1
    "#);
    assert!(environment.live("v1/configmaps/settings").is_none());
}

/// A user of the role `view`, which covers everything but Secrets.
fn viewer(environment: &TestEnvironment) -> String {
    let viewer = environment.unique("viewer");
    let binding = json!({
        "metadata": {"name": viewer},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": viewer}],
    });
    environment.create_cluster_object("rbac.authorization.k8s.io/v1/clusterrolebindings", &binding);
    viewer
}

#[test]
fn a_user_with_view_rights_sees_plan_and_status() {
    let environment = shop();
    environment.apply();
    let viewer = viewer(&environment);

    environment.trueup(&["plan", "prod", "--exit-code", "--as", &viewer]).success();
    environment.trueup(&["status", "prod", "--as", &viewer]).success();
    environment.trueup(&["history", "prod", "--as", &viewer]).success();
}

#[test]
fn a_user_with_view_rights_sees_what_would_be_deleted_and_no_secret() {
    let mut environment = shop();
    environment.write("deploy/old.yaml", &config_map("old", "x", "1"));
    environment.commit_file("deploy/secret.yaml", &secret("password", "word", "hidden-word"));
    environment.apply();
    environment.remove("deploy/old.yaml");
    environment.commit("Remove the old one");
    let viewer = viewer(&environment);

    let run = environment.trueup(&["plan", "prod", "-o", "json", "--as", &viewer]).success();

    let plan = run.never_says("hidden-word").target();
    assert_eq!(verb(&plan, "ConfigMap/old"), "delete");
    assert_eq!(action(&plan, "Secret/password")["reason"], "may not be read: values not compared");
}

#[test]
fn another_cluster_than_the_pinned_one_is_refused() {
    let mut environment = TestEnvironment::new();
    let pinned = format!(
        "{}    cluster: {{uid: 00000000-0000-4000-8000-000000000000}}\n",
        environment.configuration()
    );
    environment.write("trueup.yaml", &pinned);
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));

    let run = environment.trueup(&["apply", "prod", "--yes"]).exits(3);

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup apply prod --yes
    --- stderr
    error: $SERVER isn't the cluster of environment "prod"
    caused by: its uid is [uid], the configuration says [uid]

    hint: use the right context, or change cluster.uid
    --- exit status 3
    "#);
    assert!(environment.footprint().is_empty());
}

#[test]
fn a_user_who_may_only_read_sees_what_can_be_told_without_trying() {
    let mut environment = shop();
    environment.commit_file("deploy/web.yaml", &service("web", 80));
    environment.apply();
    let read = json!(["get", "list", "watch"]);
    environment.allow(
        "reader",
        &json!([{"apiGroups": [""], "resources": ["configmaps", "services", "secrets"], "verbs": read}]),
    );
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "debug"));
    environment.commit_file("deploy/web.yaml", &service("web", 81));
    let before = environment.footprint();

    let run = environment.trueup(&["plan", "prod", "--as", "reader"]).success();

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup plan prod --as reader
    prod on $SERVER ([version]), namespace $NAMESPACE
      commit  $COMMIT4 "Change deploy/web.yaml", Ada Example, [ago], main
      deployed release 1, commit $COMMIT2

      ~ update  $NAMESPACE/ConfigMap/settings  deploy/settings.yaml:1  (approximate)
          data.level: info → debug
            ← $COMMIT3 "Change deploy/settings.yaml", Ada Example, [ago] (line 6)
      ~ update  $NAMESPACE/Service/web  deploy/web.yaml:1  (approximate)
          ← $COMMIT4
        + spec.ports[port=81]:
            name: http
            port: 81
        - spec.ports[port=80,protocol=TCP]:
            name: http
            port: 80
            protocol: TCP
            targetPort: 80

    note: no right to patch configmaps in namespace $NAMESPACE: nothing could be
      tried there, what is shown is approximate
    note: no right to patch services in namespace $NAMESPACE: nothing could be tried
      there, what is shown is approximate

    approximate: 2 actions could not be tried on the server; what they are shown to do is approximate
    Plan: 2 to update
    ([n] requests, [time])
    --- exit status 0
    "#);
    assert_eq!(environment.footprint(), before);
    environment.trueup(&["apply", "prod", "--yes", "--as", "reader"]).exits(1);
}

#[test]
fn secrets_that_may_not_be_read_are_planned_without_their_values() {
    let mut environment = shop();
    environment.commit_file(
        "deploy/secret.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: password}\nstringData: {word: hidden-word}\n",
    );
    environment.apply();
    let read = json!(["get", "list", "watch"]);
    environment.allow("reader", &json!([{"apiGroups": [""], "resources": ["configmaps"], "verbs": read}]));

    let run = environment.trueup(&["plan", "prod", "--as", "reader"]).success().never_says("hidden-word");

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup plan prod --as reader
    prod on $SERVER ([version]), namespace $NAMESPACE
      commit  $COMMIT2 "Change deploy/secret.yaml", Ada Example, [ago], main
      deployed release 1, the same commit

      ~ update  $NAMESPACE/Secret/password  deploy/secret.yaml:1  (approximate)
          may not be read: values not compared

    note: no right to list Secret: its objects weren't compared, and which would be deleted isn't
      known

    approximate: 1 action could not be tried on the server; what it is shown to do is approximate
    Plan: 1 to update, 1 unchanged
    ([n] requests, [time])
    --- exit status 0
    "#);
}
