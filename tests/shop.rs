//! The example repository, in both of its environments.

use std::fs;
use std::path::Path;

use crate::harness::TestEnvironment;

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

#[test]
fn it_deploys_to_both_environments_and_is_done() {
    let mut environment = TestEnvironment::without_configuration();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/shop"), environment.root());
    environment.commit("Open the shop");

    environment.trueup(&["apply", "--all", "--yes"]).success();

    environment.trueup(&["plan", "--all", "--exit-code"]).success();
    environment.trueup(&["plan", "--all", "--exit-code", "--exact"]).success();
    environment.trueup(&["diff", "--all", "--drift", "--exit-code"]).success();
    for (name, objects) in [("dev", 13), ("prod", 15)] {
        let status = environment.trueup(&["status", name, "-o", "json"]).success().target();
        assert_eq!(status["health"]["ready"], objects, "{status}");
    }
}
