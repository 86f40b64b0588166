//! Calls that aren't calls: macros bind names.

use super::expression::{Expression, Over};
use super::parser::SyntaxError;

/// `name(…)`.
pub(super) fn function(name: String, mut arguments: Vec<Expression>) -> Result<Expression, SyntaxError> {
    if name == "has" && arguments.len() == 1 {
        return match arguments.remove(0) {
            Expression::Select { of, field, optional: false } => Ok(Expression::Has { of, field }),
            _ => Err(SyntaxError::Wrong("has() takes a field, such as has(self.field)".to_owned())),
        };
    }
    Ok(Expression::Call { target: None, name, arguments })
}

/// `of.name(…)`.
pub(super) fn method(
    of: Expression,
    name: String,
    arguments: Vec<Expression>,
) -> Result<Expression, SyntaxError> {
    let count = arguments.len();
    let over = match (name.as_str(), count) {
        ("all", 2 | 3) => Some((Over::All, count - 1, false)),
        ("exists", 2 | 3) => Some((Over::Exists, count - 1, false)),
        ("exists_one" | "existsOne", 2 | 3) => Some((Over::ExistsOne, count - 1, false)),
        ("filter", 2) => Some((Over::Filter, 1, false)),
        ("map", 2 | 3) => Some((Over::Map, 1, count == 3)),
        ("transformList", 3 | 4) => Some((Over::Map, 2, count == 4)),
        ("transformMap", 3 | 4) => Some((Over::TransformMap, 2, count == 4)),
        ("transformMapEntry", 3 | 4) => Some((Over::TransformMapEntry, 2, count == 4)),
        ("sortBy", 2) => Some((Over::SortBy, 1, false)),
        _ => None,
    };
    if let Some((what, variables, filtered)) = over {
        return over_items(what, of, arguments, variables, filtered);
    }
    match (name.as_str(), count) {
        ("optMap", 2) => {
            let (variable, body) = two(arguments)?;
            bind(variable, of, body, true)
        }
        ("optFlatMap", 2) => {
            let (variable, body) = two(arguments)?;
            bind(variable, of, body, false)
        }
        _ => Ok(Expression::Call { target: Some(Box::new(of)), name, arguments }),
    }
}

fn over_items(
    what: Over,
    of: Expression,
    arguments: Vec<Expression>,
    count: usize,
    filtered: bool,
) -> Result<Expression, SyntaxError> {
    let mut arguments = arguments.into_iter();
    let variables: Result<Vec<String>, SyntaxError> = arguments.by_ref().take(count).map(variable).collect();
    let filter = if filtered { arguments.next().map(Box::new) } else { None };
    let body = arguments.next().map(Box::new).ok_or_else(too_few)?;
    Ok(Expression::Over { what, of: Box::new(of), variables: variables?, filter, body })
}

fn bind(
    name: Expression,
    value: Expression,
    body: Expression,
    wraps: bool,
) -> Result<Expression, SyntaxError> {
    Ok(Expression::Bind { variable: variable(name)?, value: Box::new(value), body: Box::new(body), wraps })
}

fn variable(name: Expression) -> Result<String, SyntaxError> {
    match name {
        Expression::Name(name) => Ok(name),
        _ => Err(SyntaxError::Wrong("a macro's variable must be a name".to_owned())),
    }
}

fn two(arguments: Vec<Expression>) -> Result<(Expression, Expression), SyntaxError> {
    let [first, second] = <[Expression; 2]>::try_from(arguments).map_err(|_| too_few())?;
    Ok((first, second))
}

fn too_few() -> SyntaxError {
    SyntaxError::Wrong("too few arguments".to_owned())
}
