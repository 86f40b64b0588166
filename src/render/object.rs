//! One value to one manifest: what every object must have, what no manifest
//! may have, and what is dropped.
//!
//! Checked is what trueup itself relies on, and the metadata, whose rules are
//! the same for all kinds; the rest is [`crate::check`]'s business.

use std::cell::Cell;
use std::sync::Arc;

use super::hook_name;
use super::sops;
use super::source::SourceFile;
use crate::error::{Diagnostic, Location, did_you_mean};
use crate::json::{Map, Value};
use crate::object::{ApiVersion, Encrypted, FieldPath, GroupKind, Manifest, ObjectId, SecretPaths, Source};
use crate::yaml;

/// The label by which members of an `ApplySet` are known (KEP-3659).
const MEMBERSHIP: &str = "applyset.kubernetes.io/part-of";

/// What only the API server may set, and what a manifest that has it is.
const SERVER_FIELDS: [&str; 3] = ["managedFields", "resourceVersion", "uid"];

/// What the API server ignores in what it is sent: exports have it.
const IGNORED_FIELDS: [&str; 3] = ["creationTimestamp", "generation", "selfLink"];

/// Where a value stands.
pub(super) struct Place<'a> {
    pub(super) file: &'a SourceFile,
    /// The id of all that went into it: the file's, unless variables did.
    pub(super) blob: &'a Arc<str>,
    /// The variables that went into the document, and where.
    pub(super) vars: &'a [(String, FieldPath)],
    pub(super) text: &'a str,
    /// How many bytes may still be read again to find where fields stand.
    pub(super) read_again: &'a Cell<usize>,
    /// The document in the file, from 1.
    pub(super) document: u32,
    /// Whether the file has more than one.
    pub(super) several: bool,
    /// The line and column of the value, from 1.
    pub(super) start: (u32, u32),
    /// The value's path in the document: the root, or a list's item.
    pub(super) path: FieldPath,
    /// The document's fields that were decrypted.
    pub(super) hidden: &'a [FieldPath],
    pub(super) encrypted: Encrypted,
}

impl Place<'_> {
    /// A finding at a field of the value.
    pub(super) fn finding(&self, message: impl Into<String>, field: &FieldPath) -> Diagnostic {
        let path = self.path.join(field.steps());
        let (line, column) = if path == self.path { self.start } else { self.find(&path) };
        let document = self.several.then_some(self.document);
        Diagnostic::new(message)
            .at(Location { document, ..Location::at(self.file.path.as_ref(), line, column) })
    }

    /// Where a path of the document stands.
    pub(super) fn find(&self, path: &FieldPath) -> (u32, u32) {
        let Some(left) = self.read_again.get().checked_sub(self.text.len()) else { return self.start };
        self.read_again.set(left);
        yaml::locate(self.text, self.document, path).unwrap_or(self.start)
    }

    /// The variables that went into the value, and where in it.
    fn vars_in(&self) -> Option<Arc<[(String, FieldPath)]>> {
        let vars: Vec<_> =
            self.vars.iter().filter_map(|(name, path)| Some((name.clone(), self.inside(path)?))).collect();
        (!vars.is_empty()).then(|| vars.into())
    }

    /// The value's fields that are secret because they were decrypted.
    fn secret_fields(&self) -> Vec<FieldPath> {
        let fields: Vec<FieldPath> = self.hidden.iter().filter_map(|path| self.inside(path)).collect();
        sops::secret_fields(&fields)
    }

    /// The path from the value on, if it is in it.
    fn inside(&self, path: &FieldPath) -> Option<FieldPath> {
        let steps = path.steps();
        path.starts_with(&self.path).then(|| FieldPath::root().join(&steps[self.path.steps().len()..]))
    }

    fn source(&self) -> Source {
        let (line, column) = self.start;
        Source {
            path: Arc::clone(&self.file.path),
            line,
            column,
            document: self.document,
            several: self.several,
            item: (!self.path.steps().is_empty()).then(|| Arc::new(self.path.clone())),
            blob: Arc::clone(self.blob),
            is_rendered: false,
            is_unsteady: false,
            given_by: 0,
            encrypted: self.encrypted,
        }
    }
}

/// Reads an object; or says everything that is wrong with it.
pub(super) fn read(value: Value, place: &Place<'_>) -> Result<Manifest, Vec<Diagnostic>> {
    let Value::Object(mut body) = value else {
        let message = format!("an object is a map, but this is {}", type_of(&value));
        return Err(vec![place.finding(message, &FieldPath::root())]);
    };
    drop_what_says_nothing(&mut body);
    let body = hook_name::name(body, place);
    let mut check = Check { place, body: &body, findings: Vec::new() };
    let (version, kind) = (check.api_version(), check.kind());
    let metadata = check.metadata();
    let name = metadata.and_then(|metadata| check.name(metadata));
    let namespace = metadata.and_then(|metadata| check.namespace(metadata));
    let group_kind =
        version.as_ref().zip(kind).map(|(version, kind)| GroupKind::new(version.group.as_str(), kind));
    if let Some((kind, name)) = group_kind.as_ref().zip(name) {
        check.identity(kind, name, namespace);
    }
    if let Some(metadata) = metadata {
        check.bearings(metadata, group_kind.as_ref());
        check.server_fields(metadata);
        check.membership(metadata);
    }
    match (version, kind, name) {
        (Some(version), Some(kind), Some(name)) if check.findings.is_empty() => {
            let id = ObjectId::new(GroupKind::new(version.group, kind), namespace, name);
            let body = Value::Object(body);
            let secrets = SecretPaths::of_object(&id.kind, &body).and(place.secret_fields());
            let (source, vars) = (place.source(), place.vars_in());
            Ok(Manifest { id, version: version.version, secrets, source, vars, body })
        }
        (_, kind, name) => {
            let subject = subject(kind, namespace, name);
            Err(check.findings.into_iter().map(|finding| name_subject(finding, &subject)).collect())
        }
    }
}

pub(super) struct Check<'a> {
    pub(super) place: &'a Place<'a>,
    pub(super) body: &'a Map,
    pub(super) findings: Vec<Diagnostic>,
}

impl<'a> Check<'a> {
    fn api_version(&mut self) -> Option<ApiVersion> {
        let text = self.text(self.body, &[], "apiVersion")?;
        let version = ApiVersion::parse(text);
        if version.is_none() {
            self.find(format!("apiVersion {text:?} is neither VERSION nor GROUP/VERSION"), &["apiVersion"]);
        }
        version
    }

    fn kind(&mut self) -> Option<&'a str> {
        self.text(self.body, &[], "kind")
    }

    fn metadata(&mut self) -> Option<&'a Map> {
        match self.body.get("metadata") {
            Some(Value::Object(metadata)) => Some(metadata),
            Some(Value::Null) | None => {
                self.missing(self.body, &[], "metadata");
                None
            }
            Some(other) => {
                self.find(format!("metadata must be a map, but is {}", type_of(other)), &["metadata"]);
                None
            }
        }
    }

    fn name(&mut self, metadata: &'a Map) -> Option<&'a str> {
        let has_none = matches!(metadata.get("name"), None | Some(Value::Null));
        if has_none && metadata.contains_key("generateName") {
            let finding = self.place.finding(
                "metadata.generateName makes a new object each time",
                &FieldPath::fields(["metadata", "generateName"]),
            );
            self.findings.push(finding.hint("give it a fixed metadata.name; only hooks may do without one"));
            return None;
        }
        self.text(metadata, &["metadata"], "name")
    }

    fn namespace(&mut self, metadata: &'a Map) -> Option<&'a str> {
        metadata.contains_key("namespace").then(|| self.text(metadata, &["metadata"], "namespace")).flatten()
    }

    fn server_fields(&mut self, metadata: &Map) {
        for field in SERVER_FIELDS.iter().filter(|field| metadata.contains_key(field)) {
            let message = format!("metadata.{field} is the API server's and can't be in a manifest");
            let finding = self.place.finding(message, &FieldPath::fields(["metadata", field]));
            self.findings
                .push(finding.hint("it was exported from a cluster: remove what the server added to it"));
        }
    }

    fn membership(&mut self, metadata: &Map) {
        if metadata.get("labels").and_then(|labels| labels.get(MEMBERSHIP)).is_some() {
            let message = format!("the label {MEMBERSHIP} is set by trueup itself");
            let finding = self.place.finding(message, &FieldPath::fields(["metadata", "labels", MEMBERSHIP]));
            self.findings.push(finding.hint("remove it: it says which environment an object belongs to"));
        }
    }

    /// A field that must be a text with something in it.
    fn text(&mut self, map: &'a Map, at: &[&str], field: &str) -> Option<&'a str> {
        let path: Vec<&str> = at.iter().copied().chain([field]).collect();
        let name = path.join(".");
        match map.get(field) {
            Some(Value::String(text)) if !text.is_empty() => return Some(text),
            Some(Value::String(_)) => self.find(format!("{name} is empty"), &path),
            Some(Value::Null) | None => self.missing(map, at, field),
            Some(other @ (Value::Number(_) | Value::Bool(_))) => {
                let message = format!("{name} must be a text, but is {}", type_of(other));
                let finding = self.place.finding(message, &FieldPath::fields(path));
                self.findings.push(finding.hint("put it in quotes"));
            }
            Some(other) => self.find(format!("{name} must be a text, but is {}", type_of(other)), &path),
        }
        None
    }

    fn missing(&mut self, map: &Map, at: &[&str], field: &str) {
        let path: Vec<&str> = at.iter().copied().chain([field]).collect();
        let written = did_you_mean(field, map.keys().map(String::as_str)).filter(|key| *key != field);
        let finding = self.place.finding(format!("{} is missing", path.join(".")), &FieldPath::fields(path));
        self.findings.push(match written {
            Some(key) => finding.hint(format!("did you mean {field:?} where it says {key:?}?")),
            None => finding,
        });
    }

    pub(super) fn find(&mut self, message: String, field: &[&str]) {
        self.findings.push(self.place.finding(message, &FieldPath::fields(field.iter().copied())));
    }
}

/// Drops what exports and generators write without meaning anything by it.
fn drop_what_says_nothing(body: &mut Map) {
    if body.get("status").is_some_and(is_nothing) {
        body.remove("status");
    }
    if let Some(Value::Object(metadata)) = body.get_mut("metadata") {
        metadata.retain(|field, value| {
            let is_ignored = IGNORED_FIELDS.contains(&field.as_str());
            let is_unset =
                (SERVER_FIELDS.contains(&field.as_str()) || field == "namespace") && is_nothing(value);
            !is_ignored && !is_unset
        });
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

pub(super) fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    }
}

/// The object's name in messages, as far as it's known: `shop/Deployment/web`.
fn subject(kind: Option<&str>, namespace: Option<&str>, name: Option<&str>) -> String {
    let kind = kind.unwrap_or_default();
    let namespace = namespace.filter(|_| name.is_some());
    [namespace, Some(kind).filter(|kind| !kind.is_empty()), name]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join("/")
}

fn name_subject(finding: Diagnostic, subject: &str) -> Diagnostic {
    let message = match subject {
        "" => finding.message,
        subject => format!("{subject}: {}", finding.message),
    };
    Diagnostic { message, ..finding }
}
