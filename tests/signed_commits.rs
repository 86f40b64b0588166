//! `requires.signedBy`: commits that one of certain keys has signed.

use crate::harness::TestEnvironment;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/signature/fixtures");

/// What the fixtures sign a commit of.
const SETTINGS: &str =
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  value: \"signed\"\n";

fn fixture(name: &str) -> String {
    std::fs::read_to_string(format!("{FIXTURES}/{name}")).expect("a fixture")
}

/// A checkout that requires a signature by Ada, or by an SSH key.
fn checkout() -> TestEnvironment {
    let environment = TestEnvironment::new().variable("COLUMNS", "1000");
    let requires = "    requires: {signedBy: [keys/ada.asc, keys/ssh.pub]}\n";
    environment.write("trueup.yaml", &format!("{}{requires}", environment.configuration()));
    environment.write("keys/ada.asc", &fixture("ada.asc"));
    environment.write("keys/ssh.pub", &fixture("ssh-ed25519.pub"));
    environment.write("deploy/settings.yaml", SETTINGS);
    environment
}

/// The commit of the fixtures with this signature, if any: its id.
fn commit(environment: &TestEnvironment, signature: Option<&str>) -> String {
    environment.repository.git(&["add", "deploy"]);
    environment.repository.git(&["write-tree"]);
    let commit = fixture("commit.txt");
    let (headers, message) = commit.split_once("\n\n").expect("a message");
    let signature = signature.map(|name| fixture(name).trim_end().replace('\n', "\n "));
    let signature = signature.map_or_else(String::new, |signature| format!("\ngpgsig {signature}"));
    environment.write("commit", &format!("{headers}{signature}\n\n{message}"));
    let id = environment.repository.git(&["hash-object", "-t", "commit", "-w", "commit"]);
    environment.remove("commit");
    id
}

#[test]
fn a_commit_that_one_of_the_keys_has_signed_is_deployed() {
    for signature in ["ada.sig", "ssh-ed25519.sig"] {
        let environment = checkout();
        let id = commit(&environment, Some(signature));

        environment.trueup(&["apply", "prod", "--ref", &id, "--yes"]).success();

        assert_eq!(environment.live_object("v1/configmaps/settings")["data"]["value"], "signed");
    }
}

#[test]
fn a_commit_that_nobody_has_signed_is_refused() {
    let environment = checkout();
    let id = commit(&environment, None);

    let run = environment.trueup(&["apply", "prod", "--ref", &id, "--yes"]).exits(3);

    run.prints("refused: signature: ").prints("isn't signed, which `requires.signedBy` asks for");
    assert!(environment.footprint().is_empty());
    let plan = environment.trueup(&["plan", "prod", "--ref", &id]).success();
    plan.prints("apply would be refused now: signature: ");
    let passing = ["--override", "signature", "--reason", "The key is in the mountains"];
    environment.trueup(&[&["apply", "prod", "--ref", &id, "--yes"][..], &passing].concat()).success();
}

#[test]
fn a_commit_that_somebody_else_has_signed_is_refused() {
    let environment = checkout();
    for (signature, part) in [
        ("mallory.sig", "which isn't among the keys"),
        ("ssh-rsa.sig", "it is signed by the SSH key SHA256:"),
        ("ssh-file.sig", "it is one for \"file\""),
    ] {
        let id = commit(&environment, Some(signature));
        environment.trueup(&["apply", "prod", "--ref", &id, "--yes"]).exits(3).prints(part);
    }
    assert!(environment.footprint().is_empty());
}

#[test]
fn keys_that_cannot_be_read_are_no_keys() {
    let environment = checkout();
    let id = commit(&environment, Some("ada.sig"));
    environment.write("keys/ssh.pub", "hello\n");
    let run = environment.trueup(&["apply", "prod", "--ref", &id, "--yes"]).exits(3);
    run.prints("keys/ssh.pub can't be read: line 1: it isn't an SSH public key");
    environment.remove("keys/ssh.pub");
    environment
        .trueup(&["apply", "prod", "--ref", &id, "--yes"])
        .exits(3)
        .prints("keys/ssh.pub can't be read");
}

#[test]
fn what_is_not_committed_is_signed_by_nobody() {
    let mut environment = checkout();
    environment.commit("Open the shop");
    environment.write("deploy/settings.yaml", &SETTINGS.replace("signed", "mine"));

    let run = environment.trueup(&["apply", "prod", "--yes", "--dirty"]).exits(3);

    run.prints("signature: what isn't committed is signed by nobody");
}
