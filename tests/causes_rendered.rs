//! Which commit asked for what a renderer made.

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
