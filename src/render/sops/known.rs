//! Values that were hidden and that programs were given: found again in whatever the
//! programs make of them.

use super::super::{Decryption, Means};
use super::encrypted::{self, Format, is_encrypted};
use super::program::{Sealed, decrypt};
use crate::error::Diagnostic;
use crate::json::Value;
use crate::object::{FieldPath, Needles, Step};
use crate::yaml;

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

/// A file as it was before SOPS encrypted it, with what was hidden in it; nothing where
/// it isn't encrypted.
pub(in super::super) fn opened(
    path: &str,
    bytes: &[u8],
    means: &Means,
) -> Result<Option<(Vec<u8>, Known)>, Diagnostic> {
    let format = Format::of(path);
    let Ok(text) = yaml::decode(bytes) else { return Ok(None) };
    let Some(recipients) = recipients(&text, format) else { return Ok(None) };
    let is_kept = || yaml::documents(&text).is_ok_and(|documents| super::are_secrets(&documents));
    if means.decryption == Decryption::KeepSecrets && is_kept() {
        return Ok(None);
    }
    let sealed = Sealed { path, bytes, format, output: format, recipients };
    let opened = decrypt(&sealed, means).map_err(|refused| *refused.finding)?;
    let known = known(&text, &opened, format);
    Ok(Some((opened, known)))
}

/// Whether a file is encrypted, as what it says without its key tells.
pub(in super::super) fn is_encrypted_file(path: &str, bytes: &[u8]) -> bool {
    yaml::decode(bytes).is_ok_and(|text| recipients(&text, Format::of(path)).is_some())
}

/// For whom a file is encrypted, if it is.
fn recipients(text: &str, format: Format) -> Option<Vec<String>> {
    match format {
        Format::Dotenv | Format::Ini => {
            encrypted::is_encrypted_in_lines(text, format).then(|| encrypted::recipients_in_lines(text))
        }
        // Reading a large file for nothing isn't worth it.
        Format::Yaml | Format::Json | Format::Binary if !text.contains("sops") => None,
        Format::Yaml | Format::Json | Format::Binary => {
            let documents = yaml::documents(text).ok()?;
            let document = documents.iter().find(|document| is_encrypted(&document.value))?;
            Some(encrypted::recipients(&document.value))
        }
    }
}

fn known(sealed: &str, opened: &[u8], format: Format) -> Known {
    let mut known = Known::default();
    let Ok(text) = std::str::from_utf8(opened) else { return known };
    match format {
        Format::Yaml | Format::Json => {
            let (sealed, opened) = (yaml::documents(sealed), yaml::documents(text));
            let (Ok(sealed), Ok(opened)) = (sealed, opened) else { return known };
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
        known(sealed, opened.as_bytes(), format)
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
