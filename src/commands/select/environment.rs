//! From an environment of a configuration to what the pipeline needs: what is rendered and
//! how as the commit has it, where it goes and what is allowed as the checkout has it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::checkout::config_at;
use super::sources::{source, sources};
use super::{canonical, directory};
use crate::cache;
use crate::cli::Global;
use crate::cluster::Access;
use crate::commands::vars;
use crate::config::{self, Environment};
use crate::deploy::setup::{Inventory, Origin, Setup, SourcesAt};
use crate::error::{CommandError, Location};
use crate::render::{Means, Vars};
use crate::tools::{Keys, Tools, Wanted};

/// An environment ready for the pipeline. How to render is read from the commit
/// that is rendered; where to deploy and what is allowed from the checkout.
pub(in crate::commands) fn setup(
    global: &Global,
    environment: &Environment,
    file: &str,
    origin: Origin,
) -> Result<Setup, CommandError> {
    if let (Some(asked), Some(set)) = (&global.namespace, &environment.namespace) {
        return Err(CommandError::usage(format!(
            "-n {asked} isn't possible: environment {:?} sets the namespace {set:?}",
            environment.name
        )));
    }
    let (rendered, notes) = rendered_by(environment, file, &origin)?;
    let folder = Path::new(file).parent().unwrap_or(Path::new(""));
    let sources = sources(folder, &rendered, file)?;
    let schemas = rendered.schemas.iter().map(|path| source(folder, path, Location::file(file)));
    let schemas = schemas.collect::<Result<_, _>>()?;
    let access = Access {
        context: global.context.clone().or_else(|| environment.context.clone()),
        kubeconfig: global.kubeconfig.clone().or_else(|| kubeconfig(environment, folder, &origin)),
        ..global.access()
    };
    let namespace = global.namespace.clone().or_else(|| environment.namespace.clone());
    let tools = tools(&rendered, environment, folder, &origin);
    let sources_at = sources_at(&environment.name, file, &origin);
    Ok(Setup {
        inventory: Some(inventory_of(environment)),
        sources_at,
        means: Means {
            tools,
            namespace: namespace.clone(),
            vars: vars::configured(&rendered),
            keys: keys(global, environment, folder, &origin),
            kept_in: kept_in(global),
            sensitive: environment
                .rules
                .sensitive
                .iter()
                .map(|rule| rule.kind().map(|kind| kind.kind.clone()))
                .collect(),
            ..Means::default()
        },
        namespace,
        origin,
        sources,
        schemas,
        configuration: Some(file.to_owned()),
        access,
        notes,
        ..of_rules(environment)
    })
}

/// The environment as the commit that is rendered has it.
fn rendered_by(
    environment: &Environment,
    file: &str,
    origin: &Origin,
) -> Result<(Environment, Vec<String>), CommandError> {
    let Origin::Commit { repository, commit, .. } = origin else {
        return Ok((environment.clone(), Vec::new()));
    };
    let Some(text) = config_at(repository, *commit, file) else {
        let note = format!("{} has no {file}: rendered by the one that is checked out", commit.short());
        return Ok((environment.clone(), vec![note]));
    };
    let then = config::parse(&text, &format!("{}:{file}", commit.short()))?;
    Ok((then.environment(&environment.name)?.clone(), Vec::new()))
}

/// The sources as other commits' own configurations have them.
fn sources_at(environment: &str, file: &str, origin: &Origin) -> Option<Arc<SourcesAt>> {
    let (repository, environment, file) =
        (origin.repository()?.clone(), environment.to_owned(), file.to_owned());
    Some(Arc::new(move |commit| {
        let config = config::parse(&config_at(&repository, *commit, &file)?, &file).ok()?;
        let folder = Path::new(&file).parent().unwrap_or(Path::new(""));
        sources(folder, config.environment(&environment).ok()?, &file).ok()
    }))
}

/// The programs: which versions will do says what is rendered, where they are who
/// renders it.
fn tools(rendered: &Environment, environment: &Environment, folder: &Path, origin: &Origin) -> Tools {
    let root =
        origin.repository().and_then(|repository| repository.root()).map(canonical).unwrap_or_default();
    let wanted = |version: &Wanted, program: &Wanted| Wanted {
        version: version.version.clone(),
        program: program.program.as_ref().map(|program| match program.components().count() {
            0 | 1 => program.clone(),
            _ => root.join(folder).join(program),
        }),
    };
    Tools {
        kustomize: wanted(&rendered.tools.kustomize, &environment.tools.kustomize),
        helm: wanted(&rendered.tools.helm, &environment.tools.helm),
        sops: wanted(&rendered.tools.sops, &environment.tools.sops),
        time: environment.tools.time,
    }
}

/// The keys that decrypt: whoever runs trueup says which, or the checkout.
fn keys(global: &Global, environment: &Environment, folder: &Path, origin: &Origin) -> Keys {
    let named = environment.age_key_file.as_ref().map(|file| match file.strip_prefix("~/") {
        Some(below) => std::env::home_dir().unwrap_or_default().join(below),
        None => root_of(origin).join(folder).join(file),
    });
    Keys { age_key_file: given_keys(global).or(named) }
}

/// Those of the command line.
pub(in crate::commands) fn given_keys(global: &Global) -> Option<PathBuf> {
    let file = global.age_key_file.as_ref()?;
    Some(directory(global).unwrap_or_default().join(file))
}

/// Where what programs print is kept.
pub(in crate::commands) fn kept_in(global: &Global) -> Option<PathBuf> {
    if global.no_cache { None } else { cache::folder("rendered") }
}

/// Where paths of a configuration go from.
fn root_of(origin: &Origin) -> PathBuf {
    match origin {
        Origin::AdHoc { directory, .. } => directory.clone(),
        _ => origin.repository().and_then(|repository| repository.root()).map(canonical).unwrap_or_default(),
    }
}

/// A kubeconfig that the configuration names goes from the configuration.
pub(in crate::commands) fn kubeconfig(
    environment: &Environment,
    folder: &Path,
    origin: &Origin,
) -> Option<PathBuf> {
    let named = environment.kubeconfig.as_ref()?;
    Some(root_of(origin).join(folder).join(named))
}

pub(in crate::commands) fn inventory_of(environment: &Environment) -> Inventory {
    Inventory {
        project: environment.project.clone(),
        state_namespace: environment.state_namespace.clone(),
        keep: environment.history_keep,
    }
}

/// The rules of an environment; the rest is filled in by the caller.
pub(in crate::commands) fn of_rules(environment: &Environment) -> Setup {
    Setup {
        environment: environment.name.clone(),
        inventory: None,
        namespace: None,
        origin: Origin::AdHoc { directory: PathBuf::new(), stdin: None, tracked: None },
        sources: Vec::new(),
        schemas: Vec::new(),
        means: Means::default(),
        given: Vars::default(),
        undeclared: Vec::new(),
        configuration: None,
        access: Access::default(),
        cluster_uid: environment.cluster_uid.clone(),
        planned_for: None,
        wait_timeout: environment.wait_timeout,
        delete_limit: environment.delete_limit,
        replace_limit: environment.replace_limit,
        protect: environment.protect.clone(),
        rules: environment.rules.clone(),
        predecessors: Vec::new(),
        requires: environment.requires.clone(),
        fetches: environment.fetches,
        rollback_on_failure: environment.rollback_on_failure,
        sources_at: None,
        notes: Vec::new(),
    }
}
