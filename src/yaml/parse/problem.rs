//! What can be wrong with the order of tokens, in words.

use crate::yaml::error::YamlError;
use crate::yaml::place::Place;
use crate::yaml::scan::Kind;

pub(super) fn misplaced_directive(place: Place) -> YamlError {
    YamlError::new("a `%` directive can't stand inside a document", place)
        .hint("end the document with `...` before it")
}

/// No value starts with this token.
pub(super) fn no_node(kind: &Kind<'_>, place: Place) -> YamlError {
    match kind {
        Kind::FlowSequenceEnd | Kind::FlowMappingEnd => {
            YamlError::new("a closing bracket without an opening one", place)
        }
        Kind::BlockEntry => YamlError::new("a list item can't start here", place)
            .hint("put it on a line of its own, or quote the value"),
        Kind::StreamEnd => YamlError::new("the text ends too early", place),
        Kind::Version | Kind::TagPrefix(_) => misplaced_directive(place),
        _ => YamlError::new("a value is expected here", place),
    }
}

/// The text or the document ends before the bracket does.
pub(super) fn never_closed(end: &Kind<'_>, open: Place) -> YamlError {
    YamlError::new(format!("a `{}` is never closed", brackets(end).0), open)
}

pub(super) fn no_separator(kind: &Kind<'_>, place: Place, end: &Kind<'_>, open: Place) -> YamlError {
    let (bracket, closing) = brackets(end);
    match kind {
        Kind::StreamEnd | Kind::DocumentStart | Kind::DocumentEnd => never_closed(end, open),
        Kind::FlowSequenceEnd => YamlError::new(format!("a `{bracket}` is closed by `]`"), place),
        Kind::FlowMappingEnd => YamlError::new(format!("a `{bracket}` is closed by `}}`"), place),
        Kind::Key => YamlError::new(format!("a `,` or `{closing}` is expected here"), place)
            .hint("quote a value that contains `?`"),
        _ => YamlError::new(format!("a `,` or `{closing}` is expected here"), place)
            .hint(format!("the `{bracket}` of line {} isn't closed yet", open.line)),
    }
}

/// The brackets of the collection that this token ends.
fn brackets(end: &Kind<'_>) -> (char, char) {
    if *end == Kind::FlowSequenceEnd { ('[', ']') } else { ('{', '}') }
}
