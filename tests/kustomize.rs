//! Kustomizations, rendered by the real kustomize.

use std::fs;
use std::os::unix::fs::symlink;

use crate::harness::TestEnvironment;
use crate::harness::manifests::{config_map, deployment};
use crate::harness::tools::Tool;

/// A base, and an overlay of it that the environment deploys.
fn overlay() -> TestEnvironment {
    let environment = TestEnvironment::new().with_tools(&[Tool::Kustomize]);
    environment.write("trueup.yaml", &environment.configuration().replace("deploy\n", "deploy/prod\n"));
    environment.write("deploy/base/kustomization.yaml", "resources: [settings.yaml]\n");
    environment.write("deploy/base/settings.yaml", &config_map("settings", "level", "debug"));
    environment.write(
        "deploy/prod/kustomization.yaml",
        "resources: [../base]
configMapGenerator:
  - {name: generated, literals: [level=info]}
patches:
  - path: patch.yaml
",
    );
    environment.write("deploy/prod/patch.yaml", &config_map("settings", "level", "warn"));
    environment
}

#[test]
fn objects_are_rendered_with_the_files_that_they_come_from() {
    let environment = overlay();

    let run = environment.trueup(&["render", "prod"]).success();

    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup render prod
    ---
    # deploy/prod/kustomization.yaml:1:1
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: generated-k4b9tgf9m9
      namespace: $NAMESPACE
    data:
      level: info
    ---
    # deploy/base/settings.yaml:1:1
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: settings
      namespace: $NAMESPACE
    data:
      level: warn
    --- exit status 0
    ");
}

#[test]
fn a_commit_is_rendered_like_its_work_tree_which_isnt_looked_at() {
    let mut environment = overlay();
    environment.commit("Start");
    let of_work_tree = environment.trueup(&["render", "prod"]).success();
    environment.write("deploy/base/settings.yaml", "not even YAML: [");
    environment.remove("deploy/prod/patch.yaml");

    let of_commit = environment.trueup(&["render", "prod", "--ref", "HEAD"]).success();

    assert_eq!(of_commit.stdout, of_work_tree.stdout);
    assert_eq!(environment.read("deploy/base/settings.yaml"), "not even YAML: [");
}

#[test]
fn what_is_rendered_is_deployed_and_what_leaves_is_deleted() {
    let mut environment = overlay();
    environment.commit("Start");
    environment.apply();
    let generated = |environment: &TestEnvironment| -> Vec<String> {
        let objects = environment.live_list("v1/configmaps").into_iter();
        let names = objects.map(|object| object["metadata"]["name"].as_str().expect("a name").to_owned());
        names.filter(|name| name.starts_with("generated-")).collect()
    };
    let before = generated(&environment);
    assert_eq!(environment.live_object("v1/configmaps/settings")["data"]["level"], "warn");
    let annotations = &environment.live_object("v1/configmaps/settings")["metadata"]["annotations"];
    assert!(annotations.get("config.kubernetes.io/origin").is_none(), "{annotations}");
    environment.trueup(&["plan", "prod", "--exit-code"]).success();

    let kustomization =
        environment.read("deploy/prod/kustomization.yaml").replace("level=info", "level=error");
    environment.commit_file("deploy/prod/kustomization.yaml", &kustomization);
    let plan = environment.trueup(&["plan", "prod", "-o", "json"]).success().target();
    assert_eq!((&plan["summary"]["create"], &plan["summary"]["delete"]), (&1.into(), &1.into()), "{plan}");
    environment.apply();

    let after = generated(&environment);
    assert_eq!((before.len(), after.len()), (1, 1));
    assert_ne!(before, after, "another content has another name");
}

#[test]
fn bases_count_when_it_is_asked_whether_all_is_committed() {
    let mut environment = overlay();
    environment.commit("Start");
    environment.write("README.md", "not a part of it");
    environment.trueup(&["apply", "prod", "--yes"]).success();

    environment.write("deploy/base/settings.yaml", &config_map("settings", "level", "trace"));

    environment.trueup(&["apply", "prod", "--yes"]).exits(1).complains("deploy/base/settings.yaml");
}

#[test]
fn kubectl_will_do_where_there_is_no_kustomize() {
    let environment = overlay();
    let kubectl = environment.outside().join("bin/kubectl");
    fs::rename(environment.outside().join("bin/kustomize"), environment.outside().join("real"))
        .expect("renamed");
    // kubectl itself needs minutes to build: this one has the command and nothing else.
    fs::write(
        &kubectl,
        "#!/bin/sh\n[ \"$1\" = kustomize ] && shift && exec \"$0.real\" build \"$@\"\nexit 9\n",
    )
    .expect("a file");
    symlink(environment.outside().join("real"), kubectl.with_extension("real")).expect("a link");
    fs::set_permissions(&kubectl, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("a mode");

    environment.trueup(&["render", "prod"]).success().prints("name: settings");
}

#[test]
fn a_base_that_isnt_there_is_named_where_it_is_written() {
    let environment = overlay();
    environment.write("deploy/prod/kustomization.yaml", "resources:\n  - ../bse\n  - ../../../elsewhere\n");

    let run = environment.trueup(&["render", "prod"]).exits(1);

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup render prod
    --- stderr
    error: ../bse doesn't exist
     --> deploy/prod/kustomization.yaml:2:5

    hint: did you mean "../base"?

    error: ../../../elsewhere is outside of the repository
     --> deploy/prod/kustomization.yaml:3:5

    hint: only what is in the repository can be deployed

    2 errors
    --- exit status 1
    "#);
}

#[test]
fn what_kustomize_says_is_shown() {
    let environment = overlay();
    environment.write("deploy/base/kustomization.yaml", "resources: [../prod]\n");
    let cycle = environment.trueup(&["render", "prod"]).exits(1);
    cycle.complains("cycle detected").complains("--> deploy/prod/kustomization.yaml");

    environment.write("deploy/base/kustomization.yaml", "resources: [\n");
    let broken = environment.trueup(&["render", "prod"]).exits(1);
    let broken = broken.complains("caused by: ").complains("--> deploy/base/kustomization.yaml:1:12");
    broken.never_says("/tmp/");
}

#[test]
fn bases_of_other_repositories_need_a_pin_and_a_permission() {
    let environment = overlay();
    environment.write(
        "deploy/prod/kustomization.yaml",
        "resources:
  - https://shop.invalid/base?ref=main
  - shop.invalid/base//deploy?ref=v1.2.0
patches:
  - path: https://shop.invalid/patch.yaml
helmCharts:
  - name: web
",
    );

    let run = environment.trueup(&["render", "prod"]).exits(1);

    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup render prod
    --- stderr
    error: `helmCharts` isn't supported: kustomize would have to run Helm itself
     --> deploy/prod/kustomization.yaml:7:3

    hint: make the chart a source of its own: {path: charts/web, renderer: helm}

    error: https://shop.invalid/base?ref=main is in another repository
     --> deploy/prod/kustomization.yaml:2:5
    caused by: it isn't pinned, so that the same commit here could mean other objects tomorrow

    hint: pin it to a tag or a commit with ?ref=, or copy the files in

    error: shop.invalid/base//deploy?ref=[version] is in another repository
     --> deploy/prod/kustomization.yaml:3:5

    hint: copy the files in, or allow it: {path: …, renderer: kustomize, dependencies: fetch}

    error: https://shop.invalid/patch.yaml is in another repository
     --> deploy/prod/kustomization.yaml:5:11
    caused by: it is a file at an address, and what is there tomorrow nobody knows

    hint: copy the file in

    4 errors
    --- exit status 1
    ");
}

#[test]
fn files_that_kustomize_would_not_read_are_named_where_they_are_written() {
    let environment = overlay();
    environment.write("deploy/level.txt", "info");
    environment.write(
        "deploy/prod/kustomization.yaml",
        "configMapGenerator:\n- {name: generated, files: [../level.txt]}\n",
    );

    let run = environment.trueup(&["render", "prod"]).exits(1);

    run.complains("../level.txt lies outside of the folder of its kustomization")
        .complains("--> deploy/prod/kustomization.yaml:2:");
}

#[test]
fn links_in_the_repository_are_followed_and_none_out_of_it() {
    let environment = overlay();
    environment.write("shared/labels.yaml", &config_map("shared", "a", "1"));
    symlink("../../shared", environment.root().join("deploy/prod/shared")).expect("a link");
    environment.write("shared/kustomization.yaml", "resources: [labels.yaml]\n");
    environment.write("deploy/prod/kustomization.yaml", "resources: [shared]\n");
    environment.trueup(&["render", "prod"]).success().prints("name: shared");

    symlink(environment.outside(), environment.root().join("deploy/prod/out")).expect("a link");
    environment
        .trueup(&["render", "prod"])
        .exits(1)
        .complains("deploy/prod/out is a link that leads out of the repository");
}

#[test]
fn submodules_and_what_git_lfs_keeps_are_named() {
    let environment = overlay();
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";
    environment.write("deploy/base/settings.yaml", pointer);
    environment
        .trueup(&["render", "prod"])
        .exits(1)
        .complains("kept by Git LFS")
        .complains("deploy/base/settings.yaml");

    environment.write("deploy/base/settings.yaml", &config_map("settings", "a", "1"));
    environment.write("deploy/base/other/.git", "gitdir: ../../../.git/modules/other\n");
    environment.trueup(&["render", "prod"]).exits(1).complains("deploy/base/other is a submodule");
}

#[test]
fn a_kustomization_among_plain_manifests_is_refused() {
    let environment = overlay();
    environment.write("trueup.yaml", &environment.configuration());
    environment
        .trueup(&["render", "prod"])
        .exits(1)
        .complains("deploy/prod is a kustomization, not plain manifests");
}

#[test]
fn files_named_on_the_command_line_may_be_a_kustomization() {
    let environment = overlay();
    let run = environment.trueup(&["render", "-f", "deploy/prod"]).success().prints("name: settings");
    assert!(run.stdout.contains("# deploy/base/settings.yaml:1:1"), "{run}");
}

#[test]
fn an_error_of_the_server_names_the_file_without_a_line_of_it() {
    let environment = overlay();
    environment.write(
        "deploy/base/settings.yaml",
        &deployment("web", "web:1").replace("replicas: 1", "replicas: -1"),
    );
    environment.write("deploy/prod/kustomization.yaml", "resources: [../base]\n");

    let run = environment.trueup(&["plan", "prod"]).exits(1);

    run.complains("spec.replicas").complains("--> deploy/base/settings.yaml:1:1");
}
