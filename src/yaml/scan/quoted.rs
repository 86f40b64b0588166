//! Scalars in quotes.

use std::borrow::Cow;

use super::Scanner;
use super::cursor::is_blank;
use super::folding::Fold;
use super::token::Kind;
use crate::yaml::error::YamlError;
use crate::yaml::place::Place;

impl<'t> Scanner<'t> {
    /// A scalar in single or double quotes, as `quote` says.
    pub(super) fn quoted(&mut self, quote: u8) -> Result<Kind<'t>, YamlError> {
        let open = self.cursor.place();
        self.cursor.position += 1;
        if let Some(text) = self.simply_quoted(quote) {
            return Ok(Kind::Scalar { text: Cow::Borrowed(text), plain: false });
        }
        let mut text = String::new();
        loop {
            self.check_not_cut_off(open)?;
            let joined = self.quoted_word(quote, &mut text)?;
            if self.cursor.byte(0) == quote {
                break;
            }
            self.quoted_blanks(joined, &mut text);
        }
        self.cursor.position += 1;
        Ok(Kind::Scalar { text: Cow::Owned(text), plain: false })
    }

    /// The usual case: everything in one line, without escapes.
    fn simply_quoted(&mut self, quote: u8) -> Option<&'t str> {
        let mut ahead = 0;
        loop {
            match self.cursor.byte(ahead) {
                byte if byte == quote => break,
                b'\\' if quote == b'"' => return None,
                0 | b'\n' | b'\r' | 0xc2 | 0xe2 => return None,
                _ => ahead += 1,
            }
        }
        if quote == b'\'' && self.cursor.byte(ahead + 1) == quote {
            return None;
        }
        let start = self.cursor.position;
        self.cursor.position += ahead;
        let text = self.cursor.since(start);
        self.cursor.position += 1;
        Some(text)
    }

    fn check_not_cut_off(&mut self, open: Place) -> Result<(), YamlError> {
        if self.cursor.document_marker().is_some() {
            let error = self.cursor.error("a document ends inside a quoted value");
            return Err(error.hint("close the quote before it"));
        }
        if self.cursor.is_at_end() {
            return Err(YamlError::new("a quote is never closed", open));
        }
        Ok(())
    }

    /// Characters up to a blank, the end of the line or the closing quote.
    /// Returns whether an escaped line end stopped it.
    fn quoted_word(&mut self, quote: u8, text: &mut String) -> Result<bool, YamlError> {
        let mut start = self.cursor.position;
        while !self.cursor.is_blank_or_end(0) {
            match self.cursor.byte(0) {
                b'\'' if quote == b'\'' && self.cursor.byte(1) == b'\'' => {
                    self.cursor.position += 1;
                    text.push_str(self.cursor.since(start));
                    self.cursor.position += 1;
                    start = self.cursor.position;
                }
                byte if byte == quote => break,
                b'\\' if quote == b'"' => {
                    text.push_str(self.cursor.since(start));
                    if self.cursor.is_break(1) {
                        self.cursor.position += 1;
                        self.cursor.pass_break();
                        return Ok(true);
                    }
                    self.escape(text)?;
                    start = self.cursor.position;
                }
                _ => self.cursor.skip_character(),
            }
        }
        text.push_str(self.cursor.since(start));
        Ok(false)
    }

    /// Blanks within a line stay; those around a line's end don't.
    fn quoted_blanks(&mut self, joined: bool, text: &mut String) {
        let start = self.cursor.position;
        self.cursor.skip_blanks();
        if !joined && !self.cursor.is_break(0) {
            text.push_str(self.cursor.since(start));
            return;
        }
        // After an escaped line end, further ones count.
        let mut fold = if joined { Fold::new("") } else { Fold::new(self.cursor.pass_break()) };
        loop {
            if is_blank(self.cursor.byte(0)) {
                self.cursor.position += 1;
            } else if self.cursor.is_break(0) {
                fold.add(self.cursor.pass_break());
            } else {
                return fold.append_to(text);
            }
        }
    }

    /// What a backslash and the character after it stand for.
    fn escape(&mut self, text: &mut String) -> Result<(), YamlError> {
        let meant = match self.cursor.byte(1) {
            b'0' => '\0',
            b'a' => '\x07',
            b'b' => '\x08',
            b't' | b'\t' => '\t',
            b'n' => '\n',
            b'v' => '\x0b',
            b'f' => '\x0c',
            b'r' => '\r',
            b'e' => '\x1b',
            byte @ (b' ' | b'"' | b'\'' | b'\\') => char::from(byte),
            b'N' => '\u{85}',
            b'_' => '\u{a0}',
            b'L' => '\u{2028}',
            b'P' => '\u{2029}',
            b'x' => return self.code_point(2, text),
            b'u' => return self.code_point(4, text),
            b'U' => return self.code_point(8, text),
            _ => {
                let error = self.cursor.error("unknown escape after `\\`");
                return Err(error.hint("write `\\\\` for a backslash, or use single quotes"));
            }
        };
        text.push(meant);
        self.cursor.position += 2;
        Ok(())
    }

    fn code_point(&mut self, digits: usize, text: &mut String) -> Result<(), YamlError> {
        let mut code = 0;
        for ahead in 0..digits {
            let Some(digit) = char::from(self.cursor.byte(2 + ahead)).to_digit(16) else {
                let error = self.cursor.error("an escape lacks its hexadecimal digits");
                return Err(error.hint("write `\\\\` for a backslash, or use single quotes"));
            };
            code = code << 4 | digit;
        }
        let Some(character) = char::from_u32(code) else {
            let error = self.cursor.error("an escape stands for no character");
            return Err(
                error.hint("write a character above U+FFFF as `\\U` with eight digits, not as two halves")
            );
        };
        text.push(character);
        self.cursor.position += 2 + digits;
        Ok(())
    }
}
