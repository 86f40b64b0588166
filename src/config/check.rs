//! Holds a file's content against the schema and collects everything that's
//! wrong with it, where serde would stop at the first.

use super::{format, unsupported};
use crate::error::did_you_mean;
use crate::json::{Map, Value};
use crate::object::{FieldPath, Step};

/// Something wrong.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Finding {
    /// The field that is wrong; in which one is missing, when one is.
    pub(super) path: FieldPath,
    /// Whether to point at the value rather than at its key.
    pub(super) at_value: bool,
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

impl Finding {
    pub(super) fn at_key(path: &FieldPath, message: String) -> Self {
        Self { path: path.clone(), at_value: false, message, hint: None }
    }

    pub(super) fn at_value(path: &FieldPath, message: String) -> Self {
        Self { at_value: true, ..Self::at_key(path, message) }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// Everything in which the value departs from the schema.
pub(super) fn findings(schema: &Value, value: &Value) -> Vec<Finding> {
    let mut checker = Checker { definitions: &schema["$defs"], findings: Vec::new() };
    checker.value(Schema { name: "File", body: schema }, value, &FieldPath::root());
    checker.findings
}

/// A schema and the name of the type that it was made from.
#[derive(Clone, Copy)]
struct Schema<'s> {
    name: &'s str,
    body: &'s Value,
}

struct Checker<'s> {
    definitions: &'s Value,
    findings: Vec<Finding>,
}

impl<'s> Checker<'s> {
    fn value(&mut self, schema: Schema<'s>, value: &Value, path: &FieldPath) {
        let choices = self.choices(schema);
        let Some(schema) = choices.iter().find(|choice| takes(choice.body, value)) else {
            self.findings.push(wrong_type(&choices, value, path));
            return;
        };
        if takes_anything(schema.body) {
            return;
        }
        if let (true, Some(only), Some(map)) = (choices.len() > 1, only_key(schema.body), value.as_object())
            && !map.contains_key(only)
        {
            self.findings.push(wrong_type(&choices, value, path));
            return;
        }
        match value {
            Value::Object(map) => self.map(*schema, map, path),
            Value::Array(items) => {
                if schema.body["minItems"] == 1 && items.is_empty() {
                    self.findings.push(Finding::at_key(path, format!("`{path}` is empty")));
                }
                let of_item = Schema { name: schema.name, body: &schema.body["items"] };
                for (index, item) in items.iter().enumerate() {
                    self.value(of_item, item, &path.then(Step::Index(index)));
                }
            }
            Value::String(text) => self.text(*schema, text, path),
            Value::Number(_) => self.number(schema.body, value, path),
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// The schemas that a value may follow, references and choices followed.
    fn choices(&self, schema: Schema<'s>) -> Vec<Schema<'s>> {
        if let Some(name) = schema.body["$ref"].as_str().and_then(|name| name.strip_prefix("#/$defs/")) {
            return self.choices(Schema { name, body: &self.definitions[name] });
        }
        match schema.body["anyOf"].as_array() {
            Some(choices) => {
                choices.iter().flat_map(|body| self.choices(Schema { name: schema.name, body })).collect()
            }
            None => vec![schema],
        }
    }

    fn map(&mut self, schema: Schema<'s>, map: &Map, path: &FieldPath) {
        let body = schema.body;
        for name in body["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !map.contains_key(name) {
                let missing = path.field(name);
                self.findings.push(Finding::at_key(path, format!("`{missing}` is missing")));
            }
        }
        if body["minProperties"] == 1 && map.is_empty() {
            self.findings.push(Finding::at_key(path, format!("`{path}` is empty")));
        }
        for (key, value) in map {
            let inner = path.field(key);
            if let Some(property) = body["properties"].get(key) {
                self.value(Schema { name: schema.name, body: property }, value, &inner);
            } else if body["additionalProperties"].is_object() {
                self.name(&body["propertyNames"], key, &inner);
                let of_entry = Schema { name: schema.name, body: &body["additionalProperties"] };
                self.value(of_entry, value, &inner);
            } else {
                self.findings.push(unknown_key(schema, key, &inner));
            }
        }
    }

    fn name(&mut self, schema: &Value, key: &str, path: &FieldPath) {
        let problem = schema["format"].as_str().and_then(|format| format::problem(format, key));
        if let Some(problem) = problem {
            self.findings.push(Finding::at_key(path, format!("`{path}`: {problem}")));
        }
    }

    fn text(&mut self, schema: Schema<'s>, text: &str, path: &FieldPath) {
        if let Some(allowed) = enumeration(schema.body) {
            if !allowed.contains(&text) {
                self.findings.push(wrong_choice(schema.name, &allowed, text, path));
            }
            return;
        }
        let problem = match schema.body["format"].as_str() {
            Some(format) => format::problem(format, text),
            None => (text.is_empty() && schema.body["minLength"] == 1).then(|| "it's empty".to_owned()),
        };
        if let Some(problem) = problem {
            self.findings.push(Finding::at_value(path, format!("`{path}`: {problem}")));
        }
    }

    fn number(&mut self, schema: &Value, value: &Value, path: &FieldPath) {
        let bound = |name: &str| schema[name].as_f64();
        let number = value.as_f64().unwrap_or_default();
        let problem = match (bound("minimum"), bound("maximum")) {
            _ if schema.get("const").is_some_and(|only| only != value) => {
                Some(format!("must be {}", schema["const"]))
            }
            (Some(least), _) if number < least => Some(format!("must be at least {least}")),
            (_, Some(most)) if number > most => Some(format!("must be at most {most}")),
            _ => None,
        };
        if let Some(problem) = problem {
            self.findings.push(Finding::at_value(path, format!("`{path}` {problem}, not {value}")));
        }
    }
}

/// Whether the schema is of the value's type. An empty one takes every value.
fn takes(schema: &Value, value: &Value) -> bool {
    match schema["type"].as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("number") => value.is_number(),
        Some("boolean") => value.is_boolean(),
        Some("null") => value.is_null(),
        _ => value.is_string() || enumeration(schema).is_none(),
    }
}

/// Whether the schema says nothing of what a value holds.
fn takes_anything(schema: &Value) -> bool {
    ["type", "enum", "oneOf", "const", "format"].iter().all(|word| schema.get(*word).is_none())
}

/// The key of maps that have one and must have it.
fn only_key(schema: &Value) -> Option<&str> {
    let required = schema["required"].as_array()?;
    let is_only = schema["properties"].as_object()?.len() == 1;
    required.first().filter(|_| is_only).and_then(Value::as_str)
}

/// The texts that an enumeration allows.
fn enumeration(schema: &Value) -> Option<Vec<&str>> {
    let words = match (schema["enum"].as_array(), schema["oneOf"].as_array()) {
        (Some(words), _) => words.iter().filter_map(Value::as_str).collect(),
        (None, Some(choices)) => choices.iter().filter_map(|choice| choice["const"].as_str()).collect(),
        (None, None) => return None,
    };
    Some(words)
}

fn unknown_key(schema: Schema<'_>, key: &str, path: &FieldPath) -> Finding {
    if unsupported::is_key(schema.name, key) {
        return Finding::at_key(path, not_supported(&path.to_string()));
    }
    let known = schema.body["properties"].as_object();
    let finding = Finding::at_key(path, format!("unknown key `{path}`"));
    match did_you_mean(key, known.into_iter().flat_map(Map::keys).map(String::as_str)) {
        Some(meant) => finding.hint(format!("did you mean `{meant}`?")),
        None => finding,
    }
}

fn wrong_choice(enumeration: &str, allowed: &[&str], text: &str, path: &FieldPath) -> Finding {
    if unsupported::is_value(enumeration, text) {
        return Finding::at_value(path, not_supported(&format!("{path}: {text}")));
    }
    let finding = Finding::at_value(path, format!("`{path}` must be {}, not {text:?}", listed(allowed)));
    match did_you_mean(text, allowed.iter().copied()) {
        Some(meant) => finding.hint(format!("did you mean `{meant}`?")),
        None => finding,
    }
}

fn not_supported(what: &str) -> String {
    format!("`{what}` isn't supported by this version of trueup")
}

fn wrong_type(choices: &[Schema<'_>], value: &Value, path: &FieldPath) -> Finding {
    let path_text = path.to_string();
    let subject = if path_text.is_empty() { "this file".to_owned() } else { format!("`{path_text}`") };
    if value.is_null() {
        return Finding::at_key(path, format!("{subject} is empty"));
    }
    let mut expected: Vec<String> = choices.iter().map(|choice| noun(choice.body)).collect();
    expected.retain(|noun| !noun.is_empty());
    expected.dedup();
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    let finding =
        Finding::at_value(path, format!("{subject} must be {}, not {}", listed(&expected), described(value)));
    let meant_as_text = matches!(value, Value::Bool(_) | Value::Number(_)) && expected == ["a string"];
    if meant_as_text { finding.hint("put it in quotes if it's meant as text") } else { finding }
}

fn noun(schema: &Value) -> String {
    if let (Some("object"), Some(key)) = (schema["type"].as_str(), only_key(schema)) {
        return format!("a map with `{key}`");
    }
    let noun = match schema["type"].as_str() {
        Some("object") => "a map",
        Some("array") => "a list",
        Some("integer") => "a whole number",
        Some("number") => "a number",
        Some("boolean") => "true or false",
        Some("string") => format::noun(schema["format"].as_str().unwrap_or_default()),
        _ if enumeration(schema).is_some() => "a word",
        _ => "",
    };
    noun.to_owned()
}

fn described(value: &Value) -> String {
    let kind = match value {
        Value::Null => "empty",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_f64() => "a number with a fraction",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(map) => match map.keys().next() {
            Some(key) => return format!("a map with `{key}`"),
            None => "an empty map",
        },
    };
    kind.to_owned()
}

/// `a`, `a or b`, `a, b or c`.
fn listed(words: &[&str]) -> String {
    match words {
        [init @ .., last] if !init.is_empty() => format!("{} or {last}", init.join(", ")),
        rest => rest.concat(),
    }
}
