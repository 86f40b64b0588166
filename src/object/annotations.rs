//! What a manifest itself says about how it's deployed: annotations that start
//! with `trueup.dev/`.

use super::Manifest;
use crate::error::{Diagnostic, did_you_mean};
use crate::json::Value;

/// `replace` or `refuse`: what to do when a field can't be changed in place.
pub const ON_IMMUTABLE: &str = "trueup.dev/on-immutable";

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

/// Annotations that mean nothing, each an error: what has no effect must not
/// look as if it had.
pub fn misread(manifest: &Manifest) -> Option<Diagnostic> {
    let value = annotation(&manifest.body, ON_IMMUTABLE)?;
    if on_immutable(&manifest.body).is_some() {
        return None;
    }
    let text = value.as_str().unwrap_or_default();
    let problem = format!("{}: {ON_IMMUTABLE} is either replace or refuse, but not {value}", manifest.id);
    let diagnostic = Diagnostic::new(problem).at(manifest.source.location());
    Some(match did_you_mean(text, ["replace", "refuse"]) {
        Some(meant) => diagnostic.hint(format!("did you mean {meant:?}?")),
        None => diagnostic,
    })
}

fn annotation<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    object["metadata"]["annotations"].get(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    #[test]
    fn only_the_two_words_mean_something() {
        let of = |value: &str| on_immutable(&json!({"metadata": {"annotations": {ON_IMMUTABLE: value}}}));
        assert_eq!(of("replace"), Some(OnImmutable::Replace));
        assert_eq!(of("refuse"), Some(OnImmutable::Refuse));
        assert_eq!(of("Replace"), None);
        assert_eq!(on_immutable(&json!({"metadata": {}})), None);
    }
}
