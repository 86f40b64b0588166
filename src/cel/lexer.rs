//! Tokens.

use super::parser::SyntaxError;

/// A token.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Name(String),
    Int(u64),
    Uint(u64),
    Double(f64),
    Text(String),
    Bytes(Vec<u8>),
    /// An operator or a bracket.
    Sign(&'static str),
}

/// Longer ones before those that they start with.
const SIGNS: [&str; 26] = [
    "==", "!=", "<=", ">=", "&&", "||", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", ".", ",", "(", ")",
    "[", "]", "{", "}", "=", "`",
];

pub(super) fn tokens(source: &str) -> Result<Vec<Token>, SyntaxError> {
    let mut lexer = Lexer { rest: source };
    let mut tokens = Vec::new();
    while let Some(token) = lexer.next()? {
        tokens.push(token);
    }
    Ok(tokens)
}

struct Lexer<'a> {
    rest: &'a str,
}

impl Lexer<'_> {
    fn next(&mut self) -> Result<Option<Token>, SyntaxError> {
        self.skip_blanks();
        let Some(first) = self.rest.chars().next() else { return Ok(None) };
        if let Some(text) = self.quoted()? {
            return Ok(Some(text));
        }
        let is_fraction = first == '.' && self.rest[1..].starts_with(|c: char| c.is_ascii_digit());
        if first.is_ascii_digit() || is_fraction {
            return self.number().map(Some);
        }
        if first.is_ascii_alphabetic() || first == '_' {
            let end =
                self.rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(self.rest.len());
            return Ok(Some(Token::Name(self.take(end).to_owned())));
        }
        let sign = SIGNS.into_iter().find(|sign| self.rest.starts_with(sign));
        match sign {
            Some("`") => Err(SyntaxError::Unsupported("names in backquotes")),
            Some("=") | None => Err(SyntaxError::Wrong(format!("unexpected {first:?}"))),
            Some(sign) => {
                self.take(sign.len());
                Ok(Some(Token::Sign(sign)))
            }
        }
    }

    fn take(&mut self, length: usize) -> &str {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    fn skip_blanks(&mut self) {
        loop {
            self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r', '\u{c}']);
            let Some(comment) = self.rest.strip_prefix("//") else { return };
            self.rest = comment.split_once('\n').map_or("", |(_, rest)| rest);
        }
    }

    fn number(&mut self) -> Result<Token, SyntaxError> {
        let too_large = || SyntaxError::Wrong("a number that is too large".to_owned());
        if let Some(hex) = self.rest.strip_prefix("0x").or_else(|| self.rest.strip_prefix("0X")) {
            let end = hex.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(hex.len());
            let number = u64::from_str_radix(&hex[..end], 16).map_err(|_| too_large())?;
            self.take(end + 2);
            return Ok(self.whole(number));
        }
        let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let mut end = digits(self.rest);
        let mut is_double = false;
        if self.rest[end..].starts_with('.') && digits(&self.rest[end + 1..]) > 0 {
            end += 1 + digits(&self.rest[end + 1..]);
            is_double = true;
        }
        if self.rest[end..].starts_with(['e', 'E']) {
            let sign = usize::from(self.rest[end + 1..].starts_with(['+', '-']));
            let exponent = digits(&self.rest[end + 1 + sign..]);
            if exponent > 0 {
                end += 1 + sign + exponent;
                is_double = true;
            }
        }
        let text = self.take(end);
        if is_double {
            return text.parse().map(Token::Double).map_err(|_| too_large());
        }
        let number = text.parse().map_err(|_| too_large())?;
        Ok(self.whole(number))
    }

    fn whole(&mut self, number: u64) -> Token {
        if self.rest.starts_with(['u', 'U']) {
            self.take(1);
            return Token::Uint(number);
        }
        Token::Int(number)
    }

    /// A text, if there is one.
    fn quoted(&mut self) -> Result<Option<Token>, SyntaxError> {
        let prefix: String = self.rest.chars().take_while(char::is_ascii_alphabetic).take(3).collect();
        let is_quoted = self.rest[prefix.len()..].starts_with(['"', '\'']);
        let prefix = prefix.to_ascii_lowercase();
        if !is_quoted || !matches!(prefix.as_str(), "" | "r" | "b" | "rb" | "br") {
            return Ok(None);
        }
        let (raw, bytes) = (prefix.contains('r'), prefix.contains('b'));
        self.take(prefix.len());
        let mark =
            ["\"\"\"", "'''", "\"", "'"].into_iter().find(|mark| self.rest.starts_with(mark)).unwrap_or("\"");
        self.take(mark.len());
        let mut written = Vec::new();
        loop {
            if self.rest.starts_with(mark) {
                self.take(mark.len());
                break;
            }
            let Some(next) = self.rest.chars().next() else {
                return Err(SyntaxError::Wrong("a text without an end".to_owned()));
            };
            if next == '\\' && !raw {
                self.take(1);
                self.escape(bytes, &mut written)?;
            } else {
                written.extend_from_slice(self.take(next.len_utf8()).as_bytes());
            }
        }
        if bytes {
            return Ok(Some(Token::Bytes(written)));
        }
        String::from_utf8(written).map(|text| Some(Token::Text(text))).map_err(|_| wrong_escape())
    }

    fn escape(&mut self, bytes: bool, written: &mut Vec<u8>) -> Result<(), SyntaxError> {
        let kind = self.rest.chars().next().ok_or_else(wrong_escape)?;
        let plain = match kind {
            'n' => Some('\n'),
            't' => Some('\t'),
            'r' => Some('\r'),
            'a' => Some('\u{7}'),
            'b' => Some('\u{8}'),
            'f' => Some('\u{c}'),
            'v' => Some('\u{b}'),
            '\\' | '\'' | '"' | '`' | '?' => Some(kind),
            _ => None,
        };
        if let Some(plain) = plain {
            self.take(1);
            written.push(plain as u8);
            return Ok(());
        }
        let (skip, width, radix) = match kind {
            'x' | 'X' => (1, 2, 16),
            'u' => (1, 4, 16),
            'U' => (1, 8, 16),
            '0'..='3' => (0, 3, 8),
            _ => return Err(wrong_escape()),
        };
        let digits = self.rest.get(skip..skip + width).ok_or_else(wrong_escape)?;
        let code = u32::from_str_radix(digits, radix).map_err(|_| wrong_escape())?;
        self.take(skip + width);
        if bytes && width < 4 {
            written.push(u8::try_from(code).map_err(|_| wrong_escape())?);
        } else {
            let character = char::from_u32(code).ok_or_else(wrong_escape)?;
            written.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
        Ok(())
    }
}

fn wrong_escape() -> SyntaxError {
    SyntaxError::Wrong("a wrong escape sequence in a text".to_owned())
}
