//! What a file that SOPS has encrypted says without its key: that it is one, for
//! whom, and which of its values are hidden. Pure.

use crate::json::Value;
use crate::object::{FieldPath, Step};

/// How a hidden value begins.
pub(super) const HIDDEN: &str = "ENC[AES256_GCM,";

/// The same in base64.
pub(super) const HIDDEN_IN_BASE64: &str = "RU5DW0FFUzI1Nl9HQ00s";

/// How those end that aren't texts. (A time is one, when it's back.)
const NO_TEXT: [&str; 3] = [",type:int]", ",type:float]", ",type:bool]"];

/// How many recipients are named in a message.
const MOST_RECIPIENTS: usize = 8;

/// Lists of keys in the metadata, what such a key is called, and the field that tells it.
const KEYS: [(&str, &str, &str); 7] = [
    ("age", "", "recipient"),
    ("pgp", "PGP ", "fp"),
    ("kms", "AWS KMS ", "arn"),
    ("gcp_kms", "Google KMS ", "resource_id"),
    ("azure_kv", "Azure Key Vault ", "name"),
    ("hc_vault", "Vault ", "key_name"),
    ("hckms", "Huawei KMS ", "key_id"),
];

/// What a file of SOPS is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Format {
    Yaml,
    Json,
    Dotenv,
    Ini,
    /// Anything; encrypted as a whole, within JSON.
    Binary,
}

impl Format {
    /// What a path means to SOPS.
    pub(in super::super) fn of(path: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path);
        match name.rsplit_once('.').map(|(_, end)| end) {
            Some("yaml" | "yml") => Self::Yaml,
            Some("json") => Self::Json,
            Some("env") => Self::Dotenv,
            Some("ini") => Self::Ini,
            _ => Self::Binary,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Yaml => "yaml",
            Self::Json => "json",
            Self::Dotenv => "dotenv",
            Self::Ini => "ini",
            Self::Binary => "binary",
        }
    }
}

/// Whether SOPS has encrypted this document to be decrypted before it's deployed. A
/// `SopsSecret` is decrypted in the cluster, by its operator.
pub fn is_encrypted(document: &Value) -> bool {
    let sops = &document["sops"];
    let version = document["apiVersion"].as_str().unwrap_or_default();
    let is_operators = document["kind"] == "SopsSecret" && version.starts_with("isindir.github.com/");
    sops["mac"].is_string() && sops["version"].is_string() && !is_operators
}

/// For whom a document is encrypted, as messages name them.
pub(in super::super) fn recipients(document: &Value) -> Vec<String> {
    let sops = &document["sops"];
    let groups = sops["key_groups"].as_array().into_iter().flatten();
    let mut recipients = Vec::new();
    for keys in std::iter::once(sops).chain(groups) {
        for (list, kind, field) in KEYS {
            let named = keys[list].as_array().into_iter().flatten().filter_map(|key| key[field].as_str());
            recipients.extend(named.map(|name| format!("{kind}{name}")));
        }
    }
    shortened(recipients)
}

/// The same for a file of `KEY=value` lines, by what SOPS calls its own.
pub(in super::super) fn recipients_in_lines(text: &str) -> Vec<String> {
    let mut recipients = Vec::new();
    for (key, value) in text.lines().filter_map(|line| line.split_once('=')) {
        let key = key.trim().trim_start_matches("sops_");
        let known = KEYS.iter().find(|(list, _, field)| {
            key.starts_with(&format!("{list}__")) && key.ends_with(&format!("__map_{field}"))
        });
        recipients.extend(known.map(|(_, kind, _)| format!("{kind}{}", value.trim())));
    }
    shortened(recipients)
}

fn shortened(mut recipients: Vec<String>) -> Vec<String> {
    recipients.dedup();
    let more = recipients.len().saturating_sub(MOST_RECIPIENTS);
    recipients.truncate(MOST_RECIPIENTS);
    if more > 0 {
        recipients.push(format!("{more} more"));
    }
    recipients
}

/// Whether a text of lines is a file of SOPS: `.env` has `sops_mac`, `.ini` a section.
pub(in super::super) fn is_encrypted_in_lines(text: &str, format: Format) -> bool {
    let has = |name: &str| {
        text.lines().any(|line| {
            line.split_once('=')
                .is_some_and(|(key, value)| key.trim() == name && value.trim().starts_with(HIDDEN))
        })
    };
    match format {
        Format::Dotenv => has("sops_mac"),
        Format::Ini => text.lines().any(|line| line.trim() == "[sops]") && has("mac"),
        Format::Yaml | Format::Json | Format::Binary => false,
    }
}

/// A value that can't be read without a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Hidden {
    /// Where it stands in the document.
    pub(in super::super) path: FieldPath,
    /// Whether it was a text.
    pub(in super::super) is_text: bool,
}

/// The hidden values of a document, without those of SOPS itself.
pub(in super::super) fn hidden(document: &Value) -> Vec<Hidden> {
    let mut found = Vec::new();
    for (key, value) in document.as_object().into_iter().flatten().filter(|(key, _)| *key != "sops") {
        find(value, &FieldPath::root().field(key), &mut found);
    }
    found
}

fn find(value: &Value, path: &FieldPath, found: &mut Vec<Hidden>) {
    match value {
        Value::String(text) if text.starts_with(HIDDEN) => {
            found
                .push(Hidden { path: path.clone(), is_text: !NO_TEXT.iter().any(|end| text.ends_with(end)) });
        }
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(index, item)| find(item, &path.then(Step::Index(index)), found));
        }
        Value::Object(fields) => fields.iter().for_each(|(key, field)| find(field, &path.field(key), found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    #[test]
    fn a_document_of_sops_is_known_by_its_metadata() {
        let sops = json!({"mac": "ENC[AES256_GCM,data:x]", "version": "3.9.0"});
        assert!(is_encrypted(&json!({"kind": "Secret", "sops": sops})));
        assert!(!is_encrypted(&json!({"kind": "Secret", "sops": {}})));
        assert!(!is_encrypted(&json!({"kind": "Secret"})));
        let operators =
            json!({"apiVersion": "isindir.github.com/v1alpha3", "kind": "SopsSecret", "sops": sops});
        assert!(!is_encrypted(&operators));
    }

    #[test]
    fn recipients_of_every_kind_are_named() {
        let document = json!({"sops": {
            "age": [{"recipient": "age1abc", "enc": "…"}],
            "pgp": [{"fp": "85D77543B3D624B63CEA9E6DBC17301B491B3F21"}],
            "key_groups": [{"kms": [{"arn": "arn:aws:kms:eu-west-1:1:key/a"}], "hc_vault": [{"key_name": "k"}]}],
        }});
        assert_eq!(
            recipients(&document),
            [
                "age1abc",
                "PGP 85D77543B3D624B63CEA9E6DBC17301B491B3F21",
                "AWS KMS arn:aws:kms:eu-west-1:1:key/a",
                "Vault k"
            ]
        );
        let lines = "A=ENC[AES256_GCM,data:x]\nsops_age__list_0__map_enc=x\nsops_age__list_0__map_recipient=age1abc\nsops_mac=ENC[AES256_GCM,data:y]\n";
        assert_eq!(recipients_in_lines(lines), ["age1abc"]);
        assert!(is_encrypted_in_lines(lines, Format::Dotenv));
        assert!(!is_encrypted_in_lines("sops_mac=1", Format::Dotenv));
    }

    #[test]
    fn hidden_values_are_found_with_their_paths() {
        let document = json!({
            "data": {"a": "ENC[AES256_GCM,data:x,type:str]", "b": "shown"},
            "list": [{"c": "ENC[AES256_GCM,data:x,type:int]"}],
            "sops": {"mac": "ENC[AES256_GCM,data:x,type:str]"},
        });
        let found: Vec<_> = hidden(&document).iter().map(|one| (one.path.to_string(), one.is_text)).collect();
        assert_eq!(found, [("data.a".to_owned(), true), ("list[0].c".to_owned(), false)]);
    }
}
