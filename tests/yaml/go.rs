//! What kubectl's libraries make of texts: `trueup-sandbox yaml-to-json`.

use serde::Deserialize;
use trueup::json::Value;

use crate::harness::answers;

/// What they make of one text.
#[derive(Debug, Deserialize)]
pub(crate) struct Answer {
    /// Of its first document, with duplicate keys refused.
    #[serde(deserialize_with = "some")]
    pub strict: Option<Value>,
    /// Of its first document.
    #[serde(deserialize_with = "some")]
    pub lax: Option<Value>,
    /// What follows the first document can't be read.
    #[serde(rename = "restRefused")]
    pub rest_refused: bool,
    /// The texts that kubectl splits it into; none if it refuses to.
    pub documents: Option<Vec<String>>,
}

/// Tells a refusal, null, from a document that is null: that's only in Go's
/// answer to it, so it's asked for as a list.
fn some<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    let value: Vec<Value> = Vec::deserialize(deserializer)?;
    Ok(value.into_iter().next().map(without_negative_zero))
}

/// Go writes `-0` for `-0.0`. It's 0 to everybody.
fn without_negative_zero(value: Value) -> Value {
    match value {
        Value::Number(number) if number.as_f64() == Some(0.0) => Value::from(0),
        Value::Array(items) => items.into_iter().map(without_negative_zero).collect(),
        Value::Object(map) => {
            map.into_iter().map(|(key, value)| (key, without_negative_zero(value))).collect()
        }
        other => other,
    }
}

/// kubectl ends the last line of every file before it's parsed (`LineReader` of
/// `k8s.io/apimachinery/pkg/util/yaml`).
fn with_line_end(text: &str) -> String {
    if text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") }
}

/// Asks about all texts at once.
pub(crate) fn ask(sandbox: &str, texts: &[String]) -> Vec<Answer> {
    let lines: Vec<Value> = texts.iter().map(|text| Value::from(with_line_end(text))).collect();
    answers(sandbox, "yaml-to-json", &lines)
}
