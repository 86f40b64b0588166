//! Variables in sources that ask for it: `${NAME}`, `${NAME:-default}`, and `$$`
//! for a `$`. Works on values that are read already, so that no variable can
//! change the shape of a file, and every place stays exact. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::field_type;
use super::sops::HiddenIn;
use crate::error::{Diagnostic, Location, did_you_mean};
use crate::json::Value;
use crate::object::{FieldPath, Step};
use crate::yaml::{self, Document};

/// Variables by their names.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Vars(BTreeMap<String, Var>);

/// A variable.
#[derive(Debug, Clone, PartialEq)]
pub enum Var {
    /// A text, a number or a boolean, by its type.
    Typed(Value),
    /// A text that is read as YAML where it stands alone.
    Text(String),
    /// One of the environment's that isn't set there.
    Unset(String),
}

impl Vars {
    /// Whether a text can be a variable's name.
    pub fn is_name(text: &str) -> bool {
        let is_start = |c: char| c.is_ascii_alphabetic() || c == '_';
        text.starts_with(is_start) && text.chars().all(|c| is_start(c) || c.is_ascii_digit())
    }

    /// Sets one to a text, a number or a boolean, whose type it keeps.
    pub fn set(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), Var::Typed(value));
    }

    /// Sets one to a text that has no type yet: standing alone, `3` is a number.
    pub fn set_text(&mut self, name: &str, text: &str) {
        self.0.insert(name.to_owned(), Var::Text(text.to_owned()));
    }

    /// Says that one should come from a variable of the environment that isn't set.
    pub fn miss(&mut self, name: &str, variable: &str) {
        self.0.insert(name.to_owned(), Var::Unset(variable.to_owned()));
    }

    /// Sets one to what another is.
    pub fn put(&mut self, name: &str, var: Var) {
        self.0.insert(name.to_owned(), var);
    }

    /// One of them.
    pub fn get(&self, name: &str) -> Option<&Var> {
        self.0.get(name)
    }

    /// All of them, by their names.
    pub fn all(&self) -> impl Iterator<Item = (&str, &Var)> {
        self.0.iter().map(|(name, var)| (name.as_str(), var))
    }

    /// Lays others over these.
    pub fn extend(&mut self, others: &Self) {
        self.0.extend(others.0.iter().map(|(name, var)| (name.clone(), var.clone())));
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What these variables are, as one text.
    fn told(&self, uses: &[(String, FieldPath)]) -> String {
        let names: BTreeSet<&String> = uses.iter().map(|(name, _)| name).collect();
        let told = names.into_iter().map(|name| match self.0.get(name) {
            Some(Var::Typed(value)) => format!("{name}={value}\n"),
            Some(Var::Text(text)) => format!("{name}={text:?}\n"),
            Some(Var::Unset(_)) | None => format!("{name}\n"),
        });
        told.collect()
    }
}

/// The variables that went into a document.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mixed {
    /// All of them as one text.
    pub(super) told: String,
    /// Their names, and the paths of the values that they went into.
    pub(super) uses: Vec<(String, FieldPath)>,
}

/// Who wrote a text into which variables are put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writer {
    /// Somebody, whose quotes mean something.
    Somebody,
    /// A program, which leaves out quotes that aren't needed without variables. Where
    /// the kind has a text, a text is meant.
    Program,
}

/// What is put in, and where.
#[derive(Clone, Copy)]
pub(super) struct Asking<'a> {
    pub(super) vars: &'a Vars,
    pub(super) writer: Writer,
    /// Fields that stay as they are: a `$` in a password is a `$`.
    pub(super) fixed: &'a HiddenIn,
}

/// Puts the variables into documents of a file; those in which one is wrong are left
/// out, and what is wrong is returned. Beside it, by the number of the document, the
/// variables that went into it.
pub(super) fn replace(
    documents: &mut Vec<Document>,
    text: &str,
    file: &str,
    asking: Asking<'_>,
) -> (BTreeMap<u32, Mixed>, Vec<Diagnostic>) {
    let Asking { vars, writer, fixed } = asking;
    let (mut mixed, mut findings) = (BTreeMap::new(), Vec::new());
    let several = documents.last().is_some_and(|last| last.number > 1);
    documents.retain_mut(|document| {
        let mut replacing = Replacing {
            vars,
            fixed: fixed.get(&document.number).map_or(&[], Vec::as_slice),
            way: Vec::new(),
            uses: Vec::new(),
            alone: Vec::new(),
            wrong: Vec::new(),
        };
        replacing.value(&mut document.value);
        let Replacing { uses, alone, wrong, .. } = replacing;
        for (path, written) in alone {
            let is_text = is_quoted(text, document.number, &path)
                || (writer == Writer::Program && field_type::is_text(&document.value, &path));
            if is_text && let Some(place) = path.get_mut(&mut document.value) {
                *place = Value::from(written);
            }
        }
        if !uses.is_empty() {
            mixed.insert(document.number, Mixed { told: vars.told(&uses), uses });
        }
        let is_right = wrong.is_empty();
        let place = |path: &FieldPath, start: &str| {
            let (line, column) = place(text, document.number, path, start);
            Location { document: several.then_some(document.number), ..Location::at(file, line, column) }
        };
        findings
            .extend(wrong.into_iter().map(|Wrong { path, start, finding }| finding.at(place(&path, &start))));
        is_right
    });
    (mixed, findings)
}

struct Replacing<'a> {
    vars: &'a Vars,
    fixed: &'a [FieldPath],
    /// From the root to here.
    way: Vec<Step>,
    uses: Vec<(String, FieldPath)>,
    /// Where a variable is all that there is, and its text.
    alone: Vec<(FieldPath, String)>,
    wrong: Vec<Wrong>,
}

struct Wrong {
    path: FieldPath,
    /// How what is wrong begins in the text.
    start: String,
    finding: Diagnostic,
}

impl Replacing<'_> {
    fn value(&mut self, value: &mut Value) {
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.way.push(Step::Index(index));
                    self.value(item);
                    self.way.pop();
                }
            }
            Value::Object(fields) => {
                for (key, field) in fields.iter_mut() {
                    self.way.push(Step::Field(key.clone()));
                    self.value(field);
                    self.way.pop();
                }
            }
            Value::String(text) if text.contains('$') && !self.is_fixed() => {
                if let Some(replaced) = self.text(text) {
                    *value = replaced;
                }
            }
            _ => {}
        }
    }

    fn is_fixed(&self) -> bool {
        !self.fixed.is_empty() && self.fixed.contains(&self.path())
    }

    fn path(&self) -> FieldPath {
        self.way.iter().fold(FieldPath::root(), |path, step| path.then(step.clone()))
    }

    /// What becomes of a text; nothing where something is wrong with it.
    fn text(&mut self, text: &str) -> Option<Value> {
        let parts = match parts(text) {
            Ok(parts) => parts,
            Err(start) => {
                let finding = Diagnostic::new(format!("{start:?} is no variable"))
                    .hint("a variable is written ${NAME} or ${NAME:-default}, and $$ stands for a $");
                let path = self.path();
                self.wrong.push(Wrong { path, start, finding });
                return None;
            }
        };
        if let [Part::Var { name, default }] = parts.as_slice() {
            let Found { value, text } = self.look_up(name, *default)?;
            self.alone.push((self.path(), text));
            return Some(value);
        }
        let mut whole = String::with_capacity(text.len());
        for part in parts {
            match part {
                Part::Text(text) => whole.push_str(text),
                Part::Var { name, default } => whole.push_str(&self.look_up(name, default)?.text),
            }
        }
        Some(Value::from(whole))
    }

    fn look_up(&mut self, name: &str, default: Option<&str>) -> Option<Found> {
        self.uses.push((name.to_owned(), self.path()));
        let finding = match (self.vars.0.get(name), default) {
            // As in a shell, an empty one has its default, too.
            (Some(Var::Typed(Value::String(text)) | Var::Text(text)), Some(default)) if text.is_empty() => {
                return Some(Found { value: typed(default), text: default.to_owned() });
            }
            (Some(Var::Typed(value)), _) => {
                return Some(Found { value: value.clone(), text: value.to_plain() });
            }
            (Some(Var::Text(text)), _) => return Some(Found { value: typed(text), text: text.clone() }),
            (_, Some(default)) => return Some(Found { value: typed(default), text: default.to_owned() }),
            (Some(Var::Unset(variable)), None) => Diagnostic::new(format!("${{{name}}} has no value"))
                .because(format!("the environment variable {variable} isn't set")),
            (None, None) => {
                let finding = Diagnostic::new(format!("${{{name}}} has no value"));
                match did_you_mean(name, self.vars.0.keys().map(String::as_str)) {
                    Some(meant) => finding.hint(format!("did you mean ${{{meant}}}?")),
                    None => finding.hint(format!(
                        "set it in `vars` of the environment or with --var {name}=…, or write $${{{name}}} if it's none"
                    )),
                }
            }
        };
        let path = self.path();
        self.wrong.push(Wrong { path, start: format!("${{{name}"), finding });
        None
    }
}

/// What a variable stands for.
struct Found {
    /// Where it stands alone.
    value: Value,
    /// Within a text.
    text: String,
}

enum Part<'t> {
    Text(&'t str),
    Var { name: &'t str, default: Option<&'t str> },
}

/// The parts of a text, or how the first thing begins that isn't a variable.
fn parts(text: &str) -> Result<Vec<Part<'_>>, String> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        if at > 0 {
            parts.push(Part::Text(&rest[..at]));
        }
        let after = &rest[at + 1..];
        if let Some(after) = after.strip_prefix('$') {
            parts.push(Part::Text("$"));
            rest = after;
        } else if let Some(inside) = after.strip_prefix('{') {
            let wrong = || rest[at..].chars().take_while(|c| *c != '\n').take(20).collect::<String>();
            let end = inside.find('}').ok_or_else(wrong)?;
            let (name, default) = match inside[..end].split_once(":-") {
                Some((name, default)) => (name, Some(default)),
                None => (&inside[..end], None),
            };
            // A default is as it stands there: nothing is put into it.
            let is_plain = |default: &str| !default.contains("${") && !default.contains("$$");
            if !Vars::is_name(name) || !default.is_none_or(is_plain) {
                return Err(wrong());
            }
            parts.push(Part::Var { name, default });
            rest = &inside[end + 1..];
        } else {
            parts.push(Part::Text("$"));
            rest = after;
        }
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest));
    }
    Ok(parts)
}

/// A number or a boolean if that's what the text is in YAML.
fn typed(text: &str) -> Value {
    let read = yaml::documents(text).ok().and_then(|documents| documents.into_iter().next());
    match read.map(|document| document.value) {
        Some(value @ (Value::Number(_) | Value::Bool(_))) => value,
        _ => Value::from(text),
    }
}

/// Whether a value is written as a text, whatever is in it.
fn is_quoted(text: &str, document: u32, path: &FieldPath) -> bool {
    let Some(place) = yaml::locate_value(text, document, path) else { return false };
    after(text, place).starts_with(['"', '\'', '|', '>'])
}

/// The text from a place on.
fn after(text: &str, (line, column): (u32, u32)) -> &str {
    let skipped = |count: u32| usize::try_from(count.saturating_sub(1)).unwrap_or(usize::MAX);
    let start: usize = text.split_inclusive('\n').take(skipped(line)).map(str::len).sum();
    let rest = &text[start..];
    rest.char_indices().nth(skipped(column)).map_or("", |(at, _)| &rest[at..])
}

/// Where something stands that begins like this in a value.
fn place(text: &str, document: u32, path: &FieldPath, start: &str) -> (u32, u32) {
    let Some((line, column)) = yaml::locate_value(text, document, path) else { return (1, 1) };
    let rest = after(text, (line, column));
    let Some(at) = rest.find(start) else { return (line, column) };
    let count = |text: &str| u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    match rest[..at].rsplit_once('\n') {
        None => (line, column + count(&rest[..at])),
        Some((lines, last)) => {
            let lines = u32::try_from(lines.matches('\n').count()).unwrap_or(u32::MAX);
            (line + lines + 1, count(last) + 1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replaced(text: &str) -> Result<String, String> {
        replaced_by(text, Writer::Somebody)
    }

    fn replaced_by(text: &str, writer: Writer) -> Result<String, String> {
        let mut vars = Vars::default();
        vars.set("N", Value::from(3));
        vars.set("S", Value::from("3"));
        vars.set_text("T", "4");
        vars.set_text("V", "1.10");
        vars.set_text("W", "word");
        vars.miss("E", "SECRET");
        let mut documents = yaml::documents(text).expect("YAML");
        let (_, findings) =
            replace(&mut documents, text, "a.yaml", Asking { vars: &vars, writer, fixed: &HiddenIn::new() });
        if findings.is_empty() {
            return Ok(documents
                .iter()
                .map(|document| document.value.to_string())
                .collect::<Vec<_>>()
                .join(" "));
        }
        let told = findings.iter().map(|finding| {
            let place = finding.location.as_ref().expect("a place");
            format!("{place} {}", finding.message)
        });
        Err(told.collect::<Vec<_>>().join(" | "))
    }

    #[test]
    fn an_empty_variable_has_its_default_and_a_default_has_no_variables() {
        let mut vars = Vars::default();
        vars.set_text("T", "");
        vars.set("S", Value::from(""));
        let replaced = |text: &str| {
            let mut documents = yaml::documents(text).expect("YAML");
            let asking = Asking { vars: &vars, writer: Writer::Somebody, fixed: &HiddenIn::new() };
            let (_, findings) = replace(&mut documents, text, "a.yaml", asking);
            findings.is_empty().then(|| documents[0].value.to_string())
        };
        assert_eq!(replaced("a: ${T:-x}${S:-y}${T}").as_deref(), Some("{\"a\":\"xy\"}"));
        for nested in ["a: ${N:-${T}}", "a: ${N:-$$x}"] {
            assert_eq!(replaced(nested), None, "{nested}");
        }
    }

    #[test]
    fn variables_are_put_in_with_their_types() {
        for (text, expected) in [
            ("a: ${N}", r#"{"a":3}"#),
            ("a: '${N}'", r#"{"a":"3"}"#),
            ("a: \"${T}\"", r#"{"a":"4"}"#),
            ("a: ${T}", r#"{"a":4}"#),
            ("a: ${S}", r#"{"a":"3"}"#),
            ("a: ${W}", r#"{"a":"word"}"#),
            ("a: |\n  ${N}", r#"{"a":"3\n"}"#),
            ("a: x-${N}-${W}", r#"{"a":"x-3-word"}"#),
            ("a: x:${V}", r#"{"a":"x:1.10"}"#),
            ("a: '${V}'", r#"{"a":"1.10"}"#),
            ("a: x:${M:-1.20}", r#"{"a":"x:1.20"}"#),
            ("a: ${M:-5}", r#"{"a":5}"#),
            ("a: ${M:-}", r#"{"a":""}"#),
            ("a: ${M:-a b}", r#"{"a":"a b"}"#),
            ("a: ${N:-5}", r#"{"a":3}"#),
            ("a: $${N} $$ $x $", r#"{"a":"${N} $ $x $"}"#),
            ("${N}:\n- {b: '${N}'}\n- ${N}", r#"{"${N}":[{"b":"3"},3]}"#),
            ("a: b\n---\na: ${W}", r#"{"a":"b"} {"a":"word"}"#),
            (r#"{"a": "${N}"}"#, r#"{"a":"3"}"#),
        ] {
            assert_eq!(replaced(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn in_what_a_program_wrote_the_kind_says_what_is_a_text() {
        let map = |field: &str| format!("apiVersion: v1\nkind: ConfigMap\n{field}");
        let deployment = |field: &str| format!("apiVersion: apps/v1\nkind: Deployment\n{field}");
        let container = |field: &str| {
            deployment(&format!("spec:\n  template:\n    spec:\n      containers:\n      - {field}"))
        };
        let custom = |field: &str| format!("apiVersion: example.com/v1\nkind: Thing\n{field}");
        let list = "apiVersion: v1\nkind: List\nitems:\n- ";
        for (text, part) in [
            (map("data:\n  a: ${N}"), r#"{"a":"3"}"#),
            (map("metadata:\n  annotations:\n    a: ${N}"), r#"{"a":"3"}"#),
            (format!("{list}{}", map("data:\n  a: ${N}").replace('\n', "\n  ")), r#"{"a":"3"}"#),
            (deployment("spec:\n  replicas: ${N}"), r#"{"replicas":3}"#),
            (container("env:\n        - value: ${V}"), r#""value":"1.10""#),
            (container("ports:\n        - containerPort: ${N}"), r#"{"containerPort":3}"#),
            (container("livenessProbe:\n          httpGet:\n            port: ${N}"), r#"{"port":3}"#),
            (custom("spec:\n  a: ${N}"), r#"{"a":3}"#),
            (custom("spec:\n  a: \"${N}\""), r#"{"a":"3"}"#),
            (deployment("spec:\n  replicas: '${N}'"), r#"{"replicas":"3"}"#),
            (custom("metadata:\n  labels:\n    a: ${N}"), r#"{"a":"3"}"#),
        ] {
            let replaced = replaced_by(&text, Writer::Program).expect("variables");
            assert!(replaced.contains(part), "{text}: {replaced}");
        }
    }

    #[test]
    fn what_has_no_value_is_told_where_it_stands() {
        for (text, expected) in [
            ("a: x\nb:\n  - c: y ${M} z", "a.yaml:3:10 ${M} has no value"),
            ("a: ${E}", "a.yaml:1:4 ${E} has no value"),
            ("a: |\n  one\n  two ${M}\n", "a.yaml:3:7 ${M} has no value"),
            ("a: b\n---\na: ${M}", "a.yaml:3:4 (document 2) ${M} has no value"),
            ("a: ${x%y}", "a.yaml:1:4 \"${x%y}\" is no variable"),
            ("a: ${N", "a.yaml:1:4 \"${N\" is no variable"),
        ] {
            assert_eq!(replaced(text), Err(expected.to_owned()), "{text}");
        }
    }
}
