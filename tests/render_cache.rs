//! What programs print, kept from one run to the next.

use std::fs;
use std::path::PathBuf;

use crate::harness::Run;
use crate::harness::TestEnvironment;
use crate::harness::manifests::config_map;
use crate::harness::tools::Tool;

/// A kustomization and a chart.
fn sources() -> TestEnvironment {
    let environment = TestEnvironment::new().with_tools(&[Tool::Kustomize, Tool::Helm4]);
    let configuration =
        environment.configuration().replace("sources: deploy\n", "sources: [deploy, chart]\n");
    environment.write("trueup.yaml", &configuration);
    environment.write("deploy/kustomization.yaml", "namePrefix: shop-\nresources: [../base]\n");
    environment.write("base/kustomization.yaml", "resources: [a.yaml]\n");
    environment.write("base/a.yaml", &config_map("a", "a", "1"));
    environment.write("chart/Chart.yaml", "apiVersion: v2\nname: chart\nversion: 1.0.0\n");
    environment.write("chart/values.yaml", "level: info\n");
    environment.write(
        "chart/templates/b.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\ndata: {level: '{{ .Values.level }}'}\n",
    );
    environment
}

fn folder(environment: &TestEnvironment) -> PathBuf {
    environment.outside().join("home/.cache/trueup/rendered")
}

/// How many things are kept.
pub(crate) fn kept(environment: &TestEnvironment) -> usize {
    let names = folder(environment).read_dir().into_iter().flatten().flatten();
    names.filter(|entry| entry.file_name() != "since").count()
}

fn render(environment: &TestEnvironment) -> Run {
    environment.trueup(&["render", "prod"]).success()
}

/// Renders where no program can run: there is no folder for it to work in.
fn render_without_programs(environment: &TestEnvironment) -> Run {
    environment.trueup_with(&["render", "prod"], "TMPDIR", "/nonexistent")
}

#[test]
fn what_nothing_has_changed_of_is_rendered_without_running_a_program() {
    let environment = sources();
    let first = render(&environment);
    assert_eq!(kept(&environment), 2);

    let again = render_without_programs(&environment).success();

    assert_eq!(again.stdout, first.stdout);
    assert_eq!(kept(&environment), 2);
    let folder = environment.outside().join("bin").to_str().expect("UTF-8").to_owned();
    let environment = environment.variable("PATH", format!("/elsewhere:{folder}"));
    assert_eq!(render_without_programs(&environment).success().stdout, first.stdout, "another PATH");
}

#[test]
fn whatever_goes_into_a_program_makes_it_run_again() {
    let environment = sources();
    let configuration = environment.read("trueup.yaml");
    environment.write("values.yaml", "level: debug\n");
    let with = |chart: &str| {
        environment.write("trueup.yaml", &configuration.replace(", chart]", &format!(", {chart}]")));
    };
    let changes: [(&str, &dyn Fn()); 8] = [
        ("a base", &|| environment.write("base/a.yaml", &config_map("a", "a", "2"))),
        ("a template", &|| environment.write("chart/templates/c.yaml", &config_map("c", "a", "1"))),
        ("a file less", &|| environment.remove("chart/templates/b.yaml")),
        ("a file that is called otherwise", &|| {
            environment.write("chart/templates/d.yaml", &environment.read("chart/templates/c.yaml"));
            environment.remove("chart/templates/c.yaml");
        }),
        ("values", &|| with("{path: chart, values: [values.yaml]}")),
        ("the values' content", &|| environment.write("values.yaml", "level: warn\n")),
        ("a value of the source", &|| with("{path: chart, set: {level: error}}")),
        ("the release", &|| with("{path: chart, release: front}")),
    ];
    render(&environment);
    for (what, change) in changes {
        change();
        render_without_programs(&environment).exits(1).complains("can't write temporary files");
        let cold = environment.trueup(&["render", "prod", "--no-cache"]).success();
        let now = render(&environment);
        assert_eq!(now.stdout, cold.stdout, "{what}");
        assert_eq!(render_without_programs(&environment).success().stdout, cold.stdout, "{what}");
    }
}

#[test]
fn a_work_tree_and_its_commit_share_what_is_kept() {
    let mut environment = sources();
    environment.commit("Start");
    let tree = render(&environment);

    let commit =
        environment.trueup_with(&["render", "prod", "--ref", "HEAD"], "TMPDIR", "/nonexistent").success();

    assert_eq!(commit.stdout, tree.stdout);
}

#[test]
fn no_cache_neither_looks_nor_keeps() {
    let environment = sources();
    environment.trueup(&["render", "prod", "--no-cache"]).success();
    assert!(!folder(&environment).exists());
    environment.trueup_with(&["render", "prod"], "TRUEUP_NO_CACHE", "1").success();
    assert!(!folder(&environment).exists());
    render(&environment);
    let without = environment.trueup_with(&["render", "prod", "--no-cache"], "TMPDIR", "/nonexistent");
    without.exits(1).complains("can't write temporary files");
}

#[test]
fn what_is_broken_is_made_anew_and_a_folder_that_cant_be_written_is_no_matter() {
    let environment = sources();
    let first = render(&environment);
    for entry in folder(&environment).read_dir().expect("a folder").flatten() {
        let mut bytes = fs::read(entry.path()).expect("a file");
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        fs::write(entry.path(), bytes).expect("a file");
    }
    assert_eq!(render(&environment).stdout, first.stdout);
    assert_eq!(render_without_programs(&environment).success().stdout, first.stdout);

    let nowhere = environment.trueup_with(&["render", "prod"], "XDG_CACHE_HOME", "/dev/null").success();
    assert_eq!((nowhere.stdout, nowhere.stderr), (first.stdout, String::new()));
}

#[test]
fn secrets_are_never_kept() {
    let environment = sources();
    environment.write(
        "base/kustomization.yaml",
        "resources: [a.yaml]\nsecretGenerator: [{name: login, literals: [password=hunter2]}]\n",
    );
    environment.write(
        "chart/templates/login.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: key}\nstringData: {key: '{{ .Values.level }}'}\n",
    );
    render(&environment);
    assert_eq!(kept(&environment), 0);
}

#[test]
fn what_is_called_sensitive_is_never_kept_either() {
    let environment = sources();
    let configuration = environment.read("trueup.yaml");
    for rule in ["{kind: ConfigMap, fields: [data.level]}", "{name: b, fields: [data]}"] {
        environment.write("trueup.yaml", &format!("{configuration}sensitive: [{rule}]\n"));
        render(&environment);
        assert_eq!(kept(&environment), 0, "{rule}");
    }
    environment.write("trueup.yaml", &configuration);
    let marked = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b, annotations: {trueup.dev/sensitive-fields: data.level}}\ndata: {level: '{{ .Values.level }}'}\n";
    environment.write("chart/templates/b.yaml", marked);
    render(&environment);
    assert_eq!(kept(&environment), 1, "the kustomization");
}

#[test]
fn what_is_another_thing_each_time_is_never_kept() {
    let environment = sources();
    environment.write("deploy/kustomization.yaml", "resources: [../base]\n");
    for changing in ["{{ now }}", "{{ randAlphaNum 8 }}", "{{ include \"x\" . }}"] {
        let template =
            format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\ndata: {{a: '{changing}'}}\n");
        environment.write("chart/templates/c.yaml", &template);
        environment.write("chart/templates/_x.tpl", "{{ define \"x\" }}{{ uuidv4 }}{{ end }}\n");
        let first = render(&environment);
        assert_ne!(render(&environment).stdout, first.stdout, "{changing}");
    }
    assert_eq!(kept(&environment), 1, "the kustomization");
}

#[test]
fn a_chart_that_may_no_longer_look_things_up_is_refused_again() {
    let environment = sources();
    let configuration = environment.read("trueup.yaml");
    let lookup = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: '{{ (lookup \"v1\" \"Secret\" \"x\" \"y\") | toJson }}'}\n";
    environment.write("chart/templates/c.yaml", lookup);
    environment.write("trueup.yaml", &configuration.replace(", chart]", ", {path: chart, lookup: empty}]"));
    render(&environment);
    environment.write("trueup.yaml", &configuration);
    environment.trueup(&["render", "prod"]).exits(1).complains("looks objects up");
}

#[test]
fn the_version_of_a_program_is_asked_once() {
    let environment = sources();
    let configuration = environment.read("trueup.yaml");
    environment.write("trueup.yaml", &format!("{configuration}tools: {{kustomize: '5', helm: '4'}}\n"));
    render(&environment);
    render_without_programs(&environment).success();
    environment.write("trueup.yaml", &format!("{configuration}tools: {{kustomize: '4', helm: '4'}}\n"));
    render_without_programs(&environment).exits(1).complains("is kustomize 5.8.2");
}

#[test]
fn what_a_script_prints_is_never_kept() {
    let environment = sources();
    let real = Tool::Kustomize.program();
    let script = environment.outside().join("render");
    fs::write(&script, format!("#!/bin/sh\nexec {} \"$@\"\n", real.display())).expect("a file");
    fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("a mode");
    let configuration = environment.read("trueup.yaml").replace(", chart]", "]");
    environment.write(
        "trueup.yaml",
        &format!("{configuration}tools: {{kustomize: {{program: {}}}}}\n", script.display()),
    );
    render(&environment);
    assert_eq!(kept(&environment), 0);
}
