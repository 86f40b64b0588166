//! What must hold for an apply, with every default filled in.

use super::file::{DriftRule, OrderRule, Requires};

/// What must hold for an apply.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Requirements {
    /// How a commit must relate to the deployed one.
    pub order: OrderRule,
    /// What is said to applying over what somebody changed live.
    pub drift: DriftRule,
}

impl From<Requires> for Requirements {
    fn from(requires: Requires) -> Self {
        Self { order: requires.order.unwrap_or_default(), drift: requires.drift.unwrap_or_default() }
    }
}
