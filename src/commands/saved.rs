//! Plans in files: `plan --out` writes them, `apply --plan` reads them.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use super::planned::unwritable;
use crate::deploy::expecting::{Expected, Saved};
use crate::error::{CommandError, Diagnostic, Location};
use crate::json::Value;
use crate::plan::{TargetPlan, digest};
use crate::report::json::{self, Kind, SCHEMA};
use crate::report::words;

const HOW_TO_SAVE: &str = "`trueup plan ENV --out FILE` saves a plan";

/// Saves plans, readable by their owner only.
pub(super) fn save(file: &Path, plans: &[TargetPlan]) -> Result<(), CommandError> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let document = json::document(Kind::Plan, None, plans);
    options
        .open(file)
        .and_then(|mut opened| opened.write_all(document.as_bytes()))
        .map_err(|error| unwritable(file, &error))
}

/// Plans that were read from a file.
pub(super) struct SavedPlans {
    path: String,
    plans: Vec<TargetPlan>,
}

impl SavedPlans {
    /// Reads a file that `plan --out` wrote.
    pub(super) fn read(file: &Path) -> Result<Self, CommandError> {
        let path = file.to_string_lossy().into_owned();
        let text = std::fs::read_to_string(file).map_err(|error| no_plan(&path, &error))?;
        let document: Value = serde_json::from_str(&text).map_err(|error| no_document(&path, &error))?;
        let plans = plans(document).map_err(|problem| problem.at(Location::file(path.as_str())))?;
        Ok(Self { path, plans })
    }

    /// The plan for a target.
    pub(super) fn expected(&self, target: &str) -> Result<Expected, CommandError> {
        let here = |diagnostic: Diagnostic| diagnostic.at(Location::file(self.path.as_str()));
        let plan = self.plans.iter().find(|plan| plan.target == target);
        let plan = plan.ok_or_else(|| here(self.no_plan_for(target)))?;
        let digest = plan.digest.clone().ok_or_else(|| {
            let what =
                format!("the plan for {target} is only approximate, so nothing can be held against it");
            here(Diagnostic::new(what)).hint("apply without --plan: it shows its own plan and asks")
        })?;
        if !digest::is_comparable(&digest) {
            return Err(here(newer("digest", &digest)).into());
        }
        let saved = Saved { file: self.path.clone(), plan: Arc::new(plan.clone()) };
        Ok(Expected { digest, saved: Some(saved) })
    }

    fn no_plan_for(&self, target: &str) -> Diagnostic {
        let targets: Vec<&str> = self.plans.iter().map(|plan| plan.target.as_str()).collect();
        let diagnostic = Diagnostic::new(format!("this file has no plan for {target}"));
        if targets.is_empty() {
            return diagnostic.hint(HOW_TO_SAVE);
        }
        diagnostic.because(format!("it is for {}", words::list(&targets))).hint(HOW_TO_SAVE)
    }
}

/// The plans of a document, if it holds any that can be read.
fn plans(document: Value) -> Result<Vec<TargetPlan>, Diagnostic> {
    #[derive(serde::Deserialize)]
    struct Plans {
        targets: Vec<TargetPlan>,
    }
    let unusable = |why: String| Diagnostic::new(why).hint(HOW_TO_SAVE);
    match document["kind"].as_str() {
        Some("Plan") => {}
        Some(kind) => return Err(unusable(format!("this file holds no plan, but: {kind}"))),
        None => return Err(unusable("this file holds no plan".into())),
    }
    match document["schema"].as_str() {
        Some(SCHEMA) => {}
        Some(other) => return Err(newer("format", other)),
        None => return Err(unusable("this plan doesn't say its format".into())),
    }
    let read: Plans = crate::json::from_value(document)
        .map_err(|error| unusable("this plan can't be read".into()).because(error.to_string()))?;
    Ok(read.targets)
}

fn newer(what: &str, found: &str) -> Diagnostic {
    let version = found.split_once(':').map_or(found, |(version, _)| version);
    Diagnostic::new(format!("this plan is of another version of trueup: its {what} is {version}"))
        .hint("apply it with the version that saved it, or plan anew")
}

/// The saved plan can't be opened.
fn no_plan(path: &str, error: &std::io::Error) -> Diagnostic {
    if error.kind() == std::io::ErrorKind::NotFound {
        return Diagnostic::new(format!("{path} doesn't exist")).hint(HOW_TO_SAVE);
    }
    Diagnostic::new(format!("{path} can't be read")).because(error.to_string())
}

/// The file isn't JSON.
fn no_document(path: &str, error: &serde_json::Error) -> Diagnostic {
    let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let place = Location::at(path, number(error.line()), number(error.column()).max(1));
    let what = if error.is_eof() {
        "this plan ends in the middle"
    } else {
        "this isn't a saved plan: it isn't JSON"
    };
    Diagnostic::new(what).at(place).hint(HOW_TO_SAVE)
}
