//! The Common Expression Language as Kubernetes uses it in the rules of custom
//! kinds: parsing and evaluation, without a type checker.
//!
//! The language is <https://github.com/google/cel-spec>; the libraries are
//! those of k8s.io/apiserver `pkg/cel/library` (Kubernetes 1.36). Pure.
//!
//! What this can't evaluate it says so ([`Failure::Unsupported`]) and never
//! guesses: a rule that can't be judged here is judged by the API server.

mod compare;
mod evaluate;
mod expression;
mod functions;
mod lexer;
mod macros;
mod names;
mod parser;
pub(crate) mod pattern;
mod quantity;
mod value;
mod word;

#[cfg(test)]
mod tests;

pub use evaluate::{Budget, Failure, evaluate};
pub use expression::Expression;
pub(crate) use functions::nanoseconds;
pub use parser::{SyntaxError, parse};
pub use value::{Key, Value};
pub(crate) use word::is_word;
