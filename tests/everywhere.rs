//! One commit is rendered alike wherever it's rendered, by every renderer.

use std::fs;
use std::path::Path;

use crate::harness::TestEnvironment;
use crate::harness::manifests::config_map;
use crate::harness::tools::Tool;

/// Four sources, one for each renderer, in two commits.
fn shop() -> TestEnvironment {
    let mut environment = TestEnvironment::new().with_tools(&[Tool::Kustomize, Tool::Helm4]);
    let sources = "sources:
  - {path: deploy, substitute: true}
  - overlay
  - {path: chart, values: [values.yaml], set: {replicas: 3}}
  - {path: dash/main.jsonnet, ext: {zone: eu, size: 1.5}, substitute: true}
";
    let configuration = environment.configuration().replace("sources: deploy\n", sources);
    environment.write("trueup.yaml", &format!("{configuration}    vars: {{REGION: eu-1, COUNT: 4}}\n"));
    environment.write("deploy/plain.yaml", &config_map("plain", "a", "${REGION} ${COUNT} ünïcode"));
    environment.write(
        "overlay/kustomization.yaml",
        "namePrefix: shop-\nresources: [../base]\nconfigMapGenerator: [{name: made, files: [text.txt]}]\n",
    );
    environment.write("overlay/text.txt", "one\r\ntwo\n");
    environment.write("base/kustomization.yaml", "resources: [a.yaml]\n");
    environment.write("base/a.yaml", &config_map("kustomized", "a", "1"));
    environment.write("chart/Chart.yaml", "apiVersion: v2\nname: chart\nversion: 1.0.0\n");
    environment.write("values.yaml", "level: info\n");
    let template = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: helmed}\ndata: {level: '{{ .Values.level }}', replicas: '{{ .Values.replicas }}', release: '{{ .Release.Name }}', place: '{{ .Template.BasePath }}'}\n";
    environment.write("chart/templates/a.yaml", template);
    environment.write("dash/main.jsonnet", "{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'evaluated' }, data: { zone: std.extVar('zone'), size: '%s' % std.extVar('size'), file: std.thisFile, count: '${COUNT}' } + import 'more.libsonnet' }\n");
    environment.write("dash/more.libsonnet", "{ more: 'yes' }\n");
    environment.commit("Start");
    environment
}

const NAMES: [&str; 4] = ["plain", "shop-kustomized", "helmed", "evaluated"];

/// Changes what each renderer gets.
fn change(environment: &TestEnvironment) {
    environment.write("deploy/plain.yaml", &config_map("plain", "a", "other"));
    environment.write("base/a.yaml", &config_map("kustomized", "a", "2"));
    environment.write("values.yaml", "level: warn\n");
    environment.write("dash/more.libsonnet", "{ more: 'no' }\n");
}

#[test]
fn a_work_tree_a_commit_another_clone_and_a_bare_one_give_the_same_bytes() {
    let environment = shop();
    let rendered = environment.trueup(&["render", "prod"]).success().stdout;
    for name in NAMES {
        assert!(rendered.contains(&format!("name: {name}\n")), "{name}: {rendered}");
    }
    let clone = |name: &str, option: &str| {
        let folder = environment.outside().join(name);
        let to = folder.to_str().expect("UTF-8");
        environment.repository.git(&["clone", "--quiet", option, ".", to]);
        folder
    };
    let (other, bare) = (clone("a deeper/place for it", "--no-local"), clone("bare.git", "--bare"));
    change(&environment);

    let same = |folder: &Path, arguments: &[&str]| {
        let run = environment.trueup_in(folder, arguments).success();
        assert_eq!(run.stdout, rendered, "{arguments:?} in {}", folder.display());
    };
    same(environment.root(), &["render", "prod", "--ref", "HEAD"]);
    same(environment.root(), &["render", "prod", "--ref", "HEAD", "--no-cache"]);
    same(&other, &["render", "prod"]);
    same(&other, &["render", "prod", "--no-cache"]);
    same(&bare, &["render", "prod", "--ref", "main"]);
    same(&bare, &["render", "prod", "--ref", "main", "--no-cache"]);
    fs::create_dir_all(other.join("dash/deep")).expect("a folder");
    same(&other.join("dash/deep"), &["render", "prod"]);
}

#[test]
fn a_rollback_deploys_what_the_first_deployment_did() {
    let mut environment = shop();
    environment.apply();
    let made = environment.trueup(&["render", "prod", "-o", "json"]).success().stdout;
    let contents = |environment: &TestEnvironment| {
        NAMES.map(|name| environment.live_object(&format!("v1/configmaps/{name}"))["data"].to_string())
    };
    let first = contents(&environment);
    change(&environment);
    let second = environment.commit("Change");
    environment.apply();
    let changed = contents(&environment);
    assert!(first.iter().zip(&changed).all(|(one, other)| one != other), "{first:?} {changed:?}");

    environment.trueup(&["rollback", "prod", "--yes"]).success();

    assert_eq!(contents(&environment), first);
    environment.trueup(&["plan", "prod", "--ref", "HEAD~1", "--exit-code"]).success();
    assert_eq!(
        environment.trueup(&["render", "prod", "-o", "json", "--ref", "HEAD~1"]).success().stdout,
        made
    );
    environment.trueup(&["render", "prod", "--ref", &second]).success().prints("level: warn");
}
