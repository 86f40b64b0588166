//! Quantities, exactly, in billionths.

use crate::object::quantity::Written;

/// A quantity.
#[derive(Debug, Clone, Copy)]
pub struct Quantity {
    /// In billionths.
    pub(super) value: i128,
    /// Whether it's written as a whole number (`1`, `1k`, not `1000m`), which
    /// is all that the API server takes for an integer. Absent for sums in
    /// which that isn't known.
    pub(super) is_whole: Option<bool>,
}

/// What a text is as a quantity.
pub(super) enum Read {
    /// A quantity.
    Is(Quantity),
    /// None to anybody.
    Not,
    /// Perhaps one, but too large or too fine to be told here.
    Beyond,
}

const ONE: i128 = 1_000_000_000;

pub(super) fn read(text: &str) -> Read {
    let Some(written) = Written::read(text) else { return Read::Not };
    let value = written.amount().and_then(|(numerator, denominator)| {
        let product = numerator.checked_mul(ONE)?;
        (product % denominator == 0).then(|| product / denominator)
    });
    match value {
        Some(value) => Read::Is(Quantity {
            value: if written.is_negative { -value } else { value },
            is_whole: Some(!written.number.contains('.') && !written.unit.is_part()),
        }),
        None => Read::Beyond,
    }
}

/// Whether a quantity is a whole number to the API server.
pub(super) enum Whole {
    /// This one.
    Is(i64),
    /// It isn't.
    Not,
    /// That can't be told.
    Unknown,
}

impl Quantity {
    /// Its whole number, if it is one.
    pub(super) fn whole(self) -> Whole {
        match (self.is_whole, i64::try_from(self.value / ONE)) {
            (Some(true), Ok(number)) => Whole::Is(number),
            (Some(_), _) => Whole::Not,
            (None, _) => Whole::Unknown,
        }
    }

    /// This many.
    pub(super) fn of(number: i64) -> Self {
        Self { value: i128::from(number) * ONE, is_whole: Some(true) }
    }

    /// A sum or a difference with another.
    pub(super) fn joined(self, other: Self, join: fn(i128, i128) -> Option<i128>) -> Option<Self> {
        let both_whole = self.is_whole == Some(true) && other.is_whole == Some(true);
        Some(Self { value: join(self.value, other.value)?, is_whole: both_whole.then_some(true) })
    }

    #[allow(clippy::cast_precision_loss, reason = "it's approximate")]
    pub(super) fn approximately(self) -> f64 {
        self.value as f64 / ONE as f64
    }
}
