//! Which files are read, and what can't be.

use super::*;

#[test]
fn a_folder_means_the_manifests_at_any_depth_below_it_by_path() {
    let fixture = Fixture::new();
    for path in
        ["deploy/web.yaml", "deploy/a/db.yml", "deploy/a-b.json", "deploy/a/b/c d.yaml", "deploy/ü/x.yaml"]
    {
        let name = path.trim_start_matches("deploy/").replace(['/', '.', ' ', 'ü'], "-").replace("--", "u-");
        fixture.write(path, &config_map(&name));
    }
    for path in ["deploy/README.md", "deploy/.hidden.yaml", "deploy/.ci/job.yaml", "other/x.yaml"] {
        fixture.write(path, "not: [a manifest");
    }
    fixture.commit_all("Start");
    let expected = "\
ConfigMap/a-b-json deploy/a-b.json:1:1
ConfigMap/a-b-c-d-yaml deploy/a/b/c d.yaml:1:1
ConfigMap/a-db-yml deploy/a/db.yml:1:1
ConfigMap/web-yaml deploy/web.yaml:1:1
ConfigMap/u-x-yaml deploy/ü/x.yaml:1:1";
    assert_eq!(objects(work_tree(&fixture, &["deploy"])), expected);
    assert_eq!(objects(head(&fixture, &["./deploy/"])), expected);
    assert_eq!(objects(ad_hoc(&fixture, &["deploy"], None)), expected);
}

#[test]
fn a_file_that_is_named_is_read_whatever_it_is_called() {
    let fixture = Fixture::new();
    fixture.write("deploy/.web", &config_map("web"));
    fixture.write(".ci/db.yaml.template", &config_map("db"));
    fixture.commit_all("Start");
    let paths = ["deploy/.web", ".ci/db.yaml.template"];
    let expected = "ConfigMap/web deploy/.web:1:1\nConfigMap/db .ci/db.yaml.template:1:1";
    assert_eq!(objects(work_tree(&fixture, &paths)), expected);
    assert_eq!(objects(head(&fixture, &paths)), expected);
    assert_eq!(objects(ad_hoc(&fixture, &paths, None)), expected);
}

#[test]
fn a_commit_is_rendered_whatever_the_work_tree_holds() {
    let fixture = Fixture::new();
    fixture.commit("deploy/web.yaml", &config_map("committed"));
    fixture.write("deploy/web.yaml", &config_map("edited"));
    fixture.write("deploy/new.yaml", &config_map("new"));
    assert_eq!(objects(head(&fixture, &["deploy"])), "ConfigMap/committed deploy/web.yaml:1:1");
    assert_eq!(
        objects(work_tree(&fixture, &["deploy"])),
        "ConfigMap/new deploy/new.yaml:1:1\nConfigMap/edited deploy/web.yaml:1:1"
    );
}

#[test]
fn the_same_commit_renders_alike_from_the_work_tree_and_the_object_database() {
    let fixture = Fixture::new();
    for number in 0..150 {
        fixture.write(&format!("deploy/{}/{number}.yaml", number % 7), &config_map(&format!("c{number}")));
    }
    fixture.write(
        "deploy/list.yaml",
        "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: a}}\n",
    );
    fixture.write("shared/crlf.yaml", &config_map("crlf").replace('\n', "\r\n"));
    fixture.link("deploy/linked.yaml", "../shared/crlf.yaml");
    fixture.commit_all("Start");
    let (one, other) = (work_tree(&fixture, &["deploy"]), head(&fixture, &["deploy"]));
    assert_eq!(one.as_ref().map(|rendered| rendered.manifests.len()), Ok(152));
    assert_eq!(one, other);
    let blob = fixture.git(&["rev-parse", "HEAD:shared/crlf.yaml"]);
    let rendered = other.expect("renders");
    let linked = rendered.manifests.iter().find(|manifest| manifest.id.name == "crlf").expect("is there");
    assert_eq!(linked.source.blob.as_ref(), blob);
}

#[test]
fn items_keep_their_order_and_a_file_of_two_items_is_read_once() {
    let fixture = Fixture::new();
    fixture.write("b/1.yaml", &config_map("one"));
    fixture.write("a/2.yaml", &config_map("two"));
    fixture.commit_all("Start");
    let expected = "ConfigMap/one b/1.yaml:1:1\nConfigMap/two a/2.yaml:1:1";
    assert_eq!(objects(work_tree(&fixture, &["b", "a", "./b/1.yaml", "a"])), expected);
    assert_eq!(objects(head(&fixture, &["b", "a", "b/../b/1.yaml", "a"])), expected);
    assert_eq!(objects(ad_hoc(&fixture, &["b/1.yaml", "a", "./b/"], None)), expected);
}

#[test]
fn what_does_not_exist_is_named_with_what_was_meant() {
    let fixture = Fixture::new();
    fixture.commit("deploy/prod/web.yaml", &config_map("web"));
    insta::assert_snapshot!(findings(work_tree(&fixture, &["deploy/prdo", "deploy/prod/web.yml", "gone/x"])), @r#"
    deploy/prdo doesn't exist
      hint: did you mean "deploy/prod"?
    deploy/prod/web.yml doesn't exist
      hint: did you mean "deploy/prod/web.yaml"?
    gone/x doesn't exist
    "#);
    let commit = fixture.id("HEAD").short();
    insta::assert_snapshot!(findings(head(&fixture, &["deploy/prdo"])).replace(&commit, "COMMIT"), @r#"
    deploy/prdo doesn't exist in commit COMMIT
      hint: did you mean "deploy/prod"?
    "#);
    insta::assert_snapshot!(findings(ad_hoc(&fixture, &["deploy/prdo"], None)), @r#"
    deploy/prdo doesn't exist
      hint: did you mean "deploy/prod"?
    "#);
}

#[test]
fn nothing_is_never_taken_for_an_empty_set() {
    let fixture = Fixture::new();
    fixture.write("comments/a.yaml", "# nothing yet\n---\n---\n# nor here\n");
    fixture.write("readme/README.md", "nothing\n");
    fixture.write("empty-list/a.yaml", "apiVersion: v1\nkind: List\nitems: []\n");
    fixture.write("fine/a.yaml", &config_map("a"));
    fixture.commit_all("Start");
    std::fs::create_dir(fixture.path().join("empty")).expect("made");
    insta::assert_snapshot!(findings(work_tree(&fixture, &["fine", "comments", "readme", "empty-list", "empty"])), @"
    no manifests under comments
      hint: files that end in .yaml, .yml or .json are read, hidden ones aren't
    no manifests under readme
      hint: files that end in .yaml, .yml or .json are read, hidden ones aren't
    no manifests under empty-list
      hint: files that end in .yaml, .yml or .json are read, hidden ones aren't
    no manifests under empty
      hint: files that end in .yaml, .yml or .json are read, hidden ones aren't
    ");
    assert_eq!(findings(head(&fixture, &["fine", "comments"])).lines().count(), 2);
    insta::assert_snapshot!(findings(ad_hoc(&fixture, &["-"], Some("# nothing\n"))), @"
    standard input holds no manifest
      hint: it's empty, or has nothing but comments and empty lists
    ");
    insta::assert_snapshot!(findings(work_tree(&fixture, &["comments/a.yaml"])), @"
    comments/a.yaml holds no manifest
      hint: it's empty, or has nothing but comments and empty lists
    ");
}

#[test]
fn a_folder_that_another_tool_renders_is_refused_at_any_depth() {
    let fixture = Fixture::new();
    fixture.write("deploy/web.yaml", &config_map("web"));
    fixture.write("deploy/prod/kustomization.yaml", "resources: [../web.yaml]\n");
    fixture.write("deploy/chart/Chart.yaml", "name: web\n");
    fixture.write("deploy/chart/templates/web.yaml", "a: {{ .Values.a }}\n");
    fixture.commit_all("Start");
    let said = findings(work_tree(&fixture, &["deploy"]));
    insta::assert_snapshot!(said, @"
    deploy/chart is a Helm chart, not plain manifests
      because: it holds a Chart.yaml; its files by themselves aren't what it stands for
      hint: name the folder deploy/chart itself as a source, and nothing around it
    deploy/prod is a kustomization, not plain manifests
      because: it holds a kustomization.yaml; its files by themselves aren't what it stands for
      hint: name the folder deploy/prod itself as a source, and nothing around it
    ");
    assert_eq!(findings(head(&fixture, &["deploy"])), said);
    assert_eq!(findings(ad_hoc(&fixture, &["deploy"], None)), said);
    let named = findings(work_tree(&fixture, &["deploy/prod/kustomization.yaml"]));
    assert!(named.starts_with("deploy/prod is a kustomization"), "{named}");
}

#[test]
fn a_configuration_in_a_folder_is_no_manifest_but_an_object_is() {
    let fixture = Fixture::new();
    fixture.write("trueup.yaml", "version: 1\nname: shop\nenvironments: {dev: {}}\n");
    fixture.write("deploy/web.yaml", &config_map("web"));
    fixture.write("deploy/tools/trueup.yaml", &config_map("trueup"));
    fixture.commit_all("Start");
    let expected = "ConfigMap/trueup deploy/tools/trueup.yaml:1:1\nConfigMap/web deploy/web.yaml:1:1";
    assert_eq!(objects(work_tree(&fixture, &["."])), expected);
    assert_eq!(objects(head(&fixture, &[""])), expected);
    assert_eq!(objects(ad_hoc(&fixture, &["."], None)), expected);
    assert!(findings(work_tree(&fixture, &["trueup.yaml"])).starts_with("apiVersion is missing"));
}

#[test]
fn git_lfs_pointers_are_not_taken_for_the_files() {
    let fixture = Fixture::new();
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";
    fixture.commit("deploy/web.yaml", pointer);
    insta::assert_snapshot!(findings(work_tree(&fixture, &["deploy"])), @"
    this file is kept by Git LFS: here is only a pointer to it
      --> deploy/web.yaml
      hint: `git lfs pull` fetches the file, but a commit holds only the pointer: keep manifests in Git itself
    ");
    insta::assert_snapshot!(findings(head(&fixture, &["deploy"])), @"
    this file is kept by Git LFS: here is only a pointer to it
      --> deploy/web.yaml
      hint: a commit holds only the pointer: keep manifests in Git itself
    ");
}

#[test]
fn submodules_are_refused_checked_out_or_not() {
    let (module, fixture) = (Fixture::new(), Fixture::new());
    module.commit("a.yaml", &config_map("a"));
    fixture.commit("deploy/web.yaml", &config_map("web"));
    let url = format!("file://{}", module.path().display());
    fixture.git(&["submodule", "--quiet", "add", &url, "deploy/module"]);
    fixture.commit_all("Add a submodule");
    let expected = "\
deploy/module is a submodule, and can't be part of a source
  because: its files are in another repository
  hint: name the paths beside it as sources, or copy the files in";
    let check = |paths: &[&str]| {
        assert_eq!(findings(work_tree(&fixture, paths)), expected);
        assert_eq!(findings(head(&fixture, paths)), expected);
    };
    check(&["deploy"]);
    check(&["deploy/module"]);
    check(&["deploy/module/a.yaml"]);
    fixture.git(&["submodule", "--quiet", "deinit", "--force", "--all"]);
    check(&["deploy"]);
    check(&["deploy/module/a.yaml"]);
    assert_eq!(objects(work_tree(&fixture, &["deploy/web.yaml"])), "ConfigMap/web deploy/web.yaml:1:1");
}

#[test]
fn a_repository_inside_that_is_no_submodule_is_refused_too() {
    let fixture = Fixture::new();
    fixture.commit("deploy/web.yaml", &config_map("web"));
    fixture.write("deploy/clone/a.yaml", &config_map("a"));
    fixture.git_in(&fixture.path().join("deploy/clone"), &["init", "--quiet"]);
    assert!(findings(work_tree(&fixture, &["deploy"])).starts_with("deploy/clone is a submodule"));
}

#[test]
fn what_a_sparse_checkout_leaves_out_is_not_taken_for_removed() {
    let fixture = Fixture::new();
    fixture.write("deploy/web.yaml", &config_map("web"));
    fixture.write("deploy/prod/db.yaml", &config_map("db"));
    fixture.write("deploy/prod/README.md", "Nothing to deploy\n");
    fixture.commit_all("Start");
    for index in ["--no-sparse-index", "--sparse-index"] {
        fixture.git(&["sparse-checkout", "set", "--cone", index, "deploy/dev"]);
        let expected = "\
deploy/prod/db.yaml isn't in the work tree: the checkout is sparse
  because: read without it, its objects would look removed
  hint: check it out with `git sparse-checkout add`, or read the commit with `--ref HEAD`";
        for item in ["deploy", "deploy/prod", "deploy/prod/db.yaml", "."] {
            assert_eq!(findings(work_tree(&fixture, &[item])), expected, "{item}");
        }
        assert_eq!(objects(head(&fixture, &["deploy"])).lines().count(), 2);
        assert_eq!(objects(work_tree(&fixture, &["deploy/web.yaml"])).lines().count(), 1);
    }
}

#[test]
fn what_is_no_text_or_too_large_is_refused_by_name() {
    let fixture = Fixture::new();
    fixture.write("deploy/a.yaml", &config_map("a"));
    fixture.write_bytes("deploy/b.yaml", b"\x7fELF\0\0\0");
    fixture.write_bytes("deploy/c.yaml", b"a: b\nc: \xff\n");
    fixture.write("deploy/d.yaml", "a: [1\nb: 2\n");
    let large = std::fs::File::create(fixture.path().join("deploy/e.yaml")).expect("made");
    large.set_len(64 * 1024 * 1024 + 1).expect("sparse");
    insta::assert_snapshot!(findings(work_tree(&fixture, &["deploy"])), @r#"
    this is a binary file, not text
      --> deploy/b.yaml
    this file isn't UTF-8
      --> deploy/c.yaml:2:4
      hint: save it as UTF-8
    a `,` or `]` is expected here
      --> deploy/d.yaml:2:2
      hint: the `[` of line 1 isn't closed yet
    this file is larger than 64 MiB, too large for a manifest
      --> deploy/e.yaml
      hint: split it, or leave it out of the sources
    "#);
}

#[test]
fn text_is_read_whatever_its_encoding_and_line_ends() {
    let fixture = Fixture::new();
    let utf16: Vec<u8> =
        format!("\u{feff}{}", config_map("wide")).encode_utf16().flat_map(u16::to_le_bytes).collect();
    fixture.write_bytes("deploy/a.yaml", &utf16);
    fixture.write("deploy/b.yaml", &format!("\u{feff}{}", config_map("marked")));
    fixture.write("deploy/c.yaml", &config_map("crlf").replace('\n', "\r\n"));
    fixture.write("deploy/d.json", r#"{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "json"}}"#);
    fixture.commit_all("Start");
    let expected = "\
ConfigMap/wide deploy/a.yaml:1:1
ConfigMap/marked deploy/b.yaml:1:1
ConfigMap/crlf deploy/c.yaml:1:1
Secret/json deploy/d.json:1:1";
    assert_eq!(objects(work_tree(&fixture, &["deploy"])), expected);
    assert_eq!(objects(head(&fixture, &["deploy"])), expected);
}

#[test]
fn what_cannot_be_read_is_an_error_not_an_absence() {
    let fixture = Fixture::new();
    fixture.write("deploy/a.yaml", &config_map("a"));
    let made = std::process::Command::new("mkfifo").arg(fixture.path().join("deploy/pipe.yaml")).status();
    assert!(made.expect("mkfifo runs").success());
    let expected = "deploy/pipe.yaml is neither a file nor a folder";
    assert_eq!(findings(work_tree(&fixture, &["deploy"])), expected);
    assert_eq!(findings(work_tree(&fixture, &["deploy/pipe.yaml"])), expected);
    assert_eq!(findings(ad_hoc(&fixture, &["deploy"], None)), expected);
    // Opens for everybody, and can't be read by anybody.
    let said = findings(ad_hoc(&fixture, &["/proc/self/mem"], None));
    assert!(said.starts_with("/proc/self/mem can't be read\n  because: Input/output error"), "{said}");
}

#[test]
fn a_pipe_that_is_named_is_read_like_a_file() {
    let fixture = Fixture::without_repository();
    let pipe = fixture.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo runs").success());
    let text = config_map("piped");
    let writer = std::thread::spawn(move || std::fs::write(pipe, text));
    assert_eq!(objects(ad_hoc(&fixture, &["pipe"], None)), "ConfigMap/piped pipe:1:1");
    writer.join().expect("no panic").expect("written");
}

#[test]
fn paths_given_with_f_are_shown_as_they_were_given() {
    let fixture = Fixture::without_repository();
    fixture.write("k8s/web.yaml", &config_map("web"));
    let whole = format!("{}/k8s", fixture.path().display());
    for (given, shown) in [
        ("k8s", "k8s/web.yaml"),
        ("k8s/", "k8s/web.yaml"),
        ("./k8s", "k8s/web.yaml"),
        ("k8s/web.yaml", "k8s/web.yaml"),
        (".", "k8s/web.yaml"),
        ("k8s/../k8s", "k8s/../k8s/web.yaml"),
        (&whole, &format!("{whole}/web.yaml")),
    ] {
        assert_eq!(
            objects(ad_hoc(&fixture, &[given], None)),
            format!("ConfigMap/web {shown}:1:1"),
            "{given}"
        );
    }
}

#[test]
fn standard_input_is_a_source_of_its_own() {
    let fixture = Fixture::without_repository();
    fixture.write("web.yaml", &config_map("web"));
    let stdin = format!("{}---\n{}", config_map("a"), config_map("b"));
    assert_eq!(
        objects(ad_hoc(&fixture, &["-", "web.yaml", "-"], Some(&stdin))),
        "ConfigMap/a <stdin>:1:1 (document 1)\nConfigMap/b <stdin>:6:1 (document 2)\nConfigMap/web web.yaml:1:1"
    );
    assert_eq!(
        findings(ad_hoc(&fixture, &["-"], None)),
        "\"-\" means standard input, which can only be given with -f"
    );
}

#[test]
fn a_name_that_is_not_utf_8_does_not_hide_a_file() {
    use std::os::unix::ffi::OsStrExt;
    let fixture = Fixture::new();
    fixture.write("deploy/a.yaml", &config_map("a"));
    let name = std::ffi::OsStr::from_bytes(b"b\xff.yaml");
    std::fs::write(fixture.path().join("deploy").join(name), config_map("b")).expect("written");
    fixture.commit_all("Start");
    let expected = "ConfigMap/a deploy/a.yaml:1:1\nConfigMap/b deploy/b\u{fffd}.yaml:1:1";
    assert_eq!(objects(work_tree(&fixture, &["deploy"])), expected);
    assert_eq!(objects(head(&fixture, &["deploy"])), expected);
}

#[test]
fn without_a_repository_a_work_tree_is_just_a_folder() {
    let fixture = Fixture::without_repository();
    fixture.write("deploy/web.yaml", &config_map("web"));
    let tree = SourceTree::WorkTree { root: fixture.path(), repository: None };
    assert_eq!(
        objects(render(&tree, &items(&["deploy"]), &Means::default())),
        "ConfigMap/web deploy/web.yaml:1:1"
    );
    assert!(
        findings(render(&tree, &items(&["../deploy"]), &Means::default()))
            .starts_with("../deploy is outside")
    );
    let files = tree.read("deploy").expect("readable");
    assert_eq!(files.len(), 1);
    assert_eq!(files[0].bytes, config_map("web").into_bytes());
    assert!(!format!("{files:?}").contains("ConfigMap"));
}
