//! Rules in CEL (`x-kubernetes-validations`), after
//! k8s.io/apiextensions-apiserver `pkg/apiserver/schema/cel/validation.go`
//! (Kubernetes 1.36).

use std::collections::BTreeMap;

use super::cel_value::cel_value;
use super::rule_path;
use crate::cel::{self, Budget, Expression, Failure, SyntaxError};
use crate::json::Value;
use crate::object::{FieldPath, Step};
use crate::schema::validate::{Before, words};
use crate::schema::{Rest, Rule, SchemaId, Schemas, Violation};

/// A rule that wasn't asked: the API server will.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unchecked {
    /// The field it stands for.
    pub path: FieldPath,
    /// The rule.
    pub rule: String,
    /// Why it can't be judged here.
    pub reason: String,
}

/// The rules of a kind's schemas, read once.
#[derive(Debug, Default)]
pub(super) struct Rules(BTreeMap<SchemaId, Vec<ReadRule>>);

#[derive(Debug)]
struct ReadRule {
    source: String,
    expression: Result<Expression, SyntaxError>,
    message: Option<String>,
    message_expression: Option<Expression>,
    /// Where below its own field a violation is told.
    blamed: Vec<Step>,
    /// Whether it compares with what was there before.
    is_transition: bool,
    optional_old_self: bool,
}

impl Rules {
    pub(super) fn of(schemas: &Schemas) -> Self {
        let ids = (0..).map(SchemaId).zip(&schemas.0);
        let ruled = ids.filter(|(_, schema)| !schema.rules.is_empty());
        Self(ruled.map(|(id, schema)| (id, schema.rules.iter().map(ReadRule::of).collect())).collect())
    }

    /// Asks all rules about a new object.
    pub(super) fn ask(
        &self,
        schemas: &Schemas,
        root: SchemaId,
        object: &Value,
    ) -> (Vec<Violation>, Vec<Unchecked>) {
        self.ask_of(schemas, root, object, (false, Before::default()))
    }

    /// Asks all rules about an object that is there already, but for values that
    /// are as they were. Rules that compare the two are left to the API server.
    pub(super) fn ask_of_change(
        &self,
        schemas: &Schemas,
        root: SchemaId,
        object: &Value,
        before: Before<'_>,
    ) -> (Vec<Violation>, Vec<Unchecked>) {
        self.ask_of(schemas, root, object, (true, before))
    }

    fn ask_of(
        &self,
        schemas: &Schemas,
        root: SchemaId,
        object: &Value,
        (is_change, before): (bool, Before<'_>),
    ) -> (Vec<Violation>, Vec<Unchecked>) {
        if self.0.is_empty() {
            return (Vec::new(), Vec::new());
        }
        let mut walk = Walk {
            rules: self,
            schemas,
            budget: Budget::default(),
            path: FieldPath::root(),
            is_change,
            before,
            found: Vec::new(),
            unchecked: Vec::new(),
        };
        walk.value(root, object);
        (walk.found, walk.unchecked)
    }

    /// The rules that can't be read here.
    pub(super) fn unread(&self, schemas: &Schemas, root: SchemaId) -> Vec<Unchecked> {
        let mut unread = Vec::new();
        self.add_unread(schemas, root, &mut FieldPath::root(), &mut unread);
        unread
    }

    /// A custom kind's schemas have no circles.
    fn add_unread(&self, schemas: &Schemas, id: SchemaId, path: &mut FieldPath, unread: &mut Vec<Unchecked>) {
        for rule in self.0.get(&id).into_iter().flatten() {
            if let Err(error) = &rule.expression {
                unread.push(rule.unchecked(path, error.to_string()));
            }
        }
        let schema = schemas.get(id);
        for (name, below) in &schema.properties {
            path.push(Step::Field(name.clone()));
            self.add_unread(schemas, *below, path, unread);
            path.pop();
        }
        let rest = if let Rest::Of(rest) = schema.rest { Some(rest) } else { None };
        for below in rest.into_iter().chain(schema.items) {
            self.add_unread(schemas, below, path, unread);
        }
    }
}

impl ReadRule {
    fn of(rule: &Rule) -> Self {
        Self {
            source: rule.rule.trim().to_owned(),
            expression: cel::parse(&rule.rule),
            message: rule.message.clone().filter(|message| !message.trim().is_empty()),
            message_expression: rule.message_expression.as_ref().and_then(|source| cel::parse(source).ok()),
            blamed: rule.field_path.as_deref().and_then(rule_path::steps).unwrap_or_default(),
            is_transition: rule.rule.contains("oldSelf"),
            optional_old_self: rule.optional_old_self,
        }
    }

    fn names(&self, own: &cel::Value) -> Vec<(&'static str, cel::Value)> {
        let mut names = vec![("self", own.clone())];
        if self.optional_old_self {
            names.push(("oldSelf", cel::Value::Optional(None)));
        }
        names
    }

    /// What is said when it doesn't hold.
    fn words(&self, own: &cel::Value, budget: &Budget) -> String {
        let computed = self.message_expression.as_ref().and_then(|expression| {
            match cel::evaluate(expression, self.names(own), budget) {
                Ok(cel::Value::Text(text)) if !text.trim().is_empty() && !text.contains('\n') => {
                    Some(text.to_string())
                }
                _ => None,
            }
        });
        let said = computed.or_else(|| self.message.clone());
        said.map_or_else(
            || format!("doesn't hold: {}", words::cut(&self.source, 200)),
            |said| words::cut(&said, 500),
        )
    }

    fn unchecked(&self, path: &FieldPath, reason: String) -> Unchecked {
        Unchecked { path: path.clone(), rule: words::cut(&self.source, 200), reason }
    }
}

struct Walk<'a> {
    rules: &'a Rules,
    schemas: &'a Schemas,
    budget: Budget,
    path: FieldPath,
    /// Whether the object is there already.
    is_change: bool,
    before: Before<'a>,
    found: Vec<Violation>,
    unchecked: Vec<Unchecked>,
}

impl Walk<'_> {
    fn value(&mut self, id: SchemaId, value: &Value) {
        if value.is_null() || self.before.has(value) {
            return;
        }
        if let Some(rules) = self.rules.0.get(&id) {
            let own = cel_value(self.schemas, id, value);
            for rule in rules {
                self.rule(rule, &own);
            }
        }
        let schema = self.schemas.get(id);
        match value {
            Value::Object(map) => {
                for (name, value) in map {
                    let rest = if let Rest::Of(rest) = schema.rest { Some(rest) } else { None };
                    if let Some(id) = schema.properties.get(name).copied().or(rest) {
                        self.below(Step::Field(name.clone()), id, value);
                    }
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    if let Some(id) = schema.items {
                        self.below(Step::Index(index), id, item);
                    }
                }
            }
            _ => {}
        }
    }

    fn below(&mut self, step: Step, id: SchemaId, value: &Value) {
        let below = self.before.below(&step);
        let before = std::mem::replace(&mut self.before, below);
        self.path.push(step);
        self.value(id, value);
        self.path.pop();
        self.before = before;
    }

    fn rule(&mut self, rule: &ReadRule, own: &cel::Value) {
        if rule.is_transition && self.is_change {
            self.unchecked.push(rule.unchecked(&self.path, "it compares with what was there".to_owned()));
            return;
        }
        // Nothing was there before what is new.
        if rule.is_transition && !rule.optional_old_self {
            return;
        }
        let Ok(expression) = &rule.expression else { return };
        match cel::evaluate(expression, rule.names(own), &self.budget) {
            Ok(cel::Value::Bool(true)) => {}
            Ok(cel::Value::Bool(false)) => {
                let message = rule.words(own, &self.budget);
                self.refuse(rule, message);
            }
            Ok(_) => {
                self.unchecked.push(rule.unchecked(&self.path, "it's neither true nor false".to_owned()));
            }
            Err(Failure::Error(why)) => {
                let source = words::cut(&rule.source, 200);
                self.refuse(
                    rule,
                    format!("can't be judged by its rule, which ends in an error: {why} (in {source})"),
                );
            }
            Err(failure @ Failure::Unsupported(_)) => {
                self.unchecked.push(rule.unchecked(&self.path, failure.to_string()));
            }
        }
    }

    fn refuse(&mut self, rule: &ReadRule, message: String) {
        let path = self.path.join(&rule.blamed);
        self.found.push(Violation { path, message, hint: None, structural: false });
    }
}
