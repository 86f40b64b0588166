//! Files as people write them: what they mean, and what is said about them
//! when they're wrong.

use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;

const FILE: &str = "\
version: 1
name: shop
state: {namespace: deploys}
sources: deploy/base
defaults:
  namespace: shop
  wait: {timeout: 1h}
  limits: {delete: 5}
  protect: [Namespace]
environments:
  dev:
  staging:
    context: staging
    sources: [deploy/base, deploy/staging]
  prod:
    context: production
    kubeconfig: ./kubeconfig
    cluster: {uid: 0b3cf4f5-3e69-4b8c-a35c-0a6b2e5d1f00}
    namespace: shop-prod
    sources:
      - {path: deploy/prod, renderer: plain}
    wait: {timeout: 10m}
    limits: {delete: 20%}
    protect: [StatefulSet.apps, Secret]
ignore:
  - {kind: Deployment, fields: [spec.replicas], managers: [keda-operator]}
conflicts:
  - {kind: ConfigMap, name: 'a-*', fields: ['data.*'], managers: [x], do: yield}
  - {do: fail}
adopt: [{from: helm, name: web}]
history: {keep: 7}
secrets: {sops: {age-key-file: ~/keys.txt}}
git: {fetch: true}
";

#[track_caller]
fn config(text: &str) -> Config {
    parse(text, "trueup.yaml").unwrap_or_else(|diagnostics| panic!("{diagnostics:#?}"))
}

fn complaints(text: &str) -> String {
    let diagnostics = parse(text, "trueup.yaml").expect_err("refused");
    diagnostics.iter().map(complaint).collect()
}

fn complaint(diagnostic: &Diagnostic) -> String {
    let place = diagnostic.location.as_ref().map_or_else(String::new, ToString::to_string);
    let mut lines = vec![format!("{place}: {}\n", diagnostic.message)];
    lines.extend(diagnostic.hints.iter().map(|hint| format!("  hint: {hint}\n")));
    lines.concat()
}

#[test]
fn sources_know_where_they_are_written() {
    let config = config(FILE);
    let places = |name: &str| {
        let environment = config.environment(name).expect("known");
        environment.source_places.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(places("dev"), "trueup.yaml:4:10");
    assert_eq!(places("staging"), "trueup.yaml:14:15 trueup.yaml:14:28");
    assert_eq!(places("prod"), "trueup.yaml:21:9");
}

#[test]
fn rules_are_the_same_for_all_environments() {
    let config = config(FILE);
    let rules = &config.environment("dev").expect("known").rules;
    assert_eq!(*rules, config.environment("prod").expect("known").rules);
    assert_eq!((rules.ignore.len(), rules.conflicts.len(), rules.may_yield()), (1, 2, true));
    let helm = FormerOwner { from: Tool::Helm, name: "web".into() };
    assert_eq!(rules.adoption, Adoption::Unclaimed(vec![helm]));
}

#[test]
fn environments_lie_over_the_defaults() {
    let config = config(FILE);
    let prod = config.environment("prod").expect("known");
    assert_eq!(
        *prod,
        Environment {
            name: "prod".into(),
            project: "shop".into(),
            schemas: Vec::new(),
            vars: BTreeMap::new(),
            sources: vec![SourceItem {
                path: "deploy/prod".into(),
                renderer: Some(Renderer::Plain),
                ..SourceItem::default()
            }],
            source_places: vec![Location::at("trueup.yaml", 21, 9)],
            context: Some("production".into()),
            kubeconfig: Some("./kubeconfig".into()),
            cluster_uid: Some("0b3cf4f5-3e69-4b8c-a35c-0a6b2e5d1f00".into()),
            namespace: Some("shop-prod".into()),
            state_namespace: Some("deploys".into()),
            wait_timeout: Duration::from_secs(600),
            delete_limit: Limit::Percent(20),
            replace_limit: Limit::Count(0),
            requires: Requirements::default(),
            rollback_on_failure: false,
            protect: vec!["StatefulSet.apps".parse().expect("a kind"), "Secret".parse().expect("a kind")],
            // What is the same for all environments has a test of its own.
            rules: prod.rules.clone(),
            fetches: true,
            history_keep: 7,
            tools: Tools::default(),
            age_key_file: Some("~/keys.txt".into()),
        }
    );
    let dev = config.environment("dev").expect("known");
    assert_eq!((dev.namespace.as_deref(), dev.wait_timeout), (Some("shop"), Duration::from_secs(3600)));
    assert_eq!((dev.delete_limit, dev.protect.len()), (Limit::Count(5), 1));
    let paths: Vec<_> = dev.sources.iter().map(|source| source.path.as_str()).collect();
    assert_eq!(paths, ["deploy/base"]);
}

#[test]
fn the_smallest_file_leaves_everything_to_the_defaults() {
    let config = config("{version: 1, name: shop, environments: {dev: {}}}");
    let dev = &config.environments[0];
    assert_eq!(
        (dev.context.as_ref(), dev.namespace.as_ref(), dev.state_namespace.as_ref()),
        (None, None, None)
    );
    assert_eq!((dev.wait_timeout, dev.delete_limit), (Duration::from_secs(300), Limit::Percent(20)));
    let protected: Vec<_> = dev.protect.iter().map(ToString::to_string).collect();
    assert_eq!(protected, ["Namespace", "PersistentVolumeClaim", "CustomResourceDefinition"]);
    assert_eq!((dev.history_keep, dev.sources[0].path.as_str()), (20, "."));
    assert!(!dev.fetches);
}

#[test]
fn records_live_in_the_environments_namespace_unless_told_otherwise() {
    let config = config("{version: 1, name: shop, environments: {dev: {namespace: shop}}}");
    assert_eq!(config.environments[0].state_namespace.as_deref(), Some("shop"));
}

fn selected(names: &[&str], all: bool) -> Result<Vec<String>, String> {
    let names: Vec<_> = names.iter().map(ToString::to_string).collect();
    match config(FILE).select(&names, all) {
        Ok(environments) => Ok(environments.iter().map(|environment| environment.name.clone()).collect()),
        Err(diagnostic) => Err(complaint(&diagnostic)),
    }
}

#[test]
fn environments_are_selected_in_the_files_order() {
    let names = |names: &[&str]| Ok(names.iter().map(ToString::to_string).collect());
    assert_eq!(selected(&[], true), names(&["dev", "staging", "prod"]));
    assert_eq!(selected(&["prod", "dev", "prod"], false), names(&["dev", "prod"]));
    assert_eq!(selected(&["*d*", "prod"], false), names(&["dev", "prod"]));
    let one = config("{version: 1, name: shop, environments: {dev: {}}}");
    assert_eq!(one.select(&[], false).expect("the only one").len(), 1);
}

#[test]
fn an_environment_that_is_not_there_is_explained() {
    assert_snapshot!(selected(&["prdo"], false).expect_err("unknown"), @r#"
    trueup.yaml: unknown environment "prdo"
      hint: did you mean "prod"?
      hint: environments: dev, staging, prod
    "#);
    assert_snapshot!(selected(&["qa-*"], false).expect_err("unknown"), @r#"
    trueup.yaml: no environment matches "qa-*"
      hint: environments: dev, staging, prod
    "#);
    assert_snapshot!(selected(&[], false).expect_err("ambiguous"), @"
    trueup.yaml: several environments are configured, and none is named
      hint: environments: dev, staging, prod
      hint: name one, several, a pattern such as 'prod-*', or use --all
    ");
}

#[test]
fn everything_wrong_is_said_at_once_in_the_files_order() {
    let text = "\
version: 1
nmae: shop
name: 12
state: [deploys]
environments:
  prod:
    contxt: prod
    namespace: Shop
    context:
    rollout: {order: [[eu], [us]]}
    wait: {timeout: 90}
    limits: {delete: 120%, replace: 0}
    protect: [namespace]
    cluster: {uid: production}
    sources:
      - {path: /etc, renderer: jsonnet, release: web}
      - {renderer: helmm}
      - 3
  no: {}
  Dev: yes
history: {keep: 0}
notify: []
";
    assert_snapshot!(complaints(text), @r#"
    trueup.yaml:2:1: unknown key `nmae`
      hint: did you mean `name`?
    trueup.yaml:3:7: `name` must be a string, not a number
      hint: put it in quotes if it's meant as text
    trueup.yaml:4:8: `state` must be a map, not a list
    trueup.yaml:7:5: unknown key `environments.prod.contxt`
      hint: did you mean `context`?
    trueup.yaml:8:16: `environments.prod.namespace`: "Shop" isn't a name: lower-case letters, digits and `-` between them are allowed
    trueup.yaml:9:5: `environments.prod.context` is empty
    trueup.yaml:10:5: `environments.prod.rollout` isn't supported by this version of trueup
    trueup.yaml:11:21: `environments.prod.wait.timeout` must be a duration such as 5m, not a number
    trueup.yaml:12:22: `environments.prod.limits.delete`: "120%" isn't a limit: it must be a number of objects, or a percentage such as 20%
    trueup.yaml:13:15: `environments.prod.protect[0]`: "namespace" isn't a kind: it's written as in manifests, such as Namespace or Deployment.apps
    trueup.yaml:14:20: `environments.prod.cluster.uid`: "production" isn't a uid: `kubectl get namespace kube-system -o jsonpath={.metadata.uid}` prints it
    trueup.yaml:16:16: `environments.prod.sources[0].path`: "/etc" is absolute: it must be relative to this file
    trueup.yaml:16:41: `environments.prod.sources[0].release` means nothing to the renderer jsonnet
      hint: it's for helm
    trueup.yaml:17:9: `environments.prod.sources[1].path` is missing
    trueup.yaml:17:20: `environments.prod.sources[1].renderer` must be plain, kustomize, helm or jsonnet, not "helmm"
      hint: did you mean `helm`?
    trueup.yaml:18:9: `environments.prod.sources[2]` must be a string or a map, not a number
    trueup.yaml:20:3: `environments.Dev`: "Dev" isn't a name: lower-case letters, digits and `-` between them are allowed
    trueup.yaml:20:8: `environments.Dev` must be a map, not a boolean
    trueup.yaml:21:17: `history.keep` must be at least 1, not 0
    trueup.yaml:22:1: `notify` isn't supported by this version of trueup
    "#);
}

#[test]
fn what_must_be_there_is_missed() {
    assert_snapshot!(complaints("environments: {}\n"), @"
    trueup.yaml:1:1: `version` is missing
    trueup.yaml:1:1: `name` is missing
    trueup.yaml:1:1: `environments` is empty
    ");
    assert_snapshot!(complaints("# nothing yet\n"), @"
    trueup.yaml: this file is empty
      hint: the smallest is `{version: 1, name: shop, environments: {dev: {}}}`
    ");
    assert_snapshot!(complaints("- a\n"), @"trueup.yaml:1:1: this file must be a map, not a list");
    assert_snapshot!(complaints("version: 1\nname:\nenvironments:\n"), @"
    trueup.yaml:2:1: `name` is empty
    trueup.yaml:3:1: `environments` is empty
    ");
}

#[test]
fn numbers_have_their_bounds() {
    let with = |history: &str| {
        format!("{{version: 1, name: a, environments: {{b: {{}}}}, history: {{keep: {history}}}}}")
    };
    assert_snapshot!(complaints(&with("1.5")), @"trueup.yaml:1:62: `history.keep` must be a whole number, not a number with a fraction");
    assert_snapshot!(complaints(&with("99999999999")), @"trueup.yaml:1:62: `history.keep` must be at most 10000, not 99999999999");
    assert_snapshot!(complaints(&with("~")), @"trueup.yaml:1:56: `history.keep` is empty");
}

#[test]
fn another_version_says_only_that() {
    assert_snapshot!(complaints("version: 2\nnew: thing\n"), @"
    trueup.yaml:1:1: version 2 of trueup.yaml isn't known to this trueup, which reads version 1
      hint: update trueup
    ");
    assert_snapshot!(complaints("{version: 0, name: a, environments: {b: {}}}"), @"trueup.yaml:1:11: `version` must be 1, not 0");
}

#[test]
fn only_one_document_without_duplicates_is_a_configuration() {
    assert_snapshot!(complaints("version: 1\n---\nname: a\n"), @"trueup.yaml:3:1: a configuration is one document, and here starts another");
    assert_snapshot!(complaints("version: 1\nversion: 1\n"), @r#"trueup.yaml:2:1: duplicate key "version" (first at line 1)"#);
}

#[test]
fn names_must_fit_together_into_an_objects_name() {
    let text = format!(
        "version: 1\nname: {}\nenvironments:\n  {}:\n  {}:\n",
        "n".repeat(40),
        "e".repeat(15),
        "f".repeat(16)
    );
    assert_snapshot!(complaints(&text), @"
    trueup.yaml:5:3: `trueup-nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn-ffffffffffffffff`, which objects in the cluster are called, is longer than 63 characters
      hint: shorten the environment's name, or `name`
    ");
}

#[test]
fn every_key_of_the_contract_works_or_is_refused_by_name() {
    for key in ["movedFrom", "policies", "checks", "verify", "notify"] {
        let text = format!("{{version: 1, name: shop, environments: {{dev: {{}}}}, {key}: [] }}");
        assert!(complaints(&text).contains("isn't supported by this version"), "{key}");
    }
    for key in ["approval", "windows"] {
        let text = format!("{{version: 1, name: shop, environments: {{dev: {{requires: {{{key}: []}}}}}}}}");
        assert!(complaints(&text).contains("isn't supported by this version"), "{key}");
    }
    for key in ["clusters", "rollout"] {
        for place in ["environments: {dev: {KEY: {}}}", "defaults: {KEY: {}}, environments: {dev: {}}"] {
            let text = format!("{{version: 1, name: shop, {}}}", place.replace("KEY", key));
            assert!(complaints(&text).contains("isn't supported by this version"), "{text}");
        }
    }
}

#[test]
fn what_is_said_to_drift_is_set_for_all_and_for_each() {
    let text = "version: 1
name: shop
defaults: {requires: {drift: refuse}}
environments:
  dev: {requires: {drift: allow}}
  prod: {requires: }
";
    let config = parse(text, "trueup.yaml").expect("a configuration");
    let rules: Vec<DriftRule> =
        config.environments.iter().map(|environment| environment.requires.drift).collect();
    assert_eq!(rules, [DriftRule::Allow, DriftRule::Refuse]);
    let config =
        parse("{version: 1, name: a, environments: {b: {}}}", "trueup.yaml").expect("a configuration");
    assert_eq!(config.environments[0].requires.drift, DriftRule::Warn);
    let wrong = "version: 1\nname: a\nenvironments: {b: {requires: {drift: refused}}}\n";
    assert_snapshot!(complaints(wrong), @r#"
    trueup.yaml:3:38: `environments.b.requires.drift` must be allow, warn or refuse, not "refused"
      hint: did you mean `refuse`?
    "#);
}

#[test]
fn the_schema_lets_only_maps_be_empty() {
    let schema = schema();
    assert_eq!(schema["properties"]["defaults"]["anyOf"][1]["type"], "null");
    assert_eq!(schema["$defs"]["Settings"]["properties"]["namespace"]["type"], "string");
    assert_eq!(schema["$defs"]["Wait"]["properties"]["timeout"]["type"], "string");
    assert_eq!(
        schema["$defs"]["Settings"]["properties"]["sources"]["anyOf"].as_array().map(Vec::len),
        Some(1)
    );
}

#[test]
fn sources_say_how_they_are_rendered() {
    let text = "
version: 1
name: shop
tools: {kustomize: '>=5.4', helm: {version: '4', program: helm4}, timeout: 30s}
environments:
  prod:
    sources:
      - {path: charts/web, release: shop, values: [values/prod.yaml], set: {a: 1, b: 1.5, c: true, d: '1', e: [1], f: null}}
      - {path: deploy, renderer: kustomize, dependencies: fetch}
";
    let config = config(text);
    let prod = config.environment("prod").expect("known");
    let helm = prod.tools.helm.clone();
    assert_eq!(helm.version.map(|version| version.to_string()).as_deref(), Some("^4"));
    assert_eq!(helm.program, Some("helm4".into()));
    assert_eq!(prod.tools.kustomize.version.as_ref().map(ToString::to_string).as_deref(), Some(">=5.4"));
    assert_eq!(prod.tools.time, Duration::from_secs(30));
    let set =
        prod.sources[0].set.clone().expect("set").into_values().map(|AnyValue(value)| value.to_string());
    assert_eq!(set.collect::<Vec<_>>().join(" "), "1 1.5 true \"1\" [1] null");
    assert_eq!(prod.sources[1].dependencies, Some(Dependencies::Fetch));
}

#[test]
fn keys_of_another_renderer_are_refused() {
    let text = "
version: 1
name: shop
tools: {helm: 'new', kustomize: 5}
environments:
  prod:
    sources:
      - {path: a, renderer: plain, values: [x]}
      - {path: a, renderer: kustomize, set: {a: [1]}, release: Web}
      - {path: a, dependencies: fetch}
      - {path: a, dependencies: fetch, release: web}
      - {path: a.jsonnet, ext: {a: 9007199254740992, b: [{c: 9007199254740993}]}, tla: {d: -9007199254740993}}
";
    assert_snapshot!(complaints(text), @r#"
    trueup.yaml:4:15: `tools.helm`: "new" isn't a range of versions: it's written as ">=5.4", "4" or ">=3.10, <5"
    trueup.yaml:4:33: `tools.kustomize` must be a range of versions such as ">=5.4" or a map, not a number
    trueup.yaml:8:36: `environments.prod.sources[0].values` means nothing to the renderer plain
      hint: it's for helm
    trueup.yaml:9:40: `environments.prod.sources[1].set` means nothing to the renderer kustomize
      hint: it's for helm
    trueup.yaml:9:55: `environments.prod.sources[1].release` means nothing to the renderer kustomize
      hint: it's for helm
    trueup.yaml:9:64: `environments.prod.sources[1].release`: "Web" isn't a name: lower-case letters, digits and `-` between them are allowed
    trueup.yaml:10:19: `environments.prod.sources[2].dependencies` needs a `renderer` beside it
      hint: `renderer: helm` or `renderer: kustomize`
    trueup.yaml:12:62: `environments.prod.sources[4].ext.b[0].c` has more digits than Jsonnet's numbers have
      hint: give it as a text: "9007199254740993"
    trueup.yaml:12:92: `environments.prod.sources[4].tla.d` has more digits than Jsonnet's numbers have
      hint: give it as a text: "-9007199254740993"
    "#);
}

/// Lines out of which whole files may come together.
fn line() -> impl Strategy<Value = String> {
    let keys = "version|name|state|sources|defaults|environments|history|context|cluster|namespace|wait|limits|protect|ignore|conflicts|adopt|fields|managers|do|from|kind|uid|timeout|delete|keep|path|renderer|dev";
    let values = "| 1| shop| 5m| 20%| plain| .| [a, b]| [Namespace]| {}| []| ~| 2.5| true| {timeout: 1h}| {path: a}| [{path: a}]| [{fields: [spec.a]}]| [{kind: A, fields: [], managers: [a]}]| [{do: take}]| [{do: x, name: a}]| [{from: helm, name: a}]| yield| never";
    let pick = |words: &'static str| prop::sample::select(words.split('|').collect::<Vec<_>>());
    (0usize..3, pick(keys), pick(values))
        .prop_map(|(depth, key, value)| format!("{}{key}:{value}\n", "  ".repeat(depth)))
}

proptest! {
    #[test]
    fn what_the_schema_lets_pass_the_types_take(lines in prop::collection::vec(line(), 0..8)) {
        let text = format!("version: 1\nname: shop\nenvironments:\n  prod:\n{}", lines.concat());
        for diagnostic in parse(&text, "trueup.yaml").err().into_iter().flatten() {
            let line = diagnostic.location.as_ref().and_then(|location| location.line);
            prop_assert!(line.is_some(), "{}: {:?}", text, diagnostic);
        }
    }
}
