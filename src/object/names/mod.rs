//! How names, labels and annotations may be written, as the API server's
//! validation has it. What some server with some extension might accept isn't
//! refused.

mod dns;
mod kind;
mod qualified;

pub use dns::{at_least_parts, label, path_segment, subdomain, wildcard_subdomain};
pub use kind::NameRule;
pub use qualified::{annotation_key, config_key, label_key, label_value, port_name, printable};

use std::fmt;

/// Why a text can't be such a name: reads on after the text itself, as in
/// `"my_web" has "_", but …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misnamed {
    fault: String,
    /// The nearest text that could be.
    pub nearest: Option<String>,
}

impl Misnamed {
    fn new(fault: impl Into<String>) -> Self {
        Self { fault: fault.into(), nearest: None }
    }

    fn or(mut self, nearest: Option<String>) -> Self {
        self.nearest = nearest;
        self
    }

    /// What to do about it, if anything can be proposed.
    pub fn hint(&self) -> Option<String> {
        self.nearest.as_ref().map(|nearest| format!("{nearest:?} would do"))
    }
}

impl fmt::Display for Misnamed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.fault)
    }
}

/// The first character that isn't allowed, in quotes.
fn stranger(text: &str, is_allowed: impl Fn(char) -> bool) -> Option<String> {
    text.chars().find(|c| !is_allowed(*c)).map(quoted)
}

/// A character in quotes; what can't be seen is called by its name or number.
fn quoted(c: char) -> String {
    match c {
        ' ' => "a space".to_owned(),
        '\n' => "a line break".to_owned(),
        '\t' => "a tab".to_owned(),
        c if c.is_control() => format!("U+{:04X}", u32::from(c)),
        c => format!("\"{c}\""),
    }
}

fn too_long(text: &str, most: usize) -> Option<Misnamed> {
    (text.len() > most)
        .then(|| Misnamed::new(format!("has {} characters, but at most {most} are allowed", text.len())))
}
