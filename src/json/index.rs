//! Values inside values: by key, by position, by JSON pointer.

use std::ops;

use super::Value;

/// What a value can be looked up by: a key or a position.
pub trait Index {
    /// The value there.
    fn of<'v>(&self, value: &'v Value) -> Option<&'v Value>;
    /// The value there, to change it.
    fn of_mut<'v>(&self, value: &'v mut Value) -> Option<&'v mut Value>;
    /// The value there, to set it: a missing key is added, in a map that a
    /// `null` becomes.
    ///
    /// # Panics
    ///
    /// On a value that can't have such a thing.
    fn set<'v>(&self, value: &'v mut Value) -> &'v mut Value;
}

impl Index for str {
    fn of<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        value.as_object()?.get(self)
    }

    fn of_mut<'v>(&self, value: &'v mut Value) -> Option<&'v mut Value> {
        value.as_object_mut()?.get_mut(self)
    }

    fn set<'v>(&self, value: &'v mut Value) -> &'v mut Value {
        if value.is_null() {
            *value = Value::Object(super::Map::new());
        }
        let map = value.as_object_mut().expect("only a map has keys");
        map.entry(self).or_insert(Value::Null)
    }
}

impl Index for String {
    fn of<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        self.as_str().of(value)
    }

    fn of_mut<'v>(&self, value: &'v mut Value) -> Option<&'v mut Value> {
        self.as_str().of_mut(value)
    }

    fn set<'v>(&self, value: &'v mut Value) -> &'v mut Value {
        self.as_str().set(value)
    }
}

impl Index for usize {
    fn of<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        value.as_array()?.get(*self)
    }

    fn of_mut<'v>(&self, value: &'v mut Value) -> Option<&'v mut Value> {
        value.as_array_mut()?.get_mut(*self)
    }

    fn set<'v>(&self, value: &'v mut Value) -> &'v mut Value {
        &mut value.as_array_mut().expect("only a list has positions")[*self]
    }
}

impl<I: Index + ?Sized> Index for &I {
    fn of<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        (**self).of(value)
    }

    fn of_mut<'v>(&self, value: &'v mut Value) -> Option<&'v mut Value> {
        (**self).of_mut(value)
    }

    fn set<'v>(&self, value: &'v mut Value) -> &'v mut Value {
        (**self).set(value)
    }
}

impl Value {
    /// What is at a key or a position.
    pub fn get(&self, index: impl Index) -> Option<&Self> {
        index.of(self)
    }

    /// What is at a key or a position, to change it.
    pub fn get_mut(&mut self, index: impl Index) -> Option<&mut Self> {
        index.of_mut(self)
    }

    /// What is at a JSON pointer (RFC 6901).
    pub fn pointer(&self, pointer: &str) -> Option<&Self> {
        tokens(pointer)?.try_fold(self, |value, token| match value {
            Self::Object(map) => map.get(&token),
            Self::Array(list) => list.get(position(&token)?),
            _ => None,
        })
    }

    /// What is at a JSON pointer (RFC 6901), to change it.
    pub fn pointer_mut(&mut self, pointer: &str) -> Option<&mut Self> {
        tokens(pointer)?.try_fold(self, |value, token| match value {
            Self::Object(map) => map.get_mut(&token),
            Self::Array(list) => list.get_mut(position(&token)?),
            _ => None,
        })
    }
}

fn tokens(pointer: &str) -> Option<impl Iterator<Item = String>> {
    let rest = if pointer.is_empty() { None } else { Some(pointer.strip_prefix('/')?) };
    let tokens = rest.into_iter().flat_map(|rest| rest.split('/'));
    Some(tokens.map(|token| token.replace("~1", "/").replace("~0", "~")))
}

/// A key as a part of a JSON pointer (RFC 6901).
pub fn pointer_token(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// RFC 6901: digits without a leading zero.
fn position(token: &str) -> Option<usize> {
    let is_plain = token == "0" || !token.starts_with(['0', '+']);
    if is_plain { token.parse().ok() } else { None }
}

/// `null` where there is nothing.
impl<I: Index> ops::Index<I> for Value {
    type Output = Self;

    fn index(&self, index: I) -> &Self {
        static NOTHING: Value = Value::Null;
        index.of(self).unwrap_or(&NOTHING)
    }
}

impl<I: Index> ops::IndexMut<I> for Value {
    fn index_mut(&mut self, index: I) -> &mut Self {
        index.set(self)
    }
}

impl ops::Index<&str> for super::Map {
    type Output = Value;

    fn index(&self, key: &str) -> &Value {
        self.get(key).expect("the key is there")
    }
}

#[cfg(test)]
mod tests {
    use crate::json::{Value, json};

    #[test]
    fn what_is_inside_is_found() {
        let mut value = json!({"a": [{"b/c": 1, "~": 2}]});
        assert_eq!(value["a"][0]["b/c"], 1);
        assert_eq!(value["a"][7]["b"], Value::Null);
        assert_eq!(value.pointer("/a/0/b~1c"), Some(&json!(1)));
        assert_eq!(value.pointer("/a/0/~0"), Some(&json!(2)));
        assert_eq!(value.pointer(""), Some(&value));
        for nowhere in ["a", "/a/00", "/a/+0", "/a/1", "/a/0/b", "/a/0/~/x"] {
            assert_eq!(value.pointer(nowhere), None, "{nowhere}");
        }
        value["a"][0]["d"]["e"] = json!(3);
        *value.pointer_mut("/a/0/~0").expect("there") = json!(4);
        assert_eq!(value, json!({"a": [{"b/c": 1, "~": 4, "d": {"e": 3}}]}));
    }
}
