//! Bytes to text: UTF-8, or UTF-16 with a byte order mark.

use std::borrow::Cow;

use crate::error::{Diagnostic, Location};

/// Bytes that aren't text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// There are zero bytes in it, as text never has.
    #[error("this is a binary file, not text")]
    Binary,
    /// A byte that UTF-8 doesn't have at this place.
    #[error("this file isn't UTF-8")]
    NotUtf8 {
        /// The line of the first such byte, from 1.
        line: u32,
        /// Its column in characters, from 1.
        column: u32,
    },
    /// It starts as UTF-16 does, but isn't.
    #[error("this file starts as UTF-16 does, but isn't valid UTF-16")]
    NotUtf16,
}

impl DecodeError {
    /// As users see it.
    pub fn diagnostic(&self, path: &str) -> Diagnostic {
        let diagnostic = Diagnostic::new(self.to_string());
        match self {
            Self::Binary => diagnostic.at(Location::file(path)),
            Self::NotUtf8 { line, column } => {
                diagnostic.at(Location::at(path, *line, *column)).hint("save it as UTF-8")
            }
            Self::NotUtf16 => diagnostic.at(Location::file(path)).hint("save it as UTF-8"),
        }
    }
}

/// A file's text, without its byte order mark.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, DecodeError> {
    match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes).map(Cow::Owned),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes).map(Cow::Owned),
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest).map(Cow::Borrowed),
        _ => utf8(bytes).map(Cow::Borrowed),
    }
}

fn utf8(bytes: &[u8]) -> Result<&str, DecodeError> {
    if bytes.contains(&0) {
        return Err(DecodeError::Binary);
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let valid = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
        let last_line = valid.rsplit('\n').next().unwrap_or_default();
        let count = |number: usize| u32::try_from(number + 1).unwrap_or(u32::MAX);
        DecodeError::NotUtf8 {
            line: count(valid.matches('\n').count()),
            column: count(last_line.chars().count()),
        }
    })
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, DecodeError> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
    let text = String::from_utf16(&units).map_err(|_| DecodeError::NotUtf16)?;
    match (rest, text.contains('\0')) {
        ([], false) => Ok(text),
        ([], true) => Err(DecodeError::Binary),
        _ => Err(DecodeError::NotUtf16),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_whatever_its_byte_order_mark() {
        assert_eq!(decode("a: é".as_bytes()), Ok("a: é".into()));
        assert_eq!(decode("\u{feff}a: é".as_bytes()), Ok("a: é".into()));
        let little: Vec<u8> = "\u{feff}a: é𝄞".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(&little), Ok("a: é𝄞".into()));
        let big: Vec<u8> = "\u{feff}a: é𝄞".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(decode(&big), Ok("a: é𝄞".into()));
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert_eq!(decode(b"\x7fELF\0\0"), Err(DecodeError::Binary));
        assert_eq!(decode(b"a: b\nc: \xff"), Err(DecodeError::NotUtf8 { line: 2, column: 4 }));
        assert_eq!(decode(b"\xff\xfea"), Err(DecodeError::NotUtf16));
        assert_eq!(decode(b"\xff\xfe\x00\xd8"), Err(DecodeError::NotUtf16));
    }
}
