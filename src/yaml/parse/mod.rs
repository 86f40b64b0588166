//! Tokens to trees, by the grammar of libyaml (`parserc.go` of
//! `go.yaml.in/yaml/v2`).

mod flow;
mod problem;

use std::borrow::Cow;
use std::collections::HashMap;

use self::problem::{misplaced_directive, no_node};
use crate::yaml::error::YamlError;
use crate::yaml::place::Place;
use crate::yaml::scan::{Kind, Scanner};
use crate::yaml::tree::{Content, MAX_DEPTH, NodeId, Nodes, Scalar, Tree};

/// What `!!` stands for.
const NAMESPACE: &str = "tag:yaml.org,2002:";

/// An anchor of the document being read.
#[derive(Debug, Clone, Copy)]
enum Anchor {
    /// The node it names isn't complete yet.
    Open,
    Complete(NodeId),
}

/// Where a node stands, which decides what it may be.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Context {
    Flow,
    Block,
    /// A key or value of a block map: a list there needs no indentation.
    BlockMapping,
}

/// How a document starts.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Start {
    /// With `---`; then it may be empty.
    Marked,
    /// With its content, as only the first may.
    Bare,
}

/// Reads a text document by document.
#[derive(Debug)]
pub(super) struct Reader<'t> {
    scanner: Scanner<'t>,
    text: &'t str,
    number: u32,
    nodes: Nodes<'t>,
    anchors: HashMap<&'t str, Anchor>,
    /// What `%TAG` declares for the document.
    prefixes: Vec<(&'t str, String)>,
    /// The line of the last quoted scalar.
    quoted_line: u32,
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self::from_line(text, 1)
    }

    /// Reads a part of a text that starts with this line.
    pub(super) fn from_line(text: &'t str, line: u32) -> Self {
        Self {
            scanner: Scanner::new(text, line),
            text,
            number: 0,
            nodes: Nodes::default(),
            anchors: HashMap::new(),
            prefixes: Vec::new(),
            quoted_line: 0,
        }
    }

    /// The next document, empty ones included; `None` at the end of the text.
    pub(super) fn next_document(&mut self) -> Result<Option<Tree<'t>>, YamlError> {
        self.document().map_err(|error| error.or_hint_at_templates(self.text))
    }

    fn document(&mut self) -> Result<Option<Tree<'t>>, YamlError> {
        let Some(start) = self.start_document()? else { return Ok(None) };
        self.number += 1;
        self.anchors.clear();
        let token = self.scanner.peek()?;
        let root = match token.kind {
            Kind::DocumentStart | Kind::DocumentEnd | Kind::StreamEnd if start == Start::Marked => {
                let place = token.place;
                self.empty(place)
            }
            Kind::Version | Kind::TagPrefix(_) => return Err(misplaced_directive(token.place)),
            _ => self.node(Context::Block, 0)?,
        };
        self.end_document()?;
        Ok(Some(Tree::new(self.number, std::mem::take(&mut self.nodes), root)))
    }

    /// Passes what stands before a document's content. `None` at the end of the
    /// text.
    fn start_document(&mut self) -> Result<Option<Start>, YamlError> {
        self.prefixes.clear();
        if self.number > 0 {
            self.skip_while(|kind| *kind == Kind::DocumentEnd)?;
        }
        let mut has_version = false;
        loop {
            let token = self.scanner.peek()?;
            let place = token.place;
            match &token.kind {
                Kind::Version if has_version => {
                    return Err(YamlError::new("there are two `%YAML` directives", place));
                }
                Kind::Version => has_version = true,
                Kind::TagPrefix(declared) => {
                    if self.prefixes.iter().any(|(handle, _)| *handle == declared.0) {
                        return Err(YamlError::new("this `%TAG` is declared twice", place));
                    }
                    let declared = (**declared).clone();
                    self.prefixes.push(declared);
                }
                Kind::DocumentStart => {
                    self.scanner.next()?;
                    return Ok(Some(Start::Marked));
                }
                Kind::StreamEnd if !has_version && self.prefixes.is_empty() => return Ok(None),
                _ if self.number == 0 && !has_version && self.prefixes.is_empty() => {
                    return Ok(Some(Start::Bare));
                }
                _ => {
                    return Err(YamlError::new("the document has ended, but here is more", place)
                        .hint("check this line's indentation; another document starts with `---`"));
                }
            }
            self.scanner.next()?;
        }
    }

    /// Makes sure that nothing of the document is left.
    fn end_document(&mut self) -> Result<(), YamlError> {
        let token = self.scanner.peek()?;
        match token.kind {
            Kind::Version | Kind::TagPrefix(_) => Err(misplaced_directive(token.place)),
            _ => Ok(()),
        }
    }

    fn skip_while(&mut self, is_skipped: impl Fn(&Kind<'t>) -> bool) -> Result<(), YamlError> {
        while is_skipped(&self.scanner.peek()?.kind) {
            self.scanner.next()?;
        }
        Ok(())
    }

    fn empty(&mut self, place: Place) -> NodeId {
        self.nodes.add(place, Content::Scalar(Scalar { text: Cow::Borrowed(""), plain: true, tag: None }))
    }

    fn node(&mut self, context: Context, depth: usize) -> Result<NodeId, YamlError> {
        let place = self.scanner.peek()?.place;
        if let Kind::Alias(name) = self.scanner.peek()?.kind {
            let content = self.alias(name, place)?;
            self.scanner.next()?;
            return Ok(self.nodes.add(place, content));
        }
        let (anchor, tag) = self.properties()?;
        if let Some(name) = anchor {
            self.anchors.insert(name, Anchor::Open);
        }
        let has_properties = anchor.is_some() || tag.is_some();
        let (content, place) = self.content(context, depth, tag, has_properties.then_some(place))?;
        let id = self.nodes.add(place, content);
        // Unless a node inside has taken the name: it starts later.
        if let Some(open @ Anchor::Open) = anchor.and_then(|name| self.anchors.get_mut(name)) {
            *open = Anchor::Complete(id);
        }
        Ok(id)
    }

    fn alias(&self, name: &str, place: Place) -> Result<Content<'t>, YamlError> {
        match self.anchors.get(name) {
            Some(Anchor::Complete(id)) => Ok(Content::Alias(*id)),
            Some(Anchor::Open) => {
                Err(YamlError::new("an alias stands inside the very value that it refers to", place))
            }
            None => Err(YamlError::unknown_anchor(place)),
        }
    }

    /// An anchor and a tag, in either order.
    fn properties(&mut self) -> Result<(Option<&'t str>, Option<Box<str>>), YamlError> {
        let (mut anchor, mut tag) = (None, None);
        loop {
            let token = self.scanner.peek()?;
            match &token.kind {
                Kind::Anchor(name) if anchor.is_none() => anchor = Some(*name),
                Kind::Tag(parts) if tag.is_none() => {
                    let (place, parts) = (token.place, (**parts).clone());
                    tag = Some(self.whole_tag(parts.0, &parts.1, place)?);
                }
                _ => return Ok((anchor, tag)),
            }
            self.scanner.next()?;
        }
    }

    fn whole_tag(&self, handle: &str, suffix: &str, place: Place) -> Result<Box<str>, YamlError> {
        let declared = self.prefixes.iter().find(|(declared, _)| *declared == handle);
        let prefix = match (handle, declared) {
            ("", _) => "",
            (_, Some((_, prefix))) => prefix,
            ("!", None) => "!",
            ("!!", None) => NAMESPACE,
            _ => return Err(YamlError::new("a tag's prefix isn't declared by `%TAG`", place)),
        };
        Ok(format!("{prefix}{suffix}").into_boxed_str())
    }

    /// What a node is, and where that starts: its properties may stand a line
    /// above. Only with those it may be nothing.
    fn content(
        &mut self,
        context: Context,
        depth: usize,
        tag: Option<Box<str>>,
        properties: Option<Place>,
    ) -> Result<(Content<'t>, Place), YamlError> {
        let token = self.scanner.peek()?;
        let place = token.place;
        let content = match &token.kind {
            Kind::Scalar { .. } => self.scalar(tag, place)?,
            Kind::FlowSequenceStart => self.flow_sequence(depth, place)?,
            Kind::FlowMappingStart => self.flow_mapping(depth, place)?,
            Kind::BlockEntry if context == Context::BlockMapping => self.indentless_sequence(depth, place)?,
            Kind::BlockSequenceStart if context != Context::Flow => self.block_sequence(depth, place)?,
            Kind::BlockMappingStart if context != Context::Flow => self.block_mapping(depth, place)?,
            kind => {
                let Some(properties) = properties else { return Err(no_node(kind, place)) };
                let empty = Scalar { text: Cow::Borrowed(""), plain: true, tag };
                return Ok((Content::Scalar(empty), properties));
            }
        };
        Ok((content, place))
    }

    fn scalar(&mut self, tag: Option<Box<str>>, place: Place) -> Result<Content<'t>, YamlError> {
        match self.scanner.next()?.kind {
            Kind::Scalar { text, plain } => {
                if !plain {
                    self.quoted_line = place.line;
                }
                Ok(Content::Scalar(Scalar { text, plain, tag }))
            }
            kind => Err(no_node(&kind, place)),
        }
    }

    fn block_sequence(&mut self, depth: usize, place: Place) -> Result<Content<'t>, YamlError> {
        check_depth(depth, place)?;
        self.scanner.next()?;
        let mut items = Vec::new();
        loop {
            let token = self.scanner.next()?;
            match token.kind {
                Kind::BlockEntry => {
                    let is_empty = |kind: &Kind<'_>| matches!(kind, Kind::BlockEntry | Kind::BlockEnd);
                    items.push(self.node_or_empty(Context::Block, depth, is_empty)?);
                }
                Kind::BlockEnd => return Ok(Content::Sequence(items)),
                kind => {
                    let hint = "items of one list start in the same column";
                    return Err(self.no_item(&kind, token.place, "a `- ` is expected here", hint));
                }
            }
        }
    }

    fn indentless_sequence(&mut self, depth: usize, place: Place) -> Result<Content<'t>, YamlError> {
        check_depth(depth, place)?;
        let mut items = Vec::new();
        while self.scanner.peek()?.kind == Kind::BlockEntry {
            self.scanner.next()?;
            let is_empty =
                |kind: &Kind<'_>| matches!(kind, Kind::BlockEntry | Kind::Key | Kind::Value | Kind::BlockEnd);
            items.push(self.node_or_empty(Context::Block, depth, is_empty)?);
        }
        Ok(Content::Sequence(items))
    }

    fn block_mapping(&mut self, depth: usize, place: Place) -> Result<Content<'t>, YamlError> {
        check_depth(depth, place)?;
        self.scanner.next()?;
        let mut entries = Vec::new();
        loop {
            let token = self.scanner.next()?;
            match token.kind {
                Kind::Key => {
                    let is_empty = |kind: &Kind<'_>| matches!(kind, Kind::Key | Kind::Value | Kind::BlockEnd);
                    let key = self.node_or_empty(Context::BlockMapping, depth, is_empty)?;
                    entries.push((key, self.value(Context::BlockMapping, depth, is_empty)?));
                }
                Kind::BlockEnd => return Ok(Content::Mapping(entries)),
                kind => {
                    let hint = "keys of one map start in the same column";
                    return Err(self.no_item(&kind, token.place, "a key is expected here", hint));
                }
            }
        }
    }

    /// A block collection is followed by something that can't be part of it.
    fn no_item(&self, kind: &Kind<'_>, place: Place, message: &str, hint: &str) -> YamlError {
        match kind {
            Kind::FlowSequenceEnd | Kind::FlowMappingEnd | Kind::Version | Kind::TagPrefix(_) => {
                no_node(kind, place)
            }
            Kind::Scalar { .. } if place.line == self.quoted_line => {
                YamlError::new("text follows a closing quote", place).hint("quote the whole value")
            }
            _ => YamlError::new(message, place).hint(hint),
        }
    }

    /// A map's value, if there is a `:` and something after it.
    fn value(
        &mut self,
        context: Context,
        depth: usize,
        is_empty: impl Fn(&Kind<'_>) -> bool,
    ) -> Result<NodeId, YamlError> {
        let token = self.scanner.peek()?;
        if token.kind != Kind::Value {
            let place = token.place;
            return Ok(self.empty(place));
        }
        self.scanner.next()?;
        self.node_or_empty(context, depth, is_empty)
    }

    fn node_or_empty(
        &mut self,
        context: Context,
        depth: usize,
        is_empty: impl Fn(&Kind<'_>) -> bool,
    ) -> Result<NodeId, YamlError> {
        let token = self.scanner.peek()?;
        if is_empty(&token.kind) {
            let place = token.place;
            return Ok(self.empty(place));
        }
        self.node(context, depth + 1)
    }
}

fn check_depth(depth: usize, place: Place) -> Result<(), YamlError> {
    if depth < MAX_DEPTH { Ok(()) } else { Err(YamlError::too_deep(place)) }
}
