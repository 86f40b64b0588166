//! `trueup sandbox`: a control plane to try things out on.

use crate::harness::manifests::config_map;
use crate::harness::{TestEnvironment, sandbox_program};

#[test]
fn it_starts_serves_and_stops() {
    let Some(program) = sandbox_program() else { return };
    let environment = TestEnvironment::without_configuration().variable("TRUEUP_SANDBOX", program);
    let folder = environment.outside().join("sandbox");
    let dir = folder.display().to_string();

    let started = environment.trueup(&["sandbox", "start", "--dir", &dir]).success();
    started.prints("export KUBECONFIG=").prints("Stop it with: TRUEUP_SANDBOX=");
    environment.trueup(&["sandbox", "status", "--dir", &dir]).success().prints("\"running\":true");
    let kubeconfig = folder.join("kubeconfig").display().to_string();
    environment.write("a.yaml", &config_map("a", "x", "1"));
    environment.trueup(&["apply", "-f", "a.yaml", "--yes", "--kubeconfig", &kubeconfig]).success();
    environment.trueup(&["sandbox", "stop", "--dir", &dir]).success();

    assert!(!folder.exists());
    environment.trueup(&["sandbox", "status", "--dir", &dir]).exits(1);
}

#[test]
fn without_the_program_it_says_how_to_get_it() {
    let environment = TestEnvironment::without_configuration().variable("TRUEUP_SANDBOX", "/not/there");
    let run = environment.trueup(&["sandbox", "start"]).exits(1);
    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup sandbox start
    --- stderr
    error: TRUEUP_SANDBOX names /not/there, which isn't a file
    --- exit status 1
    ");
}
