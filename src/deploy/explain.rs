//! The API server's refusals, told as errors of the manifest: which field of
//! which file, and in words that don't need the server's source to understand.

use crate::cluster::{ApiError, StatusError};
use crate::error::Diagnostic;
use crate::object::{FieldPath, Manifest, SecretPaths, scrub};
use crate::yaml;

/// What server-side apply says of a field that the kind doesn't have
/// (structured-merge-diff, typed/validate.go).
const UNKNOWN_FIELD: &str = "field not declared in schema";

/// One thing that the server objects to.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Objection {
    path: Option<FieldPath>,
    message: String,
}

/// Explains why the server refused a manifest. `text` is the manifest's file,
/// where it can still be read; without it the object's first line is named.
/// Secret values that the server quotes are scrubbed.
pub fn explain(manifest: &Manifest, error: ApiError, text: Option<&str>) -> Diagnostic {
    let secrets = SecretPaths::of(&manifest.id.kind);
    let error = error.scrubbed(|words| scrub(words, &manifest.body, &secrets));
    let about_object = |status: &StatusError| matches!(status.code, 400 | 404 | 409 | 422 | 500);
    let Some(status) = error.status().filter(|status| about_object(status)) else {
        let diagnostic = Diagnostic::from(error);
        let message = format!("{}: {}", manifest.id, diagnostic.message);
        return Diagnostic { message, ..diagnostic }.at(manifest.source.location());
    };
    let mut objections = objections(status).into_iter();
    let first =
        objections.next().unwrap_or_else(|| Objection { path: None, message: status.message.clone() });
    let diagnostic = Diagnostic::new(format!("{}: {}", manifest.id, words(&first)));
    let mut diagnostic = diagnostic.at(locate(manifest, first.path.as_ref(), text));
    diagnostic.causes = objections.map(|objection| format!("also {}", words(&objection))).collect();
    hints(diagnostic, status)
}

fn words(objection: &Objection) -> String {
    match &objection.path {
        Some(path) if objection.message == UNKNOWN_FIELD => format!("unknown field {:?}", path.to_string()),
        Some(path) => format!("{path}: {}", objection.message),
        None => objection.message.clone(),
    }
}

fn hints(diagnostic: Diagnostic, status: &StatusError) -> Diagnostic {
    if status.message.contains("field is immutable") || status.message.contains("may not be changed") {
        return diagnostic
            .hint("this field can't be changed on a live object: delete the object first, then apply");
    }
    diagnostic
}

/// The fields that the refusal names.
fn objections(status: &StatusError) -> Vec<Objection> {
    if !status.causes.is_empty() {
        let objection = |cause: &crate::cluster::FieldCause| Objection {
            path: FieldPath::parse(&cause.field).ok().filter(|path| !path.steps().is_empty()),
            message: cause.message.clone(),
        };
        return status.causes.iter().map(objection).collect();
    }
    status.message.lines().filter_map(typed_objection).collect()
}

/// A line such as `failed to create typed patch object (shop/web; apps/v1,
/// Kind=Deployment): .spec.replica: field not declared in schema`, or with
/// several of them only the part from the path on.
fn typed_objection(line: &str) -> Option<Objection> {
    let rest = line.split_once("): ").map_or(line, |(_, rest)| rest).trim();
    let (path, message) = rest.strip_prefix('.')?.split_once(": ")?;
    Some(Objection { path: Some(FieldPath::parse(path).ok()?), message: message.to_owned() })
}

/// Where the field stands, or the object if that can't be told.
fn locate(manifest: &Manifest, path: Option<&FieldPath>, text: Option<&str>) -> crate::error::Location {
    let mut location = manifest.source.location();
    if let (Some(path), Some(text)) = (path, text)
        && let Some((line, column)) = yaml::locate(text, manifest.source.document, path)
        // An item of a `kind: List` isn't at the document's root.
        && line >= manifest.source.line
    {
        (location.line, location.column) = (Some(line), Some(column));
    }
    location
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{GroupKind, ObjectId, Source};
    use serde_json::{Value, json};

    fn manifest(kind: &str, body: Value) -> Manifest {
        let source = Source {
            path: "web.yaml".into(),
            line: 3,
            column: 1,
            document: 2,
            several: true,
            blob: "".into(),
        };
        let group = if kind == "Deployment" { "apps" } else { "" };
        Manifest {
            id: ObjectId::new(GroupKind::new(group, kind), Some("shop"), "web"),
            version: "v1".into(),
            body,
            source,
        }
    }

    fn status(code: u16, message: &str) -> ApiError {
        ApiError::Status(Box::new(StatusError { code, message: message.into(), ..StatusError::default() }))
    }

    const TEXT: &str = "a: 1\n---\napiVersion: apps/v1\nkind: Deployment\nspec:\n  replica: 3\n";

    #[test]
    fn an_unknown_field_is_named_with_its_line() {
        let said = "failed to create typed patch object (shop/web; apps/v1, Kind=Deployment): .spec.replica: field not declared in schema";
        let told = explain(&manifest("Deployment", json!({})), status(500, said), Some(TEXT));
        assert_eq!(told.message, r#"shop/Deployment/web: unknown field "spec.replica""#);
        assert_eq!(told.location.expect("a place").to_string(), "web.yaml:6:3 (document 2)");
    }

    #[test]
    fn several_typed_errors_are_all_told() {
        let said = "failed to create typed patch object (shop/web; apps/v1, Kind=Deployment): errors:\n  .spec.a: field not declared in schema\n  .spec.b: expected numeric (int or float), got string";
        let told = explain(&manifest("Deployment", json!({})), status(500, said), None);
        assert_eq!(told.message, r#"shop/Deployment/web: unknown field "spec.a""#);
        assert_eq!(told.causes, ["also spec.b: expected numeric (int or float), got string"]);
    }

    #[test]
    fn a_secrets_value_is_scrubbed_from_the_servers_words() {
        let body = json!({"stringData": {"password": "hunter2-hunter2"}});
        let told =
            explain(&manifest("Secret", body), status(422, "Invalid value: \"hunter2-hunter2\": no"), None);
        assert!(!told.message.contains("hunter2"), "{}", told.message);
    }
}
