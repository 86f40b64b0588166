//! One action, or many equal ones, as lines.

use std::collections::BTreeMap;

use super::{TextOptions, change::append, change::change};
use crate::object::ObjectRef;
use crate::plan::{Action, CommitRef, FieldChange, ManagerFields, SourceRef, Verb};
use crate::report::blamed::Telling;
use crate::report::groups::{Entry, shared};
use crate::report::palette::{DANGER, FAINT, TAKEN, WARNING, paint};
use crate::report::verbs::{sign, style, word};
use crate::report::visible::visible;
use crate::report::words;

/// Where the lines below an action begin.
const BELOW: usize = 6;
/// As many names and fields as a sentence holds.
const NAMED: usize = 10;
const FIELDS: usize = 3;

/// What an entry's first line says besides the object.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout<'a> {
    /// Whether the action's word stands behind its sign.
    pub(super) words: bool,
    /// The columns that names of objects take.
    pub(super) names: usize,
    /// The commit that stands above.
    pub(super) commit: Option<&'a CommitRef>,
}

impl<'a> Layout<'a> {
    /// Names up to a sensible width stand in a column of their own.
    pub(super) fn of(actions: &[&Action], words: bool, options: &TextOptions) -> Self {
        let widest = actions.iter().map(|action| words::width(&name(action))).max().unwrap_or(0);
        Self { words, names: widest.min(options.width / 2), commit: None }
    }

    /// Below a header that names this commit.
    pub(super) fn below(self, commit: Option<&'a CommitRef>) -> Self {
        Self { commit, ..self }
    }

    fn telling<'b>(&self, action: &'b Action, options: &TextOptions) -> Telling<'b> {
        let subject = if options.full { usize::MAX } else { (options.width / 2).clamp(20, 60) };
        Telling::of(action, self.commit).at(options.now, subject)
    }
}

/// The entry with its fields.
pub(super) fn entry(entry: &Entry<'_>, layout: Layout<'_>, options: &TextOptions) -> Vec<String> {
    match entry {
        Entry::One(action) => one(action, layout, options),
        Entry::Many(actions) => many(actions, layout, options),
    }
}

fn one(action: &Action, layout: Layout<'_>, options: &TextOptions) -> Vec<String> {
    let mut telling = layout.telling(action, options);
    let mut lines = first_line(action, layout, options);
    if let Some(asker) = telling.whole(action, &action.changes) {
        append(&mut lines, &format!("← {asker}"), BELOW, options);
    }
    lines.extend(consequence(action).map(|text| below(DANGER, text)));
    lines.extend(details(action, &action.changes, &mut telling, options));
    lines
}

fn many(actions: &[&Action], layout: Layout<'_>, options: &TextOptions) -> Vec<String> {
    let Some(first) = actions.first() else { return Vec::new() };
    let wave = wave(first).map(|wave| format!(", {wave}")).unwrap_or_default();
    let title = format!("the same change in {}{wave}", kinds(actions));
    let mut lines = vec![format!("{}{title}", signed(first.action, layout))];
    let changes = shared(actions);
    let mut telling = layout.telling(first, options).without_places();
    if let Some(asker) = telling.whole(first, &changes) {
        append(&mut lines, &format!("← {asker}"), BELOW, options);
    }
    lines.extend(details(first, &changes, &mut telling, options));
    let mut names: Vec<_> = actions.iter().map(|action| name(action)).collect();
    if let Some(first) = names.first_mut() {
        first.insert_str(0, "in ");
    }
    let lines_of_names = words::flowed(&some_of(&names, NAMED), options.width.saturating_sub(BELOW));
    lines.extend(lines_of_names.into_iter().map(|line| below(FAINT, &line)));
    lines
}

/// `12 Deployments and 3 Services`.
fn kinds(actions: &[&Action]) -> String {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for action in actions {
        *kinds.entry(action.object.kind.as_str()).or_default() += 1;
    }
    let mut kinds: Vec<_> = kinds.into_iter().collect();
    kinds.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    let counted: Vec<_> = kinds.into_iter().map(|(kind, number)| words::count(number, kind)).collect();
    words::list(&counted)
}

/// The object's name as messages write it.
pub(super) fn name(action: &Action) -> String {
    visible(&action.id().to_string()).into_owned()
}

fn signed(verb: Verb, layout: Layout<'_>) -> String {
    let style = style(verb);
    if layout.words && verb != Verb::Unchanged {
        let text = words::padded(&format!("{} {}", sign(verb), word(verb)), 11);
        format!("  {}", paint(style, text))
    } else {
        format!("{} ", paint(style, sign(verb)))
    }
}

fn first_line(action: &Action, layout: Layout<'_>, options: &TextOptions) -> Vec<String> {
    let name = name(action);
    let loud = matches!(action.action, Verb::Delete | Verb::Replace);
    let name = if loud { paint(DANGER, name) } else { name };
    let line = format!("{}{}", signed(action.action, layout), words::padded(&name, layout.names));
    let mark = if action.approximate { paint(WARNING, "(approximate)") } else { String::new() };
    let remark = remark(action).unwrap_or_default();
    let wave = wave(action).unwrap_or_default();
    let moment = action.hook.as_ref().map(|hook| hook.on.to_string()).unwrap_or_default();
    let told = [paint(FAINT, &remark), paint(FAINT, &moment), paint(FAINT, &wave), mark];
    let told = told.into_iter().filter(|part| words::width(part) > 0);
    let told = told.collect::<Vec<_>>().join("  ");
    match words::width(&told) {
        0 => vec![line],
        columns if words::width(&line) + 2 + columns <= options.width => vec![format!("{line}  {told}")],
        _ => vec![line, format!("{}{told}", " ".repeat(BELOW))],
    }
}

/// Where the object stands, or why it no longer does.
fn remark(action: &Action) -> Option<String> {
    let reason = || action.reason.as_deref().map(|reason| visible(reason).into_owned());
    action.source.as_ref().map(place).or_else(reason)
}

fn place(source: &SourceRef) -> String {
    format!("{}:{}", visible(&source.path), source.line)
}

/// The wave, where manifests ask for waves.
fn wave(action: &Action) -> Option<String> {
    action.declared_wave.map(|wave| format!("wave {wave}"))
}

/// What goes with it, where that is more than the object.
fn consequence(action: &Action) -> Option<&'static str> {
    let gone = matches!(action.action, Verb::Delete | Verb::Replace);
    let kind = action.id().kind;
    match (gone, kind.group.as_str(), kind.kind.as_str()) {
        (true, "", "Namespace") => Some("everything in it goes too"),
        (true, "", "PersistentVolumeClaim" | "PersistentVolume") => Some("its data may go too"),
        (true, "apiextensions.k8s.io", "CustomResourceDefinition") => {
            Some("every object of this kind goes too")
        }
        _ => None,
    }
}

fn details(
    action: &Action,
    changes: &[FieldChange],
    telling: &mut Telling<'_>,
    options: &TextOptions,
) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(reason) = action.reason.as_ref().filter(|_| action.source.is_some()) {
        lines.extend(sentence(FAINT, &visible(reason), options));
    }
    lines.extend(changes.iter().flat_map(|one| change(one, &telling.field(one, changes), options)));
    if !action.migrates.is_empty() {
        lines.extend(sentence(TAKEN, &takes_over(action), options));
    }
    for taken in &action.takes_from {
        lines.extend(sentence(TAKEN, &takes(taken, options), options));
    }
    for staying in &action.stays {
        lines.extend(sentence(TAKEN, &stays(staying, options), options));
    }
    let also = action.after.iter().filter(|object| !action.after_ready.contains(object));
    let also = names_of(also);
    if options.full && !also.is_empty() {
        lines.extend(sentence(FAINT, &format!("after {}", words::list(&also)), options));
    }
    let ready = names_of(&action.after_ready);
    if action.after_all {
        lines.extend(sentence(FAINT, "when everything is ready", options));
    } else if !ready.is_empty() {
        let verb = if ready.len() == 1 { "is" } else { "are" };
        let shown = some_of(&ready, if options.full { ready.len() } else { FIELDS });
        lines.extend(sentence(FAINT, &format!("after {} {verb} ready", words::list(&shown)), options));
    }
    lines
}

fn names_of<'a>(objects: impl IntoIterator<Item = &'a ObjectRef>) -> Vec<String> {
    objects.into_iter().map(|object| visible(&object.id().to_string()).into_owned()).collect()
}

fn takes_over(action: &Action) -> String {
    let managers: Vec<_> = action.migrates.iter().map(|manager| visible(manager).into_owned()).collect();
    format!("takes over what was set by {}", words::list(&managers))
}

fn takes(taken: &ManagerFields, options: &TextOptions) -> String {
    format!("takes {} from {}", fields(taken, options), visible(&taken.manager))
}

fn stays(staying: &ManagerFields, options: &TextOptions) -> String {
    let stay = if staying.fields.len() == 1 { "stays" } else { "stay" };
    format!("{} {stay}: owned by {}, too", fields(staying, options), visible(&staying.manager))
}

fn fields(owned: &ManagerFields, options: &TextOptions) -> String {
    let fields: Vec<_> = owned.fields.iter().map(|field| visible(&field.to_string()).into_owned()).collect();
    let shown = if options.full { fields.len() } else { FIELDS };
    words::list(&some_of(&fields, shown))
}

/// `a`, `b`, `4 more`.
pub(super) fn some_of(items: &[String], shown: usize) -> Vec<String> {
    // One more takes no more room than saying that there is one.
    if items.len() <= shown + 1 {
        return items.to_vec();
    }
    let more = format!("{} more", items.len() - shown);
    items.iter().take(shown).cloned().chain([more]).collect()
}

pub(super) fn sentence(style: anstyle::Style, text: &str, options: &TextOptions) -> Vec<String> {
    words::wrapped(text, options.width.saturating_sub(BELOW).max(20))
        .into_iter()
        .map(|line| below(style, &line))
        .collect()
}

fn below(style: anstyle::Style, text: &str) -> String {
    format!("{}{}", " ".repeat(BELOW), paint(style, text))
}
