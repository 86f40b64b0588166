//! Answers of a real API server (Kubernetes 1.36.3) to bad manifests, and what
//! users see of them.

use super::*;
use crate::json::Value;
use crate::object::{GroupKind, ObjectId, SecretPaths, Source};

/// A manifest and the server's answer.
struct Case {
    name: String,
    text: String,
    answer: Vec<u8>,
}

/// Reads cases: `=== name`, a manifest, `--- answer`, and one line of JSON.
fn cases(file: &str) -> Vec<Case> {
    let blocks = file.split("=== ").skip(1);
    blocks
        .map(|block| {
            let (name, rest) = block.split_once('\n').expect("a name");
            let (text, answer) = rest.split_once("--- answer\n").expect("an answer");
            Case { name: name.to_owned(), text: text.to_owned(), answer: answer.trim().as_bytes().to_vec() }
        })
        .collect()
}

pub(super) fn manifest(text: &str) -> Manifest {
    let documents = crate::yaml::documents(text).expect("YAML");
    let body: Value = documents[0].value.clone();
    let word = |value: &Value| value.as_str().map(str::to_owned);
    let api_version = word(&body["apiVersion"]).expect("a version");
    let (group, version) = api_version.split_once('/').unwrap_or(("", &api_version));
    let kind = word(&body["kind"]).expect("a kind");
    let metadata = &body["metadata"];
    let (namespace, name) = (word(&metadata["namespace"]), word(&metadata["name"]).expect("a name"));
    let source = Source {
        path: "deploy/bad.yaml".into(),
        line: 1,
        column: 1,
        document: 1,
        several: false,
        blob: "".into(),
        is_rendered: false,
        is_unsteady: false,
        given_by: 0,
        encrypted: crate::object::Encrypted::Nothing,
        item: None,
    };
    let id = ObjectId::new(GroupKind::new(group, &kind), namespace.as_deref(), &name);
    let secrets = SecretPaths::of_object(&id.kind, &body);
    Manifest { id, version: version.to_owned(), body, secrets, source, vars: None }
}

/// What the user sees of a case.
fn told(case: &Case) -> String {
    let code: Value = serde_json::from_slice(&case.answer).expect("JSON");
    let code = u16::try_from(code["code"].as_u64().expect("a code")).expect("a code");
    let error = ApiError::from_response("PATCH /object".into(), code, None, &case.answer);
    let all = explain(&manifest(&case.text), error, Some(&case.text));
    let text = crate::report::text::diagnostics(crate::report::Severity::Error, &all);
    anstream::adapter::strip_str(&text).to_string()
}

/// All of a file's cases, as users see them.
fn all_told(file: &str) -> String {
    let told = |case: &Case| format!("=== {}\n{}", case.name, told(case));
    cases(file).iter().map(told).collect::<Vec<_>>().join("\n")
}

#[test]
fn fields_that_do_not_fit_the_schema() {
    insta::assert_snapshot!("typed", all_told(include_str!("answers/typed.txt")));
}

#[test]
fn values_that_the_server_cannot_read() {
    insta::assert_snapshot!("decoding", all_told(include_str!("answers/decoding.txt")));
}

#[test]
fn values_that_validation_refuses() {
    insta::assert_snapshot!("invalid", all_told(include_str!("answers/invalid.txt")));
}

#[test]
fn fields_that_cannot_be_changed() {
    insta::assert_snapshot!("immutable", all_told(include_str!("answers/immutable.txt")));
}

#[test]
fn custom_resources_and_their_definitions() {
    insta::assert_snapshot!("custom", all_told(include_str!("answers/custom.txt")));
}

#[test]
fn what_admission_refuses() {
    insta::assert_snapshot!("admission", all_told(include_str!("answers/admission.txt")));
}

#[test]
fn what_is_wrong_with_the_request() {
    insta::assert_snapshot!("request", all_told(include_str!("answers/request.txt")));
}

/// Go's texts may hold anything; nothing here may panic or lose the message.
#[test]
fn whatever_the_server_says_is_told_somehow() {
    let manifest = manifest("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: shop}\n");
    for said in [
        "",
        "\n\n",
        "failed to create typed patch object (",
        "failed to create typed patch object (a; v1, Kind=A): ",
        "failed to create typed patch object (a; v1, Kind=A): .a[: b",
        "failed to create typed patch object (a; v1, Kind=A): .a: element x: y",
        "admission webhook ",
        "Internal error occurred: failed calling webhook \"x",
        "a is forbidden: violates PodSecurity \"x\": ((",
        "a is forbidden: exceeded quota: a",
        "a is forbidden: failed quota: ä: must specify ",
        "a is forbidden: [maximum usage per , but ",
        "x strict decoding error: unknown field \"",
    ] {
        for code in [400, 403, 409, 422, 500] {
            let status = StatusError { code, message: said.to_owned(), ..StatusError::default() };
            let told = explain(&manifest, ApiError::Status(Box::new(status)), None);
            let is_said = |diagnostic: &Diagnostic| diagnostic.message.len() > "shop/ConfigMap/a: ".len();
            assert!(!told.is_empty() && told.iter().all(is_said), "{said:?} ({code}): {told:?}");
        }
    }
}
