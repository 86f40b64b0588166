//! One document as a tree of nodes that still know their place, tags and
//! aliases: what was written, before anything is resolved.

use std::borrow::Cow;

pub(super) use super::parse::Reader;
pub(super) use super::place::Place;

/// How deep maps and lists may nest, aliases followed. Go allows 10,000, but
/// no Kubernetes object comes near; this keeps recursion within any stack.
pub(super) const MAX_DEPTH: usize = 250;

/// A node's position in its [`Tree`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NodeId(u32);

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
    pub(super) tag: Option<Box<str>>,
}

/// The nodes of a document while it's read.
#[derive(Debug, Default)]
pub(super) struct Nodes<'t>(Vec<Node<'t>>);

impl<'t> Nodes<'t> {
    /// Adds a node. A text has fewer of them than bytes, and fewer of those
    /// than a `u32` counts.
    pub(super) fn add(&mut self, place: Place, content: Content<'t>) -> NodeId {
        let id = NodeId(u32::try_from(self.0.len()).unwrap_or(u32::MAX));
        self.0.push(Node { place, content });
        id
    }
}

/// One document.
#[derive(Debug)]
pub(super) struct Tree<'t> {
    /// Which document of the text it is, from 1.
    pub(super) number: u32,
    nodes: Nodes<'t>,
    root: NodeId,
}

impl<'t> Tree<'t> {
    pub(super) fn new(number: u32, nodes: Nodes<'t>, root: NodeId) -> Self {
        Self { number, nodes, root }
    }

    pub(super) fn root_id(&self) -> NodeId {
        self.root
    }

    pub(super) fn root(&self) -> &Node<'t> {
        self.node(self.root)
    }

    pub(super) fn node(&self, id: NodeId) -> &Node<'t> {
        &self.nodes.0[id.0 as usize]
    }

    /// The node that an alias stands for, or the node itself.
    pub(super) fn followed(&self, id: NodeId) -> &Node<'t> {
        match self.node(id).content {
            Content::Alias(target) => self.node(target),
            _ => self.node(id),
        }
    }
}
