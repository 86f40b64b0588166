//! What is wrong with a manifest that is to be a hook: it would never run, or
//! never end.

use super::hook::{HOOK, HOOK_DELETE, HOOK_TIMEOUT, Hook, Moment, can_run, words};
use super::{FieldPath, Manifest};
use crate::config::Period;
use crate::error::{Diagnostic, did_you_mean};
use crate::json::Value;

const DELETIONS: [&str; 3] = ["before", "succeeded", "never"];

/// All of it.
pub(super) fn misread_hook(manifest: &Manifest) -> Vec<Diagnostic> {
    let annotation = |name: &str| manifest.body["metadata"]["annotations"].get(name);
    let mut problems: Vec<Diagnostic> = Vec::new();
    problems.extend(annotation(HOOK).into_iter().flat_map(|value| misread_moments(manifest, value)));
    problems.extend(annotation(HOOK_DELETE).and_then(|value| misread_deletion(manifest, value)));
    problems.extend(annotation(HOOK_TIMEOUT).and_then(|value| misread_timeout(manifest, value)));
    let idle = [HOOK_DELETE, HOOK_TIMEOUT].into_iter().filter(|name| annotation(name).is_some());
    match Hook::of(&manifest.body) {
        Some(hook) => problems.extend(never_ends(manifest).into_iter().chain(runs_but_once(manifest, &hook))),
        None if annotation(HOOK).is_none() => {
            problems
                .extend(idle.map(|name| problem(manifest, format!("{name} says nothing: it isn't a hook"))));
        }
        None => {}
    }
    problems
}

fn misread_moments(manifest: &Manifest, value: &Value) -> Vec<Diagnostic> {
    if !can_run(&manifest.id.kind) {
        let problem = problem(manifest, format!("{HOOK}: only Jobs and Pods can be hooks"));
        return vec![problem.hint("leave the annotation out: what hooks need comes before them anyway")];
    }
    let names = || Moment::NAMED.iter().map(|(name, _)| *name);
    let all: Vec<&str> = names().collect();
    let text = value.as_str().unwrap_or_default();
    if words(text).next().is_none() {
        return vec![problem(manifest, format!("{HOOK} names no moment")).hint(all.join(", "))];
    }
    let unknown = words(text).filter(|word| !all.contains(word));
    unknown
        .map(|word| {
            let problem = problem(manifest, format!("{HOOK}: {word:?} is no moment"));
            match did_you_mean(word, names()) {
                Some(meant) => problem.hint(format!("did you mean {meant:?}?")),
                None => problem.hint(format!("there are {}", all.join(", "))),
            }
        })
        .collect()
}

fn misread_deletion(manifest: &Manifest, value: &Value) -> Option<Diagnostic> {
    let text = value.as_str().unwrap_or_default();
    if DELETIONS.contains(&text) {
        return None;
    }
    let what = format!("{HOOK_DELETE} is before, succeeded or never, but not {value}");
    let problem = problem(manifest, what);
    Some(match did_you_mean(text, DELETIONS) {
        Some(meant) => problem.hint(format!("did you mean {meant:?}?")),
        None => problem,
    })
}

fn misread_timeout(manifest: &Manifest, value: &Value) -> Option<Diagnostic> {
    let wrong = match value.as_str().map(str::parse::<Period>) {
        Some(Ok(Period(timeout))) if !timeout.is_zero() => return None,
        Some(Ok(_)) => "must be longer than 0".to_owned(),
        Some(Err(why)) => why.to_string(),
        None => format!("{value} isn't a duration"),
    };
    Some(problem(manifest, format!("{HOOK_TIMEOUT}: {wrong}")).hint("such as 90s, 5m or 1h30m, in quotes"))
}

/// A hook whose end nobody would see.
fn never_ends(manifest: &Manifest) -> Option<Diagnostic> {
    let spec = &manifest.body["spec"];
    let at = |path: &[&str]| FieldPath::fields(path.iter().copied());
    if manifest.id.kind.is("", "Pod") {
        let policy = spec["restartPolicy"].as_str().unwrap_or("Always");
        let what = format!(
            "a hook that is restarted whenever it ends never ends: {} is {policy}",
            at(&["spec", "restartPolicy"])
        );
        return (policy == "Always").then(|| problem(manifest, what).hint("set it to Never or OnFailure"));
    }
    let what = format!("a hook that is suspended never ends: {} is true", at(&["spec", "suspend"]));
    (spec["suspend"] == true).then(|| problem(manifest, what))
}

/// Its object would be in its own way.
fn runs_but_once(manifest: &Manifest, hook: &Hook) -> Option<Diagnostic> {
    let what = format!("{HOOK_DELETE} is never, so that it can run but once, but it has several moments");
    let problem = problem(manifest, what).hint("leave it out, or name one moment");
    (!hook.deletion.before && hook.has_several_moments()).then_some(problem)
}

fn problem(manifest: &Manifest, what: String) -> Diagnostic {
    Diagnostic::new(format!("{}: {what}", manifest.id)).at(manifest.source.location())
}
