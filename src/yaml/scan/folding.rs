//! Line ends within a scalar.

/// One or more line ends, with nothing but blanks between them.
#[derive(Debug)]
pub(super) struct Fold<'t> {
    first: &'t str,
    others: String,
}

impl<'t> Fold<'t> {
    pub(super) fn new(first: &'t str) -> Self {
        Self { first, others: String::new() }
    }

    pub(super) fn add(&mut self, another: &str) {
        self.others.push_str(another);
    }

    /// What they mean in a flow scalar: one is a space, of several the first
    /// means nothing. The separators of Unicode stay.
    pub(super) fn append_to(&self, text: &mut String) {
        if self.first != "\n" {
            text.push_str(self.first);
            text.push_str(&self.others);
        } else if self.others.is_empty() {
            text.push(' ');
        } else {
            text.push_str(&self.others);
        }
    }
}
