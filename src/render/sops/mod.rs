//! Files that SOPS has encrypted: read with the `sops` program and kept in memory.
//!
//! A file's plain part is read as it stands there; only the values that are hidden come
//! from the program, and are as secret as a Secret's wherever they go. Errors name a
//! file and for whom it's encrypted, never what is in it.

mod encrypted;
mod known;
mod program;
mod rules;

use std::collections::BTreeMap;

use super::source::SourceFile;
use super::{Decryption, Means};
use crate::error::{Diagnostic, Location};
use crate::json::Value;
use crate::object::{FieldPath, SecretPaths, Step};
use crate::yaml::{self, Document};
pub(super) use encrypted::Format;
pub use encrypted::is_encrypted;
pub(super) use known::{Closed, Known, is_encrypted_file};
pub(super) use rules::Unencrypted;

/// Whether it's worth to look closer.
pub(super) fn may_be_encrypted(bytes: &[u8]) -> bool {
    let has = |text: &[u8]| bytes.windows(text.len()).any(|part| part == text);
    has(b"ENC[AES256_GCM,") && has(b"sops")
}

/// The hidden values of documents, by their numbers.
pub(super) type HiddenIn = BTreeMap<u32, Vec<FieldPath>>;

/// Puts the values into the documents of a file that are hidden there, and says where
/// they are.
pub(super) fn open(
    file: &SourceFile,
    documents: &mut [Document],
    means: &Means,
) -> Result<HiddenIn, Diagnostic> {
    if let Some(plain) = documents.iter().find(|document| !is_encrypted(&document.value)) {
        let place = Location::at(file.path.as_ref(), plain.line, plain.column);
        return Err(Diagnostic::new("this document isn't encrypted, though another one of its file is")
            .at(Location { document: Some(plain.number), ..place })
            .because("sops encrypts all documents of a file, and refuses such a file")
            .hint("put it into a file of its own"));
    }
    let format = if Format::of(&file.path) == Format::Json { Format::Json } else { Format::Yaml };
    // As JSON nothing can be mistaken, but it would be the first document only.
    let output = if documents.len() == 1 { Format::Json } else { format };
    let recipients = documents.first().map(|first| encrypted::recipients(&first.value)).unwrap_or_default();
    let sealed = program::Sealed { path: &file.path, bytes: &file.bytes, format, output, recipients };
    let opened = match program::decrypt(&sealed, means) {
        Ok(opened) => opened,
        Err(refused) if may_stay(&refused, documents, means) => return Ok(leave(documents)),
        Err(refused) => return Err(*refused.finding),
    };
    graft(documents, &opened).ok_or_else(|| {
        Diagnostic::new(format!("what sops makes of {} isn't what it was made of", file.path))
            .at(Location::file(file.path.as_ref()))
            .because("a value is missing in it, or has another type")
            .hint("put each document into a file of its own")
    })
}

/// Whether a file may stay encrypted: it's only looked at, and says what its objects are.
fn may_stay(refused: &program::Refused, documents: &[Document], means: &Means) -> bool {
    let is_known = |document: &Document| {
        encrypted::hidden(&document.value).iter().all(|hidden| !is_identity(&hidden.path))
    };
    means.decryption == Decryption::IfPossible && refused.lacks_key && documents.iter().all(is_known)
}

/// Moves the values over; nothing where one isn't there or isn't what it was.
fn graft(documents: &mut [Document], opened: &[u8]) -> Option<HiddenIn> {
    let text = yaml::decode(opened).ok()?;
    let opened = yaml::documents(&text).ok()?;
    if opened.len() != documents.len() {
        return None;
    }
    let mut hidden_in = HiddenIn::new();
    for (document, opened) in documents.iter_mut().zip(opened) {
        let hidden = encrypted::hidden(&document.value);
        for encrypted::Hidden { path, is_text } in &hidden {
            let value = path.get(&opened.value)?;
            if *is_text != value.is_string() {
                return None;
            }
            *path.get_mut(&mut document.value)? = value.clone();
        }
        document.value.as_object_mut()?.remove("sops");
        hidden_in.insert(document.number, hidden.into_iter().map(|hidden| hidden.path).collect());
    }
    Some(hidden_in)
}

/// Leaves Secrets as they are in the file, for who never looks into them.
pub(super) fn leave(documents: &mut [Document]) -> HiddenIn {
    documents.iter_mut().for_each(|document| {
        document.value.as_object_mut().map(|fields| fields.remove("sops"));
    });
    documents
        .iter()
        .map(|document| {
            let hidden = encrypted::hidden(&document.value).into_iter().map(|hidden| hidden.path);
            (document.number, hidden.collect())
        })
        .collect()
}

/// The finding that a program printed an object that is still encrypted.
pub(super) fn still_encrypted(file: &str, document: &Document) -> Diagnostic {
    Diagnostic::new("this is still encrypted after it was rendered")
        .at(Location::at(file, document.line, document.column))
        .because("only files are decrypted that a kustomization, or `values` of a chart, names")
        .hint("name the file itself, or make it a source of its own")
}

/// Whether all of these are Secrets that nobody has decrypted.
pub(super) fn are_secrets(documents: &[Document]) -> bool {
    documents
        .iter()
        .all(|document| document.value["kind"] == "Secret" && document.value["apiVersion"] == "v1")
}

/// Whether values of an object are still hidden.
pub(super) fn is_sealed(object: &Value) -> bool {
    !encrypted::hidden(object).is_empty()
}

/// Whether an object that nobody takes for encrypted holds what SOPS has encrypted, as it is
/// or as a Secret has it. Operators decrypt some kinds on the cluster: those say `sops`.
pub(super) fn holds_ciphertext(object: &Value) -> bool {
    object.get("sops").is_none() && has_ciphertext(object)
}

fn has_ciphertext(value: &Value) -> bool {
    match value {
        Value::String(text) => {
            text.contains(encrypted::HIDDEN) || text.starts_with(encrypted::HIDDEN_IN_BASE64)
        }
        Value::Array(items) => items.iter().any(has_ciphertext),
        Value::Object(fields) => fields.values().any(has_ciphertext),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// These fields as those that are secret: of any item of a list, since a live list may
/// have another order. What an object is can't be.
pub(super) fn secret_fields<'p>(paths: impl IntoIterator<Item = &'p FieldPath>) -> Vec<FieldPath> {
    paths.into_iter().filter(|path| !is_identity(path)).map(FieldPath::of_any_item).collect()
}

fn is_identity(path: &FieldPath) -> bool {
    let names = path.steps().iter().map(|step| match step {
        Step::Field(name) => name.as_str(),
        _ => "",
    });
    matches!(
        names.collect::<Vec<_>>().as_slice(),
        ["apiVersion" | "kind"] | ["metadata", "name" | "namespace"]
    )
}

/// A finding without the values of a document that were hidden.
pub(super) fn scrubbed(finding: Diagnostic, value: &Value, hidden: &[FieldPath]) -> Diagnostic {
    let secrets = SecretPaths::default().and(secret_fields(hidden));
    let scrub = |text: &String| crate::object::scrub(text, value, &secrets);
    let message = scrub(&finding.message);
    let causes = finding.causes.iter().map(scrub).collect();
    // What to write instead is made of the value.
    let is_about_value = message != finding.message;
    let hints = if is_about_value { Vec::new() } else { finding.hints.iter().map(scrub).collect() };
    Diagnostic { message, location: finding.location, causes, hints }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn documents(text: &str) -> Vec<Document> {
        yaml::documents(text).expect("YAML")
    }

    #[test]
    fn only_what_is_hidden_comes_from_the_program() {
        let mut sealed = documents(
            "kind: A\nmode: 0644\ndata:\n  a: ENC[AES256_GCM,data:x,type:str]\n  c: ENC[AES256_GCM,data:x,type:int]\n  t: ENC[AES256_GCM,data:x,type:time]\nsops: {mac: m}\n",
        );
        let opened = br#"{"kind": "B", "mode": 1, "data": {"a": "08", "c": 3, "t": "2020-01-01T00:00:00Z"}}"#;
        let hidden = graft(&mut sealed, opened).expect("values");
        assert_eq!(
            sealed[0].value.to_string(),
            r#"{"data":{"a":"08","c":3,"t":"2020-01-01T00:00:00Z"},"kind":"A","mode":420}"#
        );
        let paths: Vec<String> = hidden[&1].iter().map(ToString::to_string).collect();
        assert_eq!(paths, ["data.a", "data.c", "data.t"]);
    }

    #[test]
    fn a_text_that_comes_back_as_something_else_is_refused() {
        let sealed = "data: {a: \"ENC[AES256_GCM,data:x,type:str]\"}\n---\nb: 1\n";
        assert!(graft(&mut documents(sealed), b"data: {a: 08}\n---\nb: 1\n").is_none());
        assert!(graft(&mut documents(sealed), b"data: {}\n---\nb: 1\n").is_none());
        assert!(graft(&mut documents(sealed), b"data: {a: x}\n").is_none());
    }

    #[test]
    fn secret_fields_are_those_of_any_item_and_never_the_identity() {
        let paths = ["metadata.name", "spec.list[2].value", "kind"]
            .map(|path| FieldPath::parse(path).expect("a path"));
        let secret = SecretPaths::default().and(secret_fields(&paths));
        let hides = |path: &str| secret.hides(&FieldPath::parse(path).expect("a path"));
        assert!(hides("spec.list[0].value") && hides("spec.list[name=a].value"));
        assert!(!hides("metadata.name") && !hides("kind"));
    }
}
