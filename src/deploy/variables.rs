//! The variables of the command line: which of them a release records, and by which it
//! is rendered again. Pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::Diagnostic;
use crate::json::Value;
use crate::object::Manifest;
use crate::release::{Comparison, DigestKey, Kept, RecordedVariable, Summary};
use crate::render::{Var, Vars};

/// The names of all variables that these manifests ask for, whoever gives them.
pub(super) fn used(manifests: &[Manifest]) -> BTreeSet<String> {
    let uses = manifests.iter().filter_map(|manifest| manifest.vars.as_deref()).flatten();
    uses.map(|(name, _)| name.clone()).collect()
}

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

/// The same as they go on record, with digests of their values: of secret ones a digest is
/// all that can tell whether a later one is the same.
pub(super) fn digested(
    recorded: &[RecordedVariable],
    given: &Vars,
    key: &DigestKey,
) -> Vec<RecordedVariable> {
    let is_known = matches!(key, DigestKey::Known(_));
    let digest = |variable: &RecordedVariable| {
        let text = text_of(given.get(&variable.name)?)?;
        // What isn't secret is none the worse for having none.
        (is_known || variable.kept() == Kept::Secret).then(|| key.of_variable(&variable.name, &text))
    };
    recorded.iter().map(|variable| variable.clone().with_digest(digest(variable))).collect()
}

fn text_of(var: &Var) -> Option<String> {
    match var {
        Var::Text(text) => Some(text.clone()),
        Var::Typed(value) => Some(value.to_plain()),
        Var::Unset(_) => None,
    }
}

/// The names of those that a release was given and that are given otherwise now, or not at
/// all, or that it wasn't given. Of what can't be compared nothing is known.
pub(super) fn changed(release: &Summary, given: &Vars, key: &DigestKey) -> BTreeSet<String> {
    let Some(recorded) = &release.vars else { return BTreeSet::new() };
    let is_new = |name: &&str| recorded.iter().all(|variable| variable.name != *name);
    let new = given.all().map(|(name, _)| name).filter(is_new).map(str::to_owned);
    let is_other = |variable: &&RecordedVariable| {
        let Some(text) = given.get(&variable.name).and_then(text_of) else { return true };
        let digest = || key.of_variable(&variable.name, &text);
        variable
            .told_value()
            .map_or_else(|| variable.compare(&digest()) == Some(Comparison::Different), |then| then != text)
    };
    let others = recorded.iter().filter(is_other).map(|variable| variable.name.clone());
    others.chain(new).collect()
}

/// Whether the key is needed to tell if what is `given` is what a release had.
pub(super) fn need_key(release: &Summary, given: &Vars) -> bool {
    release.vars.iter().flatten().any(|it| it.is_digest() && given.get(&it.name).is_some())
}

/// Those of a release whose values aren't on record, and which aren't known to have been
/// what is `given`.
fn doubtful<'a>(
    release: &'a Summary,
    given: &'a Vars,
    key: &'a DigestKey,
) -> impl Iterator<Item = (&'a str, Comparison)> {
    release.vars.iter().flatten().filter_map(|variable| {
        let name = variable.name.as_str();
        let text = text_of(given.get(name)?)?;
        let comparison = variable.compare(&key.of_variable(name, &text))?;
        (comparison != Comparison::Same).then_some((name, comparison))
    })
}

/// Variables by which a release isn't to be rendered again.
#[derive(Debug, Clone)]
pub(super) struct Doubtful {
    names: Vec<String>,
    /// Why not, and what to do.
    pub(super) refusal: Diagnostic,
}

impl Doubtful {
    /// Whether any of them went into this.
    pub(super) fn went_into(&self, manifest: &Manifest) -> bool {
        manifest.vars.as_deref().into_iter().flatten().any(|(name, _)| self.names.contains(name))
    }
}

/// What of that which another run was given a release isn't known to have had, too: a
/// password of today isn't that of then. What an early version recorded says nothing of
/// that.
pub(super) fn others_than(
    environment: &str,
    release: &Summary,
    given: &Vars,
    key: &DigestKey,
) -> Option<Doubtful> {
    let doubtful: Vec<(&str, Comparison)> = doubtful(release, given, key).collect();
    if doubtful.is_empty() {
        return None;
    }
    let release = release.release;
    let why = |(name, comparison): &(&str, Comparison)| match (comparison, key) {
        (Comparison::Different, _) => {
            format!("{name} had another value in release {release}, which isn't recorded")
        }
        (_, DigestKey::Unknown { why }) => {
            format!("whether {name} had the same value in release {release} isn't known: {why}")
        }
        _ => format!(
            "whether {name} had the same value in release {release} isn't known: its digest has another key"
        ),
    };
    let refusal = Diagnostic::new(format!(
        "release {release} can't be put back with the variables that this run was given"
    ));
    let refusal = doubtful.iter().map(why).fold(refusal, Diagnostic::because);
    let vars: Vec<String> = doubtful.iter().map(|(name, _)| format!("--var {name}=…")).collect();
    let refusal = refusal.hint(format!(
        "trueup rollback {environment} --release {release} {} puts it back, with what it had then",
        vars.join(" ")
    ));
    Some(Doubtful { names: doubtful.into_iter().map(|(name, _)| name.to_owned()).collect(), refusal })
}

/// The names of those that are `given` and aren't as a release had them, as far as its record
/// tells.
pub(super) fn others(release: &Summary, given: &Vars, key: Option<&DigestKey>) -> Vec<String> {
    let Some(recorded) = &release.vars else { return Vec::new() };
    let is_other = |name: &str, text: &str| {
        let Some(variable) = recorded.iter().find(|variable| variable.name == name) else { return true };
        match (variable.told_value(), key) {
            (Some(value), _) => value != text,
            (None, Some(key)) => {
                variable.compare(&key.of_variable(name, text)) == Some(Comparison::Different)
            }
            (None, None) => false,
        }
    };
    let given = given.all().filter_map(|(name, var)| Some((name, text_of(var)?)));
    given.filter(|(name, text)| is_other(name, text)).map(|(name, _)| name.to_owned()).collect()
}

/// That what is `given` isn't what a release had, in words.
pub(super) fn told_others(release: &Summary, given: &Vars, key: &DigestKey) -> Option<String> {
    let others: Vec<&str> = doubtful(release, given, key)
        .filter(|(_, comparison)| *comparison == Comparison::Different)
        .map(|(name, _)| name)
        .collect();
    let release = release.release;
    (!others.is_empty()).then(|| format!("release {release} had another value of {}", others.join(", ")))
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
        vars.map(|variable| (variable.name.clone(), variable.clone().with_digest(None))).collect()
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
