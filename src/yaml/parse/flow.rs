//! Collections in brackets.

use super::problem::{never_closed, no_separator};
use super::{Context, Reader, check_depth};
use crate::yaml::error::YamlError;
use crate::yaml::place::Place;
use crate::yaml::scan::Kind;
use crate::yaml::tree::{Content, NodeId};

impl<'t> Reader<'t> {
    pub(super) fn flow_sequence(&mut self, depth: usize, place: Place) -> Result<Content<'t>, YamlError> {
        check_depth(depth, place)?;
        self.scanner.next()?;
        let mut items = Vec::new();
        while self.another_in_brackets(&Kind::FlowSequenceEnd, items.is_empty(), place)? {
            let token = self.scanner.peek()?;
            if token.kind == Kind::Key {
                let place = token.place;
                self.scanner.next()?;
                items.push(self.pair(depth + 1, place)?);
            } else {
                items.push(self.node(Context::Flow, depth + 1)?);
            }
        }
        Ok(Content::Sequence(items))
    }

    /// A map of one entry, as `[a: b]` has it.
    fn pair(&mut self, depth: usize, place: Place) -> Result<NodeId, YamlError> {
        check_depth(depth, place)?;
        let is_empty =
            |kind: &Kind<'_>| matches!(kind, Kind::Value | Kind::FlowEntry | Kind::FlowSequenceEnd);
        let key = self.node_or_empty(Context::Flow, depth, is_empty)?;
        let value = self.value(Context::Flow, depth, is_empty)?;
        Ok(self.nodes.add(place, Content::Mapping(vec![(key, value)])))
    }

    pub(super) fn flow_mapping(&mut self, depth: usize, place: Place) -> Result<Content<'t>, YamlError> {
        check_depth(depth, place)?;
        self.scanner.next()?;
        let is_empty = |kind: &Kind<'_>| matches!(kind, Kind::Value | Kind::FlowEntry | Kind::FlowMappingEnd);
        let mut entries = Vec::new();
        while self.another_in_brackets(&Kind::FlowMappingEnd, entries.is_empty(), place)? {
            if self.scanner.peek()?.kind == Kind::Key {
                self.scanner.next()?;
                let key = self.node_or_empty(Context::Flow, depth, is_empty)?;
                entries.push((key, self.value(Context::Flow, depth, is_empty)?));
            } else {
                let key = self.node(Context::Flow, depth + 1)?;
                let place = self.scanner.peek()?.place;
                entries.push((key, self.empty(place)));
            }
        }
        Ok(Content::Mapping(entries))
    }

    /// Passes the comma before another item, or the closing bracket.
    fn another_in_brackets(
        &mut self,
        end: &Kind<'t>,
        is_first: bool,
        open: Place,
    ) -> Result<bool, YamlError> {
        if !is_first && self.scanner.peek()?.kind == Kind::FlowEntry {
            self.scanner.next()?;
        } else if !is_first && self.scanner.peek()?.kind != *end {
            let token = self.scanner.peek()?;
            return Err(no_separator(&token.kind, token.place, end, open));
        }
        match &self.scanner.peek()?.kind {
            kind if kind == end => {
                self.scanner.next()?;
                Ok(false)
            }
            Kind::StreamEnd | Kind::DocumentStart | Kind::DocumentEnd => Err(never_closed(end, open)),
            _ => Ok(true),
        }
    }
}
