//! The command line itself.

use crate::harness::TestEnvironment;
use crate::harness::manifests::config_map;

#[test]
fn help_and_version_are_answers() {
    let environment = TestEnvironment::without_configuration();
    environment.trueup(&["--help"]).success().prints("rollback");
    environment.trueup(&["apply", "--help"]).success().prints("--wait-timeout");
    environment.trueup(&["--version"]).success().prints(concat!("trueup ", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_wrong_command_line_exits_with_64() {
    let environment = TestEnvironment::new();
    for arguments in [
        &["aplly"][..],
        &[],
        &["plan", "--ref"],
        &["plan", "prod", "--override", "protect"],
        &["plan", "prod", "--all"],
        &["plan", "-f", "x", "prod"],
        &["plan", "--name", "x"],
        &["plan", "--max-delete", "some"],
        &["plan", "--report", "pdf=x"],
        &["apply", "--wait-timeout", "soon"],
        &["apply", "--no-wait", "--wait-timeout", "3s"],
        &["apply", "--ref", "HEAD", "--dirty"],
        &["rollback", "prod", "HEAD~1", "--release", "1"],
    ] {
        let run = environment.trueup(arguments);
        assert_eq!(run.code, Some(64), "{run}");
        assert!(run.stderr.contains("error:") || run.stderr.contains("Usage:"), "{run}");
    }
}

#[test]
fn quiet_says_only_the_result() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));

    let run = environment.trueup(&["apply", "prod", "--yes", "--quiet"]).success();

    assert_eq!(run.stderr, "", "{run}");
}

#[test]
fn colour_is_for_those_who_ask_for_it() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));

    environment.trueup(&["plan", "prod"]).success().never_says("\u{1b}[");
    environment.trueup(&["plan", "prod", "--color", "always"]).success().prints("\u{1b}[");
}

#[test]
fn what_to_deploy_never_comes_from_the_environment() {
    let mut environment =
        TestEnvironment::new().variable("TRUEUP_REF", "nowhere").variable("TRUEUP_ENV", "other");
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));

    environment.trueup(&["plan"]).success();
}

#[test]
fn annotations_are_for_github_actions() {
    let environment = TestEnvironment::new().variable("GITHUB_ACTIONS", "true");
    environment.write("deploy/bad.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  labels: {}\n");

    let run = environment.trueup(&["plan", "prod"]).exits(1);

    let all = format!("{}{}", run.stdout, run.stderr);
    assert!(all.contains("::error file=deploy/bad.yaml,line=3"), "{run}");
}
