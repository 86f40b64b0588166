//! Markdown for pull requests: a verdict to be read in passing, a table, and
//! every object's fields to be opened. Short enough for a comment.

mod changes;
mod check;
mod comparison;
mod drift;
mod escape;
mod outcome;
mod plan;
mod size;

pub use check::check;
pub use comparison::{comparison, comparisons};
pub use drift::{drift, drifts};
pub use outcome::outcome;
pub use plan::{plan, plans};
