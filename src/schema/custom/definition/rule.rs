//! Rules in CEL that the API server couldn't compile.
//!
//! There is no type checker here: what is found is certain, but not all is
//! found.

use super::{Report, flag, parts, text};
use crate::cel::{self, Expression, SyntaxError};
use crate::error::did_you_mean;
use crate::json::{Map, Value};
use crate::object::{FieldPath, Step};
use crate::schema::Violation;
use crate::schema::custom::cel_value::escaped;
use crate::schema::custom::rule_path;

/// Names that expressions may use: types, and the first parts of longer names.
const KNOWN: [&str; 24] = [
    "self",
    "oldSelf",
    "bool",
    "int",
    "uint",
    "double",
    "string",
    "bytes",
    "list",
    "map",
    "null_type",
    "type",
    "dyn",
    "google",
    "kubernetes",
    "net",
    "optional_type",
    "timestamp",
    "duration",
    "math",
    "optional",
    "cel",
    "format",
    "ip",
];

pub(super) fn check(schema: &Value, path: &FieldPath, report: &mut Report) {
    let Some(map) = schema.as_object() else { return };
    let rules = map.get("x-kubernetes-validations").and_then(Value::as_array);
    for (index, rule) in rules.into_iter().flatten().enumerate() {
        if let Some(rule) = rule.as_object() {
            let path = path.field("x-kubernetes-validations").then(Step::Index(index));
            one(rule, map, &path, report);
        }
    }
    for (below, path) in parts(map, path) {
        check(below, &path, report);
    }
}

fn one(rule: &Map, schema: &Map, path: &FieldPath, report: &mut Report) {
    let source = text(rule, "rule");
    let message = text(rule, "message");
    if source.trim().is_empty() {
        report.say(path.field("rule"), "is missing");
        return;
    }
    if message.trim().contains(['\n', '\r']) {
        report.say(path.field("message"), "must be one line");
    } else if !message.is_empty() && message.trim().is_empty() {
        report.say(path.field("message"), "must not be blank");
    } else if source.trim().contains(['\n', '\r']) && message.is_empty() {
        report.say(path.field("message"), "is missing: a rule of several lines needs one");
    }
    let reason = text(rule, "reason");
    let reasons = ["FieldValueRequired", "FieldValueForbidden", "FieldValueInvalid", "FieldValueDuplicate"];
    if !reason.is_empty() && !reasons.contains(&reason) {
        report.say(path.field("reason"), format!("must be one of {}, but is {reason:?}", reasons.join(", ")));
    }
    field_path(text(rule, "fieldPath"), schema, path, report);
    let optional_old_self = rule.get("optionalOldSelf").is_some_and(|value| !value.is_null());
    if optional_old_self && !source.contains("oldSelf") {
        report.say(path.field("optionalOldSelf"), "must not be set where the rule doesn't use oldSelf");
    }
    if let Some(expression) = read(source, path.field("rule"), report) {
        expression_fits(&expression, schema, path.field("rule"), report);
        if is_never_true(&expression, schema) {
            report.say(path.field("rule"), "must be true or false");
        }
    }
    let computed = text(rule, "messageExpression");
    if !computed.trim().is_empty()
        && let Some(expression) = read(computed, path.field("messageExpression"), report)
    {
        expression_fits(&expression, schema, path.field("messageExpression"), report);
    }
}

fn read(source: &str, path: FieldPath, report: &mut Report) -> Option<Expression> {
    match cel::parse(source) {
        Ok(expression) => Some(expression),
        Err(error @ SyntaxError::Wrong(_)) => {
            report.say(path, error.to_string());
            None
        }
        Err(SyntaxError::Unsupported(_)) => None,
    }
}

fn expression_fits(expression: &Expression, schema: &Map, path: FieldPath, report: &mut Report) {
    for name in expression.free_names() {
        if !KNOWN.contains(&name) {
            report.say(path.clone(), format!("uses the name {name:?}, which isn't known"));
        }
    }
    let mut unknown: Vec<UnknownField> = Vec::new();
    expression.each(&mut |part| {
        let fields = part.fields_of("self").unwrap_or_default();
        if let Err(wrong) = walk(schema, &fields)
            && !unknown.contains(&wrong)
        {
            unknown.push(wrong);
        }
    });
    for (name, meant) in unknown {
        let hint = meant.map(|meant| format!("did you mean {meant:?}?"));
        let message = format!("uses the field {name:?}, which isn't there");
        report.found.push(Violation { path: path.clone(), message, hint, structural: false });
    }
}

/// A field that isn't there, and what may have been meant.
type UnknownField = (String, Option<String>);

/// The schema at these fields; `None` where it can't be told. `Err` with the
/// first field that isn't there, and what may have been meant.
fn walk<'a>(schema: &'a Map, fields: &[&str]) -> Result<Option<&'a Map>, UnknownField> {
    let mut at = schema;
    for field in fields {
        let properties = match at.get("properties").and_then(Value::as_object) {
            Some(properties)
                if text(at, "type") == "object" && !flag(at, "x-kubernetes-preserve-unknown-fields") =>
            {
                properties
            }
            _ => return Ok(None),
        };
        // Every resource has these.
        if matches!(*field, "metadata" | "apiVersion" | "kind") {
            return Ok(None);
        }
        let found = properties.iter().find(|(name, _)| escaped(name) == *field);
        let Some((_, below)) = found else {
            let known: Vec<String> = properties.keys().map(|name| escaped(name)).collect();
            let meant = did_you_mean(field, known.iter().map(String::as_str));
            return Err(((*field).to_owned(), meant.map(str::to_owned)));
        };
        let Some(below) = below.as_object() else { return Ok(None) };
        at = below;
    }
    Ok(Some(at))
}

/// Whether it's plainly of another type than a truth.
fn is_never_true(expression: &Expression, schema: &Map) -> bool {
    let Some(fields) = expression.fields_of("self").filter(|_| !matches!(expression, Expression::Has { .. }))
    else {
        return false;
    };
    let found = walk(schema, &fields).ok().flatten();
    found.is_some_and(|schema| {
        matches!(text(schema, "type"), "integer" | "number" | "string" | "array" | "object")
    })
}

fn field_path(written: &str, schema: &Map, path: &FieldPath, report: &mut Report) {
    if written.is_empty() {
        return;
    }
    let at = path.field("fieldPath");
    let Some(steps) = rule_path::steps(written) else {
        report.say(at, format!("must be a path such as .spec.replicas, but is {written:?}"));
        return;
    };
    let fields: Vec<String> = steps
        .iter()
        .map(|step| match step {
            Step::Field(name) => escaped(name),
            _ => String::new(),
        })
        .collect();
    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
    if let Err((name, _)) = walk(schema, &fields) {
        report.say(at, format!("names the field {name:?}, which isn't there"));
    }
}
