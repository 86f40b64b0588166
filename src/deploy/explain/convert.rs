//! What the server says of an object that it can't read into its own types.
//! Where its words name no field, the value that they quote is sought.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::field::{Field, Subject};
use super::objection::Objection;
use super::typed::{must_be, unknown_field};
use super::values::quoted;
use crate::cluster::StatusError;
use crate::json::Value;
use crate::object::{FieldPath, Step};

/// What goes before the words that matter (k8s.io/apimachinery
/// `pkg/util/managedfields/internal/structuredmerge.go`,
/// k8s.io/apiserver `pkg/endpoints/handlers/create.go`).
const STARTS: [&str; 2] = ["failed to convert new object (", " cannot be handled as a "];

/// Maps whose values are quantities, and fields that are (k8s.io/api).
const QUANTITY_MAPS: [&str; 12] = [
    "requests",
    "limits",
    "hard",
    "capacity",
    "allocatable",
    "overhead",
    "podFixed",
    "default",
    "defaultRequest",
    "max",
    "min",
    "maxLimitRequestRatio",
];
const QUANTITIES: [&str; 5] = ["sizeLimit", "divisor", "averageValue", "storage", "value"];

/// The objections in such an answer.
pub(super) fn objections(subject: &Subject<'_>, status: &StatusError) -> Vec<Objection> {
    let said = &status.message;
    if !STARTS.iter().any(|start| said.contains(start)) {
        return Vec::new();
    }
    if let Some((_, said)) = said.split_once("strict decoding error: ") {
        return said.split(", ").filter_map(|one| strict(subject, one)).collect();
    }
    let (fields, tell) = blamed(subject, said);
    if fields.is_empty() {
        return vec![Objection::new(plain(said))];
    }
    fields.into_iter().map(|field| tell(subject, field)).collect()
}

type Tell = fn(&Subject<'_>, Field) -> Objection;

/// The fields that can have caused this, and what is wrong with them.
fn blamed(subject: &Subject<'_>, said: &str) -> (Vec<Field>, Tell) {
    if said.contains("cannot convert float64 to int") || said.contains("cannot unmarshal number") {
        return (subject.scalars(|_, value| value.is_f64()), whole_number);
    }
    if said.contains("quantities must match the regular expression") {
        return (subject.scalars(|path, value| is_quantity(path) && !reads_as_quantity(value)), quantity);
    }
    if let Some(time) = said.split_once("parsing time ").and_then(|(_, rest)| quoted(rest).into_iter().next())
    {
        return (subject.scalars(|_, value| *value == time.as_str()), time_of_day);
    }
    if said.contains("illegal base64 data") {
        return (subject.scalars(|path, value| is_bytes(path) && !is_base64(value)), base64);
    }
    (subject.field_of_struct(said).into_iter().collect(), wrong_type(said))
}

/// What is said of a value that Go can't put into a field of this type.
fn wrong_type(said: &str) -> Tell {
    match said.rsplit_once(" of type ").map_or("", |(_, go_type)| go_type) {
        "string" => |subject, field| must_be(subject, field, "a string"),
        "bool" => |subject, field| must_be(subject, field, "true or false"),
        number if number.starts_with("int") => whole_number,
        list if list.starts_with("[]") => |subject, field| must_be(subject, field, "a list"),
        _ => |subject, field| must_be(subject, field, "a map"),
    }
}

fn whole_number(subject: &Subject<'_>, field: Field) -> Objection {
    must_be(subject, field, "a whole number")
}

fn quantity(subject: &Subject<'_>, field: Field) -> Objection {
    must_be(subject, field, "a quantity")
        .hint("a quantity is a number with a unit, such as 500m, 128Mi or 2G")
}

fn time_of_day(subject: &Subject<'_>, field: Field) -> Objection {
    must_be(subject, field, "a time").hint("a time is written like 2026-01-31T18:30:00Z")
}

fn base64(subject: &Subject<'_>, field: Field) -> Objection {
    let objection = Objection::at(field, "isn't base64");
    if subject.manifest.id.kind.kind == "Secret" {
        return objection.hint("a value as it is goes under stringData");
    }
    objection
}

/// `unknown field "spec.replica"` or `duplicate field "…"`.
fn strict(subject: &Subject<'_>, said: &str) -> Option<Objection> {
    let path = quoted(said).into_iter().next()?;
    let field = subject.field(&path)?;
    Some(match said.split('"').next() {
        Some("unknown field ") => unknown_field(subject, field),
        Some("duplicate field ") => Objection::at(field, "is there twice"),
        _ => Objection::new(said),
    })
}

/// The words without Go's types.
fn plain(said: &str) -> String {
    let of_type = said.split_once("cannot unmarshal ").and_then(|(_, rest)| rest.split_once(" into Go "));
    if let Some((found, wanted)) = of_type {
        let wanted = if wanted.contains("int") { "a number" } else { "something else" };
        return format!("has {} where it must have {wanted}", with_article(found));
    }
    let (_, tail) = said.split_once("error decoding from json: ").unwrap_or(("", said));
    let (_, tail) = tail.split_once("unable to convert unstructured object to ").unwrap_or(("", tail));
    tail.split_once(": ").map_or(tail, |(_, rest)| rest).to_owned()
}

fn with_article(json_type: &str) -> &'static str {
    match json_type {
        "object" => "a map",
        "array" => "a list",
        "string" => "a string",
        "bool" => "true or false",
        _ => "a number",
    }
}

impl Subject<'_> {
    /// The field of `json: cannot unmarshal string into Go struct field
    /// DeploymentSpec.spec.replicas of type int32`, which leaves out the
    /// positions of list items: the first with a value of that type.
    fn field_of_struct(&self, said: &str) -> Option<Field> {
        let (before, after) = said.split_once(" into Go struct field ")?;
        let found = before.rsplit_once("cannot unmarshal ").map(|(_, found)| found)?;
        let (_, path) = after.split(" of type ").next()?.split_once('.')?;
        let names: Vec<&str> = path.split('.').collect();
        let fields = self.scalars(|path, value| {
            let plain = path.steps().iter().filter_map(|step| match step {
                Step::Field(name) => Some(name.as_str()),
                _ => None,
            });
            plain.eq(names.iter().copied()) && json_type(value) == found
        });
        fields.into_iter().next()
    }
}

fn json_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn is_quantity(path: &FieldPath) -> bool {
    let mut names = path.steps().iter().rev().map(|step| match step {
        Step::Field(name) => name.as_str(),
        _ => "",
    });
    let (last, above) = (names.next().unwrap_or_default(), names.next().unwrap_or_default());
    QUANTITIES.contains(&last) || QUANTITY_MAPS.contains(&above)
}

/// Whether the server reads this as a quantity (k8s.io/apimachinery
/// `pkg/api/resource/quantity.go`, `ParseQuantity`).
fn reads_as_quantity(value: &Value) -> bool {
    let text = match value {
        Value::String(text) => text.as_str(),
        Value::Number(_) => return true,
        _ => return false,
    };
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let end = unsigned.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(unsigned.len());
    let (number, unit) = unsigned.split_at(end);
    let is_number = number.chars().any(|c| c.is_ascii_digit()) && number.matches('.').count() <= 1;
    let is_exponent = || {
        let digits = unit.strip_prefix(['e', 'E']).unwrap_or_default();
        let digits = digits.strip_prefix(['+', '-']).unwrap_or(digits);
        !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit())
    };
    let units = ["", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    is_number && (units.contains(&unit) || is_exponent())
}

fn is_bytes(path: &FieldPath) -> bool {
    let named = |step: &Step, name: &str| matches!(step, Step::Field(field) if field == name);
    let steps = path.steps();
    steps.first().is_some_and(|first| named(first, "data") || named(first, "binaryData"))
        || steps.last().is_some_and(|last| named(last, "caBundle") || named(last, "request"))
}

fn is_base64(value: &Value) -> bool {
    // Go's decoder passes over line breaks.
    let text = value.as_str().unwrap_or_default().replace(['\r', '\n'], "");
    STANDARD.decode(text).is_ok()
}
