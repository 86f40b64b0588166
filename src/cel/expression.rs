//! The syntax tree.

use super::value::Value;

/// An expression.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the names are the language's")]
pub enum Expression {
    Literal(Value),
    Name(String),
    /// `of.field`, or `of.?field`.
    Select {
        of: Box<Expression>,
        field: String,
        optional: bool,
    },
    /// `has(of.field)`.
    Has {
        of: Box<Expression>,
        field: String,
    },
    /// `of[index]`, or `of[?index]`.
    Index {
        of: Box<Expression>,
        index: Box<Expression>,
        optional: bool,
    },
    /// `name(…)` or `target.name(…)`.
    Call {
        target: Option<Box<Expression>>,
        name: String,
        arguments: Vec<Expression>,
    },
    /// Items; with `true` the optional ones (`[?x]`).
    List(Vec<(bool, Expression)>),
    /// Entries; with `true` the optional ones (`{?k: v}`).
    Map(Vec<(bool, Expression, Expression)>),
    Not(Box<Expression>),
    Negate(Box<Expression>),
    And(Box<Expression>, Box<Expression>),
    Or(Box<Expression>, Box<Expression>),
    If(Box<Expression>, Box<Expression>, Box<Expression>),
    Binary(Operator, Box<Expression>, Box<Expression>),
    /// A macro over a list or a map.
    Over {
        what: Over,
        of: Box<Expression>,
        variables: Vec<String>,
        filter: Option<Box<Expression>>,
        body: Box<Expression>,
    },
    /// `optMap`, which makes its result optional, and `optFlatMap`, whose is.
    Bind {
        variable: String,
        value: Box<Expression>,
        body: Box<Expression>,
        wraps: bool,
    },
}

/// Operators that take the values of both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// Macros that go over the items of a list or the entries of a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the language's")]
pub enum Over {
    All,
    Exists,
    ExistsOne,
    Filter,
    Map,
    TransformMap,
    TransformMapEntry,
    SortBy,
}
