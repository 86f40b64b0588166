//! Where something stands in a text.

/// A line and a column, both from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: u32,
    pub(super) column: u32,
}

impl Place {
    /// In a line, after so many of its characters.
    pub(super) fn from_counts(line: u32, passed: usize) -> Self {
        Self { line, column: u32::try_from(passed).unwrap_or(u32::MAX).saturating_add(1) }
    }
}
