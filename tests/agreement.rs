//! Whether checks without a cluster refuse what the API server refuses, and
//! nothing else. Each file of `tests/agreement/` has objects, and cases that
//! change an object in one place. What should come of a case isn't written
//! anywhere: the server decides.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use trueup::check::{Kinds, Set, Severity, check};
use trueup::json::Value;
use trueup::object::{FieldPath, Step};
use trueup::render::{self, SourceTree};
use trueup::yaml;

use crate::harness::TestEnvironment;

/// Cases about which we and the server differ, and why that's right.
const DIFFERENCES: &[(&str, &str)] = &[
    ("cron-job: time zone unknown", ZONE),
    ("cron-job: time zone in lower case", ZONE),
    ("horizontal-pod-autoscaler: target without a version", "older servers take it"),
    ("metadata: namespace on a cluster role", "the server drops it; we want identities to say what is meant"),
    ("mutating-webhook: condition not an expression", CEL),
    ("network-policy: range leading zeros", "older servers take it"),
    ("network-policy: range with host bits", "older servers take it"),
    ("pod: proc mount unmasked", "older servers drop the field"),
    ("service: cluster address of another range", "depends on the cluster"),
    ("stateful-set: service name in capitals", "older servers take it"),
    ("validating-admission-policy: expression not a boolean", CEL),
    ("validating-admission-policy: expression not one", CEL),
    ("validating-webhook: condition not an expression", CEL),
];

const ZONE: &str = "only the server knows which time zones there are";
const CEL: &str = "expressions in CEL aren't looked into";

/// Whether we would refuse the object.
fn is_refused(object: &Value) -> bool {
    let tree =
        SourceTree::AdHoc { directory: PathBuf::from("/"), stdin: Some(object.to_string().into_bytes()) };
    let Ok(rendered) = render::render(&tree, &["-".into()], &render::Means::default()) else { return true };
    let version = "1.36".parse().expect("a version");
    let kinds = Kinds::new(version, Kinds::definitions_in(&rendered.manifests)).expect("a known version");
    let set = Set { manifests: &rendered.manifests, kinds: &kinds, complete: false };
    check(&set).iter().any(|finding| finding.severity == Severity::Error)
}

#[test]
#[allow(clippy::print_stdout, reason = "counts are for people")]
fn checks_without_a_cluster_agree_with_the_server() {
    let environment = TestEnvironment::without_configuration();
    environment.create_namespace();
    let mut verdicts = environment.verdicts();
    let mut refused = 0;
    let mut wrong = Vec::new();
    let cases = cases();
    for (name, object) in &cases {
        let refusal = verdicts.refusal(object);
        refused += usize::from(refusal.is_some());
        let differs = refusal.is_some() != is_refused(object);
        let is_known = DIFFERENCES.iter().any(|(known, _)| known == name);
        match (differs, is_known, refusal) {
            (true, false, Some(why)) => wrong.push(format!("we take {name}, the server says: {why}")),
            (true, false, None) => wrong.push(format!("we refuse {name}, the server takes it")),
            (false, true, _) => wrong.push(format!("{name} is listed as a difference, but there is none")),
            _ => {}
        }
    }
    let listed = DIFFERENCES.len();
    println!("{} objects, {refused} refused by the server, {listed} known differences", cases.len());
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// Sizes that no file should have.
fn sizes() -> BTreeMap<String, Value> {
    let map = |field: &str, size: usize| {
        let mut object =
            trueup::json::json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "large"}});
        set(&mut object, field, Value::from("x".repeat(size)));
        object
    };
    let mebibyte = 1024 * 1024;
    [
        ("sizes: data of a mebibyte", map("data.a", mebibyte)),
        ("sizes: data of a byte more", map("data.a", mebibyte + 1)),
        ("sizes: annotations of 256 KiB", map("metadata.annotations.a", mebibyte / 4 - 1)),
        ("sizes: annotations of a byte more", map("metadata.annotations.a", mebibyte / 4)),
    ]
    .map(|(name, object)| (name.to_owned(), object))
    .into()
}

/// Every case's object by `file: case`.
fn cases() -> BTreeMap<String, Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/agreement");
    let mut cases = sizes();
    for entry in fs::read_dir(folder).expect("the folder of the objects") {
        let path = entry.expect("an entry").path();
        let file = path.file_stem().and_then(|stem| stem.to_str()).expect("a name in UTF-8");
        let text = fs::read_to_string(&path).expect("a file");
        for document in yaml::documents(&text).unwrap_or_else(|error| panic!("{file}: {error:?}")) {
            for (case, edits) in document.value["cases"].as_object().expect("cases") {
                let mut object = document.value["object"].clone();
                for (path, value) in edits.as_object().expect("edits") {
                    match (path.as_str(), value.as_str()) {
                        ("remove", Some(path)) => remove(&mut object, path),
                        (path, _) => set(&mut object, path, value.clone()),
                    }
                }
                let twice = cases.insert(format!("{file}: {case}"), object);
                assert_eq!(twice, None, "{file}: {case} is there twice");
            }
        }
    }
    assert!(cases.len() > 900, "only {} cases", cases.len());
    cases
}

fn set(object: &mut Value, path: &str, value: Value) {
    *place(object, FieldPath::parse(path).expect("a path").steps()) = value;
}

fn remove(object: &mut Value, path: &str) {
    let path = FieldPath::parse(path).expect("a path");
    let (Step::Field(last), above) = path.steps().split_last().expect("a step") else {
        panic!("{path} isn't a field")
    };
    place(object, above).as_object_mut().expect("a map").remove(last).expect("something to remove");
}

/// The place in the object; it's made if it isn't there.
fn place<'a>(object: &'a mut Value, steps: &[Step]) -> &'a mut Value {
    steps.iter().fold(object, |value, step| match step {
        Step::Field(name) => &mut value[name.as_str()],
        Step::Index(index) => {
            let items = value.as_array_mut().expect("a list");
            if *index == items.len() {
                items.push(Value::Null);
            }
            &mut items[*index]
        }
        other => panic!("{other:?} isn't a step to edit"),
    })
}
