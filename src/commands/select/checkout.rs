//! Where the configuration in hand is, and what it says.

use std::path::Path;
use std::sync::Arc;

use super::{canonical, relative, resolve};
use crate::cli::Global;
use crate::commands::What;
use crate::config::{self, Config};
use crate::deploy::setup::normalised;
use crate::error::{CommandError, Diagnostic};
use crate::git::{CommitId, Repository};
use crate::render::SourceTree;
use crate::yaml;

/// The configuration in hand: it says where to deploy and what is allowed.
pub(in crate::commands) struct Checkout {
    pub(in crate::commands) config: Config,
    /// From the repository's root.
    pub(in crate::commands) path: String,
    pub(in crate::commands) repository: Arc<Repository>,
}

pub(in crate::commands) fn checkout(
    global: &Global,
    what: &What,
    directory: &Path,
    repository: Option<Arc<Repository>>,
) -> Result<Checkout, CommandError> {
    let root = repository.as_ref().and_then(|repository| repository.root()).map(canonical);
    let named = global.config.as_ref().map(|file| normalised(&directory.join(file)));
    let found = named.or_else(|| config::find(directory, root.as_deref()));
    match (found, repository) {
        (Some(file), Some(repository)) => {
            let root = root.unwrap_or_else(|| directory.to_path_buf());
            let path = relative(&file, &root).ok_or_else(|| {
                Diagnostic::new(format!(
                    "{} lies outside of the repository {}",
                    file.display(),
                    root.display()
                ))
                .hint("--config must name a file of the repository that is deployed")
            })?;
            let text = read(&file)?;
            Ok(Checkout { config: config::parse(&text, &path)?, path, repository })
        }
        (None, Some(repository)) if repository.is_bare() => {
            let commit = resolve(&repository, what.reference.as_deref().unwrap_or("HEAD"))?;
            let text =
                config_at(&repository, commit, config::FILE_NAME).ok_or_else(|| no_config(directory))?;
            let path = config::FILE_NAME.to_owned();
            Ok(Checkout { config: config::parse(&text, &path)?, path, repository })
        }
        (Some(_), None) => Err(no_repository(directory)),
        (None, _) => Err(no_config(directory)),
    }
}

pub(in crate::commands) fn no_config(directory: &Path) -> CommandError {
    Diagnostic::new(format!("no {} in {} or above", config::FILE_NAME, directory.display()))
        .hint("name one with --config, or deploy files with -f")
        .into()
}

pub(in crate::commands) fn no_repository(directory: &Path) -> CommandError {
    Diagnostic::new(format!("{} isn't in a Git repository", directory.display()))
        .hint("run trueup in one, name it with -C, or deploy files with -f")
        .into()
}

pub(in crate::commands) fn read(file: &Path) -> Result<String, CommandError> {
    let unreadable = |why: String| Diagnostic::new(format!("can't read {}", file.display())).because(why);
    let bytes = std::fs::read(file).map_err(|error| unreadable(error.to_string()))?;
    let text = yaml::decode(&bytes).map_err(|error| error.diagnostic(&file.to_string_lossy()))?;
    Ok(text.into_owned())
}

/// The configuration as a commit has it.
pub(in crate::commands) fn config_at(
    repository: &Repository,
    commit: CommitId,
    path: &str,
) -> Option<String> {
    let tree = SourceTree::Commit { repository, commit };
    let file = tree.read(path).ok()?.into_iter().next()?;
    yaml::decode(&file.bytes).ok().map(std::borrow::Cow::into_owned)
}
