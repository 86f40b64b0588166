//! Scalars without quotes.

use std::borrow::Cow;

use super::Scanner;
use super::cursor::is_blank;
use super::folding::Fold;
use super::token::Kind;
use crate::yaml::error::YamlError;

/// Bytes at which a plain scalar may end, or a character that has to be looked
/// at: the end of a line may start there.
const STOPS: [bool; 256] = {
    let mut table = [false; 256];
    let stops = b"\0\t\n\r ,:?[]{}\xc2\xe2";
    let mut index = 0;
    while index < stops.len() {
        table[stops[index] as usize] = true;
        index += 1;
    }
    table
};

impl<'t> Scanner<'t> {
    /// A plain scalar. It ends at `: `, at ` #`, at less indentation, and in
    /// brackets at any of `,?[]{}`.
    pub(super) fn plain(&mut self) -> Result<Kind<'t>, YamlError> {
        let mut text = Cow::Borrowed("");
        let mut start = self.cursor.position;
        let mut went_on = false;
        loop {
            if self.cursor.document_marker().is_some() || self.cursor.byte(0) == b'#' {
                break;
            }
            let run = self.cursor.position;
            self.plain_run()?;
            if self.cursor.position > run {
                went_on = false;
            }
            let end = self.cursor.position;
            if !is_blank(self.cursor.byte(0)) && !self.cursor.is_break(0) {
                append(&mut text, self.cursor.slice(start, end));
                break;
            }
            self.cursor.skip_blanks();
            if self.cursor.is_break(0) {
                append(&mut text, self.cursor.slice(start, end));
                let fold = self.fold_plain()?;
                start = self.cursor.position;
                went_on = true;
                if self.plain_goes_on() {
                    fold.append_to(text.to_mut());
                    continue;
                }
                break;
            }
            if !self.plain_goes_on() {
                append(&mut text, self.cursor.slice(start, end));
                break;
            }
        }
        // A new line may start a key.
        if went_on {
            self.key_allowed = true;
        }
        Ok(Kind::Scalar { text, plain: true })
    }

    /// Passes characters of one word.
    fn plain_run(&mut self) -> Result<(), YamlError> {
        loop {
            while !STOPS[usize::from(self.cursor.byte(0))] {
                self.cursor.position += 1;
            }
            match self.cursor.byte(0) {
                b':' if self.cursor.is_blank_or_end(1) => return Ok(()),
                b':' if self.in_brackets()
                    && matches!(self.cursor.byte(1), b',' | b'[' | b']' | b'{' | b'}') =>
                {
                    return Err(self.colon_before_bracket());
                }
                b',' | b'?' | b'[' | b']' | b'{' | b'}' if self.in_brackets() => return Ok(()),
                _ if self.cursor.is_blank_or_end(0) => return Ok(()),
                _ => self.cursor.position += 1,
            }
        }
    }

    /// Passes line ends and the indentation after them.
    fn fold_plain(&mut self) -> Result<Fold<'t>, YamlError> {
        let mut fold = Fold::new(self.cursor.pass_break());
        loop {
            match self.cursor.byte(0) {
                b'\t' if self.cursor.column() < self.level => {
                    return Err(self
                        .cursor
                        .error("a tab is used for indentation")
                        .hint("indent with spaces"));
                }
                b' ' | b'\t' => self.cursor.position += 1,
                _ if self.cursor.is_break(0) => fold.add(self.cursor.pass_break()),
                _ => return Ok(fold),
            }
        }
    }

    /// Whether what follows blanks and line ends may belong to the scalar.
    fn plain_goes_on(&mut self) -> bool {
        if !self.in_brackets() && self.cursor.column() < self.level {
            return false;
        }
        self.cursor.byte(0) != b'#'
            && self.cursor.document_marker().is_none()
            && !self.cursor.is_at_end()
            && !self.is_plain_end()
    }

    fn is_plain_end(&self) -> bool {
        match self.cursor.byte(0) {
            b':' => self.cursor.is_blank_or_end(1),
            b',' | b'?' | b'[' | b']' | b'{' | b'}' => self.in_brackets(),
            _ => false,
        }
    }

    /// In `[a:]` Go sees the text `a:`, YAML 1.2 the key `a`.
    fn colon_before_bracket(&mut self) -> YamlError {
        self.cursor
            .error("a `:` stands right before a bracket or comma")
            .hint("readers disagree about it: put a space after a key's `:`, or quote the text")
    }
}

/// Adds to a text, which stays borrowed as long as it's one piece.
fn append<'t>(text: &mut Cow<'t, str>, more: &'t str) {
    if text.is_empty() {
        *text = Cow::Borrowed(more);
    } else if !more.is_empty() {
        text.to_mut().push_str(more);
    }
}
