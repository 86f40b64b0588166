//! Text to tokens, as libyaml's scanner makes them, which Go's YAML packages
//! have taken over (`scannerc.go` of `go.yaml.in/yaml/v2`).
//!
//! YAML's layout rules differ between its versions and between readers of the
//! same version. What kubectl makes of a manifest is decided by that scanner:
//! where a value ends, where a key may start, what a tab is. So this follows
//! its rules, not those of a specification. Tests compare both readers.
//!
//! Two things make it more than a loop over characters. Indentation opens and
//! closes collections: a stack of columns. And a key shows only at its `:`, so
//! the token that may be one waits in a queue until that is decided.

mod block;
mod cursor;
mod folding;
mod indicators;
mod names;
mod plain;
mod quoted;
mod token;

use std::collections::VecDeque;

pub(super) use token::{Kind, Token};

use self::cursor::Cursor;
use super::error::YamlError;
use super::place::Place;

/// A key and its `:` stand in one line, at most so many characters apart.
const LONGEST_KEY: usize = 1024;

/// A token that turns out to be a key if a `:` follows.
#[derive(Debug, Clone, Copy)]
struct PossibleKey {
    /// Which token of the text it is.
    token: usize,
    /// In block style, where the map's keys stand nothing else may.
    required: bool,
    position: usize,
    column: usize,
    place: Place,
}

/// Reads tokens one by one.
#[derive(Debug)]
pub(super) struct Scanner<'t> {
    cursor: Cursor<'t>,
    queue: VecDeque<Token<'t>>,
    /// How many tokens have left the queue.
    taken: usize,
    /// One more than the column of the innermost block collection; 0 outside.
    level: usize,
    outer_levels: Vec<usize>,
    /// For the block context and each open bracket.
    possible_keys: Vec<Option<PossibleKey>>,
    key_allowed: bool,
    /// The line that may start with a byte order mark: the first, and that
    /// after a `---`, since files are put together so.
    marked_line: Option<u32>,
    ended: bool,
    forbidden: Option<YamlError>,
}

impl<'t> Scanner<'t> {
    /// Reads a text whose first line has this number.
    pub(super) fn new(text: &'t str, line: u32) -> Self {
        let cursor = Cursor::new(text, line);
        Self {
            forbidden: cursor.forbidden_character(),
            cursor,
            queue: VecDeque::new(),
            taken: 0,
            level: 0,
            outer_levels: Vec::new(),
            possible_keys: vec![None],
            key_allowed: true,
            marked_line: Some(line),
            ended: false,
        }
    }

    /// The next token, which stays.
    pub(super) fn peek(&mut self) -> Result<&Token<'t>, YamlError> {
        while !self.ended && (self.queue.is_empty() || self.first_may_be_key()?) {
            self.fetch()?;
        }
        if self.queue.is_empty() {
            let place = self.cursor.place();
            self.queue.push_back(Token { kind: Kind::StreamEnd, place });
        }
        Ok(&self.queue[0])
    }

    /// The next token.
    pub(super) fn next(&mut self) -> Result<Token<'t>, YamlError> {
        self.peek()?;
        self.taken += 1;
        let place = self.cursor.place();
        Ok(self.queue.pop_front().unwrap_or(Token { kind: Kind::StreamEnd, place }))
    }

    fn in_brackets(&self) -> bool {
        self.possible_keys.len() > 1
    }

    /// Whether it's still open if the queue's first token is a key.
    fn first_may_be_key(&mut self) -> Result<bool, YamlError> {
        let waiting =
            self.possible_keys.iter().position(|key| key.is_some_and(|key| key.token == self.taken));
        match waiting {
            Some(index) => self.may_still_be_key(index),
            None => Ok(false),
        }
    }

    /// Forgets a possible key whose `:` would come too late.
    fn may_still_be_key(&mut self, index: usize) -> Result<bool, YamlError> {
        let Some(key) = self.possible_keys[index] else { return Ok(false) };
        if key.place.line == self.cursor.line && !self.is_too_long(&key) {
            return Ok(true);
        }
        self.forget_key(index)?;
        Ok(false)
    }

    fn is_too_long(&self, key: &PossibleKey) -> bool {
        self.cursor.position - key.position > LONGEST_KEY
            && self.cursor.since(key.position).chars().count() > LONGEST_KEY
    }

    fn forget_key(&mut self, index: usize) -> Result<(), YamlError> {
        match self.possible_keys[index].take() {
            Some(key) if key.required => Err(YamlError::new("a `:` is missing after a key", key.place)
                .hint("a value that goes over several lines must be indented")),
            _ => Ok(()),
        }
    }

    /// Forgets the possible key of the innermost bracket.
    fn forget_innermost(&mut self) -> Result<(), YamlError> {
        self.forget_key(self.possible_keys.len() - 1)
    }

    /// Remembers that the token to come may be a key.
    fn note_key(&mut self) -> Result<(), YamlError> {
        if !self.key_allowed {
            return Ok(());
        }
        self.forget_innermost()?;
        let column = self.cursor.column();
        let key = PossibleKey {
            token: self.taken + self.queue.len(),
            required: !self.in_brackets() && self.level == column + 1,
            position: self.cursor.position,
            column,
            place: self.cursor.place(),
        };
        if let Some(innermost) = self.possible_keys.last_mut() {
            *innermost = Some(key);
        }
        Ok(())
    }

    fn push(&mut self, kind: Kind<'t>, place: Place) {
        self.queue.push_back(Token { kind, place });
    }

    /// Opens a block collection if the column is further right than that of
    /// the one around it.
    fn open_block(&mut self, column: usize, index: usize, kind: Kind<'t>, place: Place) {
        if !self.in_brackets() && self.level < column + 1 {
            self.outer_levels.push(self.level);
            self.level = column + 1;
            self.queue.insert(index, Token { kind, place });
        }
    }

    /// Closes the block collections that are further right than the column.
    /// `level` is one more than that; 0 closes all of them.
    fn close_blocks(&mut self, level: usize) {
        if self.in_brackets() {
            return;
        }
        while self.level > level {
            let place = self.cursor.place();
            self.push(Kind::BlockEnd, place);
            self.level = self.outer_levels.pop().unwrap_or(0);
        }
    }

    fn fetch(&mut self) -> Result<(), YamlError> {
        if let Some(error) = self.forbidden.take() {
            return Err(error);
        }
        self.pass_space()?;
        let column = self.cursor.column();
        self.close_blocks(column + 1);
        if self.cursor.is_at_end() {
            return self.end();
        }
        if column == 0 && self.cursor.byte(0) == b'%' {
            return self.outermost(Self::directive);
        }
        if let Some(marker) = self.cursor.document_marker() {
            return self.document_marker(marker);
        }
        self.fetch_content()
    }

    /// Passes blanks, comments and line ends up to the next token.
    fn pass_space(&mut self) -> Result<(), YamlError> {
        loop {
            if self.marked_line == Some(self.cursor.line) {
                self.marked_line = None;
                self.cursor.pass_byte_order_mark()?;
            }
            while self.cursor.byte(0) == b' '
                || (self.cursor.byte(0) == b'\t' && (self.in_brackets() || !self.key_allowed))
            {
                self.cursor.position += 1;
            }
            self.cursor.skip_comment();
            if !self.cursor.is_break(0) {
                return Ok(());
            }
            self.cursor.pass_break();
            if !self.in_brackets() {
                self.key_allowed = true;
            }
        }
    }

    fn end(&mut self) -> Result<(), YamlError> {
        self.close_blocks(0);
        self.forget_innermost()?;
        self.ended = true;
        Ok(())
    }

    /// A token that ends everything that is open.
    fn outermost(
        &mut self,
        scan: impl FnOnce(&mut Self) -> Result<Kind<'t>, YamlError>,
    ) -> Result<(), YamlError> {
        self.close_blocks(0);
        self.forget_innermost()?;
        self.key_allowed = false;
        let place = self.cursor.place();
        let kind = scan(self)?;
        self.push(kind, place);
        Ok(())
    }

    fn document_marker(&mut self, marker: u8) -> Result<(), YamlError> {
        if marker == b'-' && self.cursor.is_after_unusual_break() {
            let unseen = self.cursor.error("kubectl doesn't see this `---` and would leave out what follows");
            return Err(unseen.hint("end the line before it with an ordinary line feed"));
        }
        self.marked_line = Some(self.cursor.line.saturating_add(1));
        self.outermost(|scanner| {
            scanner.cursor.position += 3;
            Ok(if marker == b'-' { Kind::DocumentStart } else { Kind::DocumentEnd })
        })
    }
}
