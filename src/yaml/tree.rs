//! One document as a tree of nodes that still know their place, tags and
//! aliases: what the parser's events become before anything is resolved.

use std::borrow::Cow;
use std::collections::HashMap;

use granit_parser::{Event, Parser, ScalarStyle, Span, StrInput, Tag, options};

use super::cut_off;
use super::error::YamlError;

/// How deep maps and lists may nest, aliases followed. Go allows 10,000, but
/// no Kubernetes object comes near; this keeps recursion within any stack.
pub(super) const MAX_DEPTH: usize = 250;

/// A line and a column, both from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: u32,
    pub(super) column: u32,
}

impl Place {
    fn of(span: &Span) -> Self {
        Self::from_marker(&span.start)
    }

    pub(super) fn from_marker(marker: &granit_parser::Marker) -> Self {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Self { line: count(marker.line()), column: count(marker.col().saturating_add(1)) }
    }
}

/// A node's position in its [`Tree`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NodeId(usize);

/// A node and where it starts.
#[derive(Debug)]
pub(super) struct Node<'t> {
    pub(super) place: Place,
    pub(super) content: Content<'t>,
}

/// What a node is. Tags of maps and lists mean nothing to Go and are dropped.
#[derive(Debug)]
pub(super) enum Content<'t> {
    Scalar(Scalar<'t>),
    Sequence(Vec<NodeId>),
    Mapping(Vec<(NodeId, NodeId)>),
    /// Always a node that is complete: an alias inside its own anchor is an
    /// error of the reader.
    Alias(NodeId),
}

/// A scalar as written, after unescaping and folding.
#[derive(Debug)]
pub(super) struct Scalar<'t> {
    pub(super) text: Cow<'t, str>,
    /// Neither quoted nor a block.
    pub(super) plain: bool,
    /// The whole tag, such as `tag:yaml.org,2002:str` or `!local`.
    pub(super) tag: Option<String>,
}

/// One document.
#[derive(Debug)]
pub(super) struct Tree<'t> {
    /// Which document of the text it is, from 1.
    pub(super) number: u32,
    nodes: Vec<Node<'t>>,
    root: NodeId,
}

impl<'t> Tree<'t> {
    pub(super) fn root_id(&self) -> NodeId {
        self.root
    }

    pub(super) fn root(&self) -> &Node<'t> {
        self.node(self.root)
    }

    pub(super) fn node(&self, id: NodeId) -> &Node<'t> {
        &self.nodes[id.0]
    }

    /// The node that an alias stands for, or the node itself.
    pub(super) fn followed(&self, id: NodeId) -> &Node<'t> {
        match self.node(id).content {
            Content::Alias(target) => self.node(target),
            _ => self.node(id),
        }
    }
}

/// An anchor of the document being read.
#[derive(Debug, Clone, Copy)]
enum Anchor {
    /// The node it names isn't complete yet.
    Open,
    Complete(NodeId),
}

/// Reads a text document by document.
pub(super) struct Reader<'t> {
    text: &'t str,
    parser: Parser<'t, StrInput<'t>>,
    number: u32,
    nodes: Vec<Node<'t>>,
    anchors: HashMap<usize, Anchor>,
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let options = options! {
            emit_comments: false,
            emit_anchor_events: true,
            emit_unresolved_aliases: true,
            flow_nesting_limit: MAX_DEPTH + 1,
            block_nesting_limit: MAX_DEPTH + 1,
        };
        let parser = Parser::new_from_str_with_options(text, options);
        Self { text, parser, number: 0, nodes: Vec::new(), anchors: HashMap::new() }
    }

    /// The next document, empty ones included; `None` at the end of the text.
    pub(super) fn next_document(&mut self) -> Result<Option<Tree<'t>>, YamlError> {
        loop {
            match self.next_event()? {
                Some((Event::DocumentStart(..), _)) => break,
                Some(_) => {}
                None => return Ok(None),
            }
        }
        self.number += 1;
        self.anchors.clear();
        let root = match self.next_event()? {
            Some((event, span)) => self.node(event, span, 0)?,
            None => return Ok(None),
        };
        Ok(Some(Tree { number: self.number, nodes: std::mem::take(&mut self.nodes), root }))
    }

    fn next_event(&mut self) -> Result<Option<(Event<'t>, Span)>, YamlError> {
        match self.parser.next_event() {
            Some(Ok((Event::Anchor(_, name), span))) => {
                check_anchor_name(&name, &span)?;
                self.next_event()
            }
            Some(Ok(next)) => Ok(Some(next)),
            Some(Err(error)) => Err(YamlError::from_scan(&error, self.text)),
            None => Ok(None),
        }
    }

    /// The node that starts with this event.
    fn node(&mut self, event: Event<'t>, span: Span, depth: usize) -> Result<NodeId, YamlError> {
        let place = Place::of(&span);
        let anchor = event.anchor_id().unwrap_or(0);
        if anchor != 0 {
            self.anchors.insert(anchor, Anchor::Open);
        }
        let content = match event {
            Event::Scalar(text, style, _, tag) => self.scalar(text, style, tag, &span),
            Event::SequenceStart(..) => Content::Sequence(self.sequence(place, depth)?),
            Event::MappingStart(..) => Content::Mapping(self.mapping(place, depth)?),
            Event::Alias(target) => self.alias(target, place)?,
            Event::UnresolvedAlias(_) => return Err(YamlError::unknown_anchor(place)),
            _ => return Err(YamlError::new("a value is missing here", place)),
        };
        let id = NodeId(self.nodes.len());
        self.nodes.push(Node { place, content });
        if anchor != 0 {
            self.anchors.insert(anchor, Anchor::Complete(id));
        }
        Ok(id)
    }

    fn sequence(&mut self, place: Place, depth: usize) -> Result<Vec<NodeId>, YamlError> {
        check_depth(depth, place)?;
        let mut items = Vec::new();
        while let Some((event, span)) = self.next_event()? {
            if event == Event::SequenceEnd {
                break;
            }
            items.push(self.node(event, span, depth + 1)?);
        }
        Ok(items)
    }

    fn mapping(&mut self, place: Place, depth: usize) -> Result<Vec<(NodeId, NodeId)>, YamlError> {
        check_depth(depth, place)?;
        let mut entries = Vec::new();
        while let Some((event, span)) = self.next_event()? {
            if event == Event::MappingEnd {
                break;
            }
            self.check_flow_key(&event, &span)?;
            let key = self.node(event, span, depth + 1)?;
            let Some((event, span)) = self.next_event()? else { break };
            entries.push((key, self.node(event, span, depth + 1)?));
        }
        Ok(entries)
    }

    /// In `[a:]` Go sees the text `a:`, YAML 1.2 the key `a`.
    fn check_flow_key(&self, key: &Event<'t>, span: &Span) -> Result<(), YamlError> {
        let rest = span.end.byte_offset().and_then(|end| self.text.get(end..)).unwrap_or_default();
        let after_colon = rest.trim_start().strip_prefix(':').unwrap_or_default();
        let plain = matches!(key, Event::Scalar(_, ScalarStyle::Plain, ..));
        if plain && after_colon.starts_with([',', '[', ']', '{', '}']) {
            return Err(YamlError::new("a `:` stands right before a bracket or comma", Place::of(span))
                .hint("readers disagree about it: put a space after a key's `:`, or quote the text"));
        }
        Ok(())
    }

    fn alias(&self, target: usize, place: Place) -> Result<Content<'t>, YamlError> {
        match self.anchors.get(&target) {
            Some(Anchor::Complete(id)) => Ok(Content::Alias(*id)),
            _ => Err(YamlError::new("an alias stands inside the very value that it refers to", place)),
        }
    }

    fn scalar(
        &self,
        text: Cow<'t, str>,
        style: ScalarStyle,
        tag: Option<Cow<'t, Tag>>,
        span: &Span,
    ) -> Content<'t> {
        let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        let at_end = span.end.byte_offset() == Some(self.text.len()) && !self.text.ends_with(['\n', '\r']);
        Content::Scalar(Scalar {
            text: if block && at_end { cut_off::scalar(text, self.text, span.start.col()) } else { text },
            plain: style == ScalarStyle::Plain,
            tag: tag.map(|tag| format!("{}{}", tag.handle(), tag.suffix())),
        })
    }
}

fn check_depth(depth: usize, place: Place) -> Result<(), YamlError> {
    if depth < MAX_DEPTH { Ok(()) } else { Err(YamlError::too_deep(place)) }
}

/// Go ends an anchor's name at the first other character and reads the rest
/// as the value; other readers take it as part of the name.
fn check_anchor_name(name: &str, span: &Span) -> Result<(), YamlError> {
    if name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')) {
        return Ok(());
    }
    let message = "an anchor's name is made of letters, digits, `-` and `_`";
    Err(YamlError::new(message, Place::of(span)).hint("quote a value that starts with `&`"))
}
