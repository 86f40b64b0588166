//! The variables of the command line: which of them a release records, and by which it
//! is rendered again. Pure.

use std::collections::BTreeMap;

use crate::error::Diagnostic;
use crate::json::Value;
use crate::object::Manifest;
use crate::release::{Kept, RecordedVariable, Summary};
use crate::render::{Var, Vars};

/// Those that went into these manifests, by their names: without their values where any
/// of these places is secret. What is secret is known by then.
pub(super) fn recorded(manifests: &[Manifest], given: &Vars) -> Vec<RecordedVariable> {
    let mut is_secret: BTreeMap<&str, bool> = BTreeMap::new();
    for manifest in manifests {
        let Some(vars) = &manifest.vars else { continue };
        let shown = manifest.secrets.replace(&manifest.body, |_| Value::Null);
        for (name, path) in vars.iter() {
            // What isn't where it was put in can't be judged.
            let hides = path.get(&manifest.body).is_none_or(|value| path.get(&shown) != Some(value));
            *is_secret.entry(name).or_default() |= hides && !manifest.secrets.is_empty();
        }
    }
    let used =
        is_secret.into_iter().filter_map(|(name, is_secret)| Some((name, is_secret, given.get(name)?)));
    used.map(|(name, is_secret, var)| match var {
        _ if is_secret => RecordedVariable::secret(name),
        var => of(name, var),
    })
    .collect()
}

fn of(name: &str, var: &Var) -> RecordedVariable {
    match var {
        Var::Text(text) => RecordedVariable::text(name, text),
        Var::Typed(value) => RecordedVariable::value(name, value),
        // Nobody gives such a one.
        Var::Unset(_) => RecordedVariable::secret(name),
    }
}

/// By which a release is rendered again: as it recorded them. What isn't on record comes
/// from those that are `given`, and in a record of an early version that is all.
pub(super) fn replayed(release: &Summary, given: &Vars) -> Result<Vars, Vec<Diagnostic>> {
    let Some(recorded) = &release.vars else { return Ok(given.clone()) };
    let (mut vars, mut missing) = (Vars::default(), Vec::new());
    for variable in recorded {
        let name = variable.name.as_str();
        match (variable.kept(), given.get(name)) {
            (Kept::Text(text), _) => vars.set_text(name, text),
            (Kept::Value(value), _) => vars.set(name, value.clone()),
            (Kept::Secret | Kept::TooLong, Some(var)) => vars.put(name, var.clone()),
            (Kept::Secret, None) => missing.push(lacking(release, name, "is a secret and isn't recorded")),
            (Kept::TooLong, None) => missing.push(lacking(release, name, "was too long to be recorded")),
        }
    }
    if missing.is_empty() { Ok(vars) } else { Err(missing) }
}

fn lacking(release: &Summary, name: &str, why: &str) -> Diagnostic {
    let release = release.release;
    Diagnostic::new(format!("release {release} can't be rendered again without the variable {name}"))
        .hint(format!("--var {name}=… (release {release} had it, but its value {why})"))
}

/// Whether a release was rendered with the same variables as this one will be, with those
/// that are `given` on top. Of secret ones only the content tells.
pub(super) fn are_same(deployed: Option<&Summary>, restored: Option<&Summary>, given: &Vars) -> bool {
    let of_release = |release: Option<&Summary>| -> BTreeMap<String, RecordedVariable> {
        let vars = release.and_then(|release| release.vars.as_ref()).into_iter().flatten();
        vars.map(|variable| (variable.name.clone(), variable.clone())).collect()
    };
    let mut now = of_release(restored);
    now.extend(given.all().map(|(name, var)| (name.to_owned(), of(name, var))));
    let content = |release: Option<&Summary>| release.map(|release| release.content.clone());
    now == of_release(deployed) && (restored.is_none() || content(restored) == content(deployed))
}

/// What is put back beside the commit, in words; nothing where there are no variables but
/// those that are `given` instead.
pub(super) fn told(release: &Summary, given: &Vars) -> Option<String> {
    let recorded = release.vars.iter().flatten().filter(|variable| given.get(&variable.name).is_none());
    let told: Vec<String> = recorded.filter_map(in_words).collect();
    let release = release.release;
    (!told.is_empty()).then(|| format!("the variables are those of release {release}: {}", told.join(", ")))
}

fn in_words(variable: &RecordedVariable) -> Option<String> {
    Some(format!("{}={}", variable.name, variable.told_value()?))
}
