//! Tokens to a syntax tree.

use super::expression::{Expression, Operator};
use super::lexer::{Token, tokens};
use super::macros;
use super::value::Value;
use super::word::is_word;

/// How deep expressions may be nested (the API server: 250).
const DEEPEST: usize = 120;

/// How many operators an expression may have: chains of them are nested too.
const MOST_OPERATORS: usize = 500;

/// Why a text isn't an expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SyntaxError {
    /// It isn't one to anybody.
    #[error("syntax error: {0}")]
    Wrong(String),
    /// This reader doesn't know such expressions.
    #[error("not supported: {0}")]
    Unsupported(&'static str),
}

/// Reads an expression.
pub fn parse(source: &str) -> Result<Expression, SyntaxError> {
    let mut parser = Parser { tokens: tokens(source)?, at: 0, depth: 0, operators: 0 };
    let expression = parser.expression()?;
    match parser.tokens.get(parser.at) {
        None => Ok(expression),
        Some(_) => Err(parser.unexpected()),
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    operators: usize,
}

type Parsed = Result<Expression, SyntaxError>;

impl Parser {
    fn expression(&mut self) -> Parsed {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(SyntaxError::Unsupported("expressions nested so deep"));
        }
        let condition = self.binary(0)?;
        let whole = if self.takes("?") {
            let then = self.binary(0)?;
            self.expect(":")?;
            let otherwise = self.expression()?;
            Expression::If(Box::new(condition), Box::new(then), Box::new(otherwise))
        } else {
            condition
        };
        self.depth -= 1;
        Ok(whole)
    }

    /// Operators of this level and all that bind more tightly.
    fn binary(&mut self, level: usize) -> Parsed {
        const LEVELS: [&[&str]; 5] =
            [&["||"], &["&&"], &["<", "<=", ">", ">=", "==", "!=", "in"], &["+", "-"], &["*", "/", "%"]];
        let Some(signs) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.binary(level + 1)?;
        while let Some(sign) = signs.iter().copied().find(|sign| self.takes(sign)) {
            self.operators += 1;
            if self.operators > MOST_OPERATORS {
                return Err(SyntaxError::Unsupported("so many operators"));
            }
            let right = Box::new(self.binary(level + 1)?);
            left = combined(sign, Box::new(left), right);
        }
        Ok(left)
    }

    fn unary(&mut self) -> Parsed {
        let mut signs = Vec::new();
        while let Some(sign) = ["!", "-"].into_iter().find(|sign| self.takes(sign)) {
            signs.push(sign);
        }
        if signs.len() > DEEPEST {
            return Err(SyntaxError::Unsupported("expressions nested so deep"));
        }
        let mut inner = self.member()?;
        for sign in signs.into_iter().rev() {
            inner = match (sign, inner) {
                ("!", inner) => Expression::Not(Box::new(inner)),
                (_, Expression::Literal(Value::Uint(number))) if number == 1 << 63 => {
                    Expression::Literal(Value::Int(i64::MIN))
                }
                (_, inner) => Expression::Negate(Box::new(inner)),
            };
        }
        Ok(inner)
    }

    fn member(&mut self) -> Parsed {
        let mut value = self.primary()?;
        let mut length = 0;
        loop {
            length += 1;
            if length > DEEPEST {
                return Err(SyntaxError::Unsupported("expressions nested so deep"));
            }
            if self.takes(".") {
                let optional = self.takes("?");
                let name = self.name()?;
                value = if !optional && self.takes("(") {
                    let arguments = self.until(")")?;
                    macros::method(value, name, arguments)?
                } else {
                    Expression::Select { of: Box::new(value), field: name, optional }
                };
            } else if self.takes("[") {
                let optional = self.takes("?");
                let index = Box::new(self.expression()?);
                self.expect("]")?;
                value = Expression::Index { of: Box::new(value), index, optional };
            } else {
                return Ok(value);
            }
        }
    }

    fn primary(&mut self) -> Parsed {
        let Some(token) = self.tokens.get(self.at).cloned() else {
            return Err(SyntaxError::Wrong("it ends too early".to_owned()));
        };
        self.at += 1;
        match token {
            Token::Int(number) => Ok(Expression::Literal(match i64::try_from(number) {
                Ok(number) => Value::Int(number),
                // Only as the least of all numbers, after a minus.
                Err(_) if number == 1 << 63 => Value::Uint(number),
                Err(_) => return Err(SyntaxError::Wrong("a number that is too large".to_owned())),
            })),
            Token::Uint(number) => Ok(Expression::Literal(Value::Uint(number))),
            Token::Double(number) => Ok(Expression::Literal(Value::Double(number))),
            Token::Text(text) => Ok(Expression::Literal(Value::text(&text))),
            Token::Bytes(bytes) => Ok(Expression::Literal(Value::Bytes(bytes.into()))),
            Token::Name(name) => self.named(name),
            Token::Sign("(") => {
                let inner = self.expression()?;
                self.expect(")")?;
                Ok(inner)
            }
            Token::Sign("[") => self.list(),
            Token::Sign("{") => self.map(),
            Token::Sign(".") => Err(SyntaxError::Unsupported("names with a leading dot")),
            Token::Sign(_) => {
                self.at -= 1;
                Err(self.unexpected())
            }
        }
    }

    fn named(&mut self, name: String) -> Parsed {
        match name.as_str() {
            "true" => return Ok(Expression::Literal(Value::Bool(true))),
            "false" => return Ok(Expression::Literal(Value::Bool(false))),
            "null" => return Ok(Expression::Literal(Value::Null)),
            reserved if is_word(reserved) => {
                self.at -= 1;
                return Err(self.unexpected());
            }
            _ => {}
        }
        if self.takes("(") {
            let arguments = self.until(")")?;
            return macros::function(name, arguments);
        }
        if matches!(self.tokens.get(self.at), Some(Token::Sign("{"))) {
            return Err(SyntaxError::Unsupported("messages"));
        }
        Ok(Expression::Name(name))
    }

    fn list(&mut self) -> Parsed {
        let mut items = Vec::new();
        while !self.takes("]") {
            let optional = self.takes("?");
            items.push((optional, self.expression()?));
            if !self.takes(",") {
                self.expect("]")?;
                break;
            }
        }
        Ok(Expression::List(items))
    }

    fn map(&mut self) -> Parsed {
        let mut entries = Vec::new();
        while !self.takes("}") {
            let optional = self.takes("?");
            let key = self.expression()?;
            self.expect(":")?;
            entries.push((optional, key, self.expression()?));
            if !self.takes(",") {
                self.expect("}")?;
                break;
            }
        }
        Ok(Expression::Map(entries))
    }

    fn until(&mut self, end: &str) -> Result<Vec<Expression>, SyntaxError> {
        let mut arguments = Vec::new();
        if self.takes(end) {
            return Ok(arguments);
        }
        loop {
            arguments.push(self.expression()?);
            if !self.takes(",") {
                self.expect(end)?;
                return Ok(arguments);
            }
        }
    }

    fn name(&mut self) -> Result<String, SyntaxError> {
        match self.tokens.get(self.at) {
            Some(Token::Name(name)) if !matches!(name.as_str(), "in" | "true" | "false" | "null") => {
                self.at += 1;
                Ok(name.clone())
            }
            _ => Err(self.unexpected()),
        }
    }

    fn takes(&mut self, sign: &str) -> bool {
        let takes = match self.tokens.get(self.at) {
            Some(Token::Sign(found)) => *found == sign,
            Some(Token::Name(name)) => sign == "in" && name == "in",
            _ => false,
        };
        self.at += usize::from(takes);
        takes
    }

    fn expect(&mut self, sign: &str) -> Result<(), SyntaxError> {
        if self.takes(sign) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn unexpected(&self) -> SyntaxError {
        SyntaxError::Wrong(match self.tokens.get(self.at) {
            None => "it ends too early".to_owned(),
            Some(Token::Name(name)) => format!("unexpected {name:?}"),
            Some(Token::Sign(sign)) => format!("unexpected {sign:?}"),
            Some(_) => "an unexpected literal".to_owned(),
        })
    }
}

fn combined(sign: &str, left: Box<Expression>, right: Box<Expression>) -> Expression {
    let operator = match sign {
        "||" => return Expression::Or(left, right),
        "&&" => return Expression::And(left, right),
        "==" => Operator::Equal,
        "!=" => Operator::NotEqual,
        "<" => Operator::Less,
        "<=" => Operator::LessOrEqual,
        ">" => Operator::Greater,
        ">=" => Operator::GreaterOrEqual,
        "in" => Operator::In,
        "+" => Operator::Add,
        "-" => Operator::Subtract,
        "*" => Operator::Multiply,
        "/" => Operator::Divide,
        _ => Operator::Remainder,
    };
    Expression::Binary(operator, left, right)
}
