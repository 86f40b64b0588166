//! Values that were hidden and that programs were given: found again in whatever the
//! programs make of them.

use super::super::{Decryption, Means};
use super::encrypted::{self, Format, is_encrypted};
use super::program::{Sealed, decrypt};
use crate::error::Diagnostic;
use crate::json::Value;
use crate::object::{FieldPath, Needles, Step};
use crate::yaml::{self, Document};

/// Hidden values that are known by now.
#[derive(Default)]
pub(in super::super) struct Known(Needles);

impl Known {
    pub(in super::super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(in super::super) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// A text without them.
    pub(in super::super) fn scrub(&self, text: &str) -> String {
        self.0.scrub(text)
    }

    /// The fields of a value in which one is.
    pub(in super::super) fn fields_of(&self, value: &Value) -> Vec<FieldPath> {
        let mut found = Vec::new();
        if !self.is_empty() {
            self.find(value, &FieldPath::root(), &mut found);
        }
        found
    }

    fn find(&self, value: &Value, path: &FieldPath, found: &mut Vec<FieldPath>) {
        match value {
            Value::String(text) if self.0.are_in(text) => found.push(path.clone()),
            Value::Number(number) if self.0.are_in(&number.to_string()) => found.push(path.clone()),
            Value::Array(items) => {
                let items = items.iter().enumerate();
                items.for_each(|(index, item)| self.find(item, &path.then(Step::Index(index)), found));
            }
            Value::Object(fields) => {
                fields.iter().for_each(|(key, field)| self.find(field, &path.field(key), found));
            }
            _ => {}
        }
    }

    fn add(&mut self, value: &Value) {
        match value {
            Value::String(text) if ["true", "false", "null"].contains(&text.as_str()) => {}
            Value::String(_) | Value::Number(_) => self.0.add(value),
            _ => {}
        }
    }
}

/// A file that SOPS has encrypted, read once.
pub(in super::super) struct Closed {
    bytes: Vec<u8>,
    format: Format,
    recipients: Vec<String>,
    /// What it says without its key; nothing for one of lines.
    documents: Vec<Document>,
}

impl Closed {
    /// A file, if it's encrypted, as what it says without its key tells.
    pub(in super::super) fn of(path: &str, bytes: &[u8]) -> Option<Self> {
        let format = Format::of(path);
        let text = yaml::decode(bytes).ok()?;
        let (recipients, documents) = match format {
            Format::Dotenv | Format::Ini => {
                let is_encrypted = encrypted::is_encrypted_in_lines(&text, format);
                (is_encrypted.then(|| encrypted::recipients_in_lines(&text))?, Vec::new())
            }
            // Reading a large file for nothing isn't worth it.
            Format::Yaml | Format::Json | Format::Binary if !text.contains("sops") => return None,
            Format::Yaml | Format::Json | Format::Binary => {
                let documents = yaml::documents(&text).ok()?;
                let document = documents.iter().find(|document| is_encrypted(&document.value))?;
                (encrypted::recipients(&document.value), documents)
            }
        };
        Some(Self { bytes: bytes.to_vec(), format, recipients, documents })
    }

    /// The file as it was before, with what was hidden in it; nothing where it stays as it
    /// is.
    pub(in super::super) fn open(
        self,
        path: &str,
        means: &Means,
    ) -> Result<Option<(Vec<u8>, Known)>, Diagnostic> {
        let Self { bytes, format, recipients, documents } = self;
        let holds_secrets = !documents.is_empty() && super::are_secrets(&documents);
        if means.decryption == Decryption::KeepSecrets && holds_secrets {
            return Ok(None);
        }
        let sealed = Sealed { path, bytes: &bytes, format, output: format, recipients };
        let opened = decrypt(&sealed, means).map_err(|refused| *refused.finding)?;
        let known = known(&documents, &opened, format);
        Ok(Some((opened, known)))
    }
}

/// Whether a file is encrypted, as what it says without its key tells.
pub(in super::super) fn is_encrypted_file(path: &str, bytes: &[u8]) -> bool {
    Closed::of(path, bytes).is_some()
}

fn known(sealed: &[Document], opened: &[u8], format: Format) -> Known {
    let mut known = Known::default();
    let Ok(text) = std::str::from_utf8(opened) else { return known };
    match format {
        Format::Yaml | Format::Json => {
            let Ok(opened) = yaml::documents(text) else { return known };
            for (sealed, opened) in sealed.iter().zip(&opened) {
                let hidden = encrypted::hidden(&sealed.value);
                hidden
                    .iter()
                    .filter_map(|hidden| hidden.path.get(&opened.value))
                    .for_each(|value| known.add(value));
            }
        }
        Format::Dotenv | Format::Ini => {
            let values = text.lines().filter_map(|line| Some(line.split_once('=')?.1.trim()));
            values.for_each(|value| known.add(&Value::from(value)));
        }
        Format::Binary => known.add(&Value::from(text)),
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    fn knowing(sealed: &str, opened: &str, format: Format) -> Known {
        known(&yaml::documents(sealed).expect("YAML"), opened.as_bytes(), format)
    }

    #[test]
    fn values_are_found_again_in_every_form() {
        let known = knowing(
            "{a: \"ENC[AES256_GCM,x,type:str]\", b: shown, c: \"ENC[AES256_GCM,x,type:bool]\"}",
            "{a: hunter2, b: shown, c: true}",
            Format::Yaml,
        );
        let made = json!({
            "data": {"url": "https://me:hunter2@db", "b64": "aHVudGVyMg==", "b": "shown", "c": "true"},
            "list": [1, {"x": "hunter2"}],
        });
        let found: Vec<String> = known.fields_of(&made).iter().map(ToString::to_string).collect();
        assert_eq!(found, ["data.b64", "data.url", "list[1].x"]);
        assert_eq!(known.scrub("bad value hunter2"), "bad value ‹masked›");
    }

    #[test]
    fn lines_and_whole_files_are_known_too() {
        let known = knowing("", "PASSWORD=hunter2\n", Format::Dotenv);
        assert_eq!(known.fields_of(&json!({"a": "hunter2"})).len(), 1);
        let known = knowing("", "-----BEGIN KEY-----\nabcdefgh1234\n", Format::Binary);
        assert_eq!(known.fields_of(&json!({"a": "x abcdefgh1234 y", "b": "c"})).len(), 1);
    }
}
