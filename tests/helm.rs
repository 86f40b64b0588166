//! Helm charts, rendered by the real Helm, 3 and 4.

use trueup::json::Value;

use std::process::Command;

use crate::harness::TestEnvironment;
use crate::harness::manifests::{config_map, definition_of_tills};
use crate::harness::tools::Tool;

/// A chart, with a source that says how it's rendered.
fn chart(tool: Tool, source: &str) -> TestEnvironment {
    let environment = TestEnvironment::new().with_tools(&[tool]);
    let sources = format!("sources: [{source}]\n");
    environment.write("trueup.yaml", &environment.configuration().replace("sources: deploy\n", &sources));
    environment.write("charts/web/Chart.yaml", "apiVersion: v2\nname: shop-web\nversion: 0.1.0\n");
    environment.write("charts/web/values.yaml", "replicas: 1\nlevel: debug\n");
    environment.write(
        "charts/web/templates/settings.yaml",
        "apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-settings
data:
  namespace: {{ .Release.Namespace }}
  replicas: {{ .Values.replicas | quote }}
  type: {{ kindOf .Values.replicas }}
  level: {{ .Values.level }}
",
    );
    environment
}

const PLAIN: &str = "charts/web";

#[test]
fn objects_are_rendered_with_their_templates() {
    for tool in [Tool::Helm3, Tool::Helm4] {
        let environment = chart(tool, PLAIN);
        environment.write("charts/web/templates/NOTES.txt", "Thanks.\n");
        environment.write("charts/web/crds/tills.yaml", "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: tills.shop.example}\n");
        let tested =
            config_map("tested", "a", "1").replace("\ndata:", "\n  annotations: {helm.sh/hook: test}\ndata:");
        environment.write("charts/web/templates/tests/test.yaml", &tested);
        let before = config_map("before", "a", "1")
            .replace("\ndata:", "\n  annotations: {helm.sh/hook: pre-upgrade}\ndata:");
        environment.write("charts/web/templates/hook.yaml", &before);

        let run = environment.trueup(&["render", "prod"]).success();

        insta::allow_duplicates! { insta::assert_snapshot!(run.snapshot(), @r#"
        $ trueup render prod
        ---
        # charts/web/crds/tills.yaml:1:1
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata:
          name: tills.shop.example
        ---
        # charts/web/templates/settings.yaml:1:1
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: web-settings
          namespace: $NAMESPACE
        data:
          level: debug
          namespace: $NAMESPACE
          replicas: "1"
          type: float64
        ---
        # charts/web/templates/hook.yaml:1:1
        apiVersion: v1
        kind: ConfigMap
        metadata:
          annotations:
            helm.sh/hook: pre-upgrade
          name: before
          namespace: $NAMESPACE
        data:
          a: "1"
        --- exit status 0
        "#); }
    }
}

#[test]
fn values_come_from_files_and_from_the_source_and_keep_their_types() {
    for tool in [Tool::Helm3, Tool::Helm4] {
        let environment = chart(
            tool,
            "{path: charts/web, release: front, values: [values/all.yaml, values/prod.yaml], set: {replicas: 3}}",
        );
        environment.write("values/all.yaml", "level: info\nreplicas: 2\n");
        environment.write("values/prod.yaml", "level: warn\n");
        let objects = environment.trueup(&["render", "prod", "-o", "json"]).success().json();
        let data = &objects["objects"][0]["manifest"]["data"];
        assert_eq!(
            (&data["level"], &data["replicas"], &data["type"]),
            (&"warn".into(), &"3".into(), &"int64".into()),
            "{objects}"
        );
        assert_eq!(objects["objects"][0]["manifest"]["metadata"]["name"], "front-settings");
        assert_eq!(data["namespace"], environment.namespace.as_str());
    }
    let environment = chart(Tool::Helm4, "{path: charts/web, set: {replicas: '3'}}");
    environment.trueup(&["render", "prod"]).success().prints("type: string");
}

#[test]
fn a_mistake_in_a_file_of_values_is_told_with_its_line() {
    for tool in [Tool::Helm3, Tool::Helm4] {
        let environment = chart(tool, "{path: charts/web, values: [values/all.yaml]}");
        environment.write("values/all.yaml", "level: info\nhosts: [\nreplicas: 2\n");
        environment.trueup(&["render", "prod"]).exits(1).complains(" --> values/all.yaml:3\n");
    }
}

#[test]
fn lists_and_maps_are_set_and_null_takes_a_value_away() {
    for tool in [Tool::Helm3, Tool::Helm4] {
        let set = "{ports: [80, {name: 'a,b'}], labels: {a.b/c: x}, level: null, off: false}";
        let environment = chart(tool, &format!("{{path: charts/web, set: {set}}}"));
        let printed =
            "{{ list .Values.ports .Values.labels (hasKey .Values `level`) .Values.off | toJson | quote }}";
        environment.write(
            "charts/web/templates/set.yaml",
            &format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: set}}\ndata: {{all: {printed}}}\n"),
        );

        let run = environment.trueup(&["render", "prod", "-o", "json"]).success().json();

        let mut objects = run["objects"].as_array().expect("objects").iter();
        let set = objects.find(|object| object["manifest"]["metadata"]["name"] == "set").expect("rendered");
        let expected = r#"[[80,{"name":"a,b"}],{"a.b/c":"x"},false,false]"#;
        assert_eq!(set["manifest"]["data"]["all"], expected);
    }
}

#[test]
fn whole_numbers_get_to_a_chart_whole() {
    for tool in [Tool::Helm3, Tool::Helm4] {
        let environment = chart(tool, "{path: charts/web, set: {replicas: 9007199254740993}}");
        environment.trueup(&["render", "prod"]).success().prints("replicas: \"9007199254740993\"");
    }
}

#[test]
fn what_helm_would_not_read_as_a_path_is_refused_where_it_is_written() {
    let environment = chart(Tool::Helm4, "{path: charts/web, set: {\"hosts[0\": x}}");
    let run = environment.trueup(&["render", "prod"]).exits(1);
    run.complains("\"hosts[0\" isn't a path to a value of a chart").complains("--> trueup.yaml:");
}

#[test]
fn a_chart_is_deployed_for_the_cluster_at_hand() {
    let mut environment = chart(Tool::Helm4, PLAIN);
    environment.write(
        "charts/web/templates/known.yaml",
        "{{ if .Capabilities.APIVersions.Has \"apps/v1/Deployment\" }}
apiVersion: v1
kind: ConfigMap
metadata:
  name: known
data:
  version: {{ .Capabilities.KubeVersion.Version }}
  sandbox: {{ .Capabilities.APIVersions.Has \"nothing.example/v1\" | quote }}
{{ end }}",
    );
    environment.commit("Start");
    let plan = environment.trueup(&["plan", "prod", "-o", "json"]).success().target();
    let version = plan["cluster"]["version"].clone();

    environment.apply();

    let known = environment.live_object("v1/configmaps/known");
    assert_eq!((&known["data"]["version"], &known["data"]["sandbox"]), (&version, &"false".into()));
    assert_eq!(environment.live_object("v1/configmaps/web-settings")["data"]["level"], "debug");
    environment.trueup(&["plan", "prod", "--exit-code"]).success();
    let source = plan["actions"].as_array().expect("actions").iter().find_map(|action| {
        (action["object"]["name"] == "web-settings").then(|| action["source"]["path"].clone())
    });
    assert_eq!(source, Some(Value::from("charts/web/templates/settings.yaml")));
}

#[test]
fn what_a_chart_defines_itself_counts_from_the_first_plan_on() {
    let mut environment = chart(Tool::Helm4, PLAIN);
    let group = format!("{}.example.dev", environment.namespace);
    let versions =
        "  - name: v1\n    served: true\n    storage: true\n    schema: {openAPIV3Schema: {type: object}}\n";
    environment.write("charts/web/crds/tills.yaml", &definition_of_tills(&group, versions));
    let known = format!("{{{{ .Capabilities.APIVersions.Has `{group}/v1/Till` }}}}");
    environment.write("charts/web/templates/till.yaml", &config_map("till", "known", &known));
    environment.commit("Start");
    environment.trueup(&["render", "prod"]).success().prints("known: \"true\"");

    environment.apply();

    environment.trueup(&["plan", "prod", "--exit-code"]).success();
    assert_eq!(environment.live_object("v1/configmaps/till")["data"]["known"], "true");
}

#[test]
fn a_chart_that_is_another_one_each_time_is_warned_of() {
    let mut environment = chart(Tool::Helm4, PLAIN);
    let drawn = config_map("drawn", "at", "{{ randAlphaNum 8 }}");
    environment.write("charts/web/templates/drawn.yaml", &drawn);
    environment.write("charts/web/templates/_lib.tpl", "{{ define \"unused\" }}{{ now }}{{ end }}");
    environment.commit("Start");
    let warning = "warning: charts/web/templates/drawn.yaml: what this makes is something else each time";
    environment.trueup(&["render", "prod"]).success().complains(warning);

    environment.apply().prints(warning);

    environment.trueup(&["plan", "prod"]).success().prints(warning);
    let ignored = drawn
        .replace("  name: drawn\n", "  name: drawn\n  annotations: {trueup.dev/ignore-fields: data.at}\n");
    environment.commit_file("charts/web/templates/drawn.yaml", &ignored);
    environment.apply();
    environment.trueup(&["plan", "prod", "--exit-code"]).success().never_says("each time");
    environment.write("charts/web/templates/drawn.yaml", &config_map("drawn", "at", "noon"));
    environment.trueup(&["render", "prod"]).success().never_says("each time");
}

#[test]
fn objects_of_a_chart_under_another_name_name_its_templates() {
    let environment = chart(Tool::Helm4, PLAIN);
    let needs = "dependencies: [{name: cache, version: 0.1.0, alias: sessions}]\n";
    environment.write("charts/web/Chart.yaml", &(environment.read("charts/web/Chart.yaml") + needs));
    environment.write("charts/web/charts/cache/Chart.yaml", "apiVersion: v2\nname: cache\nversion: 0.1.0\n");
    environment.write("charts/web/charts/cache/templates/a.yaml", &config_map("{{ .Chart.Name }}", "a", "1"));

    let run = environment.trueup(&["render", "prod"]).success();

    run.prints("# charts/web/charts/cache/templates/a.yaml:1:1").prints("name: sessions");
}

#[test]
fn a_template_that_leaves_takes_its_objects_along() {
    let mut environment = chart(Tool::Helm4, PLAIN);
    environment.write("charts/web/templates/more.yaml", &config_map("more", "a", "1"));
    environment.commit("Start");
    environment.apply();
    environment.remove("charts/web/templates/more.yaml");
    environment.commit("Less");

    environment.apply();

    assert!(environment.live("v1/configmaps/more").is_none());
}

#[test]
fn a_commit_is_rendered_with_its_values() {
    let mut environment = chart(Tool::Helm4, "{path: charts/web, values: [values.yaml]}");
    environment.commit_file("values.yaml", "level: one\n");
    environment.commit_file("values.yaml", "level: two\n");

    environment.trueup(&["render", "prod", "--ref", "HEAD~1"]).success().prints("level: one");
    let compared = environment.trueup(&["diff", "prod", "HEAD~1..HEAD"]).success();
    compared.prints("data.level").prints("two");
    environment.write("values.yaml", "level: three\n");
    environment.trueup(&["apply", "prod", "--yes"]).exits(1).complains("values.yaml");
}

#[test]
fn what_is_wrong_in_a_template_is_told_with_its_place() {
    for (tool, template, place) in [
        (Tool::Helm3, "a: {{ .Values.x.y.z }}\n", "charts/web/templates/bad.yaml:1:14"),
        (Tool::Helm4, "a: {{ .Values.x.y.z }}\n", "charts/web/templates/bad.yaml:1:14"),
        (Tool::Helm4, "a: 1\nb: {{ if }}\n", "charts/web/templates/bad.yaml:2\n"),
        (Tool::Helm4, "a: 1\n b: 2\n", "charts/web/templates/bad.yaml\n"),
        (Tool::Helm4, "a: {{ fail \"not today\" }}\n", "charts/web/templates/bad.yaml:1:7"),
    ] {
        let environment = chart(tool, PLAIN);
        environment.write("charts/web/templates/bad.yaml", template);
        let run = environment.trueup(&["render", "prod"]).exits(1);
        run.complains("error: helm couldn't render charts/web\n")
            .complains(&format!(" --> {place}"))
            .never_says("/tmp/");
    }
    let environment = chart(Tool::Helm4, PLAIN);
    environment.write("charts/web/templates/bad.yaml", "\napiVersion: v1\nkind: ConfigMap\n");
    let run = environment.trueup(&["render", "prod"]).exits(1);
    run.complains("metadata is missing")
        .complains(" --> charts/web/templates/bad.yaml\n")
        .complains("of what Helm renders");
}

#[test]
fn charts_that_it_needs_are_vendored_or_fetched_when_that_is_allowed() {
    for tool in [Tool::Helm3, Tool::Helm4] {
        let environment = chart(tool, PLAIN);
        let needs = "apiVersion: v2\nname: shop-web\nversion: 0.1.0\ndependencies: [{name: common, version: 1.0.0, repository: 'file://../common'}]\n";
        environment.write("charts/web/Chart.yaml", needs);
        environment.write("charts/common/Chart.yaml", "apiVersion: v2\nname: common\nversion: 1.0.0\n");
        environment.write("charts/common/templates/common.yaml", &config_map("common", "a", "1"));
        let run = environment.trueup(&["render", "prod"]).exits(1);
        run.complains("missing in charts/ directory: common")
            .complains("hint: `helm dependency build charts/web`");

        let fetching = environment
            .read("trueup.yaml")
            .replace("[charts/web]", "[{path: charts/web, renderer: helm, dependencies: fetch}]");
        environment.write("trueup.yaml", &fetching);
        environment.trueup(&["render", "prod"]).success().prints("name: common");
        assert!(!environment.root().join("charts/web/charts").exists(), "the work tree stays as it is");

        environment.write("trueup.yaml", &fetching.replace(", renderer: helm, dependencies: fetch", ""));
        environment
            .write("charts/web/charts/common/Chart.yaml", "apiVersion: v2\nname: common\nversion: 1.0.0\n");
        environment
            .write("charts/web/charts/common/templates/common.yaml", &config_map("vendored", "a", "1"));
        let run = environment.trueup(&["render", "prod"]).success().prints("name: vendored");
        assert!(run.stdout.contains("# charts/web/charts/common/templates/common.yaml"), "{run}");
    }
}

#[test]
fn a_chart_that_asks_the_cluster_is_refused() {
    let environment = chart(Tool::Helm4, PLAIN);
    let helper = "{{ define \"password\" }}\n{{ $old := lookup \"v1\" \"Secret\" .Release.Namespace \"web\" }}{{ if $old }}old{{ else }}new{{ end }}\n{{ end }}\n";
    environment.write("charts/web/templates/_helpers.tpl", helper);
    environment.trueup(&["render", "prod"]).success();
    environment.write("charts/web/templates/secret.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: asked}\ndata:\n  p: {{ include \"password\" . | trim }}\n");

    let run = environment.trueup(&["render", "prod"]).exits(1);
    run.complains("looks objects up in the cluster").complains(" --> charts/web/templates/_helpers.tpl:2");

    let allowed =
        environment.read("trueup.yaml").replace("[charts/web]", "[{path: charts/web, lookup: empty}]");
    environment.write("trueup.yaml", &allowed);
    environment.trueup(&["render", "prod"]).success().prints("p: new");
}

#[test]
fn a_chart_in_an_archive_that_asks_the_cluster_is_refused_too() {
    for tool in [Tool::Helm3, Tool::Helm4] {
        let environment = chart(tool, PLAIN);
        environment.write("common/Chart.yaml", "apiVersion: v2\nname: common\nversion: 1.0.0\n");
        let asking = config_map("asked", "p", "{{ lookup `v1` `Secret` `` `x` | len }}");
        environment.write("common/templates/asked.yaml", &asking);
        let needs = "apiVersion: v2\nname: shop-web\nversion: 0.1.0\ndependencies: [{name: common, version: 1.0.0, repository: 'file://../../common'}]\n";
        environment.write("charts/web/Chart.yaml", needs);
        let fetching = environment
            .read("trueup.yaml")
            .replace("[charts/web]", "[{path: charts/web, renderer: helm, dependencies: fetch}]");
        let vendored = environment.read("trueup.yaml");
        environment.write("trueup.yaml", &fetching);
        let run = environment.trueup(&["render", "prod"]).exits(1);
        run.complains("looks objects up in the cluster").complains("common/templates/asked.yaml");

        let packed = Command::new(tool.program())
            .args(["package", "common", "--destination", "charts/web/charts"])
            .current_dir(environment.root())
            .output()
            .expect("Helm");
        assert!(packed.status.success(), "{}", String::from_utf8_lossy(&packed.stderr));
        environment.remove("common/templates/asked.yaml");
        environment.write("trueup.yaml", &vendored);
        let run = environment.trueup(&["render", "prod"]).exits(1);
        run.complains(" --> charts/web/charts/common-1.0.0.tgz")
            .complains("it's at common/templates/asked.yaml:6 in the archive");

        environment
            .write("trueup.yaml", &vendored.replace("[charts/web]", "[{path: charts/web, lookup: empty}]"));
        environment.trueup(&["render", "prod"]).success().prints("p: \"0\"");
    }
}

#[test]
fn variables_of_the_user_have_no_effect() {
    let environment =
        chart(Tool::Helm4, PLAIN).variable("HELM_NAMESPACE", "other").variable("HELM_KUBEVERSION", "v1.2.3");
    environment.trueup(&["render", "prod"]).success().never_says("other");
}

#[test]
fn check_renders_for_the_version_that_is_asked_for() {
    let environment = chart(Tool::Helm4, PLAIN);
    environment.write(
        "charts/web/Chart.yaml",
        "apiVersion: v2\nname: shop-web\nversion: 0.1.0\nkubeVersion: '>=1.33.0'\n",
    );
    environment.trueup(&["check", "prod", "--kubernetes-version", "1.34"]).success();
    environment
        .trueup(&["check", "prod", "--kubernetes-version", "1.30"])
        .exits(1)
        .prints("chart requires kubeVersion");
}

#[test]
fn a_chart_that_a_sparse_checkout_leaves_out_is_told_as_such() {
    let mut environment = chart(Tool::Helm4, "{path: charts/web, renderer: helm}");
    environment.write("deploy/a.yaml", &config_map("a", "a", "1"));
    environment.commit("Start");
    environment.repository.git(&["sparse-checkout", "set", "deploy"]);

    let run = environment.trueup(&["render", "prod"]).exits(1);

    run.complains("charts/web isn't in the work tree: the checkout is sparse").never_says("doesn't exist");
    environment.trueup(&["render", "prod", "--ref", "HEAD"]).success();
}

#[test]
fn a_chart_without_objects_is_an_error() {
    let environment = chart(Tool::Helm4, PLAIN);
    environment.write("charts/web/templates/settings.yaml", "{{ if .Values.enabled }}a: 1{{ end }}\n");
    environment.trueup(&["render", "prod"]).exits(1).complains("charts/web is rendered to nothing");
}
