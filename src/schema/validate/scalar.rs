//! Texts and numbers: bounds, and what their formats ask.

use super::{Checker, Origin, format, quantity, words};
use crate::json::{Number, Value};
use crate::schema::{Bounds, Schema, Type};

/// Whether it's a number without a fraction (`1.0` has none).
pub(super) fn is_whole(value: &Value) -> bool {
    value.as_number().is_some_and(|number| {
        number.is_i64() || number.is_u64() || number.as_f64().is_some_and(|float| float.fract() == 0.0)
    })
}

impl Checker<'_> {
    pub(super) fn text(&mut self, schema: &Schema, text: &str) {
        if schema.kind == Some(Type::Quantity) && !quantity::is_quantity(text) {
            let message = format!("{} isn't a quantity", words::shown(&text.into()));
            self.refuse(message, Some("a number with an optional unit: 500m, 2, 1.5Gi"));
        }
        if let Some(name) = &schema.format {
            self.format(name, text);
        }
        if let Some(bounds) = &schema.bounds {
            self.text_bounds(bounds, text);
        }
    }

    fn format(&mut self, name: &str, text: &str) {
        let holds = match self.origin {
            Origin::Builtin => format::holds_in_built_in_kinds(name, text),
            Origin::Custom => format::holds_in_custom_kinds(name, text),
        };
        if !holds {
            let shown = words::shown(&text.into());
            self.refuse(
                format!("must be {}, but is {shown}", format::described(name)),
                format::example(name),
            );
        }
    }

    fn text_bounds(&mut self, bounds: &Bounds, text: &str) {
        self.between(text.chars().count(), bounds.min_length, bounds.max_length, ["character", "characters"]);
        if let Some(pattern) = &bounds.pattern
            && !self.patterns.matches(pattern, text)
        {
            let shown = words::shown(&text.into());
            self.refuse(format!("must match {}, but is {shown}", words::cut(pattern, 120)), None);
        }
    }

    pub(super) fn number(&mut self, schema: &Schema, number: &Number) {
        if let Some(range) = whole_range(schema)
            && !fits(number, range)
        {
            let (least, most) = range;
            self.refuse(format!("must be between {least} and {most}, but is {number}"), None);
            return;
        }
        if let Some(bounds) = &schema.bounds
            && let Some(value) = number.as_f64()
        {
            self.number_bounds(bounds, number, value);
        }
    }

    fn number_bounds(&mut self, bounds: &Bounds, number: &Number, value: f64) {
        // Whole numbers are compared with the whole part of a bound.
        let bound = |bound: f64| if number.is_f64() { bound } else { bound.trunc() };
        if let Some(least) = bounds.minimum.map(bound) {
            let exclusive = bounds.exclusive_minimum;
            if value < least || (exclusive && value <= least) {
                let words = if exclusive { "more than" } else { "at least" };
                self.refuse(format!("must be {words} {least}, but is {number}"), None);
            }
        }
        if let Some(most) = bounds.maximum.map(bound) {
            let exclusive = bounds.exclusive_maximum;
            if value > most || (exclusive && value >= most) {
                let words = if exclusive { "less than" } else { "at most" };
                self.refuse(format!("must be {words} {most}, but is {number}"), None);
            }
        }
        if let Some(factor) = bounds.multiple_of.filter(|factor| *factor > 0.0)
            && !is_multiple(number, value, factor)
        {
            self.refuse(format!("must be a multiple of {factor}, but is {number}"), None);
        }
    }
}

/// The range of a whole number's format.
fn whole_range(schema: &Schema) -> Option<(i64, i64)> {
    match (schema.kind?, schema.format.as_deref()) {
        (Type::Integer, Some("int32")) => Some((i32::MIN.into(), i32::MAX.into())),
        (Type::Integer, _) => Some((i64::MIN, i64::MAX)),
        _ => None,
    }
}

fn fits(number: &Number, (least, most): (i64, i64)) -> bool {
    match (number.as_i64(), number.as_f64()) {
        (Some(whole), _) => (least..=most).contains(&whole),
        #[allow(clippy::cast_precision_loss, reason = "the bounds are powers of two, or exact")]
        (None, Some(float)) => number.is_f64() && float >= least as f64 && float <= most as f64,
        (None, None) => false,
    }
}

/// Whole numbers exactly, others as the API server does: within a billionth.
fn is_multiple(number: &Number, value: f64, factor: f64) -> bool {
    #[allow(clippy::cast_possible_truncation, reason = "only where nothing is cut off")]
    if let Some(whole) = number.as_i64() {
        return factor as i64 == 0 || whole % (factor as i64) == 0;
    }
    let times = if factor < 1.0 { 1.0 / factor * value } else { value / factor };
    (times - times.round()).abs() < 1e-9 * times.abs().max(1.0)
}
