//! Files that SOPS has encrypted: decrypted in memory, secret wherever they go.

use std::fs;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::harness::manifests::{config_map, secret};
use crate::harness::sops::AgeKey;
use crate::harness::tools::Tool;
use crate::harness::{Run, Running, TestEnvironment, wait_until};
use crate::render_cache::kept;

const PASSWORD: &str = "correct-horse-battery";

/// A repository on a machine that has these programs and a key.
fn with_key(tools: &[Tool]) -> (TestEnvironment, AgeKey) {
    let environment = TestEnvironment::new().with_tools(tools);
    let key = AgeKey::make(&environment, "key.txt");
    let path = key.path().to_owned();
    (environment.variable("SOPS_AGE_KEY_FILE", path).variable("COLUMNS", "1000"), key)
}

/// The password may be nowhere in the output, plain or in base64.
#[track_caller]
fn silent(run: Run) -> Run {
    let text = run.to_string();
    let encoded = STANDARD.encode(PASSWORD);
    assert!(!text.contains(PASSWORD) && !text.contains(encoded.trim_end_matches('=')), "{text}");
    run
}

#[track_caller]
fn data(environment: &TestEnvironment, name: &str, key: &str) -> String {
    let live = environment.live_object(&format!("v1/secrets/{name}"));
    let encoded = live["data"][key].as_str().expect("data");
    String::from_utf8(STANDARD.decode(encoded).expect("base64")).expect("text")
}

#[test]
fn what_is_encrypted_is_deployed_and_never_shown() {
    let (mut environment, key) = with_key(&[Tool::Sops]);
    let two = format!("{}---\n{}", secret("db", "password", PASSWORD), config_map("db", "url", PASSWORD));
    environment.commit_file("deploy/db.yaml", &key.encrypt_data(&two));

    for output in ["text", "json", "markdown"] {
        let plan = silent(environment.trueup(&["plan", "prod", "-o", output, "-v"]).success());
        silent(environment.trueup(&["diff", "prod", "-o", output]).success());
        plan.never_says("ENC[");
    }
    silent(environment.trueup(&["render", "prod"]).success()).prints("url: \"‹masked #1›\"");
    silent(environment.apply());

    assert_eq!(data(&environment, "db", "password"), PASSWORD);
    assert_eq!(environment.live_object("v1/configmaps/db")["data"]["url"], PASSWORD);
    assert!(environment.live_object("v1/secrets/db").get("sops").is_none());
    environment.trueup(&["plan", "prod", "--exit-code"]).success();
    environment.edit("v1/configmaps/db", &trueup::json::json!({"data": {"url": "changed"}}));
    silent(environment.trueup(&["diff", "prod", "--drift"]).success()).prints("data.url");
    silent(environment.trueup(&["status", "prod", "-o", "json"]).success());
    silent(environment.trueup(&["history", "prod", "1", "-o", "json"]).success());
    let records = environment.live_list("v1/configmaps").into_iter();
    for record in records.filter(|record| record["metadata"]["name"] != "db") {
        assert!(!record.to_string().contains(PASSWORD), "{record}");
    }
}

/// By what was recorded, or where nothing was, by what stands beside it.
#[test]
fn what_leaves_an_encrypted_manifest_is_still_secret() {
    let (mut environment, key) = with_key(&[Tool::Sops]);
    let with = |environment: &TestEnvironment, name: &str| {
        let map = config_map("a", name, PASSWORD).replace("\ndata:", "\ndata:\n  open: shown");
        environment.write("deploy/a.yaml", &key.encrypt("a.yaml", &map, &["--encrypted-regex", "pass"]));
        environment.write("deploy/b.yaml", &key.encrypt_data(&config_map("b", name, PASSWORD)));
    };
    with(&environment, "password");
    environment.commit("Start");
    environment.apply();
    with(&environment, "passphrase");
    environment.remove("deploy/b.yaml");
    environment.commit("Rename");

    for output in [&["-o", "text"][..], &["-o", "json"], &["-o", "markdown"], &["--unified"]] {
        let arguments = [&["diff", "prod"][..], output].concat();
        silent(environment.trueup(&arguments).success()).prints("password");
        let compared = [&["diff", "prod", "HEAD~1..HEAD"][..], output].concat();
        silent(environment.trueup(&compared).success());
        let alone = [&["diff", "-f", "deploy"][..], output].concat();
        silent(environment.trueup(&alone).success()).prints("password");
    }
    environment.write("deploy/a.yaml", &config_map("a", "open", "shown"));
    environment.commit("Nothing is encrypted any more");
    silent(environment.trueup(&["diff", "prod"]).success()).prints("password");
    silent(environment.trueup(&["diff", "prod", "--unified"]).success()).prints("password");
    silent(environment.apply());
}

#[test]
fn a_file_without_its_key_is_named_with_its_recipients() {
    let (environment, key) = with_key(&[Tool::Sops]);
    environment.write("deploy/db.yaml", &key.encrypt_data(&secret("db", "password", PASSWORD)));
    let other = AgeKey::make(&environment, "other.txt");
    let none = environment.outside().join("none.txt");

    let wrong = environment.trueup(&["render", "prod", "--age-key-file", other.path()]).exits(1);
    insta::assert_snapshot!(wrong.snapshot().replace(&key.recipient, "$RECIPIENT"), @"
    $ trueup render prod --age-key-file $OUTSIDE/other.txt
    --- stderr
    error: can't decrypt deploy/db.yaml: the keys at hand are others than those that it's encrypted for
     --> deploy/db.yaml
    caused by: it's encrypted for $RECIPIENT

    hint: an age key comes from --age-key-file, SOPS_AGE_KEY_FILE or SOPS_AGE_KEY, others as sops expects them
    --- exit status 1
    ");

    environment.write("deploy/more.yaml", &key.encrypt_data(&secret("more", "password", PASSWORD)));
    let missing = environment.trueup(&["render", "prod", "--age-key-file", none.to_str().expect("UTF-8")]);
    let missing = missing.exits(1).complains("none.txt can't be read").complains("No such file");
    assert_eq!(missing.stderr.matches("none.txt can't be read").count(), 1, "{missing}");
    environment.trueup(&["render", "prod", "--age-key-file", key.path()]).success();
    let environment = environment.variable("SOPS_AGE_KEY_FILE", "");
    let without = environment.trueup(&["render", "prod"]).exits(1);
    without.complains("can't decrypt deploy/db.yaml: there is no key for it").complains(&key.recipient);
}

#[test]
fn the_configuration_may_name_the_file_of_keys() {
    let (environment, key) = with_key(&[Tool::Sops]);
    environment.write("deploy/db.yaml", &key.encrypt_data(&secret("db", "password", PASSWORD)));
    let environment = environment.variable("SOPS_AGE_KEY_FILE", "");
    let with = |file: &str| {
        let lines = format!("secrets: {{sops: {{age-key-file: {file}}}}}\n");
        environment.write("trueup.yaml", &format!("{}{lines}", environment.configuration()));
        environment.trueup(&["render", "prod"])
    };
    with("../key.txt").success();
    with("env").exits(1).complains("there is no key for it");
    with("~/key.txt").exits(1).complains("key.txt can't be read");
    with("[a]").exits(1).complains("must be a string");
}

#[test]
fn what_was_changed_after_it_was_encrypted_is_refused_without_its_content() {
    let (environment, key) = with_key(&[Tool::Sops]);
    let sealed = key.encrypt_data(&secret("db", "password", "other-password"));
    let line = sealed.lines().find(|line| line.contains("password: ENC[")).expect("a value");
    let broken = line.replace("data:", "data:AAAA");
    let typed = format!("    password: {PASSWORD}");
    for (what, change) in [
        ("its MAC doesn't fit", sealed.replace("name: db", "name: web")),
        ("a value isn't what was encrypted", sealed.replace(line, &broken)),
        ("a value isn't what was encrypted", sealed.replace(line, &typed)),
    ] {
        environment.write("deploy/db.yaml", &change);
        let run = silent(environment.trueup(&["apply", "prod", "--yes", "--dirty"]).exits(1));
        run.complains("can't decrypt deploy/db.yaml").complains(what);
    }
    environment.write("deploy/db.yaml", &format!("{sealed}---\n{}", config_map("a", "b", "c")));
    let run = environment.trueup(&["render", "prod"]).exits(1);
    run.complains("this document isn't encrypted, though another one of its file is")
        .complains("(document 2)");
    assert!(environment.live_namespace().is_none());
}

#[test]
fn a_program_that_isnt_there_is_old_or_hangs_is_told() {
    let (environment, key) = with_key(&[]);
    environment.write("deploy/db.yaml", &key.encrypt_data(&secret("db", "password", PASSWORD)));
    let missing = environment.trueup(&["render", "prod"]).exits(1);
    insta::assert_snapshot!(missing.snapshot(), @"
    $ trueup render prod
    --- stderr
    error: sops is needed to decrypt this, and isn't there
     --> deploy/db.yaml
    caused by: there is no sops on PATH

    hint: install it: https://getsops.io/docs/#download
    --- exit status 1
    ");

    environment.program("tools/sops", "[ \"$1\" = --version ] && echo sops 3.7.1 && exit\nexec sleep 100");
    let with = |tools: &str| {
        environment.write("trueup.yaml", &format!("{}tools: {tools}\n", environment.configuration()));
        environment.trueup(&["render", "prod"]).exits(1)
    };
    with("{sops: {version: '>=3.9', program: tools/sops}}")
        .complains("this needs sops >=3.9, but ")
        .complains("is sops 3.7.1");
    let hung = with("{sops: {program: tools/sops}, timeout: 300ms}");
    hung.complains("sops took longer than 0.3 s over deploy/db.yaml, and was killed")
        .complains("a passphrase");
}

#[test]
fn places_are_those_of_the_encrypted_file() {
    let (environment, key) = with_key(&[Tool::Sops]);
    let wrong =
        "# a comment\napiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData: {a: b}\ndta: {}\n";
    environment.write("deploy/db.yaml", &key.encrypt_data(wrong));
    let line =
        environment.read("deploy/db.yaml").lines().position(|line| line.starts_with("dta")).expect("a line")
            + 1;
    let run = environment.trueup(&["check", "prod"]).exits(1);
    run.prints("unknown field \"dta\"").prints(&format!("deploy/db.yaml:{line}:1"));
}

#[test]
fn variables_leave_what_is_encrypted_alone() {
    let (environment, key) = with_key(&[Tool::Sops]);
    let sources = "sources: [{path: deploy, substitute: true}]\n";
    let configuration = environment.configuration().replace("sources: deploy\n", sources);
    environment.write("trueup.yaml", &format!("{configuration}    vars: {{NAME: db}}\n"));
    let odd = format!("{PASSWORD}$$ ${{NAME}} ${{");
    let manifest = secret("${NAME}", "password", &odd).replace("name: ${NAME}", "name: \"${NAME}\"");
    environment.write("deploy/db.yaml", &key.encrypt_data(&manifest));

    silent(environment.trueup(&["apply", "prod", "--yes", "--dirty"]).success());

    assert_eq!(data(&environment, "db", "password"), odd);
}

#[test]
fn a_mistake_in_an_encrypted_file_is_told_without_its_values() {
    let (environment, key) = with_key(&[Tool::Sops]);
    let manifest =
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  labels: {{a: \"{PASSWORD} !\"}}\n");
    environment.write("deploy/a.yaml", &key.encrypt("a.yaml", &manifest, &["--encrypted-regex", "^labels$"]));
    silent(environment.trueup(&["render", "prod"]).exits(1)).complains("deploy/a.yaml");
}

#[test]
fn what_an_operator_decrypts_in_the_cluster_stays_encrypted() {
    let (environment, key) = with_key(&[Tool::Sops]);
    let manifest =
        "apiVersion: isindir.github.com/v1alpha3\nkind: SopsSecret\nmetadata: {name: a}\nspec: {data: b}\n";
    environment.write("deploy/a.yaml", &key.encrypt("a.yaml", manifest, &["--encrypted-regex", "^data$"]));
    environment.trueup(&["render", "prod"]).success().prints("data: ENC[").prints("sops:");
}

#[test]
fn files_that_should_be_encrypted_and_arent_are_told() {
    let (mut environment, key) = with_key(&[Tool::Sops]);
    environment.write(
        ".sops.yaml",
        "creation_rules:\n- path_regex: deploy/.*\\.yaml$\n  encrypted_regex: ^(data|stringData)$\n",
    );
    environment.write("deploy/db.yaml", &key.encrypt_data(&secret("db", "password", PASSWORD)));
    environment.write("deploy/web.yaml", &secret("web", "password", "another-password"));
    environment.write("deploy/settings.yaml", &config_map("settings", "a", "b"));
    environment.commit("Start");
    let warning = "deploy/web.yaml isn't encrypted, though .sops.yaml wants it to be";

    environment
        .trueup(&["plan", "prod"])
        .success()
        .prints(warning)
        .never_says("db.yaml isn't")
        .never_says("settings.yaml isn't");
    environment.trueup(&["check", "prod"]).success().prints(warning);
    environment.trueup(&["render", "prod"]).success().complains(warning);
    let plan = environment.trueup(&["plan", "prod", "--ref", "HEAD"]).success().prints(warning);
    plan.never_says("another-password");
    environment.write(".sops.yaml", "creation_rules: []\n");
    environment.trueup(&["render", "prod"]).success().never_says("isn't encrypted");
    environment.trueup(&["render", "prod", "--ref", "HEAD"]).success().complains(warning);
}

#[test]
fn what_is_encrypted_and_says_so_no_more_is_told() {
    let (environment, key) = with_key(&[Tool::Sops, Tool::Helm4]);
    let sources = "sources: [deploy, chart]\n";
    environment.write("trueup.yaml", &environment.configuration().replace("sources: deploy\n", sources));
    environment.write(".sops.yaml", "creation_rules:\n- path_regex: .*\n");
    let encrypted = key.encrypt_data(&secret("db", "password", PASSWORD));
    let (lost, _) = encrypted.split_once("sops:\n").expect("its own part");
    environment.write("deploy/db.yaml", lost);
    environment.write("chart/Chart.yaml", "apiVersion: v2\nname: chart\nversion: 1.0.0\n");
    environment.write("chart/files/a.yaml", &key.encrypt("a.yaml", "a: hidden\n", &[]));
    let template = config_map("a", "a", "VALUE").replace("\"VALUE\"", "VALUE");
    let template = template.replace("VALUE", "{{ .Files.Get \"files/a.yaml\" | quote }}");
    environment.write("chart/templates/a.yaml", &template);

    let run = environment.trueup(&["render", "prod"]).success();

    run.complains("Secret/db holds what SOPS has encrypted and nothing decrypts")
        .complains("ConfigMap/a holds what SOPS has encrypted and nothing decrypts")
        .never_says("sops encrypt -i");
}

#[test]
fn files_of_programs_that_should_be_encrypted_and_arent_are_told() {
    let (environment, key) = with_key(&[Tool::Sops, Tool::Kustomize, Tool::Helm4]);
    let sources = "sources: [deploy, {path: chart, values: [values/secret.yaml, values/open.yaml]}]\n";
    environment.write("trueup.yaml", &environment.configuration().replace("sources: deploy\n", sources));
    environment.write(".sops.yaml", "creation_rules:\n- path_regex: secret|\\.env$\n");
    environment.write("deploy/kustomization.yaml", "secretGenerator: [{name: a, envs: [a.env, b.env]}]\n");
    environment.write("deploy/a.env", "A=another-password\n");
    environment.write("deploy/b.env", &key.encrypt("b.env", "B=x\n", &[]));
    environment.write("chart/Chart.yaml", "apiVersion: v2\nname: chart\nversion: 1.0.0\n");
    environment.write("chart/templates/a.yaml", &config_map("a", "a", "b"));
    environment.write("values/secret.yaml", "password: another-password\n");
    environment.write("values/open.yaml", "a: b\n");

    let run = environment.trueup(&["render", "prod"]).success();

    let run = run.complains("deploy/a.env isn't encrypted").complains("values/secret.yaml isn't encrypted");
    run.never_says("b.env isn't").never_says("open.yaml isn't").never_says("another-password");
}

#[test]
fn without_a_key_the_rest_is_checked() {
    let (environment, key) = with_key(&[Tool::Sops]);
    let two = format!("{}dta: {{}}\n---\n{}", secret("db", "password", PASSWORD), config_map("db", "a", "b"));
    environment.write("deploy/db.yaml", &key.encrypt_data(&two));
    let environment = environment.variable("SOPS_AGE_KEY_FILE", "");
    for environment in [&environment, &TestEnvironment::new().with_no_tools()] {
        environment.write("deploy/db.yaml", &key.encrypt_data(&two));
        let run = environment.trueup(&["check", "prod"]).exits(1).prints("unknown field \"dta\"");
        run.prints("deploy/db.yaml can't be decrypted here").prints("1 error");
    }
    environment.write("deploy/db.yaml", &key.encrypt("a.yaml", &two, &[]));
    environment.trueup(&["check", "prod"]).exits(1).prints("there is no key for it");
}

/// Two releases: the first one's key is gone since, and so is its password.
fn rotated() -> TestEnvironment {
    let (mut environment, key) = with_key(&[Tool::Sops]);
    rotate(&mut environment, &key);
    environment
}

/// The same, of files that are there.
fn rotate(environment: &mut TestEnvironment, key: &AgeKey) {
    environment.write("deploy/settings.yaml", &config_map("settings", "value", "one"));
    environment.commit_file("deploy/db.yaml", &key.encrypt_data(&secret("db", "password", "first-password")));
    environment.apply();
    fs::remove_file(&key.file).expect("a key");
    let key = AgeKey::make(environment, "key.txt");
    environment.write("deploy/settings.yaml", &config_map("settings", "value", "two"));
    environment.commit_file("deploy/db.yaml", &key.encrypt_data(&secret("db", "password", PASSWORD)));
    environment.apply();
}

#[test]
fn a_rollback_to_a_commit_whose_key_is_gone_says_how_to_keep_secrets() {
    let environment = rotated();
    let run = environment.trueup(&["rollback", "prod", "--yes"]).exits(1);
    run.complains("the keys at hand are others").complains("`trueup rollback --keep-secrets`");
    assert_eq!(data(&environment, "db", "password"), PASSWORD);

    // Without the program it can't even be tried.
    let environment = environment.with_no_tools();
    silent(environment.trueup(&["rollback", "prod", "--yes", "--keep-secrets"]).success())
        .prints("left as it is");
    assert_eq!(data(&environment, "db", "password"), PASSWORD);
    assert_eq!(environment.live_object("v1/configmaps/settings")["data"]["value"], "one");
}

#[test]
fn a_secret_that_is_missing_isnt_created_from_what_is_encrypted() {
    let environment = rotated();
    environment.delete("v1/secrets/db");
    let run = environment.trueup(&["rollback", "prod", "--yes", "--keep-secrets"]).exits(1);
    run.complains("Secret/db isn't live, and would have to be created").complains("deploy/db.yaml");
    assert!(environment.live("v1/secrets/db").is_none());
}

#[test]
fn a_kustomizations_encrypted_secrets_are_kept_without_their_key() {
    let (mut environment, key) = with_key(&[Tool::Sops, Tool::Kustomize]);
    environment.write("deploy/kustomization.yaml", "resources: [db.yaml, settings.yaml]\n");
    rotate(&mut environment, &key);

    silent(environment.trueup(&["rollback", "prod", "--yes", "--keep-secrets"]).success()).never_says("ENC[");

    assert_eq!(data(&environment, "db", "password"), PASSWORD);
    assert_eq!(environment.live_object("v1/configmaps/settings")["data"]["value"], "one");
}

#[test]
fn many_files_are_decrypted_and_given_on_standard_input_too() {
    let (environment, key) = with_key(&[Tool::Sops]);
    for number in 0..12 {
        let manifest = secret(&format!("s{number}"), "password", PASSWORD);
        environment.write(&format!("deploy/s{number:02}.yaml"), &key.encrypt_data(&manifest));
    }
    let objects = silent(environment.trueup(&["render", "prod", "-o", "json"]).success()).json();
    let names: Vec<_> = objects["objects"]
        .as_array()
        .expect("objects")
        .iter()
        .map(|one| one["manifest"]["metadata"]["name"].clone())
        .collect();
    assert_eq!(names, (0..12).map(|number| format!("s{number}")).collect::<Vec<_>>());
    let given = environment.read("deploy/s00.yaml");
    silent(environment.trueup_reading(&["render", "-f", "-"], &given).success())
        .prints("password: \"‹masked");
}

#[test]
fn an_earlier_commit_is_decrypted_as_it_was() {
    let (mut environment, key) = with_key(&[Tool::Sops]);
    environment.commit_file("deploy/db.yaml", &key.encrypt_data(&secret("db", "password", PASSWORD)));
    environment
        .commit_file("deploy/db.yaml", &key.encrypt_data(&secret("db", "password", "second-password")));
    silent(environment.trueup(&["apply", "prod", "--yes", "--ref", "HEAD~1"]).success());
    assert_eq!(data(&environment, "db", "password"), PASSWORD);
    let compared = environment.trueup(&["diff", "prod", "HEAD~1..HEAD"]).success();
    silent(compared).prints("Secret/db").never_says("second-password");
}

#[test]
fn a_kustomization_gets_its_files_decrypted_and_what_is_made_of_them_is_secret() {
    let (mut environment, key) = with_key(&[Tool::Sops, Tool::Kustomize]);
    environment.write(
        "deploy/kustomization.yaml",
        "resources: [db.yaml]\nsecretGenerator:\n- {name: env, envs: [a.env]}\n- {name: file, files: [token=token.bin, conf.ini]}\nconfigMapGenerator:\n- {name: open, files: [b.env]}\n",
    );
    environment.write("deploy/db.yaml", &key.encrypt_data(&secret("db", "password", PASSWORD)));
    environment.write("deploy/a.env", &key.encrypt("a.env", &format!("A={PASSWORD}\n"), &[]));
    environment.write("deploy/b.env", &key.encrypt("b.env", &format!("B={PASSWORD}\n"), &[]));
    environment.write("deploy/token.bin", &key.encrypt("token.bin", PASSWORD, &[]));
    environment.write("deploy/conf.ini", &key.encrypt("conf.ini", &format!("[a]\nb = {PASSWORD}\n"), &[]));
    environment.write("deploy/unused.yaml", "a: ENC[AES256_GCM,data:x]\nsops: {mac: a, version: b}\n");
    environment.commit("Start");

    silent(environment.trueup(&["plan", "prod"]).success());
    silent(environment.apply());

    assert_eq!(data(&environment, "db", "password"), PASSWORD);
    let secrets = environment.live_list("v1/secrets").into_iter();
    let texts: Vec<String> = secrets.map(|secret| secret["data"].to_string()).collect();
    let encoded = STANDARD.encode(PASSWORD);
    assert_eq!(texts.iter().filter(|text| text.contains(&encoded)).count(), 3, "{texts:?}");
    let maps = environment.live_list("v1/configmaps");
    assert_eq!(maps.iter().filter(|map| map.to_string().contains(PASSWORD)).count(), 1);
    environment.trueup(&["plan", "prod", "--exit-code"]).success();
    let run = environment.trueup(&["render", "prod", "--age-key-file", "trueup.yaml"]).exits(1);
    run.complains("can't decrypt deploy/a.env")
        .complains("can't decrypt deploy/token.bin")
        .complains(&key.recipient);
}

#[test]
fn values_of_a_chart_are_decrypted_and_masked_wherever_they_come_out() {
    for tool in [Tool::Helm4, Tool::Helm3] {
        let (environment, key) = with_key(&[Tool::Sops, tool]);
        let sources = "sources: [{path: chart, values: [secrets.yaml, plain.yaml]}]\n";
        environment.write("trueup.yaml", &environment.configuration().replace("sources: deploy\n", sources));
        environment.write("chart/Chart.yaml", "apiVersion: v2\nname: chart\nversion: 1.0.0\n");
        environment.write(
            "chart/templates/a.yaml",
            &config_map("a", "url", "https://me:{{ .Values.password }}@{{ .Values.host }}"),
        );
        environment.write("plain.yaml", "host: db.example\n");
        environment.write(
            "secrets.yaml",
            &key.encrypt("secrets.yaml", &format!("password: {PASSWORD}\nhost: a\n"), &[]),
        );

        let run = silent(environment.trueup(&["render", "prod"]).success());
        run.prints("url: \"‹masked #1›\"").never_says("db.example");

        environment.write("chart/templates/a.yaml", "{{ fail .Values.password }}");
        silent(environment.trueup(&["render", "prod"]).exits(1))
            .complains("‹masked›")
            .complains("chart/templates/a.yaml");
    }
}

#[test]
fn what_is_made_of_encrypted_files_is_neither_kept_nor_looked_for() {
    let (environment, key) = with_key(&[Tool::Sops, Tool::Kustomize, Tool::Helm4]);
    let sources = "sources: [deploy, {path: chart, values: [values.yaml]}]\n";
    environment.write("trueup.yaml", &environment.configuration().replace("sources: deploy\n", sources));
    environment.write(
        "deploy/kustomization.yaml",
        "configMapGenerator: [{name: a, envs: [a.env]}]\ngeneratorOptions: {disableNameSuffixHash: true}\n",
    );
    environment.write("chart/Chart.yaml", "apiVersion: v2\nname: chart\nversion: 1.0.0\n");
    environment.write("chart/templates/b.yaml", &config_map("b", "value", "{{ .Values.value }}"));
    let write = |value: &str, sealed: &dyn Fn(&str, &str) -> String| {
        environment.write("deploy/a.env", &sealed("a.env", &format!("value={value}\n")));
        environment.write("values.yaml", &sealed("values.yaml", &format!("value: {value}\n")));
    };
    write("in-plain", &|_, text| text.to_owned());
    environment.trueup(&["render", "prod"]).success();
    assert_eq!(kept(&environment), 2, "nothing is encrypted yet");

    // The last one is too short to be looked for in the output.
    for value in [PASSWORD, "another-password", "abc"] {
        write(value, &|name, text| key.encrypt(name, text, &[]));
        silent(environment.trueup(&["apply", "prod", "--yes", "--dirty"]).success());
        for name in ["a", "b"] {
            let live = environment.live_object(&format!("v1/configmaps/{name}"));
            assert_eq!(live["data"]["value"], value, "{name}");
        }
        let without_programs = environment.trueup_with(&["render", "prod"], "TMPDIR", "/nonexistent");
        silent(without_programs.exits(1)).complains("can't write temporary files");
    }
    assert_eq!(kept(&environment), 2, "nothing is new");
}

/// A script in the place of `sops` counts.
#[test]
fn a_boolean_that_was_decrypted_counts_as_decrypted_too() {
    let (environment, key) = with_key(&[Tool::Sops, Tool::Helm4]);
    let log = environment.outside().join("runs");
    let (real, counted) = (Tool::Sops.program(), log.display());
    environment.program("tools/sops", &format!("echo run >> {counted}\nexec {} \"$@\"\n", real.display()));
    let sources = "sources: [{path: chart, values: [secrets.yaml, plain.yaml]}]\n";
    let configuration = environment.configuration().replace("sources: deploy\n", sources);
    environment.write("trueup.yaml", &format!("{configuration}tools: {{sops: {{program: tools/sops}}}}\n"));
    environment.write("chart/Chart.yaml", "apiVersion: v2\nname: chart\nversion: 1.0.0\n");
    let template = config_map("a", "level", "{{ .Values.level }}{{ .Values.pin }}");
    environment.write("chart/templates/a.yaml", &template);
    environment.write("plain.yaml", "level: info\n");
    environment.write("secrets.yaml", &key.encrypt("secrets.yaml", "pin: true\n", &[]));
    let mut environment = environment;
    environment.commit("Start");
    environment.apply();
    environment.commit_file("plain.yaml", "level: warn\n");
    fs::write(&log, "").expect("a file");

    environment.trueup(&["plan", "prod"]).success().prints("data.level");

    assert_eq!(fs::read_to_string(&log).expect("a log"), "run\n");
}

#[test]
fn jsonnet_doesnt_get_what_is_encrypted() {
    let (environment, key) = with_key(&[Tool::Sops]);
    let configuration = environment.configuration().replace("sources: deploy\n", "sources: a.jsonnet\n");
    environment.write("trueup.yaml", &configuration);
    for (import, name, text) in [
        ("importstr", "a.yaml", format!("password: {PASSWORD}\n")),
        ("import", "a.json", format!("{{\"password\": \"{PASSWORD}\"}}")),
        ("importstr", "a.env", format!("PASSWORD={PASSWORD}\n")),
        ("importbin", "a.bin", PASSWORD.to_owned()),
    ] {
        environment.write(&format!("lib/{name}"), &key.encrypt(name, &text, &[]));
        environment.write("a.jsonnet", &format!("{{ a: {import} 'lib/{name}' }}\n"));
        let run = silent(environment.trueup(&["render", "prod"]).exits(1));
        run.complains(&format!("lib/{name} is encrypted by SOPS, and isn't decrypted for Jsonnet"))
            .complains("make it a source of its own");
    }
}

/// A script in kustomize's place tells where its files are.
#[test]
fn what_is_decrypted_for_a_program_stays_in_memory() {
    let (environment, key) = with_key(&[Tool::Sops]);
    let script = "cat <<END\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  type: $(stat -f -c %T .)\n  home: $(stat -f -c %T \"$HOME\")\n  mode: \"$(stat -c %a ..)\"\n  file: $(cat ./deploy/a.env)\n  place: $(pwd)\nEND\n";
    environment.program("tools/render", script);
    let lines = "tools: {kustomize: {program: tools/render}}\n";
    environment.write("trueup.yaml", &format!("{}{lines}", environment.configuration()));
    environment.write("deploy/kustomization.yaml", "secretGenerator: [{name: a, envs: [a.env]}]\n");
    environment.write("deploy/a.env", &key.encrypt("a.env", &format!("A={PASSWORD}\n"), &[]));

    let run = silent(environment.trueup(&["render", "prod"]).success());

    let place =
        run.stdout.lines().find_map(|line| line.trim().strip_prefix("place: ")).expect("a place").to_owned();
    run.prints("type: tmpfs").prints("home: tmpfs").prints("mode: \"700\"").prints("file: \"‹masked");
    assert!(!std::path::Path::new(&place).exists(), "{place}");
}

#[test]
fn a_changed_value_is_its_commits() {
    let (mut environment, key) = with_key(&[Tool::Sops]);
    environment.commit_file("deploy/db.yaml", &key.encrypt_data(&secret("db", "password", "first-password")));
    environment.apply();
    let sealed = key.encrypt_data(&secret("db", "password", PASSWORD));
    let commit = environment.commit_file("deploy/db.yaml", &sealed);
    let plan = silent(environment.trueup(&["plan", "prod"]).success());
    plan.prints(&format!("data.password: ‹masked #1› → ‹masked #2›  ← {} (line 6)", &commit[..7]));
}

#[test]
fn the_key_below_the_home_folder_is_found() {
    let (environment, key) = with_key(&[Tool::Sops]);
    environment.write("deploy/db.yaml", &key.encrypt_data(&secret("db", "password", PASSWORD)));
    let environment = environment.variable("SOPS_AGE_KEY_FILE", "");
    environment.trueup(&["render", "prod"]).exits(1).complains("there is no key for it");
    let folder = environment.outside().join("home/.config/sops/age");
    fs::create_dir_all(&folder).expect("a folder");
    fs::copy(&key.file, folder.join("keys.txt")).expect("a key");
    environment.trueup(&["render", "prod"]).success();
}

/// A script in kustomize's place hangs, and has told where its files are.
fn hanging() -> (TestEnvironment, Running, PathBuf) {
    let (environment, key) = with_key(&[Tool::Sops]);
    let mark = environment.outside().join("mark");
    let path = mark.display();
    environment.program("tools/render", &format!("pwd > {path}.new; mv {path}.new {path}; exec sleep 20"));
    let lines = "tools: {kustomize: {program: tools/render}}\n";
    environment.write("trueup.yaml", &format!("{}{lines}", environment.configuration()));
    environment.write("deploy/kustomization.yaml", "secretGenerator: [{name: a, envs: [a.env]}]\n");
    environment.write("deploy/a.env", &key.encrypt("a.env", &format!("A={PASSWORD}\n"), &[]));
    let running = environment.spawn(&["render", "prod"]);
    wait_until("it hangs", || mark.exists());
    let folder = PathBuf::from(fs::read_to_string(&mark).expect("a place").trim());
    assert!(folder.join("deploy/a.env").exists());
    (environment, running, folder)
}

#[test]
fn a_signal_leaves_nothing_in_memory() {
    let (_environment, running, folder) = hanging();
    running.signal("TERM");
    running.end().exits(143);
    assert!(!folder.exists());
}

#[test]
fn what_a_killed_run_left_in_memory_is_removed_by_the_next() {
    let (environment, mut running, folder) = hanging();
    running.kill();
    let _ = running.end();
    // From here on any run may remove it, those of other tests too.
    environment
        .program("tools/render", "cat <<END\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nEND");
    environment.trueup(&["render", "prod"]).success();
    assert!(!folder.exists());
}
