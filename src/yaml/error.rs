//! What is wrong with a YAML text, in words for people.

use granit_parser::{ErrorKind, ScanError};

use super::tree::{MAX_DEPTH, Place};
use crate::error::{Diagnostic, Location};

/// A text that isn't YAML, or that says something JSON can't hold or readers
/// disagree about. Names keys, but never quotes a value: it may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct YamlError {
    /// What is wrong, one line.
    pub message: String,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// What to do about it.
    pub hint: Option<String>,
}

impl YamlError {
    pub(super) fn new(message: impl Into<String>, place: Place) -> Self {
        Self { message: message.into(), line: place.line, column: place.column, hint: None }
    }

    #[must_use]
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(super) fn too_deep(place: Place) -> Self {
        Self::new(format!("maps and lists are nested more than {MAX_DEPTH} deep"), place)
    }

    /// Doesn't name the anchor: it may be a password that starts with `*`.
    pub(super) fn unknown_anchor(place: Place) -> Self {
        Self::new("unknown anchor", place).hint(
            "an alias (`*name`) follows its anchor (`&name`) in the same document; quote a value that starts with `*`",
        )
    }

    /// What the parser found, in our words.
    pub(super) fn from_scan(error: &ScanError, text: &str) -> Self {
        let (message, hint) = describe(error);
        let error = Self { hint, ..Self::new(message, Place::from_marker(error.marker())) };
        error.or_hint_at_templates(text)
    }

    /// Template syntax is the likeliest reason for odd errors: says so where
    /// the line has it and nothing better is known.
    #[must_use]
    pub(super) fn or_hint_at_templates(mut self, text: &str) -> Self {
        let line = usize::try_from(self.line.saturating_sub(1)).unwrap_or(usize::MAX);
        let templated = text.lines().nth(line).is_some_and(|line| line.contains("{{"));
        if templated {
            self.hint = Some(
                "`{{ … }}` is template syntax: this file must be rendered first, or the value quoted".into(),
            );
        }
        self
    }

    /// As users see it.
    pub fn diagnostic(&self, path: &str) -> Diagnostic {
        let diagnostic =
            Diagnostic::new(self.message.as_str()).at(Location::at(path, self.line, self.column));
        match &self.hint {
            Some(hint) => diagnostic.hint(hint.as_str()),
            None => diagnostic,
        }
    }
}

fn describe(error: &ScanError) -> (String, Option<String>) {
    let (message, hint) = match error.kind() {
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::InvalidBlockEntryWhitespace
        | ErrorKind::InvalidMappingValueWhitespace => {
            ("a tab is used for indentation", Some("indent with spaces"))
        }
        ErrorKind::TabInPlainScalar => ("a tab stands where a value can't have one", Some("quote the value")),
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => (
            "unexpected `:`",
            Some("quote a value that contains `: `, or check the indentation here and above"),
        ),
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
            ("a `:` is missing after a key", Some("a value that goes over several lines must be indented"))
        }
        ErrorKind::UnclosedQuotedScalar => ("a quote is never closed", None),
        ErrorKind::UnclosedFlowCollection { open } => {
            return (format!("a `{open}` is never closed"), None);
        }
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
            return (format!("a `{open}` is closed by `{close}`"), None);
        }
        ErrorKind::MisplacedFlowCollectionEnd => ("a closing bracket without an opening one", None),
        ErrorKind::UnexpectedEofFlowSequence => ("a `[` is never closed", None),
        ErrorKind::UnexpectedEofFlowMapping | ErrorKind::UnexpectedEofImplicitFlowMapping => {
            ("a `{` is never closed", None)
        }
        ErrorKind::UnexpectedEof
        | ErrorKind::UnexpectedEofBlockSequence
        | ErrorKind::UnexpectedEofBlockMapping => ("the text ends too early", None),
        ErrorKind::RecursionLimitExceeded => {
            return (format!("maps and lists are nested more than {MAX_DEPTH} deep"), None);
        }
        ErrorKind::ExpectedBlockMappingKey => {
            ("a key is expected here", Some("keys of one map start in the same column"))
        }
        ErrorKind::ExpectedBlockSequenceEntry => {
            ("a `- ` is expected here", Some("items of one list start in the same column"))
        }
        ErrorKind::BlockSequenceEntryNotAllowed | ErrorKind::BlockEntryInFlowCollection => {
            ("a list item can't start here", Some("put `- ` on a line of its own, or quote the value"))
        }
        ErrorKind::ExpectedFlowMappingSeparator => ("a `,` or `}` is expected here", None),
        ErrorKind::ExpectedFlowSequenceSeparator => ("a `,` or `]` is expected here", None),
        ErrorKind::ExpectedNodeContent => ("a value is expected here", None),
        ErrorKind::MappingKeyNotAllowed => ("a key can't stand here", None),
        ErrorKind::InvalidIndentation
        | ErrorKind::InvalidBlockScalarIndent
        | ErrorKind::InvalidFlowScalarIndent => ("this line's indentation fits nothing above it", None),
        ErrorKind::InvalidQuotedScalarIndent => {
            ("a quoted value goes on in this line", Some("indent its further lines, or close the quote"))
        }
        ErrorKind::UnexpectedCharacter { character } => {
            let hint = matches!(character, '@' | '`' | '%').then(|| "quote the value".to_owned());
            return (format!("the character {character:?} can't stand here"), hint);
        }
        ErrorKind::CommentNotSeparated | ErrorKind::CommentInterceptedScalar => {
            ("a comment stands where none can", Some("put a space before `#`, or quote the value"))
        }
        ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => {
            ("text follows a closing quote", Some("quote the whole value"))
        }
        ErrorKind::UnknownQuotedScalarEscape => {
            ("unknown escape after `\\`", Some("write `\\\\` for a backslash, or use single quotes"))
        }
        ErrorKind::InvalidBlockScalarHeader => ("text follows `|` or `>`", Some("put it on the next line")),
        ErrorKind::UndeclaredTagHandle => ("a tag's prefix isn't declared by `%TAG`", None),
        ErrorKind::MissingAnchorOrAliasName => {
            ("the name of an anchor or alias is missing", Some("quote a value that starts with `*` or `&`"))
        }
        ErrorKind::ExpectedDocumentStart => (
            "the document has ended, but here is more",
            Some("check this line's indentation; another document starts with `---`"),
        ),
        ErrorKind::MissingDocumentEndBeforeDirective => {
            ("a `%` directive can't stand inside a document", Some("end the document with `...` before it"))
        }
        ErrorKind::PlainScalarStartsWithDashFlowIndicator => {
            ("a single `-` isn't a value here", Some("quote it"))
        }
        ErrorKind::InvalidTagTerminator => {
            ("a tag (`!…`) must be followed by a space", Some("quote a value that starts with `!`"))
        }
        ErrorKind::InvalidDocumentEnd => ("text follows the end of a document (`...`)", None),
        ErrorKind::DocumentIndicatorInQuotedScalar => {
            ("a document ends inside a quoted value", Some("close the quote before it"))
        }
        ErrorKind::InvalidQuotedScalarHexEscape | ErrorKind::InvalidUnicodeEscape => (
            "an escape lacks its hexadecimal digits",
            Some("write `\\\\` for a backslash, or use single quotes"),
        ),
        ErrorKind::UnsupportedYamlMajorVersion => ("this version of YAML isn't supported", None),
        other => return (format!("this isn't valid YAML: {other}"), None),
    };
    (message.to_owned(), hint.map(str::to_owned))
}
