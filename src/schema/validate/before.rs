//! What was there before an object is changed.

use crate::json::Value;
use crate::object::Step;

/// The values that may have been at one place. Of a list it's all items: which
/// of them became which isn't asked. Nothing where the object is new.
#[derive(Debug, Clone, Default)]
pub(in crate::schema) struct Before<'a>(Vec<&'a Value>);

impl<'a> Before<'a> {
    /// What was there as a whole.
    pub(in crate::schema) fn of(object: &'a Value) -> Self {
        Self(vec![object])
    }

    /// Whether a value was there already.
    pub(in crate::schema) fn has(&self, value: &Value) -> bool {
        self.0.contains(&value)
    }

    /// What was there one step below.
    pub(in crate::schema) fn below(&self, step: &Step) -> Self {
        let values = self.0.iter();
        Self(match step {
            Step::Field(name) => values.filter_map(|value| value.get(name.as_str())).collect(),
            _ => values.filter_map(|value| value.as_array()).flatten().collect(),
        })
    }
}
