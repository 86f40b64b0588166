//! The differences from Go that are kept, each with the sign that it's known
//! by. `docs/yaml.md` says why.

use trueup::json::Value;
use trueup::yaml::YamlError;

use super::go::Answer;

/// Errors that Go doesn't have, and why they're kept.
const REFUSALS: &[(&str, &str)] = &[
    ("the name of an anchor or alias", "anchors that other readers call otherwise"),
    ("a `:` stands right before a bracket", "`:` right before a bracket"),
    ("this `!!binary` value isn't text", "binary that isn't text"),
    ("a second byte order mark", "two byte order marks"),
    ("kubectl doesn't see this `---`", "what follows a document is not ignored"),
    // One that another key overrides: Go refuses all others, too.
    ("JSON has no infinity", "keys that differ only in their type"),
    ("a `%` directive can't stand inside", "what follows a document is not ignored"),
];

/// What ends a line in YAML 1.1.
const LINE_ENDS: [char; 5] = ['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'];

/// A kept difference.
pub(crate) struct Difference(&'static str);

impl Difference {
    pub(crate) fn name(&self) -> &'static str {
        self.0
    }

    /// What explains a disagreement about one document.
    pub(crate) fn of(text: &str, ours: &Result<Vec<Value>, YamlError>, go: &Answer) -> Option<Self> {
        if text.starts_with("---") && text.contains('\u{feff}') {
            return Some(Self("a byte order mark after `---`"));
        }
        match ours {
            Err(error) => Self::of_refusal(text, error, go),
            Ok(values) => Self::of_value(text, values, go),
        }
    }

    fn of_refusal(text: &str, error: &YamlError, go: &Answer) -> Option<Self> {
        if let Some((_, reason)) = REFUSALS.iter().find(|(message, _)| error.message.starts_with(message)) {
            return Some(Self(reason));
        }
        let key =
            ["duplicate key ", "`<<` changes "].iter().find_map(|start| error.message.strip_prefix(start));
        // What two keys mean that are written differently is said last.
        let key = key.map(|told| told.rsplit_once(" means ").map_or(told, |(_, meant)| meant));
        if key.is_some_and(starts_like_no_text) {
            return Some(Self("keys that differ only in their type"));
        }
        (go.rest_refused || error.line > first_end(text))
            .then_some(Self("what follows a document is not ignored"))
    }

    fn of_value(text: &str, values: &[Value], go: &Answer) -> Option<Self> {
        let ours = values.first().cloned().unwrap_or_default();
        if go.lax.as_ref() == Some(&ours) && text.contains("<<") {
            return Some(Self("keys after a merge override it, as kubectl has it"));
        }
        let text = text.trim_start_matches('\u{feff}');
        let json: Result<Vec<Value>, _> = serde_json::Deserializer::from_str(text).into_iter().collect();
        json.is_ok_and(|json| json == values).then_some(Self("JSON is read as JSON, as kubectl does"))
    }

    /// What explains that a text isn't the sum of its parts.
    pub(crate) fn of_parts(text: &str, ours: &Result<Vec<Value>, YamlError>, go: &Answer) -> Option<Self> {
        // kubectl drops the whole of that line, up to the line feed.
        let goes_on = |line: &str| line.starts_with("---") && line.trim_end_matches('\r').contains('\r');
        if ours.is_ok() && go.documents.is_none() || text.split('\n').any(goes_on) {
            return Some(Self("content after `---` in its line"));
        }
        if ours.is_err() && text.lines().any(|line| line.starts_with('{')) {
            return Some(Self("JSON among YAML documents is read as YAML"));
        }
        let signs = [
            ("%", "directives belong to the document after them"),
            ("...", "`...` doesn't start a document"),
            ("---#", "`---#` separates nothing"),
            ("\u{feff}", "a byte order mark after `---`"),
        ];
        let has_line = |start: &str| text.split(LINE_ENDS).any(|line| line.starts_with(start));
        signs.iter().find(|(start, _)| has_line(start)).map(|(_, name)| Self(name))
    }
}

/// Whether the quoted key could be a boolean or a number instead.
fn starts_like_no_text(message: &str) -> bool {
    let key = message.trim_start_matches('"');
    ["true\"", "false\""].iter().any(|word| key.starts_with(word))
        || key.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first))
}

/// The line of the first `...`, or of a `---` that kubectl doesn't split at.
fn first_end(text: &str) -> u32 {
    let mut lines = text.split(LINE_ENDS);
    let unseen = text.contains("\u{85}---");
    let line = lines.position(|line| line.starts_with("...") || unseen && line.starts_with("---"));
    line.and_then(|line| u32::try_from(line + 1).ok()).unwrap_or(u32::MAX)
}
