//! The plain renderer: files of YAML and JSON to the objects in them.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::list::Listed;
use super::load;
use super::names::is_configuration;
use super::object::{self, Place};
use super::sops::{self, HiddenIn, Known};
use super::source::SourceFile;
use super::substitute::{self, Asking, Vars, Writer};
use super::{Decryption, Means};
use crate::error::Diagnostic;
use crate::git::blob_id;
use crate::json::Value;
use crate::object::{Encrypted, FieldPath, Manifest, Step};
use crate::parallel;
use crate::yaml::{self, Document};

/// So many bytes of a file are read again at most to find where list items and
/// faulty fields stand; after that their document's own place has to do.
const MOST_READ_AGAIN: usize = 8 * 1024 * 1024;

/// The manifests of files, in their order, and everything that is wrong.
pub(super) fn render(listed: Vec<Listed<'_>>, vars: Option<&Vars>, means: &Means) -> Read<Manifest> {
    render_as(listed, Reading { vars, means: Some(means), ..Reading::AS_IT_IS }, object::read)
}

/// How files are read.
#[derive(Clone, Copy)]
pub(super) struct Reading<'a> {
    /// What is put into them, if they ask for variables.
    vars: Option<&'a Vars>,
    writer: Writer,
    /// By which they are decrypted, if they are.
    means: Option<&'a Means>,
    /// Where programs have put what was hidden.
    known: Option<&'a Known>,
}

impl Reading<'_> {
    pub(super) const AS_IT_IS: Self = Self { vars: None, writer: Writer::Somebody, means: None, known: None };
}

/// What `read` makes of the objects in files, in their order, and everything that is
/// wrong.
pub(super) fn render_as<T: Send>(
    listed: Vec<Listed<'_>>,
    reading: Reading<'_>,
    read_one: ReadOne<T>,
) -> Read<T> {
    let is_named: Vec<bool> = listed.iter().map(|file| file.is_named).collect();
    let files: Vec<_> = load::files(listed).into_iter().zip(is_named).collect();
    let read_file = |(file, is_named): (Result<SourceFile, _>, _)| match file {
        Ok(file) => things(&file, reading, is_named, MOST_READ_AGAIN, read_one),
        Err(finding) => (Vec::new(), vec![finding]),
    };
    let is_encrypted = |(file, _): &(Result<SourceFile, _>, bool)| {
        file.as_ref().is_ok_and(|file| sops::may_be_encrypted(&file.bytes))
    };
    let read = if files.iter().filter(|file| is_encrypted(file)).count() > 1 {
        parallel::each_waiting(files, read_file)
    } else {
        parallel::each(files, read_file)
    };
    let (things, findings): (Vec<_>, Vec<_>) = read.into_iter().unzip();
    (things.into_iter().flatten().collect(), findings.into_iter().flatten().collect())
}

/// The objects of one version of a file, as they are written there; `None` when it
/// can't be read. Where they stand is only told for whole documents.
pub(crate) fn objects(file: &SourceFile) -> Option<Vec<Manifest>> {
    let (manifests, findings) = things(file, Reading::AS_IT_IS, true, 0, object::read);
    (findings.is_empty() || !manifests.is_empty()).then_some(manifests)
}

/// The objects that a program printed, and everything that is wrong. Where they
/// stand is only told for whole documents.
pub(super) fn printed(
    file: &SourceFile,
    vars: Option<&Vars>,
    known: &Known,
    means: &Means,
) -> Read<Manifest> {
    let reading = Reading { vars, writer: Writer::Program, means: Some(means), known: Some(known) };
    things(file, reading, true, 0, object::read)
}

/// What was read, and everything that is wrong.
pub(super) type Read<T> = (Vec<T>, Vec<Diagnostic>);

/// Reads one object, or says everything that is wrong with it.
pub(super) type ReadOne<T> = fn(Value, &Place<'_>) -> Result<T, Vec<Diagnostic>>;

fn things<T>(
    file: &SourceFile,
    reading: Reading<'_>,
    is_named: bool,
    most_read_again: usize,
    read_one: ReadOne<T>,
) -> Read<T> {
    let nothing_but = |finding: Diagnostic| (Vec::new(), vec![finding]);
    let text = match yaml::decode(&file.bytes) {
        Ok(text) => text,
        Err(error) => return nothing_but(error.diagnostic(&file.path)),
    };
    let mut documents = match yaml::documents_in_parallel(&text) {
        Ok(documents) => documents,
        Err(error) => return nothing_but(error.diagnostic(&file.path)),
    };
    if !is_named && is_configuration(&file.path) && !documents.iter().any(looks_like_an_object) {
        return (Vec::new(), Vec::new());
    }
    let several = documents.last().is_some_and(|last| last.number > 1);
    let hidden = match hidden(file, &mut documents, reading) {
        Ok(hidden) => hidden,
        Err(finding) => return nothing_but(finding),
    };
    let (vars_in, wrong) = match reading.vars {
        Some(vars) => {
            let asking = Asking { vars, writer: reading.writer, fixed: &hidden };
            substitute::replace(&mut documents, &text, &file.path, asking)
        }
        None => (BTreeMap::new(), Vec::new()),
    };
    let read_again = Cell::new(most_read_again);
    let mut read = (Vec::new(), wrong);
    for document in documents {
        // What variables went into isn't the file's content alone.
        let mixed = vars_in.get(&document.number);
        let blob = mixed.map(|mixed| Arc::from(blob_id(format!("{}\n{}", file.blob, mixed.told).as_bytes())));
        let place = Place {
            file,
            blob: blob.as_ref().unwrap_or(&file.blob),
            vars: mixed.map_or(&[], |mixed| mixed.uses.as_slice()),
            text: &text,
            read_again: &read_again,
            document: document.number,
            several,
            start: (document.line, document.column),
            path: FieldPath::root(),
            hidden: hidden.get(&document.number).map_or(&[], Vec::as_slice),
            encrypted: if !hidden.contains_key(&document.number) {
                Encrypted::Nothing
            } else if sops::is_sealed(&document.value) {
                Encrypted::Still
            } else {
                Encrypted::Decrypted
            },
        };
        if place.hidden.is_empty() {
            read_value(document.value, &place, read_one, &mut read);
        } else {
            read_secret(document.value, &place, read_one, &mut read);
        }
    }
    read.1.sort_by(|one, other| one.location.cmp(&other.location));
    read
}

/// The fields that are secret because they were encrypted, when they have been decrypted.
fn hidden(
    file: &SourceFile,
    documents: &mut [Document],
    reading: Reading<'_>,
) -> Result<HiddenIn, Diagnostic> {
    let Some(means) = reading.means else { return Ok(HiddenIn::new()) };
    if let Some(known) = reading.known {
        let mut hidden = HiddenIn::new();
        for document in documents {
            let one = std::slice::from_mut(document);
            if !sops::is_encrypted(&one[0].value) {
                hidden.insert(one[0].number, known.fields_of(&one[0].value));
            } else if means.decryption == Decryption::KeepSecrets && sops::are_secrets(one) {
                hidden.extend(sops::leave(one));
            } else {
                return Err(sops::still_encrypted(&file.path, &one[0]));
            }
        }
        hidden.retain(|_, fields| !fields.is_empty());
        return Ok(hidden);
    }
    if !documents.iter().any(|document| sops::is_encrypted(&document.value)) {
        return Ok(HiddenIn::new());
    }
    if means.decryption == Decryption::KeepSecrets && sops::are_secrets(documents) {
        return Ok(sops::leave(documents));
    }
    sops::open(file, documents, means)
}

/// Reads what has secrets, which no finding may quote.
fn read_secret<T>(value: Value, place: &Place<'_>, read_one: ReadOne<T>, read: &mut Read<T>) {
    let before = read.1.len();
    read_value(value.clone(), place, read_one, read);
    let findings = read.1.split_off(before);
    read.1.extend(findings.into_iter().map(|finding| sops::scrubbed(finding, &value, place.hidden)));
}

fn looks_like_an_object(document: &Document) -> bool {
    document.value.get("apiVersion").is_some() || document.value.get("kind").is_some()
}

/// Reads an object, or the objects of a list, which may be lists again.
fn read_value<T>(mut value: Value, place: &Place<'_>, read_one: ReadOne<T>, read: &mut Read<T>) {
    let Some(kind) = list_kind(&value) else {
        match read_one(value, place) {
            Ok(thing) => read.0.push(thing),
            Err(found) => read.1.extend(found),
        }
        return;
    };
    let version = value.get("apiVersion").cloned();
    let items = match value.get_mut("items").map(Value::take) {
        Some(Value::Array(items)) => items,
        // As `kubectl get` prints it when there is nothing.
        None | Some(Value::Null) => Vec::new(),
        Some(_) => {
            read.1.push(place.finding("items must be a list", &FieldPath::fields(["items"])));
            return;
        }
    };
    for (index, mut item) in items.into_iter().enumerate() {
        inherit(&mut item, &kind, version.as_ref());
        let path = place.path.field("items").then(Step::Index(index));
        let start = place.find(&path);
        read_value(item, &Place { start, path, ..*place }, read_one, read);
    }
}

/// The kind of the items of a `List` (empty) or a `DeploymentList`
/// (`Deployment`); `None` for what isn't a list.
fn list_kind(value: &Value) -> Option<String> {
    let kind = value.get("kind")?.as_str()?.strip_suffix("List")?;
    let is_list = value.get("items").is_some() || (kind.is_empty() && value.get("apiVersion")? == "v1");
    is_list.then(|| kind.to_owned())
}

/// Items of a typed list may leave out what the list says, as the API server's
/// own answers do (Kubernetes' `unstructuredJSONScheme.decodeToList`).
fn inherit(item: &mut Value, kind: &str, version: Option<&Value>) {
    let (Some(fields), Some(version)) = (item.as_object_mut(), version) else { return };
    if !kind.is_empty() && !fields.contains_key("kind") && !fields.contains_key("apiVersion") {
        fields.insert("kind".to_owned(), Value::from(kind));
        fields.insert("apiVersion".to_owned(), version.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_is_read_in_time_with_coarser_places() {
        let mut text = "apiVersion: v1\nkind: List\nitems:\n".to_owned();
        for number in 0..200 {
            text.push_str("- {apiVersion: v1, kind: ConfigMap, metadata: {name: c");
            text.push_str(&number.to_string());
            text.push_str("}}\n");
        }
        let most = 10 * text.len();
        let file = SourceFile { path: "list.yaml".into(), bytes: text.into_bytes(), blob: "".into() };
        let (manifests, findings) = things(&file, Reading::AS_IT_IS, true, most, object::read);
        assert_eq!((manifests.len(), findings.len()), (200, 0));
        let lines: Vec<u32> = manifests.iter().map(|manifest| manifest.source.line).collect();
        assert_eq!(lines[..10], [4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
        assert!(lines[10..].iter().all(|line| *line == 1));
    }
}
