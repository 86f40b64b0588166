//! Templates that would ask a cluster while they are rendered. Pure.
//!
//! Rendered beside a cluster, Helm's `lookup` finds nothing: a chart that keeps
//! a generated password by it would make a new one in every run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

fn compiled(pattern: &str) -> Regex {
    #[expect(clippy::unwrap_used, reason = "it doesn't depend on anything")]
    Regex::new(pattern).unwrap()
}

static LOOKUP: LazyLock<Regex> = LazyLock::new(|| compiled(r#"(?:^|[\s(|=])lookup\s+["'`(.$]"#));
static INCLUDE: LazyLock<Regex> =
    LazyLock::new(|| compiled(r#"(?:^|[\s(|=])(?:include|template|block)\s+["`]([^"`]+)["`]"#));
static OPENING: LazyLock<Regex> =
    LazyLock::new(|| compiled(r#"^(if|range|with|block|define)\b(?:\s+["`]([^"`]+)["`])?"#));

/// What a template, or a part of one with a name, does.
#[derive(Debug, Default)]
struct Part {
    /// Where it looks something up.
    lookup: Option<(String, u32)>,
    /// The parts that it includes.
    includes: BTreeSet<String>,
}

/// The first place where something is looked up in what is rendered: file and line.
pub(super) fn find<'a>(templates: impl Iterator<Item = (&'a str, String)>) -> Option<(String, u32)> {
    let mut named: BTreeMap<String, Part> = BTreeMap::new();
    let mut files: Vec<Part> = Vec::new();
    for (path, text) in templates {
        let file = read(path, &text, &mut named);
        let name = path.rsplit('/').next().unwrap_or(path);
        if !name.starts_with('_') && name != "NOTES.txt" {
            files.push(file);
        }
    }
    files.iter().find_map(|file| reached(file, &named))
}

/// Reads a file: its own part; those that it defines go to the others.
fn read(path: &str, text: &str, named: &mut BTreeMap<String, Part>) -> Part {
    let mut own = Part::default();
    let mut open: Vec<Option<String>> = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        let Some(length) = rest[start..].find("}}") else { break };
        let action = &rest[start + 2..start + length];
        let place = text.len() - rest.len() + start;
        rest = &rest[start + length + 2..];
        let action = action.trim_start_matches('-').trim_end_matches('-').trim();
        if action.starts_with("/*") {
            continue;
        }
        if let Some(opening) = OPENING.captures(action) {
            let is_define = matches!(opening.get(1).map(|word| word.as_str()), Some("define" | "block"));
            open.push(opening.get(2).filter(|_| is_define).map(|name| name.as_str().to_owned()));
        } else if action == "end" {
            open.pop();
        }
        let part = match open.iter().rev().flatten().next() {
            Some(name) => named.entry(name.clone()).or_default(),
            None => &mut own,
        };
        part.includes.extend(INCLUDE.captures_iter(action).map(|found| found[1].to_owned()));
        if part.lookup.is_none() && LOOKUP.is_match(action) {
            let line = text[..place].matches('\n').count() + 1;
            part.lookup = Some((path.to_owned(), u32::try_from(line).unwrap_or(u32::MAX)));
        }
        if action.starts_with("block") {
            own.includes.extend(INCLUDE.captures_iter(action).map(|found| found[1].to_owned()));
        }
    }
    own
}

fn reached(from: &Part, named: &BTreeMap<String, Part>) -> Option<(String, u32)> {
    let mut known = BTreeSet::new();
    let mut next = vec![from];
    while let Some(part) = next.pop() {
        if part.lookup.is_some() {
            return part.lookup.clone();
        }
        next.extend(
            part.includes.iter().filter(|name| known.insert(*name)).filter_map(|name| named.get(name)),
        );
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(templates: &[(&str, &str)]) -> Option<String> {
        let templates = templates.iter().map(|(path, text)| (*path, (*text).to_owned()));
        find(templates).map(|(path, line)| format!("{path}:{line}"))
    }

    #[test]
    fn a_lookup_counts_where_it_is_rendered() {
        let used = ("a.yaml", "a: 1\nb: {{ $x := (lookup \"v1\" \"Secret\" .Release.Namespace \"x\") }}\n");
        assert_eq!(found(&[used]).as_deref(), Some("a.yaml:2"));
        let piped = ("a.yaml", "{{- if lookup \"v1\" \"Secret\" \"\" \"x\" -}}\n{{ end }}");
        assert_eq!(found(&[piped]).as_deref(), Some("a.yaml:1"));
        let helper = (
            "_h.tpl",
            "{{ define \"x\" }}\n{{ if .a }}{{ lookup \"v1\" \"Secret\" \"\" \"\" }}{{ end }}\n{{ end }}{{ define \"y\" }}{{ include \"x\" . }}{{ end }}",
        );
        assert_eq!(found(&[helper]), None, "nobody includes it");
        assert_eq!(
            found(&[helper, ("a.yaml", "a: {{ include \"y\" . | quote }}")]).as_deref(),
            Some("_h.tpl:2")
        );
        assert_eq!(found(&[helper, ("a.yaml", "a: {{ include \"z\" . }}")]), None);
    }

    #[test]
    fn other_uses_of_the_word_are_none() {
        for text in [
            "{{/* lookup \"v1\" */}}",
            "lookup \"v1\"",
            "{{ .Values.lookup }}",
            "{{ $lookup := 1 }}",
            "{{ if .lookup }}{{ end }}",
            "{{ unfinished",
        ] {
            assert_eq!(found(&[("a.yaml", text)]), None, "{text}");
        }
    }
}
