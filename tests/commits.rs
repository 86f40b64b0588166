//! `trueup diff A..B`: two commits compared, without any cluster.

use trueup::json::json;

use crate::harness::manifests::{config_map, deployment, secret, service};
use crate::harness::tools::Tool;
use crate::harness::{Run, TestEnvironment, action, changing, verb};

/// A shop on `main`, with a tag `v1`, and changes of all sorts since.
fn changed_shop() -> TestEnvironment {
    let mut environment = TestEnvironment::new().variable("KUBECONFIG", "/nowhere");
    environment.write("deploy/old.yaml", &config_map("old", "a", "1"));
    environment.write("deploy/same.yaml", &config_map("same", "a", "1"));
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:1"));
    environment.repository.git(&["tag", "v1"]);
    environment.remove("deploy/old.yaml");
    environment.write("deploy/new.yaml", &service("new", 80));
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:2"));
    environment
}

#[test]
fn two_commits_are_compared_without_a_cluster() {
    let environment = changed_shop();
    // Whatever the work tree has.
    environment.write("deploy/web.yaml", "not even YAML: [");

    let run = environment.trueup(&["diff", "prod", "v1..main", "--exit-code"]).exits(2);

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup diff prod v1..main --exit-code
    - $NAMESPACE/ConfigMap/old  deploy/old.yaml:1
          ← $COMMIT2 "Change deploy/web.yaml", Ada Example, [ago]
    + $NAMESPACE/Service/new  deploy/new.yaml:1
          ← $COMMIT2 "Change deploy/web.yaml", Ada Example, [ago]
    ~ $NAMESPACE/Deployment/web  deploy/web.yaml:1
          spec.template.spec.containers[name=web].image: web:1 → web:2
            ← $COMMIT2 "Change deploy/web.yaml", Ada Example, [ago] (line 17)

    prod, v1..main: 1 added, 1 changed, 1 removed, 1 unchanged
    --- exit status 2
    "#);
    let run = environment.trueup(&["diff", "v1..", "--show-unchanged"]).success();
    assert!(run.stdout.contains("ConfigMap/same"), "{run}");
    let run = environment.trueup(&["diff", "--all", "main..main", "--exit-code"]).success();
    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup diff --all main..main --exit-code
    prod, main..main: no difference (3 objects)
    --- exit status 0
    ");
}

#[test]
fn json_has_both_commits_and_every_change() {
    let environment = changed_shop();

    let run = environment.trueup(&["diff", "prod", "v1..main", "-o", "json"]).success();

    assert_eq!(run.json()["kind"], "Diff");
    let target = run.target();
    assert_eq!((&target["from"]["ref"], &target["to"]["ref"]), (&json!("v1"), &json!("main")));
    assert_eq!(changing(&target), ["ConfigMap/old", "Service/new", "Deployment/web"]);
    assert_eq!(verb(&target, "ConfigMap/old"), "delete");
    let change = &action(&target, "Deployment/web")["changes"][0];
    assert_eq!(change["path"], "spec.template.spec.containers[name=web].image");
    assert_eq!((&change["from"], &change["to"]), (&json!("web:1"), &json!("web:2")));
    assert_eq!(change["commit"]["line"], 17);
    let bare = environment.trueup(&["diff", "v1..main", "-o", "json", "--no-cause"]).success().target();
    assert!(action(&bare, "Deployment/web")["changes"][0].get("commit").is_none());
}

#[test]
fn markdown_is_for_a_pull_request() {
    let environment = changed_shop();
    let run = environment.trueup(&["diff", "prod", "v1..main", "-o", "markdown"]).success();
    assert!(run.stdout.starts_with("### prod: 3 differences\n"), "{run}");
    environment.trueup(&["diff", "v1..main", "--report", "markdown=diff.md"]).success();
    assert_eq!(environment.read("diff.md"), run.stdout);
}

#[test]
fn a_patch_has_both_sides_in_full() {
    let environment = changed_shop();
    let run = environment.trueup(&["diff", "prod", "v1..main", "--unified"]).success();
    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup diff prod v1..main --unified
    --- v1/$NAMESPACE/ConfigMap/old
    +++ /dev/null
    @@ -1,7 +0,0 @@
    -apiVersion: v1
    -kind: ConfigMap
    -metadata:
    -  name: old
    -  namespace: $NAMESPACE
    -data:
    -  a: "1"
    --- /dev/null
    +++ main/$NAMESPACE/Service/new
    @@ -0,0 +1,11 @@
    +apiVersion: v1
    +kind: Service
    +metadata:
    +  name: new
    +  namespace: $NAMESPACE
    +spec:
    +  ports:
    +  - name: http
    +  port: 80
    +  selector:
    +  app: new
    --- v1/$NAMESPACE/Deployment/web
    +++ main/$NAMESPACE/Deployment/web
    @@ -14,5 +14,5 @@
             app: web
         spec:
           containers:
    -  - image: web:1
    +  - image: web:2
             name: web
    --- exit status 0
    "#);
}

#[test]
fn each_commit_is_rendered_by_its_own_configuration() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "value", "one"));
    environment.repository.git(&["mv", "deploy", "manifests"]);
    let moved = environment.configuration().replace("sources: deploy", "sources: manifests");
    environment.write("trueup.yaml", &moved);
    environment.commit("Move the manifests");

    environment.trueup(&["diff", "HEAD~1..HEAD", "--exit-code"]).success();

    environment.write("trueup.yaml", &moved.replace(&environment.namespace, "elsewhere"));
    environment.commit("Deploy elsewhere");
    let target = environment.trueup(&["diff", "HEAD~1..HEAD", "-o", "json"]).success().target();
    assert_eq!(target["summary"]["create"], 1, "{target}");
    assert_eq!(target["summary"]["delete"], 1, "{target}");
}

#[test]
fn lists_are_matched_by_the_keys_of_their_types() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/web.yaml", &service("web", 80));
    let renamed = service("web", 80).replace("name: http", "name: web");
    environment.commit_file("deploy/web.yaml", &format!("{renamed}    - name: admin\n      port: 81\n"));

    let target = environment.trueup(&["diff", "HEAD~1..", "-o", "json"]).success().target();

    let changes = action(&target, "Service/web")["changes"].as_array().expect("changes").clone();
    let found: Vec<_> = changes.iter().map(|change| (change["op"].clone(), change["path"].clone())).collect();
    assert_eq!(
        found,
        [(json!("change"), json!("spec.ports[port=80].name")), (json!("add"), json!("spec.ports[port=81]")),]
    );
}

#[test]
fn items_that_only_moved_are_told_as_moves() {
    let mut environment = TestEnvironment::new();
    let with = |names: [&str; 3]| {
        let variables =
            names.map(|name| format!("            - name: {name}\n              value: x\n")).concat();
        format!("{}          env:\n{variables}", deployment("web", "web:1"))
    };
    environment.commit_file("deploy/web.yaml", &with(["A", "B", "C"]));
    environment.commit_file("deploy/web.yaml", &with(["B", "C", "A"]));

    let moved = "spec.template.spec.containers[name=web].env[name=A]: moved behind [name=C]";
    environment.trueup(&["diff", "HEAD~1..HEAD"]).success().prints(moved);
    environment.trueup(&["diff", "HEAD~1..HEAD", "-o", "markdown"]).success().prints(moved);
}

#[test]
fn secrets_are_masked() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/secret.yaml", &secret("credentials", "password", "sesame"));
    environment.commit_file("deploy/secret.yaml", &secret("credentials", "password", "swordfish"));

    for output in [&["-o", "text"][..], &["-o", "json"], &["-o", "markdown"], &["--unified"]] {
        let arguments = [&["diff", "HEAD~1..HEAD"][..], output].concat();
        let run = environment.trueup(&arguments).success().never_says("sesame").never_says("swordfish");
        assert!(run.stdout.contains("masked"), "{run}");
    }
}

#[test]
fn files_named_on_the_command_line_are_compared_too() {
    let mut environment = TestEnvironment::without_configuration();
    environment.commit_file("k8s/settings.yaml", &config_map("settings", "value", "one"));
    environment.commit_file("k8s/settings.yaml", &config_map("settings", "value", "two"));

    environment.trueup(&["diff", "-f", "k8s", "HEAD~1..HEAD"]).success().prints("data.value: one → two");
}

/// `staging` beside `prod`, in a commit of its own.
fn with_staging() -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "value", "one"));
    let both = format!("{}  staging:\n    namespace: staging\n", environment.configuration());
    environment.commit_file("trueup.yaml", &both);
    environment
}

#[test]
fn an_environment_that_is_new_is_all_new() {
    let environment = with_staging();
    let run = environment.trueup(&["diff", "staging", "HEAD~1..HEAD"]).success();
    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup diff staging HEAD~1..HEAD
    + staging/ConfigMap/settings  deploy/settings.yaml:1
          ← $COMMIT1 "Change deploy/settings.yaml", Ada Example, [ago]

    note: staging doesn't exist at HEAD~1 ($COMMIT1): everything is new

    staging, HEAD~1..HEAD: 1 added
    --- exit status 0
    "#);
}

#[test]
fn an_environment_that_is_gone_is_all_gone() {
    let mut environment = with_staging();
    environment.commit_file("trueup.yaml", &environment.configuration());
    let run = environment.trueup(&["diff", "staging", "HEAD~1..HEAD"]).success();
    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup diff staging HEAD~1..HEAD
    - staging/ConfigMap/settings  deploy/settings.yaml:1

    note: staging doesn't exist at HEAD ($COMMIT3): everything is gone

    staging, HEAD~1..HEAD: 1 removed
    --- exit status 0
    ");
}

#[test]
fn what_cannot_be_compared_is_one_clear_error() {
    let environment = changed_shop();
    let said = |code: i32, arguments: &[&str]| -> String {
        let run: Run = environment.trueup(arguments).exits(code);
        assert_eq!(run.stdout, "", "{run}");
        format!("{}\n", run.stderr.trim_end())
    };
    let all = [
        said(64, &["diff", "prod", "v1...main"]),
        said(64, &["diff", "prod", ".."]),
        said(64, &["diff", "v1..main", "main..v1"]),
        said(64, &["diff", "v1..main", "--ref", "main"]),
        said(64, &["diff", "v1..main", "--drift"]),
        said(64, &["diff", "v1..main", "--exact"]),
        said(64, &["diff", "v1..main", "-o", "yaml"]),
        said(1, &["diff", "prod", "v1..mian"]),
        said(64, &["diff", "--all", "prod"]),
    ];
    insta::assert_snapshot!(all.join("\n"), @r#"
    error: v1...main names three commits: where the two part is one of them

    hint: v1..main compares the two; $(git merge-base v1 main)..main what main changed

    error: .. doesn't name two commits

    hint: A..B compares what A renders with what B renders

    error: v1..main and main..v1 are two comparisons

    hint: name one

    error: A..B names both commits: --ref has nothing to add

    error: --drift is about a cluster, and A..B looks at none

    error: --exact is about a cluster, and A..B looks at none

    error: -o yaml is for render; here it's text, json or markdown

    error: no commit, branch or tag is called "mian"

    hint: did you mean "main"?

    error: --all names the environments already

    hint: leave one of them out
    "#);
}

#[test]
fn an_error_of_a_commit_says_of_which() {
    let mut environment = changed_shop();
    environment
        .trueup(&["diff", "prdo", "v1..main"])
        .exits(1)
        .complains("unknown environment \"prdo\"")
        .complains("did you mean \"prod\"?");
    environment.commit_file("deploy/web.yaml", "apiVersion: v1\nkind: ConfigMap\n");
    let run = environment.trueup(&["diff", "v1..main"]).exits(1);
    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup diff v1..main
    --- stderr
    error: ConfigMap: metadata is missing
     --> deploy/web.yaml:1:1
    caused by: this is how main ($COMMIT3) has it
    --- exit status 1
    ");
}

/// Three sources of different renderers, changed in the second commit.
fn rendered() -> TestEnvironment {
    let mut environment =
        TestEnvironment::new().with_tools(&[Tool::Kustomize, Tool::Helm4]).variable("KUBECONFIG", "/nowhere");
    let sources = "sources: [overlay, {path: chart, values: [values.yaml]}, main.jsonnet]\n";
    environment.write("trueup.yaml", &environment.configuration().replace("sources: deploy\n", sources));
    environment.write("overlay/kustomization.yaml", "resources: [a.yaml]\nnamePrefix: shop-\n");
    environment.write("overlay/a.yaml", &config_map("a", "a", "1"));
    environment.write("chart/Chart.yaml", "apiVersion: v2\nname: chart\nversion: 1.0.0\n");
    let template = "apiVersion: v1
kind: ConfigMap
metadata: {name: chart}
data:
  level: {{ .Values.level }}
  version: {{ .Capabilities.KubeVersion.Minor | quote }}
  monitors: {{ .Capabilities.APIVersions.Has \"monitoring.coreos.com/v1\" | quote }}
";
    environment.write("chart/templates/chart.yaml", template);
    environment.write("values.yaml", "level: info\n");
    environment.write(
        "main.jsonnet",
        "[{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: n }, data: { a: '1' } } for n in ['j', 'k']]\n",
    );
    environment.commit("Start");
    environment.write("overlay/a.yaml", &config_map("a", "a", "2"));
    environment.write("values.yaml", "level: warn\n");
    environment.write("main.jsonnet", &environment.read("main.jsonnet").replace("'k'", "'l'"));
    environment.commit("Change");
    environment
}

#[test]
fn what_is_rendered_is_compared_without_a_cluster_too() {
    let environment = rendered();
    let diff = environment.trueup(&["diff", "prod", "HEAD~1..HEAD", "-o", "json"]).success().target();
    let mut changed = changing(&diff);
    changed.sort();
    assert_eq!(changed, ["ConfigMap/chart", "ConfigMap/k", "ConfigMap/l", "ConfigMap/shop-a"]);
    assert_eq!(verb(&diff, "ConfigMap/k"), "delete");
    assert_eq!(verb(&diff, "ConfigMap/l"), "create");
    assert_eq!(action(&diff, "ConfigMap/chart")["changes"][0]["to"], "warn");
}

#[test]
fn charts_are_rendered_for_the_cluster_that_is_told_of() {
    let environment = rendered();
    let told = ["--kubernetes-version", "1.31", "--api-version", "monitoring.coreos.com/v1"];
    let render = [&["render", "prod"][..], &told].concat();
    environment.trueup(&render).success().prints("monitors: \"true\"").prints("version: \"31\"");
    environment.trueup(&["render", "prod"]).success().prints("monitors: \"false\"");
    let diff = [&["diff", "prod", "HEAD~1..HEAD", "--unified"][..], &told].concat();
    environment.trueup(&diff).success().prints("monitors: \"true\"");
    environment
        .trueup(&[&["diff", "prod"][..], &told].concat())
        .exits(64)
        .complains("here the cluster says what it is");
}

#[test]
fn a_pull_requests_comment_holds_whatever_content_there_is() {
    let mut environment = TestEnvironment::new().variable("KUBECONFIG", "/nowhere");
    let odd = |text: &str| {
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: odd}}\ndata:\n  a: {}\n", json!(text))
    };
    environment.write("deploy/odd.yaml", &odd("one"));
    environment.write("deploy/login.yaml", &secret("login", "password", "hunter2"));
    for number in 0..400 {
        environment.write(&format!("deploy/{number}.yaml"), &config_map(&format!("c-{number}"), "a", "1"));
    }
    environment.commit("Start");
    environment.write("deploy/odd.yaml", &odd("```\n| a | b |\n</details> <script>\n`x`"));
    environment.write("deploy/login.yaml", &secret("login", "password", "correct-horse"));
    for number in 0..400 {
        let text = format!("{number} {}", "long ".repeat(100));
        environment.write(&format!("deploy/{number}.yaml"), &config_map(&format!("c-{number}"), "a", &text));
    }
    environment.commit("Change | <b>everything</b> `now`");

    let comment = environment.trueup(&["diff", "prod", "HEAD~1..HEAD", "-o", "markdown"]).success().stdout;

    assert!(comment.chars().count() < 65_536, "{}", comment.chars().count());
    assert!(comment.contains("objects left out"), "{comment}");
    assert!(!comment.contains("hunter2") && !comment.contains("correct-horse"));
    let only =
        ["diff", "prod", "HEAD~1..HEAD", "-o", "markdown", "--only", "name=odd", "--only", "name=login"];
    let comment = environment.trueup(&only).success();
    insta::assert_snapshot!(comment.snapshot(), @r#"
    $ trueup diff prod HEAD~1..HEAD -o markdown --only name=odd --only name=login
    ### prod: 2 differences

    From <code>HEAD&#126;1</code> (<code>$COMMIT1</code>) “Start” to <code>HEAD</code> (<code>$COMMIT2</code>) “Change \| &lt;b&gt;everything&lt;/b&gt; \`now\`”; no cluster was asked.

    | update | unchanged |
    | ---: | ---: |
    | 2 | 0 |

    - only a part is compared: --only name=odd --only name=login


    <details><summary><code>&#126;</code> update <code>$NAMESPACE/ConfigMap/odd</code></summary>

    <code>deploy/odd.yaml:1</code>

    ````diff
      data.a:
    -  one
    +  ```
    +  | a | b |
    +  </details> <script>
    +  `x`
    # $COMMIT2 "Change | <b>everything</b> `now`", Ada Example (line 5)
    ````

    </details>

    <details><summary><code>&#126;</code> update <code>$NAMESPACE/Secret/login</code></summary>

    <code>deploy/login.yaml:1</code>

    ```diff
    - data.password: ‹masked #1›
    + data.password: ‹masked #2›
    # $COMMIT2 "Change | <b>everything</b> `now`", Ada Example (line 6)
    ```

    </details>
    --- exit status 0
    "#);
}
