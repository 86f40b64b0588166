//! Why each field changes: the commit and line that asked for it, or who changed
//! it live.

use trueup::json::{Value, json};

use crate::harness::manifests::{config_map, deployment, secret};
use crate::harness::{TestEnvironment, action};

/// The commit that a field's change is blamed on, as `sha path:line`.
fn blamed(action: &Value, field: usize) -> String {
    let commit = &action["changes"][field]["commit"];
    named(commit)
}

fn named(commit: &Value) -> String {
    let text = |name: &str| commit[name].as_str().unwrap_or("nothing").to_owned();
    let line = commit["line"].as_u64().map_or_else(String::new, |line| format!(":{line}"));
    format!("{} {}{line}", text("sha"), text("path"))
}

fn plan(environment: &TestEnvironment) -> Value {
    environment.trueup(&["plan", "prod", "-o", "json"]).success().target()
}

#[test]
fn a_change_names_the_commit_and_line_that_asked_for_it() {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/web.yaml", &deployment("web", "web:1"));
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.trueup(&["apply", "prod", "--yes", "--no-wait"]).success();
    environment.write("deploy/web.yaml", &deployment("web", "web:2"));
    let image = environment.commit("Bigger images");
    environment.write("deploy/web.yaml", &deployment("web", "web:2").replace("replicas: 1", "replicas: 3"));
    let scale = environment.commit("Scale up");
    environment.write("deploy/other.yaml", &config_map("other", "a", "1"));
    environment.commit("Add another");

    let plan = environment.trueup(&["plan", "prod"]).success();
    insta::assert_snapshot!(plan.snapshot(), @r#"
    $ trueup plan prod
    prod on $SERVER ([version]), namespace $NAMESPACE
      commit  $COMMIT4 "Add another", Ada Example, [ago], main
      deployed release 1, commit $COMMIT1

      + create  $NAMESPACE/ConfigMap/other  deploy/other.yaml:1  ← $COMMIT4
      ~ update  $NAMESPACE/Deployment/web  deploy/web.yaml:1
          spec.replicas: 1 → 3  ← $COMMIT3 "Scale up", Ada Example, [ago] (line 6)
          spec.template.spec.containers[name=web].image: web:1 → web:2
            ← $COMMIT2 "Bigger images", Ada Example, [ago] (line 17)

    Plan: 1 to create, 1 to update, 1 unchanged
    digest v1:[digest]
    ([n] requests, [time])
    --- exit status 0
    "#);

    let plan = self::plan(&environment);
    let web = action(&plan, "Deployment/web");
    assert_eq!(web["causes"], json!(["commit"]));
    assert_eq!(
        [blamed(web, 0), blamed(web, 1)]
            .map(|blamed| blamed.replace(&image, "image").replace(&scale, "scale")),
        ["scale deploy/web.yaml:6", "image deploy/web.yaml:17"]
    );
    assert_eq!(
        web["changes"][0]["commit"],
        json!({"sha": scale, "author": "Ada Example <ada@shop.example>", "subject": "Scale up",
            "time": "2026-01-05T10:02:00Z", "path": "deploy/web.yaml", "line": 6})
    );
}

#[test]
fn what_one_commit_asked_for_is_told_once() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:1"));
    environment.trueup(&["apply", "prod", "--yes", "--no-wait"]).success();
    environment.write("deploy/web.yaml", &deployment("web", "web:2").replace("replicas: 1", "replicas: 3"));
    environment.commit("Bigger and more");

    let diff = environment.trueup(&["diff", "prod"]).success();
    insta::assert_snapshot!(diff.snapshot(), @r#"
    $ trueup diff prod
    ~ $NAMESPACE/Deployment/web  deploy/web.yaml:1
          ← $COMMIT2 "Bigger and more", Ada Example, [ago]
          spec.replicas: 1 → 3
          spec.template.spec.containers[name=web].image: web:1 → web:2

    prod: 1 to update
    --- exit status 0
    "#);
}

#[test]
fn drift_names_the_manager_and_git_only_where_it_moved_as_well() {
    let mut environment = TestEnvironment::new();
    let two = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  one: \"1\"\n  two: \"1\"\n  three: \"1\"\n";
    environment.commit_file("deploy/a.yaml", two);
    environment.apply();
    environment.edit("v1/configmaps/a", &json!({"data": {"one": "live"}}));
    let applied =
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"two": "live"}});
    environment.apply_as("somebody", "v1/configmaps/a", &applied);
    environment.write("deploy/a.yaml", &two.replace("two: \"1\"", "two: \"2\""));
    let commit = environment.commit("Raise the second");

    let diff = environment.trueup(&["diff", "prod"]).success();
    insta::assert_snapshot!(diff.snapshot(), @r#"
    $ trueup diff prod
    ~ $NAMESPACE/ConfigMap/a  deploy/a.yaml:1
          data.one: live → "1"  ← changed live by kubectl-edit, [ago]
          data.two: live → "2"  ← applied live by somebody, [ago]; "1" was deployed
            ← $COMMIT2 "Raise the second", Ada Example, [ago] (line 7)
          takes data.one from kubectl-edit
          takes data.two from somebody

    prod: 1 to update
    --- exit status 0
    "#);

    let plan = plan(&environment);
    let changed = action(&plan, "ConfigMap/a");
    assert_eq!(changed["causes"], json!(["commit", "drift"]));
    let of = |field: usize, names: [&str; 4]| names.map(|name| changed["changes"][field][name].to_string());
    let names = ["cause", "by", "operation", "deployed"];
    assert_eq!(of(0, names), [r#""drift""#, r#""kubectl-edit""#, r#""Update""#, r#""1""#]);
    assert_eq!(of(1, names), [r#""drift""#, r#""somebody""#, r#""Apply""#, r#""1""#]);
    assert!(changed["changes"][0]["commit"].is_null());
    assert_eq!(blamed(changed, 1), format!("{commit} deploy/a.yaml:7"));
}

#[test]
fn what_was_deleted_live_is_not_blamed_on_a_commit() {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/a.yaml", &config_map("a", "x", "1"));
    environment.commit_file("deploy/b.yaml", &config_map("b", "x", "1"));
    environment.apply();
    environment.delete("v1/configmaps/a");

    let diff = environment.trueup(&["diff", "prod"]).success();
    insta::assert_snapshot!(diff.snapshot(), @"
    $ trueup diff prod
    + $NAMESPACE/ConfigMap/a  deploy/a.yaml:1  ← deleted live

    prod: 1 to create, 1 unchanged
    --- exit status 0
    ");
}

#[test]
fn what_came_and_went_names_the_commit_that_brought_or_took_it() {
    let mut environment = TestEnvironment::new();
    let fields = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  one: \"1\"\n  two: \"1\"\n";
    environment.write("deploy/a.yaml", fields);
    environment
        .write("deploy/both.yaml", &[config_map("b", "x", "1"), config_map("c", "x", "1")].join("---\n"));
    environment.commit("Start");
    environment.apply();
    environment.commit_file("deploy/both.yaml", &config_map("b", "x", "1"));
    let dropped = environment.commit_file("deploy/a.yaml", &fields.replace("  two: \"1\"\n", ""));
    environment.commit_file("deploy/new.yaml", &config_map("new", "x", "1"));
    let edited = environment.commit_file("deploy/new.yaml", &config_map("new", "x", "2"));

    let diff = environment.trueup(&["diff", "prod"]).success();
    insta::assert_snapshot!(diff.snapshot(), @r#"
    $ trueup diff prod
    ~ $NAMESPACE/ConfigMap/a  deploy/a.yaml:1
        - data.two: "1"  ← $COMMIT3 "Change deploy/a.yaml", Ada Example, [ago]
    - $NAMESPACE/ConfigMap/c
          ← $COMMIT2 "Change deploy/both.yaml", Ada Example, [ago] (deploy/both.yaml)
    + $NAMESPACE/ConfigMap/new  deploy/new.yaml:1
          ← $COMMIT4 "Change deploy/new.yaml", Ada Example, [ago]

    prod: 1 to create, 1 to update, 1 to delete, 1 unchanged
    --- exit status 0
    "#);

    let plan = plan(&environment);
    assert_eq!(blamed(action(&plan, "ConfigMap/a"), 0), format!("{dropped} deploy/a.yaml"));
    let new = named(&action(&plan, "ConfigMap/new")["commit"]);
    assert!(new.ends_with(" deploy/new.yaml:4") && !new.starts_with(&edited), "{new}");
}

#[test]
fn an_object_that_moved_before_it_went_is_not_blamed_on_the_move() {
    let mut environment = TestEnvironment::new();
    let both = [config_map("a", "x", "1"), config_map("b", "x", "1")].join("---\n");
    environment.write("deploy/both.yaml", &both);
    environment.commit_file("deploy/out.yaml", &config_map("out", "x", "1"));
    environment.apply();
    environment.write("deploy/both.yaml", &config_map("a", "x", "1"));
    environment.write("deploy/b.yaml", &config_map("b", "x", "1"));
    environment.commit("Give b a file of its own");
    environment.remove("deploy/b.yaml");
    let dropped = environment.commit("Drop b");
    environment.remove("deploy/out.yaml");
    let archived = environment.commit_file("archive/out.yaml", &config_map("out", "x", "1"));

    let plan = plan(&environment);
    let of = |object: &str| named(&action(&plan, object)["commit"]);
    assert_eq!(of("ConfigMap/b"), format!("{dropped} deploy/b.yaml"));
    assert_eq!(of("ConfigMap/out"), format!("{archived} deploy/out.yaml"));
}

#[test]
fn a_renamed_file_keeps_its_past() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/old.yaml", &deployment("web", "web:1"));
    environment.trueup(&["apply", "prod", "--yes", "--no-wait"]).success();
    let commit = environment.commit_file("deploy/old.yaml", &deployment("web", "web:2"));
    environment.remove("deploy/old.yaml");
    environment.write("deploy/base/web.yaml", &deployment("web", "web:2"));
    environment.commit("Move");

    let plan = plan(&environment);
    assert_eq!(blamed(action(&plan, "Deployment/web"), 0), format!("{commit} deploy/old.yaml:17"));
}

#[test]
fn what_is_not_committed_is_said_to_be_so() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/a.yaml", &config_map("a", "x", "1"));
    environment.apply();
    environment.write("deploy/a.yaml", &config_map("a", "x", "2"));
    environment.write("deploy/b.yaml", &config_map("b", "x", "2"));

    let diff = environment.trueup(&["diff", "prod"]).success();
    insta::assert_snapshot!(diff.snapshot(), @r#"
    $ trueup diff prod
    ~ $NAMESPACE/ConfigMap/a  deploy/a.yaml:1
          data.x: "1" → "2"  ← not committed yet
    + $NAMESPACE/ConfigMap/b  deploy/b.yaml:1  ← not committed yet

    prod: 1 to create, 1 to update
    --- exit status 0
    "#);

    let plan = plan(&environment);
    let change = &action(&plan, "ConfigMap/a")["changes"][0];
    assert_eq!(change["uncommitted"], json!(true));
    assert!(change["commit"].is_null());
}

#[test]
fn without_causes_the_plan_is_the_same_but_for_them() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/a.yaml", &config_map("a", "x", "1"));
    environment.apply();
    let commit = environment.commit_file("deploy/a.yaml", &config_map("a", "x", "2"));

    let with =
        environment.trueup(&["plan", "prod", "-o", "json", "--no-cause", "--cause"]).success().target();
    let without = environment.trueup(&["plan", "prod", "-o", "json", "--no-cause"]).success().target();

    assert_eq!(blamed(action(&with, "ConfigMap/a"), 0), format!("{commit} deploy/a.yaml:6"));
    assert!(action(&without, "ConfigMap/a")["changes"][0]["commit"].is_null());
    assert_eq!(with["digest"], without["digest"]);
    environment.trueup(&["apply", "prod", "--yes", "--no-cause"]).success();
}

#[test]
fn a_shallow_clone_blames_nobody_beyond_its_end() {
    let mut environment = TestEnvironment::new();
    let two = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  one: \"1\"\n  two: \"1\"\n";
    environment.commit_file("deploy/a.yaml", two);
    environment.apply();
    environment.commit_file("deploy/a.yaml", &two.replace("one: \"1\"", "one: \"2\""));
    let last = environment.commit_file("deploy/a.yaml", &two.replace("\"1\"", "\"2\""));
    let clone = environment.clone_with(&["--depth=2"]);

    let run = environment.trueup_in(&clone, &["diff", "prod"]).success();
    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup diff prod
    ~ $NAMESPACE/ConfigMap/a  deploy/a.yaml:1
          data.one: "1" → "2"
          data.two: "1" → "2"  ← $COMMIT3 "Change deploy/a.yaml", Ada Example, [ago] (line 7)

    note: the history of this clone is cut off, so the commit behind 1 change isn't known: git fetch
      --unshallow brings the rest

    prod: 1 to update
    --- exit status 0
    "#);
    let shallow = environment.trueup_in(&clone, &["plan", "prod", "-o", "json"]).success().target();
    assert!(action(&shallow, "ConfigMap/a")["changes"][0]["commit"].is_null());
    assert_eq!(blamed(action(&shallow, "ConfigMap/a"), 1), format!("{last} deploy/a.yaml:7"));
    assert_eq!(shallow["digest"], plan(&environment)["digest"]);
}

#[test]
fn files_named_on_the_command_line_have_a_past_where_they_are_tracked() {
    let mut environment = TestEnvironment::without_configuration();
    environment.create_namespace();
    environment.commit_file("k8s/a.yaml", &config_map("a", "x", "1"));
    environment.trueup(&["apply", "-f", "k8s/a.yaml", "--yes"]).success();
    let commit = environment.commit_file("k8s/a.yaml", &config_map("a", "x", "2"));
    let folder = environment.root().join("k8s");

    for (place, file) in [(environment.root(), "k8s/a.yaml"), (&folder, "./a.yaml"), (&folder, "../k8s")] {
        let plan = environment.trueup_in(place, &["plan", "-f", file, "-o", "json"]).success().target();
        assert_eq!(blamed(action(&plan, "ConfigMap/a"), 0), format!("{commit} k8s/a.yaml:6"), "{file}");
    }
    let text = config_map("a", "x", "2");
    environment.trueup_reading(&["diff", "-f", "-"], &text).success().prints("x: \"1\" → \"2\"\n");
}

#[test]
fn a_secret_has_causes_but_never_shows_what_was_deployed() {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/one.yaml", &secret("one", "password", "hunter2"));
    environment.commit_file("deploy/two.yaml", &secret("two", "password", "hunter2"));
    environment.apply();
    environment.edit("v1/secrets/one", &json!({"data": {"password": "c3dvcmRmaXNo"}}));
    let commit = environment.commit_file("deploy/two.yaml", &secret("two", "password", "correct-horse"));

    let run = environment.trueup(&["plan", "prod", "-o", "json"]).success();
    for secret in ["hunter2", "aHVudGVyMg", "swordfish", "c3dvcmRmaXNo", "correct-horse", "hmac:"] {
        assert!(!run.stdout.contains(secret), "{secret}");
    }
    let plan = run.target();
    let drifted = &action(&plan, "Secret/one")["changes"][0];
    assert_eq!((drifted["cause"].clone(), drifted["deployed"].clone()), (json!("drift"), Value::Null));
    assert_eq!(blamed(action(&plan, "Secret/two"), 0), format!("{commit} deploy/two.yaml:6"));
}

#[test]
fn a_rollback_names_the_commits_of_what_it_puts_back() {
    let mut environment = TestEnvironment::new();
    let first = environment.commit_file("deploy/a.yaml", &config_map("a", "x", "1"));
    environment.apply();
    environment.commit_file("deploy/a.yaml", &config_map("a", "x", "2"));
    environment.apply();

    let run = environment.trueup(&["rollback", "prod", &first, "--yes"]).success();
    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup rollback prod $COMMIT1 --yes
    prod on $SERVER ([version]), namespace $NAMESPACE
      commit  $COMMIT1 "Change deploy/a.yaml", Ada Example, [ago]
      deployed release 2, commit $COMMIT2

      ~ update  $NAMESPACE/ConfigMap/a  deploy/a.yaml:1
          data.x: "2" → "1"  ← $COMMIT1 (line 6)

    Plan: 1 to update
    digest v1:[digest]
    ([n] requests, [time])
    note: $COMMIT2 is held: `apply` refuses it until a commit mends or reverts that, or until `trueup
      hold clear prod`
    note: `git revert $COMMIT2` makes Git say what the cluster has now

    prod: release 3 is healthy ($COMMIT1 "Change deploy/a.yaml", 1 changed, 0 unchanged, [time])
    --- stderr
    updated  $NAMESPACE/ConfigMap/a
    --- exit status 0
    "#);
}
