//! From the command line to setups: which environments, read from where.

mod ad_hoc;
mod checkout;
mod environment;
mod sources;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{What, vars};
use crate::cli::Global;
use crate::cluster::Access;
use crate::config::{self, Environment};
use crate::deploy::setup::{Origin, Setup, normalised};
use crate::error::{CommandError, Diagnostic};
use crate::git::{CommitId, Repository};
use crate::render::Vars;
use ad_hoc::ad_hoc;
use checkout::{no_config, read};
use environment::{inventory_of, kubeconfig, of_rules};

pub(super) use ad_hoc::stdin;
pub(super) use checkout::{Checkout, checkout, config_at};
pub(super) use environment::setup;

/// The environments that the command line means, each ready for the pipeline.
pub fn select(global: &Global, what: &What) -> Result<Vec<Setup>, CommandError> {
    Ok(with_checkout(global, what)?.0)
}

/// The same with the configuration that they come from, where they come from one of a
/// repository.
pub(super) fn with_checkout(
    global: &Global,
    what: &What,
) -> Result<(Vec<Setup>, Option<Checkout>), CommandError> {
    refuse_two_answers(what)?;
    let directory = directory(global)?;
    let repository = discover(&directory)?;
    let given = vars::given(what, &directory)?;
    let (mut setups, checkout) = if !what.files.paths.is_empty() {
        (vec![ad_hoc(global, what, directory, repository)?], None)
    } else if repository.is_none() && what.looks_back {
        (without_repository(global, what, &directory)?, None)
    } else {
        let checkout = checkout(global, what, &directory, repository)?;
        (configured(global, what, &checkout)?, Some(checkout))
    };
    setups.iter_mut().for_each(|setup| give(setup, what, &given));
    Ok((setups, checkout))
}

/// The environments of a configuration that was read.
pub(super) fn of_checkout(
    global: &Global,
    what: &What,
    checkout: &Checkout,
    given: &Vars,
) -> Result<Vec<Setup>, CommandError> {
    let mut setups = configured(global, what, checkout)?;
    setups.iter_mut().for_each(|setup| give(setup, what, given));
    Ok(setups)
}

/// Gives an environment the variables of the command line, and notes which of them it has
/// no idea of.
pub(super) fn give(setup: &mut Setup, what: &What, given: &Vars) {
    let names = what.vars.iter().map(|(name, _)| name);
    setup.undeclared = names.filter(|name| setup.means.vars.get(name).is_none()).cloned().collect();
    setup.give(given);
}

/// The environments of a configuration outside of any repository: for what was
/// deployed and is in the cluster. Nothing can be rendered there.
fn without_repository(global: &Global, what: &What, directory: &Path) -> Result<Vec<Setup>, CommandError> {
    let named = global.config.as_ref().map(|file| normalised(&directory.join(file)));
    let found = named.or_else(|| config::find(directory, None)).ok_or_else(|| {
        no_config(directory).hint("with --name and the environment's name no configuration is needed")
    })?;
    let folder = found.parent().unwrap_or(directory).to_path_buf();
    let file = found.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let config = config::parse(&read(&found)?, &file)?;
    let origin = Origin::AdHoc { directory: folder, stdin: None, tracked: None };
    let environments = config.select(&what.environments, what.all)?;
    environments.into_iter().map(|environment| setup(global, environment, &file, origin.clone())).collect()
}

/// The one environment that the command line means; `otherwise` says why there can't be
/// several.
pub(super) fn select_one(global: &Global, what: &What, otherwise: &str) -> Result<Setup, CommandError> {
    let [setup] = select(global, what)?.try_into().map_err(|_| CommandError::usage(otherwise))?;
    Ok(setup)
}

/// What is deployed can be said in one way at a time. Not clap's to judge: `diff`
/// takes two commits where the others take environments.
fn refuse_two_answers(what: &What) -> Result<(), CommandError> {
    let is_named = !what.environments.is_empty();
    let is_target = what.looks_back && what.environments.len() == 1;
    if !what.files.paths.is_empty() && (is_named && !is_target || what.all) {
        return Err(CommandError::usage("-f deploys files without a trueup.yaml: there are no environments"));
    }
    if what.all && is_named {
        return Err(CommandError::usage("--all names the environments already").hint("leave one of them out"));
    }
    Ok(())
}

/// The folder that trueup runs in, absolute and without links, so that it
/// compares with the repository's root.
pub(super) fn directory(global: &Global) -> Result<PathBuf, CommandError> {
    let directory = global.directory.clone().unwrap_or_else(|| PathBuf::from("."));
    directory.canonicalize().map_err(|error| {
        Diagnostic::new(format!("can't run in {}", directory.display())).because(error.to_string()).into()
    })
}

/// The repository around a folder.
pub(super) fn discover(directory: &Path) -> Result<Option<Arc<Repository>>, CommandError> {
    let found = Repository::discover(directory).map_err(|error| error.diagnostic())?;
    Ok(found.map(Arc::new))
}

fn resolve(repository: &Repository, reference: &str) -> Result<CommitId, CommandError> {
    Ok(repository.resolve(reference).map_err(|error| error.diagnostic())?)
}

/// `path` from `root`, with `/` between names; `.` for the root itself.
fn relative(path: &Path, root: &Path) -> Option<String> {
    let inside = path.strip_prefix(root).ok()?;
    let names: Vec<_> =
        inside.components().map(|component| component.as_os_str().to_string_lossy()).collect();
    Some(if names.is_empty() { ".".to_owned() } else { names.join("/") })
}

fn configured(global: &Global, what: &What, checkout: &Checkout) -> Result<Vec<Setup>, CommandError> {
    let Checkout { config, path: file, repository } = checkout;
    let environments = config.select(&what.environments, what.all)?;
    let origin = match &what.reference {
        None => match repository.root() {
            Some(root) => Origin::WorkTree { root: canonical(root), repository: repository.clone() },
            None => at_commit(repository, "HEAD")?,
        },
        Some(reference) => at_commit(repository, reference)?,
    };
    let setups = environments.into_iter().map(|environment| {
        let before = environment.requires.after.iter().map(|name| config.environment(name));
        let before = before.map(|before| Ok(predecessor(global, before?, file, &origin)));
        let predecessors = before.collect::<Result<_, CommandError>>()?;
        Ok(Setup { predecessors, ..setup(global, environment, file, origin.clone())? })
    });
    setups.collect()
}

/// An environment whose history is read: reached as its own configuration says, whatever
/// context the command line names for the one that is deployed to.
fn predecessor(global: &Global, environment: &Environment, file: &str, origin: &Origin) -> Setup {
    let folder = Path::new(file).parent().unwrap_or(Path::new(""));
    let kubeconfig = global.kubeconfig.clone().or_else(|| kubeconfig(environment, folder, origin));
    Setup {
        inventory: Some(inventory_of(environment)),
        namespace: environment.namespace.clone(),
        access: Access { context: environment.context.clone(), kubeconfig, ..global.access() },
        ..of_rules(environment)
    }
}

pub(super) fn at_commit(repository: &Arc<Repository>, reference: &str) -> Result<Origin, CommandError> {
    let commit = resolve(repository, reference)?;
    Ok(Origin::Commit { repository: repository.clone(), commit, reference: Some(reference.to_owned()) })
}

/// An environment of this configuration, at another commit.
pub(super) fn at_other_commit(
    global: &Global,
    checkout: &Checkout,
    environment: &str,
    commit: &CommitId,
) -> Result<Setup, CommandError> {
    let environment = checkout.config.environment(environment)?;
    setup(global, environment, &checkout.path, at_commit(&checkout.repository, &commit.to_string())?)
}

fn canonical(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_go_from_the_root_without_dots() {
        let path = normalised(Path::new("/repo/services/../deploy/./base"));
        assert_eq!(relative(&path, Path::new("/repo")).as_deref(), Some("deploy/base"));
        assert_eq!(relative(Path::new("/repo"), Path::new("/repo")).as_deref(), Some("."));
        assert_eq!(relative(Path::new("/elsewhere"), Path::new("/repo")), None);
    }
}
