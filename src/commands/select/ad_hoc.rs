//! `-f`: files that are deployed without a configuration.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::checkout::no_repository;
use super::environment::{given_keys, kept_in, of_rules};
use super::{relative, resolve};
use crate::cli::Global;
use crate::commands::What;
use crate::config;
use crate::deploy::setup::{AD_HOC, Inventory, Origin, Setup, normalised};
use crate::error::{CommandError, Diagnostic};
use crate::git::Repository;
use crate::render::{Item, Means};
use crate::tools::Keys;

/// The rules for an ad hoc environment: those of an environment that sets none.
const AD_HOC_RULES: &str = "{version: 1, name: ad-hoc, environments: {default: {}}}";

pub(in crate::commands) fn ad_hoc(
    global: &Global,
    what: &What,
    directory: PathBuf,
    repository: Option<Arc<Repository>>,
) -> Result<Setup, CommandError> {
    let rules = config::parse(AD_HOC_RULES, config::FILE_NAME)?;
    let rules = rules.environment(AD_HOC)?;
    let paths: Vec<String> =
        what.files.paths.iter().map(|path| path.to_string_lossy().into_owned()).collect();
    let (origin, sources): (_, Vec<String>) = match (&what.reference, repository) {
        (Some(reference), Some(repository)) => {
            let commit = resolve(&repository, reference)?;
            let sources = paths
                .iter()
                .map(|path| in_repository(&repository, &directory, path))
                .collect::<Result<_, _>>()?;
            (Origin::Commit { repository, commit, reference: Some(reference.clone()) }, sources)
        }
        (Some(_), None) => return Err(no_repository(&directory)),
        (None, repository) => {
            let tracked = repository.and_then(|repository| tracked(repository, &directory, &paths));
            (Origin::AdHoc { directory, stdin: stdin(&paths)?, tracked }, paths)
        }
    };
    // Nobody else can say whether they ask for variables.
    let substitute = !what.vars.is_empty() || !what.var_files.is_empty();
    let sources = sources.iter().map(|path| Item { substitute, ..Item::from(path.as_str()) }).collect();
    Ok(Setup {
        inventory: what.files.name.clone().map(|project| Inventory {
            project,
            state_namespace: None,
            keep: rules.history_keep,
        }),
        origin,
        sources,
        configuration: None,
        namespace: global.namespace.clone(),
        means: Means {
            namespace: global.namespace.clone(),
            keys: Keys { age_key_file: given_keys(global) },
            kept_in: kept_in(global),
            ..Means::default()
        },
        access: global.access(),
        environment: what.environments.first().map_or_else(|| AD_HOC.to_owned(), Clone::clone),
        ..of_rules(rules)
    })
}

/// The repository, if all that -f names lies in it, with the paths from its root.
fn tracked(
    repository: Arc<Repository>,
    directory: &Path,
    paths: &[String],
) -> Option<(Arc<Repository>, Vec<String>)> {
    let inside = |path: &String| in_repository(&repository, directory, path).ok().filter(|_| path != "-");
    let inside: Option<Vec<String>> = paths.iter().map(inside).collect();
    let inside = inside.filter(|_| repository.root().is_some())?;
    Some((repository, inside))
}

/// Standard input, when it is among the paths.
pub(in crate::commands) fn stdin(paths: &[String]) -> Result<Option<Arc<[u8]>>, CommandError> {
    if !paths.iter().any(|path| path == "-") {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    std::io::stdin()
        .read_to_end(&mut bytes)
        .map_err(|error| Diagnostic::new("standard input can't be read").because(error.to_string()))?;
    Ok(Some(bytes.into()))
}

/// A path of the current folder as a path from the repository's root.
fn in_repository(repository: &Repository, directory: &Path, path: &str) -> Result<String, CommandError> {
    let outside = || {
        CommandError::from(
            Diagnostic::new(format!("{path} isn't in the repository"))
                .hint("with --ref only its files can be read"),
        )
    };
    let absolute = normalised(&directory.join(path));
    let root = repository.root().map(|root| root.canonicalize().unwrap_or_else(|_| root.to_path_buf()));
    match root {
        Some(root) => relative(&absolute, &root).ok_or_else(outside),
        // In a bare repository paths can only go from its root.
        None => Ok(path.to_owned()),
    }
}
