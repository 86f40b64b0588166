//! Which commit asked for what a renderer made.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use trueup::json::Value;

use crate::harness::manifests::config_map;
use crate::harness::tools::Tool;
use crate::harness::{TestEnvironment, action};

/// A repository with this source.
fn with_source(source: &str, tools: &[Tool]) -> TestEnvironment {
    let environment = TestEnvironment::new().with_tools(tools);
    let sources = format!("sources: [{source}]\n");
    environment.write("trueup.yaml", &environment.configuration().replace("sources: deploy\n", &sources));
    environment
}

/// A chart, deployed.
fn chart() -> TestEnvironment {
    let mut environment = with_source("{path: charts/web, values: [values/prod.yaml]}", &[Tool::Helm4]);
    environment.write("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n");
    environment.write("charts/web/values.yaml", "level: debug\n");
    environment.write("values/prod.yaml", "level: info\n");
    environment.write("charts/web/templates/settings.yaml", TEMPLATE);
    environment.commit("Start");
    environment.apply();
    environment
}

const TEMPLATE: &str = "apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  level: {{ .Values.level }}
  fixed: one
";

/// The target of a plan.
#[track_caller]
fn plan(environment: &TestEnvironment) -> Value {
    environment.trueup(&["plan", "prod", "-o", "json"]).success().target()
}

/// The change of a field of a map's.
#[track_caller]
fn field<'a>(target: &'a Value, name: &str, path: &str) -> &'a Value {
    let action = action(target, &format!("ConfigMap/{name}"));
    let mut changes = action["changes"].as_array().expect("changes").iter();
    changes.find(|change| change["path"] == path).unwrap_or_else(|| panic!("no change of {path}: {action}"))
}

/// The commit and the file that a change, or an action, names.
fn named(change: &Value) -> (&str, &str) {
    let text = |key: &str| change["commit"][key].as_str().unwrap_or("nobody");
    (text("sha"), text("path"))
}

#[test]
fn each_field_of_a_chart_names_the_commit_that_made_it_so() {
    let mut environment = chart();
    let raised = environment.commit_file("values/prod.yaml", "level: warn\n");
    environment.commit_file("README.md", "about\n");
    let fixed =
        environment.commit_file("charts/web/templates/settings.yaml", &TEMPLATE.replace("one", "two"));
    environment.commit_file(
        "charts/web/templates/settings.yaml",
        &format!("# About\n{}", TEMPLATE.replace("one", "two")),
    );

    let target = plan(&environment);

    assert_eq!(named(field(&target, "settings", "data.level")), (raised.as_str(), "values/prod.yaml"));
    let template = "charts/web/templates/settings.yaml";
    assert_eq!(named(field(&target, "settings", "data.fixed")), (fixed.as_str(), template));
    let run = environment.trueup(&["plan", "prod"]).success();
    run.prints("\"Change values/prod.yaml\"").prints("(values/prod.yaml)");
}

#[test]
fn objects_that_a_kustomization_makes_and_no_longer_makes_name_their_commits() {
    let mut environment = with_source("deploy/prod", &[Tool::Kustomize]);
    environment.write("deploy/prod/kustomization.yaml", "resources: [../base]\nnamePrefix: prod-\n");
    environment.write("deploy/base/kustomization.yaml", "resources: [settings.yaml]\n");
    environment.write("deploy/base/settings.yaml", &config_map("settings", "level", "x"));
    environment.commit("Start");
    environment.apply();
    let renamed = environment.commit_file("deploy/base/settings.yaml", &config_map("other", "level", "x"));
    environment.write("deploy/base/more.yaml", &config_map("more", "a", "1"));
    let more =
        environment.commit_file("deploy/base/kustomization.yaml", "resources: [settings.yaml, more.yaml]\n");

    let plan = plan(&environment);

    for (name, commit, path) in [
        ("prod-settings", &renamed, "deploy/base/settings.yaml"),
        ("prod-other", &renamed, "deploy/base/settings.yaml"),
        ("prod-more", &more, "deploy/base/more.yaml"),
    ] {
        assert_eq!(named(action(&plan, &format!("ConfigMap/{name}"))), (commit.as_str(), path), "{name}");
    }
}

#[test]
fn what_a_merge_brought_in_is_blamed_on_its_own_commit() {
    let mut environment = chart();
    environment.repository.git(&["checkout", "--quiet", "-b", "side"]);
    let side = environment.commit_file("values/prod.yaml", "level: warn\n");
    environment.repository.git(&["checkout", "--quiet", "-"]);
    let main = environment.commit_file("charts/web/templates/settings.yaml", &TEMPLATE.replace("one", "two"));
    environment.repository.git(&["merge", "--quiet", "--no-edit", "side"]);

    let plan = plan(&environment);

    assert_eq!(named(field(&plan, "settings", "data.level")).0, side);
    assert_eq!(named(field(&plan, "settings", "data.fixed")).0, main);
}

#[test]
fn what_isnt_committed_is_told_as_such_and_values_of_the_configuration_name_it() {
    let mut environment = chart();
    environment.write("values/prod.yaml", "level: warn\n");
    let dirty = plan(&environment);
    let change = field(&dirty, "settings", "data.level");
    assert_eq!((named(change).0, &change["uncommitted"]), ("nobody", &Value::Bool(true)), "{change}");

    environment.write("values/prod.yaml", "level: info\n");
    let configuration =
        environment.read("trueup.yaml").replace("values: [values/prod.yaml]", "set: {level: error}");
    let told = environment.commit_file("trueup.yaml", &configuration);
    let later = configuration.replace("{level: error}", "{level: error, other: 1}");
    environment.commit_file("trueup.yaml", &later);
    let plan = plan(&environment);
    assert_eq!(named(field(&plan, "settings", "data.level")), (told.as_str(), "trueup.yaml"));
}

#[test]
fn a_comparison_of_two_commits_names_what_jsonnet_was_changed_by() {
    let mut environment = with_source("dash/main.jsonnet", &[]);
    environment.write(
        "dash/main.jsonnet",
        "{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: import 'data.libsonnet' }\n",
    );
    environment.write("dash/data.libsonnet", "{ level: 'info' }\n");
    let first = environment.commit("Start");
    let second = environment.commit_file("dash/data.libsonnet", "{ level: 'warn' }\n");
    environment.commit_file("README.md", "about\n");

    let range = format!("{first}..HEAD");
    let diff = environment.trueup(&["diff", "prod", &range, "-o", "json"]).success().target();

    let change = field(&diff, "a", "data.level");
    assert_eq!(named(change), (second.as_str(), "dash/data.libsonnet"));
}

/// Charts of one template and one value each, deployed, and a log of what Helm renders.
fn charts(names: &[&str]) -> (TestEnvironment, Runs) {
    let sources = names.iter().map(|name| format!("charts/{name}")).collect::<Vec<_>>().join(", ");
    let mut environment = with_source(&sources, &[Tool::Helm4]);
    let runs = Runs { log: environment.outside().join("runs") };
    let script = environment.outside().join("helm");
    let (log, real) = (runs.log.display(), Tool::Helm4.program());
    let text = format!("#!/bin/sh\necho \"$*\" >> {log}\nexec {} \"$@\"\n", real.display());
    fs::write(&script, text).expect("a file");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("a mode");
    let tools = format!("tools: {{helm: {{program: {}}}}}\n", script.display());
    environment.write("trueup.yaml", &format!("{}{tools}", environment.read("trueup.yaml")));
    for name in names {
        environment.write(
            &format!("charts/{name}/Chart.yaml"),
            &format!("apiVersion: v2\nname: {name}\nversion: 0.1.0\n"),
        );
        environment.write(&format!("charts/{name}/values.yaml"), "level: info\n");
        let template = TEMPLATE.replace("name: settings", &format!("name: {name}"));
        environment.write(&format!("charts/{name}/templates/settings.yaml"), &template);
        let more = config_map(&format!("{name}-more"), "a", "1");
        environment.write(&format!("charts/{name}/templates/more.yaml"), &more);
    }
    environment.commit("Start");
    environment.apply();
    (environment, runs)
}

/// What the program ran for.
struct Runs {
    log: PathBuf,
}

impl Runs {
    /// The charts that were rendered meanwhile, each as often as it was.
    fn of(&self, run: impl FnOnce()) -> Vec<String> {
        fs::write(&self.log, "").expect("a file");
        run();
        let log = fs::read_to_string(&self.log).expect("a log");
        let chart = |line: &str| Some(line.split_once("./charts/")?.1.split(' ').next()?.to_owned());
        let mut charts: Vec<String> = log.lines().filter_map(chart).collect();
        charts.sort();
        charts
    }
}

/// The target of a plan for which nothing is kept from earlier runs.
#[track_caller]
fn uncached(environment: &TestEnvironment) -> Value {
    environment.trueup(&["plan", "prod", "--no-cache", "-o", "json"]).success().target()
}

#[test]
fn only_charts_whose_objects_changed_are_rendered_for_their_commits() {
    let (mut environment, runs) = charts(&["a", "b", "c"]);
    let raised = environment.commit_file("charts/b/values.yaml", "level: warn\n");
    let made = runs.of(|| {
        let plan = uncached(&environment);
        assert_eq!(named(field(&plan, "b", "data.level")), (raised.as_str(), "charts/b/values.yaml"));
    });
    assert_eq!(made, ["a", "b", "b", "c"], "as it is, and as it was before that commit");

    environment.write("charts/a/values.yaml", "level: error\n");
    let made = runs.of(|| {
        let plan = uncached(&environment);
        assert_eq!(field(&plan, "a", "data.level")["uncommitted"], Value::Bool(true));
        assert_eq!(named(field(&plan, "b", "data.level")).0, raised);
    });
    assert_eq!(made, ["a", "a", "b", "b", "c"], "what isn't committed was never rendered");
}

#[test]
fn for_what_is_gone_only_charts_are_rendered_that_can_have_lost_it() {
    let (mut environment, runs) = charts(&["a", "b", "c"]);
    environment.remove("charts/b/templates/more.yaml");
    let removed = environment.commit("Remove it");
    environment.commit_file("charts/c/values.yaml", "level: info # as ever\n");
    let made = runs.of(|| {
        let plan = uncached(&environment);
        assert_eq!(named(action(&plan, "ConfigMap/b-more")).0, removed);
    });
    assert_eq!(made, ["a", "b", "b", "c"]);
}

#[test]
fn for_objects_that_stood_in_files_no_chart_is_rendered_again() {
    let (mut environment, runs) = charts(&["a", "b"]);
    let configuration = environment.read("trueup.yaml");
    environment.write("trueup.yaml", &configuration.replace("[charts/a", "[plain, charts/a"));
    environment.write("plain/one.yaml", &config_map("one", "a", "1"));
    environment.write("plain/two.yaml", &config_map("two", "a", "1"));
    environment.commit("Add files");
    environment.apply();
    environment.remove("plain/two.yaml");
    let removed = environment.commit("Remove one");
    environment.commit_file("charts/a/values.yaml", "level: info # as ever\n");
    let made = runs.of(|| {
        let plan = uncached(&environment);
        assert_eq!(named(action(&plan, "ConfigMap/two")), (removed.as_str(), "plain/two.yaml"));
    });
    assert_eq!(made, ["a", "b"]);
}

#[test]
fn what_a_base_made_that_is_no_longer_named_has_its_commit() {
    let mut environment = with_source("deploy/prod", &[Tool::Kustomize]);
    environment.write("deploy/prod/kustomization.yaml", "resources: [../base, ../more]\n");
    for name in ["base", "more"] {
        environment.write(&format!("deploy/{name}/kustomization.yaml"), "resources: [a.yaml]\n");
        environment.write(&format!("deploy/{name}/a.yaml"), &config_map(name, "level", "x"));
    }
    environment.commit("Start");
    environment.apply();
    let dropped = environment.commit_file("deploy/prod/kustomization.yaml", "resources: [../base]\n");

    let plan = uncached(&environment);

    let file = "deploy/prod/kustomization.yaml";
    assert_eq!(named(action(&plan, "ConfigMap/more")), (dropped.as_str(), file));
}
