//! Jsonnet files: what they come to, what they may read, and where their errors are.

use std::os::unix::fs::symlink;

use crate::harness::TestEnvironment;

/// A Jsonnet file as this source.
fn jsonnet(source: &str, text: &str) -> TestEnvironment {
    let environment = TestEnvironment::new();
    let sources = format!("sources: [{source}]\n");
    environment.write("trueup.yaml", &environment.configuration().replace("sources: deploy\n", &sources));
    environment.write("dash/main.jsonnet", text);
    environment
}

const PLAIN: &str = "dash/main.jsonnet";

const LIBRARY: &str = "{ map(name, data={}):: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: name }, data: data } }\n";

#[test]
fn manifests_are_found_wherever_they_stand_in_the_result() {
    let text = "local lib = import 'lib/maps.libsonnet';
{
  settings: lib.map('settings', { level: std.extVar('level'), replicas: '%d' % (std.extVar('replicas') + 1) }),
  more: { deep: [lib.map('deep', { text: importstr 'text.txt' }), null] },
  list: { apiVersion: 'v1', kind: 'List', items: [lib.map('one'), lib.map('two')] },
  nothing: {},
}
";
    let source = "{path: dash/main.jsonnet, renderer: jsonnet, ext: {level: info, replicas: 2}}";
    let environment = jsonnet(source, text);
    environment.write("vendor/lib/maps.libsonnet", LIBRARY);
    environment.write("dash/text.txt", "hello\n");

    let run = environment.trueup(&["render", "prod"]).success();

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup render prod
    ---
    # dash/main.jsonnet:1:1
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: one
      namespace: $NAMESPACE
    data: {}
    ---
    # dash/main.jsonnet:1:1
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: two
      namespace: $NAMESPACE
    data: {}
    ---
    # dash/main.jsonnet:1:1
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: deep
      namespace: $NAMESPACE
    data:
      text: |
        hello
    ---
    # dash/main.jsonnet:1:1
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: settings
      namespace: $NAMESPACE
    data:
      level: info
      replicas: "3"
    --- exit status 0
    "#);
}

#[test]
fn a_function_gets_its_arguments_with_their_types() {
    let text = "function(names, active=false) [
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: name }, data: { active: std.toString(active), type: std.type(active) } }
  for name in names
]
";
    let source = "{path: dash, renderer: jsonnet, tla: {names: [a, b], active: true}}";
    let objects = jsonnet(source, text).trueup(&["render", "prod", "-o", "json"]).success().json();
    let objects = objects["objects"].as_array().expect("objects");
    let names: Vec<_> = objects.iter().map(|object| &object["manifest"]["metadata"]["name"]).collect();
    assert_eq!(names, ["a", "b"]);
    assert_eq!(objects[0]["manifest"]["data"]["type"], "boolean");

    let without = jsonnet(PLAIN, text).trueup(&["render", "prod"]).exits(1);
    without.complains("function argument is not passed: names").complains("hint: `tla: {NAME: VALUE}`");
}

#[test]
fn numbers_stay_what_they_are() {
    let text = "{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { replicas: 6 / 2, x: 0.5, big: 9007199254740991 } }\n";
    let object = jsonnet(PLAIN, text).trueup(&["render", "prod", "-o", "json"]).success().json();
    let spec = object["objects"][0]["manifest"]["spec"].to_string();
    assert_eq!(spec, r#"{"big":9007199254740991,"replicas":3,"x":0.5}"#);
}

#[test]
fn variables_are_put_in_where_that_is_asked_for() {
    let text =
        "{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { region: '${REGION}' } }\n";
    let environment = jsonnet("{path: dash/main.jsonnet, substitute: true}", text);
    environment
        .write("trueup.yaml", &format!("{}    vars: {{REGION: eu}}\n", environment.read("trueup.yaml")));
    environment.trueup(&["render", "prod"]).success().prints("region: eu");
}

#[test]
fn a_text_that_is_one_variable_stays_a_text() {
    let text = "{ apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'a' },
  spec: { port: '${PORT}', on: ['${ON}', '${OFF:-false}'], count: std.extVar('count') } }
";
    let environment = jsonnet("{path: dash/main.jsonnet, substitute: true, ext: {count: 3}}", text);
    let configuration = environment.read("trueup.yaml");
    environment.write("trueup.yaml", &format!("{configuration}    vars: {{PORT: 80, ON: true}}\n"));
    let objects = environment.trueup(&["render", "prod", "-o", "json"]).success().json();
    let spec = objects["objects"][0]["manifest"]["spec"].to_string();
    assert_eq!(spec, r#"{"count":3,"on":["true","false"],"port":"80"}"#);
}

#[test]
fn faults_are_told_where_they_stand() {
    let fault = |text: &str| {
        let environment = jsonnet(PLAIN, text);
        environment.write(
            "dash/lib.libsonnet",
            "{\n  port(name):: { web: 80 }[name],\n  bad:: error 'no luck',\n}\n",
        );
        environment.trueup(&["render", "prod"]).exits(1).snapshot()
    };
    let faults: Vec<String> = [
        "{\n  a: lib.x,\n}\n",
        "{\n  a: 1,,\n}\n",
        "local lib = import 'lib.libsonnet';\n{ a: lib.bad }\n",
        "local lib = import 'lib.libsonnet';\n{ a: { b: lib.port('wep') } }\n",
        "local f(x) = f(x + 1);\n{ a: f(1) }\n",
        "{ a: { b: self } }\n",
        "{\n  a: import 'none.libsonnet',\n}\n",
        "{ a: 3, b: ['x'] }\n",
        "{ a: function(x) x }\n",
        "{ kind: 'ConfigMap', metadata: { name: 'a' } }\n",
        "{ assert self.x == 3 : 'x must be 3', x:: 2 }\n",
        "{}\n",
    ]
    .iter()
    .map(|text| fault(text))
    .collect();
    insta::assert_snapshot!(faults.join("\n\n"), @"
    $ trueup render prod
    --- stderr
    error: dash/main.jsonnet can't be evaluated
     --> dash/main.jsonnet:2:6
    caused by: undefined local: lib
    --- exit status 1

    $ trueup render prod
    --- stderr
    error: dash/main.jsonnet can't be evaluated
     --> dash/main.jsonnet:2:8
    caused by: syntax error: expected field name, got ','
    caused by: parse imported, at dash/main.jsonnet:2:8
    --- exit status 1

    $ trueup render prod
    --- stderr
    error: dash/main.jsonnet can't be evaluated
     --> dash/lib.libsonnet:3:9
    caused by: no luck
    caused by: error statement, at dash/lib.libsonnet:3:9
    caused by: field <bad> access, at dash/main.jsonnet:2:10
    caused by: asked for by .a of the result
    --- exit status 1

    $ trueup render prod
    --- stderr
    error: dash/main.jsonnet can't be evaluated
     --> dash/main.jsonnet:2:19
    caused by: no such field: wep
    caused by: There is a field with similar name present: web
    caused by: function <port> call, at dash/main.jsonnet:2:19
    caused by: asked for by .a.b of the result
    --- exit status 1

    $ trueup render prod
    --- stderr
    error: dash/main.jsonnet can't be evaluated
     --> dash/main.jsonnet:1:15
    caused by: calls go deeper than 500
    caused by: function <f> call (499 times), at dash/main.jsonnet:1:15
    caused by: function <f> call, at dash/main.jsonnet:2:7
    caused by: asked for by .a of the result
    --- exit status 1

    $ trueup render prod
    --- stderr
    error: dash/main.jsonnet can't be evaluated
     --> dash/main.jsonnet
    caused by: it nests deeper than 200 levels
    caused by: asked for by .a.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b of the result
    --- exit status 1

    $ trueup render prod
    --- stderr
    error: dash/main.jsonnet can't be evaluated
     --> dash/main.jsonnet:2:13
    caused by: none.libsonnet doesn't exist
    caused by: asked for by .a of the result
    --- exit status 1

    $ trueup render prod
    --- stderr
    error: .a is a number, where a manifest, a list or a map of manifests belongs
     --> dash/main.jsonnet
    caused by: this is what dash/main.jsonnet comes to

    error: .b[0] is a text, where a manifest, a list or a map of manifests belongs
     --> dash/main.jsonnet
    caused by: this is what dash/main.jsonnet comes to

    2 errors
    --- exit status 1

    $ trueup render prod
    --- stderr
    error: dash/main.jsonnet can't be evaluated
     --> dash/main.jsonnet
    caused by: it's a function, where a value belongs
    caused by: asked for by .a of the result
    --- exit status 1

    $ trueup render prod
    --- stderr
    error: ConfigMap/a: apiVersion is missing
     --> dash/main.jsonnet
    caused by: it's at line 2 of what Jsonnet renders dash/main.jsonnet to
    --- exit status 1

    $ trueup render prod
    --- stderr
    error: dash/main.jsonnet can't be evaluated
     --> dash/main.jsonnet:1:10
    caused by: assert failed: x must be 3
    caused by: assertion failure, at dash/main.jsonnet:1:10
    --- exit status 1

    $ trueup render prod
    --- stderr
    error: dash/main.jsonnet is rendered to nothing
     --> trueup.yaml:3:11
    caused by: no object is left, which would look as if all of them were removed

    hint: leave it out of the sources if that's what is meant
    --- exit status 1
    ");
}

/// A text that evaluates this expression, as the data of a map.
fn native(expression: &str) -> TestEnvironment {
    let call = "local n(name) = std.native(name);\n";
    let text = format!(
        "{call}{{ apiVersion: 'v1', kind: 'ConfigMap', metadata: {{ name: 'a' }}, data: {{ it: std.manifestJsonMinified({expression}) }} }}\n"
    );
    jsonnet(PLAIN, &text)
}

#[test]
fn the_functions_of_tanka_and_kubecfg_are_there() {
    for (expression, expected) in [
        (r#"n('parseJson')('{"a": [1, 2.5, null, "x"]}')"#, r#"{"a":[1,2.5,null,"x"]}"#),
        (r#"n('parseYaml')('a: 0o17\n---\n---\n- yes\n- "1"\n')"#, r#"[{"a":15},[true,"1"]]"#),
        (r"n('parseYaml')('')", "[]"),
        (
            r#"n('manifestJsonFromJson')('{"b": [], "a": {"c": 1}}', 2)"#,
            r#""{\n  \"a\": {\n    \"c\": 1\n  },\n  \"b\": []\n}\n""#,
        ),
        (r#"n('manifestYamlFromJson')('{"a": ["1", 1, {"b": "x"}]}')"#, r#""a:\n- \"1\"\n- 1\n- b: x\n""#),
        (r"n('escapeStringRegex')('a.b*')", r#""a\\.b\\*""#),
        (r"[n('regexMatch')('^a.c$', x) for x in ['abc', 'abcd']]", "[true,false]"),
        (r"n('regexSubst')('(a)(b+)', 'abb-ab', '${2}$1')", r#""bba-ba""#),
        (r"n('regexSubst')(repl='', src='a-b', regex='-')", r#""ab""#),
        (r"n('none')", "null"),
    ] {
        let objects = native(expression).trueup(&["render", "prod", "-o", "json"]).success().json();
        assert_eq!(objects["objects"][0]["manifest"]["data"]["it"], expected, "{expression}");
    }
}

#[test]
fn a_function_that_isnt_there_or_fails_is_told() {
    for (expression, told) in [
        ("n('parseJson')('{')", "this isn't JSON: EOF"),
        ("n('parseYaml')('a: [')", "this isn't YAML: "),
        ("n('manifestYamlFromJson')('x')", "this isn't JSON: "),
        ("n('manifestJsonFromJson')('1', 1000)", "an indent of more than 64 spaces isn't possible"),
        ("n('regexMatch')('(', 'x')", "( is no regular expression: unclosed group"),
        ("n('helmTemplate')('a', 'b', {})", "`std.native` has no helmTemplate here"),
        ("n('parseHelmChart')('a', 'b', 'c', {})", "{path: charts/web, renderer: helm}"),
        ("n('kustomizeBuild')('a', {})", "`std.native` has no kustomizeBuild here"),
        ("n('resolveImage')('web:1')", "write the image with its digest"),
        (
            "n('none')('x')",
            "hint: `std.native` gives null for a function that isn't there; there are parseJson,",
        ),
    ] {
        native(expression)
            .trueup(&["render", "prod"])
            .exits(1)
            .complains(told)
            .complains("dash/main.jsonnet:2:");
    }
}

#[test]
fn nothing_outside_of_the_repository_is_read() {
    let refused = |path: &str| {
        let text = format!("{{\n  a: importstr '{path}',\n}}\n");
        let environment = jsonnet(PLAIN, &text);
        std::fs::write(environment.outside().join("secret.txt"), "hunter2").expect("a file");
        symlink(environment.outside().join("secret.txt"), environment.root().join("dash/link.txt"))
            .expect("a link");
        symlink(environment.outside(), environment.root().join("vendor")).expect("a link");
        environment.trueup(&["render", "prod"]).exits(1).complains("dash/main.jsonnet:2:16")
    };
    refused("../../secret.txt").complains("../../secret.txt is outside of the repository");
    refused("/etc/hostname").complains("/etc/hostname is outside of the repository");
    refused("link.txt").complains("is outside of the repository");
    refused("secret.txt").complains("is outside of the repository");
}

#[test]
fn libraries_are_found_beside_the_file_and_above_or_where_jpath_says() {
    let text = "local lib = import 'maps.libsonnet'; lib.map('a', { from: lib.from })\n";
    let named = |name: &str| LIBRARY.replace("{ map", &format!("{{ from:: '{name}', map"));
    let environment = jsonnet(PLAIN, text);
    environment.trueup(&["render", "prod"]).exits(1).complains("maps.libsonnet doesn't exist");
    for folder in ["vendor", "dash/vendor", "dash"] {
        environment.write(&format!("{folder}/maps.libsonnet"), &named(folder));
        environment.trueup(&["render", "prod"]).success().prints(&format!("from: {folder}\n"));
    }

    let environment = jsonnet("{path: dash/main.jsonnet, jpath: [first, second]}", text);
    environment.write("vendor/maps.libsonnet", &named("vendor"));
    environment.trueup(&["render", "prod"]).exits(1).complains("maps.libsonnet doesn't exist");
    for folder in ["second", "first"] {
        environment.write(&format!("{folder}/maps.libsonnet"), &named(folder));
        environment.trueup(&["render", "prod"]).success().prints(&format!("from: {folder}\n"));
    }
}

#[test]
fn an_evaluation_that_never_ends_is_left_behind() {
    let text = "local loop(n) = if n == 0 then 0 else loop(n - 1) tailstrict; std.foldl(function(a, b) a + std.length(std.range(1, 100000)), std.range(1, 100000000), 0)\n";
    let environment = jsonnet(PLAIN, text);
    environment
        .write("trueup.yaml", &format!("{}tools: {{timeout: 300ms}}\n", environment.read("trueup.yaml")));
    let run = environment.trueup(&["render", "prod"]).exits(1);
    run.complains("it took longer than 0.3 s").complains("hint: `tools: {timeout: 10m}`");
}

#[test]
fn a_commit_gives_what_its_work_tree_gave_and_an_imported_file_that_changed_is_dirty() {
    let mut environment =
        jsonnet(PLAIN, "(import 'lib/maps.libsonnet').map('a', { text: importstr 'text.txt' })\n");
    environment.write("vendor/real/maps.libsonnet", LIBRARY);
    symlink("real", environment.root().join("vendor/lib")).expect("a link");
    environment.write("dash/text.txt", "one");
    environment.commit("Start");
    let tree = environment.trueup(&["render", "prod"]).success().stdout;
    environment.apply();

    environment.write("dash/text.txt", "two");

    assert_eq!(environment.trueup(&["render", "prod", "--ref", "HEAD"]).success().stdout, tree);
    environment.trueup(&["apply", "prod", "--yes"]).exits(1).complains("dash/text.txt");
    environment.commit("Two");
    let plan = environment.trueup(&["plan", "prod", "-o", "json"]).success().target();
    assert_eq!(plan["actions"][0]["changes"][0]["to"], "two", "{plan}");
    assert_eq!(plan["actions"][0]["source"]["path"], "dash/main.jsonnet");
    environment.apply();
    environment.trueup(&["plan", "prod", "--exit-code"]).success();
}

#[test]
fn keys_of_other_renderers_are_refused() {
    let environment = jsonnet("{path: dash/main.jsonnet, ext: {a: 1}, values: [x.yaml]}", "{}\n");
    let run = environment.trueup(&["render", "prod"]).exits(1);
    run.complains("`sources[0].ext` means nothing to the renderer helm");
    let environment = jsonnet("{path: dash/main.jsonnet, renderer: jsonnet, release: x}", "{}\n");
    let run = environment.trueup(&["render", "prod"]).exits(1);
    run.complains("`sources[0].release` means nothing to the renderer jsonnet");
}

#[test]
fn files_of_f_are_evaluated_too() {
    let environment = TestEnvironment::without_configuration();
    environment.write("a.jsonnet", "(import 'maps.libsonnet').map('a')\n");
    environment.write("maps.libsonnet", LIBRARY);
    environment.trueup(&["render", "-f", "a.jsonnet"]).success().prints("# a.jsonnet:1:1").prints("name: a");
}
