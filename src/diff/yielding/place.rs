//! Walking a manifest and the live object side by side, and changing single
//! places of the manifest.

use crate::diff::field_set::is_written_as;
use crate::diff::list_keys::ListKeys;
use crate::json::{Map, Value};
use crate::object::{FieldPath, Step};

/// The same place in the manifest and in the live object.
#[derive(Clone, Copy)]
pub(super) struct Place<'v> {
    pub(super) body: Option<&'v Value>,
    pub(super) live: Option<&'v Value>,
    pub(super) keys: Option<&'v ListKeys<'v>>,
}

impl<'v> Place<'v> {
    pub(super) fn is_map(&self) -> bool {
        let mut values = self.body.into_iter().chain(self.live).peekable();
        values.peek().is_some() && values.all(Value::is_object)
    }

    /// What is one step below, in either.
    pub(super) fn children(self) -> Vec<(Step, Self)> {
        match (self.body.or(self.live), self.body, self.live) {
            (Some(Value::Object(_)), body, live) => self.fields(body, live),
            (Some(Value::Array(_)), body, live) => self.items(body, live),
            _ => Vec::new(),
        }
    }

    fn fields(self, body: Option<&'v Value>, live: Option<&'v Value>) -> Vec<(Step, Self)> {
        let mut names: Vec<&String> =
            [body, live].into_iter().flatten().filter_map(Value::as_object).flat_map(Map::keys).collect();
        names.sort();
        names.dedup();
        let place = |name: &String| Self {
            body: body.and_then(|body| body.get(name.as_str())),
            live: live.and_then(|live| live.get(name.as_str())),
            keys: self.keys.and_then(|keys| keys.field(name)),
        };
        names.into_iter().map(|name| (Step::Field(name.clone()), place(name))).collect()
    }

    fn items(self, body: Option<&'v Value>, live: Option<&'v Value>) -> Vec<(Step, Self)> {
        let items = |list: Option<&'v Value>| list.and_then(Value::as_array).map_or(&[][..], |items| items);
        let mut found: Vec<(Step, Self)> = Vec::new();
        let below = self.keys.and_then(|keys| keys.items());
        for (at, item) in items(live).iter().enumerate() {
            let step = self.step(at, item);
            let body = body.and_then(|list| position(list, &step)).map(|at| &items(body)[at]);
            found.push((step, Self { body, live: Some(item), keys: below }));
        }
        for (at, item) in items(body).iter().enumerate() {
            if !found.iter().any(|(_, place)| place.body.is_some_and(|known| std::ptr::eq(known, item))) {
                found.push((self.step(at, item), Self { body: Some(item), live: None, keys: below }));
            }
        }
        found
    }

    fn step(&self, at: usize, item: &Value) -> Step {
        let keys = self.keys.map(|keys| keys.keys()).unwrap_or_default();
        let named: Vec<(String, Value)> =
            keys.iter().filter_map(|key| Some(((*key).to_owned(), item.get(*key)?.clone()))).collect();
        if !named.is_empty() {
            Step::Key(named)
        } else if self.keys.is_some_and(ListKeys::is_set) {
            Step::Value(item.clone())
        } else {
            Step::Index(at)
        }
    }
}

/// Where a list has this item.
fn position(list: &Value, step: &Step) -> Option<usize> {
    let items = list.as_array()?;
    match step {
        Step::Index(at) => (*at < items.len()).then_some(*at),
        Step::Value(value) => items.iter().position(|item| item == value),
        Step::Key(keys) => {
            items.iter().position(|item| is_written_as(item, keys.iter().map(|(name, value)| (name, value))))
        }
        Step::Field(_) => None,
    }
}

/// The manifest's value at a field.
pub(super) fn get<'v>(body: &'v Value, field: &FieldPath) -> Option<&'v Value> {
    field.steps().iter().try_fold(body, |value, step| match step {
        Step::Field(name) => value.get(name.as_str()),
        step => position(value, step).and_then(|at| value.get(at)),
    })
}

/// Takes a field out, and with it the maps and lists that it leaves empty.
pub(super) fn take(value: &mut Value, steps: &[Step]) {
    let Some((step, below)) = steps.split_first() else { return };
    let inner = match step {
        Step::Field(name) => value.get_mut(name.as_str()),
        step => position(value, step).and_then(|at| value.get_mut(at)),
    };
    let Some(inner) = inner else { return };
    if !below.is_empty() {
        take(inner, below);
        let is_left = match inner {
            Value::Object(map) => !map.is_empty(),
            Value::Array(items) => !items.is_empty(),
            _ => true,
        };
        if is_left {
            return;
        }
    }
    match (step, value) {
        (Step::Field(name), Value::Object(map)) => drop(map.remove(name)),
        (step, list) => {
            let at = position(list, step);
            if let (Some(at), Some(items)) = (at, list.as_array_mut()) {
                items.remove(at);
            }
        }
    }
}

/// Puts a value in, with whatever has to be there above it.
pub(super) fn put(value: &mut Value, steps: &[Step], new: Value) {
    let Some((step, below)) = steps.split_first() else {
        *value = new;
        return;
    };
    match step {
        Step::Field(name) => {
            if !value.is_object() {
                *value = Value::Object(Map::new());
            }
            if let Some(map) = value.as_object_mut() {
                put(map.entry(name.as_str()).or_insert_with(|| Value::Null), below, new);
            }
        }
        step => {
            if !value.is_array() {
                *value = Value::Array(Vec::new());
            }
            let at = position(value, step);
            let Some(items) = value.as_array_mut() else { return };
            let at = at.unwrap_or_else(|| {
                items.push(blank_item(step));
                items.len() - 1
            });
            put(&mut items[at], below, new);
        }
    }
}

/// An item that has nothing but what tells it from others.
fn blank_item(step: &Step) -> Value {
    match step {
        Step::Key(keys) => Value::Object(keys.iter().cloned().collect()),
        Step::Value(value) => value.clone(),
        Step::Field(_) | Step::Index(_) => Value::Null,
    }
}
