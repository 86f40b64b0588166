//! Where the objects come from: the work tree, or any commit of any sort of
//! repository.

use std::fs;

use crate::harness::TestEnvironment;
use crate::harness::manifests::config_map;

/// Commits `one`, `two` and `three`, on `main`.
fn three_commits() -> (TestEnvironment, Vec<String>) {
    let mut environment = TestEnvironment::new();
    let commits = ["one", "two", "three"].map(|value| {
        environment.commit_file("deploy/settings.yaml", &config_map("settings", "value", value))
    });
    (environment, commits.into())
}

#[test]
fn any_sort_of_ref_is_read() {
    let (environment, commits) = three_commits();
    let git = &environment.repository;
    git.git(&["tag", "light", &commits[0]]);
    git.git(&["tag", "--annotate", "--message", "x", "heavy", &commits[1]]);
    git.git(&["branch", "stable", &commits[0]]);
    git.git(&["update-ref", "refs/remotes/origin/main", &commits[1]]);

    let short = &commits[1][..9];
    for (reference, value) in [
        ("HEAD", "three"),
        ("HEAD~2", "one"),
        ("HEAD^", "two"),
        ("main", "three"),
        ("main~1", "two"),
        ("light", "one"),
        ("heavy", "two"),
        ("stable", "one"),
        ("origin/main", "two"),
        ("refs/heads/stable", "one"),
        (short, "two"),
        (&commits[0], "one"),
    ] {
        let run = environment.trueup(&["render", "prod", "--ref", reference]).success();
        assert!(run.stdout.contains(&format!("value: {value}")), "{reference}\n{run}");
    }
}

#[test]
fn a_ref_is_read_without_touching_the_work_tree() {
    let (environment, _) = three_commits();
    environment.write("deploy/settings.yaml", "not even YAML: [");
    environment.write("deploy/untracked.yaml", &config_map("untracked", "a", "1"));

    let run = environment.trueup(&["render", "prod", "--ref", "HEAD"]).success();

    assert!(run.stdout.contains("three") && !run.stdout.contains("untracked"), "{run}");
    assert_eq!(environment.read("deploy/settings.yaml"), "not even YAML: [");
}

#[test]
fn a_ref_can_be_deployed_from_a_dirty_tree() {
    let (environment, commits) = three_commits();
    environment.write("deploy/settings.yaml", &config_map("settings", "value", "dirty"));

    environment.trueup(&["apply", "prod", "--ref", "HEAD~1", "--yes"]).success();

    assert_eq!(environment.live_object("v1/configmaps/settings")["data"]["value"], "two");
    let status = environment.trueup(&["status", "prod", "-o", "json"]).success().target();
    assert_eq!(status["deployed"]["commit"]["sha"], commits[1].as_str());
}

#[test]
fn a_subfolder_of_the_repository_will_do() {
    let (environment, _) = three_commits();
    let folder = environment.root().join("deploy");

    environment.trueup_in(&folder, &["render", "prod"]).success().prints("three");
    environment.trueup_in(environment.outside(), &["-C", "repository", "render", "prod"]).success();
}

#[test]
fn a_project_may_live_in_a_subfolder() {
    let mut environment = TestEnvironment::without_configuration();
    environment.write("services/shop/trueup.yaml", &environment.configuration());
    environment.commit_file("services/shop/deploy/a.yaml", &config_map("a", "x", "1"));
    let folder = environment.root().join("services/shop");

    environment.trueup_in(&folder, &["apply", "--yes"]).success();

    assert!(environment.live("v1/configmaps/a").is_some());
}

#[test]
fn a_linked_worktree_is_a_work_tree() {
    let (environment, _) = three_commits();
    let linked = environment.outside().join("linked");
    environment.repository.git(&["worktree", "add", "--quiet", &linked.to_string_lossy(), "HEAD~1"]);

    environment.trueup_in(&linked, &["render", "prod"]).success().prints("two");
    environment.trueup_in(&linked, &["apply", "prod", "--yes"]).success();

    assert_eq!(environment.live_object("v1/configmaps/settings")["data"]["value"], "two");
}

#[test]
fn a_bare_repository_deploys_a_ref() {
    let (environment, _) = three_commits();
    let bare = environment.outside().join("bare.git");
    environment.repository.git(&["clone", "--quiet", "--bare", ".", &bare.to_string_lossy()]);

    environment.trueup_in(&bare, &["apply", "prod", "--ref", "main~1", "--yes"]).success();

    assert_eq!(environment.live_object("v1/configmaps/settings")["data"]["value"], "two");
}

#[test]
fn a_shallow_clone_deploys_what_it_has() {
    let (environment, _) = three_commits();
    let shallow = environment.clone_with(&["--depth=1"]);

    environment.trueup_in(&shallow, &["apply", "prod", "--yes"]).success();

    assert_eq!(environment.live_object("v1/configmaps/settings")["data"]["value"], "three");
    let run = environment.trueup_in(&shallow, &["plan", "prod", "--ref", "HEAD~1"]).exits(1);
    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup plan prod --ref HEAD~1
    --- stderr
    error: "HEAD~1" goes further back than the history here does

    hint: fetch the rest of the history: git fetch --unshallow --tags origin '+refs/heads/*:refs/remotes/origin/*'
    --- exit status 1
    "#);
}

#[test]
fn how_to_render_comes_from_the_commit_that_is_rendered() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "value", "one"));
    environment.repository.git(&["mv", "deploy", "manifests"]);
    environment
        .write("trueup.yaml", &environment.configuration().replace("sources: deploy", "sources: manifests"));
    environment.commit("Move the manifests");

    environment.trueup(&["render", "prod"]).success().prints("manifests/settings.yaml");
    environment.trueup(&["render", "prod", "--ref", "HEAD~1"]).success().prints("deploy/settings.yaml");
}

#[test]
fn a_detached_head_is_deployed() {
    let (environment, commits) = three_commits();
    environment.repository.git(&["checkout", "--quiet", &commits[1]]);

    environment.apply();

    assert_eq!(environment.live_object("v1/configmaps/settings")["data"]["value"], "two");
}

#[test]
fn names_with_spaces_and_umlauts_are_read() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/so many/Größe ü.yaml", &config_map("settings", "value", "one"));

    environment.trueup(&["render", "prod"]).success().prints("deploy/so many/Größe ü.yaml");
    environment.trueup(&["render", "prod", "--ref", "HEAD"]).success().prints("deploy/so many/Größe ü.yaml");
}

#[test]
fn a_link_out_of_the_repository_is_not_followed() {
    let environment = TestEnvironment::new();
    fs::write(environment.outside().join("secret.yaml"), config_map("outside", "a", "1")).expect("a file");
    environment.write("deploy/a.yaml", &config_map("a", "x", "1"));
    std::os::unix::fs::symlink(
        environment.outside().join("secret.yaml"),
        environment.root().join("deploy/b.yaml"),
    )
    .expect("a link");

    environment.trueup(&["render", "prod"]).exits(1).complains("deploy/b.yaml").never_says("outside: ");
}
