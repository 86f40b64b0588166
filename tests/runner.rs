//! The integration tests, one binary: each file is a module, named after the
//! command or capability that it tests. All share one real control plane.

mod access;
mod ad_hoc;
mod admission;
mod adopt;
mod after;
mod agreement;
mod apply;
mod branch;
mod builtin_kinds;
mod causes;
mod causes_rendered;
mod check;
mod command_line;
mod commit_order;
mod commits;
mod delete;
mod diff;
mod discovery;
mod documents;
mod drift;
mod errors;
mod events;
mod everywhere;
mod fail_fast;
mod failure;
mod faults;
mod forget;
mod generated;
mod git_sources;
mod harness;
mod health;
mod helm;
mod hold;
mod hooks;
mod input;
mod interrupt;
mod jsonnet;
mod judging;
mod keep_secrets;
mod killed;
mod kinds;
mod kstatus;
mod kustomize;
mod lock;
mod moved;
mod namespaces;
mod order;
mod ownership;
mod past;
mod plan;
mod preconditions;
mod proof;
mod prune;
mod render;
mod render_cache;
mod renderers;
mod replace;
mod replicas;
mod restored;
mod rollback;
mod rollback_on_failure;
mod rules;
mod sandbox;
mod saved_plan;
mod scale;
mod schema_custom;
mod screen;
mod secret_variables;
mod secrets;
mod selection;
mod shop;
mod signed_commits;
mod simulation;
mod sops;
mod status;
mod still_needed;
mod two_plans;
mod variables;
mod versions;
mod wait_all;
mod yaml;

/// A file that isn't a module here would never run.
#[test]
fn every_test_file_is_a_module() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let declared: Vec<&str> = include_str!("runner.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'))
        .collect();
    for entry in std::fs::read_dir(folder).expect("the tests' folder") {
        let path = entry.expect("an entry").path();
        let is_module = path.extension().is_some_and(|end| end == "rs") || path.join("mod.rs").is_file();
        let name = path.file_stem().and_then(|stem| stem.to_str()).expect("a name in UTF-8");
        if is_module && name != "runner" {
            assert!(declared.contains(&name), "tests/{name} isn't declared in tests/runner.rs");
        }
    }
}
