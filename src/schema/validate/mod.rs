//! An object against a schema: everything in it that the API server would
//! refuse.
//!
//! Structure, types, bounds and formats are judged as the validator of
//! k8s.io/kube-openapi `pkg/validation/validate` judges custom resources, and
//! as the strict decoder judges objects of built-in kinds (Kubernetes 1.36).
//! Rules in CEL aren't judged here.

mod before;
mod fields;
mod format;
mod list;
mod pattern;
mod quantity;
mod scalar;
mod suggest;
mod text_format;
pub(in crate::schema) mod words;

#[cfg(test)]
mod tests;

use super::{Logic, Rest, Schema, SchemaId, Schemas, Type, Violation};
use crate::json::Value;
use crate::object::{FieldPath, Step};
pub(in crate::schema) use before::Before;
pub use pattern::Patterns;
pub(crate) use text_format::go_base64;

/// How deep an object may be: the API server's own limit is 10,000, but
/// nothing that people write comes near this one.
const DEEPEST: usize = 500;

/// Whose rules a schema follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A built-in kind: null is taken anywhere, as absent.
    Builtin,
    /// A custom kind, by the rules of structural schemas.
    Custom,
}

/// All that the API server would refuse in `object`, if its schema is `root`.
/// In the order of the object's fields, which is that of their names.
pub fn violations(schemas: &Schemas, root: SchemaId, object: &Value, origin: Origin) -> Vec<Violation> {
    violations_with(schemas, root, object, origin, &Patterns::default())
}

/// Like [`violations`], with patterns that were compiled before.
pub fn violations_with(
    schemas: &Schemas,
    root: SchemaId,
    object: &Value,
    origin: Origin,
    patterns: &Patterns,
) -> Vec<Violation> {
    let mut checker = Checker::new(schemas, origin, patterns);
    checker.value(root, object);
    checker.found
}

/// Like [`violations_with`] for a custom resource that is there already: of what
/// is as it was, `before`, only what is structural is refused
/// (apiextensions-apiserver `pkg/apiserver/validation/ratcheting.go`).
pub fn violations_of_change(
    schemas: &Schemas,
    root: SchemaId,
    object: &Value,
    before: &Value,
    patterns: &Patterns,
) -> Vec<Violation> {
    let mut checker = Checker::new(schemas, Origin::Custom, patterns);
    checker.before = Before::of(before);
    checker.value(root, object);
    checker.found
}

/// A walk through one object.
struct Checker<'a> {
    schemas: &'a Schemas,
    origin: Origin,
    patterns: &'a Patterns,
    /// Where the walk is.
    path: FieldPath,
    /// The maps above, and how long their paths are.
    above: Vec<(SchemaId, usize)>,
    before: Before<'a>,
    /// Whether this only asks whether a value has a form.
    only_asks: bool,
    found: Vec<Violation>,
}

impl<'a> Checker<'a> {
    fn new(schemas: &'a Schemas, origin: Origin, patterns: &'a Patterns) -> Self {
        Self {
            schemas,
            origin,
            patterns,
            path: FieldPath::root(),
            above: Vec::new(),
            before: Before::default(),
            only_asks: false,
            found: Vec::new(),
        }
    }

    fn value(&mut self, id: SchemaId, value: &Value) {
        if !self.before.has(value) {
            self.judge(id, value);
        } else if !self.only_asks {
            let first = self.found.len();
            self.judge(id, value);
            let told = self.found.split_off(first);
            self.found.extend(told.into_iter().filter(|violation| violation.structural));
        }
    }

    fn judge(&mut self, id: SchemaId, value: &Value) {
        let schemas = self.schemas;
        let schema = schemas.get(id);
        if value.is_null() {
            self.null(schema);
            return;
        }
        if self.path.steps().len() > DEEPEST || !self.type_fits(schema, value) {
            return;
        }
        match value {
            Value::Object(map) => self.map(id, schema, map),
            Value::Array(items) => self.list(schema, items),
            Value::String(text) => self.text(schema, text),
            Value::Number(number) => self.number(schema, number),
            Value::Null | Value::Bool(_) => {}
        }
        self.enumeration(schema, value);
        if let Some(logic) = &schema.logic {
            self.logic(logic, value);
        }
    }

    /// Null where a built-in kind takes it as absent, or a custom one allows
    /// it. What else a schema asks isn't asked of null, except to be among the
    /// values of an enumeration.
    fn null(&mut self, schema: &Schema) {
        if self.origin == Origin::Builtin {
            return;
        }
        if !schema.nullable && schema.kind.is_some() {
            let wanted = words::wanted(schema);
            self.refuse(format!("must be {wanted}, but is null"), Some("give it a value, or leave it out"));
        } else if !schema.values.is_empty() {
            self.refuse(format!("must be one of {}, but is null", words::values(&schema.values)), None);
        }
    }

    fn enumeration(&mut self, schema: &Schema, value: &Value) {
        if schema.values.is_empty() || schema.values.iter().any(|one| same(one, value)) {
            return;
        }
        let hint = value.as_str().and_then(|text| suggest::value(text, &schema.values));
        let message =
            format!("must be one of {}, but is {}", words::values(&schema.values), words::shown(value));
        self.refuse(message, hint.as_deref());
    }

    fn logic(&mut self, logic: &Logic, value: &Value) {
        for id in &logic.all_of {
            self.value(*id, value);
        }
        if !logic.any_of.is_empty() && !logic.any_of.iter().any(|id| self.holds(*id, value)) {
            let why = self.why_none(&logic.any_of, value);
            self.refuse(format!("fits none of the {} forms it may have: {why}", logic.any_of.len()), None);
        }
        if !logic.one_of.is_empty() {
            match logic.one_of.iter().filter(|id| self.holds(**id, value)).count() {
                0 => {
                    let why = self.why_none(&logic.one_of, value);
                    let forms = logic.one_of.len();
                    self.refuse(
                        format!("fits none of the {forms} forms of which it must have one: {why}"),
                        None,
                    );
                }
                1 => {}
                several => {
                    self.refuse(format!("must have exactly one of several forms, but fits {several}"), None);
                }
            }
        }
        if logic.not.is_some_and(|id| self.holds(id, value)) {
            self.refuse("has the form that it must not have (`not` in its schema)".to_owned(), None);
        }
    }

    fn holds(&self, id: SchemaId, value: &Value) -> bool {
        self.apart(id, value).is_empty()
    }

    /// What a schema says against a value, without saying it.
    fn apart(&self, id: SchemaId, value: &Value) -> Vec<Violation> {
        let mut checker = Checker::new(self.schemas, self.origin, self.patterns);
        checker.path.clone_from(&self.path);
        checker.before = self.before.clone();
        checker.only_asks = true;
        checker.value(id, value);
        checker.found
    }

    /// The first complaint of each form, in one line.
    fn why_none(&self, forms: &[SchemaId], value: &Value) -> String {
        let mut complaints: Vec<String> = Vec::new();
        for id in forms {
            let Some(first) = self.apart(*id, value).into_iter().next() else { continue };
            let complaint = if first.path == self.path {
                format!("it {}", first.message)
            } else {
                format!("{} {}", first.path, first.message)
            };
            if !complaints.contains(&complaint) {
                complaints.push(complaint);
            }
        }
        words::cut(&complaints.join("; or "), 300)
    }

    /// Whether the value has the schema's type; says so if it hasn't.
    fn type_fits(&mut self, schema: &Schema, value: &Value) -> bool {
        let Some(kind) = schema.kind else { return true };
        let fits = match kind {
            Type::Object => value.is_object(),
            Type::Array => value.is_array(),
            Type::String => value.is_string(),
            Type::Integer => scalar::is_whole(value),
            Type::Number => value.is_number(),
            Type::Boolean => value.is_boolean(),
            Type::IntOrString => value.is_string() || scalar::is_whole(value),
            Type::Quantity => value.is_string() || value.is_number(),
        };
        if !fits {
            let message = format!("must be {}, but is {}", words::wanted(schema), words::got(kind, value));
            let path = self.path.clone();
            let structural = is_of_another_form(kind, value) && schema.rest != Rest::Any;
            let hint = suggest::quotes(kind, value);
            self.found.push(Violation { path, message, hint, structural });
        }
        fits
    }

    fn below(&mut self, step: Step, id: SchemaId, value: &Value) {
        let below = self.before.below(&step);
        let before = std::mem::replace(&mut self.before, below);
        self.path.push(step);
        self.value(id, value);
        self.path.pop();
        self.before = before;
    }

    fn refuse(&mut self, message: String, hint: Option<&str>) {
        let path = self.path.clone();
        self.refuse_at(path, message, hint);
    }

    fn refuse_at(&mut self, path: FieldPath, message: String, hint: Option<&str>) {
        self.found.push(Violation { path, message, hint: hint.map(str::to_owned), structural: false });
    }
}

/// Whether a value that hasn't this type is one that server-side apply doesn't
/// take for it either (structured-merge-diff v6, `typed/validate.go`): numbers
/// are all the same to it, and so are scalars where there may be several.
fn is_of_another_form(kind: Type, value: &Value) -> bool {
    match kind {
        Type::Object | Type::Array | Type::String | Type::Boolean => true,
        Type::Integer | Type::Number => !value.is_number(),
        Type::IntOrString | Type::Quantity => value.is_object() || value.is_array(),
    }
}

/// Whether two values are the same to the API server: numbers by their value.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        _ => one == other,
    }
}
