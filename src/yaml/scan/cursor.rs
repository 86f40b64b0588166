//! A position in the text that knows its line and column.

use crate::yaml::error::YamlError;
use crate::yaml::place::Place;

/// Bytes that no character of a YAML text starts with or that have to be
/// looked at more closely.
const SUSPICIOUS: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = !matches!(byte, 0x09 | 0x0a | 0x0d);
        byte += 1;
    }
    table[0x7f] = true;
    table[0xc2] = true;
    table[0xef] = true;
    table
};

#[derive(Debug, Clone)]
pub(super) struct Cursor<'t> {
    text: &'t str,
    pub(super) position: usize,
    pub(super) line: u32,
    /// A position in the line whose column is known, and that column.
    known: (usize, usize),
    is_ascii: bool,
}

impl<'t> Cursor<'t> {
    /// At the start of a text, which starts with this line.
    pub(super) fn new(text: &'t str, line: u32) -> Self {
        Self { text, position: 0, line, known: (0, 0), is_ascii: text.is_ascii() }
    }

    /// A byte of the text; 0 after its end (and never before).
    pub(super) fn byte(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.position + ahead).copied().unwrap_or(0)
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.position >= self.text.len()
    }

    /// The text from a position up to here.
    pub(super) fn since(&self, start: usize) -> &'t str {
        self.slice(start, self.position)
    }

    /// Part of the text. Both ends are where the cursor was, so between
    /// characters.
    pub(super) fn slice(&self, start: usize, end: usize) -> &'t str {
        self.text.get(start..end).unwrap_or_default()
    }

    /// Whether this starts a line after an end that only YAML 1.1 knows: a
    /// carriage return alone, U+0085, U+2028 or U+2029.
    pub(super) fn is_after_unusual_break(&self) -> bool {
        let before = &self.text[..self.position];
        before.ends_with(['\r', '\u{85}', '\u{2028}', '\u{2029}'])
    }

    /// How many characters of the line stand before this one.
    pub(super) fn column(&mut self) -> usize {
        let (position, column) = self.known;
        if self.is_ascii {
            return column + self.position - position;
        }
        let passed = self.text.as_bytes().get(position..self.position).unwrap_or_default();
        let column = column + passed.iter().filter(|byte| !is_continuation(**byte)).count();
        self.known = (self.position, column);
        column
    }

    pub(super) fn place(&mut self) -> Place {
        Place::from_counts(self.line, self.column())
    }

    pub(super) fn error(&mut self, message: &str) -> YamlError {
        YamlError::new(message, self.place())
    }

    /// Passes a whole character.
    pub(super) fn skip_character(&mut self) {
        self.position += 1;
        while !self.is_at_end() && is_continuation(self.byte(0)) {
            self.position += 1;
        }
    }

    /// Passes spaces and tabs.
    pub(super) fn skip_blanks(&mut self) {
        while is_blank(self.byte(0)) {
            self.position += 1;
        }
    }

    /// Passes the rest of the line, without its end.
    pub(super) fn skip_line(&mut self) {
        loop {
            while !may_break(self.byte(0)) {
                self.position += 1;
            }
            if self.is_at_end() || self.is_break(0) {
                return;
            }
            self.position += 1;
        }
    }

    /// Passes a `#` and what follows it.
    pub(super) fn skip_comment(&mut self) {
        if self.byte(0) == b'#' {
            self.skip_line();
        }
    }

    /// The length of the line's end, if one is here: YAML 1.1 has more of them
    /// than 1.2.
    fn break_length(&self, ahead: usize) -> usize {
        match self.byte(ahead) {
            b'\n' => 1,
            b'\r' => 1 + usize::from(self.byte(ahead + 1) == b'\n'),
            0xc2 if self.byte(ahead + 1) == 0x85 => 2,
            0xe2 if self.byte(ahead + 1) == 0x80 && matches!(self.byte(ahead + 2), 0xa8 | 0xa9) => 3,
            _ => 0,
        }
    }

    pub(super) fn is_break(&self, ahead: usize) -> bool {
        self.break_length(ahead) > 0
    }

    /// Passes a line's end, and gives what it means in a value: the separators
    /// of Unicode mean themselves, all others `\n`.
    pub(super) fn pass_break(&mut self) -> &'t str {
        let start = self.position;
        let length = self.break_length(0);
        self.position += length;
        self.line = self.line.saturating_add(1);
        self.known = (self.position, 0);
        if length == 3 { self.since(start) } else { "\n" }
    }

    /// Whether a space, a tab or the end of the line or the text is here.
    pub(super) fn is_blank_or_end(&self, ahead: usize) -> bool {
        match self.byte(ahead) {
            b' ' | b'\t' => true,
            0 => self.position + ahead >= self.text.len(),
            _ => self.is_break(ahead),
        }
    }

    pub(super) fn is_line_end(&self) -> bool {
        self.is_at_end() || self.is_break(0)
    }

    /// Whether this is the start of a line that separates documents.
    pub(super) fn document_marker(&mut self) -> Option<u8> {
        let byte = self.byte(0);
        let is_marker = matches!(byte, b'-' | b'.')
            && self.byte(1) == byte
            && self.byte(2) == byte
            && self.is_blank_or_end(3)
            && self.column() == 0;
        is_marker.then_some(byte)
    }

    /// Passes a byte order mark at the start of a line, which is no part of it.
    pub(super) fn pass_byte_order_mark(&mut self) -> Result<(), YamlError> {
        if self.column() > 0 || !self.is_byte_order_mark() {
            return Ok(());
        }
        self.position += 3;
        self.known = (self.position, 0);
        if self.is_byte_order_mark() {
            return Err(self.error("a second byte order mark stands here").hint("remove it"));
        }
        Ok(())
    }

    fn is_byte_order_mark(&self) -> bool {
        self.byte(0) == 0xef && self.byte(1) == 0xbb && self.byte(2) == 0xbf
    }

    /// The first character that no YAML text may hold (YAML 1.1, 5.1), as an
    /// error at its place.
    pub(super) fn forbidden_character(&self) -> Option<YamlError> {
        let bytes = self.text.as_bytes();
        let mut from = 0;
        while let Some(next) = bytes[from..].iter().position(|byte| SUSPICIOUS[usize::from(*byte)]) {
            let position = from + next;
            let character = self.text[position..].chars().next()?;
            if !is_allowed(character) {
                return Some(self.forbidden(position, character));
            }
            from = position + character.len_utf8();
        }
        None
    }

    fn forbidden(&self, position: usize, character: char) -> YamlError {
        let mut cursor = self.clone();
        loop {
            cursor.skip_line();
            if cursor.position >= position || cursor.is_at_end() {
                break;
            }
            cursor.pass_break();
        }
        cursor.position = position;
        cursor
            .error(&format!("the character {character:?} can't stand here"))
            .hint("write it as an escape in double quotes")
    }
}

fn is_allowed(character: char) -> bool {
    match character {
        '\t' | '\n' | '\r' | '\u{85}' => true,
        _ => !character.is_control() && !matches!(character, '\u{fffe}' | '\u{ffff}'),
    }
}

fn is_continuation(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Whether a line's end may start with this byte, or the text ends here.
fn may_break(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r' | 0 | 0xc2 | 0xe2)
}
