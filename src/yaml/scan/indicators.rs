//! What a token's first character means, and what it does to keys and to
//! indentation.

use super::Scanner;
use super::token::{Kind, Token};
use crate::yaml::error::YamlError;

impl<'t> Scanner<'t> {
    /// A token of a document's content, by its first character.
    pub(super) fn fetch_content(&mut self) -> Result<(), YamlError> {
        let in_brackets = self.in_brackets();
        let before_blank = self.cursor.is_blank_or_end(1);
        match self.cursor.byte(0) {
            b'[' => self.open_bracket(Kind::FlowSequenceStart),
            b'{' => self.open_bracket(Kind::FlowMappingStart),
            b']' => self.close_bracket(Kind::FlowSequenceEnd),
            b'}' => self.close_bracket(Kind::FlowMappingEnd),
            b',' => self.comma(),
            b'-' if before_blank => self.dash(),
            b'?' if in_brackets || before_blank => self.question_mark(),
            b':' if in_brackets || before_blank => self.colon(),
            b'*' => self.scalar_like(Self::alias),
            b'&' => self.scalar_like(Self::anchor),
            b'!' => self.scalar_like(Self::tag),
            b'|' if !in_brackets => self.block(true),
            b'>' if !in_brackets => self.block(false),
            quote @ (b'\'' | b'"') => self.scalar_like(|scanner| scanner.quoted(quote)),
            b'\t' => Err(self.cursor.error("a tab is used for indentation").hint("indent with spaces")),
            b'|' | b'>' | b'#' | b'%' | b'@' | b'`' => {
                let message = format!("the character {:?} can't stand here", char::from(self.cursor.byte(0)));
                Err(self.cursor.error(&message).hint("quote the value"))
            }
            _ => self.scalar_like(Self::plain),
        }
    }

    /// A token that may be a key, and after which none can start.
    fn scalar_like(
        &mut self,
        scan: impl FnOnce(&mut Self) -> Result<Kind<'t>, YamlError>,
    ) -> Result<(), YamlError> {
        self.note_key()?;
        self.key_allowed = false;
        let place = self.cursor.place();
        let kind = scan(self)?;
        self.push(kind, place);
        Ok(())
    }

    fn block(&mut self, is_literal: bool) -> Result<(), YamlError> {
        self.forget_innermost()?;
        self.key_allowed = true;
        let place = self.cursor.place();
        let kind = self.block_scalar(is_literal)?;
        self.push(kind, place);
        Ok(())
    }

    fn indicator(&mut self, kind: Kind<'t>) {
        let place = self.cursor.place();
        self.cursor.position += 1;
        self.push(kind, place);
    }

    fn open_bracket(&mut self, kind: Kind<'t>) -> Result<(), YamlError> {
        self.note_key()?;
        self.possible_keys.push(None);
        self.key_allowed = true;
        self.indicator(kind);
        Ok(())
    }

    fn close_bracket(&mut self, kind: Kind<'t>) -> Result<(), YamlError> {
        self.forget_innermost()?;
        if self.in_brackets() {
            self.possible_keys.pop();
        }
        self.key_allowed = false;
        self.indicator(kind);
        Ok(())
    }

    fn comma(&mut self) -> Result<(), YamlError> {
        self.forget_innermost()?;
        self.key_allowed = true;
        self.indicator(Kind::FlowEntry);
        Ok(())
    }

    fn dash(&mut self) -> Result<(), YamlError> {
        if !self.in_brackets() {
            self.start_in_block(Kind::BlockSequenceStart, || {
                ("a list item can't start here", "put `- ` on a line of its own, or quote the value")
            })?;
        }
        self.forget_innermost()?;
        self.key_allowed = true;
        self.indicator(Kind::BlockEntry);
        Ok(())
    }

    fn question_mark(&mut self) -> Result<(), YamlError> {
        if !self.in_brackets() {
            self.start_in_block(Kind::BlockMappingStart, || {
                ("a key can't stand here", "quote a value that starts with `? `")
            })?;
        }
        self.forget_innermost()?;
        self.key_allowed = !self.in_brackets();
        self.indicator(Kind::Key);
        Ok(())
    }

    fn colon(&mut self) -> Result<(), YamlError> {
        let innermost = self.possible_keys.len() - 1;
        if self.may_still_be_key(innermost)?
            && let Some(key) = self.possible_keys[innermost].take()
        {
            let index = key.token.saturating_sub(self.taken).min(self.queue.len());
            self.queue.insert(index, Token { kind: Kind::Key, place: key.place });
            self.open_block(key.column, index, Kind::BlockMappingStart, key.place);
            self.key_allowed = false;
        } else {
            if !self.in_brackets() {
                self.start_in_block(Kind::BlockMappingStart, || {
                    (
                        "unexpected `:`",
                        "quote a value that contains `: `, or check the indentation here and above",
                    )
                })?;
            }
            self.key_allowed = !self.in_brackets();
        }
        self.indicator(Kind::Value);
        Ok(())
    }

    /// Opens a block collection at this indicator, where one may start.
    fn start_in_block(
        &mut self,
        kind: Kind<'t>,
        refusal: impl FnOnce() -> (&'static str, &'static str),
    ) -> Result<(), YamlError> {
        if !self.key_allowed {
            let (message, hint) = refusal();
            return Err(self.cursor.error(message).hint(hint));
        }
        let (column, place) = (self.cursor.column(), self.cursor.place());
        self.open_block(column, self.queue.len(), kind, place);
        Ok(())
    }
}
