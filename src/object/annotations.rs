//! What a manifest itself says about how it's deployed: annotations that start
//! with `trueup.dev/`.

use super::hook_misread::misread_hook;
use super::{FieldPattern, Manifest, Reference};
use crate::error::{Diagnostic, did_you_mean};
use crate::json::Value;

/// `replace` or `refuse`: what to do when a field can't be changed in place.
pub const ON_IMMUTABLE: &str = "trueup.dev/on-immutable";

/// `true`: the object is made if it's missing, and never changed.
pub const CREATE_ONLY: &str = "trueup.dev/create-only";

/// A whole number: everything of a lower one comes before everything of a higher.
const WAVE: &str = "trueup.dev/wave";

/// The objects that must be ready before, with commas between them.
pub const DEPENDS_ON: &str = "trueup.dev/depends-on";
/// `keep`: the object stays when it leaves Git. `delete`: as without it.
pub const ON_REMOVE: &str = "trueup.dev/on-remove";

/// Fields that are left alone, with commas between them.
pub const IGNORE_FIELDS: &str = "trueup.dev/ignore-fields";

/// Fields whose values are as secret as a Secret's, with commas between them.
pub(super) const SENSITIVE_FIELDS: &str = "trueup.dev/sensitive-fields";

/// What to do when a field can't be changed in place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnImmutable {
    /// Delete the object and create it again.
    Replace,
    /// Never do that.
    Refuse,
}

/// What the manifest says about fields that can't be changed; `None` when it
/// says nothing.
pub fn on_immutable(object: &Value) -> Option<OnImmutable> {
    match annotation(object, ON_IMMUTABLE)?.as_str()? {
        "replace" => Some(OnImmutable::Replace),
        "refuse" => Some(OnImmutable::Refuse),
        _ => None,
    }
}

/// Whether the object is made if it's missing, and never changed.
pub fn is_create_only(object: &Value) -> bool {
    annotation(object, CREATE_ONLY).is_some_and(|value| *value == "true")
}

/// The wave that the manifest is in; `None` when it says nothing.
pub fn wave(object: &Value) -> Option<i32> {
    annotation(object, WAVE)?.as_str()?.parse().ok()
}

/// The objects that the manifest says must be ready before.
pub fn depends_on(object: &Value) -> Vec<Reference> {
    let text = annotation(object, DEPENDS_ON).and_then(Value::as_str).unwrap_or_default();
    names(text).filter_map(Result::ok).collect()
}

/// The fields that the manifest wants to be left alone.
pub fn ignored_fields(object: &Value) -> Vec<FieldPattern> {
    fields_of(object, IGNORE_FIELDS)
}

/// The fields whose values the object wants to be kept secret.
pub(super) fn sensitive_fields(object: &Value) -> Vec<FieldPattern> {
    fields_of(object, SENSITIVE_FIELDS)
}

fn fields_of(object: &Value, name: &str) -> Vec<FieldPattern> {
    let text = annotation(object, name).and_then(Value::as_str).unwrap_or_default();
    patterns(text).filter_map(Result::ok).collect()
}

/// Annotations that mean nothing, each an error: what has no effect must not
/// look as if it had.
pub fn misread(manifest: &Manifest) -> Vec<Diagnostic> {
    if manifest.body["metadata"].get("annotations").is_none() {
        return Vec::new();
    }
    let words = [
        (ON_IMMUTABLE, ["replace", "refuse"]),
        (CREATE_ONLY, ["true", "false"]),
        (ON_REMOVE, ["keep", "delete"]),
    ];
    let words = words.into_iter().filter_map(|(name, words)| misread_word(manifest, name, words));
    let fields = [IGNORE_FIELDS, SENSITIVE_FIELDS].into_iter();
    let fields = fields.flat_map(|name| misread_fields(manifest, name));
    let order = misread_wave(manifest).into_iter().chain(misread_names(manifest));
    words.chain(fields).chain(order).chain(misread_hook(manifest)).collect()
}

fn misread_wave(manifest: &Manifest) -> Option<Diagnostic> {
    let value = annotation(&manifest.body, WAVE)?;
    if wave(&manifest.body).is_some() {
        return None;
    }
    let problem = format!("{}: {WAVE} is a whole number in quotes, but not {value}", manifest.id);
    Some(Diagnostic::new(problem).at(manifest.source.location()))
}

fn misread_names(manifest: &Manifest) -> Vec<Diagnostic> {
    let Some(value) = annotation(&manifest.body, DEPENDS_ON) else { return Vec::new() };
    let wrong = |why: &str| {
        Diagnostic::new(format!("{}: {DEPENDS_ON}: {why}", manifest.id)).at(manifest.source.location())
    };
    match value.as_str() {
        Some(text) if !text.trim().is_empty() => {
            names(text).filter_map(Result::err).map(|why| wrong(&why)).collect()
        }
        _ => vec![
            wrong("no object is named")
                .hint("objects with commas between them, such as apps/Deployment/shop/db"),
        ],
    }
}

/// The objects of a list.
fn names(text: &str) -> impl Iterator<Item = Result<Reference, String>> {
    text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::parse)
}

fn misread_word(manifest: &Manifest, name: &str, [one, other]: [&str; 2]) -> Option<Diagnostic> {
    let value = annotation(&manifest.body, name)?;
    if *value == one || *value == other {
        return None;
    }
    let problem = format!("{}: {name} is either {one} or {other}, but not {value}", manifest.id);
    let diagnostic = Diagnostic::new(problem).at(manifest.source.location());
    Some(match did_you_mean(value.as_str().unwrap_or_default(), [one, other]) {
        Some(meant) => diagnostic.hint(format!("did you mean {meant:?}?")),
        None => diagnostic,
    })
}

fn misread_fields(manifest: &Manifest, name: &str) -> Vec<Diagnostic> {
    let Some(value) = annotation(&manifest.body, name) else { return Vec::new() };
    let wrong =
        |why: &str| Diagnostic::new(format!("{}: {name}: {why}", manifest.id)).at(manifest.source.location());
    match value.as_str() {
        Some(text) if !text.trim().is_empty() => {
            patterns(text).filter_map(Result::err).map(|why| wrong(&why)).collect()
        }
        _ => vec![wrong("no field is named").hint("fields with commas between them, such as spec.replicas")],
    }
}

/// The fields of a list; a comma in brackets belongs to a field.
fn patterns(text: &str) -> impl Iterator<Item = Result<FieldPattern, String>> {
    let mut depth = 0_u32;
    let fields = text.split(move |c: char| {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    });
    fields.map(str::trim).filter(|field| !field.is_empty()).map(str::parse)
}

fn annotation<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    object["metadata"]["annotations"].get(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    fn with(name: &str, value: &str) -> Value {
        json!({"metadata": {"annotations": {name: value}}})
    }

    #[test]
    fn only_the_two_words_mean_something() {
        let of = |value: &str| on_immutable(&with(ON_IMMUTABLE, value));
        assert_eq!(of("replace"), Some(OnImmutable::Replace));
        assert_eq!(of("refuse"), Some(OnImmutable::Refuse));
        assert_eq!(of("Replace"), None);
        assert_eq!(on_immutable(&json!({"metadata": {}})), None);
        assert!(is_create_only(&with(CREATE_ONLY, "true")) && !is_create_only(&with(CREATE_ONLY, "false")));
    }

    #[test]
    fn a_wave_is_a_whole_number() {
        let of = |value: &str| wave(&with(WAVE, value));
        assert_eq!((of("2"), of("-3"), of("0")), (Some(2), Some(-3), Some(0)));
        assert_eq!((of("first"), of("1.5"), of(""), wave(&json!({}))), (None, None, None, None));
    }

    #[test]
    fn fields_are_split_at_commas_outside_of_brackets() {
        let fields =
            ignored_fields(&with(IGNORE_FIELDS, "spec.replicas, spec.ports[port=1,protocol=TCP].x ,"));
        let texts: Vec<String> = fields.iter().map(ToString::to_string).collect();
        assert_eq!(texts, ["spec.replicas", "spec.ports[port=1,protocol=TCP].x"]);
    }
}
