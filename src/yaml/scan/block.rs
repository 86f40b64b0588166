//! Block scalars: `|` and `>`.

use std::borrow::Cow;

use super::Scanner;
use super::cursor::is_blank;
use super::token::Kind;
use crate::yaml::error::YamlError;

/// What happens to the line ends after the last text.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Chomping {
    Strip,
    /// The first one stays.
    Clip,
    Keep,
}

impl<'t> Scanner<'t> {
    /// A block scalar. Its text goes on as long as lines are indented enough.
    pub(super) fn block_scalar(&mut self, is_literal: bool) -> Result<Kind<'t>, YamlError> {
        self.cursor.position += 1;
        let (chomping, increment) = self.block_header()?;
        let mut indent = increment.map(|increment| self.level.saturating_sub(1) + increment);
        let mut text = String::new();
        let mut blank_lines = String::new();
        let column = self.block_indentation(&mut indent, &mut blank_lines)?;
        let mut line_end = "";
        let mut was_indented_more = false;
        while self.cursor.column() == column && !self.cursor.is_at_end() {
            let is_indented_more = is_blank(self.cursor.byte(0));
            let is_folded = !is_literal && line_end == "\n" && !was_indented_more && !is_indented_more;
            match (is_folded, blank_lines.is_empty()) {
                (true, true) => text.push(' '),
                (true, false) => {}
                (false, _) => text.push_str(line_end),
            }
            text.push_str(&blank_lines);
            blank_lines.clear();
            was_indented_more = is_indented_more;
            let start = self.cursor.position;
            self.cursor.skip_line();
            text.push_str(self.cursor.since(start));
            line_end = if self.cursor.is_at_end() { "" } else { self.cursor.pass_break() };
            self.block_indentation(&mut indent, &mut blank_lines)?;
        }
        if chomping != Chomping::Strip {
            text.push_str(line_end);
        }
        if chomping == Chomping::Keep {
            text.push_str(&blank_lines);
        }
        Ok(Kind::Scalar { text: Cow::Owned(text), plain: false })
    }

    /// What follows `|` or `>`: how the end is treated, and how much further
    /// the text is indented, each optional and in either order.
    fn block_header(&mut self) -> Result<(Chomping, Option<usize>), YamlError> {
        let (mut chomping, mut increment) = (None, None);
        for _ in 0..2 {
            match self.cursor.byte(0) {
                b'+' if chomping.is_none() => chomping = Some(Chomping::Keep),
                b'-' if chomping.is_none() => chomping = Some(Chomping::Strip),
                digit @ b'1'..=b'9' if increment.is_none() => increment = Some(usize::from(digit - b'0')),
                _ => break,
            }
            self.cursor.position += 1;
        }
        self.cursor.skip_blanks();
        self.cursor.skip_comment();
        if !self.cursor.is_line_end() {
            return Err(self.cursor.error("text follows `|` or `>`").hint("put it on the next line"));
        }
        if !self.cursor.is_at_end() {
            self.cursor.pass_break();
        }
        Ok((chomping.unwrap_or(Chomping::Clip), increment))
    }

    /// Passes blank lines and the indentation of the next. Decides how much
    /// that has to be, if nothing has yet.
    fn block_indentation(
        &mut self,
        indent: &mut Option<usize>,
        blank_lines: &mut String,
    ) -> Result<usize, YamlError> {
        let mut widest = 0;
        loop {
            let most = indent.unwrap_or(usize::MAX);
            while self.cursor.byte(0) == b' ' && self.cursor.column() < most {
                self.cursor.position += 1;
            }
            let column = self.cursor.column();
            widest = widest.max(column);
            if self.cursor.byte(0) == b'\t' && column < most {
                return Err(self.cursor.error("a tab is used for indentation").hint("indent with spaces"));
            }
            if !self.cursor.is_break(0) {
                break;
            }
            blank_lines.push_str(self.cursor.pass_break());
        }
        Ok(*indent.get_or_insert(widest.max(self.level).max(1)))
    }
}
