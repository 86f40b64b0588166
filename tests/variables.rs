//! Variables in sources: `${NAME}`, where a source asks for it.

use trueup::json::json;

use crate::harness::TestEnvironment;
use crate::harness::manifests::{config_map, deployment, secret};
use crate::harness::tools::Tool;

/// A source that asks for variables, and the variables of the environment.
fn asking(vars: &str) -> TestEnvironment {
    let environment = TestEnvironment::new();
    let sources = "sources: [{path: deploy, substitute: true}]\n";
    let configuration = environment.configuration().replace("sources: deploy\n", sources);
    environment.write("trueup.yaml", &format!("{configuration}    vars: {vars}\n"));
    environment
}

#[test]
fn variables_keep_their_types_and_texts_stay_texts() {
    let environment = asking("{REPLICAS: 3, DOMAIN: shop.example, PORT: '80'}");
    environment.write(
        "deploy/a.yaml",
        &deployment("web", "web:${TAG:-1}").replace("replicas: 1", "replicas: ${REPLICAS}"),
    );
    environment.write("deploy/b.yaml", &config_map("settings", "url", "https://${DOMAIN}:${PORT}/$$HOME"));
    environment.write("deploy/c.yaml", &config_map("replicas", "count", "${REPLICAS}"));

    let run = environment.trueup(&["render", "prod"]).success();

    let run = run.prints("  replicas: 3\n").prints("image: web:1\n").prints("count: \"3\"");
    run.prints("url: https://shop.example:80/$HOME");
}

#[test]
fn a_number_is_within_a_text_as_it_was_written_wherever_it_comes_from() {
    let vars = "A: 1.10, B: 010, C: 18446744073709551616, D: 1e3, E: yes";
    let configured = asking(&format!("{{{vars}, F: 0x1F}}"));
    let layered = TestEnvironment::new();
    let sources = "sources: [{path: deploy, substitute: true}]\n";
    let configuration = layered.configuration().replace("sources: deploy\n", sources);
    layered.write(
        "trueup.yaml",
        &format!("defaults: {{vars: {{{vars}, F: 0}}}}\n{configuration}    vars: {{F: 0x1F}}\n"),
    );
    let of_a_file = asking("{}");
    of_a_file.write("vars.yaml", &format!("{{{vars}, F: 0x1F}}\n"));
    let given = asking("{}");
    let on_the_command_line: Vec<String> = format!("{vars}, F: 0x1F")
        .split(", ")
        .map(|var| format!("--var={}", var.replace(": ", "=")))
        .collect();
    let of_the_command_line: Vec<&str> = on_the_command_line.iter().map(String::as_str).collect();

    for (environment, arguments) in [
        (configured, &[][..]),
        (layered, &[]),
        (of_a_file, &["--var-file", "vars.yaml"]),
        (given, &of_the_command_line),
    ] {
        environment.write("deploy/a.yaml", &config_map("settings", "all", "x:${A} ${B} ${C} ${D} ${E} ${F}"));
        environment.write(
            "deploy/b.yaml",
            "apiVersion: example.dev/v1\nkind: Widget\nmetadata: {name: alone}\nspec:\n  a: ${A}\n  b: ${B}\n  e: ${E}\n  f: ${F}\n",
        );

        let run = environment.trueup(&[&["render", "prod"], arguments].concat()).success();

        let run = run.prints("all: x:1.10 010 18446744073709551616 1e3 yes 0x1F\n");
        run.prints("  a: 1.1\n  b: 8\n  e: true\n  f: 31\n");
    }
}

#[test]
fn the_command_line_wins_over_files_and_files_over_the_configuration() {
    let environment = asking("{A: configured, B: configured, C: configured, D: {env: TEST_D}}")
        .variable("TEST_D", "from-env");
    environment.write("deploy/a.yaml", &config_map("settings", "all", "${A} ${B} ${C} ${D}"));
    environment.write("vars.yaml", "B: file\nC: file\n");

    let run =
        environment.trueup(&["render", "prod", "--var-file", "vars.yaml", "--var", "C=given"]).success();

    run.prints("all: configured file given from-env");
}

#[test]
fn what_has_no_value_is_told_with_its_place() {
    let environment = asking("{DOMAIN: shop.example, TOKEN: {env: NOT_SET}}");
    environment.write("deploy/a.yaml", &config_map("settings", "url", "https://${DOMIAN}/${PATH}"));
    environment.write("deploy/b.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\ndata:\n  script: |\n    echo ${x%y}\n  token: a ${TOKEN}\n");

    let run = environment.trueup(&["render", "prod"]).exits(1);

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup render prod
    --- stderr
    error: ${DOMIAN} has no value
     --> deploy/a.yaml:6:17

    hint: did you mean ${DOMAIN}?

    error: "${x%y}" is no variable
     --> deploy/b.yaml:6:10

    hint: a variable is written ${NAME} or ${NAME:-default}, and $$ stands for a $

    error: ${TOKEN} has no value
     --> deploy/b.yaml:7:12
    caused by: the environment variable NOT_SET isn't set

    3 errors
    --- exit status 1
    "#);
}

#[test]
fn sources_that_dont_ask_are_left_alone() {
    let environment = TestEnvironment::new();
    environment.write("deploy/a.yaml", &config_map("settings", "script", "echo ${HOME} $$"));
    environment.trueup(&["render", "prod", "--var", "HOME=x"]).success().prints("script: echo ${HOME} $$");
}

#[test]
fn what_is_given_with_f_asks_when_variables_are_given() {
    let environment = TestEnvironment::without_configuration();
    environment.write("a.yaml", &config_map("settings", "a", "${A:-none}"));
    environment.trueup(&["render", "-f", "a.yaml"]).success().prints("a: ${A:-none}");
    environment.trueup(&["render", "-f", "a.yaml", "--var", "A=1"]).success().prints("a: \"1\"");
}

#[test]
fn what_variables_say_is_deployed_and_a_change_of_one_is_a_change() {
    let mut environment = asking("{LEVEL: debug}");
    environment.write("deploy/a.yaml", &config_map("settings", "level", "${LEVEL}"));
    environment.commit("Start");
    environment.apply();
    assert_eq!(environment.live_object("v1/configmaps/settings")["data"]["level"], "debug");
    let configuration = environment.read("trueup.yaml").replace("LEVEL: debug", "LEVEL: warn");
    environment.commit_file("trueup.yaml", &configuration);

    let plan = environment.trueup(&["plan", "prod", "-o", "json"]).success().target();

    assert_eq!(plan["summary"]["update"], 1, "{plan}");
    let change = &plan["actions"]
        .as_array()
        .expect("actions")
        .iter()
        .find(|action| action["action"] == "update")
        .expect("an update")["changes"][0];
    assert!(
        change.get("commit").is_none_or(trueup::json::Value::is_null),
        "the file's commit didn't ask for it: {change}"
    );
    let compared = environment.trueup(&["diff", "prod", "HEAD~1..HEAD"]).success();
    compared.prints("data.level").prints("warn");
}

#[test]
fn a_field_that_a_variable_of_the_command_line_changes_names_it() {
    let mut environment = asking("{LEVEL: info}");
    environment.write("deploy/a.yaml", &config_map("settings", "level", "${LEVEL} ${SAME}"));
    environment.write("deploy/b.yaml", &deployment("web", "web:${TAG}"));
    environment.write("deploy/c.yaml", &secret("login", "password", "${PASSWORD}"));
    environment.commit("Start");
    let given = |environment: &TestEnvironment, command: &[&str], tag: &str, password: &str| {
        let (tag, password) = (format!("TAG={tag}"), format!("PASSWORD={password}"));
        let vars = ["--var", "SAME=same", "--var", &tag, "--var", &password];
        environment.trueup(&[command, &vars[..]].concat())
    };
    given(&environment, &["apply", "prod", "--yes"], "1.9", "first").success();
    let more = config_map("settings", "level", "${LEVEL}, ${SAME}");
    environment.commit_file("deploy/a.yaml", &more);

    let plan = given(&environment, &["plan", "prod"], "1.10", "first").success();
    plan.prints("image: web:1.9 → web:1.10  ← variable TAG\n").never_says("variable SAME");

    environment.write("vars.yaml", "TAG: 2.10\n");
    let file = ["--var-file", "vars.yaml", "--var", "SAME=same", "--var", "PASSWORD=second"];
    let plan = environment.trueup(&[&["plan", "prod", "-o", "json"], &file[..]].concat()).success().target();
    let actions = plan["actions"].as_array().expect("actions");
    let variables = |name: &str| {
        let action = actions.iter().find(|action| action["object"]["name"] == name).expect("an action");
        action["changes"][0]["variables"].clone()
    };
    assert_eq!(variables("web"), json!(["TAG"]));
    assert_eq!(variables("login"), json!(["PASSWORD"]));
    assert!(variables("settings").is_null());
    let settings = actions.iter().find(|action| action["object"]["name"] == "settings").expect("an action");
    assert_eq!(settings["changes"][0]["commit"]["subject"], "Change deploy/a.yaml");
}

/// Two commits that were deployed with a variable of the command line: `old`, then `new`.
fn deployed_with_variables() -> TestEnvironment {
    let mut environment = asking("{LEVEL: info}");
    for (suffix, tag) in [("", "old"), ("!", "new")] {
        environment
            .write("deploy/a.yaml", &config_map("settings", "all", &format!("${{LEVEL}} ${{TAG}}{suffix}")));
        environment.commit(&format!("Deploy {tag}"));
        environment.trueup(&["apply", "prod", "--yes", "--var", &format!("TAG={tag}")]).success();
    }
    environment
}

#[test]
fn a_rollback_takes_variables_of_its_command_line() {
    let environment = deployed_with_variables();

    environment.trueup(&["rollback", "prod", "--yes", "--var", "TAG=old", "--var", "LEVEL=warn"]).success();

    assert_eq!(environment.live_object("v1/configmaps/settings")["data"]["all"], "warn old");
}

#[test]
fn a_rollback_takes_variables_of_files() {
    let environment = deployed_with_variables();
    environment.write("vars.yaml", "TAG: file\nLEVEL: file\n");

    let options = ["--var-file", "vars.yaml", "--var", "TAG=given"];
    environment.trueup(&[&["rollback", "prod", "--release", "1", "--yes"][..], &options].concat()).success();

    assert_eq!(environment.live_object("v1/configmaps/settings")["data"]["all"], "file given");
}

#[test]
fn a_rollback_is_rendered_with_the_variables_of_its_release() {
    let environment = deployed_with_variables();

    let run = environment.trueup(&["rollback", "prod", "--yes"]).success();

    run.prints("note: the variables are those of release 1: TAG=old");
    assert_eq!(environment.live_object("v1/configmaps/settings")["data"]["all"], "info old");
    environment.trueup(&["rollback", "prod", "HEAD", "--yes"]).success();
    assert_eq!(environment.live_object("v1/configmaps/settings")["data"]["all"], "info new!");
    environment.trueup(&["history", "prod", "4"]).success().prints("vars      TAG=new\n");
}

#[test]
fn variables_of_files_are_replayed_with_their_types() {
    let mut environment = asking("{}");
    environment.write("deploy/a.yaml", &config_map("settings", "all", "${NAME} ${LEVEL:-none}"));
    environment
        .write("deploy/b.yaml", &deployment("web", "web:1").replace("replicas: 1", "replicas: ${REPLICAS}"));
    environment.commit("Start");
    environment.write("vars.yaml", "NAME: '1'\nREPLICAS: 2\nUNUSED: x\n");
    let first = ["apply", "prod", "--yes", "--dirty", "--var-file", "vars.yaml"];
    environment.trueup(&first).success();
    environment.trueup(&["apply", "prod", "--yes", "--var", "NAME=b", "--var", "REPLICAS=1"]).success();

    let run = environment.trueup(&["rollback", "prod", "--release", "1", "--yes"]).success();

    run.prints("NAME=1, REPLICAS=2").never_says("UNUSED");
    assert_eq!(environment.live_object("v1/configmaps/settings")["data"]["all"], "1 none");
    assert_eq!(environment.live_object("apps/v1/deployments/web")["spec"]["replicas"], 2);
}

/// A commit that was deployed with one `STAGE` and then with another.
fn deployed_in_two_stages() -> TestEnvironment {
    let mut environment = asking("{}");
    environment.commit_file("deploy/a.yaml", &config_map("settings", "value", "${STAGE}"));
    for stage in ["one", "two"] {
        environment.trueup(&["apply", "prod", "--yes", "--var", &format!("STAGE={stage}")]).success();
    }
    environment
}

#[test]
fn the_same_commit_with_other_variables_is_another_release() {
    let environment = deployed_in_two_stages();

    environment.trueup(&["rollback", "prod", "--yes"]).success();

    assert_eq!(environment.setting(), "one");
    environment.trueup(&["rollback", "prod", "HEAD", "--yes"]).exits(1).complains("is what is deployed");
    environment.trueup(&["apply", "prod", "--yes", "--var", "STAGE=two"]).exits(3).prints("refused: hold: ");
    environment
        .trueup(&["apply", "prod", "--yes", "--var", "STAGE=three"])
        .success()
        .prints("the hold is over");
    environment.trueup(&["rollback", "prod", "HEAD", "--yes", "--var", "STAGE=four"]).success();
    assert_eq!(environment.setting(), "four");
}

/// What is secret can't be compared by what is on record of it.
#[test]
fn releases_that_differ_in_secret_variables_only_are_told_apart() {
    let mut environment = asking("{}");
    environment.write("deploy/secret.yaml", &secret("keys", "url", "${TAG}"));
    environment.commit_file("deploy/a.yaml", &config_map("settings", "value", "${TAG}"));
    for tag in ["b25l", "dHdv"] {
        environment.trueup(&["apply", "prod", "--yes", "--var", &format!("TAG={tag}")]).success();
    }

    environment.trueup(&["rollback", "prod", "--yes"]).exits(1).complains("--var TAG=… (release 1 had it");
    environment
        .trueup(&["rollback", "prod", "2", "--yes"])
        .exits(1)
        .complains("--release 2 goes back to that");
    environment
        .trueup(&["rollback", "prod", "--release", "2", "--yes"])
        .exits(1)
        .complains("is what is deployed");
    let run = environment.trueup(&["rollback", "prod", "--yes", "--var", "TAG=b25l"]).success();

    run.never_says("the variables are those");
    assert_eq!(environment.setting(), "b25l");
}

#[test]
fn of_a_variable_in_a_secret_only_the_name_is_on_record() {
    let mut environment = asking("{}");
    environment.write("deploy/secret.yaml", &secret("keys", "password", "${PASSWORD}"));
    for value in ["one", "two"] {
        environment
            .commit_file("deploy/a.yaml", &config_map("settings", "value", &format!("{value} ${{TAG}}")));
        let apply = ["apply", "prod", "--yes", "--var", "TAG=1", "--var", "PASSWORD=aHVudGVyMQ=="];
        environment.trueup(&apply).success().never_says("aHVudGVyMQ");
    }
    for object in environment.live_list("v1/configmaps") {
        assert!(!object.to_string().contains("aHVudGVyMQ"), "{object}");
    }
    let before = environment.footprint();

    let run = environment.trueup(&["rollback", "prod", "--yes"]).exits(1);

    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup rollback prod --yes
    --- stderr
    error: release 1 can't be rendered again without the variable PASSWORD

    hint: --var PASSWORD=… (release 1 had it, but its value is a secret and isn't recorded)
    --- exit status 1
    ");
    assert_eq!(environment.footprint(), before);
    environment.trueup(&["rollback", "prod", "--yes", "--var", "PASSWORD=aHVudGVyMQ=="]).success();
    assert_eq!(environment.setting(), "one 1");
    let run = environment.trueup(&["history", "prod", "3"]).success();
    run.prints("PASSWORD (a secret, which isn't recorded)").prints("TAG=1").never_says("aHVudGVyMQ");
    let told = environment.trueup(&["history", "prod", "3", "-o", "json"]).success().target();
    let vars = json!([{"name": "PASSWORD", "value": null, "secret": true}, {"name": "TAG", "value": "1"}]);
    assert_eq!(told["details"]["vars"], vars);
}

#[test]
fn a_variable_that_the_configuration_makes_secret_is_no_more_on_record_than_one_of_a_secret() {
    let mut environment = asking("{}");
    let configuration = environment.read("trueup.yaml");
    let sensitive = "sensitive: [{kind: ConfigMap, fields: [data.token]}]\n";
    environment.write("trueup.yaml", &format!("{configuration}{sensitive}"));
    let text = config_map("settings", "token", "${TOKEN}") + "  stage: ${STAGE}\n";
    environment.commit_file("deploy/a.yaml", &text);
    environment
        .trueup(&["apply", "prod", "--yes", "--var", "TOKEN=hunter2", "--var", "STAGE=live"])
        .success()
        .never_says("hunter2");

    let run = environment.trueup(&["history", "prod", "1"]).success();

    run.prints("STAGE=live").prints("TOKEN (a secret").never_says("hunter2");
}

#[test]
fn a_rollback_with_bad_variables_changes_nothing() {
    let environment = deployed_with_variables();

    let run = environment.trueup(&["rollback", "prod", "--yes", "--var-file", "none.yaml"]).exits(1);

    run.complains("can't read none.yaml");
    environment.trueup(&["rollback", "prod", "--yes", "--var", "TAG"]).exits(64).complains("NAME=VALUE");
    assert_eq!(environment.live_object("v1/configmaps/settings")["data"]["all"], "info new!");
}

#[test]
fn a_rollback_after_a_failure_takes_the_variables_of_the_release_that_it_puts_back() {
    let mut environment = asking("{}");
    environment.write("deploy/a.yaml", &config_map("settings", "value", "${STAGE} ${TAG:-none}"));
    environment.write("deploy/secret.yaml", &secret("keys", "password", "${PASSWORD}"));
    environment.write("deploy/b.yaml", &deployment("web", "${IMAGE}"));
    environment.commit("Start");
    let apply = |vars: &[&str]| {
        let given = vars.iter().flat_map(|var| ["--var", var]);
        let always = ["apply", "prod", "--yes", "--rollback-on-failure", "--var", "PASSWORD=aHVudGVyMQ=="];
        environment.trueup(&always.into_iter().chain(given).collect::<Vec<_>>())
    };
    apply(&["STAGE=one", "IMAGE=web:1"]).success();

    let run = apply(&["STAGE=two", "IMAGE=web:crash", "TAG=new"]).exits(5);

    run.prints("the variables are those of release 1: IMAGE=web:1, STAGE=one").never_says("aHVudGVyMQ");
    assert_eq!(environment.setting(), "one none");
    let run = apply(&["STAGE=two", "IMAGE=web:crash", "TAG=new"]).exits(3);
    run.prints("refused: hold: ");
}

#[test]
fn an_error_of_the_server_names_the_line_of_the_variable() {
    let environment = asking("{REPLICAS: -1}");
    environment
        .write("deploy/a.yaml", &deployment("web", "web:1").replace("replicas: 1", "replicas: ${REPLICAS}"));
    environment.trueup(&["plan", "prod"]).exits(1).complains("--> deploy/a.yaml:6:3");
}

#[test]
fn what_a_program_renders_may_ask_too() {
    let environment = asking("{LEVEL: debug}").with_tools(&[Tool::Kustomize]);
    environment.write("deploy/kustomization.yaml", "resources: [a.yaml]\n");
    environment.write("deploy/a.yaml", &config_map("settings", "level", "${LEVEL} ${MORE:-x}"));
    environment.trueup(&["render", "prod"]).success().prints("level: debug x");
}

#[test]
fn what_a_program_renders_has_texts_where_its_kind_has_them() {
    let environment = asking("{N: 3, FLAG: true}").with_tools(&[Tool::Kustomize]);
    environment.write("deploy/kustomization.yaml", "resources: [a.yaml, b.yaml]\n");
    environment.write("deploy/a.yaml", &config_map("settings", "count", "${N}"));
    let web = deployment("web", "web:1").replace("replicas: 1", "replicas: ${N}");
    let web = web.replace("  name: web\nspec", "  name: web\n  annotations: {flag: \"${FLAG}\"}\nspec");
    environment.write("deploy/b.yaml", &web);

    let run = environment.trueup(&["render", "prod"]).success();

    run.prints("count: \"3\"").prints("  replicas: 3\n").prints("flag: \"true\"");
}

#[test]
fn names_are_taken_as_they_are_written() {
    let environment = asking("{N: 3, on: live, y: yes}");
    environment.write("deploy/a.yaml", &config_map("settings", "all", "x ${N} ${on} ${y} ${off}"));
    environment.write("vars.yaml", "off: never\n");

    let run = environment.trueup(&["render", "prod", "--var-file", "vars.yaml"]).success();

    run.prints("all: x 3 live yes never");
    environment.write("vars.yaml", "n: [1]\n");
    environment
        .trueup(&["render", "prod", "--var-file", "vars.yaml"])
        .exits(1)
        .complains("`n` must be a text")
        .complains(" --> vars.yaml:1:1");
}

#[test]
fn bad_variables_are_refused() {
    let environment = asking("{2A: x, B: [1], N: {a: 1}, C: {env: HOME, or: x}}");
    let run = environment.trueup(&["render", "prod"]).exits(1);
    run.complains("\"2A\" isn't a variable's name")
        .complains("vars.B` must be true or false, a whole number, a number, a string or a map with `env`, not a list")
        .complains("vars.N` must be true or false, a whole number, a number, a string or a map with `env`, not a map with `a`\n --> trueup.yaml:")
        .complains("unknown key `environments.prod.vars.C.or`")
        .never_says("vars.N.env");
    let environment = asking("{A: x}");
    environment.write("deploy/a.yaml", &config_map("settings", "a", "1"));
    environment.trueup(&["render", "prod", "--var", "A"]).exits(64).complains("expected NAME=VALUE");
    environment.write("vars.yaml", "A: {b: c}\n");
    environment
        .trueup(&["render", "prod", "--var-file", "vars.yaml"])
        .exits(1)
        .complains("--> vars.yaml:1:1");
    environment
        .trueup(&["render", "prod", "--var-file", "none.yaml"])
        .exits(1)
        .complains("can't read none.yaml");
}

#[test]
fn a_variable_that_nothing_uses_is_told_with_what_was_meant() {
    let environment = asking("{DOMAIN: shop.example}");
    environment.write("deploy/a.yaml", &config_map("settings", "value", "${STAGE:-none}"));

    let run = environment.trueup(&["plan", "prod", "--var", "STAEG=live"]).success();

    let said = run.snapshot();
    let warned = said.find("warning: ").unwrap_or_default();
    insta::assert_snapshot!(&said[warned..], @"
    warning: --var STAEG=… is used by nothing

    hint: did you mean STAGE?
    --- exit status 0
    ");
    for command in ["render", "check", "diff"] {
        environment
            .trueup(&[command, "prod", "--var", "STAEG=live", "--var", "DOMAIN=x", "--var", "STAGE=dev"])
            .success()
            .complains("--var STAEG=… is used by nothing")
            .never_says("--var DOMAIN")
            .never_says("--var STAGE");
    }
    environment.write("vars.yaml", "OTHER: x\n");
    environment.trueup(&["plan", "prod", "--var-file", "vars.yaml"]).success().never_says("used by nothing");
    environment.write("trueup.yaml", &environment.read("trueup.yaml").replace(", substitute: true", ""));
    environment
        .trueup(&["render", "prod", "--var", "STAGE=live"])
        .success()
        .complains("--var STAGE=… is used by nothing")
        .complains("`substitute: true`");
}

#[test]
fn a_variable_that_one_of_two_environments_uses_is_used() {
    let environment = asking("{}");
    let configuration = environment.read("trueup.yaml");
    environment.write("trueup.yaml", &format!("{configuration}  dev: {{sources: dev}}\n"));
    environment.write("deploy/a.yaml", &config_map("settings", "value", "${STAGE}"));
    environment.write("dev/a.yaml", &config_map("settings", "value", "dev"));

    let both = environment.trueup(&["render", "--all", "--var", "STAGE=live"]).success();

    both.never_says("used by nothing");
    environment.trueup(&["render", "dev", "--var", "STAGE=live"]).success().complains("used by nothing");
}

#[test]
fn what_a_plan_has_told_isnt_told_again_at_the_end() {
    let environment = deployed_in_two_stages();

    let rolled_back = environment.trueup(&["rollback", "prod", "--yes"]).success().snapshot();
    let refused = environment.trueup(&["apply", "prod", "--yes", "--var", "STAGE=two"]).exits(3).snapshot();

    assert_eq!(rolled_back.matches("the variables are those of release 1").count(), 1, "{rolled_back}");
    assert_eq!(refused.matches("hold: ").count(), 1, "{refused}");
    let asked = environment.trueup(&["rollback", "prod", "--release", "2", "--yes", "-o", "json"]).success();
    let told = asked.target()["notes"].to_string();
    assert!(told.contains("the variables are those of release 2"), "{told}");
}

#[test]
fn the_history_marks_releases_with_variables() {
    let mut environment = asking("{}").variable("COLUMNS", "200");
    environment.commit_file("deploy/a.yaml", &config_map("settings", "value", "${STAGE:-none}"));
    environment.apply();
    environment.trueup(&["apply", "prod", "--yes", "--var", "STAGE=one"]).success();
    environment.write("deploy/a.yaml", &config_map("settings", "value", "${STAGE:-none}!"));
    environment.trueup(&["apply", "prod", "--yes", "--dirty", "--var", "STAGE=two"]).success();

    let run = environment.trueup(&["history", "prod"]).success();

    let marks: Vec<&str> =
        run.stdout.lines().skip(1).filter_map(|line| line.split("  ").last()).map(str::trim).collect();
    assert_eq!(
        marks,
        [
            "uncommitted: with STAGE: Change deploy/a.yaml",
            "with STAGE: Change deploy/a.yaml",
            "Change deploy/a.yaml"
        ]
    );
    let releases = environment.trueup(&["history", "prod", "-o", "json"]).success().json();
    assert_eq!(releases["targets"][0]["vars"], json!(["STAGE"]));
    assert_eq!(releases["targets"][0]["commit"]["dirty"], json!(true));
}

#[test]
fn a_rollback_reads_a_file_of_variables_once() {
    let environment = deployed_in_two_stages();

    let rollback = ["rollback", "prod", "--yes", "--var-file", "/dev/stdin"];
    environment.trueup_reading(&rollback, "STAGE: piped\n").success();

    assert_eq!(environment.setting(), "piped");
}

#[test]
fn a_file_of_variables_that_is_encrypted_is_told_as_such() {
    let environment = TestEnvironment::new();
    environment.write("deploy/settings.yaml", &config_map("settings", "a", "1"));
    environment.write(
        "vars.yaml",
        "A: ENC[AES256_GCM,data:x]\nsops:\n  mac: ENC[AES256_GCM,data:y]\n  version: 3.9.0\n",
    );
    let run = environment.trueup(&["render", "prod", "--var-file", "vars.yaml"]).exits(1);
    run.complains("vars.yaml is encrypted by SOPS").complains("--> vars.yaml:2:1");
}
