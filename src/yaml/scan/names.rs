//! Anchors, aliases, tags and directives.

use super::Scanner;
use super::token::Kind;
use crate::yaml::error::YamlError;

impl<'t> Scanner<'t> {
    /// `&name`.
    pub(super) fn anchor(&mut self) -> Result<Kind<'t>, YamlError> {
        // Go ends the name also at any of ?:%@` and reads on; other readers
        // take them as part of the name.
        Ok(Kind::Anchor(self.anchor_name(b",]}")?))
    }

    /// `*name`.
    pub(super) fn alias(&mut self) -> Result<Kind<'t>, YamlError> {
        Ok(Kind::Alias(self.anchor_name(b"?:,]}%@`")?))
    }

    fn anchor_name(&mut self, ends: &[u8]) -> Result<&'t str, YamlError> {
        let place = self.cursor.place();
        self.cursor.position += 1;
        let name = self.word();
        let is_whole = self.cursor.is_blank_or_end(0) || ends.contains(&self.cursor.byte(0));
        if name.is_empty() || !is_whole {
            let message = "the name of an anchor or alias is made of letters, digits, `-` and `_`";
            return Err(YamlError::new(message, place).hint("quote a value that starts with `&` or `*`"));
        }
        Ok(name)
    }

    /// Letters, digits, `-` and `_`.
    fn word(&mut self) -> &'t str {
        let start = self.cursor.position;
        while is_word(self.cursor.byte(0)) {
            self.cursor.position += 1;
        }
        self.cursor.since(start)
    }

    /// `!<uri>`, `!handle!suffix` or `!suffix`.
    pub(super) fn tag(&mut self) -> Result<Kind<'t>, YamlError> {
        let (handle, suffix) = if self.cursor.byte(1) == b'<' {
            self.cursor.position += 2;
            let uri = self.uri(String::new())?;
            if self.cursor.byte(0) != b'>' {
                return Err(self.malformed_tag());
            }
            self.cursor.position += 1;
            ("", uri)
        } else {
            self.short_tag()?
        };
        if !self.cursor.is_blank_or_end(0) {
            return Err(self.malformed_tag());
        }
        Ok(Kind::Tag(Box::new((handle, suffix))))
    }

    fn short_tag(&mut self) -> Result<(&'t str, String), YamlError> {
        let handle = self.tag_handle();
        if handle.len() > 1 && handle.ends_with('!') {
            return Ok((handle, self.uri(String::new())?));
        }
        let suffix = self.uri_after(handle.trim_start_matches('!').to_owned())?;
        Ok(if suffix.is_empty() { ("", "!".to_owned()) } else { ("!", suffix) })
    }

    /// `!`, `!word` or `!word!`.
    fn tag_handle(&mut self) -> &'t str {
        let start = self.cursor.position;
        self.cursor.position += 1;
        self.word();
        if self.cursor.byte(0) == b'!' {
            self.cursor.position += 1;
        }
        self.cursor.since(start)
    }

    fn malformed_tag(&mut self) -> YamlError {
        self.cursor
            .error("a tag (`!…`) must be followed by a space")
            .hint("quote a value that starts with `!`")
    }

    /// A URI of at least one character.
    fn uri(&mut self, before: String) -> Result<String, YamlError> {
        let uri = self.uri_after(before)?;
        if uri.is_empty() { Err(self.malformed_tag()) } else { Ok(uri) }
    }

    fn uri_after(&mut self, before: String) -> Result<String, YamlError> {
        let mut bytes = before.into_bytes();
        loop {
            match self.cursor.byte(0) {
                b'%' => {
                    let digit = |ahead: usize| char::from(self.cursor.byte(ahead)).to_digit(16);
                    let octet =
                        digit(1).zip(digit(2)).and_then(|(high, low)| u8::try_from(high << 4 | low).ok());
                    let Some(octet) = octet else { return Err(self.malformed_tag()) };
                    bytes.push(octet);
                    self.cursor.position += 3;
                }
                byte if is_word(byte) || b";/?:@&=+$,.!~*'()[]".contains(&byte) => {
                    bytes.push(byte);
                    self.cursor.position += 1;
                }
                _ => break,
            }
        }
        String::from_utf8(bytes).map_err(|_| self.malformed_tag())
    }

    /// A line that starts with `%`.
    pub(super) fn directive(&mut self) -> Result<Kind<'t>, YamlError> {
        let place = self.cursor.place();
        self.cursor.position += 1;
        let kind = match self.word() {
            "YAML" => self.version()?,
            "TAG" => self.tag_prefix()?,
            _ => {
                return Err(
                    YamlError::new("the character '%' can't stand here", place).hint("quote the value")
                );
            }
        };
        self.cursor.skip_blanks();
        self.cursor.skip_comment();
        if !self.cursor.is_line_end() {
            return Err(self.malformed_directive());
        }
        if !self.cursor.is_at_end() {
            self.cursor.pass_break();
        }
        Ok(kind)
    }

    /// `1.1`, or `1.2`: what differs between them is read as in 1.1.
    fn version(&mut self) -> Result<Kind<'t>, YamlError> {
        self.expect_blank()?;
        let start = self.cursor.position;
        while matches!(self.cursor.byte(0), b'0'..=b'9' | b'.') {
            self.cursor.position += 1;
        }
        match self.cursor.since(start) {
            "1.1" => Ok(Kind::Version),
            _ => Err(self
                .cursor
                .error("this version of YAML isn't supported")
                .hint("kubectl reads YAML 1.1 only: remove the line")),
        }
    }

    fn tag_prefix(&mut self) -> Result<Kind<'t>, YamlError> {
        self.expect_blank()?;
        if self.cursor.byte(0) != b'!' {
            return Err(self.malformed_directive());
        }
        let handle = self.tag_handle();
        if handle != "!" && !handle.ends_with('!') {
            return Err(self.malformed_directive());
        }
        self.expect_blank()?;
        let prefix = self.uri(String::new())?;
        if !self.cursor.is_blank_or_end(0) {
            return Err(self.malformed_directive());
        }
        Ok(Kind::TagPrefix(Box::new((handle, prefix))))
    }

    fn expect_blank(&mut self) -> Result<(), YamlError> {
        let start = self.cursor.position;
        self.cursor.skip_blanks();
        if self.cursor.position == start { Err(self.malformed_directive()) } else { Ok(()) }
    }

    fn malformed_directive(&mut self) -> YamlError {
        self.cursor.error("this `%` directive isn't complete").hint("quote a value that starts with `%`")
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}
