//! What the scanner makes of the text.

use std::borrow::Cow;

use crate::yaml::place::Place;

/// A piece of the text, or something that its indentation means.
#[derive(Debug)]
pub(in crate::yaml) struct Token<'t> {
    pub(in crate::yaml) kind: Kind<'t>,
    pub(in crate::yaml) place: Place,
}

/// What a token is.
#[derive(Debug, PartialEq)]
pub(in crate::yaml) enum Kind<'t> {
    StreamEnd,
    /// `%YAML`; the scanner has checked the version.
    Version,
    /// `%TAG`: the handle and what it stands for.
    TagPrefix(Box<(&'t str, String)>),
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    FlowEntry,
    BlockEntry,
    Key,
    Value,
    Alias(&'t str),
    Anchor(&'t str),
    /// The handle (empty for `!<…>` and `!`) and the rest.
    Tag(Box<(&'t str, String)>),
    Scalar {
        text: Cow<'t, str>,
        /// Neither quoted nor a block.
        plain: bool,
    },
}
