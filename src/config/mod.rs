//! `trueup.yaml`: finding it, reading it, and what it says about each
//! environment.
//!
//! In comes the file's text; out go environments with every default filled in,
//! or everything that's wrong with the file, in its order, each with line and
//! column. [`schema`] gives editors the same rules. A key that this version
//! doesn't act on is refused, never ignored.
//!
//! Never talks to a cluster, never opens a source, and apart from [`find`]
//! never touches the disk: a configuration may come from any commit.

mod check;
mod duration;
mod file;
mod find;
mod format;
mod glob;
mod kind;
mod limit;
mod renderers;
mod requirements;
mod resolve;
mod rules;
mod unsupported;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::error::{Diagnostic, Location, did_you_mean};
use crate::json::{Map, Value};
use crate::object::{FieldPath, Step};
use crate::tools::Tools;
use crate::yaml;
use check::Finding;

pub use duration::{Period, PeriodError};
pub use file::{
    AnyValue, Dependencies, DriftRule, LibraryFolder, Lookup, OrderRule, Renderer, SourceItem, ValuesFile,
    Variable, schema,
};
pub use find::{FILE_NAME, find};
pub use glob::{fits as name_fits, folder_of_pattern, path_fits};
pub use kind::{KindError, KindPattern};
pub use limit::{Limit, LimitError};
pub use requirements::Requirements;
pub use rules::{Adoption, FormerOwner, IgnoreRule, OnConflict, Rules, Tool};

/// Objects in the cluster are called `trueup-NAME-ENVIRONMENT`, which must fit
/// into a label's value (and thus into every kind of name there is).
const LONGEST_TARGET: usize = 63;

/// The smallest configuration there is, for hints.
const SMALLEST: &str = "the smallest is `{version: 1, name: shop, environments: {dev: {}}}`";

/// A configuration without faults.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// What is deployed; with an environment's name the identity of a target.
    pub name: String,
    /// The environments, in the file's order; at least one.
    pub environments: Vec<Environment>,
    path: String,
}

/// A place to deploy to, with all defaults filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// The name of what is deployed: the `name` of the file.
    pub project: String,
    /// What to deploy; paths are relative to the file.
    pub sources: Vec<SourceItem>,
    /// Where the file names each of the sources; empty where it names none.
    pub source_places: Vec<Location>,
    /// Where the definitions of custom kinds are that the sources don't have:
    /// files, folders and patterns, relative to the file.
    pub schemas: Vec<String>,
    /// Variables for sources that ask for them.
    pub vars: BTreeMap<String, Variable>,
    /// The kubeconfig context; `None` for the current one.
    pub context: Option<String>,
    /// The kubeconfig file, relative to the file; `None` for the usual one.
    pub kubeconfig: Option<String>,
    /// The uid that the cluster's `kube-system` namespace must have.
    pub cluster_uid: Option<String>,
    /// The namespace of objects that name none; `None` for the context's.
    pub namespace: Option<String>,
    /// The namespace of inventory, lock and history: the one of `state`, else
    /// the environment's; `None` for the context's.
    pub state_namespace: Option<String>,
    /// How long to wait for health after applying.
    pub wait_timeout: Duration,
    /// How many objects a run may delete.
    pub delete_limit: Limit,
    /// How many objects a run may delete and create again, because a field
    /// can't be changed in place.
    pub replace_limit: Limit,
    /// Kinds that are never deleted without an override.
    pub protect: Vec<KindPattern>,
    /// Rules about what others own.
    pub rules: Rules,
    /// What must hold for an apply.
    pub requires: Requirements,
    /// Go back to the last healthy release when an apply fails.
    pub rollback_on_failure: bool,
    /// The history that guards need may be fetched.
    pub fetches: bool,
    /// How many releases are kept.
    pub history_keep: u32,
    /// The programs that render and decrypt; their paths are relative to the file.
    pub tools: Tools,
    /// A file of age keys, relative to the file, or below the home folder (`~/…`).
    pub age_key_file: Option<String>,
}

/// Reads a configuration; `path` is what errors call it. On failure returns
/// everything that's wrong, in the file's order.
pub fn parse(text: &str, path: &str) -> Result<Config, Vec<Diagnostic>> {
    let mut value = only_document(text, path).map_err(|diagnostic| vec![diagnostic])?;
    let findings = findings(&value);
    if !findings.is_empty() {
        return Err(diagnostics(findings, text, path));
    }
    let written = value.clone();
    resolve::layer_defaults(&mut value);
    let file: file::File = crate::json::from_value(value).map_err(|error| {
        // The schema comes from the types, so what it lets pass they take.
        vec![Diagnostic::new(error.to_string()).at(Location::file(path))]
    })?;
    let name = file.name.clone();
    let mut environments = resolve::environments(file);
    for environment in &mut environments {
        environment.source_places = source_places(text, path, &written, environment);
    }
    keep_plain(text, &written, &mut environments);
    environments.sort_by_key(|environment| {
        yaml::locate(text, 1, &FieldPath::fields(["environments", &environment.name]))
    });
    Ok(Config { name, environments, path: path.to_owned() })
}

/// Where an environment's sources are written: in itself, in the defaults, or
/// for all.
fn source_places(text: &str, path: &str, written: &Value, environment: &Environment) -> Vec<Location> {
    let named = [&["environments", &environment.name, "sources"][..], &["defaults", "sources"], &["sources"]];
    let mut fields = named.iter().map(|names| FieldPath::fields(names.iter().copied()));
    let Some(field) = fields.find(|field| field.get(written).is_some_and(|value| !value.is_null())) else {
        return Vec::new();
    };
    let items = (0..environment.sources.len()).map(|index| field.then(Step::Index(index)));
    let places = items.filter_map(|item| yaml::locate_value(text, 1, &item));
    places.map(|(line, column)| Location::at(path, line, column)).collect()
}

/// Keeps numbers and booleans among the variables as they are written.
fn keep_plain(text: &str, written: &Value, environments: &mut [Environment]) {
    let mut vars: Vec<(FieldPath, &mut Variable)> = Vec::new();
    for Environment { name: environment, vars: all, .. } in environments {
        for (name, variable) in all {
            let own = FieldPath::fields(["environments", environment, "vars", name]);
            let is_own = own.get(written).is_some_and(|value| !value.is_null());
            let path = if is_own { own } else { FieldPath::fields(["defaults", "vars", name]) };
            vars.push((path, variable));
        }
    }
    vars.retain(|(_, it)| !matches!(it, Variable::Text(_) | Variable::Environment(_)));
    let wanted: Vec<(u32, &FieldPath)> = vars.iter().map(|(path, _)| (1, path)).collect();
    let plain = yaml::plain_scalars(text, &wanted);
    for ((_, variable), plain) in vars.into_iter().zip(plain) {
        if let Some(plain) = plain {
            *variable = Variable::Plain(plain);
        }
    }
}

impl Config {
    /// The environment of this name.
    pub fn environment(&self, name: &str) -> Result<&Environment, Diagnostic> {
        self.environments.iter().find(|environment| environment.name == name).ok_or_else(|| {
            let diagnostic = Diagnostic::new(format!("unknown environment {name:?}"));
            let diagnostic = match did_you_mean(name, self.names()) {
                Some(meant) => diagnostic.hint(format!("did you mean {meant:?}?")),
                None => diagnostic,
            };
            self.with_list(diagnostic)
        })
    }

    /// The environments that names and patterns (`prod-*`) mean, or all of
    /// them, in the file's order, each once. Where there is only one it needs
    /// no name.
    pub fn select(&self, names: &[String], all: bool) -> Result<Vec<&Environment>, Diagnostic> {
        if all || (names.is_empty() && self.environments.len() == 1) {
            return Ok(self.environments.iter().collect());
        }
        if names.is_empty() {
            let diagnostic = Diagnostic::new("several environments are configured, and none is named");
            return Err(self
                .with_list(diagnostic)
                .hint("name one, several, a pattern such as 'prod-*', or use --all"));
        }
        for name in names {
            self.check_selector(name)?;
        }
        let is_meant =
            |environment: &&Environment| names.iter().any(|name| glob::fits(name, &environment.name));
        Ok(self.environments.iter().filter(is_meant).collect())
    }

    fn check_selector(&self, name: &str) -> Result<(), Diagnostic> {
        if !glob::is_pattern(name) {
            return self.environment(name).map(|_| ());
        }
        if self.names().any(|environment| glob::fits(name, environment)) {
            return Ok(());
        }
        Err(self.with_list(Diagnostic::new(format!("no environment matches {name:?}"))))
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.environments.iter().map(|environment| environment.name.as_str())
    }

    fn with_list(&self, diagnostic: Diagnostic) -> Diagnostic {
        let names: Vec<_> = self.names().collect();
        diagnostic.at(Location::file(self.path.as_str())).hint(format!("environments: {}", names.join(", ")))
    }
}

fn only_document(text: &str, path: &str) -> Result<Value, Diagnostic> {
    let documents = yaml::documents_with_written_keys(text).map_err(|error| error.diagnostic(path))?;
    let mut documents = documents.into_iter();
    let first = documents
        .next()
        .ok_or_else(|| Diagnostic::new("this file is empty").at(Location::file(path)).hint(SMALLEST))?;
    match documents.next() {
        None => Ok(first.value),
        Some(second) => Err(Diagnostic::new("a configuration is one document, and here starts another")
            .at(Location::at(path, second.line, second.column))),
    }
}

fn findings(file: &Value) -> Vec<Finding> {
    if let Some(finding) = newer_version(file) {
        return vec![finding];
    }
    let mut findings = check::findings(&schema(), file);
    findings.extend(too_long_targets(file));
    findings.extend(requirements::findings(file));
    findings.extend(renderers::findings(file));
    findings
}

/// Another version may mean anything by any key: nothing else is checked.
fn newer_version(file: &Value) -> Option<Finding> {
    let version = file.get("version")?.as_u64().filter(|version| *version > 1)?;
    let path = FieldPath::fields(["version"]);
    let message =
        format!("version {version} of trueup.yaml isn't known to this trueup, which reads version 1");
    Some(Finding::at_key(&path, message).hint("update trueup"))
}

fn too_long_targets(file: &Value) -> Vec<Finding> {
    let name = file["name"].as_str().unwrap_or_default();
    let environments = file["environments"].as_object();
    let names = environments.into_iter().flat_map(Map::keys);
    names
        .filter(|environment| format!("trueup-{name}-{environment}").len() > LONGEST_TARGET)
        .map(|environment| {
            let message = format!(
                "`trueup-{name}-{environment}`, which objects in the cluster are called, is longer than {LONGEST_TARGET} characters"
            );
            Finding::at_key(&FieldPath::fields(["environments", environment]), message)
                .hint("shorten the environment's name, or `name`")
        })
        .collect()
}

/// The findings as users see them, in the file's order.
fn diagnostics(findings: Vec<Finding>, text: &str, path: &str) -> Vec<Diagnostic> {
    let mut located: Vec<_> = findings
        .into_iter()
        .map(|finding| {
            let locate = if finding.at_value { yaml::locate_value } else { yaml::locate };
            (locate(text, 1, &finding.path).unwrap_or((1, 1)), finding)
        })
        .collect();
    located.sort_by_key(|(place, _)| *place);
    located
        .into_iter()
        .map(|((line, column), finding)| {
            let diagnostic = Diagnostic::new(finding.message).at(Location::at(path, line, column));
            finding.hint.into_iter().fold(diagnostic, Diagnostic::hint)
        })
        .collect()
}
